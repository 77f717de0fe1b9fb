"""Binary records: the byte tables of SPEC.md section 6, as construct has them.

Field names and order only; what values mean is for the rooms above. The only
door to construct.
"""

import struct
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import construct as cs

from intaglio._spec import DIGEST_BYTES, MAGIC

_CRC: Final = cs.Int32ul
_CRC_BYTES: Final = 4

_PROLOGUE: Final = cs.Struct(
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
_COMMON: Final = cs.Struct(*_PROLOGUE.subcons[:6])

_BYTES8: Final = cs.Prefixed(cs.Int8ul, cs.GreedyBytes)
_BYTES32: Final = cs.Prefixed(cs.Int32ul, cs.GreedyBytes)
_ARRAY: Final = cs.Struct(
    "name" / _BYTES8,
    "element" / cs.Int8ul,
    "unit" / cs.Int8ul,
    "unit_count" / cs.Int32ul,
    "shape" / cs.PrefixedArray(cs.Int8ul, cs.Int64ul),
    "filters" / cs.PrefixedArray(cs.Int8ul, cs.Sequence(cs.Int8ul, _BYTES8)),
    "codec" / cs.Int8ul,
    "block_length" / cs.Int32ul,
    "block_count" / cs.Int32ul,
    "digest" / cs.Bytes(DIGEST_BYTES),
    "metadata" / _BYTES32,
)
_EXTENSION: Final = cs.Struct("type" / cs.Int16ul, "flags" / cs.Int8ul, "data" / _BYTES32)
_HEADER: Final = cs.Struct(
    "array_count" / cs.Int16ul,
    "extension_count" / cs.Int16ul,
    "metadata" / _BYTES32,
    "arrays" / cs.Array(cs.this.array_count, _ARRAY),
    "extensions" / cs.Array(cs.this.extension_count, _EXTENSION),
)


class RecordError(ValueError):
    """The bytes are not that record; rooms above say which rule that breaks."""


def build_prologue(fields: Mapping[str, Any]) -> bytes:
    """The bytes of a prologue of version 1, CRC included."""
    return _sealed(_PROLOGUE.build(fields))


def parse_common(raw: bytes) -> Any:  # noqa: ANN401 - a construct Container
    """The fields that the prologue has in every major version. [HDR-1]"""
    return _COMMON.parse(raw)


def parse_prologue(raw: bytes) -> Any:  # noqa: ANN401 - a construct Container
    """The fields of a prologue of version 1, from at least 76 bytes."""
    return _PROLOGUE.parse(raw)


def build_header(fields: Mapping[str, Any]) -> bytes:
    """The bytes of a header, CRC included."""
    return _sealed(_compiled_header().build(fields))


def parse_header(raw: bytes) -> Any:  # noqa: ANN401 - a construct Container
    """The fields of a header that fills all of `raw` but the CRC at its end. [HDR-9]

    Compiled construct is six times as fast and takes short reads for whole
    ones, so the fields are built again and must give the same bytes.
    """
    body = raw[:-_CRC_BYTES]
    try:
        fields = _compiled_header().parse(body)
        again = _compiled_header().build(fields)
    except (cs.ConstructError, struct.error) as problem:
        message = "a record ends outside the header"
        raise RecordError(message) from problem
    if again != body:
        message = "the records do not fill the header exactly"
        raise RecordError(message)
    return fields


@cache
def _compiled_header() -> Any:  # noqa: ANN401 - construct has no types
    return _HEADER.compile()


def is_sealed(raw: bytes) -> bool:
    """Whether the last four bytes are the CRC-32 of those before them."""
    return bool(_CRC.parse(raw[-_CRC_BYTES:]) == zlib.crc32(raw[:-_CRC_BYTES]))


def _sealed(raw: bytes) -> bytes:
    return raw + bytes(_CRC.build(zlib.crc32(raw)))
