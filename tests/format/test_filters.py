"""Filters against the formulas of SPEC.md section 10, one component at a time."""

import math
import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intaglio._format.filters import apply_filters, filter_step, undo_filters

WIDTHS = (1, 2, 4, 8)


def plain(name, parameters, block, width):
    """The formulas of SPEC.md on Python integers."""
    if name == "bytedelta":
        return bytes((block[i] - (block[i - 1] if i else 0)) % 256 for i in range(len(block)))
    bits, full = 8 * width, 1 << (8 * width)
    x = [int.from_bytes(block[i : i + width], "little") for i in range(0, len(block), width)]
    if name == "shuffle":
        out = bytearray(len(block))
        for i in range(len(x)):
            for j in range(width):
                out[j * len(x) + i] = block[i * width + j]
        return bytes(out)

    def at(i):
        return x[i] if i >= 0 else 0

    if name == "decimal":
        y = [plain_decimal(v, parameters[0], width) for v in x]
    elif name == "order":
        y = [full - 1 - v if v >> (bits - 1) else v + full // 2 for v in x]
    elif name == "delta":
        y = [at(i) - at(i - parameters[0]) for i in range(len(x))]
    elif name == "lorenzo":
        lag, row = parameters
        y = [at(i) - at(i - lag) - at(i - row) + at(i - lag - row) for i in range(len(x))]
    else:
        assert name == "zigzag"
        y = [2 * (full - v) - 1 if v >> (bits - 1) else 2 * v for v in x]
    return b"".join((v % full).to_bytes(width, "little") for v in y)


def plain_decimal(bits, exponent, width):
    """[FLT-7] on one component, by the correctly rounded quotient of two integers."""
    quiet, most = {4: (0x7FC00000, 2**22 - 1), 8: (0x7FF8000000000000, 2**51 - 1)}[width]
    layout, words = {4: ("<f", "<I"), 8: ("<d", "<Q")}[width]

    def value(n):
        return struct.unpack(words, struct.pack(layout, n / 10**exponent))[0]

    if abs(bits - quiet) <= most:
        return value(bits - quiet)
    real = struct.unpack(layout, struct.pack(words, bits))[0]
    if math.isfinite(real):
        near = round(Fraction(real) * 10**exponent)
        for n in range(near - 2, near + 3):
            if abs(n) <= most and value(n) == bits:
                return quiet + n
    return bits


@st.composite
def decimal_blocks(draw):
    """Decimals, their codes, and values near the limits."""
    width = draw(st.sampled_from((4, 8)))
    exponent = draw(st.integers(0, 22))
    quiet, most = {4: (0x7FC00000, 2**22 - 1), 8: (0x7FF8000000000000, 2**51 - 1)}[width]
    numbers = st.integers(-most - 2, most + 2) | st.integers(-999, 999)
    values = draw(st.lists(numbers, min_size=1, max_size=40))
    floats = np.array([n / 10**exponent for n in values], f"<f{width}").view(np.uint8)
    codes = np.array([quiet + n for n in values], f"<u{width}").view(np.uint8)
    noise = np.frombuffer(draw(st.binary(min_size=width, max_size=width)), np.uint8)
    far = np.array([quiet ^ 1 << (8 * width - 1)], f"<u{width}").view(np.uint8)  # as far as can be
    return np.concatenate([floats, codes, noise, far]), width, exponent


@given(decimal_blocks())
def test_decimal_exchanges_values_and_codes_as_the_formula_says(block):
    raw, width, exponent = block
    steps = (filter_step("decimal", exponent),)
    filtered = apply_filters(raw, steps, width)
    assert filtered.tobytes() == plain("decimal", (exponent,), raw.tobytes(), width)
    assert undo_filters(filtered, steps, width).tobytes() == raw.tobytes()


def test_decimals_become_consecutive_integers():
    raw = (np.arange(-50, 50) / 100).view(np.uint8)
    coded = apply_filters(raw, (filter_step("decimal", 2),), 8).view("<u8")
    assert (np.diff(coded) == 1).all()


@st.composite
def blocks(draw):
    width = draw(st.sampled_from(WIDTHS))
    count = draw(st.integers(1, 200))
    seed = draw(st.integers(0, 2**32))
    raw = np.random.default_rng(seed).integers(0, 256, count * width, np.uint8)
    raw[: draw(st.integers(0, len(raw)))] = draw(st.sampled_from((0, 255, 128)))
    return raw, width


@st.composite
def chains(draw):
    lag = draw(st.integers(1, 210))
    row = draw(st.integers(lag + 1, 2**32 - 1) | st.integers(lag + 1, lag + 100))
    middle = [None, ("delta", (lag,)), ("delta", (row,)), ("lorenzo", (lag, row))]
    steps = [
        draw(st.sampled_from((None, ("order", ())))),
        draw(st.sampled_from(middle)),
        draw(st.sampled_from((None, ("zigzag", ())))),
        draw(st.sampled_from((None, ("shuffle", ())))),
        draw(st.sampled_from((None, ("bytedelta", ())))),
    ]
    return [step for step in steps if step]


@given(blocks(), chains())
def test_filters_follow_the_formulas_and_are_undone(block, chain):
    raw, width = block
    expected = raw.tobytes()
    for name, parameters in chain:
        expected = plain(name, parameters, expected, width)
    steps = tuple(filter_step(name, *parameters) for name, parameters in chain)
    filtered = apply_filters(raw, steps, width)
    assert filtered.tobytes() == expected
    assert undo_filters(filtered, steps, width).tobytes() == raw.tobytes()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lag", [1, 2, 63, 64, 65, 999, 1000])
def test_delta_of_any_lag_is_undone(width, lag):
    raw = np.random.default_rng(lag).integers(0, 256, 1000 * width, np.uint8)
    steps = (filter_step("delta", lag),)
    assert undo_filters(apply_filters(raw, steps, width), steps, width).tobytes() == raw.tobytes()


def test_the_worked_example_in_the_spec_is_correct():
    block = np.array([5, 4, 4], "<u2").view(np.uint8)
    names = ("zigzag", "shuffle", "bytedelta")
    steps = (filter_step("delta", 1), *(filter_step(name) for name in names))
    assert apply_filters(block, steps, 2).tobytes() == bytes.fromhex("0AF7FF000000")


def test_the_order_filter_puts_floats_in_the_order_of_their_values():
    values = np.array([-np.inf, -1e300, -1.0, -5e-324, -0.0, 0.0, 5e-324, 2.5, np.inf])
    mapped = apply_filters(values.view(np.uint8), (filter_step("order"),), 8).view("<u8")
    assert (np.diff(mapped.astype(object)) > 0).all()


@given(blocks(), chains())
def test_filtering_does_not_change_its_input(block, chain):
    raw, width = block
    before = raw.tobytes()
    steps = tuple(filter_step(name, *parameters) for name, parameters in chain)
    apply_filters(raw, steps, width)
    undo_filters(raw, steps, width)
    assert raw.tobytes() == before
