"""HDF5: datasets are arrays, their paths the names, their attributes the attrs.

The root's attributes are the metadata; those of other groups are kept in it
under "@groups". What HDF5 has no type for (bfloat16, dates) is stored as
integers of the same bits, named by the attribute "intaglio_dtype".
"""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import numpy as np

from intaglio._formats._attributes import read_attributes, write_attributes
from intaglio._formats._base import (
    Array,
    Content,
    FormatError,
    ReadOptions,
    bfloat16,
    check_bytes,
    check_room,
    is_bfloat16,
    need,
    partner,
)

DTYPE_ATTRIBUTE: Final = "intaglio_dtype"
NAME_ATTRIBUTE: Final = "intaglio_name"
GROUPS_MEMBER: Final = "@groups"
_KINDS: Final = "biufcM"


def read(path: Path, _name: str, options: ReadOptions) -> Content:
    """All datasets of the file, or those at and under one path."""
    h5py = need("h5py", "hdf5")
    content = Content({})
    lost: list[str] = []
    with ExitStack() as stack:
        stack.enter_context(partner("not a readable HDF5 file"))
        file = stack.enter_context(h5py.File(path, "r"))
        start = _start(h5py, file, options.inside)
        _walk(start, lambda item: _take(h5py, item, content, lost))
        if isinstance(start, h5py.Group):
            metadata, none = read_attributes(_pairs(file))
            content.metadata.update(metadata)
            lost += [f"/{name}" for name in none]
    if not content.arrays and not content.skipped:
        message = "it has no datasets"
        raise FormatError(message)
    notes = (
        (f"attributes left out, they are no numbers or text: {', '.join(lost)}",) if lost else ()
    )
    return Content(content.arrays, content.attrs, content.metadata, content.skipped, notes)


def _start(h5py: Any, file: Any, inside: str | None) -> Any:  # noqa: ANN401 - h5py is untyped
    if inside is None or inside == "/":
        return file
    found = file.get(inside)
    if found is None:
        names: list[str] = []
        file.visititems(lambda name, item: names.append(name) if _is_data(h5py, item) else None)
        shown = ", ".join(ascii("/" + name) for name in names[:10])
        message = f"it has no {inside!a}; it has {shown or 'no datasets'}"
        raise FormatError(message)
    return found


def _is_data(h5py: Any, item: Any) -> bool:  # noqa: ANN401
    return isinstance(item, h5py.Dataset)


def _walk(start: Any, take: Callable[[Any], None]) -> None:  # noqa: ANN401
    take(start)
    if hasattr(start, "visititems"):  # visits each object once, follows no links out of the file
        start.visititems(lambda _, item: take(item))


def _pairs(item: Any) -> list[tuple[str, Any]]:  # noqa: ANN401
    return [(name, item.attrs[name]) for name in item.attrs]


def _take(h5py: Any, item: Any, content: Content, lost: list[str]) -> None:  # noqa: ANN401
    name = item.name.lstrip("/")
    attributes, none = read_attributes(_pairs(item))
    lost += [f"{item.name}@{attribute}" for attribute in none if attribute not in _SCALES]
    attributes = {key: value for key, value in attributes.items() if key not in _SCALES}
    if not _is_data(h5py, item):
        if attributes and name:
            content.metadata.setdefault(GROUPS_MEMBER, {})[name] = attributes
        return
    if item.external or item.is_virtual:
        content.skipped[name] = "its elements lie in another file"
        return
    if item.shape is None or item.dtype.kind not in _KINDS or item.dtype.subdtype is not None:
        content.skipped[name] = "it holds no numbers but text, records, references or nothing"
        return
    check_bytes(item.nbytes + sum(array.nbytes for array in content.arrays.values()))
    name = attributes.pop(NAME_ATTRIBUTE, name)
    kept = attributes.pop(DTYPE_ATTRIBUTE, None)
    array = np.asarray(item[()])
    content.arrays[name] = array if kept is None else as_kept(array, str(kept))
    if attributes:
        content.attrs[name] = attributes


def check_no_strangers(path: Path) -> None:
    """Refuse a file with datasets that lie in other files, or are too large for a picture."""
    h5py = need("h5py", "netcdf")

    def check(name: str, item: Any) -> None:  # noqa: ANN401
        if _is_data(h5py, item) and (item.external or item.is_virtual):
            message = f"the elements of {name!a} lie in another file"
            raise FormatError(message)
        sizes.append(item.nbytes if _is_data(h5py, item) and item.shape is not None else 0)

    sizes: list[int] = []
    with partner("not a readable netCDF file"), h5py.File(path, "r") as file:
        file.visititems(check)
    check_bytes(sum(sizes))


_SCALES: Final = frozenset({"CLASS", "REFERENCE_LIST", "DIMENSION_LIST"})  # links of dimensions


def as_kept(array: Array, kept: str) -> Array:
    """Integers of the same bits as the dtype that they stand for."""
    dtype = bfloat16() if kept == "bfloat16" else np.dtype(kept)
    if dtype.itemsize != array.dtype.itemsize or dtype.kind not in "VMmb":
        message = f"its attribute {DTYPE_ATTRIBUTE} says {kept!a}, which it cannot be"
        raise FormatError(message)
    return np.ascontiguousarray(array).view(dtype).reshape(array.shape)


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
