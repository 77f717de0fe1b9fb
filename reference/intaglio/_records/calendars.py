"""Dates of cftime, in calendars that numpy does not have, as whole microseconds and back."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from intaglio._records.schema import SchemaError
from intaglio.errors import DecodeError, Reason

Array = npt.NDArray[Any]

CALENDARS: Final = (
    *("standard", "gregorian", "proleptic_gregorian", "julian", "noleap"),
    *("365_day", "all_leap", "366_day", "360_day"),
)
CALENDARS_ITEMS_MAX: Final = 2**22  # each becomes an object of 100 bytes
_EPOCH: Final = "microseconds since 1970-01-01"


def cftime_from(codes: Array, saved: Mapping[str, Any]) -> Array:
    """Dates of cftime, an object array shaped like `codes` (int64)."""
    if codes.dtype != np.int64 or codes.size > CALENDARS_ITEMS_MAX:
        raise SchemaError(f"dates as {codes.size} {codes.dtype}")
    try:
        import cftime
    except ImportError as problem:
        raise DecodeError(
            Reason.METADATA_INVALID, "dates of other calendars need cftime: pip install cftime"
        ) from problem
    dates = np.empty(codes.shape, object)
    if codes.size:
        dates[...] = cftime.num2date(
            codes,
            _EPOCH,
            saved["calendar"],
            only_use_cftime_datetimes=True,
            has_year_zero=saved.get("has_year_zero"),
        )
    return dates


def microseconds_of(dates: Array, calendar: str, has_year_zero: bool) -> Array:
    """Whole microseconds (int64) of dates of cftime."""
    import cftime

    counts = cftime.date2num(dates, _EPOCH, calendar, has_year_zero=has_year_zero)
    found: Array = np.asarray(counts)
    return found
