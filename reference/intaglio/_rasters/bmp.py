"""Reads BMP: the samples as they are stored, for all headers from OS/2 1.x to version 5.

Samples of depth 1, 4 and 8 (plain or run-length coded) are palette indices; depth 16, 24 and 32
are colours, whose bits are defined by masks.
"""

from typing import Final, NamedTuple

import numpy as np

from intaglio._rasters.base import (
    Array,
    Bounds,
    Raster,
    after_the_end,
    bits,
    check_indices,
    refuse,
)
from intaglio._rasters.bmp_runs import read_runs

_HEADS: Final = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
_OS2: Final = 12  # the size of its header, which has sizes of 16 bits and palette rows of 3 bytes
_FILE_HEAD: Final = 14
_PLAIN, _RLE8, _RLE4, _MASKS, _ALPHA_MASKS = 0, 1, 2, 3, 6
_DEPTHS: Final = {
    _PLAIN: (1, 4, 8, 16, 24, 32),
    _RLE8: (8,),
    _RLE4: (4,),
    _MASKS: (16, 32),
    _ALPHA_MASKS: (16, 32),
}
_DEFAULT_MASKS: Final = {16: (0x7C00, 0x3E0, 0x1F), 32: (0xFF0000, 0xFF00, 0xFF)}
_PROFILES: Final = (b"DEBM", b"KNIL")  # MBED and LINK: embedded, or named


class _Head(NamedTuple):
    """The content of the headers. start: offset of the samples. besides: what is left out."""

    size: int
    width: int
    height: int
    top_down: bool
    depth: int
    coding: int
    start: int
    entries: int
    besides: tuple[str, ...]


def read_bmp(data: bytes, bounds: Bounds) -> Raster:
    """The picture in a file's bytes; RasterError if it is damaged or of an unknown kind."""
    head = _read_head(data)
    bounds.check(head.width, head.height, 4)
    notes: tuple[str, ...] = (
        (f"left out: its {' and '.join(head.besides)}",) if head.besides else ()
    )
    if head.depth <= 8:
        return _indexed(data, head, notes)
    row_bytes = (head.width * head.depth + 31) // 32 * 4
    lines = _lines(data, head, row_bytes)
    if head.depth == 24:
        samples = lines[:, : 3 * head.width].reshape(head.height, head.width, 3)[..., ::-1]
    else:
        words = np.ascontiguousarray(lines).view(f"<u{head.depth // 8}")[:, : head.width]
        samples, more = _masked(words, data, head)
        notes += more
    notes += after_the_end(len(data) - head.start - row_bytes * head.height)
    return Raster(np.ascontiguousarray(samples), notes=notes)


def _int(data: bytes, at: int, size: int, *, signed: bool = False) -> int:
    return int.from_bytes(data[at : at + size], "little", signed=signed)


def _read_head(data: bytes) -> _Head:
    size = _int(data, _FILE_HEAD, 4)
    if size not in _HEADS or len(data) < _FILE_HEAD + size:
        refuse(f"its header of {size} bytes is unknown or cut off")
    start, at = _int(data, 10, 4), _FILE_HEAD + 4
    if size == _OS2:
        width, height, planes, depth = (_int(data, at + 2 * i, 2) for i in range(4))
        coding = used = 0
    else:
        width, height = _int(data, at, 4, signed=True), _int(data, at + 4, 4, signed=True)
        planes, depth = _int(data, at + 8, 2), _int(data, at + 10, 2)
        coding = _int(data, at + 12, 4) if size > 16 else 0
        used = _int(data, at + 28, 4) if size > 16 else 0
    if planes != 1 or depth not in _DEPTHS.get(coding, ()) or (size == 64 and coding > 2):
        refuse(f"it has {planes} planes of {depth} bits, compression {coding}, which is unknown")
    entries = _entries(size, start, depth, used) if depth <= 8 else 0
    if not _FILE_HEAD + size <= start < len(data):
        refuse(f"it says that its samples begin at byte {start}; it has {len(data):,} bytes")
    besides = _besides(data, size)
    return _Head(size, width, abs(height), height < 0, depth, coding, start, entries, besides)


def _entries(size: int, start: int, depth: int, used: int) -> int:
    """The number of colours of the palette."""
    fitting = (start - _FILE_HEAD - size) // (3 if size == _OS2 else 4)
    entries = used or min(1 << depth, fitting)
    if not 1 <= entries <= min(fitting, 1 << depth):
        refuse(f"it declares {entries} colours, and has space for {max(fitting, 0)}")
    return entries


