"""Which filter chain and which zstd level suit an array: tried on a sample, the smallest wins.

No part of the format: any chain that SPEC.md section 10 allows is right.
"""

from math import isqrt
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.blocks import BlockForm, stored_sizes
from intaglio._format.filters import decimal_shares, filter_step
from intaglio._format.registry import BLOCK_BYTES_MAX, CODEC_CODE, FilterStep

Bytes = npt.NDArray[np.uint8]
Chain = tuple[FilterStep, ...]

_SAMPLE_BYTES: Final = 1 << 17
_SAMPLE_LEVEL: Final = 1
_RANK_LEVEL: Final = 3  # ranks the chains as higher levels do, in a fraction of the time
_HIGHER_LEVEL_WORTH: Final = 0.99  # of the size before, or it is not worth the time
_MIRRORED_PAIRS: Final = 512
_MIRRORED_SHARE: Final = 0.3
_MIRRORED_LEVEL: Final = 9
_DECIMAL_EXPONENTS: Final = range(10)
_DECIMAL_PROBE_BYTES: Final = 1 << 13
_DECIMAL_SHARE: Final = 0.9
_ZSTD: Final = CODEC_CODE["zstd"]
_STORED: Final = CODEC_CODE["stored"]


class Packing(NamedTuple):
    """How to store an array; `block_bytes` is the most that a block holds."""

    form: BlockForm
    level: int
    block_bytes: int


class Nature(NamedTuple):
    """What arrays that are packed alike have in common.

    lag: components from an element to its left neighbour (2 for complex).
    row: components in a row of the last dimension.
    floats: whether components are floating-point numbers.
    """

    component_bytes: int
    lag: int
    row: int
    floats: bool


def choose_packings(
    canonical: Bytes, nature: Nature, levels: tuple[int, ...], block_bytes: int
) -> list[Packing]:
    """The packing that stores a sample of an array in the fewest bytes, for each of several.

    canonical: the arrays, stacked as (n, bytes).
    levels: zstd's to choose from, in ascending order, the first one unless another pays.
    """
    form = BlockForm((), nature.component_bytes, _ZSTD)  # what repeats is far away, and as it was
    far = Packing(form, max(*levels, _MIRRORED_LEVEL), BLOCK_BYTES_MAX)
    result = [far] * len(canonical)
    mirrored = _are_mirrored(canonical, nature)
    samples = canonical[:, _sample(canonical.shape[1], nature)]
    firsts = _first_stages(samples, nature)
    for first in dict.fromkeys(firsts):
        same = [n for n, f in enumerate(firsts) if f == first and not mirrored[n]]
        if not same:
            continue
        some = samples[same] if len(same) < len(samples) else samples
        for n, packing in zip(
            same, _smallest(some, first, nature, levels, block_bytes), strict=True
        ):
            result[n] = packing
    return result


def _smallest(
    samples: Bytes, first: Chain, nature: Nature, levels: tuple[int, ...], block_bytes: int
) -> list[Packing]:
    """The packing for each sample; `first`: the chain's first stage, where there is a choice."""
    chains = _candidates(samples.shape[1], first, nature)
    forms = [BlockForm(chain, nature.component_bytes, _ZSTD) for chain in chains]
    rank_level = _RANK_LEVEL if levels[0] > _RANK_LEVEL else _SAMPLE_LEVEL
    sizes = np.array([stored_sizes(samples, form, rank_level) for form in forms])
    best, least = sizes.argmin(axis=0), sizes.min(axis=0)
    stored = least >= samples.shape[1]
    chosen = np.full(len(samples), levels[0])
    for number in dict.fromkeys(best[~stored].tolist()):
        places = np.flatnonzero(~stored & (best == number))
        for level in levels[1:]:
            again = np.array(stored_sizes(samples[places], forms[number], level))
            pays = again < least[places] * _HIGHER_LEVEL_WORTH
            chosen[places[pays]], least[places[pays]] = level, again[pays]
    plain = Packing(BlockForm((), nature.component_bytes, _STORED), levels[0], block_bytes)
    return [
        plain if is_stored else Packing(forms[number], level, block_bytes)
        for is_stored, number, level in zip(
            stored.tolist(), best.tolist(), chosen.tolist(), strict=True
        )
    ]


def _are_mirrored(canonical: Bytes, nature: Nature) -> npt.NDArray[np.bool_]:
    """Which are square matrices of which much equals its mirror image, bit for bit."""
    count, size = canonical.shape
    row, width = nature.row, nature.component_bytes
    if row < 2 or row * row * width != size or width < 4 or size > BLOCK_BYTES_MAX:
        return np.zeros(count, np.bool_)
    matrix = canonical.view(f"<u{width}").reshape(count, row, row)
    steps = np.arange(_MIRRORED_PAIRS)  # places spread over the matrix, off its diagonal
    i = steps * isqrt(row * row // 3) % row
    j = (i + 1 + steps * 7 % (row - 1)) % row
    above = matrix[:, i, j]
    mirrored = (above == matrix[:, j, i]).mean(axis=1) > _MIRRORED_SHARE
    constant = (above == matrix[:, :1, 1]).mean(axis=1) > _MIRRORED_SHARE
    found: npt.NDArray[np.bool_] = mirrored & ~constant
    return found


def _sample(size: int, nature: Nature) -> slice:
    """Whole rows out of the middle: at least two where there are, at most 8 times the default."""
    row_bytes = nature.row * nature.component_bytes
    wanted = min(max(_SAMPLE_BYTES, 2 * row_bytes), 8 * _SAMPLE_BYTES)
    if size <= wanted:
        return slice(size)
    unit = row_bytes if row_bytes <= wanted else nature.component_bytes
    start = (size - wanted) // 2 // unit * unit
    return slice(start, start + wanted // unit * unit)


def _candidates(sample_bytes: int, first: Chain, nature: Nature) -> list[Chain]:
    zigzag, shuffle, bytedelta = (filter_step(n) for n in ("zigzag", "shuffle", "bytedelta"))
    width, lag, row, _ = nature
    predictors = [filter_step("delta", lag)]
    if 1 <= lag < row < sample_bytes // width:
        predictors += [filter_step("delta", row), filter_step("lorenzo", lag, row)]
    if width == 1:
        return [(), *((p,) for p in predictors), *((p, zigzag) for p in predictors)]
    chains: list[Chain] = [(), (shuffle,), (shuffle, bytedelta)]
    chains += [(*first, shuffle), (*first, shuffle, bytedelta)]
    for predictor in predictors:
        chains.append((*first, predictor, shuffle))
        chains.append((*first, predictor, zigzag, shuffle))
    return list(dict.fromkeys(chains))


def _first_stages(samples: Bytes, nature: Nature) -> list[Chain]:
    """How floats become integers: as decimals where nearly all are, else in order of value."""
    width, floats = nature.component_bytes, nature.floats
    if not floats or width == 1:
        return [()] * len(samples)
    result: list[Chain] = [(filter_step("order"),)] * len(samples)
    if width >= 4:
        middle = samples.shape[1] // 2 // width * width
        probes = np.ascontiguousarray(samples[:, middle : middle + _DECIMAL_PROBE_BYTES])
        left = np.arange(len(samples))
        for exponent in _DECIMAL_EXPONENTS:
            decimal = decimal_shares(probes[left], width, exponent) >= _DECIMAL_SHARE
            for n in left[decimal].tolist():
                result[n] = (filter_step("decimal", exponent),)
            left = left[~decimal]
            if not left.size:
                break
    return result
