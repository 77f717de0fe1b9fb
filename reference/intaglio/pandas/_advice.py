"""Advice for columns that cannot be carried, as code to paste."""

from typing import Any

import numpy as np
import pandas as pd

from intaglio.errors import EncodeError, Reason

_OF_KINDS = (  # what an object column holds, and the dtype to convert it to
    ({"str"}, ".astype('string')"),
    ({"bool"}, ".astype('boolean')"),
    ({"int"}, ".astype('Int64')"),
    ({"int", "float"}, ".astype('Float64')"),
    ({"float"}, ".astype('Float64')"),
    ({"complex"}, ".astype(complex)"),
)
_TIMES = ({"Timestamp"}, {"datetime"}, {"date"})


def refused(what: str, dtype: Any, hint: str) -> EncodeError:  # noqa: ANN401 - pandas' or numpy's
    """Build the error for an unsupported dtype."""
    return EncodeError(Reason.DTYPE_UNSUPPORTED, f"{what} has dtype {dtype}: {hint}")


def advice(values: Any, code: str) -> str:  # noqa: ANN401 - an array of pandas' or numpy's
    """Return code that converts `values`; `code` is their expression."""
    dtype = values.dtype
    if dtype.kind == "O" and isinstance(dtype, np.dtype):
        return _of_objects(values, code)
    if isinstance(dtype, pd.SparseDtype):
        return f"write {code} = {code}.astype({str(dtype.subtype)!r})"
    if type(dtype).__name__ == "ArrowDtype":
        return f"write {code} = {code}.convert_dtypes(dtype_backend='numpy_nullable')"
    return (
        "numbers, times, periods, intervals, categories and strings can be carried; convert it "
        "with astype"
    )


def _of_objects(values: Any, code: str) -> str:  # noqa: ANN401
    present = [item for item in values if item is not None and item is not pd.NA]
    kinds = {type(item).__name__ for item in present if type(item) is not float or item == item}
    shown = ", ".join(sorted(kinds)[:4]) or "nothing"
    for wanted, call in _OF_KINDS:
        if kinds and kinds <= wanted:
            return f"it holds {shown}; write {code} = {code}{call}"
    if kinds in _TIMES:
        return f"it holds {shown}; write {code} = pd.to_datetime({code})"
    return f"it holds {shown}; convert it, for example {code} = {code}.astype('string')"
