"""SPEC.md section 4, scan lines: undoes filters, makes RGB or RGBA pixels. [PNG-6] [PNG-7]

Works on one band of rows and the row above it. Without the compiled kernel, Up and Sub are undone
with numpy. Average and Paeth depend on each pixel to the left, which numpy cannot do at once, so
Pillow's zip decoder undoes them; it gets a PNG-like stream made here, not the file.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from zlib_ng import zlib_ng

from intaglio._format.fast.kernels import native
from intaglio._format.png.chunks import damaged

SAMPLES_BY_COLOUR: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
NONE: Final = 0
SUB: Final = 1
UP: Final = 2
AVERAGE: Final = 3
PAETH: Final = 4
NARROW_ROW_BYTES: Final = 128  # for narrower rows, one Python step per row costs too much
TILE_PIXELS: Final = 2**20  # Pillow counts the bits of a row in a C int

_Bytes = npt.NDArray[np.uint8]
_MODE_BY_BYTES: Final = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


@dataclass(frozen=True, slots=True)
class Form:
    """How the bytes of a row become pixels."""

    depth: int
    colour: int
    palette: bytes = b""  # three bytes an entry
    alphas: bytes | None = None  # of the palette's first entries
    key: tuple[int, ...] | None = None  # the samples of the transparent colour
    raw: bool = False  # whether to return samples as they are stored, not pixels

    @property
    def channels(self) -> int:
        """Bytes per returned pixel: 3, or 4 if the file has alpha.

        With `raw`: two bytes per sample of 16 bits, one per other sample.
        """
        if self.raw:
            return SAMPLES_BY_COLOUR[self.colour] * (2 if self.depth == 16 else 1)
        plain = self.colour in (0, 2, 3) and self.key is None and self.alphas is None
        return 3 if plain else 4

    @property
    def pixel_bytes(self) -> int:
        """Bytes per stored pixel, at least 1: PNG's distance to the byte on the left."""
        return max(1, self.depth * SAMPLES_BY_COLOUR[self.colour] // 8)

    def line_bytes(self, width: int) -> int:
        """Bytes per scan line, including its filter type."""
        return 1 + (width * self.depth * SAMPLES_BY_COLOUR[self.colour] + 7) // 8


def undo_filters(lines: _Bytes, pixel_bytes: int, above: _Bytes | None) -> _Bytes:
    """Return rows of bytes (n, b) for scan lines (n, 1 + b) and the row above them (b,)."""
    types = lines[:, 0]
    if types.max() > PAETH:  # [PNG-6]
        damaged(f"filter type {types.max()}")
    if above is None:
        above = np.zeros(lines.shape[1] - 1, np.uint8)
    if native:
        rows = np.empty((len(lines), lines.shape[1] - 1), np.uint8)
        native.undo_lines(lines, above, rows, pixel_bytes)
        return rows
    if types.min() == types.max() == UP and lines.shape[1] > NARROW_ROW_BYTES:
        return _running_rows(lines[:, 1:], above)
    rows = lines[:, 1:].copy()
    if types.max() > UP or (rows.shape[1] < NARROW_ROW_BYTES and types.any()):
        _undo_any(types, rows.reshape(len(rows), -1, pixel_bytes), above)
        return rows
    left = np.flatnonzero(types == SUB)
    if left.size:
        rows[left] = _running_sums(rows[left], pixel_bytes)
    for row in np.flatnonzero(types == UP).tolist():
        np.add(rows[row], rows[row - 1] if row else above, out=rows[row])
    return rows


def _running_rows(lines: _Bytes, above: _Bytes) -> _Bytes:
    """Undo a band whose rows all have filter type Up, without an intermediate copy."""
    rows = np.empty(lines.shape, np.uint8)
    for line, row in zip(lines, rows, strict=True):
        np.add(line, above, out=row)
        above = row
    return rows


def _running_sums(rows: _Bytes, pixel_bytes: int) -> _Bytes:
    while pixel_bytes < rows.shape[1]:
        rows[:, pixel_bytes:] += rows[:, :-pixel_bytes].copy()
        pixel_bytes *= 2
    return rows


def _undo_any(types: _Bytes, rows: _Bytes, above: _Bytes) -> None:
    """Undo, in place, any filter types of rows (n, width, pixel_bytes), with Pillow.

    A filter treats byte i of all pixels independently of their other bytes. So Pillow gets the
    bytes of each pixel in groups that it has a mode for. A wide row is split into tiles, each
    with the row above and the column to the left added in filtered form.
    """
    from PIL import Image

    count, width, pixel_bytes = rows.shape
    group = pixel_bytes if pixel_bytes in _MODE_BY_BYTES else pixel_bytes // 2
    mode = _MODE_BY_BYTES[group]
    rows_above = above.reshape(1, width, pixel_bytes)
    for first in range(0, pixel_bytes, group):
        edge = np.zeros((1 + count, group), np.uint8)
        for start in range(0, width, TILE_PIXELS):
            part = np.s_[:, start : start + TILE_PIXELS, first : first + group]
            tile = rows[part]
            size = 1 + tile.shape[1], 1 + count
            lines = np.zeros((size[1], 1 + size[0] * group), np.uint8)
            lines[1:, 0] = types
            pixels = lines[:, 1:].reshape(size[1], size[0], group)
            guess = np.where(
                types == AVERAGE, edge[:-1].T // 2, np.where(types >= UP, edge[:-1].T, np.uint8(0))
            ).T
            pixels[:, 0] = edge
            pixels[1:, 0] -= guess
            pixels[:1, 1:], pixels[1:, 1:] = rows_above[part], tile
            image = Image.frombytes(mode, size, zlib_ng.compress(lines, 0), "zip", mode, 0)
            plain = np.asarray(image).reshape(pixels.shape)
            edge, tile[...] = plain[:, -1], plain[1:, 1:]


@cache
def _samples_of_byte(depth: int) -> npt.NDArray[Any]:
    """Table by byte value: the samples in the byte, together as one integer."""
    samples = np.arange(256)[:, None] >> np.arange(8 - depth, -1, -depth) & (1 << depth) - 1
    return samples.astype(np.uint8).view(f"u{8 // depth}")[:, 0]


def to_pixels(rows: _Bytes, width: int, form: Form) -> _Bytes:
    """Return pixels (n, width, 3 or 4) for rows of bytes (n, b)."""
    if form.raw:
        return _as_stored(rows, width, form)
    shape = (len(rows), width, SAMPLES_BY_COLOUR[form.colour])
    full: npt.NDArray[Any]
    if form.depth == 16:
        full = rows.view(">u2").reshape(shape)
        top = rows.view("<u2").astype(np.uint8).reshape(shape)  # [PNG-7] the byte stored first
    elif form.depth == 8:
        full = top = rows.reshape(shape)
    else:
        full = _samples_of_byte(form.depth)[rows].view(np.uint8)[:, :width, None]
        top = full * np.uint8(255 // ((1 << form.depth) - 1))  # [PNG-7]
    if form.colour == 3:
        return _colours(full[..., 0], form)
    if shape[2] == form.channels:
        return top
    pixels = np.empty((*shape[:2], form.channels), np.uint8)
    for channel in range(3):
        pixels[..., channel] = top[..., channel if form.colour == 2 else 0]
    if form.colour == 4:
        pixels[..., 3] = top[..., 1]
    elif form.key is not None:  # [PNG-7]
        seen = np.ones(shape[:2], np.bool_)
        for sample, value in enumerate(form.key):
            seen &= full[..., sample] == value
        pixels[..., 3] = np.where(seen, np.uint8(0), np.uint8(255))
    return pixels


def _as_stored(rows: _Bytes, width: int, form: Form) -> _Bytes:
    """Return the samples' bytes (n, width, `form.channels`) for rows of bytes (n, b)."""
    if form.depth >= 8:
        return rows.reshape(len(rows), width, form.channels)
    return _samples_of_byte(form.depth)[rows].view(np.uint8)[:, :width, None]


def _colours(indices: _Bytes, form: Form) -> _Bytes:
    entries = len(form.palette) // 3
    if indices.max() >= entries:  # [PNG-6]
        damaged(f"there is no colour {indices.max()} in a palette of {entries}")
    tables = [form.palette[channel::3].ljust(256, b"\0") for channel in range(3)]
    if form.alphas is not None:
        tables.append(form.alphas.ljust(256, b"\xff"))
    raw = indices.tobytes()
    pixels = np.empty((*indices.shape, len(tables)), np.uint8)
    for channel, table in enumerate(tables):
        pixels[..., channel] = np.frombuffer(raw.translate(table), np.uint8).reshape(indices.shape)
    return pixels
