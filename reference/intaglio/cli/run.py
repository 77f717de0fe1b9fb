"""Runs a command line and returns its exit code."""

import os
import re
import sys
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Final

from intaglio.cli.console import complain, fail
from intaglio.cli.exit_codes import INTERRUPTED, OK, PIPE_CLOSED, USAGE, UsageError
from intaglio.cli.files import STDOUT, naming_full_disk
from intaglio.cli.parser import HELP
from intaglio.cli.streams import discard, open_missing
from intaglio.cli.wording import speak_of

_EMPTY_OPTION: Final = re.compile("--[a-z-]+=")


def run(arguments: list[str]) -> int:
    """Run one command line; return its exit code and never raise."""
    with warnings.catch_warnings():
        warnings.showwarning = _note_of_a_library  # type: ignore[assignment]
        return _run(arguments)


def _note_of_a_library(message: Warning | str, *_about: object) -> None:
    """Print a library's warning as one line, without the line of code that Python would add."""
    complain(f"note: {message}")


def _run(arguments: list[str]) -> int:
    open_missing()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        _check_encodable(arguments)
        code = _meant(arguments)
        with naming_full_disk(STDOUT):
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output stopped reading
        discard(sys.stdout)
        return PIPE_CLOSED
    except Exception as problem:
        return fail(problem)
    return code


def _check_encodable(arguments: list[str]) -> None:
    """Refuse arguments that cannot be file names: those with NUL, and empty ones.

    An empty path would mean this folder: `-o "$OUT"` with OUT unset would replace its files.
    """
    for before, word in pairwise(["intaglio", *arguments]):
        if not word or _EMPTY_OPTION.fullmatch(word):
            message = f"nothing is given after {(word or before).rstrip('=')[:40]!a}"
            raise UsageError(message)
        try:
            bad = b"\0" in os.fsencode(word)
        except UnicodeEncodeError:
            bad = True
        if bad:
            message = f"{word[:40]!a} holds a NUL or a lone surrogate: no file has such a name"
            raise UsageError(message)


def _meant(arguments: list[str]) -> int:
    """Run the verb that the first argument names."""
    from intaglio.cli.commands import OPTIONS, VERBS, main_help, verb_help, verb_of
    from intaglio.cli.parser import did_you_mean, parse, usage

    if not arguments:
        _print(main_help())
        return USAGE
    first, rest = arguments[0], arguments[1:]
    if first in HELP.flags or arguments == ["help"]:
        _print(main_help())
        return OK
    if first == "--version":
        from intaglio import __version__

        _print(f"intaglio {__version__}")
        return OK
    if first == "help":
        first, rest = rest[0], [*HELP.flags[:1]]
    if first.startswith("-"):
        hint = did_you_mean(first, [flag for one in OPTIONS for flag in one.flags])
        raise usage(f"No such option: {first}{'.' * bool(hint)}{hint}")
    if first not in VERBS:
        _refuse_file(first)
        raise usage(f"No such command {first!a}.{did_you_mean(first, VERBS)}")
    verb = verb_of(first)
    speak_of(verb.option_names)
    given = parse(verb, rest)
    if given is None:
        _print(verb_help(verb))
        return OK
    return verb.run(given)


def _refuse_file(word: str) -> None:
    """Suggest verbs if the first argument is a file."""
    if Path(word).suffix and Path(word).is_file():
        message = f"say what to do with {word}: intaglio info {word}, or unpack, verify, view"
        raise UsageError(message)


def _print(text: str) -> None:
    with naming_full_disk(STDOUT):
        print(text)  # noqa: T201
