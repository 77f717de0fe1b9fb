"""SPEC.md section 10, filters: reversible changes of a block that make it compress better.

Blocks are one-dimensional uint8 arrays. Each filter of the registry, 14.3, is one `_Filter`: both
directions in numpy, the inverse compiled, and its legal parameters. `_packing.tuning` chooses the
filters of an array.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.fast.kernels import native
from intaglio._format.registry import (
    DECIMAL_ELEMENTS,
    DECIMAL_EXPONENT_MAX,
    FILTER_BY_CODE,
    FILTER_BY_NAME,
    FILTERS,
    FilterStep,
)

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.unsignedinteger[Any]]

_STRIDED_LAG_MAX: Final = 64  # up to this lag: one strided cumsum per offset; above: row by row


def filter_step(name: str, *parameters: int) -> FilterStep:
    """The chain's entry for the filter of that name."""
    kind = FILTER_BY_NAME[name]
    return FilterStep(kind.code, b"".join(p.to_bytes(4, "little") for p in parameters))


def apply_filters(block: Bytes, chain: tuple[FilterStep, ...], component_bytes: int) -> Bytes:
    """The filtered bytes of `block`, whose components are `component_bytes` wide.

    Several blocks of one length, stacked as (n, bytes), are each filtered on their own.
    """
    for code, parameters in chain:
        words = block.view(np.dtype(f"<u{component_bytes}"))
        block = _FILTERS[code].apply(words, *_integers(parameters)).view(np.uint8)
    return block


def undo_filters(filtered: Bytes, chain: tuple[FilterStep, ...], component_bytes: int) -> Bytes:
    """The block whose filtered bytes are `filtered`."""
    ours = False  # whether the bytes are ours to overwrite
    for code, parameters in reversed(chain):
        found = _FILTERS[code]
        words = filtered.view(np.dtype(f"<u{component_bytes}"))
        if native:
            words = words if ours or not found.works_in_place else words.copy()
            words = found.undo_compiled(words, *_integers(parameters))
        else:
            words = found.undo(words, *_integers(parameters))
        filtered, ours = words.view(np.uint8), True
    return filtered


def maybe_chain_problem(chain: tuple[tuple[int, bytes], ...], element: str | None) -> str | None:
    """How the chain breaks [HDR-12]; None if it is legal. `element`: None if not registered."""
    if not all(code in FILTER_BY_CODE for code, _ in chain):
        return None
    kinds = [FILTER_BY_CODE[code] for code, _ in chain]
    stages = [kind.stage for kind in kinds]
    if stages != sorted(set(stages)):
        return f"filters {[kind.name for kind in kinds]} in this order"
    for kind, (_, data) in zip(kinds, chain, strict=True):
        if len(data) != 4 * kind.parameters:
            return f"{len(data)} parameter bytes for filter {kind.name}"
        values = [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)]
        if not _FILTERS[kind.code].are_legal(values, element):
            return f"parameters {values} for filter {kind.name} of {element}"
    return None


def _integers(parameters: bytes) -> list[int]:
    return [int(value) for value in np.frombuffer(parameters, "<u4")]


def _order(x: Words) -> Words:  # [FLT-1]
    """Invert all bits where the highest bit is set, else only the highest bit."""
    y = _sign_mask(x)
    y |= _top(x)
    y ^= x
    return y


def _undo_order(y: Words) -> Words:
    x = _sign_mask(y)
    np.invert(x, out=x)
    x |= _top(y)
    x ^= y
    return x


def _top(x: Words) -> Any:  # noqa: ANN401 - a numpy scalar of the words' type
    return x.dtype.type(1 << (8 * x.itemsize - 1))


def _sign_mask(x: Words) -> Words:
    """All ones where the highest bit is set, else zero."""
    signed = x.view(np.dtype(f"<i{x.itemsize}"))
    return (signed >> (8 * x.itemsize - 1)).view(x.dtype)


def _delta(x: Words, lag: int) -> Words:  # [FLT-2]
    y = np.empty_like(x)
    y[..., :lag] = x[..., :lag]
    np.subtract(x[..., lag:], x[..., :-lag], out=y[..., lag:])
    return y


def _undo_delta(y: Words, lag: int) -> Words:
    if lag >= len(y):
        return y
    x = np.empty_like(y)
    if lag <= _STRIDED_LAG_MAX:
        for first in range(lag):
            np.cumsum(y[first::lag], dtype=y.dtype, out=x[first::lag])
        return x
    x[:lag] = y[:lag]
    for start in range(lag, len(x), lag):
        row = y[start : start + lag]
        np.add(row, x[start - lag : start - lag + len(row)], out=x[start : start + lag])
    return x


def _lorenzo(x: Words, lag: int, row: int) -> Words:  # [FLT-3] its two deltas commute
    return _delta(_delta(x, lag), row)


def _undo_lorenzo(y: Words, lag: int, row: int) -> Words:
    return _undo_delta(_undo_delta(y, row), lag)


def _zigzag(x: Words) -> Words:  # [FLT-4]
    y = _sign_mask(x)
    y ^= x << x.dtype.type(1)
    return y


def _undo_zigzag(y: Words) -> Words:
    one = y.dtype.type(1)
    x = y & one
    np.negative(x, out=x)
    x ^= y >> one
    return x


