"""SPEC.md section 7, the container: reads header, block tables and blocks from a body.

`_packing.body` is the writer's side. Blocks are unpacked in threads, in order. Small blocks go
to a thread in batches, and equal blocks of a batch are decompressed once.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from intaglio._format.blocks import (
    BlockForm,
    Table,
    TableEntry,
    read_table,
    root_digest,
    unpack_block,
)
from intaglio._format.elements import (
    Array,
    ElementType,
    array_from_bytes,
    check_elements,
    known_element,
)
from intaglio._format.fast.repeated_blocks import find_repeats
from intaglio._format.header import ArrayRecord, Header, check_extensions, read_header
from intaglio._format.metadata import read_metadata
from intaglio._format.prologue import Prologue
from intaglio._format.registry import CODECS, FILTER_BY_CODE, TABLE_ENTRY_BYTES
from intaglio._threads import in_threads
from intaglio.errors import DecodeError, Reason
from intaglio.limits import OUTPUT_BYTES_VARIABLE, Limits

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
ReadBody = Callable[[int, int], memoryview]  # (start, stop) -> those bytes of the body

_BATCH_BYTES: Final = 1 << 17  # smaller blocks are unpacked several at a time


@dataclass(frozen=True, slots=True)
class Contents:
    """The content of a checked header, and the offsets of each array's blocks in the body."""

    prologue: Prologue
    header: Header
    metadata: dict[str, Any]
    attrs: tuple[dict[str, Any], ...]
    tables: tuple[Table, ...]
    offsets: tuple[Offsets, ...]  # in the body: the start of each block, and the end of the last


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
    table = read_table(tables_raw)
    offsets = np.full(len(table) + 1, tables_end, np.int64)
    offsets[1:] += np.cumsum(table["stored_length"], dtype=np.int64)
    position = int(offsets[-1])
    empty = bool((table["stored_length"] < 1).any())  # [CON-2]
    if empty or position != prologue.body_length:  # [CON-1]
        raise DecodeError(
            Reason.LENGTH_MISMATCH, f"the blocks end at {position} of {prologue.body_length} bytes"
        )
    ends = accumulate((record.block_count for record in header.arrays), initial=0)
    spans = [*pairwise(ends)]
    return Contents(
        prologue,
        header,
        metadata,
        attrs,
        tuple(table[first:end] for first, end in spans),
        tuple(offsets[first : end + 1] for first, end in spans),
    )


def array_type(record: ArrayRecord) -> tuple[ElementType, BlockForm]:
    """Steps 20 to 22: the element type and block form, if this reader knows them. [HDR-15]"""
    kind = known_element(record.element, record.unit, record.unit_count)
    for code, _ in record.filters:
        if code not in FILTER_BY_CODE:
            raise DecodeError(Reason.FILTER_UNKNOWN, f"filter code 0x{code:02X}")
    if record.codec not in CODECS:
        raise DecodeError(Reason.CODEC_UNKNOWN, f"codec code {record.codec}")
    return kind, BlockForm(record.filters, kind.element.component_bytes, record.codec)


def check_output(
    records: Iterable[ArrayRecord], limits: Limits, file_bytes: Callable[[], int]
) -> None:
    """Steps 20 to 23 for all requested arrays of a file of `file_bytes()` bytes."""
    total = sum(record.size * array_type(record)[0].element.item_bytes for record in records)
    check_bytes(total, limits, file_bytes)


def check_bytes(total: int, limits: Limits, file_bytes: Callable[[], int]) -> None:
    """Step 23 for `total` canonical bytes; calls `file_bytes` only if the limit depends on it."""
    if total <= limits.output_bytes_for(0):
        return
    size = 0 if limits.is_output_given else file_bytes()
    maximum = limits.output_bytes_for(size)
    if total > maximum:  # [LIM-3]
        why = f" for a file of {size:,} bytes" if size else ""
        raise DecodeError(
            Reason.LIMIT_EXCEEDED,
            f"the arrays take {total:,} bytes, the limit is {maximum:,}{why}; "
            f"Limits(output_bytes_max=...) or {OUTPUT_BYTES_VARIABLE} allows more",
        )


def read_elements(
    contents: Contents, index: int, start: int, stop: int, read_body: ReadBody
) -> Bytes:
    """Canonical bytes of elements start..stop-1 (flat) of array `index`: steps 24 to 27.

    Reads only the blocks that hold these elements.
    """
    item_bytes = array_type(contents.header.arrays[index])[0].element.item_bytes
    out = np.empty((stop - start) * item_bytes, np.uint8)
    for _ in _fill(out, contents, index, start, stop, read_body):
        pass
    return out


