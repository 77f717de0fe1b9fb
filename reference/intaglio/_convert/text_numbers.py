"""Cells of text as arrays: the dtypes that text can hold, and no number changed silently.

A cell is an integer, a float, a complex number, a bool or a date (ISO 8601). A decimal is read
if its own digits come back from the float64 nearest to it, as they do for everything that was
written from a float64 (`%.17g`, `%.18e`, the shortest form). More digits, 1e400 and integers
without an exact float are refused; only a dtype that the caller names may round decimals, and a
note says how many.
"""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final

import numpy as np

from intaglio._convert.base import Array, bfloat16
from intaglio._convert.text_dates import DATE, dates
from intaglio._escape import counted
from intaglio.errors import FormatError

CELL_MAX: Final = 4000  # characters; the exact decimal form of a float64 has at most 1,077
_DIGITS_SAFE: Final = {"float64": 15, "float32": 6, "float16": 3, "bfloat16": 2}
_REAL: Final = r"(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|nan|inf|infinity)"
_INTEGER: Final = re.compile(r"(?!-0+$)[-+]?\d+", re.ASCII)  # -0 is a float: an integer has no sign
_FLOAT: Final = re.compile(rf"[-+]?{_REAL}", re.ASCII | re.IGNORECASE)
_COMPLEX: Final = re.compile(
    rf"([-+]?{_REAL})(?:([-+]{_REAL})j)?|([-+]?{_REAL})j", re.ASCII | re.IGNORECASE
)
_BOOL: Final = re.compile(r"true|false", re.ASCII | re.IGNORECASE)
_PARTS: Final = re.compile(r"[-+]?(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?", re.ASCII)
_ZEROS: Final = re.compile(r"[-+]?0\d")
_DTYPE: Final = re.compile(r"[<>=|]?[A-Za-z]\w*(?:\[[a-z]+\])?", re.ASCII | re.IGNORECASE)
_NAMES: Final = re.compile(
    r"u?int(?:8|16|32|64)|float(?:16|32|64)|complex(?:64|128)|bool"
    r"|(?:datetime|timedelta)64\[(?:Y|M|D|h|m|s|ms|us|ns|ps|fs|as)\]"
)
_DECIMAL_COMMA: Final = str.maketrans({",": ".", ".": "\ufffd"})

Where = Callable[[int], str]  # the place of a cell by its index: "line 3, column 2"


def _is_complex(cell: str) -> bool:
    return bool(_COMPLEX.fullmatch(_bare(cell)))


_KINDS: Final[dict[str, Callable[[str], Any]]] = {  # the first that fits all cells
    "int64": _INTEGER.fullmatch,
    "float64": _FLOAT.fullmatch,
    "complex128": _is_complex,
    "bool": _BOOL.fullmatch,
    "datetime64": DATE.fullmatch,
}


def text_dtype(name: str) -> np.dtype[Any]:
    """The dtype of that name; ValueError if text cannot hold it."""
    if name == "bfloat16":
        return bfloat16()
    found = None
    if _DTYPE.fullmatch(name):
        try:
            found = np.dtype(name)
        except (TypeError, ValueError):
            found = None
    if found is None or not _NAMES.fullmatch(found.name):
        message = (
            f"{name[:40]!a} is no dtype that text holds: int8 to uint64, float16 to float64, "
            "bfloat16, complex64, complex128, bool, datetime64[s], timedelta64[s] (or another unit)"
        )
        raise ValueError(message)
    return found.newbyteorder("=")


def is_number(cell: str, decimal: str) -> bool:
    """Whether a cell is a value of any kind; an empty one is none."""
    return _kind_fits(_plain([cell], decimal)[0])


