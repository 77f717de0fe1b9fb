"""Style in JSON: colours, dashes, markers, transforms, norms and colour maps.

The writer and the reader of each stand together. `_columns` holds the data.
Matplotlib gives some of it only by private names; the tests of every kind hold them.
"""

from collections.abc import Mapping
from contextlib import suppress
from math import isfinite
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib import colors, markers
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, BboxBase

from intaglio._records.schema import Check, SchemaError
from intaglio.figures._columns import Json, Mpl

_WORDS: Final = ("none", "auto", "face", "edge")


def plain(value: Any) -> Json:  # noqa: ANN401 - any style value
    """`value` as JSON: numpy scalars as Python's, numbers that are not finite as text."""
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist())
    if isinstance(value, bool | int | str | type(None)):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else {"float": repr(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    if isinstance(value, BboxBase):
        return plain(value.extents)
    return {"unknown": type(value).__name__}


def kept(values: Mapping[str, Any], table: Mapping[str, Check[Any]]) -> dict[str, Json]:
    """Of `values` those in JSON that a table allows; colours as numbers where it wants them so."""
    found = {}
    for key, value in values.items():
        for write in (plain, write_color):
            with suppress(SchemaError, ValueError, TypeError, KeyError):
                found[key] = table[key](write(value))
                break
    return found


def number(value: Json) -> float:
    """The number that `plain` wrote."""
    return float(value["float"] if isinstance(value, dict) else value)


def write_color(color: Mpl) -> Json:
    """Four numbers 0..1, or matplotlib's word for a colour taken from elsewhere."""
    if color is None or (isinstance(color, str) and color.lower() in _WORDS):
        return color
    return [float(part) for part in colors.to_rgba(color)]


def read_color(color: Json) -> Mpl:
    """What matplotlib takes for a colour."""
    return tuple(color) if isinstance(color, list) else color


def write_dashes(artist: Mpl) -> Json:
    """Give "none", "-", or offset and lengths in units of the line's width."""
    if artist.get_linestyle() in ("None", "none", " ", ""):
        return "none"
    return _dashes(artist._unscaled_dash_pattern)


def _dashes(pattern: tuple[float, Any]) -> Json:
    offset, lengths = pattern
    return "-" if lengths is None else [float(offset), [float(part) for part in lengths]]


def read_dashes(dashes: Json) -> Mpl:
    """What set_linestyle takes."""
    return (dashes[0], tuple(dashes[1])) if isinstance(dashes, list) else dashes


def write_dash_list(collection: Mpl) -> Json:
    """The dashes of a collection's parts."""
    return [_dashes(pattern) for pattern in collection._us_linestyles]


def write_marker(marker: Mpl) -> Json:
    """A marker's name, numbers, or path."""
    if isinstance(marker, markers.MarkerStyle):
        marker = marker.get_marker()
    if isinstance(marker, Path):
        codes = None if marker.codes is None else plain(np.asarray(marker.codes))
        return {"vertices": plain(np.asarray(marker.vertices)), "codes": codes}
    return plain(marker)


def read_marker(marker: Json) -> Mpl:
    """What set_marker takes."""
    if isinstance(marker, dict) and "vertices" in marker:
        return Path(np.array(marker["vertices"], float), marker["codes"])
    return tuple(marker) if isinstance(marker, list) else marker


def write_transform(artist: Mpl, axes: Mpl) -> Json:
    """The name of the coordinates the artist lives in, with a matrix if it is moved in them."""
    from matplotlib.artist import Artist

    if artist.get_figure(root=False) is None:  # a part that another artist draws
        return "unknown"
    transform = Artist.get_transform(artist)
    for name, known in _coordinates(artist, axes).items():
        if transform == known:
            return name
    base = "data" if axes is not None else "figure"
    moved = transform - _coordinates(artist, axes)[base]
    return [base, plain(moved.get_matrix())] if moved.is_affine else "unknown"


def read_transform(record: Json, axes: Mpl, figure: Mpl) -> Mpl:
    """The transform of that name."""
    known = _axes_coordinates(axes) if axes is not None else {}
    known["figure"] = ground = figure.transSubfigure
    if isinstance(record, list):
        return Affine2D(np.array(record[1], float)) + known.get(record[0], ground)
    return known.get(record, known.get("data", ground))


def _coordinates(artist: Mpl, axes: Mpl) -> dict[str, Mpl]:
    known = _axes_coordinates(axes) if axes is not None else {}
    figure = artist.get_figure(root=False)
    return {
        **known,
        "figure": figure.transSubfigure,
        "root": figure.get_figure(root=True).transFigure,
    }


def _axes_coordinates(axes: Mpl) -> dict[str, Mpl]:
    return {
        "data": axes.transData,
        "axes": axes.transAxes,
        "x": axes.get_xaxis_transform("grid"),
        "y": axes.get_yaxis_transform("grid"),
    }


_NORMS: Final[dict[str, tuple[str, ...]]] = {
    "Normalize": (),
    "LogNorm": (),
    "NoNorm": (),
    "PowerNorm": ("gamma",),
    "TwoSlopeNorm": ("vcenter",),
    "CenteredNorm": ("vcenter", "halfrange"),
    "AsinhNorm": ("linear_width",),
    "SymLogNorm": ("linthresh", "linscale", "base"),
    "BoundaryNorm": ("boundaries", "Ncmap", "extend"),
}
_OF_THE_SCALE: Final = {"linear_width", "linthresh", "linscale", "base"}


def write_norm(norm: Mpl) -> Json:
    """Class, ends and parameters of a norm."""
    kind = type(norm).__name__
    record = {"kind": kind, "vmin": plain(norm.vmin), "vmax": plain(norm.vmax)}
    record["clip"] = bool(getattr(norm, "clip", False))
    for name in _NORMS.get(kind, ()):
        holder = norm._scale if name in _OF_THE_SCALE and hasattr(norm, "_scale") else norm
        record[name] = plain(getattr(holder, name))
    return record


def read_norm(record: Json) -> Mpl:
    """The norm; a linear one for a class that is not matplotlib's own."""
    kind = record["kind"] if record["kind"] in _NORMS else "Normalize"
    known: dict[str, Any] = {
        name: number(record[name]) if isinstance(record[name], dict) else record[name]
        for name in (*_NORMS[kind], "vmin", "vmax", "clip")
        if record.get(name) is not None
    }
    if kind == "BoundaryNorm":
        extend = known.get("extend", "neither")
        return colors.BoundaryNorm(known["boundaries"], known["Ncmap"], extend=extend)
    if kind == "CenteredNorm":
        return colors.CenteredNorm(known["vcenter"], known.get("halfrange"), known["clip"])
    return getattr(colors, kind)(**known)  # kind is one of _NORMS


def write_cmap(cmap: Mpl) -> Json:
    """A colour map's name, and its table where matplotlib has no such map of that name."""
    try:
        known = mpl.colormaps[cmap.name] == cmap
    except KeyError:
        known = False
    if known:
        return {"name": cmap.name}
    table = cmap(np.arange(cmap.N))
    edges = [[float(part) for part in edge] for edge in _edges(cmap)]
    return {"name": cmap.name, "table": plain(table), "edges": edges}


def _edges(cmap: Mpl) -> tuple[Mpl, Mpl, Mpl]:
    return cmap.get_bad(), cmap.get_under(), cmap.get_over()


def read_cmap(record: Json) -> Mpl:
    """The colour map."""
    if "table" not in record:
        return mpl.colormaps[record["name"]]
    bad, under, over = map(tuple, record["edges"])
    table = colors.ListedColormap(record["table"], name=record["name"])
    return table.with_extremes(bad=bad, under=under, over=over)


def write_mapping(mappable: Mpl) -> dict[str, Json]:
    """How numbers become colours."""
    return {"cmap": write_cmap(mappable.get_cmap()), "norm": write_norm(mappable.norm)}


def read_mapping(record: Json) -> dict[str, Mpl]:
    """Keywords cmap and norm."""
    return {"cmap": read_cmap(record["cmap"]), "norm": read_norm(record["norm"])}
