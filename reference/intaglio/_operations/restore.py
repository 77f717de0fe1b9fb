"""restore: undo lossless changes of a picture, before strict decoding.

Restoring is a separate step: it writes a new picture and reports what it changed. It is
never part of decoding (SPEC.md section 12). Strategy: find the prologue or its copy in any
orientation, undo the change that explains where it was found, then verify the result by
strict decoding. A picture without such a mark is refused.
"""

import io
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

import numpy as np
import numpy.typing as npt

from intaglio._forensics.diagnose import is_explained_by_pixels
from intaglio._forensics.lossless_changes import maybe_change
from intaglio._forensics.marks import Mark, maybe_mark
from intaglio._forensics.orientation import UNDONE
from intaglio._forensics.other_formats import open_other
from intaglio._forensics.report import ASK
from intaglio._format.carrier_write import Embedder
from intaglio._format.decoder import Opened
from intaglio._format.png.decode import open_png
from intaglio._format.png.encode import band_rows, write_png
from intaglio._format.registry import HINT_KEYWORD
from intaglio._inspect.explain import explaining, explaining_pixels
from intaglio._inspect.reading import verify
from intaglio._io import (
    Source,
    check_target,
    maybe_position,
    maybe_size,
    open_source,
    write_target,
)
from intaglio._packing.encoder import HINT
from intaglio.errors import DecodeError, Reason
from intaglio.limits import DEFAULT_LIMITS, Limits, check_limits

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of `restore`.

    Attributes
    ----------
    steps : tuple of str
        What was undone, one sentence each; empty if the file was intact.
    problem : DecodeError or None
        Why the restored picture still cannot be read; None if all its data was verified.
    """

    steps: tuple[str, ...]
    problem: DecodeError | None


def restore(source: Source, target: Source, *, limits: Limits = DEFAULT_LIMITS) -> Restored:
    """Undo lossless changes of a picture and write the restored PNG to `target`.

    Parameters
    ----------
    source : path or binary file object
        A PNG, BMP, TIFF, lossless WebP, PPM, TGA, QOI, PCX, SGI or Xcode PNG.
    target : path or binary file object
        A path that ends in .png.
    limits : Limits
        What the reader may use for `source`.

    Returns
    -------
    Restored

    Raises
    ------
    DecodeError
        Nothing can be restored; the message says why.

    Notes
    -----
    Undoes flips, quarter turns and transposition; a border or a screenshot around the picture;
    enlargement by repeated pixels (any factor >= 1); exchanged or inverted channels; a constant
    added to channels; cyclic shifts and reordered rows. Rewrites a damaged prologue from its
    copy.

    A result with damaged data is still written; `Restored.problem` reports the damage.
    """
    check_target(target)
    check_limits(limits)
    with open_source(source) as stream, explaining(stream, limits):
        pixels, other, size = _read(stream, limits)
    steps: tuple[str, ...] = (f"read the pixels of a {other} file",) if other else ()
    refusal = _maybe_refusal(pixels, limits, size)
    curable = refusal is None or is_explained_by_pixels(refusal.reason)
    found = restore_pixels(pixels) if curable else None
    if found is None and refusal is not None:
        _refuse(refusal, other)
    restored, more = found or (pixels, ())
    steps += more
    png = _png_of(restored)
    write_target(target, lambda out: _fill(out, png))
    try:
        verify(io.BytesIO(png), limits=limits)
    except DecodeError as problem:
        return Restored(steps, problem)
    return Restored(steps, None)


def _read(stream: BinaryIO, limits: Limits) -> tuple[Pixels, str, int]:
    """Return pixels, format name ("" for PNG) and size in bytes of `stream`."""
    start, size = maybe_position(stream), maybe_size(stream)
    try:
        opened = open_png(stream, limits.pixels_max)
        pixels = opened.whole()
        return pixels, "", opened.bytes_read() if size is None else size
    except DecodeError as problem:
        if start is None or problem.reason not in (Reason.NOT_PNG, Reason.PNG_DAMAGED):
            raise
        stream.seek(start)
        other = open_other(stream, limits)
        if other is None:
            raise
    return other.pixels, other.name, size or other.pixels.nbytes


def restore_pixels(pixels: Pixels) -> tuple[Pixels, tuple[str, ...]] | None:
    """Undo lossless changes of (H, W, 3 or 4) uint8 pixels.

    Returns the original pixels and the steps undone; None if no change is found. The caller
    must decode the result strictly to find out whether the pixels survived.
    """
    mark = maybe_mark(pixels)
    before: tuple[str, ...] = ()
    if not (mark and mark.first and mark.last and mark.is_restorable(mark.upright(pixels))) or (
        not _steps(mark, pixels)
    ):
        change = maybe_change(pixels, mark)
        if change and change.is_lossless:
            pixels, before = change.pixels, (change.step,)
            mark = maybe_mark(pixels)
    if mark is None or not mark.is_restorable(mark.upright(pixels)):
        return None
    upright, steps = mark.upright(pixels), (*before, *_steps(mark, pixels))
    if not steps:
        return None
    top, left = mark.top, mark.left
    result = upright[top : top + mark.height, left : left + mark.width].copy()
    if not (mark.first and mark.last):
        count = mark.width * mark.height
        Embedder(mark.raw, b"", mark.depths, count).embed(result.reshape(count, -1), 0)
    return result, steps


def _steps(mark: Mark, pixels: Pixels) -> tuple[str, ...]:
    upright = mark.upright(pixels)
    steps = [UNDONE[mark.orientation]] if mark.orientation else []
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
    """Return the error of strict decoding for `pixels`; None if they decode."""
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


def _refuse(refusal: DecodeError, other: str) -> NoReturn:
    if other:
        what = f"no Intaglio data is left in the pixels of this {other} file"
        refusal = DecodeError(Reason.NOT_PNG, f"{what}: nothing can be restored; {ASK}")
        refusal.explain(other.lower(), refusal.detail)
        raise refusal
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
