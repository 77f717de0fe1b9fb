"""Look: everything the caller may say about the picture, checked as it is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from numbers import Integral, Real
from typing import Any, Final

from intaglio._colors import check_colormap
from intaglio._errors import EncodeError, Reason
from intaglio._norms import NORM_NAMES, PARTS, is_normalize

COLORMAP_USUAL: Final = "viridis"
COMPLEX_LOOKS: Final = ("domain", *PARTS)
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "norm": NORM_NAMES,
    "origin": ("upper", "lower"),
    "complex_as": COMPLEX_LOOKS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the picture is to look. None always means: as the data suggest.

    cmap: a name of matplotlib's, an (N, 3) or (N, 4) array, a Colormap.
    vmin, vmax: values at the map's ends; times count in their own unit.
    norm: "linear", "log", "symlog", "twoslope" or a matplotlib Normalize.
    vcenter: the middle of "twoslope".  linthresh: where "symlog" turns linear.
    origin: "upper" or "lower", where row 0 of a matrix lies.
    scale: pixels per cell of a single array.
    complex_as: "domain", "magnitude", "phase", "real" or "imag".
    cover: any picture to carry the data instead of one made from them.
    enlarge: a cover too small for the data may be enlarged.
    badge: a small mark in the lower right corner says that the picture carries data.
    pixels_max, side_max, side_min: bounds of the picture; side_min is for its long side.
    Wrong types are TypeError, wrong values EncodeError(OPTION_INVALID).
    """

    cmap: Any = None
    vmin: float | None = None
    vmax: float | None = None
    norm: Any = None
    vcenter: float = 0.0
    linthresh: float | None = None
    origin: str | None = None
    scale: float | None = None
    complex_as: str | None = None
    cover: Any = None
    enlarge: bool = False
    badge: bool = False
    pixels_max: int = 2**26
    side_max: int = 16384
    side_min: int = 256

    def __post_init__(self) -> None:
        if self.cmap is not None:
            check_colormap(self.cmap)
        for name, choices in _CHOICES.items():
            _check_choice(name, getattr(self, name), choices)
        for name in ("vmin", "vmax", "vcenter", "linthresh", "scale"):
            _check_real(name, getattr(self, name))
        for name in ("pixels_max", "side_max", "side_min"):
            _check_count(name, getattr(self, name))
        for name in ("enlarge", "badge"):
            if not isinstance(getattr(self, name), bool):
                kind = type(getattr(self, name)).__name__
                raise TypeError(f"{name}= is True or False, not {kind}")
        self._check_together()

    def _check_together(self) -> None:
        """Check what must agree."""
        for name in ("scale", "linthresh"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise _invalid(f"{name}= is above 0, not {value}")
        if self.vmin is not None and self.vmax is not None and self.vmin > self.vmax:
            raise _invalid(
                f"vmin={self.vmin} is above vmax={self.vmax}; "
                "to turn a map around, add _r to its name"
            )
        if is_normalize(self.norm) and (self.vmin is not None or self.vmax is not None):
            raise _invalid("vmin= and vmax= belong into the norm where norm= is an object")
        if self.norm == "twoslope":
            if self.vmin is not None and self.vmin >= self.vcenter:
                raise _invalid(f"vmin={self.vmin} is not below vcenter={self.vcenter}")
            if self.vmax is not None and self.vmax <= self.vcenter:
                raise _invalid(f"vmax={self.vmax} is not above vcenter={self.vcenter}")
        if self.norm == "log" and any(v is not None and v <= 0 for v in (self.vmin, self.vmax)):
            raise _invalid("norm='log' needs vmin= and vmax= above 0")
        if self.cover is not None and self.scale is not None:
            raise _invalid("scale= is for pictures made from the data; a cover has its own size")


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value is None or (name == "norm" and is_normalize(value)):
        return
    if not isinstance(value, str):
        also = " or a matplotlib Normalize" if name == "norm" else ""
        raise TypeError(f"{name}= is a string{also}, not {type(value).__name__}")
    if value not in choices:
        raise _invalid(f"{name}= is one of {', '.join(map(repr, choices))}, not {value!r}")


def _check_real(name: str, value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name}= is a number, not {type(value).__name__}")
    if not isfinite(value):
        raise _invalid(f"{name}= is a finite number, not {value}")


def _check_count(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name}= is a whole number, not {type(value).__name__}")
    if value < 1:
        raise _invalid(f"{name}= is at least 1, not {value}")


def _invalid(detail: str) -> EncodeError:
    return EncodeError(Reason.OPTION_INVALID, detail)
