"""Detects a prologue in damaged pixels by correlation with its expected values.

Strategy (a matched filter): SPEC.md fixes most bytes of the prologue for a picture of known
size. So the expected values of the first and last pixels are known. For each candidate change
(recolouring, resizing, blur) the module undoes the change and correlates the result with these
values. The bits need not be exact.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from intaglio._format.registry import MAGIC, PROFILES, PROLOGUE_BYTES

Pixels = npt.NDArray[np.uint8]
_Floats = npt.NDArray[np.float64]

_RANGES: Final = np.array([8.0, 4.0, 8.0])  # distinct values of R, G and B in [CAR-1]
_GAINS: Final = 2.0 ** np.linspace(-1, 1, 161)
_GAMMAS: Final = 2.0 ** np.linspace(-1.5, 1.5, 91)
_SATURATIONS: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.3, 1.4, 1.5)
_SIGMAS: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2)
_KNOWN_TO: Final = 44  # all known bytes are among this many first bytes of the prologue
_LUMA: Final = np.array([0.299, 0.587, 0.114])
# Linear sRGB to linear Display P3 and Adobe RGB.
_P3: Final = np.array([[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]])
_ADOBE: Final = np.array([[0.7152, 0.2848, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0412, 0.9588]])
# Minimum correlation of a match. Pictures without a prologue stay below 0.5.
CORRELATION_MIN: Final = 0.55
# Minimum (share of values that are off by at most 1, correlation). Pictures with noise of sigma 1
# exceed both. Resized, compressed or recoloured pictures rarely do.
_NEAR: Final = (0.74, 0.5)
_NEAR_SHIFTED: Final = (0.9, 0.6)  # stricter, because the best of 8 shifts is taken
_SCALES_UP: Final = (1.1, 1.2, 1.25, 4 / 3, 1.5, 5 / 3, 1.75, 2, 2.5, 3, 4)
_SCALES_ODD: Final = tuple(float(scale) for scale in np.geomspace(1.03, 3, 90))
_SCALES_DOWN: Final = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 2 / 3, 0.6, 0.5)


@dataclass(frozen=True, slots=True)
class Correlation:
    """Correlation of the outer pixels with a prologue, from 0 to 1, after undoing a change.

    as_it_is: no change undone. A constant added to all pixels does not lower it.
    recoloured: the best over all recolourings; `recolouring` names that one.
    resized: the best over all factors; `scale` is that one. blurred: the best over all blurs.
    near: whether most values are correct or off by 1.
    near_by: the same, after subtracting a constant from each channel.
    """

    as_it_is: float
    recoloured: float
    recolouring: str
    resized: float
    scale: float
    blurred: float
    near: bool
    near_by: bool


def _cubic(a: float) -> Callable[[_Floats], _Floats]:
    """Return the kernel of bicubic interpolation with parameter `a`."""

    def kernel(x: _Floats) -> _Floats:
        x = np.abs(x)
        near = ((a + 2) * x - (a + 3)) * x * x + 1
        far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
        return np.where(x < 1, near, np.where(x < 2, far, 0.0))

    return kernel


def _lanczos(x: _Floats) -> _Floats:
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0.0)


_KERNELS: Final[tuple[Callable[[_Floats], _Floats], ...]] = (
    lambda x: np.maximum(0, 1 - np.abs(x)),
    _cubic(-0.5),
    _cubic(-0.75),
    _lanczos,
)


@cache
def _unresizing(scale: float, kernel: int, wide: bool, kept: int) -> _Floats:
    """Return the (kept, n) matrix that undoes a resizing at the start of a line.

    It estimates the first `kept` samples of the line from the first n samples of the resized line.
    wide: the resizing stretched the kernel to cover all samples (anti-aliasing).
    """
    shape = _KERNELS[kernel]
    stretch = max(1.0, 1 / scale) if wide else 1.0
    before = kept + int(4 + 4 * stretch)
    after = int((before - 2) * scale)
    centre = (np.arange(after) + 0.5) / scale - 0.5
    weights = shape((np.arange(float(before))[None] - centre[:, None]) / stretch)
    weights /= weights.sum(1, keepdims=True)
    # Regularised least squares.
    ridge = 0.02 if scale > 1 else 0.05
    normal = weights.T @ weights + ridge**2 * np.eye(before)
    return np.asarray(np.linalg.solve(normal, weights.T)[:kept], np.float64)


@cache
def _unblurring(sigma: float, kept: int) -> _Floats:
    """Return a matrix that undoes a Gaussian blur, as `_unresizing` undoes a resizing.

    The blur repeated the outermost sample beyond the border.
    """
    count = kept + 10
    away = np.arange(-8, 9)
    bell = np.exp(-((away / sigma) ** 2) / 2)
    weights = np.zeros((count - 4, count))
    for row in range(count - 4):
        np.add.at(weights[row], np.clip(row + away, 0, count - 1), bell / bell.sum())
    normal = weights.T @ weights + 0.05**2 * np.eye(count)
    return np.asarray(np.linalg.solve(normal, weights.T)[:kept], np.float64)


def _known(width: int, height: int, depths: tuple[int, ...]) -> tuple[_Floats, npt.NDArray[Any]]:
    """Return the known prologue bytes as R, G, B values (n, 3), and their offsets (n,)."""
    raw = MAGIC + b"\x01\x00\x50\x00" + bytes(8) + bytes(depths)
    raw += width.to_bytes(4, "little") + height.to_bytes(4, "little")
    at = np.array([*range(len(raw)), 35, 41, 42, 43])
    data = np.frombuffer(raw + bytes(4), np.uint8)
    return _values(data), at


def _values(data: Pixels) -> _Floats:
    """Return the values that R, G and B carry for these bytes, [CAR-1]."""
    return np.stack([data >> 5, (data >> 3) & 3, data & 7], -1).astype(float)


def _correlation(found: _Floats, wanted: _Floats) -> _Floats:
    """Correlate values (..., n, 3) with `wanted` (n, 3); returns (..., 3) from 0 to 1.

    Values are mapped to phases on a circle, so that a constant offset has no effect.
    """
    a = np.exp(2j * np.pi * found / _RANGES)
    b = np.exp(2j * np.pi * wanted / _RANGES)
    a = a - a.mean(-2, keepdims=True)
    b = b - b.mean(-2, keepdims=True)
    inner = np.abs((a * b.conj()).sum(-2))
    size = np.sqrt((np.abs(a) ** 2).sum(-2) * (np.abs(b) ** 2).sum(-2))
    correlation: _Floats = inner / np.maximum(size, 1.0)
    return correlation


def _ends(pixels: Pixels) -> list[_Floats]:
    """Return the first 80 and the last 80 pixels, each as (80, 3) values."""
    rows = -(-PROLOGUE_BYTES // pixels.shape[1])
    first = pixels[:rows, :, :3].reshape(-1, 3)[:PROLOGUE_BYTES]
    last = pixels[-rows:, :, :3].reshape(-1, 3)[-PROLOGUE_BYTES:]
    return [first.astype(float), last.astype(float)]


def _recoloured(values: _Floats) -> Iterator[tuple[str, _Floats]]:
    """Undo each candidate recolouring of (n, 3) values; yield its name and the (k, n, 3) results.

    Names may repeat. "profile" means a colour profile, not a profile of depths.
    """
    unit = np.clip(values, 0.5, 255) / 255
    yield "as-they-are", values[None]
    yield "inverted", 255 - values[None]
    yield "channels", values[None, :, ::-1]
    yield "gain", values / _GAINS[:, None, None]
    yield "gamma", 255 * unit ** (1 / _GAMMAS[:, None, None])
    grey = (values @ _LUMA)[:, None]
    yield "saturation", np.stack([grey + (values - grey) / s for s in _SATURATIONS])
    srgb = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    power = unit**2.2
    inverse_p3, inverse_adobe = np.linalg.inv(_P3), np.linalg.inv(_ADOBE)
    linear = [srgb, srgb @ inverse_p3.T, srgb @ _P3.T, power @ inverse_adobe.T]
    yield "profile", np.stack([255 * _srgb(light) for light in (*linear[1:], power)])
    yield "profile", 255 * np.clip(srgb @ _ADOBE.T, 0, 1)[None] ** (1 / 2.2)


def _srgb(linear: _Floats) -> _Floats:
    """Return linear light as sRGB values from 0 to 1."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def correlate(pixels: Pixels) -> Correlation:
    """Correlate (H, W, 3 or 4) `pixels` with the prologue after undoing each candidate change."""
    colours = recoloured_correlation(pixels)
    recolouring = max(colours, key=lambda recolouring: colours[recolouring], default="")
    resized, scale = resized_correlation(pixels)
    as_it_is = colours.get("as-they-are", 0.0)
    blurred = blurred_correlation(pixels)
    near = is_near(pixels), is_near(pixels, shifted=True)
    return Correlation(
        as_it_is, colours.get(recolouring, 0.0), recolouring, resized, scale, blurred, *near
    )


