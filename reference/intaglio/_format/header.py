"""SPEC.md section 6, the header: converts descriptions of arrays to bytes, and back."""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Final, NamedTuple

from intaglio._format.filters import maybe_chain_problem
from intaglio._format.registry import (
    ARRAY_BYTES_MAX,
    BLOCK_BYTES_MAX,
    ELEMENT_BY_CODE,
    EXTENSION_REQUIRED,
    EXTENSION_TYPES_KNOWN,
    FILTERS_MAX,
    HEADER_BYTES_MAX,
    NAME_BYTES_MAX,
    RANK_MAX,
    TIME_ELEMENTS,
    TIME_UNIT_CODE,
    TIME_UNITS,
    UNIT_COUNT_MAX,
    FilterStep,
)
from intaglio._format.structs import (
    ArrayFields,
    ExtensionFields,
    HeaderFields,
    RecordError,
    build_header,
    is_sealed,
    parse_header,
)
from intaglio.errors import DecodeError, EncodeError, Reason

_CONTROL: Final = re.compile("[\0-\x1f\x7f-\x9f]")


class ArrayRecord(NamedTuple):
    """The header's record of one array; `metadata` is JSON text, empty if there is none."""

    name: str
    element: int
    unit: int
    unit_count: int
    shape: tuple[int, ...]
    filters: tuple[FilterStep, ...]
    codec: int
    block_length: int
    block_count: int
    digest: bytes
    metadata: bytes = b""

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class Extension:
    """A tagged record of a later version or of private use."""

    type: int
    required: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """All array records, the file's metadata (JSON text) and extension records."""

    arrays: tuple[ArrayRecord, ...]
    metadata: bytes = b""
    extensions: tuple[Extension, ...] = ()


def write_header(header: Header) -> bytes:
    """The bytes of `header`, including its CRC."""
    raw = build_header(
        HeaderFields(
            header.metadata,
            [_array_fields(record) for record in header.arrays],
            [
                ExtensionFields(e.type, EXTENSION_REQUIRED * e.required, e.data)
                for e in header.extensions
            ],
        )
    )
    if len(raw) > HEADER_BYTES_MAX:  # [HDR-7]
        raise EncodeError(
            Reason.HEADER_TOO_LARGE,
            f"names, shapes and metadata take {len(raw):,} bytes, at most {HEADER_BYTES_MAX:,} "
            "fit: store long metadata as an array",
        )
    return raw


def _array_fields(record: ArrayRecord) -> ArrayFields:
    return ArrayFields(record.name.encode(), *record[1:])


def read_header(raw: bytes) -> Header:
    """Read a header that fills all of `raw`; does not check metadata and extension types."""
    if not is_sealed(raw):  # [HDR-8]
        raise DecodeError(
            Reason.HEADER_DAMAGED, "the header's CRC is wrong: pixels that carry it were changed"
        )
    try:
        fields = parse_header(raw)
    except RecordError as problem:  # [HDR-9]
        raise DecodeError(Reason.HEADER_MALFORMED, str(problem)) from problem
    for index, record in enumerate(fields.arrays):
        problem_found = _record_problem(record)
        if problem_found:
            raise DecodeError(Reason.HEADER_MALFORMED, f"array {index}: {problem_found}")
    extensions = _read_extensions(fields.extensions)
    names = _read_names([record.name for record in fields.arrays])
    arrays = tuple(
        ArrayRecord(
            name=name,
            element=record.element,
            unit=record.unit,
            unit_count=record.unit_count,
            shape=record.shape,
            filters=tuple(map(FilterStep._make, record.filters)),
            codec=record.codec,
            block_length=record.block_length,
            block_count=record.block_count,
            digest=record.digest,
            metadata=record.metadata,
        )
        for name, record in zip(names, fields.arrays, strict=True)
    )
    return Header(arrays, fields.metadata, extensions)


def _record_problem(record: ArrayFields) -> str | None:
    if not record.name or len(record.shape) > RANK_MAX or len(record.filters) > FILTERS_MAX:
        return "no name, or too many dimensions or filters"  # [HDR-9]
    element = ELEMENT_BY_CODE.get(record.element)
    if element is not None and not _is_unit(element.name, record.unit, record.unit_count):
        return f"unit {record.unit} times {record.unit_count} with {element.name}"  # [HDR-10]
    item_bytes = element.item_bytes if element else 1
    size, length = prod(record.shape), record.block_length
    if prod(max(d, 1) for d in record.shape) * item_bytes > ARRAY_BYTES_MAX:  # [HDR-11]
        return f"shape {record.shape} is too large"
    legal_length = 1 <= length <= size if size else length == 0
    if not legal_length or record.block_count != -(-size // max(length, 1)):  # [HDR-11]
        return f"{record.block_count} blocks of {length} elements cannot hold {size}"
    if element is not None and length * item_bytes > BLOCK_BYTES_MAX:  # [HDR-11]
        return f"blocks of {length} elements are too large"
    return _chain_problem(record.filters, element.name if element else None)


def _is_unit(element: str, unit: int, count: int) -> bool:
    if element not in TIME_ELEMENTS:
        return unit == 0 and count == 0
    maximum = 1 if unit == TIME_UNIT_CODE["generic"] else UNIT_COUNT_MAX
    return unit in TIME_UNITS and 1 <= count <= maximum


_chain_problem = lru_cache(256)(maybe_chain_problem)


def _read_extensions(records: list[ExtensionFields]) -> tuple[Extension, ...]:  # [HDR-9]
    types = [record.type for record in records]
    if types != sorted(set(types)) or any(r.flags & ~EXTENSION_REQUIRED for r in records):
        raise DecodeError(
            Reason.HEADER_MALFORMED, "extension records out of order, or with a reserved bit set"
        )
    return tuple(Extension(r.type, bool(r.flags & EXTENSION_REQUIRED), r.data) for r in records)


def maybe_name_problem(raw: bytes) -> str | None:
    """Why these bytes are not a legal array name; None if they are. [HDR-13]"""
    if not 1 <= len(raw) <= NAME_BYTES_MAX:
        return f"a name has 1 to {NAME_BYTES_MAX} bytes of UTF-8, this one {len(raw)}"
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        return "the name is not UTF-8"
    if _CONTROL.search(name):
        return f"the name {name!a} has control characters"
    return None


def _read_names(raw_names: list[bytes]) -> list[str]:  # [HDR-13]
    for raw in raw_names:
        problem = maybe_name_problem(raw)
        if problem:
            raise DecodeError(Reason.NAME_INVALID, problem)
    if len(set(raw_names)) != len(raw_names):
        raise DecodeError(Reason.NAME_INVALID, "two arrays have the same name")
    return [raw.decode() for raw in raw_names]


def check_extensions(header: Header) -> None:
    """Refuse an extension record that is required but unknown. [HDR-14]"""
    for extension in header.extensions:
        if extension.required and extension.type not in EXTENSION_TYPES_KNOWN:
            raise DecodeError(
                Reason.EXTENSION_UNKNOWN,
                f"needs a feature this reader lacks: extension 0x{extension.type:04X}",
            )
