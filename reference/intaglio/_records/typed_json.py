"""Typed values in JSON: numpy numbers, arrays and dtypes, tuples, sets, bytes, special floats.

Strings, bools, ints, finite floats, None, lists and objects are plain JSON. Anything else is
an object with a member that begins with "@". Reading follows a closed table: names of dtypes
come from a list, sizes are bounded by the text that is there. docs/xarray.md has the forms.
"""

from collections.abc import Mapping
from math import isfinite, prod
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from intaglio._format.registry import JSON_DEPTH_MAX, RANK_MAX
from intaglio._records.dtype_names import bare_dtype, is_number_name, number_dtype, text_dtype
from intaglio._records.schema import (
    SchemaError,
    boolean,
    integer,
    items,
    mapping,
    number,
    one_of,
    text,
)

Typed = Any  # any value that has a form here
Json = Any

_CHARACTERS_MAX: Final = 2**22  # a header is 4 MiB long
_LENGTH_MAX: Final = 2**62  # of one dimension, in an array that holds nothing
_SPARE: Final = 16  # text arrays: characters of memory for each one that is there
_INTEGER_BITS_MAX: Final = 1600  # 512 digits, the longest number that JSON has here
_ITEMS_MAX: Final = 2**22

_BYTES: Final = "bytes"  # the name that `pack` gives to byte strings of any width


class NoJSONError(TypeError):
    """A value that has no form in JSON."""


def to_json(value: Typed, depth: int = 1) -> Json:
    """The JSON value. NoJSONError if there is none: only exact types have a form."""
    if depth > JSON_DEPTH_MAX:
        message = f"values nested more than {JSON_DEPTH_MAX} deep"
        raise NoJSONError(message)
    if isinstance(value, np.dtype):
        return {"@numpy": _dtype_text(value)}
    if isinstance(value, np.ndarray | np.generic):
        return _array_to_json(value)
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        return _unicode(value)
    if kind is int and value.bit_length() <= _INTEGER_BITS_MAX:
        return value
    if kind is float:
        return value if isfinite(value) else {"@float": repr(value)}
    if kind is bytes:
        return {"@bytes": value.decode("latin-1")}
    return _many_to_json(value, depth + 1)


def _many_to_json(value: Typed, depth: int) -> Json:
    kind = type(value)
    if kind is list:
        return [to_json(item, depth) for item in value]
    if kind is tuple:
        return {"@tuple": [to_json(item, depth) for item in value]}
    if kind is set:
        return {"@set": [to_json(item, depth) for item in sorted(value, key=_type_and_repr)]}
    if kind is dict and all(type(key) is str and key[:1] != "@" for key in value):
        return {_unicode(key): to_json(item, depth) for key, item in value.items()}
    return _none(value)


def _type_and_repr(value: object) -> tuple[str, str]:
    return type(value).__name__, repr(value)


