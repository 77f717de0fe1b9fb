"""Undoes a new order of rows and columns: cyclic shifts, exchanged or separated fields.

Each candidate order gives a picture of the size that the prologue names. It is accepted if
prologue and echo are then at their positions; if they were there before, the data must decode.
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
_DECODED_BYTES_MAX: Final = 1 << 26  # array bytes decoded to test an order


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was found, and the pixels with it undone.

    cause: a label of docs/diagnosis.md. what: a description. step: what was done to undo
    it. is_lossless: False if undoing it does not bring the data back.
    """

    pixels: Pixels
    cause: str
    what: str
    step: str
    is_lossless: bool = True


def maybe_rearranged(marks: list[Mark], pixels: Pixels) -> Change | None:
    """Return (H, W, 3 or 4) `pixels` in their original order; None if unknown.

    marks: those found in `pixels`, the best first.
    """
    for mark in marks[:_MARKS_MAX]:
        upright = mark.upright(pixels)
        if not mark.raw or mark.factor > 1 or upright.shape[:2] != (mark.height, mark.width):
            continue
        was_in_place = _has_both(upright, mark.raw)
        for change in _candidates(mark, upright):
            if _has_both(change.pixels, mark.raw) and (
                not was_in_place or is_decodable(change.pixels)
            ):
                if not mark.orientation:
                    return change
                what = f"it was {TURNED[mark.orientation]} and {change.what}"
                return Change(
                    change.pixels, change.cause, what, f"{UNDONE[mark.orientation]}; {change.step}"
                )
    return None


def _candidates(mark: Mark, upright: Pixels) -> Iterator[Change]:
    height, width = upright.shape[:2]
    rows = np.arange(height)
    fields = np.concatenate([rows[::2], rows[1::2]])
    swapped = np.minimum(rows ^ 1, height - 1)
    swapped[-1] = height - 1 if height % 2 else height - 2
    moved = "fields-moved"
    what, step = "its odd and even rows were exchanged", "exchanged odd and even rows back"
    yield Change(upright[swapped], moved, what, step)
    what, step = "its odd rows were put below its even ones", "put odd rows between even ones"
    yield Change(upright[np.argsort(fields)], moved, what, step)
    what, step = "its lower half was put between the rows of the upper", "took the halves apart"
    yield Change(upright[fields], moved, what, step)
    if mark.depths[3] and upright.shape[2] == 4:
        what, step = "its transparency was inverted", "inverted the transparency back"
        yield Change(upright ^ np.array([0, 0, 0, 255], np.uint8), "inverted", what, step)
    echo_y, echo_x = divmod(height * width - PROLOGUE_BYTES, width)
    at = (mark.top, mark.left) if mark.first else (mark.top + echo_y, mark.left + echo_x)
    for y, x in ((at[0], at[1]), (at[0] - echo_y, at[1] - echo_x)):
        down, across = y % height, x % width
        if down or across:
            what = f"its pixels were shifted around the edges, by {across} columns, {down} rows"
            step = f"shifted it back by {across} columns, {down} rows"
            yield Change(np.roll(upright, (-down, -across), (0, 1)), "shifted", what, step)


def _has_both(pixels: Pixels, raw: bytes) -> bool:
    rows = -(-PROLOGUE_BYTES // pixels.shape[1])
    first = prologue_plane(pixels[:rows]).tobytes()[:PROLOGUE_BYTES]
    return first == raw == prologue_plane(pixels[-rows:]).tobytes()[-PROLOGUE_BYTES:]


def is_decodable(pixels: Pixels) -> bool:
    """Return whether `pixels` (H, W, 3 or 4) decode strictly, up to 64 MiB of arrays."""
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
