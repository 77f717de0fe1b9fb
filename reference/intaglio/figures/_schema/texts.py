"""Texts, annotations and legends: their styles, boxes and arrows."""

import re
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
from intaglio.figures._schema.style import (
    ALPHA,
    ANY_COLOR,
    ANY_DASHES,
    BOUNDS,
    CAP,
    COLOR,
    DASHES,
    HATCH,
    JOIN,
    LIST_MAX,
    LOOSE_PAIR,
    MARKER,
    PAIR,
    POINT,
    SIGNED_WIDTH,
    WIDTH,
    dictionary,
    matching,
    math_text,
    real,
)

FONT_SIZE_MAX: Final = 2000  # points
TOOTH_MIN: Final = 0.05  # of a box, in font sizes

FONT = matching(r"[\w .,&'()+-]{1,100}", "name of a font")
FONTS = items(FONT, 50)
FONT_SIZE = real(0.01, FONT_SIZE_MAX)
WEIGHT = either(
    one_of(
        *("ultralight", "light", "normal", "regular", "book", "medium", "roman", "semibold"),
        *("demibold", "demi", "bold", "heavy", "extra bold", "black"),
    ),
    integer(0, 1000),
)
FONT_STYLE = one_of("normal", "italic", "oblique")
FONT_VARIANT = one_of("normal", "small-caps")
MATH_FONTS = one_of("dejavusans", "dejavuserif", "cm", "stix", "stixsans", "custom")
ALIGN_X = one_of("left", "center", "right")
ALIGN_Y = one_of("top", "bottom", "center", "baseline", "center_baseline")
ROTATION = real(-1e6, 1e6)
ROTATION_MODE = nullable(one_of("default", "anchor", "xtick", "ytick"))

TEXT_STYLE = record(
    {
        "fontsize": FONT_SIZE,
        "fontweight": WEIGHT,
        "fontstyle": FONT_STYLE,
        "fontfamily": FONTS,
        "fontvariant": FONT_VARIANT,
        "horizontalalignment": ALIGN_X,
        "verticalalignment": ALIGN_Y,
        "rotation_mode": ROTATION_MODE,
        "math_fontfamily": MATH_FONTS,
        "parse_math": boolean,
        "wrap": boolean,
        "color": COLOR,
        "rotation": ROTATION,
        "alpha": ALPHA,
        "visible": boolean,
        "linespacing": either(one_of("normal"), real(0, 1000)),
        "multialignment": nullable(ALIGN_X),
        "rotates_with_axes": boolean,
    }
)
LABEL = math_text  # words that matplotlib shows

PATCH: Final[dict[str, Check[Any]]] = {
    "facecolor": COLOR,
    "edgecolor": COLOR,
    "linewidth": WIDTH,
    "linestyle": DASHES,
    "antialiased": boolean,
    "hatch": HATCH,
    "fill": boolean,
    "capstyle": CAP,
    "joinstyle": JOIN,
}
PATCH_MORE: Final[dict[str, Check[Any]]] = {"hatchcolor": COLOR}
PATCH_STYLE = record(PATCH, PATCH_MORE)

LINE_STYLE = record(
    {
        **dict.fromkeys(("color", "markeredgecolor", "markerfacecolor"), COLOR),
        **dict.fromkeys(("markerfacecoloralt", "gapcolor"), COLOR),
        "linewidth": WIDTH,
        "drawstyle": one_of("default", "steps-mid", "steps-pre", "steps-post", "steps"),
        "markersize": WIDTH,
        "markeredgewidth": WIDTH,
        "fillstyle": one_of("full", "left", "right", "bottom", "top", "none"),
        "antialiased": boolean,
        "dash_capstyle": CAP,
        "dash_joinstyle": JOIN,
        "solid_capstyle": CAP,
        "solid_joinstyle": JOIN,
        "linestyle": DASHES,
        "marker": MARKER,
        "markevery": nullable(
            either(
                record({"slice": row(*[nullable(integer(-(2**53), 2**53))] * 3)}),
                integer(1, 2**53),
                real(1e-4, 1e6),
                row(integer(0, 2**53), integer(1, 2**53)),
                row(real(0, 1e6), real(1e-4, 1e6)),
                items(boolean, LIST_MAX),
                items(integer(-(2**53), 2**53), LIST_MAX),
            )
        ),
    }
)

_PAD: Final[dict[str, Check[Any]]] = {"pad": real(-100, 1000)}
_ROUNDED: Final = {**_PAD, "rounding_size": nullable(real(-1000, 1000))}
_TOOTHED: Final = {**_PAD, "tooth_size": nullable(real(TOOTH_MIN, 1000))}
_ARROWED: Final = {**_PAD, "head_width": real(0, 100), "head_angle": real(1, 359)}
BOX_STYLES: Final[dict[str, dict[str, Check[Any]]]] = {
    **dict.fromkeys(("square", "circle", "ellipse"), _PAD),
    **dict.fromkeys(("rarrow", "larrow", "darrow"), _ARROWED),
    **dict.fromkeys(("round", "round4"), _ROUNDED),
    **dict.fromkeys(("sawtooth", "roundtooth"), _TOOTHED),
}
_BOX = record({"boxstyle": one_of(*BOX_STYLES), **PATCH}, PATCH_MORE)


