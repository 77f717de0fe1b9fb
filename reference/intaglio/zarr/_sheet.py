"""The sheet: which pictures of a store an overview shows, and which of its pixels they fill.

Computes with whole numbers and shapes only; `_overview` draws the picture.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, prod, sqrt
from typing import Final

from intaglio._render.layout import Box
from intaglio.errors import EncodeError, Reason
from intaglio.zarr._cuts import Place, ends_in_channels, maybe_shown
from intaglio.zarr._stores import PICTURES_MAX, TileStore

_SIDE_MAX: Final = 2048  # if nothing else is asked for
_SIDE_MIN: Final = 256
_LINE_WIDTH_MAX: Final = 512  # of one plotted chunk; such pictures are twice as wide as high


def _whole(width: int, height: int) -> Box:
    return Box(0, 0, width, height)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows and columns of pictures.

    tops, lefts: the pixels at which rows and columns begin, and where the last one ends.
    place: where in the store's grid the picture of a row and column is; None: nowhere.
    cells: how many elements of a chunk lie downwards and to the right; None where `is_map` is not.
    last: how many of them lie inside the array, in the last row and in the last column.
    cut: the part of a picture of that width and height that is to be seen.
    turned: whether rows of a picture are to become columns.
    is_map: whether those parts are matrices of the axes shown, so that the sheet is one, too.
    """

    tops: list[int]
    lefts: list[int]
    place: Callable[[int, int], Place | None]
    cells: tuple[int, int] | None = None
    last: tuple[int, int] = (1, 1)
    cut: Callable[[int, int], Box] = _whole
    turned: bool = False
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
    fixed, inside = [0] * rank, [0] * rank
    for axis, element in at.items():
        if axis not in range(rank) or axis in (down, right):
            raise _invalid(f"axis {axis} is not one of those that are not shown")
        if element not in range(shape[axis]):
            raise _invalid(f"axis {axis} has {shape[axis]:,} elements, none is {element}")
        fixed[axis], inside[axis] = divmod(element, store.chunks[axis])

    def place(row: int, col: int) -> Place:
        moved = {down: row, right: col}
        return tuple(moved.get(axis, i) for axis, i in enumerate(fixed))

    longest = max(shape[down], shape[right])
    usual = min(_SIDE_MAX / longest, max(1, ceil(_SIDE_MIN / longest)))
    scale = usual if side is None else side / longest
    tops, lefts = (_edges(shape[axis], store.chunks[axis], scale) for axis in (down, right))
    shown = maybe_shown(store)
    if shown is None or {down, right} != {*shown.axes}:
        return Sheet(tops, lefts, place, is_map=False)

    def cut(width: int, height: int) -> Box:
        return shown.box(width, height, tuple(inside))

    cells = (store.chunks[down], store.chunks[right])
    last = (_inside_last(store, down), _inside_last(store, right))
    return Sheet(tops, lefts, place, cells, last, cut, (down, right) != shown.axes)


def _usual_axes(store: TileStore) -> tuple[int, int]:
    """The last two; or those before the last where that is one of few channels."""
    rank = store.array.ndim
    return (rank - 3, rank - 2) if ends_in_channels(store.chunks) else (rank - 2, rank - 1)


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


def _inside_last(store: TileStore, axis: int) -> int:
    """How many elements of the last chunk of an axis lie inside the array."""
    return int(store.array.shape[axis] - (store.grid[axis] - 1) * store.chunks[axis])


def _check_count(pictures: int) -> None:
    """Refuse what no overview can be made of, before memory is taken for its places."""
    if pictures > PICTURES_MAX:
        raise _invalid(f"{pictures:,} pictures, an overview is made of at most {PICTURES_MAX:,}")


def _invalid(detail: str) -> EncodeError:
    return EncodeError(Reason.OPTION_INVALID, detail)
