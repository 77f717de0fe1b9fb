"""SPEC.md section 4, reading PNG: bytes to RGB or RGBA pixels, a band of rows at a time.

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

BAND_BYTES_FIRST: Final = 64 * 1024  # few: whoever only inspects a file wants no more
BAND_BYTES_MAX: Final = 1024 * 1024

DEPTHS_BY_COLOUR: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
TRNS_BYTES_BY_COLOUR: Final = {0: range(2, 3), 2: range(6, 7)}
STANDS_BEFORE_IDAT: Final = {(b"PLTE", 3), (b"tRNS", 0), (b"tRNS", 2), (b"tRNS", 3)}
ADAM7: Final = (  # x and y of a pass's first pixel, then its steps
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
    """Read on to the head of the first IDAT; give the length that it announces, too."""
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
    """One PNG being read, front to back.

    width, height: in pixels. interlaced: whether the file has them in Adam7's
    order. checked: True once everything up to IEND was read and found right;
    before that nothing vouches for the rows that were given.
    """

    def __init__(self, chunks: Chunks, head: _Head, idat_bytes: int) -> None:
        self.width, self.height, self.interlaced, self._form = head
        self.checked = False
        self._chunks = chunks
        self._chunk = (b"IDAT", idat_bytes)
        self._rest = self._read()

    def bands(self) -> Iterator[_Bytes]:
        """Give the rows that were not given yet; then check what follows them.

        A band is uint8 of shape (rows, width, 3), or (rows, width, 4) where the
        file says anything of alpha; at most about 1 MiB, if not a single row. With
        `raw=True` it is (rows, width, `form.channels`): the samples as they are stored.
        """
        return self._rest

    @property
    def form(self) -> Form:
        """Depth, colour type, palette and transparency."""
        return self._form

    def bytes_read(self) -> int:
        """How many bytes of the file were read so far."""
        return self._chunks.bytes_read

    def whole(self) -> _Bytes:
        """Give the whole picture, its rows not copied together afterwards; check everything."""
        pixels, done = np.empty((0, 0, 0), np.uint8), 0
        for band in self._rest:
            if not done:
                pixels = np.empty((self.height, self.width, band.shape[2]), np.uint8)
            pixels[done : done + len(band)] = band
            done += len(band)
        return pixels

    def drain(self) -> None:
        """Read on to the end, and check everything."""
        for _ in self._rest:
            pass
        if not self.checked:
            damaged("reading it failed before")

    def first_pixels(self, count: int) -> _Bytes:
        """The first pixels, at least `count` or all: (n, 3 or 4); instead of `bands`."""
        if self.interlaced:
            bands, have = [], 0
            for band in self._rest:
                bands.append(band.reshape(-1, band.shape[2]))
                have += len(bands[-1])
                if have >= count:
                    break
            return np.concatenate(bands)
        # Filters look left and up only: of the first row its beginning is enough.
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
        """Give the rows of a picture, or of one pass of it."""
        form, above = self._form, None
        line_bytes = form.line_bytes(width)
        done, band_bytes = 0, BAND_BYTES_FIRST
        while done < height:
            rows_max = max(1, band_bytes // max(line_bytes, width * form.channels))
            lines = inflater.lines(min(rows_max, height - done), line_bytes)
            rows = undo_filters(lines, form.lanes, above)
            done += len(rows)
            above = rows[-1].copy() if done < height else None
            yield to_pixels(rows, width, form)
            band_bytes = min(2 * band_bytes, BAND_BYTES_MAX)

    def _interlaced(self, inflater: Inflater) -> Iterator[_Bytes]:
        """Collect the passes, then give bands of eight rows, or of eights."""
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
            for place, dy, whole in passes:
                part = band[place]
                part[...] = whole[start // dy :][: len(part)]
            yield band


def open_png(stream: BinaryIO, pixels_max: int, *, raw: bool = False) -> PngRows:
    """Read a PNG as far as the head of its first IDAT chunk.

    The stream is read forward only, and in pieces. Raises DecodeError: not-png,
    png-damaged, or limit-exceeded for a picture of more than `pixels_max` pixels.
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
    """The first `count` pixels, (n, 3 or 4) uint8; fewer where the picture has fewer.

    Raises DecodeError as `open_png` and reading as far as that do; nothing behind is checked. The
    size of the picture is no limit, unless it is interlaced.
    """
    chunks = Chunks(stream)
    _read_signature(chunks)
    head = _read_ihdr(chunks)
    form, idat_bytes = _read_form(chunks, head.form)
    if head.interlaced and head.width * head.height > PIXELS_MAX:
        damaged("too large to look at")
    return PngRows(chunks, head._replace(form=form), idat_bytes).first_pixels(count)[:count]
