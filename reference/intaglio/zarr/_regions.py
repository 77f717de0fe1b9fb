"""Regions: an array gone through a few chunks at a time, so that memory never holds it whole."""

from collections.abc import Callable, Iterator
from itertools import product
from math import inf, prod
from typing import Any, Final, Protocol

import numpy as np

from intaglio._render.norms import measure

Region = tuple[slice, ...]

_TILE_SIDE_MAX: Final = 1024
_TILE_BYTES_MAX: Final = 4 * 1024 * 1024
_REGION_BYTES_MAX: Final = 32 * 1024 * 1024


class Sliceable(Protocol):
    """What is asked of an array: numpy's, Zarr's, dask's, h5py's."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its lengths."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """Its type."""
        ...

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401
        """A part of it."""
        ...


def usual_chunks(shape: tuple[int, ...], item_bytes: int) -> tuple[int, ...]:
    """Chunks that make good tiles: squares in the last two axes, 1 in those before."""
    if len(shape) < 2:
        return tuple(max(1, min(n, _TILE_BYTES_MAX // item_bytes)) for n in shape)
    side = _TILE_SIDE_MAX
    while side * side * item_bytes > _TILE_BYTES_MAX:
        side //= 2
    return tuple(
        1 if axis < len(shape) - 2 else max(1, min(n, side)) for axis, n in enumerate(shape)
    )


def regions(shape: tuple[int, ...], chunks: tuple[int, ...], item_bytes: int) -> Iterator[Region]:
    """Boxes of whole chunks, in C order, that cover an array; few enough bytes each."""
    steps = list(chunks)
    for axis in reversed(range(len(shape))):
        while steps[axis] < shape[axis] and 2 * prod(steps) * item_bytes <= _REGION_BYTES_MAX:
            steps[axis] *= 2
    starts = (range(0, n, step) for n, step in zip(shape, steps, strict=True))
    for corner in product(*starts):
        ends = zip(corner, steps, shape, strict=True)
        yield tuple(slice(start, min(start + step, n)) for start, step, n in ends)


def count(shape: tuple[int, ...], chunks: tuple[int, ...]) -> int:
    """How many chunks an array has."""
    return prod(-(-n // chunk) for n, chunk in zip(shape, chunks, strict=True))


def shared_range(
    array: Sliceable,
    chunks: tuple[int, ...] | None = None,
    tick: Callable[[Region], None] = lambda _: None,
) -> dict[str, float]:
    """The vmin and vmax for all tiles of `array`, from one pass over it, a region at a time.

    For `tiles(**shared_range(array))`. Of complex numbers the magnitude counts, of times the
    number of their units; NaN and infinities do not. Empty where nothing finite is left.
    """
    item_bytes = array.dtype.itemsize
    steps = chunks or usual_chunks(array.shape, item_bytes)
    lo, hi = inf, -inf
    for region in regions(array.shape, steps, item_bytes):
        part = np.asarray(array[region])
        if part.size:
            span = measure(part)
            lo, hi = min(lo, span.lo), max(hi, span.hi)
        tick(region)
    return {"vmin": lo, "vmax": hi} if lo <= hi else {}
