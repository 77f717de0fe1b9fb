"""Columns: what the arrays that a record names must be for its kind, checked before use."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from intaglio._records.schema import SchemaError

Array = npt.NDArray[Any]

_NUMBERS: Final = "biuf"
_ANY: Final = "biufMmOcSV"  # lines keep what was passed to them
PIECES_MAX: Final = 1 << 20  # paths, faces or segments of one artist
_FLAT: Final = frozenset(
    {"x", "y", "z", "u", "v", "width", "height", "values", "size", "levels", "layers", "linewidths"}
    | {"starts", "codes", "edges", "angles"}
)
_ONE_LENGTH: Final = {
    "line": "xy", "line3d": "xyz", "scatter": "xy", "fill": "xy", "segments": "xy",
    "collection": "xy", "scatter3d": "xyz", "quiver": "xyuv",
}  # fmt: skip
_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "line": ("x", "y"),
    "line3d": ("x", "y", "z"),
    "image": ("data",),
    "mesh": ("x", "y"),
    "contour": ("levels",),
    "quiver": ("x", "y", "u", "v"),
    "bar": ("x", "y", "width", "height"),
    "patch": ("vertices",),
    "scatter3d": ("x", "y", "z", "size"),
    "surface": ("corners", "starts"),
    "segments3d": ("corners", "starts"),
}


def check_columns(record: Mapping[str, Any], columns: Mapping[str, Array]) -> None:
    """Refuse an artist's columns that its drawer cannot use: dtypes, shapes, counts, indices."""
    kind = record["kind"]
    if kind not in _DRAWN:
        return
    missing = next((name for name in _NEEDED.get(kind, ()) if name not in columns), None)
    if missing is not None:
        raise SchemaError("missing", f"data.{missing}")
    for name, values in columns.items():
        _check_column(kind, name, values)
    lengths = {name: columns[name].size for name in _ONE_LENGTH.get(kind, "") if name in columns}
    if len(set(lengths.values())) > 1 and not (kind == "line" and 1 in lengths.values()):
        raise SchemaError(f"columns of other lengths: {lengths}", "data")
    check = _CHECKS.get(kind)
    if check is not None:
        check(record, columns)


def _check_column(kind: str, name: str, values: Array) -> None:
    dtypes = _ANY if kind == "line" else _NUMBERS
    if values.dtype.kind not in dtypes:
        raise SchemaError(f"an array of {values.dtype}, where numbers are drawn", f"data.{name}")
    flat = name in _FLAT and not (kind == "mesh" and name in "xy") and kind != "image"
    if flat and values.ndim > 1 and kind != "line":
        raise SchemaError(f"an array of {values.ndim} dimensions, not of one", f"data.{name}")


def _pieces(columns: Mapping[str, Array], points: str, widths: tuple[int, ...]) -> None:
    """`starts` cut `points`, rows of so many numbers, into pieces."""
    if points not in columns and "starts" not in columns:
        return
    if points not in columns or "starts" not in columns:
        raise SchemaError(f"{points} and starts come together", "data")
    rows, starts = columns[points], columns["starts"]
    if rows.ndim != 2 or rows.shape[1] not in widths:
        raise SchemaError(f"an array of shape {rows.shape}, not of points", f"data.{points}")
    if starts.ndim != 1 or starts.dtype.kind not in "iu" or isinstance(starts, np.ma.MaskedArray):
        raise SchemaError("not one index for each piece", "data.starts")
    if len(starts) > PIECES_MAX:
        raise SchemaError(f"{len(starts)} pieces, more than {PIECES_MAX}", "data.starts")
    ordered = bool((starts[1:] >= starts[:-1]).all())
    if len(starts) and (not ordered or starts[0] != 0 or starts[-1] > len(rows)):
        raise SchemaError("indices that do not cut the points into pieces", "data.starts")
    if not len(starts) and len(rows):
        raise SchemaError("points of no piece", "data.starts")


def _codes(columns: Mapping[str, Array], starts: Array | None) -> None:
    """Codes of paths: one for each vertex, a whole curve each, MOVETO where a piece begins."""
    codes = columns.get("codes")
    if codes is None:
        return
    vertices = columns["vertices"]
    if codes.dtype.kind not in "iu" or codes.shape != vertices.shape[:1]:
        raise SchemaError("not one code for each vertex", "data.codes")
    if not np.isin(codes, (0, 1, 2, 3, 4, 79)).all():
        raise SchemaError("codes that are of no path", "data.codes")
    begins = np.array([0]) if starts is None else starts[starts < len(codes)]
    if len(codes) and (codes[begins] != 1).any():
        raise SchemaError("a piece that does not begin with MOVETO", "data.codes")
    for code, length in ((3, 2), (4, 3)):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], codes == code, [0]), dtype=np.int8)))
        if ((edges[1::2] - edges[::2]) % length).any():
            raise SchemaError("a curve that breaks off", "data.codes")


