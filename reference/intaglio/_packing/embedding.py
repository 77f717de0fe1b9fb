"""Shaping: which of the values whose low bits are right is written.

No part of the format: any of them carries the same. The one nearest to the
cover looks best; the one nearest to the pixel above makes PNG's filter Up
leave the least to deflate. Here it is the one nearest to the pixel above, as
far as that stays within a few levels of the cover.
"""

from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.fast.kernels import native
from intaglio._format.registry import Depths

Pixels = npt.NDArray[np.uint8]

# How far from the cover the value aimed at may be, in levels, by the channel's depth. Costs about
# 2 dB (39.8 dB are left at the default depths) and saves some 7 % of the file.
DRIFT_BY_DEPTH: Final = (0, 0, 1, 2, 2, 2, 2, 2, 0)
_STEP_BYTES: Final = 1 << 16  # worked on at once: fits a cache, and outweighs a step of Python
_STRETCH_ROWS_MIN: Final = 24  # the first row of a stretch is not shaped


class _Bounds(NamedTuple):
    """One value for each byte of a row of pixels."""

    low: Pixels  # the least and the greatest number near which a value with any low bits exists
    high: Pixels
    low_drifting: Pixels  # low + drift, high - drift
    high_drifting: Pixels
    drift: Pixels
    half: Pixels  # half the distance of such values
    mask: Pixels


def drift_of(depths: Depths, channel: int) -> int:
    """How far that channel may drift; green less where it is as deep as red: eyes see it best.

    Where all have two bits red alone drifts: who takes those wants the picture to be good.
    """
    if channel == 3 or (channel == 2 and depths[:3] == (2, 2, 2)):
        return 0
    drift = DRIFT_BY_DEPTH[depths[channel]]
    return max(0, drift - (channel == 1 and depths[0] == depths[1]))


@lru_cache(8)
def _bounds(depths: Depths, width: int, channels: int) -> _Bounds:
    columns = []
    for channel, depth in enumerate(depths[:channels]):
        half = 1 << depth >> 1
        drift = drift_of(depths, channel)
        low, high, mask = max(half - 1, 0), 255 - half, 256 - (1 << depth) & 255
        columns.append((low, high, low + drift, high - drift, drift, half, mask))
    return _Bounds(
        *(np.tile(np.array(column, np.uint8), width) for column in zip(*columns, strict=True))
    )


def shape(cover: Pixels, wanted: Pixels, depths: Depths, above: Pixels | None) -> Pixels:
    """The values to write: congruent to `wanted` in their low bits, whatever the cover is.

    cover, wanted: uint8 of shape (rows, width, channels); `wanted` holds the low bits.
    above: the written row above the first, (width, channels), if it is to be followed.
    """
    rows, width, channels = cover.shape
    bounds = _bounds(depths, width, channels)
    flat = cover.reshape(rows, -1)
    out = wanted.reshape(rows, -1).copy()
    stretches = max(1, min(_STEP_BYTES // out.shape[1], rows // _STRETCH_ROWS_MIN))
    each = rows // stretches
    # Rows follow each other, so several stretches of rows are worked on side by side.
    if native:
        _shape_compiled(flat, out, above, bounds, stretches)
        return out.reshape(cover.shape)
    covers, outs = (a[: each * stretches].reshape(stretches, each, -1) for a in (flat, out))
    last = None if above is None or stretches > 1 else above.reshape(1, -1)
    for row in range(each):
        last = _shape_row(covers[:, row], outs[:, row], last, bounds)
    for row in range(each * stretches, rows):
        _shape_row(flat[row], out[row], out[row - 1], bounds)
    return out.reshape(cover.shape)


def _shape_compiled(
    cover: Pixels, out: Pixels, above: Pixels | None, bounds: _Bounds, stretches: int
) -> None:
    """As stretches side by side are: each begins anew, and the last goes on to the end."""
    limits = np.concatenate(bounds)
    each = len(out) // stretches
    starts = [each * stretch for stretch in range(stretches)]
    first = above.tobytes() if above is not None and stretches == 1 else b""
    for start, stop in pairwise([*starts, len(out)]):
        native.shape_rows(np.ascontiguousarray(cover[start:stop]), limits, first, out[start:stop])


def _shape_row(cover: Pixels, row: Pixels, above: Pixels | None, bounds: _Bounds) -> Pixels:
    """Turn `row`, which holds the wanted low bits, into the values to write, and return it."""
    if above is None:
        aim = np.maximum(cover, bounds.low)
        np.minimum(aim, bounds.high, out=aim)
    else:
        aim = np.maximum(cover, bounds.low_drifting)
        aim -= bounds.drift
        np.maximum(aim, above, out=aim)
        most = np.minimum(cover, bounds.high_drifting)
        most += bounds.drift
        np.maximum(most, bounds.low, out=most)
        np.minimum(aim, most, out=aim)
    aim -= row
    aim += bounds.half
    aim &= bounds.mask
    row += aim
    return row
