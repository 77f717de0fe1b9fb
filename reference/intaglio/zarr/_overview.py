"""The overview: one picture of a whole store, made from the pictures of its chunks.

The data in them is neither decoded nor carried on: pixels are averaged, or lose their low bits.
"""

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.png.decode import open_png
from intaglio._format.png.encode import write_png
from intaglio._format.registry import PROLOGUE_DEPTHS
from intaglio._render.layout import Box
from intaglio._threads import in_threads
from intaglio.errors import DecodeError
from intaglio.limits import DEFAULT_LIMITS, Limits
from intaglio.zarr._chunks import about_chunk, check_chunk
from intaglio.zarr._cuts import Place
from intaglio.zarr._sheet import Sheet
from intaglio.zarr._stores import TileStore

_BLANK: Final = 235  # grey, where no picture is stored

Indices = npt.NDArray[np.intp]
Pixels = npt.NDArray[np.uint8]


def write_overview(
    store: TileStore,
    sheet: Sheet,
    out: BinaryIO,
    tick: Callable[[], None],
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """Write the PNG; `tick` is called once a picture. Memory holds a row of them, made small.

    Errors: DecodeError, naming the key, if a picture is damaged or larger than `limits` allow.
    """
    bands = _bands(store, sheet, tick, limits)
    write_png(out, sheet.lefts[-1], sheet.tops[-1], 3, bands, effort="small")


def _bands(
    store: TileStore, sheet: Sheet, tick: Callable[[], None], limits: Limits
) -> Iterator[Pixels]:
    for row in range(len(sheet.tops) - 1):
        band = _band(store, sheet, row, tick, limits)
        if len(band):  # or there are more rows of pictures than of pixels
            yield band


def _band(
    store: TileStore, sheet: Sheet, row: int, tick: Callable[[], None], limits: Limits
) -> Pixels:
    """One row of pictures, made small."""
    height = sheet.tops[row + 1] - sheet.tops[row]
    band = np.full((height, sheet.lefts[-1], 3), _BLANK, np.uint8)
    last_row, last_col = len(sheet.tops) - 2, len(sheet.lefts) - 2

    def fill(col: int) -> None:
        left, right = sheet.lefts[col : col + 2]
        place = sheet.place(row, col)
        if place is not None and height and right > left:
            ends = (row == last_row, col == last_col)
            made = _reduced(store, sheet, place, (height, right - left), ends, limits)
            if made is not None:
                band[:, left:right] = made
        tick()

    for _ in in_threads(fill, range(last_col + 1)):
        pass
    return band


def _reduced(
    store: TileStore,
    sheet: Sheet,
    place: Place,
    size: tuple[int, int],
    ends: tuple[bool, bool],
    limits: Limits,
) -> Pixels | None:
    """What is to be seen of a picture, brought to `size`; None if there is no picture.

    ends: whether it is the last downwards and to the right, so that a part may lie outside.
    """
    raw = store.png(place)
    if raw is None:
        return None
    try:
        check_chunk(raw, store.form, limits)
        png = open_png(io.BytesIO(raw), limits.pixels_max)
        box = sheet.cut(png.width, png.height)
        sides = (box.w, box.h) if sheet.turned else (box.h, box.w)  # as the sheet has them
        cells = sheet.cells or sides
        inside = [last if end else n for last, n, end in zip(sheet.last, cells, ends, strict=True)]
        tall, wide = (Side(*side) for side in zip(sides, cells, inside, size, strict=True))
        if sheet.turned:
            tall, wide = wide, tall
        reduce = _nearest if min(tall.pixels_each, wide.pixels_each) < 2 else _averaged
        made = reduce(_inside(png.bands(), box), tall, wide)
    except DecodeError as problem:
        raise about_chunk(problem, store.key(place)) from problem
    return made.transpose(1, 0, 2) if sheet.turned else made


class Side(NamedTuple):
    """Height or width of what is seen of a picture.

    pixels: how many show the chunk; pixel p shows element p * cells // pixels, as pictures do.
    cells: elements of the chunk; inside: of these, from the first, what lies inside the array.
    size: pixels of the overview that show what is inside.
    """

    pixels: int
    cells: int
    inside: int
    size: int

    @property
    def pixels_each(self) -> float:
        """How many pixels of the picture fall together in one of the overview."""
        return self.pixels * self.inside / (self.cells * self.size)

    def middles(self) -> Indices:
        """(size,) Of each element that is shown, the pixel in its middle."""
        element = (2 * np.arange(self.size) + 1) * self.inside // (2 * self.size)
        first, after = self._begins(element), self._begins(element + 1)
        middle: Indices = np.minimum((first + np.maximum(first, after - 1)) // 2, self.pixels - 1)
        return middle

    def edges(self) -> Indices:
        """(size + 1,) The pixels at which those that fall together begin; at last their end."""
        end = int(self._begins(np.array(self.inside)))
        return np.arange(self.size + 1) * end // self.size

    def _begins(self, element: Indices) -> Indices:
        begins: Indices = -(-element * self.pixels // self.cells)
        return begins


def _inside(bands: Iterator[Pixels], box: Box) -> Iterator[tuple[int, Pixels]]:
    """The rows of `box`, and which of its rows they begin with; reads to the end."""
    start = -box.y
    for band in bands:
        first, stop = max(start, 0), min(start + len(band), box.h)
        if first < stop:
            yield first, band[first - start : stop - start, box.x : box.x + box.w, :3]
        start += len(band)


def _averaged(bands: Iterator[tuple[int, Pixels]], tall: Side, wide: Side) -> Pixels:
    """The mean of the pixels that fall together: what the data did to them cancels out."""
    tops, lefts = tall.edges(), wide.edges()
    sums = np.zeros((tall.size, wide.size, 3), np.uint64)
    for start, whole in bands:
        band = whole[: max(0, tops[-1] - start), : lefts[-1]]
        if not len(band):
            continue
        narrow = np.add.reduceat(band, lefts[:-1], axis=1, dtype=np.uint64)
        first, last = np.searchsorted(tops, (start, start + len(band) - 1), side="right") - 1
        cuts = np.maximum(tops[first : last + 1] - start, 0)
        sums[first : last + 1] += np.add.reduceat(narrow, cuts, axis=0)
    heights, widths = (np.diff(edges).astype(np.uint64) for edges in (tops, lefts))
    counts = (heights[:, None] * widths)[..., None]
    means: Pixels = ((sums + counts // 2) // counts).astype(np.uint8)
    return means


def _nearest(bands: Iterator[tuple[int, Pixels]], tall: Side, wide: Side) -> Pixels:
    """Single pixels, without the bits that carry data in most profiles."""
    rows, cols = tall.middles(), wide.middles()
    made = np.empty((tall.size, wide.size, 3), np.uint8)
    for start, band in bands:
        first, stop = np.searchsorted(rows, (start, start + len(band)))
        made[first:stop] = band[rows[first:stop] - start][:, cols]
    for channel, depth in enumerate(PROLOGUE_DEPTHS[:3]):
        made[..., channel] = made[..., channel] >> depth << depth | 1 << depth >> 1
    return made
