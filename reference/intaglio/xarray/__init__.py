"""xarray: save Datasets and DataArrays, and a backend for xr.open_dataset.

Importing this module registers the accessors `da.intaglio` and `ds.intaglio`. Values are
stored as they are in memory, without scaling, filling or date conversion. docs/xarray.md
describes the schema.
"""

import io
import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Unpack

import numpy as np

try:
    import xarray as xr
    from xarray.backends import BackendArray, BackendEntrypoint
    from xarray.core import indexing
except ModuleNotFoundError as problem:
    from intaglio.errors import missing

    raise missing(problem, "xarray", "xarray") from problem

from intaglio._inspect.lazy import IntaglioFile, LazyArray
from intaglio._inspect.reading import maybe_refusal
from intaglio._inspect.reading import open as open_file
from intaglio._io import Source
from intaglio._options import Options
from intaglio._packing.signatures import explicit
from intaglio.errors import DecodeError, Reason
from intaglio.limits import DEFAULT_LIMITS, Limits
from intaglio.xarray._read import invalid, read_dataset, with_indexes
from intaglio.xarray._write import save

__all__ = ["IntaglioBackend", "load", "save"]


def load(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> xr.Dataset | xr.DataArray:
    """Read a file into memory.

    Parameters
    ----------
    file : path or binary file object
        A file that `save` wrote.
    limits : Limits
        What the reader may use for all arrays together.

    Returns
    -------
    xarray.Dataset or xarray.DataArray
        As it was saved. Other Intaglio files become a Dataset with one dimension for each axis of
        each array.

    Raises
    ------
    DecodeError
        The file cannot be read, or exceeds `limits`.
    OSError
        The file cannot be opened.
    """
    with _opened(_source_of(file), limits) as opened:
        return _loaded(opened, limits)


def _loaded(opened: IntaglioFile, limits: Limits) -> xr.Dataset | xr.DataArray:
    def read(array: LazyArray) -> indexing.LazilyIndexedArray:
        return indexing.LazilyIndexedArray(_Values(array, array.__getitem__))

    dataset, record = read_dataset(opened, read, limits)
    total = sum(variable.nbytes for variable in dataset.variables.values())
    if total > limits.output_bytes_max:
        raise DecodeError(
            Reason.LIMIT_EXCEEDED,
            f"the arrays take {total:,} bytes, the limit is {limits.output_bytes_max:,}",
        )
    try:
        dataset = with_indexes(dataset.load(), record)
        if record.get("kind") != "dataarray":
            return dataset
        array: xr.DataArray = dataset[record["of"]].rename(record["name"])
    except DecodeError:
        raise
    except Exception as problem:  # xarray raises any type
        raise invalid(problem) from problem
    return array


def _open(file: Source) -> xr.Dataset:
    source, limits = _source_of(file), DEFAULT_LIMITS

    def lazy(array: LazyArray) -> indexing.LazilyIndexedArray:
        return indexing.LazilyIndexedArray(
            _Values(array, partial(_read_again, source, array.name, limits))
        )

    with _opened(source, limits) as opened:
        return read_dataset(opened, lazy, limits)[0]


def _source_of(file: Any) -> str | bytes:  # noqa: ANN401 - a path, a file object or bytes
    return os.fspath(file) if isinstance(file, str | os.PathLike) else _bytes_of(file)


def _bytes_of(file: Any) -> bytes:  # noqa: ANN401 - a file object or bytes
    return bytes(file) if isinstance(file, bytes | memoryview) else bytes(file.read())


def _opened(source: str | bytes, limits: Limits) -> IntaglioFile:
    return open_file(io.BytesIO(source) if isinstance(source, bytes) else source, limits=limits)


def _read_again(source: str | bytes, name: str, limits: Limits, key: tuple[Any, ...]) -> Any:  # noqa: ANN401
    """Open the file and read part of one array; a plain function, so that dask can pickle it."""
    with _opened(source, limits) as opened:
        return opened[name][key]


class _Values(BackendArray):
    """An array of a file, read when it is indexed."""

    def __init__(self, array: LazyArray, read: Callable[[tuple[Any, ...]], Any]) -> None:
        self._read = read
        self.shape = array.shape
        self.dtype = array.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:  # noqa: ANN401 - an array
        basic = indexing.IndexingSupport.BASIC
        return indexing.explicit_indexing_adapter(key, self.shape, basic, self._values)

    def _values(self, key: tuple[Any, ...]) -> Any:  # noqa: ANN401
        return np.asarray(self._read(key))


class IntaglioBackend(BackendEntrypoint):
    """The backend of `xr.open_dataset("x.ig.png")`; xarray finds it by its entry point."""

    description: ClassVar[str] = "PNG pictures that carry exact arrays (Intaglio)"
    open_dataset_parameters: ClassVar[tuple[str, ...]] = ("filename_or_obj", "drop_variables")

    def guess_can_open(self, filename_or_obj: Any) -> bool:  # noqa: ANN401
        """Return whether the first rows carry Intaglio data."""
        if isinstance(filename_or_obj, str | os.PathLike):
            if not Path(filename_or_obj).is_file():
                return False
            return _carries(filename_or_obj)
        if isinstance(filename_or_obj, bytes | memoryview):
            return _carries(io.BytesIO(filename_or_obj))
        if not (hasattr(filename_or_obj, "read") and hasattr(filename_or_obj, "seek")):
            return False
        start = filename_or_obj.tell()
        try:
            return _carries(filename_or_obj)
        finally:
            filename_or_obj.seek(start)

    def open_dataset(
        self,
        filename_or_obj: Any,  # noqa: ANN401
        *,
        drop_variables: str | Iterable[str] | None = None,
    ) -> xr.Dataset:
        """Open a file lazily: arrays are read on access."""
        dropped = [drop_variables] if isinstance(drop_variables, str) else drop_variables
        return _open(filename_or_obj).drop_vars(dropped or [], errors="ignore")


def _carries(file: Source) -> bool:
    """Claim any file with a prologue, even damaged: opening it then reports the error."""
    try:
        problem = maybe_refusal(file)
    except OSError:
        return False
    if problem is None:
        return True
    if problem.reason == Reason.PNG_DAMAGED:  # only the name shows whose it was
        return str(file).endswith(".ig.png")
    return problem.reason not in (Reason.NOT_PNG, Reason.NO_PROLOGUE)


class _Accessor:
    """The `.intaglio` accessor of data arrays and datasets."""

    def __init__(self, data: Any) -> None:  # noqa: ANN401 - a Dataset or DataArray
        self._data = data

    @explicit("metadata", "attrs")
    def save(self, file: Source, **options: Unpack[Options]) -> None:
        """Save with all data; see `intaglio.xarray.save`."""
        save(file, self._data, **options)


for _register in (xr.register_dataarray_accessor, xr.register_dataset_accessor):
    _register("intaglio")(_Accessor)  # type: ignore[no-untyped-call]
