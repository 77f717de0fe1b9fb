"""Reads frames: checks the record against closed tables, then builds the frame.

Results are never larger than the arrays and text of the file allow: each array may serve one
column only, and a range inside another index has at most as many entries as refer to it.
"""

import warnings
from collections.abc import Mapping
from datetime import tzinfo
from importlib.util import find_spec
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from intaglio._records.categories import join_words
from intaglio._records.frequencies import index_frequency, period_frequency
from intaglio._records.schema import (
    Check,
    SchemaError,
    boolean,
    integer,
    items,
    one_of,
    record,
    row,
    tagged,
    text,
)
from intaglio._records.time_zones import ZONE_CHARACTERS_MAX, zone_from_text
from intaglio._records.typed_json import from_json, is_plain_key

Record = dict[str, Any]

LEVELS_MAX: Final = 64
MASK: Final = ".mask"
MASKED: Final[dict[str, tuple[Any, np.dtype[Any]]]] = {
    **{f"Int{n}": (pd.arrays.IntegerArray, np.dtype(f"i{n // 8}")) for n in (8, 16, 32, 64)},
    **{f"UInt{n}": (pd.arrays.IntegerArray, np.dtype(f"u{n // 8}")) for n in (8, 16, 32, 64)},
    **{f"Float{n}": (pd.arrays.FloatingArray, np.dtype(f"f{n // 8}")) for n in (32, 64)},
    "boolean": (pd.arrays.BooleanArray, np.dtype(bool)),
}
_RANGE_SPARE: Final = 2**20
_COUNT_MAX: Final = 2**22  # a header has at most 4 MiB
_NESTING_MAX: Final = 3  # a level, its categories, their intervals
_INT64: Final = integer(-(2**63), 2**63 - 1)
_UNITS: Final = frozenset({("s", 1), ("ms", 1), ("us", 1), ("ns", 1)})


def nested_range_max(codes: int) -> int:
    """Maximum length of a range that is categories or a level for so many codes."""
    return _RANGE_SPARE + codes


def zone_of_pandas(text: str) -> tzinfo | str | None:
    """Return pandas' own object for a known zone name; None for other names."""
    zone = zone_from_text(text)
    return zone.key if isinstance(zone, ZoneInfo) else zone


def is_time_of_pandas(dtype: np.dtype[Any]) -> bool:
    """Return whether pandas supports that time unit; True for dtypes that are not times."""
    return dtype.kind not in "mM" or np.datetime_data(dtype) in _UNITS


def _label(value: Any) -> Any:  # noqa: ANN401 - JSON to a label
    label = from_json(value)
    if not is_plain_key(label):
        raise SchemaError(f"a label of type {type(label).__name__}")
    return label


def _attrs(value: Any) -> dict[str, Any]:  # noqa: ANN401
    attrs = from_json(value)
    if not isinstance(attrs, dict):
        raise SchemaError("no object")
    return attrs


_ARRAY: Final = {"array": text(255)}
_NAMES: Final = {"names": items(_label, LEVELS_MAX, minimum=1)}


def _values_tables(nesting: int) -> dict[str, Check[Record]]:
    """Return the table of column kinds."""
    storage = {"storage": one_of("python", "pyarrow")}
    words = {"words": items(text(_COUNT_MAX), _COUNT_MAX), "nan": boolean}
    tables = {
        "plain": record(_ARRAY),
        "masked": record({**_ARRAY, "dtype": one_of(*MASKED)}),
        "words": record({**_ARRAY, **words}, storage),
        "zoned": record({**_ARRAY, "zone": text(ZONE_CHARACTERS_MAX)}),
        "period": record({**_ARRAY, "frequency": text(30)}),
    }
    if nesting:
        end = tagged("kind", {kind: tables[kind] for kind in ("plain", "zoned")})
        closed = one_of("left", "right", "both", "neither")
        tables["interval"] = record({"left": end, "right": end, "closed": closed})
        of = _index_check(nesting - 1)
        tables["categories"] = record({**_ARRAY, "of": of, "ordered": boolean})
    return tables


def _both(one: Check[Record], other: Check[Record]) -> Check[Record]:
    return lambda value: {**one(value), **other(value)}