def array_of(
    cells: Sequence[str], dtype: str | None, decimal: str, where: Where
) -> tuple[Array, list[str]]:
    """All cells as one 1-d array, and notes; FormatError with the place of what does not fit.

    An empty cell is NaN in floats, and in integers that are exact as floats; NaT in dates.
    """
    plain = _plain(cells, decimal)
    kind = _inferred(plain, cells, where) if dtype is None else text_dtype(dtype).name
    notes: list[str] = []
    match np.dtype(kind).kind if kind != "bfloat16" else "f":
        case "i" | "u":
            array = _integers(plain, None if dtype is None else np.dtype(kind), where)
        case "f":
            array, notes = _floats(plain, kind, where, told=dtype is not None)
        case "c":
            array, notes = _complexes(plain, kind, where, told=dtype is not None)
        case "M":
            array, notes = dates(plain, None if dtype is None else kind, where)
        case "m":
            array = _integers(plain, np.dtype(np.int64), where).view(kind)
        case _:
            array = _bools(plain, where)
    zeros = next((i for i, cell in enumerate(plain) if _ZEROS.match(cell)), None)
    if zeros is not None and array.dtype.kind != "M":
        notes.append(f"leading zeros are not kept: {where(zeros)} is {cells[zeros][:40]!a}")
    return array, notes


def _plain(cells: Sequence[str], decimal: str) -> list[str]:
    """The cells with a point as decimal sign; a point that is none fits no number."""
    if decimal == ",":
        return [cell.translate(_DECIMAL_COMMA) if cell[-1:] != "," else cell for cell in cells]
    return [*cells]


def _kind_fits(cell: str) -> bool:
    return len(cell) <= CELL_MAX and any(fits(cell) for fits in _KINDS.values())


def _inferred(plain: list[str], cells: Sequence[str], where: Where) -> str:
    """The first kind that fits all cells that are not empty."""
    filled = [cell for cell in plain if cell]
    if all(len(cell) <= CELL_MAX for cell in filled):
        for kind, fits in _KINDS.items():
            if all(map(fits, filled)):
                holes = len(filled) < len(plain)
                return "float64" if kind == "int64" and holes else kind
    for i, cell in enumerate(plain):
        if len(cell) > CELL_MAX:
            message = f"{where(i)} has {len(cell):,} characters, a number at most {CELL_MAX:,}"
            raise FormatError(message)
        if cell and not _kind_fits(cell):
            message = (
                f"{where(i)} is {cells[i][:40]!a}, not a number; write nan for a missing number"
            )
            raise FormatError(message)
    message = "it mixes numbers with dates or bools; give each its own file"
    raise FormatError(message)


def _check(plain: list[str], fits: Callable[[str], Any], what: str, where: Where) -> None:
    for i, cell in enumerate(plain):
        if not cell:
            message = f"{where(i)} is empty, and {what} has no missing value"
            raise FormatError(message)
        if len(cell) > CELL_MAX or not fits(cell):
            message = f"{where(i)} is {cell[:40]!a}, which is not {what}"
            raise FormatError(message)


def _integers(plain: list[str], dtype: np.dtype[Any] | None, where: Where) -> Array:
    _check(plain, re.compile(r"[-+]?\d+", re.ASCII).fullmatch, "an integer", where)
    whole = [int(cell) for cell in plain]
    if dtype is None:
        unsigned = min(whole) >= 0 and max(whole) > np.iinfo(np.int64).max
        dtype = np.dtype(np.uint64 if unsigned else np.int64)
    bounds = np.iinfo(dtype)
    for i, value in enumerate(whole):
        if not bounds.min <= value <= bounds.max:
            message = f"{where(i)} is {plain[i][:40]}, beyond {dtype.name}"
            raise FormatError(message)
    return np.array(whole, dtype)


def _bools(plain: list[str], where: Where) -> Array:
    _check(plain, _BOOL.fullmatch, "True or False", where)
    return np.array([cell.lower() == "true" for cell in plain])


