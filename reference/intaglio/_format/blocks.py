"""Blocks: canonical bytes, and what is stored of them.

SPEC.md section 9 and nothing else. A block is filtered and coded alone; its
table entry guards both ends. The only door to zstandard.
"""

import hashlib
import threading
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import zstandard

from intaglio._format.fast.kernels import native
from intaglio._format.filters import apply_filters, undo_filters
from intaglio._format.registry import (
    CODEC_CODE,
    PROLOGUE_ROOTED_BYTES,
    ZSTD_WINDOW_BYTES_MAX,
    FilterStep,
)
from intaglio.errors import DecodeError, Reason

Bytes = npt.NDArray[np.uint8]
Table = npt.NDArray[np.void]  # one `_ENTRIES` a block

_STORED: Final = CODEC_CODE["stored"]
_FRAME_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_CONTENT_SIZE_BYTES: Final = (0, 2, 4, 8)
_CHECKSUM_BYTES: Final = 4
_ZSTD_BLOCK_BYTES_MAX: Final = 128 * 1024
_ENTRIES: Final = np.dtype([("stored_length", "<u4"), ("crc", "<u4"), ("digest", "V32")])
_LOCAL: Final = threading.local()  # (de)compressors are costly to make and not to be shared


class BlockForm(NamedTuple):
    """How all blocks of an array are stored."""

    filters: tuple[FilterStep, ...]
    component_bytes: int
    codec: int


class TableEntry(NamedTuple):
    """What the block table says of one block."""

    stored_length: int
    crc: int
    digest: bytes


def write_table(entries: list[TableEntry]) -> bytes:
    """The bytes of a block table."""
    return np.array(entries, _ENTRIES).tobytes()


def read_table(raw: bytes | memoryview) -> Table:
    """The entries of block tables that fill all of `raw`: there may be millions."""
    return np.frombuffer(bytes(raw), _ENTRIES)


def root_digest(prologue: bytes, header: bytes | memoryview, tables: bytes | memoryview) -> bytes:
    """The SHA-256 that joins prologue, header and block tables. [CON-3]"""
    digest = hashlib.sha256(prologue[:PROLOGUE_ROOTED_BYTES])
    digest.update(header)
    digest.update(tables)
    return digest.digest()


def pack_block(block: Bytes, form: BlockForm, level: int) -> tuple[bytes, TableEntry]:
    """The stored bytes of `block` and their table entry; `level` is zstd's."""
    return pack_blocks(block[None], form, level)[0]


def pack_blocks(blocks: Bytes, form: BlockForm, level: int) -> list[tuple[bytes, TableEntry]]:
    """The same of several blocks of one length, stacked as (n, bytes)."""
    packed = []
    for block, stored in zip(blocks, _stored(blocks, form, level), strict=True):
        digest = hashlib.sha256(block.data).digest()
        packed.append((stored, TableEntry(len(stored), zlib.crc32(stored), digest)))
    return packed


def _stored(blocks: Bytes, form: BlockForm, level: int) -> Iterator[bytes]:
    filtered = apply_filters(blocks, form.filters, form.component_bytes)
    if form.codec == _STORED:
        return (block.tobytes() for block in filtered)
    compress = _compressor(level).compress
    # [BLK-2] [BLK-4] one frame, with its content size and no dictionary
    return (compress(block.data) for block in filtered)


def unpack_block(
    stored: bytes | memoryview, size: int, entry: TableEntry, form: BlockForm
) -> Bytes:
    """The `size` canonical bytes of a block, checked against its table entry."""
    if zlib.crc32(stored) != entry.crc:  # [BLK-1]
        raise DecodeError(Reason.BLOCK_DAMAGED, "pixels that carry it were changed")
    if form.codec == _STORED:
        if len(stored) != size:  # [BLK-2]
            raise DecodeError(Reason.BLOCK_MALFORMED, f"{len(stored)} bytes stored for {size}")
        filtered = np.frombuffer(stored, np.uint8)
    else:
        filtered = np.frombuffer(_decompress(bytes(stored), size), np.uint8)
    block = undo_filters(filtered, form.filters, form.component_bytes)
    if hashlib.sha256(block.data).digest() != entry.digest:  # [BLK-6]
        raise DecodeError(Reason.BLOCK_DIGEST_MISMATCH, "its SHA-256 is wrong")
    return block


