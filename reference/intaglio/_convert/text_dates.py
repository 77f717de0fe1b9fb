"""Dates in text, ISO 8601: each comes back as it was written, or is refused.

NumPy turns a date that its unit cannot hold into another date without an error; so every date is
compared with what NumPy made of it.
"""

import re
from collections.abc import Callable
from typing import Final

import numpy as np

from intaglio._convert.base import Array
from intaglio._escape import counted
from intaglio.errors import FormatError

DATE: Final = re.compile(
    r"NaT|(?:-\d{3,}|\d{4,})-\d\d(-\d\d([T ]\d\d(:\d\d(:\d\d(\.\d+)?)?)?)?)?", re.ASCII
)
_DATE_OR_YEAR: Final = re.compile(rf"(?:{DATE.pattern})|-?\d{{4,}}", re.ASCII)
_SECOND_DIGITS_MAX: Final = 18  # attoseconds
_YEAR: Final = re.compile(r"(-?\d+)(.*)", re.ASCII)
_REST: Final = "-01-01T00:00:00.000000000000000000"


def dates(
    cells: list[str], kind: str | None, where: Callable[[int], str]
) -> tuple[Array, list[str]]:
    """The dates, of the dtype `kind` or of the finest unit that they are written in; and notes."""
    is_year = kind is not None and np.datetime_data(np.dtype(kind))[0] == "Y"
    pattern = _DATE_OR_YEAR if is_year else DATE  # else a number may count seconds, or days
    filled = [cell.replace(" ", "T") or "NaT" for cell in cells]
    for i, cell in enumerate(filled):
        if not pattern.fullmatch(cell):
            message = f"{where(i)} is {cell[:40]!a}, not a date as in 2026-01-31T12:00"
            raise FormatError(message)
        if len(cell.partition(".")[2]) > _SECOND_DIGITS_MAX:
            message = f"{where(i)} has more than {_SECOND_DIGITS_MAX} digits of a second's fraction"
            raise FormatError(message)
    try:
        array = np.array(filled, kind or "datetime64")
    except (ValueError, OverflowError):
        array = np.array([_maybe_date(cell) for cell in filled], "datetime64[D]")
    shown = np.datetime_as_string(array)
    for i, (cell, found) in enumerate(zip(filled, shown.tolist(), strict=True)):
        if cell != "NaT" and not _is_same(cell, found):
            message = f"{where(i)} is {cell[:40]!a}, which {array.dtype.name} cannot hold"
            raise FormatError(message)
    holes = [i for i, cell in enumerate(cells) if not cell]
    if holes:
        note = f"read as NaT: {counted(len(holes), 'empty cell')}, the first at {where(holes[0])}"
        return array, [note]
    return array, []


def _maybe_date(cell: str) -> np.datetime64:
    """The date alone, to find the one that is at fault; NaT for that."""
    try:
        return np.datetime64(cell, "D")
    except (ValueError, OverflowError, TypeError):
        return np.datetime64("NaT", "D")


def _is_same(cell: str, found: str) -> bool:
    """Whether two dates are the same; `cell` may leave out digits, or write -0044 for -044."""
    asked, kept = _YEAR.fullmatch(cell), _YEAR.fullmatch(found)
    if asked is None or kept is None or int(asked[1]) != int(kept[1]):
        return False
    rest, wanted = asked[2], kept[2]
    return (rest + _REST[len(rest) :])[: max(len(rest), len(wanted))] == wanted
