"""The sheet: which pictures of a store an overview shows, and which of its pixels they fill.

Whole numbers and shapes only; pictures are another room.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, prod, sqrt
from typing import Final

import numpy as np

from intaglio._errors import EncodeError, Reason
from intaglio._look import Look
from intaglio._views import view_of
from intaglio.zarr._stores import TileStore

_SIDE_MAX: Final = 2048  # if nothing else is asked for
_SIDE_MIN: Final = 256
_LINE_WIDTH_MAX: Final = 512  # of one plotted chunk; such pictures are twice as wide as high
_CHANNELS_MAX: Final = 16
_PICTURES_MAX: Final = 2**22

Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows and columns of pictures.

    tops, lefts: the pixels at which rows and columns begin, and where the last one ends.
    place: where in the store's grid the picture of a row and column is; None: nowhere.
    share: how much of the last row's and the last column's pictures lies inside the array.
    is_map: whether each picture is one matrix of the axes shown, so that the sheet is one, too.
    """

    tops: list[int]
    lefts: list[int]
    place: Callable[[int, int], Place | None]
    share: tuple[float, float] = (1.0, 1.0)
    is_map: bool = True

    @property
    def count(self) -> int:
        """How many pictures have a place."""
        return (len(self.tops) - 1) * (len(self.lefts) - 1)


def plan_sheet(
    store: TileStore, axes: tuple[int, int] | None, at: dict[int, int], side: int | None
) -> Sheet:
    """Lay out two axes of the store; of the others the elements `at`, or the first.

    axes: downwards and to the right; None: as the pictures show them. side: the longer one's
    pixels; None: one an element, within reason.
    Errors: EncodeError(option-invalid) for axes and elements that are not there.
    """
    shape, rank = store.array.shape, store.array.ndim
    if 0 in shape:
        raise _invalid(f"there is nothing to show of shape {shape}")
    if rank < 2:
        if axes is not None or at:
            raise _invalid(f"the array has {rank} axes: there is nothing to choose")
        return _line(store.grid, side or _SIDE_MAX)
    down, right = axes or _usual_axes(store)
    if down == right or not {down, right} <= set(range(rank)):
        raise _invalid(f"axes {down} and {right}: say two of 0 to {rank - 1}")
    _check_count(store.grid[down] * store.grid[right])
    fixed = [0] * rank
    for axis, element in at.items():
        if axis not in range(rank) or axis in (down, right):
            raise _invalid(f"axis {axis} is not one of those that are not shown")
        if element not in range(shape[axis]):
            raise _invalid(f"axis {axis} has {shape[axis]:,} elements, none is {element}")
        fixed[axis] = element // store.chunks[axis]

    def place(row: int, col: int) -> Place:
        moved = {down: row, right: col}
        return tuple(moved.get(axis, i) for axis, i in enumerate(fixed))

    longest = max(shape[down], shape[right])
    usual = min(_SIDE_MAX / longest, max(1, ceil(_SIDE_MIN / longest)))
    scale = usual if side is None else side / longest
    tops, lefts = (_edges(shape[axis], store.chunks[axis], scale) for axis in (down, right))
    whole = _shows_cells(store, down, right)
    share = tuple(_last_share(store, axis) if whole else 1.0 for axis in (down, right))
    return Sheet(tops, lefts, place, (share[0], share[1]), whole)


def _usual_axes(store: TileStore) -> tuple[int, int]:
    """The last two; or those before the last where that is one of few channels."""
    rank, chunks = store.array.ndim, store.chunks
    few = rank > 2 and chunks[-1] <= _CHANNELS_MAX and min(chunks[-3:-1]) >= 4 * chunks[-1]
    return (rank - 3, rank - 2) if few else (rank - 2, rank - 1)


def _line(grid: Place, side: int) -> Sheet:
    """Plots of a 1-d array in rows, as one reads; a scalar is a single picture."""
    total = prod(grid)
    _check_count(total)
    cols = ceil(sqrt(total / 2))
    rows = ceil(total / cols)
    width = max(2, min(_LINE_WIDTH_MAX, side // cols, 2 * side // rows))

    def place(row: int, col: int) -> Place | None:
        number = row * cols + col
        return (number,) * len(grid) if number < total else None

    tops = [row * (width // 2) for row in range(rows + 1)]
    return Sheet(tops, [col * width for col in range(cols + 1)], place)


def _edges(length: int, chunk: int, scale: float) -> list[int]:
    """The pixels between chunks, ends among them."""
    cells = [*range(0, length, chunk), length]
    return [max(round(cell * scale), cell > 0) for cell in cells]


def _shows_cells(store: TileStore, down: int, right: int) -> bool:
    """Whether a chunk's picture is one matrix of these axes, so that a part of it is its part."""
    cells = np.broadcast_to(np.asarray(2).astype(store.array.dtype), store.chunks)
    view = view_of(cells, Look())
    sheet = view.sheet
    size = (sheet.tile_h, sheet.tile_w)
    alone = view.kind in ("cells", "image") and sheet.count == 1
    return alone and size == (store.chunks[down], store.chunks[right])


def _last_share(store: TileStore, axis: int) -> float:
    """How much of the last chunk of an axis lies inside the array."""
    chunk = store.chunks[axis]
    return float((store.array.shape[axis] - (store.grid[axis] - 1) * chunk) / chunk)


def _check_count(pictures: int) -> None:
    """Refuse what no overview can be made of, before memory is taken for its places."""
    if pictures > _PICTURES_MAX:
        raise _invalid(f"{pictures:,} pictures, an overview is made of at most {_PICTURES_MAX:,}")


def _invalid(detail: str) -> EncodeError:
    return EncodeError(Reason.OPTION_INVALID, detail)
