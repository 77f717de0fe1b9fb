"""Lines and cells of a text file: its encoding, delimiter, comments and header."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from intaglio._convert.text_numbers import is_number
from intaglio._escape import counted
from intaglio.errors import FormatError

SPACES: Final = " "  # as a delimiter: one or more spaces or tabs
_BLANKS: Final = re.compile(r"[ \t]+")
_SHOWN_MAX: Final = 40
_NUMBER_LIKE: Final = re.compile(  # what others write, and no name: 1_000, 1 000, 0x1F, 1.5D+03, NA
    r"(?=.*\d)[\W\d_]+|[-+]?0[xX][0-9a-fA-F]+|[-+]?[\d.,]+[dD][-+]?\d+"
    r"|[-+]?[\d.]+#\w+|#?N/?A!?|NULL|null|None"
)
_WORDS: Final = {"tab": "\t", r"\t": "\t", "space": SPACES}


class Table(NamedTuple):
    """A header or [], rows of equal length with their line numbers, and notes; rows is not []."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    notes: list[str]


def delimiter_of(text: str) -> str:
    """The delimiter that an option names; ValueError for one that numbers may hold."""
    found = _WORDS.get(text, text)
    legal = len(found) == 1 and (found == "\t" or found.isprintable()) and found not in "\"'+-.#()"
    if not legal or found.isalnum():
        message = f"{text[:_SHOWN_MAX]!a} is no delimiter: one character such as ';', tab or space"
        raise ValueError(message)
    return found


def decoded(path: Path) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its byte order mark."""
    raw = path.read_bytes()
    marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if marked else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        message = f"line {line} is not text in {encoding.removesuffix('-sig').upper()}"
        raise FormatError(message) from problem
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        message = (
            f"line {line} holds a NUL: this is no text, or text in another encoding than UTF-8"
        )
        raise FormatError(message)
    return text


def table_of(text: str, delimiter: str, decimal: str) -> Table:
    """The rows of `text`; FormatError if there are none, or if their lengths differ."""
    comments: list[tuple[int, str]] = []
    blank: list[int] = []
    lines = io.StringIO(text, newline="")
    if delimiter == SPACES:
        rows = [*_spaced(lines, comments, blank)]
    else:
        try:
            rows = [*_delimited(lines, delimiter, blank)]
        except csv.Error as problem:
            message = f"its cells cannot be told apart: {problem}"
            raise FormatError(message) from problem
        comments = _leading_comments(rows, delimiter, decimal)
    if not any(any(cells) for _, cells in rows):
        message = "it has no numbers"
        raise FormatError(message)
    _check_lengths(rows)
    notes = []
    if comments:
        line, comment = comments[0]
        shown = comment.strip()[:_SHOWN_MAX]
        count = counted(len(comments), "comment")
        notes.append(f"{count} left out, the first in line {line}: {shown!a}")
    if between := [line for line in blank if rows[0][0] < line < rows[-1][0]]:
        count = counted(len(between), "empty line")
        notes.append(f"{count} between rows left out, the first is line {between[0]}")
    header = rows.pop(0)[1] if _has_header(rows, decimal) else []
    if header and header[0] == "" and is_number(header[1], decimal):
        notes.append("line 1 is taken as column names 0, 1, ... beside an index")
    return Table(header, rows, notes)


def _spaced(
    lines: Iterator[str], comments: list[tuple[int, str]], blank: list[int]
) -> Iterator[tuple[int, list[str]]]:
    """Rows divided by spaces and tabs; what begins with # is a comment."""
    for number, line in enumerate(lines, 1):
        body, mark, rest = line.partition("#")
        if mark:
            comments.append((number, mark + rest))
        if body := body.strip(" \t\r\n"):
            yield number, _BLANKS.split(body)
        elif not mark:
            blank.append(number)


def _delimited(
    lines: Iterator[str], delimiter: str, blank: list[int]
) -> Iterator[tuple[int, list[str]]]:
    """Rows as the csv module has them; blank lines are none, and go to `blank`."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    number = 1
    for cells in reader:
        stripped = [cell.strip(" \t") for cell in cells]
        if len(cells) > 1 or (cells and (stripped[0] or not cells[0])):
            yield number, stripped
        else:
            blank.append(number)
        number = reader.line_num + 1


def _leading_comments(
    rows: list[tuple[int, list[str]]], delimiter: str, decimal: str
) -> list[tuple[int, str]]:
    """Take lines that begin with # from the top; the last of them may be np.savetxt's header."""
    count = next((i for i, (_, cells) in enumerate(rows) if cells[0][:1] != "#"), len(rows))
    if not 0 < count < len(rows):
        return []
    comments = [(line, delimiter.join(cells)) for line, cells in rows[:count]]
    line, last = rows[count - 1]
    names = [last[0][1:].strip(" \t") or last[0], *last[1:]]
    del rows[:count]
    fits = 1 < len(names) == len(rows[0][1]) and not any(is_number(name, decimal) for name in names)
    if fits and not _has_header(rows, decimal):
        rows.insert(0, (line, names))
        comments.pop()
    return comments


def _check_lengths(rows: list[tuple[int, list[str]]]) -> None:
    first, width = rows[0][0], len(rows[0][1])
    for line, cells in rows:
        if len(cells) != width:
            found = counted(len(cells), "cell")
            message = f"line {line} has {found}, line {first} has {counted(width, 'cell')}"
            raise FormatError(message)


def _has_header(rows: list[tuple[int, list[str]]], decimal: str) -> bool:
    """Whether the first row is a header: names and no number.

    An empty first cell is pandas' name of an index. Beside it the numbers 0, 1, 2, ... are
    pandas' names of columns; other numbers may be names or values, and are refused.
    """
    line, cells = rows[0]
    if len(rows) < 2 or not any(cells):
        return False
    numbers = [cell for cell in cells if is_number(cell, decimal)]
    if not numbers:
        _check_names(line, [cell for cell in cells if cell])
        return True
    indexed = len(cells) > 1 and not cells[0] and numbers == cells[1:]
    if indexed and numbers != [str(i) for i in range(len(numbers))]:
        message = (
            f"line {line} begins with an empty cell: write nan, if it is a row with a missing "
            "number, or a name (index), if it is a header"
        )
        raise FormatError(message)
    return indexed


def _check_names(line: int, names: list[str]) -> None:
    """Refuse a first row that may hold numbers in a form that is not read: it is no header."""
    like = [name for name in names if _NUMBER_LIKE.fullmatch(name)]
    if len(like) == len(names):
        message = (
            f"line {line} holds {like[0][:_SHOWN_MAX]!a}, not a number, nor a name of a column: "
            "write 1000, not 1_000 or 1 000, and nan for a missing number"
        )
        raise FormatError(message)
