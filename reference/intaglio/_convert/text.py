"""Numbers as text: .csv, .tsv and .txt.

Every cell is a number, one row a line, one column a 1-d array, more are 2-d. Read are integers
(int64, or uint64 if they need it), floats (float64), complex (1.5+2j), bools (True, False) and
dates (ISO 8601), the first kind that fits all cells; a dtype that is named overrules. A first
line without any number is a header, kept as the attribute "columns". Where its first cell is
empty, as pandas writes it, the first column is the index, an array called "index". Where no kind
fits all cells of a table with a header, each column is an array by its name.
"""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from intaglio._convert.base import Array, Content, ReadOptions
from intaglio._convert.text_numbers import array_of
from intaglio._convert.text_rows import SPACES, Table, decoded, table_of
from intaglio._convert.text_write import DELIMITERS, write
from intaglio.errors import FormatError

__all__ = ["read", "write"]

INDEX: Final = "index"
_CANDIDATES: Final = (";", "\t", ",", "|", SPACES)
_SPELLING: Final = {"\t": "tab", SPACES: "space"}
_SAMPLE_LINES: Final = 1000


def read(path: Path, name: str, options: ReadOptions) -> Content:
    """The array of a text file, under the name ""; or its columns by their names."""
    if options.inside is not None:
        message = "only .h5 and .nc files have paths inside"
        raise FormatError(message)
    text = decoded(path)
    try:
        return _content(text, name, options)
    except FormatError as problem:
        ways = [*_ways(text, name, options)]
        if not ways:
            raise
        message = f"{problem}; it reads with {' or '.join(ways)}"
        raise FormatError(message) from problem


def _content(text: str, name: str, options: ReadOptions) -> Content:
    decimal = options.decimal or "."
    delimiter = options.delimiter or DELIMITERS[name]
    if delimiter == decimal:
        message = f"--decimal {decimal} needs another --delimiter than {decimal}"
        raise FormatError(message)
    return _arrays(table_of(text, delimiter, decimal), options.dtype, decimal)


def _arrays(table: Table, dtype: str | None, decimal: str) -> Content:
    """One array of the whole table, or one a column; and the index, if there is one."""
    header, width = table.header, len(table.rows[0][1])
    first = 1 if width > 1 and header and not header[0] else 0
    last = width - _is_unused(table)
    names = header[first:last]
    skipped = {} if last == width else {f"column {width}": f"column {width} is empty throughout"}
    try:
        flat, notes = _array(table, range(first, last), dtype, decimal)
        found = Content({"": flat}, {"": {"columns": names}} if header else {})
    except FormatError:
        if dtype or not _are_names(names) or (first and INDEX in names):
            raise
        found, notes = _columns(table, range(first, last), decimal)
        if not found.arrays:
            raise
    if first:
        try:
            found.arrays[INDEX], more = _array(table, range(1), None, decimal)
            notes = [*more, *notes]
        except FormatError as problem:
            skipped[INDEX] = str(problem)
    skipped |= found.skipped
    return replace(found, skipped=skipped, notes=(*table.notes, *notes))


def _columns(table: Table, columns: range, decimal: str) -> tuple[Content, list[str]]:
    """Each column as an array by its name, and notes; what holds no numbers is skipped."""
    content, notes = Content({}), []
    for i in columns:
        name = table.header[i]
        try:
            content.arrays[name], more = _array(table, range(i, i + 1), None, decimal)
            notes += more
        except FormatError as problem:
            content.skipped[name] = str(problem)
    return content, notes


def _array(
    table: Table, columns: range, dtype: str | None, decimal: str
) -> tuple[Array, list[str]]:
    """Some columns as one array, 2-d if they are several, and notes."""

    def where(i: int) -> str:
        line, _ = table.rows[i // len(columns)]
        return f"line {line}, column {columns[i % len(columns)] + 1}"

    cells = [row[i] for _, row in table.rows for i in columns]
    flat, notes = array_of(cells, dtype, decimal, where)
    return flat if len(columns) == 1 else flat.reshape(-1, len(columns)), notes


def _are_names(names: list[str]) -> bool:
    return bool(names) and "" not in names and len({*names}) == len(names)


def _is_unused(table: Table) -> bool:
    """Whether the last column has neither a name nor a cell, as after a delimiter at the end."""
    header, rows, _ = table
    named = bool(header and header[-1])
    return not named and len(rows[0][1]) > 1 and not any(row[-1] for _, row in rows)


def _ways(text: str, name: str, options: ReadOptions) -> Iterator[str]:
    """The options that read a text which is refused as it is, each tried on the whole text."""
    sample = "".join(text.splitlines(keepends=True)[:_SAMPLE_LINES])
    default = options.delimiter or DELIMITERS[name]
    others = [] if options.delimiter else [c for c in _CANDIDATES if c != default]
    readable = []
    for delimiter in [options.delimiter, *others]:
        for decimal in [options.decimal] if options.decimal else [".", ","]:
            way = replace(options, delimiter=delimiter, decimal=decimal)
            if _reads(sample, name, way) and _reads(text, name, way):
                readable.append(way)
    complete = [way for way in readable if not _content(text, name, way).skipped]
    seen = set()
    for way in complete or readable:
        if way.delimiter in seen:  # a decimal comma is for what a point does not read
            continue
        seen.add(way.delimiter)
        words = []
        if way.delimiter and not options.delimiter:
            words.append(f"--delimiter {shlex.quote(_SPELLING.get(way.delimiter, way.delimiter))}")
        if way.decimal == "," and not options.decimal:
            words.append("--decimal ,")
        yield " ".join(words if complete else [*words, "--skip"])


def _reads(text: str, name: str, way: ReadOptions) -> bool:
    """Whether `way` reads `text`, and, with another delimiter, as more than one column."""
    try:
        content = _content(text, name, way)
    except FormatError:
        return False
    several = len(content.arrays | content.skipped) > 1
    return several or way.delimiter is None or any(a.ndim > 1 for a in content.arrays.values())
