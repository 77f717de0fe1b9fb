"""Framed: a matrix with axes and a colour bar, as the picture of its own file."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from intaglio._errors import EncodeError, Reason
from intaglio._extras import need
from intaglio._png_head import write_phys

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LONG_SIDE: Final = 5.0  # inches, of the matrix
_SHORT_SIDE_MIN: Final = 1.6
_SYMLOG_LINEAR_SHARE: Final = 1e-3  # of the greatest magnitude, as in pictures without a frame
_BAR_GAP: Final = 0.15  # inches
_BAR_WIDTH: Final = 0.2
_ROOM: Final = (1.7, 0.9)  # inches, for words and the colour bar


def framed(
    array: npt.NDArray[Any],
    *,
    cmap: Any = None,  # noqa: ANN401 - a name, a table or a matplotlib Colormap
    vmin: float | None = None,
    vmax: float | None = None,
    norm: Any = None,  # noqa: ANN401 - a name or a matplotlib Normalize
    origin: str | None = None,
    dpi: float | None = 100,
) -> "Figure":
    """A Figure of a matrix, with ticks and a colour bar, fit for `cover=` with enlarge=True.

    array: 2-D, of bool, integers or reals. ImportError, which names the extra, without matplotlib.
    """
    need("matplotlib", "figures")
    from matplotlib.figure import Figure

    if array.ndim != 2 or not array.size or array.dtype.kind not in "biuf":
        raise EncodeError(
            Reason.OPTION_INVALID,
            f"colorbar=True frames a matrix of real numbers, not {array.dtype} {array.shape}",
            "colorbar",
        )
    if dpi is not None:
        write_phys(dpi)  # refused in the words of pictures without a frame
    rows, cols = array.shape
    shrink = _LONG_SIDE / max(rows, cols)
    width, height = (max(_SHORT_SIDE_MIN, side * shrink) for side in (cols, rows))
    figure = Figure((width + _ROOM[0], height + _ROOM[1]), dpi=dpi, layout="constrained")
    axes = figure.add_subplot()
    shown = axes.imshow(
        array.astype(np.uint8) if array.dtype.kind == "b" else array,
        cmap=_colormap(cmap),
        norm=_norm(array, norm, vmin, vmax),
        origin=origin,  # type: ignore[arg-type]
        interpolation="nearest",
        aspect="equal" if min(width, height) > _SHORT_SIDE_MIN else "auto",
    )
    beside = axes.inset_axes((1 + _BAR_GAP / width, 0, _BAR_WIDTH / width, 1))
    figure.colorbar(shown, cax=beside)
    return figure


def _colormap(cmap: Any) -> Any:  # noqa: ANN401
    from matplotlib.colors import ListedColormap

    if isinstance(cmap, str) or cmap is None or callable(cmap):
        return "viridis" if cmap is None else cmap
    table = np.asarray(cmap)
    return ListedColormap(table / 255 if table.dtype.kind in "iu" else table)


def _norm(
    array: npt.NDArray[Any],
    norm: Any,  # noqa: ANN401
    vmin: float | None,
    vmax: float | None,
) -> Any:  # noqa: ANN401
    from matplotlib import colors

    match norm:
        case None | "linear":
            return colors.Normalize(vmin, vmax)
        case "log":
            return colors.LogNorm(vmin, vmax)
        case "symlog":
            finite = np.abs(array[np.isfinite(array)], dtype=np.float64)
            greatest = float(finite.max(initial=0)) or 1.0
            return colors.SymLogNorm(_SYMLOG_LINEAR_SHARE * greatest, vmin=vmin, vmax=vmax)
        case "twoslope":
            return colors.TwoSlopeNorm(0.0, vmin, vmax)
    return norm
