"""The badge: a small visible mark that says that a picture carries data.

It shows a matrix in brackets, dark on light with a dark border, so that it is visible on any
picture.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from intaglio.errors import EncodeError, Reason

Bytes = NDArray[np.uint8]

INK: Final = (38, 38, 64)
PAPER: Final = (255, 252, 240)
SHARE: Final = 16  # the badge's side is about the picture's shorter side divided by this
_SIGN: Final = (
    "#################",
    "#...............#",
    "#.###.......###.#",
    "#.#...........#.#",
    "#.#.##.....##.#.#",
    "#.#.##.....##.#.#",
    "#.#...........#.#",
    "#.#....##.....#.#",
    "#.#....##.....#.#",
    "#.#...........#.#",
    "#.#.##.....##.#.#",
    "#.#.##.....##.#.#",
    "#.#...........#.#",
    "#.###.......###.#",
    "#...............#",
    "#################",
)


def badge_for(width: int, height: int) -> tuple[int, int, Bytes]:
    """The badge's position (x, y), in the lower right corner of the picture, and its pixels."""
    rows, cols = len(_SIGN), len(_SIGN[0])
    factor = max(1, round(min(width, height) / SHARE / rows))
    margin = 2 * factor
    x, y = width - cols * factor - margin, height - rows * factor - margin
    if min(x, y) < margin:
        raise EncodeError(
            Reason.OPTION_INVALID,
            f"badge= needs a picture of at least {cols + 4}x{rows + 4} pixels, "
            f"this one has {width}x{height}",
            "badge",
        )
    sign = np.array([[mark == "#" for mark in row] for row in _SIGN])
    pixels = np.where(sign[..., None], np.array(INK, np.uint8), np.array(PAPER, np.uint8))
    return x, y, pixels.repeat(factor, axis=0).repeat(factor, axis=1)
