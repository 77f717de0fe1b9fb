"""Values that all artists share: numbers, names, colours, dashes, markers, norms, colour maps."""

import re
import sys
from collections.abc import Mapping
from math import inf, isfinite, nan
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
    number,
    one_of,
    record,
    row,
    text,
)

LIST_MAX: Final = 1 << 20  # items of any list; the file's header is at most 4 MiB
TEXT_MAX: Final = 10_000  # characters
POINTS_MAX: Final = 10_000  # a width, length or font size in points
DASH_SUM_MIN: Final = 1e-3  # of a pattern, in widths of its line
MARKER_SIDES_MAX: Final = 100
MARKER_VERTICES_MAX: Final = 1000
COLORS_MAX: Final = 65_536  # of a colour map's table

_COLOR_NAMES: Final = frozenset(
    word
    for line in (
        "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue",
        "blueviolet brown burlywood cadetblue chartreuse chocolate coral cornflowerblue",
        "cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey",
        "darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon",
        "darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet",
        "deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen",
        "fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew",
        "hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon",
        "lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey",
        "lightpink lightsalmon lightseagreen lightskyblue lightslategray lightslategrey",
        "lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine",
        "mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen",
        "mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite",
        "navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen",
        "paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple",
        "rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell",
        "sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan",
        "teal thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen b g r c",
        "m y k w tab:blue tab:orange tab:green tab:red tab:purple tab:brown tab:pink tab:gray",
        "tab:grey tab:olive tab:cyan none",
    )
    for word in line.split()
)


def matching(pattern: str, what: str, characters: int = 300) -> Check[str]:
    """A text that matches a pattern from its first to its last character."""
    compiled = re.compile(pattern)
    short = text(characters)

    def check(value: Json) -> str:
        if compiled.fullmatch(short(value)) is None:
            raise SchemaError(f"{value[:40]!a} is no {what}")
        return str(value)

    return check


def real(lowest: float = -sys.float_info.max, highest: float = sys.float_info.max) -> Check[float]:
    """A finite number within a range; an integer that no float holds becomes one."""
    inner = number(lowest, highest)

    def check(value: Json) -> float:
        found = inner(value)
        return found if abs(found) < 2**53 else float(found)

    return check


_NOT_FINITE: Final = {"nan": nan, "inf": inf, "-inf": -inf}


def special(value: Json) -> float:
    """A number that is not finite, written {"float": "nan"}."""
    if not isinstance(value, dict) or value.keys() != {"float"}:
        if isinstance(value, float) and not isfinite(value):  # a record that is checked again
            return value
        raise SchemaError("no number")
    name: str = one_of(*_NOT_FINITE)(value["float"])
    return _NOT_FINITE[name]


def dictionary(members: Mapping[str, Check[Any]]) -> Check[dict[str, Any]]:
    """An object of which every member may be left out."""
    return record({}, members)


POINT = real()
LOOSE = either(special, POINT)  # a number that may be NaN or infinite
UNIT = number(0, 1)
PAIR = row(POINT, POINT)
LOOSE_PAIR = row(LOOSE, LOOSE)
BOUNDS = row(*[real(-1e6, 1e6)] * 4)
MATRIX = row(*[row(POINT, POINT, POINT)] * 3)
WIDTH = real(0, POINTS_MAX)
SIGNED_WIDTH = real(-POINTS_MAX, POINTS_MAX)
IDENTIFIER = matching(r"[A-Za-z_][A-Za-z0-9_]*", "identifier", 100)
NAME = matching(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+){0,12}", "name of a part of a figure", 255)
WORDS = text(TEXT_MAX)
ALPHA = nullable(either(UNIT, items(UNIT, LIST_MAX)))
SIDES = one_of("left", "right", "top", "bottom")

RGBA = row(UNIT, UNIT, UNIT, UNIT)
COLOR = nullable(either(one_of("none", "None", "auto", "face", "edge", "inherit"), RGBA))


def color_name(value: Json) -> str:
    """A colour's name: those of CSS and matplotlib, #hex, a grey "0.5", "C3"."""
    short: str = text(40)(value)
    known = short.lower() in _COLOR_NAMES
    if known or re.fullmatch(
        r"#([0-9a-fA-F]{3,4}){1,2}|C[0-9]{1,3}|0?\.[0-9]{1,9}|0|1|[01]\.0*", short
    ):
        return short
    raise SchemaError(f"{short!a} is no colour")


ANY_COLOR = either(color_name, RGBA, row(UNIT, UNIT, UNIT), row(color_name, UNIT))

LINESTYLE_NAMES: Final = (
    *("-", "--", "-.", ":", "None", "none", " ", "", "solid", "dashed", "dashdot", "dotted"),
)
LINESTYLE = one_of(*LINESTYLE_NAMES)
_PATTERN = row(real(-1e6, 1e6), items(real(0, 1e6), 64, minimum=1))


def _pattern(value: Json) -> list[Any]:
    """Offset and lengths; so short that a line would have no end of dashes is refused."""
    found = _PATTERN(value)
    if sum(found[1]) < DASH_SUM_MIN:
        raise SchemaError(f"dashes of together less than {DASH_SUM_MIN}")
    return found


DASHES = either(one_of("-", "none"), _pattern)
ANY_DASHES = either(LINESTYLE, _pattern)
DASH_LIST = items(DASHES, LIST_MAX, minimum=1)
CAP = one_of("butt", "projecting", "round")
JOIN = one_of("miter", "round", "bevel")
HATCH = nullable(matching(r"[/\\|+xoO.*-]{0,24}", "hatch"))
ANTIALIASED = items(boolean, LIST_MAX, minimum=1)  # of none, matplotlib takes the remainder

