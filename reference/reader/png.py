"""Section 4 of SPEC.md: from the bytes of a PNG file to pixels, 8 bits a channel.

Pixels are one byte string: R, G, B and A of the first pixel, of the second, and so on, row
by row.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from reader.conventions import Refused, crc32, require

SIGNATURE: Final = bytes.fromhex("89504E470D0A1A0A")
CRITICAL: Final = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
INTEGER_MAX: Final = 2**31 - 1
GREY, TRUECOLOUR, PALETTE, GREY_ALPHA, TRUECOLOUR_ALPHA = 0, 2, 3, 4, 6
DEPTHS: Final = {
    GREY: (1, 2, 4, 8, 16),
    TRUECOLOUR: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GREY_ALPHA: (8, 16),
    TRUECOLOUR_ALPHA: (8, 16),
}
SAMPLES: Final = {GREY: 1, TRUECOLOUR: 3, PALETTE: 1, GREY_ALPHA: 2, TRUECOLOUR_ALPHA: 4}
SUB, UP, AVERAGE, PAETH = range(1, 5)  # filter types; 0 leaves the line as it is
WHOLE: Final = ((0, 0, 1, 1),)  # first column, first row, step to the right, step down
ADAM7: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


class Head(NamedTuple):
    """The fields of IHDR that vary."""

    width: int
    height: int
    depth: int
    colour: int
    is_interlaced: int

    @property
    def bits_per_pixel(self) -> int:
        """Bits of one pixel in a scan line."""
        return SAMPLES[self.colour] * self.depth

    def passes(self) -> Iterator[tuple[range, range]]:
        """Yield the columns and rows of each pass that has any pixel."""
        for x, y, right, down in ADAM7 if self.is_interlaced else WHOLE:
            columns, rows = range(x, self.width, right), range(y, self.height, down)
            if columns:
                yield columns, rows

    def line_bytes(self, columns: range) -> int:
        """Return the bytes of a scan line, without its filter type."""
        return (len(columns) * self.bits_per_pixel + 7) // 8


class Colours(NamedTuple):
    """The data of PLTE and tRNS where they count, otherwise empty."""

    palette: bytes
    transparency: bytes


def check_signature(file: bytes) -> None:
    """Check the first eight bytes."""
    require(file[:8] == SIGNATURE, "not-png")  # [PNG-1]


def read_head(file: bytes) -> Head:
    """Read IHDR, the first chunk."""
    kind, data = _chunk(file, 8)
    require(kind == b"IHDR" and len(data) == 13, "png-damaged")  # [PNG-2]
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(
        ">IIBBBBB", data
    )
    require(1 <= width <= INTEGER_MAX, "png-damaged")  # [PNG-3]
    require(1 <= height <= INTEGER_MAX, "png-damaged")  # [PNG-3]
    require(depth in DEPTHS.get(colour, ()), "png-damaged")  # [PNG-3]
    require(compression == filtering == 0 and interlace <= 1, "png-damaged")  # [PNG-3]
    return Head(width, height, depth, colour, interlace)


def read_pixels(file: bytes, head: Head) -> bytes:
    """Read the whole file, and return its pixels."""
    chunks = list(_chunks(file))
    colours = _read_colours(chunks, head)
    lines = _inflate(chunks, head)
    pixels = bytearray(4 * head.width * head.height)
    position = 0
    for columns, rows in head.passes():
        size = head.line_bytes(columns)
        above = bytes(size)
        for row in rows:
            line = lines[position + 1 : position + 1 + size]
            above = _unfiltered(lines[position], line, above, max(1, head.bits_per_pixel // 8))
            position += 1 + size
            first = 4 * (row * head.width + columns.start)
            end = 4 * (row + 1) * head.width
            for index, channel in enumerate(_rgba(above, len(columns), head, colours)):
                pixels[first + index : end : 4 * columns.step] = channel  # [PNG-7]
    return bytes(pixels)


def _chunk(file: bytes, position: int) -> tuple[bytes, bytes]:
    """Return type and data of the chunk there."""
    length = int.from_bytes(file[position : position + 4], "big")
    kind = file[position + 4 : position + 8]
    require(length <= INTEGER_MAX and kind.isalpha(), "png-damaged")  # [PNG-2]
    end = position + 8 + length
    crc = crc32(file[position + 4 : end]).to_bytes(4, "big")
    require(file[end : end + 4] == crc, "png-damaged")  # [PNG-2] and the chunk is not cut short
    return kind, file[position + 8 : end]


def _chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and data of each chunk behind IHDR up to IEND."""
    position = 33
    while True:
        kind, data = _chunk(file, position)
        is_known = kind in CRITICAL[1:] or kind[:1].islower()
        require(is_known, "png-damaged")  # [PNG-2] IHDR stands only once
        require(kind != b"IEND" or not data, "png-damaged")  # [PNG-2]
        position += 12 + len(data)
        yield kind, data
        if kind == b"IEND":
            return


