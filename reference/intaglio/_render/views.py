"""Views: decide how one array is shown, and make the panels that show it.

The decision depends on shape and dtype only, so that planning is fast; floats that may be an
image are the exception. Painting happens later.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from intaglio._render.colorize import Shipped, complex_part, norm_for, paint_image, painter, span_of
from intaglio._render.glyphs import extent
from intaglio._render.labels import label_painter, labels_of
from intaglio._render.layout import (
    ASPECT_MAX,
    TILES_SHOWN_MAX,
    Box,
    Sheet,
    chosen,
    plan_matrix,
    plan_montage,
    tile_boxes,
)
from intaglio._render.norms import Span, as_reals, chunks, is_extension_float, measure
from intaglio._render.panels import Cells, Hatch, Paint, Panel, Plain, Plot, Text
from intaglio._render.style import Look
from intaglio.errors import EncodeError, Reason

_PLOT_WIDTH_MIN: Final = 512
_PLOT_WIDTH_MAX: Final = 1024
_CHANNELS_MAX: Final = 16
_OVERSHOOT_MAX: Final = 0.5  # how far floats of an image may be outside 0 to 1
_OUTSIDE_ONE_IN: Final = 20  # at most one in this many of them may be outside
_TEXT_COLUMNS_MAX: Final = 32
_BFLOAT16_DIGITS_MAX: Final = 9  # as many as a float32 needs


@dataclass(frozen=True, slots=True)
class View:
    """How one array is shown: as tiles of cells, a line plot, text, or as empty."""

    kind: str  # "cells", "image", "plot", "text" or "empty"
    sheet: Sheet
    array: NDArray[Any]
    description: str
    tiles: list[NDArray[Any]] = field(default_factory=list)
    note: str = ""  # how the picture differs from the array, for PictureWarning


def view_of(array: NDArray[Any], look: Look) -> View:
    """Decide how an array is shown."""
    dtype = array.dtype
    if dtype.kind not in "biufcmM" and not is_extension_float(dtype):
        raise EncodeError(Reason.DTYPE_UNSUPPORTED, f"no picture of an array of {dtype}")
    if not array.size:
        return View(
            "empty",
            Sheet(1, 1, 1, 1, elastic=True),
            array,
            f"nothing to show of shape {array.shape}",
        )
    if not array.ndim:
        return _written(array)
    if _is_image(array):
        view = _tiled(array, array.reshape(-1, *array.shape[-3:]), "image", look)
        return replace(view, note=_note_of(array))
    if _is_line(array, look):
        return _plotted(array, look)
    if array.ndim == 3 and _is_channels_last(array.shape):
        return _tiled(array, np.moveaxis(array, -1, 0), "cells", look)
    return _tiled(array, array.reshape((1,) * max(0, 3 - array.ndim) + array.shape), "cells", look)


def _is_image(array: NDArray[Any]) -> bool:
    """Whether an array is an image, or a stack of images.

    An image is (H, W, 3 or 4) of uint8, uint16, or floats of which nearly all are from 0 to 1. A
    stack is (N, H, W, 3 or 4) of uint8 or uint16.
    """
    if array.ndim < 3 or array.shape[-1] not in (3, 4):
        return False
    if array.dtype.kind == "u" and array.dtype.itemsize <= 2:
        return array.ndim <= 4
    if array.dtype.kind != "f" or array.ndim != 3:
        return False
    span = measure(array)
    if not span.finite or span.lo < -_OVERSHOOT_MAX or span.hi > 1 + _OVERSHOOT_MAX:
        return False
    return (span.lo >= 0 and span.hi <= 1) or _outside(array) * _OUTSIDE_ONE_IN <= array.size


def _outside(array: NDArray[Any]) -> int:
    """Count the samples that are not from 0 to 1."""
    return sum(int(np.count_nonzero((chunk < 0) | (chunk > 1))) for chunk in chunks(array))


def _note_of(image: NDArray[Any]) -> str:
    """Return how the shown picture differs from the image; empty if it does not."""
    notes = []
    if image.dtype.kind == "f" and _outside(image):
        notes.append("samples that are not from 0 to 1 are shown clipped")
    opaque = 1 if image.dtype.kind == "f" else np.iinfo(image.dtype).max
    if image.shape[-1] == 4 and image[..., 3].min() < opaque:
        notes.append("alpha is shown over white")
    return "; ".join(notes)


def _written(array: NDArray[Any]) -> View:
    """Show one value as the shortest text that identifies it."""
    text = _text_of(array)
    columns = min(len(text), _TEXT_COLUMNS_MAX)
    sheet = Sheet(1, 1, *extent(columns, -(-len(text) // columns)), elastic=True)
    return View("text", sheet, array, f"the value {text}")


def _text_of(array: NDArray[Any]) -> str:
    """Return the shortest decimal number, or the time, that has exactly this value and dtype."""
    value = array[()]
    if is_extension_float(array.dtype) and np.isfinite(np.float32(value)):
        texts = (f"{float(value):.{digits}g}" for digits in range(1, _BFLOAT16_DIGITS_MAX + 1))
        return next(text for text in texts if array.dtype.type(float(text)) == value)
    if array.dtype == np.dtype("M8") and not np.isnat(value):  # no unit: numpy has no text for it
        return str(value.view(np.int64))
    return str(value)


def _is_line(array: NDArray[Any], look: Look) -> bool:
    if array.ndim == 1:
        return True
    thin = array.ndim == 2 and min(array.shape) == 1 and max(array.shape) > ASPECT_MAX
    return thin and look.scale is None


def _is_channels_last(shape: tuple[int, ...]) -> bool:
    return shape[2] <= _CHANNELS_MAX and min(shape[:2]) >= 4 * shape[2]


def _plotted(array: NDArray[Any], look: Look) -> View:
    width = min(max(array.size, _PLOT_WIDTH_MIN), _PLOT_WIDTH_MAX)
    if look.scale is not None:
        width = array.size
    sheet = Sheet(1, 1, width, max(1, width // 2), elastic=True)
    return View("plot", sheet, array.reshape(-1), f"line plot of {array.size:,} values")


def _tiled(array: NDArray[Any], stack: NDArray[Any], kind: str, look: Look) -> View:
    """Make tiles of a stack of matrices or images; a tile has the last two axes (images: three)."""
    depth = 3 if kind == "image" else 2
    lead, (h, w) = stack.shape[:-depth], stack.shape[-depth:][:2]
    picks = chosen(prod(lead), TILES_SHOWN_MAX)
    tiles = [stack[np.unravel_index(i, lead)] for i in picks]
    if look.origin == "lower":
        tiles = [tile[::-1] for tile in tiles]
    noun = "image" if kind == "image" else "matrix"
    if len(tiles) > 1:
        sheet = plan_montage(w, h, len(tiles))
        of = "" if len(tiles) == prod(lead) else f" of {prod(lead):,}"
        text = f"montage of {len(tiles)}{of} slices, {sheet.cols}x{sheet.rows}, each {w}x{h} cells"
        return View(kind, sheet, array, text, tiles)
    sheet = plan_matrix(w, h) if look.scale is None else Sheet(w, h, w, h)
    if (sheet.unit_w, sheet.unit_h) != (sheet.tile_w, sheet.tile_h):
        text = f"{noun} of {w:,}x{h:,} cells, stretched"
    elif sheet.wrapped:
        tiles = _pieces(tiles[0], sheet)
        text = f"{noun} of {w:,}x{h:,} cells cut into {sheet.count} strips"
    else:
        text = f"{noun} of {w:,}x{h:,} cells"
    return View(kind, sheet, array, text, tiles)


def _pieces(tile: NDArray[Any], sheet: Sheet) -> list[NDArray[Any]]:
    """Cut one long matrix into the strips of its sheet."""
    if sheet.cols == 1:
        return [tile[:, i * sheet.tile_w :][:, : sheet.tile_w] for i in range(sheet.count)]
    return [tile[i * sheet.tile_h :][: sheet.tile_h] for i in range(sheet.count)]


def panels_of(
    view: View, box: Box, gap: int, look: Look, shipped: Shipped
) -> list[tuple[Box, Panel]]:
    """Return the panels that fill `box`, each with its own box."""
    if view.kind == "empty":
        return [(box, Hatch(box.w, box.h))]
    if view.kind == "text":
        return [(box, Text(_text_of(view.array), box.w, box.h))]
    if view.kind == "plot":
        return _plot_panels(view.array, box, look, shipped)
    paint = _paint_of(view, look, shipped)
    placed: list[tuple[Box, Panel]] = []
    for tile, tile_box in zip(view.tiles, tile_boxes(view.sheet, box, gap), strict=True):
        tall, wide = tile.shape[:2]  # the last strip of a wrapped matrix is shorter
        w = max(1, tile_box.w * wide // view.sheet.tile_w)
        h = max(1, tile_box.h * tall // view.sheet.tile_h)
        placed.append((tile_box._replace(w=w, h=h), Cells(tile, w, h, paint)))
    return placed


def _paint_of(view: View, look: Look, shipped: Shipped) -> Paint:
    """Return the painter of a view; label maps get label colours unless colours were given."""
    if view.kind == "image":
        return paint_image
    labels = labels_of(view.tiles) if look.chooses_colors else None
    return painter(view.array, look, shipped) if labels is None else label_painter(labels)


def _plot_panels(
    array: NDArray[Any], box: Box, look: Look, shipped: Shipped
) -> list[tuple[Box, Panel]]:
    """Make the line plot, and below it the values as a strip of colours."""
    margin = max(1, min(box.w, box.h) // 32)
    wide = max(1, box.w - 2 * margin)
    strip = max(1, box.h // 10)
    tall = box.h - strip - 3 * margin
    paint = painter(array, look, shipped)
    if tall < 2 * strip:
        return [(box, Cells(array[None], box.w, box.h, paint))]
    upper = Box(box.x + margin, box.y + margin, wide, tall)
    lower = Box(box.x + margin, box.y + tall + 2 * margin, wide, strip)
    frame = Box(lower.x - 1, lower.y - 1, wide + 2, strip + 2)
    return [
        (upper, _plot(array, wide, tall, look)),
        (frame, Plain(frame.w, frame.h)),  # makes the ends of a white or grey strip visible
        (lower, Cells(array[None], wide, strip, paint)),
    ]


def _plot(array: NDArray[Any], w: int, h: int, look: Look) -> Plot:
    parts: tuple[str | None, ...] = (None,)
    if array.dtype.kind == "c":
        part = complex_part(look)
        parts = ("real", "imag") if part is None else (part,)
    spans = [span_of(array, part, look) for part in parts]
    span = Span(
        min(s.lo for s in spans),
        max(s.hi for s in spans),
        min(s.lo_positive for s in spans),
        False,
        spans[0].base,
    )
    norm = norm_for(span, look, parts[0], 256)

    def series(part: str | None) -> Callable[[int, int], NDArray[np.float64]]:
        def values(start: int, stop: int) -> NDArray[np.float64]:
            with np.errstate(all="ignore"):
                reals = as_reals(array[start:stop], part, span.base).astype(np.float64)
            reals[~np.isfinite(reals)] = np.nan
            return reals

        return values

    def height_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(all="ignore"):
            flat = 0.5 if norm.foreign is None and norm.lo >= norm.hi else 0.0
            heights = norm.positions(values.copy()) + flat
            heights[np.isnan(values)] = np.nan
            return np.asarray(heights, np.float64)

    return Plot([series(part) for part in parts], array.size, w, h, height_of)
