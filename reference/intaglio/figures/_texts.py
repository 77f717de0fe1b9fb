"""Words: texts, annotations and legends."""

from typing import Final

from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import BoxStyle, Patch
from matplotlib.text import Annotation, Text

from intaglio.figures._columns import Json, Mpl
from intaglio.figures._kind import Drawing, Writing
from intaglio.figures._lines import line_keywords, line_style
from intaglio.figures._patches import patch_keywords, patch_style
from intaglio.figures._schema.texts import ARROW_COLORS
from intaglio.figures._style import plain, read_color, write_color

_STYLE: Final = (
    *("fontsize", "fontweight", "fontstyle", "fontfamily", "fontvariant"),
    *("horizontalalignment", "verticalalignment", "rotation_mode", "math_fontfamily"),
    *("parse_math", "wrap"),
)
_LEGEND: Final = (
    *("borderpad", "labelspacing", "handlelength", "handleheight", "handletextpad"),
    *("borderaxespad", "columnspacing", "numpoints", "markerscale", "scatterpoints"),
)


def text_style(text: Mpl) -> dict[str, Json]:
    """Everything of a text but its words and place."""
    style = {name: plain(getattr(text, f"get_{name}")()) for name in _STYLE}
    return {
        **style,
        "color": write_color(text.get_color()),
        "rotation": plain(text.get_rotation()),
        "alpha": plain(text.get_alpha()),
        "visible": bool(text.get_visible()),
        "linespacing": plain(text._linespacing),
        "multialignment": text._multialignment,
        "rotates_with_axes": bool(text.get_transform_rotates_text()),
    }


def style_text(text: Text, style: Json) -> None:
    """Give a text its style. TeX is never switched on by a file: it could read others."""
    for name in (*_STYLE, "rotation", "alpha", "visible", "linespacing"):
        getattr(text, f"set_{name}")(style[name])
    text.set_color(read_color(style["color"]))
    text.set_usetex(False)
    if style["multialignment"] is not None:
        text.set_multialignment(style["multialignment"])
    text.set_transform_rotates_text(style["rotates_with_axes"])


def write_text(page: Writing, text: Mpl) -> dict[str, Json]:
    """A text, and the arrow of an annotation where its parts have a form in JSON."""
    record = page.record("text", text)
    record |= {"text": text.get_text(), "style": text_style(text), "box": _write_box(text)}
    record["common"].pop("alpha", None)
    if isinstance(text, Annotation):
        point = _write_point(page, text, text.xy, text.xycoords)
        words = _write_point(page, text, text.xyann, text.anncoords)
        coords = [c if isinstance(c, str) else "data" for c in (text.xycoords, text.anncoords)]
        arrow = _write_arrow(text.arrowprops)
        return {**record, "xy": point, "xytext": words, "coords": coords, "arrow": arrow}
    if hasattr(text, "get_position_3d"):
        return {**record, "xyz": plain(text.get_position_3d()), "zdir": plain(text._dir_vec)}
    return {**record, "xy": plain(text.get_unitless_position())}


def _write_arrow(arrow: Mpl) -> Json:
    if arrow is None:
        return None
    return {
        key: write_color(value) if key in ARROW_COLORS else plain(value)
        for key, value in arrow.items()
    }


def _write_point(page: Writing, text: Mpl, point: Mpl, coords: Mpl) -> Json:
    """A point in coordinates that have a name; in others (an artist's) where it lay when drawn."""
    x, y = point
    if isinstance(coords, str):
        if coords == "data":
            x, y = text.convert_xunits(x), text.convert_yunits(y)
        return plain([x, y])
    shown = text._get_xy(text.get_figure(root=True)._get_renderer(), point, coords)
    return plain(page.axes.transData.inverted().transform(shown))


def _write_box(text: Mpl) -> Json:
    box = text.get_bbox_patch()
    if box is None:
        return None
    style = box.get_boxstyle()
    name = next(key for key, kind in BoxStyle.get_styles().items() if isinstance(style, kind))
    return {"boxstyle": name, "parts": plain(vars(style)), **patch_style(box)}


def _box_keywords(box: Json) -> dict[str, Mpl]:
    style = BoxStyle.get_styles()[box["boxstyle"]](**box["parts"])  # both from closed tables
    return {"boxstyle": style, **patch_keywords(box)}


