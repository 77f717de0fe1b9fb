"""Kinds: the table of each kind of artist, and of what it keeps as columns."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from intaglio._records.schema import (
    Check,
    Json,
    SchemaError,
    boolean,
    either,
    items,
    mapping,
    nullable,
    one_of,
    record,
    row,
    text,
)
from intaglio.figures._schema.style import (
    ALPHA,
    ANTIALIASED,
    CAP,
    CMAP,
    COLOR,
    DASH_LIST,
    HATCH,
    IDENTIFIER,
    JOIN,
    LIST_MAX,
    LOOSE,
    MAPPING,
    MATRIX,
    NAME,
    NORM,
    PAIR,
    POINT,
    RGBA,
    TRANSFORM,
    WIDTH,
    WORDS,
    dictionary,
    matching,
    real,
)
from intaglio.figures._schema.texts import (
    LEGEND,
    LINE_STYLE,
    PATCH,
    PATCH_MORE,
    PATCH_STYLE,
    TEXT,
    TEXT_MORE,
)

ARRAY_NAME = text(1000)  # of an array of this file; looked up there, used for nothing else
COLUMN = record(
    {"array": ARRAY_NAME},
    {
        "mask": ARRAY_NAME,
        "words": items(text(LIST_MAX), LIST_MAX),
        "zone": WORDS,
        "rounded": IDENTIFIER,
    },
)
COLUMN_NAME = matching(r"[A-Za-z][A-Za-z0-9_]*(/[0-9]{1,6})*", "name of a column", 200)
COLUMNS = mapping(COLUMN_NAME, COLUMN, 100_000)

COMMON = dictionary(
    {
        "zorder": POINT,
        "alpha": ALPHA,
        "visible": boolean,
        "clip_on": boolean,
        "snap": nullable(boolean),
    }
)
BASE: Final[dict[str, Check[Any]]] = {
    "name": NAME,
    "class": IDENTIFIER,
    "label": nullable(text(10_000)),
    "transform": TRANSFORM,
    "common": COMMON,
}
COLLECTION_STYLE = record(
    {
        "linestyles": DASH_LIST,
        "antialiaseds": ANTIALIASED,
        "hatch": HATCH,
        "capstyle": nullable(CAP),
        "joinstyle": nullable(JOIN),
    },
    {
        "facecolors": either(one_of("mapped"), COLOR),
        "edgecolors": either(one_of("mapped"), COLOR),
        "linewidths": WIDTH,
        "cmap": CMAP,
        "norm": NORM,
    },
)
EXTEND = one_of("neither", "both", "min", "max")
_STYLED: Final[dict[str, Check[Any]]] = {"style": COLLECTION_STYLE}
_INTERPOLATIONS: Final = (
    *("auto", "antialiased", "nearest", "bilinear", "bicubic", "spline16", "spline36", "hanning"),
    *("hamming", "hermite", "kaiser", "quadric", "catrom", "gaussian", "bessel", "mitchell"),
    *("sinc", "lanczos", "blackman", "none"),
)
_UNITS: Final = ("width", "height", "dots", "inches", "x", "y", "xy")


class Kind(NamedTuple):
    """What a record of a kind has besides BASE, and the columns that its drawer reads."""

    members: Mapping[str, Check[Any]]
    columns: frozenset[str]
    more: Mapping[str, Check[Any]] = {}


_PATHS: Final = ("vertices", "starts", "codes")
_COLORS: Final = ("c", "facecolors", "edgecolors", "linewidths")
_COLLECTION: Final = Kind(
    {**_STYLED, "offsets_in": nullable(one_of("data", "axes", "display", "delta"))},
    frozenset(("x", "y", "size", *_PATHS, *_COLORS)),
    {"matrices": items(MATRIX, LIST_MAX, minimum=1)},
)
_BAR_STYLE = record({**PATCH, "common": COMMON}, PATCH_MORE)
_LENGTH = real(0, 1e6)

KINDS: Final[dict[str, Kind]] = {
    "line": Kind({"style": LINE_STYLE}, frozenset("xy")),
    "axline": Kind(
        {"xy1": PAIR, "xy2": nullable(PAIR), "slope": nullable(LOOSE), "style": LINE_STYLE},
        frozenset(),
    ),
    "line3d": Kind({"style": LINE_STYLE}, frozenset("xyz")),
    "image": Kind(
        {
            "interpolation": nullable(one_of(*_INTERPOLATIONS)),
            "interpolation_stage": nullable(one_of("auto", "data", "rgba")),
            "resample": boolean,
            "filternorm": boolean,
            "filterrad": real(1e-3, 100),
            "extent": row(POINT, POINT, POINT, POINT),
            "origin": one_of("upper", "lower"),
            **MAPPING,
        },
        frozenset(("data", "alpha")),
    ),
    "mesh": Kind(
        {
            **_STYLED,
            "shading": one_of("flat", "gouraud", "nearest", "auto"),
            "antialiased": boolean,
        },
        frozenset(("x", "y", *_COLORS)),
    ),
    "contour": Kind(
        {
            **MAPPING,
            "filled": boolean,
            "extend": EXTEND,
            "hatches": nullable(items(HATCH, LIST_MAX)),
            "colors": nullable(items(RGBA, LIST_MAX)),
            "linewidths": items(WIDTH, LIST_MAX),
            "linestyles": DASH_LIST,
        },
        frozenset(("levels", "layers", *_PATHS)),
    ),
    "quiver": Kind(
        {
            **_STYLED,
            "scale": nullable(real(1e-300, 1e300)),
            "scale_units": nullable(one_of(*_UNITS)),
            "units": one_of(*_UNITS),
            "width": nullable(real(1e-12, 1e12)),
            "pivot": one_of("tail", "middle", "mid", "tip"),
            **dict.fromkeys(("headwidth", "headlength", "headaxislength"), _LENGTH),
            **dict.fromkeys(("minshaft", "minlength"), _LENGTH),
        },
        frozenset(("x", "y", "u", "v", "angles", *_COLORS)),
        {"angles": one_of("uv", "xy")},
    ),
    "bar": Kind(
        {
            "orientation": nullable(one_of("vertical", "horizontal")),
            "styles": items(_BAR_STYLE, LIST_MAX, minimum=1),
        },
        frozenset(("x", "y", "width", "height", "values")),
    ),
    "patch": Kind(
        {"style": PATCH_STYLE}, frozenset(("vertices", "codes", "values", "edges", "baseline"))
    ),
    **dict.fromkeys(("scatter", "fill", "segments", "collection"), _COLLECTION),
    "scatter3d": Kind(
        {**_STYLED, "depthshade": boolean},
        frozenset(("x", "y", "z", "size", *_PATHS, *_COLORS)),
    ),
    "surface": Kind(
        {**_STYLED, "zsort": one_of("average", "max", "min")},
        frozenset(("corners", "starts", *_COLORS)),
    ),
    "segments3d": Kind(_STYLED, frozenset(("corners", "starts", *_COLORS))),
    "text": Kind(TEXT, frozenset(), TEXT_MORE),
    "legend": Kind(LEGEND, frozenset()),
}
_CHECKS: Final = {
    name: record(
        {**BASE, "data": mapping(one_of(*kind.columns), COLUMN, 20), **kind.members}, kind.more
    )
    for name, kind in KINDS.items()
}
_UNKNOWN = record({**BASE, "data": COLUMNS})
_KIND = record({"kind": IDENTIFIER})


def artist(value: Json) -> dict[str, Any]:
    """An artist by the table of its kind; of a kind that is not known only what all have."""
    kind = _KIND(value)["kind"]
    found = _CHECKS.get(kind, _UNKNOWN)(value)
    if kind == "text" and not {"xy", "xyz"} & found.keys():
        raise SchemaError("missing", "xy")
    return {"kind": kind, **found}


def ground_artist(value: Json) -> dict[str, Any]:
    """An artist outside all axes; it has coordinates of the figure only."""
    found = artist(value)
    if "role" in found and "xy" not in found:
        raise SchemaError("missing", "xy")
    return found


GROUND_ARTIST = ground_artist
CALL = record(
    {
        "kind": one_of("call"),
        "name": NAME,
        "method": IDENTIFIER,
        "data": COLUMNS,
        "artists": items(NAME, LIST_MAX),
        "lost": items(text(200), LIST_MAX),
    }
)
