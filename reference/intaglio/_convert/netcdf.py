"""netCDF: variables are arrays, their dimensions the attribute "dims".

Files of netCDF-4 are read through h5py and written through h5netcdf; classic ones (netCDF-3) are
read by `_netcdf3`. Values come as stored: nothing is masked, scaled or turned into dates. Global
attributes are the metadata.
"""

import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import numpy as np

from intaglio._convert.attributes import write_attributes
from intaglio._convert.base import Array, Content, ReadOptions, check_room, partner
from intaglio._convert.hdf5 import (
    DTYPE_ATTRIBUTE,
    GROUPS_MEMBER,
    NAME_ATTRIBUTE,
    add_array,
    maybe_stand_in,
    take_attributes,
)
from intaglio._convert.hdf5_data import Reader
from intaglio._convert.hdf5_tree import Item, Tree
from intaglio._convert.netcdf3 import DIMS_TAKEN, read_classic
from intaglio._convert.netcdf_dims import Dimensions, variable_path
from intaglio._convert.npy import NotCarriedError
from intaglio.errors import FormatError, need

_CLASSIC: Final = b"CDF"
_TYPES: Final = frozenset(
    {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)}
    | {"float32", "float64"}
)
_HIDDEN: Final = frozenset(  # netCDF lets nobody else use them
    {"_Netcdf4Dimid", "_Netcdf4Coordinates", "_nc3_strict", "_NCProperties"}
)
_SCALE_NAME: Final = "NAME"
_DIMS: Final = "dims"
_ORDINARY: Final = re.compile(r"[A-Za-z0-9_][^/%\x00-\x1f\x7f]*(?<! )")


def read(path: Path, _name: str, options: ReadOptions) -> Content:
    """All variables of the file, or one of them."""
    with path.open("rb") as stream:
        classic = stream.read(3) == _CLASSIC
    content = read_classic(path) if classic else _read_groups(path)
    if options.inside is not None:
        wanted = options.inside.strip("/")
        if wanted not in content.arrays:
            shown = ", ".join(ascii(name) for name in [*content.arrays][:10])
            message = f"it has no variable {wanted!a}; it has {shown or 'none'}"
            raise FormatError(message)
        attrs = {key: value for key, value in content.attrs.items() if key == wanted}
        return Content({wanted: content.arrays[wanted]}, attrs)
    return content


def _read_groups(path: Path) -> Content:
    need("h5netcdf", "netcdf")
    h5py = need("h5py", "netcdf")
    content = Content({})
    with partner("not a readable netCDF file"), h5py.File(path, "r") as file:
        tree, reader = Tree(h5py, file.id), Reader(h5py, file, path, counted=True)
        dimensions = Dimensions(h5py, reader.check_heaps)
        items = [*tree.walk(tree.find("/"))]
        for item in items:
            if item.is_data:
                dimensions.add(item)
        for item in items:
            if not (item.is_data and item.address in dimensions.bare):
                _take(item, reader, dimensions, content)
        content.skipped.update(tree.skipped)
        notes = (*reader.notes_at_end(), *tree.notes())
    notes = (*dimensions.notes(), *notes)
    return Content(content.arrays, content.attrs, content.metadata, content.skipped, notes)


