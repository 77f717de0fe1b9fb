"""Label maps: recognises arrays of class numbers, and gives each class a colour of its own.

A heuristic distinguishes label maps from counts, photographs and noise. A label map has few
values, all from 0 to 255, and neighbouring cells are mostly equal. Where neighbours differ, any two
classes may meet; in a photograph of few levels, differing neighbours have adjacent levels.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

# The colours of Okabe and Ito, then those farthest from all others in normal and colour-blind
# vision: the CIELAB distance of any two is at least 16. The first, for label 0, is neutral.
LABEL_COLORS: Final = (
    (236, 236, 236), (0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167),
    (86, 180, 233), (213, 94, 0), (240, 228, 66), (0, 0, 0), (135, 0, 240),
    (90, 45, 0), (0, 30, 135), (0, 255, 135), (135, 0, 90), (150, 120, 255),
    (225, 0, 75), (165, 210, 165), (180, 165, 75), (75, 105, 60), (45, 0, 75),
)  # fmt: skip
LABEL_MAX: Final = 255
_CELLS_MIN: Final = 64  # fewer cells say nothing reliable
_ORDER_MIN: Final = 4  # minimum number of values for the test of order
_PAIRS_MAX: Final = 1 << 18  # about this many pairs of neighbours are compared
_CHUNK_CELLS: Final = 1 << 18


def labels_of(tiles: Sequence[NDArray[Any]]) -> list[int] | None:
    """Return the labels of (h, w) `tiles` of one map, ascending; None if it is no label map."""
    if tiles[0].dtype.kind not in "biu" or sum(tile.size for tile in tiles) < _CELLS_MIN:
        return None
    values = _few_values(tiles)
    if values is None:
        return None
    rank = np.zeros(LABEL_MAX + 1, np.intp)
    rank[values] = np.arange(len(values))
    meetings = np.zeros((len(values), len(values)), np.int64)
    step = max(1, 2 * sum(tile.size for tile in tiles) // _PAIRS_MAX)
    for tile in tiles:
        _count_meetings(tile, rank, step, meetings)
    return values if _are_areas(meetings) and not _are_ordered(meetings) else None


def _few_values(tiles: Sequence[NDArray[Any]]) -> list[int] | None:
    """Return the values if they are 2 to 20, at most 19 of them not 0; else None."""
    seen = np.zeros(LABEL_MAX + 1, np.bool)
    for tile in tiles:
        step = max(1, _CHUNK_CELLS // tile.shape[1])
        for top in range(0, len(tile), step):
            part = tile[top : top + step]
            if part.min() < 0 or part.max() > LABEL_MAX:
                return None
            counts = np.bincount(part.astype(np.uint8).ravel(), minlength=LABEL_MAX + 1)
            seen |= counts > 0
            if np.count_nonzero(seen[1:]) >= len(LABEL_COLORS):
                return None
    values: list[int] = np.flatnonzero(seen).tolist()
    return values if len(values) > 1 else None


def _count_meetings(
    tile: NDArray[Any], rank: NDArray[np.intp], step: int, meetings: NDArray[np.int64]
) -> None:
    """Add to `meetings` how often each pair of ranks is adjacent, in every `step`-th row."""
    count = len(meetings)
    rows = np.arange(0, len(tile), step)
    here = rank[tile[rows].astype(np.uint8)]
    down = rows < len(tile) - 1
    below = rank[tile[rows[down] + 1].astype(np.uint8)]
    for one, other in ((here[:, :-1], here[:, 1:]), (here[down], below)):
        both = np.bincount((one * count + other).ravel(), minlength=count * count)
        meetings += both.reshape(count, count)


def _are_areas(meetings: NDArray[np.int64]) -> bool:
    """Whether neighbours are equal at least halfway between chance and always."""
    total = int(meetings.sum())
    equal = int(np.trace(meetings))
    shares = _shares(meetings)
    by_chance = sum(share * share for share in shares)  # of (2 * total)**2
    return 8 * equal * total - by_chance >= 4 * total * total


def _are_ordered(meetings: NDArray[np.int64]) -> bool:
    """Whether unequal neighbours have adjacent values much more often than by chance."""
    if len(meetings) < _ORDER_MIN:
        return False
    unequal = int(meetings.sum() - np.trace(meetings))
    adjacent = int(np.trace(meetings, 1) + np.trace(meetings, -1))
    shares = _shares(meetings)
    pairs = sum(shares) ** 2 - sum(share * share for share in shares)
    adjacent_pairs = 2 * sum(one * other for one, other in pairwise(shares))
    return 2 * adjacent * pairs - adjacent_pairs * unequal > unequal * pairs


def _shares(meetings: NDArray[np.int64]) -> list[int]:
    """Return how often each value occurs in a pair of neighbours."""
    shares: list[int] = (meetings.sum(axis=0) + meetings.sum(axis=1)).tolist()
    return shares


def label_table(labels: Sequence[int]) -> Bytes:
    """(256, 3) The colours of labels: 0 is neutral, other colours depend on the label's value.

    So separate pieces of one map agree. If two labels have the same preferred colour, the higher
    label gets the next free one.
    """
    table = np.zeros((LABEL_MAX + 1, 3), np.uint8)
    others = len(LABEL_COLORS) - 1
    free = set(range(1, others + 1))
    for label in labels:
        row = 0
        if label:
            row = (label - 1) % others + 1
            while row not in free:
                row = row % others + 1
            free.remove(row)
        table[label] = LABEL_COLORS[row]
    return table


def label_painter(labels: Sequence[int]) -> Callable[[NDArray[Any]], Bytes]:
    """Return a function that paints cells whose values are all in `labels`."""
    table = label_table(labels)

    def paint(block: NDArray[Any]) -> Bytes:
        colors: Bytes = table.take(block.astype(np.uint8), axis=0)
        return colors

    return paint
