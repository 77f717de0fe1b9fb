"""Splitting an array into a store of pictures, and joining it again: a region at a time."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from intaglio.zarr._codec import Picture
from intaglio.zarr._keys import SuffixKeys
from intaglio.zarr._regions import Region, Sliceable, regions
from intaglio.zarr._stores import TileStore


def split(
    array: Sliceable,
    folder: Path,
    picture: Picture,
    chunks: tuple[int, ...],
    attributes: dict[str, Any],
    tick: Callable[[Region], None],
) -> None:
    """Write `array` as a Zarr array of pictures; chunks that are all zero bits are left out."""
    store = zarr.create_array(
        str(folder),
        shape=array.shape,
        dtype=array.dtype.newbyteorder("="),
        chunks=chunks,
        serializer=picture,
        filters=None,
        compressors=None,
        chunk_key_encoding=SuffixKeys().to_dict(),
        attributes=attributes,
    )
    for region in regions(array.shape, chunks, array.dtype.itemsize):
        store[region] = np.asarray(array[region])
        tick(region)


def join(store: TileStore, path: Path, tick: Callable[[Region], None]) -> None:
    """Write all values to a .npy file, which is never in memory as a whole."""
    shape, dtype = store.array.shape, store.array.dtype
    if 0 in shape:  # nothing can be mapped
        with path.open("wb") as stream:
            np.lib.format.write_array(stream, np.empty(shape, dtype), allow_pickle=False)
        return
    out = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    if hasattr(os, "posix_fallocate"):  # a disk that is full is an error here, later a signal
        with path.open("r+b") as stream:
            os.posix_fallocate(stream.fileno(), 0, path.stat().st_size)
    for region in regions(shape, store.shards or store.chunks, dtype.itemsize):
        out[region] = store.array[region]
        tick(region)
    out.flush()
