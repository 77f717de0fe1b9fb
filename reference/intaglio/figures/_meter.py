"""Meter: a renderer that draws nothing and adds up what drawing would cost.

A record of a few bytes can ask for hours: a dash of a millionth of a point along a line, a million
markers as large as the figure. Tables of ranges cannot see that, since it depends on where axes
put things. So `replot` draws once into a Meter, which stops at the first cost beyond its maximum.
"""

# ruff: noqa: ARG002, N803 - the signatures are those of RendererBase
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg

from intaglio.errors import DecodeError, Reason
from intaglio.figures._columns import Mpl

Array = npt.NDArray[Any]

_PIXELS_OF_POINT: Final = 1 / 72  # times dpi
_TEXT_SIDE_MAX: Final = 2**15  # pixels; beyond, the rasteriser overflows
_TEXT_PLACE_MAX: Final = 2**24  # pixels; the same
_MARGIN: Final = 0.1  # of the canvas, around it, where what is clipped still costs


@dataclass(slots=True)
class Costs:
    """What a figure costs to draw, or the maxima. docs/figures.md has the table."""

    vertices: float = 2**28
    pixels_painted: float = 2**33
    pixels_of_edges: float = 2**29
    dashes: float = 2**22


class Meter(RendererBase):
    """Costs at `scale` times the dpi of `figure`."""

    def __init__(self, figure: Mpl, scale: float, maxima: Costs, box: Mpl = None) -> None:
        """box: left, bottom, right, top in pixels of the figure, of what is painted; None: all."""
        super().__init__()
        self.dpi: Final = figure.dpi
        self._low: Final = np.zeros(2) if box is None else np.asarray(box[:2])
        self._high: Final = np.array(figure.bbox.size if box is None else box[2:])
        self._size: Final = tuple(self._high - self._low)
        self._canvas_size: Final = tuple(figure.bbox.size)
        self._scale: Final = scale
        make: Mpl = RendererAgg
        self._metrics: Final[Mpl] = make(1, 1, figure.dpi)  # measures texts as it will draw them
        self._maxima: Final = asdict(maxima)
        self.costs: Final = dict.fromkeys(self._maxima, 0.0)

    def _spend(self, vertices: float, painted: float, edges: float = 0, dashes: float = 0) -> None:
        areas = (vertices, painted * self._scale**2, edges * self._scale, dashes)
        for name, amount in zip(self.costs, areas, strict=True):
            self.costs[name] += amount
            if not self.costs[name] <= self._maxima[name]:
                raise DecodeError(
                    Reason.LIMIT_EXCEEDED,
                    f"drawing the figure takes over {self._maxima[name]:,} {name.replace('_', ' ')}"
                    ": replot() draws no more",
                )

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self._canvas_size

    def get_text_width_height_descent(self, s: str, prop: Mpl, ismath: Mpl) -> Mpl:
        return self._metrics.get_text_width_height_descent(s, prop, ismath)

    def points_to_pixels(self, points: Mpl) -> Mpl:
        return points * self.dpi * _PIXELS_OF_POINT

    def option_image_nocomposite(self) -> bool:
        return True

    def draw_text(
        self,
        gc: Mpl,
        x: float,
        y: float,
        s: str,
        prop: Mpl,
        angle: float,
        ismath: Mpl = False,
        mtext: Mpl = None,
    ) -> None:
        width, height, _ = self.get_text_width_height_descent(s, prop, ismath)
        if max(width, height) * self._scale > _TEXT_SIDE_MAX:
            detail = f"a text is over {_TEXT_SIDE_MAX:,} pixels wide or high: replot() stops"
            raise DecodeError(Reason.LIMIT_EXCEEDED, detail)
        if not max(abs(x), abs(y)) * self._scale <= _TEXT_PLACE_MAX:
            detail = f"a text lies over {_TEXT_PLACE_MAX:,} pixels away: replot() stops"
            raise DecodeError(Reason.LIMIT_EXCEEDED, detail)
        self._spend(len(s), width * height)

    def draw_image(self, gc: Mpl, x: float, y: float, im: Mpl, transform: Mpl = None) -> None:
        self._spend(4, im.shape[0] * im.shape[1])

    def draw_path(self, gc: Mpl, path: Mpl, transform: Mpl, rgbFace: Mpl = None) -> None:
        points = _finite(transform.transform(path.vertices))
        filled = rgbFace is not None or gc.get_hatch() is not None
        near = self._near(points)
        edges = _length(near)
        if path.should_simplify and not filled:
            edges = min(edges, len(points) + 4 * self._size[0] * self._size[1])
        width = self.points_to_pixels(gc.get_linewidth())
        painted = min(edges * width, self._canvas) + (filled and self._areas(*_box(points)))
        period = sum(gc.get_dashes()[1] or ()) * self.dpi * _PIXELS_OF_POINT
        dashes = _ratio(_length(points) if filled else edges, period) if width else 0
        self._spend(len(path.vertices), float(painted), 2 * edges, dashes)

    def draw_markers(
        self,
        gc: Mpl,
        marker_path: Mpl,
        marker_trans: Mpl,
        path: Mpl,
        trans: Mpl,
        rgbFace: Mpl = None,
    ) -> None:
        points = _finite(trans.transform(path.vertices))
        marker = _finite(marker_trans.transform(marker_path.vertices))
        width = self.points_to_pixels(gc.get_linewidth())
        low, high = _box(marker)
        count = len(points)
        area = self._areas(points + low - width, points + high + width)
        period = sum(gc.get_dashes()[1] or ()) * self.dpi * _PIXELS_OF_POINT
        dashes = _ratio(_length(marker), period) if width else 0
        self._spend(count + len(marker), float(np.sum(area)), _length(marker), dashes)

    def draw_path_collection(
        self,
        gc: Mpl,
        master_transform: Mpl,
        paths: Mpl,
        all_transforms: Mpl,
        offsets: Mpl,
        offset_trans: Mpl,
        facecolors: Mpl,
        edgecolors: Mpl,
        linewidths: Mpl,
        linestyles: Mpl,
        *others: Mpl,
        **more: Mpl,
    ) -> None:
        offsets = np.ma.filled(np.ma.asarray(offsets, float), np.nan).reshape(-1, 2)
        count = max(len(paths), len(offsets))
        if not len(paths) or not (len(facecolors) or len(edgecolors) or gc.get_hatch()):
            return
        low, high, lengths, sizes = _boxes(paths)
        every = np.arange(count)
        matrices = np.asarray(all_transforms, float).reshape(-1, 3, 3)
        whole = master_transform.get_matrix()
        if len(matrices):
            whole = whole @ matrices  # as matplotlib composes them
        whole = whole.reshape(-1, 3, 3)
        which = every % len(whole)
        low, high = _moved(whole[which], low[every % len(paths)], high[every % len(paths)])
        stretch = np.abs(whole[:, :2, :2]).sum(axis=(1, 2))[which]
        if len(offsets):
            shift = offset_trans.transform(offsets)[every % len(offsets)]
            low, high = low + shift, high + shift
        filled = bool(len(facecolors)) or gc.get_hatch() is not None
        lengths = lengths[every % len(paths)] * stretch
        numbers = sizes[every % len(paths)]
        edges = np.minimum(lengths, numbers * sum(self._size) * (1 + 2 * _MARGIN))
        widths = np.atleast_1d(np.asarray(linewidths, float)) * self.dpi * _PIXELS_OF_POINT
        widths = widths[every % len(widths)] if len(widths) and len(edgecolors) else np.zeros(count)
        painted = np.minimum(edges * widths, self._canvas) + filled * self._areas(low, high)
        periods = np.array([sum(style[1] or ()) for style in linestyles] or [0.0])
        periods = periods[every % len(periods)] * self.dpi * _PIXELS_OF_POINT
        dashed = (periods > 0) & (widths > 0)
        long = lengths if filled else edges
        dashes = np.divide(long, periods, where=dashed, out=np.zeros(count)).sum()
        total = float(np.nansum(painted)), 2 * float(np.nansum(edges)), float(dashes)
        self._spend(float(numbers.sum()), *total)

    def draw_quad_mesh(
        self,
        gc: Mpl,
        master_transform: Mpl,
        meshWidth: int,
        meshHeight: int,
        coordinates: Mpl,
        *others: Mpl,
    ) -> None:
        points = master_transform.transform(np.asarray(coordinates, float).reshape(-1, 2))
        grid = points.reshape(meshHeight + 1, meshWidth + 1, 2)
        corners = np.stack((grid[:-1, :-1], grid[1:, :-1], grid[:-1, 1:], grid[1:, 1:]))
        painted = self._areas(corners.min(axis=0), corners.max(axis=0))
        self._spend(4 * meshWidth * meshHeight, float(np.nansum(painted)))

    def draw_gouraud_triangles(
        self, gc: Mpl, triangles_array: Mpl, colors_array: Mpl, transform: Mpl
    ) -> None:
        points = transform.transform(np.asarray(triangles_array, float).reshape(-1, 2))
        corners = points.reshape(-1, 3, 2)
        painted = self._areas(corners.min(axis=1), corners.max(axis=1))
        self._spend(len(points), float(np.nansum(painted)))

    @property
    def _canvas(self) -> float:
        return float(self._size[0] * self._size[1])

    def _near(self, points: Array) -> Array:
        margin = _MARGIN * np.array(self._size)
        return np.clip(points, self._low - margin, self._high + margin)

    def _areas(self, low: Array, high: Array) -> Array:
        """Pixels within the canvas of each box; at least one, which is touched."""
        sides = np.clip(high, self._low, self._high) - np.clip(low, self._low, self._high)
        areas: Array = np.maximum(np.prod(np.nan_to_num(sides), axis=-1), 1)
        return areas