def _box(value: Json) -> dict[str, Any]:
    found = _BOX(value)
    parts = record({"parts": dictionary(BOX_STYLES[found["boxstyle"]])})(value)
    return {**found, **parts}


_HEADED: Final = (
    *("head_length", "head_width", "widthA", "widthB", "lengthA", "lengthB", "angleA", "angleB"),
    *("scaleA", "scaleB"),
)
ARROW_STYLES: Final = {
    "-": (),
    **dict.fromkeys(("<-", "->", "<->", "<|-", "-|>", "<|-|>"), _HEADED),
    **dict.fromkeys(("]-", "]->"), ("widthA", "lengthA", "angleA")),
    **dict.fromkeys(("-[", "<-["), ("widthB", "lengthB", "angleB")),
    "]-[": ("widthA", "lengthA", "angleA", "widthB", "lengthB", "angleB"),
    "|-|": ("widthA", "angleA", "widthB", "angleB"),
    **dict.fromkeys(("simple", "fancy"), ("head_length", "head_width", "tail_width")),
    "wedge": ("tail_width", "shrink_factor"),
}
CONNECTION_STYLES: Final = {
    "arc3": ("rad",),
    "angle3": ("angleA", "angleB"),
    "angle": ("angleA", "angleB", "rad"),
    "arc": ("angleA", "angleB", "armA", "armB", "rad"),
    "bar": ("armA", "armB", "fraction", "angle"),
}


def _styled(styles: dict[str, tuple[str, ...]]) -> Check[str]:
    """A style's name, then its own parameters: "simple,tail_width=0.5"."""

    def check(value: Json) -> str:
        name, *parts = text(200)(value).replace(" ", "").split(",")
        parameters = one_of(*styles)(name) and styles[name]
        for part in parts:
            key, _, amount = part.partition("=")
            number = re.fullmatch(r"-?[0-9]{1,4}(\.[0-9]{0,17})?|-?\.[0-9]{1,17}", amount)
            if key not in parameters or number is None:
                raise SchemaError(f"{part[:40]!a} is no parameter of {name!a}")
        return ",".join((name, *parts))

    return check


ARROW_COLORS: Final = ("color", "facecolor", "fc", "edgecolor", "ec")
_ARROW_WIDTHS: Final = (
    *("linewidth", "lw", "mutation_scale", "shrinkA", "shrinkB", "width", "headwidth"),
    *("headlength",),
)
ARROW = dictionary(
    {
        "arrowstyle": _styled(ARROW_STYLES),
        "connectionstyle": _styled(CONNECTION_STYLES),
        "relpos": PAIR,
        **dict.fromkeys(ARROW_COLORS, nullable(ANY_COLOR)),
        **dict.fromkeys(_ARROW_WIDTHS, SIGNED_WIDTH),
        "shrink": real(-100, 100),
        "mutation_aspect": nullable(real(1e-3, 1e3)),
        "alpha": nullable(real(0, 1)),
        **dict.fromkeys(("linestyle", "ls"), ANY_DASHES),
        **dict.fromkeys(("fill", "visible", "antialiased", "aa", "clip_on"), boolean),
        "hatch": HATCH,
        "capstyle": CAP,
        "joinstyle": JOIN,
        "zorder": POINT,
    }
)
_OWNERS: Final = ("figure", "subfigure", "axes")
_OFFSETS: Final = ("offset points", "offset pixels", "offset fontsize")
COORDS = one_of(
    *(f"{owner} {unit}" for owner in _OWNERS for unit in ("points", "pixels", "fraction")),
    *("data", "polar", *_OFFSETS),
)

TEXT = {"text": LABEL, "style": TEXT_STYLE, "box": nullable(_box)}
TEXT_MORE: Final[dict[str, Check[Any]]] = {
    "xy": LOOSE_PAIR,
    "xytext": LOOSE_PAIR,
    "coords": row(COORDS, COORDS),
    "arrow": nullable(ARROW),
    "xyz": row(POINT, POINT, POINT),
    "zdir": row(POINT, POINT, POINT),
    "role": one_of("suptitle", "supxlabel", "supylabel"),
}

_HANDLE = either(record({"line": LINE_STYLE}), record({"patch": PATCH_STYLE}))
_GAPS: Final = (
    *("borderpad", "labelspacing", "handlelength", "handleheight", "handletextpad"),
    *("borderaxespad", "columnspacing"),
)
LEGEND: Final[dict[str, Check[Any]]] = {
    **dict.fromkeys(_GAPS, real(-1000, 1000)),
    "numpoints": integer(0, 100),
    "scatterpoints": integer(0, 100),
    "markerscale": real(0, 1000),
    "labels": items(LABEL, LIST_MAX),
    "handles": items(nullable(_HANDLE), LIST_MAX),
    "label_style": nullable(TEXT_STYLE),
    "title": nullable(LABEL),
    "title_style": TEXT_STYLE,
    "loc": either(integer(1, 10), PAIR),
    "anchor": BOUNDS,
    "columns": integer(1, 10_000),
    "mode": nullable(one_of("expand")),
    "alignment": ALIGN_X,
    "shadow": boolean,
    "frame_on": boolean,
    "frame": PATCH_STYLE,
    "frame_alpha": ALPHA,
    "fancy": boolean,
}
