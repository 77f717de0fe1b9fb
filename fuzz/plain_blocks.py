"""Blocks of SPEC.md sections 9 and 10, undone with plain integers. Part of the oracle."""

import struct
from typing import Final, NamedTuple

import zstandard
from builder.checksums import xxh64
from builder.decimal_filter import exchanged

from fuzz.plain_header import Refused, require

WINDOW_MAX: Final = 8 * 2**20
ZSTD_BLOCK_MAX: Final = 128 * 2**10
RAW, RLE, COMPRESSED = 0, 1, 2


class Form(NamedTuple):
    """How an array's blocks are stored; `width` is that of a component in bits."""

    filters: tuple[tuple[int, bytes], ...]
    width: int
    codec: int


class Part(NamedTuple):
    """One field of a frame, or the header of a block of it."""

    name: str
    start: int
    stop: int


def canonical_block(stored: bytes, size: int, form: Form) -> bytes:
    """Step 25, and the filters undone."""
    if form.codec == 0:
        require(len(stored) == size, "block-malformed")  # [BLK-2]
        filtered = stored
    else:
        filtered = _content(stored, size)
    for code, parameters in reversed(form.filters):
        values = struct.unpack(f"<{len(parameters) // 4}I", parameters)
        filtered = undo(filtered, code, values, form.width)
    return filtered


def undo(block: bytes, code: int, values: tuple[int, ...], width: int) -> bytes:
    """The inverse of one filter. [FLT-1] to [FLT-7]"""
    step, top = width // 8, 2 ** (width - 1)
    if code == 5:
        m = len(block) // step
        return bytes(block[j * m + i] for i in range(m) for j in range(step))
    if code == 6:
        step, top, code, values = 1, 128, 2, (1,)
    y = [int.from_bytes(block[i : i + step], "little") for i in range(0, len(block), step)]
    if code == 1:
        x = [v - top if v >= top else 2 * top - 1 - v for v in y]
    elif code == 4:
        x = [v // 2 if v % 2 == 0 else 2 * top - (v + 1) // 2 for v in y]
    elif code == 7:
        x = [exchanged(v, width, values[0]) for v in y]
    else:
        x = []
        lag, row = (*values, len(y))[:2]
        for i, v in enumerate(y):
            x.append(v + _at(x, i - lag))
            if code == 3:
                x[i] += _at(x, i - row) - _at(x, i - lag - row)
            x[i] %= 2 * top
    return b"".join(v.to_bytes(step, "little") for v in x)


def _at(x: list[int], index: int) -> int:
    return x[index] if index >= 0 else 0


def _content(frame: bytes, size: int) -> bytes:
    """The content of exactly one frame. [BLK-3] to [BLK-5]

    Raw and run-length blocks are done by hand, others by the library, as a stream.
    """
    parts, blocks = walk_frame(frame, size)
    if any(kind not in (RAW, RLE) for kind, _, _ in blocks):
        try:
            content = zstandard.ZstdDecompressor().decompressobj().decompress(frame)
        except zstandard.ZstdError as problem:
            raise Refused("block-malformed") from problem
    else:
        content = b"".join(
            frame[at : at + 1] * n if k else frame[at : at + n] for k, at, n in blocks
        )
        if parts[-1].name == "checksum":
            told = int.from_bytes(frame[-4:], "little")
            require(xxh64(content) % 2**32 == told, "block-malformed")
    require(len(content) == size, "block-malformed")
    return content


def walk_frame(frame: bytes, size: int | None) -> tuple[list[Part], list[tuple[int, int, int]]]:
    """The parts of a frame, and (kind, start, size) of its blocks; without `size`, unchecked."""
    parts: list[Part] = []

    def take(name: str, count: int) -> bytes:
        start = parts[-1].stop if parts else 0
        require(start + count <= len(frame), "block-malformed")
        parts.append(Part(name, start, start + count))
        return frame[start : start + count]

    require(take("magic", 4) == bytes.fromhex("28B52FFD"), "block-malformed")
    (descriptor,) = take("descriptor", 1)
    single = descriptor >> 5 & 1
    window = 0
    if not single:
        exponent, mantissa = divmod(take("window", 1)[0], 8)
        window = 2 ** (10 + exponent) * (8 + mantissa) // 8
    size_bytes = (single, 2, 4, 8)[descriptor >> 6]
    content_size = int.from_bytes(take("content_size", size_bytes), "little")
    content_size += 256 if size_bytes == 2 else 0
    window = content_size if single else window
    blocks = []
    last = 0
    while not last:
        header = int.from_bytes(take("block_header", 3), "little")
        last, kind, length = header & 1, header >> 1 & 3, header >> 3
        blocks.append((kind, parts[-1].stop, length))
        right = kind != 3 and length <= min(window, ZSTD_BLOCK_MAX)
        require(size is None or right, "block-malformed")  # [BLK-4]
        take("block", 1 if kind == RLE else length)
    if descriptor >> 2 & 1:
        take("checksum", 4)
    if size is not None:
        require(descriptor & 0b1011 == 0 and size_bytes, "block-malformed")  # [BLK-4]
        require(content_size == size and window <= WINDOW_MAX, "block-malformed")  # [BLK-4]
        require(parts[-1].stop == len(frame), "block-malformed")  # [BLK-3]
    return parts, blocks
