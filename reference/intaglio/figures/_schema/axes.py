"""Axes: ticks, axes' frames, projections, groups, and what axes share with others."""

from typing import Any, Final

from intaglio._records.schema import (
    Check,
    boolean,
    either,
    items,
    mapping,
    nullable,
    one_of,
    record,
    row,
    tagged,
    text,
)
from intaglio.figures._schema.kinds import CALL, EXTEND, artist
from intaglio.figures._schema.style import (
    ALPHA,
    BOUNDS,
    COLOR,
    DASHES,
    IDENTIFIER,
    LINESTYLE,
    LIST_MAX,
    LOOSE,
    MAPPING,
    NAME,
    PAIR,
    POINT,
    SIDES,
    SIGNED_WIDTH,
    UNIT,
    WIDTH,
    WORDS,
    real,
    scale,
)
from intaglio.figures._schema.texts import (
    ALIGN_X,
    ALIGN_Y,
    FONT_SIZE,
    FONTS,
    LABEL,
    ROTATION,
    ROTATION_MODE,
    TEXT_STYLE,
)

_SIDES_3D: Final = one_of("default", "upper", "lower", "both", "none")
_SIDE_NAMES: Final = ("left", "right", "bottom", "top")
_PARAMS: Final[dict[str, Check[Any]]] = {
    "length": SIGNED_WIDTH,
    "width": WIDTH,
    "pad": SIGNED_WIDTH,
    "direction": one_of("in", "out", "inout"),
    "color": COLOR,
    "labelsize": FONT_SIZE,
    "labelcolor": COLOR,
    "grid_color": COLOR,
    "grid_linewidth": WIDTH,
    "grid_linestyle": LINESTYLE,
    "grid_alpha": nullable(UNIT),
}
_LOOK = record(
    {
        "params": record(
            _PARAMS,
            {name: boolean for side in _SIDE_NAMES for name in (side, f"label{side}")},
        ),
        "grid": boolean,
        "words": record(
            {
                "rotation": ROTATION,
                "horizontalalignment": ALIGN_X,
                "verticalalignment": ALIGN_Y,
                "rotation_mode": ROTATION_MODE,
            }
        ),
        "family": FONTS,
    }
)
_TICKS = record(
    {
        "locator": IDENTIFIER,
        "formatter": IDENTIFIER,
        "places": items(LOOSE, LIST_MAX),
        "labels": items(LABEL, LIST_MAX),
        "offset": LABEL,
        "look": nullable(_LOOK),
    }
)
_UNIT_OF_AXIS = tagged(
    "kind",
    {
        "date": record({"zone": nullable(WORDS)}),
        "period": record({"frequency": WORDS}),
        "category": record({"words": items(LABEL, LIST_MAX)}),
        "unknown": record({"class": IDENTIFIER}),
    },
)
_AXIS = record(
    {
        "scale": scale,
        "limits": PAIR,
        "autoscale": boolean,
        "unit": nullable(_UNIT_OF_AXIS),
        "label": record(
            {
                "text": LABEL,
                "pad": SIGNED_WIDTH,
                "place": real(-1e6, 1e6),
                "side": nullable(either(SIDES, _SIDES_3D)),
                "style": TEXT_STYLE,
            }
        ),
        "visible": boolean,
        "zorder": POINT,
        "offset_side": nullable(one_of("right")),
        "major": _TICKS,
        "minor": _TICKS,
    }
)
_TITLE = record({"text": LABEL, "pad": SIGNED_WIDTH, "style": TEXT_STYLE})
_POSITIVE = real(1e-9, 1e9)
_SPINE = record(
    {
        "visible": boolean,
        "color": COLOR,
        "linewidth": WIDTH,
        "linestyle": DASHES,
        "position": nullable(
            either(one_of("center", "zero"), row(one_of("outward", "axes", "data"), POINT))
        ),
        "bounds": nullable(row(nullable(POINT), nullable(POINT))),
    }
)
_VIEW = record(
    {
        **dict.fromkeys(("elev", "azim", "roll"), real(-1e6, 1e6)),
        "vertical_axis": one_of("x", "y", "z"),
        "focal_length": either(real(1e-3, 1e6), LOOSE),
        "box_aspect": row(_POSITIVE, _POSITIVE, _POSITIVE),
        **dict.fromkeys(("computed_zorder", "axis_on", "grid"), boolean),
    }
)
_POLAR = record(
    {
        "theta_offset": real(-1e6, 1e6),
        "theta_direction": one_of(1, -1, 1.0, -1.0),
        "label_place": real(-1e6, 1e6),
        "rorigin": nullable(LOOSE),
    }
)
_ANCHORS: Final = ("C", "SW", "S", "SE", "E", "NE", "N", "NW", "W")
_SHARE: Final = real(0, 100)
_COLORBAR = record(
    {
        "of": nullable(NAME),
        "ticklocation": one_of("auto", *_SIDE_NAMES),
        "alpha": ALPHA,
        "orientation": one_of("vertical", "horizontal"),
        "extend": EXTEND,
        "spacing": one_of("uniform", "proportional"),
        "drawedges": boolean,
        "extendfrac": nullable(either(one_of("auto"), _SHARE, row(_SHARE, _SHARE))),
        "extendrect": boolean,
        **MAPPING,
    }
)
_NAMES = items(nullable(NAME), LIST_MAX)
_LABELLED: Final[dict[str, Check[Any]]] = {"label": nullable(text(10_000))}
_GROUP = tagged(
    "kind",
    {
        "errorbar": record(
            {
                **_LABELLED,
                "parts": record({"line": nullable(NAME), "caps": _NAMES, "bars": _NAMES}),
                "has_xerr": boolean,
                "has_yerr": boolean,
            }
        ),
        "stem": record(
            {
                **_LABELLED,
                "parts": record(
                    {
                        "line": nullable(NAME),
                        "bars": items(nullable(NAME), 1, minimum=1),
                        "base": nullable(NAME),
                    }
                ),
            }
        ),
    },
)
AXES = record(
    {
        "name": NAME,
        "projection": text(100),  # looked up among matplotlib's own
        "position": BOUNDS,
        "aspect": either(one_of("auto", "equal"), _POSITIVE),
        "adjustable": one_of("box", "datalim"),
        "anchor": either(one_of(*_ANCHORS), PAIR),
        "box_aspect": nullable(_POSITIVE),
        "facecolor": COLOR,
        "patch_visible": boolean,
        "frame_on": boolean,
        "axis_on": boolean,
        "axis_below": one_of(True, False, "line"),
        "zorder": POINT,
        "visible": boolean,
        "label": text(10_000),
        "titles": record({"center": _TITLE, "left": _TITLE, "right": _TITLE}),
        "axis": record({"x": _AXIS, "y": _AXIS}, {"z": _AXIS}),
        "spines": mapping(text(100), _SPINE, 100),
        "view": nullable(_VIEW),
        "polar": nullable(_POLAR),
        "artists": items(artist, LIST_MAX),
        "groups": items(_GROUP, LIST_MAX),
        "calls": items(CALL, LIST_MAX),
        "subfigure": nullable(NAME),
        "shares": record({"x": nullable(NAME), "y": nullable(NAME)}),
        "twin_of": nullable(NAME),
        "colorbar": nullable(_COLORBAR),
    }
)
