"""Reads datasets: checks the record against closed tables, then builds the Dataset."""

from collections.abc import Callable, Collection, Hashable, Mapping
from math import ceil, prod
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import xarray as xr
from xarray.core import indexing

from intaglio._inspect.lazy import IntaglioFile, LazyArray
from intaglio._records.calendars import CALENDARS, cftime_from
from intaglio._records.categories import join_words
from intaglio._records.dtype_names import text_dtype
from intaglio._records.schema import (
    SchemaError,
    boolean,
    integer,
    items,
    mapping,
    nullable,
    one_of,
    record,
    text,
)
from intaglio._records.typed_json import from_json
from intaglio.errors import DecodeError, Reason
from intaglio.limits import Limits

Array = npt.NDArray[Any]
Record = dict[str, Any]
Lazy: TypeAlias = Callable[[LazyArray], Any]  # builds the lazy stand-in of an array

MEMBER: Final = "intaglio.xarray"  # member of the file's metadata
SCHEMA_VERSION: Final = 1
# name of the dimensions among an array's attributes, as in converted netCDF files
DIMS: Final = "dims"
_CHUNKS_MAX: Final = 2**20  # of one variable
_WIDTH_SPARE: Final = 1024  # characters by which a text dtype may exceed its longest text
_NAME_MAX: Final = 255
_COUNT_MAX: Final = 2**22  # a header has at most 4 MiB


