"""The picture: plans its size for the needed pixels, and paints it a few rows at a time.

It shows the arrays, or a cover. Decoders do not depend on it. The encoder embeds the data
afterwards; this module only gets the number of pixels that the data needs.
"""

import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, sqrt
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intaglio._colormap_data import shipped
from intaglio._render.badge import badge_for
from intaglio._render.cover import is_figure, read_cover, resize
from intaglio._render.layout import (
    PANELS_SHOWN_MAX,
    Bounds,
    Box,
    Sheet,
    centered,
    chosen,
    fit_panels,
    fit_sheet,
    fit_size,
    gap_for,
    tile_boxes,
)
from intaglio._render.panels import PAPER, Bytes, Panel
from intaglio._render.style import Look
from intaglio._render.views import View, panels_of, view_of
from intaglio.errors import EncodeError, PictureWarning, Reason

__all__ = ["Look", "Picture", "PlannedSize", "make_picture", "plan_size"]

_FIGURE_DRAWS_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """Panels on white paper, `width` x `height` pixels."""

    width: int
    height: int
    panels: list[tuple[Box, Panel]]

    def bands(self, rows: int) -> Iterator[Bytes]:
        """Yield the picture from the top in bands (k, width, 3), k = `rows` or fewer at the end."""
        whole = Box(0, 0, self.width, self.height)
        for top in range(0, self.height, rows):
            bottom = min(top + rows, self.height)
            if len(self.panels) == 1 and self.panels[0][0] == whole:
                yield self.panels[0][1].rows(top, bottom)
            else:
                yield self._composed(top, bottom)

    def _composed(self, top: int, bottom: int) -> Bytes:
        out = np.full((bottom - top, self.width, 3), PAPER, np.uint8)
        for box, panel in self.panels:
            first, last = max(top, box.y), min(bottom, box.y + box.h)
            if first < last:
                part = panel.rows(first - box.y, last - box.y)
                out[first - top : last - top, box.x : box.x + box.w] = part
        return out


class PlannedSize(NamedTuple):
    """The size of a picture that is not painted yet."""

    width: int
    height: int
    scale: float | None  # pixels per cell, if one array is shown
    description: str


@dataclass(frozen=True, slots=True)
class _Plan:
    size: PlannedSize
    views: list[View]
    boxes: list[Box]  # one per view
    gaps: list[int]
    notes: list[str]


class _Still(NamedTuple):
    """A panel of given pixels."""

    pixels: Bytes

    def rows(self, top: int, bottom: int) -> Bytes:
        return self.pixels[top:bottom]


def make_picture(arrays: Mapping[str, NDArray[Any]], pixels_needed: int, look: Look) -> Picture:
    """Make a picture of at least `pixels_needed` pixels, from the look's cover or the arrays.

    Warns with PictureWarning if the picture does not show an array as it is. Raises EncodeError:
    CAPACITY_EXCEEDED if no allowed picture is large enough, COVER_INVALID, OPTION_INVALID.
    """
    panels: list[tuple[Box, Panel]]
    if look.cover is not None:
        pixels = _covering(pixels_needed, look)
        height, width = pixels.shape[:2]
        panels = [(Box(0, 0, width, height), _Still(pixels))]
    else:
        plan = _plan(arrays, pixels_needed, look)
        width, height = plan.size.width, plan.size.height
        _warn(plan.notes)
        panels = [
            placed
            for view, box, gap in zip(plan.views, plan.boxes, plan.gaps, strict=True)
            for placed in panels_of(view, box, gap, look, shipped)
        ]
    if look.badge:
        x, y, sign = badge_for(width, height)
        panels.append((Box(x, y, sign.shape[1], sign.shape[0]), _Still(sign)))
    return Picture(width, height, panels)


def plan_size(arrays: Mapping[str, NDArray[Any]], pixels_needed: int, look: Look) -> PlannedSize:
    """Return the size that `make_picture` would use, with the same errors; paints only covers."""
    if look.cover is not None:
        height, width = _covering(pixels_needed, look).shape[:2]
        size = PlannedSize(width, height, None, f"cover, {width}x{height}")
    else:
        size = _plan(arrays, pixels_needed, look).size
    if look.badge:
        badge_for(size.width, size.height)
    return size


