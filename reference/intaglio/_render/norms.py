"""Norms: map values to positions between 0 and 1 on a colour map.

The same results as matplotlib's norms, in the same precision, but without overflow, and with the
range taken from finite values only.
"""

import copy
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from intaglio._render.portable_math import angle, log10, magnitude
from intaglio.errors import EncodeError, Reason

NORM_NAMES: Final = ("linear", "log", "symlog", "twoslope")
PARTS: Final = ("magnitude", "phase", "real", "imag")
_CHUNK_CELLS: Final = 1 << 18
_NOT_A_TIME: Final = np.iinfo(np.int64).min
_WHOLE_IN_FLOAT_MAX: Final = 2**53
_SYMLOG_LINEAR_SHARE: Final = 1e-3  # default linthresh, as a share of the largest magnitude
_SYMLOG_LINEAR_HEIGHT: Final = 1 / 0.9  # matplotlib's linscale 1, base 10, in decades

Reals = NDArray[np.floating[Any]]


class Normalize(Protocol):
    """The part of matplotlib's Normalize that is used here."""

    def __call__(self, value: NDArray[Any]) -> NDArray[Any]:
        """Return positions, perhaps masked."""
        ...

    def autoscale_None(self, A: NDArray[Any]) -> None:  # noqa: N802, N803
        """Set vmin and vmax from the values where they are None."""
        ...


def is_extension_float(dtype: np.dtype[Any]) -> bool:
    """Whether `dtype` is a float that another library adds to numpy, such as bfloat16."""
    return dtype.kind == "V" and dtype.type is not np.void


def as_reals(block: NDArray[Any], part: str | None = None, base: int = 0) -> Reals:
    """Return the values as a new float array, in the precision that matplotlib would use.

    `part`: the part of complex numbers to use. `base` is subtracted from 64-bit integers and
    times before they are rounded to floats. NaT becomes NaN.
    """
    dtype = block.dtype
    if is_extension_float(dtype):
        return block.astype(np.float32)
    if dtype.kind in "mM":
        ticks = _ticks(block)
        out = as_reals(ticks, None, base)
        out[ticks == _NOT_A_TIME] = np.nan
        return out
    if dtype.kind == "c":
        return _part_of(block, part or "magnitude")
    if base:
        return (block.astype(np.uint64) - np.uint64(base % 2**64)).astype(np.float64)
    if dtype.kind == "b" or (dtype.kind in "iu" and dtype.itemsize <= 2):
        return block.astype(np.float32)
    if dtype.kind == "f" and dtype.itemsize <= 8:
        return block.astype(dtype.newbyteorder("="))
    return block.astype(np.float64)


def _ticks(times: NDArray[Any]) -> NDArray[np.int64]:
    """Return times as the int64 counts that they store."""
    return times.astype(times.dtype.newbyteorder("="), copy=False).view(np.int64)


def _part_of(block: NDArray[Any], part: str) -> Reals:
    """Return real, imag, magnitude or phase of complex numbers, without overflow of complex64."""
    if part in ("real", "imag"):
        piece: NDArray[Any] = getattr(block, part)
        return piece.astype(piece.dtype.newbyteorder("="))
    wide = block.astype(np.complex128)
    if part == "magnitude":
        return magnitude(wide.real, wide.imag)
    phase = angle(wide.imag, wide.real)
    phase[~np.isfinite(wide)] = np.nan
    return phase


