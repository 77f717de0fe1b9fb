"""Reversible filters: a block's bytes, and as many bytes that compress better.

SPEC.md section 10 and nothing else. Blocks are one-dimensional uint8 arrays;
which chain to take, and compression, are other rooms.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from intaglio._format.fast.kernels import native
from intaglio._format.registry import FILTER_BY_CODE, FILTER_BY_NAME, FilterStep

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.unsignedinteger[Any]]

_LANES_MAX: Final = 64  # up to this lag a sum runs along each lane, above it row by row


def filter_step(name: str, *parameters: int) -> FilterStep:
    """The chain's entry for the filter of that name."""
    kind = FILTER_BY_NAME[name]
    return FilterStep(kind.code, b"".join(p.to_bytes(4, "little") for p in parameters))


def apply_filters(block: Bytes, chain: tuple[FilterStep, ...], component_bytes: int) -> Bytes:
    """The filtered bytes of `block`, whose components are `component_bytes` wide.

    Of several blocks of one length, stacked as (n, bytes), each is filtered alone.
    """
    for code, parameters in chain:
        apply, _ = _FILTERS[FILTER_BY_CODE[code].name]
        words = block.view(np.dtype(f"<u{component_bytes}"))
        block = apply(words, *_integers(parameters)).view(np.uint8)
    return block


def undo_filters(filtered: Bytes, chain: tuple[FilterStep, ...], component_bytes: int) -> Bytes:
    """The block whose filtered bytes are `filtered`."""
    ours = False  # whether the bytes may be written over
    for code, parameters in reversed(chain):
        name = FILTER_BY_CODE[code].name
        words = filtered.view(np.dtype(f"<u{component_bytes}"))
        if native:
            words = words if ours or name == "shuffle" else words.copy()
            words = _compiled(name, words, _integers(parameters))
        else:
            words = _FILTERS[name][1](words, *_integers(parameters))
        filtered, ours = words.view(np.uint8), True
    return filtered


def _integers(parameters: bytes) -> list[int]:
    return [int(value) for value in np.frombuffer(parameters, "<u4")]


def _order(x: Words) -> Words:  # [FLT-1]
    """All bits inverted where the highest is set, else only the highest."""
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
    if lag <= _LANES_MAX:
        for lane in range(lag):
            np.cumsum(y[lane::lag], dtype=y.dtype, out=x[lane::lag])
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
    for place in range(x.itemsize):
        np.right_shift(x, x.dtype.type(8 * place), out=y[..., place, :], casting="unsafe")
    return y.reshape(*x.shape[:-1], x.itemsize * x.shape[-1])


def _unshuffle(y: Words) -> Words:
    x = np.empty((len(y), y.itemsize), np.uint8)
    for place, part in enumerate(y.view(np.uint8).reshape(y.itemsize, -1)):
        x[:, place] = part
    return x.ravel()


def _bytedelta(x: Words) -> Words:  # [FLT-6]
    return _delta(x.view(np.uint8), 1)


def _undo_bytedelta(y: Words) -> Words:
    return _undo_delta(y.view(np.uint8), 1)


def _decimal(x: Words, exponent: int) -> Words:  # [FLT-7]
    """Exchange n / 10^exponent and Q + n; its own inverse."""
    quiet_nan, most = _DECIMAL[x.itemsize]
    scale = 10.0**exponent
    real = np.dtype(f"<f{x.itemsize}")

    def value_bits(n: npt.NDArray[np.int64]) -> Words:
        quotient: npt.NDArray[np.float64] = n / scale
        return quotient.astype(real).view(x.dtype)

    with np.errstate(all="ignore"):  # NaNs, infinities and the very large are no decimals
        nearest = np.rint(x.view(real).astype(np.float64) * scale)
        number = np.where(np.abs(nearest) <= most, nearest, 0).astype(np.int64)
    is_value = value_bits(number) == x
    distance: Words = x - quiet_nan
    coded = distance.view(np.dtype(f"<i{x.itemsize}")).astype(np.int64)
    is_code = (coded >= -most) & (coded <= most)  # np.abs of -2^63 is negative
    codes: Words = number.astype(x.dtype)
    codes += quiet_nan
    y: Words = np.where(is_value, codes, x)
    y[is_code] = value_bits(coded[is_code])
    return y


def decimal_shares(blocks: Bytes, component_bytes: int, exponent: int) -> npt.NDArray[np.float64]:
    """Which share of each block's floats `decimal` with that exponent turns into integers."""
    words = blocks.view(np.dtype(f"<u{component_bytes}"))
    shares: npt.NDArray[np.float64] = np.mean(_decimal(words, exponent) != words, axis=-1)
    return shares


_DECIMAL: Final[dict[int, tuple[Any, int]]] = {
    4: (np.uint32(0x7FC00000), 2**22 - 1),
    8: (np.uint64(0x7FF8000000000000), 2**51 - 1),
}
_FILTERS: Final[dict[str, tuple[Callable[..., Words], Callable[..., Words]]]] = {
    "order": (_order, _undo_order),
    "delta": (_delta, _undo_delta),
    "lorenzo": (_lorenzo, _undo_lorenzo),
    "zigzag": (_zigzag, _undo_zigzag),
    "shuffle": (_shuffle, _unshuffle),
    "bytedelta": (_bytedelta, _undo_bytedelta),
    "decimal": (_decimal, _decimal),
}


def _compiled(name: str, words: Words, parameters: list[int]) -> Words:
    """As the second of `_FILTERS[name]`, but for `shuffle` in place."""
    width = words.itemsize
    if name == "shuffle":
        x = np.empty_like(words)
        native.unshuffle(words, width, x)
        return x
    if name == "order":
        native.undo_order(words, width)
    elif name == "zigzag":
        native.undo_zigzag(words, width)
    elif name == "bytedelta":
        native.undo_delta(words, 1, 1)
    elif name == "decimal":
        native.decimal(words, width, 10.0 ** parameters[0])
    else:  # delta, lorenzo
        for lag in parameters:
            native.undo_delta(words, width, lag)
    return words