def _plan(arrays: Mapping[str, NDArray[Any]], needed: int, look: Look) -> _Plan:
    values = {name: np.asarray(array) for name, array in arrays.items()} or {"": np.empty(0)}
    if len(values) > 1:
        return _plan_panels(values, needed, look)
    (array,) = values.values()
    view = view_of(array, look)
    if look.scale is not None:
        w, h, gap = _scaled(view.sheet, look.scale, needed, look)
    else:
        w, h, gap = fit_sheet(view.sheet, needed, _bounds(look))
    scale = (w - gap * (view.sheet.cols - 1)) / view.sheet.width
    text = view.description
    if view.kind in ("cells", "image"):
        text = f"{text}, {scale:.4g} pixels each"
    return _Plan(
        PlannedSize(w, h, scale, text), [view], [Box(0, 0, w, h)], [gap], _notes([""], [view])
    )


def _plan_panels(values: Mapping[str, NDArray[Any]], needed: int, look: Look) -> _Plan:
    if look.scale is not None:
        raise EncodeError(
            Reason.OPTION_INVALID,
            f"scale= is for one array; the picture shows {len(values)}",
            "scale",
        )
    names = [[*values][i] for i in chosen(len(values), PANELS_SHOWN_MAX)]
    views = [view_of(values[name], look) for name in names]
    grid = fit_panels([view.sheet for view in views])
    w, h, gap = fit_sheet(grid, needed, _bounds(look))
    boxes_and_gaps = [
        centered(view.sheet, box)
        for view, box in zip(views, tile_boxes(grid, Box(0, 0, w, h), gap), strict=True)
    ]
    of = "" if len(views) == len(values) else f" of {len(values):,}"
    description = f"{len(views)}{of} arrays, {grid.cols}x{grid.rows}"
    boxes, gaps = map(list, zip(*boxes_and_gaps, strict=True))
    return _Plan(PlannedSize(w, h, None, description), views, boxes, gaps, _notes(names, views))


def _notes(names: list[str], views: list[View]) -> list[str]:
    """The warnings about views, each with the array's name if there are several arrays."""
    return [
        f"{name!a}: {view.note}" if name else view.note
        for name, view in zip(names, views, strict=True)
        if view.note
    ]


def _warn(notes: list[str]) -> None:
    """Warn, with the line outside this package that requested the picture as the source."""
    package = str(Path(__file__).parents[1])
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame, level = frame.f_back, level + 1
    for note in notes:
        warnings.warn(note, PictureWarning, stacklevel=level)


def _bounds(look: Look) -> Bounds:
    return Bounds(look.pixels_max, look.side_max, look.side_min)


def _scaled(sheet: Sheet, scale: float, needed: int, look: Look) -> tuple[int, int, int]:
    """Return the size at the requested scale, if it is allowed and holds the data."""
    w, h = max(1, round(sheet.width * scale)), max(1, round(sheet.height * scale))
    gap = gap_for(sheet, w, h)
    w, h = w + gap * (sheet.cols - 1), h + gap * (sheet.rows - 1)
    if max(w, h) > look.side_max or w * h > look.pixels_max:
        raise EncodeError(
            Reason.OPTION_INVALID,
            f"scale={scale} makes {w}x{h} pixels; side_max={look.side_max} and "
            f"pixels_max={look.pixels_max} forbid it",
            "scale",
        )
    if w * h < needed:
        enough = ceil(sqrt(needed / (sheet.width * sheet.height)) * 100) / 100
        raise EncodeError(
            Reason.CAPACITY_EXCEEDED,
            f"needs {needed:,} pixels, scale={scale} makes {w * h:,} ({w}x{h}): "
            f"scale={enough:g}, or no scale=, would hold it; a denser profile= needs fewer",
        )
    return w, h, gap


def _covering(needed: int, look: Look) -> Bytes:
    """Return the cover's pixels, enlarged if that is needed and allowed."""
    pixels = read_cover(look.cover, look.pixels_max)
    height, width = pixels.shape[:2]
    if width * height >= needed:
        return pixels
    bounds = Bounds(look.pixels_max, max(look.side_max, width, height), 1)
    w, h = fit_size(width, height, needed, bounds, even=False)
    if not look.enlarge:
        dpi = (
            f", or dpi={ceil(look.cover.dpi * max(w / width, h / height))}"
            if is_figure(look.cover)
            else ""
        )
        raise EncodeError(
            Reason.CAPACITY_EXCEEDED,
            f"needs {needed:,} pixels, the cover has {width * height:,} ({width}x{height}): "
            f"enlarge=True{dpi}, or a cover of at least {w}x{h}, would hold it; "
            "a denser profile= needs fewer",
        )
    if is_figure(look.cover):
        for extra in range(_FIGURE_DRAWS_MAX):
            drawn = read_cover(look.cover, look.pixels_max, (h / height) * (1 + extra / 100))
            if drawn.shape[0] * drawn.shape[1] >= needed:
                return drawn
    return resize(pixels, w, h)
