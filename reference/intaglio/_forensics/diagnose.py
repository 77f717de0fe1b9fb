"""Diagnoses a picture that cannot be decoded: the probable cause and a remedy.

Strategy: look for an intact prologue or echo in any position and orientation (`marks`), then
for lossless changes (`lossless_changes`), then for local damage around an intact mark
(`local_damage`). If no mark is left, `classify` correlates and measures statistics.
"""

from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from intaglio._forensics.classify import NOTHING, diagnose_faded
from intaglio._forensics.filetype import diagnose_bytes
from intaglio._forensics.local_damage import diagnose_damage
from intaglio._forensics.locate import is_blank
from intaglio._forensics.lossless_changes import maybe_change
from intaglio._forensics.marks import Mark, maybe_mark
from intaglio._forensics.matched_filter import is_near
from intaglio._forensics.orientation import TURNED
from intaglio._forensics.other_formats import open_other
from intaglio._forensics.report import ASK, Diagnosis, slightly_changed
from intaglio.errors import DecodeError, Reason
from intaglio.limits import Limits

__all__ = ["Diagnosis", "diagnose_bytes", "diagnose_pixels", "is_explained_by_pixels"]

Pixels = npt.NDArray[np.uint8]

_EXPLAINED_BY_PIXELS: Final = frozenset(  # the pixels can explain these reasons only
    {
        *(Reason.NO_PROLOGUE, Reason.PROLOGUE_DAMAGED, Reason.CARRIER_SIZE_MISMATCH),
        *(Reason.HEADER_DAMAGED, Reason.ROOT_MISMATCH, Reason.BLOCK_DAMAGED),
    }
)
_PIXELS_MAX: Final = 1 << 26  # of a file that is not PNG
_RESTORE: Final = "`intaglio restore` undoes that"


def is_explained_by_pixels(reason: Reason) -> bool:
    """Return whether the pixels can explain a refusal for this reason."""
    return reason in _EXPLAINED_BY_PIXELS


def diagnose_pixels(pixels: Pixels, reason: Reason) -> Diagnosis | None:
    """Diagnose (H, W, 3 or 4) uint8 `pixels` that were refused for `reason`.

    Returns None if the reason needs no explanation. Never raises for pixels of that shape.
    """
    if not is_explained_by_pixels(reason):
        return None
    mark = maybe_mark(pixels)
    if mark and not mark.raw and is_near(pixels):  # without a checksum the size may be wrong
        return slightly_changed()
    displaced = _displaced(mark, pixels) if mark else None
    is_sure = mark and mark.first and mark.last and mark.is_restorable(mark.upright(pixels))
    if displaced and is_sure:
        return displaced
    change = maybe_change(pixels, mark)
    if displaced and not (change and change.is_lossless):
        return displaced
    if change:
        undo = _RESTORE if change.is_lossless else ASK
        return Diagnosis(change.cause, True, f"this PNG was changed: {change.what}; {undo}")
    if mark:
        return diagnose_damage(mark, pixels)
    if is_blank(pixels):  # stripped, or a plain drawing
        return NOTHING
    return diagnose_faded(pixels)


def diagnose_other(stream: BinaryIO, found: Diagnosis, limits: Limits) -> Diagnosis:
    """Extend the diagnosis `found` of a file that is not PNG if its pixels carry data."""
    try:
        other = open_other(stream, Limits(min(limits.pixels_max, _PIXELS_MAX)))
    except DecodeError:
        return found
    if other is None:
        return found
    mark = maybe_mark(other.pixels)
    change = maybe_change(other.pixels, mark)
    if not (
        change.is_lossless if change else mark and mark.is_restorable(mark.upright(other.pixels))
    ):
        return found
    cause = found.cause if found.cause != "unknown" else other.name.lower()
    what = f"this is not a PNG but a {other.name} file that carries Intaglio data"
    return Diagnosis(cause, True, f"{what}: `intaglio restore` gives the PNG back")


def _displaced(mark: Mark, pixels: Pixels) -> Diagnosis | None:
    """Diagnose a change of position, orientation or size; None if there is none."""
    upright = mark.upright(pixels)
    whole = _RESTORE if mark.is_restorable(upright) else ASK
    if mark.orientation:
        cause = mark.orientation.removesuffix("-anti")
        return Diagnosis(cause, True, f"this PNG was {TURNED[mark.orientation]}: {whole}")
    written, size = f"{mark.width}x{mark.height}", f"{pixels.shape[1]}x{pixels.shape[0]}"
    sizes = f"the data was written for {written}, the picture is {size}"
    if mark.factor > 1:
        what = f"this PNG was resized (enlarged {mark.factor} times): {sizes}; {whole}"
        return Diagnosis("resized", True, what)
    cut = {
        "top": -mark.top,
        "bottom": mark.top + mark.height - upright.shape[0],
        "left": -mark.left,
        "right": mark.left + mark.width - upright.shape[1],
    }
    lost = [f"{count} pixels at the {side}" for side, count in cut.items() if count > 0]
    sides = [side for side, count in cut.items() if count > 0]
    if lost:
        cause = f"cropped-{sides[0]}" if len(sides) == 1 else "cropped"
        more = " and a border was added" if min(cut.values()) < 0 else ""
        what = f"this PNG was cropped by {' and '.join(lost)}{more}: {sizes}; {ASK}"
        return Diagnosis(cause, True, what)
    if any(cut.values()) and not (mark.first and mark.last):
        what = f"this PNG was probably resized, with some rows or columns doubled: {sizes}; {whole}"
        return Diagnosis("resized", False, what)
    if any(cut.values()):
        what = f"this PNG was padded, by a border or as part of a screenshot: {sizes}; {whole}"
        return Diagnosis("padded", True, what)
    return None
