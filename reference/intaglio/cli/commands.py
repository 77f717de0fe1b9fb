"""The verbs, and the help of the command and of each verb."""

import shutil
import textwrap
from collections.abc import Iterator
from importlib import import_module
from typing import Final

from intaglio.cli.arguments import GROUPS, Argument, Verb
from intaglio.cli.parser import HELP

VERBS: Final = (  # in the order of the help; each is a module here, whose VERB describes it
    "pack",
    "unpack",
    "info",
    "ls",
    "show",
    "verify",
    "diff",
    "strip",
    "recolor",
    "restore",
    "tiles",
    "view",
    "completion",
)
SUMMARY: Final = "Exact arrays in pictures anyone can look at."
EXAMPLES: Final = (
    "intaglio pack m.npy -o m.png --cmap rainbow",
    "intaglio info m.png",
    "intaglio unpack m.png -o m.csv",
)
EXIT_CODES: Final = (
    "Exit codes: 0 ok; 3 no Intaglio data in this picture; 64 usage; 65 damaged data, or data that "
    "cannot be carried; 66 cannot open or write; 69 unsupported version, feature or library; 130 "
    "interrupted. `diff` says 0 for the same and 1 for different."
)
OPTIONS: Final = (Argument("version", "Print the version.", ("--version",)), HELP)
_WIDTH_MAX: Final = 100
# start of the help column; after a longer option it starts on the next line
_COLUMN_MAX: Final = 28
_EXAMPLE_INDENT: Final = "      "


def verb_of(name: str) -> Verb:
    """Return the verb with that name."""
    verb: Verb = import_module(f"intaglio.cli.{name}").VERB
    return verb


def main_help() -> str:
    """Return the help of the command."""
    rows = [(name, verb_of(name).summary) for name in VERBS]
    parts = [
        ["Usage: intaglio [OPTIONS] COMMAND [ARGS]..."],
        _paragraph(SUMMARY),
        ["  Examples:"],
        [_EXAMPLE_INDENT + line for line in EXAMPLES],
        _paragraph(EXIT_CODES),
        ["Options:", *_table([(spelled(one), one.help) for one in OPTIONS])],
        ["Commands:", *_table(rows)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def verb_help(verb: Verb) -> str:
    """Return the help of one verb, with its options in groups."""
    files = " ".join(one.metavar for one in verb.files)
    column = _column(_rows([*verb.options, HELP]))
    parts = [
        [f"Usage: intaglio {verb.name} [OPTIONS] {files}"],
        _paragraph(verb.summary),
        _paragraph(verb.text),
        ["  Try:"],
        [_EXAMPLE_INDENT + line for line in verb.examples],
        ["Arguments:", *_table([(one.metavar, one.help) for one in verb.files])],
        *([f"{title}:", *_table(_rows(options), column)] for title, options in groups(verb)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def groups(verb: Verb) -> Iterator[tuple[str, list[Argument]]]:
    """Return the non-empty option groups of a verb, with their titles."""
    for group in GROUPS:
        found = [one for one in verb.options if one.group == group]
        if found:
            yield group, found
    yield "Other", [HELP]


def spelled(one: Argument) -> str:
    """Return an option's flags, short one first, and its metavar."""
    flags = ", ".join(sorted(one.flags, key=len))
    return f"{flags} {one.metavar}".rstrip()


def told(one: Argument) -> str:
    """Return an option's help, with "required" and its environment variable."""
    required = " Required." if one.required else ""
    return one.help + required + (f" Also set by {one.variable}." if one.variable else "")


def _rows(options: list[Argument]) -> list[tuple[str, str]]:
    return [(spelled(one), told(one)) for one in options]


def _width() -> int:
    return max(40, min(shutil.get_terminal_size().columns, _WIDTH_MAX))


def _paragraph(text: str) -> list[str]:
    return textwrap.wrap(text, _width(), initial_indent="  ", subsequent_indent="  ")


def _column(rows: list[tuple[str, str]]) -> int:
    """Return the position of the second column of a table."""
    return 4 + max(len(left) for left, _ in rows if len(left) <= _COLUMN_MAX)


def _table(rows: list[tuple[str, str]], column: int = 0) -> list[str]:
    """Format two columns and wrap the second."""
    column, lines = column or _column(rows), []
    for left, right in rows:
        first = f"  {left}".ljust(column)
        if len(left) > _COLUMN_MAX:
            lines.append(f"  {left}")
            first = " " * column
        space = " " * column
        wrapped = textwrap.wrap(right, _width(), initial_indent=space, subsequent_indent=space)
        lines += [first + wrapped[0][column:], *wrapped[1:]]
    return lines