def is_near(pixels: Pixels, *, shifted: bool = False) -> bool:
    """Return whether the first and the last pixels nearly match a prologue for this size.

    shifted: also match if a constant was added to each channel.
    """
    height, width = pixels.shape[:2]
    if height * width < 2 * PROLOGUE_BYTES:
        return False
    ends = _ends(pixels)
    for depths in PROFILES.values():
        wanted, at = _known(width, height, depths)
        if all(_is_near(end[at], wanted, shifted=shifted) for end in ends):
            return True
    return False


def is_near_copy(pixels: Pixels, raw: bytes) -> bool:
    """Return whether the first pixels nearly match the 80-byte prologue `raw`."""
    wanted = _values(np.frombuffer(raw, np.uint8))
    return _is_near(_ends(pixels)[0], wanted, shifted=False)


def _is_near(found: _Floats, wanted: _Floats, *, shifted: bool) -> bool:
    """Return whether most red and blue values of `found` (n, 3) are within 1 of `wanted`.

    Of random red and blue values, 3/8 are. Green is ignored: it has 2 bits, so 3/4 of random
    values would be. The correlation rejects flat colours, because they do not vary like a prologue.
    """
    shifts = np.arange(8.0 if shifted else 1.0)[:, None, None]
    near = ((found - wanted + shifts + 1) % _RANGES <= 2).mean(1).max(0)
    like = _correlation(found, wanted)
    least_near, least_like = _NEAR_SHIFTED if shifted else _NEAR
    return bool(near[[0, 2]].mean() > least_near and like[[0, 2]].mean() > least_like)


