"""Exit codes: one code and one sentence for every problem.

Only `diff` uses 1, and nothing uses 2, so that a crash is never mistaken for a result.
"""

import os
from pathlib import Path
from typing import Final

from intaglio.cli.wording import in_options
from intaglio.errors import (
    DecodeError,
    EncodeError,
    FormatError,
    IntaglioError,
    MissingExtraError,
    Reason,
)
from intaglio.limits import VariableError

OK: Final = 0
DIFFERENT: Final = 1  # only diff
NO_DATA: Final = 3  # perhaps a picture, but without Intaglio data
USAGE: Final = 64
DATA: Final = 65  # the file is damaged or malformed, or the data cannot be carried
FILE: Final = 66  # cannot open or write
UNSUPPORTED: Final = 69  # an unsupported version or feature, or a missing library
BUG: Final = 70
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141

_DECODE: Final = {
    Reason.NOT_PNG: NO_DATA,
    Reason.NO_PROLOGUE: NO_DATA,
    Reason.VERSION_UNKNOWN: UNSUPPORTED,
    Reason.REQUIRED_FLAG_UNKNOWN: UNSUPPORTED,
    Reason.EXTENSION_UNKNOWN: UNSUPPORTED,
    Reason.ELEMENT_UNKNOWN: UNSUPPORTED,
    Reason.FILTER_UNKNOWN: UNSUPPORTED,
    Reason.CODEC_UNKNOWN: UNSUPPORTED,
}
_ENCODE: Final = {Reason.OPTION_INVALID: USAGE, Reason.FORMAT_UNSUPPORTED: USAGE}


class UsageError(ValueError):
    """An invalid command line; the text says what is valid."""


class ExistsError(OSError):
    """The file exists and --force was not given."""

    def __init__(self, path: os.PathLike[str] | str) -> None:
        super().__init__(f"{os.fspath(path)} is there already; --force replaces it")


def code_of(problem: Exception) -> int:
    """Return the exit code for `problem`."""
    match problem:
        case DecodeError():
            return _DECODE.get(problem.reason, DATA)
        case EncodeError():
            return _ENCODE.get(problem.reason, DATA)
        case MissingExtraError():
            return UNSUPPORTED
        case UsageError() | VariableError() | KeyError():
            return USAGE
        case BrokenPipeError():
            return PIPE_CLOSED
        case OSError():
            return FILE
        case FormatError() | MemoryError():
            return DATA
    return BUG


def sentence_of(problem: Exception) -> str:
    """Return cause and remedy in one line for people; not yet escaped."""
    match problem:
        case IntaglioError():
            option = getattr(problem, "option", None)
            return f"{in_options(problem.detail, option)} [{problem.reason}]"
        case OSError() if problem.strerror:
            about = f"{_known_name(problem.filename)}: " if problem.filename else ""
            return f"{about}{problem.strerror}"
        case MemoryError():
            return "this machine has not enough memory for it"
        case FormatError() | MissingExtraError() | UsageError() | VariableError():
            return str(problem)
        case KeyError() | OSError():
            return str(problem)
    return (
        f"internal error, please report it: {type(problem).__name__}: {problem} "
        "(INTAGLIO_DEBUG=1 shows where)"
    )


def _known_name(name: str | bytes) -> str:
    """Return the name of the file; for a temporary file, its folder."""
    path = Path(os.fsdecode(name))
    return str(path.parent if path.name.startswith(".intaglio-") else path)
