"""HDF5: datasets are arrays, their paths the names, their attributes the attrs.

The root's attributes are the metadata; those of other groups are kept in it
under "@groups". What HDF5 has no type for (bfloat16, dates) is stored as
integers of the same bits, named by the attribute "intaglio_dtype".
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import numpy as np

from intaglio._convert.attributes import JSON_ATTRIBUTE, json_object, write_attributes
from intaglio._convert.base import (
    Array,
    Content,
    ReadOptions,
    bfloat16,
    check_room,
    is_bfloat16,
    partner,
)
from intaglio._convert.hdf5_data import Reader
from intaglio._convert.hdf5_tree import Item, Tree
from intaglio._convert.npy import NotCarriedError, check_bools
from intaglio.errors import FormatError, need

DTYPE_ATTRIBUTE: Final = "intaglio_dtype"
NAME_ATTRIBUTE: Final = "intaglio_name"
GROUPS_MEMBER: Final = "@groups"


def read(path: Path, _name: str, options: ReadOptions) -> Content:
    """All datasets of the file, or those at and under one path."""
    h5py = need("h5py", "hdf5")
    content = Content({})
    with partner("not a readable HDF5 file"), h5py.File(path, "r") as file:
        tree = Tree(h5py, file.id)
        reader = Reader(h5py, file, path)
        start = tree.find(options.inside or "/")
        for item in tree.walk(start):
            _take(item, reader, content)
        if start.path and not start.is_data:
            take_attributes(tree.item(tree.root, ""), reader, reader.links_dimensions, content)
        if userblock := file.userblock_size:
            reader.notes.append(f"the user block of {userblock:,} bytes is left out")
        content.skipped.update(tree.skipped)
        notes = (*reader.notes_at_end(), *tree.notes())
    if not content.arrays and not content.skipped:
        message = "it has no datasets"
        raise FormatError(message)
    return Content(content.arrays, content.attrs, content.metadata, content.skipped, notes)


def _take(item: Item, reader: Reader, content: Content) -> None:
    attributes = take_attributes(item, reader, reader.links_dimensions, content)
    if not item.is_data:
        return
    if not item.path:
        message = "its root is a dataset"
        raise FormatError(message)
    try:
        array = reader.array(item)
    except NotCarriedError as problem:
        content.skipped[item.path] = str(problem)
        return
    if reader.fill_of(item) is not None:
        reader.notes.append(f"{item.path!a}: its fill value {reader.fill_of(item)} is left out")
    add_array(content, item.path, array, attributes)


def take_attributes(
    item: Item,
    reader: Reader,
    is_hidden: Callable[[Item, str], bool],
    content: Content,
    plain: Callable[[Any], Any] = lambda value: value,
) -> dict[str, Any]:
    """An object's attributes; those of groups go into the metadata at once."""
    found, lost = reader.attributes(item, is_hidden)
    attributes = {key: plain(value) for key, value in found.items()}
    for name, why in lost.items():
        content.skipped[f"{item.path}@{name}"] = f"this attribute cannot be carried: {why}"
    if (text := attributes.pop(JSON_ATTRIBUTE, None)) is not None:
        what = f"the attribute {JSON_ATTRIBUTE} of {'/' + item.path!a}"
        packed = own_text(text, what)
        attributes = {**attributes, **json_object(packed.encode("utf-8", "surrogatepass"), what)}
    if item.is_data or not attributes:
        return attributes
    if item.path:
        groups = content.metadata.setdefault(GROUPS_MEMBER, {})
        if not isinstance(groups, dict):
            message = f"the root's attribute {GROUPS_MEMBER} stands where groups' attributes go"
            raise FormatError(message)
        groups[item.path] = attributes
    else:
        content.metadata.update(attributes)
    return attributes


def add_array(content: Content, path: str, array: Array, attributes: dict[str, Any]) -> None:
    """Add an array under its name, as the dtype that it stands for; each name once."""
    name = own_text(attributes.pop(NAME_ATTRIBUTE, path), f"the attribute {NAME_ATTRIBUTE}")
    kept = attributes.pop(DTYPE_ATTRIBUTE, None)
    if name in content.arrays:
        message = f"two of its arrays have the name {name!a}; {path!a} is one of them"
        raise FormatError(message)
    content.arrays[name] = array if kept is None else as_kept(array, kept)
    if attributes:
        content.attrs[name] = attributes


def own_text(value: object, what: str) -> str:
    """An attribute of our own, which is a text."""
    if not isinstance(value, str):
        message = f"{what} is no text"
        raise FormatError(message)
    return value


_KEPT_TIME: Final = re.compile(
    r"(datetime64|timedelta64)(\[([1-9]\d{0,8})?(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?"
)


def as_kept(array: Array, kept: object) -> Array:
    """Integers of the same bits as the dtype that they stand for."""
    wanted = {"bfloat16": "uint16", "bool": "int8"}.get(str(kept), "int64")
    known = kept in ("bfloat16", "bool") or (
        isinstance(kept, str) and _KEPT_TIME.fullmatch(kept) is not None
    )
    if not known or array.dtype.name != wanted:
        message = f"an attribute {DTYPE_ATTRIBUTE} is {kept!a}, which its elements cannot be"
        raise FormatError(message)
    dtype = bfloat16() if kept == "bfloat16" else np.dtype(str(kept))
    found = np.ascontiguousarray(array).view(dtype).reshape(array.shape)
    check_bools(found)
    return found


def maybe_stand_in(array: Array) -> tuple[Array, str | None]:
    """The array as it can be stored, and the dtype that must be kept beside it, if any."""
    if is_bfloat16(array.dtype):
        return np.ascontiguousarray(array).view(np.uint16).reshape(array.shape), "bfloat16"
    if array.dtype.kind in "mM":
        integers = np.ascontiguousarray(array).view(np.int64).reshape(array.shape)
        return integers, array.dtype.str[1:].replace("M8", "datetime64").replace(
            "m8", "timedelta64"
        )
    return array, None


_OBJECTS: Final = ("v108", "v108")  # in older ones each attribute costs time for all before it


def write(path: Path, _name: str, content: Content) -> tuple[str, ...]:
    """Write all arrays, attributes and metadata."""
    h5py = need("h5py", "hdf5")
    notes = []
    metadata = dict(content.metadata)
    groups = metadata.pop(GROUPS_MEMBER, {})
    check_room(path, content.arrays.values())
    with partner("HDF5 cannot hold this"), h5py.File(path, "w", libver=_OBJECTS) as file:
        for name, array in content.arrays.items():
            place = _place(name, content.arrays)
            stored, kept = maybe_stand_in(array)
            data = file.create_dataset(place, data=stored)
            attributes = write_attributes(content.attrs.get(name, {}))
            if kept is not None:
                attributes[DTYPE_ATTRIBUTE] = kept
            if place != name:
                attributes[NAME_ATTRIBUTE] = name
                notes.append(f"{name!a} is /{place} in the HDF5 file")
            data.attrs.update(attributes)
        for group, attributes in groups.items() if isinstance(groups, dict) else ():
            file.require_group(group).attrs.update(write_attributes(attributes))
        file.attrs.update(write_attributes(metadata))
    return tuple(notes)


def _place(name: str, names: dict[str, Array]) -> str:
    """A path for the name; percent-escaped where it is none, or another array is in the way."""
    parts = name.split("/")
    above = ("/".join(parts[:i]) for i in range(1, len(parts)))
    if (
        "%" in name
        or any(part in ("", ".", "..") for part in parts)
        or any(n in names for n in above)
    ):
        return quote(name, safe=" ").replace(".", "%2E")
    return name
