"""Columns: the values an artist holds, as arrays under readable names.

A column is an array and, in JSON, what the array alone cannot say: a mask, the
words of text, a time zone. docs/figures.md, "Columns". This file knows values;
artists have modules of their own.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from intaglio._packing.sequences import check_elements_kept, is_sequence
from intaglio._records.categories import join_words, split_words
from intaglio.errors import DecodeError, EncodeError, Reason

Array = npt.NDArray[Any]
Json: TypeAlias = Any  # dicts, lists, strings, numbers, bools, None
Mpl: TypeAlias = Any  # an artist or another object of matplotlib
Values: TypeAlias = Any  # whatever matplotlib takes for numbers, dates or words

MASK_SUFFIX: Final = ".mask"
_NOT_FINITE: Final = "not-finite"
TEXTS_MAX: Final = 2**24  # of columns, beyond the elements of the file's arrays
_SCANNED: Final = frozenset(("starts", "codes", "facecolors", "edgecolors", "linewidths"))
_SCANNED_MAX: Final = 2**24  # elements of these, beyond four times those of the file's arrays


class Store:
    """Arrays by name, equal ones only once."""

    def __init__(self) -> None:
        self.arrays: Final[dict[str, Array]] = {}
        self._names: Final[dict[tuple[object, ...], str]] = {}

    def column(self, name: str, values: Values) -> dict[str, Json]:
        """Keep `values` under `name`, or under the name they have already; give the column.

        EncodeError(DTYPE_UNSUPPORTED) for what is neither numbers, dates nor words.
        """
        if isinstance(values, np.ma.MaskedArray):
            return self._masked(name, values)
        array = as_values(values)
        if array.dtype.kind == "O":
            return self._objects(name, array)
        if array.dtype.kind == "U":
            return self._words(name, array)
        if array.dtype.kind == "f" and array.dtype.itemsize > 8:
            return {**self._plain(name, array.astype(np.float64)), "rounded": array.dtype.name}
        return self._plain(name, array)

    def _plain(self, name: str, array: Array) -> dict[str, Json]:
        array = np.array(array, order="C")
        key = (array.dtype.newbyteorder("<"), array.shape, hashlib.sha256(array.tobytes()).digest())
        kept = self._names.setdefault(key, name)
        if kept == name:
            self.arrays[name] = array
        return {"array": kept}

    def _masked(self, name: str, values: Values) -> dict[str, Json]:
        """A mask that only says "not finite" is matplotlib's own, and follows from the values."""
        data, mask = np.asarray(values.data), np.ma.getmaskarray(values)
        column = self.column(name, data)
        if not mask.any():
            return column
        if data.dtype.kind in "fc" and np.array_equal(mask, ~np.isfinite(data)):
            return {**column, "mask": _NOT_FINITE}
        return {**column, "mask": self._plain(name + MASK_SUFFIX, mask)["array"]}

    def _words(self, name: str, array: Array) -> dict[str, Json]:
        """Words as numbers of a table, in the order in which they first appear."""
        codes, words = split_words(array)
        return {**self._plain(name, codes), "words": words}

    def _objects(self, name: str, array: Array) -> dict[str, Json]:
        array = array.astype(object)
        items = [item for item in array.ravel().tolist() if item is not None]
        if items and all(isinstance(item, str) for item in items):
            return self._words(name, array)
        if items and all(isinstance(item, date) for item in items):
            return self._dates(name, array, items)
        if items and all(isinstance(item, timedelta) for item in items):
            unit = "ns" if any(getattr(item, "nanoseconds", 0) for item in items) else "us"
            return self._plain(name, array.astype(f"m8[{unit}]"))
        try:
            numbers = array.astype(np.float64)
        except (TypeError, ValueError) as problem:
            kinds = ", ".join(sorted({type(item).__name__ for item in items})[:4])
            raise EncodeError(
                Reason.DTYPE_UNSUPPORTED,
                f"{name} holds {kinds or 'nothing'}: numbers, dates and words can be carried",
            ) from problem
        return {**self._plain(name, numbers), "rounded": "object"}

    def _dates(self, name: str, array: Array, items: list[Any]) -> dict[str, Json]:
        """Python's dates have whole microseconds, so nothing is lost but a zone's offset."""
        if not all(isinstance(item, datetime) for item in items):
            return self._plain(name, array.astype("M8[D]"))
        zones = {str(item.tzinfo) for item in items if item.tzinfo is not None}
        fine = any(getattr(item, "nanosecond", 0) for item in items)
        unit = "ns" if fine else "us"
        flat = [_as_utc(item, unit) for item in array.ravel().tolist()]
        column = self._plain(name, np.array(flat, f"M8[{unit}]").reshape(array.shape))
        return {**column, "zone": zones.pop()} if len(zones) == 1 else column


