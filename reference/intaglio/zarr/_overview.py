"""The overview: one picture of a whole store, made from the pictures of its chunks.

The data in them is neither decoded nor carried on: pixels are averaged, or lose their low bits.
"""

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from intaglio._errors import DecodeError
from intaglio._layout import Box
from intaglio._limits import DEFAULT_LIMITS, Limits
from intaglio._png import open_png
from intaglio._png_write import write_png
from intaglio._spec import PROLOGUE_DEPTHS
from intaglio._threads import in_threads
from intaglio.zarr._cuts import Place
from intaglio.zarr._sheet import Sheet
from intaglio.zarr._stores import TileStore

_BLANK: Final = 235  # grey, where no picture is stored

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
    tall = sheet.share[0] if row == last_row else 1.0

    def fill(col: int) -> None:
        left, right = sheet.lefts[col : col + 2]
        place = sheet.place(row, col)
        if place is not None and height and right > left:
            wide = sheet.share[1] if col == last_col else 1.0
            size = (height, right - left)
            made = _reduced(store, sheet, place, size, (tall, wide), limits)
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
    share: tuple[float, float],
    limits: Limits,
) -> Pixels | None:
    """What is to be seen of a picture, brought to `size`; None if there is no picture."""
    raw = store.png(place)
    if raw is None:
        return None
    if sheet.turned:
        size, share = size[::-1], share[::-1]
    try:
        png = open_png(io.BytesIO(raw), limits.pixels_max)
        box = sheet.cut(png.width, png.height)
        box = box._replace(w=max(1, round(box.w * share[1])), h=max(1, round(box.h * share[0])))
        reduce = _nearest if box.h < 2 * size[0] or box.w < 2 * size[1] else _averaged
        made = reduce(_inside(png.bands(), box), box, size)
    except DecodeError as problem:
        detail = f"chunk {store.key(place)}: {problem.detail}"
        raise DecodeError(problem.reason, detail) from problem
    return made.transpose(1, 0, 2) if sheet.turned else made


def _inside(bands: Iterator[Pixels], box: Box) -> Iterator[tuple[int, Pixels]]:
    """The rows of `box`, and which of its rows they begin with; reads to the end."""
    start = -box.y
    for band in bands:
        first, stop = max(start, 0), min(start + len(band), box.h)
        if first < stop:
            yield first, band[first - start : stop - start, box.x : box.x + box.w, :3]
        start += len(band)


def _averaged(bands: Iterator[tuple[int, Pixels]], box: Box, size: tuple[int, int]) -> Pixels:
    """The mean of the pixels that fall together: what the data did to them cancels out."""
    tops = np.arange(size[0]) * box.h // size[0]
    lefts = np.arange(size[1]) * box.w // size[1]
    sums = np.zeros((*size, 3), np.uint64)
    for start, band in bands:
        narrow = np.add.reduceat(band, lefts, axis=1, dtype=np.uint64)
        first, last = np.searchsorted(tops, (start, start + len(band) - 1), side="right") - 1
        cuts = np.maximum(tops[first : last + 1] - start, 0)
        sums[first : last + 1] += np.add.reduceat(narrow, cuts, axis=0)
    heights = np.diff(tops, append=box.h).astype(np.uint64)
    widths = np.diff(lefts, append=box.w).astype(np.uint64)
    counts = (heights[:, None] * widths)[..., None]
    means: Pixels = ((sums + counts // 2) // counts).astype(np.uint8)
    return means


def _nearest(bands: Iterator[tuple[int, Pixels]], box: Box, size: tuple[int, int]) -> Pixels:
    """Single pixels, without the bits that carry data in most profiles."""
    rows = (2 * np.arange(size[0]) + 1) * box.h // (2 * size[0])
    cols = (2 * np.arange(size[1]) + 1) * box.w // (2 * size[1])
    made = np.empty((*size, 3), np.uint8)
    for start, band in bands:
        first, stop = np.searchsorted(rows, (start, start + len(band)))
        made[first:stop] = band[rows[first:stop] - start][:, cols]
    for channel, depth in enumerate(PROLOGUE_DEPTHS[:3]):
        made[..., channel] = made[..., channel] >> depth << depth | 1 << depth >> 1
    return made
