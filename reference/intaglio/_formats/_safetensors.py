"""safetensors: named arrays, and texts for metadata."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from intaglio._formats._base import (
    Array,
    Content,
    FormatError,
    ReadOptions,
    bfloat16,
    check_room,
    native,
    need,
    partner,
)

ATTRS_MEMBER: Final = "intaglio_attrs"
JSON_MEMBER: Final = "intaglio_json"
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
    arrays: dict[str, Array] = {}
    skipped: dict[str, str] = {}
    with partner("not a readable .safetensors file"):
        for name, tensor in safetensors.deserialize(path.read_bytes()):
            dtype = _DTYPES.get(tensor["dtype"])
            if dtype is None:
                skipped[name] = f"its elements are {tensor['dtype']}"
            else:
                arrays[name] = _array(tensor["data"], dtype, tensor["shape"])
        with safetensors.safe_open(path, framework="np") as file:
            texts = dict(file.metadata() or {})
        attrs = json.loads(texts.pop(ATTRS_MEMBER, "{}"))
        metadata = {**texts, **json.loads(texts.pop(JSON_MEMBER, "{}"))}
    metadata.pop(JSON_MEMBER, None)
    return Content(arrays, attrs, metadata, skipped)


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
