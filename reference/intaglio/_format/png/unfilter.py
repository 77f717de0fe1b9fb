"""SPEC.md section 4, scan lines of a PNG: filtered bytes to RGB or RGBA pixels. [PNG-6] [PNG-7]

Works on one band of rows and the row above it. Pillow's zip decoder undoes the filter types that
numpy cannot; it sees nothing else of the file.
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
NARROW_ROW_BYTES: Final = 128  # below it, a step of Python for every row costs too much
TILE_PIXELS: Final = 2**20  # Pillow counts a row's bits in an int

_Bytes = npt.NDArray[np.uint8]
_MODE_BY_LANES: Final = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


@dataclass(frozen=True, slots=True)
class Form:
    """How the bytes of a row become pixels."""

    depth: int
    colour: int
    palette: bytes = b""  # three bytes an entry
    alphas: bytes | None = None  # of the palette's first entries
    key: tuple[int, ...] | None = None  # the samples of the one transparent colour
    raw: bool = False  # whether samples are wanted as they are stored, not as pixels

    @property
    def channels(self) -> int:
        """Count the bytes of a pixel: 3, or 4 where the file says anything of alpha.

        Raw samples of 16 bits are two bytes each, all others one.
        """
        if self.raw:
            return SAMPLES_BY_COLOUR[self.colour] * (2 if self.depth == 16 else 1)
        plain = self.colour in (0, 2, 3) and self.key is None and self.alphas is None
        return 3 if plain else 4

    @property
    def lanes(self) -> int:
        """Count the bytes from one byte to the one that filters call left of it."""
        return max(1, self.depth * SAMPLES_BY_COLOUR[self.colour] // 8)

    def line_bytes(self, width: int) -> int:
        """Count the bytes of a scan line with its filter type."""
        return 1 + (width * self.depth * SAMPLES_BY_COLOUR[self.colour] + 7) // 8


def undo_filters(lines: _Bytes, lanes: int, above: _Bytes | None) -> _Bytes:
    """Give rows of bytes (n, b) for scan lines (n, 1 + b) and the row above them (b,)."""
    kinds = lines[:, 0]
    if kinds.max() > PAETH:  # [PNG-6]
        damaged(f"filter type {kinds.max()}")
    if above is None:
        above = np.zeros(lines.shape[1] - 1, np.uint8)
    if native:
        rows = np.empty((len(lines), lines.shape[1] - 1), np.uint8)
        native.undo_lines(lines, above, rows, lanes)
        return rows
    if kinds.min() == kinds.max() == UP and lines.shape[1] > NARROW_ROW_BYTES:
        return _running_rows(lines[:, 1:], above)
    rows = lines[:, 1:].copy()
    if kinds.max() > UP or (rows.shape[1] < NARROW_ROW_BYTES and kinds.any()):
        _undo_any(kinds, rows.reshape(len(rows), -1, lanes), above)
        return rows
    left = np.flatnonzero(kinds == SUB)
    if left.size:
        rows[left] = _running_sums(rows[left], lanes)
    for row in np.flatnonzero(kinds == UP).tolist():
        np.add(rows[row], rows[row - 1] if row else above, out=rows[row])
    return rows


def _running_rows(lines: _Bytes, above: _Bytes) -> _Bytes:
    """Give what a band of Up alone stands for, copied nowhere else."""
    rows = np.empty(lines.shape, np.uint8)
    for line, row in zip(lines, rows, strict=True):
        np.add(line, above, out=row)
        above = row
    return rows


def _running_sums(rows: _Bytes, lanes: int) -> _Bytes:
    while lanes < rows.shape[1]:
        rows[:, lanes:] += rows[:, :-lanes].copy()
        lanes *= 2
    return rows


def _undo_any(kinds: _Bytes, rows: _Bytes, above: _Bytes) -> None:
    """Undo, in place, filters of rows (n, width, lanes) in which bytes wait for each other.

    A filter treats each byte lane of a pixel alone. So Pillow gets the lanes in
    groups that it has a mode for; and a wide row in tiles, with the row above
    and the column to the left put in front, in filtered form.
    """
    from PIL import Image

    count, width, lanes = rows.shape
    group = lanes if lanes in _MODE_BY_LANES else lanes // 2
    mode = _MODE_BY_LANES[group]
    rows_above = above.reshape(1, width, lanes)
    for lane in range(0, lanes, group):
        edge = np.zeros((1 + count, group), np.uint8)
        for start in range(0, width, TILE_PIXELS):
            place = np.s_[:, start : start + TILE_PIXELS, lane : lane + group]
            tile = rows[place]
            size = 1 + tile.shape[1], 1 + count
            lines = np.zeros((size[1], 1 + size[0] * group), np.uint8)
            lines[1:, 0] = kinds
            pixels = lines[:, 1:].reshape(size[1], size[0], group)
            guess = np.where(
                kinds == AVERAGE, edge[:-1].T // 2, np.where(kinds >= UP, edge[:-1].T, np.uint8(0))
            ).T
            pixels[:, 0] = edge
            pixels[1:, 0] -= guess
            pixels[:1, 1:], pixels[1:, 1:] = rows_above[place], tile
            image = Image.frombytes(mode, size, zlib_ng.compress(lines, 0), "zip", mode, 0)
            plain = np.asarray(image).reshape(pixels.shape)
            edge, tile[...] = plain[:, -1], plain[1:, 1:]


@cache
def _samples_of_byte(depth: int) -> npt.NDArray[Any]:
    """At each byte: the samples in it, themselves as one integer."""
    samples = np.arange(256)[:, None] >> np.arange(8 - depth, -1, -depth) & (1 << depth) - 1
    return samples.astype(np.uint8).view(f"u{8 // depth}")[:, 0]


def to_pixels(rows: _Bytes, width: int, form: Form) -> _Bytes:
    """Give pixels (n, width, 3 or 4) for rows of bytes (n, b)."""
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
    """Give the samples' bytes (n, width, `form.channels`) for rows of bytes (n, b)."""
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
