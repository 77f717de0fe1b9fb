"""The filters of SPEC.md section 10, forwards, with plain integers.

A block is bytes in and as many bytes out. Nothing here is fast.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from builder import decimal_filter


@dataclass(frozen=True)
class Filter:
    """One filter of an array record, as its bytes say it."""

    code: int
    parameters: bytes = b""
    parameter_length: int | None = None

    def record(self) -> bytes:
        """Give code, parameter_length and parameters."""
        length = len(self.parameters) if self.parameter_length is None else self.parameter_length
        return bytes([self.code, length]) + self.parameters

    def numbers(self) -> list[int]:
        """Give the parameters as u32."""
        raw = self.parameters
        return [int.from_bytes(raw[at : at + 4], "little") for at in range(0, len(raw), 4)]


def delta(lag: int) -> Filter:
    """[FLT-2]."""
    return Filter(2, lag.to_bytes(4, "little"))


def lorenzo(lag: int, row: int) -> Filter:
    """[FLT-3]."""
    return Filter(3, lag.to_bytes(4, "little") + row.to_bytes(4, "little"))


def decimal(exponent: int) -> Filter:
    """[FLT-7]."""
    return Filter(7, exponent.to_bytes(4, "little"))


ORDER: Final = Filter(1)
DELTA_1: Final = delta(1)
ZIGZAG: Final = Filter(4)
SHUFFLE: Final = Filter(5)
BYTEDELTA: Final = Filter(6)

NAMES: Final = {
    1: "order",
    2: "delta",
    3: "lorenzo",
    4: "zigzag",
    5: "shuffle",
    6: "bytedelta",
    7: "decimal",
}
STAGES: Final = {1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 6: 5, 7: 1}


def apply(block: bytes, filters: Sequence[Filter], width: int) -> bytes:
    """Apply filters to one block, in the order of the record."""
    for step in filters:
        block = apply_one(block, step, width)
    return block


def apply_one(block: bytes, step: Filter, width: int) -> bytes:
    """Apply one filter to components of `width` bits."""
    if step.code == 6:
        return bytes((x - before) % 256 for x, before in zip(block, b"\0" + block, strict=False))
    x = numbers(block, width)
    if step.code == 1:
        return joined([_ordered(value, width) for value in x], width)
    if step.code == 2:
        (lag,) = step.numbers()
        return joined([x[i] - _at(x, i - lag) for i in range(len(x))], width)
    if step.code == 3:
        lag, row = step.numbers()
        y = [
            x[i] - _at(x, i - lag) - _at(x, i - row) + _at(x, i - lag - row) for i in range(len(x))
        ]
        return joined(y, width)
    if step.code == 4:
        return joined([_zigzagged(value, width) for value in x], width)
    if step.code == 5:
        return b"".join(block[j :: width // 8] for j in range(width // 8))
    if step.code == 7:
        (exponent,) = step.numbers()
        return joined([decimal_filter.exchanged(value, width, exponent) for value in x], width)
    raise AssertionError(step)


def numbers(block: bytes, width: int) -> list[int]:
    """Cut a block into unsigned little-endian integers of `width` bits."""
    size = width // 8
    return [int.from_bytes(block[at : at + size], "little") for at in range(0, len(block), size)]


def joined(values: Sequence[int], width: int) -> bytes:
    """Join integers modulo 2^width into little-endian bytes."""
    return b"".join((value % 2**width).to_bytes(width // 8, "little") for value in values)


def _at(x: Sequence[int], index: int) -> int:
    return x[index] if index >= 0 else 0


def _ordered(value: int, width: int) -> int:
    if value >> (width - 1):
        return 2**width - 1 - value
    return value + 2 ** (width - 1)


def _zigzagged(value: int, width: int) -> int:
    if value >> (width - 1):
        return 2 * (2**width - value) - 1
    return 2 * value
