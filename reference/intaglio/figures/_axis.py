"""Axis: scale, limits, unit, ticks and words of one axis, written and applied."""

import re
from datetime import timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from matplotlib import category, dates, scale, ticker

from intaglio.figures._columns import Json, Mpl
from intaglio.figures._style import plain, read_color, write_color
from intaglio.figures._texts import style_text, text_style

_SCALE_PARTS: Final = ("base", "linthresh", "linscale", "linear_width")
_SIDES: Final = {"x": ("bottom", "top"), "y": ("left", "right"), "z": ("left", "right")}
_DATES: Final = (dates.DateConverter, dates._SwitchableDateConverter)


def write_axis(axis: Mpl, name: str) -> dict[str, Json]:
    """One axis; `name` is x, y or z."""
    low, high = axis.get_view_interval() if name == "z" else getattr(axis.axes, f"get_{name}lim")()
    if name == "z":
        low, high = axis.axes.get_zlim()
    return {
        "scale": _write_scale(axis),
        "limits": [plain(low), plain(high)],
        "autoscale": bool(getattr(axis.axes, f"get_autoscale{name}_on")()),
        "unit": _write_unit(axis),
        "label": {
            "text": axis.label.get_text(),
            "pad": plain(axis.labelpad),
            "place": plain(axis.label.get_position()[0 if name == "x" else 1]),
            "side": axis.get_label_position() if name != "z" else None,
            "style": text_style(axis.label),
        },
        "visible": bool(axis.get_visible()),
        "zorder": plain(axis.get_zorder()),
        "offset_side": "right" if name == "y" and axis.offsetText.get_position()[0] > 0.5 else None,
        "major": _write_ticks(axis, name, "major"),
        "minor": _write_ticks(axis, name, "minor"),
    }


def _write_scale(axis: Mpl) -> dict[str, Json]:
    transform = axis.get_transform()
    parts = {part: plain(getattr(transform, part, None)) for part in _SCALE_PARTS}
    kept = {part: value for part, value in parts.items() if isinstance(value, int | float)}
    return {"name": axis.get_scale(), **kept}


def _write_unit(axis: Mpl) -> Json:
    converter = axis.get_converter() if hasattr(axis, "get_converter") else axis.converter
    if converter is None:
        return None
    frequency = getattr(axis, "freq", None) or getattr(axis.axes, "freq", None)
    if frequency is not None and type(converter).__name__ == "PeriodConverter":  # pandas'
        return {"kind": "period", "frequency": _period_frequency(frequency)}
    if isinstance(converter, _DATES):
        units = axis.get_units()
        return {"kind": "date", "zone": None if units is None else str(units)}
    if isinstance(converter, category.StrCategoryConverter):
        return {"kind": "category", "words": list(axis.get_units()._mapping)}
    return {"kind": "unknown", "class": type(converter).__name__}


def _period_frequency(frequency: Mpl) -> str:
    """The name that a PeriodIndex takes: pandas keeps an offset, such as "ME", for bars."""
    name = getattr(frequency, "freqstr", str(frequency))
    return re.sub(r"^(\d*[MQY])E(?=-|$)", r"\1", name)


def _write_ticks(axis: Mpl, name: str, which: str) -> dict[str, Json]:
    locator, formatter = getattr(axis, which).locator, getattr(axis, which).formatter
    places = np.asarray(getattr(axis, f"get_{which}ticklocs")(), float)
    labels = formatter.format_ticks(places)
    return {
        "locator": type(locator).__name__,
        "formatter": type(formatter).__name__,
        "places": plain(places),
        "labels": [str(label) for label in labels],
        "offset": str(formatter.get_offset()),
        "look": _write_look(axis, name, which),
    }


def _write_look(axis: Mpl, name: str, which: str) -> Json:
    """How the ticks look, read from the first; None where there is none."""
    ticks = getattr(axis, f"get_{which}_ticks")()
    if not ticks:
        return None
    tick, label, grid = ticks[0], ticks[0].label1, ticks[0].gridline
    first, second = _SIDES[name]
    params = {
        "length": plain(tick._size),
        "width": plain(tick._width),
        "pad": plain(tick._base_pad),
        "direction": tick.get_tickdir(),
        "color": write_color(tick.tick1line.get_color()),
        "labelsize": plain(label.get_fontsize()),
        "labelcolor": write_color(label.get_color()),
        first: bool(tick.tick1line.get_visible()),
        second: bool(tick.tick2line.get_visible()),
        f"label{first}": bool(tick.label1.get_visible()),
        f"label{second}": bool(tick.label2.get_visible()),
        "grid_color": write_color(grid.get_color()),
        "grid_linewidth": plain(grid.get_linewidth()),
        "grid_linestyle": grid.get_linestyle() if isinstance(grid.get_linestyle(), str) else "-",
        "grid_alpha": plain(grid.get_alpha()),
    }
    shown = tick.label2 if params[f"label{second}"] else label
    words = ("rotation", "horizontalalignment", "verticalalignment", "rotation_mode")
    return {
        "params": params,
        "grid": bool(grid.get_visible()),
        "words": {word: plain(getattr(shown, f"get_{word}")()) for word in words},
        "family": plain(label.get_fontfamily()),
    }


