"""pandas: frames and series as pictures, index and columns kept.

Importing this module registers the accessors `df.intaglio` and `series.intaglio`; `load`
reads. Columns of dtype object are refused: say what they hold with astype. docs/pandas.md
has the schema.
"""

from collections.abc import Mapping
from typing import Any, Final, Unpack

import numpy as np
import numpy.typing as npt

try:
    import pandas as pd
except ModuleNotFoundError as problem:
    from intaglio._extras import missing

    raise missing(problem, "pandas", "pandas") from problem

from intaglio import _api
from intaglio._errors import DecodeError, EncodeError, Reason
from intaglio._files import Source
from intaglio._options import Options
from intaglio._typed import NoJSONError, from_json, to_json
from intaglio._words import join_words, split_words

__all__ = ["load", "save"]

MEMBER: Final = "intaglio.pandas"  # of the file's metadata
SCHEMA_VERSION: Final = 1
_MASK: Final = ".mask"
_NAME_BYTES_MAX: Final = 200  # suffixes come after it

Record = dict[str, Any]
Arrays = dict[str, npt.NDArray[Any]]


def save(file: Source, data: pd.DataFrame | pd.Series, **options: Unpack[Options]) -> None:
    """Save a DataFrame or Series: values, index, columns, names and dtypes come back.

    options: as for `save`, but metadata and attrs. Errors: EncodeError, which names the column.
    """
    if "metadata" in options or "attrs" in options:
        raise EncodeError(Reason.OPTION_INVALID, "metadata and attrs are the frame's: set .attrs")
    frame = data.to_frame() if isinstance(data, pd.Series) else data
    arrays: Arrays = {}
    names = _array_names(frame.columns)
    columns = [
        _write(name, frame.iloc[:, i].array, arrays, f"column {frame.columns[i]!r}")
        for i, name in enumerate(names)
    ]
    record: Record = {
        "version": SCHEMA_VERSION,
        "kind": "series" if isinstance(data, pd.Series) else "frame",
        "data": columns,
        "columns": _write_index("columns", frame.columns, arrays),
        "index": _write_index("index", frame.index, arrays),
    }
    if isinstance(data, pd.Series):
        record["name"] = _label(data.name)
    try:
        record["attrs"] = to_json(data.attrs)
    except NoJSONError as problem:
        raise EncodeError(Reason.METADATA_INVALID, f"the frame's attrs: {problem}") from problem
    options["metadata"] = {MEMBER: record}
    _api.save(file, arrays, **options)


def _array_names(columns: pd.Index) -> list[str]:
    """Labels as array names, made different where they are not."""
    taken = {"index", "columns", ""}
    names = []
    for i, label in enumerate(columns):
        fit = isinstance(label, str) and label.isprintable() and "." not in label
        name = label if fit and len(label.encode()) <= _NAME_BYTES_MAX else f"column{i}"
        name = f"{name}.{i}" if name in taken else name
        taken.add(name)
        names.append(name)
    return names


