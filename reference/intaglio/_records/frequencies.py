"""Frequencies of pandas' indexes and periods: a closed table of the names that files may hold."""

import re
from typing import Final

from intaglio._records.schema import SchemaError

_DAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_MONTHS: Final = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
FIXED: Final = frozenset({"D", "h", "min", "s", "ms", "us", "ns"})  # steps of one length
_WEEKS: Final = frozenset({f"W-{day}" for day in _DAYS})
_STEPS: Final = frozenset(
    {"B", "MS", "ME", "BMS", "BME"}
    | {f"{name}-{day}" for day in range(1, 28) for name in ("SMS", "SME")}
    | {f"{name}-{month}" for month in _MONTHS for name in ("QS", "QE", "BQS", "BQE")}
    | {f"{name}-{month}" for month in _MONTHS for name in ("YS", "YE", "BYS", "BYE")}
)
_SPANS: Final = frozenset(
    {"B", "M"} | {f"{name}-{month}" for month in _MONTHS for name in ("Q", "Y")}
)
_FORM: Final = re.compile(r"(-?[1-9][0-9]{0,14})?([A-Za-z]{1,3}(?:-[A-Z0-9]{1,3})?)")

STEPPED_ITEMS_MAX: Final = 2**17  # pandas checks steps of unequal length one by one


def index_frequency(text: str, length: int) -> str:
    """A frequency of a DatetimeIndex or TimedeltaIndex of that length, as it is."""
    name = _name_of(text, FIXED | _WEEKS | _STEPS)
    if name not in FIXED and length > STEPPED_ITEMS_MAX:
        raise SchemaError(f"frequency {name} of {length} items, more than {STEPPED_ITEMS_MAX}")
    return text


def period_frequency(text: str) -> str:
    """A frequency of periods, as it is."""
    name = _name_of(text, FIXED | _WEEKS | _SPANS)
    if text.startswith("-") or len(text.removesuffix(name)) > 9:
        raise SchemaError(f"{text!a} is no frequency of periods")
    return text


def _name_of(text: str, names: frozenset[str]) -> str:
    found = _FORM.fullmatch(text)
    steps = found[1] or "1" if found else ""
    if found is None or found[2] not in names or (found[2] not in FIXED and len(steps) > 9):
        raise SchemaError(f"{text[:40]!a} is no frequency that a file may hold")
    return found[2]
