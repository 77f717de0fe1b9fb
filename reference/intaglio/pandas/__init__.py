"""pandas: save DataFrames and Series with index, columns, names and dtypes.

Importing this module registers the accessors `df.intaglio` and `series.intaglio`.
Columns of dtype object are refused with the `astype` call that fixes them. docs/pandas.md
describes the schema.
"""

from typing import Any, Final, Unpack

try:
    import pandas as pd
except ModuleNotFoundError as problem:
    from intaglio.errors import missing

    raise missing(problem, "pandas", "pandas") from problem

from intaglio import api
from intaglio._inspect.reading import reading
from intaglio._io import Source
from intaglio._options import Options
from intaglio._packing.signatures import explicit
from intaglio._records.schema import SchemaError
from intaglio._records.typed_json import NoJSONError, to_json
from intaglio.errors import ContentError, DecodeError, EncodeError, Reason
from intaglio.limits import DEFAULT_LIMITS, Limits
from intaglio.pandas import _read, _write

__all__ = ["load", "save"]

MEMBER: Final = "intaglio.pandas"  # member of the file's metadata
SCHEMA_VERSION: Final = 1


@explicit("metadata", "attrs")
def save(file: Source, data: pd.DataFrame | pd.Series, **options: Unpack[Options]) -> None:
    """Save a DataFrame or Series with its index, columns, names and dtypes.

    Parameters
    ----------
    file : path or binary file object
        A path that ends in .png.
    data : pandas.DataFrame or pandas.Series
        Exactly of these types. `data.attrs` must be JSON.
    **options
        As for `intaglio.save`, except metadata and attrs.

    Raises
    ------
    EncodeError
        A column or index cannot be carried; the message names it.
    OSError
        The file cannot be written.
    """
    if "metadata" in options or "attrs" in options:
        raise EncodeError(
            Reason.OPTION_INVALID, "metadata= and attrs= come from the frame: set its .attrs"
        )
    if type(data) not in (pd.DataFrame, pd.Series):
        raise EncodeError(
            Reason.DTYPE_UNSUPPORTED,
            f"a {type(data).__name__} would come back as another type: pass a pandas DataFrame or "
            "Series",
        )
    arrays: _write.Arrays = {}
    record = _record(data, arrays)
    try:
        record["attrs"] = to_json(data.attrs)
    except NoJSONError as problem:
        raise EncodeError(Reason.METADATA_INVALID, f"the frame's attrs: {problem}") from problem
    options["metadata"] = {MEMBER: record}
    api.save(file, arrays, **options)


def _record(data: pd.DataFrame | pd.Series, arrays: _write.Arrays) -> _write.Record:
    is_series = isinstance(data, pd.Series)
    frame = data.to_frame() if is_series else data
    columns = [
        _write.write_values(
            name, frame.iloc[:, i].array, arrays, _spot(frame.columns[i], is_series)
        )
        for i, name in enumerate(_write.array_names(frame.columns))
    ]
    code = "series" if is_series else "df"
    labels = _write.Spot("the columns", f"{code}.columns")
    record: _write.Record = {
        "version": SCHEMA_VERSION,
        "kind": "series" if is_series else "frame",
        "data": columns,
        "columns": _write.write_index("columns", frame.columns, arrays, labels),
        "index": _write.write_index(
            "index", frame.index, arrays, _write.Spot("the index", f"{code}.index")
        ),
    }
    if is_series:
        record["name"] = _write.write_label(data.name, _write.Spot("the name", "series.name"))
    if not data.flags.allows_duplicate_labels:
        record["duplicate_labels"] = False
    return record


def _spot(label: Any, is_series: bool) -> _write.Spot:  # noqa: ANN401
    if is_series:
        return _write.Spot("the series", "series", is_column=True)
    return _write.Spot(f"column {label!r}", f"df[{label!r}]", is_column=True)


def load(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> pd.DataFrame | pd.Series:
    """Read a DataFrame or Series that `save` wrote.

    Parameters
    ----------
    file : path or binary file object
        A file that `save` wrote.
    limits : Limits
        What the reader may use for all arrays together.

    Returns
    -------
    pandas.DataFrame or pandas.Series

    Raises
    ------
    ContentError
        The file holds no frame.
    DecodeError
        As for `intaglio.load_dict`; with reason `metadata-invalid` if the record is invalid.
    OSError
        The file cannot be opened.

    Notes
    -----
    Warns if this machine lacks a time zone or pyarrow; instants and texts are still exact.
    """
    with reading(file, limits) as opened:
        metadata = opened.contents.metadata
        if MEMBER not in metadata:
            raise ContentError("this file holds arrays but no frame: load_dict() reads them")
        try:
            checked = _read.checked_frame(metadata[MEMBER])
        except SchemaError as problem:
            raise _invalid(problem) from problem
        opened.check_output(opened.names, limits)
        arrays = {name: opened.array(name) for name in opened.names}
    try:
        return _read.FrameReader(arrays).frame(checked)
    except Exception as problem:  # pandas raises any type
        raise _invalid(problem) from problem


def _invalid(problem: Exception) -> DecodeError:
    return DecodeError(Reason.METADATA_INVALID, f"{MEMBER}: {problem!s:.500}")


class _Accessor:
    """The `.intaglio` accessor of frames and series."""

    def __init__(self, data: pd.DataFrame | pd.Series) -> None:
        self._data = data

    @explicit("metadata", "attrs")
    def save(self, file: Source, **options: Unpack[Options]) -> None:
        """Save with all data; see `intaglio.pandas.save`."""
        save(file, self._data, **options)


pd.api.extensions.register_dataframe_accessor("intaglio")(_Accessor)
pd.api.extensions.register_series_accessor("intaglio")(_Accessor)
