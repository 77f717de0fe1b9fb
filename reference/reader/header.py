"""Section 6 of SPEC.md: the prologue and the header."""

import struct
from collections.abc import Sequence
from math import prod
from typing import Final, NamedTuple

from reader import carrier
from reader.conventions import Cursor, Refused, crc32, require
from reader.registry import DECIMAL, DECIMALS, DELTA, ELEMENTS, FILTERS, LORENZO, TIMES, UNITS

MAGIC: Final = b"INTAGLIO"
COMMON_BYTES: Final = 24  # of a prologue of any major version, with the CRC
PROLOGUE_BYTES: Final = 80
HEADER_BYTES_MAX: Final = 4 * 2**20
BLOCK_BYTES_MAX: Final = 8 * 2**20


class Prologue(NamedTuple):
    """The fields of a prologue that later steps need."""

    depths: tuple[int, ...]
    width: int
    height: int
    header_length: int
    body_length: int
    root: bytes


class ArrayRecord(NamedTuple):
    """An array record; filters are pairs of code and parameter bytes."""

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

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)


class ExtensionRecord(NamedTuple):
    """An extension record."""

    type: int
    flags: int
    data: bytes


class Header(NamedTuple):
    """Everything that the header holds."""

    metadata: bytes
    arrays: tuple[ArrayRecord, ...]
    extensions: tuple[ExtensionRecord, ...]


def check_magic(start: bytes) -> None:
    """Check the first 24 bytes that the pixels carry."""
    require(len(start) == COMMON_BYTES and start[:8] == MAGIC, "no-prologue")  # [HDR-1]


def prologue_length(start: bytes, pixel_count: int) -> int:
    """Return prologue_length."""
    length = int.from_bytes(start[10:12], "little")
    require(COMMON_BYTES <= length <= pixel_count, "prologue-damaged")  # [HDR-2]
    return length


def check_prologue_crc(raw: bytes) -> None:
    """Check the last four bytes of a prologue of any version."""
    crc = int.from_bytes(raw[-4:], "little")
    require(crc32(raw[:-4]) == crc, "prologue-damaged")  # [HDR-1] [HDR-2]


def check_major(raw: bytes) -> None:
    """Check the major version."""
    require(raw[8] == 1, "version-unknown")  # [HDR-3] and every minor, raw[9]


def check_flags(raw: bytes) -> None:
    """Check required_flags; optional_flags, raw[16:20], are ignored."""
    require(not any(raw[12:16]), "required-flag-unknown")  # [HDR-4]


def read_prologue(raw: bytes) -> Prologue:
    """Read the fields of a prologue of major version 1."""
    require(len(raw) == PROLOGUE_BYTES, "prologue-malformed")  # [HDR-5]
    *depths, width, height, header_length, body_length, root = struct.unpack(
        "<4BIIIQ32s", raw[20:76]
    )
    require(carrier.are_legal(depths), "prologue-malformed")  # [HDR-5] [CAR-4]
    return Prologue(tuple(depths), width, height, header_length, body_length, root)


def check_size(prologue: Prologue, width: int, height: int) -> None:
    """Hold the prologue's size against the picture's."""
    is_same = (prologue.width, prologue.height) == (width, height)
    require(is_same, "carrier-size-mismatch")  # [HDR-6]


def check_lengths(prologue: Prologue, capacity: int) -> None:
    """Check that the header fits the body, and the body the carrier."""
    header_length, body_length = prologue.header_length, prologue.body_length
    require(12 <= header_length <= HEADER_BYTES_MAX, "length-mismatch")  # [HDR-7]
    require(header_length <= body_length <= capacity, "length-mismatch")  # [HDR-7] [LIM-1]


def check_header_crc(raw: bytes) -> None:
    """Check the last four bytes of the header."""
    require(crc32(raw[:-4]) == int.from_bytes(raw[-4:], "little"), "header-damaged")  # [HDR-8]


def read_header(raw: bytes) -> Header:
    """Read all records, and check their structure."""
    header = walk_header(Cursor(raw[:-4], "header-malformed"))
    for record in header.arrays:
        check_record(record)
    types = [extension.type for extension in header.extensions]
    require(types == sorted(set(types)), "header-malformed")  # [HDR-9]
    require(all(e.flags <= 1 for e in header.extensions), "header-malformed")  # [HDR-9]
    return header


def walk_header(cursor: Cursor) -> Header:
    """Read the fields one after the other. [HDR-9]"""
    array_count = cursor.number("array_count", 2)
    extension_count = cursor.number("extension_count", 2)
    metadata = cursor.take("metadata", cursor.number("metadata_length", 4))
    arrays = tuple(_walk_array(cursor) for _ in range(array_count))
    extensions = tuple(_walk_extension(cursor) for _ in range(extension_count))
    require(cursor.is_at_end, "header-malformed")  # [HDR-9]
    return Header(metadata, arrays, extensions)


