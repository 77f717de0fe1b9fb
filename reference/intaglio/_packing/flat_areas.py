"""Flat parts: where pixels that carry no data take the mean colour of pixels that do.

No part of the format. Low bits that are set move the mean of an area, by up to 2^(depth-1) near
black and white. Where the data ends inside a flat area, that step would be seen as an edge.
"""

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._format.carrier import Pixels
from intaglio._format.carrier_write import Rest, nearest
from intaglio._format.registry import Depths

_Mask = npt.NDArray[np.bool]

_RUN_MIN: Final = 16  # equal pixels side by side that make a flat part
_STEPS: Final = 64  # rows after which the mean no longer changes
_TIE: Final = 1e-6  # sums of fractions of 256 are never so near to one half by chance


@cache
def levels(depth: int, drift: int) -> Pixels:
    """(256,) Of each value the constant nearest to its mean in a flat area that carries data.

    drift: how far from the cover the aim may follow the row above, as `_shape` has it; 0: not.
    Of two equally near, the one nearer to the value.
    """
    values = np.arange(256)
    aims = np.clip(values[:, None] + np.arange(-drift, drift + 1), 0, 255)
    cover = np.repeat(np.arange(256, dtype=np.uint8), 1 << depth)
    wanted = np.tile(np.arange(1 << depth, dtype=np.uint8), 256)
    written = nearest(cover, wanted, depth).reshape(256, -1).astype(np.int64)
    offsets = written[aims] - values[:, None, None]  # by value, aim and low bits
    following = np.clip(offsets, -drift, drift) + drift
    moves = np.stack([(following == aim).mean(axis=2) for aim in range(2 * drift + 1)], axis=2)
    share = np.full(aims.shape, 1 / aims.shape[1])
    for _ in range(_STEPS):
        share = (share[:, :, None] * moves).sum(axis=1)
    mean = (share * offsets.mean(axis=2)).sum(axis=1)
    nearer = np.sign(mean) * np.ceil(np.abs(mean) - 0.5 - _TIE)
    table: Pixels = (values + nearer).astype(np.uint8)
    return table


def leveller(depths: Depths, drifts: tuple[int, ...]) -> Rest:
    """Return what gives the flat parts of rows the mean that they would have with data in them.

    It works row by row: what a pixel becomes depends on its row only.
    """
    tables = [
        levels(depth, drift) if 0 < depth < 8 else None
        for depth, drift in zip(depths, drifts, strict=True)
    ]

    def levelled(rows: Pixels) -> Pixels:
        flat = flat_parts(rows)
        result = rows.copy()
        for channel, table in enumerate(tables[: rows.shape[2]]):
            if table is not None:
                values = rows[..., channel]
                result[..., channel] = np.where(flat, table[values], values)
        return result

    return levelled


def unlevelled(rows: Pixels, depths: Depths) -> Pixels:
    """Give flat parts of (n, width, channels) `rows` black and white back, and alpha its 255."""
    plain = rows.copy()
    for channel, depth in enumerate(depths[: rows.shape[2]]):
        if 0 < depth < 8:
            for end in (0, 255):
                plain[..., channel][rows[..., channel] == levels(depth, 0)[end]] = end
    flat = flat_parts(plain)
    plain[..., :3] = np.where(flat[..., None], plain[..., :3], rows[..., :3])
    return plain


def flat_parts(rows: Pixels) -> _Mask:
    """(n, width) Tell the flat pixels of (n, width, channels) `rows`.

    They are those in runs of equal pixels of one row, and all pixels of the row that look as the
    longest run does: the paper between letters.
    """
    colors = rows[..., 0].astype(np.uint32)
    for channel in range(1, rows.shape[2]):
        colors |= rows[..., channel].astype(np.uint32) << np.uint32(8 * channel)
    begins = _run_begins(colors, min(_RUN_MIN, colors.shape[1]))
    some = np.asarray(begins.any(axis=1), np.bool)
    if not some.any():
        return np.zeros(colors.shape, np.bool)
    paper = colors[np.arange(len(colors)), _longest(begins)]
    flat = np.asarray((colors == paper[:, None]) & some[:, None], np.bool)
    flat |= _widened(begins, colors.shape[1])
    return flat


def _run_begins(colors: npt.NDArray[np.uint32], length: int) -> _Mask:
    """(n, width - length + 1) Tell where `length` equal pixels begin."""
    if length == 1:
        return np.ones(colors.shape, np.bool)
    begins = np.asarray(colors[:, 1:] == colors[:, :-1], np.bool)
    known = 2
    while known < length:
        step = min(known - 1, length - known)
        begins = begins[:, :-step] & begins[:, step:]
        known += step
    return begins


def _longest(begins: _Mask) -> npt.NDArray[np.intp]:
    """(n,) A position in the longest run of each row, to a factor of two; the first of several."""
    first: npt.NDArray[np.intp] = begins.argmax(axis=1)
    step = _RUN_MIN - 1
    while begins.shape[1] > step:
        begins = begins[:, :-step] & begins[:, step:]
        some = np.asarray(begins.any(axis=1), np.bool)
        if not some.any():
            break
        first[some] = begins.argmax(axis=1)[some]
        step *= 2
    return first


def _widened(begins: _Mask, width: int) -> _Mask:
    """(n, width) Tell the pixels of the runs that begin there."""
    flat = np.zeros((len(begins), width), np.bool)
    flat[:, : begins.shape[1]] = begins
    known, length = 1, width - begins.shape[1] + 1
    while known < length:
        step = min(known, length - known)
        flat[:, step:] |= flat[:, :-step].copy()
        known += step
    return flat
