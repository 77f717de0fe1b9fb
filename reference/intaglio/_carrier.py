"""The carrier: low bits of pixels, and the bytes they carry.

SPEC.md section 5 and nothing else. Pixels are (n, 3) or (n, 4) uint8 arrays
in raster order; with three channels every alpha is 255. What the bytes mean,
and where the pixels come from, are other rooms.
"""

from collections.abc import Callable, Iterator
from functools import cache
from math import gcd
from typing import Final, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from intaglio._spec import PIXELS_RESERVED, PROLOGUE_BYTES, PROLOGUE_DEPTHS, Depths

Pixels = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]


class Sliceable(Protocol):
    """Bytes that are given a part at a time."""

    def __len__(self) -> int: ...
    def __getitem__(self, place: slice, /) -> bytes | memoryview: ...


Shape: TypeAlias = Callable[[Pixels, Pixels, Pixels | None], Pixels]
# (cover, wanted low bits, written row above) -> values to write; all (rows, width, channels)

_PIXELS_AT_ONCE: Final = 1 << 18
_GROUPS_AT_ONCE: Final = 1 << 17  # columns small enough for caches
_EVERY_BYTE: Final = 0x0101010101010101


class _Field(NamedTuple):
    """The run of payload bits that one channel of one pixel of a group carries."""

    pixel: int
    channel: int
    byte: int  # where in the group's bytes the run begins
    end_shift: int  # bits between the run's end and the end of that byte; below 0: in the next
    depth: int


class _Group(NamedTuple):
    """The least whole number of pixels that carries a whole number of bytes."""

    pixels: int
    bytes: int
    fields: tuple[_Field, ...]


