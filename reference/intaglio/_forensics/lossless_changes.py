"""Finds and undoes lossless changes: of colours, of size, and of the order of pixels.

Strategy: first try new orders of rows and columns around a mark. Otherwise find prologues in
changed colours (`recolored`), undo the most frequent colour changes, and look in the result
for a mark, an enlargement or another order. Results have prologue and echo in the correct
position; only strict decoding shows whether every bit of the data survived.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import starmap
from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._forensics.marks import Mark, ranked_marks
from intaglio._forensics.orientation import TURNED, UNDONE
from intaglio._forensics.rearranged import Change, is_decodable, maybe_rearranged
from intaglio._forensics.recolored import Candidate, ColourChange, find_candidates
from intaglio._forensics.upscaled import Enlarged, maybe_enlarged

Pixels = npt.NDArray[np.uint8]

_CHANGES_MAX: Final = 4  # colour changes that are tried on the whole picture


def maybe_change(pixels: Pixels, mark: Mark | None) -> Change | None:
    """Find the lossless change that hides the data of (H, W, 3 or 4) `pixels`; None if unknown.

    mark: the result of `maybe_mark`. The result may still have to be turned or cut out.
    """
    found = maybe_rearranged(ranked_marks(pixels), pixels) if mark else None
    if mark and mark.is_restorable(mark.upright(pixels)):
        return found
    undone = [found] if found else [*filter(None, starmap(_undone, _colour_changes(pixels)))]
    return min(undone, key=lambda change: not change.is_lossless, default=None)


def _undone(change: Change, candidates: list[Candidate], colours: ColourChange) -> Change | None:
    """Find further changes of a picture whose colours are already restored; None if unknown."""
    marks = ranked_marks(change.pixels) if change.cause else []
    if marks and marks[0].is_restorable(marks[0].upright(change.pixels)):
        if any(colours.shifts) and not _is_restored(marks[0], change.pixels):
            clipped = f"{change.what}, and clipped at the ends of the range"
            return replace(change, what=clipped, is_lossless=False)
        if marks[0].depths[3] and change.pixels.shape[2] < 4:
            gone = f"{change.what}, and its transparency, which carried data, was dropped"
            return replace(change, what=gone, is_lossless=False)
        return change
    enlarged = maybe_enlarged(change.pixels, candidates)
    if enlarged:
        return _and(change, _enlargement(*enlarged))
    moved = maybe_rearranged(marks, change.pixels)
    if moved:
        return _and(change, moved)
    if not change.cause or any(colours.shifts):  # may be true of a few pixels only
        return None
    more = f"{change.what}, and it was cropped or damaged besides"
    return replace(change, what=more, is_lossless=False)


def _is_restored(mark: Mark, pixels: Pixels) -> bool:
    upright, top, left = mark.upright(pixels), mark.top, mark.left
    return is_decodable(upright[top : top + mark.height, left : left + mark.width])


def _and(one: Change, other: Change) -> Change:
    """Combine two changes; the second was found in the pixels of the first."""
    what = " and ".join(filter(None, (one.what, other.what)))
    steps = "; ".join(filter(None, (one.step, other.step)))
    return Change(other.pixels, one.cause or other.cause, what, steps)


def _enlargement(orientation: str, found: Enlarged) -> Change:
    height, width = found.pixels.shape[:2]
    where = "" if found.is_all else f", and stands in a larger picture at {found.left}, {found.top}"
    turned = f"it was {TURNED[orientation]}, " if orientation else "it was "
    what = f"{turned}enlarged {found.factors} times by repeating pixels{where}"
    step = f"took each repeated pixel once ({found.factors} times enlarged, now {width}x{height})"
    return Change(
        found.pixels, "resized", what, f"{UNDONE[orientation]}; {step}" if orientation else step
    )


def _colour_changes(pixels: Pixels) -> Iterator[tuple[Change, list[Candidate], ColourChange]]:
    groups: dict[ColourChange, list[Candidate]] = {}
    for candidate in find_candidates(pixels):
        groups.setdefault(candidate.change, []).append(candidate)
    most_seen = sorted(groups, key=lambda colours: (colours.is_none, len(groups[colours])))[::-1]
    for colours in most_seen[:_CHANGES_MAX]:
        undone = pixels if colours.is_none else colours.undo(pixels)
        yield Change(undone, *_describe(colours)), groups[colours], colours


def _describe(colours: ColourChange) -> tuple[str, str, str]:
    """Return (cause, description, step) of a colour change; three empty strings for none."""
    if colours.is_none:
        return "", "", ""
    order = "".join(
        "RGBA"[colours.sources.index(channel)] for channel in range(len(colours.sources))
    )
    causes, whats, steps = [], [], []
    if colours.sources != tuple(range(len(colours.sources))):
        causes.append("channels-swapped")
        whats.append(f"its channels were exchanged (R, G, B stands as {', '.join(order)})")
        steps.append(f"put the channels {', '.join(order)} back in order")
    if any(colours.masks):
        inverted = ", ".join(
            name for name, mask in zip("RGBA", colours.masks, strict=False) if mask
        )
        all_bits = set(colours.masks[:3]) == {255}
        causes.append("inverted")
        whats.append(
            "its colours were inverted" if all_bits else f"bits of {inverted} were inverted"
        )
        steps.append("inverted them back")
    if any(colours.shifts):
        causes.append("recoloured")
        by = ", ".join(f"{shift:+d}" for shift in colours.shifts[:3])
        whats.append(f"a constant was added to its colours ({by}, as far as its low bits tell)")
        steps.append(f"subtracted {by} from R, G, B")
    return causes[0], " and ".join(whats), "; ".join(steps)
