"""The figure: its settings, the keywords it was saved with, sub-figures, and everything in them."""

from collections.abc import Mapping
from typing import Any, Final

from intaglio._records.schema import (
    Check,
    Json,
    SchemaError,
    boolean,
    either,
    integer,
    items,
    nullable,
    one_of,
    record,
    row,
    text,
)
from intaglio.figures._schema.axes import AXES
from intaglio.figures._schema.kinds import GROUND_ARTIST
from intaglio.figures._schema.style import (
    ANY_COLOR,
    ANY_DASHES,
    BOUNDS,
    CAP,
    COLOR,
    JOIN,
    MARKER,
    NAME,
    PAIR,
    SIGNED_WIDTH,
    WIDTH,
    dictionary,
    matching,
    real,
)
from intaglio.figures._schema.texts import FONT_SIZE, FONT_STYLE, FONT_VARIANT, FONTS, WEIGHT

SCHEMA_VERSION: Final = 1
INCHES_MIN: Final = 1e-3
INCHES_MAX: Final = 10_000
DPI_MAX: Final = 100_000
AXES_MAX: Final = 10_000
TURNS_MAX: Final = 1000  # radians of a polar axis; each turn is drawn

_COLOR = either(one_of("auto", "inherit", "edge", "face", "None", None), ANY_COLOR)
_SIZE_NAMES: Final = (
    *("xx-small", "x-small", "small", "medium", "large", "x-large", "xx-large", "smaller"),
    *("larger", None),
)
_SIZE = either(one_of(*_SIZE_NAMES), FONT_SIZE)
_MAYBE_WIDTH = nullable(WIDTH)
_FONT_PATTERN = matching(
    r"[\w .,&'()+-]{1,100}(:(bold|italic|oblique|regular|normal|medium|light|black))*", "font"
)
_STRETCH = either(
    one_of(
        *("ultra-condensed", "extra-condensed", "condensed", "semi-condensed", "normal"),
        *("semi-expanded", "expanded", "extra-expanded", "ultra-expanded"),
    ),
    integer(0, 1000),
)
_EVERYWHERE: Final = ("left", "center", "right", "top", "bottom", "baseline", "center_baseline")
_TICK_SIDES: Final = {"x": ("bottom", "top"), "y": ("left", "right")}


def _ticks(name: str) -> dict[str, Check[Any]]:
    """The settings of the ticks of x or y."""
    sides = _TICK_SIDES[name]
    shown = [f"{prefix}{side}" for prefix in ("", "label", "major.", "minor.") for side in sides]
    sizes = [f"{which}.{part}" for which in ("major", "minor") for part in ("pad", "size", "width")]
    table: dict[str, Check[Any]] = {
        **dict.fromkeys(shown, boolean),
        **dict.fromkeys(sizes, SIGNED_WIDTH),
        "alignment": one_of(*_EVERYWHERE),
        "color": _COLOR,
        "labelcolor": _COLOR,
        "direction": one_of("in", "out", "inout"),
        "labelsize": _SIZE,
        "minor.ndivs": either(one_of("auto"), integer(1, 100)),
        "minor.visible": boolean,
    }
    return {f"{name}tick.{key}": check for key, check in table.items()}


_BOOLEANS: Final = (
    *("axes.formatter.use_locale", "axes.formatter.use_mathtext", "axes.formatter.useoffset"),
    *("axes.grid", "axes.spines.bottom", "axes.spines.left", "axes.spines.right"),
    *("axes.spines.top", "axes.unicode_minus", "axes3d.automargin", "axes3d.depthshade"),
    *("axes3d.grid", "font.enable_last_resort", "image.composite_image", "image.resample"),
    *("legend.fancybox", "legend.frameon", "legend.shadow", "lines.antialiased"),
    *("lines.scale_dashes", "patch.antialiased", "patch.force_edgecolor", "path.simplify"),
    *("path.snap", "polaraxes.grid", "text.antialiased", "text.parse_math"),
)
_COLORS: Final = (
    *("axes.edgecolor", "axes.facecolor", "axes.labelcolor", "axes.titlecolor", "grid.color"),
    *("axes3d.xaxis.panecolor", "axes3d.yaxis.panecolor", "axes3d.zaxis.panecolor"),
    *("grid.major.color", "grid.minor.color", "hatch.color", "legend.edgecolor"),
    *("legend.facecolor", "lines.color", "lines.markeredgecolor", "lines.markerfacecolor"),
    *("patch.edgecolor", "patch.facecolor", "scatter.edgecolors", "text.color"),
)
_WIDTHS: Final = (
    *("axes.linewidth", "grid.linewidth", "grid.major.linewidth", "grid.minor.linewidth"),
    *("hatch.linewidth", "legend.linewidth", "lines.linewidth", "lines.markeredgewidth"),
    *("lines.markersize", "patch.linewidth"),
)
_GAPS: Final = (
    *("axes.labelpad", "axes.titlepad", "legend.borderaxespad", "legend.borderpad"),
    *("legend.columnspacing", "legend.handleheight", "legend.handlelength"),
    *("legend.handletextpad", "legend.labelspacing", "legend.markerscale"),
)
_SIZES: Final = (*("axes.labelsize", "axes.titlesize", "legend.fontsize", "legend.title_fontsize"),)
_FONT_LISTS: Final = ("cursive", "family", "fantasy", "monospace", "sans-serif", "serif")
_ALPHAS: Final = ("grid.alpha", "grid.major.alpha", "grid.minor.alpha", "legend.framealpha")
_STYLES: Final = ("grid.linestyle", "grid.major.linestyle", "grid.minor.linestyle")
_PATTERNS: Final = ("lines.dashdot_pattern", "lines.dashed_pattern", "lines.dotted_pattern")
_MATH_FONTS: Final = ("bf", "bfit", "cal", "it", "rm", "sf", "tt")
_PLACES: Final = one_of(
    *("best", "upper right", "upper left", "lower left", "lower right", "right"),
    *("center left", "center right", "lower center", "upper center", "center"),
)

