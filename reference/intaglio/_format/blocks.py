"""SPEC.md section 9, blocks: converts canonical bytes to stored bytes and back.

Each block is filtered and compressed on its own. Its table entry holds the SHA-256 of the
canonical bytes and the CRC-32 of the stored bytes.
"""

import hashlib
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.codecs import CODEC_BY_CODE
from intaglio._format.filters import apply_filters, undo_filters
from intaglio._format.registry import PROLOGUE_ROOTED_BYTES, FilterStep
from intaglio.errors import DecodeError, Reason

Bytes = npt.NDArray[np.uint8]
Table = npt.NDArray[np.void]  # one `_ENTRIES` record per block

_ENTRIES: Final = np.dtype([("stored_length", "<u4"), ("crc", "<u4"), ("digest", "V32")])


class BlockForm(NamedTuple):
    """How all blocks of an array are stored."""

    filters: tuple[FilterStep, ...]
    component_bytes: int
    codec: int


class TableEntry(NamedTuple):
    """One entry of a block table."""

    stored_length: int
    crc: int
    digest: bytes


def write_table(entries: list[TableEntry]) -> bytes:
    """The bytes of a block table."""
    return np.array(entries, _ENTRIES).tobytes()


def read_table(raw: bytes | memoryview) -> Table:
    """The entries of block tables that fill all of `raw`; there may be millions of entries."""
    return np.frombuffer(bytes(raw), _ENTRIES)


def root_digest(prologue: bytes, header: bytes | memoryview, tables: bytes | memoryview) -> bytes:
    """The SHA-256 that joins prologue, header and block tables. [CON-3]"""
    digest = hashlib.sha256(prologue[:PROLOGUE_ROOTED_BYTES])
    digest.update(header)
    digest.update(tables)
    return digest.digest()


def pack_block(block: Bytes, form: BlockForm, level: int) -> tuple[bytes, TableEntry]:
    """The stored bytes of `block` and its table entry; `level` is the zstd level."""
    return pack_blocks(block[None], form, level)[0]


def pack_blocks(blocks: Bytes, form: BlockForm, level: int) -> list[tuple[bytes, TableEntry]]:
    """The stored bytes and table entry of each of several equally long blocks, (n, bytes)."""
    packed = []
    for block, stored in zip(blocks, _stored(blocks, form, level), strict=True):
        digest = hashlib.sha256(block.data).digest()
        packed.append((stored, TableEntry(len(stored), zlib.crc32(stored), digest)))
    return packed


def _stored(blocks: Bytes, form: BlockForm, level: int) -> Iterator[bytes]:
    codec = CODEC_BY_CODE[form.codec]
    filtered = apply_filters(blocks, form.filters, form.component_bytes)
    return (codec.encode(block, level) for block in filtered)


def unpack_block(
    stored: bytes | memoryview, size: int, entry: TableEntry, form: BlockForm
) -> Bytes:
    """The `size` canonical bytes of a block, checked against its table entry."""
    if zlib.crc32(stored) != entry.crc:  # [BLK-1]
        raise DecodeError(Reason.BLOCK_DAMAGED, "pixels that carry it were changed")
    filtered = CODEC_BY_CODE[form.codec].decode(stored, size)
    block = undo_filters(filtered, form.filters, form.component_bytes)
    if hashlib.sha256(block.data).digest() != entry.digest:  # [BLK-6]
        raise DecodeError(Reason.BLOCK_DIGEST_MISMATCH, "its SHA-256 is wrong")
    return block


def stored_sizes(blocks: Bytes, form: BlockForm, level: int) -> list[int]:
    """The stored size in bytes of each of several blocks; makes no table entries."""
    return [*map(len, _stored(blocks, form, level))]
