"""strip: make a picture that looks the same and carries no data.

All bits that carry data are dropped first; the output is computed from the high bits alone.
The writer dithers the high bits, so their local mean is the colour of the cover: each pixel
gets the mean of its neighbours of similar colour. A little deterministic noise, keyed by
the removed data, prevents visible bands in gradients.
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

_REACH: Final = 2  # pixels to each side that are averaged
_PIXELS_AT_ONCE: Final = 1 << 18
_TILE_ROWS: Final = 16  # tile height, for pictures that are wider than one tile
_EXTREMES_UP_TO: Final = 4  # up to this depth the darkest step becomes 0 and the brightest 255

_CARRIERS_MAX: Final = 20  # carriers in one picture, for example a screenshot
_TOLD_BY_MARKS: Final = frozenset(
    {
        *(Reason.NO_PROLOGUE, Reason.PROLOGUE_DAMAGED, Reason.PROLOGUE_MALFORMED),
        *(Reason.CARRIER_SIZE_MISMATCH, Reason.LENGTH_MISMATCH),
    }
)
_WAY_OUT: Final = (
    "the position of the remaining data is unknown: to remove it, save the picture as a "
    "JPEG of quality 90 or less"
)
_NEARLY: Final = 4  # up to a quarter of the surrounding pixels may be one step apart

Pixels = npt.NDArray[np.uint8]
_Floats = npt.NDArray[np.float32]


def strip(source: Source, target: Source, *, limits: Limits = DEFAULT_LIMITS) -> None:
    """Write a PNG to `target` that looks like `source` and carries no data.

    Parameters
    ----------
    source : path or binary file object
        An Intaglio file, or a picture that was turned, framed, cropped or enlarged since.
    target : path or binary file object
        A path that ends in .png.
    limits : Limits
        What the reader may use for `source`.

    Raises
    ------
    DecodeError
        `source` is not a PNG, carries no Intaglio data, or the position of its data is unknown.
    ContentError
        The picture contains more than 20 pictures with data.
    OSError
        A file cannot be opened or written.

    Notes
    -----
    The result is deterministic. Chunks other than the pixels are dropped. Pixels without data
    keep their values, except the low bits of the first and last 80 pixels, and flat black and
    white, which the writer had changed to match the pixels with data.
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
    """In place: set neutral low bits where prologue and echo are."""
    flat = pixels.reshape(-1, pixels.shape[2])
    for end in (flat[:PROLOGUE_BYTES], flat[-PROLOGUE_BYTES:]):
        end[...] = blanked(end)


def _stripped(pixels: Pixels) -> Pixels:
    """Return a copy of (H, W, 3 or 4) `pixels` without any readable data."""
    height, width, channels = pixels.shape
    first = Extractor(iter([pixels.reshape(-1, channels)])).prologue(0, PROLOGUE_BYTES)
    try:
        # valid fields are enough; the rest may be damaged
        prologue = read_prologue(first, width, height)
    except DecodeError as problem:
        found = _erased_by_marks(pixels) if problem.reason in _TOLD_BY_MARKS else None
        if found is None:
            raise
        return found
    return _plain(pixels, prologue.depths, prologue.body_length, prologue.root)


def _erased_by_marks(pixels: Pixels) -> Pixels | None:
    """Erase every carrier that a prologue or echo describes; None if there is none."""
    mark, result = maybe_mark(pixels), pixels.copy()
    if mark is None:
        return None
    for _ in range(_CARRIERS_MAX):
        _erase(mark, result)
        mark = maybe_mark(result)
        if mark is None:
            return result
    message = (
        f"this picture contains more than {_CARRIERS_MAX} pictures with data: strip each, "
        "then combine them"
    )
    raise ContentError(message)


