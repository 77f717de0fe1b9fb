"""Panels: paint the content of a box of the picture, a few rows at a time.

A panel knows the size of its box and returns any range of its rows as RGB. Functions that map
cells to colours and values to heights are passed in by the caller.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from intaglio._render.glyphs import extent, text_mask

Bytes = NDArray[np.uint8]
Paint = Callable[[NDArray[Any]], Bytes]  # cells (h, w, ...) -> RGB (h, w, 3)
HeightOf = Callable[[NDArray[Any]], NDArray[np.float64]]  # values -> heights 0..1, NaN: none

PAPER: Final = (255, 255, 255)
AXIS: Final = (176, 176, 176)
INKS: Final = ((24, 84, 142), (214, 96, 30))
QUIET: Final = (236, 236, 236)
QUIET_LINE: Final = (208, 208, 208)
HATCH_STEP: Final = 16  # pixels
_CLEAR_SCALE: Final = 2  # pixels per glyph pixel at which text is easy to read
_CHUNK_CELLS: Final = 1 << 15
_ENVELOPE_VALUES: Final = 1 << 20
_MARKED_STEP: Final = 10  # minimum pixels per sample at which each sample is marked


class Panel(Protocol):
    """Something w pixels wide that paints its own rows."""

    def rows(self, top: int, bottom: int) -> Bytes:
        """Return rows top..bottom-1 as (bottom - top, w, 3)."""
        ...


@dataclass(frozen=True, slots=True)
class Cells:
    """A grid of cells, enlarged or thinned out to w x h pixels by nearest neighbour."""

    cells: NDArray[Any]  # (rows, columns) or (rows, columns, channels)
    w: int
    h: int
    paint: Paint

    def rows(self, top: int, bottom: int) -> Bytes:
        """Return rows top..bottom-1; each cell is painted once."""
        tall, wide = self.cells.shape[:2]
        ys = np.arange(top, bottom) * tall // self.h
        xs = np.arange(self.w) * wide // self.w
        shown, again = np.unique(ys, return_inverse=True)
        block = self.cells[shown[0] : shown[-1] + 1]
        if len(block) != len(shown):
            block = self.cells[shown]
        if self.w < wide:
            block = block[:, xs]
        painted = _in_chunks(self.paint, block)
        if self.w > wide:
            painted = painted.take(xs, axis=1)
        return painted if len(painted) == bottom - top else painted.take(again, axis=0)


def _in_chunks(paint: Paint, block: NDArray[Any]) -> Bytes:
    """Paint some rows at a time, so that temporary arrays stay in the cache."""
    out = np.empty((*block.shape[:2], 3), np.uint8)
    step = max(1, _CHUNK_CELLS // max(1, block.shape[1]))
    for start in range(0, len(block), step):
        out[start : start + step] = paint(block[start : start + step])
    return out


@dataclass(frozen=True, slots=True)
class Plain:
    """A box in the colour of axes; another panel covers all but its edge."""

    w: int
    h: int

    def rows(self, top: int, bottom: int) -> Bytes:
        """Return rows top..bottom-1."""
        return np.full((bottom - top, self.w, 3), AXIS, np.uint8)


@dataclass(frozen=True, slots=True)
class Hatch:
    """Grey with diagonal lines, for arrays without elements."""

    w: int
    h: int

    def rows(self, top: int, bottom: int) -> Bytes:
        """Return rows top..bottom-1."""
        diagonal = np.arange(top, bottom)[:, None] + np.arange(self.w)[None, :]
        line = diagonal % HATCH_STEP < 2
        return np.where(line[..., None], QUIET_LINE, QUIET).astype(np.uint8)


@dataclass(slots=True)
class Text:
    """One value as text, in the fewest lines that are easy to read, as large as possible."""

    text: str
    w: int
    h: int
    _drawn: NDArray[np.bool] | None = None

    def rows(self, top: int, bottom: int) -> Bytes:
        """Return rows top..bottom-1."""
        if self._drawn is None:
            self._drawn = self._draw()
        return np.where(self._drawn[top:bottom, :, None], INKS[0], PAPER).astype(np.uint8)

    def _draw(self) -> NDArray[np.bool]:
        """(h, w) Where there is ink."""
        count = len(self.text)
        cuts = {-(-count // lines) for lines in range(1, count + 1)}  # characters per line
        clear = (columns for columns in cuts if self._scale(columns) >= _CLEAR_SCALE)
        columns = max(clear, default=0) or max(cuts, key=self._scale)
        mask = text_mask(self.text, columns)
        factor = int(self._scale(columns))
        if not factor:  # the box is smaller than the text: nearest neighbour
            ys, xs = (
                np.arange(n) * m // n for n, m in zip((self.h, self.w), mask.shape, strict=True)
            )
            return mask[np.ix_(ys, xs)]
        mask = mask.repeat(factor, axis=0).repeat(factor, axis=1)
        out = np.zeros((self.h, self.w), np.bool)
        y, x = (self.h - mask.shape[0]) // 2, (self.w - mask.shape[1]) // 2
        out[y : y + mask.shape[0], x : x + mask.shape[1]] = mask
        return out

    def _scale(self, columns: int) -> float:
        """The factor by which the text can be enlarged; an integer if it is at least 1."""
        width, height = extent(columns, -(-len(self.text) // columns))
        scale = min(self.w / width, self.h / height)
        return float(int(scale)) if scale >= 1 else scale


@dataclass(slots=True)
class Plot:
    """Line plots of values over their index; a column of pixels shows the range of its values."""

    series: list[Callable[[int, int], NDArray[np.float64]]]  # (start, stop) -> values[start:stop]
    count: int
    w: int
    h: int
    height_of: HeightOf
    _lines: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=list)

    @property
    def pen(self) -> int:
        """The width of the lines in pixels."""
        return max(1, round(min(self.w / 2, self.h) / 160))

    def rows(self, top: int, bottom: int) -> Bytes:
        """Return rows top..bottom-1."""
        if not self._lines:
            self._lines = [self._line(values) for values in self.series]
        out = np.full((bottom - top, self.w, 3), PAPER, np.uint8)
        ys = np.arange(top, bottom)[:, None]
        zero = self._heights(np.zeros(1))[0]
        thin = max(1, self.pen // 2)
        with np.errstate(invalid="ignore"):
            out[(np.abs(ys - zero) < thin)[:, 0]] = AXIS
            for (high, low), ink in zip(self._lines, INKS, strict=False):
                out[(ys >= high) & (ys <= low)] = ink
        return out

    def _heights(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the row of pixels of each value; NaN if it has none."""
        margin = 2 * self.pen
        heights = self.height_of(values)
        usable = max(0, self.h - 1 - 2 * margin)
        return np.rint(margin + (1 - np.clip(heights, 0, 1)) * usable)

    def _line(
        self, values: Callable[[int, int], NDArray[np.float64]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the highest and lowest row that the line covers in each column."""
        if self.count > self.w:
            low, high = self._ranges(values)
        else:
            low, high = self._joined(values)
        top, bottom = self._heights(high), self._heights(low)
        before = self.pen // 2
        after = self.pen - 1 - before
        top, bottom = top - before, bottom + after
        if self.count * _MARKED_STEP <= self.w:
            return self._marked(values, top, bottom)
        return _spread(top, before, after, np.fmin), _spread(bottom, before, after, np.fmax)

    def _ranges(
        self, values: Callable[[int, int], NDArray[np.float64]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return each column's minimum and maximum, extended to the next column's first value."""
        starts = np.arange(self.w + 1) * self.count // self.w
        low, high = np.empty(self.w), np.empty(self.w)
        columns = max(1, _ENVELOPE_VALUES * self.w // self.count)
        for first in range(0, self.w, columns):
            edges = starts[first : first + columns + 1]
            last = min(first + columns, self.w)
            piece = values(int(edges[0]), min(int(edges[-1]) + 1, self.count))
            cuts = edges[:-1] - edges[0]
            low[first:last] = np.fmin.reduceat(piece, cuts)
            high[first:last] = np.fmax.reduceat(piece, cuts)
            following = piece[np.minimum(edges[1:] - edges[0], len(piece) - 1)]
            low[first:last] = np.fmin(low[first:last], following)
            high[first:last] = np.fmax(high[first:last], following)
        return low, high

    def _joined(
        self, values: Callable[[int, int], NDArray[np.float64]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the range of straight lines between samples, within each column."""
        known = values(0, self.count)
        centers = (np.arange(self.count) + 0.5) * self.w / self.count
        edges = np.interp(np.arange(self.w + 1), centers, known, left=np.nan, right=np.nan)
        low, high = np.fmin(edges[:-1], edges[1:]), np.fmax(edges[:-1], edges[1:])
        own = centers.astype(np.int64)
        low[own], high[own] = np.fmin(low[own], known), np.fmax(high[own], known)
        return low, high

    def _marked(
        self,
        values: Callable[[int, int], NDArray[np.float64]],
        top: NDArray[np.float64],
        bottom: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Put a square on each sample of a line with few samples."""
        size = self.pen + 1
        heights = self._heights(values(0, self.count))
        centers = ((np.arange(self.count) + 0.5) * self.w / self.count).astype(np.int64)
        for offset in range(-size, size + 1):
            x = np.clip(centers + offset, 0, self.w - 1)
            top[x] = np.fmin(top[x], heights - size)
            bottom[x] = np.fmax(bottom[x], heights + size)
        return top, bottom


def _spread(
    line: NDArray[np.float64], before: int, after: int, pick: np.ufunc
) -> NDArray[np.float64]:
    """Widen a line to both sides, so that steep parts are as thick as flat parts."""
    padded = np.pad(line, (after, before), mode="edge")
    out = line
    for shift in range(before + after + 1):
        out = pick(out, padded[shift : shift + len(line)])
    return np.asarray(out)
