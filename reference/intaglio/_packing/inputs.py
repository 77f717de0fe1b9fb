"""Converts the caller's data to ndarrays and refuses conversions that would lose information."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from intaglio._format.elements import Array, element_type_of
from intaglio._format.registry import DEFAULT_NAME
from intaglio._packing.sequences import check_elements_kept, is_sequence
from intaglio.errors import EncodeError, Reason


def as_arrays(data: npt.ArrayLike | Mapping[str, npt.ArrayLike]) -> dict[str, Array]:
    """A mapping of names to ndarrays; a bare array gets the name `data`."""
    _check_labels(data)
    if isinstance(data, Mapping):
        return {name: _named(name, value) for name, value in data.items()}
    return {DEFAULT_NAME: as_array(data)}


def _named(name: str, value: npt.ArrayLike) -> Array:
    """`value` as an ndarray that can be carried; EncodeError names the array otherwise."""
    try:
        array = as_array(value)
        element_type_of(array)
    except EncodeError as problem:
        raise EncodeError(problem.reason, f"array {name!a}: {problem.detail}") from problem
    return array


def as_array(value: npt.ArrayLike) -> Array:
    """`value` as an ndarray; masked arrays are returned as they are and refused later by name.

    Each element of a list or tuple is kept exactly, or EncodeError(DTYPE_UNSUPPORTED) is raised.
    """
    if isinstance(value, np.ma.MaskedArray):
        return value
    _check_labels(value)
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    array = _converted(value)
    if isinstance(array, np.ma.MaskedArray):  # from objects such as netCDF4's variables
        return array
    _check_labels(array)
    array = np.asarray(array)
    _check_kept(value, array)
    if array.dtype.kind == "O":
        raise _refused(_why_object(value, array))
    if is_sequence(value):
        check_elements_kept(value, array)
    return array


def _converted(value: Any) -> Array:  # noqa: ANN401
    """`value` converted by numpy: with the buffer, array or DLPack protocol, or by elements."""
    kind = type(value).__name__
    if getattr(value, "is_sparse", False) is True or _is_sparse(value):
        raise _refused(
            f"a sparse {kind} is not an array: give .toarray() or .to_dense() of it, or its parts "
            "as separate arrays, such as {'data': m.data, 'indices': m.indices}"
        )
    try:
        array: Array = np.asanyarray(value)
        if array.dtype.kind == "O" and not array.ndim and hasattr(value, "__dlpack__"):
            array = np.from_dlpack(value)
    except MemoryError:
        raise
    except Exception as problem:  # the object's own conversion may raise anything
        found = _maybe_forced(value)
        if found is None:
            raise _refused(f"{kind} is not an array: {problem}{_hint_for(value)}") from problem
        return found
    return array


def _maybe_forced(value: Any) -> Array | None:  # noqa: ANN401
    """A torch tensor's values, even if it has a gradient or a pending conjugate; else None."""
    if not (hasattr(value, "detach") and hasattr(value, "numpy")):
        return None
    try:
        found = value.numpy(force=True)
    except Exception:  # the caller reports the first problem
        return None
    return found if isinstance(found, np.ndarray) else None


def _hint_for(value: Any) -> str:  # noqa: ANN401
    """A hint how to convert a tensor that numpy cannot convert."""
    if getattr(value, "is_quantized", False) is True:
        return "; give t.int_repr(), and the scale and zero point in attrs="
    if "bfloat16" in str(getattr(value, "dtype", "")):
        return "; give t.view(torch.uint16).numpy(force=True).view(ml_dtypes.bfloat16)"
    if any(hasattr(value, name) for name in ("__dlpack__", "__array__", "__array_interface__")):
        return "; give a numpy array of its values"
    return ""


def _is_sparse(value: object) -> bool:
    sparse = sys.modules.get("scipy.sparse")  # imported, if the value comes from it
    return sparse is not None and bool(sparse.issparse(value))


def _why_object(value: object, array: Array) -> str:
    """Why numpy converted `value` to objects, and what to do."""
    kind = type(value).__name__
    if type(value).__module__.partition(".")[0] == "pandas":
        return (
            f"a {kind} of dtype {getattr(value, 'dtype', 'object')} is no array of numbers; "
            "import intaglio.pandas and call .intaglio.save(file) of a DataFrame or Series"
        )
    if not array.ndim and not isinstance(value, int | np.generic):
        wanted = "list(x) of it" if isinstance(value, Iterable) else "a numpy array of numbers"
        return f"{kind} is not an array: give {wanted}"
    kinds = sorted({type(item).__name__ for item in array.flat})
    if kinds == ["int"]:
        return "some integers are beyond 64 bits: give float64, knowing what it loses, or text"
    return (
        f"elements of type {', '.join(kinds[:4])} are objects to numpy, and objects are never "
        "stored (nothing is ever pickled); give an array of numbers, or of dates as datetime64"
    )


def _check_labels(value: object) -> None:
    """Refuse values with coordinates, attributes or units, which numpy would drop."""
    kind = type(value).__name__
    if any(hasattr(type(value), name) for name in ("to_value", "magnitude")):
        unit = getattr(value, "units", getattr(value, "unit", None))
        if unit is not None:
            raise _refused(
                f"a {kind} would lose its unit, {str(unit)!a}: give its plain values, and the unit "
                "in attrs="
            )
    xarray = sys.modules.get("xarray")  # imported, if the value comes from it
    if xarray is None:
        return
    if isinstance(value, xarray.Dataset):
        call, plain = "ds.intaglio.save(file)", "{name: v.values for name, v in ds.items()}"
    elif isinstance(value, xarray.DataArray) and (value.coords or value.attrs):
        call, plain = "da.intaglio.save(file)", "da.values"
    else:
        return
    raise _refused(
        f"a {kind} would lose its coordinates and attributes: import "
        f"intaglio.xarray and call {call}, or give {plain}"
    )


def _check_kept(value: Any, array: Array) -> None:  # noqa: ANN401
    """Refuse what pandas would convert: columns of several dtypes, integers with gaps."""
    columns = getattr(value, "dtypes", None)  # a DataFrame's
    if not isinstance(columns, Iterable):
        columns = [dtype] if hasattr(dtype := getattr(value, "dtype", None), "numpy_dtype") else []
    plain = {getattr(dtype, "numpy_dtype", dtype) for dtype in columns}  # Int64's is int64
    if any(isinstance(dtype, np.dtype) and dtype != array.dtype for dtype in plain):
        kinds = ", ".join(sorted({str(dtype) for dtype in columns}))
        raise _refused(
            f"a {type(value).__name__} of {kinds} would become {array.dtype}; to keep it, "
            "import intaglio.pandas and call .intaglio.save(file) of the DataFrame or Series"
        )


def _refused(detail: str) -> EncodeError:
    return EncodeError(Reason.DTYPE_UNSUPPORTED, detail)
