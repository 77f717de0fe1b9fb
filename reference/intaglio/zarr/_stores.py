"""Stores: the pictures of a Zarr array, as bytes.

zarr-python reads zarr.json and the stored objects; what they say is checked here, before memory
is taken for it. Of a folder only regular files inside it are read, whatever links lead outside.
"""

from collections.abc import Coroutine
from dataclasses import dataclass, field
from errno import ENOENT
from math import prod
from threading import Lock
from typing import Any, Final, TypeVar

import numpy as np
from zarr.abc.store import ByteRequest, RangeByteRequest, SuffixByteRequest
from zarr.core.buffer import default_buffer_prototype
from zarr.core.sync import sync

import zarr
from intaglio._format.elements import Array
from intaglio.errors import FormatError
from intaglio.zarr._chunks import ChunkForm
from intaglio.zarr._codec import NAME, Picture
from intaglio.zarr._folders import FILE_BYTES_MAX, Folder

_ENTRY_BYTES: Final = 16  # of a shard's index: offset, length
_CRC_BYTES: Final = 4
_EMPTY: Final = 2**64 - 1
_OFFSET_MAX: Final = 2**60
_INDICES_MAX: Final = 64  # kept at a time: of the shards that lie in a row of an overview
_SHARD_TILES_MAX: Final = 2**18  # their index takes 4 MiB
PICTURES_MAX: Final = 2**22  # that a verb goes through
_ELEMENTS_MAX: Final = 2**63  # of an array: numpy's sizes are signed
_INDEX_CODECS: Final = [
    {"name": "bytes", "configuration": {"endian": "little"}},
    {"name": "crc32c"},
]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class TileStore:
    """A Zarr array whose chunks are pictures.

    chunks: a picture's shape in elements. shards: a stored object's, if objects hold several.
    index_first: whether a shard begins with its index.
    Errors of all methods: FormatError, OSError.
    """

    array: Any  # zarr.Array
    picture: Picture
    chunks: tuple[int, ...]
    shards: tuple[int, ...] | None
    index_first: bool
    _indices: dict[str, Array | None] = field(default_factory=dict)  # of the shards read last
    _lock: Lock = field(default_factory=Lock)

    @property
    def form(self) -> ChunkForm:
        """The shape and dtype of a picture's array."""
        return ChunkForm(self.chunks, np.dtype(self.array.dtype))

    @property
    def grid(self) -> tuple[int, ...]:
        """How many pictures lie along each axis."""
        pairs = zip(self.array.shape, self.chunks, strict=True)
        return tuple(-(-length // chunk) for length, chunk in pairs)

    def key(self, place: tuple[int, ...]) -> str:
        """The key of the object that holds the picture at `place` in the grid."""
        if self.shards is not None:
            sizes = zip(place, self.chunks, self.shards, strict=True)
            place = tuple(i * chunk // shard for i, chunk, shard in sizes)
        name: str = self.array.metadata.encode_chunk_key(place)
        return name

    def png(self, place: tuple[int, ...]) -> bytes | None:
        """The file at `place` in the grid; None where all values are the fill value."""
        key = self.key(place)
        if self.shards is None:
            return self._read(key, None)
        counts = tuple(s // c for s, c in zip(self.shards, self.chunks, strict=True))
        with self._lock:
            if key not in self._indices:
                if len(self._indices) >= _INDICES_MAX:
                    del self._indices[next(iter(self._indices))]
                self._indices[key] = self._index(key, counts)
            index = self._indices[key]
        if index is None:
            return None
        local = tuple(i % count for i, count in zip(place, counts, strict=True))
        offset, length = (int(number) for number in index[local])
        if (offset, length) == (_EMPTY, _EMPTY):
            return None
        if length > FILE_BYTES_MAX or offset > _OFFSET_MAX:
            message = f"the index of shard {key} is damaged: {length:,} bytes from {offset:,} on"
            raise FormatError(message)
        return self._read(key, RangeByteRequest(offset, offset + length))

    def _index(self, key: str, counts: tuple[int, ...]) -> Array | None:
        """(..., 2) offsets and lengths of a shard's pictures."""
        entries = prod(counts) * _ENTRY_BYTES
        size = entries + _CRC_BYTES
        request = RangeByteRequest(0, size) if self.index_first else SuffixByteRequest(size)
        raw = self._read(key, request)
        if raw is None:
            return None
        import google_crc32c  # comes with zarr

        crc = int.from_bytes(raw[entries:], "little")
        if len(raw) != size or google_crc32c.value(raw[:entries]) != crc:
            message = f"the index of shard {key} is damaged"
            raise FormatError(message)
        return np.frombuffer(raw, "<u8", entries // 8).reshape(*counts, 2)

    def _read(self, key: str, request: ByteRequest | None) -> bytes | None:
        place = self.array.store_path / key
        prototype = default_buffer_prototype()
        found = _wait(place.get(prototype=prototype, byte_range=request))
        return None if found is None else found.to_bytes()


def _wait(work: Coroutine[Any, Any, _T]) -> _T:
    result: _T = sync(work)
    return result


def open_tiles(store: str) -> TileStore:
    """The array of pictures at `store`, a path or URL.

    Errors: OSError if nothing is there, FormatError if it is no array of pictures.
    """
    folder = Folder.maybe(store)
    try:
        found: Any = zarr.open(folder or store, mode="r")
    except FileNotFoundError as problem:
        raise FileNotFoundError(ENOENT, "no Zarr array or group is there", store) from problem
    if not isinstance(found, zarr.Array):
        names = [name for name, _ in sorted(found.arrays())]
        inside = f"its arrays are {', '.join(map(ascii, names))}" if names else "it has no arrays"
        message = f"a group, no array; {inside}: say STORE/NAME"
        raise FormatError(message)
    codecs = [codec.to_dict() for codec in getattr(found.metadata, "codecs", ())]
    shards, index_first = None, False
    chunks = found.chunks
    if len(codecs) == 1 and codecs[0]["name"] == "sharding_indexed":
        said = codecs[0]["configuration"]
        if [dict(codec) for codec in said["index_codecs"]] != _INDEX_CODECS:
            message = f"its shards' index is written with {said['index_codecs']}: not understood"
            raise FormatError(message)
        shards, index_first = found.shards, said["index_location"] == "start"
        codecs = list(said["codecs"])
    if [codec["name"] for codec in codecs] != [NAME]:
        have = ", ".join(str(codec["name"]) for codec in codecs) or "of Zarr v2"
        message = f"its chunks are no pictures: the codecs are {have}"
        raise FormatError(message)
    if not isinstance(found.metadata.attributes, dict):
        message = "its attributes are no object"
        raise FormatError(message)
    _check_sizes(found.shape, chunks, shards)
    return TileStore(found, Picture.from_dict(codecs[0]), chunks, shards, index_first)


def _check_sizes(
    shape: tuple[int, ...], chunks: tuple[int, ...], shards: tuple[int, ...] | None
) -> None:
    """Refuse what zarr.json may say and no array can have."""
    for name, lengths in (("chunks", chunks), ("shards", shards or chunks)):
        if len(lengths) != len(shape) or not all(lengths):
            message = f"an array of shape {shape} with {name} of {lengths}"
            raise FormatError(message)
    if prod(max(length, 1) for length in shape) >= _ELEMENTS_MAX:
        message = f"an array of shape {shape}: more elements than an array can have"
        raise FormatError(message)
    if shards is not None:
        counts = [shard // chunk for shard, chunk in zip(shards, chunks, strict=True)]
        if prod(counts) > _SHARD_TILES_MAX:
            message = f"{prod(counts):,} pictures in a shard, at most {_SHARD_TILES_MAX:,} are read"
            raise FormatError(message)
