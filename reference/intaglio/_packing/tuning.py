"""Chooses the filter chain and the zstd level of an array by trying candidates on a sample.

Not part of the format: readers accept any chain that SPEC.md section 10 allows.

The sample is about 128 KiB of whole rows from the middle of the array. Each candidate chain is
applied to it and compressed at a low level; the smallest result wins. Higher levels are then
tried for that chain only, and used if they save at least 1 %. If nothing is smaller than the
sample, blocks are stored uncompressed. Square matrices that are largely symmetric are an
exception: they get the largest blocks, no filter and a high level, so that zstd finds the mirrored
half.
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
_SAMPLE_LEVEL: Final = 1  # compresses the sample if the first level is at most _RANK_LEVEL
_RANK_LEVEL: Final = 3  # for higher first levels: gives the same order of chains, but faster
_HIGHER_LEVEL_WORTH: Final = 0.99  # use a higher level if new size / old size is below this
_MIRRORED_PAIRS: Final = 512  # element pairs that are compared with their mirror image
_MIRRORED_SHARE: Final = 0.3  # share of these pairs that must be equal
_MIRRORED_LEVEL: Final = 9
_DECIMAL_EXPONENTS: Final = range(10)  # digits after the decimal point
_DECIMAL_PROBE_BYTES: Final = 1 << 13  # part of the sample that is tested for decimals
_DECIMAL_SHARE: Final = 0.9  # share of its values that must be decimals
_ZSTD: Final = CODEC_CODE["zstd"]
_STORED: Final = CODEC_CODE["stored"]


class Packing(NamedTuple):
    """How to store an array; `block_bytes` is the maximum size of a block."""

    form: BlockForm
    level: int
    block_bytes: int


class Nature(NamedTuple):
    """Properties of arrays that are tuned together.

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
    """For each array, the packing that stores its sample in the fewest bytes.

    canonical: the arrays, stacked as (n, bytes).
    levels: zstd levels, ascending. A later level is used only if it saves at least 1 %.
    """
    # One half of a symmetric matrix repeats the bytes of the other, often far away.
    form = BlockForm((), nature.component_bytes, _ZSTD)
    symmetric = Packing(form, max(*levels, _MIRRORED_LEVEL), BLOCK_BYTES_MAX)
    result = [symmetric] * len(canonical)
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
    """The packing of each sample. `first`: the filters before the others in most chains."""
    chains = _candidates(samples.shape[1], first, nature)
    forms = [BlockForm(chain, nature.component_bytes, _ZSTD) for chain in chains]
    rank_level = _RANK_LEVEL if levels[0] > _RANK_LEVEL else _SAMPLE_LEVEL
    sizes = np.array([stored_sizes(samples, form, rank_level) for form in forms])
    best, smallest = sizes.argmin(axis=0), sizes.min(axis=0)
    stored = smallest >= samples.shape[1]
    chosen = np.full(len(samples), levels[0])
    for number in dict.fromkeys(best[~stored].tolist()):
        same = np.flatnonzero(~stored & (best == number))
        for level in levels[1:]:
            size = np.array(stored_sizes(samples[same], forms[number], level))
            pays = size < smallest[same] * _HIGHER_LEVEL_WORTH
            chosen[same[pays]], smallest[same[pays]] = level, size[pays]
    plain = Packing(BlockForm((), nature.component_bytes, _STORED), levels[0], block_bytes)
    return [
        plain if is_stored else Packing(forms[number], level, block_bytes)
        for is_stored, number, level in zip(
            stored.tolist(), best.tolist(), chosen.tolist(), strict=True
        )
    ]


def _are_mirrored(canonical: Bytes, nature: Nature) -> npt.NDArray[np.bool_]:
    """Whether each array is a square matrix of which a large part equals its transpose."""
    count, size = canonical.shape
    row, width = nature.row, nature.component_bytes
    if row < 2 or row * row * width != size or width < 4 or size > BLOCK_BYTES_MAX:
        return np.zeros(count, np.bool_)
    matrix = canonical.view(f"<u{width}").reshape(count, row, row)
    steps = np.arange(_MIRRORED_PAIRS)  # indices spread over the matrix, off its diagonal
    i = steps * isqrt(row * row // 3) % row
    j = (i + 1 + steps * 7 % (row - 1)) % row
    above = matrix[:, i, j]
    mirrored = (above == matrix[:, j, i]).mean(axis=1) > _MIRRORED_SHARE
    # A constant matrix also equals its transpose, but needs no large blocks.
    constant = (above == matrix[:, :1, 1]).mean(axis=1) > _MIRRORED_SHARE
    found: npt.NDArray[np.bool_] = mirrored & ~constant
    return found


def _sample(size: int, nature: Nature) -> slice:
    """The bytes of the sample: 128 KiB or two rows, whichever is larger, but at most 1 MiB.

    They are whole rows from the middle, unless one row exceeds 1 MiB.
    """
    row_bytes = nature.row * nature.component_bytes
    wanted = min(max(_SAMPLE_BYTES, 2 * row_bytes), 8 * _SAMPLE_BYTES)
    if size <= wanted:
        return slice(size)
    unit = row_bytes if row_bytes <= wanted else nature.component_bytes
    start = (size - wanted) // 2 // unit * unit
    return slice(start, start + wanted // unit * unit)


def _candidates(sample_bytes: int, first: Chain, nature: Nature) -> list[Chain]:
    """The chains to try: with and without `first`, predictors, and byte filters."""
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
    """For each sample, the filter that maps floats to integers; no filter for other types.

    It is `decimal` if at least 90 % of the tested values are decimals, else `order`.
    """
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
