"""The container, read: a body becomes header, block tables, blocks, canonical bytes.

SPEC.md section 7 from the reader's side, and the steps of section 12 behind
the prologue; `_body` is the writer's.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from intaglio._arrays import Array, ElementType, array_from_bytes, check_elements, known_element
from intaglio._blocks import BlockForm, TableEntry, read_table, root_digest, unpack_block
from intaglio._errors import DecodeError, Reason
from intaglio._header import ArrayRecord, Header, check_extensions, read_header
from intaglio._limits import OUTPUT_BYTES_VARIABLE, Limits
from intaglio._metadata import read_metadata
from intaglio._prologue import Prologue
from intaglio._spec import CODECS, FILTER_BY_CODE, TABLE_ENTRY_BYTES
from intaglio._threads import in_threads

Bytes = npt.NDArray[np.uint8]
ReadBody = Callable[[int, int], memoryview]  # (start, stop) -> those bytes of the body


@dataclass(frozen=True, slots=True)
class Contents:
    """What a checked header says, and where each array's blocks stand in the body."""

    prologue: Prologue
    header: Header
    metadata: dict[str, Any]
    attrs: tuple[dict[str, Any], ...]
    tables: tuple[tuple[TableEntry, ...], ...]
    starts: tuple[int, ...]  # where in the body each array's first block begins


def read_contents(prologue_raw: bytes, prologue: Prologue, read_body: ReadBody) -> Contents:
    """Steps 12 to 19 of [DEC-1]: header, metadata, block tables, root."""
    header_raw = read_body(0, prologue.header_length)
    header = read_header(bytes(header_raw))
    metadata = read_metadata(header.metadata)
    attrs = tuple(read_metadata(record.metadata) for record in header.arrays)
    check_extensions(header)
    table_bytes = TABLE_ENTRY_BYTES * sum(record.block_count for record in header.arrays)
    tables_end = prologue.header_length + table_bytes
    if tables_end > prologue.body_length:  # [CON-1] [LIM-1] before they are read
        raise DecodeError(Reason.LENGTH_MISMATCH, "the block tables do not fit the body")
    tables_raw = read_body(prologue.header_length, tables_end)
    if root_digest(prologue_raw, header_raw, tables_raw) != prologue.root:  # [CON-3]
        raise DecodeError(
            Reason.ROOT_MISMATCH, "prologue, header and block tables do not belong together"
        )
    tables, starts = [], []
    position, table_at = tables_end, 0
    for record in header.arrays:
        table_end = table_at + TABLE_ENTRY_BYTES * record.block_count
        entries = read_table(tables_raw[table_at:table_end])
        tables.append(tuple(entries))
        starts.append(position)
        position += sum(entry.stored_length for entry in entries)
        table_at = table_end
    empty = any(entry.stored_length < 1 for table in tables for entry in table)  # [CON-2]
    if empty or position != prologue.body_length:  # [CON-1]
        raise DecodeError(
            Reason.LENGTH_MISMATCH, f"the blocks end at {position} of {prologue.body_length} bytes"
        )
    return Contents(prologue, header, metadata, attrs, tuple(tables), tuple(starts))


def array_type(record: ArrayRecord) -> tuple[ElementType, BlockForm]:
    """Steps 20 to 22: the element type and block form, if this reader knows them. [HDR-15]"""
    kind = known_element(record.element, record.unit, record.unit_count)
    for code, _ in record.filters:
        if code not in FILTER_BY_CODE:
            raise DecodeError(Reason.FILTER_UNKNOWN, f"filter code 0x{code:02X}")
    if record.codec not in CODECS:
        raise DecodeError(Reason.CODEC_UNKNOWN, f"codec code {record.codec}")
    return kind, BlockForm(record.filters, kind.element.component_bytes, record.codec)


def check_output(records: Iterable[ArrayRecord], limits: Limits) -> None:
    """Steps 20 to 23 for all arrays that are wanted."""
    total = sum(record.size * array_type(record)[0].element.item_bytes for record in records)
    if total > limits.output_bytes_max:  # [LIM-3]
        raise DecodeError(
            Reason.LIMIT_EXCEEDED,
            f"the arrays take {total:,} bytes, the limit is {limits.output_bytes_max:,}; "
            f"Limits(output_bytes_max=...) or {OUTPUT_BYTES_VARIABLE} allows more",
        )


def read_elements(
    contents: Contents, index: int, start: int, stop: int, read_body: ReadBody
) -> Bytes:
    """Canonical bytes of elements start..stop-1 (flat) of array `index`: steps 24 to 27.

    Only the blocks that hold them are read.
    """
    item_bytes = array_type(contents.header.arrays[index])[0].element.item_bytes
    out = np.empty((stop - start) * item_bytes, np.uint8)
    for _ in _fill(out, contents, index, start, stop, read_body):
        pass
    return out


def _fill(
    out: Bytes, contents: Contents, index: int, start: int, stop: int, read_body: ReadBody
) -> Iterator[Bytes]:
    """Fill `out` with elements start..stop-1, and give each part of it, in order, when it is."""
    if start == stop:
        return
    record = contents.header.arrays[index]
    kind, form = array_type(record)
    item_bytes = kind.element.item_bytes
    table = contents.tables[index]
    length = record.block_length
    first, last = start // length, (stop - 1) // length
    position = contents.starts[index] + sum(e.stored_length for e in table[:first])

    def stored_blocks() -> Iterator[tuple[int, memoryview]]:
        at = position
        for block in range(first, last + 1):
            yield block, read_body(at, at + table[block].stored_length)
            at += table[block].stored_length

    def unpack(item: tuple[int, memoryview]) -> Bytes:
        block, stored = item
        begin = block * length
        size = (min(begin + length, record.size) - begin) * item_bytes
        try:
            canonical = unpack_block(stored, size, table[block], form)
            check_elements(canonical, kind.element)
        except DecodeError as problem:
            detail = f"array {record.name!a}, block {block}: {problem.detail}"
            raise DecodeError(problem.reason, detail) from problem
        low, high = max(start, begin), min(stop, begin + length)
        part = out[(low - start) * item_bytes : (high - start) * item_bytes]
        part[:] = canonical[(low - begin) * item_bytes : (high - begin) * item_bytes]
        return part

    yield from in_threads(unpack, stored_blocks())


def read_canonical(contents: Contents, index: int, read_body: ReadBody) -> Bytes:
    """The canonical bytes of the whole array `index`, checked: steps 24 to 28."""
    record = contents.header.arrays[index]
    table = contents.tables[index]
    canonical = np.empty(record.size * array_type(record)[0].element.item_bytes, np.uint8)
    digest = hashlib.sha256()
    for part in _fill(canonical, contents, index, 0, record.size, read_body):
        if len(table) > 1:
            digest.update(part.data)
    whole = table[0].digest if len(table) == 1 else digest.digest()  # one block is the array
    if whole != record.digest:  # [ARR-6]
        raise DecodeError(
            Reason.ARRAY_DIGEST_MISMATCH, f"array {record.name!a}: its SHA-256 is wrong"
        )
    return canonical


def array_of(contents: Contents, index: int, canonical: Bytes, shape: tuple[int, ...]) -> Array:
    """Canonical bytes of array `index`, or of a part of it, as an ndarray of that shape."""
    return array_from_bytes(canonical, array_type(contents.header.arrays[index])[0], shape)
