"""Section 9 of SPEC.md: from stored bytes to filtered bytes."""

from typing import Final, NamedTuple

import zstandard

from reader.conventions import Cursor, Refused, crc32, require
from reader.registry import STORED

FRAME_MAGIC: Final = bytes.fromhex("28B52FFD")
WINDOW_MAX: Final = 8 * 2**20
ZSTD_BLOCK_MAX: Final = 128 * 2**10
RLE = 1  # a block type


class Frame(NamedTuple):
    """What a Zstandard frame says of itself."""

    descriptor: int
    content_size: int
    window: int
    block_sizes: list[int]


def check_crc(stored: bytes, crc: int) -> None:
    """Check the stored bytes of a block."""
    require(crc32(stored) == crc, "block-damaged")  # [BLK-1]


def filtered_bytes(stored: bytes, codec: int, size: int) -> bytes:
    """Undo the codec; the result has `size` bytes."""
    if codec == STORED:
        require(len(stored) == size, "block-malformed")  # [BLK-2]
        return stored
    cursor = Cursor(stored, "block-malformed")
    check_frame(walk_frame(cursor), size)
    require(cursor.is_at_end, "block-malformed")  # [BLK-3]
    try:
        # The library holds the content against Frame_Content_Size and Content_Checksum.
        return zstandard.ZstdDecompressor().decompress(stored)
    except zstandard.ZstdError as problem:
        raise Refused("block-malformed", str(problem)) from problem  # [BLK-5]


def walk_frame(cursor: Cursor) -> Frame:
    """Read a frame's header and its block headers. [BLK-3]"""
    require(cursor.take("magic", 4) == FRAME_MAGIC, "block-malformed")  # [BLK-3]
    descriptor = cursor.number("descriptor", 1)
    is_single_segment = descriptor >> 5 & 1
    window_descriptor = 0 if is_single_segment else cursor.number("window", 1)
    size_bytes = (is_single_segment, 2, 4, 8)[descriptor >> 6]
    content_size = cursor.number("content_size", size_bytes)
    content_size += 256 if size_bytes == 2 else 0
    exponent, mantissa = divmod(window_descriptor, 8)
    window = content_size if is_single_segment else 2 ** (10 + exponent) * (8 + mantissa) // 8
    block_sizes, is_last = [], 0
    while not is_last:
        header = cursor.number("block_header", 3)
        is_last, block_type, block_size = header & 1, header >> 1 & 3, header >> 3
        cursor.take("block", 1 if block_type == RLE else block_size)
        block_sizes.append(block_size)
    if descriptor >> 2 & 1:
        cursor.take("checksum", 4)
    return Frame(descriptor, content_size, window, block_sizes)


def check_frame(frame: Frame, size: int) -> None:
    """Check what a frame says of itself, before any memory is taken. [BLK-4] [LIM-1]"""
    require(frame.descriptor & 0b1011 == 0, "block-malformed")  # [BLK-4] dictionary, reserved
    require(frame.content_size == size, "block-malformed")  # [BLK-4] so it is there
    require(frame.window <= WINDOW_MAX, "block-malformed")  # [BLK-4]
    most = min(frame.window, ZSTD_BLOCK_MAX)
    require(max(frame.block_sizes) <= most, "block-malformed")  # [BLK-4]
