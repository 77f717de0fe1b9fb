"""Zstandard frames written by hand: raw, run-length and simple compressed blocks.

RFC 8878. No entropy coding happens here: compressed blocks have raw or
run-length literals, and sequences whose three code tables are single symbols.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from builder.checksums import xxh64

MAGIC: Final = bytes.fromhex("28B52FFD")
RAW, RLE, COMPRESSED, RESERVED = 0, 1, 2, 3
BLOCK_BYTES_MAX: Final = 128 * 1024


@dataclass(frozen=True)
class ZBlock:
    """One block of a frame."""

    kind: int
    content: bytes
    size: int

    def raw(self, *, last: bool) -> bytes:
        """Give header and content."""
        return (self.size << 3 | self.kind << 1 | last).to_bytes(3, "little") + self.content


def raw_block(data: bytes) -> ZBlock:
    """Give a block of plain bytes."""
    return ZBlock(RAW, data, len(data))


def rle_block(byte: int, count: int) -> ZBlock:
    """Give a block that repeats one byte."""
    return ZBlock(RLE, bytes([byte]), count)


def compressed_block(content: bytes) -> ZBlock:
    """Give a block of literals and sequences."""
    return ZBlock(COMPRESSED, content, len(content))


def frame_header(
    size: int,
    *,
    window: int | None = None,
    size_bytes: int | None = None,
    checksum: bool = False,
    bits: int = 0,
    dictionary: bytes = b"",
) -> bytes:
    """Give magic and frame header.

    window is the Window_Descriptor byte, None for a single segment; size_bytes is
    the length of Frame_Content_Size, 0 for none; bits are put into the descriptor.
    """
    single = window is None
    if size_bytes is None:
        size_bytes = 1 if single and size < 256 else 2 if 256 <= size < 65792 else 4
    flag = {0: 0, 1: 0, 2: 1, 4: 2, 8: 3}[size_bytes]
    descriptor = flag << 6 | single << 5 | checksum << 2 | bits
    value = size - 256 if size_bytes == 2 else size
    window_bytes = b"" if window is None else bytes([window])
    size_field = value.to_bytes(size_bytes, "little") if size_bytes else b""
    return MAGIC + bytes([descriptor]) + window_bytes + dictionary + size_field


def frame(head: bytes, blocks: Sequence[ZBlock], checksum_of: bytes | None = None) -> bytes:
    """Put header, blocks and, if asked, the content checksum together."""
    out = head
    for index, block in enumerate(blocks):
        out += block.raw(last=index == len(blocks) - 1)
    if checksum_of is not None:
        out += (xxh64(checksum_of) & 0xFFFFFFFF).to_bytes(4, "little")
    return out


def pieces(data: bytes, size: int) -> list[bytes]:
    """Cut bytes into pieces of `size`; no bytes are one empty piece."""
    return [data[at : at + size] for at in range(0, len(data), size)] or [b""]


def raw_frame(data: bytes) -> bytes:
    """Give a single-segment frame of raw blocks."""
    blocks = [raw_block(piece) for piece in pieces(data, min(max(len(data), 1), BLOCK_BYTES_MAX))]
    return frame(frame_header(len(data)), blocks)


def mixed_frame(data: bytes) -> bytes:
    """Give a checksummed frame of short blocks, run-length where a block is one byte repeated."""
    blocks = [
        rle_block(piece[0], len(piece)) if len(set(piece)) == 1 else raw_block(piece)
        for piece in pieces(data, 8)
    ]
    return frame(frame_header(len(data), window=0, size_bytes=4, checksum=True), blocks, data)


def raw_literals(data: bytes, form: int = 0, kind: int = RAW) -> bytes:
    """Give a literals section of raw literals, with size format 0 (5 bits), 1 (12) or 3 (20)."""
    head = literals_header(len(data), form, kind)
    return head + (data if kind == RAW else data[:1])


def literals_header(size: int, form: int, kind: int) -> bytes:
    """Give the header of raw or run-length literals."""
    if form in (0, 2):
        return (size << 3 | form << 2 | kind).to_bytes(1, "little")
    return (size << 4 | form << 2 | kind).to_bytes(2 if form == 1 else 3, "little")


def sequence_count(count: int) -> bytes:
    """Give Number_of_Sequences in 1, 2 or 3 bytes."""
    if count < 128:
        return bytes([count])
    if count < 0x7F00:
        return bytes([128 + count // 256, count % 256])
    return b"\xff" + (count - 0x7F00).to_bytes(2, "little")


LITERAL_EXTRA: Final = [0] * 16 + [
    1,
    1,
    1,
    1,
    2,
    2,
    3,
    3,
    4,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
]
MATCH_EXTRA: Final = [0] * 32 + [
    *(1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
]


@dataclass(frozen=True)
class Sequences:
    """Sequences of one block: one code for all literal lengths, offsets and match lengths.

    extras holds, for each sequence, the extra bits of offset, match length and
    literal length as numbers, in the order in which they are read.
    """

    literal_code: int
    offset_code: int
    match_code: int
    extras: Sequence[tuple[int, int, int]]

    def section(self) -> bytes:
        """Give count, modes (three times RLE), three symbols, and the bit stream."""
        widths = (self.offset_code, MATCH_EXTRA[self.match_code], LITERAL_EXTRA[self.literal_code])
        text = "1"
        for values in self.extras:
            for value, width in zip(values, widths, strict=True):
                text += format(value, f"0{width}b") if width else ""
        stream = int(text, 2).to_bytes(-(-len(text) // 8), "little")
        codes = bytes([self.literal_code, self.offset_code, self.match_code])
        return sequence_count(len(self.extras)) + b"\x54" + codes + stream

    def values(self) -> list[tuple[int, int, int]]:
        """Literal length, offset value and match length of each sequence."""
        assert self.literal_code < 16
        assert self.match_code < 32
        offset = 1 << self.offset_code
        return [
            (self.literal_code, offset + extra, self.match_code + 3) for extra, _, _ in self.extras
        ]


def execute(history: bytes, literals: bytes, sequences: Sequences, repeats: list[int]) -> bytes:
    """Do what sequences say, to know what a frame holds; `repeats` is brought up to date."""
    out, at = bytearray(history), 0
    for literal_length, value, match_length in sequences.values():
        out += literals[at : at + literal_length]
        at += literal_length
        offset = _offset(value, literal_length, repeats)
        assert 0 < offset <= len(out)
        for _ in range(match_length):
            out.append(out[-offset])
    return bytes(out + literals[at:])


def _offset(value: int, literal_length: int, repeats: list[int]) -> int:
    """Resolve an offset value and the three repeat offsets [RFC 8878, 3.1.2.5]."""
    if value > 3:
        repeats[:] = [value - 3, *repeats[:2]]
        return repeats[0]
    index = value - 1 + (literal_length == 0)
    offset = repeats[0] - 1 if index == 3 else repeats[index]
    if index:
        kept = [repeats[0], repeats[2 if index == 1 else 1]]
        repeats[:] = [offset, *kept]
    return offset
