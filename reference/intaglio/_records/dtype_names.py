"""Names of dtypes: a closed table of numbers, bools, times and text; nothing else is built."""

import re
from typing import Any, Final, Literal, cast

import numpy as np

from intaglio._records.schema import SchemaError

_TEXT_WIDTH_MAX: Final = 2**20  # in characters

_SCALARS: Final = ("b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8")
_NUMBERS: Final = {name: np.dtype(name) for name in (*_SCALARS, "c16")}
_LONG_NAMES: Final = {dtype.name: dtype for dtype in _NUMBERS.values()}  # as `pack` writes them
_LONG_DOUBLE: Final = np.dtype(np.longdouble)  # read where it has 16 bytes, never written
_TIME: Final = re.compile(
    r"(M8|m8|datetime64|timedelta64)"
    r"(?:\[([1-9][0-9]{0,8})?(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?"
)
_TEXT: Final = re.compile(r"([US])(0|[1-9][0-9]{0,8})")


def is_number_name(name: str) -> bool:
    """Whether arrays of that dtype are written, as bytes in hexadecimal."""
    return name in _NUMBERS or _TIME.fullmatch(name) is not None


def bare_dtype(name: str) -> np.dtype[Any]:
    """The dtype of a name as `dtype.str` has it, of which no more than the dtype is built."""
    if name == "|O":
        return np.dtype(object)
    if name[:1] not in ("<", ">", "|"):
        raise SchemaError(f"{name[:40]!a} is no dtype")
    order = cast("Literal['<', '>', '|']", name[0])
    found = text_dtype(name[1:])
    if found is None:
        return number_dtype(name[1:]).newbyteorder(order)
    return found.newbyteorder(order)


def number_dtype(name: str) -> np.dtype[Any]:
    """A dtype of bools, numbers or times, native."""
    found = _NUMBERS.get(name) or _LONG_NAMES.get(name)
    if found is not None:
        return found
    if name == "f16" == _LONG_DOUBLE.str[1:]:
        return _LONG_DOUBLE
    time = _TIME.fullmatch(name)
    if time is None:
        raise SchemaError(f"{name[:40]!a} is no dtype of numbers, bools, times or text")
    kind, count, unit = time.groups()
    short = "M8" if kind in ("M8", "datetime64") else "m8"
    return np.dtype(short if unit is None else f"{short}[{int(count or 1)}{unit}]")


def text_dtype(name: str) -> np.dtype[Any] | None:
    """The dtype of a name such as U3 or S3; None for others."""
    found = _TEXT.fullmatch(name)
    if found is None:
        return None
    if int(found[2]) > _TEXT_WIDTH_MAX:
        raise SchemaError(f"{name[:40]!a} is wider than {_TEXT_WIDTH_MAX} characters")
    return np.dtype(f"{found[1]}{int(found[2])}")