def apply_unit(axis: Mpl, record: Json) -> None:
    """Let the axis take dates or words, before anything is drawn."""
    unit = record["unit"]
    if unit is None:
        return
    if unit["kind"] == "date":
        axis.axis_date(_zone(unit["zone"]))
    elif unit["kind"] == "category" and unit["words"]:
        axis.update_units(unit["words"])


def _zone(name: str | None) -> tzinfo | None:
    """The zone that a record names; None, UTC, for a name that is no zone. Opens no other file."""
    if name is None:
        return None
    offset = re.fullmatch(r"UTC([+-])(\d\d):(\d\d)", name)
    if offset is not None:
        minutes = 60 * int(offset[2]) + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    if re.fullmatch(r"[A-Za-z0-9_+-]{1,40}(/[A-Za-z0-9_+-]{1,40}){0,2}", name) is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def apply_scale(axis: Mpl, record: Json, name: str) -> bool:
    """Set the scale; False if it is none of matplotlib's own."""
    parts = dict(record["scale"])
    kind = parts.pop("name")
    if kind not in scale.get_scale_names() or kind in ("function", "functionlog"):
        return False
    if kind != "linear":
        getattr(axis.axes, f"set_{name}scale")(kind, **parts)
    return True


def apply_axis(axis: Mpl, record: Json, name: str) -> None:
    """Set limits, words and looks; ticks come last, by `apply_ticks`."""
    axes = axis.axes
    low, high = record["limits"]
    getattr(axes, f"set_{name}lim")(low, high, auto=record["autoscale"])
    label = record["label"]
    getattr(axes, f"set_{name}label")(label["text"])
    axis.labelpad = label["pad"]
    style_text(axis.label, label["style"])
    if name in "xy" and axes.name != "3d":
        getattr(axis.label, f"set_{name}")(label["place"])
        axis.set_label_position(label["side"])
    for which in ("major", "minor"):
        look = record[which]["look"]
        if look is not None:
            _apply_look(axis, look, name, which)
    if record["offset_side"] == "right" and axes.name == "rectilinear":
        axis.set_offset_position("right")
    axis.set_visible(record["visible"])
    axis.set_zorder(record["zorder"])


def _apply_look(axis: Mpl, look: Json, name: str, which: str) -> None:
    params = {key: read_color(value) for key, value in look["params"].items()}
    if axis.axes.name == "3d":
        params = {key: params[key] for key in ("pad", "labelsize", "labelcolor")}
        axis.axes.tick_params(axis=name, which=which, **params)
        return
    if axis.axes.name == "polar":
        params = {k: v for k, v in params.items() if k not in ("direction", *_SIDES[name])}
    axis.set_tick_params(which=which, **params)
    axis.grid(look["grid"], which=which)


def apply_ticks(axis: Mpl, record: Json) -> None:
    """Let the axis find its ticks by itself if that finds the same, else set them."""
    for which in ("major", "minor"):
        ticks = record[which]
        holder = getattr(axis, which)
        places = np.asarray(getattr(axis, f"get_{which}ticklocs")(), float)
        labels = [str(label) for label in holder.formatter.format_ticks(places)]
        if not np.array_equal(places, ticks["places"]) or labels != ticks["labels"]:
            formatter = ticker.FixedFormatter(ticks["labels"])
            formatter.set_offset_string(ticks["offset"])
            getattr(axis, f"set_{which}_locator")(ticker.FixedLocator(ticks["places"]))
            getattr(axis, f"set_{which}_formatter")(formatter)
        _apply_words(axis, ticks["look"], which)


def _apply_words(axis: Mpl, look: Json, which: str) -> None:
    """Labels that were turned one by one, as by autofmt_xdate."""
    if look is None or axis.axes.name in ("3d", "polar"):
        return
    for tick in getattr(axis, f"get_{which}_ticks")():
        for label in (tick.label1, tick.label2):
            if label.get_visible():
                for word, value in look["words"].items():
                    if getattr(label, f"get_{word}")() != value:
                        getattr(label, f"set_{word}")(value)
            label.set_fontfamily(look["family"])
