"""Binary records: the byte tables of SPEC.md section 6, as construct has them.

Field names and order only; what values mean is for the rooms above. The only
door to construct.
"""

import struct
import zlib
from collections.abc import Mapping
from functools import cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

import construct as cs

from intaglio._spec import DIGEST_BYTES, MAGIC

_CRC: Final = struct.Struct("<I")
_CRC_BYTES: Final = 4


class CommonFields(NamedTuple):
    """What the prologue has in every major version. [HDR-1]"""

    magic: bytes
    major: int
    minor: int
    prologue_length: int
    required_flags: int
    optional_flags: int


class PrologueFields(NamedTuple):
    """A prologue of version 1 as it stands, without its CRC."""

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
    """An array record as it stands."""

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


_ARRAY_VALUES: Final = itemgetter(*ArrayFields._fields)


class ExtensionFields(NamedTuple):
    """An extension record as it stands."""

    type: int
    flags: int
    data: bytes


class HeaderFields(NamedTuple):
    """A header as it stands, without its CRC."""

    metadata: bytes
    arrays: list[ArrayFields]
    extensions: list[ExtensionFields]


class RecordError(ValueError):
    """The bytes are not that record; rooms above say which rule that breaks."""


class Layouts(NamedTuple):
    """The records in construct's words."""

    common: Any
    prologue: Any
    header: Any


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
    bytes8 = cs.Prefixed(cs.Int8ul, cs.GreedyBytes)
    bytes32 = cs.Prefixed(cs.Int32ul, cs.GreedyBytes)
    array = cs.Struct(
        "name" / bytes8,
        "element" / cs.Int8ul,
        "unit" / cs.Int8ul,
        "unit_count" / cs.Int32ul,
        "shape" / cs.PrefixedArray(cs.Int8ul, cs.Int64ul),
        "filters" / cs.PrefixedArray(cs.Int8ul, cs.Sequence(cs.Int8ul, bytes8)),
        "codec" / cs.Int8ul,
        "block_length" / cs.Int32ul,
        "block_count" / cs.Int32ul,
        "digest" / cs.Bytes(DIGEST_BYTES),
        "metadata" / bytes32,
    )
    extension = cs.Struct("type" / cs.Int16ul, "flags" / cs.Int8ul, "data" / bytes32)
    header = cs.Struct(
        "array_count" / cs.Int16ul,
        "extension_count" / cs.Int16ul,
        "metadata" / bytes32,
        "arrays" / cs.Array(cs.this.array_count, array),
        "extensions" / cs.Array(cs.this.extension_count, extension),
    )
    return Layouts(cs.Struct(*prologue.subcons[:6]), prologue, header)


def build_prologue(fields: Mapping[str, Any]) -> bytes:
    """The bytes of a prologue of version 1, CRC included."""
    return _sealed(layouts().prologue.build(fields))


def parse_common(raw: bytes) -> CommonFields:
    """The fields that the prologue has in every major version. [HDR-1]"""
    fields = layouts().common.parse(raw)
    return CommonFields(**{name: fields[name] for name in CommonFields._fields})


def parse_prologue(raw: bytes) -> PrologueFields:
    """The fields of a prologue of version 1, from at least 76 bytes."""
    fields = layouts().prologue.parse(raw)
    return PrologueFields(**{name: fields[name] for name in PrologueFields._fields})


def build_header(fields: Mapping[str, Any]) -> bytes:
    """The bytes of a header, CRC included."""
    return _sealed(_compiled_header().build(fields))


def parse_header(raw: bytes) -> HeaderFields:
    """The fields of a header that fills all of `raw` but the CRC at its end. [HDR-9]

    Compiled construct is six times as fast and takes short reads for whole ones. So one
    byte more is there to be read: whoever reads past the body has read that one, too.
    """
    body = raw[:-_CRC_BYTES]
    try:
        fields = _compiled_header().parse(body + b"\0")
    except (cs.ConstructError, struct.error) as problem:
        message = "a record ends outside the header"
        raise RecordError(message) from problem
    header = HeaderFields(
        fields.metadata,
        [_array_fields(record) for record in fields.arrays],
        [ExtensionFields(record.type, record.flags, record.data) for record in fields.extensions],
    )
    if _length(header) != len(body):
        message = "the records do not fill the header exactly"
        raise RecordError(message)
    return header


def _length(header: HeaderFields) -> int:
    """How many bytes were read for those fields."""
    length = 8 + len(header.metadata)
    for array in header.arrays:
        length += 22 + len(array.name) + 8 * len(array.shape) + len(array.digest)
        length += sum(2 + len(data) for _, data in array.filters) + len(array.metadata)
    return length + sum(7 + len(extension.data) for extension in header.extensions)


def _array_fields(record: Any) -> ArrayFields:  # noqa: ANN401 - a construct Container
    name, element, unit, unit_count, shape, filters, *others = _ARRAY_VALUES(record)
    steps = tuple(map(tuple, filters))
    return ArrayFields(name, element, unit, unit_count, tuple(shape), steps, *others)


@cache
def _compiled_header() -> Any:  # noqa: ANN401 - construct has no types
    return layouts().header.compile()


def is_sealed(raw: bytes) -> bool:
    """Whether the last four bytes are the CRC-32 of those before them."""
    return raw[-_CRC_BYTES:] == _CRC.pack(zlib.crc32(raw[:-_CRC_BYTES]))


def _sealed(raw: bytes) -> bytes:
    return raw + _CRC.pack(zlib.crc32(raw))
