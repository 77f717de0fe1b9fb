"""Advice for variables and indexes that cannot be carried, as code to paste."""

from typing import Any, Final

import numpy as np

_CALLS: Final = {  # by the pandas dtype name of an index
    "PeriodDtype": "to_timestamp()",
    "IntervalDtype": "mid",
    "DatetimeTZDtype": "tz_convert(None)",
    "CategoricalDtype": "astype(object)",
}


def advice_of_index(name: str, index: Any) -> str | None:  # noqa: ANN401 - a pandas Index
    """Return code that replaces an index; None if its dtype is a plain numpy one."""
    kind = type(index.dtype).__name__
    if isinstance(index.dtype, np.dtype) or kind == "StringDtype":
        return None
    call = _CALLS.get(kind, "to_numpy()")
    return f"write ds = ds.assign_coords({{{name!r}: ds.indexes[{name!r}].{call}}})"


def advice_of_values(name: str, dtype: Any) -> str:  # noqa: ANN401 - a pandas dtype
    """Return code that replaces a variable with a pandas extension array."""
    numpy_dtype = getattr(dtype, "numpy_dtype", None)
    if numpy_dtype is not None and numpy_dtype.kind in "iuf":
        return f"write ds[{name!r}] = ds[{name!r}].astype(float)"
    return f"write ds[{name!r}] = (ds[{name!r}].dims, np.asarray(ds[{name!r}]))"
