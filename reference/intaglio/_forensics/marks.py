"""Marks: where in a picture a prologue or its echo still stands, and what that says of its past.

SPEC.md [CAR-1], [CAR-5] and [HDR-1], read leniently: every orientation, every
offset, whole enlargements. Strict decoding never comes here.
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
    UNTURNED,
    Hit,
    Plane,
    hits,
    hits_cut,
    hits_enlarged,
    prologue_plane,
)
from intaglio._format.prologue import Prologue, read_prologue
from intaglio._format.registry import MAGIC, PROLOGUE_BYTES, is_legal_depths
from intaglio.errors import DecodeError

Pixels = npt.NDArray[np.uint8]

_HITS_MAX: Final = 256  # looked at; who writes more of them means no good
_SIDE_MAX: Final = 1 << 24  # a larger written size is taken for an accident
_FIELDS_END: Final = 32  # where width and height end


@dataclass(frozen=True, slots=True)
class Mark:
    """A prologue found, and where the picture that it was written for lies.

    turn: what was done to the picture, "" for nothing. factor: pixels of today a pixel of
    then, each way. row, col: of the pixel of today from which every factor-th is taken, in
    the picture turned back. top, left: where, counted in pixels of then, the written picture
    begins; below 0 if that was cut off. width, height: of the written picture. raw: the 80 bytes;
    empty if they are not all there. first, last: whether prologue and echo stand where they belong.
    """

    turn: str
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
        """The whole picture of today, turned back and reduced; a view."""
        view: Pixels = UNTURNED[self.turn](pixels)
        return view[self.row :: self.factor, self.col :: self.factor]

    def phases(self, pixels: Pixels) -> Iterator[Pixels]:
        """The same of every pixel of an enlarged one: views of all of `pixels`."""
        view: Pixels = UNTURNED[self.turn](pixels)
        for y in range(self.factor):
            for x in range(self.factor):
                yield view[y :: self.factor, x :: self.factor]

    def is_whole(self, upright: Pixels) -> bool:
        """Whether all of the written picture lies within `upright`."""
        height, width = upright.shape[:2]
        inside = self.top >= 0 and self.left >= 0
        return inside and self.top + self.height <= height and self.left + self.width <= width

    def is_restorable(self, upright: Pixels) -> bool:
        """Whether it can be cut out of `upright`; one copy alone does not tell where it ends."""
        as_large = upright.shape[:2] == (self.height, self.width)
        sure = as_large or (self.first and self.last)
        return sure and bool(self.raw) and self.is_whole(upright)


def maybe_prologue(raw: bytes) -> Prologue | None:
    """The prologue that these 80 bytes are, if they are one."""
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
    """The best mark in (H, W, 3 or 4) `pixels`: both copies, whole and upright before others."""
    return next(iter(ranked_marks(pixels)), None)


def ranked_marks(pixels: Pixels) -> list[Mark]:
    """All marks in (H, W, 3 or 4) `pixels`, the best first."""
    plane = prologue_plane(pixels)
    marks = [mark for turn in UNTURNED for mark in _marks_at_ends(plane, turn)]
    for search in (hits, hits_enlarged, hits_cut):
        if not marks or (search is hits and not any(mark.first and mark.last for mark in marks)):
            found = islice(search(plane), _HITS_MAX)
            marks += [mark for hit in found for mark in _marks_of(plane, hit)]
    return sorted(marks, key=lambda mark: _merit(plane, mark), reverse=True)


def _merit(plane: Plane, mark: Mark) -> tuple[bool, bool, int, int, int]:
    view = mark.upright(plane)
    rows = min(view.shape[0], mark.top + mark.height) - max(0, mark.top)
    cols = min(view.shape[1], mark.left + mark.width) - max(0, mark.left)
    overlap = max(rows, 0) * max(cols, 0)
    order = list(UNTURNED).index(mark.turn)
    return mark.first and mark.last, bool(mark.raw), overlap, -mark.factor, -order


def _marks_at_ends(plane: Plane, turn: str) -> Iterator[Mark]:
    """Both copies in their places in a picture that is whole, however narrow it is."""
    view = UNTURNED[turn](plane)
    height, width = view.shape
    if view.size < 2 * PROLOGUE_BYTES:
        return
    rows = -(-PROLOGUE_BYTES // width)
    if rows == 1:  # of up to 2^28 pixels
        ends = view[0, :PROLOGUE_BYTES], view[-1, -PROLOGUE_BYTES:]
    else:
        ends = view[:rows], view[-rows:]
    first = ends[0].tobytes()[:PROLOGUE_BYTES]
    last = ends[1].tobytes()[-PROLOGUE_BYTES:]
    for raw in {first, last}:
        prologue = maybe_prologue(raw)
        if prologue and (prologue.width, prologue.height) == (width, height):
            yield Mark(
                *(turn, 1, 0, 0, 0, 0, width, height, prologue.depths, raw),
                first=raw == first,
                last=raw == last,
            )


def _marks_of(plane: Plane, hit: Hit) -> Iterator[Mark]:
    factor = hit.factor
    view = UNTURNED[hit.turn](plane)[hit.y % factor :: factor, hit.x % factor :: factor]
    y, x = hit.y // factor, hit.x // factor - hit.head
    place = (hit.turn, factor, hit.y % factor, hit.x % factor)
    row = bytes(max(0, -x)) + view[y, max(0, x) : x + PROLOGUE_BYTES].tobytes()
    prologue = maybe_prologue(row)
    if prologue:
        yield from _placed(view, place, y, x, prologue, row)
    for width in range(len(MAGIC), PROLOGUE_BYTES):
        for begin in {0, -PROLOGUE_BYTES % width}:
            raw = _wrapped(view, y, x - begin, begin, width)
            prologue = maybe_prologue(raw)
            if prologue and prologue.width == width:
                yield from _placed(view, place, y, x, prologue, raw)
    if not prologue and is_partly_prologue(row):
        width, height = _size(row)
        for top, left in ((y, x), (y - height + 1, x - width + PROLOGUE_BYTES)):
            depths = (row[20], row[21], row[22], row[23])
            yield Mark(*place, top, left, width, height, depths, b"", first=top == y, last=top != y)


def is_partly_prologue(row: bytes) -> bool:
    """Whether these are a prologue's fields up to the height, though its end may be missing."""
    if len(row) < _FIELDS_END or row[8:20] != AFTER_MAGIC:
        return False
    sides = _size(row)
    return is_legal_depths((row[20], row[21], row[22], row[23])) and all(
        1 <= side <= _SIDE_MAX for side in sides
    )


