"""Look: the options of the picture, checked when they are set."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from numbers import Integral, Real
from typing import Any, Final

import numpy as np

from intaglio._escape import digits_of
from intaglio._options import TABLE, default
from intaglio._render.colormaps import check_colormap
from intaglio._render.norms import is_normalize
from intaglio.errors import EncodeError, Reason

COLORMAP_DEFAULT: Final = "viridis"
_COUNTS: Final = ("pixels_max", "side_max", "side_min")
_CHOICES: Final = ("norm", "origin", "complex_as")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The options of the picture; None means that the value is chosen from the data.

    `_options` documents each keyword and its range. For arrays of times, vmin and vmax count in
    their unit. Raises TypeError for wrong types, EncodeError(OPTION_INVALID) for wrong values.
    """

    cmap: Any = None
    vmin: float | None = None
    vmax: float | None = None
    norm: Any = None
    vcenter: float = default("vcenter")
    linthresh: float | None = None
    origin: str | None = None
    scale: float | None = None
    complex_as: str | None = None
    cover: Any = None
    enlarge: bool = False
    badge: bool = False
    pixels_max: int = default("pixels_max")
    side_max: int = default("side_max")
    side_min: int = default("side_min")

    def __post_init__(self) -> None:
        if self.cmap is not None:
            check_colormap(self.cmap)
        for name in _CHOICES:
            _check_choice(name, getattr(self, name))
        for name in ("vmin", "vmax", "linthresh", "scale"):
            if getattr(self, name) is not None:
                self._settle(name, _checked_real)
        if self.vcenter is None:
            object.__setattr__(self, "vcenter", default("vcenter"))
        self._settle("vcenter", _checked_real)
        for name in _COUNTS:
            self._settle(name, _checked_count)
        for name in ("enlarge", "badge"):
            self._settle(name, _checked_flag)
        self._check_together()

    @property
    def chooses_colors(self) -> bool:
        """Whether colours are chosen from the data: no colour map, norm or end was given."""
        return all(value is None for value in (self.cmap, self.norm, self.vmin, self.vmax))

    def _settle(self, name: str, checked: Callable[[str, Any], Any]) -> None:
        """Check an option, and convert a numpy scalar to a Python number."""
        object.__setattr__(self, name, checked(name, getattr(self, name)))

    def _check_together(self) -> None:
        """Check options that depend on each other."""
        if self.vmin is not None and self.vmax is not None and self.vmin > self.vmax:
            raise _invalid(
                "vmin",
                f"vmin={self.vmin} is above vmax={self.vmax}; "
                "to turn a map around, add _r to its name",
            )
        if is_normalize(self.norm) and (self.vmin is not None or self.vmax is not None):
            raise _invalid("norm", "vmin= and vmax= cannot be combined with a Normalize object")
        if self.norm == "twoslope":
            if self.vmin is not None and self.vmin >= self.vcenter:
                raise _invalid("vmin", f"vmin={self.vmin} is not below vcenter={self.vcenter}")
            if self.vmax is not None and self.vmax <= self.vcenter:
                raise _invalid("vmax", f"vmax={self.vmax} is not above vcenter={self.vcenter}")
        if self.norm == "log" and any(v is not None and v <= 0 for v in (self.vmin, self.vmax)):
            raise _invalid("norm", "norm='log' needs vmin= and vmax= above 0")
        if self.cover is not None and self.scale is not None:
            raise _invalid(
                "scale", "scale= is for pictures made from the data; a cover has its own size"
            )


def _check_choice(name: str, value: object) -> None:
    if value is None or (name == "norm" and is_normalize(value)):
        return
    if not isinstance(value, str):
        also = " or a matplotlib Normalize" if name == "norm" else ""
        raise TypeError(f"{name}= is a string{also}, not {type(value).__name__}")
    if value not in TABLE[name].choices:
        raise _invalid(name, TABLE[name].refusal(repr(value)))


def _checked_real(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name}= is a number, not {type(value).__name__}")
    try:
        real = float(value)
    except OverflowError:  # an integer or a fraction too large for a float
        real = inf
    if not isfinite(real):
        raise _invalid(name, f"{name}= is a finite number, at most 1.8e308, not {_short(value)}")
    if not TABLE[name].allows(real):
        raise _invalid(name, TABLE[name].refusal(_short(value)))
    return int(value) if isinstance(value, Integral) else real


def _checked_count(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name}= is a whole number, not {type(value).__name__}")
    count = int(value)
    if not TABLE[name].allows(count):
        raise _invalid(name, TABLE[name].refusal(_short(count)))
    return count


def _checked_flag(name: str, value: object) -> bool:
    if not isinstance(value, bool | np.bool):
        raise TypeError(f"{name}= is True or False, not {type(value).__name__}")
    return bool(value)


def _short(value: object) -> str:
    """A number for a message; Python refuses to print integers of thousands of digits."""
    if isinstance(value, Integral) and abs(int(value)) >= 10**20:
        return f"one of {digits_of(int(value)):,} digits"
    try:
        return str(value)
    except ValueError:  # a fraction of such numbers
        return "a larger one"


def _invalid(name: str, detail: str) -> EncodeError:
    return EncodeError(Reason.OPTION_INVALID, detail, name)
