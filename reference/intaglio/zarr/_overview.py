"""The overview: one picture of a whole store, made from the pictures of its chunks.

The data in them is neither decoded nor carried on: pixels are averaged, or lose their low bits.
"""

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from intaglio._errors import DecodeError
from intaglio._limits import DEFAULT_LIMITS, Limits
from intaglio._png import open_png
from intaglio._png_write import write_png
from intaglio._spec import PROLOGUE_DEPTHS
from intaglio._threads import in_threads
from intaglio.zarr._sheet import Place, Sheet
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
            made = _reduced(store, place, (height, right - left), (tall, wide), limits)
            if made is not None:
                band[:, left:right] = made
        tick()

    for _ in in_threads(fill, range(last_col + 1)):
        pass
    return band


def _reduced(
    store: TileStore,
    place: Place,
    size: tuple[int, int],
    share: tuple[float, float],
    limits: Limits,
) -> Pixels | None:
    """The top left `share` of a picture, brought to `size`; None if there is no picture."""
    raw = store.png(place)
    if raw is None:
        return None
    try:
        png = open_png(io.BytesIO(raw), limits.pixels_max)
        tall = max(1, round(png.height * share[0]))
        wide = max(1, round(png.width * share[1]))
        if tall < 2 * size[0] or wide < 2 * size[1]:
            return _nearest(png.bands(), (tall, wide), size)
        return _averaged(png.bands(), (tall, wide), size)
    except DecodeError as problem:
        detail = f"chunk {store.key(place)}: {problem.detail}"
        raise DecodeError(problem.reason, detail) from problem


def _averaged(bands: Iterator[Pixels], part: tuple[int, int], size: tuple[int, int]) -> Pixels:
    """The mean of the pixels that fall together: what the data did to them cancels out."""
    tops = np.arange(size[0]) * part[0] // size[0]
    lefts = np.arange(size[1]) * part[1] // size[1]
    sums = np.zeros((*size, 3), np.uint32)
    start = 0
    for band in bands:
        used = band[: max(0, part[0] - start), : part[1], :3]
        if len(used):
            narrow = np.add.reduceat(used, lefts, axis=1, dtype=np.uint32)
            first, last = np.searchsorted(tops, (start, start + len(used) - 1), side="right") - 1
            cuts = np.maximum(tops[first : last + 1] - start, 0)
            sums[first : last + 1] += np.add.reduceat(narrow, cuts, axis=0, dtype=np.uint32)
        start += len(band)
    heights = np.diff(tops, append=part[0]).astype(np.uint32)
    widths = np.diff(lefts, append=part[1]).astype(np.uint32)
    counts = (heights[:, None] * widths)[..., None]
    means: Pixels = ((sums + counts // 2) // counts).astype(np.uint8)
    return means


def _nearest(bands: Iterator[Pixels], part: tuple[int, int], size: tuple[int, int]) -> Pixels:
    """Single pixels, without the bits that carry data in most profiles."""
    rows = (2 * np.arange(size[0]) + 1) * part[0] // (2 * size[0])
    cols = (2 * np.arange(size[1]) + 1) * part[1] // (2 * size[1])
    made = np.empty((*size, 3), np.uint8)
    start = 0
    for band in bands:
        first, stop = np.searchsorted(rows, (start, start + len(band)))
        made[first:stop] = band[rows[first:stop] - start][:, cols, :3]
        start += len(band)
    for channel, depth in enumerate(PROLOGUE_DEPTHS[:3]):
        made[..., channel] = made[..., channel] >> depth << depth | 1 << depth >> 1
    return made
