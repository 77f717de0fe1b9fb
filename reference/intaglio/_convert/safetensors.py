"""safetensors: named arrays, and texts for metadata."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from intaglio._convert.attributes import json_object
from intaglio._convert.base import (
    Array,
    Content,
    ReadOptions,
    bfloat16,
    check_bytes,
    check_room,
    native,
    partner,
)
from intaglio._convert.npy import NotCarriedError, check_bools
from intaglio.errors import FormatError, need

ATTRS_MEMBER: Final = "intaglio_attrs"
JSON_MEMBER: Final = "intaglio_json"
HEADER_BYTES_MAX: Final = 2**24
_DTYPES: Final = {
    "BOOL": "bool",
    "I8": "int8",
    "I16": "int16",
    "I32": "int32",
    "I64": "int64",
    "U8": "uint8",
    "U16": "uint16",
    "U32": "uint32",
    "U64": "uint64",
    "F16": "float16",
    "F32": "float32",
    "F64": "float64",
    "BF16": "bfloat16",
    "C64": "complex64",
}


def read(path: Path, _name: str, options: ReadOptions) -> Content:
    """All tensors of the file."""
    if options.inside is not None:
        message = "only .h5 and .nc files have paths inside"
        raise FormatError(message)
    safetensors = need("safetensors", "safetensors")
    check_bytes(path.stat().st_size)
    head = _read_head(path)
    arrays: dict[str, Array] = {}
    skipped: dict[str, str] = {}
    with partner("not a readable .safetensors file"):
        for name, tensor in safetensors.deserialize(path.read_bytes()):
            dtype = _DTYPES.get(tensor["dtype"])
            if dtype is None:
                skipped[name] = f"its elements are {tensor['dtype']}"
                continue
            arrays[name] = _array(tensor["data"], dtype, tensor["shape"])
            try:
                check_bools(arrays[name])
            except NotCarriedError as problem:
                skipped[name] = str(problem)
                del arrays[name]
    texts = head.pop("__metadata__", None) or {}
    if {*head} != arrays.keys() | skipped.keys():
        message = "its header and its tensors do not agree"
        raise FormatError(message)
    attrs = json_object(_popped(texts, ATTRS_MEMBER), f"its metadata's {ATTRS_MEMBER}")
    for name, members in attrs.items():
        if name not in head or not isinstance(members, dict):
            message = f"its metadata's {ATTRS_MEMBER} is not an object of one object a tensor"
            raise FormatError(f"{message}: {name!a}")
    others = json_object(_popped(texts, JSON_MEMBER), f"its metadata's {JSON_MEMBER}")
    if twice := sorted(texts.keys() & others.keys()):
        message = f"its metadata has {twice[0]!a} twice, once in {JSON_MEMBER}"
        raise FormatError(message)
    return Content(arrays, attrs, {**texts, **others}, skipped)


def _read_head(path: Path) -> dict[str, Any]:
    """The header's members; the library keeps the last of two of one name silently."""
    with path.open("rb") as stream:
        count = int.from_bytes(stream.read(8), "little")
        if count > HEADER_BYTES_MAX:
            message = f"its header has {count:,} bytes, at most {HEADER_BYTES_MAX:,} are read"
            raise FormatError(message)
        return json_object(stream.read(count), "its header")


def _popped(texts: dict[str, str], member: str) -> bytes:
    return texts.pop(member, "{}").encode("utf-8", "surrogatepass")


def _array(data: Any, dtype: str, shape: list[int]) -> Array:  # noqa: ANN401 - a bytearray
    wanted = bfloat16() if dtype == "bfloat16" else np.dtype(dtype)
    little = np.frombuffer(data, wanted.newbyteorder("<") if wanted.kind != "V" else wanted)
    return native(little).reshape(shape)


def write(path: Path, _name: str, content: Content) -> tuple[str, ...]:
    """Write all arrays, in C order whatever order they have in memory."""
    safetensors = need("safetensors.numpy", "safetensors")
    for name, array in content.arrays.items():
        if array.dtype.name not in _DTYPES.values():
            message = f"{name!a}: .safetensors has no {array.dtype.name}; .npz and .h5 have"
            raise FormatError(message)
        if name == "__metadata__":
            message = "'__metadata__' is no name in .safetensors; --only leaves it out"
            raise FormatError(message)
    texts = {
        key: value
        for key, value in content.metadata.items()
        if isinstance(value, str) and key not in (ATTRS_MEMBER, JSON_MEMBER)
    }
    others = {key: value for key, value in content.metadata.items() if key not in texts}
    attrs = {name: value for name, value in content.attrs.items() if value}
    if others:
        texts[JSON_MEMBER] = json.dumps(others)
    if attrs:
        texts[ATTRS_MEMBER] = json.dumps(attrs)
    tensors = {name: np.array(array, order="C") for name, array in content.arrays.items()}
    check_room(path, content.arrays.values())
    with partner(".safetensors cannot hold this"):
        safetensors.save_file(tensors, str(path), metadata=texts or None)
    return ()
