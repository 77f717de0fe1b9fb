"""Colour tables: converts a name, an array or a matplotlib Colormap to a table of RGB.

Every table ends with the colours for over, NaN, -inf, +inf and under. Tables are indexed with
positions between 0 and 1, which `norms` computes from values.
"""

import difflib
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from intaglio._colormap_data import ROW_BY_NAME, color_count
from intaglio.errors import EncodeError, Reason

Bytes = NDArray[np.uint8]

COLORS_MAX: Final = 65536
# Candidate colours for NaN, -inf and +inf, in order of preference.
_NAN_COLORS: Final = ((168, 168, 168), (255, 0, 255), (0, 200, 0), (96, 96, 96), (255, 255, 255))
_LOW_COLORS: Final = ((0, 0, 0), (0, 0, 255), (0, 90, 0), (120, 60, 0), (0, 255, 255))
_HIGH_COLORS: Final = ((255, 255, 255), (255, 0, 0), (255, 140, 0), (255, 255, 0), (255, 0, 255))
_CLEARLY_OTHER: Final = 100.0  # distance in RGB at which colours look clearly different

HUES: Final = 256
LEVELS: Final = 256


class Colormap(Protocol):
    """The part of matplotlib's Colormap that is used here."""

    N: int

    def __call__(self, X: NDArray[Any], *, bytes: bool) -> Bytes:  # noqa: A002, N803
        """Return RGBA."""
        ...


class Palette(NamedTuple):
    """n colours, then over, NaN, -inf, +inf, and under, which is also row -1."""

    n: int
    table: Bytes  # (n + 5, 3)

    @property
    def nan(self) -> int:
        """The row for NaN; -inf and +inf follow it."""
        return self.n + 1


def check_colormap(cmap: object) -> None:
    """Refuse an argument that is not a colour map, before any picture is planned."""
    if isinstance(cmap, str):
        if cmap not in ROW_BY_NAME and _registered(cmap) is None:
            raise _invalid(_unknown_name(cmap))
    elif not _is_colormap(cmap):
        _rows_of(cmap)


