"""Logarithms, magnitudes and angles with the same bits on every processor.

The results of numpy's functions differ in the last bit between levels of x86, so colours would
differ, too. These functions use only operations whose rounding IEEE 754 defines: sums, products,
quotients and square roots.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating[Any]]

_LOG10_OF_2: Final = 0.3010299956639812
_LOG10_OF_E: Final = 0.4342944819032518
_HALF_ROOT: Final = 0.7071067811865476
_STEP: Final = 2.0**-40  # rounding step above the error: logarithms of powers of ten are integers
_TAN_OF_EIGHTH: Final = 0.41421356237309503  # tan(pi / 8)
_LOG_TERMS: Final = 11
_ANGLE_TERMS: Final = 18


def log10(values: Reals) -> Reals:
    """Decimal logarithms, within 1e-12, in the precision of the values."""
    wide = values.astype(np.float64)
    with np.errstate(all="ignore"):
        mantissa, exponent = np.frexp(wide)
        low = mantissa < _HALF_ROOT
        mantissa = np.where(low, 2 * mantissa, mantissa)
        part = (mantissa - 1) / (mantissa + 1)
        natural = 2 * _odd_series(part, _LOG_TERMS, 1.0)
        decades = (exponent - low) * _LOG10_OF_2 + natural * _LOG10_OF_E
        decades = np.rint(decades / _STEP) * _STEP
        decades = np.where(wide > 0, decades, np.where(wide == 0, -np.inf, np.nan))
        return np.where(np.isinf(wide) & (wide > 0), wide, decades).astype(values.dtype)


def magnitude(x: Reals, y: Reals) -> Reals:
    """Lengths of the vectors (x, y), without overflow."""
    with np.errstate(all="ignore"):
        large = np.fmax(np.abs(x), np.abs(y))
        scale = np.where(large > 0, large, 1.0)
        short, long = x / scale, y / scale
        length = scale * np.sqrt(short * short + long * long)
        return np.where(np.isinf(large), large, length)


def angle(y: Reals, x: Reals) -> Reals:
    """Angles of the vectors (x, y) in radians, within 1e-14; NaN if x and y are both infinite."""
    with np.errstate(all="ignore"):
        small, large = np.minimum(np.abs(x), np.abs(y)), np.maximum(np.abs(x), np.abs(y))
        ratio = np.where(large == 0, 0.0, small / large)
        steep = ratio > _TAN_OF_EIGHTH
        ratio = np.where(steep, (ratio - 1) / (ratio + 1), ratio)
        turned = np.where(steep, np.pi / 4, 0.0) + _odd_series(ratio, _ANGLE_TERMS, -1.0)
        turned = np.where(np.abs(y) > np.abs(x), np.pi / 2 - turned, turned)
        turned = np.where(np.signbit(x), np.pi - turned, turned)
        return np.copysign(turned, y)


def _odd_series(part: Reals, terms: int, sign: float) -> Reals:
    """The sum of sign^k * part^(2k+1) / (2k+1)."""
    square = sign * part * part
    total: Reals = np.zeros_like(part)
    for k in range(terms, -1, -1):
        total = total * square + 1 / (2 * k + 1)
    return total * part
