"""Metadata of SPEC.md section 8: a scanner that goes letter by letter. Part of the oracle."""

import json
import re
from typing import Final

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"')
_WORDS: Final = ("true", "false", "null")


class _NotMetadata(Exception):  # noqa: N818 - a verdict
    pass


def is_metadata(raw: bytes) -> bool:
    """Whether the text keeps [MET-1] to [MET-5]."""
    try:
        text = raw.decode("utf-8")
        start = _space(text, 0)
        if text[start : start + 1] != "{":
            return False
        return _space(text, _value(text, start, 1)) == len(text)
    except (UnicodeDecodeError, _NotMetadata):
        return False


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found
    return found.end()


def _value(text: str, at: int, depth: int) -> int:
    """Where the value that begins at `at` ends; an object or array there has that depth."""
    first = text[at : at + 1]
    if first in ("{", "["):
        if depth > 64:  # [MET-5]
            raise _NotMetadata
        return _members(text, at, depth, "}" if first == "{" else "]")
    if first == '"':
        return _string(text, at)[1]
    for word in _WORDS:
        if text.startswith(word, at):
            return at + len(word)
    found = _NUMBER.match(text, at)
    if not found or len(found[0]) > 512 or abs(float(found[0])) == float("inf"):  # [MET-4]
        raise _NotMetadata
    return found.end()


def _members(text: str, at: int, depth: int, end: str) -> int:
    names = set()
    at = _space(text, at + 1)
    if text[at : at + 1] == end:
        return at + 1
    while True:
        if end == "}":
            name, at = _string(text, at)
            if name in names:  # [MET-2]
                raise _NotMetadata
            names.add(name)
            at = _space(text, at)
            if text[at : at + 1] != ":":
                raise _NotMetadata
            at = _space(text, at + 1)
        at = _space(text, _value(text, at, depth + 1))
        if text[at : at + 1] == end:
            return at + 1
        if text[at : at + 1] != ",":
            raise _NotMetadata
        at = _space(text, at + 1)


def _string(text: str, at: int) -> tuple[str, int]:
    found = _STRING.match(text, at)
    if not found:
        raise _NotMetadata
    value = json.loads(found[0])
    if any("\ud800" <= letter <= "\udfff" for letter in value):  # [MET-3]
        raise _NotMetadata
    return value, found.end()
