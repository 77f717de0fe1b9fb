"""Writes datasets: variables become arrays; what arrays cannot say becomes metadata.

`_read` is the inverse; docs/xarray.md describes both.
"""

from collections.abc import Hashable, Mapping
from typing import Any, Final, Unpack

import numpy as np
import xarray as xr
from xarray.indexes import PandasIndex, PandasMultiIndex

from intaglio._io import Source, check_target, write_target
from intaglio._options import Options
from intaglio._packing.encoder import encode
from intaglio._packing.job import make_job
from intaglio._packing.signatures import explicit
from intaglio._records.calendars import CALENDARS, CALENDARS_ITEMS_MAX, cftime_from, microseconds_of
from intaglio._records.categories import split_words
from intaglio._records.schema import SchemaError
from intaglio._records.typed_json import NoJSONError, to_json
from intaglio.errors import EncodeError, Reason
from intaglio.xarray._advice import advice_of_index, advice_of_values
from intaglio.xarray._read import (
    DIMS,
    MEMBER,
    SCHEMA_VERSION,
    check_chunks,
    check_text_width,
    default_indexes,
)

# keys of an encoding that name the file it was read from
_NOT_FOR_FILES: Final = frozenset({"source"})


@explicit("metadata", "attrs")
def save(file: Source, data: xr.Dataset | xr.DataArray, **options: Unpack[Options]) -> None:
    """Save a Dataset or DataArray; the picture shows data variables, not coordinates.

    Parameters
    ----------
    file : path or binary file object
        A path that ends in .png.
    data : xarray.Dataset or xarray.DataArray
        Dimensions, coordinates, attributes, names and encodings are kept.
    **options
        As for `intaglio.save`, except metadata and attrs.

    Raises
    ------
    EncodeError
        A variable, index or attribute cannot be carried; the message names it.
    OSError
        The file cannot be written.
    """
    check_target(file)
    if "metadata" in options or "attrs" in options:
        detail = "metadata= and attrs= come from the data: set its .attrs"
        raise EncodeError(Reason.OPTION_INVALID, detail)
    dataset, kind = _as_dataset(data)
    arrays, attrs, metadata = _parts(dataset, kind)
    job = make_job({**options, "metadata": metadata, "attrs": attrs}, None)
    shown = {str(name): arrays[str(name)] for name in dataset.data_vars}
    write_target(file, encode(arrays, job, shown=shown or None).write)


