"""HDF5's global heaps, which hold texts and lists of varying length, checked before they are read.

HDF5 walks the objects of a heap by their sizes. An object of size 0 where there is free space,
or one whose size wraps around, makes it walk for ever.
"""

import mmap
from pathlib import Path
from typing import Any, Final

from intaglio.errors import FormatError

_SIGNATURE: Final = b"GCOL\x01"  # and the version
_OBJECT_HEAD: Final = 8  # index, count of references, four bytes for nothing; its size follows
_ALIGNED: Final = 8


def check_heaps(path: Path, lengths: int) -> None:
    """FormatError for a global heap that has no end. lengths: bytes of a length in this file."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        at = raw.find(_SIGNATURE)
        while at >= 0:
            _check_heap(raw, at, lengths)
            at = raw.find(_SIGNATURE, at + 1)


def _check_heap(raw: Any, at: int, lengths: int) -> None:  # noqa: ANN401 - a map, or bytes
    head = _aligned(_OBJECT_HEAD + lengths)
    end = at + int.from_bytes(raw[at + 8 : at + 8 + lengths], "little")
    where = at + head
    if end > len(raw):
        return  # HDF5 reads no such heap
    while where + head <= end:
        size = int.from_bytes(raw[where + _OBJECT_HEAD : where + _OBJECT_HEAD + lengths], "little")
        index = int.from_bytes(raw[where : where + 2], "little")
        step = head + _aligned(size) if index else size
        if not 0 < step <= end - where:
            message = f"its global heap at byte {at:,} is damaged: an object has {size:,} bytes"
            raise FormatError(message)
        where += step


def _aligned(count: int) -> int:
    return count + -count % _ALIGNED
