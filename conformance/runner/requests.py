"""Requests for an encoder: what one is, its files, and the bytes of its arrays.

Bytes come from SHAKE-128 and from integers, so that they are the same everywhere.
Which requests there are is `catalogue`'s.
"""

import hashlib
import json
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Final

from . import pngs
from .written import Chain

BITS: Final = {  # element: bits and number of its components
    "bool": (8, 1),
    **{f"{sign}int{bits}": (bits, 1) for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "float16": (16, 1),
    "float32": (32, 1),
    "float64": (64, 1),
    "bfloat16": (16, 1),
    "complex64": (32, 2),
    "complex128": (64, 2),
    "datetime64": (64, 1),
    "timedelta64": (64, 1),
}


@dataclass(frozen=True, slots=True)
class Array:
    """One array of a request; None for what is the encoder's choice."""

    name: str
    element: str
    shape: tuple[int, ...]
    data: bytes
    unit: str | None = None
    unit_count: int = 0
    metadata: str | None = None
    filters: Chain | None = None
    codec: str | None = None
    block_length: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What an encoder is asked to write; `refuse` where it must not."""

    id: str
    arrays: tuple[Array, ...]
    metadata: str | None = None
    depths: tuple[int, ...] = (3, 2, 3, 0)
    width: int | None = None
    height: int | None = None
    cover: pngs.Picture | None = None
    refuse: bool = False

    @property
    def needs(self) -> frozenset[str]:
        """The features that `describe` may leave out, and that this request cannot do without."""
        zstd = {"zstd"} if any(array.codec == "zstd" for array in self.arrays) else set()
        return frozenset({"encode"} | zstd | ({"cover"} if self.cover else set()))

    def write(self, folder: Path) -> tuple[Path, Path | None]:
        """Write the request's files; give the paths of R.json and of the cover."""
        rows = []
        for index, array in enumerate(self.arrays):
            (folder / f"in{index}.bin").write_bytes(array.data)
            rows.append(_row(array, f"in{index}.bin"))
        document = {
            "metadata": self.metadata,
            "depths": list(self.depths),
            "width": self.width,
            "height": self.height,
            "arrays": rows,
        }
        path = folder / "request.json"
        path.write_text(json.dumps(document) + "\n", encoding="ascii")
        if self.cover is None:
            return path, None
        pngs.write(folder / "cover.png", self.cover)
        return path, folder / "cover.png"


def _row(array: Array, file: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": array.name,
        "element": array.element,
        "unit": array.unit,
        "unit_count": array.unit_count,
        "shape": [str(length) for length in array.shape],
        "metadata": array.metadata,
        "file": file,
    }
    asked = {"codec": array.codec, "block_length": array.block_length}
    row |= {name: value for name, value in asked.items() if value is not None}
    return row if array.filters is None else row | {"filters": [list(f) for f in array.filters]}


def noise(seed: str, count: int) -> bytes:
    """`count` bytes that depend on the seed alone."""
    return hashlib.shake_128(seed.encode()).digest(count)


def array(seed: str, element: str, shape: tuple[int, ...], name: str = "x") -> Array:
    """An array of special values, then of noise that is smooth in its high bytes."""
    bits, components = BITS[element]
    item = bits // 8
    count = prod(shape) * components
    if element == "bool":
        data = bytes(value & 1 for value in noise(seed, count))
    else:
        data = b"".join(specials(bits))[: count * item]
        left = count - len(data) // item
        raw = noise(seed, left)
        data += b"".join((1000 + 3 * i + raw[i]).to_bytes(8, "little")[:item] for i in range(left))
    timed = element in ("datetime64", "timedelta64")
    return Array(name, element, shape, data, *(("ns", 25) if timed else (None, 0)))


def specials(bits: int) -> list[bytes]:
    """Zero, extremes, and what a float of that width calls -0, infinity and signalling NaN."""
    top, mantissa = 1 << bits - 1, {8: 3, 16: 10, 32: 23, 64: 52}[bits]
    infinity = top - (1 << mantissa)
    values = [0, top, top - 1, 2 * top - 1, 1, infinity, top | infinity, infinity | 1]
    values += [
        infinity | 1 << mantissa - 1,
        top | infinity | 1 << mantissa - 1,
        top | infinity | 3,
        top | 1,
        0x7F81,
        0xFF81,
    ]
    return [(value % (2 * top)).to_bytes(bits // 8, "little") for value in values]
