"""PNG in plain Python: a writer that can do anything, and what each pixel of a file means.

Slow and simple on purpose, and written from the PNG specification: nothing here is shared with
the reference. Its tables and its reader are those of `reference/reader`.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from reader.png import ADAM7, DEPTHS, SAMPLES, SIGNATURE, paeth

FORMS = [(colour, depth) for colour, depths in DEPTHS.items() for depth in depths]

Sample = int
Pixel = tuple[Sample, ...]
Rgba = tuple[int, int, int, int]


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def split_chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Types and data of the chunks of a PNG that is right."""
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def join_chunks(chunks: Iterable[tuple[bytes, bytes]]) -> bytes:
    return SIGNATURE + b"".join(chunk(kind, data) for kind, data in chunks)


def ihdr(width: int, height: int, depth: int, colour: int, interlace: int = 0) -> bytes:
    return struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)


def predict(kind: int, left: int, up: int, corner: int) -> int:
    return (0, left, up, (left + up) // 2, paeth(left, up, corner))[kind]


def row_bytes(pixels: Sequence[Pixel], depth: int, spare_bits: int) -> bytes:
    """Samples packed, most significant first; the unused bits at the end are `spare_bits`."""
    bits = "".join(f"{sample:0{depth}b}" for pixel in pixels for sample in pixel)
    spare = -len(bits) % 8
    bits += f"{spare_bits % 2**spare:0{spare}b}" if spare else ""
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


def scan_lines(
    rows: Sequence[Sequence[Pixel]],
    depth: int,
    colour: int,
    kind_of_row: Callable[[], int],
    spare_bits: int = 0,
) -> bytes:
    """The filtered lines of one picture or pass."""
    pixel_bytes = max(1, SAMPLES[colour] * depth // 8)
    lines, above = b"", b""
    for pixels in rows:
        row = row_bytes(pixels, depth, spare_bits)
        above = above or bytes(len(row))
        kind = kind_of_row()
        line = [kind]
        for at, byte in enumerate(row):
            left = row[at - pixel_bytes] if at >= pixel_bytes else 0
            corner = above[at - pixel_bytes] if at >= pixel_bytes else 0
            line.append((byte - predict(kind, left, above[at], corner)) % 256)
        lines += bytes(line)
        above = row
    return lines


def all_scan_lines(
    rows: Sequence[Sequence[Pixel]],
    depth: int,
    colour: int,
    filters: Sequence[int] = (0,),
    *,
    interlaced: bool = False,
    spare_bits: int = 0,
) -> bytes:
    """What is deflated: the picture's lines, or those of its seven passes; `filters` go round."""
    count = iter(range(2**40))

    def kind_of_row() -> int:
        return filters[next(count) % len(filters)]

    if not interlaced:
        return scan_lines(rows, depth, colour, kind_of_row, spare_bits)
    passes = ([row[x::dx] for row in rows[y::dy] if row[x::dx]] for x, y, dx, dy in ADAM7)
    return b"".join(scan_lines(part, depth, colour, kind_of_row, spare_bits) for part in passes)


def write_oracle_png(
    rows: Sequence[Sequence[Pixel]],
    depth: int = 8,
    colour: int = 2,
    *,
    filters: Sequence[int] = (0,),
    interlaced: bool = False,
    palette: bytes | None = None,
    trns: bytes | None = None,
    idat_cuts: Sequence[int] = (),
    before: Sequence[tuple[bytes, bytes]] = (),
    after: Sequence[tuple[bytes, bytes]] = (),
    level: int = 6,
    spare_bits: int = 0,
) -> bytes:
    """Write any PNG that the format allows.

    rows: rows of pixels, tuples of samples as the file holds them (for colour type 3, indices).
    filters: filter types; line i of the stream, over all passes, takes number i, round and round.
    palette, trns: the data of PLTE and tRNS. before, after: chunks around the IDATs.
    idat_cuts: where the zlib stream is cut into IDAT chunks; a repeated cut makes an empty one.
    spare_bits: what fills the last byte of a row whose samples end inside it.
    """
    lines = all_scan_lines(
        rows, depth, colour, filters, interlaced=interlaced, spare_bits=spare_bits
    )
    packed = zlib.compress(lines, level)
    cuts = [0, *sorted(min(cut, len(packed)) for cut in idat_cuts), len(packed)]
    chunks = [(b"IHDR", ihdr(len(rows[0]), len(rows), depth, colour, int(interlaced)))]
    chunks += before
    chunks += [(b"PLTE", palette)] if palette is not None else []
    chunks += [(b"tRNS", trns)] if trns is not None else []
    chunks += [(b"IDAT", packed[a:b]) for a, b in pairwise(cuts)]
    chunks += after
    return join_chunks([*chunks, (b"IEND", b"")])


def to_rgba(
    pixel: Pixel, depth: int, colour: int, palette: bytes | None, trns: bytes | None
) -> Rgba:
    """What a pixel of a file means."""
    if colour == 3:
        index = pixel[0]
        assert palette is not None
        alpha = trns[index] if trns is not None and index < len(trns) else 255
        red, green, blue = palette[3 * index : 3 * index + 3]
        return red, green, blue, alpha
    small = [s >> 8 if depth == 16 else s * 255 // (2**depth - 1) for s in pixel]
    alpha = 255
    if colour in (4, 6):
        alpha = small.pop()
    elif trns is not None:
        key = [k % 2**depth for k in struct.unpack(f">{len(trns) // 2}H", trns)]
        alpha = 0 if list(pixel) == key else 255
    red, green, blue = small * 3 if len(small) == 1 else small
    return red, green, blue, alpha