def _floats(plain: list[str], kind: str, where: Where, *, told: bool) -> tuple[Array, list[str]]:
    """The nearest floats of the dtype `kind`; told: it may round decimals, with a note."""
    filled = [cell or "nan" for cell in plain]
    _check(filled, _FLOAT.fullmatch, "a float", where)
    wide = np.array([float(cell) for cell in filled])
    array = wide if kind == "float64" else _narrowed(filled, wide, text_dtype(kind))
    back = array.astype(np.float64).tolist()
    safe = _DIGITS_SAFE[kind]
    rounded = [
        i
        for i, (cell, value) in enumerate(zip(filled, back, strict=True))
        if not _is_short(cell, safe) and _is_changed(cell, value)
    ]
    for i in rounded:
        _check_rounding(filled[i], back[i], kind, where(i), told=told)
    notes = []
    if rounded:
        notes.append(
            f"rounded to {kind}: {counted(len(rounded), 'number')}, the first at "
            f"{where(rounded[0])}"
        )
    holes = [i for i, cell in enumerate(plain) if not cell]
    if holes:
        notes.append(
            f"read as NaN: {counted(len(holes), 'empty cell')}, the first at {where(holes[0])}"
        )
    return array, notes


def _check_rounding(cell: str, value: float, kind: str, place: str, *, told: bool) -> None:
    """FormatError unless a dtype that the caller named may round this decimal."""
    shown = cell if len(cell) <= 40 else f"{cell[:37]}..."
    if np.isinf(value):
        message = f"{place} is {shown}, beyond {kind}"
    elif _INTEGER.fullmatch(cell):
        message = f"{place}: the integer {shown} has no exact {kind}; {shown}.0 is a float"
    elif not told:
        message = f"{place} is {shown}, which {kind} cannot hold; --dtype {kind} rounds it"
    else:
        return
    raise FormatError(message)


def _is_short(cell: str, safe: int) -> bool:
    """Whether so few digits, without an exponent, come back from the nearest float for certain."""
    return len(cell) <= safe and "e" not in cell and "E" not in cell


def _is_changed(cell: str, value: float) -> bool:
    """Whether the digits of `cell` do not come back from the float `value`."""
    parts = _PARTS.fullmatch(cell)
    if parts is None:  # nan, inf
        return False
    whole, fraction, exponent = parts.groups(default="0")
    digits = (whole + fraction).lstrip("0")
    if not digits.rstrip("0"):
        return False
    if _INTEGER.fullmatch(cell):
        return bool(np.isinf(value)) or int(cell) != int(value)
    power = int(exponent) + len(digits) - len(fraction) - 1
    digits = digits.rstrip("0")
    if np.isinf(value) or value == 0:
        return True
    shown, _, found = f"{abs(value):.{len(digits) - 1}e}".partition("e")
    return shown.replace(".", "") != digits or int(found) != power


def _narrowed(cells: list[str], wide: Array, dtype: np.dtype[Any]) -> Array:
    """The floats nearest to the cells, rounded once: not first to float64 and then again."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        narrow = wide.astype(dtype)
        toward = np.where(wide > narrow.astype(np.float64), np.inf, -np.inf).astype(dtype)
        other = np.nextafter(narrow, toward).astype(np.float64)
        back = narrow.astype(np.float64)
        halfway = (wide != back) & (wide - back == other - wide) & np.isfinite(other)
    for i in np.flatnonzero(halfway):
        exact, middle = Fraction(cells[i]), Fraction(float(wide[i]))
        if exact != middle and (exact > middle) != (back[i] > wide[i]):
            narrow[i] = other[i]
    return narrow


def _complexes(plain: list[str], kind: str, where: Where, *, told: bool) -> tuple[Array, list[str]]:
    _check(plain, _is_complex, "a complex number", where)
    parts = [_complex_parts(cell) for cell in plain]
    half = "float32" if kind == "complex64" else "float64"
    real, notes = _floats([a for a, _ in parts], half, where, told=told)
    imag, more = _floats([b for _, b in parts], half, where, told=told)
    result = np.empty(real.shape, kind)
    result.real, result.imag = real, imag
    return result, [*notes, *more]


def _complex_parts(cell: str) -> tuple[str, str]:
    found = _COMPLEX.fullmatch(_bare(cell))
    real, imag, alone = found.groups() if found else (cell, None, None)  # _check found that it is
    return (real or "0", imag or "0") if alone is None else ("0", alone)


def _bare(cell: str) -> str:
    return cell[1:-1] if cell[:1] == "(" and cell[-1:] == ")" else cell
