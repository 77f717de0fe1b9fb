"""Finds the magic number of a prologue in pixels, in all eight orientations.

Returns candidate positions only; `marks` decides which of them are prologues.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.registry import MAGIC, PROLOGUE_BYTES, PROLOGUE_DEPTHS

Pixels = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.uint8]

# more than a 4K screen; larger pictures are searched in the corners only
PIXELS_SEARCHED_MAX: Final = 1 << 23
_CORNER: Final = 1448  # side in pixels: four corners have PIXELS_SEARCHED_MAX pixels
_CORNER_ENLARGED: Final = 512
_EDGE: Final = 40
_OUTER: Final = 2048  # pixels at either end of a row
_GLANCE: Final = 1 << 16
_LEVELS_MIN: Final = 8  # distinct values of a channel; with fewer, the high bits differ anyway
_PIXELS_AT_ONCE: Final = 1 << 20
_FACTORS: Final = range(2, 17)
_CANDIDATES_MAX: Final = 48
AFTER_MAGIC: Final = b"\x01\x00\x50\x00" + bytes(8)  # bytes 8..19 of every prologue of version 1

INVERSE: Final[dict[str, Callable[[Any], Any]]] = {  # orientation -> function that undoes it
    "": lambda p: p,
    "flipped-vertically": lambda p: p[::-1],
    "flipped-horizontally": lambda p: p[:, ::-1],
    "rotated-180": lambda p: p[::-1, ::-1],
    "transposed": lambda p: p.swapaxes(0, 1),
    "rotated-90": lambda p: p.swapaxes(0, 1)[::-1],
    "rotated-270": lambda p: p.swapaxes(0, 1)[:, ::-1],
    "transposed-anti": lambda p: p.swapaxes(0, 1)[::-1, ::-1],
}
_ALONG_ROWS: Final = tuple(INVERSE)[:4]
_ALONG_COLUMNS: Final = tuple(INVERSE)[4:]
_SQUASHED: Final = re.compile(
    b"".join(b"%s{0,9}" % re.escape(bytes([b])) for b in MAGIC + AFTER_MAGIC[:3]) + b"\x00{2,}"
)
_IN_A_ROW: Final = MAGIC + AFTER_MAGIC[:3]


class Candidate(NamedTuple):
    orientation: str
    factor: int
    y: int  # in pixels of the upright picture as it is now
    x: int
    head: int  # prologue bytes that precede this pixel


def prologue_plane(pixels: Pixels) -> Plane:
    """Return the prologue byte [CAR-1] of every pixel of (H, W, 3 or 4) `pixels`."""
    plane = np.empty(pixels.shape[:2], np.uint8)
    step = max(1, _PIXELS_AT_ONCE // max(1, pixels.shape[1]))
    for start in range(0, len(plane), step):
        band = pixels[start : start + step]
        part = (band[..., 0] << np.uint8(5)) | ((band[..., 1] & np.uint8(3)) << np.uint8(3))
        plane[start : start + step] = part | (band[..., 2] & np.uint8(7))
    return plane


def blanked(pixels: Pixels) -> Pixels:
    """Return `pixels` with neutral low bits: the middle of a step, or pure black and white."""
    result = pixels.copy()
    for channel, depth in enumerate(PROLOGUE_DEPTHS[:3]):
        steps = pixels[..., channel] >> np.uint8(depth)
        low = np.full(steps.shape, 1 << depth >> 1, np.uint8)
        low[steps == 0] = 0
        low[steps == 255 >> depth] = (1 << depth) - 1
        result[..., channel] = (steps << np.uint8(depth)) | low
    return result


def is_blank(pixels: Pixels) -> bool:
    """Return whether the low bits at prologue and echo are neutral, as `strip` leaves them."""
    flat = pixels.reshape(-1, pixels.shape[2])
    ends = np.concatenate((flat[:PROLOGUE_BYTES], flat[-PROLOGUE_BYTES:]))
    return np.array_equal(ends, blanked(ends))


def empty_bits(pixels: Pixels) -> int:
    """Return how many low bits of R, G and B carry no information; 0 if fewer than 2.

    They carry none if they were set to a constant, or if the picture was saved with fewer bits.
    """
    flat = pixels[..., :3].reshape(-1, 3)
    found = 0
    for part in (flat[:_GLANCE], flat):
        used = [np.flatnonzero(np.bincount(part[:, c], minlength=256)) for c in range(3)]
        known = [d for d in range(2, 8) if all(_is_alone(levels, d) for levels in used)]
        found = max(known, default=0)
        if not found:
            return 0
    return found if max(map(len, used)) >= _LEVELS_MIN else 0


def _is_alone(levels: npt.NDArray[np.intp], depth: int) -> bool:
    """Return whether all `levels` still differ without their lowest bits."""
    return len(np.unique(levels >> depth)) == len(levels)


def _corners(plane: Plane, side: int) -> Iterator[tuple[int, int, Plane]]:
    height, width = plane.shape
    for top in {0, max(0, height - side)}:
        for left in {0, max(0, width - side)}:
            yield top, left, plane[top : top + side, left : left + side]


def candidates(plane: Plane) -> Iterator[Candidate]:
    """Yield positions of the magic, read along rows or columns, forwards or backwards."""
    for base, orientations in ((plane, _ALONG_ROWS), (plane.T, _ALONG_COLUMNS)):
        everything = [(0, 0, base)] if base.size <= PIXELS_SEARCHED_MAX else _corners(base, _CORNER)
        for top, left, window in everything:
            yield from _candidates_in(window, (top, left), base.shape, MAGIC, 1, orientations)


def candidates_enlarged(plane: Plane) -> Iterator[Candidate]:
    """Yield positions in the corners where every magic byte is repeated `factor` times."""
    for base, orientations in ((plane, _ALONG_ROWS), (plane.T, _ALONG_COLUMNS)):
        for top, left, window in _corners(base, _CORNER_ENLARGED):
            for factor in _FACTORS:
                yield from _candidates_in(
                    window, (top, left), base.shape, MAGIC, factor, orientations
                )


def candidates_cut(plane: Plane) -> Iterator[Candidate]:
    """Yield positions near an edge where the magic was cut off but the next bytes remain."""
    for base, orientations in ((plane, _ALONG_ROWS), (plane.T, _ALONG_COLUMNS)):
        for left in {0, max(0, base.shape[1] - _EDGE)}:
            window = base[:, left : left + _EDGE]
            for candidate in _candidates_in(
                window, (0, left), base.shape, AFTER_MAGIC, 1, orientations
            ):
                if candidate.x < len(MAGIC):
                    yield candidate._replace(head=len(MAGIC))


def _candidates_in(
    window: Plane,
    corner: tuple[int, int],
    shape: tuple[int, ...],
    needle: bytes,
    factor: int,
    orientations: tuple[str, ...],
) -> Iterator[Candidate]:
    """Yield positions of `needle` in a window of a plane of that shape."""
    height, width = shape
    span = len(needle) * factor
    flat = window.tobytes()
    wide = bytes(byte for byte in needle for _ in range(factor))
    for backwards in (False, True):
        for at in _positions(flat, wide[::-1] if backwards else wide):
            y, x = divmod(at, window.shape[1])
            y, x = y + corner[0], x + corner[1]
            for orientation, flips_y in zip(
                orientations[2 * backwards :][:2], (False, True), strict=True
            ):
                view_y = height - 1 - y if flips_y else y
                view_x = width - span - x if backwards else x
                if view_x < 0:  # continues in the next row, which is the one above if flipped
                    view_y, view_x = view_y - 1, view_x + width
                if view_y >= 0:
                    yield Candidate(orientation, factor, view_y, view_x, 0)


def _positions(flat: bytes, needle: bytes) -> Iterator[int]:
    at = flat.find(needle)
    for _ in range(_CANDIDATES_MAX):
        if at < 0:
            return
        yield at
        at = flat.find(needle, at + 1)


def is_squashed(pixels: Pixels) -> bool:
    """Return whether outer rows hold a prologue with dropped or doubled pixels."""
    for line in _outer_rows(pixels):
        for found in _SQUASHED.finditer(line):
            squashed = found.group().rstrip(b"\0")
            known = set(squashed) & set(MAGIC)
            if len(known) >= 3 and len(set(squashed) - {0}) >= 4 and squashed not in _IN_A_ROW:
                return True
    return False


def is_cut(pixels: Pixels) -> bool:
    """Return whether outer rows hold the first bytes of a prologue."""
    return any(MAGIC + AFTER_MAGIC[:3] in line for line in _outer_rows(pixels))


def _outer_rows(pixels: Pixels) -> Iterator[bytes]:
    for row in {*range(min(3, len(pixels))), *range(max(0, len(pixels) - 3), len(pixels))}:
        yield prologue_plane(pixels[row : row + 1, :_OUTER]).tobytes()
        if pixels.shape[1] > _OUTER:
            yield prologue_plane(pixels[row : row + 1, -_OUTER:]).tobytes()
