"""Numbers as text: .csv, .tsv and .txt.

Rules, the same both ways: every cell is a number, one row a line, one column
is a 1-d array, more are 2-d. float64 is written with %.17g, float32 with
%.9g, float16 with %.5g, bfloat16 with %.4g, and a whole number in a float
array with ".0", so that reading gives floats again. Read are integers
(int64, or uint64 if they need it), floats (float64), complex (1.5+2j), bools
(True, False) and dates (ISO 8601), the first kind that fits all cells;
`--dtype` overrules. An integer among floats must have an exact float. A first line without any
number is a header, kept as the attribute "columns". Where no kind fits all cells of a table with a
header, each column is an array by its name, and columns of text are left out.
"""

import csv
import re
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np

from intaglio._formats._base import Array, Content, FormatError, ReadOptions, is_bfloat16, native

_DELIMITER: Final = {"csv": ",", "tsv": "\t", "txt": " "}
_DIGITS: Final = {"float64": 17, "float32": 9, "float16": 5, "bfloat16": 4}
_QUIET_NAN: Final = {"float64": 0x7FF8 << 48, "float32": 0x7FC0 << 16, "float16": 0x7E00}
_INTEGER_BITS: Final = {"float64": 53, "float32": 24, "float16": 11}
_REAL: Final = r"(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf|infinity)"
_KINDS: Final = (  # the first that fits all cells
    ("int64", re.compile(r"[-+]?\d{1,20}", re.ASCII)),
    ("float64", re.compile(rf"[-+]?{_REAL}", re.ASCII | re.IGNORECASE)),
    ("complex128", re.compile(rf"\(?[-+]?{_REAL}(?:[-+]{_REAL}j|j)?\)?", re.ASCII | re.IGNORECASE)),
    ("bool", re.compile(r"true|false", re.IGNORECASE)),
    (
        "datetime64",
        re.compile(r"NaT|(?:-\d{3,}|\d{4,})-\d\d(-\d\d([T ]\d\d(:\d\d(:\d\d(\.\d+)?)?)?)?)?"),
    ),
)
_TIME_UNITS: Final = frozenset({"Y", "M", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"})


def read(path: Path, name: str, options: ReadOptions) -> Content:
    """The array of a text file, under the name ""; or its columns by their names."""
    if options.inside is not None:
        message = "only .h5 and .nc files have paths inside"
        raise FormatError(message)
    header, rows, first_line = _rows(path, name)
    width = len(rows[0][1])
    for line, row in rows:
        if len(row) != width:
            message = f"line {line} has {len(row)} cells, line {first_line} has {width}"
            raise FormatError(message)
    try:
        flat = _array([*chain.from_iterable(row for _, row in rows)], rows, options.dtype)
    except FormatError:
        columns = None if options.dtype or "" in header else _maybe_each_column(header, rows)
        if columns is None:
            raise
        return columns
    array = flat if width == 1 else flat.reshape(len(rows), width)
    return Content({"": array}, {"": {"columns": header}} if header else {})


def _maybe_each_column(header: list[str], rows: list[tuple[int, list[str]]]) -> Content | None:
    """The columns, each for itself; None if they have no names of their own or none is numbers."""
    if not header or len(set(header)) != len(header):
        return None
    content = Content({})
    for i, name in enumerate(header):
        cells = [row[i] for _, row in rows]
        try:
            content.arrays[name] = _array(cells, [(line, [row[i]]) for line, row in rows], None, i)
        except FormatError as problem:
            content.skipped[name] = str(problem)
    return content if content.arrays else None


def write(path: Path, name: str, content: Content) -> tuple[str, ...]:
    """Write one array as text from which the same bits can be read."""
    ((key, array),) = content.arrays.items()
    array = native(array)
    _check_shape(array, name)
    table = array.reshape(-1, 1) if array.ndim < 2 else array
    delimiter, cells = _DELIMITER[name], _cells(table)
    columns = _maybe_columns(content.attrs.get(key, {}).get("columns"), table.shape[1])
    with path.open("w", encoding="utf-8", newline="") as stream:
        if name != "txt" and columns:
            csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerow(columns)
        for row in cells:
            stream.write(delimiter.join(row) + "\n")
    notes = []
    if not _is_inferred(array.dtype):
        notes.append(
            f"text does not say {array.dtype.name}: pack it with --dtype {array.dtype.name}"
        )
    if array.ndim == 0 or table.shape[1] == 1 < array.ndim:
        notes.append(f"text does not say the shape {array.shape}: it comes back as ({array.size},)")
    return tuple(notes)


def _rows(path: Path, name: str) -> tuple[list[str], list[tuple[int, list[str]]], int]:
    """The header's cells, and the rows with their line numbers; there is at least one row."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            if name == "txt":
                lines = ((i, line.partition("#")[0].split()) for i, line in enumerate(stream, 1))
                rows = [(i, row) for i, row in lines if row]
            else:
                reader = csv.reader(stream, delimiter=_DELIMITER[name], strict=True)
                rows = [
                    (reader.line_num, [cell.strip() for cell in row]) for row in reader if any(row)
                ]
    except UnicodeDecodeError as problem:
        message = "this is not text in UTF-8"
        raise FormatError(message) from problem
    except csv.Error as problem:
        message = f"this is not .{name}: {problem}"
        raise FormatError(message) from problem
    if not rows:
        message = "it has no numbers"
        raise FormatError(message)
    header: list[str] = []
    if len(rows) > 1 and not any(_is_value(cell) for cell in rows[0][1]):
        header = rows.pop(0)[1]
    return header, rows, rows[0][0]


def _is_value(cell: str) -> bool:
    return not cell or any(pattern.fullmatch(cell) for _, pattern in _KINDS)


def _array(
    cells: list[str], rows: list[tuple[int, list[str]]], dtype: str | None, before: int = 0
) -> Array:
    """All `cells` as one array; `rows` say where they are, after `before` other columns."""
    fitting = (kind for kind, pattern in _KINDS if all(map(pattern.fullmatch, cells)))
    kind = dtype or next(fitting, None)
    if kind is None:
        raise FormatError(_stranger(rows, before))
    try:
        return _converted(cells, kind, inferred=dtype is None)
    except (ValueError, OverflowError, TypeError) as problem:
        message = f"as {kind}: {problem}"
        raise FormatError(message) from problem


def _converted(cells: list[str], kind: str, *, inferred: bool) -> Array:
    """The cells as an array of that dtype; ValueError if one does not fit exactly."""
    wanted = np.dtype(_bfloat16() if kind == "bfloat16" else kind)
    match wanted.kind:
        case "i" | "u":
            whole = [int(cell) for cell in cells]
            if inferred and max(whole) > np.iinfo(np.int64).max and min(whole) >= 0:
                wanted = np.dtype(np.uint64)
            return np.array(whole, wanted)
        case "b":
            return np.array([_boolean(cell) for cell in cells], wanted)
        case "m":
            return np.array([int(cell) for cell in cells], np.int64).view(wanted)
        case "c":
            return np.array([complex(cell) for cell in cells], wanted)
        case "M":
            return np.array(cells, wanted)
        case _ if wanted.kind == "f" or is_bfloat16(wanted):
            _check_integers(cells, 2 ** _INTEGER_BITS.get(wanted.name, 8))
            return np.array([float(cell) for cell in cells]).astype(wanted)
    message = "text holds integers, floats, complex numbers, bools and dates"
    raise ValueError(message)


def _check_integers(cells: list[str], exact_max: int) -> None:
    for cell in cells:
        if _KINDS[0][1].fullmatch(cell) and abs(int(cell)) > exact_max:
            value = int(cell)
            if value.bit_length() - (value & -value).bit_length() >= exact_max.bit_length() - 1:
                message = f"the integer {cell} has no exact float; write it as {cell}.0 to round it"
                raise ValueError(message)


def _boolean(cell: str) -> bool:
    if cell.lower() not in ("true", "false"):
        message = f"{cell!a} is not True or False"
        raise ValueError(message)
    return cell.lower() == "true"


def _bfloat16() -> Any:  # noqa: ANN401
    from intaglio._formats._base import bfloat16

    return bfloat16()


def _stranger(rows: list[tuple[int, list[str]]], before: int) -> str:
    for line, row in rows:
        for column, cell in enumerate(row, before + 1):
            if not cell:
                return f"line {line}, column {column} is empty; write nan for a missing number"
            if not _is_value(cell):
                return (
                    f"line {line}, column {column} is {cell[:40]!a}, not a number; columns of text "
                    "cannot be carried (.csv divides by commas, .tsv by tabs, .txt by spaces)"
                )
    return "it mixes numbers with dates or bools; give each its own file"


def _check_shape(array: Array, name: str) -> None:
    if array.ndim > 2 or not array.size:
        message = f"an array of shape {array.shape} has no form as .{name}; .npy and .h5 hold it"
        raise FormatError(message)


def _maybe_columns(columns: object, width: int) -> list[str] | None:
    if not isinstance(columns, list) or len(columns) != width:
        return None
    if not all(isinstance(cell, str) and not _is_value(cell) for cell in columns):
        return None
    return columns


def _is_inferred(dtype: np.dtype[Any]) -> bool:
    """Whether reading the text gives this dtype again without being told."""
    if dtype.kind == "M":
        return np.datetime_data(dtype)[0] != "Y"
    return dtype.name in ("float64", "int64", "complex128", "bool")


def _cells(table: Array) -> Any:  # noqa: ANN401 - rows of strings, made one by one
    kind = table.dtype.kind
    if kind == "f" or is_bfloat16(table.dtype):
        return _float_rows(table)
    if kind == "c":
        real, imag = _float_rows(table.real, dot=False), _float_rows(table.imag, dot=False)
        return (
            [f"{a}{b if b[0] == '-' else '+' + b}j" for a, b in zip(x, y, strict=True)]
            for x, y in zip(real, imag, strict=True)
        )
    if kind == "M":
        unit, count = np.datetime_data(table.dtype)
        if count != 1 or unit not in _TIME_UNITS:
            message = f"text cannot say {table.dtype}; .npy and .h5 hold it"
            raise FormatError(message)
        return np.datetime_as_string(table).tolist()
    numbers = table.view(np.int64) if kind == "m" else table
    return ([str(cell) for cell in row.tolist()] for row in numbers)


def _float_rows(table: Array, *, dot: bool = True) -> Any:  # noqa: ANN401
    name = table.dtype.name
    bits = np.ascontiguousarray(table).view(f"u{table.dtype.itemsize}")
    with np.errstate(invalid="ignore"):  # signalling NaNs
        nan, wide = np.isnan(table), table.astype(np.float64)  # exact, but for NaN
    quiet = _QUIET_NAN.get(name, 0x7FC0)
    if (bits[nan] != quiet).any():
        message = "text has one NaN only, and this array has others (sign or payload); use .npy"
        raise FormatError(message)
    digits = _DIGITS[name]
    whole = (np.abs(wide) < 10.0**digits) & (np.trunc(wide) == wide) & dot
    general = f"%.{digits}g"
    for row, marks in zip(table, whole, strict=True):
        yield [
            ("%.1f" if mark else general) % cell
            for cell, mark in zip(row.tolist(), marks.tolist(), strict=True)
        ]
