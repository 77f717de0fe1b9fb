"""Iterates over an array a few chunks at a time, so that it never has to fit into memory."""

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
    """The array interface that is needed: that of numpy, Zarr, dask and h5py arrays."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape in elements."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """The numpy dtype."""
        ...

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401
        """Return a part."""
        ...


def default_chunks(shape: tuple[int, ...], item_bytes: int) -> tuple[int, ...]:
    """Return a chunk shape for tiles: squares in the last two axes, 1 in all others."""
    if len(shape) < 2:
        return tuple(max(1, min(n, _TILE_BYTES_MAX // item_bytes)) for n in shape)
    side = _TILE_SIDE_MAX
    while side * side * item_bytes > _TILE_BYTES_MAX:
        side //= 2
    return tuple(
        1 if axis < len(shape) - 2 else max(1, min(n, side)) for axis, n in enumerate(shape)
    )


def regions(shape: tuple[int, ...], chunks: tuple[int, ...], item_bytes: int) -> Iterator[Region]:
    """Yield boxes of whole chunks that cover an array, in C order, each of limited size."""
    steps = list(chunks)
    for axis in reversed(range(len(shape))):
        while steps[axis] < shape[axis] and 2 * prod(steps) * item_bytes <= _REGION_BYTES_MAX:
            steps[axis] *= 2
    starts = (range(0, n, step) for n, step in zip(shape, steps, strict=True))
    for corner in product(*starts):
        ends = zip(corner, steps, shape, strict=True)
        yield tuple(slice(start, min(start + step, n)) for start, step, n in ends)


def count(shape: tuple[int, ...], chunks: tuple[int, ...]) -> int:
    """Return the number of chunks of an array."""
    return prod(-(-n // chunk) for n, chunk in zip(shape, chunks, strict=True))


def shared_range(
    array: Sliceable,
    chunks: tuple[int, ...] | None = None,
    tick: Callable[[Region], None] = lambda _: None,
) -> dict[str, float]:
    """Compute common vmin and vmax for all tiles of `array` in one pass.

    Parameters
    ----------
    array : array-like with shape, dtype and slicing
        For example a numpy, Zarr, dask or h5py array of any shape.
    chunks : tuple of int, optional
        Chunk shape in elements. Default: one that makes square tiles.
    tick : callable
        Called with each region that was read.

    Returns
    -------
    dict
        {"vmin": float, "vmax": float} for `tiles(**shared_range(array))`; empty if no value is
        finite.

    Notes
    -----
    NaN and infinities are ignored. Complex numbers count by magnitude, times by the number of
    their units.
    """
    item_bytes = array.dtype.itemsize
    steps = chunks or default_chunks(array.shape, item_bytes)
    lo, hi = inf, -inf
    for region in regions(array.shape, steps, item_bytes):
        part = np.asarray(array[region])
        if part.size:
            span = measure(part)
            lo, hi = min(lo, span.lo), max(hi, span.hi)
        tick(region)
    return {"vmin": lo, "vmax": hi} if lo <= hi else {}
