"""The frame: what axes are without their artists: place, axis lines, titles, ground."""

from intaglio.figures import _mplot3d, _texts
from intaglio.figures._axis import apply_axis, apply_ticks, write_axis
from intaglio.figures._columns import Json, Mpl
from intaglio.figures._style import plain, read_color, write_color, write_dashes

_MOVABLE = ("left", "right", "top", "bottom")  # spines


def write_frame(axes: Mpl) -> dict[str, Json]:
    """Everything of axes but their artists, and what they share with others."""
    names = ["x", "y", *(["z"] if axes.name == "3d" else [])]
    colorbar = getattr(axes, "_colorbar", None)  # its place is found by its own locator again
    placed = axes.get_axes_locator() is not None and colorbar is None
    return {
        "projection": axes.name,
        "position": plain(axes.get_position(original=not placed).bounds),
        "aspect": plain(axes.get_aspect()),
        "adjustable": axes.get_adjustable(),
        "anchor": plain(axes.get_anchor()),
        "box_aspect": plain(axes.get_box_aspect()) if axes.name != "3d" else None,
        "facecolor": write_color(axes.get_facecolor()),
        "patch_visible": bool(axes.patch.get_visible()),
        "frame_on": axes.name == "3d" or bool(axes.get_frame_on()),
        "axis_on": bool(axes.axison),
        "axis_below": plain(axes.get_axisbelow()),
        "zorder": plain(axes.get_zorder()),
        "visible": bool(axes.get_visible()),
        "label": axes.get_label(),
        "titles": {loc: _write_title(axes, loc) for loc in ("center", "left", "right")},
        "axis": {name: write_axis(getattr(axes, f"{name}axis"), name) for name in names},
        "spines": {name: _write_spine(spine) for name, spine in axes.spines.items()},
        "view": _mplot3d.write_view(axes) if axes.name == "3d" else None,
        "polar": _write_polar(axes) if axes.name == "polar" else None,
    }


def _write_title(axes: Mpl, loc: str) -> Json:
    title = {"center": axes.title, "left": axes._left_title, "right": axes._right_title}[loc]
    pad = axes.titleOffsetTrans.get_matrix()[1, 2] * 72 / axes.get_figure(root=True).dpi
    return {"text": title.get_text(), "pad": plain(pad), "style": _texts.text_style(title)}


def _is_movable(spine: Mpl) -> bool:
    """Tell spines that have a position; asking others for it would move them."""
    return spine.axes.name == "rectilinear" and spine.spine_type in _MOVABLE


def _write_spine(spine: Mpl) -> Json:
    position = spine.get_position() if _is_movable(spine) else None
    return {
        "visible": bool(spine.get_visible()),
        "color": write_color(spine.get_edgecolor()),
        "linewidth": plain(spine.get_linewidth()),
        "linestyle": write_dashes(spine),
        "position": plain(position),
        "bounds": plain(spine.get_bounds()) if position is not None else None,
    }


def _write_polar(axes: Mpl) -> Json:
    return {
        "theta_offset": plain(axes.get_theta_offset()),
        "theta_direction": plain(axes.get_theta_direction()),
        "label_place": plain(axes.get_rlabel_position()),
        "rorigin": plain(axes.get_rorigin()),
    }


def apply_frame(axes: Mpl, record: Json) -> None:
    for loc, title in record["titles"].items():
        made = axes.set_title(title["text"], loc=loc, pad=title["pad"])
        _texts.style_text(made, title["style"])
    for name, axis in record["axis"].items():
        apply_axis(getattr(axes, f"{name}axis"), axis, name)
    if record["view"] is not None:
        _mplot3d.apply_view(axes, record["view"])
    else:
        axes.set_aspect(record["aspect"], adjustable=record["adjustable"])
        axes.set_box_aspect(record["box_aspect"])
    if record["polar"] is not None:
        _apply_polar(axes, record["polar"])
    anchor = record["anchor"]
    axes.set_anchor(anchor if isinstance(anchor, str) else tuple(anchor))
    axes.set_facecolor(read_color(record["facecolor"]))
    axes.patch.set_visible(record["patch_visible"])
    axes.set_axisbelow(record["axis_below"])
    axes.set_zorder(record["zorder"])
    axes.set_visible(record["visible"])
    axes.set_label(record["label"])
    if axes.name != "3d":
        axes.set_frame_on(record["frame_on"])
        if not record["axis_on"]:
            axes.set_axis_off()
    for name, spine in record["spines"].items():
        if name in axes.spines:
            _apply_spine(axes.spines[name], spine)


def draw_ticks(axes: Mpl, record: Json) -> None:
    """Set the ticks of axes that have their final place."""
    for name, axis in record["axis"].items():
        apply_ticks(getattr(axes, f"{name}axis"), axis)


def _apply_spine(spine: Mpl, record: Json) -> None:
    position = record["position"]
    if position is not None and _write_spine(spine)["position"] != position:
        spine.set_position(tuple(position) if isinstance(position, list) else position)
    spine.set_visible(record["visible"])
    spine.set_color(read_color(record["color"]))
    spine.set_linewidth(record["linewidth"])
    if record["bounds"] is not None and _write_spine(spine)["bounds"] != record["bounds"]:
        spine.set_bounds(*record["bounds"])


def _apply_polar(axes: Mpl, polar: Json) -> None:
    axes.set_theta_offset(polar["theta_offset"])
    axes.set_theta_direction(polar["theta_direction"])
    axes.set_rlabel_position(polar["label_place"])
    axes.set_rorigin(polar["rorigin"])