def _wrapped(view: Plane, y: int, left: int, begin: int, width: int) -> bytes:
    """80 bytes from `begin` pixels into a row on, going round at `width`; b"" if not all there."""
    rows = -(-(begin + PROLOGUE_BYTES) // width)
    if left < 0 or left + width > view.shape[1] or y < 0 or y + rows > view.shape[0]:
        return b""
    return view[y : y + rows, left : left + width].tobytes()[begin : begin + PROLOGUE_BYTES]


def _placed(
    view: Plane, place: tuple[str, int, int, int], y: int, x: int, prologue: Prologue, raw: bytes
) -> Iterator[Mark]:
    """The same bytes taken for the first copy, and for the echo."""
    width, height = prologue.width, prologue.height
    echo_y, echo_x = divmod(width * height - PROLOGUE_BYTES, width)
    for top, left in ((y, x), (y - echo_y, x - echo_x)):
        first = (top, left) == (y, x) or _copy(view, top, left, 0, width) == raw
        last = (top + echo_y, left + echo_x) == (y, x) or (
            _copy(view, top + echo_y, left, echo_x, width) == raw
        )
        yield Mark(*place, top, left, width, height, prologue.depths, raw, first=first, last=last)


def _copy(view: Plane, y: int, left: int, begin: int, width: int) -> bytes:
    if width < PROLOGUE_BYTES:
        return _wrapped(view, y, left, begin, width)
    if not 0 <= y < len(view) or left + begin < 0:
        return b""
    return view[y, left + begin : left + begin + PROLOGUE_BYTES].tobytes()