def _walk_array(cursor: Cursor) -> ArrayRecord:
    name = cursor.take("name", cursor.number("name_length", 1))
    require(name, "header-malformed")  # [HDR-9]
    element, unit = cursor.number("element", 1), cursor.number("unit", 1)
    unit_count, rank = cursor.number("unit_count", 4), cursor.number("rank", 1)
    require(rank <= 32, "header-malformed")  # [HDR-9]
    shape = tuple(cursor.number("dimension", 8) for _ in range(rank))
    filter_count = cursor.number("filter_count", 1)
    require(filter_count <= 8, "header-malformed")  # [HDR-9]
    return ArrayRecord(
        name,
        element,
        unit,
        unit_count,
        shape,
        filters=tuple(_walk_filter(cursor) for _ in range(filter_count)),
        codec=cursor.number("codec", 1),
        block_length=cursor.number("block_length", 4),
        block_count=cursor.number("block_count", 4),
        digest=cursor.take("digest", 32),
        metadata=cursor.take("metadata", cursor.number("metadata_length", 4)),
    )


def _walk_filter(cursor: Cursor) -> tuple[int, bytes]:
    code = cursor.number("filter", 1)
    return code, cursor.take("parameters", cursor.number("parameter_length", 1))


def _walk_extension(cursor: Cursor) -> ExtensionRecord:
    kind, flags = cursor.number("type", 2), cursor.number("flags", 1)
    return ExtensionRecord(kind, flags, cursor.take("data", cursor.number("length", 4)))


def check_record(record: ArrayRecord) -> None:
    """Check the fields of an array record."""
    element = ELEMENTS.get(record.element)
    if element:
        require(_is_unit(record), "header-malformed")  # [HDR-10]
    item_bytes = element.item_bytes if element else 1
    extent = prod(max(dimension, 1) for dimension in record.shape)
    require(extent * item_bytes <= 2**63 - 1, "header-malformed")  # [HDR-11]
    length, count = record.block_length, record.block_count
    if record.size == 0:
        require(length == count == 0, "header-malformed")  # [HDR-11]
    else:
        require(1 <= length <= record.size, "header-malformed")  # [HDR-11]
        require(count == (record.size + length - 1) // length, "header-malformed")  # [HDR-11]
    if element:
        require(length * item_bytes <= BLOCK_BYTES_MAX, "header-malformed")  # [HDR-11]
    if all(code in FILTERS for code, _ in record.filters):
        stages = [FILTERS[code].stage for code, _ in record.filters]
        require(stages == sorted(set(stages)), "header-malformed")  # [HDR-12]
        for code, parameters in record.filters:
            is_legal = _are_parameters(code, parameters, record.element)
            require(is_legal, "header-malformed")  # [HDR-12]


def _is_unit(record: ArrayRecord) -> bool:
    """Whether unit and unit_count suit the element, a registered one. [HDR-10]"""
    if record.element not in TIMES:
        return record.unit == record.unit_count == 0
    count_max = 1 if record.unit == len(UNITS) else 2**31 - 1  # the last unit is `generic`
    return 1 <= record.unit <= len(UNITS) and 1 <= record.unit_count <= count_max


def _are_parameters(code: int, parameters: bytes, element: int) -> bool:
    """Whether a registered filter may have these parameters, and that element. [HDR-12]"""
    if len(parameters) != 4 * FILTERS[code].numbers:
        return False
    numbers = filter_numbers(parameters)
    if code == DELTA:
        return numbers[0] >= 1  # [FLT-2]
    if code == LORENZO:
        return 1 <= numbers[0] < numbers[1]  # [FLT-3]
    if code == DECIMAL:
        return numbers[0] <= 22 and (element in DECIMALS or element not in ELEMENTS)  # [FLT-7]
    return True


def filter_numbers(parameters: bytes) -> Sequence[int]:
    """Return the u32 numbers that a filter's parameters are."""
    return struct.unpack(f"<{len(parameters) // 4}I", parameters)


def check_names(header: Header) -> None:
    """Check that names are legal and differ."""
    names = [record.name for record in header.arrays]
    for name in names:
        try:
            codes = [ord(character) for character in name.decode("utf-8")]
        except UnicodeDecodeError as problem:
            raise Refused("name-invalid", str(problem)) from problem  # [HDR-13]
        is_control = any(code <= 0x1F or 0x7F <= code <= 0x9F for code in codes)
        require(not is_control, "name-invalid")  # [HDR-13]
    require(len(set(names)) == len(names), "name-invalid")  # [HDR-13]


def check_extensions(header: Header) -> None:
    """Refuse required extension records: this version knows no type."""
    is_required = any(extension.flags & 1 for extension in header.extensions)
    require(not is_required, "extension-unknown")  # [HDR-14]