def _parts(
    dataset: xr.Dataset, kind: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the arrays, their attributes, and the metadata of the file."""
    variables = {_name(name, "variable"): one for name, one in dataset.variables.items()}
    record: dict[str, Any] = {"version": SCHEMA_VERSION, **kind, "variables": {}}
    record["coords"] = [str(name) for name in dataset.coords]
    record["encoding"] = _encoding(dataset.encoding)
    _check_indexes(dataset)
    if {*dataset.xindexes} != default_indexes(dataset):
        record["indexes"] = [str(name) for name in dataset.xindexes]
    arrays: dict[str, Any] = {}
    attrs: dict[str, Any] = {}
    for name, variable in variables.items():
        dims = [_name(dim, "dimension") for dim in variable.dims]
        arrays[name], record["variables"][name] = _stored(name, variable)
        attrs[name] = {**_attrs(name, variable.attrs), DIMS: dims}
    return arrays, attrs, {**_attrs("the dataset", dataset.attrs), MEMBER: record}


def _as_dataset(data: xr.Dataset | xr.DataArray) -> tuple[xr.Dataset, dict[str, Any]]:
    if type(data) not in (xr.Dataset, xr.DataArray):
        raise EncodeError(
            Reason.DTYPE_UNSUPPORTED,
            f"a {type(data).__name__} would come back as another type: pass a Dataset or DataArray "
            "of xarray (of a DataTree, one node's .to_dataset())",
        )
    if isinstance(data, xr.Dataset):
        return data, {"kind": "dataset"}
    taken = {*data.coords, *data.dims}
    own = None if data.name is None else _name(data.name, "array")
    name = own or "data"
    while name in taken:
        name += "_"
    dataset = data.to_dataset(name=name)
    dataset[name].attrs = data.attrs
    dataset[name].encoding = data.encoding
    return dataset, {"kind": "dataarray", "name": own, "of": name}


def _name(name: Hashable, kind: str) -> str:
    if not isinstance(name, str):
        raise EncodeError(
            Reason.NAME_INVALID,
            f"the {kind} name {name!r} is not a string: .rename({{{name!r}: {str(name)!r}}})",
        )
    return str(name)


def _check_indexes(dataset: xr.Dataset) -> None:
    """Refuse an index that cannot be rebuilt from the coordinate's values."""
    for name, index in dataset.xindexes.items():
        if type(index) is PandasIndex:
            hint = advice_of_index(str(name), index.index)
            problem = f"an index of dtype {index.index.dtype}"
        else:
            multi = isinstance(index, PandasMultiIndex)
            problem = "a multi-index" if multi else f"a {type(index).__name__}"
            call = "reset_index" if multi else "drop_indexes"
            hint = f"ds.{call}({name!r}) makes it plain coordinates"
        if hint is not None:
            raise EncodeError(Reason.DTYPE_UNSUPPORTED, f"{name!a} has {problem}: {hint}")


def _stored(name: str, variable: xr.Variable) -> tuple[Any, dict[str, Any]]:
    """Return the array to store, and the record of what it cannot say."""
    record: dict[str, Any] = {"encoding": _encoding(variable.encoding)}
    if not isinstance(variable.dtype, np.dtype):
        raise _refused(name, variable.dtype, advice_of_values(name, variable.dtype))
    try:
        check_chunks(record["encoding"].get("preferred_chunks"), variable.sizes)
    except SchemaError as problem:
        detail = f"{name!a}: encoding['preferred_chunks']: {problem}"
        raise EncodeError(Reason.METADATA_INVALID, detail) from problem
    values = np.asarray(variable.values)
    if values.dtype != variable.dtype:
        raise _refused(name, variable.dtype, f"its values have dtype {values.dtype}")
    if values.dtype.kind not in "OUST":
        return values, record
    if values.dtype.kind == "O" and type(values.flat[0] if values.size else None).__module__ in (
        "cftime",
        "cftime._cftime",
    ):
        return _calendar(name, values, record)
    return _text(name, values, record)


def _text(name: str, values: Any, record: dict[str, Any]) -> tuple[Any, dict[str, Any]]:  # noqa: ANN401
    dtype = values.dtype
    record["dtype"] = {"O": "object", "T": "T"}.get(dtype.kind, dtype.str)
    if dtype.kind == "T" and dtype != np.dtypes.StringDType():
        raise _refused(name, dtype, f"write ds[{name!r}] = ds[{name!r}].astype(object)")
    if dtype.kind == "S":
        values = np.char.decode(values, "latin-1")
    try:
        codes, record["words"] = split_words(values)
        check_text_width(dtype, record["words"], codes.size)
    except TypeError as problem:
        hint = "numbers, dates and strings can be carried"
        raise _refused(name, dtype, f"{problem}: {hint}", "with") from problem
    except SchemaError as problem:
        raise _refused(name, dtype, str(problem)) from problem
    return codes, record


def _refused(name: str, dtype: object, why: str, join: str = "") -> EncodeError:
    between = f" {join} " if join else ": "
    return EncodeError(Reason.DTYPE_UNSUPPORTED, f"{name!a} has dtype {dtype}{between}{why}")


def _calendar(name: str, values: Any, record: dict[str, Any]) -> tuple[Any, dict[str, Any]]:  # noqa: ANN401
    """Convert cftime dates to microseconds of their calendar."""
    first = values.flat[0]
    calendar, has_year_zero = getattr(first, "calendar", None), first.has_year_zero
    kind = type(first)
    try:
        if calendar not in CALENDARS or values.size > CALENDARS_ITEMS_MAX:
            raise SchemaError(f"{values.size} dates of the calendar {calendar!r}")
        if not all(
            type(one) is kind and (one.calendar, one.has_year_zero) == (calendar, has_year_zero)
            for one in values.flat
        ):
            raise SchemaError("dates of several calendars, or dates and others")
        record["calendar"], record["has_year_zero"] = calendar, has_year_zero
        codes = microseconds_of(values, calendar, has_year_zero)
        again = cftime_from(codes, record)
    except (SchemaError, ValueError, OverflowError, TypeError) as problem:
        raise _refused(name, "object", f"{kind.__name__} of cftime: {problem}") from problem
    if any(type(a) is not type(b) or a != b for a, b in zip(again.flat, values.flat, strict=True)):
        raise _refused(
            name,
            "object",
            f"its {kind.__name__} of cftime would come back as {type(again.flat[0]).__name__}: "
            "ds.convert_calendar('standard') makes numpy's dates",
        )
    return codes, record


def _attrs(owner: str, attrs: Mapping[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in attrs.items():
        if not isinstance(key, str) or key in (MEMBER, DIMS):
            raise EncodeError(Reason.METADATA_INVALID, f"{owner}: the attribute name {key!r}")
        try:
            found[key] = to_json(value)
        except NoJSONError as problem:
            raise EncodeError(
                Reason.METADATA_INVALID, f"{owner}: the attribute {key!r}: {problem}"
            ) from problem
    return found


def _encoding(encoding: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the part of an encoding that JSON can hold; drop the rest (compressor objects)."""
    found: dict[str, Any] = {}
    for key, value in encoding.items():
        if isinstance(key, str) and key[:1] != "@" and key not in _NOT_FOR_FILES:
            try:
                found[key] = to_json(value)
            except NoJSONError:
                continue
    return found
