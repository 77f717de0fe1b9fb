"""Solids: scatter, surfaces and wire frames of three-dimensional axes."""

from itertools import pairwise

import numpy as np

from intaglio.figures._collections import (
    collection_keywords,
    collection_style,
    color_by,
    colors_of,
    path_columns,
    read_paths,
)
from intaglio.figures._columns import Array, Json, Mpl
from intaglio.figures._kind import Drawing, Writing
from intaglio.figures._style import plain

_SORTS = {"average": "average", "max": "max", "min": "min"}


def write_scatter_3d(page: Writing, points: Mpl) -> dict[str, Json]:
    """Points in space, in the order in which they were passed."""
    x, y, z = points._offsets3d
    record = page.record(
        "scatter3d",
        points,
        x=x,
        y=y,
        z=z,
        size=np.asarray(points._sizes3d),
        **path_columns(points.get_paths()),
        **colors_of(points),
    )
    record["depthshade"] = bool(points.get_depthshade())
    return {**record, "style": collection_style(points)}


def draw_scatter_3d(page: Drawing, record: Json) -> Mpl:
    """Draw points in space."""
    from mpl_toolkits.mplot3d.art3d import Path3DCollection

    keywords = collection_keywords(page, record)
    xyz = [page.column(record, key) for key in "xyz"]
    points = Path3DCollection(
        read_paths(page, record),
        page.column(record, "size"),
        offsets=np.ma.column_stack(xyz[:2]),
        offset_transform=page.axes.transData,
        depthshade=record["depthshade"],
        **keywords,
    )
    from matplotlib.transforms import IdentityTransform

    points.set_transform(IdentityTransform())
    color_by(page, record, points)
    points.set_3d_properties(xyz[2], "z")
    page.axes.add_collection(points, autolim=False)
    return page.finish(points, record)


def write_surface(page: Writing, surface: Mpl) -> dict[str, Json]:
    """The corners of a surface's faces; what was passed to plot_surface only `capture` keeps."""
    corners, counts = _faces(surface)
    record = page.record(
        "surface", surface, corners=corners, starts=_starts(counts), **colors_of(surface)
    )
    record["zsort"] = _SORTS.get(getattr(surface._zsortfunc, "__name__", ""), "average")
    return {**record, "style": collection_style(surface)}


def _faces(surface: Mpl) -> tuple[Array, Array]:
    """All corners, and how many each face has."""
    if not hasattr(surface, "_faces"):  # matplotlib 3.10 keeps them as columns, and slices
        counts = np.array([part.stop - part.start for part in surface._segslices], np.int64)
        return np.asarray(surface._vec)[:3].T, counts
    faces, hidden = np.ma.getdata(surface._faces), surface._invalid_vertices
    if isinstance(hidden, bool):
        return faces.reshape(-1, 3), np.full(len(faces), faces.shape[1] if len(faces) else 0)
    shown = ~np.asarray(hidden)
    return faces[shown], shown.sum(axis=1)


def _starts(counts: Array) -> Array:
    return np.concatenate([[0], np.cumsum(counts)])[: len(counts)].astype(np.int64)


def draw_surface(page: Drawing, record: Json) -> Mpl:
    """Draw a surface from its faces."""
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    corners = np.asarray(page.column(record, "corners"))
    faces = np.split(corners, page.column(record, "starts")[1:])
    keywords = collection_keywords(page, record)
    surface = Poly3DCollection(faces, zsort=record["zsort"], **keywords)
    color_by(page, record, surface)
    page.axes.add_collection(surface, autolim=False)
    return page.finish(surface, record)


def write_segments_3d(page: Writing, lines: Mpl) -> dict[str, Json]:
    """The segments of a wire frame or a contour in space."""
    segments = [np.ma.getdata(segment).reshape(-1, 3) for segment in lines._segments3d]
    corners = np.concatenate(segments) if segments else np.empty((0, 3))
    counts = np.array([len(segment) for segment in segments], np.int64)
    record = page.record(
        "segments3d", lines, corners=corners, starts=_starts(counts), **colors_of(lines)
    )
    return {**record, "style": collection_style(lines)}


def draw_segments_3d(page: Drawing, record: Json) -> Mpl:
    """Draw a wire frame."""
    from mpl_toolkits.mplot3d.art3d import Line3DCollection

    corners = np.asarray(page.column(record, "corners"))
    starts = [*page.column(record, "starts").tolist(), len(corners)]
    segments = [corners[first:stop] for first, stop in pairwise(starts)]
    keywords = collection_keywords(page, record)
    keywords["colors"] = keywords.pop("edgecolors")
    lines = Line3DCollection(segments, **keywords)
    color_by(page, record, lines)
    page.axes.add_collection(lines, autolim=False)
    return page.finish(lines, record)


def write_view(axes: Mpl) -> dict[str, Json]:
    """From where three-dimensional axes are seen."""
    return {
        "elev": plain(axes.elev),
        "azim": plain(axes.azim),
        "roll": plain(axes.roll),
        "vertical_axis": "xyz"[axes._vertical_axis],
        "focal_length": plain(axes._focal_length),
        "box_aspect": plain(axes._box_aspect),
        "computed_zorder": bool(axes.computed_zorder),
        "axis_on": bool(axes._axis3don),
        "grid": bool(axes._draw_grid),
    }


def apply_view(axes: Mpl, view: Json) -> None:
    """Look at three-dimensional axes from there."""
    axes.view_init(view["elev"], view["azim"], view["roll"], vertical_axis=view["vertical_axis"])
    axes._focal_length = (
        float(view["focal_length"]) if isinstance(view["focal_length"], int | float) else np.inf
    )
    axes._box_aspect = np.array(view["box_aspect"], float)
    axes.computed_zorder = view["computed_zorder"]
    axes.grid(view["grid"])
    if not view["axis_on"]:
        axes.set_axis_off()
