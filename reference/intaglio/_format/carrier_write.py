"""SPEC.md section 5, the carrier: writes prologue, body and echo into the low bits of a cover.

`carrier` is the reader's side. Pixels are (n, 3) or (n, 4) uint8 arrays in raster order.
"""

from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

import numpy as np

from intaglio._format.carrier import Field, Pixels, Words, group_of, shifted, words_of
from intaglio._format.fast.kernels import native
from intaglio._format.registry import PROLOGUE_BYTES, PROLOGUE_DEPTHS, Depths


class Sliceable(Protocol):
    """Bytes that can be sliced; slicing may build the bytes."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes | memoryview: ...


Shape: TypeAlias = Callable[[Pixels, Pixels, Pixels | None], Pixels]
# (cover, wanted low bits, written row above) -> values to write; all (rows, width, channels)
Rest: TypeAlias = Callable[[Pixels], Pixels]
# whole rows of the cover (rows, width, channels) -> their values where they carry no data

_GROUPS_AT_ONCE: Final = 1 << 17  # columns of this length fit the processor's cache


def _field_values(columns: list[Words], field: Field) -> Pixels:
    """The bits that `field` carries in each group; `columns` hold the groups' bytes."""
    mask = (1 << field.depth) - 1
    values = shifted(columns[field.byte], -field.end_shift, mask)
    if field.end_shift < 0:
        values |= shifted(columns[field.byte + 1], -8 - field.end_shift, mask)
    return values.view(np.uint8)


def nearest(cover: Pixels, wanted: Pixels, depth: int) -> Pixels:
    """The value nearest to `cover` whose low `depth` bits are `wanted`.

    The cover is clipped first, which keeps every sum within a byte. It changes no result: the
    nearest value of a cover value outside the clipped range is that of the range's end.
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

    After the end of `data` they are zero.
    """
    group = group_of(depths)
    skip = first % group.pixels
    begin = (first - skip) // group.pixels * group.bytes
    groups = -(-(skip + count) // group.pixels)
    if native:
        wanted = np.empty((count, channels), np.uint8)
        part = data[begin : begin + groups * group.bytes]
        native.spread_bits(part, skip * sum(depths), channels, depths, wanted)
        return wanted
    wanted = np.zeros((groups * group.pixels, channels), np.uint8)
    for start in range(0, groups, _GROUPS_AT_ONCE):
        some = min(groups - start, _GROUPS_AT_ONCE)
        table = np.zeros((some, group.bytes), np.uint8)
        at = begin + start * group.bytes
        part = data[at : at + table.size]
        table.reshape(-1)[: len(part)] = np.frombuffer(part, np.uint8)
        columns = [words_of(table[:, byte]) for byte in range(group.bytes)]
        some_pixels = wanted[start * group.pixels : (start + some) * group.pixels]
        for field in group.fields:
            values = _field_values(columns, field)[:some]
            some_pixels[field.pixel :: group.pixels, field.channel] = values
    return wanted[skip : skip + count]


def _embed_bits(pixels: Pixels, wanted: Pixels, depths: Depths) -> None:
    """Set each pixel, in place, to the nearest values that have the low bits of `wanted`."""
    for channel, depth in enumerate(depths):
        if depth:
            pixels[:, channel] = nearest(pixels[:, channel], wanted[:, channel], depth)


class Embedder:
    """Writes prologue, body and echo into the pixels of a cover, band by band.

    Bands may come in any order: the caller passes the index of each band's first pixel.
    """

    def __init__(
        self,
        prologue: bytes,
        body: Sliceable,
        depths: Depths,
        pixel_count: int,
        rest: tuple[int, Rest] | None = None,
    ) -> None:
        """Prepare to embed `prologue` and `body` into `pixel_count` pixels.

        rest: the width of a row in pixels, and the function that makes the values of pixels
        without data; None leaves these pixels as the cover has them. With `rest`, bands must be
        whole rows.
        """
        self._rest: Final = rest
        self._prologue: Final = prologue
        self._body: Final = body
        self._depths: Final = depths
        self._pixel_count: Final = pixel_count
        group = group_of(depths)
        groups = -(-len(body) // group.bytes)
        body_end = PROLOGUE_BYTES + groups * group.pixels
        self._body_end: Final = min(body_end, pixel_count - PROLOGUE_BYTES)

    def embed(self, pixels: Pixels, first: int) -> None:
        """Embed, in place, the data of the (n, 3 or 4) `pixels` that begin at index `first`."""
        self._fill_rest(pixels, first)
        echo = self._pixel_count - PROLOGUE_BYTES
        self._embed_prologue(pixels, first)  # [CAR-1]
        self._embed_prologue(pixels, first - echo)  # [CAR-5]
        start = max(first, PROLOGUE_BYTES)
        stop = min(first + len(pixels), self._body_end)
        if start < stop:
            wanted = self._wanted(start, stop, pixels.shape[1])
            _embed_bits(pixels[start - first : stop - first], wanted, self._depths)

    def _fill_rest(self, pixels: Pixels, first: int) -> None:
        """Write, in place, the pixels without data. Must run first: it reads the cover's rows."""
        echo = self._pixel_count - PROLOGUE_BYTES
        start = max(self._body_end - first, 0)
        stop = min(echo - first, len(pixels))
        if self._rest and start < stop:
            width, fill = self._rest
            top, bottom = start // width * width, -(-stop // width) * width
            rows = fill(pixels[top:bottom].reshape(-1, width, pixels.shape[1]))
            pixels[start:stop] = rows.reshape(-1, pixels.shape[1])[start - top : stop - top]

    def embed_rows(self, pixels: Pixels, first: int, shape: Shape) -> None:
        """As `embed`, for whole rows: (rows, width, 3 or 4).

        `shape` chooses the values of the rows whose pixels all carry the body.
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
