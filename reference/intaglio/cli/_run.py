"""From arguments to an exit code, whatever happens on the way."""

import os
import re
import sys
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Final

from intaglio._limits import OUTPUT_BYTES_VARIABLE, PIXELS_VARIABLE
from intaglio.cli._exits import INTERRUPTED, OK, PIPE_CLOSED, USAGE, UsageError
from intaglio.cli._files import STDOUT, naming_full_disk
from intaglio.cli._streams import discard, open_missing
from intaglio.cli._talk import Talk, complain, fail

_EMPTY_OPTION: Final = re.compile("--[a-z-]+=")
_USUAL_FLAGS: Final = ("--json", "--quiet", "-q")
_FLAGS_OF_VERB: Final = {
    "info": _USUAL_FLAGS,
    "ls": _USUAL_FLAGS,
    "verify": _USUAL_FLAGS,
    "show": ("--textconv", "--quiet", "-q"),
}
_PARSED_VARIABLES: Final = ("_INTAGLIO_COMPLETE", PIXELS_VARIABLE, OUTPUT_BYTES_VARIABLE)


def run(arguments: list[str]) -> int:
    """Carry out one command line, and give its exit code; never raises."""
    with warnings.catch_warnings():
        warnings.showwarning = _note_of_a_library  # type: ignore[assignment]
        return _run(arguments)


def _note_of_a_library(message: Warning | str, *_about: object) -> None:
    """Print a warning as one line; Python would show a line of the library's code beside it."""
    complain(f"note: {message}")


def _run(arguments: list[str]) -> int:
    open_missing()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        _check_encodable(arguments)
        code = _maybe_plain(arguments)
        if code is None:
            code = _parsed(_meant(arguments))
        with naming_full_disk(STDOUT):
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        discard(sys.stdout)
        return PIPE_CLOSED
    except Exception as problem:
        return fail(problem)
    return code


def _check_encodable(arguments: list[str]) -> None:
    """Refuse what names no file: what no command line of a system holds, and the empty text.

    An empty path would be this folder: `-o "$OUT"` without OUT would replace what is in it.
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


def _meant(arguments: list[str]) -> list[str]:
    """`help VERB` as Typer has it; a file where the verb should stand is refused with verbs."""
    first = arguments[0] if arguments else ""
    if first == "help":
        return [*arguments[1:2], "--help"]
    if Path(first).suffix and Path(first).is_file():
        message = f"say what to do with {first}: intaglio info {first}, or unpack, verify, view"
        raise UsageError(message)
    return arguments


def _parsed(arguments: list[str]) -> int:
    """Let Typer understand the arguments."""
    from intaglio.cli._app import build

    try:
        code = build(arguments)(
            args=arguments or ["--help"],
            prog_name="intaglio",
            standalone_mode=False,
            windows_expand_args=False,
        )
    except SystemExit as left:  # Typer makes exit code 1 of a closed pipe: that is diff's answer
        if isinstance(left.__context__, BrokenPipeError):
            raise left.__context__ from None
        raise
    if not arguments:
        return USAGE
    return code if isinstance(code, int) else OK


def _maybe_plain(arguments: list[str]) -> int | None:
    """Do a looking verb with files and flags only; None if the arguments hold anything else.

    Typer 0.29 brings pydantic, which takes 80 ms of CPU at each start; this is what people
    and scripts do many times over, and it needs no parser.
    """
    verb, rest = arguments[0] if arguments else "", arguments[1:]
    flags = [word for word in rest if word.startswith("-")]
    files = [Path(word) for word in rest if not word.startswith("-")]
    if not files or not os.environ.keys().isdisjoint(_PARSED_VARIABLES):
        return None
    if verb not in _FLAGS_OF_VERB or not all(flag in _FLAGS_OF_VERB[verb] for flag in flags):
        return None
    from intaglio.cli import _looking

    talk = Talk(quiet="--quiet" in flags or "-q" in flags, as_json="--json" in flags)
    if verb == "info":
        return _looking.info_files(files, talk)
    if verb == "ls":
        return _looking.ls_files(files, talk)
    if verb == "show":
        return _looking.show_files(files, talk, textconv="--textconv" in flags)
    return _looking.verify_files(files, talk)
