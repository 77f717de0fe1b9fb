"""Writes frames: columns and indexes become arrays; what arrays cannot say becomes a record.

`_read` is the inverse; docs/pandas.md describes both.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from intaglio._records.categories import split_words
from intaglio._records.frequencies import index_frequency, period_frequency
from intaglio._records.schema import SchemaError
from intaglio._records.time_zones import zone_text
from intaglio._records.typed_json import NoJSONError, is_plain_key, to_json
from intaglio.errors import EncodeError, Reason
from intaglio.pandas._advice import advice, refused
from intaglio.pandas._read import (
    LEVELS_MAX,
    MASK,
    MASKED,
    is_time_of_pandas,
    nested_range_max,
    zone_of_pandas,
)

Record = dict[str, Any]
Arrays = dict[str, npt.NDArray[Any]]

_NAME_BYTES_MAX: Final = 200  # room for suffixes


class Spot(NamedTuple):
    """The column or index being written, for errors: in prose and as code."""

    words: str
    code: str
    is_column: bool = False

    def part(self, name: str) -> "Spot":
        """A named part of it."""
        return Spot(f"the {name} of {self.words}", f"{self.code}.{name}")


def array_names(columns: pd.Index) -> list[str]:
    """Convert labels to array names that are unique."""
    taken = {"index", "columns", ""}
    names = []
    for i, label in enumerate(columns):
        fit = type(label) is str and label.isprintable() and "." not in label
        name = label if fit and len(label.encode()) <= _NAME_BYTES_MAX else f"column{i}"
        name = f"{name}.{i}" if name in taken else name
        taken.add(name)
        names.append(name)
    return names


def write_values(name: str, values: Any, arrays: Arrays, spot: Spot) -> Record:  # noqa: ANN401
    """Return the record of a column and add its arrays to `arrays`."""
    if type(values) is pd.arrays.NumpyExtensionArray:  # string arrays are subclasses
        values = values.to_numpy()
    dtype = values.dtype
    if isinstance(dtype, np.dtype):
        return _plain(name, np.asarray(values), arrays, spot)
    if isinstance(dtype, pd.CategoricalDtype):
        arrays[name] = np.asarray(values.codes)
        part = spot.part("categories")
        of = write_index(f"{name}.categories", dtype.categories, arrays, part, len(values))
        return {"kind": "categories", "array": name, "of": of, "ordered": bool(dtype.ordered)}
    if isinstance(dtype, pd.DatetimeTZDtype):
        zone = _zone(values, spot)
        arrays[name] = values.tz_convert("UTC").tz_localize(None).to_numpy()
        return {"kind": "zoned", "array": name, "zone": zone}
    if isinstance(dtype, pd.StringDtype):
        return _words(name, values, arrays, spot)
    if isinstance(dtype, pd.PeriodDtype):
        frequency = pd.PeriodIndex(values).freqstr
        _allowed(lambda: period_frequency(frequency), spot)
        arrays[name] = pd.PeriodIndex(values).asi8
        return {"kind": "period", "array": name, "frequency": frequency}
    if isinstance(dtype, pd.IntervalDtype):
        ends = {
            end: write_values(f"{name}.{end}", getattr(values, end).array, arrays, spot.part(end))
            for end in ("left", "right")
        }
        return {"kind": "interval", "closed": dtype.closed, **ends}
    known = MASKED.get(str(dtype))
    if known is not None and type(values) is known[0]:
        arrays[name] = values.to_numpy(known[1], na_value=known[1].type(0))
        arrays[name + MASK] = np.asarray(pd.isna(values))
        return {"kind": "masked", "array": name, "dtype": str(dtype)}
    raise refused(spot.words, dtype, advice(values, spot.code))


def _plain(name: str, values: npt.NDArray[Any], arrays: Arrays, spot: Spot) -> Record:
    kind = values.dtype.kind
    if kind not in "biufcmM" or not is_time_of_pandas(values.dtype):
        raise refused(spot.words, values.dtype, advice(values, spot.code))
    arrays[name] = values
    return {"kind": "plain", "array": name}


def _words(name: str, values: Any, arrays: Arrays, spot: Spot) -> Record:  # noqa: ANN401
    missing = np.asarray(pd.isna(values))
    try:
        arrays[name], words = split_words(np.asarray(values, object), missing)
    except TypeError as problem:
        raise EncodeError(Reason.DTYPE_UNSUPPORTED, f"{spot.words}: {problem}") from problem
    nan = values.dtype.na_value is not pd.NA
    storage = values.dtype.storage
    return {"kind": "words", "array": name, "words": words, "nan": nan, "storage": storage}


def _zone(values: Any, spot: Spot) -> str:  # noqa: ANN401 - a DatetimeArray
    """Return the zone's name, if it gives the same local times."""
    text = zone_text(values.dtype.tz)
    zone = None if text is None else zone_of_pandas(text)
    if text is not None and zone is not None and _same_local_times(values, zone):
        return text
    raise EncodeError(
        Reason.DTYPE_UNSUPPORTED,
        f"{spot.words} has the time zone {values.dtype.tz!r}, which is no zone of the tz database "
        f"nor a fixed offset with the same local times: write {spot.code} = "
        f"{spot.code}{'.dt' if spot.is_column else ''}.tz_convert('UTC')",
    )


