"""Which filter chain and which zstd level suit an array: tried on a sample, the smallest wins.

No part of the format: any chain that SPEC.md section 10 allows is right.
"""

from math import isqrt
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._blocks import BlockForm, compressed_size
from intaglio._filters import decimal_share, filter_step
from intaglio._spec import BLOCK_BYTES_MAX, CODEC_CODE, FilterStep

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


def choose_packing(
    canonical: Bytes,
    component_bytes: int,
    lag: int,
    row: int,
    *,
    floats: bool,
    levels: tuple[int, ...],
    block_bytes: int,
) -> Packing:
    """The packing that stores a sample of `canonical` in the fewest bytes.

    lag: components from an element to its left neighbour (2 for complex).
    row: components in a row of the last dimension.
    floats: whether components are floating-point numbers.
    levels: zstd's to choose from, in ascending order, the first one unless another pays.
    """
    if _is_mirrored(canonical, component_bytes, row) and len(canonical) <= BLOCK_BYTES_MAX:
        form = BlockForm((), component_bytes, _ZSTD)  # what repeats is far away, and as it was
        return Packing(form, max(*levels, _MIRRORED_LEVEL), BLOCK_BYTES_MAX)
    sample = _sample(canonical, component_bytes, row)
    chains = _candidates(sample, component_bytes, lag, row, floats=floats)
    forms = [BlockForm(chain, component_bytes, _ZSTD) for chain in chains]
    rank_level = _RANK_LEVEL if levels[0] > _RANK_LEVEL else _SAMPLE_LEVEL
    sizes = [compressed_size(sample, form, rank_level) for form in forms]
    best = min(range(len(forms)), key=sizes.__getitem__)
    if sizes[best] >= len(sample):
        return Packing(BlockForm((), component_bytes, _STORED), levels[0], block_bytes)
    chosen, least = levels[0], sizes[best]
    for level in levels[1:]:
        size = compressed_size(sample, forms[best], level)
        if size < least * _HIGHER_LEVEL_WORTH:
            chosen, least = level, size
    return Packing(forms[best], chosen, block_bytes)


def _is_mirrored(canonical: Bytes, component_bytes: int, row: int) -> bool:
    """Whether this is a square matrix of which much equals its mirror image, bit for bit."""
    if row < 2 or row * row * component_bytes != len(canonical) or component_bytes < 4:
        return False
    matrix = canonical.view(f"<u{component_bytes}").reshape(row, row)
    steps = np.arange(_MIRRORED_PAIRS)  # places spread over the matrix, off its diagonal
    i = steps * isqrt(row * row // 3) % row
    j = (i + 1 + steps * 7 % (row - 1)) % row
    mirrored = matrix[i, j] == matrix[j, i]
    is_constant = (matrix[i, j] == matrix[0, 1]).mean() > _MIRRORED_SHARE
    return bool(mirrored.mean() > _MIRRORED_SHARE and not is_constant)


def _sample(canonical: Bytes, component_bytes: int, row: int) -> Bytes:
    """Whole rows out of the middle: at least two where there are, at most 8 times the usual."""
    row_bytes = row * component_bytes
    wanted = min(max(_SAMPLE_BYTES, 2 * row_bytes), 8 * _SAMPLE_BYTES)
    if len(canonical) <= wanted:
        return canonical
    unit = row_bytes if row_bytes <= wanted else component_bytes
    start = (len(canonical) - wanted) // 2 // unit * unit
    return canonical[start : start + wanted // unit * unit]


def _candidates(
    sample: Bytes, component_bytes: int, lag: int, row: int, *, floats: bool
) -> list[Chain]:
    zigzag, shuffle, bytedelta = (filter_step(n) for n in ("zigzag", "shuffle", "bytedelta"))
    predictors = [filter_step("delta", lag)]
    if 1 <= lag < row < len(sample) // component_bytes:
        predictors += [filter_step("delta", row), filter_step("lorenzo", lag, row)]
    if component_bytes == 1:
        return [(), *((p,) for p in predictors), *((p, zigzag) for p in predictors)]
    chains: list[Chain] = [(), (shuffle,), (shuffle, bytedelta)]
    first = _first_stage(sample, component_bytes) if floats else ()
    chains += [(*first, shuffle), (*first, shuffle, bytedelta)]
    for predictor in predictors:
        chains.append((*first, predictor, shuffle))
        chains.append((*first, predictor, zigzag, shuffle))
    return list(dict.fromkeys(chains))


def _first_stage(sample: Bytes, component_bytes: int) -> Chain:
    """How floats become integers: as decimals where nearly all are, else in order of value."""
    if component_bytes >= 4:
        middle = len(sample) // 2 // component_bytes * component_bytes
        probe = sample[middle : middle + _DECIMAL_PROBE_BYTES]
        for exponent in _DECIMAL_EXPONENTS:
            if decimal_share(probe, component_bytes, exponent) >= _DECIMAL_SHARE:
                return (filter_step("decimal", exponent),)
    return (filter_step("order"),)