def _shuffle(x: Words) -> Words:  # [FLT-5]
    y = np.empty((*x.shape[:-1], x.itemsize, x.shape[-1]), np.uint8)
    for byte in range(x.itemsize):
        np.right_shift(x, x.dtype.type(8 * byte), out=y[..., byte, :], casting="unsafe")
    return y.reshape(*x.shape[:-1], x.itemsize * x.shape[-1])


def _unshuffle(y: Words) -> Words:
    x = np.empty((len(y), y.itemsize), np.uint8)
    for byte, part in enumerate(y.view(np.uint8).reshape(y.itemsize, -1)):
        x[:, byte] = part
    return x.ravel()


def _bytedelta(x: Words) -> Words:  # [FLT-6]
    return _delta(x.view(np.uint8), 1)


def _undo_bytedelta(y: Words) -> Words:
    return _undo_delta(y.view(np.uint8), 1)


def _decimal(x: Words, exponent: int) -> Words:  # [FLT-7]
    """Exchange n / 10^exponent and Q + n; its own inverse."""
    quiet_nan, n_max = _DECIMAL[x.itemsize]
    scale = 10.0**exponent
    real = np.dtype(f"<f{x.itemsize}")

    def value_bits(n: npt.NDArray[np.int64]) -> Words:
        quotient: npt.NDArray[np.float64] = n / scale
        return quotient.astype(real).view(x.dtype)

    with np.errstate(all="ignore"):  # NaNs, infinities and very large numbers are not decimals
        nearest = np.rint(x.view(real).astype(np.float64) * scale)
        number = np.where(np.abs(nearest) <= n_max, nearest, 0).astype(np.int64)
    is_value = value_bits(number) == x
    distance: Words = x - quiet_nan
    coded = distance.view(np.dtype(f"<i{x.itemsize}")).astype(np.int64)
    is_code = (coded >= -n_max) & (coded <= n_max)  # np.abs of -2^63 is negative
    codes: Words = number.astype(x.dtype)
    codes += quiet_nan
    y: Words = np.where(is_value, codes, x)
    y[is_code] = value_bits(coded[is_code])
    return y


def decimal_shares(blocks: Bytes, component_bytes: int, exponent: int) -> npt.NDArray[np.float64]:
    """The share of each block's floats that `decimal` with this exponent makes integers."""
    words = blocks.view(np.dtype(f"<u{component_bytes}"))
    shares: npt.NDArray[np.float64] = np.mean(_decimal(words, exponent) != words, axis=-1)
    return shares


_DECIMAL: Final[dict[int, tuple[Any, int]]] = {
    4: (np.uint32(0x7FC00000), 2**22 - 1),
    8: (np.uint64(0x7FF8000000000000), 2**51 - 1),
}


class _Filter(NamedTuple):
    """One filter: both directions in numpy, the inverse compiled, and its legal parameters."""

    apply: Callable[..., Words]
    undo: Callable[..., Words]
    undo_compiled: Callable[..., Words]  # overwrites its argument if `works_in_place`
    are_legal: Callable[[list[int], str | None], bool]  # parameters, name of the element
    works_in_place: bool = True


def _are_lags(values: list[int], _element: str | None) -> bool:
    return all(low < high for low, high in pairwise([0, *values]))  # 0 < lag < row


def _is_exponent(values: list[int], element: str | None) -> bool:
    legal_element = element is None or element in DECIMAL_ELEMENTS
    return legal_element and values[0] <= DECIMAL_EXPONENT_MAX


def _unshuffle_compiled(words: Words) -> Words:
    x = np.empty_like(words)
    native.unshuffle(words, words.itemsize, x)
    return x


def _undo_order_compiled(words: Words) -> Words:
    native.undo_order(words, words.itemsize)
    return words


def _undo_zigzag_compiled(words: Words) -> Words:
    native.undo_zigzag(words, words.itemsize)
    return words


def _undo_deltas_compiled(words: Words, *lags: int) -> Words:
    for lag in lags:
        native.undo_delta(words, words.itemsize, lag)
    return words


def _undo_bytedelta_compiled(words: Words) -> Words:
    native.undo_delta(words, 1, 1)
    return words


def _decimal_compiled(words: Words, exponent: int) -> Words:
    native.decimal(words, words.itemsize, 10.0**exponent)
    return words


_BY_NAME: Final = {
    "order": _Filter(_order, _undo_order, _undo_order_compiled, _are_lags),
    "delta": _Filter(_delta, _undo_delta, _undo_deltas_compiled, _are_lags),
    "lorenzo": _Filter(_lorenzo, _undo_lorenzo, _undo_deltas_compiled, _are_lags),
    "zigzag": _Filter(_zigzag, _undo_zigzag, _undo_zigzag_compiled, _are_lags),
    "shuffle": _Filter(_shuffle, _unshuffle, _unshuffle_compiled, _are_lags, works_in_place=False),
    "bytedelta": _Filter(_bytedelta, _undo_bytedelta, _undo_bytedelta_compiled, _are_lags),
    "decimal": _Filter(_decimal, _decimal, _decimal_compiled, _is_exponent),
}
_FILTERS: Final = {kind.code: _BY_NAME[kind.name] for kind in FILTERS}
