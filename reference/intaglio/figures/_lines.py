"""Lines: plot, step, axhline and the like, in two dimensions or three."""

import numpy as np
from matplotlib.lines import AxLine, Line2D

from intaglio.figures._columns import Json, Mpl
from intaglio.figures._kind import Drawing, Writing
from intaglio.figures._style import (
    plain,
    read_color,
    read_dashes,
    read_marker,
    write_color,
    write_dashes,
    write_marker,
)

_COLORS = ("color", "markeredgecolor", "markerfacecolor", "markerfacecoloralt", "gapcolor")
_PLAIN = (
    *("linewidth", "drawstyle", "markersize", "markeredgewidth", "fillstyle", "antialiased"),
    *("dash_capstyle", "dash_joinstyle", "solid_capstyle", "solid_joinstyle"),
)


def write_line(page: Writing, line: Line2D) -> dict[str, Json]:
    """Data as it was passed: before units, before floats."""
    record = page.record("line", line, x=line.get_xdata(orig=True), y=line.get_ydata(orig=True))
    return {**record, "style": line_style(line)}


def write_straight(page: Writing, line: AxLine) -> dict[str, Json]:
    """An endless line (axline): its point, and a second one or a slope."""
    record = page.record("axline", line)
    record |= {"xy1": plain(line.get_xy1()), "xy2": plain(line.get_xy2())}
    return {**record, "slope": plain(line.get_slope()), "style": line_style(line)}


def write_line_3d(page: Writing, line: Mpl) -> dict[str, Json]:
    """A line in space."""
    x, y, z = line.get_data_3d()
    return {**page.record("line3d", line, x=x, y=y, z=z), "style": line_style(line)}


def line_style(line: Line2D) -> dict[str, Json]:
    """Everything of a line but its data."""
    style = {name: write_color(getattr(line, f"get_{name}")()) for name in _COLORS}
    style |= {name: plain(getattr(line, f"get_{name}")()) for name in _PLAIN}
    return {
        **style,
        "linestyle": write_dashes(line),
        "marker": write_marker(line.get_marker()),
        "markevery": _write_every(line.get_markevery()),
    }


def _write_every(every: Mpl) -> Json:
    if isinstance(every, slice):
        return {"slice": [every.start, every.stop, every.step]}
    return plain(every)


def _read_every(every: Json) -> Mpl:
    if isinstance(every, dict):
        return slice(*every["slice"])
    return tuple(every) if isinstance(every, list) and len(every) == 2 else every


def line_keywords(style: Json) -> dict[str, Mpl]:
    """Keywords of Line2D."""
    keywords = {name: read_color(style[name]) for name in _COLORS}
    keywords |= {name: style[name] for name in _PLAIN}
    return {
        **keywords,
        "linestyle": read_dashes(style["linestyle"]),
        "marker": read_marker(style["marker"]),
        "markevery": _read_every(style["markevery"]),
    }


def draw_line(page: Drawing, record: Json) -> Mpl:
    """Draw a line."""
    x, y = (_fit(page.column(record, key)) for key in ("x", "y"))
    line = Line2D(x, y, **line_keywords(record["style"]))
    line.set_transform(page.transform(record))
    if page.axes is None:
        page.figure.add_artist(line)
    else:
        page.axes.add_line(line)
    return page.finish(line, record)


def _fit(values: Mpl) -> Mpl:
    return np.atleast_1d(values)


def draw_straight(page: Drawing, record: Json) -> Mpl:
    """Draw an endless line."""
    keywords = line_keywords(record["style"])
    xy2, slope = record["xy2"], record["slope"]
    line = AxLine(
        record["xy1"], xy2, slope, **keywords
    )  # axes.axline refuses scales that came later
    page.axes.add_artist(line)
    line.set_transform(page.transform(record))
    return page.finish(line, record)


def draw_line_3d(page: Drawing, record: Json) -> Mpl:
    """Draw a line in space."""
    from mpl_toolkits.mplot3d.art3d import Line3D

    xyz = [page.column(record, key) for key in "xyz"]
    line = Line3D(*xyz, **line_keywords(record["style"]))
    page.axes.add_line(line)
    return page.finish(line, record)
