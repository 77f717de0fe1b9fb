"""SPEC.md section 5, the carrier: extracts the bytes that the low bits of pixels carry.

Pixels are (n, 3) or (n, 4) uint8 arrays in raster order; three channels mean that alpha is 255.

Bits are extracted for whole groups at a time: a group is the smallest number of pixels that
carries a whole number of bytes. For each channel of a group, numpy shifts the bytes of all groups
at once, eight bytes per 64-bit integer. The compiled kernel does the same pixel by pixel.
"""

from collections.abc import Iterator
from functools import cache
from math import gcd
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.fast.kernels import native
from intaglio._format.registry import PROLOGUE_BYTES, PROLOGUE_DEPTHS, Depths
from intaglio.errors import DecodeError, Reason

Pixels = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]


_BODY_BYTES_FIRST: Final = 1 << 24  # allocated at first: the body's length is not verified yet
_GROUPS_AT_ONCE: Final = 1 << 17  # columns of this length fit the processor's cache
_EVERY_BYTE: Final = 0x0101010101010101


class Field(NamedTuple):
    """The run of payload bits that one channel of one pixel of a group carries."""

    pixel: int
    channel: int
    byte: int  # index of the group's byte in which the run begins
    end_shift: int  # bits from the run's end to that byte's end; < 0: it ends in the next byte
    depth: int


class Group(NamedTuple):
    """The smallest number of pixels that carries a whole number of bytes."""

    pixels: int
    bytes: int
    fields: tuple[Field, ...]


@cache
def group_of(depths: Depths) -> Group:  # [CAR-2]
    total = sum(depths)
    pixels = 8 // gcd(total, 8)
    fields = []
    position = 0
    for pixel in range(pixels):
        for channel, depth in enumerate(depths):
            if depth:
                end_shift = 8 - position % 8 - depth
                fields.append(Field(pixel, channel, position // 8, end_shift, depth))
                position += depth
    return Group(pixels, position // 8, tuple(fields))


def words_of(column: Pixels) -> Words:
    """The bytes of a column, eight per 64-bit word: numpy shifts words much faster than bytes."""
    padded = np.zeros(-(-len(column) // 8) * 8, np.uint8)
    padded[: len(column)] = column
    return padded.view("<u8")


def shifted(words: Words, left: int, keep: int) -> Words:
    """Each byte shifted left (right if `left` is negative), then ANDed with `keep`."""
    inside = 0xFF << left if left >= 0 else 0xFF >> -left
    shifted = words << np.uint64(left) if left >= 0 else words >> np.uint64(-left)
    shifted &= np.uint64((keep & inside & 0xFF) * _EVERY_BYTE)
    return shifted


def _extract_groups(pixels: Pixels, depths: Depths) -> Pixels:
    """The bytes that whole groups of pixels carry. [CAR-2]"""
    if native:
        return _extract_compiled(pixels, depths)
    if depths[3] and pixels.shape[1] == 3:
        pixels = np.concatenate([pixels, np.full((len(pixels), 1), 255, np.uint8)], axis=1)
    group = group_of(depths)
    groups = len(pixels) // group.pixels
    data = np.empty((groups, group.bytes), np.uint8)
    for start in range(0, groups, _GROUPS_AT_ONCE):
        some = min(groups - start, _GROUPS_AT_ONCE)
        part = pixels[start * group.pixels : (start + some) * group.pixels]
        for byte, column in enumerate(_byte_columns(part, group, some)):
            data[start : start + some, byte] = column.view(np.uint8)[:some]
    return data.ravel()


def _extract_compiled(pixels: Pixels, depths: Depths) -> Pixels:
    group = group_of(depths)
    groups = len(pixels) // group.pixels
    data = np.empty(groups * group.bytes, np.uint8)
    whole = np.ascontiguousarray(pixels[: groups * group.pixels])
    native.extract(whole, whole.shape[1], depths, data)
    return data


def _byte_columns(pixels: Pixels, group: Group, groups: int) -> list[Words]:
    columns = [words_of(np.zeros(groups, np.uint8)) for _ in range(group.bytes)]
    for field in group.fields:
        values = words_of(pixels[field.pixel :: group.pixels, field.channel])
        shift, mask = field.end_shift, (1 << field.depth) - 1
        columns[field.byte] |= shifted(values, shift, mask << 8 + shift >> 8)
        if shift < 0:
            columns[field.byte + 1] |= shifted(values, 8 + shift, mask << 8 + shift)
    return columns


class Extractor:
    """Reads the stream that pixels carry; requests only as many pixels as it needs."""

    def __init__(self, bands: Iterator[Pixels]) -> None:
        """`bands` yields (n, 3 or 4) pixels in raster order."""
        self._bands: Final = bands
        self._rest: Pixels = np.empty((0, 3), np.uint8)
        self._last: Pixels = np.empty((0, 3), np.uint8)  # the last pixels read, at most 80
        self._body: Pixels = np.empty(0, np.uint8)
        self._body_known = self._body_length = 0
        self._depths: Depths = PROLOGUE_DEPTHS

    def _take(self, minimum: int) -> Pixels:
        """At least `minimum` pixels, or all that are left: the rest of a band if it is enough."""
        while len(self._rest) < minimum and (band := self._maybe_band()) is not None:
            self._rest = np.concatenate([self._rest, band]) if len(self._rest) else band
        taken, self._rest = self._rest, self._rest[:0]
        return taken

    def prologue(self, start: int, stop: int) -> bytes:
        """Bytes start..stop-1 of the prologue; call with ascending ranges. [CAR-1]"""
        pixels = self._take(stop - start)
        self._rest = pixels[stop - start :]
        return _extract_groups(pixels[: stop - start], PROLOGUE_DEPTHS).tobytes()

    def start_body(self, depths: Depths, length: int) -> None:
        """Declare that the following pixels carry a body of `length` bytes at `depths`."""
        self._depths = depths
        self._body_length = length
        self._body = np.empty(min(length, _BODY_BYTES_FIRST), np.uint8)

    def body(self, start: int, stop: int) -> memoryview:
        """Bytes start..stop-1 of the body; reads as many pixels as needed. [CAR-2] [CAR-3]"""
        group = group_of(self._depths)
        while self._body_known < stop:
            pixels = self._take(group.pixels)
            if len(pixels) < group.pixels:  # for example after an earlier read failed
                raise DecodeError(Reason.PNG_DAMAGED, "the PNG ends before its data does")
            self._rest = pixels[len(pixels) - len(pixels) % group.pixels :]
            data = _extract_groups(pixels, self._depths)[: self._body_length - self._body_known]
            self._keep(data)
        return self._body.data[start:stop]

    def _keep(self, data: Pixels) -> None:
        """Append extracted bytes to the body; its memory grows with the bytes that arrive."""
        known = self._body_known + len(data)
        if known > len(self._body):
            body = np.empty(min(4 * known, self._body_length), np.uint8)
            body[: self._body_known] = self._body[: self._body_known]
            self._body = body
        self._body[self._body_known : known] = data
        self._body_known = known

    def tail(self) -> bytes:
        """The bytes that the picture's last 80 pixels carry; reads to the end. [CAR-5]"""
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
