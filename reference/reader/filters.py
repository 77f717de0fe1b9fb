"""Section 10 of SPEC.md: filters undone, with plain integers.

Each function takes y, the filter's output, and returns x; `width` is that of a component in bits.
"""

import struct
from collections.abc import Sequence
from math import isfinite
from typing import Final

from reader.header import filter_numbers
from reader.registry import BYTEDELTA, DECIMAL, DELTA, LORENZO, ORDER, SHUFFLE, ZIGZAG

QUIET: Final = {32: 0x7FC00000, 64: 0x7FF8000000000000}  # Q of [FLT-7]
DECIMAL_MAX: Final = {32: 2**22 - 1, 64: 2**51 - 1}  # M of [FLT-7]
FORMATS: Final = {32: ("<f", "<I"), 64: ("<d", "<Q")}


def canonical_bytes(filtered: bytes, filters: Sequence[tuple[int, bytes]], width: int) -> bytes:
    """Undo an array's filters in one block, the last one first."""
    block = filtered
    for code, parameters in reversed(filters):
        block = undo(block, code, filter_numbers(parameters), width)
    return block


def undo(block: bytes, code: int, numbers: Sequence[int], width: int) -> bytes:
    """Undo one filter."""
    if code == SHUFFLE:
        return unshuffle(block, width // 8)
    if code == BYTEDELTA:
        return bytes(undo_delta(block, 1, 8))  # [FLT-6]
    size = width // 8
    y = [int.from_bytes(block[i : i + size], "little") for i in range(0, len(block), size)]
    if code == ORDER:
        x = undo_order(y, width)
    elif code == DELTA:
        x = undo_delta(y, numbers[0], width)
    elif code == LORENZO:
        x = undo_lorenzo(y, numbers[0], numbers[1], width)
    elif code == ZIGZAG:
        x = undo_zigzag(y, width)
    elif code == DECIMAL:
        x = [exchange_decimal(value, numbers[0], width) for value in y]
    return b"".join(value.to_bytes(size, "little") for value in x)


def undo_order(y: Sequence[int], width: int) -> list[int]:
    """Undo `order`. [FLT-1]"""
    top = 2 ** (width - 1)
    return [value - top if value >= top else 2**width - 1 - value for value in y]  # [FLT-1]


def undo_delta(y: Sequence[int], lag: int, width: int) -> list[int]:
    """Undo `delta`. [FLT-2]"""
    x: list[int] = []
    for i, value in enumerate(y):
        before = x[i - lag] if i >= lag else 0
        x.append((value + before) % 2**width)  # [FLT-2]
    return x


def undo_lorenzo(y: Sequence[int], lag: int, row: int, width: int) -> list[int]:
    """Undo `lorenzo`. [FLT-3]"""
    x: list[int] = []
    for i, value in enumerate(y):
        left = x[i - lag] if i >= lag else 0
        above = x[i - row] if i >= row else 0
        corner = x[i - lag - row] if i >= lag + row else 0
        x.append((value + left + above - corner) % 2**width)  # [FLT-3]
    return x


def undo_zigzag(y: Sequence[int], width: int) -> list[int]:
    """Undo `zigzag`. [FLT-4]"""
    return [v // 2 if v % 2 == 0 else 2**width - (v + 1) // 2 for v in y]  # [FLT-4]


def unshuffle(block: bytes, size: int) -> bytes:
    """Undo `shuffle`; a component has `size` bytes. [FLT-5]"""
    m = len(block) // size
    return bytes(block[j * m + i] for i in range(m) for j in range(size))  # [FLT-5]


def exchange_decimal(bits: int, exponent: int, width: int) -> int:
    """Apply `decimal`, which is its own inverse, to one component. [FLT-7]"""
    code = bits - QUIET[width]
    if abs(code) <= DECIMAL_MAX[width]:
        return decimal_bits(code, exponent, width)  # [FLT-7]
    real, integer = FORMATS[width]
    (number,) = struct.unpack(real, struct.pack(integer, bits))
    scaled = number * 10.0**exponent
    n = round(scaled) if isfinite(scaled) else 0
    if abs(n) <= DECIMAL_MAX[width] and decimal_bits(n, exponent, width) == bits:
        return QUIET[width] + n  # [FLT-7]
    return bits


def decimal_bits(n: int, exponent: int, width: int) -> int:
    """Return val(n), the bits of n / 10^exponent. [FLT-7]"""
    quotient = n / 10**exponent  # rounded once, to binary64, as Python divides integers
    real, integer = FORMATS[width]
    bits: int = struct.unpack(integer, struct.pack(real, quotient))[0]
    return bits
