"""Framed: a matrix with axes and a colour bar, as the picture of its own file."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from intaglio._packing.job import check_dpi
from intaglio._render.labels import label_table, labels_of
from intaglio.errors import EncodeError, Reason, need

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LONG_SIDE: Final = 5.0  # inches, of the matrix
_SHORT_SIDE_MIN: Final = 1.6
_SYMLOG_LINEAR_SHARE: Final = 1e-3  # of the greatest magnitude, as in pictures without a frame
_BAR_GAP: Final = 0.15  # inches
_BAR_WIDTH: Final = 0.2
_PAD: Final = 0.1  # inches around everything; more than labels grow at another dpi
_WIDE: Final = (4.0, 4.0, 4.0, 4.0)  # margins to measure in: left, bottom, right, top


def framed(
    array: npt.NDArray[Any],
    *,
    cmap: Any = None,  # noqa: ANN401 - a name, a table or a matplotlib Colormap
    vmin: float | None = None,
    vmax: float | None = None,
    norm: Any = None,  # noqa: ANN401 - a name or a matplotlib Normalize
    vcenter: float = 0.0,
    linthresh: float | None = None,
    origin: str | None = None,
    dpi: float | None = 100,
) -> "Figure":
    """A Figure of a matrix, with ticks and a colour bar, fit for `cover=` with enlarge=True.

    array: 2-D, of bool, integers or reals.
    Errors: EncodeError for other arrays, and for values whose colour bar matplotlib cannot draw;
    ImportError, which names the extra, without matplotlib.
    """
    need("matplotlib", "figures")
    from matplotlib.figure import Figure

    _check_matrix(array)
    check_dpi(dpi)
    rows, cols = array.shape
    shrink = _LONG_SIDE / max(rows, cols)
    width, height = (max(_SHORT_SIDE_MIN, side * shrink) for side in (cols, rows))
    figure = Figure(dpi=dpi)
    figure.set_layout_engine("none")  # places are measured here, whatever rcParams say
    axes = figure.add_axes((0, 0, 1, 1))
    chosen = any(value is not None for value in (cmap, norm, vmin, vmax))
    labels = None if chosen else labels_of([array])
    shown = axes.imshow(
        **_colored(array, cmap, _norm(array, norm, (vmin, vmax), vcenter, linthresh), labels),
        origin=origin,  # type: ignore[arg-type]
        interpolation="nearest",
        aspect="auto",  # its axes have the shape of the matrix
    )
    try:
        _add_bar(figure, shown, labels)
        _place(figure, (width, height), _WIDE)
        _place(figure, (width, height), _margins(figure))
    except (ValueError, ArithmeticError) as problem:
        raise EncodeError(
            Reason.OPTION_INVALID,
            f"colorbar=True: matplotlib cannot draw the colour bar of these values: {problem}; "
            "give vmin= and vmax=, another norm=, or leave colorbar= out",
            "colorbar",
        ) from problem
    return figure


def _check_matrix(array: npt.NDArray[Any]) -> None:
    if array.ndim != 2 or not array.size or array.dtype.kind not in "biuf":
        raise EncodeError(
            Reason.OPTION_INVALID,
            f"colorbar=True frames a matrix of real numbers, not {array.dtype} {array.shape}",
            "colorbar",
        )


def _add_bar(figure: "Figure", shown: Any, labels: list[int] | None) -> None:  # noqa: ANN401
    bar = figure.colorbar(shown, cax=figure.add_axes((0, 0, 1, 1)))
    if labels is not None:  # one field for each label, of one height, with its number
        bar.set_ticks(range(len(labels)), labels=[str(label) for label in labels])
        bar.minorticks_off()


def _colored(
    array: npt.NDArray[Any],
    cmap: Any,  # noqa: ANN401
    norm: Any,  # noqa: ANN401
    labels: list[int] | None,
) -> dict[str, Any]:
    """What `imshow` gets: the values, or of a label map the ranks of its labels."""
    from matplotlib.colors import BoundaryNorm, ListedColormap

    if labels is None:
        values = array.astype(np.uint8) if array.dtype.kind == "b" else array
        return {"X": values, "cmap": _colormap(cmap), "norm": norm}
    edges = np.arange(len(labels) + 1) - 0.5
    return {
        "X": np.searchsorted(labels, array),
        "cmap": ListedColormap(label_table(labels)[labels] / 255),
        "norm": BoundaryNorm(edges, len(labels)),
    }


def _place(
    figure: "Figure", size: tuple[float, float], margins: tuple[float, float, float, float]
) -> None:
    """Give the matrix its size and the figure its margins, in inches."""
    (width, height), (left, bottom, right, top) = size, margins
    whole_width, whole_height = left + width + right, bottom + height + top
    figure.set_size_inches(whole_width, whole_height)
    boxes = ((left, width), (left + width + _BAR_GAP, _BAR_WIDTH))
    for axes, (start, length) in zip(figure.axes, boxes, strict=True):
        axes.set_position(
            (
                start / whole_width,
                bottom / whole_height,
                length / whole_width,
                height / whole_height,
            )
        )


def _margins(figure: "Figure") -> tuple[float, float, float, float]:
    """What ticks, labels and the colour bar take around the matrix, measured as they are drawn.

    Neither depends on the margins, because the matrix keeps its size.
    """
    figure.draw_without_rendering()
    matrix = figure.axes[0].get_window_extent()
    around = figure.get_tightbbox()  # in inches
    inner = [edge / figure.dpi for edge in matrix.extents]
    return (
        inner[0] - around.x0 + _PAD,
        inner[1] - around.y0 + _PAD,
        around.x1 - inner[2] + _PAD,
        around.y1 - inner[3] + _PAD,
    )


def _colormap(cmap: Any) -> Any:  # noqa: ANN401
    from matplotlib.colors import ListedColormap

    if isinstance(cmap, str) or cmap is None or callable(cmap):
        return "viridis" if cmap is None else cmap
    table = np.asarray(cmap)
    return ListedColormap(table / 255 if table.dtype.kind in "iu" else table)


def _norm(
    array: npt.NDArray[Any],
    norm: Any,  # noqa: ANN401
    ends: tuple[float | None, float | None],
    vcenter: float,
    linthresh: float | None,
) -> Any:  # noqa: ANN401
    from matplotlib import colors

    vmin, vmax = ends

    match norm:
        case None | "linear":
            return colors.Normalize(vmin, vmax)
        case "log":
            return colors.LogNorm(vmin, vmax)
        case "symlog":
            finite = np.abs(array[np.isfinite(array)], dtype=np.float64)
            greatest = float(finite.max(initial=0)) or 1.0
            linear = _SYMLOG_LINEAR_SHARE * greatest if linthresh is None else linthresh
            return colors.SymLogNorm(linear, vmin=vmin, vmax=vmax)
        case "twoslope":
            return colors.TwoSlopeNorm(vcenter, vmin, vmax)
    return norm
