"""Attributes: HDF5's and netCDF's typed values, and JSON.

Strings, bools, int64 and finite float64, alone or in a list, are plain JSON.
Strings of several axes are lists of lists. Any other number or array is an
object {"@dtype", "@shape", "@value"}, with "@hex" (its little-endian bytes)
for "@value" where it is not finite. Byte strings have the dtype "bytes", and
no "@shape" if they have one axis or none; no value at all is null. On the
way back, JSON that has no typed form goes into one attribute, as text.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from intaglio._convert.base import Array, native
from intaglio._format.metadata import read_metadata
from intaglio.errors import DecodeError, FormatError

JSON_ATTRIBUTE: Final = "intaglio_json"
_PLAIN: Final = ("bool", "int64", "float64")
_TEXTS: Final = np.dtype("O", metadata={"vlen": str})  # as h5py has it
_PADDED_BYTES_MAX: Final = 2**24  # of byte strings, each padded to the longest
_TYPECODES: Final = f"?{np.typecodes['AllInteger']}{np.typecodes['AllFloat']}"
_NUMBERS: Final = {
    dtype.name: dtype for dtype in map(np.dtype, _TYPECODES)
}  # a file names no other


class NoJSONError(ValueError):
    """A value that has no form in JSON."""


def json_object(raw: bytes, what: str) -> dict[str, Any]:
    """The JSON object that `raw` is; FormatError names `what`, and says what is wrong with it."""
    try:
        return read_metadata(raw.strip())
    except DecodeError as problem:
        message = f"{what} cannot be carried: {problem.detail.removeprefix('metadata: ')}"
        raise FormatError(message) from problem


def write_attributes(
    attributes: Mapping[str, Any], dtypes: frozenset[str] | None = None
) -> dict[str, Any]:
    """Typed values by name, fit for h5py; what has no typed form goes into one attribute.

    dtypes: those of numbers that have a typed form; None: all.
    """
    found: dict[str, Any] = {}
    packed: dict[str, Any] = {}
    for name, value in attributes.items():
        fit = name and name.isprintable() and name != JSON_ATTRIBUTE
        typed = _maybe_typed(value) if fit else None
        number = typed is not None and np.asarray(typed).dtype.kind in "biufc"
        if typed is None or (number and dtypes and np.asarray(typed).dtype.name not in dtypes):
            packed[name] = value
        else:
            found[name] = typed
    if packed:
        found[JSON_ATTRIBUTE] = json.dumps(packed, ensure_ascii=False)
    return found


def to_json(value: Any) -> Any:  # noqa: ANN401 - any attribute, any JSON
    """The JSON value for an attribute's typed value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return {"@dtype": "bytes", "@value": value.decode("latin-1")}
    if value is None:
        return None
    array = np.asarray(value)
    if array.dtype.kind in "OUS":
        return _texts_to_json(array)
    if array.dtype.kind not in "biufc":
        message = f"its elements are {array.dtype.name}"
        raise NoJSONError(message)
    array = native(array)
    finite = bool(np.isfinite(array).all()) and array.dtype.kind != "c"
    if array.ndim < 2 and array.size and finite and array.dtype.name in _PLAIN:
        return array.tolist()
    tagged: dict[str, Any] = {"@dtype": array.dtype.name, "@shape": list(array.shape)}
    if finite:
        return {**tagged, "@value": array.ravel().tolist()}
    little = array.astype(array.dtype.newbyteorder("<"))
    return {**tagged, "@hex": little.tobytes().hex()}


def _texts_to_json(array: Array) -> Any:  # noqa: ANN401
    """The JSON value of str or of bytes, with one axis or more."""
    items = array.ravel().tolist()
    if all(isinstance(item, bytes) for item in items) and (items or array.dtype.kind == "S"):
        tagged: dict[str, Any] = {"@dtype": "bytes"}
        if array.ndim != 1 or not items:
            tagged["@shape"] = list(array.shape)
        return {**tagged, "@value": [item.decode("latin-1") for item in items]}
    if not all(isinstance(item, str) for item in items):
        message = "its elements are neither numbers nor text"
        raise NoJSONError(message)
    if not items:  # no list has this shape
        return {"@dtype": "U1", "@shape": list(array.shape), "@value": []}
    return array.tolist()


def _maybe_typed(value: Any) -> Any:  # noqa: ANN401
    """The typed value that `to_json` makes this JSON value of; None if there is none."""
    try:
        typed = _typed(value)
        same = typed is not None and _text(to_json(typed)) == _text(value)
    except (NoJSONError, ValueError, TypeError, KeyError, OverflowError, AttributeError):
        return None
    return typed if same else None


def _typed(value: Any) -> Any:  # noqa: ANN401
    match value:
        case str():
            return None if "\0" in value else value
        case bool() | int() | float():
            return np.asarray(value)[()]
        case [str(), *_]:
            return _texts(value)
        case [list(), *_] if isinstance(_first(value), str):
            return _texts(value)
        case [_, *_]:
            return np.array(value)
        case {"@dtype": "bytes", "@value": str(text)}:
            return np.bytes_(text.encode("latin-1"))
        case {"@dtype": "bytes", "@value": list(texts)}:
            if len(texts) * max(map(len, texts), default=0) > _PADDED_BYTES_MAX:
                return None
            shape = value.get("@shape", [len(texts)])
            return np.array([text.encode("latin-1") for text in texts], "S").reshape(shape)
        case {"@dtype": "U1", "@shape": list(shape), "@value": []}:
            return np.empty(0, _TEXTS).reshape(shape)
        case {"@dtype": str(name), "@shape": list(shape), "@value": list(values)}:
            return np.array(values, _NUMBERS[name]).reshape(shape)[()]
        case {"@dtype": str(name), "@shape": list(shape), "@hex": str(digits)}:
            little = np.frombuffer(bytes.fromhex(digits), _NUMBERS[name].newbyteorder("<"))
            return native(little).reshape(shape)[()]
    return None


def _texts(value: list[Any]) -> Array | None:
    array = np.array(value, _TEXTS)
    return None if any("\0" in text for text in array.ravel().tolist()) else array


def _first(value: Any) -> Any:  # noqa: ANN401
    while isinstance(value, list) and value:
        value = value[0]
    return value


def _text(value: Any) -> str:  # noqa: ANN401
    return json.dumps(value)
