"""Collections: scatter, fill_between, error bars' lines, hexbin: paths at offsets in colours."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import collections
from matplotlib.path import Path
from matplotlib.transforms import AffineDeltaTransform, IdentityTransform

from intaglio.figures._columns import Array, Json, Mpl, Values
from intaglio.figures._kind import Drawing, Writing
from intaglio.figures._style import (
    plain,
    read_color,
    read_dashes,
    read_mapping,
    write_color,
    write_dash_list,
    write_mapping,
)

_KINDS = {
    "PathCollection": "scatter",
    "FillBetweenPolyCollection": "fill",
    "LineCollection": "segments",
    "Path3DCollection": "scatter3d",
    "Poly3DCollection": "surface",
    "Line3DCollection": "segments3d",
}


def write_collection(page: Writing, collection: Mpl) -> dict[str, Json]:
    """Paths, offsets, sizes, the numbers behind the colours, and the colours."""
    kind = _KINDS.get(type(collection).__name__, "collection")
    offsets = None if collection._offsets is None else collection.get_offsets()
    data: dict[str, Values] = {}
    if offsets is not None:
        data = {"x": offsets[:, 0], "y": offsets[:, 1]}
    if len(getattr(collection, "get_sizes", list)()):
        data["size"] = collection.get_sizes()
    record = page.record(
        kind, collection, **data, **path_columns(collection.get_paths()), **colors_of(collection)
    )
    record["style"] = collection_style(collection)
    record["offsets_in"] = _offsets_in(page, collection) if offsets is not None else None
    transforms = getattr(collection, "_transforms", ())
    if len(transforms) and "size" not in data:
        record["matrices"] = plain(np.asarray(transforms))
    return record


def _offsets_in(page: Writing, collection: Mpl) -> Json:
    transform = collection.get_offset_transform()
    if isinstance(transform, AffineDeltaTransform):
        return "delta"
    known = {"data": page.axes.transData, "axes": page.axes.transAxes}
    return next((name for name, value in known.items() if transform == value), "display")


def _offset_transform(page: Drawing, name: Json) -> Mpl:
    axes = page.axes
    if name == "delta":  # offsets move shapes that are in data coordinates themselves
        return AffineDeltaTransform(axes.transData)
    return {"data": axes.transData, "axes": axes.transAxes}.get(name, IdentityTransform())


def path_columns(paths: Sequence[Path]) -> dict[str, Array]:
    """All vertices one after another, where each path starts, and codes where any path has some."""
    if not paths:
        return {}
    vertices = [np.asarray(path.vertices).reshape(-1, 2) for path in paths]
    counts = [len(points) for points in vertices]
    columns: dict[str, Array] = {
        "vertices": np.concatenate(vertices),
        "starts": np.cumsum([0, *counts[:-1]]),
    }
    if any(path.codes is not None for path in paths):
        columns["codes"] = np.concatenate([_codes(path) for path in paths])
    return columns


def _codes(path: Mpl) -> Array:
    if path.codes is not None:
        return np.asarray(path.codes)
    codes = np.full(len(path.vertices), Path.LINETO, np.uint8)
    codes[:1] = Path.MOVETO
    return codes


def read_paths(page: Drawing, record: Json) -> list[Path]:
    """The paths of `path_columns`."""
    return [Path(vertices, codes) for vertices, codes in read_pieces(page, record)]


def read_pieces(page: Drawing, record: Json) -> list[tuple[Array, Array | None]]:
    """Vertices and codes of each path."""
    starts = page.column(record, "starts")
    if starts is None:
        return []
    vertices, codes = page.column(record, "vertices"), page.column(record, "codes")
    pieces = np.split(np.asarray(vertices), starts[1:])
    marks = [None] * len(pieces) if codes is None else np.split(codes, starts[1:])
    return list(zip(pieces, marks, strict=True))


def colors_of(collection: Mpl) -> dict[str, Values]:
    """Columns: "c", the numbers behind the colours; many colours or widths, one a part."""
    found = {
        "facecolors": _explicit(collection, "face"),
        "edgecolors": _explicit(collection, "edge"),
        "linewidths": np.atleast_1d(np.asarray(collection._us_lw, float)),
    }
    many = {key: v for key, v in found.items() if isinstance(v, np.ndarray) and len(v) > 1}
    return {"c": collection.get_array(), **many}


def _explicit(collection: Mpl, part: str) -> Any:  # noqa: ANN401 - an (N, 4) array, or a word
    """The colours that were asked for, or the word that says where they come from."""
    mapped = getattr(collection, f"_{part}_is_mapped")
    asked = getattr(collection, f"_original_{part}color")
    if isinstance(asked, str) and asked.lower() in ("none", "face"):
        return asked.lower()
    if mapped and collection.get_array() is not None:
        return "mapped"
    shown = getattr(collection, f"_{part}color3d", getattr(collection, f"_{part}colors"))
    return shown if isinstance(shown, str) else np.asarray(shown, float).reshape(-1, 4)


def collection_style(collection: Mpl) -> dict[str, Json]:
    """Everything of a collection but paths, places and numbers."""
    style: dict[str, Json] = {
        "linestyles": write_dash_list(collection),
        "antialiaseds": plain(collection.get_antialiaseds()),
        "hatch": collection.get_hatch(),
        "capstyle": collection.get_capstyle() and str(collection.get_capstyle()),
        "joinstyle": collection.get_joinstyle() and str(collection.get_joinstyle()),
    }
    for part in ("face", "edge"):
        value = _explicit(collection, part)
        if isinstance(value, str):
            style[f"{part}colors"] = value
        elif len(value) <= 1:
            style[f"{part}colors"] = write_color(value[0]) if len(value) else "none"
    widths = np.atleast_1d(np.asarray(collection._us_lw, float))
    if len(widths) == 1:
        style["linewidths"] = float(widths[0])
    if collection.get_array() is not None:
        style |= write_mapping(collection)
    return style


def collection_keywords(page: Drawing, record: Json) -> dict[str, Mpl]:
    """Keywords of Collection."""
    style = record["style"]
    keywords: dict[str, Mpl] = {
        "linestyles": [read_dashes(dashes) for dashes in style["linestyles"]],
        "antialiaseds": style["antialiaseds"],
        "hatch": style["hatch"],
        "capstyle": style["capstyle"],
        "joinstyle": style["joinstyle"],
    }
    for name in ("facecolors", "edgecolors", "linewidths"):
        value = page.column(record, name)
        value = read_color(style.get(name)) if value is None else value
        keywords[name] = None if isinstance(value, str) and value == "mapped" else value
    if "cmap" in style:
        keywords |= read_mapping(style)
    return keywords


def draw_collection(page: Drawing, record: Json) -> Mpl:
    """Draw a collection of any kind in the plane."""
    keywords = collection_keywords(page, record)
    if record["offsets_in"] is not None:
        x, y = page.column(record, "x"), page.column(record, "y")
        keywords["offsets"] = np.ma.column_stack([x, y])
        keywords["offset_transform"] = _offset_transform(page, record["offsets_in"])
    paths, sizes = read_paths(page, record), page.column(record, "size")
    if sizes is not None:
        collection: Mpl = collections.PathCollection(paths, sizes, **keywords)
        collection.set_transform(IdentityTransform())
    else:
        collection = _without_sizes(record, paths, keywords)
        collection.set_transform(page.transform(record))
    if "matrices" in record:
        collection._transforms = np.array(record["matrices"], float)
    color_by(page, record, collection)
    page.axes.add_collection(collection, autolim=False)
    return page.finish(collection, record)


def _without_sizes(record: Json, paths: list[Path], keywords: dict[str, Mpl]) -> Mpl:
    """The class decides the entry in a legend, and whether colours go to edges or faces."""
    if record["class"] in ("LineCollection", "EventCollection"):
        made: Mpl = collections.LineCollection([], colors=keywords.pop("edgecolors"), **keywords)
    else:
        made = collections.PolyCollection([], **keywords)
    made._paths = paths
    return made


def color_by(page: Drawing, record: Json, collection: Mpl) -> None:
    """Give a collection the numbers behind its colours."""
    numbers = page.column(record, "c")
    if record["class"] == "PolyQuadMesh":  # masked cells of pcolor have no path
        numbers = np.ma.compressed(numbers)
    if numbers is not None:
        collection.set_array(numbers)
