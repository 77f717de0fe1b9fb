"""Arrays as text: each number in the shortest form that reads back, integers as integers.

A whole number in a float array has ".0", so that reading gives floats again; but a column of
whole numbers beside columns of others is written as integers, because the others tell. Whole
numbers of float16 and float32 have all their digits.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from intaglio._convert.base import Array, Content, is_bfloat16, native
from intaglio._convert.text_numbers import is_number
from intaglio.errors import FormatError

DELIMITERS: Final = {"csv": ",", "tsv": "\t", "txt": " "}
_DIGITS: Final = {"float64": 17, "float32": 9, "float16": 5, "bfloat16": 4}
_QUIET_NAN: Final = {"float64": 0x7FF8 << 48, "float32": 0x7FC0 << 16, "float16": 0x7E00}
_TIME_UNITS: Final = frozenset({"Y", "M", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"})
_WHOLE_MAX: Final = 2.0**53
# Spreadsheets run what begins with these; the second of each is full-width.
_FORMULAS: Final = frozenset("=\uff1d@\uff20\t\r\n")
_SIGNS: Final = frozenset("+\uff0b-\uff0d")
_QUOTED: Final = frozenset("\"',;|\t\r\n ")


def write(path: Path, name: str, content: Content, *, raw_names: bool = False) -> tuple[str, ...]:
    """Write one array as text from which the same bits can be read.

    raw_names: write names of columns that spreadsheets take for formulas; else they are refused.
    """
    ((key, array),) = content.arrays.items()
    array = native(array)
    _check_shape(array, name)
    table = array.reshape(-1, 1) if array.ndim < 2 else array
    delimiter, notes = DELIMITERS[name], []
    given = content.attrs.get(key, {}).get("columns")
    columns = _maybe_columns(given, table.shape[1]) if name != "txt" else None
    if columns:
        notes += _checked_names(columns, raw=raw_names)
    elif given is not None:
        notes.append(f"the names of the columns are not in the .{name}")
    cells = _cells(table)
    with path.open("w", encoding="utf-8", newline="") as stream:
        if columns:
            stream.write(delimiter.join(map(_quoted, columns)) + "\n")
        for row in cells:
            stream.write(delimiter.join(row) + "\n")
    if not _is_inferred(array.dtype):
        notes.append(
            f"text does not say {array.dtype.name}: pack it with --dtype {array.dtype.name}"
        )
    if array.ndim == 0 or table.shape[1] == 1 < array.ndim:
        notes.append(f"text does not say the shape {array.shape}: it comes back as ({array.size},)")
    return tuple(notes)


def _check_shape(array: Array, name: str) -> None:
    if array.ndim > 2 or not array.size:
        message = f"an array of shape {array.shape} has no form as .{name}; .npy and .h5 hold it"
        raise FormatError(message)


def _maybe_columns(columns: object, width: int) -> list[str] | None:
    """The names, if reading them back gives the same header."""
    if not isinstance(columns, list) or len(columns) != width:
        return None
    if not all(isinstance(name, str) and name and not is_number(name, ".") for name in columns):
        return None
    if any("\0" in name for name in columns) or columns[0][0] == "#":
        return None
    return columns


def _checked_names(columns: list[str], *, raw: bool) -> list[str]:
    """Refuse names that a spreadsheet would run, unless they are wanted `raw`; notes on others."""
    for name in columns:
        if not raw and (name[0] in _FORMULAS or name.lstrip()[:1] in _FORMULAS):
            message = (
                f"the column {name[:40]!a} is a formula for a spreadsheet; --raw-names writes it"
            )
            raise FormatError(message)
    notes = [
        f"the column {name[:40]!a} may be a formula for a spreadsheet"
        for name in columns
        if name.lstrip()[:1] in _SIGNS
    ]
    if any(name != name.strip(" \t") for name in columns):
        notes.append("names of columns come back without the spaces around them")
    return notes


def _quoted(name: str) -> str:
    """A name as a cell that no program divides, whatever its delimiter."""
    return '"' + name.replace('"', '""') + '"' if _QUOTED & {*name} else name


def _is_inferred(dtype: np.dtype[Any]) -> bool:
    """Whether reading the text gives this dtype again without being told."""
    if dtype.kind == "M":
        return np.datetime_data(dtype)[0] != "Y"
    return dtype.name in ("float64", "int64", "complex128", "bool")


def _cells(table: Array) -> Iterable[list[str]]:
    """Rows of cells, made one by one."""
    kind = table.dtype.kind
    if kind == "f" or is_bfloat16(table.dtype):
        _check_nan(table)
        return _float_rows(table)
    if kind == "c":
        _check_nan(table.real)
        _check_nan(table.imag)
        return _complex_rows(table)
    if kind == "M":
        unit, count = np.datetime_data(table.dtype)
        if count != 1 or unit not in _TIME_UNITS:
            message = f"text cannot say {table.dtype}; .npy and .h5 hold it"
            raise FormatError(message)
        rows: list[list[str]] = np.datetime_as_string(table).tolist()
        return rows
    numbers = table.view(np.int64) if kind == "m" else table
    return ([str(cell) for cell in row.tolist()] for row in numbers)


def _check_nan(table: Array) -> None:
    bits = np.ascontiguousarray(table).view(f"u{table.dtype.itemsize}")
    with np.errstate(invalid="ignore"):  # signalling NaNs
        nan = np.isnan(table)
    if (bits[nan] != _QUIET_NAN.get(table.dtype.name, 0x7FC0)).any():
        message = "text has one NaN only, and this array has others (sign or payload); use .npy"
        raise FormatError(message)


def _float_rows(table: Array) -> Iterator[list[str]]:
    wide = table.astype(np.float64)
    whole = (np.abs(wide) < _WHOLE_MAX) & (np.trunc(wide) == wide)
    whole &= ~((wide == 0) & np.signbit(wide))
    integers = whole.all(axis=0)
    if integers.all():
        integers[:] = False  # nothing else would tell that these are floats
    for row in table:
        texts = _shortest(row)
        yield [
            text.removesuffix(".0") if integer else text
            for text, integer in zip(texts, integers.tolist(), strict=True)
        ]


def _complex_rows(table: Array) -> Iterator[list[str]]:
    for row in table:
        real = [text.removesuffix(".0") for text in _shortest(row.real)]
        imag = [text.removesuffix(".0") for text in _shortest(row.imag)]
        yield [f"{a}{b if b[0] == '-' else '+' + b}j" for a, b in zip(real, imag, strict=True)]


def _shortest(row: Array) -> list[str]:
    """Each float as the shortest text that reads back; small whole numbers with all digits."""
    values, name = row.astype(np.float64).tolist(), row.dtype.name
    if name == "float64":
        return [repr(value) for value in values]
    if is_bfloat16(row.dtype):
        texts = [_shortest_of(value, row.dtype) for value in values]
    else:
        texts = row.astype("U32").tolist()
    exact = 10.0 ** _DIGITS[name]
    return [
        f"{value:.1f}" if abs(value) < exact and value == int(value) else text
        for value, text in zip(values, texts, strict=True)
    ]


def _shortest_of(value: float, dtype: np.dtype[Any]) -> str:
    """The shortest text for one value of a dtype that NumPy does not print so."""
    for digits in range(1, _DIGITS[dtype.name] + 1):
        text = f"{value:.{digits}g}"
        if dtype.type(float(text)) == value:
            break
    return text if any(c in text for c in ".en") else f"{text}.0"
