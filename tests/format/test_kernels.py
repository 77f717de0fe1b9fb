"""The compiled kernels return the same as the Python functions, bit for bit."""

import subprocess
import sys
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import same_bits

from intaglio import DecodeError
from intaglio._format import carrier, carrier_write, filters
from intaglio._format import codecs as codecs_module
from intaglio._format.fast import kernels as kernels_module
from intaglio._format.filters import filter_step
from intaglio._format.png import unfilter
from intaglio._packing import embedding

native = kernels_module.native
pytestmark = pytest.mark.skipif(native is None, reason="no compiler was there at installation")

SPECIAL = {  # decimals, their codes, their neighbours; NaNs, infinities, zeros, subnormals
    4: [0x7FC00000, 0x7FC00001, 0x7FBFFFFF, 0x7FFFFFFF, 0x7F800001, 0xFFC00000, 0x80000000, 1, 0x7F800000],
    8: [0x7FF8 << 48, (0x7FF8 << 48) + 1, (0x7FF8 << 48) - 1, 0xFFF8 << 48, 1 << 63, 1, 0x7FF0 << 48, (0x7FF0 << 48) + 1],
}  # fmt: skip
depths = st.tuples(*[st.integers(0, 8)] * 3, st.integers(0, 4)).filter(any)


def plain(module):
    """The module without kernels."""
    return patch.object(module, "native", None)


@st.composite
def blocks(draw, widths=(1, 2, 4, 8)):
    width = draw(st.sampled_from(widths))
    seed, length = draw(st.integers(0, 2**32)), draw(st.integers(0, 300))
    rng = np.random.default_rng(seed)
    words = rng.integers(0, 256, length * width, np.uint8).view(f"<u{width}").copy()
    if width > 2 and length:
        values = np.round(rng.normal(0, 100, length), 2).astype(f"<f{width}").view(f"<u{width}")
        few = np.array(SPECIAL[width], f"<u{width}")
        words = np.where(rng.random(length) < 0.5, values, words)
        words[rng.random(length) < 0.2] = rng.choice(few)
    return words.view(np.uint8), width


@given(blocks(), st.integers(1, 200), st.integers(1, 400), st.data())
def test_kernel_and_numpy_undo_every_filter_equally(block, lag, more, data):
    raw, width = block
    steps = [
        filter_step("order"), filter_step("zigzag"), filter_step("shuffle"), filter_step("bytedelta"),
        filter_step("delta", lag), filter_step("lorenzo", lag, lag + more),
    ]  # fmt: skip
    chain = tuple(data.draw(st.permutations(steps)))[: data.draw(st.integers(1, 6))]
    before = raw.copy()
    with plain(filters):
        expected = filters.undo_filters(raw, chain, width)
    assert same_bits(filters.undo_filters(raw, chain, width), expected)
    assert same_bits(raw, before)


@given(blocks(widths=(4, 8)), st.integers(0, 22))
def test_kernel_and_numpy_undo_decimal_equally(block, exponent):
    raw, width = block
    chain = (filter_step("decimal", exponent),)
    with plain(filters):
        expected = filters.undo_filters(raw, chain, width)
    assert same_bits(filters.undo_filters(raw, chain, width), expected)


@given(depths, st.integers(0, 70), st.sampled_from([3, 4]), st.integers(0, 2**32))
def test_kernel_and_numpy_extract_the_same_bytes(depths, count, channels, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (count, channels), np.uint8)
    with plain(carrier):
        expected = carrier._extract_groups(pixels, depths)
    assert same_bits(carrier._extract_groups(pixels, depths), expected)
    assert same_bits(carrier._extract_groups(np.asfortranarray(pixels), depths), expected)


@given(
    st.integers(1, 40), st.integers(1, 12), st.sampled_from([1, 2, 3, 4, 6, 8]),
    st.booleans(), st.integers(0, 2**32),
)  # fmt: skip
def test_kernel_and_pillow_undo_png_filters_equally(width, count, pixel_bytes, first, seed):
    rng = np.random.default_rng(seed)
    lines = rng.integers(0, 256, (count, 1 + width * pixel_bytes), np.uint8)
    lines[:, 0] = rng.integers(0, 5, count)
    above = None if first else rng.integers(0, 256, width * pixel_bytes, np.uint8)
    with plain(unfilter):
        expected = unfilter.undo_filters(lines, pixel_bytes, above)
    assert same_bits(unfilter.undo_filters(lines, pixel_bytes, above), expected)