def chunks(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield all values in flat pieces of bounded size, in memory order."""
    flat = array.ravel(order="K")
    for start in range(0, flat.size, _CHUNK_CELLS):
        yield flat[start : start + _CHUNK_CELLS]


class Span(NamedTuple):
    """The range of finite values; lo > hi if there are none."""

    lo: float
    hi: float
    lo_positive: float
    finite: bool  # whether all values are finite
    base: int = 0  # already subtracted from lo and hi; subtract it from the values, too


def measure(array: NDArray[Any], part: str | None = None, *, differences: bool = False) -> Span:
    """Find the range of an array's finite values; `differences`: a base may be subtracted."""
    base = _base_of(array) if differences else 0
    lo = lo_positive = np.inf
    hi = -np.inf
    finite = True
    with np.errstate(all="ignore"):
        for chunk in chunks(array):
            reals = as_reals(chunk, part, base)
            low, high = float(reals.min()), float(reals.max())
            if not np.isfinite([low, high]).all():
                finite = False
                reals = reals[np.isfinite(reals)]
                if not reals.size:
                    continue
                low, high = float(reals.min()), float(reals.max())
            lo, hi = min(lo, low), max(hi, high)
            if low > 0:
                lo_positive = min(lo_positive, low)
            elif high > 0:
                lo_positive = min(lo_positive, float(reals[reals > 0].min()))
    return Span(lo, hi, lo_positive, finite, base)


def _base_of(array: NDArray[Any]) -> int:
    """Return the minimum of integers or times beyond float precision; 0 for other arrays."""
    if array.dtype.kind in "mM":
        ticks = _ticks(array)
        return int(ticks.min(initial=2**63 - 1, where=ticks != _NOT_A_TIME))
    if array.dtype.kind not in "iu" or array.dtype.itemsize < 8:
        return 0
    lo, hi = int(array.min()), int(array.max())
    return lo if max(abs(lo), abs(hi)) > _WHOLE_IN_FLOAT_MAX else 0


@dataclass(frozen=True, slots=True)
class Norm:
    """Maps values to positions: `lo` to 0, `hi` to 1. `foreign` is a matplotlib Normalize."""

    kind: str
    lo: float
    hi: float
    center: float = 0.0
    linear_below: float = 1.0
    foreign: Normalize | None = None
    colors: int = 256

    def positions(self, reals: Reals) -> Reals:
        """Return positions, overwriting `reals`; NaN where a value has no position."""
        if self.foreign is not None:
            return _foreign_positions(self.foreign, reals, self.colors)
        if self.lo >= self.hi:
            reals[...] = 0
            return reals
        if self.kind == "log":
            lo, hi = log10(np.array([self.lo, self.hi]))
            return self._linear(log10(reals), lo, hi)
        if self.kind == "symlog":
            ends = np.array([self.lo, self.hi])
            lo, hi = _symlog(ends, self.linear_below)
            return self._linear(_symlog(reals, self.linear_below), lo, hi)
        if self.kind == "twoslope":
            below = self._linear(reals.astype(np.float64), self.lo, self.center) / 2
            above = self._linear(reals.astype(np.float64), self.center, self.hi) / 2 + 0.5
            return np.where(below < 0.5, below, above)
        return self._linear(reals, self.lo, self.hi)

    def _linear(self, reals: Reals, lo: float, hi: float) -> Reals:
        """Subtract and divide in double precision; round to the values' precision in between."""
        if hi - lo > float(np.finfo(reals.dtype).max):
            reals = reals.astype(np.float64)
        if not np.isfinite(hi - lo):
            reals, lo, hi = reals * 0.5, lo * 0.5, hi * 0.5
        double: Any = {"dtype": np.float64, "casting": "same_kind"}
        np.subtract(reals, lo, out=reals, **double)
        np.divide(reals, hi - lo, out=reals, **double)
        return reals


def _symlog(values: Reals, linear_below: float) -> Reals:
    """Decades beyond `linear_below`, linear within: matplotlib's SymLogNorm, linscale 1."""
    size = np.abs(values)
    far = log10(size) - log10(np.array(linear_below)) + _SYMLOG_LINEAR_HEIGHT
    near = size / linear_below * _SYMLOG_LINEAR_HEIGHT
    return np.copysign(np.where(size > linear_below, far, near), values)


def make_norm(
    span: Span,
    kind: str | Normalize | None,
    ends: tuple[float | None, float | None],
    middle: tuple[float, float | None],
    colors: int,
) -> Norm:
    """Make a norm; `ends` (vmin, vmax) that are None come from the data.

    `middle` is vcenter and linthresh.
    """
    vcenter, linthresh = middle
    if kind is not None and not isinstance(kind, str):
        return Norm("foreign", 0.0, 1.0, foreign=_adopted(kind, span), colors=colors)
    empty = span.lo > span.hi
    lo, hi = (0.0, 0.0) if empty else (span.lo, span.hi)
    if kind == "log":
        lo = span.lo_positive if np.isfinite(span.lo_positive) else 1.0
        hi = max(lo, hi)
    vmin, vmax = (None if end is None else float(end) - span.base for end in ends)
    lo, hi = (lo if vmin is None else vmin), (hi if vmax is None else vmax)
    if lo > hi:  # keep the end that was given
        lo, hi = (lo, lo) if vmax is None else (hi, hi)
    if kind == "twoslope":
        lo = lo if lo < vcenter else _mirrored(vcenter, hi)
        hi = hi if hi > vcenter else _mirrored(vcenter, lo)
    limit = max(abs(lo), abs(hi)) * _SYMLOG_LINEAR_SHARE if linthresh is None else linthresh
    return Norm(kind or "linear", lo, hi, vcenter, limit or 1.0)


def _mirrored(center: float, end: float) -> float:
    """Return the mirror image of `end` about `center`."""
    return float(np.clip(2 * center - end, -1.7e308, 1.7e308))


def _adopted(norm: Normalize, span: Span) -> Normalize:
    """Copy the caller's norm and set its missing ends, as matplotlib would."""
    norm = copy.deepcopy(norm)
    seen = [v for v in (span.lo, span.lo_positive, span.hi) if np.isfinite(v)]
    try:
        norm.autoscale_None(np.array(seen or [0.0]))
    except (ValueError, TypeError, ArithmeticError) as problem:
        raise _refused(problem) from problem
    return norm


def _foreign_positions(norm: Normalize, reals: Reals, colors: int) -> Reals:
    """Call a matplotlib Normalize; integers that it returns are rows of the colour table."""
    try:
        placed = norm(reals)
    except (ValueError, TypeError, ArithmeticError) as problem:
        raise _refused(problem) from problem
    mask = np.ma.getmaskarray(placed)
    plain = np.asarray(placed)
    out = (plain + 0.5) / colors if plain.dtype.kind in "iu" else plain.astype(np.float64)
    out[mask] = np.nan
    return out


def _refused(problem: Exception) -> EncodeError:
    detail = f"norm= does not accept these values: {problem}"
    return EncodeError(Reason.OPTION_INVALID, detail, "norm")


def is_normalize(norm: object) -> TypeGuard[Normalize]:
    """Whether `norm` is a matplotlib Normalize; does not import matplotlib."""
    colors = sys.modules.get("matplotlib.colors")
    return colors is not None and isinstance(norm, colors.Normalize)
