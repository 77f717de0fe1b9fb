"""A stream in pieces: fields that can be changed one by one, and checksums made right again."""

import hashlib
import struct
import zlib
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from builder.container import File

from fuzz.oracle import Recorder, canonical_block, walked
from reader.blocks import walk_frame
from reader.conventions import Refused
from reader.header import check_record
from reader.registry import ELEMENTS, FILTERS

WIDTH: Final = 16
PROLOGUE_FIELDS: Final = (
    ("magic", 0, 8),
    ("major", 8, 9),
    ("minor", 9, 10),
    ("prologue_length", 10, 12),
    ("required_flags", 12, 16),
    ("optional_flags", 16, 20),
    *((f"depth_{channel}", 20 + i, 21 + i) for i, channel in enumerate("rgba")),
    ("width", 24, 28),
    ("height", 28, 32),
    ("header_length", 32, 36),
    ("body_length", 36, 44),
    ("root", 44, 76),
    ("prologue_crc", 76, 80),
)
DERIVED: Final = frozenset(
    {"width", "height", "header_length", "body_length", "root", "prologue_crc", "header_crc"}
    | {"stored_length", "block_crc", "block_digest", "digest"}
)

Piece = int | str  # "prologue", "header", "tables", or the number of a block


class Spot(NamedTuple):
    """A field, and where it stands."""

    piece: Piece
    name: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Stream:
    """Prologue and body, cut where the layers meet."""

    prologue: bytes
    header: bytes
    tables: bytes
    blocks: tuple[bytes, ...]
    spots: tuple[Spot, ...] = ()

    def but(self, piece: Piece, raw: bytes) -> "Stream":
        """The same stream with one piece changed."""
        if isinstance(piece, int):
            blocks = (*self.blocks[:piece], raw, *self.blocks[piece + 1 :])
            return replace(self, blocks=blocks)
        return replace(self, **{piece: raw})

    def piece(self, piece: Piece) -> bytes:
        """The bytes of one piece."""
        return self.blocks[piece] if isinstance(piece, int) else bytes(getattr(self, piece))

    @property
    def body(self) -> bytes:
        """Everything behind the prologue."""
        return b"".join((self.header, self.tables, *self.blocks))


def stream_of(file: File) -> Stream:
    """The pieces of a file of the conformance builder's."""
    blocks = tuple(raw for array in file.arrays for raw in array.stored_blocks())
    stream = Stream(file.prologue(), file.header(), file.tables(), blocks)
    return replace(stream, spots=tuple(_spots(stream, file)))


