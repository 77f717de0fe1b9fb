"""Splitting an array into a store of pictures, and joining it again: a region at a time."""

import os
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

import zarr
from intaglio._threads import in_threads
from intaglio.errors import DecodeError, FormatError
from intaglio.limits import Limits
from intaglio.zarr._chunks import about_chunk, check_bytes, decode
from intaglio.zarr._codec import Picture
from intaglio.zarr._folders import NewFolder
from intaglio.zarr._keys import SuffixKeys
from intaglio.zarr._regions import Region, Sliceable, regions
from intaglio.zarr._stores import PICTURES_MAX, TileStore


def split(
    array: Sliceable,
    folder: Path,
    picture: Picture,
    chunks: tuple[int, ...],
    attributes: dict[str, Any],
    tick: Callable[[Region], None],
) -> None:
    """Write `array` as a Zarr array of pictures; chunks that are all zero bits are left out.

    Nothing is written to `folder` any more when this returns or raises.
    """
    target = NewFolder(folder)
    try:
        _fill(target, array, picture, chunks, attributes, tick)
    finally:
        target.finish()


def _fill(
    target: NewFolder,
    array: Sliceable,
    picture: Picture,
    chunks: tuple[int, ...],
    attributes: dict[str, Any],
    tick: Callable[[Region], None],
) -> None:
    store = zarr.create_array(
        target,
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


def join(store: TileStore, path: Path, tick: Callable[[int], None], limits: Limits) -> None:
    """Write all values to a .npy file, which is never in memory as a whole.

    Tiles that are not stored have the fill value. tick: called with the number of tiles done.
    Errors: DecodeError, ContentError and FormatError, which name the chunk; OSError.
    """
    shape, dtype = store.array.shape, store.array.dtype
    if 0 in shape:  # nothing can be mapped
        with path.open("wb") as file:
            np.lib.format.write_array(file, np.empty(shape, dtype), allow_pickle=False)
        return
    check_bytes(store.form, limits)
    if prod(store.grid) > PICTURES_MAX:
        message = f"{prod(store.grid):,} pictures, at most {PICTURES_MAX:,} are joined"
        raise FormatError(message)
    out = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    if hasattr(os, "posix_fallocate"):  # a disk that is full is an error here, later a signal
        with path.open("r+b") as stream:
            os.posix_fallocate(stream.fileno(), 0, path.stat().st_size)

    def fill(place: tuple[int, ...]) -> None:
        starts = [i * chunk for i, chunk in zip(place, store.chunks, strict=True)]
        ends = zip(starts, store.chunks, shape, strict=True)
        region = tuple(slice(start, min(start + chunk, n)) for start, chunk, n in ends)
        raw = store.png(place)
        if raw is None:
            out[region] = store.array.fill_value
            return
        try:
            tile = decode(raw, store.form, limits)
        except DecodeError as problem:
            raise about_chunk(problem, store.key(place)) from problem
        out[region] = tile[tuple(slice(part.stop - part.start) for part in region)]

    for _ in in_threads(fill, np.ndindex(*store.grid)):
        tick(1)
    out.flush()
