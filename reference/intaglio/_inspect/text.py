"""Prints a file as text for diffs: the lines depend only on the data, not on the picture."""

import hashlib
import json
from typing import Any, Final

import numpy as np

from intaglio._format.decoder import inspect
from intaglio._inspect.info import ArrayInfo
from intaglio._inspect.lazy import IntaglioFile
from intaglio._io import Source, open_source
from intaglio.errors import DecodeError
from intaglio.limits import DEFAULT_LIMITS, Limits

VALUES_FIRST: Final = 8
VALUES_LAST: Final = 4
_DIGITS: Final = {"float64": 17, "float32": 9, "float16": 5, "bfloat16": 4}
_DIGITS_OF_PART: Final = {"complex128": 17, "complex64": 9}


def file_lines(
    source: Source, limits: Limits = DEFAULT_LIMITS, names: list[str] | None = None
) -> list[str]:
    """Metadata, and name, dtype, shape, SHA-256, attributes and a few values of each array."""
    with IntaglioFile(source, limits) as file:
        lines = [f"metadata {_json(file.metadata)}"] if file.metadata and names is None else []
        for array in file.info.arrays if names is None else [file[name].info for name in names]:
            lines += _array_lines(file, array)
    return lines


def plain_lines(source: Source, limits: Limits = DEFAULT_LIMITS) -> list[str]:
    """`file_lines`; for a file that carries no readable data, its size and SHA-256."""
    with open_source(source) as stream:
        try:
            inspect(stream, limits)  # of ordinary pictures nobody asks what happened to them
            stream.seek(0)
            return file_lines(stream, limits)
        except DecodeError as problem:
            stream.seek(0)
            digest = hashlib.sha256()
            while piece := stream.read(1 << 20):
                digest.update(piece)
            return [
                f"no readable Intaglio data [{problem.reason}]",
                f"{stream.tell()} bytes, sha256 {digest.hexdigest()}",
            ]


def _array_lines(file: IntaglioFile, array: ArrayInfo) -> list[str]:
    lines = [
        f"{_json(array.name)} {array.dtype} {list(array.shape)}",
        f"  sha256 {array.sha256}",
    ]
    if array.attrs:
        lines.append(f"  attrs {_json(array.attrs)}")
    try:
        size = file[array.name].size
        head = values_text(file.read_elements(array.name, 0, min(size, VALUES_FIRST)))
        tail = values_text(
            file.read_elements(array.name, max(min(size, VALUES_FIRST), size - VALUES_LAST), size)
        )
    except DecodeError as problem:
        return [*lines, f"  values not readable [{problem.reason}]"]
    gap = ["..."] if size > VALUES_FIRST + VALUES_LAST else []
    return [*lines, *(f"  {value}" for value in [*head, *gap, *tail])]


def values_text(values: np.ndarray[Any, Any]) -> list[str]:
    """Each element as text, with enough digits to restore it exactly; NaNs with their bits."""
    name = values.dtype.name
    if name in _DIGITS_OF_PART:
        digits = _DIGITS_OF_PART[name]
        return [f"{value.real:.{digits}g}{value.imag:+.{digits}g}j" for value in values.tolist()]
    if name in _DIGITS:
        digits = _DIGITS[name]
        bits = values.view(f"u{values.itemsize}").tolist()
        return [
            f"{value:.{digits}g}" if value == value else f"nan (0x{bit:0{2 * values.itemsize}x})"
            for value, bit in zip(values.tolist(), bits, strict=True)
        ]
    if values.dtype.kind in "mM":
        return [str(value) for value in values]
    return [str(value) for value in values.tolist()]


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=True, sort_keys=True).replace("\x7f", "\\u007f")