def _take(item: Item, reader: Reader, dimensions: Dimensions, content: Content) -> None:
    path = variable_path(item.path)

    def is_hidden(item: Item, name: str) -> bool:
        if name == _SCALE_NAME:
            return item.address in dimensions.names
        return name in _HIDDEN or reader.links_dimensions(item, name)

    attributes = take_attributes(item, reader, is_hidden, content, _plain)
    if not item.is_data:
        return
    try:
        array = reader.array(item)
    except NotCarriedError as problem:
        content.skipped[path] = str(problem)
        return
    own = dimensions.of(item)
    for axis, address in enumerate(own):
        present = dimensions.unlimited.get(address, array.shape[axis])
        if array.shape[axis] < present:
            reader.notes.append(
                f"{path!a} has {array.shape[axis]} of {present} elements along "
                f"{dimensions.names[address]!a}; those that were not written are left out"
            )
    dims = [dimensions.names[address] for address in own]
    if dims and dims != _usual_dims(array):
        if _DIMS in attributes:
            content.skipped[f"{path}@{_DIMS}"] = DIMS_TAKEN
        attributes[_DIMS] = dims
    add_array(content, path, array, attributes)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A list of one number as the number: netCDF knows no others; text of fixed length as text."""
    match value:
        case [one] if not isinstance(one, list):
            return one
        case {"@dtype": "bytes", "@value": str(text)}:
            try:
                return text.encode("latin-1").decode()
            except UnicodeDecodeError:
                return value
        case {"@dtype": str(), "@shape": [1]}:
            return {**value, "@shape": []}
    return value


def write(path: Path, _name: str, content: Content) -> tuple[str, ...]:
    """Write all arrays as variables, with attributes and metadata."""
    h5netcdf = need("h5netcdf", "netcdf")
    notes = []
    metadata = dict(content.metadata)
    groups = metadata.pop(GROUPS_MEMBER, {})
    check_room(path, content.arrays.values())
    with partner("netCDF cannot hold this"), h5netcdf.File(path, "w") as file:
        for name, array in content.arrays.items():
            place = _place(name, content.arrays)
            if place != name:
                notes.append(f"{name!a} is {place} in the netCDF file")
            _write_variable(file, place, name, array, dict(content.attrs.get(name, {})))
        for group, attributes in groups.items() if isinstance(groups, dict) else ():
            inner = file[group] if group in file else file.create_group(group)
            inner.attrs.update(write_attributes(attributes, _TYPES))
        file.attrs.update(write_attributes(metadata, _TYPES))
    return tuple(notes)


def _write_variable(
    file: Any,  # noqa: ANN401
    place: str,
    name: str,
    array: Array,
    attributes: dict[str, Any],
) -> None:
    stored, kept = maybe_stand_in(array)
    if array.dtype.kind == "b":
        stored, kept = array.view(np.int8), "bool"
    if stored.dtype.name not in _TYPES:
        message = f"{name!a}: netCDF has no {array.dtype.name}; .h5 and .npz have"
        raise FormatError(message)
    dims = attributes.pop("dims", None)
    if not _are_dims(file, dims, array.shape):
        if dims is not None:
            attributes["dims"] = dims
        dims = _usual_dims(array)
    for dim, length in zip(dims, array.shape, strict=True):
        if dim not in file.dimensions:
            file.dimensions[dim] = length
    typed = write_attributes(attributes, _TYPES)
    if kept is not None:
        typed[DTYPE_ATTRIBUTE] = kept
    if place != name:
        typed[NAME_ATTRIBUTE] = name
    fill = typed.pop("_FillValue", None)
    variable = file.create_variable(place, tuple(dims), stored.dtype, fillvalue=fill)
    if stored.size:
        variable[...] = stored
    variable.attrs.update(typed)


def _usual_dims(array: Array) -> list[str]:
    return [f"dim_{length}" for length in array.shape]


def _are_dims(file: Any, dims: object, shape: tuple[int, ...]) -> bool:  # noqa: ANN401
    return (
        isinstance(dims, list)
        and len(dims) == len(shape)
        and all(isinstance(dim, str) and _ORDINARY.fullmatch(dim) for dim in dims)
        and all(
            dim not in file.dimensions or file.dimensions[dim].size == length
            for dim, length in zip(dims, shape, strict=True)
        )
    )


def _place(name: str, names: dict[str, Array]) -> str:
    """A path for the name; percent-escaped where it is none, or another array is in the way."""
    parts = name.split("/")
    above = ("/".join(parts[:i]) for i in range(1, len(parts)))
    if not all(_ORDINARY.fullmatch(part) for part in parts) or any(n in names for n in above):
        return quote(name, safe=" ").replace(".", "%2E").replace("~", "%7E")
    return name