def draw_text(page: Drawing, record: Json) -> Mpl:
    """Draw a text or an annotation."""
    where = page.axes if page.axes is not None else page.figure
    if "xyz" in record:
        text = where.text(*record["xyz"], record["text"], zdir=tuple(record["zdir"]))
    elif "coords" in record:
        xycoords, textcoords = record["coords"]
        text = where.annotate(
            record["text"],
            record["xy"],
            record["xytext"],
            xycoords=xycoords,
            textcoords=textcoords,
            arrowprops=record["arrow"],
            annotation_clip=None,
        )
    else:
        x, y = record["xy"]
        text = where.text(x, y, record["text"], transform=page.transform(record))
    style_text(text, record["style"])
    if record["box"] is not None:
        text.set_bbox(_box_keywords(record["box"]))
    return page.finish(text, record, alpha=False)


def write_legend(page: Writing, legend: Mpl) -> dict[str, Json]:
    """A legend's words and look, and which artists it names."""
    owner = page.axes if page.axes is not None else legend.parent
    box = legend.get_bbox_to_anchor()
    frame = owner.transAxes if page.axes is not None else owner.transSubfigure
    record = page.record("legend", legend)
    title = legend.get_title()
    return {
        **record,
        **{name: plain(getattr(legend, name)) for name in _LEGEND},
        "labels": [text.get_text() for text in legend.get_texts()],
        "handles": [_write_handle(handle) for handle in legend.legend_handles],
        "label_style": text_style(legend.get_texts()[0]) if legend.get_texts() else None,
        "title": title.get_text() if title.get_visible() else None,
        "title_style": text_style(title),
        "loc": _write_place(legend, box),
        "anchor": plain(frame.inverted().transform_bbox(box).bounds),
        "columns": int(legend._ncols),
        "mode": legend._mode,
        "alignment": legend._alignment,
        "shadow": bool(legend.shadow),
        "frame_on": bool(legend.get_frame_on()),
        "frame": patch_style(legend.get_frame()),
        "frame_alpha": plain(legend.get_frame().get_alpha()),
        "fancy": isinstance(legend.get_frame().get_boxstyle(), BoxStyle.Round),
    }


def _write_place(legend: Mpl, box: Mpl) -> Json:
    """The place's number; where it was looked for, what was found."""
    if legend._loc_real != 0:
        return plain(legend._loc_real)
    found = legend._legend_box.get_window_extent()
    return [(found.x0 - box.x0) / box.width, (found.y0 - box.y0) / box.height]


def _write_handle(handle: Mpl) -> Json:
    """What stands beside a label, for labels that no artist has."""
    if isinstance(handle, Line2D):
        return {"line": line_style(handle)}
    return {"patch": patch_style(handle)} if isinstance(handle, Patch) else None


def _read_handle(handle: Json) -> Mpl:
    if handle is None or "patch" in handle:
        return Patch(**patch_keywords(handle["patch"])) if handle else Patch(visible=False)
    return Line2D([], [], **line_keywords(handle["line"]))


def draw_legend(page: Drawing, record: Json, known: dict[str, Mpl]) -> Mpl:
    """Draw a legend for the artists (label -> handle) that have its labels, or for stand-ins."""
    where = page.axes if page.axes is not None else page.figure
    labels = record["labels"]
    pairs = zip(labels, record["handles"], strict=True)
    handles = [known[label] if label in known else _read_handle(handle) for label, handle in pairs]
    x, y, width, height = record["anchor"]
    anchor = (x, y, width, height)
    plain_box = anchor == (0.0, 0.0, 1.0, 1.0)
    loc = record["loc"]
    legend: Mpl = Legend(
        where,
        handles,
        labels,
        loc=tuple(loc) if isinstance(loc, list) else loc,
        bbox_to_anchor=None if plain_box else anchor,
        ncols=record["columns"],
        mode=record["mode"],
        alignment=record["alignment"],
        shadow=record["shadow"],
        frameon=record["frame_on"],
        fancybox=record["fancy"],
        title=record["title"],
        **{name: record[name] for name in _LEGEND},
    )
    for text in legend.get_texts():
        style_text(text, record["label_style"])
    style_text(legend.get_title(), record["title_style"])
    frame = legend.get_frame()
    keywords = patch_keywords(record["frame"])
    frame.set(facecolor=keywords["facecolor"], edgecolor=keywords["edgecolor"])
    frame.set(linewidth=keywords["linewidth"], alpha=record["frame_alpha"])
    if page.axes is not None and page.axes.get_legend() is None:
        page.axes.legend_ = legend
        legend._remove_method = lambda gone: setattr(gone.parent, "legend_", None)
    else:
        (where.add_artist if page.axes is not None else where.legends.append)(legend)
    return page.finish(legend, record, alpha=False)
