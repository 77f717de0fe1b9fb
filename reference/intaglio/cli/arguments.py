"""What a verb accepts: tables of files and options, and the rows that several verbs share.

The parser, the help, the completion scripts and the manual page are generated from these
tables. Options of the picture come from `intaglio._options`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from intaglio._options import TABLE, Option
from intaglio.cli.wording import in_options, option_of
from intaglio.limits import OUTPUT_BYTES_VARIABLE, PIXELS_VARIABLE

GROUPS: Final = ("Look", "Size", "Input", "Output")


@dataclass(frozen=True, slots=True)
class Argument:
    """A file or an option.

    name: its attribute of what `parse` returns. flags: "--output", "-o"; none for a file.
    metavar: what stands for its value; a flag has none. many: may be given several times.
    keyword: the Python keyword for it, as errors name it; "Limits(...)" for a reader's limit.
    variable: the environment variable that sets it too. values: all or common values.
    files: whether values are names of files. sets: what a flag sets.
    """

    name: str
    help: str
    flags: tuple[str, ...] = ()
    metavar: str = ""
    group: str = "Output"
    convert: Callable[[str], Any] = str
    default: Any = None
    required: bool = False
    many: bool = False
    keyword: str = ""
    variable: str = ""
    values: Callable[[], Iterable[str]] = tuple
    files: bool = False
    sets: Any = True

    @property
    def label(self) -> str:
        """The name in messages."""
        return " / ".join(f"'{flag}'" for flag in self.flags) or f"'{self.metavar}'"


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: a one-sentence summary, more help, examples, and its arguments."""

    name: str
    run: Callable[[SimpleNamespace], int]
    summary: str
    text: str
    examples: tuple[str, ...]
    arguments: tuple[Argument, ...]

    @property
    def files(self) -> list[Argument]:
        """The arguments without flags."""
        return [one for one in self.arguments if not one.flags]

    @property
    def options(self) -> list[Argument]:
        """The arguments with flags, in the order of the help."""
        found = [one for one in self.arguments if one.flags]
        return sorted(found, key=lambda one: GROUPS.index(one.group))

    @property
    def option_names(self) -> dict[str, str]:
        """The flag for each keyword that errors may name."""
        return {one.keyword: one.flags[0] for one in self.arguments if one.keyword}


def number(text: str) -> float:
    """Parse a number in Python syntax."""
    try:
        return float(text)
    except ValueError:
        message = f"{text[:40]!a} is not a number"
        raise ValueError(message) from None


def whole(text: str) -> int:
    """Parse an integer."""
    try:
        return int(text)
    except ValueError:
        message = f"{text[:40]!a} is not a whole number"
        raise ValueError(message) from None


def above_zero(text: str) -> int:
    """Parse an integer above 0."""
    value = whole(text)
    if value < 1:
        message = f"{value} is not above 0"
        raise ValueError(message)
    return value


def profile(text: str) -> str | tuple[int, ...]:
    """Parse a profile name or four depths."""
    if not re.fullmatch(r"\d{1,2}([,-]\d{1,2}){3}", text):
        return text
    return tuple(int(depth) for depth in re.split("[,-]", text))


def colour_maps() -> Iterable[str]:
    """Return the names of all colour maps."""
    from intaglio._colormap_data import ROW_BY_NAME

    return ROW_BY_NAME


_CONVERT: Final[dict[Any, Callable[[str], Any]]] = {
    float: number,
    float | None: number,
    int: whole,
    int | None: whole,
}
_OWN: Final[dict[str, Callable[[str], Any]]] = {"profile": profile, "cover": Path}


def _of_picture(row: Option) -> Argument:
    default = f" Default: {row.default}." if row.default else ""
    return Argument(
        row.name,
        in_options(row.help) + default,
        (option_of(row.name),),
        row.metavar,
        row.group,
        _OWN.get(row.name, _CONVERT.get(row.type, str)),
        keyword=row.name,
        values=colour_maps if row.name == "cmap" else lambda: row.choices,
        files=row.name in ("cover", "metadata", "attrs"),
    )


def picture_options(*groups: str) -> tuple[Argument, ...]:
    """Return the picture options, in the groups of the options table."""
    return tuple(_of_picture(row) for row in TABLE.values() if row.group in groups)


def given_options(given: SimpleNamespace) -> dict[str, Any]:
    """Return the picture options that were given as keywords, except those read from JSON."""
    found = {row.name: getattr(given, row.name) for row in TABLE.values() if row.group != "Input"}
    return {name: value for name, value in found.items() if value is not None}


def flag(name: str, text: str, *short: str, group: str = "Output") -> Argument:
    """Return an option without a value."""
    flags = (option_of(name), *short)
    return Argument(name, text, flags, group=group, default=False)


def _limit(name: str, keyword: str, variable: str, text: str) -> Argument:
    return Argument(
        name, text, (option_of(name),), "N", "Input", above_zero, keyword=keyword, variable=variable
    )


FILES: Final = Argument(
    "files",
    "Pictures that carry data; - is standard input.",
    metavar="F.png...",
    convert=Path,
    required=True,
    many=True,
    files=True,
)
AS_JSON: Final = Argument(
    "as_json", "Print one line of JSON a file, for programs.", ("--json",), default=False
)
QUIET: Final = flag("quiet", "No messages and no progress line; errors only.", "-q")
FORCE: Final = flag("force", "Replace files that are there already.", "-f")
ONLY: Final = Argument(
    "only",
    "Only this array; may be given several times.",
    ("--only",),
    "NAME",
    "Input",
    many=True,
)
PIXELS_MAX: Final = _limit(
    "pixels_max", "Limits(pixels_max)", PIXELS_VARIABLE, "Refuse pictures of more pixels."
)
READ_PIXELS_MAX: Final = _limit(
    "read_pixels_max", "Limits(pixels_max)", PIXELS_VARIABLE, "Refuse sources of more pixels."
)
BYTES_MAX: Final = _limit(
    "bytes_max",
    "Limits(output_bytes_max)",
    OUTPUT_BYTES_VARIABLE,
    "Refuse arrays of more bytes together (1000 times the file's size; at least 268435456, at "
    "most 4294967296).",
)


def output(metavar: str, text: str, *, required: bool = False) -> Argument:
    """-o, --output."""
    return Argument(
        "output", text, ("--output", "-o"), metavar, "Output", required=required, files=True
    )
