"""The digests of files that are written here: python bench/written.py [NAME ...].

Arrays are made by whole numbers and quotients only, so that they are the same on
every processor; then every difference in what is printed is one of writing.
"""

import hashlib
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np

import intaglio as ig


def cases() -> Iterator[tuple[str, dict[str, np.ndarray], dict[str, Any]]]:
    """Names, arrays and options: every filter, level, profile and way to colour in few files."""
    rng = np.random.default_rng(5)
    whole = rng.integers(1, 2**30, (90, 110))
    y, x = np.mgrid[0:90, 0:110]
    smooth = ((x * x + 3 * y * y) / 64).astype(np.float32)
    plane = (whole - 2**29) / 2**28 + 1j * (whole[::-1] - 2**29) / 2**28
    many = {"a": whole, "b": smooth, "c": whole % 3 == 0, "d": np.arange(9).view("M8[s]")}
    cover = (np.stack([x, y, x + y], axis=-1) % 251).astype(np.uint8)
    yield "noise", {"data": whole / 2**30}, {}
    yield "small", {"data": smooth}, {"effort": "small"}
    yield "many", many, {"metadata": {"b": 1, "a": [2.5]}, "attrs": {"a": {"unit": "K"}}}
    yield "rgba", {"data": whole}, {"profile": "rgba-dense", "level": 19}
    yield "cover", {"data": whole / 2**30}, {"cover": cover, "enlarge": True}
    yield "complex", {"data": plane}, {}
    yield "phase", {"data": plane.astype(np.complex64)}, {"complex_as": "phase"}
    yield "magnitude", {"data": plane}, {"cmap": "turbo", "norm": "log"}
    for norm in ("log", "symlog", "twoslope"):
        for kind in ("f4", "f8"):
            data = (whole / 2**20 - (400 if norm != "log" else 0)).astype(kind)
            yield f"{norm} {kind}", {"data": data}, {"norm": norm}
    yield "edges", {"data": _edges()}, {"norm": "log", "vmin": 1.0, "vmax": 10.0}
    yield "large", {"data": rng.integers(0, 2**16, (700, 900)).astype(np.uint16)}, {}


def _edges() -> np.ndarray:
    """Numbers between 1 and 10 as near as can be to where one colour ends and the next begins."""
    exponents = [Decimal(k) / 256 for k in range(256)] * 40
    return np.array([float(Decimal(10) ** e) for e in exponents]).reshape(80, 128)


def main(names: list[str]) -> None:
    for name, arrays, options in cases():
        if not names or name in names:
            file = ig.dumps(arrays, **options)
            print(name, len(file), hashlib.sha256(file).hexdigest())


if __name__ == "__main__":
    main(sys.argv[1:])
