"""SPEC.md section 4, reading PNG: decodes bytes to RGB or RGBA pixels, a band of rows at a time.

Checks which chunks there are and in which order. [PNG-1] to [PNG-5], [LIM-2]
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.png.chunks import INTEGER_MAX, SIGNATURE, Chunks, damaged
from intaglio._format.png.inflate import Inflater
from intaglio._format.png.unfilter import Form, to_pixels, undo_filters
from intaglio.errors import DecodeError, Reason
from intaglio.limits import PIXELS_MAX, PIXELS_VARIABLE

BAND_BYTES_FIRST: Final = 64 * 1024  # small: inspecting a file needs only its first rows
BAND_BYTES_MAX: Final = 1024 * 1024

DEPTHS_BY_COLOUR: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
TRNS_BYTES_BY_COLOUR: Final = {0: range(2, 3), 2: range(6, 7)}
STANDS_BEFORE_IDAT: Final = {(b"PLTE", 3), (b"tRNS", 0), (b"tRNS", 2), (b"tRNS", 3)}
ADAM7: Final = (  # per pass: x and y of the first pixel, then the steps in x and y
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
_Bytes = npt.NDArray[np.uint8]


class _Head(NamedTuple):
    width: int
    height: int
    interlaced: bool
    form: Form


def _read_signature(chunks: Chunks) -> None:
    head = chunks.take(len(SIGNATURE))
    if head == SIGNATURE:  # [PNG-1]
        return
    what = "this is not a PNG; ask for the original file" if head else "this file is empty"
    raise DecodeError(Reason.NOT_PNG, what)


def _read_ihdr(chunks: Chunks) -> _Head:
    kind, length = chunks.head()
    if (kind, length) != (b"IHDR", 13):  # [PNG-2]
        damaged("it does not begin with an IHDR of 13 bytes")
    raw = chunks.data(length)
    width, height = int.from_bytes(raw[:4], "big"), int.from_bytes(raw[4:8], "big")
    depth, colour, compression, filtering, interlace = raw[8:]
    if not (1 <= width <= INTEGER_MAX and 1 <= height <= INTEGER_MAX):  # [PNG-3]
        damaged(f"it announces {width} x {height} pixels")
    if depth not in DEPTHS_BY_COLOUR.get(colour, ()):  # [PNG-3]
        damaged(f"it announces colour type {colour} with {depth} bits")
    if compression or filtering or interlace > 1:  # [PNG-3]
        damaged(f"compression {compression}, filter {filtering}, interlace {interlace}")
    return _Head(width, height, interlace == 1, Form(depth, colour))


def _read_form(chunks: Chunks, form: Form) -> tuple[Form, int]:
    """Read up to the head of the first IDAT; return the form and the length of that IDAT."""
    palette, trns = b"", None
    depth, colour = form.depth, form.colour
    while (chunk := chunks.head())[0] != b"IDAT":
        kind, length = chunk
        if (kind, colour) not in STANDS_BEFORE_IDAT:
            chunks.skip(length)
        elif kind == b"PLTE":
            if palette or length % 3 or not 3 <= length <= 768:  # [PNG-4]
                damaged("it has a second palette, or one of a wrong length")
            palette = chunks.data(length)
        else:
            lengths = TRNS_BYTES_BY_COLOUR.get(colour, range(1, len(palette) // 3 + 1))
            if trns is not None or length not in lengths:  # [PNG-4]
                damaged("it has a second tRNS, or one of a wrong length or in a wrong place")
            trns = chunks.data(length)
    if colour == 3:
        if not palette:  # [PNG-4]
            damaged("it has no palette")
        return Form(depth, colour, palette, alphas=trns), chunk[1]
    key = None
    if trns is not None:
        mask = (1 << depth) - 1  # [PNG-7] the low bits that the depth has
        key = tuple(int(value) & mask for value in np.frombuffer(trns, ">u2"))
    return Form(depth, colour, key=key), chunk[1]


class PngRows:
    """One PNG that is read from start to end.

    width, height: in pixels. interlaced: whether the pixels are in Adam7 order. checked: True
    after everything up to IEND was read and found correct; before that, the rows that were
    returned may be wrong.
    """

    def __init__(self, chunks: Chunks, head: _Head, idat_bytes: int) -> None:
        self.width, self.height, self.interlaced, self._form = head
        self.checked = False
        self._chunks = chunks
        self._chunk = (b"IDAT", idat_bytes)
        self._rest = self._read()

    def bands(self) -> Iterator[_Bytes]:
        """Yield the rows that were not read yet, in bands; then check the rest of the file.

        A band is uint8 of shape (rows, width, 3), or (rows, width, 4) if the file has alpha; at
        most about 1 MiB or one row. With `raw=True` of `open_png` it is (rows, width,
        `form.channels`): the samples as they are stored.
        """
        return self._rest

    @property
    def form(self) -> Form:
        """Depth, colour type, palette and transparency."""
        return self._form

    def bytes_read(self) -> int:
        """The number of bytes of the file that were read so far."""
        return self._chunks.bytes_read

    def whole(self) -> _Bytes:
        """Return the whole picture and check everything; rows are written to one array."""
        pixels, done = np.empty((0, 0, 0), np.uint8), 0
        for band in self._rest:
            if not done:
                pixels = np.empty((self.height, self.width, band.shape[2]), np.uint8)
            pixels[done : done + len(band)] = band
            done += len(band)
        return pixels

    def drain(self) -> None:
        """Read to the end of the file, and check everything."""
        for _ in self._rest:
            pass
        if not self.checked:
            damaged("reading it failed before")

    def first_pixels(self, count: int) -> _Bytes:
        """The first pixels, at least `count` or all: (n, 3 or 4). Use it instead of `bands`."""
        if self.interlaced:
            bands, have = [], 0
            for band in self._rest:
                bands.append(band.reshape(-1, band.shape[2]))
                have += len(bands[-1])
                if have >= count:
                    break
            return np.concatenate(bands)
        # Filters look only left and up, so the beginning of the first row is enough.
        width = min(self.width, count)
        rows = min(-(-count // width), self.height)
        inflater = Inflater(self._idats())
        band = np.concatenate([*self._picture(inflater, width, rows)])
        return band.reshape(-1, band.shape[2])

    def _read(self) -> Iterator[_Bytes]:
        inflater = Inflater(self._idats())
        if self.interlaced:
            yield from self._interlaced(inflater)
        else:
            yield from self._picture(inflater, self.width, self.height)
        inflater.finish()
        while self._chunk[0] != b"IEND":
            if (self._chunk[0], self._form.colour) in STANDS_BEFORE_IDAT:  # [PNG-4]
                damaged(f"{self._chunk[0].decode()} comes after IDAT")
            self._chunks.skip(self._chunk[1])
            self._chunk = self._chunks.head()
        if self._chunk[1] or self._chunks.data(0):  # [PNG-2]
            damaged("its IEND is not empty")
        self.checked = True

    def _idats(self) -> Iterator[Iterator[bytes]]:
        while self._chunk[0] == b"IDAT":  # [PNG-5]
            yield self._chunks.pieces(self._chunk[1])
            self._chunk = self._chunks.head()

    def _picture(self, inflater: Inflater, width: int, height: int) -> Iterator[_Bytes]:
        """Yield the rows of a picture, or of one of its passes."""
        form, above = self._form, None
        line_bytes = form.line_bytes(width)
        done, band_bytes = 0, BAND_BYTES_FIRST
        while done < height:
            rows_max = max(1, band_bytes // max(line_bytes, width * form.channels))
            lines = inflater.lines(min(rows_max, height - done), line_bytes)
            rows = undo_filters(lines, form.pixel_bytes, above)
            done += len(rows)
            above = rows[-1].copy() if done < height else None
            yield to_pixels(rows, width, form)
            band_bytes = min(2 * band_bytes, BAND_BYTES_MAX)

    def _interlaced(self, inflater: Inflater) -> Iterator[_Bytes]:
        """Collect the passes, then yield bands of a multiple of eight rows."""
        passes = []
        for x, y, dx, dy in ADAM7:
            width, height = (self.width - x + dx - 1) // dx, (self.height - y + dy - 1) // dy
            if width and height:
                whole = np.concatenate([*self._picture(inflater, width, height)])
                passes.append((np.s_[y::dy, x::dx], dy, whole))
        width, channels = self.width, self._form.channels
        rows_max = max(8, BAND_BYTES_MAX // (width * channels) // 8 * 8)
        for start in range(0, self.height, rows_max):
            band = np.empty((min(rows_max, self.height - start), width, channels), np.uint8)
            for index, dy, whole in passes:
                part = band[index]
                part[...] = whole[start // dy :][: len(part)]
            yield band


def open_png(stream: BinaryIO, pixels_max: int, *, raw: bool = False) -> PngRows:
    """Read a PNG up to the head of its first IDAT chunk.

    The stream is read forward only, in pieces. Raises DecodeError: not-png, png-damaged, or
    limit-exceeded for a picture of more than `pixels_max` pixels.
    """
    chunks = Chunks(stream)
    _read_signature(chunks)
    head = _read_ihdr(chunks)
    pixels = head.width * head.height
    if pixels > pixels_max:  # [LIM-2]
        what = f"the picture has {head.width} x {head.height} = {pixels:,} pixels, the limit is"
        raise DecodeError(
            Reason.LIMIT_EXCEEDED,
            f"{what} {pixels_max:,}; Limits(pixels_max=...) or {PIXELS_VARIABLE} allows more",
        )
    form, idat_bytes = _read_form(chunks, head.form)
    return PngRows(chunks, head._replace(form=replace(form, raw=raw)), idat_bytes)


def first_pixels(stream: BinaryIO, count: int) -> _Bytes:
    """The first `count` pixels, (n, 3 or 4) uint8; fewer if the picture has fewer.

    Raises DecodeError if the file is damaged up to these pixels; nothing after them is checked.
    There is no limit on the picture's size, unless it is interlaced.
    """
    chunks = Chunks(stream)
    _read_signature(chunks)
    head = _read_ihdr(chunks)
    form, idat_bytes = _read_form(chunks, head.form)
    if head.interlaced and head.width * head.height > PIXELS_MAX:
        damaged("it is interlaced and too large to inspect")
    return PngRows(chunks, head._replace(form=form), idat_bytes).first_pixels(count)[:count]
