"""Time zones as text: names of the tz database, and fixed offsets such as UTC+02:00.

A name from a file is looked up in the list of this machine's database; it is never a path.
"""

import re
import zoneinfo
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache
from typing import Final

ZONE_CHARACTERS_MAX: Final = 200
_OFFSET: Final = re.compile(
    r"UTC([+-])([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{6}))?)?"
)


@cache
def _names() -> frozenset[str]:
    """The zones of the tz database of this machine."""
    return frozenset(zoneinfo.available_timezones())


def zone_text(zone: tzinfo) -> str | None:
    """The text of a zone of zoneinfo, datetime, dateutil or pytz; None where there is none.

    Different libraries may have different rules under one name: compare before use.
    """
    if isinstance(zone, timezone):
        return str(timezone(zone.utcoffset(None)))  # without its own name
    for name in _candidates(zone):
        if name in _names():
            return name
    fixed = zone.utcoffset(None)
    return None if fixed is None else str(timezone(fixed))


def _candidates(zone: tzinfo) -> list[str]:
    """Names that a zone may have: zoneinfo's, pytz's, and ends of the path that dateutil read."""
    parts = str(getattr(zone, "_filename", "")).replace("\\", "/").split("/")
    names = [getattr(zone, "key", None), getattr(zone, "zone", None)]
    names += ["/".join(parts[i:]) for i in range(len(parts))]
    return [name for name in names if isinstance(name, str)]


def zone_from_text(text: str) -> tzinfo | None:
    """The zone; None for a name that the tz database of this machine does not have."""
    if text == "UTC":
        return UTC
    found = _OFFSET.fullmatch(text)
    if found is not None:
        hours, minutes, seconds, micros = (int(part or 0) for part in found.groups()[1:])
        size = timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micros)
        return timezone(-size if found[1] == "-" else size)
    return zoneinfo.ZoneInfo(text) if text in _names() else None