SETTINGS: Final[dict[str, Check[Any]]] = {
    **dict.fromkeys(_BOOLEANS, boolean),
    **dict.fromkeys(_COLORS, _COLOR),
    **dict.fromkeys(_WIDTHS, _MAYBE_WIDTH),
    **dict.fromkeys(_GAPS, real(-1000, 1000)),
    **dict.fromkeys(_SIZES, _SIZE),
    **dict.fromkeys((f"font.{name}" for name in _FONT_LISTS), FONTS),
    **dict.fromkeys(_ALPHAS, nullable(real(0, 1))),
    **dict.fromkeys(_STYLES, nullable(ANY_DASHES)),
    **dict.fromkeys(_PATTERNS, items(real(0.1, 1000), 20, minimum=1)),
    **dict.fromkeys((f"mathtext.{name}" for name in _MATH_FONTS), _FONT_PATTERN),
    **dict.fromkeys((f"axes.{name}margin" for name in "xyz"), real(-0.49, 1000)),
    **dict.fromkeys(("axes.labelweight", "axes.titleweight", "font.weight"), WEIGHT),
    **dict.fromkeys(("lines.dash_capstyle", "lines.solid_capstyle"), CAP),
    **dict.fromkeys(("lines.dash_joinstyle", "lines.solid_joinstyle"), JOIN),
    **dict.fromkeys(("lines.marker", "scatter.marker"), MARKER),
    **dict.fromkeys(("legend.numpoints", "legend.scatterpoints"), integer(0, 100)),
    **dict.fromkeys(("xaxis.labellocation", "yaxis.labellocation"), one_of(*_EVERYWHERE[:5])),
    **_ticks("x"),
    **_ticks("y"),
    "axes.autolimit_mode": one_of("data", "round_numbers"),
    "axes.axisbelow": one_of(True, False, "line"),
    "axes.formatter.limits": row(integer(-300, 300), integer(-300, 300)),
    "axes.formatter.min_exponent": integer(-300, 300),
    "axes.formatter.offset_threshold": integer(0, 300),
    "axes.grid.axis": one_of("x", "y", "both"),
    "axes.grid.which": one_of("major", "minor", "both"),
    "axes.titlelocation": one_of("left", "center", "right"),
    "axes.titley": nullable(real(-1000, 1000)),
    "axes3d.depthshade_minalpha": real(0, 1),
    "font.size": FONT_SIZE,
    "font.stretch": _STRETCH,
    "font.style": FONT_STYLE,
    "font.variant": FONT_VARIANT,
    "image.aspect": either(one_of("auto", "equal"), real(1e-6, 1e6)),
    "image.interpolation": matching(r"[a-z]+[0-9]*", "interpolation", 20),
    "image.interpolation_stage": one_of("auto", "data", "rgba"),
    "image.lut": integer(2, 65_536),
    "image.origin": one_of("upper", "lower"),
    "legend.labelcolor": either(
        one_of("linecolor", "markerfacecolor", "mfc", "markeredgecolor", "mec"), _COLOR
    ),
    "legend.loc": either(_PLACES, integer(0, 10), PAIR),
    "lines.linestyle": ANY_DASHES,
    "mathtext.default": one_of(
        *("rm", "cal", "bfit", "it", "tt", "sf", "bf", "default", "bb", "frak", "scr"),
        *("regular", "normal"),
    ),
    "mathtext.fallback": one_of("cm", "stix", "stixsans", "None", None),
    "mathtext.fontset": one_of("dejavusans", "dejavuserif", "cm", "stix", "stixsans", "custom"),
    "path.simplify_threshold": real(0, 1),
    "text.hinting": one_of(
        *("default", "no_autohint", "force_autohint", "no_hinting", "auto", "native"),
        *("either", "none"),
    ),
    "text.hinting_factor": nullable(integer(1, 64)),
    "text.kerning_factor": nullable(integer(0, 64)),
}
_EDGE = real(-INCHES_MAX, INCHES_MAX)
_BOX = row(_EDGE, _EDGE, _EDGE, _EDGE)