def _read_colours(chunks: Sequence[tuple[bytes, bytes]], head: Head) -> Colours:
    """Return PLTE and tRNS of the colour types that use them."""
    kinds = [kind for kind, _ in chunks]
    used = {PALETTE: (b"PLTE", b"tRNS"), GREY: (b"tRNS",), TRUECOLOUR: (b"tRNS",)}
    found = {}
    for index, (kind, data) in enumerate(chunks):
        if kind in used.get(head.colour, ()):
            require(kind not in found, "png-damaged")  # [PNG-4]
            require(b"IDAT" not in kinds[:index], "png-damaged")  # [PNG-4]
            is_late = kind == b"tRNS" and head.colour == PALETTE and b"PLTE" not in found
            require(not is_late, "png-damaged")  # [PNG-4]
            found[kind] = data
    palette, transparency = found.get(b"PLTE", b""), found.get(b"tRNS", b"")
    if head.colour == PALETTE:
        is_right = 3 <= len(palette) <= 768 and len(palette) % 3 == 0
        require(is_right, "png-damaged")  # [PNG-4]
    if b"tRNS" in found:
        size = len(transparency)
        legal = range(1, len(palette) // 3 + 1) if palette else (2 * SAMPLES[head.colour],)
        require(size in legal, "png-damaged")  # [PNG-4]
    return Colours(palette, transparency)


def _inflate(chunks: Sequence[tuple[bytes, bytes]], head: Head) -> bytes:
    """Return the filtered scan lines of all passes."""
    idats = [index for index, (kind, _) in enumerate(chunks) if kind == b"IDAT"]
    require(idats, "png-damaged")  # [PNG-5]
    require(idats[-1] - idats[0] + 1 == len(idats), "png-damaged")  # [PNG-5]
    size = sum(len(rows) * (1 + head.line_bytes(columns)) for columns, rows in head.passes())
    stream = zlib.decompressobj()
    try:
        lines = stream.decompress(b"".join(chunks[i][1] for i in idats), size + 1)  # [LIM-1]
    except zlib.error as problem:
        raise Refused("png-damaged", str(problem)) from problem  # [PNG-5]
    require(stream.eof and not stream.unused_data, "png-damaged")  # [PNG-5]
    require(len(lines) == size, "png-damaged")  # [PNG-5]
    return lines


def _unfiltered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    """Undo the filter of a scan line; `step` is the distance to the same byte on the left."""
    require(kind <= PAETH, "png-damaged")  # [PNG-6]
    row = bytearray(line)
    if kind == SUB:
        for i in range(step, len(row)):
            row[i] = (row[i] + row[i - step]) % 256
    elif kind == UP:
        row[:] = bytes([(byte + up) % 256 for byte, up in zip(line, above, strict=True)])
    elif kind in (AVERAGE, PAETH):
        for i, up in enumerate(above):
            left, corner = (row[i - step], above[i - step]) if i >= step else (0, 0)
            guess = (left + up) // 2 if kind == AVERAGE else paeth(left, up, corner)
            row[i] = (row[i] + guess) % 256
    return bytes(row)


def paeth(left: int, up: int, corner: int) -> int:
    """Return the neighbour nearest to left + up - corner; of equals, the first named here."""
    guess = left + up - corner
    far_left, far_up, far_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if far_left <= far_up and far_left <= far_corner:
        return left
    return up if far_up <= far_corner else corner


def _rgba(line: bytes, width: int, head: Head, colours: Colours) -> tuple[bytes, ...]:
    """Return R, G, B and A of a line's pixels, one byte string each. [PNG-7]"""
    samples = _samples(line, head.depth)
    channels = [samples[i :: SAMPLES[head.colour]][:width] for i in range(SAMPLES[head.colour])]
    if head.colour == PALETTE:
        return _of_palette(channels[0], colours)
    alpha = bytes([255]) * width
    if colours.transparency:
        values = struct.unpack(f">{len(channels)}H", colours.transparency)
        key = tuple(value % 2**head.depth for value in values)
        alpha = bytes(0 if pixel == key else 255 for pixel in zip(*channels, strict=True))
    if head.depth == 16:
        small = [bytes(sample >> 8 for sample in channel) for channel in channels]
    else:
        scale = bytes(value * 255 // (2**head.depth - 1) % 256 for value in range(256))
        small = [bytes(channel).translate(scale) for channel in channels]
    if head.colour in (GREY_ALPHA, TRUECOLOUR_ALPHA):
        alpha = small.pop()
    red, green, blue = small if len(small) == 3 else small * 3
    return red, green, blue, alpha


def _samples(line: bytes, depth: int) -> Sequence[int]:
    """Return the samples of a line, the unused bits at its end among them."""
    if depth == 16:
        return struct.unpack(f">{len(line) // 2}H", line)
    if depth == 8:
        return line
    shifts = range(8 - depth, -1, -depth)  # the first sample is in the highest bits
    return [byte >> shift & 2**depth - 1 for byte in line for shift in shifts]


def _of_palette(indices: Sequence[int], colours: Colours) -> tuple[bytes, ...]:
    """Return R, G, B and A of palette indices. [PNG-7]"""
    palette, alphas = colours
    require(3 * max(indices) < len(palette), "png-damaged")  # [PNG-6]
    red, green, blue = (bytes(palette[3 * index + i] for index in indices) for i in range(3))
    alpha = bytes(alphas[index] if index < len(alphas) else 255 for index in indices)
    return red, green, blue, alpha
