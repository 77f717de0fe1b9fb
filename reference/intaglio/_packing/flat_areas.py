"""Flat areas: gives flat pixels without data the mean colour of flat pixels with data.

Not part of the format. Embedding data changes the mean colour of an area, by up to 2^(depth-1)
near black and white. If the data ends inside a flat area, that step would be visible as an edge.
So flat pixels after the data are set to the constant nearest to the mean they would have with
data: `levels` computes it from the rule of `embedding.shape`.
"""

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._format.carrier import Pixels
from intaglio._format.carrier_write import Rest, nearest
from intaglio._format.registry import Depths

_Mask = npt.NDArray[np.bool]

_RUN_MIN: Final = 16  # equal adjacent pixels that count as flat
_STEPS: Final = 64  # rows after which the mean no longer changes
_TIE: Final = 1e-6  # tolerance for exact halves: other means are never this close to one half


@cache
def levels(depth: int, drift: int) -> Pixels:
    """(256,) For each value, the constant nearest to its mean in a flat area that carries data.

    drift: the drift of `embedding.shape` for this channel; 0: values are not shaped.
    If two constants are equally near, the one nearer to the value.
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
    """Return a function that gives flat pixels of rows the mean that they would have with data.

    The result of a pixel depends only on its row.
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
    """Undo `leveller` for black and white flat pixels of (n, width, channels) `rows`, and alpha."""
    plain = rows.copy()
    for channel, depth in enumerate(depths[: rows.shape[2]]):
        if 0 < depth < 8:
            for end in (0, 255):
                plain[..., channel][rows[..., channel] == levels(depth, 0)[end]] = end
    flat = flat_parts(plain)
    plain[..., :3] = np.where(flat[..., None], plain[..., :3], rows[..., :3])
    return plain


def flat_parts(rows: Pixels) -> _Mask:
    """(n, width) Whether each pixel of (n, width, channels) `rows` is flat.

    Flat pixels are those in runs of equal pixels of one row, and all pixels of the row that have
    the colour of its longest run, such as paper between letters.
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
    """(n, width - length + 1) Whether `length` equal pixels begin at each pixel."""
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
    """(n, width) Whether each pixel is in a run that begins at a pixel of `begins`."""
    flat = np.zeros((len(begins), width), np.bool)
    flat[:, : begins.shape[1]] = begins
    known, length = 1, width - begins.shape[1] + 1
    while known < length:
        step = min(known, length - known)
        flat[:, step:] |= flat[:, :-step].copy()
        known += step
    return flat
