"""Section 8 of SPEC.md: whether a JSON text may be metadata.

The text is read letter by letter, and nothing of it is kept: the reader gives metadata back as
the bytes that it found. Each function takes the position of a value and returns where it ends.
"""

import json
import re
from typing import Final

from reader.conventions import Refused, require

DEPTH_MAX: Final = 64
NUMBER_CHARACTERS_MAX: Final = 512
SPACE: Final = re.compile(r"[ \t\n\r]*")
NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"')
WORDS: Final = ("true", "false", "null")


def check(raw: bytes) -> None:
    """Refuse a text that is not metadata."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise Refused("metadata-invalid", str(problem)) from problem  # [MET-1]
    start = _space(text, 0)
    require(text[start : start + 1] == "{", "metadata-invalid")  # [MET-1]
    end = _space(text, _value(text, start, 1))
    require(end == len(text), "metadata-invalid")  # [MET-1]


def _space(text: str, position: int) -> int:
    found = SPACE.match(text, position)
    return found.end() if found else position


def _value(text: str, position: int, depth: int) -> int:
    """Return the end of a value; an object or array here has that depth."""
    first = text[position : position + 1]
    if first in ("{", "["):
        require(depth <= DEPTH_MAX, "metadata-invalid")  # [MET-5]
        return _members(text, position, depth)
    if first == '"':
        return _string(text, position)[1]
    for word in WORDS:
        if text.startswith(word, position):
            return position + len(word)
    found = NUMBER.match(text, position)
    if not found:
        raise Refused("metadata-invalid", f"no value at {position}")  # [MET-1]
    require(len(found[0]) <= NUMBER_CHARACTERS_MAX, "metadata-invalid")  # [MET-4]
    require(abs(float(found[0])) != float("inf"), "metadata-invalid")  # [MET-4]
    return found.end()


def _members(text: str, position: int, depth: int) -> int:
    """Return the end of an object or an array."""
    is_object = text[position] == "{"
    close = "}" if is_object else "]"
    names: set[str] = set()
    position = _space(text, position + 1)
    if text[position : position + 1] == close:
        return position + 1
    while True:
        if is_object:
            name, position = _string(text, position)
            require(name not in names, "metadata-invalid")  # [MET-2]
            names.add(name)
            position = _space(text, position)
            require(text[position : position + 1] == ":", "metadata-invalid")  # [MET-1]
            position = _space(text, position + 1)
        position = _space(text, _value(text, position, depth + 1))
        if text[position : position + 1] == close:
            return position + 1
        require(text[position : position + 1] == ",", "metadata-invalid")  # [MET-1]
        position = _space(text, position + 1)


def _string(text: str, position: int) -> tuple[str, int]:
    """Return the string there, unescaped, and its end."""
    found = STRING.match(text, position)
    if not found:
        raise Refused("metadata-invalid", f"no string at {position}")  # [MET-1]
    value: str = json.loads(found[0])  # a pair of surrogate escapes becomes one character
    is_lone = any("\ud800" <= character <= "\udfff" for character in value)
    require(not is_lone, "metadata-invalid")  # [MET-3]
    return value, found.end()
