"""PNG in plain Python: a writer that can do anything, and a strict reader.

Slow and simple on purpose, and written from the PNG specification: nothing
here is shared with the reference. The fast reader is held against it.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
FORMS = [(colour, depth) for colour, depths in DEPTHS.items() for depth in depths]
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)

Sample = int
Pixel = tuple[Sample, ...]
Rgba = tuple[int, int, int, int]


class OracleError(Exception):
    """The file breaks a rule."""


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


def paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    far_left, far_up, far_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if far_left <= far_up and far_left <= far_corner:
        return left
    return up if far_up <= far_corner else corner


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
    lanes = max(1, SAMPLES[colour] * depth // 8)
    lines, above = b"", b""
    for pixels in rows:
        row = row_bytes(pixels, depth, spare_bits)
        above = above or bytes(len(row))
        kind = kind_of_row()
        line = [kind]
        for at, byte in enumerate(row):
            left = row[at - lanes] if at >= lanes else 0
            corner = above[at - lanes] if at >= lanes else 0
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
        if palette is None or 3 * index + 3 > len(palette):
            raise OracleError("palette index")
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


def read_oracle_png(png: bytes) -> list[list[Rgba]]:
    """RGBA of every pixel, or OracleError. [PNG-1] to [PNG-7]."""
    head, palette, trns, packed = _read_chunks(png)
    width, height, depth, colour, *_, interlace = head
    lines = _inflate(packed)
    picture: list[list[Rgba]] = [[(0, 0, 0, 0)] * width for _ in range(height)]
    for x, y, dx, dy in ADAM7 if interlace else ((0, 0, 1, 1),):
        part_width, part_height = len(range(x, width, dx)), len(range(y, height, dy))
        if not part_width:
            continue
        above: list[int] = []
        for row in range(part_height):
            count = (part_width * SAMPLES[colour] * depth + 7) // 8
            line, lines = lines[: count + 1], lines[count + 1 :]
            _require(len(line) == count + 1 and line[0] <= 4, "line")
            above = _undo(line, above or [0] * count, max(1, SAMPLES[colour] * depth // 8))
            bits = "".join(f"{byte:08b}" for byte in above)
            values = [int(bits[at : at + depth], 2) for at in range(0, len(bits), depth)]
            for column in range(part_width):
                pixel = tuple(values[column * SAMPLES[colour] :][: SAMPLES[colour]])
                rgba = to_rgba(pixel, depth, colour, palette, trns)
                picture[y + row * dy][x + column * dx] = rgba
    _require(not lines, "surplus lines")
    return picture


def _require(condition: object, what: str) -> None:
    if not condition:
        raise OracleError(what)


def _undo(line: bytes, above: Sequence[int], lanes: int) -> list[int]:
    row: list[int] = []
    for at, byte in enumerate(line[1:]):
        left = row[at - lanes] if at >= lanes else 0
        corner = above[at - lanes] if at >= lanes else 0
        row.append((byte + predict(line[0], left, above[at], corner)) % 256)
    return row


def _inflate(packed: bytes) -> bytes:
    machine = zlib.decompressobj()
    try:
        lines = machine.decompress(packed)
    except zlib.error as problem:
        raise OracleError("deflate") from problem
    _require(machine.eof and not machine.unused_data, "end of deflate")
    return lines


def _read_chunks(png: bytes) -> tuple[tuple[int, ...], bytes | None, bytes | None, bytes]:
    _require(png[:8] == SIGNATURE, "signature")
    chunks, at = [], 8
    while not chunks or chunks[-1][0] != b"IEND":
        _require(len(png) >= at + 12, "end")
        (length,) = struct.unpack_from(">I", png, at)
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        _require(length < 2**31 and kind.isalpha() and len(png) >= at + 12 + length, "chunk")
        _require(png[at + 8 + length : at + 12 + length] == chunk(kind, data)[-4:], "CRC")
        chunks.append((kind, data))
        at += 12 + length
    kinds = [kind for kind, _ in chunks]
    _require(kinds[0] == b"IHDR" and kinds.count(b"IHDR") == 1 and not chunks[-1][1], "ends")
    known = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
    _require(all(kind in known or kind[:1].islower() for kind in kinds), "critical")
    _require(len(chunks[0][1]) == 13, "IHDR")
    head = struct.unpack(">IIBBBBB", chunks[0][1])
    width, height, depth, colour, *rest = head
    _require(0 < width < 2**31 and 0 < height < 2**31, "size")
    _require(depth in DEPTHS.get(colour, ()) and rest in ([0, 0, 0], [0, 0, 1]), "form")
    first, count = [*kinds, b"IDAT"].index(b"IDAT"), kinds.count(b"IDAT")
    _require(count and kinds[first : first + count] == [b"IDAT"] * count, "IDAT")

    def one(kind: bytes) -> bytes | None:
        found = [at for at, other in enumerate(kinds) if other == kind]
        _require(len(found) <= 1 and (not found or found[0] < first), f"{kind!r}")
        return chunks[found[0]][1] if found else None

    palette = one(b"PLTE") if colour == 3 else None
    trns = one(b"tRNS") if colour in (0, 2, 3) else None
    if colour == 3:
        _require(palette and len(palette) <= 768 and len(palette) % 3 == 0, "PLTE")
        assert palette is not None
        if trns is not None:
            _require(kinds.index(b"PLTE") < kinds.index(b"tRNS"), "tRNS before PLTE")
            _require(1 <= len(trns) <= len(palette) // 3, "tRNS")
    elif trns is not None:
        _require(len(trns) == 2 * SAMPLES[colour], "tRNS")
    return head, palette, trns, b"".join(data for kind, data in chunks if kind == b"IDAT")
