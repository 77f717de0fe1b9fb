"""The figure: sub-figures, axes and colour bars, written down and drawn again."""

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from intaglio.errors import DecodeError, Reason
from intaglio.figures import _texts
from intaglio.figures._axes import DRAWERS, draw_axes, write_artists, write_axes
from intaglio.figures._calls import write_calls
from intaglio.figures._columns import Array, Json, Mpl, Store
from intaglio.figures._frame import draw_ticks
from intaglio.figures._guard import guarded
from intaglio.figures._kind import Drawing, Writing
from intaglio.figures._meter import Costs, Meter
from intaglio.figures._schema import SETTINGS, Totals, count, maxima
from intaglio.figures._schema.figure import SCHEMA_VERSION
from intaglio.figures._schema.totals import CANVAS_DPI, pad_of
from intaglio.figures._style import (
    kept,
    plain,
    read_color,
    read_mapping,
    write_color,
    write_mapping,
)

_PROJECTIONS: Final = (*("rectilinear", "polar", "3d", "aitoff", "hammer", "lambert", "mollweide"),)
_RC_PREFIXES: Final = (
    *("axes.", "axes3d.", "font.", "grid.", "hatch.", "image.", "legend.", "lines.", "mathtext."),
    *("patch.", "path.", "polaraxes.", "scatter.", "text.", "xaxis.", "xtick.", "yaxis.", "ytick."),
)
WARNINGS_MAX: Final = 5000  # matplotlib warns of every character without a glyph
_BAR_WORDS: Final = ("orientation", "extend", "spacing", "drawedges", "extendfrac", "extendrect")


def write_figure(figure: Figure, store: Store) -> dict[str, Json]:
    """The record of a figure that has been drawn; its data go into `store`."""
    axes = list(_all_axes(figure.axes))
    pages = [Writing(store, f"axes{i}", one) for i, one in enumerate(axes)]
    records = [{**write_axes(page), "calls": write_calls(page)} for page in pages]
    names = {key: name for page in pages for key, name in page.names.items()}
    subfigures = list(_write_subfigures(figure, store, names))
    for i, (one, record) in enumerate(zip(axes, records, strict=True)):
        record |= _write_relations(one, i, axes, names)
    width, height = figure.get_size_inches()
    return {
        "version": SCHEMA_VERSION,
        "matplotlib": mpl.__version__,
        "size": [float(width), float(height)],
        "rc": _write_rc(),
        **_write_ground(figure, "figure", store),
        "subfigures": subfigures,
        "axes": records,
    }


def _all_axes(axes: Mpl) -> Iterator[Axes]:
    """Axes, then those inset in them; secondary axes show nothing of their own."""
    yield from axes
    for one in axes:
        inset = [child for child in one.child_axes if type(child).__name__ != "SecondaryAxis"]
        yield from _all_axes(inset)


def _write_rc() -> dict[str, Json]:
    """The settings that are not matplotlib's usual ones and that a picture shows."""
    usual: Any = mpl.rcParamsDefault
    used: Any = mpl.rcParams
    changed = {key: used[key] for key in SETTINGS if key in usual and used[key] != usual[key]}
    return kept(changed, SETTINGS)


def _write_ground(figure: Mpl, place: str, store: Store) -> dict[str, Json]:
    """What lies in a figure or sub-figure outside its axes."""
    page = Writing(store, place, None)
    children = [*figure.texts, *figure.lines, *figure.patches, *figure.images, *figure.artists]
    children += figure.legends
    roles = {
        getattr(figure, f"_{role}", None) and id(getattr(figure, f"_{role}")): role
        for role in ("suptitle", "supxlabel", "supylabel")
    }
    records = write_artists(page, children, [])
    for child, record in zip(children, records, strict=True):
        if id(child) in roles:
            record["role"] = roles[id(child)]
    return {
        "facecolor": write_color(figure.patch.get_facecolor()),
        "edgecolor": write_color(figure.patch.get_edgecolor()),
        "linewidth": plain(figure.patch.get_linewidth()),
        "frame_on": bool(figure.get_frameon()),
        "artists": records,
    }