def _fill(
    out: Bytes, contents: Contents, index: int, start: int, stop: int, read_body: ReadBody
) -> Iterator[Bytes]:
    """Fill `out` with elements start..stop-1; yield its parts in order, each when it is done."""
    if start == stop:
        return
    record = contents.header.arrays[index]
    item_bytes = array_type(record)[0].element.item_bytes
    length, offsets = record.block_length, contents.offsets[index]

    def stored_blocks() -> Iterator[tuple[range, memoryview]]:
        for blocks in _batches(offsets, start // length, -(-stop // length), length * item_bytes):
            yield blocks, read_body(int(offsets[blocks.start]), int(offsets[blocks.stop]))

    def unpack(item: tuple[range, memoryview]) -> Bytes:
        blocks, stored = item
        canonical = _unpack_batch(contents, index, blocks, stored)
        begin = blocks.start * length
        low, high = max(start, begin), min(stop, blocks.stop * length)
        part = out[(low - start) * item_bytes : (high - start) * item_bytes]
        part[:] = canonical[(low - begin) * item_bytes : (high - begin) * item_bytes]
        return part

    yield from in_threads(unpack, stored_blocks())


def _batches(offsets: Offsets, first: int, end: int, block_bytes: int) -> Iterator[range]:
    """Blocks first..end-1 in batches that are worth a task in a thread; a large block is one."""
    while first < end:
        fit = int(np.searchsorted(offsets, offsets[first] + _BATCH_BYTES, "right")) - 1
        batch_end = min(fit, first + _BATCH_BYTES // block_bytes, end)
        yield (blocks := range(first, max(batch_end, first + 1)))
        first = blocks.stop


def _unpack_batch(contents: Contents, index: int, blocks: range, stored: memoryview) -> Bytes:
    """The canonical bytes of these blocks of array `index`, concatenated: steps 24 to 27."""
    record = contents.header.arrays[index]
    kind, form = array_type(record)
    table = contents.tables[index][blocks.start : blocks.stop]
    offsets = contents.offsets[index][blocks.start : blocks.stop + 1]
    offsets = offsets - offsets[0]
    size, length = record.size, record.block_length

    def unpack(number: int) -> Bytes:
        begin = (blocks.start + number) * length
        block_bytes = (min(begin + length, size) - begin) * kind.element.item_bytes
        raw = stored[offsets[number] : offsets[number + 1]]
        try:
            canonical = unpack_block(raw, block_bytes, TableEntry(*table[number].item()), form)
            check_elements(canonical, kind.element)
        except DecodeError as problem:
            detail = f"array {record.name!a}, block {blocks[number]}: {problem.detail}"
            raise DecodeError(problem.reason, detail) from problem
        return canonical

    last = len(blocks) - 1
    if not last:
        return unpack(0)
    entries = np.frombuffer(table[:last], np.uint8).reshape(last, -1)
    found, which = find_repeats(entries, np.frombuffer(stored, np.uint8), offsets[:-1])
    rows = np.stack([unpack(number) for number in found.tolist()])
    return np.concatenate([rows[which].reshape(-1), unpack(last)])  # the last one may be shorter


def read_canonical(contents: Contents, index: int, read_body: ReadBody) -> Bytes:
    """The canonical bytes of the whole array `index`, checked: steps 24 to 28."""
    record = contents.header.arrays[index]
    table = contents.tables[index]
    if len(table) == 1:  # the only block is the whole array
        first, end = contents.offsets[index].tolist()
        canonical = _unpack_batch(contents, index, range(1), read_body(first, end)).copy()
        whole = table["digest"].item()
    else:
        canonical = np.empty(record.size * array_type(record)[0].element.item_bytes, np.uint8)
        digest = hashlib.sha256()
        for part in _fill(canonical, contents, index, 0, record.size, read_body):
            digest.update(part.data)
        whole = digest.digest()
    if whole != record.digest:  # [ARR-6]
        raise DecodeError(
            Reason.ARRAY_DIGEST_MISMATCH, f"array {record.name!a}: its SHA-256 is wrong"
        )
    return canonical


def array_of(contents: Contents, index: int, canonical: Bytes, shape: tuple[int, ...]) -> Array:
    """Canonical bytes of array `index`, or of a part of it, as an ndarray of that shape."""
    return array_from_bytes(canonical, array_type(contents.header.arrays[index])[0], shape)
