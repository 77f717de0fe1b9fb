"""Typed values in JSON: numpy numbers and arrays, dtypes, tuples, dates.

Strings, bools, ints, finite floats, None, lists and objects are plain JSON. Anything else is
an object with a member that begins with "@", as in netCDF files that `intaglio pack` reads.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

Typed = Any  # any value that has a form here
Json = Any


class NoJSONError(TypeError):
    """A value that has no form in JSON."""


def to_json(value: Typed) -> Json:
    """The JSON value. NoJSONError if there is none."""
    if value is None or isinstance(value, bool | str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, np.dtype):
        return {"@numpy": value.str if value.names is None else _none(value)}
    if isinstance(value, np.ndarray | np.generic):
        return _array_to_json(np.asarray(value), scalar=isinstance(value, np.generic))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if isfinite(value) else {"@float": repr(float(value))}
    if isinstance(value, tuple):
        return {"@tuple": [to_json(item) for item in value]}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping) and all(isinstance(k, str) and k[:1] != "@" for k in value):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return {"@bytes": value.decode("latin-1")}
    return _none(value)


def _none(value: object) -> Json:
    message = f"{type(value).__name__} has no form in JSON"
    raise NoJSONError(message)


def _array_to_json(array: np.ndarray[Any, Any], *, scalar: bool) -> Json:
    form: dict[str, Json] = {"@dtype": array.dtype.newbyteorder("=").str.lstrip("=<>|")}
    if array.dtype.kind == "U":
        form["@value"] = array.ravel().tolist()
    elif array.dtype.kind in "biufcmM" and array.dtype.itemsize <= 16:
        form["@hex"] = array.astype(array.dtype.newbyteorder("<")).tobytes().hex()
    else:
        return _none(array)
    return form if scalar else {**form, "@shape": list(array.shape)}


def from_json(value: Json) -> Typed:
    """The value that `to_json` was given. KeyError, TypeError or ValueError for what is none."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"@numpy": str(name)}:
            return np.dtype(name)
        case {"@tuple": list(items)}:
            return tuple(from_json(item) for item in items)
        case {"@float": str(text)}:
            return float(text)
        case {"@bytes": str(text)}:
            return text.encode("latin-1")
        case {"@dtype": str(name), **rest}:
            return _array_from_json(np.dtype(name), rest)
    return {key: from_json(item) for key, item in value.items()}


def _array_from_json(dtype: np.dtype[Any], rest: Mapping[str, Json]) -> Typed:
    if "@hex" in rest:
        raw = np.frombuffer(bytes.fromhex(rest["@hex"]), dtype.newbyteorder("<")).astype(dtype)
    else:
        raw = np.array(rest["@value"], dtype)
    return raw.reshape(rest["@shape"]) if "@shape" in rest else raw[0]
