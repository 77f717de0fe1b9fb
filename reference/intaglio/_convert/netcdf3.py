"""Classic netCDF (CDF-1, CDF-2, CDF-5): the header, and each variable's samples as stored.

The format is that of the netCDF Users Guide, "NetCDF Classic Format": big-endian numbers, lists of
dimensions, attributes and variables, then the data. Variables along the dimension without a limit
lie interleaved, one record after the other. Every count, size and offset is held against the file
before memory is taken for it; names are only names.
"""

from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from intaglio._convert.attributes import JSON_ATTRIBUTE, json_object, to_json
from intaglio._convert.base import Array, Content, native
from intaglio._convert.hdf5 import add_array, own_text
from intaglio._convert.hdf5_tree import shortened
from intaglio.errors import FormatError

_VERSIONS: Final = {1: (4, 4), 2: (4, 8), 5: (8, 8)}  # bytes of a count, and of an offset
_TYPES: Final = {1: "i1", 3: ">i2", 4: ">i4", 5: ">f4", 6: ">f8"}
_TYPES_5: Final = {**_TYPES, 7: "u1", 8: ">u2", 9: ">u4", 10: ">i8", 11: ">u8"}
_CHAR: Final = 2
_DIMENSIONS, _VARIABLES, _ATTRIBUTES = 10, 11, 12  # tags of the lists
_RANK_MAX: Final = 32
_DIMS: Final = "dims"  # the attribute in which dimensions come along
DIMS_TAKEN: Final = "its name is the one under which dimensions come along"
_T = TypeVar("_T")


class _Dimension(NamedTuple):
    name: str
    length: int  # 0: without a limit


class _Variable(NamedTuple):
    name: str
    dimensions: tuple[_Dimension, ...]
    attributes: dict[str, Any]
    dtype: np.dtype[Any] | None  # None: text
    begin: int

    @property
    def is_record(self) -> bool:
        return bool(self.dimensions) and not self.dimensions[0].length

    @property
    def row_bytes(self) -> int:
        """Bytes of one record, or of the whole variable."""
        lengths = (dimension.length for dimension in self.dimensions[self.is_record :])
        return prod(lengths) * (self.dtype.itemsize if self.dtype is not None else 1)


class _Header:
    """The header, read from its first byte to its last."""

    def __init__(self, path: Path) -> None:
        self._size = path.stat().st_size
        with path.open("rb") as self._stream:
            version = self._take(4)[3]
            if version not in _VERSIONS:
                message = f"a classic netCDF file of version {version}, which is none of 1, 2, 5"
                raise FormatError(message)
            self._count_bytes, self._offset_bytes = _VERSIONS[version]
            self._types = _TYPES_5 if version == 5 else _TYPES
            self.records = self._number(self._count_bytes)
            self.dimensions = self._list(_DIMENSIONS, self._dimension)
            self.attributes = self._attribute_list()
            self.variables = self._list(_VARIABLES, self._variable)
        if self.records == 256**self._count_bytes - 1:  # written as a stream: nobody counted
            self.records = self._records_there()

    def _take(self, count: int) -> bytes:
        raw = self._stream.read(count) if count <= self._size else b""
        if len(raw) != count:
            message = "its header ends too early, or declares more than the file has"
            raise FormatError(message)
        return raw

    def _number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "big")

    def _padded(self, count: int) -> bytes:
        raw = self._take(count)
        self._take(-count % 4)
        return raw

    def _name(self) -> str:
        raw = self._padded(self._number(self._count_bytes))
        try:
            return raw.decode()
        except UnicodeDecodeError as problem:
            message = f"the name {raw[:40]!r} is no UTF-8"
            raise FormatError(message) from problem

    def _list(self, tag: int, item: Callable[[], _T]) -> list[_T]:
        found, count = self._number(4), self._number(self._count_bytes)
        if found != tag and (found, count) != (0, 0):
            message = f"its header has the tag {found} where {tag} or an empty list belongs"
            raise FormatError(message)
        return [item() for _ in range(count)]  # each takes bytes: the file ends before memory does

    def _dimension(self) -> _Dimension:
        return _Dimension(self._name(), self._number(self._count_bytes))

    def _dtype(self) -> np.dtype[Any] | None:
        code = self._number(4)
        if code != _CHAR and code not in self._types:
            message = f"its header has the type {code}, which no such file can have"
            raise FormatError(message)
        return None if code == _CHAR else np.dtype(self._types[code])

    def _attribute_list(self) -> dict[str, Any]:
        pairs = self._list(_ATTRIBUTES, self._attribute)
        _check_unique([name for name, _ in pairs], "attributes")
        return dict(pairs)

    def _attribute(self) -> tuple[str, Any]:
        name, dtype, count = self._name(), self._dtype(), self._number(self._count_bytes)
        if dtype is None:
            raw = self._padded(count)
            try:
                return name, raw.decode()
            except UnicodeDecodeError:
                return name, to_json(raw)
        values = native(np.frombuffer(self._padded(count * dtype.itemsize), dtype))
        return name, to_json(values[0] if count == 1 else values)

    def _variable(self) -> _Variable:
        name = self._name()
        rank = self._number(self._count_bytes)
        if rank > _RANK_MAX:
            message = f"{name!a} has {rank:,} dimensions, at most {_RANK_MAX} are carried"
            raise FormatError(message)
        places = [self._number(self._count_bytes) for _ in range(rank)]
        if any(place >= len(self.dimensions) for place in places):
            message = f"{name!a} has a dimension that the file has not"
            raise FormatError(message)
        dimensions = tuple(self.dimensions[place] for place in places)
        if not all(dimension.length for dimension in dimensions[1:]):
            message = f"{name!a} has a dimension without a limit that is not its first"
            raise FormatError(message)
        attributes, dtype = self._attribute_list(), self._dtype()
        self._number(self._count_bytes)  # vsize, which follows from the rest
        return _Variable(name, dimensions, attributes, dtype, self._number(self._offset_bytes))

    @property
    def record_bytes(self) -> int:
        """From one record to the next. A lone variable of records is not padded."""
        rows = [variable.row_bytes for variable in self.variables if variable.is_record]
        return rows[0] if len(rows) == 1 else sum(row + -row % 4 for row in rows)

    def _records_there(self) -> int:
        begins = [variable.begin for variable in self.variables if variable.is_record]
        step = self.record_bytes
        return max(0, self._size - min(begins)) // step if begins and step else 0


