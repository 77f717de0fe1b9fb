"""Hits: the magic of a prologue found in pixels, read in all eight directions.

Only finds where bytes stand; what they mean is the room above.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.registry import MAGIC, PROLOGUE_BYTES, PROLOGUE_DEPTHS

Pixels = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.uint8]

PIXELS_SEARCHED_MAX: Final = 1 << 23  # more than a 4K screen; of a larger picture only the corners
_CORNER: Final = 1448  # pixels a side: four corners are that many pixels
_CORNER_ENLARGED: Final = 512
_EDGE: Final = 40
_OUTER: Final = 2048  # pixels at either end of a row
_GLANCE: Final = 1 << 16
_LEVELS_MIN: Final = 8  # of a channel: fewer differ in their high bits anyway
_PIXELS_AT_ONCE: Final = 1 << 20
_FACTORS: Final = range(2, 17)
_HITS_MAX: Final = 48
AFTER_MAGIC: Final = b"\x01\x00\x50\x00" + bytes(8)  # bytes 8..19 of every prologue of version 1

UNTURNED: Final[dict[str, Callable[[Any], Any]]] = {  # what happened -> what undoes it
    "": lambda p: p,
    "flipped-vertically": lambda p: p[::-1],
    "flipped-horizontally": lambda p: p[:, ::-1],
    "rotated-180": lambda p: p[::-1, ::-1],
    "transposed": lambda p: p.swapaxes(0, 1),
    "rotated-90": lambda p: p.swapaxes(0, 1)[::-1],
    "rotated-270": lambda p: p.swapaxes(0, 1)[:, ::-1],
    "transposed-anti": lambda p: p.swapaxes(0, 1)[::-1, ::-1],
}
_ALONG_ROWS: Final = tuple(UNTURNED)[:4]
_ALONG_COLUMNS: Final = tuple(UNTURNED)[4:]
_SQUASHED: Final = re.compile(
    b"".join(b"%s{0,9}" % re.escape(bytes([b])) for b in MAGIC + AFTER_MAGIC[:3]) + b"\x00{2,}"
)
_IN_A_ROW: Final = MAGIC + AFTER_MAGIC[:3]


class Hit(NamedTuple):
    turn: str
    factor: int
    y: int  # in the picture turned back, in pixels of today
    x: int
    head: int  # bytes of the prologue that come before this pixel


def prologue_plane(pixels: Pixels) -> Plane:
    """The byte of [CAR-1] that every pixel of (H, W, 3 or 4) carries."""
    plane = np.empty(pixels.shape[:2], np.uint8)
    step = max(1, _PIXELS_AT_ONCE // max(1, pixels.shape[1]))
    for start in range(0, len(plane), step):
        band = pixels[start : start + step]
        part = (band[..., 0] << np.uint8(5)) | ((band[..., 1] & np.uint8(3)) << np.uint8(3))
        plane[start : start + step] = part | (band[..., 2] & np.uint8(7))
    return plane


def blanked(pixels: Pixels) -> Pixels:
    """`pixels` with low bits that say nothing: the middle of a step, or black and white's own."""
    result = pixels.copy()
    for channel, depth in enumerate(PROLOGUE_DEPTHS[:3]):
        steps = pixels[..., channel] >> np.uint8(depth)
        low = np.full(steps.shape, 1 << depth >> 1, np.uint8)
        low[steps == 0] = 0
        low[steps == 255 >> depth] = (1 << depth) - 1
        result[..., channel] = (steps << np.uint8(depth)) | low
    return result


def is_blank(pixels: Pixels) -> bool:
    """Whether the places of prologue and echo say nothing, as `strip` leaves them."""
    flat = pixels.reshape(-1, pixels.shape[2])
    ends = np.concatenate((flat[:PROLOGUE_BYTES], flat[-PROLOGUE_BYTES:]))
    return np.array_equal(ends, blanked(ends))


def empty_bits(pixels: Pixels) -> int:
    """How many of the lowest bits of R, G and B follow everywhere from those above; 0 if below 2.

    So it is where they were set to a constant, or the picture was saved in fewer bits.
    """
    flat = pixels[..., :3].reshape(-1, 3)
    found = 0
    for part in (flat[:_GLANCE], flat):
        used = [np.flatnonzero(np.bincount(part[:, c], minlength=256)) for c in range(3)]
        told = [d for d in range(2, 8) if all(_is_alone(levels, d) for levels in used)]
        found = max(told, default=0)
        if not found:
            return 0
    return found if max(map(len, used)) >= _LEVELS_MIN else 0


