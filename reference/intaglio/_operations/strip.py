"""Strip: a picture that looks the same and carries nothing.

Of every channel that carried bits, those bits are dropped first; what is
written is made of the remaining high bits only. Their steps are smoothed away
with the help of the neighbours, because bits that were dropped as if at
random leave the high bits dithered: their mean is the colour of the cover.
A little noise, keyed by what is being removed, keeps gradients from banding.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._forensics.locate import blanked
from intaglio._forensics.marks import Mark, maybe_mark
from intaglio._format.carrier import Extractor
from intaglio._format.png.decode import open_png
from intaglio._format.png.encode import band_rows, write_png
from intaglio._format.prologue import read_prologue
from intaglio._format.registry import PROLOGUE_BYTES, PROLOGUE_DEPTHS, Depths
from intaglio._inspect.explain import explaining
from intaglio._io import Source, check_target, open_source, write_target
from intaglio._packing.flat_areas import unlevelled
from intaglio.errors import ContentError, DecodeError, Reason
from intaglio.limits import DEFAULT_LIMITS, Limits, check_limits

_REACH: Final = 2  # pixels to each side whose colours are averaged
_PIXELS_AT_ONCE: Final = 1 << 18
_TILE_ROWS: Final = 16  # of a picture that is wider than so many pixels
_EXTREMES_UP_TO: Final = 4  # depth to which the darkest step means 0, the brightest 255

_CARRIERS_MAX: Final = 20  # in one picture, a screenshot say
_TOLD_BY_MARKS: Final = frozenset(
    {
        *(Reason.NO_PROLOGUE, Reason.PROLOGUE_DAMAGED, Reason.PROLOGUE_MALFORMED),
        *(Reason.CARRIER_SIZE_MISMATCH, Reason.LENGTH_MISMATCH),
    }
)
_WAY_OUT: Final = (
    "nothing tells where what is left of its data lies: to be rid of that, save the picture as a "
    "JPEG of quality 90 or less"
)
_NEARLY: Final = 4  # a quarter of the pixels around may be of the next step

Pixels = npt.NDArray[np.uint8]
_Floats = npt.NDArray[np.float32]


def strip(source: Source, target: Source, *, limits: Limits = DEFAULT_LIMITS) -> None:
    """Write to `target` a PNG that looks as `source` does and holds nothing of its data.

    The same source gives the same bytes. Chunks other than the pixels are left out; pixels that
    carried nothing stay as they are, but for low bits of the first and last 80 and for flat black
    and white, which the writer had brought near to the pixels with data. What was turned,
    framed, cropped or enlarged since, or has lost its first prologue, is found by what is left of
    it. Errors: DecodeError if `source` is no PNG or carries no Intaglio data, or if nothing is
    left that says where its data is; ContentError for a collage of more than 20 pictures with
    data.
    """
    check_target(target)
    check_limits(limits)
    try:
        with open_source(source) as stream, explaining(stream, limits):
            pixels = open_png(stream, limits.pixels_max).whole()
            plain = _stripped(pixels)
            _blank_ends(plain)
    except DecodeError as problem:
        if problem.reason == Reason.PROLOGUE_DAMAGED or problem.diagnosis == "cropped":
            problem.explain(problem.diagnosis, f"{problem.detail}; {_WAY_OUT}")
        raise
    if plain.shape[2] == 4 and plain[..., 3].min() == 255:
        plain = plain[..., :3]
    height, width, channels = plain.shape
    step = band_rows(width, channels)
    bands = (np.ascontiguousarray(plain[top : top + step]) for top in range(0, height, step))
    write_target(target, lambda out: write_png(out, width, height, channels, bands))


def _blank_ends(pixels: Pixels) -> None:
    """Say nothing, in place, where prologue and echo stand: diagnosis sees that, and is silent."""
    flat = pixels.reshape(-1, pixels.shape[2])
    for end in (flat[:PROLOGUE_BYTES], flat[-PROLOGUE_BYTES:]):
        end[...] = blanked(end)


def _stripped(pixels: Pixels) -> Pixels:
    """A copy of (H, W, 3 or 4) `pixels` from which nothing can be read."""
    height, width, channels = pixels.shape
    first = Extractor(iter([pixels.reshape(-1, channels)])).prologue(0, PROLOGUE_BYTES)
    try:
        prologue = read_prologue(first, width, height)  # enough, whatever the rest is worth
    except DecodeError as problem:
        found = _erased_by_marks(pixels) if problem.reason in _TOLD_BY_MARKS else None
        if found is None:
            raise
        return found
    return _plain(pixels, prologue.depths, prologue.body_length, prologue.root)


def _erased_by_marks(pixels: Pixels) -> Pixels | None:
    """As `_plain`, of every carrier that a prologue or echo tells of; None if there is none."""
    mark, result = maybe_mark(pixels), pixels.copy()
    if mark is None:
        return None
    for _ in range(_CARRIERS_MAX):
        _erase(mark, result)
        mark = maybe_mark(result)
        if mark is None:
            return result
    message = f"this picture shows more than {_CARRIERS_MAX} others: strip each, then put together"
    raise ContentError(message)


def _erase(mark: Mark, pixels: Pixels) -> None:
    """Erase one carrier in place, at the depths it has; all pixels, if where it ends is unsure."""
    both: Depths = tuple(map(max, mark.depths, PROLOGUE_DEPTHS))  # type: ignore[assignment]
    more = mark.factor > 1  # the place of an enlarged pixel is known but for one
    for phase in mark.phases(pixels):
        if mark.first and mark.last:
            phase = phase[
                max(0, mark.top - more) : mark.top + mark.height + more,
                max(0, mark.left - more) : mark.left + mark.width + more,
            ]
        phase[...] = _plain(phase, both, phase.size, mark.raw[44:60])


def _plain(pixels: Pixels, depths: Depths, body_bytes: int, key: bytes) -> Pixels:
    """A copy of (H, W, 3 or 4) `pixels` in which prologue, body and echo are erased."""
    height, width, channels = pixels.shape
    count = height * width
    body_end = min(count, PROLOGUE_BYTES - (-8 * body_bytes // sum(depths)))
    both: Depths = tuple(map(max, depths, PROLOGUE_DEPTHS))  # type: ignore[assignment]
    result = pixels.copy()
    flat = result.reshape(count, channels)
    noise = np.random.Generator(np.random.Philox(key=int.from_bytes(key[:16], "little")))
    for first, stop, erased in (
        (0, PROLOGUE_BYTES, both),
        (PROLOGUE_BYTES, body_end, depths),
        (max(0, count - PROLOGUE_BYTES), count, both),
    ):
        stop = min(stop, count)
        for rows, columns in _tiles(width, first, stop):
            made = _smooth(pixels, rows, columns, erased, noise)
            _put(flat, made, rows.start * width + columns.start, width, range(first, stop))
    _unlevel_rest(result, depths, range(body_end, max(0, count - PROLOGUE_BYTES)))
    return result


def _unlevel_rest(pixels: Pixels, depths: Depths, rest: range) -> None:
    """In place, give black and white back to the flat parts of pixels that carry nothing."""
    width, channels = pixels.shape[1:]
    flat = pixels.reshape(-1, channels)
    step = max(1, _PIXELS_AT_ONCE // width)
    for top in range(rest.start // width, -(-rest.stop // width), step):
        _put(flat, unlevelled(pixels[top : top + step], depths), top * width, width, rest)


def _tiles(width: int, first: int, stop: int) -> Iterator[tuple[range, range]]:
    """Rows and columns of parts that together hold pixels first..stop-1, and few others."""
    last_row = -(-stop // width)
    wide = width > _PIXELS_AT_ONCE
    across = _PIXELS_AT_ONCE // _TILE_ROWS if wide else width
    down = max(1, _PIXELS_AT_ONCE // across)
    for top in range(first // width, last_row, down):
        rows = range(top, min(top + down, last_row))
        for left in range(0, width, across):
            columns = range(left, min(left + across, width))
            begin, end = rows.start * width + columns.start, (rows.stop - 1) * width + columns.stop
            if begin < stop and first < end:
                yield rows, columns


def _put(flat: Pixels, made: Pixels, start: int, width: int, wanted: range) -> None:
    """Put a tile whose first pixel is number `start` where it belongs, as far as it is wanted."""
    whole = made.shape[1] == width
    for line in [made.reshape(-1, made.shape[2])] if whole else made:
        begin, end = max(wanted.start, start), min(wanted.stop, start + len(line))
        if begin < end:
            flat[begin:end] = line[begin - start : end - start]
        start += width


def _smooth(
    pixels: Pixels, rows: range, columns: range, depths: Depths, noise: np.random.Generator
) -> Pixels:
    """A tile made again from the high bits of the pixels around them."""
    top, left = max(0, rows.start - _REACH), max(0, columns.start - _REACH)
    around = pixels[top : rows.stop + _REACH, left : columns.stop + _REACH]
    made = pixels[rows.start : rows.stop, columns.start : columns.stop].copy()
    place = np.s_[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    for channel in range(pixels.shape[2]):
        if depths[channel]:
            made[..., channel] = _erased(around[..., channel], depths[channel], noise)[place]
    return made


def _erased(values: Pixels, depth: int, noise: np.random.Generator) -> Pixels:
    """One channel without its low `depth` bits: near the mean of the like steps around."""
    steps = values >> np.uint8(depth)
    padded = np.pad(steps, _REACH, mode="edge")
    total = np.zeros(values.shape, np.float32)
    count = np.zeros(values.shape, np.float32)
    height, width = values.shape
    for dy in range(2 * _REACH + 1):
        for dx in range(2 * _REACH + 1):
            near = padded[dy : dy + height, dx : dx + width]
            like = np.maximum(near, steps) - np.minimum(near, steps) <= 1  # no edge, but dither
            total += near * like
            count += like
    mean = total / count
    flat = mean == steps  # all alike: nothing can band
    jitter = (noise.random(values.shape, np.float32) - np.float32(0.5)) * np.where(flat, 0, 2)
    colours = (mean + np.float32(0.5)) * (1 << depth) - np.float32(0.5)
    if depth <= _EXTREMES_UP_TO:
        colours += _to_extremes(mean, depth)
    result: Pixels = np.clip(np.rint(colours + jitter), 0, 255).astype(np.uint8)
    return result


def _to_extremes(mean: _Floats, depth: int) -> _Floats:
    """What makes the darkest step black and the brightest white, where hardly another is near."""
    half, last = ((1 << depth) - 1) / 2, (256 >> depth) - 1
    dark = np.clip(1 - _NEARLY * mean, 0, 1)
    bright = np.clip(1 - _NEARLY * (last - mean), 0, 1)
    result: _Floats = (bright - dark) * np.float32(half)
    return result