def _besides(data: bytes, size: int) -> tuple[str, ...]:
    """Content of the header that an array cannot hold: resolution and colour space."""
    found = []
    if size > 16 and any(data[_FILE_HEAD + 24 : _FILE_HEAD + 32]):
        found.append("resolution")
    if size >= 108:
        space = data[_FILE_HEAD + 56 : _FILE_HEAD + 60]
        if space in _PROFILES:
            found.append("colour profile")
        elif not any(space) and any(data[_FILE_HEAD + 60 : _FILE_HEAD + 108]):
            found.append("colour space and gamma")
    return tuple(found)


def _lines(data: bytes, head: _Head, row_bytes: int) -> Array:
    """The rows' bytes (height, row_bytes), top row first."""
    needed = row_bytes * head.height
    found = len(data) - head.start
    if found < needed:
        refuse(f"it is cut off: {found:,} of {needed:,} bytes of samples are there")
    lines = np.frombuffer(data, np.uint8, needed, head.start).reshape(head.height, row_bytes)
    return lines if head.top_down else lines[::-1]


def _indexed(data: bytes, head: _Head, notes: tuple[str, ...]) -> Raster:
    row = 3 if head.size == _OS2 else 4
    table = np.frombuffer(data, np.uint8, head.entries * row, _FILE_HEAD + head.size)
    palette = np.ascontiguousarray(table.reshape(-1, row)[:, 2::-1])
    if head.coding == _PLAIN:
        row_bytes = (head.width * head.depth + 31) // 32 * 4
        lines = _lines(data, head, row_bytes)
        end = head.start + row_bytes * head.height
        indices = lines[:, : head.width]
        if head.depth < 8:
            indices = bits(
                np.ascontiguousarray(lines), head.height, row_bytes, head.width, head.depth
            )
    else:
        if head.top_down:
            refuse("it is run-length coded from the top, which BMP does not allow")
        indices, end = read_runs(data, head.start, head.width, head.height, head.depth)
    check_indices(indices, head.entries)
    notes += after_the_end(len(data) - end)
    return Raster(np.ascontiguousarray(indices), palette, notes)


def _masked(words: Array, data: bytes, head: _Head) -> tuple[Array, tuple[str, ...]]:
    """The samples of pixels of 16 or 32 bits, and notes about them."""
    masks = list(_DEFAULT_MASKS[head.depth])
    if head.coding in (_MASKS, _ALPHA_MASKS):
        # after a header of 40 bytes, or as a part of a longer header: the same offset
        count = 4 if head.coding == _ALPHA_MASKS or head.size >= 56 else 3
        masks = [_int(data, _FILE_HEAD + 40 + 4 * i, 4) for i in range(count)]
        if head.size == 40 and head.start < _FILE_HEAD + 40 + 4 * count:
            refuse("its samples begin inside its masks")
        if count == 4 and not masks[3]:
            del masks[3]
    elif head.depth == 32:
        masks.append(0xFF000000)
    widths = [_width_of(mask, head.depth) for mask in masks]
    _check_apart(masks)
    kind = np.uint8 if max(widths) <= 8 else np.uint16 if max(widths) <= 16 else np.uint32
    samples = np.empty((*words.shape, len(masks)), kind)
    for channel, mask in enumerate(masks):
        samples[..., channel] = (words & words.dtype.type(mask)) >> _shift_of(mask)
    notes: tuple[str, ...] = ()
    if head.depth == 32 and head.coding == _PLAIN:
        if not samples[..., 3].any():
            samples = samples[..., :3]
        else:
            notes = ("the fourth byte of its pixels, which BMP reserves, is the fourth channel",)
    elif bool((unused := words & words.dtype.type(~sum(masks) & (1 << head.depth) - 1)).any()):
        notes = (f"left out: bits of its pixels that no mask names, as {int(unused.max()):#x}",)
    if set(widths) != {8}:
        notes += (f"its samples have {', '.join(map(str, widths))} bits, stored as they are",)
    return samples, notes


def _shift_of(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _width_of(mask: int, depth: int) -> int:
    """The number of bits of a mask; RasterError if it is empty, not contiguous or too high."""
    run = mask >> _shift_of(mask) if mask else 0
    if not run or run & (run + 1) or mask >> depth:
        refuse(f"its mask {mask:#x} is not one run of bits of {depth}")
    return run.bit_length()


def _check_apart(masks: list[int]) -> None:
    seen = 0
    for mask in masks:
        if seen & mask:
            refuse("its masks overlap")
        seen |= mask