def read_classic(path: Path) -> Content:
    """All variables of the file; its global attributes are the metadata.

    Errors: FormatError. Text is named in `skipped`.
    """
    header, content = _Header(path), Content({})
    _check_unique([dimension.name for dimension in header.dimensions], "dimensions")
    if sum(not dimension.length for dimension in header.dimensions) > 1:
        message = "it has two dimensions without a limit"
        raise FormatError(message)
    _check_room(header, path)
    content.metadata.update(_opened(header.attributes, f"the attribute {JSON_ATTRIBUTE}"))
    for variable in header.variables:
        if variable.dtype is None:
            content.skipped[variable.name] = "it holds text, no numbers"
            continue
        what = f"the attribute {JSON_ATTRIBUTE} of {variable.name!a}"
        attributes = _opened(variable.attributes, what)
        if _DIMS in attributes:
            content.skipped[f"{variable.name}@{_DIMS}"] = DIMS_TAKEN
        if variable.dimensions:
            attributes[_DIMS] = [dimension.name for dimension in variable.dimensions]
        add_array(
            content, variable.name, _samples(header, variable, variable.dtype, path), attributes
        )
    notes = tuple(
        f"the dimension without a limit keeps its present length only: {dimension.name!a}"
        for dimension in header.dimensions
        if not dimension.length
    )
    used = {each for variable in header.variables for each in variable.dimensions}
    unused = [
        f"{dimension.name!a} of length {dimension.length:,}"
        for dimension in header.dimensions
        if dimension.length and dimension not in used
    ]
    if unused:
        notes += (f"dimensions of no variable are left out: {shortened(unused)}",)
    return Content(content.arrays, content.attrs, content.metadata, content.skipped, notes)


def _check_unique(names: list[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            message = f"two of its {what} have the name {name!a}"
            raise FormatError(message)
        seen.add(name)


def _check_room(header: _Header, path: Path) -> None:
    """Each variable lies in the file, and they are not larger than it together."""
    size, step, total = path.stat().st_size, header.record_bytes, 0
    for variable in header.variables:
        rows = header.records if variable.is_record else 1
        last = variable.begin + step * (rows - 1) + variable.row_bytes
        if rows and last > size:
            message = f"{variable.name!a} would end at byte {last:,}, the file ends at {size:,}"
            raise FormatError(message)
        total += rows * variable.row_bytes
    if total > size:
        message = (
            f"its variables have {total:,} bytes together, the file has {size:,}: they overlap"
        )
        raise FormatError(message)


def _samples(header: _Header, variable: _Variable, dtype: np.dtype[Any], path: Path) -> Array:
    """The variable's samples in native byte order, every bit as stored."""
    rows = header.records if variable.is_record else 1
    lengths = [dimension.length for dimension in variable.dimensions[variable.is_record :]]
    shape = (rows, *lengths) if variable.is_record else tuple(lengths)
    row_bytes = variable.row_bytes
    if not rows * row_bytes:
        return native(np.empty(shape, dtype))
    whole = np.memmap(path, np.uint8, "r")
    strides = (header.record_bytes if variable.is_record else row_bytes, 1)
    stored = np.ndarray((rows, row_bytes), np.uint8, whole, variable.begin, strides)
    return native(np.array(stored).reshape(-1).view(dtype).reshape(shape))


def _opened(attributes: dict[str, Any], what: str) -> dict[str, Any]:
    """The attributes, with what `intaglio_json` packs in its place."""
    found = dict(attributes)
    if (text := found.pop(JSON_ATTRIBUTE, None)) is not None:
        raw = own_text(text, what).encode("utf-8", "surrogatepass")
        found.update(json_object(raw, what))
    return found
