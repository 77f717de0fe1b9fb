"""Replaces standard streams that the caller closed.

For a stream that is closed at start, `sys.stdout` and its like are None. Then `print` to a
file None writes to standard output, and the next opened file gets the stream's number.
"""

import os
import sys
from contextlib import suppress
from typing import Final, TextIO

_STAND_INS: Final = (  # in the order of their numbers, so that each gets its own
    ("stdin", "r", os.O_WRONLY),  # reading fails
    ("stdout", "w", os.O_RDONLY),  # writing fails
    ("stderr", "w", os.O_WRONLY),  # messages are lost
)


def open_missing() -> None:
    """Replace each closed stream; using it raises OSError (EBADF)."""
    for name, mode, flags in _STAND_INS:
        if getattr(sys, name) is None:
            stream = open(os.open(os.devnull, flags), mode, encoding="utf-8")  # noqa: SIM115, PTH123
            setattr(sys, name, stream)


def discard(stream: TextIO) -> None:
    """Stop writing to `stream`; otherwise Python would try again at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