def _erase(mark: Mark, pixels: Pixels) -> None:
    """Erase one carrier in place, at its depths; erase all pixels if its end is unknown."""
    both: Depths = tuple(map(max, mark.depths, PROLOGUE_DEPTHS))  # type: ignore[assignment]
    more = mark.factor > 1  # the offset of an enlarged pixel is known to within one pixel
    for phase in mark.phases(pixels):
        if mark.first and mark.last:
            phase = phase[
                max(0, mark.top - more) : mark.top + mark.height + more,
                max(0, mark.left - more) : mark.left + mark.width + more,
            ]
        phase[...] = _plain(phase, both, phase.size, mark.raw[44:60])


def _plain(pixels: Pixels, depths: Depths, body_bytes: int, key: bytes) -> Pixels:
    """Return a copy of (H, W, 3 or 4) `pixels` with prologue, body and echo erased."""
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
    """In place: restore black and white in flat areas of pixels without data."""
    width, channels = pixels.shape[1:]
    flat = pixels.reshape(-1, channels)
    step = max(1, _PIXELS_AT_ONCE // width)
    for top in range(rest.start // width, -(-rest.stop // width), step):
        _put(flat, unlevelled(pixels[top : top + step], depths), top * width, width, rest)


def _tiles(width: int, first: int, stop: int) -> Iterator[tuple[range, range]]:
    """Yield rows and columns of tiles that cover pixels first..stop-1 and few others."""
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
    """Write the `wanted` pixels of a tile; `start` is the index of its first pixel."""
    whole = made.shape[1] == width
    for line in [made.reshape(-1, made.shape[2])] if whole else made:
        begin, end = max(wanted.start, start), min(wanted.stop, start + len(line))
        if begin < end:
            flat[begin:end] = line[begin - start : end - start]
        start += width


def _smooth(
    pixels: Pixels, rows: range, columns: range, depths: Depths, noise: np.random.Generator
) -> Pixels:
    """Recompute a tile from the high bits of the surrounding pixels."""
    top, left = max(0, rows.start - _REACH), max(0, columns.start - _REACH)
    around = pixels[top : rows.stop + _REACH, left : columns.stop + _REACH]
    made = pixels[rows.start : rows.stop, columns.start : columns.stop].copy()
    place = np.s_[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    for channel in range(pixels.shape[2]):
        if depths[channel]:
            made[..., channel] = _erased(around[..., channel], depths[channel], noise)[place]
    return made


def _erased(values: Pixels, depth: int, noise: np.random.Generator) -> Pixels:
    """Return one channel without its low `depth` bits, near the mean of its neighbours."""
    steps = values >> np.uint8(depth)
    padded = np.pad(steps, _REACH, mode="edge")
    total = np.zeros(values.shape, np.float32)
    count = np.zeros(values.shape, np.float32)
    height, width = values.shape
    for dy in range(2 * _REACH + 1):
        for dx in range(2 * _REACH + 1):
            near = padded[dy : dy + height, dx : dx + width]
            like = np.maximum(near, steps) - np.minimum(near, steps) <= 1  # dither, not an edge
            total += near * like
            count += like
    mean = total / count
    flat = mean == steps  # all the same: no bands possible
    jitter = (noise.random(values.shape, np.float32) - np.float32(0.5)) * np.where(flat, 0, 2)
    colours = (mean + np.float32(0.5)) * (1 << depth) - np.float32(0.5)
    if depth <= _EXTREMES_UP_TO:
        colours += _to_extremes(mean, depth)
    result: Pixels = np.clip(np.rint(colours + jitter), 0, 255).astype(np.uint8)
    return result


def _to_extremes(mean: _Floats, depth: int) -> _Floats:
    """Map the darkest step to black and the brightest to white where few neighbours differ."""
    half, last = ((1 << depth) - 1) / 2, (256 >> depth) - 1
    dark = np.clip(1 - _NEARLY * mean, 0, 1)
    bright = np.clip(1 - _NEARLY * (last - mean), 0, 1)
    result: _Floats = (bright - dark) * np.float32(half)
    return result