def _same_local_times(values: Any, zone: Any) -> bool:  # noqa: ANN401
    try:
        here, there = values.tz_localize(None), values.tz_convert(zone).tz_localize(None)
    except Exception:  # pandas 2 raises this with zones of dateutil 4
        return False
    return np.array_equal(here.to_numpy().view("i8"), there.to_numpy().view("i8"))


def _allowed(check: Any, spot: Spot) -> None:  # noqa: ANN401
    try:
        check()
    except SchemaError as problem:
        raise EncodeError(Reason.DTYPE_UNSUPPORTED, f"{spot.words}: {problem}") from problem


def write_label(label: Any, spot: Spot) -> Any:  # noqa: ANN401
    """Return a label as JSON: a string, number, bool, None, or a tuple of these."""
    try:
        form = to_json(label)
    except NoJSONError as problem:
        raise EncodeError(Reason.NAME_INVALID, f"{spot.words}, {label!r}: {problem}") from problem
    if not is_plain_key(label):
        raise EncodeError(
            Reason.NAME_INVALID, f"{spot.words}, {label!r}, is no string, number or tuple of these"
        )
    return form


def write_index(
    name: str, index: pd.Index, arrays: Arrays, spot: Spot, codes: int | None = None
) -> Record:
    """Return the record of an index. codes: how many entries refer to it (categories, levels)."""
    part = Spot(f"a name of {spot.words}", spot.code)
    names = [write_label(label, part) for label in index.names]
    if isinstance(index, pd.RangeIndex):
        if codes is not None and len(index) > nested_range_max(codes):
            raise EncodeError(
                Reason.DTYPE_UNSUPPORTED,
                f"{spot.words}: a range of {len(index)} entries, at most {codes} in use: "
                "remove_unused_categories() or remove_unused_levels() drops the others",
            )
        return {"kind": "range", "range": [index.start, index.stop, index.step], "names": names}
    if isinstance(index, pd.MultiIndex):
        return {**_multi(name, index, arrays, spot), "names": names}
    if index.dtype == object:
        part = Spot(f"a label of {spot.words}", spot.code)
        labels = [write_label(label, part) for label in index]
        return {"kind": "labels", "labels": labels, "names": names}
    record = {**write_values(name, index.array, arrays, spot), "names": names}
    frequency = getattr(index, "freqstr", None)
    if frequency is not None and not isinstance(index, pd.PeriodIndex):
        try:
            record["frequency"] = index_frequency(frequency, len(index))
        except SchemaError as problem:
            raise EncodeError(
                Reason.DTYPE_UNSUPPORTED,
                f"{spot.words}: {problem}; write {spot.code}.freq = None",
            ) from problem
    return record


def _multi(name: str, index: pd.MultiIndex, arrays: Arrays, spot: Spot) -> Record:
    if index.nlevels > LEVELS_MAX:
        raise EncodeError(
            Reason.DTYPE_UNSUPPORTED,
            f"{spot.words} has {index.nlevels} levels, more than {LEVELS_MAX}",
        )
    for i, codes in enumerate(index.codes):
        arrays[f"{name}.codes{i}"] = np.asarray(codes)
    levels = [
        write_index(
            f"{name}.level{i}",
            level.rename(None),
            arrays,
            Spot(f"level {i} of {spot.words}", f"{spot.code}.levels[{i}]"),
            len(index),
        )
        for i, level in enumerate(index.levels)
    ]
    return {"kind": "multi", "array": name, "levels": levels}
