"""The pictures that go through the tools: formulas and seeds, no file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import intaglio as ig

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Picture:
    """A file of ours on the disk, and what it carries."""

    name: str
    about: str
    path: Path
    arrays: dict[str, Array]
    uses_alpha: bool


def _seed() -> Array:
    return np.random.default_rng(0).uniform(-1, 1, (96, 96))


def _smooth(height: int, width: int) -> Array:
    y, x = np.mgrid[0:height, 0:width] * (8 / width)
    noise = np.random.default_rng(7).standard_normal((height, width))
    return (np.sin(x) * np.cos(1.3 * y) + 1e-3 * noise).astype(np.float32)


def _heights() -> Array:
    steps = np.random.default_rng(5).standard_normal((150, 203)).cumsum(0).cumsum(1)
    return (steps / 8).astype(np.int16)


_FLAT = np.full((101, 90, 3), (120, 130, 140), np.uint8)

_MADE: dict[str, tuple[str, Callable[[], Array], dict[str, Any]]] = {
    "seed": ("96x96 float64, `opaque`, rainbow", _seed, {"cmap": "rainbow"}),
    "field": ("331x270 float32, `opaque`, viridis", lambda: _smooth(331, 270), {}),
    "palette": (
        "2,000 float32 on a cover of one colour, `opaque`: at most 256 colours",
        lambda: _smooth(40, 50),
        {"cover": _FLAT},
    ),
    "grey": ("150x203 int16, `fine`, grey colours", _heights, {"cmap": "gray", "profile": "fine"}),
    "rgba": ("96x96 float64, `rgba`", _seed, {"cmap": "rainbow", "profile": "rgba"}),
    "rgba-dense": ("150x203 int16, `rgba-dense`", _heights, {"profile": "rgba-dense"}),
}
NAMES = tuple(_MADE)


def make(folder: Path, names: tuple[str, ...] = NAMES) -> list[Picture]:
    """Write those pictures into the folder."""
    made = []
    for name in names:
        about, array, options = _MADE[name]
        arrays = {"data": array(), "steps": np.arange(7, dtype=np.int64)}
        path = folder / f"{name}.png"
        ig.save(path, arrays, metadata={"picture": name}, **options)
        made.append(Picture(name, about, path, arrays, name.startswith("rgba")))
    return made
