"""Calls: what was passed to methods whose artists forget it, kept with the axes.

`capture` records them; here they are kept, written and read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakSet

import numpy as np
from matplotlib.artist import Artist

from intaglio._records.schema import SchemaError
from intaglio.errors import EncodeError
from intaglio.figures._columns import Json, Mpl, Values, as_values
from intaglio.figures._kind import Writing
from intaglio.figures._schema.kinds import COLUMN_NAME

_KEPT_BY: Final = "_intaglio_calls"  # the attribute of Axes


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call: the method's name, its arrays, and the artists it made."""

    method: str
    values: Mapping[str, Values]
    made: "WeakSet[Any]"

    def __reduce__(self) -> tuple[Any, ...]:
        """A weak set cannot be pickled, and its artists go with their figure."""
        return _recorded, (self.method, dict(self.values), list(self.made))


def _recorded(method: str, values: Mapping[str, Values], made: list[Artist]) -> Recorded:
    return Recorded(method, values, WeakSet(made))


def keep_call(
    axes: Mpl, method: str, values: Mapping[str, Values], result: Mpl, before: int
) -> None:
    """Remember a call for as long as the axes live.

    result: what it returned; where that has no artists, as with psd, those drawn since the axes
    had `before` children are its own.
    """
    made: WeakSet[Any] = WeakSet(list(_artists_in(result)) or axes._children[before:])
    axes.__dict__.setdefault(_KEPT_BY, []).append(Recorded(method, values, made))


def _artists_in(result: Mpl) -> Iterable[Artist]:
    if isinstance(result, Artist):
        yield result
    elif isinstance(result, Mapping):
        for value in result.values():
            yield from _artists_in(value)
    elif isinstance(result, list | tuple):
        for value in result:
            yield from _artists_in(value)
    elif type(result).__module__.startswith("matplotlib."):  # what pie and streamplot return
        yield from _artists_in(list(vars(result).values()))


def write_calls(page: Writing) -> list[Json]:
    """The calls whose artists are still there; values that cannot be carried are named."""
    records = []
    for call in page.axes.__dict__.get(_KEPT_BY, []):
        if not any(artist.axes is page.axes for artist in call.made):
            continue
        name = page.name(call.method + "-call")
        data, lost = {}, []
        for key, values in call.values.items():
            try:
                data[COLUMN_NAME(key)] = page.store.column(f"{name}/{key}", values)
            except (EncodeError, SchemaError):
                lost.append(key)
        record = {"kind": "call", "name": name, "method": call.method, "data": data, "lost": lost}
        record["artists"] = sorted({page.names[id(a)] for a in call.made if id(a) in page.names})
        records.append(record)
    return records


def arrays_in(name: str, value: Values) -> dict[str, Values]:
    """Copies of the arrays in an argument: of a ragged list each, as name/0, name/1, ...

    Of a list of dicts, as bxp takes, each key is a name; of a dict its values are a ragged list.
    """
    if value is None or isinstance(value, str | bool):
        return {}
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple) and value and all(isinstance(v, Mapping) for v in value):
        return _members_in(value)
    if isinstance(value, list | tuple) and any(np.ndim(_bare(item)) for item in value):
        found: dict[str, Values] = {}
        for i, item in enumerate(value):
            found |= arrays_in(f"{name}/{i}", item)
        return found
    if isinstance(value, np.ma.MaskedArray):
        return {name: np.ma.copy(value)}
    copy = np.array(as_values(_bare(value)))
    return {name: copy} if copy.dtype.kind != "O" or copy.ndim else {}


def _members_in(values: Sequence[Mapping[str, Values]]) -> dict[str, Values]:
    """Of dicts with the same keys each key's values; of keys that some lack each one's."""
    found: dict[str, Values] = {}
    for key in dict.fromkeys(key for value in values for key in value):
        if all(key in value for value in values):
            found |= arrays_in(str(key), [value[key] for value in values])
            continue
        for i, value in enumerate(values):
            found |= arrays_in(f"{key}/{i}", value.get(key))
    return found


def pairs_in(names: tuple[str, str], value: Values) -> dict[str, Values]:
    """Copies of the first and the second part of each pair."""
    pairs = [tuple(pair) for pair in _bare(value)]
    if any(len(pair) != len(names) for pair in pairs):
        return {}  # matplotlib will refuse it
    parts = zip(*pairs, strict=True) if pairs else ((), ())
    return {name: as_values(part) for name, part in zip(names, parts, strict=True)}


def _bare(value: Values) -> Values:
    """What a pandas or xarray object holds."""
    return getattr(value, "values", value)
