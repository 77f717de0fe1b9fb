"""Axes: everything in one coordinate system, written down and drawn again."""

import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import numpy as np
from matplotlib import collections, contour, image, lines, patches, quiver, text
from matplotlib.artist import Artist
from matplotlib.container import BarContainer, ErrorbarContainer, StemContainer
from matplotlib.legend import Legend

from intaglio._records.schema import SchemaError
from intaglio.figures import _grids, _lines, _mplot3d, _patches, _texts
from intaglio.figures._axis import apply_scale, apply_unit
from intaglio.figures._collections import draw_collection, write_collection
from intaglio.figures._columns import Json, Mpl, read_column
from intaglio.figures._frame import apply_frame, write_frame
from intaglio.figures._kind import Drawer, Drawing, Writer, Writing
from intaglio.figures._schema import artist as check_artist
from intaglio.figures._schema import check_columns

_WRITERS_BY_NAME: Final[dict[str, Writer]] = {
    "Line3D": _lines.write_line_3d,
    "Path3DCollection": _mplot3d.write_scatter_3d,
    "Poly3DCollection": _mplot3d.write_surface,
    "Line3DCollection": _mplot3d.write_segments_3d,
}
_WRITERS: Final[tuple[tuple[type, Writer], ...]] = (
    (lines.AxLine, _lines.write_straight),
    (lines.Line2D, _lines.write_line),
    (contour.ContourSet, _grids.write_contour),
    (quiver.Quiver, _grids.write_quiver),
    (collections.QuadMesh, _grids.write_mesh),
    (text.Text, _texts.write_text),
    (Legend, _texts.write_legend),
)
_NOT_AS_PATHS: Final = (
    *("Barbs", "FancyArrowPatch", "ConnectionPatch", "Patch3D", "PathPatch3D", "Patch3DCollection"),
    *("NonUniformImage", "PcolorImage", "FigureImage", "TriMesh", "RegularPolyCollection"),
)
DRAWERS: Final[dict[str, Drawer]] = {
    "line": _lines.draw_line,
    "axline": _lines.draw_straight,
    "line3d": _lines.draw_line_3d,
    "image": _grids.draw_image,
    "mesh": _grids.draw_mesh,
    "contour": _grids.draw_contour,
    "quiver": _grids.draw_quiver,
    "bar": _patches.draw_bars,
    "patch": _patches.draw_patch,
    "scatter": draw_collection,
    "fill": draw_collection,
    "segments": draw_collection,
    "collection": draw_collection,
    "scatter3d": _mplot3d.draw_scatter_3d,
    "surface": _mplot3d.draw_surface,
    "segments3d": _mplot3d.draw_segments_3d,
    "text": _texts.draw_text,
}
_GROUPS: Final = {ErrorbarContainer: "errorbar", StemContainer: "stem"}


def maybe_writer(artist: Artist) -> Writer | None:
    """What writes artists of that type; None if nothing does."""
    name = type(artist).__name__
    if name in _WRITERS_BY_NAME:
        return _WRITERS_BY_NAME[name]
    if name in _NOT_AS_PATHS:
        return None
    for kind, writer in _WRITERS:
        if isinstance(artist, kind):
            return writer
    if type(artist) is image.AxesImage:
        return _grids.write_image
    if isinstance(artist, patches.Patch):
        return _patches.write_patch
    return write_collection if isinstance(artist, collections.Collection) else None


def write_artists(page: Writing, artists: list[Artist], bars: list[BarContainer]) -> list[Json]:
    """Records in the order in which artists are drawn; the bars of one call are one."""
    bar_of = {id(bar): container for container in bars for bar in container.patches}
    done: set[int] = set()
    records = []
    for artist in artists:
        container = bar_of.get(id(artist))
        if container is not None:
            if id(container) not in done:
                done.add(id(container))
                records.append(_allowed(page, _patches.write_bars(page, container)))
            continue
        writer = maybe_writer(artist)
        if writer is not None:
            records.append(_allowed(page, writer(page, artist)))
        elif not isinstance(artist, Artist) or artist.get_visible():
            records.append(_allowed(page, page.record("other", artist, **_values_of(artist))))
    return records


_BARE: Final[dict[str, Json]] = {
    "kind": "other",
    "class": "Artist",
    "label": None,
    "transform": "unknown",
    "common": {},
}


def _allowed(page: Writing, record: Json) -> Json:
    """A record that `load_figure` takes: if need be only the values, which replot cannot draw."""
    name = record["name"]
    try:
        found = check_artist(record)
        columns = {k: read_column(c, page.store.arrays) for k, c in record["data"].items()}
        check_columns(found, columns)
    except SchemaError as problem:
        message = f"savefig keeps the values of {name}, but replot() cannot draw it: {problem}"
        warnings.warn(message, stacklevel=2)
    else:
        return found
    with suppress(SchemaError):
        return check_artist({**record, "kind": "other"})
    return check_artist({"name": name, "data": record["data"], **_BARE})