def _unicode(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as problem:
        message = f"text that is not Unicode ({value[:40]!a} has half of a surrogate pair)"
        raise NoJSONError(message) from problem
    return value


def _none(value: object) -> Json:
    message = f"{type(value).__name__} has no form in JSON"
    raise NoJSONError(message)


def _dtype_text(dtype: np.dtype[Any]) -> str:
    try:
        if bare_dtype(dtype.str) == dtype and not dtype.metadata:
            return dtype.str
    except SchemaError:
        pass
    message = f"the dtype {dtype} has no form in JSON"
    raise NoJSONError(message)


def _array_to_json(value: npt.NDArray[Any] | np.generic) -> Json:
    array = np.asarray(value)
    if isinstance(value, np.ndarray) and type(value) is not np.ndarray:
        return _none(value)  # masked arrays, matrices, records
    name = array.dtype.newbyteorder("=").str.lstrip("=<>|")
    form: dict[str, Json] = {"@dtype": name}
    if array.dtype.kind in "US":
        flat = array.ravel().tolist()
        texts = [_unicode(one) if type(one) is str else one.decode("latin-1") for one in flat]
        form["@value"] = texts
    elif is_number_name(name):
        form["@hex"] = array.astype(array.dtype.newbyteorder("<")).tobytes().hex()
    else:
        message = f"numpy's {array.dtype} has no form in JSON"
        raise NoJSONError(message)
    form = form if isinstance(value, np.generic) else {**form, "@shape": list(array.shape)}
    try:
        from_json(form)
    except SchemaError as problem:
        message = f"an array with no form in JSON: {problem}"
        raise NoJSONError(message) from problem
    return form


def from_json(value: Json) -> Typed:
    """The value that `to_json` was given. SchemaError for JSON that no table allows."""
    if isinstance(value, list):
        return items(from_json, len(value))(value)
    if not isinstance(value, dict):
        return value
    tags = {name for name in value if name[:1] == "@"}
    if not tags:
        return mapping(text(_CHARACTERS_MAX), from_json, len(value))(value)
    if tags != {*value}:
        raise SchemaError("an object with members of a typed value and others")
    if len(tags) == 1:
        (tag,) = tags
        return _tagged(tag, value[tag])
    if "@dtype" not in tags or tags - {"@dtype", "@shape", "@hex", "@value"}:
        raise SchemaError(f"{min(tags)[:40]!a} is no form of a typed value")
    if len(tags & {"@hex", "@value"}) != 1:
        raise SchemaError("an array with both or none of @hex and @value")
    return _array(value)


def _tagged(tag: str, content: Json) -> Typed:
    if tag == "@numpy":
        return bare_dtype(text(40)(content))
    if tag == "@tuple":
        return tuple(items(from_json, _ITEMS_MAX)(content))
    if tag == "@set":
        return _set(items(from_json, _ITEMS_MAX)(content))
    if tag == "@float":
        return float(one_of("nan", "inf", "-inf")(content))
    if tag == "@bytes":
        return _latin(content)
    raise SchemaError(f"{tag[:40]!a} is no form of a typed value")


def _set(values: list[Typed]) -> set[Typed]:
    if not all(is_plain_key(one) for one in values):
        raise SchemaError("@set: a value that no set holds")
    return {*values}


def is_plain_key(value: Typed) -> bool:
    """Whether a typed value can be a label: None, a bool, number, string, or a tuple of these."""
    if type(value) is tuple:
        return all(is_plain_key(one) for one in value)
    return value is None or isinstance(value, bool | int | float | str | bytes | np.generic)


def _latin(content: Json) -> bytes:
    try:
        return text(_CHARACTERS_MAX)(content).encode("latin-1")
    except UnicodeEncodeError:
        raise SchemaError("bytes with a character beyond U+00FF") from None


def _array(form: Mapping[str, Json]) -> Typed:
    name = text(40)(form["@dtype"])
    shape = None if "@shape" not in form else items(integer(0, _LENGTH_MAX), RANK_MAX)(
        form["@shape"]
    )  # fmt: skip
    if name == _BYTES:
        return _packed_bytes(form, shape)
    count = 1 if shape is None else prod(shape)
    if count > _LENGTH_MAX:
        raise SchemaError("@shape: more values than numpy can hold")
    dtype = text_dtype(name)
    if dtype is not None:
        flat = _texts(dtype, form, count)
    elif "@hex" in form:
        flat = _hex(number_dtype(name), form["@hex"], count)
    else:
        flat = _values(number_dtype(name), form["@value"], count)
    return flat[0] if shape is None else _shaped(flat, shape)


def _shaped(flat: npt.NDArray[Any], shape: list[int]) -> npt.NDArray[Any]:
    if prod(one for one in shape if one) * flat.dtype.itemsize > _LENGTH_MAX:
        raise SchemaError(f"@shape: an array of {len(shape)} dimensions that numpy cannot hold")
    return flat.reshape(shape)


def _packed_bytes(form: Mapping[str, Json], shape: list[int] | None) -> Typed:
    """Byte strings as `intaglio pack` writes them: one, or a list whose longest is the width.

    shape: where they have several axes, or none of them is there.
    """
    if isinstance(form.get("@value"), str):
        return np.bytes_(_latin(form["@value"]))
    values = items(_latin, _ITEMS_MAX)(form.get("@value"))
    _check_width(max(map(len, values), default=1), values)
    if shape is None:
        return np.array(values, "S")
    _check_count(len(values), prod(shape))
    return _shaped(np.array(values, "S"), shape)


def _texts(dtype: np.dtype[Any], form: Mapping[str, Json], count: int) -> npt.NDArray[Any]:
    inner = _latin if dtype.kind == "S" else text(_CHARACTERS_MAX)
    values = items(inner, _ITEMS_MAX)(form.get("@value"))
    _check_count(len(values), count)
    width = dtype.itemsize // (1 if dtype.kind == "S" else 4)
    if max(map(len, values), default=0) > width:
        raise SchemaError(f"@value: text longer than the {width} characters of its dtype")
    _check_width(width, values)
    return np.array(values, dtype)


def _check_width(width: int, values: list[Any]) -> None:
    """Text arrays pad: what they take is bounded by the text that is there."""
    have = sum(map(len, values)) + len(values)
    if width * len(values) > _SPARE * have + 1024:
        raise SchemaError(
            f"{len(values)} texts of width {width} take over {_SPARE} times their own length"
        )


def _check_count(given: int, wanted: int) -> None:
    if given != wanted:
        raise SchemaError(f"{given} values, and a shape of {wanted}")


def _hex(dtype: np.dtype[Any], digits: Json, count: int) -> npt.NDArray[Any]:
    try:
        raw = bytes.fromhex(text(2 * _CHARACTERS_MAX)(digits))
    except ValueError as problem:
        raise SchemaError(f"@hex: {problem}") from None
    if len(raw) != count * dtype.itemsize:
        raise SchemaError(f"@hex: {len(raw)} bytes, and a shape of {count} of {dtype}")
    if dtype.kind == "b" and raw.strip(b"\0\1"):
        raise SchemaError("@hex: a bool that is neither 0 nor 1")
    return np.frombuffer(raw, dtype.newbyteorder("<")).astype(dtype)


def _values(dtype: np.dtype[Any], values: Json, count: int) -> npt.NDArray[Any]:
    """Numbers in full, as `intaglio pack` writes them."""
    given: list[Any]
    if dtype.kind == "b":
        given = items(boolean, _ITEMS_MAX)(values)
    elif dtype.kind in "iu":
        bounds = np.iinfo(dtype)
        given = items(integer(int(bounds.min), int(bounds.max)), _ITEMS_MAX)(values)
    elif dtype.kind == "f":
        most = float(np.finfo(dtype).max)
        given = items(number(-most, most), _ITEMS_MAX)(values)
    else:
        raise SchemaError(f"@value: {dtype} has its values as @hex")
    _check_count(len(given), count)
    flat = np.array(given, dtype)
    if flat.tolist() != given:
        raise SchemaError(f"@value: numbers that {dtype} does not hold exactly")
    return flat
