"""The decimal filter of SPEC.md section 10, with integers and exact fractions only.

[FLT-7] exchanges the bits of n / 10^e with the bits Q + n. No floating-point
number is ever made here: rounding is done on fractions.
"""

from fractions import Fraction
from functools import cache
from typing import Final, NamedTuple


class Binary(NamedTuple):
    """A binary format of IEEE 754, and what the filter does with it."""

    width: int
    mantissa_bits: int
    bias: int
    quiet: int
    most: int


BINARY: Final = {
    32: Binary(32, 23, 127, 0x7FC00000, 2**22 - 1),
    64: Binary(64, 52, 1023, 0x7FF8000000000000, 2**51 - 1),
}


def exchanged(bits: int, width: int, exponent: int) -> int:
    """Apply the filter to one component; it is its own inverse."""
    kind = BINARY[width]
    if abs(bits - kind.quiet) <= kind.most:
        return decimal_bits(bits - kind.quiet, width, exponent)
    value = maybe_value(bits, kind)
    if value is None:
        return bits
    near = round(value * 10**exponent)
    for number in (near - 1, near, near + 1):
        if abs(number) <= kind.most and decimal_bits(number, width, exponent) == bits:
            return kind.quiet + number
    return bits


@cache
def decimal_bits(number: int, width: int, exponent: int) -> int:
    """Give val(n): the quotient rounded to binary64, then, for 32 bits, to binary32."""
    quotient = Fraction(number, 10**exponent)
    bits = rounded(quotient, BINARY[64])
    if width == 32:
        value = maybe_value(bits, BINARY[64])
        assert value is not None
        bits = rounded(value, BINARY[32])
    return bits


def maybe_value(bits: int, kind: Binary) -> Fraction | None:
    """Give the number that finite bits stand for."""
    sign = -1 if bits >> (kind.width - 1) else 1
    mantissa = bits % 2**kind.mantissa_bits
    exponent = bits >> kind.mantissa_bits & (2 * kind.bias + 1)
    if exponent == 2 * kind.bias + 1:
        return None
    if exponent:
        mantissa += 2**kind.mantissa_bits
    power = max(exponent, 1) - kind.bias - kind.mantissa_bits
    return sign * mantissa * Fraction(2) ** power


def rounded(value: Fraction, kind: Binary) -> int:
    """Round to nearest, ties to even; the result is zero or normal."""
    if value == 0:
        return 0
    sign, value = (1, -value) if value < 0 else (0, value)
    power = value.numerator.bit_length() - value.denominator.bit_length() - kind.mantissa_bits
    if value < Fraction(2) ** (power + kind.mantissa_bits):
        power -= 1
    mantissa = round(value / Fraction(2) ** power)  # to nearest, ties to even
    exponent = power + kind.bias + kind.mantissa_bits
    bits = (exponent << kind.mantissa_bits) + mantissa - 2**kind.mantissa_bits
    return sign << (kind.width - 1) | bits