def _typed_object(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    found = from_json(value)
    if not isinstance(found, dict):
        raise SchemaError("no object")
    return found


_NAME: Final = text(_NAME_MAX)
_VARIABLE: Final = record(
    {"encoding": _typed_object},
    {
        "words": items(text(_COUNT_MAX), _COUNT_MAX),
        "dtype": text(20),
        "calendar": one_of(*CALENDARS),
        "has_year_zero": boolean,
    },
)
_RECORD: Final = record(
    {
        "version": one_of(SCHEMA_VERSION),
        "kind": one_of("dataset", "dataarray"),
        "variables": mapping(_NAME, _VARIABLE, _COUNT_MAX),
        "coords": items(_NAME, _COUNT_MAX),
        "encoding": _typed_object,
    },
    {"name": nullable(_NAME), "of": _NAME, "indexes": items(_NAME, _COUNT_MAX)},
)


def read_dataset(opened: IntaglioFile, lazy: Lazy, limits: Limits) -> tuple[xr.Dataset, Record]:
    """Return the Dataset of a file and its record (empty for other Intaglio files).

    lazy: makes the lazy values of an array. Raises DecodeError.
    """
    metadata = dict(opened.metadata)
    whole = metadata.pop(MEMBER, None)
    found: Record = {}
    try:
        if MEMBER not in opened.metadata:
            return _foreign(opened, metadata, lazy), found
        found = _RECORD(whole)
        _check_names(found, opened)
        return _dataset(opened, found, _typed_object(metadata), lazy, limits), found
    except DecodeError:
        raise
    except Exception as problem:  # xarray raises any type
        raise invalid(problem) from problem


def invalid(problem: Exception) -> DecodeError:
    """Build the DecodeError for an invalid record."""
    return DecodeError(Reason.METADATA_INVALID, f"{MEMBER}: {problem!s:.500}")


def _check_names(found: Record, names: Collection[str]) -> None:
    """Check that the record and the file name the same arrays."""
    for member in ("variables", "coords", "indexes"):
        missing = next((one for one in found.get(member, ()) if one not in names), None)
        if missing is not None:
            raise SchemaError(f"there is no array {missing[:40]!a}", member)
    missing = next((one for one in names if one not in found["variables"]), None)
    if missing is not None:
        raise SchemaError(f"the record does not describe the array {missing[:40]!a}", "variables")
    if found["kind"] == "dataarray" and ("name" not in found or found.get("of") not in names):
        raise SchemaError("no name, or no array of that name", "of")


def _dataset(
    opened: IntaglioFile, found: Record, attrs: Record, lazy: Lazy, limits: Limits
) -> xr.Dataset:
    variables = {}
    for name in opened:
        array = opened[name]
        own = dict(array.attrs)
        dims = items(_NAME, array.ndim, minimum=array.ndim)(own.pop(DIMS, None))
        saved = found["variables"][name]
        check_chunks(
            saved["encoding"].get("preferred_chunks"), dict(zip(dims, array.shape, strict=True))
        )
        data = _data(array, saved, lazy, limits)
        variables[name] = xr.Variable(dims, data, _typed_object(own), saved["encoding"])
    for name in found.get("indexes", ()):
        if name not in found["coords"] or variables[name].ndim != 1:
            raise SchemaError(f"{name[:40]!a} is not a 1-D coordinate", "indexes")
    dataset = xr.Dataset(variables, attrs=attrs).set_coords([*dict.fromkeys(found["coords"])])
    dataset.encoding = found["encoding"]
    return dataset


def with_indexes(dataset: xr.Dataset, found: Record) -> xr.Dataset:
    """Add the saved indexes where they are not the default ones."""
    if "indexes" not in found:
        return dataset
    wanted = {*found["indexes"]}
    dataset = dataset.drop_indexes([name for name in dataset.xindexes if name not in wanted])
    for name in found["indexes"]:
        if name not in dataset.xindexes:
            dataset = dataset.set_xindex(name)
    return dataset


def default_indexes(dataset: xr.Dataset) -> set[Hashable]:
    """Return the coordinates that have an index by default."""
    return {name for name, one in dataset.coords.items() if one.dims == (name,)}


def _data(array: LazyArray, saved: Record, lazy: Lazy, limits: Limits) -> Any:  # noqa: ANN401
    if "calendar" in saved:
        codes = np.asarray(array)
        return _eager(cftime_from(codes, saved))
    if "words" not in saved:
        return _numbers(array, lazy)
    name = saved.get("dtype", "object")
    dtype = np.dtypes.StringDType() if name == "T" else np.dtype(object)
    if name not in ("T", "object"):
        found = text_dtype(name[1:]) if name[:1] in "<>|=" else None
        if found is None:
            raise SchemaError(f"{name!a} is no dtype of text", "dtype")
        dtype = found
    size = prod(array.shape) * max(dtype.itemsize, 8)
    if size > limits.output_bytes_max:
        raise DecodeError(
            Reason.LIMIT_EXCEEDED,
            f"the text of {array.name!a} takes {size:,} bytes, the limit is "
            f"{limits.output_bytes_max:,}",
        )
    check_text_width(dtype, saved["words"], prod(array.shape))
    words = join_words(np.asarray(array), saved["words"])
    if dtype.kind == "O":
        return _eager(words)
    if any(type(one) is not str for one in words.flat):
        raise SchemaError(f"gaps in text of dtype {dtype}", "words")
    if dtype.kind == "S":
        return np.char.encode(words.astype("U"), "latin-1").astype(dtype)
    return words.astype(dtype)


def _eager(values: Array) -> Any:  # noqa: ANN401
    """Wrap objects unchanged; xarray's Variable would convert None and some cftime dates."""
    adapter = indexing.NumpyIndexingAdapter(values)  # type: ignore[no-untyped-call]
    return indexing.LazilyIndexedArray(adapter)


def check_text_width(dtype: np.dtype[Any], words: list[str], count: int) -> None:
    """Raise SchemaError if a text dtype is narrower, or much wider, than its texts."""
    if dtype.kind not in "US":
        return
    width = dtype.itemsize // (4 if dtype.kind == "U" else 1)
    longest = max(map(len, words), default=0)
    if count and not longest <= width <= longest + _WIDTH_SPARE:
        raise SchemaError(
            f"texts of at most {longest} characters in a width of {width}: "
            f"astype('{dtype.kind}{max(longest, 1)}')"
        )


def check_chunks(chunks: Any, sizes: Mapping[Any, int]) -> None:  # noqa: ANN401
    """Check the `chunks` of an encoding, which xarray uses with `chunks={}`."""
    if chunks is None:
        return
    if not isinstance(chunks, dict):
        raise SchemaError("not a JSON object of dimensions", "preferred_chunks")
    count = 1
    for dim, given in chunks.items():
        parts = given if isinstance(given, list | tuple) else [given]
        many = items(integer(1, 2**62), _CHUNKS_MAX, minimum=1)([*parts])
        size = sizes.get(dim, 0)
        count *= max(1, len(many), ceil(size / many[0]) if len(many) == 1 else 1)
    if count > _CHUNKS_MAX:
        raise SchemaError(f"{count} chunks, more than {_CHUNKS_MAX}", "preferred_chunks")


_WHOLE_UNITS: Final = {"M": ("Y", "M", "W", "D", "h", "m"), "m": ("W", "D", "h", "m")}


def _numbers(array: LazyArray, lazy: Lazy) -> Any:  # noqa: ANN401
    """Return lazy values; eager ones for time units that xarray converts to seconds."""
    dtype = array.dtype
    if dtype.kind not in "mM" or np.datetime_data(dtype) in [
        (unit, 1) for unit in ("s", "ms", "us", "ns")
    ]:
        return lazy(array)
    unit, count = np.datetime_data(dtype)
    if count == 1 and unit in _WHOLE_UNITS[dtype.kind]:
        values = np.asarray(array)
        seconds = values.astype(f"{dtype.kind}8[s]")
        if np.array_equal(seconds.astype(dtype).view("i8"), values.view("i8")):
            return seconds
    raise SchemaError(f"array {array.name!a}: xarray has no times of {dtype}; load_dict() reads it")


def _foreign(opened: IntaglioFile, metadata: Record, lazy: Lazy) -> xr.Dataset:
    """Build the Dataset of any other file; untyped attributes stay JSON."""
    variables = {}
    for name in opened:
        array = opened[name]
        attrs = dict(array.attrs)
        dims = attrs.get(DIMS)
        if (
            isinstance(dims, list)
            and len(dims) == array.ndim == len({*map(str, dims)})
            and all(isinstance(dim, str) for dim in dims)
        ):
            del attrs[DIMS]
        else:
            dims = [_free(f"{name}_dim_{axis}", opened) for axis in range(array.ndim)]
        variables[name] = xr.Variable(dims, _numbers(array, lazy), _untyped(attrs))
    return xr.Dataset(variables, attrs=_untyped(metadata))


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _untyped(attrs: Record) -> Record:
    found = {}
    for name, value in attrs.items():
        try:
            found[name] = from_json(value)
        except SchemaError:
            found[name] = value
    return found
