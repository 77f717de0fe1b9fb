"""Restoring: lossless changes of geometry undone, before strict decoding.

A step of its own that yields a new picture and says what it did (SPEC.md
section 12); it is never part of decoding. What carries no mark is refused.
"""

import io
from dataclasses import dataclass
from typing import BinaryIO, Final, NoReturn

import numpy as np
import numpy.typing as npt

from intaglio._api import verify
from intaglio._carrier_write import Embedder
from intaglio._codec import HINT, Opened
from intaglio._diagnose import is_told_by_pixels
from intaglio._errors import DecodeError, EncodeError, Reason
from intaglio._explain import explaining, explaining_pixels
from intaglio._files import Source, check_target, maybe_size, open_source, write_target
from intaglio._limits import DEFAULT_LIMITS, Limits, check_limits
from intaglio._png import open_png
from intaglio._png_write import band_rows, write_png
from intaglio._search import Mark, maybe_mark
from intaglio._spec import HINT_KEYWORD

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


@dataclass(frozen=True, slots=True)
class Restored:
    """What `restore` did, and what strict decoding says of the result.

    steps: what was undone, a sentence each. problem: why the result cannot be read whole after
    all; None if every bit of its data was verified.
    """

    steps: tuple[str, ...]
    problem: DecodeError | None


def restore(source: Source, target: Source, *, limits: Limits = DEFAULT_LIMITS) -> Restored:
    """Write to `target` the picture that `source` was before it was turned or put into another.

    Undoes flips, quarter turns, transposition, a border added around, and enlargement by a whole
    factor without smoothing; rewrites a damaged first prologue from its copy. `target` is written
    even if its data is then found to be damaged: see `Restored.problem`. Errors: DecodeError if
    nothing can be restored, which says why; EncodeError(option-invalid) if nothing is wrong.
    """
    check_target(target)
    check_limits(limits)
    with open_source(source) as stream, explaining(stream, limits):
        size = maybe_size(stream)
        opened = open_png(stream, limits.pixels_max)
        pixels = opened.whole()
        size = opened.bytes_read() if size is None else size
    refusal = _maybe_refusal(pixels, limits, size)
    curable = refusal is None or is_told_by_pixels(refusal.reason)
    found = restore_pixels(pixels) if curable else None
    if found is None:
        _refuse(refusal)
    restored, steps = found
    png = _png_of(restored)
    write_target(target, lambda out: _fill(out, png))
    try:
        verify(io.BytesIO(png), limits=limits)
    except DecodeError as problem:
        return Restored(steps, problem)
    return Restored(steps, None)


def restore_pixels(pixels: Pixels) -> tuple[Pixels, tuple[str, ...]] | None:
    """(H, W, 3 or 4) uint8 pixels as they were written, and what was undone; None for nothing.

    Decode the result strictly: only that tells whether the pixels themselves survived.
    """
    mark = maybe_mark(pixels)
    if mark is None:
        return None
    upright = mark.upright(pixels)
    if not mark.is_restorable(upright):
        return None
    steps = _steps(mark, upright)
    if not steps:
        return None
    top, left = mark.top, mark.left
    result = upright[top : top + mark.height, left : left + mark.width].copy()
    if not (mark.first and mark.last):
        count = mark.width * mark.height
        Embedder(mark.raw, b"", mark.depths, count).embed(result.reshape(count, -1), 0)
    return result, steps


def _steps(mark: Mark, upright: Pixels) -> tuple[str, ...]:
    steps = [_UNDONE[mark.turn]] if mark.turn else []
    if mark.factor > 1:
        steps.append(f"took one pixel of every {mark.factor}x{mark.factor}")
    if upright.shape[:2] != (mark.height, mark.width):
        size = f"{mark.width}x{mark.height}"
        steps.append(f"cut a border away around the {size} pixels at {mark.left}, {mark.top}")
    if not mark.first:
        steps.append("rewrote the damaged first 80 pixels from their copy at the end")
    if not mark.last:
        steps.append("rewrote the damaged last 80 pixels, a spare copy of the first")
    return tuple(steps)


def _maybe_refusal(pixels: Pixels, limits: Limits, size: int) -> DecodeError | None:
    """Why strict decoding refuses `pixels`; None if it does not."""
    height, width = pixels.shape[:2]
    try:
        with explaining_pixels(pixels):
            opened = Opened(iter([pixels]), width, height, size)
            opened.check_output(opened.names, limits)
            for name in opened.names:
                opened.canonical(name)
    except DecodeError as problem:
        return problem
    return None


def _refuse(refusal: DecodeError | None) -> NoReturn:
    if refusal is None:
        what = "there is nothing to restore: the data of this picture can be read as it is"
        raise EncodeError(Reason.OPTION_INVALID, what)
    refusal.explain(refusal.diagnosis, f"nothing can be restored: {refusal.detail}")
    raise refusal


def _png_of(pixels: Pixels) -> bytes:
    if pixels.shape[2] == 4 and pixels[..., 3].min() == 255:
        pixels = pixels[..., :3]
    height, width, channels = pixels.shape
    step = band_rows(width, channels)
    bands = (np.ascontiguousarray(pixels[top : top + step]) for top in range(0, height, step))
    out = io.BytesIO()
    write_png(out, width, height, channels, bands, text=((HINT_KEYWORD, HINT),))
    return out.getvalue()


def _fill(out: BinaryIO, data: bytes) -> None:
    out.write(data)
