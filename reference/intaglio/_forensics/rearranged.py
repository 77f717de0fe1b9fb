"""Undoes a new order of rows and columns: shifted around the edges, fields exchanged or split.

Each candidate is a picture of the size that the prologue names. It is taken if prologue and echo
then stand in their places, and, where they stood there before, if the data then decodes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._forensics.locate import prologue_plane
from intaglio._forensics.marks import Mark
from intaglio._forensics.orientation import TURNED, UNDONE
from intaglio._format.decoder import Opened
from intaglio._format.registry import PROLOGUE_BYTES
from intaglio.errors import DecodeError
from intaglio.limits import Limits

Pixels = npt.NDArray[np.uint8]

_MARKS_MAX: Final = 8
_DECODED_BYTES_MAX: Final = 1 << 26  # of arrays, decoded to see whether an order is right


@dataclass(frozen=True, slots=True)
class Past:
    """What was done to a picture, and pixels: the picture with that undone.

    cause: a word of docs/diagnosis.md. what: what happened. step: what was done to undo it.
    is_lossless: False if that alone does not bring the data back.
    """

    pixels: Pixels
    cause: str
    what: str
    step: str
    is_lossless: bool = True


def maybe_rearranged(marks: list[Mark], pixels: Pixels) -> Past | None:
    """The (H, W, 3 or 4) `pixels` in the order in which they were written; None if unknown.

    marks: those in `pixels`, the likeliest first.
    """
    for mark in marks[:_MARKS_MAX]:
        upright = mark.upright(pixels)
        if not mark.raw or mark.factor > 1 or upright.shape[:2] != (mark.height, mark.width):
            continue
        was_in_place = _has_both(upright, mark.raw)
        for past in _candidates(mark, upright):
            if _has_both(past.pixels, mark.raw) and (not was_in_place or is_decodable(past.pixels)):
                if not mark.turn:
                    return past
                what = f"it was {TURNED[mark.turn]} and {past.what}"
                return Past(past.pixels, past.cause, what, f"{UNDONE[mark.turn]}; {past.step}")
    return None


def _candidates(mark: Mark, upright: Pixels) -> Iterator[Past]:
    height, width = upright.shape[:2]
    rows = np.arange(height)
    fields = np.concatenate([rows[::2], rows[1::2]])
    swapped = np.minimum(rows ^ 1, height - 1)
    swapped[-1] = height - 1 if height % 2 else height - 2
    moved = "fields-moved"
    what, step = "its odd and even rows were exchanged", "exchanged odd and even rows back"
    yield Past(upright[swapped], moved, what, step)
    what, step = "its odd rows were put below its even ones", "put odd rows between even ones"
    yield Past(upright[np.argsort(fields)], moved, what, step)
    what, step = "its lower half was put between the rows of the upper", "took the halves apart"
    yield Past(upright[fields], moved, what, step)
    if mark.depths[3] and upright.shape[2] == 4:
        what, step = "its transparency was inverted", "inverted the transparency back"
        yield Past(upright ^ np.array([0, 0, 0, 255], np.uint8), "inverted", what, step)
    echo_y, echo_x = divmod(height * width - PROLOGUE_BYTES, width)
    at = (mark.top, mark.left) if mark.first else (mark.top + echo_y, mark.left + echo_x)
    for y, x in ((at[0], at[1]), (at[0] - echo_y, at[1] - echo_x)):
        down, across = y % height, x % width
        if down or across:
            what = f"its pixels were shifted around the edges, by {across} columns, {down} rows"
            step = f"shifted it back by {across} columns, {down} rows"
            yield Past(np.roll(upright, (-down, -across), (0, 1)), "shifted", what, step)


def _has_both(pixels: Pixels, raw: bytes) -> bool:
    rows = -(-PROLOGUE_BYTES // pixels.shape[1])
    first = prologue_plane(pixels[:rows]).tobytes()[:PROLOGUE_BYTES]
    return first == raw == prologue_plane(pixels[-rows:]).tobytes()[-PROLOGUE_BYTES:]


def is_decodable(pixels: Pixels) -> bool:
    """Whether strict decoding accepts (H, W, 3 or 4) `pixels`, up to 64 MiB of arrays."""
    height, width = pixels.shape[:2]
    limits = Limits(output_bytes_max=_DECODED_BYTES_MAX)
    try:
        opened = Opened(iter([np.ascontiguousarray(pixels)]), width, height)
        opened.check_output(opened.names, limits)
        for name in opened.names:
            opened.canonical(name)
    except DecodeError:
        return False
    return True
