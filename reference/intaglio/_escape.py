"""Escapes text for a terminal, so that only printable characters are printed.

Names and metadata of files are untrusted: SPEC.md section 16. Without escapes, they could move the
cursor, change colours or reverse the direction of text.
"""

import json
from math import log10
from typing import Any


def escaped(text: str) -> str:
    r"""`text` on one line of printable characters; backslash becomes two, others \x.. or \u...."""
    return "".join(map(_escaped_character, text))


def one_line(text: str) -> str:
    """A message on one line of printable characters; backslashes are not escaped."""
    return "".join(c if c.isprintable() else _escaped_character(c) for c in " ".join(text.split()))


def json_line(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """`value` as JSON on one line, in ASCII."""
    return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f")


def json_for_people(value: Any, indent: int | None = None) -> str:  # noqa: ANN401
    """`value` as JSON; characters that are not printable are escaped as JSON escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return "".join(c if c.isprintable() or c == "\n" else json_line(c)[1:-1] for c in text)


def counted(number: int, noun: str) -> str:
    """A number and its noun: 1 array, 2,000 arrays."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def digits_of(number: int) -> int:
    """The number of decimal digits of an integer of any size; str() refuses very large ones."""
    size = abs(number)
    digits = max(1, int(size.bit_length() * log10(2)))
    while size >= 10**digits:
        digits += 1
    return digits


def _escaped_character(c: str) -> str:
    if c == "\\":
        return "\\\\"
    return c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii")