def _check_paths(record: Mapping[str, Any], columns: Mapping[str, Array]) -> None:
    """A collection: its paths, and where they are drawn."""
    _pieces(columns, "vertices", (2,))
    _codes(columns, columns.get("starts"))
    _colors(columns)
    moved = record["kind"] != "scatter3d" and record["offsets_in"] is not None
    if moved and not {"x", "y"} <= columns.keys():
        raise SchemaError("missing", "data.x")


def _colors(columns: Mapping[str, Array]) -> None:
    for name in ("facecolors", "edgecolors"):
        values = columns.get(name)
        if values is None:
            continue
        if values.ndim != 2 or values.shape[1] != 4 or values.dtype.kind != "f":
            raise SchemaError(f"an array of shape {values.shape}, not of colours", f"data.{name}")
        if not ((values >= 0) & (values <= 1)).all():
            raise SchemaError("colours beyond 0 to 1", f"data.{name}")
    widths = columns.get("linewidths")
    if widths is not None and not ((widths >= 0) & (widths <= 10_000)).all():
        raise SchemaError("widths beyond 0 to 10000", "data.linewidths")


def _check_patch(_: Mapping[str, Any], columns: Mapping[str, Array]) -> None:
    vertices = columns["vertices"]
    if vertices.ndim != 2 or vertices.shape[1] != 2:
        raise SchemaError(f"an array of shape {vertices.shape}, not of points", "data.vertices")
    _codes(columns, None)


def _check_image(_: Mapping[str, Any], columns: Mapping[str, Array]) -> None:
    data = columns["data"]
    bands = data.shape[2] if data.ndim == 3 else 1
    if data.ndim not in (2, 3) or bands not in (1, 3, 4) or not data.size:
        raise SchemaError(f"an array of shape {data.shape}, not of an image", "data.data")
    if "alpha" in columns and columns["alpha"].shape != data.shape[:2]:
        raise SchemaError("not one alpha for each pixel", "data.alpha")


def _check_mesh(record: Mapping[str, Any], columns: Mapping[str, Array]) -> None:
    x, y = columns["x"], columns["y"]
    shape = (y.size, x.size) if x.ndim == y.ndim == 1 else x.shape
    if x.ndim not in (1, 2) or y.ndim != x.ndim or (x.ndim == 2 and x.shape != y.shape):
        raise SchemaError(f"corners of shapes {x.shape} and {y.shape}", "data")
    if min(shape) < 1 or shape[0] * shape[1] > 4 * PIECES_MAX * 16:
        raise SchemaError(f"{shape[0]} by {shape[1]} corners", "data")
    cells = shape if record["shading"] == "gouraud" else (shape[0] - 1, shape[1] - 1)
    c = columns.get("c")
    if c is not None and c.shape[:2] != cells and c.size != cells[0] * cells[1]:
        raise SchemaError(f"{c.shape} numbers for {cells} cells", "data.c")
    if c is None and shape[0] * shape[1] > max(x.size, y.size) * 4096:
        raise SchemaError("a grid without numbers", "data")
    _colors(columns)


def _check_contour(_: Mapping[str, Any], columns: Mapping[str, Array]) -> None:
    if len(np.atleast_1d(columns["levels"])) > 65_536:
        raise SchemaError("more than 65536 levels", "data.levels")
    _pieces(columns, "vertices", (2, 3))
    _codes(columns, columns.get("starts"))


def _check_quiver(_: Mapping[str, Any], columns: Mapping[str, Array]) -> None:
    count = columns["u"].size
    c = columns.get("c")
    if c is not None and c.size != count:
        raise SchemaError(f"{c.size} numbers for {count} arrows", "data.c")
    if "angles" in columns and columns["angles"].size != count:
        raise SchemaError("not one angle for each arrow", "data.angles")
    _colors(columns)


def _check_bars(record: Mapping[str, Any], columns: Mapping[str, Array]) -> None:
    counts = {columns[name].size for name in ("x", "y", "width", "height")}
    styles = len(record["styles"])
    if len(counts) > 1 or any(columns[name].ndim != 1 for name in ("x", "y", "width", "height")):
        raise SchemaError("columns of other lengths", "data")
    if styles not in (1, *counts):
        raise SchemaError(f"{styles} styles for {counts} bars", "styles")


def _check_corners(_: Mapping[str, Any], columns: Mapping[str, Array]) -> None:
    _pieces(columns, "corners", (3,))
    _colors(columns)


_CHECKS: Final = {
    **dict.fromkeys(("scatter", "fill", "segments", "collection", "scatter3d"), _check_paths),
    **dict.fromkeys(("surface", "segments3d"), _check_corners),
    "patch": _check_patch,
    "image": _check_image,
    "mesh": _check_mesh,
    "contour": _check_contour,
    "quiver": _check_quiver,
    "bar": _check_bars,
}
_DRAWN: Final = frozenset((*_CHECKS, "line", "line3d"))