def recoloured_correlation(pixels: Pixels) -> dict[str, float]:
    """Correlate the first and last 80 pixels after undoing each recolouring."""
    height, width = pixels.shape[:2]
    if height * width < 2 * PROLOGUE_BYTES:
        return {}
    best: dict[str, float] = {}
    ends = [list(_recoloured(end)) for end in _ends(pixels)]
    for depths in PROFILES.values():
        wanted, at = _known(width, height, depths)
        for (recolouring, first), (_, last) in zip(*ends, strict=True):
            correlation = (
                _correlation(first[:, at], wanted) + _correlation(last[:, at], wanted)
            ) / 2
            # The best candidate of each channel, averaged over the channels.
            best[recolouring] = max(best.get(recolouring, 0.0), float(correlation.max(0).mean()))
    return best


def resized_correlation(pixels: Pixels) -> tuple[float, float]:
    """Correlate the first row after undoing each resizing; return the best value and its factor."""
    best = (0.0, 1.0)
    for scale in (*_SCALES_UP, *_SCALES_DOWN):
        for kernel in range(len(_KERNELS)):
            for wide in (False, True) if scale < 1 else (False,):
                best = max(best, (_correlation_of_scale(pixels, scale, kernel, wide), scale))
    if best[0] < CORRELATION_MIN:
        for scale in _SCALES_ODD:
            for kernel in (0, 1):
                best = max(best, (_correlation_of_scale(pixels, scale, kernel, False), scale))
    return best


def blurred_correlation(pixels: Pixels) -> float:
    """Correlate the first row after undoing each blur; return the best value."""
    return max(
        _correlation_undone(pixels, _unblurring(sigma, 1), _unblurring(sigma, _KNOWN_TO), 1.0)
        for sigma in _SIGMAS
    )


def _correlation_of_scale(pixels: Pixels, scale: float, kernel: int, wide: bool) -> float:
    down = _unresizing(scale, kernel, wide, 1)
    return _correlation_undone(pixels, down, _unresizing(scale, kernel, wide, _KNOWN_TO), scale)


def _correlation_undone(pixels: Pixels, down: _Floats, across: _Floats, scale: float) -> float:
    """Correlate the first row after undoing a change by `down` in columns and `across` in rows."""
    if pixels.shape[0] < down.shape[1] or pixels.shape[1] < across.shape[1]:
        return 0.0
    strip = pixels[: down.shape[1], : across.shape[1], :3].astype(float)
    values = across @ np.einsum("y,yxc->xc", down[0], strip)
    size = (round(pixels.shape[1] / scale), round(pixels.shape[0] / scale))
    best = 0.0
    for depths in PROFILES.values():
        wanted, at = _known(*size, depths)
        best = max(best, float(_correlation(values[at], wanted).mean()))
    return best