def as_values(values: Values) -> Array:
    """An ndarray; of a list with integers that floats would round one of objects."""
    array = np.asarray(values)
    if array.dtype.kind not in "fc" or not is_sequence(values):
        return array
    try:
        check_elements_kept(values, array)
    except EncodeError:
        return np.array(values, object)
    return array


def _as_utc(item: Values, unit: str) -> "np.datetime64":
    if item is None or item != item:  # NaT
        return np.datetime64("NaT", "us")
    if item.tzinfo is not None:
        item = (item - item.utcoffset()).replace(tzinfo=None)
    stamp: np.datetime64 = item.to_datetime64() if unit == "ns" else np.datetime64(item, "us")
    return stamp


class ColumnReader:
    """Reads columns of a record that was checked; bounds what texts and checks take."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._arrays: Final = arrays
        stored = sum(array.size for array in arrays.values())
        self._left = TEXTS_MAX + 2 * stored
        self._scans_left = _SCANNED_MAX + 4 * stored

    def read(self, name: str, column: Mapping[str, Json]) -> Array:
        """The values of a column; DecodeError if its arrays are not there or do not fit."""
        if name in _SCANNED:
            self._scans_left -= self._array(column).size
            if self._scans_left < 0:
                raise DecodeError(
                    Reason.LIMIT_EXCEEDED,
                    "the figure's paths and colours name the same arrays over and over: more than "
                    f"{_SCANNED_MAX:,} elements beyond four times those of the file",
                )
        if "words" in column:
            self._left -= self._array(column).size
            if self._left < 0:
                raise DecodeError(
                    Reason.LIMIT_EXCEEDED,
                    f"the figure's columns hold over {TEXTS_MAX:,} texts more than its arrays",
                )
        return read_column(column, self._arrays)

    def _array(self, column: Mapping[str, Json]) -> Array:
        return _named(column["array"], self._arrays)


def _named(name: str, arrays: Mapping[str, Array]) -> Array:
    if name not in arrays:
        raise _unfit(f"the array {name!a:.80} is not in this file")
    return arrays[name]


def _unfit(problem: str) -> DecodeError:
    return DecodeError(Reason.METADATA_INVALID, f"a column of the figure cannot be read: {problem}")


def read_column(column: Mapping[str, Json], arrays: Mapping[str, Array]) -> Array:
    """The values of a column: an ndarray, masked or of str where the column says so."""
    values = _named(column["array"], arrays)
    mask = column.get("mask")
    if mask == _NOT_FINITE and values.dtype.kind not in "fc":
        raise _unfit(f"{values.dtype} is always finite")
    if "words" in column:
        if values.dtype != np.int32 or (values.size and values.max() >= len(column["words"])):
            raise _unfit("its numbers are no positions in the list of its words")
        values = join_words(values, column["words"])
    if mask is None or mask == _NOT_FINITE:
        return values
    hidden = _named(mask, arrays)
    if hidden.dtype != np.bool or hidden.shape != values.shape:
        raise _unfit(f"a mask of {hidden.dtype} {hidden.shape} for values of {values.shape}")
    return np.ma.MaskedArray(values, hidden)


def column_masked(column: Mapping[str, Json], arrays: Mapping[str, Array]) -> Array:
    """`read_column` as matplotlib held it: masked where a mask followed from the values too."""
    values = read_column(column, arrays)
    return np.ma.masked_invalid(values) if column.get("mask") == _NOT_FINITE else values