@given(depths, st.binary(max_size=90), st.integers(0, 40), st.integers(1, 60), st.booleans())
def test_kernel_and_numpy_spread_the_same_bits(depths, data, first, count, alpha):
    channels = 4 if depths[3] or alpha else 3
    asked = data, depths, first, count, channels
    with plain(carrier_write):
        expected = carrier_write._wanted_bits(*asked)
    assert same_bits(carrier_write._wanted_bits(*asked), expected)


@given(
    depths,
    st.integers(1, 120),
    st.sampled_from([1, 2, 9, 400]),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_kernel_and_numpy_shape_rows_equally(depths, rows, width, follows, seed):
    rng = np.random.default_rng(seed)
    shape = rows, width, 4 if depths[3] else 3
    cover = rng.integers(0, 256, shape, np.uint8)
    wanted = (rng.integers(0, 256, shape) % (1 << np.array(depths[: shape[2]]))).astype(np.uint8)
    above = rng.integers(0, 256, shape[1:], np.uint8) if follows else None
    with plain(embedding):
        expected = embedding.shape(cover, wanted, depths, above)
    assert same_bits(embedding.shape(cover, wanted, depths, above), expected)
    bottom_up = np.ascontiguousarray(cover[::-1])[::-1]
    assert same_bits(embedding.shape(bottom_up, wanted, depths, above), expected)


def test_buffers_that_do_not_fit_are_refused():
    a, b = np.zeros(12, np.uint8), np.zeros(13, np.uint8)
    for wrong in (
        lambda: native.undo_lines(a, a, b, 1),
        lambda: native.undo_lines(b, a, a, 0),
        lambda: native.extract(a, 3, (3, 2, 3, 0), b),
        lambda: native.extract(a, 5, (3, 2, 3, 0), a),
        lambda: native.extract(a, 3, (3, 2, 3, 9), a),
        lambda: native.extract(b, 3, (3, 2, 3, 0), a),
        lambda: native.spread_bits(a, 0, 3, (3, 2, 3, 0), b),
        lambda: native.spread_bits(a, 0, 3, (3, 2, 3, 1), a),
        lambda: native.spread_bits(a, -1, 3, (3, 2, 3, 0), a),
        lambda: native.shape_rows(a, b, b"", a),
        lambda: native.shape_rows(a, bytes(21), b"", b),
        lambda: native.shape_rows(a, bytes(21), b"no", a),
        lambda: native.undo_order(b, 4),
        lambda: native.undo_zigzag(a, 3),
        lambda: native.undo_delta(a, 4, 0),
        lambda: native.decimal(a, 2, 1.0),
        lambda: native.unshuffle(a, 4, b),
    ):
        with pytest.raises(ValueError, match="do not fit"):
            wrong()


def test_a_file_is_read_equally_without_kernels(tmp_path):
    code = (
        "import sys, intaglio as ig, numpy as np; from intaglio._format.fast.kernels import native;"
        "a = np.arange(90000, dtype='f8').reshape(300, 300) / 7; ig.imsave(sys.argv[1], a);"
        "print(native is None, ig.imread(sys.argv[1]).tobytes() == a.tobytes())"
    )
    digests = set()
    for pure in ("", "1"):
        file = tmp_path / f"m{pure}.png"
        done = subprocess.run(
            [sys.executable, "-c", code, file],
            env={"INTAGLIO_PURE": pure},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == [str(pure == "1"), "True"]
        digests.add(file.read_bytes())
    assert len(digests) == 1


@given(st.binary(max_size=60), st.integers(0, 70), st.integers(0, 12))
def test_the_kernel_finds_the_end_of_a_frame_as_python_does(tail, start, most):
    for frame in (tail, bytes(3 * (len(tail) % 5)) + tail, b"\2\0\0\0\x08\0\0\1" + tail):
        with plain(codecs_module):
            try:
                expected = codecs_module._frame_end(frame, start, most)
            except DecodeError as problem:
                expected = str(problem)
        try:
            assert codecs_module._frame_end(frame, start, most) == expected
        except DecodeError as problem:
            assert str(problem) == expected