def _values_of(artist: Artist) -> dict[str, Mpl]:
    """The numbers that an artist of an unknown kind keeps as others do."""
    numbers = getattr(artist, "get_array", lambda: None)()
    found = {"c": numbers, **{key: getattr(artist, key, None) for key in "xyuv"}}
    return {key: value for key, value in found.items() if isinstance(value, np.ndarray)}


def write_axes(page: Writing) -> dict[str, Json]:
    """Everything in `page.axes` but what it shares with other axes."""
    axes = page.axes
    colorbar = getattr(axes, "_colorbar", None)
    bars = [c for c in axes.containers if _patches.are_plain_bars(c, axes)]
    own = [] if colorbar is not None else _own_artists(axes)
    artists = write_artists(page, own, bars)
    return {
        "name": page.place,
        **write_frame(axes),
        "artists": artists,
        "groups": _write_groups(page),
    }


def _own_artists(axes: Mpl) -> list[Artist]:
    frame = {id(axes.patch), *map(id, axes.spines.values())}
    frame |= {id(title) for title in (axes.title, axes._left_title, axes._right_title)}
    frame |= {id(getattr(axes, f"{name}axis", None)) for name in "xyz"}
    frame |= {id(child) for child in axes.child_axes}
    return [artist for artist in axes.get_children() if id(artist) not in frame]


def _write_groups(page: Writing) -> list[Json]:
    """Error bars and stems: which artists belong together."""
    groups = []
    for container in page.axes.containers:
        kind = next((word for cls, word in _GROUPS.items() if isinstance(container, cls)), None)
        if kind is None:
            continue
        label = str(container.get_label())
        parts = {key: _names(page, part) for key, part in _parts(container, kind).items()}
        group = {"kind": kind, "label": None if label.startswith("_") else label, "parts": parts}
        if kind == "errorbar":
            group |= {"has_xerr": container.has_xerr, "has_yerr": container.has_yerr}
        groups.append(group)
    return groups


def _parts(container: Mpl, kind: str) -> dict[str, Mpl]:
    if kind == "errorbar":
        return dict(zip(("line", "caps", "bars"), container.lines, strict=True))
    return {"line": container[0], "bars": [container[1]], "base": container[2]}


def _names(page: Writing, part: Mpl) -> Json:
    if isinstance(part, list | tuple):
        return [_names(page, item) for item in part]
    return page.names.get(id(part))


def draw_axes(page: Drawing, record: Json, warn: Callable[[str], None]) -> None:
    """Draw everything of a record into `page.axes`, which are new."""
    axes = page.axes
    for name, axis in record["axis"].items():
        apply_unit(getattr(axes, f"{name}axis"), axis)
        if record["colorbar"] is not None:  # it has set its own
            continue
        if not apply_scale(getattr(axes, f"{name}axis"), axis, name):
            warn(f"the scale {axis['scale']['name']!a} of {record['name']}.{name}")
    legends = [artist for artist in record["artists"] if artist["kind"] == "legend"]
    for artist in record["artists"]:
        if artist["kind"] in DRAWERS:
            DRAWERS[artist["kind"]](page, artist)
        elif artist["kind"] != "legend":
            warn(artist["class"])
    for group in record["groups"]:
        _draw_group(page, group)
    apply_frame(axes, record)
    if legends:
        handles, labels = axes.get_legend_handles_labels()
        for legend in legends:
            _texts.draw_legend(page, legend, dict(zip(labels, handles, strict=True)))


def _draw_group(page: Drawing, group: Json) -> None:
    parts = {key: _artists(page, names) for key, names in group["parts"].items()}
    label = group["label"] or "_nolegend_"
    if group["kind"] == "errorbar":
        members = (parts["line"], tuple(parts["caps"]), tuple(parts["bars"]))
        flags = {"has_xerr": group["has_xerr"], "has_yerr": group["has_yerr"]}
        page.axes.add_container(ErrorbarContainer(members, label=label, **flags))
    elif all(part is not None for part in (parts["line"], *parts["bars"])):
        stem: Mpl = (parts["line"], parts["bars"][0], parts["base"])
        page.axes.add_container(StemContainer(stem, label=label))


def _artists(page: Drawing, names: Json) -> Mpl:
    if isinstance(names, list):
        return [_artists(page, name) for name in names]
    return page.drawn.get(names)
