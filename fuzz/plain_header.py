"""The header of SPEC.md section 6, walked byte by byte. Part of the oracle."""

import struct
import zlib
from math import prod
from typing import Any, Final, NamedTuple

ITEM_BYTES: Final = {
    0x01: 1,
    0x10: 1,
    0x11: 2,
    0x12: 4,
    0x13: 8,
    0x20: 1,
    0x21: 2,
    0x22: 4,
    0x23: 8,
    0x30: 2,
    0x31: 4,
    0x32: 8,
    0x38: 2,
    0x40: 8,
    0x41: 16,
    0x50: 8,
    0x51: 8,
}
STAGES: Final = {1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 6: 5, 7: 1}
PARAMETERS: Final = {1: 0, 2: 1, 3: 2, 4: 0, 5: 0, 6: 0, 7: 1}
GENERIC: Final = 14


class Refused(Exception):  # noqa: N818 - it is a verdict, not a fault
    """The file must be refused for this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def require(condition: object, reason: str) -> None:
    """Refuse the file unless the condition holds."""
    if not condition:
        raise Refused(reason)


class Record(NamedTuple):
    """An array record, and where in the header its digest stands."""

    name: bytes
    element: int
    unit: int
    unit_count: int
    shape: tuple[int, ...]
    metadata: bytes
    filters: tuple[tuple[int, bytes], ...]
    codec: int
    block_length: int
    block_count: int
    digest: bytes
    digest_at: int

    @property
    def count(self) -> int:
        """The number of elements."""
        return prod(self.shape)


class Header(NamedTuple):
    """All records, and the fields: (name, start, stop) of each."""

    metadata: bytes
    arrays: list[Record]
    extensions: list[tuple[int, int, bytes]]
    fields: list[tuple[str, int, int]]


class Walk:
    """Takes fields off a byte string and remembers where they stood."""

    def __init__(self, raw: bytes, end: int) -> None:
        self._raw = raw
        self._end = end
        self.at = 0
        self.fields: list[tuple[str, int, int]] = []

    def take(self, name: str, size: int) -> bytes:
        """The next bytes. [HDR-9]"""
        start, self.at = self.at, self.at + size
        require(self.at <= self._end, "header-malformed")
        self.fields.append((name, start, self.at))
        return self._raw[start : self.at]

    def number(self, name: str, size: int) -> int:
        """The next field as an integer."""
        return int.from_bytes(self.take(name, size), "little")


def read_header(raw: bytes) -> Header:
    """Steps 12 and 13."""
    end = len(raw) - 4
    require(struct.pack("<I", zlib.crc32(raw[:end])) == raw[end:], "header-damaged")  # [HDR-8]
    header = walk_header(raw)
    for record in header.arrays:
        check_record(record)
    types = [kind for kind, _, _ in header.extensions]
    require(types == sorted(set(types)), "header-malformed")  # [HDR-9]
    require(all(flags < 2 for _, flags, _ in header.extensions), "header-malformed")
    return header


def walk_header(raw: bytes) -> Header:
    """The fields of a header, in so far as their lengths allow it. [HDR-9]"""
    walk = Walk(raw, len(raw) - 4)
    array_count = walk.number("array_count", 2)
    extension_count = walk.number("extension_count", 2)
    metadata = walk.take("metadata", walk.number("metadata_length", 4))
    arrays = [_walk_record(walk) for _ in range(array_count)]
    extensions = []
    for _ in range(extension_count):
        kind, flags = walk.number("type", 2), walk.number("flags", 1)
        extensions.append((kind, flags, walk.take("data", walk.number("length", 4))))
    require(walk.at == len(raw) - 4, "header-malformed")
    walk.fields.append(("header_crc", walk.at, len(raw)))
    return Header(metadata, arrays, extensions, walk.fields)


def _walk_record(walk: Walk) -> Record:
    name = walk.take("name", walk.number("name_length", 1))
    numbers = [walk.number(*field) for field in (("element", 1), ("unit", 1), ("unit_count", 4))]
    rank = walk.number("rank", 1)
    require(name and rank <= 32, "header-malformed")
    shape = tuple(walk.number("dimension", 8) for _ in range(rank))
    filter_count = walk.number("filter_count", 1)
    require(filter_count <= 8, "header-malformed")
    filters = []
    for _ in range(filter_count):
        code = walk.number("filter", 1)
        filters.append((code, walk.take("parameters", walk.number("parameter_length", 1))))
    codec = walk.number("codec", 1)
    block_length, block_count = walk.number("block_length", 4), walk.number("block_count", 4)
    digest_at = walk.at
    digest = walk.take("digest", 32)
    metadata = walk.take("metadata", walk.number("metadata_length", 4))
    blocks: tuple[Any, ...] = (codec, block_length, block_count, digest, digest_at)
    return Record(name, *numbers, shape, metadata, tuple(filters), *blocks)


def check_record(record: Record) -> None:
    """[HDR-10] to [HDR-12]."""
    item_bytes = ITEM_BYTES.get(record.element)
    if item_bytes:  # [HDR-10]
        if record.element >= 0x50:
            most = 1 if record.unit == GENERIC else 2**31 - 1
            right = 1 <= record.unit <= 14 and 1 <= record.unit_count <= most
        else:
            right = record.unit == record.unit_count == 0
        require(right, "header-malformed")
    padded = prod(max(length, 1) for length in record.shape) * (item_bytes or 1)
    require(padded <= 2**63 - 1, "header-malformed")  # [HDR-11]
    length, count = record.block_length, record.count
    if count == 0:
        require(length == record.block_count == 0, "header-malformed")
    else:
        require(1 <= length <= count, "header-malformed")
        require(record.block_count == -(-count // length), "header-malformed")
        require(length * (item_bytes or 0) <= 8 * 2**20, "header-malformed")
    if all(code in STAGES for code, _ in record.filters):  # [HDR-12]
        stages = [STAGES[code] for code, _ in record.filters]
        require(stages == sorted(set(stages)), "header-malformed")
        for code, raw in record.filters:
            require(_are_parameters(code, raw, record.element), "header-malformed")


def _are_parameters(code: int, raw: bytes, element: int) -> bool:
    if len(raw) != 4 * PARAMETERS[code]:
        return False
    values = struct.unpack(f"<{PARAMETERS[code]}I", raw)
    if code == 2:
        return values[0] >= 1
    if code == 3:
        return 1 <= values[0] < values[1]
    if code == 7:
        return values[0] <= 22 and element not in ITEM_BYTES.keys() - {0x31, 0x32, 0x40, 0x41}
    return True