def _index_check(nesting: int) -> Check[Record]:
    """Check an index; the outermost may have several levels."""
    tables: dict[str, Check[Record]] = {}
    for kind, table in _values_tables(nesting).items():
        named = record(_NAMES, {} if kind == "period" else {"frequency": text(30)})
        tables[kind] = _both(named, table)
    tables["range"] = record({"range": row(_INT64, _INT64, _INT64), **_NAMES})
    tables["labels"] = record({"labels": items(_label, _COUNT_MAX), **_NAMES})
    if nesting == _NESTING_MAX:
        levels = items(_index_check(nesting - 1), LEVELS_MAX, minimum=1)
        tables["multi"] = record({**_ARRAY, "levels": levels, **_NAMES})
    return tagged("kind", tables)


_INDEX: Final = _index_check(_NESTING_MAX)
_COLUMNS: Final = items(tagged("kind", _values_tables(_NESTING_MAX)), _COUNT_MAX)
_TABLE: Final = record(
    {
        "version": one_of(1),
        "kind": one_of("frame", "series"),
        "data": _COLUMNS,
        "columns": _INDEX,
        "index": _INDEX,
        "attrs": _attrs,
    },
    {"name": _label, "duplicate_labels": boolean},
)


def checked_frame(value: Any) -> Record:  # noqa: ANN401 - any JSON
    """Check the record of a frame member by member; raise SchemaError."""
    checked = _TABLE(value)
    if checked["kind"] == "series":
        if len(checked["data"]) != 1:
            raise SchemaError(f"a series of {len(checked['data'])} columns", "data")
        if "name" not in checked:
            raise SchemaError("missing", "name")
    return checked


