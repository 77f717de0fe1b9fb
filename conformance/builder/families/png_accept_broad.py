"""An accept case of PNG: rows of more than 2^20 pixels. SPEC.md section 4.

Nearly all bytes are zero, and every filter maps zeros to zeros; so only two
stretches of each row are worked out.
"""

from collections.abc import Iterator
from functools import cache, partial
from typing import Final

from builder import carrier, deflate, png
from builder.case import Case, accept
from builder.checksums import noise
from builder.container import File
from builder.png import Chunk
from builder.records import Array

EDGE: Final = 2**20
WIDTH: Final = EDGE + 200
STRETCHES: Final = (slice(0, 3 * 2000), slice(3 * (EDGE - 200), 3 * WIDTH))
ONE_BIT: Final = (1, 0, 0, 0)
KINDS: Final = (1, 4, 3, 2)


def rows() -> Iterator[Case]:
    """[PNG-6]: rows so long that a decoder may take them in parts."""
    file = broad_file()
    packed = partial(deflate.zlib_stream, raw=deflate.dynamic)
    chunks = [png.ihdr(WIDTH, len(KINDS)), Chunk(b"IDAT", packed(lines())), Chunk(b"IEND")]
    yield accept(
        "png/accept/rows-of-a-million",
        "PNG-6",
        f"Rows of {WIDTH:,} pixels, with noise around pixel 2^20 of each, filters {KINDS}.",
        file,
        png.write_chunks(chunks),
    )


def broad_file() -> File:
    """An array of zeros that fills the picture, a bit a pixel."""
    count = carrier.capacity(WIDTH * len(KINDS), ONE_BIT) - 200
    array = Array(shape=(count,), data=bytes(count))
    return File(arrays=(array,), depths=ONE_BIT, size=(WIDTH, len(KINDS)))


@cache
def lines() -> bytes:
    """The filtered scan lines."""
    out = bytearray()
    above = bytes(3 * WIDTH)
    for row, kind in zip(_plain_rows(broad_file()), KINDS, strict=True):
        line = bytearray(3 * WIDTH)
        for stretch in STRETCHES:
            line[stretch] = png.filtered(bytes(row[stretch]), bytes(above[stretch]), kind, 3)
        out += bytes([kind]) + line
        above = bytes(row)
    return bytes(out)


def _plain_rows(file: File) -> list[bytearray]:
    """Rows of RGB with prologue, body and echo; where the body is zero, red is even."""
    rows = [bytearray(3 * WIDTH) for _ in KINDS]
    for y, row in enumerate(rows):
        for x, triple in zip(range(EDGE - 150, WIDTH - 85), _triples(f"row {y}"), strict=False):
            row[3 * x : 3 * x + 3] = triple
    for at, byte in enumerate(file.body()):
        for bit in range(8 if byte else 0):
            y, x = divmod(80 + 8 * at + bit, WIDTH)
            rows[y][3 * x] |= byte >> (7 - bit) & 1
    for k, byte in enumerate(file.prologue()):
        triple = carrier.with_prologue_byte((0, 0, 0, 255), byte)[:3]
        rows[0][3 * k : 3 * k + 3] = bytes(triple)
        at = 3 * (WIDTH - 80 + k)
        rows[-1][at : at + 3] = bytes(triple)
    return rows


def _triples(seed: str) -> Iterator[bytes]:
    raw = noise(seed, 3 * 400)
    for at in range(0, len(raw), 3):
        yield bytes([raw[at] & 0xFE, raw[at + 1], raw[at + 2]])


FAMILIES = (rows,)
