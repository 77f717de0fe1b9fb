"""SPEC.md section 8, metadata: converts JSON objects to text, and back.

The text is scanned before it is parsed: Python's json fails on deep nesting and on long numbers,
and turns 1e400 into infinity.
"""

import json
import re
import sys
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final, NoReturn

import numpy as np

from intaglio._escape import digits_of
from intaglio._format.registry import JSON_DEPTH_MAX, JSON_NUMBER_CHARS_MAX
from intaglio.errors import DecodeError, EncodeError, Reason

# An unterminated string matches up to the end of the text, so that the scan stays linear.
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
# The look-behind tries only the start of a number; else each character would be read 512 times.
_LONG_NUMBER: Final = re.compile(rb"(?<![-+.0-9eE])[-+.0-9eE]{%d}" % (JSON_NUMBER_CHARS_MAX + 1))
_STEPS: Final = np.array([(c in b"[{") - (c in b"]}") for c in range(256)], np.int8)  # in depth
_SURE_DIGITS: Final = 308  # an integer of at most this many characters is within binary64
_KEY_CHARS_SHOWN: Final = 40
_WHERE_CHARS_SHOWN: Final = 200
_INTEGER_MAX: Final = int(sys.float_info.max)
_SURROGATE_ESCAPE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


class _NotMetadataError(ValueError):
    """The text breaks a rule. Internal: callers get EncodeError or DecodeError."""


def write_metadata(metadata: Mapping[str, Any] | None, owner: str = "metadata") -> bytes:
    """The JSON text of `metadata`: UTF-8, no spaces, members in the caller's order.

    owner: how errors name the object; the keys that lead to the value at fault are appended.
    """
    if metadata is None:
        return b""
    if not isinstance(metadata, Mapping):
        message = f"{owner} is a mapping with str keys, not {type(metadata).__name__}"
        raise TypeError(message)
    if not len(metadata):
        return b""
    try:
        plain = _plain(metadata, 1, owner)
        text = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        raw = text.encode()
    except (ValueError, TypeError) as problem:
        raise EncodeError(Reason.METADATA_INVALID, str(problem)) from problem
    try:
        _parse(raw)
    except ValueError as problem:
        raise EncodeError(Reason.METADATA_INVALID, f"{owner}: {problem}") from problem
    return raw


def _plain(value: Any, depth: int, where: str) -> Any:  # noqa: ANN401 - any JSON value
    """`value` as plain dicts and lists. Checks keys: json.dumps would convert 1 to "1"."""
    if not isinstance(value, Mapping | list | tuple):
        return _leaf(value, where)
    if depth > JSON_DEPTH_MAX:  # [MET-5]
        message = f"{where[:_WHERE_CHARS_SHOWN]}... is nested more than {JSON_DEPTH_MAX} deep"
        raise _NotMetadataError(message)
    if not isinstance(value, Mapping):
        return [_plain(item, depth + 1, f"{where}[{i}]") for i, item in enumerate(value)]
    for key in value:
        if not isinstance(key, str):
            message = f"{where}: {_key_shown(key)}, not a string"
            raise _NotMetadataError(message)
        _check_text(key, f"{where}: the key {_cut(key)!a}")
    return {key: _plain(item, depth + 1, f"{where}[{_cut(key)!a}]") for key, item in value.items()}


def _key_shown(key: object) -> str:
    try:
        return f"the key {_cut(ascii(key))} is {type(key).__name__}"
    except ValueError:  # an integer of thousands of digits
        return f"a key is {type(key).__name__}"


def _cut(text: str) -> str:
    return text[:_KEY_CHARS_SHOWN]


def _leaf(value: Any, where: str) -> Any:  # noqa: ANN401
    """A value that is not a container, as JSON can hold it."""
    if isinstance(value, np.bool | np.integer | np.float16 | np.float32):
        value = value.item()  # Python's numbers hold these exactly
    if isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, float):
        if not isfinite(value):
            message = f"{where} is {value}, which JSON cannot hold; use None or text instead"
            raise _NotMetadataError(message)
    elif isinstance(value, int):
        _check_integer(value, where)
    elif value is not None:
        message = (
            f"{where} is of type {type(value).__name__}; JSON holds text, numbers, True, False, "
            "None, lists and dicts of these; an array is saved as one of the arrays"
        )
        raise _NotMetadataError(message)
    return value


def _check_integer(value: int, where: str) -> None:
    if abs(value) > _INTEGER_MAX:  # [MET-4]
        message = (
            f"{where} is a whole number of {digits_of(value):,} digits; numbers of JSON end at "
            "1.8e308: give it as text"
        )
        raise _NotMetadataError(message)


def _check_text(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as problem:  # [MET-3]
        message = f"{where} holds half of a surrogate pair, at character {problem.start}"
        raise _NotMetadataError(message) from problem


def read_metadata(raw: bytes) -> dict[str, Any]:
    """The object in the text `raw`; an empty text is an empty object."""
    if not raw:
        return {}
    try:
        return _parse(raw)
    except ValueError as problem:
        raise DecodeError(Reason.METADATA_INVALID, f"metadata: {problem}") from problem


def _parse(raw: bytes) -> dict[str, Any]:
    _scan(raw)
    value = json.loads(
        raw.decode(),  # [MET-1]; a byte order mark is refused by loads
        object_pairs_hook=_object,
        parse_int=_integer,
        parse_float=_real,
        parse_constant=_constant,
    )
    if not isinstance(value, dict):  # [MET-1]
        message = "the top level is not an object"
        raise _NotMetadataError(message)
    if _SURROGATE_ESCAPE.search(raw):  # [MET-3]
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _scan(raw: bytes) -> None:
    bare = _STRING.sub(b'"', raw)
    depths = np.cumsum(_STEPS[np.frombuffer(bare, np.uint8)], dtype=np.int32)
    if depths.max(initial=0) > JSON_DEPTH_MAX:  # [MET-5]
        message = f"nested more than {JSON_DEPTH_MAX} deep"
        raise _NotMetadataError(message)
    if _LONG_NUMBER.search(bare):  # [MET-4]
        message = f"a number of more than {JSON_NUMBER_CHARS_MAX} characters"
        raise _NotMetadataError(message)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):  # [MET-2]
        message = "an object names a member twice"
        raise _NotMetadataError(message)
    return members


def _integer(text: str) -> int:
    if len(text) > _SURE_DIGITS:
        _real(text)
    return int(text)


def _real(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):  # [MET-4]
        message = f"the number {text[:20]} is beyond binary64"
        raise _NotMetadataError(message)
    return value


def _constant(text: str) -> NoReturn:  # [MET-1] NaN and Infinity are not JSON
    message = f"{text} is not JSON"
    raise _NotMetadataError(message)
