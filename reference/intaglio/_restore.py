"""Restoring: lossless changes of geometry undone, before strict decoding.

A step of its own that yields a new picture and says what it did (SPEC.md
section 12); it is never part of decoding. What carries no mark stays as it is.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._carrier import Embedder
from intaglio._search import Mark, maybe_mark

Pixels = npt.NDArray[np.uint8]

_UNDONE: Final = {
    "flipped-vertically": "flipped it back vertically",
    "flipped-horizontally": "flipped it back horizontally",
    "rotated-180": "rotated it back by 180 degrees",
    "rotated-90": "rotated it back by 90 degrees, counter-clockwise",
    "rotated-270": "rotated it back by 90 degrees, clockwise",
    "transposed": "transposed it back",
    "transposed-anti": "mirrored it back along its other diagonal",
}


def restore(pixels: Pixels) -> tuple[Pixels, str] | None:
    """(H, W, 3 or 4) uint8 pixels as they were written, and what was done; None if that is nothing.

    Undoes flips, quarter turns, transposition, a border added around, enlargement by a whole
    factor, and rewrites a damaged first prologue from the echo. Decode the result strictly:
    only that tells whether the pixels themselves survived.
    """
    mark = maybe_mark(pixels)
    if mark is None or not mark.raw:
        return None
    upright = mark.upright(pixels)
    if not mark.is_whole(upright):
        return None
    steps = _steps(mark, upright)
    if not steps:
        return None
    top, left = mark.top, mark.left
    result = upright[top : top + mark.height, left : left + mark.width].copy()
    if not mark.first:
        count = mark.width * mark.height
        Embedder(mark.raw, b"", mark.depths, count).embed(result.reshape(count, -1), 0)
    return result, "; ".join(steps)


def _steps(mark: Mark, upright: Pixels) -> list[str]:
    steps = [_UNDONE[mark.turn]] if mark.turn else []
    if mark.factor > 1:
        steps.append(f"took every {mark.factor}th pixel of an enlarged picture")
    if upright.shape[:2] != (mark.height, mark.width):
        size = f"{mark.width}x{mark.height}"
        steps.append(f"cut a border away around the {size} pixels at {mark.left}, {mark.top}")
    if not mark.first:
        steps.append("rewrote the damaged first 80 pixels from their copy at the end")
    return steps