def _write(name: str, values: Any, arrays: Arrays, what: str) -> Record:  # noqa: ANN401
    """The record of an extension array or numpy-backed one; its arrays go into `arrays`."""
    if type(values) is pd.arrays.NumpyExtensionArray:  # string arrays are subclasses
        values = values.to_numpy()
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        arrays[name] = np.asarray(values.codes)
        categories = _write_index(f"{name}.categories", dtype.categories, arrays)
        return {
            "kind": "categories",
            "array": name,
            "of": categories,
            "ordered": bool(dtype.ordered),
        }
    if isinstance(dtype, pd.DatetimeTZDtype):
        arrays[name] = values.tz_convert("UTC").tz_localize(None).to_numpy()
        return {"kind": "zoned", "array": name, "zone": str(dtype.tz)}
    if isinstance(dtype, pd.StringDtype):
        missing = np.asarray(pd.isna(values))
        arrays[name], words = split_words(np.asarray(values, object), missing)
        not_a_number = dtype.na_value is not pd.NA
        return {"kind": "words", "array": name, "words": words, "nan": not_a_number}
    if isinstance(dtype, np.dtype) and dtype.kind in "biufcmM":
        arrays[name] = np.asarray(values)
        return {"kind": "plain", "array": name}
    if hasattr(values, "_mask") and hasattr(dtype, "numpy_dtype"):
        missing = np.asarray(pd.isna(values))
        arrays[name] = values.to_numpy(dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
        arrays[name + _MASK] = missing
        return {"kind": "masked", "array": name, "dtype": str(dtype)}
    raise EncodeError(Reason.DTYPE_UNSUPPORTED, f"{what} has dtype {dtype}: {_advice(values)}")


def _advice(values: Any) -> str:  # noqa: ANN401
    if values.dtype != object:
        return "numbers, dates, categories and strings can be carried; convert it with astype"
    kinds = ", ".join(sorted({type(item).__name__ for item in values})[:4])
    return f"it holds {kinds or 'nothing'}; say what it is, for example with astype('string')"


def _label(label: Any) -> Any:  # noqa: ANN401 - str, int, float, bool or None
    try:
        form = to_json(label)
    except NoJSONError as problem:
        raise EncodeError(Reason.NAME_INVALID, f"the name {label!r}: {problem}") from problem
    if isinstance(form, list | dict) and "@tuple" not in form:
        raise EncodeError(Reason.NAME_INVALID, f"the name {label!r} is no string or number")
    return form


def _write_index(name: str, index: pd.Index, arrays: Arrays) -> Record:
    names = [_label(label) for label in index.names]
    if isinstance(index, pd.RangeIndex):
        return {"kind": "range", "range": [index.start, index.stop, index.step], "names": names}
    if isinstance(index, pd.MultiIndex):
        levels = [
            _write_index(f"{name}.level{i}", level, arrays) for i, level in enumerate(index.levels)
        ]
        for i, codes in enumerate(index.codes):
            arrays[f"{name}.codes{i}"] = np.asarray(codes)
        return {"kind": "multi", "array": name, "levels": levels, "names": names}
    if index.dtype == object:
        return {"kind": "labels", "labels": [_label(label) for label in index], "names": names}
    record = _write(name, index.array, arrays, name)
    frequency = getattr(index, "freqstr", None)
    return {**record, "names": names, **({"frequency": frequency} if frequency else {})}


def load(file: Source) -> pd.DataFrame | pd.Series:
    """What `save` saved. DecodeError(METADATA_INVALID) if the file holds no frame."""
    with _api.open(file) as opened:
        metadata = opened.metadata
        arrays = {name: opened.read(name) for name in opened}
    record = metadata.get(MEMBER)
    if not isinstance(record, dict) or record.get("version") != SCHEMA_VERSION:
        raise DecodeError(
            Reason.METADATA_INVALID, "this file holds arrays but no frame: load_dict() reads them"
        )
    try:
        return _frame(record, arrays)
    except (KeyError, TypeError, ValueError, IndexError) as problem:
        raise DecodeError(Reason.METADATA_INVALID, f"{MEMBER}: {problem!r}") from problem


def _frame(record: Record, arrays: Mapping[str, npt.NDArray[Any]]) -> pd.DataFrame | pd.Series:
    index = _read_index(record["index"], arrays)
    columns = _read_index(record["columns"], arrays)
    values = {i: _read(column, arrays) for i, column in enumerate(record["data"])}
    frame = pd.DataFrame(values, index=index)
    frame.columns = columns
    frame.attrs = from_json(record["attrs"])
    if record["kind"] == "frame":
        return frame
    series = frame.iloc[:, 0].rename(from_json(record["name"]))
    series.attrs = frame.attrs
    return series


def _read(record: Record, arrays: Mapping[str, npt.NDArray[Any]]) -> Any:  # noqa: ANN401
    """The values of a record: a numpy array or pandas' own."""
    values = arrays[record["array"]]
    match record["kind"]:
        case "categories":
            categories = _read_index(record["of"], arrays)
            return pd.Categorical.from_codes(values, categories, ordered=record["ordered"])
        case "zoned":
            return pd.DatetimeIndex(values).tz_localize("UTC").tz_convert(record["zone"]).array
        case "words":
            dtype = pd.StringDtype(na_value=np.nan) if record["nan"] else pd.StringDtype()
            words = join_words(values, record["words"])
            return pd.array(np.where(values < 0, dtype.na_value, words), dtype)
        case "masked":
            return _masked(record["dtype"], values, arrays[record["array"] + _MASK])
    return values


def _masked(dtype: str, values: npt.NDArray[Any], missing: npt.NDArray[np.bool]) -> Any:  # noqa: ANN401
    kind = type(pd.array([], dtype))
    return kind(values.copy(), missing.copy())


def _read_index(record: Record, arrays: Mapping[str, npt.NDArray[Any]]) -> pd.Index:
    names = [from_json(label) for label in record["names"]]
    match record["kind"]:
        case "range":
            return pd.RangeIndex(*record["range"], name=names[0])
        case "labels":
            labels = [from_json(label) for label in record["labels"]]
            return pd.Index(labels, dtype=object, name=names[0], tupleize_cols=False)
        case "multi":
            levels = [_read_index(level, arrays) for level in record["levels"]]
            codes = [arrays[f"{record['array']}.codes{i}"] for i in range(len(levels))]
            return pd.MultiIndex(levels, codes, names=names)
    index = pd.Index(_read(record, arrays), name=names[0])
    if "frequency" in record:
        index.freq = record["frequency"]
    return index


class _Accessor:
    """`.intaglio` of frames and series."""

    def __init__(self, data: pd.DataFrame | pd.Series) -> None:
        self._data = data

    def save(self, file: Source, **options: Unpack[Options]) -> None:
        """Save as a picture that carries everything: see `intaglio.pandas.save`."""
        save(file, self._data, **options)


pd.api.extensions.register_dataframe_accessor("intaglio")(_Accessor)
pd.api.extensions.register_series_accessor("intaglio")(_Accessor)