def _is_alone(levels: npt.NDArray[np.intp], depth: int) -> bool:
    """Whether no two of the different `levels` differ in their lowest bits only."""
    return len(np.unique(levels >> depth)) == len(levels)


def _corners(plane: Plane, side: int) -> Iterator[tuple[int, int, Plane]]:
    height, width = plane.shape
    for top in {0, max(0, height - side)}:
        for left in {0, max(0, width - side)}:
            yield top, left, plane[top : top + side, left : left + side]


def hits(plane: Plane) -> Iterator[Hit]:
    """Where the magic stands, read along rows or columns, forwards or backwards."""
    for base, turns in ((plane, _ALONG_ROWS), (plane.T, _ALONG_COLUMNS)):
        everything = [(0, 0, base)] if base.size <= PIXELS_SEARCHED_MAX else _corners(base, _CORNER)
        for top, left, window in everything:
            yield from _hits_in(window, (top, left), base.shape, MAGIC, 1, turns)


def hits_enlarged(plane: Plane) -> Iterator[Hit]:
    """The same where every byte stands several times, as far as the corners show it."""
    for base, turns in ((plane, _ALONG_ROWS), (plane.T, _ALONG_COLUMNS)):
        for top, left, window in _corners(base, _CORNER_ENLARGED):
            for factor in _FACTORS:
                yield from _hits_in(window, (top, left), base.shape, MAGIC, factor, turns)


def hits_cut(plane: Plane) -> Iterator[Hit]:
    """Where what follows the magic stands, at a side where a part of the magic was cut off."""
    for base, turns in ((plane, _ALONG_ROWS), (plane.T, _ALONG_COLUMNS)):
        for left in {0, max(0, base.shape[1] - _EDGE)}:
            window = base[:, left : left + _EDGE]
            for hit in _hits_in(window, (0, left), base.shape, AFTER_MAGIC, 1, turns):
                if hit.x < len(MAGIC):
                    yield hit._replace(head=len(MAGIC))


def _hits_in(
    window: Plane,
    corner: tuple[int, int],
    shape: tuple[int, ...],
    needle: bytes,
    factor: int,
    turns: tuple[str, ...],
) -> Iterator[Hit]:
    """Where `needle` stands in a window of a plane of that shape."""
    height, width = shape
    span = len(needle) * factor
    flat = window.tobytes()
    wide = bytes(byte for byte in needle for _ in range(factor))
    for backwards in (False, True):
        for at in _positions(flat, wide[::-1] if backwards else wide):
            y, x = divmod(at, window.shape[1])
            y, x = y + corner[0], x + corner[1]
            for turn, flips_y in zip(turns[2 * backwards :][:2], (False, True), strict=True):
                view_y = height - 1 - y if flips_y else y
                view_x = width - span - x if backwards else x
                if view_x < 0:  # it goes on in the next row, which is the one above when flipped
                    view_y, view_x = view_y - 1, view_x + width
                if view_y >= 0:
                    yield Hit(turn, factor, view_y, view_x, 0)


def _positions(flat: bytes, needle: bytes) -> Iterator[int]:
    at = flat.find(needle)
    for _ in range(_HITS_MAX):
        if at < 0:
            return
        yield at
        at = flat.find(needle, at + 1)


def is_squashed(pixels: Pixels) -> bool:
    """Whether a prologue stands in the outer rows with pixels left out of it, or doubled."""
    for line in _outer_rows(pixels):
        for found in _SQUASHED.finditer(line):
            letters = found.group().rstrip(b"\0")
            told = set(letters) & set(MAGIC)
            if len(told) >= 3 and len(set(letters) - {0}) >= 4 and letters not in _IN_A_ROW:
                return True
    return False


def is_cut(pixels: Pixels) -> bool:
    """Whether the beginning of a prologue or echo stands in the outer rows."""
    return any(MAGIC + AFTER_MAGIC[:3] in line for line in _outer_rows(pixels))


def _outer_rows(pixels: Pixels) -> Iterator[bytes]:
    for row in {*range(min(3, len(pixels))), *range(max(0, len(pixels) - 3), len(pixels))}:
        yield prologue_plane(pixels[row : row + 1, :_OUTER]).tobytes()
        if pixels.shape[1] > _OUTER:
            yield prologue_plane(pixels[row : row + 1, -_OUTER:]).tobytes()
