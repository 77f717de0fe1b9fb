"""Fields: imshow, pcolormesh, contour and quiver: numbers over a plane."""

import numpy as np
from matplotlib import collections, image
from matplotlib.contour import ContourSet
from matplotlib.path import Path
from matplotlib.quiver import Quiver

from intaglio.figures._collections import (
    collection_keywords,
    collection_style,
    color_by,
    colors_of,
    path_columns,
    read_pieces,
)
from intaglio.figures._columns import Json, Mpl, Values
from intaglio.figures._kind import Drawing, Writing
from intaglio.figures._style import (
    plain,
    read_color,
    read_dashes,
    read_mapping,
    write_dash_list,
    write_mapping,
)

_IMAGE = ("interpolation", "interpolation_stage", "resample", "filternorm", "filterrad")
_QUIVER = (
    *("scale", "scale_units", "units", "angles", "width", "pivot", "headwidth", "headlength"),
    *("headaxislength", "minshaft", "minlength"),
)
_QUIVER_STYLE = ("facecolors", "edgecolors", "linewidths", "antialiaseds", "cmap", "norm")


def write_image(page: Writing, shown: Mpl) -> dict[str, Json]:
    """The array of imshow or matshow, and where it lies."""
    data = {"data": shown.get_array()}
    alpha = shown.get_alpha()
    if np.ndim(alpha):
        data["alpha"] = alpha
    record = page.record("image", shown, **data)
    if np.ndim(alpha):
        record["common"].pop("alpha")
    return {
        **record,
        **{name: plain(getattr(shown, f"get_{name}")()) for name in _IMAGE},
        "extent": plain(shown.get_extent()),
        "origin": shown.origin,
        **write_mapping(shown),
    }


def draw_image(page: Drawing, record: Json) -> Mpl:
    """Draw an image."""
    keywords = {name: record[name] for name in (*_IMAGE, "extent", "origin")}
    shown = image.AxesImage(page.axes, **keywords, **read_mapping(record))
    shown.set_data(page.column(record, "data"))
    shown.set_transform(page.transform(record))
    alpha = page.column(record, "alpha")
    if alpha is not None:
        shown.set_alpha(alpha)
    page.axes.add_image(shown)
    return page.finish(shown, record)


def write_mesh(page: Writing, mesh: Mpl) -> dict[str, Json]:
    """The numbers of pcolormesh and the corners of its cells, one-dimensional where they may be."""
    corners = np.asarray(mesh.get_coordinates())
    x, y = corners[..., 0], corners[..., 1]
    straight = bool((x == x[:1]).all() and (y == y[:, :1]).all())
    grid: dict[str, Values] = {"x": x[0], "y": y[:, 0]} if straight else {"x": x, "y": y}
    record = page.record("mesh", mesh, **grid, **colors_of(mesh))
    record |= {"shading": mesh._shading, "style": collection_style(mesh)}
    return {**record, "antialiased": bool(mesh._antialiased)}


def draw_mesh(page: Drawing, record: Json) -> Mpl:
    """Draw a mesh."""
    x, y = (np.asarray(page.column(record, key)) for key in "xy")
    if x.ndim == 1:
        x, y = np.meshgrid(x, y)
    keywords = collection_keywords(page, record)
    keywords.pop("antialiaseds")
    mesh = collections.QuadMesh(
        np.stack([x, y], axis=-1),
        antialiased=record["antialiased"],
        shading=record["shading"],
        **keywords,
    )
    color_by(page, record, mesh)
    mesh.set_transform(page.transform(record))
    page.axes.add_collection(mesh, autolim=False)
    return page.finish(mesh, record)


def write_contour(page: Writing, contour: Mpl) -> dict[str, Json]:
    """The levels, and each level's path; what was contoured only `capture` keeps."""
    data: dict[str, Values] = {"levels": contour.levels, "layers": contour.cvalues}
    solid = getattr(contour, "_3dverts_codes", None)
    if solid is None:
        data |= path_columns(contour.get_paths())
    else:  # in space; matplotlib computes the shown part again for each view
        flat = path_columns([Path(vertices[:, :2], codes) for vertices, codes in solid])
        data |= {**flat, "vertices": np.concatenate([vertices for vertices, _ in solid])}
    record = page.record("contour", contour, **data)
    colored = contour.colors
    return {
        **record,
        **write_mapping(contour),
        "filled": bool(contour.filled),
        "extend": contour.extend,
        "hatches": plain(contour.hatches),
        "colors": None
        if colored is None
        else plain(contour.get_facecolor().tolist() or contour.get_edgecolor()),
        "linewidths": plain(contour.get_linewidths()),
        "linestyles": write_dash_list(contour),
        "antialiased": plain(contour.antialiased) if hasattr(contour, "antialiased") else None,
    }


def draw_contour(page: Drawing, record: Json) -> Mpl:
    """Draw contours from their paths."""
    paths = read_pieces(page, record)
    filled = record["filled"]
    keywords: dict[str, Mpl] = {"filled": filled, "extend": record["extend"]}
    if filled:
        keywords["hatches"] = record["hatches"]
    else:
        keywords["linewidths"] = record["linewidths"]
        keywords["linestyles"] = [read_dashes(dashes) for dashes in record["linestyles"]]
    mapping = read_mapping(record)
    if record["colors"] is not None:
        mapping = {"colors": [read_color(color) for color in record["colors"]]}
    levels = page.column(record, "levels")
    nothing: list[Mpl] = [[np.zeros((1, 2))]] * (len(levels) - filled)  # extend= adds paths
    contour: Mpl = ContourSet(
        page.axes,
        levels,
        nothing,
        alpha=record["common"].get("alpha"),
        **keywords,
        **mapping,
    )
    if page.axes.name == "3d":
        from mpl_toolkits.mplot3d import art3d

        art3d.collection_2d_to_3d(contour)
        contour._3dverts_codes = paths
    else:
        contour.set_paths([Path(vertices, codes) for vertices, codes in paths])
    return page.finish(contour, record, alpha=False)


def write_quiver(page: Writing, quiver: Mpl) -> dict[str, Json]:
    """The arrows' feet and components; the scale that was chosen when it was drawn."""
    angles = quiver.angles
    uv = {name: np.ma.MaskedArray(getattr(quiver, name), quiver.Umask) for name in ("U", "V")}
    data = {"x": quiver.X, "y": quiver.Y, **{name.lower(): part for name, part in uv.items()}}
    if not isinstance(angles, str):
        data["angles"] = angles
    record = page.record("quiver", quiver, **data, **colors_of(quiver))
    record |= {name: plain(getattr(quiver, name)) for name in _QUIVER if name not in data}
    return {**record, "style": collection_style(quiver)}


def draw_quiver(page: Drawing, record: Json) -> Mpl:
    """Draw arrows."""
    style = collection_keywords(page, record)
    keywords = {name: record[name] for name in _QUIVER if record.get(name) is not None}
    if page.column(record, "angles") is not None:
        keywords["angles"] = page.column(record, "angles")
    shown = {name: style[name] for name in _QUIVER_STYLE if style.get(name) is not None}
    columns = (page.column(record, key) for key in ("x", "y", "u", "v", "c"))
    filled = [column for column in columns if column is not None]
    make: Mpl = Quiver
    quiver = make(page.axes, *filled, **keywords, **shown)
    page.axes.add_collection(quiver, autolim=False)
    return page.finish(quiver, record)