def stream_from(prologue: bytes, body: bytes) -> Stream:
    """The pieces of any prologue and body, cut where they say; Refused if they say nothing."""
    length = int.from_bytes(prologue[32:36], "little")
    header = body[:length]
    entries = sum(record.block_count for record in walked(header)[0].arrays)
    tables = body[length : length + 40 * entries]
    at = length + len(tables)
    blocks = []
    for stored, _, _ in struct.iter_unpack("<II32s", tables[: len(tables) // 40 * 40]):
        blocks.append(body[at : at + stored])
        at += stored
    return Stream(prologue, header, tables, tuple(blocks))


def _spots(stream: Stream, file: File) -> list[Spot]:
    spots = [Spot("prologue", *field) for field in PROLOGUE_FIELDS]
    spots += [Spot("header", *field) for field in walked(stream.header)[1]]
    for at in range(0, len(stream.tables), 40):
        for name, start, stop in (
            ("stored_length", 0, 4),
            ("block_crc", 4, 8),
            ("block_digest", 8, 40),
        ):
            spots.append(Spot("tables", name, at + start, at + stop))
    codecs = [array.codec for array in file.arrays for _ in array.stored_blocks()]
    for index, (raw, codec) in enumerate(zip(stream.blocks, codecs, strict=True)):
        if codec:
            recorder = Recorder(raw, "block-malformed")
            walk_frame(recorder)
            spots += [Spot(index, *field) for field in recorder.fields if field[1] < field[2]]
        else:
            spots.append(Spot(index, "elements", 0, len(raw)))
    return spots


def sealed(stream: Stream, wrong: frozenset[str]) -> Stream:
    """The stream with every length and checksum made right again, but those called `wrong`."""
    tables = bytearray(stream.tables)
    for at, raw in zip(range(0, len(tables) - 39, 40), stream.blocks, strict=False):
        if "stored_length" not in wrong:
            struct.pack_into("<I", tables, at, len(raw) % 2**32)
        if "block_crc" not in wrong:
            struct.pack_into("<I", tables, at + 4, zlib.crc32(raw))
    header = bytearray(stream.header)
    if "digest" not in wrong or "block_digest" not in wrong:
        _seal_digests(header, tables, stream.blocks, wrong)
    if "header_crc" not in wrong:
        header[-4:] = struct.pack("<I", zlib.crc32(header[:-4]))
    stream = replace(stream, header=bytes(header), tables=bytes(tables))
    return replace(stream, prologue=_sealed_prologue(stream, wrong))


def _seal_digests(
    header: bytearray, tables: bytearray, blocks: tuple[bytes, ...], wrong: frozenset[str]
) -> None:
    """Digests of what the blocks now hold, in so far as they can be read at all."""
    rest = list(blocks)
    entry = 0
    try:
        records, fields = walked(bytes(header))
        digests = [start for name, start, _ in fields if name == "digest"]
        for record, digest_at in zip(records.arrays, digests, strict=True):
            check_record(record)
            element = ELEMENTS[record.element]
            if not all(code in FILTERS for code, _ in record.filters):
                return
            whole = hashlib.sha256()
            if record.block_count > len(rest):
                return
            for index in range(record.block_count):
                done = index * record.block_length
                count = min(done + record.block_length, record.size) - done
                size = count * element.item_bytes
                block = canonical_block(
                    rest.pop(0), size, record.codec, record.filters, element.width
                )
                whole.update(block)
                if "block_digest" not in wrong and len(tables) >= entry + 40:
                    tables[entry + 8 : entry + 40] = hashlib.sha256(block).digest()
                entry += 40
            if "digest" not in wrong:
                header[digest_at : digest_at + 32] = whole.digest()
    except (Refused, KeyError, ValueError, IndexError, ArithmeticError, struct.error):
        return  # no array: the old digests are as good as any


def _sealed_prologue(stream: Stream, wrong: frozenset[str]) -> bytes:
    raw = bytearray(stream.prologue)
    values = {
        "header_length": (len(stream.header), "<I"),
        "body_length": (len(stream.body), "<Q"),
        "width": (WIDTH, "<I"),
        "height": (height_for(stream), "<I"),
    }
    for name, start, _ in PROLOGUE_FIELDS:
        if name in values and name not in wrong and len(raw) >= 44:
            value, form = values[name]
            struct.pack_into(form, raw, start, value)
    if "root" not in wrong and len(raw) >= 76:
        rooted = bytes(raw[:44]) + stream.header + stream.tables
        raw[44:76] = hashlib.sha256(rooted).digest()
    if "prologue_crc" not in wrong:
        raw[-4:] = struct.pack("<I", zlib.crc32(raw[:-4]))
    return bytes(raw)


def depths_of(stream: Stream) -> tuple[int, int, int, int]:
    """The depths that the prologue has, if they are legal."""
    r, g, b, a = stream.prologue[20:24].ljust(4, b"\0")
    legal = max(r, g, b) <= 8 and a <= 4 and r + g + b + a
    return (r, g, b, a) if legal else (8, 8, 8, 0)


def height_for(stream: Stream) -> int:
    """Rows enough for the body."""
    pixels = 160 - (-8 * len(stream.body) // sum(depths_of(stream)))
    return -(-pixels // WIDTH)


def pixels_of(stream: Stream) -> np.ndarray:
    """Pixels (height, WIDTH, 3 or 4) that carry the stream; no echo, which decoding never reads."""
    depths = depths_of(stream)
    height = height_for(stream)
    channels = 4 if depths[3] else 3
    pixels = np.full((height * WIDTH, channels), 0xF8, np.uint8)
    body = stream.body
    if depths == (8, 8, 8, 0):
        place = pixels[80:].reshape(-1)
        place[: len(body)] = np.frombuffer(body, np.uint8)
    else:
        bits = np.unpackbits(np.frombuffer(body, np.uint8))
        group = sum(depths)
        count = -(-len(bits) // group)
        table = np.zeros((count, group), np.uint8)
        table.reshape(-1)[: len(bits)] = bits
        first = 0
        for channel, depth in enumerate(depths):
            if depth:
                weights = (1 << np.arange(depth - 1, -1, -1)).astype(np.uint8)
                values = table[:, first : first + depth] @ weights
                kept = np.uint8(0xF8 & -(1 << depth) & 0xFF)
                pixels[80 : 80 + count, channel] = kept + values
                first += depth
    prologue = np.frombuffer(stream.prologue, np.uint8)[: len(pixels)]
    pixels[: len(prologue), 0] = 0xF8 | prologue >> 5
    pixels[: len(prologue), 1] = 0xF8 | prologue >> 3 & 3
    pixels[: len(prologue), 2] = 0xF8 | prologue & 7
    return pixels.reshape(height, WIDTH, channels)
