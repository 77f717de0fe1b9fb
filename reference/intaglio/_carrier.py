"""The carrier: low bits of pixels, and the bytes they carry.

SPEC.md section 5 and nothing else. Pixels are (n, 3) or (n, 4) uint8 arrays
in raster order; with three channels every alpha is 255. What the bytes mean,
and where the pixels come from, are other rooms.
"""

from collections.abc import Iterator
from functools import cache
from math import gcd
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._spec import PIXELS_RESERVED, PROLOGUE_BYTES, PROLOGUE_DEPTHS, Depths

Pixels = npt.NDArray[np.uint8]


_PIXELS_AT_ONCE: Final = 1 << 18


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


def _field_values(data: Pixels, field: _Field) -> Pixels:
    """What `field` carries in each group; `data` is (groups, group bytes)."""
    mask = np.uint8((1 << field.depth) - 1)
    if field.end_shift >= 0:
        return (data[:, field.byte] >> np.uint8(field.end_shift)) & mask
    high = data[:, field.byte] << np.uint8(-field.end_shift)
    low = data[:, field.byte + 1] >> np.uint8(8 + field.end_shift)
    return (high | low) & mask


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


def _embed_groups(pixels: Pixels, data: bytes | memoryview, depths: Depths) -> None:
    """Embed `data` into the first pixels, in place; pixels and data begin at a group."""
    group = _group(depths)
    groups = -(-len(data) // group.bytes)
    padded = np.zeros(groups * group.bytes, np.uint8)
    padded[: len(data)] = np.frombuffer(data, np.uint8)
    table = padded.reshape(groups, group.bytes)
    for field in group.fields:
        channel = pixels[field.pixel :: group.pixels, field.channel][:groups]
        wanted = _field_values(table[: len(channel)], field)
        channel[:] = _nearest(channel, wanted, field.depth)


def _extract_groups(pixels: Pixels, depths: Depths) -> Pixels:
    """The bytes that whole groups of pixels carry. [CAR-2]"""
    if depths[3] and pixels.shape[1] == 3:
        pixels = np.concatenate([pixels, np.full((len(pixels), 1), 255, np.uint8)], axis=1)
    group = _group(depths)
    groups = len(pixels) // group.pixels
    data = np.zeros((groups, group.bytes), np.uint8)
    for field in group.fields:
        channel = pixels[field.pixel :: group.pixels, field.channel]
        value = channel & np.uint8((1 << field.depth) - 1)
        if field.end_shift >= 0:
            data[:, field.byte] |= value << np.uint8(field.end_shift)
        else:
            data[:, field.byte] |= value >> np.uint8(-field.end_shift)
            data[:, field.byte + 1] |= value << np.uint8(8 + field.end_shift)
    return data.ravel()


class Embedder:
    """Writes prologue, body and echo into the pixels of a cover, band by band.

    The bands need not come in order: each says at which pixel it begins.
    """

    def __init__(self, prologue: bytes, body: bytes, depths: Depths, pixel_count: int) -> None:
        assert len(prologue) == PROLOGUE_BYTES
        assert pixel_count >= PIXELS_RESERVED
        self._prologue: Final = prologue
        self._body: Final = memoryview(body)
        self._depths: Final = depths
        self._pixel_count: Final = pixel_count
        self._group: Final = _group(depths)
        groups = -(-len(body) // self._group.bytes)
        body_end = PROLOGUE_BYTES + groups * self._group.pixels
        self._body_end: Final = min(body_end, pixel_count - PROLOGUE_BYTES)

    def embed(self, pixels: Pixels, first: int) -> None:
        """Embed in place what the (n, 3 or 4) `pixels`, pixel `first` onwards, have to carry."""
        echo = self._pixel_count - PROLOGUE_BYTES
        self._embed_prologue(pixels, first)  # [CAR-1]
        self._embed_prologue(pixels, first - echo)  # [CAR-5]
        start = max(first, PROLOGUE_BYTES)
        stop = min(first + len(pixels), self._body_end)
        if start < stop:
            self._embed_body(pixels[start - first : stop - first], start - PROLOGUE_BYTES)

    def _embed_prologue(self, pixels: Pixels, first: int) -> None:
        start, stop = max(first, 0), min(first + len(pixels), PROLOGUE_BYTES)
        if start < stop:
            carriers = pixels[start - first : stop - first]
            _embed_groups(carriers, self._prologue[start:stop], PROLOGUE_DEPTHS)
            carriers[:, 3:] = 255  # [CAR-6]

    def _embed_body(self, pixels: Pixels, first: int) -> None:
        """`first` counts from the body's first pixel; it may lie within a group."""
        skip = first % self._group.pixels
        begin = (first - skip) // self._group.pixels * self._group.bytes
        size = -(-(skip + len(pixels)) // self._group.pixels) * self._group.bytes
        data = self._body[begin : begin + size]
        if skip == 0:
            _embed_groups(pixels, data, self._depths)
            return
        aligned = np.empty((skip + len(pixels), pixels.shape[1]), np.uint8)
        aligned[skip:] = pixels
        _embed_groups(aligned, data, self._depths)
        pixels[:] = aligned[skip:]


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
