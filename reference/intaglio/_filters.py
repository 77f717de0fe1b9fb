"""Reversible filters: a block's bytes, and as many bytes that compress better.

SPEC.md section 10 and nothing else. Blocks are one-dimensional uint8 arrays;
which chain to take, and compression, are other rooms.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from intaglio._spec import FILTER_BY_CODE, FILTER_BY_NAME, FilterStep

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.unsignedinteger[Any]]

_LANES_MAX: Final = 64  # up to this lag a sum runs along each lane, above it row by row


def filter_step(name: str, *parameters: int) -> FilterStep:
    """The chain's entry for the filter of that name."""
    kind = FILTER_BY_NAME[name]
    assert len(parameters) == kind.parameters
    return FilterStep(kind.code, b"".join(p.to_bytes(4, "little") for p in parameters))


def apply_filters(block: Bytes, chain: tuple[FilterStep, ...], component_bytes: int) -> Bytes:
    """The filtered bytes of `block`, whose components are `component_bytes` wide."""
    words = _as_words(block, component_bytes)
    for code, parameters in chain:
        apply, _ = _FILTERS[FILTER_BY_CODE[code].name]
        words = apply(words, *_integers(parameters))
    return words.view(np.uint8)


def undo_filters(filtered: Bytes, chain: tuple[FilterStep, ...], component_bytes: int) -> Bytes:
    """The block whose filtered bytes are `filtered`."""
    words = _as_words(filtered, component_bytes)
    for code, parameters in reversed(chain):
        name = FILTER_BY_CODE[code].name
        if name == "shuffle":
            words = _unshuffle(words.view(np.uint8), component_bytes)
        else:
            words = _FILTERS[name][1](words, *_integers(parameters))
    return words.view(np.uint8)


def _as_words(block: Bytes, component_bytes: int) -> Words:
    return block.view(np.dtype(f"<u{component_bytes}"))


def _integers(parameters: bytes) -> list[int]:
    return [int(value) for value in np.frombuffer(parameters, "<u4")]


def _order(x: Words) -> Words:  # [FLT-1]
    """All bits inverted where the highest is set, else only the highest."""
    y: Words = x ^ (_sign_mask(x) | _top(x))
    return y


def _undo_order(y: Words) -> Words:
    x: Words = y ^ (~_sign_mask(y) | _top(y))
    return x


def _top(x: Words) -> Any:  # noqa: ANN401 - a numpy scalar of the words' type
    return x.dtype.type(1 << (8 * x.itemsize - 1))


def _sign_mask(x: Words) -> Words:
    """All ones where the highest bit is set, else zero."""
    signed = x.view(np.dtype(f"<i{x.itemsize}"))
    return (signed >> (8 * x.itemsize - 1)).view(x.dtype)


def _delta(x: Words, lag: int) -> Words:  # [FLT-2]
    y = x.copy()
    y[lag:] -= x[:-lag]
    return y


def _undo_delta(y: Words, lag: int) -> Words:
    if lag >= len(y):
        return y
    if lag <= _LANES_MAX:
        x = np.empty_like(y)
        for lane in range(lag):
            np.cumsum(y[lane::lag], dtype=y.dtype, out=x[lane::lag])
        return x
    x = y.copy()
    for start in range(lag, len(x), lag):
        row = x[start : start + lag]
        row += x[start - lag : start - lag + len(row)]
    return x


def _lorenzo(x: Words, lag: int, row: int) -> Words:  # [FLT-3] its two deltas commute
    return _delta(_delta(x, lag), row)


def _undo_lorenzo(y: Words, lag: int, row: int) -> Words:
    return _undo_delta(_undo_delta(y, row), lag)


def _zigzag(x: Words) -> Words:  # [FLT-4]
    return (x << x.dtype.type(1)) ^ _sign_mask(x)


def _undo_zigzag(y: Words) -> Words:
    one = y.dtype.type(1)
    return (y >> one) ^ (~(y & one) + one)


def _shuffle(x: Words) -> Words:  # [FLT-5]
    return x.view(np.uint8).reshape(-1, x.itemsize).T.ravel()


def _unshuffle(y: Bytes, component_bytes: int) -> Words:
    x = y.reshape(component_bytes, -1).T.ravel()
    return _as_words(x, component_bytes)


def _bytedelta(x: Words) -> Words:  # [FLT-6]
    return _delta(x.view(np.uint8), 1)


def _undo_bytedelta(y: Words) -> Words:
    return _undo_delta(y.view(np.uint8), 1)


_FILTERS: Final[dict[str, tuple[Callable[..., Words], Callable[..., Words]]]] = {
    "order": (_order, _undo_order),
    "delta": (_delta, _undo_delta),
    "lorenzo": (_lorenzo, _undo_lorenzo),
    "zigzag": (_zigzag, _undo_zigzag),
    "shuffle": (_shuffle, _unshuffle),
    "bytedelta": (_bytedelta, _undo_bytedelta),
}
