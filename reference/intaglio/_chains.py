"""Which filter chain suits an array: tried on a sample, the smallest wins.

No part of the format: any chain that SPEC.md section 10 allows is right.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._blocks import BlockForm, compressed_size
from intaglio._filters import decimal_share, filter_step
from intaglio._spec import CODEC_CODE, FilterStep

Bytes = npt.NDArray[np.uint8]
Chain = tuple[FilterStep, ...]

_SAMPLE_BYTES: Final = 1 << 17
_SAMPLE_LEVEL: Final = 1  # ranks the chains as the higher levels do, in a fraction of the time
_DECIMAL_EXPONENTS: Final = range(10)
_DECIMAL_PROBE_BYTES: Final = 1 << 13
_DECIMAL_SHARE: Final = 0.9
_ZSTD: Final = CODEC_CODE["zstd"]
_STORED: Final = CODEC_CODE["stored"]


def choose_form(
    canonical: Bytes, component_bytes: int, lag: int, row: int, *, floats: bool
) -> BlockForm:
    """The form that stores a sample of `canonical` in the fewest bytes.

    lag: components from an element to its left neighbour (2 for complex).
    row: components in a row of the last dimension.
    floats: whether components are floating-point numbers.
    """
    sample = _sample(canonical, component_bytes, row)
    chains = _candidates(sample, component_bytes, lag, row, floats=floats)
    forms = [BlockForm(chain, component_bytes, _ZSTD) for chain in chains]
    sizes = [compressed_size(sample, form, _SAMPLE_LEVEL) for form in forms]
    best = min(range(len(forms)), key=sizes.__getitem__)
    if sizes[best] >= len(sample):
        return BlockForm((), component_bytes, _STORED)
    return forms[best]


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