_MARKERS: Final = (
    *(".", ",", "o", "v", "^", "<", ">", "1", "2", "3", "4", "8", "s", "p", "*", "h", "H", "+"),
    *("x", "D", "d", "|", "_", "P", "X", "None", "none", " ", "", *range(12)),
)


def math_text(value: Json) -> str:
    """A text whose mathematical parts are short and nested little: their parser recurses."""
    found = WORDS(value)
    if found.count("$") > 1:
        _check_math(found)
    return found


MATH_MAX: Final = 2000  # characters of a text with mathematical parts
MATH_DEPTH_MAX: Final = 8  # braces in braces
SPACE_MAX: Final = 100  # font sizes, of \hspace
_SPACE: Final = re.compile(
    r"\\hspace\s*\{\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
)
_MATH_OPENING: Final = re.compile(r"\\left(?![a-zA-Z])|(?<!\\)\{")
_MATH_CLOSING: Final = re.compile(r"\\right(?![a-zA-Z])|(?<!\\)\}")
_MATH_TOKEN: Final = re.compile(f"{_MATH_OPENING.pattern}|{_MATH_CLOSING.pattern}")


def _check_math(words: str) -> None:
    if len(words) > MATH_MAX:
        raise SchemaError(f"a mathematical text of {len(words)} characters, more than {MATH_MAX}")
    if any(abs(float(space)) > SPACE_MAX for space in _SPACE.findall(words)):
        raise SchemaError(f"\\hspace of more than {SPACE_MAX} font sizes")
    depth = deepest = 0
    for token in _MATH_TOKEN.findall(words):
        depth += 1 if _MATH_OPENING.fullmatch(token) else -1
        deepest = max(deepest, depth)
        depth = max(depth, 0)
    if deepest > MATH_DEPTH_MAX:
        raise SchemaError(f"a mathematical text nested {deepest} deep, more than {MATH_DEPTH_MAX}")


def _math_marker(value: Json) -> str:
    found = math_text(text(100)(value))
    if not (found.startswith("$") and found.endswith("$") and len(found) > 2):
        raise SchemaError(f"{found[:40]!a} is no marker")
    return found


def check_codes(codes: list[int], count: int) -> None:
    """Refuse codes of a path that are not one for each vertex, or break off within a curve."""
    if len(codes) != count:
        raise SchemaError(f"{len(codes)} codes for {count} vertices")
    at = 0
    while at < count:
        length = {3: 2, 4: 3}.get(codes[at], 1)
        if codes[at : at + length] != [codes[at]] * length or (at == 0 and codes[0] != 1):
            raise SchemaError(f"codes[{at}]: a path cannot go on like this")
        at += length


_PATH_MARKER = record(
    {
        "vertices": items(PAIR, MARKER_VERTICES_MAX, minimum=1),
        "codes": nullable(items(one_of(0, 1, 2, 3, 4, 79), MARKER_VERTICES_MAX)),
    }
)


def _path_marker(value: Json) -> dict[str, Any]:
    found = _PATH_MARKER(value)
    if found["codes"] is not None:
        check_codes(found["codes"], len(found["vertices"]))
    return found


_SIDED = row(integer(1, MARKER_SIDES_MAX), one_of(0, 1, 2), real(-1e6, 1e6))


def MARKER(value: Json) -> Any:  # noqa: ANN401, N802 - a name, a number, a polygon, a path, a text
    """A marker of matplotlib's, [sides, style, angle], a path, or a mathematical text."""
    if isinstance(value, dict):
        return _path_marker(value)
    if isinstance(value, list):
        return _SIDED([*value, 0])[:2] if len(value) == 2 else _SIDED(value)
    return _math_marker(value) if str(value)[:1] == "$" else one_of(*_MARKERS)(value)


COORDINATES: Final = ("data", "axes", "x", "y", "figure", "root")
TRANSFORM = either(one_of(*COORDINATES, "unknown"), row(one_of("data", "figure"), MATRIX))

_PARAMETERS: Final[dict[str, Check[Any]]] = {
    "gamma": real(1e-3, 1e3),
    "vcenter": POINT,
    "halfrange": POINT,
    "linear_width": real(1e-300, 1e300),
    "linthresh": real(1e-300, 1e300),
    "linscale": real(1e-6, 1e6),
    "base": real(1.01, 1000),
    "boundaries": items(POINT, COLORS_MAX, minimum=2),
    "Ncmap": integer(1, COLORS_MAX),
    "extend": one_of("neither", "both", "min", "max"),
}
NORM = record(
    {"kind": IDENTIFIER, "vmin": nullable(LOOSE), "vmax": nullable(LOOSE)},
    {"clip": boolean, **{name: nullable(check) for name, check in _PARAMETERS.items()}},
)
CMAP = record(
    {"name": text(200)},
    {"table": items(RGBA, COLORS_MAX, minimum=1), "edges": row(RGBA, RGBA, RGBA)},
)
MAPPING: Final[dict[str, Check[Any]]] = {"cmap": CMAP, "norm": NORM}

SCALE_PARTS: Final[dict[str, dict[str, Check[Any]]]] = {
    "linear": {},
    "log": {"base": _PARAMETERS["base"]},
    "symlog": {name: _PARAMETERS[name] for name in ("base", "linthresh", "linscale")},
    "asinh": {"linear_width": _PARAMETERS["linear_width"]},
    "logit": {},
}


def scale(value: Json) -> dict[str, Any]:
    """A scale's name, and the parameters that a scale of that name has."""
    name = record({"name": text(100)})(value)["name"]
    return {"name": name, **dictionary(SCALE_PARTS.get(name, {}))(value)}