def _finite(points: Mpl) -> Array:
    bare: Array = np.asarray(np.ma.filled(np.ma.asarray(points, float), np.nan))
    kept: Array = bare[np.isfinite(bare).all(axis=1)]
    return kept


def _length(points: Array) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum()) if len(points) > 1 else 0.0


def _box(points: Array) -> tuple[Array, Array]:
    if not len(points):
        return np.zeros(2), np.zeros(2)
    return points.min(axis=0), points.max(axis=0)


def _ratio(length: float, period: float) -> float:
    return length / period if period > 0 else 0.0


def _boxes(paths: Mpl) -> tuple[Array, Array, Array, Array]:
    """Of each path: the lowest and highest corner, the length, the number of vertices."""
    sizes = np.array([max(len(path.vertices), 1) for path in paths])
    nothing = np.zeros((1, 2))
    rows = [path.vertices if len(path.vertices) else nothing for path in paths]
    points = np.nan_to_num(np.concatenate(rows).astype(float), posinf=0, neginf=0)
    starts = np.cumsum(sizes) - sizes
    steps = np.hypot(*np.diff(points, axis=0, prepend=points[:1]).T)
    steps[starts] = 0
    return (
        np.minimum.reduceat(points, starts),
        np.maximum.reduceat(points, starts),
        np.add.reduceat(steps, starts),
        sizes,
    )


def _moved(matrices: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """The boxes around boxes that a matrix each has moved."""
    middle, half = (low + high) / 2, (high - low) / 2
    linear, shift = matrices[:, :2, :2], matrices[:, :2, 2]
    middle = np.einsum("nij,nj->ni", linear, middle) + shift
    half = np.einsum("nij,nj->ni", np.abs(linear), half)
    return middle - half, middle + half