class FrameReader:
    """Builds a frame from a checked record; each array serves once."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._arrays: Final = dict(arrays)

    def frame(self, checked: Record) -> pd.DataFrame | pd.Series:
        """Build the frame or series."""
        index = self._index(checked["index"])
        columns = self._index(checked["columns"])
        values = [self._values(column) for column in checked["data"]]
        if len(values) != len(columns):
            raise SchemaError(f"{len(values)} columns, and labels for {len(columns)}", "data")
        rows = len(index)
        wrong = next((i for i, one in enumerate(values) if len(one) != rows), None)
        if wrong is not None:
            raise SchemaError(f"{len(values[wrong])} values in {rows} rows", f"data[{wrong}]")
        frame = pd.DataFrame(dict(enumerate(values)), index=index)
        frame.columns = columns
        found = frame
        if checked["kind"] == "series":
            found = frame.iloc[:, 0].rename(checked["name"])
        found.attrs = checked["attrs"]
        if not checked.get("duplicate_labels", True):
            found.flags.allows_duplicate_labels = False
        return found

    def _take(self, name: str, kinds: str) -> npt.NDArray[Any]:
        values = self._arrays.pop(name, None)
        if values is None:
            raise SchemaError(f"no array {name[:40]!a}, or one that is used twice")
        if values.ndim != 1 or values.dtype.kind not in kinds:
            raise SchemaError(f"array {name[:40]!a} is {values.dtype} of {values.ndim} dimensions")
        if not is_time_of_pandas(values.dtype):
            raise SchemaError(f"array {name[:40]!a}: pandas has no times of {values.dtype}")
        return values

    def _values(self, checked: Record) -> Any:  # noqa: ANN401 - a numpy array or pandas' own
        return _BUILDERS[checked["kind"]](self, checked)

    def _plain(self, checked: Record) -> npt.NDArray[Any]:
        return self._take(checked["array"], "biufcmM")

    def _masked(self, checked: Record) -> Any:  # noqa: ANN401
        kind, dtype = MASKED[checked["dtype"]]
        values = self._take(checked["array"], dtype.kind)
        missing = self._take(checked["array"] + MASK, "b")
        if values.dtype != dtype or values.shape != missing.shape:
            raise SchemaError(f"array {checked['array'][:40]!a} or its mask is not of its dtype")
        return kind(values.copy(), missing.copy())

    def _words(self, checked: Record) -> Any:  # noqa: ANN401
        codes = self._take(checked["array"], "i")
        nothing = np.nan if checked["nan"] else pd.NA
        storage = checked.get("storage")
        if storage == "pyarrow" and find_spec("pyarrow") is None:
            warnings.warn("pyarrow is missing: text is in pandas' Python storage", stacklevel=2)
            storage = "python"
        dtype = pd.StringDtype(storage, na_value=nothing)
        texts = join_words(codes, checked["words"])
        texts[codes < 0] = dtype.na_value
        return pd.array(texts, dtype)

    def _zoned(self, checked: Record) -> Any:  # noqa: ANN401
        instants = pd.DatetimeIndex(self._take(checked["array"], "M")).tz_localize("UTC")
        zone = zone_of_pandas(checked["zone"])
        if zone is None:
            zone_name = f"the time zone {checked['zone']!a} is unknown on this machine"
            what = f"{checked['array']!a}: {zone_name}"
            warnings.warn(f"{what}; its times are in UTC", stacklevel=2)
            return instants.array
        return instants.tz_convert(zone).array

    def _period(self, checked: Record) -> Any:  # noqa: ANN401
        dtype = pd.PeriodDtype(period_frequency(checked["frequency"]))
        values = self._take(checked["array"], "i")
        if values.dtype != np.int64:
            raise SchemaError(f"periods of {values.dtype}, not int64")
        return pd.arrays.PeriodArray(values, dtype)

    def _interval(self, checked: Record) -> Any:  # noqa: ANN401
        left, right = self._values(checked["left"]), self._values(checked["right"])
        return pd.arrays.IntervalArray.from_arrays(left, right, checked["closed"])

    def _categories(self, checked: Record) -> Any:  # noqa: ANN401
        codes = self._take(checked["array"], "i")
        categories = self._nested(checked["of"], len(codes))
        return pd.Categorical.from_codes(codes, categories, ordered=checked["ordered"])

    def _nested(self, checked: Record, codes: int) -> pd.Index:
        """Build categories or a level."""
        if checked["kind"] == "range" and _range_length(checked) > nested_range_max(codes):
            raise SchemaError(f"a range of {_range_length(checked)} entries for {codes} codes")
        return self._index(checked)

    def _index(self, checked: Record) -> pd.Index:
        names = checked["names"]
        if checked["kind"] == "multi":
            return self._multi(checked)
        if len(names) != 1:
            raise SchemaError(f"{len(names)} names for an index with one level")
        if checked["kind"] == "range":
            _range_length(checked)
            return pd.RangeIndex(*checked["range"], name=names[0])
        if checked["kind"] == "labels":
            labels = np.empty(len(checked["labels"]), object)
            for i, label in enumerate(checked["labels"]):  # a tuple is one label
                labels[i] = label
            return pd.Index(labels, dtype=object, name=names[0], tupleize_cols=False)
        index = pd.Index(self._values(checked), name=names[0])
        if "frequency" in checked and checked["kind"] != "period":
            if not isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
                raise SchemaError(f"a frequency of a {type(index).__name__}")
            index.freq = index_frequency(checked["frequency"], len(index))
        return index

    def _multi(self, checked: Record) -> pd.MultiIndex:
        name, count = checked["array"], len(checked["levels"])
        codes = [self._take(f"{name}.codes{i}", "i") for i in range(count)]
        if len(checked["names"]) != count or len({len(one) for one in codes}) != 1:
            raise SchemaError(f"{count} levels, but another number of names or codes")
        levels = [
            self._nested(level, len(one))
            for level, one in zip(checked["levels"], codes, strict=True)
        ]
        return pd.MultiIndex(levels, codes, names=checked["names"])


_BUILDERS: Final[dict[str, Any]] = {
    "plain": FrameReader._plain,
    "masked": FrameReader._masked,
    "words": FrameReader._words,
    "zoned": FrameReader._zoned,
    "period": FrameReader._period,
    "interval": FrameReader._interval,
    "categories": FrameReader._categories,
}


def _range_length(checked: Record) -> int:
    start, stop, step = checked["range"]
    if not step:
        raise SchemaError("a range with a step of 0", "range")
    length = int(max(0, -((start - stop) // step)))
    if length > 2**63 - 1:
        raise SchemaError(f"a range of {length} entries", "range")
    return length
