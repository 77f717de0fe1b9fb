"""Finds marks: positions of a prologue or its echo, and what they reveal of earlier changes.

Reads SPEC.md [CAR-1], [CAR-5] and [HDR-1] leniently: every orientation, every offset, integer
enlargements. Strict decoding does not use this module.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._forensics.locate import (
    AFTER_MAGIC,
    INVERSE,
    Candidate,
    Plane,
    candidates,
    candidates_cut,
    candidates_enlarged,
    prologue_plane,
)
from intaglio._format.prologue import Prologue, read_prologue
from intaglio._format.registry import MAGIC, PROLOGUE_BYTES, is_legal_depths
from intaglio.errors import DecodeError

Pixels = npt.NDArray[np.uint8]

_CANDIDATES_MAX: Final = 256  # candidates examined; more than this is treated as hostile
_SIDE_MAX: Final = 1 << 24  # a larger size field is treated as a chance match
_FIELDS_END: Final = 32  # end of the width and height fields


@dataclass(frozen=True, slots=True)
class Mark:
    """A prologue that was found, and the position of the picture that it describes.

    orientation: how the picture was turned, "" for upright.
    factor: enlargement, in current pixels for one original pixel.
    row, col: first current pixel of the grid of every factor-th pixel, in the upright picture.
    top, left: origin of the original picture in that grid; negative if it was cut off.
    width, height: of the original picture.
    raw: the 80 prologue bytes; empty if incomplete.
    first, last: whether prologue and echo are at their correct positions.
    """

    orientation: str
    factor: int
    row: int
    col: int
    top: int
    left: int
    width: int
    height: int
    depths: tuple[int, int, int, int]
    raw: bytes
    first: bool
    last: bool

    def upright(self, pixels: Pixels) -> Pixels:
        """Return the whole current picture, upright and reduced by `factor`; a view."""
        view: Pixels = INVERSE[self.orientation](pixels)
        return view[self.row :: self.factor, self.col :: self.factor]

    def phases(self, pixels: Pixels) -> Iterator[Pixels]:
        """Yield the same for every pixel of a repeated block; views of `pixels`."""
        view: Pixels = INVERSE[self.orientation](pixels)
        for y in range(self.factor):
            for x in range(self.factor):
                yield view[y :: self.factor, x :: self.factor]

    def is_whole(self, upright: Pixels) -> bool:
        """Return whether the original picture lies completely inside `upright`."""
        height, width = upright.shape[:2]
        inside = self.top >= 0 and self.left >= 0
        return inside and self.top + self.height <= height and self.left + self.width <= width

    def is_restorable(self, upright: Pixels) -> bool:
        """Return whether the picture can be cut out; one copy does not show its end."""
        as_large = upright.shape[:2] == (self.height, self.width)
        sure = as_large or (self.first and self.last)
        return sure and bool(self.raw) and self.is_whole(upright)


def maybe_prologue(raw: bytes) -> Prologue | None:
    """Return the prologue in these 80 bytes; None if they are not one."""
    if len(raw) != PROLOGUE_BYTES or zlib.crc32(raw[:-4]) != int.from_bytes(raw[-4:], "little"):
        return None
    width, height = _size(raw)
    try:
        return read_prologue(raw, width, height)
    except DecodeError:
        return None


def _size(raw: bytes) -> tuple[int, int]:
    return int.from_bytes(raw[24:28], "little"), int.from_bytes(raw[28:32], "little")


def maybe_mark(pixels: Pixels) -> Mark | None:
    """Return the best mark in (H, W, 3 or 4) `pixels`: with both copies, complete, upright."""
    return next(iter(ranked_marks(pixels)), None)


def ranked_marks(pixels: Pixels) -> list[Mark]:
    """Return all marks in (H, W, 3 or 4) `pixels`, the best first."""
    plane = prologue_plane(pixels)
    marks = [mark for orientation in INVERSE for mark in _marks_at_ends(plane, orientation)]
    for search in (candidates, candidates_enlarged, candidates_cut):
        if not marks or (
            search is candidates and not any(mark.first and mark.last for mark in marks)
        ):
            found = islice(search(plane), _CANDIDATES_MAX)
            marks += [mark for candidate in found for mark in _marks_of(plane, candidate)]
    return sorted(marks, key=lambda mark: _merit(plane, mark), reverse=True)


def _merit(plane: Plane, mark: Mark) -> tuple[bool, bool, int, int, int]:
    view = mark.upright(plane)
    rows = min(view.shape[0], mark.top + mark.height) - max(0, mark.top)
    cols = min(view.shape[1], mark.left + mark.width) - max(0, mark.left)
    overlap = max(rows, 0) * max(cols, 0)
    order = list(INVERSE).index(mark.orientation)
    return mark.first and mark.last, bool(mark.raw), overlap, -mark.factor, -order


def _marks_at_ends(plane: Plane, orientation: str) -> Iterator[Mark]:
    """Yield marks at the corners of a complete picture of any width."""
    view = INVERSE[orientation](plane)
    height, width = view.shape
    if view.size < 2 * PROLOGUE_BYTES:
        return
    rows = -(-PROLOGUE_BYTES // width)
    if rows == 1:  # pictures have up to 2^28 pixels: avoid copying them
        ends = view[0, :PROLOGUE_BYTES], view[-1, -PROLOGUE_BYTES:]
    else:
        ends = view[:rows], view[-rows:]
    first = ends[0].tobytes()[:PROLOGUE_BYTES]
    last = ends[1].tobytes()[-PROLOGUE_BYTES:]
    for raw in {first, last}:
        prologue = maybe_prologue(raw)
        if prologue and (prologue.width, prologue.height) == (width, height):
            yield Mark(
                *(orientation, 1, 0, 0, 0, 0, width, height, prologue.depths, raw),
                first=raw == first,
                last=raw == last,
            )


def _marks_of(plane: Plane, candidate: Candidate) -> Iterator[Mark]:
    factor = candidate.factor
    view = INVERSE[candidate.orientation](plane)[
        candidate.y % factor :: factor, candidate.x % factor :: factor
    ]
    y, x = candidate.y // factor, candidate.x // factor - candidate.head
    grid = (candidate.orientation, factor, candidate.y % factor, candidate.x % factor)
    row = bytes(max(0, -x)) + view[y, max(0, x) : x + PROLOGUE_BYTES].tobytes()
    prologue = maybe_prologue(row)
    if prologue:
        yield from _marks_at(view, grid, y, x, prologue, row)
    for width in range(len(MAGIC), PROLOGUE_BYTES):
        for begin in {0, -PROLOGUE_BYTES % width}:
            raw = _wrapped(view, y, x - begin, begin, width)
            prologue = maybe_prologue(raw)
            if prologue and prologue.width == width:
                yield from _marks_at(view, grid, y, x, prologue, raw)
    if not prologue and is_partly_prologue(row):
        width, height = _size(row)
        for top, left in ((y, x), (y - height + 1, x - width + PROLOGUE_BYTES)):
            depths = (row[20], row[21], row[22], row[23])
            yield Mark(*grid, top, left, width, height, depths, b"", first=top == y, last=top != y)


def is_partly_prologue(row: bytes) -> bool:
    """Return whether the fields up to the height are valid; the rest may be missing."""
    if len(row) < _FIELDS_END or row[8:20] != AFTER_MAGIC:
        return False
    sides = _size(row)
    return is_legal_depths((row[20], row[21], row[22], row[23])) and all(
        1 <= side <= _SIDE_MAX for side in sides
    )


def _wrapped(view: Plane, y: int, left: int, begin: int, width: int) -> bytes:
    """Return 80 bytes from column `begin` on, in rows of `width`; b"" if incomplete."""
    rows = -(-(begin + PROLOGUE_BYTES) // width)
    if left < 0 or left + width > view.shape[1] or y < 0 or y + rows > view.shape[0]:
        return b""
    return view[y : y + rows, left : left + width].tobytes()[begin : begin + PROLOGUE_BYTES]


def _marks_at(
    view: Plane, grid: tuple[str, int, int, int], y: int, x: int, prologue: Prologue, raw: bytes
) -> Iterator[Mark]:
    """Yield marks with these bytes as the prologue, and as the echo."""
    width, height = prologue.width, prologue.height
    echo_y, echo_x = divmod(width * height - PROLOGUE_BYTES, width)
    for top, left in ((y, x), (y - echo_y, x - echo_x)):
        first = (top, left) == (y, x) or _copy(view, top, left, 0, width) == raw
        last = (top + echo_y, left + echo_x) == (y, x) or (
            _copy(view, top + echo_y, left, echo_x, width) == raw
        )
        yield Mark(*grid, top, left, width, height, prologue.depths, raw, first=first, last=last)


def _copy(view: Plane, y: int, left: int, begin: int, width: int) -> bytes:
    if width < PROLOGUE_BYTES:
        return _wrapped(view, y, left, begin, width)
    if not 0 <= y < len(view) or left + begin < 0:
        return b""
    return view[y, left + begin : left + begin + PROLOGUE_BYTES].tobytes()
