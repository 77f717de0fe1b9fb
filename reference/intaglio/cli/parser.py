"""Parses the arguments of a verb by the tables of `arguments`.

Uses getopt with GNU rules: options and files in any order, `-fq`, `--name=value`, and `--`
before file names that start with a dash. argparse is not used: it reads the value of
`--vmin -1e-5` or `--only -x` as an option, and mixes files and options only in some versions.
"""

import getopt
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, Final

from intaglio.cli.arguments import Argument, Verb
from intaglio.cli.exit_codes import UsageError

HELP: Final = Argument("help", "Show this message and exit.", ("--help", "-h"), default=False)


def parse(verb: Verb, arguments: list[str]) -> SimpleNamespace | None:
    """Return the values of all arguments of a verb; None if --help was given."""
    try:
        return _parsed(verb, arguments)
    except getopt.GetoptError as problem:
        raise usage(_reason(problem, verb), verb.name) from None
    except ValueError as problem:
        raise usage(str(problem), verb.name) from None


def usage(message: str, verb: str = "") -> UsageError:
    """Build the error for an invalid command line, with a hint to --help."""
    return UsageError(f"{message} ({' '.join(filter(None, ['intaglio', verb]))} --help shows how)")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a "Did you mean" question with similar names; empty if there are none."""
    from difflib import get_close_matches  # imported only for errors

    close = get_close_matches(word, [*known], 3)
    return f" Did you mean {' or '.join(map(repr, close))}?" if close else ""


def _parsed(verb: Verb, arguments: list[str]) -> SimpleNamespace | None:
    rows = {flag: one for one in (*verb.options, HELP) for flag in one.flags}
    short = "".join(f[1] + ":" * bool(rows[f].metavar) for f in rows if f[1] != "-")
    long = [f[2:] + "=" * bool(rows[f].metavar) for f in rows if f[1] == "-"]
    pairs, files = getopt.gnu_getopt(arguments, short, long)
    given: dict[str, Any] = {}
    for flag, text in pairs:
        one = rows[flag]
        _check_whole(flag, arguments, rows)
        value = _value(one, text, flag) if one.metavar else one.sets
        given[one.name] = [*given.get(one.name, []), value] if one.many else value
    if "help" in given:
        return None
    given |= _files(verb, files)
    for one in verb.options:
        if one.name not in given:
            given[one.name] = _unset(one)
    return SimpleNamespace(**given)


def _check_whole(flag: str, arguments: list[str], rows: dict[str, Argument]) -> None:
    """Refuse abbreviated options, which getopt would accept."""
    typed = [word.partition("=")[0] for word in arguments]
    if flag not in typed and flag.startswith("--"):
        short = next(w for w in typed if w.startswith("--") and len(w) > 2 and flag.startswith(w))
        raise ValueError(_no_such(short, rows))


def _no_such(name: str, known: Iterable[str]) -> str:
    hint = did_you_mean(name, known) if name.startswith("--") else ""
    return f"No such option: {name}{'.' * bool(hint)}{hint}"


def _unset(one: Argument) -> Any:  # noqa: ANN401 - of whatever type its value has
    """Return the value of an option that was not given."""
    if one.required:
        message = f"Missing option {one.label}."
        raise ValueError(message)
    return one.default


def _files(verb: Verb, words: list[str]) -> dict[str, Any]:
    """Assign files in the order of the table; only the last row may take several."""
    found: dict[str, Any] = {}
    for one in verb.files:
        if one.required and not words:
            message = f"Missing argument {one.label}."
            raise ValueError(message)
        taken, words = (words, []) if one.many else (words[:1], words[1:])
        values = [_value(one, word, one.metavar) for word in taken]
        found[one.name] = values if one.many else values[0]
    if words:
        message = f"Got unexpected extra argument {words[0]!a}."
        raise ValueError(message)
    return found


def _value(one: Argument, text: str, source: str) -> Any:  # noqa: ANN401
    try:
        return one.convert(text)
    except ValueError as problem:
        message = f"Invalid value for '{source}': {problem}."
        raise ValueError(message) from None


def _reason(problem: getopt.GetoptError, verb: Verb) -> str:
    """Describe an invalid option; getopt's own messages differ between Python versions."""
    long = f"--{problem.opt}"
    name = long if long in problem.msg else long[1:]
    flags = {flag: one for one in (*verb.options, HELP) for flag in one.flags}
    if name in flags:
        if flags[name].metavar:
            return f"Option '{name}' requires an argument."
        return f"Option '{name}' does not take a value."
    return _no_such(name, flags)