@cache
def _group(depths: Depths) -> _Group:  # [CAR-2]
    total = sum(depths)
    pixels = 8 // gcd(total, 8)
    fields = []
    position = 0
    for pixel in range(pixels):
        for channel, depth in enumerate(depths):
            if depth:
                end_shift = 8 - position % 8 - depth
                fields.append(_Field(pixel, channel, position // 8, end_shift, depth))
                position += depth
    return _Group(pixels, position // 8, tuple(fields))


def _words(column: Pixels) -> Words:
    """The bytes of a column side by side, eight in a word: numpy shifts words far faster."""
    padded = np.zeros(-(-len(column) // 8) * 8, np.uint8)
    padded[: len(column)] = column
    return padded.view("<u8")


def _shifted(words: Words, left: int, keep: int) -> Words:
    """Each byte shifted left, or right if `left` is below 0, and then ANDed with `keep`."""
    inside = 0xFF << left if left >= 0 else 0xFF >> -left
    shifted = words << np.uint64(left) if left >= 0 else words >> np.uint64(-left)
    shifted &= np.uint64((keep & inside & 0xFF) * _EVERY_BYTE)
    return shifted


def _field_values(columns: list[Words], field: _Field) -> Pixels:
    """What `field` carries in each group; `columns` are those of the groups' bytes."""
    mask = (1 << field.depth) - 1
    values = _shifted(columns[field.byte], -field.end_shift, mask)
    if field.end_shift < 0:
        values |= _shifted(columns[field.byte + 1], -8 - field.end_shift, mask)
    return values.view(np.uint8)


def _nearest(cover: Pixels, wanted: Pixels, depth: int) -> Pixels:
    """The value nearest to `cover` whose low `depth` bits are `wanted`.

    Clipping the cover first changes no result (beyond the clip the nearest
    value is the same) and keeps every sum within a byte.
    """
    if depth == 8:
        return wanted
    half = 1 << (depth - 1)
    clipped = np.clip(cover, half - 1, 255 - half)
    clipped -= wanted
    clipped += np.uint8(half)
    clipped &= np.uint8(256 - 2 * half)
    clipped += wanted
    return clipped


def _wanted_bits(data: Sliceable, depths: Depths, first: int, count: int, channels: int) -> Pixels:
    """The low bits that pixels first..first+count-1 carry; `data` begins at pixel 0. [CAR-2]

    Where `data` ends they are zero.
    """
    group = _group(depths)
    skip = first % group.pixels
    begin = (first - skip) // group.pixels * group.bytes
    groups = -(-(skip + count) // group.pixels)
    wanted = np.zeros((groups * group.pixels, channels), np.uint8)
    for start in range(0, groups, _GROUPS_AT_ONCE):
        some = min(groups - start, _GROUPS_AT_ONCE)
        table = np.zeros((some, group.bytes), np.uint8)
        at = begin + start * group.bytes
        part = data[at : at + table.size]
        table.reshape(-1)[: len(part)] = np.frombuffer(part, np.uint8)
        columns = [_words(table[:, byte]) for byte in range(group.bytes)]
        place = wanted[start * group.pixels : (start + some) * group.pixels]
        for field in group.fields:
            values = _field_values(columns, field)[:some]
            place[field.pixel :: group.pixels, field.channel] = values
    return wanted[skip : skip + count]


def _embed_bits(pixels: Pixels, wanted: Pixels, depths: Depths) -> None:
    """Give each pixel, in place, the nearest values with the low bits of `wanted`."""
    for channel, depth in enumerate(depths):
        if depth:
            pixels[:, channel] = _nearest(pixels[:, channel], wanted[:, channel], depth)


def _extract_groups(pixels: Pixels, depths: Depths) -> Pixels:
    """The bytes that whole groups of pixels carry. [CAR-2]"""
    if depths[3] and pixels.shape[1] == 3:
        pixels = np.concatenate([pixels, np.full((len(pixels), 1), 255, np.uint8)], axis=1)
    group = _group(depths)
    groups = len(pixels) // group.pixels
    data = np.empty((groups, group.bytes), np.uint8)
    for start in range(0, groups, _GROUPS_AT_ONCE):
        some = min(groups - start, _GROUPS_AT_ONCE)
        place = pixels[start * group.pixels : (start + some) * group.pixels]
        for byte, column in enumerate(_byte_columns(place, group, some)):
            data[start : start + some, byte] = column.view(np.uint8)[:some]
    return data.ravel()


def _byte_columns(pixels: Pixels, group: _Group, groups: int) -> list[Words]:
    columns = [_words(np.zeros(groups, np.uint8)) for _ in range(group.bytes)]
    for field in group.fields:
        values = _words(pixels[field.pixel :: group.pixels, field.channel])
        mask = (1 << field.depth) - 1
        columns[field.byte] |= _shifted(values, field.end_shift, _moved(mask, field.end_shift))
        if field.end_shift < 0:
            rest = 8 + field.end_shift
            columns[field.byte + 1] |= _shifted(values, rest, _moved(mask, rest))
    return columns


def _moved(mask: int, left: int) -> int:
    return mask << left if left >= 0 else mask >> -left


class Embedder:
    """Writes prologue, body and echo into the pixels of a cover, band by band.

    The bands need not come in order: each says at which pixel it begins.
    """

    def __init__(self, prologue: bytes, body: Sliceable, depths: Depths, pixel_count: int) -> None:
        assert len(prologue) == PROLOGUE_BYTES
        assert pixel_count >= PIXELS_RESERVED
        self._prologue: Final = prologue
        self._body: Final = body
        self._depths: Final = depths
        self._pixel_count: Final = pixel_count
        group = _group(depths)
        groups = -(-len(body) // group.bytes)
        body_end = PROLOGUE_BYTES + groups * group.pixels
        self._body_end: Final = min(body_end, pixel_count - PROLOGUE_BYTES)

    def embed(self, pixels: Pixels, first: int) -> None:
        """Embed in place what the (n, 3 or 4) `pixels`, pixel `first` onwards, have to carry."""
        echo = self._pixel_count - PROLOGUE_BYTES
        self._embed_prologue(pixels, first)  # [CAR-1]
        self._embed_prologue(pixels, first - echo)  # [CAR-5]
        start = max(first, PROLOGUE_BYTES)
        stop = min(first + len(pixels), self._body_end)
        if start < stop:
            wanted = self._wanted(start, stop, pixels.shape[1])
            _embed_bits(pixels[start - first : stop - first], wanted, self._depths)

    def embed_rows(self, pixels: Pixels, first: int, shape: Shape) -> None:
        """As `embed`, for whole rows: (rows, width, 3 or 4).

        `shape` chooses the values of those rows that carry body throughout.
        """
        rows, width, channels = pixels.shape
        flat = pixels.reshape(-1, channels)
        top = min(rows, -(-max(PROLOGUE_BYTES - first, 0) // width))
        bottom = max(top, min(rows, (self._body_end - first) // width))
        self.embed(flat[: top * width], first)
        if top < bottom:
            start, stop = first + top * width, first + bottom * width
            wanted = self._wanted(start, stop, channels).reshape(-1, width, channels)
            above = pixels[top - 1] if top else None
            pixels[top:bottom] = shape(pixels[top:bottom], wanted, above)
        self.embed(flat[bottom * width :], first + bottom * width)

    def _wanted(self, start: int, stop: int, channels: int) -> Pixels:
        first = start - PROLOGUE_BYTES
        return _wanted_bits(self._body, self._depths, first, stop - start, channels)

    def _embed_prologue(self, pixels: Pixels, first: int) -> None:
        start, stop = max(first, 0), min(first + len(pixels), PROLOGUE_BYTES)
        if start < stop:
            carriers = pixels[start - first : stop - first]
            wanted = _wanted_bits(self._prologue, PROLOGUE_DEPTHS, start, stop - start, 3)
            _embed_bits(carriers, wanted, PROLOGUE_DEPTHS)
            carriers[:, 3:] = 255  # [CAR-6]


class Extractor:
    """Reads the stream that pixels carry, taking no more pixels than it needs."""

    def __init__(self, bands: Iterator[Pixels]) -> None:
        """`bands` yields (n, 3 or 4) pixels in raster order."""
        self._bands: Final = bands
        self._rest: Pixels = np.empty((0, 3), np.uint8)
        self._last: Pixels = np.empty((0, 3), np.uint8)  # the last pixels seen, 80 at most
        self._body: Pixels = np.empty(0, np.uint8)
        self._body_known = 0
        self._depths: Depths = PROLOGUE_DEPTHS

    def _take(self, least: int, multiple: int) -> Pixels:
        """At least `least` pixels, a multiple of `multiple`, or all there are."""
        parts = [self._rest]
        have = len(self._rest)
        while have < least:
            band = self._maybe_band()
            if band is None:
                break
            parts.append(band)
            have += len(band)
        parts = [part for part in parts if len(part)] or [self._rest]
        joined = parts[0] if len(parts) == 1 else np.concatenate(parts)
        usable = have - have % multiple if have >= least else have
        self._rest = joined[usable:]
        return joined[:usable]

    def prologue(self, start: int, stop: int) -> bytes:
        """Bytes start..stop-1 of the prologue; call with ascending ranges. [CAR-1]"""
        pixels = self._take(stop - start, 1)
        if len(pixels) > stop - start:
            self._rest = pixels[stop - start :]
        return _extract_groups(pixels[: stop - start], PROLOGUE_DEPTHS).tobytes()

    def start_body(self, depths: Depths, length: int) -> None:
        """From here on pixels carry a body of `length` bytes at `depths`."""
        self._depths = depths
        self._body = np.empty(length, np.uint8)

    def body(self, start: int, stop: int) -> memoryview:
        """Bytes start..stop-1 of the body, reading on as far as that needs. [CAR-2] [CAR-3]"""
        group = _group(self._depths)
        while self._body_known < stop:
            wanted = -(-(stop - self._body_known) // group.bytes) * group.pixels
            pixels = self._take(min(wanted, _PIXELS_AT_ONCE), group.pixels)
            short = -len(pixels) % group.pixels
            if short:  # the picture ends within a group; the body ends before it does
                pixels = np.concatenate([pixels, np.zeros((short, pixels.shape[1]), np.uint8)])
            data = _extract_groups(pixels, self._depths)[: len(self._body) - self._body_known]
            assert len(data)
            self._body[self._body_known : self._body_known + len(data)] = data
            self._body_known += len(data)
        return self._body.data[start:stop]

    def tail(self) -> bytes:
        """What the picture's last 80 pixels carry; reads to the end. [CAR-5]"""
        while self._maybe_band() is not None:
            pass
        return _extract_groups(self._last, PROLOGUE_DEPTHS).tobytes()

    def _maybe_band(self) -> Pixels | None:
        band = next(self._bands, None)
        if band is not None:
            tail = band[-PROLOGUE_BYTES:]
            short = PROLOGUE_BYTES - len(tail)
            kept = self._last[-short:] if short else self._last[:0]
            self._last = np.concatenate([kept, tail]) if len(kept) else tail
        return band