def _write_subfigures(
    figure: Mpl, store: Store, names: dict[int, str], prefix: str = ""
) -> Iterator[Json]:
    """Sub-figures, each before its own; their names go into `names`."""
    for i, part in enumerate(figure.subfigs):
        name = names[id(part)] = f"{prefix}subfigure{i}"
        bounds = plain(part.bbox_relative.bounds)
        record = {"name": name, "parent": prefix.rstrip("/") or None, "bounds": bounds}
        yield {**record, **_write_ground(part, name, store)}
        yield from _write_subfigures(part, store, names, name + "/")


def _write_relations(
    axes: Mpl, index: int, everyone: list[Axes], names: Mapping[int, str]
) -> dict[str, Json]:
    before = everyone[:index]
    shared = {
        way: next((f"axes{i}" for i, one in enumerate(before) if group.joined(axes, one)), None)
        for way, group in (("x", axes.get_shared_x_axes()), ("y", axes.get_shared_y_axes()))
    }
    twins = axes._twinned_axes.get_siblings(axes)
    twin = next((f"axes{i}" for i, one in enumerate(before) if one in twins), None)
    colorbar = getattr(axes, "_colorbar", None)
    return {
        "subfigure": names.get(id(axes.get_figure(root=False))),
        "shares": shared,
        "twin_of": twin,
        "colorbar": None if colorbar is None else _write_colorbar(colorbar, names),
    }


def _write_colorbar(colorbar: Mpl, names: Mapping[int, str]) -> dict[str, Json]:
    return {
        "of": names.get(id(colorbar.mappable)),
        "ticklocation": colorbar.ticklocation,
        "alpha": plain(colorbar.alpha),
        **{word: plain(getattr(colorbar, word)) for word in _BAR_WORDS},
        **write_mapping(colorbar.mappable),
    }


def draw_figure(record: Mapping[str, Json], arrays: Mapping[str, Array]) -> Figure:
    """A new figure like the one that was written. Warns of what it cannot draw."""
    lost: list[str] = []
    count(record, arrays).refuse_beyond(maxima(arrays))
    heard: Counter[tuple[str, type[Warning]]] = Counter()

    def hear(message: Warning | str, category: type[Warning], *_: object) -> None:
        heard[str(message), category] += 1
        if heard.total() > WARNINGS_MAX:  # each walks the stack
            detail = f"drawing the figure warns over {WARNINGS_MAX:,} times: replot() stops"
            raise DecodeError(Reason.LIMIT_EXCEEDED, detail)

    with guarded(), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = hear  # type: ignore[assignment]
        figure = _draw_with_settings(record, arrays, lost)
    for text, category in heard:
        warnings.warn(text, category, stacklevel=3)
    if lost:
        words = (f"{n} {name}" if n > 1 else name for name, n in Counter(lost).items())
        message = f"replot() cannot draw {', '.join(words)}"
        warnings.warn(message, stacklevel=3)
    return figure


def _draw_with_settings(
    record: Mapping[str, Json], arrays: Mapping[str, Array], lost: list[str]
) -> Figure:
    """Draw under the record's settings. TeX is off: it could read files."""
    usual: Any = mpl.rcParamsDefault
    settings: Any = {key: value for key, value in usual.items() if key.startswith(_RC_PREFIXES)}
    settings |= {key: value for key, value in record["rc"].items() if key in usual}
    with mpl.rc_context(), np.errstate(over="warn", divide="warn", invalid="warn", under="ignore"):
        mpl.rcParams.update(settings | {"text.usetex": False})
        figure = _draw(record, arrays, lost)
        _measure(figure, record)
        return figure


