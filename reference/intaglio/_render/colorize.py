"""Painters: functions that turn cells to RGB colours, made for one array and its look."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from intaglio._render.colormaps import (
    HUES,
    LEVELS,
    Bytes,
    Palette,
    color_index,
    domain_palette,
    make_palette,
)
from intaglio._render.norms import Norm, Span, as_reals, chunks, make_norm, measure
from intaglio._render.portable_math import angle, magnitude
from intaglio._render.style import COLORMAP_DEFAULT, Look

Shipped = Callable[[], Bytes]
Paint = Callable[[NDArray[Any]], Bytes]  # cells (h, w, ...) -> RGB (h, w, 3)
_PHASE_COLORMAP: Final = "twilight"
_SAMPLE_CELLS: Final = 1 << 16


def complex_part(look: Look) -> str | None:
    """Return the part of complex numbers to show; None: both, by domain colouring."""
    if look.complex_as is None:
        return None if look.cmap is None else "magnitude"
    return None if look.complex_as == "domain" else look.complex_as


def span_of(array: NDArray[Any], part: str | None, look: Look) -> Span:
    """Return the value range for the norm: fixed for bool and phase, else measured."""
    if array.dtype.kind == "b":
        return Span(0.0, 1.0, 1.0, finite=True)
    if part == "phase":
        return Span(-np.pi, np.pi, np.pi, finite=False)
    free = look.vmin is None and look.vmax is None and look.norm in (None, "linear")
    return measure(array, part, differences=free)


def norm_for(span: Span, look: Look, part: str | None, colors: int) -> Norm:
    """Make the norm that the look requests; phase is always linear."""
    kind = look.norm if part != "phase" else None
    ends = (look.vmin, look.vmax)
    return make_norm(span, kind, ends, (look.vcenter, look.linthresh), colors)


def painter(array: NDArray[Any], look: Look, shipped: Shipped) -> Paint:
    """Return a function that paints cells of `array`, with one norm and colour map for all."""
    part = None
    if array.dtype.kind == "c":
        part = complex_part(look)
        if part is None:
            return _domain_painter(array, look)
    default = _PHASE_COLORMAP if part == "phase" else COLORMAP_DEFAULT
    palette = make_palette(default if look.cmap is None else look.cmap, shipped)
    span = span_of(array, part, look)
    norm = norm_for(span, look, part, palette.n)
    certain = span.finite and norm.kind in ("linear", "twoslope")

    def paint(block: NDArray[Any]) -> Bytes:
        with np.errstate(all="ignore"):
            reals = as_reals(block, part, span.base)
            odd = None if span.finite else _odd_rows(reals, palette)
            positions = norm.positions(reals)
            lost = None if certain else np.isnan(positions)
            if lost is not None:
                positions[lost] = 0
            rows = color_index(positions, palette.n)
        if lost is not None:
            rows[lost] = palette.nan
        if odd is not None:
            rows = np.where(odd, odd, rows)
        colors: Bytes = palette.table.take(rows, axis=0)
        return colors

    return paint


def _odd_rows(reals: NDArray[Any], palette: Palette) -> NDArray[np.int32] | None:
    """Return the palette's rows for NaN and infinities, 0 elsewhere."""
    if np.isfinite(reals).all():
        return None
    out = np.where(np.isnan(reals), palette.nan, 0)
    out[reals == -np.inf] = palette.nan + 1
    out[reals == np.inf] = palette.nan + 2
    return out.astype(np.int32)


def _domain_painter(array: NDArray[Any], look: Look) -> Paint:
    """Paint complex numbers: phase as hue, magnitude as lightness.

    Unless a norm, vmin or vmax is given, half the cells are darker than medium lightness.
    """
    palette = domain_palette()
    by_rank = look.norm is None and look.vmin is None and look.vmax is None
    middle = _middle_magnitude(array)
    norm = None if by_rank else norm_for(measure(array, "magnitude"), look, None, LEVELS)

    def paint(block: NDArray[Any]) -> Bytes:
        with np.errstate(all="ignore"):
            wide = block.astype(np.complex128)
            size = magnitude(wide.real, wide.imag)
            level = (
                1 / (1 + np.sqrt(middle / size)) if norm is None else norm.positions(size.copy())
            )
            bright = np.nan_to_num(np.clip(level * LEVELS, 0, LEVELS - 1))
            turn = np.nan_to_num(angle(wide.imag, wide.real) / (2 * np.pi))
        hue = np.floor(turn * HUES).astype(np.int32) % HUES
        rows = hue * LEVELS + bright.astype(np.int32)
        odd = _odd_rows(size, palette)
        if odd is not None:
            rows = np.where(odd, odd, rows)
        colors: Bytes = palette.table.take(rows, axis=0)
        return colors

    return paint


def _middle_magnitude(array: NDArray[Any]) -> float:
    """Return the approximate median magnitude of finite, non-zero values."""
    every = max(1, array.size // _SAMPLE_CELLS)
    with np.errstate(all="ignore"):
        sizes = np.concatenate([as_reals(c[::every], "magnitude") for c in chunks(array)])
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    with np.errstate(over="ignore"):  # the mean of two of the largest numbers
        return float(np.median(sizes)) if sizes.size else 1.0


def paint_image(block: NDArray[Any]) -> Bytes:
    """Show (h, w, 3 or 4) as colours: the high byte of 16 bits, floats clipped, over white."""
    pixels: Bytes = block
    if block.dtype.kind == "f":
        pixels = (np.clip(block, 0, 1) * block.dtype.type(255)).astype(np.uint8)
    elif block.dtype.itemsize == 2:
        pixels = (block >> 8).astype(np.uint8)
    if pixels.shape[-1] == 3:
        return pixels
    color, alpha = pixels[..., :3].astype(np.uint32), pixels[..., 3:].astype(np.uint32)
    return ((color * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
