"""What callers give to be saved, as ndarrays: nothing is lost on the way without a word."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from intaglio._arrays import Array, element_type_of
from intaglio._errors import EncodeError, Reason

DEFAULT_NAME: Final = "data"


def as_arrays(data: npt.ArrayLike | Mapping[str, npt.ArrayLike]) -> dict[str, Array]:
    """A mapping of names to ndarrays; a bare array gets the name `data`."""
    _check_labels(data)
    if isinstance(data, Mapping):
        return {name: _named(name, value) for name, value in data.items()}
    return {DEFAULT_NAME: as_array(data)}


def _named(name: str, value: npt.ArrayLike) -> Array:
    """`value` as an ndarray that can be carried; else an error that names it."""
    try:
        array = as_array(value)
        element_type_of(array)
    except EncodeError as problem:
        raise EncodeError(problem.reason, f"array {name!a}: {problem.detail}") from problem
    return array


def as_array(value: npt.ArrayLike) -> Array:
    """`value` as an ndarray; masked arrays stay what they are, to be refused with their name."""
    if isinstance(value, np.ma.MaskedArray):
        return value
    _check_labels(value)
    try:
        array = np.asarray(value)
    except ValueError as problem:
        raise EncodeError(Reason.DTYPE_UNSUPPORTED, f"not an array: {problem}") from problem
    _check_kept(value, array)
    return array


def _check_labels(value: object) -> None:
    """Refuse what xarray knows beside the values: numpy would drop it."""
    xarray = sys.modules.get("xarray")  # whoever gives something of it has imported it
    if xarray is None:
        return
    if isinstance(value, xarray.Dataset):
        call, plain = "ds.intaglio.save(file)", "{name: v.values for name, v in ds.items()}"
    elif isinstance(value, xarray.DataArray) and (value.coords or value.attrs):
        call, plain = "da.intaglio.save(file)", "da.values"
    else:
        return
    raise EncodeError(
        Reason.DTYPE_UNSUPPORTED,
        f"a {type(value).__name__} would lose its coordinates and attributes: import "
        f"intaglio.xarray and call {call}, or give {plain}",
    )


def _check_kept(value: Any, array: Array) -> None:  # noqa: ANN401
    """Refuse what pandas converts on the way: columns of several dtypes, integers with gaps."""
    columns = getattr(value, "dtypes", None)  # a DataFrame's
    if not isinstance(columns, Iterable):
        columns = [dtype] if hasattr(dtype := getattr(value, "dtype", None), "numpy_dtype") else []
    plain = {getattr(dtype, "numpy_dtype", dtype) for dtype in columns}  # Int64's is int64
    if any(isinstance(dtype, np.dtype) and dtype != array.dtype for dtype in plain):
        kinds = ", ".join(sorted({str(dtype) for dtype in columns}))
        raise EncodeError(
            Reason.DTYPE_UNSUPPORTED,
            f"a {type(value).__name__} of {kinds} would become {array.dtype}; to keep it, "
            "import intaglio.pandas and call .intaglio.save(file) of the DataFrame or Series",
        )