def _draw(record: Mapping[str, Json], arrays: Mapping[str, Array], lost: list[str]) -> Figure:
    figure = Figure(figsize=record["size"])
    drawn: dict[str, Mpl] = {}
    parts: dict[str | None, Mpl] = {None: figure}
    _draw_ground(Drawing(arrays, None, figure, drawn), record, lost)
    for part in record["subfigures"]:
        parent = parts[part["parent"]]
        made = parts[part["name"]] = parent.subfigures()
        made.bbox_relative.set(Bbox.from_bounds(*part["bounds"]))
        _draw_ground(Drawing(arrays, None, made, drawn), part, lost)
    axes: dict[str, Mpl] = {}
    for one in record["axes"]:
        if one["projection"] not in _PROJECTIONS:
            lost.append(f"{one['name']}, of the projection {one['projection']!a},")
            continue
        made = parts[one["subfigure"]].add_axes(
            one["position"],
            projection=one["projection"],
            label=one["name"],  # so that two in one place stay two
            sharex=axes.get(one["shares"]["x"]),
            sharey=axes.get(one["shares"]["y"]),
        )
        axes[one["name"]] = made
        if one["twin_of"] in axes:
            made._twinned_axes.join(made, axes[one["twin_of"]])
        if one["colorbar"] is not None:
            _draw_colorbar(figure, made, one["colorbar"], drawn)
        draw_axes(Drawing(arrays, made, parts[one["subfigure"]], drawn), one, lost.append)
    figure.draw(_meter(figure, record))  # gives axes their size, on which ticks depend
    for one in record["axes"]:
        if one["name"] in axes:
            draw_ticks(axes[one["name"]], one)
    return figure


def _meter(figure: Figure, record: Mapping[str, Json], box: Mpl = None) -> Mpl:
    return Meter(figure, record["saved"]["dpi"] / figure.dpi, Costs(), box)


def _measure(figure: Figure, record: Mapping[str, Json]) -> None:
    """Refuse a figure whose picture takes more to draw than `Costs`, or has too many pixels."""
    figure.draw(_meter(figure, record))
    box = _box_saved(figure, record)
    if box is not None:
        figure.draw(_meter(figure, record, box))


def _box_saved(figure: Figure, record: Mapping[str, Json]) -> Mpl | None:
    """The part that is saved, in pixels of the figure, if it reaches beyond the figure.

    DecodeError(LIMIT_EXCEEDED) for a tight box, which follows from what was drawn, of more pixels
    than `Totals` allows.
    """
    part = record["saved"]["keywords"].get("bbox_inches")
    if part == "tight":
        box = figure.get_tightbbox(_meter(figure, record)).padded(pad_of(record))
        pixels = int(box.width * box.height * max(record["saved"]["dpi"], CANVAS_DPI) ** 2)
        Totals(pixels=pixels).refuse_beyond(Totals())
    elif part is not None:
        box = Bbox.from_extents(*part)
    else:
        return None
    width, height = figure.get_size_inches()
    inside = min(box.x0, box.y0) >= 0 and box.x1 <= width and box.y1 <= height
    return None if inside else np.asarray(box.extents) * figure.dpi


def _draw_ground(page: Drawing, record: Mapping[str, Json], lost: list[str]) -> None:
    figure = page.figure
    figure.patch.set_facecolor(read_color(record["facecolor"]))
    figure.patch.set_edgecolor(read_color(record["edgecolor"]))
    figure.patch.set_linewidth(record["linewidth"])
    figure.set_frameon(record["frame_on"])
    for artist in record["artists"]:
        if artist.get("role") is not None:
            draw = {
                "suptitle": figure.suptitle,
                "supxlabel": figure.supxlabel,
                "supylabel": figure.supylabel,
            }[artist["role"]]
            made = draw(artist["text"], x=artist["xy"][0], y=artist["xy"][1])
            _texts.style_text(made, artist["style"])
        elif artist["kind"] in ("text", "line", "patch"):
            DRAWERS[artist["kind"]](page, artist)
        elif artist["kind"] == "legend":
            _texts.draw_legend(page, artist, {})
        else:
            lost.append(artist["class"])


def _draw_colorbar(figure: Mpl, cax: Mpl, record: Json, drawn: Mapping[str, Mpl]) -> None:
    mappable = drawn.get(record["of"]) or ScalarMappable(**read_mapping(record))
    words = {word: record[word] for word in _BAR_WORDS}
    extend = words.pop("extend")
    if not hasattr(mappable, "levels"):  # a contour set has its own
        words["extend"] = extend
    bar = figure.colorbar(mappable, cax=cax, ticklocation=record["ticklocation"], **words)
    if record["alpha"] is not None:
        bar.set_alpha(record["alpha"])
