"""What was done to a picture without loss: changes of colours, size and order, and their undoing.

Strict decoding never comes here. Each answer has prologue and echo in their places; only decoding
it tells whether every bit of its data survived.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import starmap
from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._forensics.marks import Mark, ranked_marks
from intaglio._forensics.orientation import TURNED, UNDONE
from intaglio._forensics.rearranged import Past, is_decodable, maybe_rearranged
from intaglio._forensics.recolored import Change, Sight, find_sights
from intaglio._forensics.upscaled import Enlarged, maybe_enlarged

Pixels = npt.NDArray[np.uint8]

_CHANGES_MAX: Final = 4  # ways to change colours that are tried on all of a picture


def maybe_past(pixels: Pixels, mark: Mark | None) -> Past | None:
    """What hides the data of (H, W, 3 or 4) `pixels`, if that lost nothing; None if unknown.

    mark: what `maybe_mark` finds in them, None if nothing. A picture that still has to be turned
    or cut out comes back without that.
    """
    found = maybe_rearranged(ranked_marks(pixels), pixels) if mark else None
    if mark and mark.is_restorable(mark.upright(pixels)):
        return found
    undone = [found] if found else [*filter(None, starmap(_undone, _seen(pixels)))]
    return min(undone, key=lambda past: not past.is_lossless, default=None)


def _undone(past: Past, sights: list[Sight], change: Change) -> Past | None:
    """What else happened to the picture whose colours are as they were; None if unknown."""
    marks = ranked_marks(past.pixels) if past.cause else []
    if marks and marks[0].is_restorable(marks[0].upright(past.pixels)):
        if any(change.shifts) and not _is_restored(marks[0], past.pixels):
            clipped = f"{past.what}, and clipped at the ends of the range"
            return replace(past, what=clipped, is_lossless=False)
        if marks[0].depths[3] and past.pixels.shape[2] < 4:
            gone = f"{past.what}, and its transparency, which carried data, was dropped"
            return replace(past, what=gone, is_lossless=False)
        return past
    enlarged = maybe_enlarged(past.pixels, sights)
    if enlarged:
        return _and(past, _told_enlarged(*enlarged))
    moved = maybe_rearranged(marks, past.pixels)
    if moved:
        return _and(past, moved)
    if not past.cause or any(change.shifts):  # that may be true of a few pixels only
        return None
    more = f"{past.what}, and it was cropped or damaged besides"
    return replace(past, what=more, is_lossless=False)


def _is_restored(mark: Mark, pixels: Pixels) -> bool:
    upright, top, left = mark.upright(pixels), mark.top, mark.left
    return is_decodable(upright[top : top + mark.height, left : left + mark.width])


def _and(one: Past, other: Past) -> Past:
    """Both, the second found in the pixels of the first."""
    what = " and ".join(filter(None, (one.what, other.what)))
    steps = "; ".join(filter(None, (one.step, other.step)))
    return Past(other.pixels, one.cause or other.cause, what, steps)


def _told_enlarged(turn: str, found: Enlarged) -> Past:
    height, width = found.pixels.shape[:2]
    where = "" if found.is_all else f", and stands in a larger picture at {found.left}, {found.top}"
    turned = f"it was {TURNED[turn]}, " if turn else "it was "
    what = f"{turned}enlarged {found.factors} times by repeating pixels{where}"
    step = f"took each repeated pixel once ({found.factors} times enlarged, now {width}x{height})"
    return Past(found.pixels, "resized", what, f"{UNDONE[turn]}; {step}" if turn else step)


def _seen(pixels: Pixels) -> Iterator[tuple[Past, list[Sight], Change]]:
    groups: dict[Change, list[Sight]] = {}
    for sight in find_sights(pixels):
        groups.setdefault(sight.change, []).append(sight)
    most_seen = sorted(groups, key=lambda change: (change.is_none, len(groups[change])))[::-1]
    for change in most_seen[:_CHANGES_MAX]:
        undone = pixels if change.is_none else change.undo(pixels)
        yield Past(undone, *_told(change)), groups[change], change


def _told(change: Change) -> tuple[str, str, str]:
    """(cause, what happened, step) of a change of colours; three times "" for none."""
    if change.is_none:
        return "", "", ""
    order = "".join("RGBA"[change.sources.index(channel)] for channel in range(len(change.sources)))
    causes, whats, steps = [], [], []
    if change.sources != tuple(range(len(change.sources))):
        causes.append("channels-swapped")
        whats.append(f"its channels were exchanged (R, G, B stands as {', '.join(order)})")
        steps.append(f"put the channels {', '.join(order)} back in order")
    if any(change.masks):
        inverted = ", ".join(name for name, mask in zip("RGBA", change.masks, strict=False) if mask)
        all_bits = set(change.masks[:3]) == {255}
        causes.append("inverted")
        whats.append(
            "its colours were inverted" if all_bits else f"bits of {inverted} were inverted"
        )
        steps.append("inverted them back")
    if any(change.shifts):
        causes.append("recoloured")
        by = ", ".join(f"{shift:+d}" for shift in change.shifts[:3])
        whats.append(f"a constant was added to its colours ({by}, as far as its low bits tell)")
        steps.append(f"subtracted {by} from R, G, B")
    return causes[0], " and ".join(whats), "; ".join(steps)