def make_palette(cmap: object, shipped: Callable[[], Bytes]) -> Palette:
    """Make the table of a checked colour map; `shipped` returns the pixels of colormaps.png."""
    if isinstance(cmap, str) and cmap in ROW_BY_NAME:
        n = color_count(cmap)
        row = shipped()[ROW_BY_NAME[cmap]]
        return _with_specials(row[-(-np.arange(n) * len(row) // n)])
    if isinstance(cmap, str):
        cmap = _registered(cmap)
    if _is_colormap(cmap):
        return _from_matplotlib(cmap)
    return _with_specials(_rows_of(cmap))


def color_index(positions: NDArray[Any], n: int) -> NDArray[np.int32]:
    """Convert positions (0 to 1, or outside; never NaN) to row indices of a palette.

    As matplotlib does, in the precision of the positions; overwrites them.
    """
    positions *= n
    np.copyto(positions, n - 1, where=positions == n)
    np.floor(positions, out=positions)
    np.clip(positions, -1, n, out=positions)
    return positions.astype(np.int32)


def _is_colormap(cmap: object) -> TypeGuard[Colormap]:
    colors = sys.modules.get("matplotlib.colors")
    return colors is not None and isinstance(cmap, colors.Colormap)


def _registered(name: str) -> Colormap | None:
    """Return the colour map registered with matplotlib under this name, if there is one."""
    matplotlib = sys.modules.get("matplotlib")
    registry: Mapping[str, Colormap] = getattr(matplotlib, "colormaps", {})
    return registry.get(name)


def _unknown_name(name: str) -> str:
    by_lower = {known.lower(): known for known in ROW_BY_NAME}
    close = difflib.get_close_matches(name.lower(), by_lower, 4)
    hint = f"; close to it: {', '.join(by_lower[c] for c in close)}" if close else ""
    return f"cmap={name!r} is no colour map{hint} (matplotlib's names, upper and lower case count)"


def _rows_of(cmap: object) -> Bytes:
    """Read a table of colours: (N, 3 or 4), floats from 0 to 1 or integers from 0 to 255."""
    if not isinstance(cmap, (np.ndarray, list, tuple)):
        raise TypeError(
            "cmap= takes a name, an (N, 3) or (N, 4) array or a matplotlib Colormap, "
            f"not {type(cmap).__name__}"
        )
    try:
        rows = np.asarray(cmap)
    except ValueError as problem:  # rows of several lengths
        raise _invalid(f"cmap= is (N, 3) or (N, 4): {problem}") from problem
    if rows.ndim != 2 or rows.shape[1] not in (3, 4) or not 1 <= len(rows) <= COLORS_MAX:
        raise _invalid(f"cmap= is (N, 3) or (N, 4), not {rows.shape}")
    top = {"f": 1, "i": 255, "u": 255}.get(rows.dtype.kind)
    if top is None or not ((rows >= 0) & (rows <= top)).all():
        raise _invalid("cmap= holds floats from 0 to 1 or integers from 0 to 255")
    return _on_white((rows * (255 // top)).astype(np.uint8))


def _invalid(detail: str) -> EncodeError:
    return EncodeError(Reason.OPTION_INVALID, detail, "cmap")


def _on_white(rgba: Bytes) -> Bytes:
    """Composite a table's colours over white if it has alpha."""
    if rgba.shape[1] == 3:
        return rgba
    color, alpha = rgba[:, :3].astype(np.uint32), rgba[:, 3:].astype(np.uint32)
    return ((color * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def _from_matplotlib(cmap: Colormap) -> Palette:
    if not 1 <= cmap.N <= COLORS_MAX:
        raise _invalid(f"a colour map of {cmap.N} colours")
    palette = _with_specials(_on_white(cmap(np.arange(cmap.N), bytes=True)))
    palette.table[[-1, cmap.N]] = _on_white(cmap(np.array([-1, cmap.N]), bytes=True))
    bad = cmap(np.array([np.nan]), bytes=True)
    if bad[0, 3]:  # matplotlib's default "bad" is transparent; a visible one was set by the caller
        palette.table[palette.nan] = _on_white(bad)
    return palette


def _with_specials(colors: Bytes) -> Palette:
    """Add under and over as the end colours, and NaN, -inf, +inf in colours of their own."""
    used = np.unique(colors, axis=0).astype(np.int64)
    specials: list[NDArray[np.int64]] = []
    for preferred in (_NAN_COLORS, _LOW_COLORS, _HIGH_COLORS):
        specials.append(_other_color(preferred, used))
        used = np.vstack([used, specials[-1]])
    table = np.vstack([colors, colors[-1:], np.array(specials, np.uint8), colors[:1]])
    return Palette(len(colors), table)


def _other_color(
    preferred: tuple[tuple[int, int, int], ...], used: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the first candidate that differs clearly from all used colours, else the farthest."""
    candidates = np.array(preferred + _NAN_COLORS + _LOW_COLORS + _HIGH_COLORS)
    apart = np.array([np.sqrt(((used - c) ** 2).sum(axis=1).min()) for c in candidates])
    clear = np.flatnonzero(apart >= _CLEARLY_OTHER)
    best = clear[0] if clear.size else apart.argmax()
    return np.asarray(candidates[best])


def domain_palette() -> Palette:
    """Phase as hue, magnitude as lightness: row hue * LEVELS + level, black to white.

    Hues are a circle in OKLCh, so that no phase looks brighter than another.
    """
    angle = 2 * np.pi * np.arange(HUES)[:, None] / HUES
    light = np.linspace(0.0, 1.0, LEVELS)[None, :] ** 0.8
    chroma = 0.16 * np.sin(np.pi * light) ** 0.8
    a, b = chroma * np.cos(angle + 0.5), chroma * np.sin(angle + 0.5)
    cubes = np.stack(
        [
            light + 0.3963377774 * a + 0.2158037573 * b,
            light - 0.1055613458 * a - 0.0638541728 * b,
            light - 0.0894841775 * a - 1.2914855480 * b,
        ],
        axis=-1,
    )
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip(cubes**3 @ to_rgb.T, 0.0, 1.0)
    rgb = np.where(linear < 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return _with_specials(np.rint(255 * rgb).astype(np.uint8).reshape(-1, 3))
