"""Shaping: chooses which pixel value to write among those with the right low bits.

Not part of the format: all these values carry the same data. The value nearest to the cover looks
best. The value nearest to the pixel above makes the residuals of PNG's filter Up small, and the
file smaller. Shaping writes the value nearest to the pixel above that is within a few levels
(the drift) of the cover.

Each row depends on the row above it. To give numpy enough work per call, the rows of a band are
divided into stretches, and row i of all stretches is computed at once. The first row of a stretch
follows the cover only.
"""

from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.fast.kernels import native
from intaglio._format.registry import Depths

Pixels = npt.NDArray[np.uint8]

# The maximum distance of the target value from the cover, in levels, by the channel's depth. Costs
# about 2 dB (39.8 dB are left at the default depths) and makes the file about 7 % smaller.
DRIFT_BY_DEPTH: Final = (0, 0, 1, 2, 2, 2, 2, 2, 0)
_STEP_BYTES: Final = 1 << 16  # per numpy call: fits a cache, and takes longer than a Python step
_STRETCH_ROWS_MIN: Final = 24  # shorter stretches have too many first rows, which are not shaped


class _Bounds(NamedTuple):
    """One value for each byte of a row of pixels."""

    low: Pixels  # low..high: targets near which a value with any low bits exists
    high: Pixels
    low_drifting: Pixels  # low + drift
    high_drifting: Pixels  # high - drift
    drift: Pixels
    half: Pixels  # half the distance between values with the same low bits
    mask: Pixels


def drift_of(depths: Depths, channel: int) -> int:
    """The maximum drift of a channel, in levels.

    Green drifts less if it is as deep as red, because eyes are most sensitive to it. If R, G and
    B all have two bits (profile fine), only red drifts: that profile favours picture quality.
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
    """The values to write; their low bits are those of `wanted` for any cover.

    cover, wanted: uint8 of shape (rows, width, channels); `wanted` holds the low bits.
    above: the written row above the first one, (width, channels); None: the first row follows
    the cover only.
    """
    rows, width, channels = cover.shape
    bounds = _bounds(depths, width, channels)
    flat = cover.reshape(rows, -1)
    out = wanted.reshape(rows, -1).copy()
    stretches = max(1, min(_STEP_BYTES // out.shape[1], rows // _STRETCH_ROWS_MIN))
    each = rows // stretches

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
    """As `shape`: each stretch begins without a row above, the last takes the remaining rows."""
    limits = np.concatenate(bounds)
    each = len(out) // stretches
    starts = [each * stretch for stretch in range(stretches)]
    first = above.tobytes() if above is not None and stretches == 1 else b""
    for start, stop in pairwise([*starts, len(out)]):
        native.shape_rows(np.ascontiguousarray(cover[start:stop]), limits, first, out[start:stop])


def _shape_row(cover: Pixels, row: Pixels, above: Pixels | None, bounds: _Bounds) -> Pixels:
    """Turn `row`, which holds the wanted low bits, into the values to write, and return it."""
    if above is None:
        target = np.maximum(cover, bounds.low)
        np.minimum(target, bounds.high, out=target)
    else:
        target = np.maximum(cover, bounds.low_drifting)
        target -= bounds.drift
        np.maximum(target, above, out=target)
        highest = np.minimum(cover, bounds.high_drifting)
        highest += bounds.drift
        np.maximum(highest, bounds.low, out=highest)
        np.minimum(target, highest, out=target)
    target -= row
    target += bounds.half
    target &= bounds.mask
    row += target
    return row
