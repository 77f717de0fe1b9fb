"""Which part of a chunk's picture shows which of its elements.

As this version lays pictures out; pictures of a chunk that others made may look otherwise.
"""

from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np

from intaglio._render.layout import TILES_SHOWN_MAX, Box, Sheet, chosen, gap_for, tile_boxes
from intaglio._render.style import Look
from intaglio._render.views import view_of
from intaglio.zarr._stores import TileStore

_CHANNELS_MAX: Final = 16
_GAP_MAX: Final = 8

Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a chunk's picture shows: a matrix, or a montage of them.

    axes: of the array, downwards and to the right. lead: the axes along which matrices lie in
    the montage, with their lengths in a chunk.
    """

    axes: tuple[int, int]
    lead: dict[int, int]
    sheet: Sheet

    def box(self, width: int, height: int, inside: Place) -> Box:
        """Where a picture of that size shows the matrix at the elements `inside` of the chunk."""
        lengths = tuple(self.lead.values())
        wanted = 0
        for axis, length in self.lead.items():
            wanted = wanted * length + inside[axis]
        picks = chosen(prod(lengths), TILES_SHOWN_MAX)
        number = min(range(len(picks)), key=lambda i: abs(picks[i] - wanted))
        return tile_boxes(self.sheet, Box(0, 0, width, height), self._gap(width, height))[number]

    def _gap(self, width: int, height: int) -> int:
        """The gap with which a sheet becomes as large."""
        cols, rows = self.sheet.cols - 1, self.sheet.rows - 1
        for gap in range(_GAP_MAX, 0, -1):
            if gap_for(self.sheet, width - gap * cols, height - gap * rows) == gap:
                return gap
        return 0


def maybe_shown(store: TileStore) -> Shown | None:
    """What the pictures of `store` show; None if they are plots, or strips of something long."""
    chunks, rank = store.chunks, store.array.ndim
    cells = np.broadcast_to(np.asarray(2).astype(store.array.dtype), chunks)
    view = view_of(cells, Look())
    if view.kind not in ("cells", "image") or view.sheet.wrapped:
        return None
    down, right = (rank - 3, rank - 2) if ends_in_channels(chunks) else (rank - 2, rank - 1)
    if (view.sheet.tile_h, view.sheet.tile_w) != (chunks[down], chunks[right]):
        return None
    last = rank if view.kind == "cells" else rank - 1  # channels of an image are no montage
    lead = {axis: chunks[axis] for axis in range(last) if axis not in (down, right)}
    return Shown((down, right), lead, view.sheet)


def ends_in_channels(chunks: Place) -> bool:
    """Whether the last axis is one of few channels behind the two that are to be looked at."""
    return len(chunks) > 2 and chunks[-1] <= _CHANNELS_MAX and min(chunks[-3:-1]) >= 4 * chunks[-1]