def stored_sizes(blocks: Bytes, form: BlockForm, level: int) -> list[int]:
    """How many bytes each of several blocks takes, without making table entries."""
    return [*map(len, _stored(blocks, form, level))]


def _compressor(level: int) -> zstandard.ZstdCompressor:
    made: dict[int, zstandard.ZstdCompressor] = _LOCAL.__dict__.setdefault("made", {})
    if level not in made:
        made[level] = zstandard.ZstdCompressor(level=level, write_checksum=False)
    return made[level]


def _decompressor() -> zstandard.ZstdDecompressor:
    if not hasattr(_LOCAL, "decompressor"):
        _LOCAL.decompressor = zstandard.ZstdDecompressor()
    decompressor: zstandard.ZstdDecompressor = _LOCAL.decompressor
    return decompressor


def _decompress(frame: bytes, size: int) -> bytes:
    _check_frame(frame, size)
    try:
        content = _decompressor().decompress(frame)
    except zstandard.ZstdError as problem:  # [BLK-5]
        raise DecodeError(Reason.BLOCK_MALFORMED, f"zstd: {problem}") from problem
    if len(content) != size:  # [BLK-5]
        raise DecodeError(Reason.BLOCK_MALFORMED, f"{len(content)} bytes come out of {size}")
    return content


def _check_frame(frame: bytes, size: int) -> None:
    """Refuse what is not exactly one frame of `size` bytes: zstd trusts a forged size."""
    if len(frame) < 5 or not frame.startswith(_FRAME_MAGIC):  # [BLK-3]
        raise _frame_error("no frame")
    descriptor = frame[4]
    single_segment = descriptor >> 5 & 1
    if descriptor & 0b1011:  # [BLK-4] reserved bit, dictionary
        raise _frame_error("a reserved bit or a dictionary")
    position = 5 if single_segment else 6
    size_bytes = _CONTENT_SIZE_BYTES[descriptor >> 6] or single_segment
    content_size = int.from_bytes(frame[position : position + size_bytes], "little")
    content_size += 256 * (size_bytes == 2)
    if not size_bytes or content_size != size or len(frame) < position + size_bytes:  # [BLK-4]
        raise _frame_error(f"content size {content_size if size_bytes else None} for {size}")
    window = content_size if single_segment else _window_size(frame[5])
    if window > ZSTD_WINDOW_BYTES_MAX:  # [BLK-4]
        raise _frame_error(f"a window of {window} bytes")
    end = _frame_end(frame, position + size_bytes, min(window, _ZSTD_BLOCK_BYTES_MAX))
    end += _CHECKSUM_BYTES * (descriptor >> 2 & 1)
    if end != len(frame):  # [BLK-3]
        raise _frame_error(f"frame of {end} bytes in {len(frame)}")


def _window_size(descriptor: int) -> int:
    base = 1 << (10 + (descriptor >> 3))
    return base + base // 8 * (descriptor & 7)


def _frame_end(frame: bytes, position: int, block_bytes_max: int) -> int:
    """Where the frame's last block ends; past the end of `frame` if it is cut."""
    if native:
        return _frame_end_compiled(frame, position, block_bytes_max)
    last = 0
    while not last and position < len(frame):
        header = int.from_bytes(frame[position : position + 3], "little")
        last, kind, length = header & 1, header >> 1 & 3, header >> 3
        if length > block_bytes_max:  # [BLK-4] zstd lets raw and RLE blocks pass
            raise _frame_error(f"a block of {length} bytes")
        position += 3 + (1 if kind == 1 else length)
    return position if last else len(frame) + 1


def _frame_end_compiled(frame: bytes, position: int, block_bytes_max: int) -> int:
    end: int = native.frame_end(frame, position, block_bytes_max)
    if end < 0:
        raise _frame_error(f"a block of {-end} bytes")
    return end


def _frame_error(problem: str) -> DecodeError:
    return DecodeError(Reason.BLOCK_MALFORMED, f"not one plain zstd frame: {problem}")
