"""Reads GIF: the indices of one frame, and its palette.

Libraries fill missing pixels with zeros. This decoder accepts a frame only if its codes define
every pixel.
"""

from typing import Final, NamedTuple

import numpy as np

from intaglio._rasters.base import (
    Array,
    Bounds,
    InexactError,
    Raster,
    after_the_end,
    check_indices,
    left_out,
    refuse,
)

_CODES_MAX: Final = 4096
_PASSES: Final = ((0, 8), (4, 8), (2, 4), (1, 2))  # of interlaced rows: first and step
_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B
_LABELS: Final = {0x01: "plain text", 0xFE: "comment"}
_CONTROL, _APPLICATION = 0xF9, 0xFF


class _Frame(NamedTuple):
    """An image descriptor with its transparent index, palette and compressed data."""

    left: int
    top: int
    width: int
    height: int
    interlaced: bool
    table: bytes
    transparent: int | None
    code_bits: int
    data: bytes


class _BlockReader:
    """Reads the blocks of a file in order."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> bytes:
        got = self._data[self._at : self._at + count]
        if len(got) < count:
            refuse("it is cut off")
        self._at += count
        return got

    def blocks(self) -> bytes:
        """The data of the sub-blocks up to an empty one."""
        parts = []
        while size := self.take(1)[0]:
            parts.append(self.take(size))
        return b"".join(parts)

    def table(self, flags: int) -> bytes:
        return self.take(3 << (flags & 7) + 1) if flags & 0x80 else b""

    @property
    def rest(self) -> int:
        return len(self._data) - self._at


def read_gif(data: bytes, bounds: Bounds, *, first: bool = False) -> Raster:
    """The picture in a file's bytes; with `first`, anything may follow the first frame.

    Raises RasterError if it is damaged, InexactError if it has several frames or its frame
    does not cover the screen.
    """
    reader = _BlockReader(data)
    head = reader.take(13)
    if head[:6] not in (b"GIF87a", b"GIF89a"):
        refuse(f"it begins with {head[:6]!a}, which is no version of GIF")
    screen = int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
    table = reader.table(head[10])
    frames, names = _frames(reader, table, first=first)
    if not frames:
        refuse("it has no picture")
    if len(frames) > 1:
        raise InexactError(f"it has {len(frames)} frames; save the one that is wanted alone")
    frame = frames[0]
    bounds.check(frame.width, frame.height, 4)
    if not first and (frame.left, frame.top, frame.width, frame.height) != (0, 0, *screen):
        what = f"its frame of {frame.width} x {frame.height} pixels covers a part of"
        raise InexactError(f"{what} its screen of {screen[0]} x {screen[1]}")
    indices = _picture(frame)
    entries = len(frame.table) // 3
    check_indices(indices, entries)
    palette = np.frombuffer(frame.table, np.uint8).reshape(-1, 3)
    if frame.transparent is not None and frame.transparent < entries:
        alphas = np.where(np.arange(entries) == frame.transparent, 0, 255).astype(np.uint8)
        palette = np.column_stack([palette, alphas])
    notes = (left_out("extensions", names),) if names else ()
    return Raster(indices, palette, notes + (() if first else after_the_end(reader.rest)))


def _frames(reader: _BlockReader, table: bytes, *, first: bool) -> tuple[list[_Frame], list[str]]:
    frames: list[_Frame] = []
    names: list[str] = []
    transparent = None
    while not (first and frames):
        kind = reader.take(1)[0]
        if kind == _TRAILER:
            break
        if kind == _EXTENSION:
            label = reader.take(1)[0]
            raw = reader.blocks()
            if label == _CONTROL and len(raw) >= 4:
                transparent = raw[3] if raw[0] & 1 else None
            elif label == _APPLICATION:
                names.append(f"application {raw[:11].decode('latin-1')!a}")
            else:
                names.append(_LABELS.get(label, f"0x{label:02x}"))
        elif kind == _FRAME:
            raw = reader.take(9)
            left, top, width, height = (
                int.from_bytes(raw[i : i + 2], "little") for i in range(0, 8, 2)
            )
            own = reader.table(raw[8]) or table
            code_bits = reader.take(1)[0]
            data = reader.blocks()
            position = (left, top, width, height, bool(raw[8] & 0x40))
            frames.append(_Frame(*position, own, transparent, code_bits, data))
            transparent = None
        else:
            refuse(f"it has a block of type 0x{kind:02x}, which is unknown")
    return frames, names


def _picture(frame: _Frame) -> Array:
    """Indices (height, width), rows in order."""
    if not frame.table:
        refuse("it has no palette")
    if not 1 <= frame.code_bits <= 8:
        refuse(f"its codes begin with {frame.code_bits} bits")
    raw = _decompress(frame.data, frame.code_bits, frame.width * frame.height)
    rows = np.frombuffer(raw, np.uint8).reshape(frame.height, frame.width)
    if not frame.interlaced:
        return rows
    order = np.concatenate([np.arange(first, frame.height, step) for first, step in _PASSES])
    picture = np.empty_like(rows)
    picture[order] = rows
    return picture


def _decompress(data: bytes, code_bits: int, count: int) -> bytes:
    """Decompress LZW codes to exactly `count` bytes; RasterError otherwise."""
    clear, end = 1 << code_bits, (1 << code_bits) + 1
    fresh = [bytes((i,)) for i in range(clear)] + [b"", b""]
    table, width = fresh.copy(), code_bits + 1
    out: list[bytes] = []
    done = held = held_bits = 0
    last = b""
    for byte in data:
        held |= byte << held_bits
        held_bits += 8
        while held_bits >= width:
            code = held & (1 << width) - 1
            held >>= width
            held_bits -= width
            if code == clear:
                table, width, last = fresh.copy(), code_bits + 1, b""
                continue
            if code == end or done > count:
                return _whole(out, done, count)
            if code < len(table):
                entry = table[code]
            elif last and code == len(table) < _CODES_MAX:
                entry = last + last[:1]
            else:
                refuse(f"its compressed data has the code {code}, which means nothing there")
            if last and len(table) < _CODES_MAX:
                table.append(last + entry[:1])
                if len(table) == 1 << width and width < 12:
                    width += 1
            out.append(entry)
            done += len(entry)
            last = entry
    return _whole(out, done, count)


def _whole(out: list[bytes], done: int, count: int) -> bytes:
    if done != count:
        more = "more than" if done > count else f"{done:,} of"
        refuse(f"its compressed data gives {more} {count:,} pixels")
    return b"".join(out)
