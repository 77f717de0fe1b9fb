"""The PNG writer: pixels -> scan lines -> zlib stream -> chunks -> file.

SPEC.md section 4, with every freedom that PNG leaves, and every wrong turn.
Each stage can be taken alone, so that a case can change what lies between.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from builder import deflate
from builder.carrier import Pixel
from builder.checksums import crc32, noise

SIGNATURE: Final = bytes.fromhex("89504E470D0A1A0A")
GREY, TRUECOLOUR, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS: Final = {GREY: 1, TRUECOLOUR: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
ADAM7: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


@dataclass(frozen=True)
class Chunk:
    """One chunk; length and CRC are the right ones unless given."""

    kind: bytes
    data: bytes = b""
    length: int | None = None
    crc: int | None = None

    def raw(self) -> bytes:
        """Give the bytes of the chunk."""
        length = len(self.data) if self.length is None else self.length
        crc = crc32(self.kind + self.data) if self.crc is None else self.crc
        return length.to_bytes(4, "big") + self.kind + self.data + crc.to_bytes(4, "big")


@dataclass(frozen=True, kw_only=True)
class Form:
    """How pixels become a PNG file: one of the many spellings of one picture."""

    colour_type: int = TRUECOLOUR
    bit_depth: int = 8
    interlace: int = 0
    line_filters: Sequence[int] = (0,)
    low_bytes: str | None = None
    palette: Sequence[tuple[int, int, int]] = ()
    palette_alpha: bytes = b""
    key: bytes = b""
    zlib: Callable[[bytes], bytes] = deflate.zlib_stream
    idat_sizes: Sequence[int] = ()

    def bits_per_pixel(self) -> int:
        """Give the bits of one pixel in a scan line."""
        return CHANNELS[self.colour_type] * self.bit_depth


PNG_8: Final = Form()


def ihdr(width: int, height: int, form: Form = PNG_8) -> Chunk:
    """Give the IHDR of a picture."""
    data = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data += bytes([form.bit_depth, form.colour_type, 0, 0, form.interlace])
    return Chunk(b"IHDR", data)


def samples(pixels: Sequence[Pixel], form: Form) -> list[tuple[int, ...]]:
    """Pixels as tuples of samples of the form's colour type and depth."""
    if form.colour_type == PALETTE:
        entries = [
            (*entry, form.palette_alpha[index] if index < len(form.palette_alpha) else 255)
            for index, entry in enumerate(form.palette)
        ]
        places = {entry: index for index, entry in reversed(list(enumerate(entries)))}
        return [(places[pixel],) for pixel in pixels]
    if form.colour_type == RGBA:
        rows: list[tuple[int, ...]] = list(pixels)
    elif form.colour_type == TRUECOLOUR:
        rows = [pixel[:3] for pixel in pixels]
    else:
        most = 2 ** min(form.bit_depth, 8) - 1
        grey = CHANNELS[form.colour_type]
        rows = [(pixel[0] * most // 255, pixel[3])[:grey] for pixel in pixels]
    if form.bit_depth == 16:
        return _with_low_bytes(rows, form.low_bytes)
    return rows


def _with_low_bytes(rows: Sequence[tuple[int, ...]], seed: str | None) -> list[tuple[int, ...]]:
    """Eight bits to sixteen: the low byte repeats the high one, or is noise."""
    if seed is None:
        return [tuple(value * 257 for value in row) for row in rows]
    low = iter(noise(seed, 4 * len(rows)))
    return [tuple(value * 256 + next(low) for value in row) for row in rows]


def packed_line(row: Sequence[tuple[int, ...]], form: Form, spare: int = 0) -> bytes:
    """One scan line, unfiltered; `spare` is the bit that fills the last byte."""
    if form.bit_depth == 8:
        return bytes(chain.from_iterable(row))
    text = "".join(format(value, f"0{form.bit_depth}b") for values in row for value in values)
    text += str(spare) * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


def passes(width: int, height: int, interlace: int) -> list[list[list[int]]]:
    """Pixel numbers by pass and scan line."""
    if not interlace:
        return [[list(range(y * width, (y + 1) * width)) for y in range(height)]]
    grids = []
    for x0, y0, dx, dy in ADAM7:
        rows = [[y * width + x for x in range(x0, width, dx)] for y in range(y0, height, dy)]
        grids.append([row for row in rows if row])
    return grids


def scan_lines(pixels: Sequence[Pixel], width: int, form: Form, spare: int = 0) -> bytes:
    """All filtered scan lines, ready for the zlib stream."""
    return sample_lines(samples(pixels, form), width, form, spare)


def sample_lines(rows: Sequence[tuple[int, ...]], width: int, form: Form, spare: int = 0) -> bytes:
    """Scan lines of samples, one tuple a pixel."""
    step = max(1, form.bits_per_pixel() // 8)
    out = []
    for grid in passes(width, len(rows) // width, form.interlace):
        above = b""
        for y, numbers in enumerate(grid):
            line = packed_line([rows[k] for k in numbers], form, spare)
            kind = form.line_filters[y % len(form.line_filters)]
            out.append(bytes([kind]) + filtered(line, above or bytes(len(line)), kind, step))
            above = line
    return b"".join(out)


def filtered(line: bytes, above: bytes, kind: int, step: int) -> bytes:
    """Apply one of PNG's filter types 0 to 4; another number leaves the line as it is."""
    if kind not in (1, 2, 3, 4):
        return line
    if kind == 2 and line == above:
        return bytes(len(line))
    left = bytes(step) + line
    corner = bytes(step) + above
    guesses = {
        1: lambda i: left[i],
        2: lambda i: above[i],
        3: lambda i: (left[i] + above[i]) // 2,
        4: lambda i: _paeth(left[i], above[i], corner[i]),
    }
    guess = guesses[kind]
    return bytes((byte - guess(i)) % 256 for i, byte in enumerate(line))


def _paeth(left: int, above: int, corner: int) -> int:
    estimate = left + above - corner
    return min((left, above, corner), key=lambda value: abs(estimate - value))


def idats(stream: bytes, sizes: Sequence[int] = ()) -> list[Chunk]:
    """Cut a zlib stream into IDATs of these sizes, the last one taking the rest."""
    chunks = []
    for size in sizes:
        chunks.append(Chunk(b"IDAT", stream[:size]))
        stream = stream[size:]
    return [*chunks, Chunk(b"IDAT", stream)]


def colour_chunks(form: Form) -> list[Chunk]:
    """PLTE and tRNS, as far as the form has them."""
    chunks = []
    if form.palette:
        chunks.append(Chunk(b"PLTE", b"".join(bytes(entry) for entry in form.palette)))
    if form.palette_alpha or form.key:
        chunks.append(Chunk(b"tRNS", form.palette_alpha or form.key))
    return chunks


def chunks_of(pixels: Sequence[Pixel], width: int, form: Form = PNG_8) -> list[Chunk]:
    """All chunks of a picture in their order."""
    stream = form.zlib(scan_lines(pixels, width, form))
    head = ihdr(width, len(pixels) // width, form)
    body = idats(stream, form.idat_sizes)
    return [head, *colour_chunks(form), *body, Chunk(b"IEND")]


def write_chunks(chunks: Sequence[Chunk]) -> bytes:
    """Give signature and chunks as a file."""
    return SIGNATURE + b"".join(chunk.raw() for chunk in chunks)


def write_png(pixels: Sequence[Pixel], width: int, form: Form = PNG_8) -> bytes:
    """Pixels to a PNG file."""
    return write_chunks(chunks_of(pixels, width, form))
