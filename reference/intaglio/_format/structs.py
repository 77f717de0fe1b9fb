"""SPEC.md section 6, byte tables: the fields of prologue and header, declared for construct.

`prologue` and `header` check the values. The only module that imports construct.

construct compiles the declarations to Python code. A header may have 65,535 records, so the
classes here make construct emit faster code: fixed-width fields of a record are read with one
struct.unpack, and a record becomes a tuple instead of construct's Container.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from typing import Any, Final, NamedTuple

import construct as cs

from intaglio._format.registry import DIGEST_BYTES, MAGIC

_CRC: Final = struct.Struct("<I")
_CRC_BYTES: Final = 4


class CommonFields(NamedTuple):
    """The fields of the prologue that all major versions share. [HDR-1]"""

    magic: bytes
    major: int
    minor: int
    prologue_length: int
    required_flags: int
    optional_flags: int


class PrologueFields(NamedTuple):
    """The fields of a prologue of version 1, unchecked, without its CRC."""

    magic: bytes
    major: int
    minor: int
    prologue_length: int
    required_flags: int
    optional_flags: int
    depths: list[int]
    width: int
    height: int
    header_length: int
    body_length: int
    root: bytes


class ArrayFields(NamedTuple):
    """The fields of an array record, unchecked."""

    name: bytes
    element: int
    unit: int
    unit_count: int
    shape: tuple[int, ...]
    filters: tuple[tuple[int, bytes], ...]
    codec: int
    block_length: int
    block_count: int
    digest: bytes
    metadata: bytes


class ExtensionFields(NamedTuple):
    """The fields of an extension record, unchecked."""

    type: int
    flags: int
    data: bytes


class HeaderFields(NamedTuple):
    """The fields of a header, unchecked, without its CRC."""

    metadata: bytes
    arrays: list[ArrayFields]
    extensions: list[ExtensionFields]


class RecordError(ValueError):
    """The bytes are not that record; the caller decides which rule of SPEC.md this breaks."""


class Layouts(NamedTuple):
    """The records as construct declarations."""

    common: Any
    prologue: Any
    header: Any


class _Counted(cs.Prefixed):  # type: ignore[misc]
    """A byte string after its length; the compiled code reads and writes it in one call."""

    def _emitparse(self, code: Any) -> str:  # noqa: ANN401 - construct has no types
        return f"io.read({self.lengthfield._compileparse(code)})"

    def _emitbuild(self, code: Any) -> str:  # noqa: ANN401
        return f"io.write({_struct(code, [self.lengthfield])}.pack(len(obj)) + obj)"


def _several(count: Any, item: Any) -> Any:  # noqa: ANN401
    """A sequence of items after its length; the compiled code makes it a tuple."""
    array = cs.PrefixedArray(count, item)
    array._emitparse = lambda code: (
        f"tuple([{item._compileparse(code)} for _ in range({count._compileparse(code)})])"
    )
    array._emitbuild = lambda code: (
        f"(io.write({_struct(code, [count])}.pack(len(obj))), "
        f"[{item._compilebuild(code)} for obj in obj])"
    )
    return array


class _Row(cs.Struct):  # type: ignore[misc]
    """A record; the compiled code makes it a tuple and reads runs of fixed-width fields at once.

    A header may have 65,535 of them, and a Container for each takes ten times as long.
    """

    def _emitparse(self, code: Any) -> str:  # noqa: ANN401
        function = f"parse_row_{code.allocateId()}"
        lines = [f"def {function}(io, this):"]
        for fixed, names, fields in self._runs():
            if fixed:
                size = sum(field.sizeof() for field in fields)
                run = f"{_struct(code, fields)}.unpack(io.read({size}))"
                lines.append(f"    {', '.join(names)}, = {run}")
            else:
                lines.append(f"    {names[0]} = {fields[0]._compileparse(code)}")
        lines.append(f"    return ({', '.join(self._names())},)\n")
        code.append("\n".join(lines))
        return f"{function}(io, this)"

    def _emitbuild(self, code: Any) -> str:  # noqa: ANN401
        function = f"build_row_{code.allocateId()}"
        lines = [f"def {function}(obj, io, this):", f"    {', '.join(self._names())}, = obj"]
        for fixed, names, fields in self._runs():
            if fixed:
                lines.append(f"    io.write({_struct(code, fields)}.pack({', '.join(names)}))")
            else:
                lines += [f"    obj = {names[0]}", f"    {fields[0]._compilebuild(code)}"]
        code.append("\n".join([*lines, ""]))
        return f"{function}(obj, io, this)"

    def _names(self) -> list[str]:
        return [field.name or f"part_{n}" for n, field in enumerate(self.subcons)]

    def _runs(self) -> Iterator[tuple[bool, list[str], list[Any]]]:
        """(fixed, names, fields) of each run of fixed-width fields, and of each other field."""
        fields = enumerate(zip(self._names(), self.subcons, strict=True))
        for key, run in groupby(fields, lambda f: -1 if _maybe_format(f[1][1]) else f[0]):
            names, inner = zip(*(field for _, field in run), strict=True)
            yield key < 0, [*names], [*inner]


class _Tuple(cs.Sequence, _Row):  # type: ignore[misc]
    """A record whose fields have no names."""

    _emitparse, _emitbuild = _Row._emitparse, _Row._emitbuild


def _struct(code: Any, fields: list[Any]) -> str:  # noqa: ANN401
    """Add a struct of those fields to the compiled code, and return its name there."""
    name = f"struct_{code.allocateId()}"
    formats = "".join(_maybe_format(field) or "" for field in fields)
    code.append(f"{name} = struct.Struct({'<' + formats!r})")
    return name


def _maybe_format(field: Any) -> str | None:  # noqa: ANN401
    """The struct format of a little-endian fixed-width field; None for any other field."""
    inner = field.subcon if isinstance(field, cs.Renamed) else field
    if isinstance(inner, cs.FormatField):
        return str(inner.fmtstr).removeprefix("<")
    return f"{inner.length}s" if isinstance(inner, cs.Bytes) else None


@cache
def layouts() -> Layouts:
    """The byte tables of SPEC.md section 6."""
    prologue = cs.Struct(
        "magic" / cs.Bytes(len(MAGIC)),
        "major" / cs.Int8ul,
        "minor" / cs.Int8ul,
        "prologue_length" / cs.Int16ul,
        "required_flags" / cs.Int32ul,
        "optional_flags" / cs.Int32ul,
        "depths" / cs.Int8ul[4],
        "width" / cs.Int32ul,
        "height" / cs.Int32ul,
        "header_length" / cs.Int32ul,
        "body_length" / cs.Int64ul,
        "root" / cs.Bytes(DIGEST_BYTES),
    )
    bytes8 = _Counted(cs.Int8ul, cs.GreedyBytes)
    bytes32 = _Counted(cs.Int32ul, cs.GreedyBytes)
    array = _Row(
        "name" / bytes8,
        "element" / cs.Int8ul,
        "unit" / cs.Int8ul,
        "unit_count" / cs.Int32ul,
        "shape" / _several(cs.Int8ul, cs.Int64ul),
        "filters" / _several(cs.Int8ul, _Tuple(cs.Int8ul, bytes8)),
        "codec" / cs.Int8ul,
        "block_length" / cs.Int32ul,
        "block_count" / cs.Int32ul,
        "digest" / cs.Bytes(DIGEST_BYTES),
        "metadata" / bytes32,
    )
    extension = _Row("type" / cs.Int16ul, "flags" / cs.Int8ul, "data" / bytes32)
    header = cs.Struct(
        "array_count" / cs.Int16ul,
        "extension_count" / cs.Int16ul,
        "metadata" / bytes32,
        "arrays" / cs.Array(cs.this.array_count, array),
        "extensions" / cs.Array(cs.this.extension_count, extension),
    )
    return Layouts(cs.Struct(*prologue.subcons[:6]), prologue, header)


def build_prologue(fields: Mapping[str, Any]) -> bytes:
    """The bytes of a prologue of version 1, including its CRC."""
    return _sealed(layouts().prologue.build(fields))


def parse_common(raw: bytes) -> CommonFields:
    """Read the fields of the prologue that all major versions share. [HDR-1]"""
    fields = layouts().common.parse(raw)
    return CommonFields(**{name: fields[name] for name in CommonFields._fields})


def parse_prologue(raw: bytes) -> PrologueFields:
    """Read the fields of a prologue of version 1 from at least 76 bytes."""
    fields = layouts().prologue.parse(raw)
    return PrologueFields(**{name: fields[name] for name in PrologueFields._fields})


def build_header(header: HeaderFields) -> bytes:
    """The bytes of a header, including its CRC."""
    counts = {"array_count": len(header.arrays), "extension_count": len(header.extensions)}
    return _sealed(_compiled_header().build({**counts, **header._asdict()}))


def parse_header(raw: bytes) -> HeaderFields:
    """Read the fields of a header that fills all of `raw` except the CRC at its end. [HDR-9]

    Compiled construct code is six times as fast, but does not notice short reads. So one byte is
    appended: code that reads past the body has also read this byte, and the lengths differ.
    """
    body = raw[:-_CRC_BYTES]
    try:
        fields = _compiled_header().parse(body + b"\0")
    except (cs.ConstructError, struct.error) as problem:
        message = "a record ends outside the header"
        raise RecordError(message) from problem
    header = HeaderFields(
        fields.metadata,
        [*map(ArrayFields._make, fields.arrays)],
        [*map(ExtensionFields._make, fields.extensions)],
    )
    if _length(header) != len(body):
        message = "the records do not fill the header exactly"
        raise RecordError(message)
    return header


def _length(header: HeaderFields) -> int:
    """The number of bytes that these fields were read from."""
    length = 8 + len(header.metadata)
    for array in header.arrays:
        length += 22 + len(array.name) + 8 * len(array.shape) + len(array.digest)
        length += sum(2 + len(data) for _, data in array.filters) + len(array.metadata)
    return length + sum(7 + len(extension.data) for extension in header.extensions)


@cache
def _compiled_header() -> Any:  # noqa: ANN401 - construct has no types
    return layouts().header.compile()


def is_sealed(raw: bytes) -> bool:
    """Whether the last four bytes are the CRC-32 of all bytes before them."""
    return raw[-_CRC_BYTES:] == _CRC.pack(zlib.crc32(raw[:-_CRC_BYTES]))


def _sealed(raw: bytes) -> bytes:
    return raw + _CRC.pack(zlib.crc32(raw))