def _part(value: Json) -> list[float]:
    """The part of a figure that is saved, in inches: left, bottom, right, top."""
    left, bottom, right, top = found = _BOX(value)
    if min(right - left, top - bottom) < INCHES_MIN:
        raise SchemaError(f"a part of a figure under {INCHES_MIN} inches wide or high")
    return found


KEYWORDS: Final[dict[str, Check[Any]]] = {
    "bbox_inches": either(one_of("tight", None), _part),
    "pad_inches": either(one_of("layout", None), real(0, 100)),
    "facecolor": either(one_of("auto"), ANY_COLOR),
    "edgecolor": either(one_of("auto"), ANY_COLOR),
    "orientation": one_of("portrait", "landscape"),
    "transparent": one_of(False, None),
    "format": one_of("png", "PNG", None),
}


def keywords(value: Json) -> dict[str, Any]:
    """Of the keywords of savefig those of the table whose values are of its ranges."""
    if not isinstance(value, dict):
        raise SchemaError("no object")
    kept = {}
    for name, check in KEYWORDS.items():
        if name in value:
            try:
                kept[name] = check(value[name])
            except SchemaError:
                continue
    return kept


_GROUND: Final[dict[str, Check[Any]]] = {
    "facecolor": COLOR,
    "edgecolor": COLOR,
    "linewidth": WIDTH,
    "frame_on": boolean,
    "artists": items(GROUND_ARTIST, 1 << 20),
}
_FIGURE = record(
    {
        "version": one_of(SCHEMA_VERSION),
        "matplotlib": text(100),
        "size": row(real(INCHES_MIN, INCHES_MAX), real(INCHES_MIN, INCHES_MAX)),
        "saved": record({"dpi": real(1e-3, DPI_MAX), "keywords": keywords}),
        "rc": dictionary(SETTINGS),
        **_GROUND,
        "subfigures": items(
            record({"name": NAME, "parent": nullable(NAME), "bounds": BOUNDS, **_GROUND}), AXES_MAX
        ),
        "axes": items(AXES, AXES_MAX),
    }
)


def FIGURE(value: Json) -> dict[str, Any]:  # noqa: N802 - a check, named as the tables are
    """The whole record; what it names by name is there, and stands before what names it."""
    found = _FIGURE(value)
    _check_names(found)
    return found


def _check_names(figure: Mapping[str, Any]) -> None:
    parts: set[str | None] = {None}
    for i, part in enumerate(figure["subfigures"]):
        _require(part["parent"], parts, f"subfigures[{i}].parent")
        _add(part["name"], parts, f"subfigures[{i}].name")
    axes: set[str | None] = {None}
    for i, one in enumerate(figure["axes"]):
        _require(one["subfigure"], parts, f"axes[{i}].subfigure")
        for way in ("x", "y"):
            _require(one["shares"][way], axes, f"axes[{i}].shares.{way}")
        _require(one["twin_of"], axes, f"axes[{i}].twin_of")
        _add(one["name"], axes, f"axes[{i}].name")
        if (one["projection"] == "3d") != ("z" in one["axis"]) or (
            (one["projection"] == "3d") != (one["view"] is not None)
            or (one["projection"] == "polar") != (one["polar"] is not None)
        ):
            raise SchemaError(f"of another projection than {one['projection']!a}", f"axes[{i}]")
        if one["projection"] == "polar" and max(map(abs, one["axis"]["x"]["limits"])) > TURNS_MAX:
            raise SchemaError(f"angles beyond {TURNS_MAX} radians", f"axes[{i}].axis.x.limits")
    _check_leaves(figure)


def _check_leaves(figure: Mapping[str, Any]) -> None:
    """Artists and calls are leaves of the tree of names, each with a name of its own."""
    holders = (figure, *figure["subfigures"], *figure["axes"])
    names = [a["name"] for one in holders for a in (*one["artists"], *one.get("calls", ()))]
    known: set[str | None] = set()
    for name in names:
        _add(name, known, "name")
    inner = {
        "/".join(parts[:depth])
        for parts in (name.split("/") for name in names)
        for depth in range(1, len(parts))
    }
    for name in names:
        if name in inner:
            raise SchemaError(f"{name!a} is the name of an artist, and others lie in it")


def _require(name: str | None, known: set[str | None], path: str) -> None:
    if name not in known:
        raise SchemaError(f"{name!a} is the name of nothing before it", path)


def _add(name: str, known: set[str | None], path: str) -> None:
    if name in known:
        raise SchemaError(f"{name!a} is the name of two", path)
    known.add(name)
