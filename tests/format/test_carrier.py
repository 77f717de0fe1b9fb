"""The carrier, compared with SPEC.md section 5 implemented on strings of bits."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intaglio._format.carrier import Extractor
from intaglio._format.carrier_write import Embedder, nearest
from intaglio._format.registry import PROFILES, carrier_capacity, is_legal_depths, pixels_for

PROLOGUE = bytes(range(80))


def low_bits(value, depth):
    return format(int(value), "08b")[8 - depth :] if depth else ""


def plain_extract(pixels, depths, length):
    """[CAR-2] implemented literally, with one string of bits."""
    bits = "".join(
        low_bits(v, d)
        for pixel in pixels[80:]
        for v, d in zip((*pixel, 255)[:4], depths, strict=True)
    )
    return bytes(int(bits[8 * i : 8 * i + 8], 2) for i in range(length))


all_depths = st.tuples(*[st.integers(0, 8)] * 3, st.integers(0, 4)).filter(is_legal_depths)
some_depths = st.sampled_from(sorted(PROFILES.values())) | all_depths


@st.composite
def carriers(draw):
    depths = draw(some_depths)
    channels = 4 if depths[3] else draw(st.sampled_from((3, 4)))
    count = draw(st.integers(161, 400))
    capacity = carrier_capacity(count, depths)
    length = draw(st.integers(0, capacity))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    pixels = rng.integers(0, 256, (count, channels), np.uint8)
    if channels == 4:
        pixels[:, 3] |= 128
    return depths, pixels, rng.bytes(length)


def cut(data, rng):
    """The pixels in bands of any sizes, including the smallest."""
    marks = sorted({0, len(data), *rng.integers(0, len(data), rng.integers(0, 9))})
    return [(a, data[a:b]) for a, b in pairwise(marks)]


def embedded(depths, pixels, body, bands):
    embedder = Embedder(PROLOGUE, body, depths, len(pixels))
    for first, band in bands:
        embedder.embed(band, first)
    return pixels


@given(carriers(), st.integers(0, 2**32))
def test_bands_of_any_size_and_order_embed_the_same_and_are_read_back(carrier, seed):
    depths, pixels, body = carrier
    rng = np.random.default_rng(seed)
    whole = pixels.copy()
    embedded(depths, whole, body, [(0, whole)])
    pieces = pixels.copy()
    bands = cut(pieces, rng)
    rng.shuffle(bands)
    embedded(depths, pieces, body, bands)
    assert pieces.tobytes() == whole.tobytes()
    assert plain_extract(whole, depths, len(body)) == body
    extractor = Extractor(iter([band for _, band in cut(whole, rng)]))
    assert extractor.prologue(0, 24) + extractor.prologue(24, 80) == PROLOGUE
    extractor.start_body(depths, len(body))
    middle = len(body) // 3
    assert bytes(extractor.body(0, middle)) == body[:middle]
    assert bytes(extractor.body(middle, len(body))) == body[middle:]
    assert extractor.tail() == PROLOGUE


@given(carriers())
def test_prologue_and_echo_follow_the_formula_and_are_opaque(carrier):
    depths, pixels, body = carrier
    embedded(depths, pixels, body, [(0, pixels)])
    for start in (0, len(pixels) - 80):
        r, g, b = pixels[start : start + 80, :3].astype(int).T
        assert bytes((r % 8 * 32 + g % 4 * 8 + b % 8).tolist()) == PROLOGUE
        assert (pixels[start : start + 80, 3:] == 255).all()


@given(carriers())
def test_pixels_without_data_are_unchanged(carrier):
    depths, pixels, body = carrier
    before = pixels.copy()
    embedded(depths, pixels, body, [(0, pixels)])
    used = -(-len(body) * 8 // sum(depths))
    group = 8
    free = slice(80 + used + group, len(pixels) - 80)
    assert (pixels[free] == before[free]).all()


@pytest.mark.parametrize("depth", range(1, 9))
def test_embedding_writes_the_nearest_value_with_the_wanted_bits(depth):
    step = 1 << depth
    cover, wanted = (
        np.array(v, np.uint8) for v in zip(*product(range(256), range(step)), strict=True)
    )
    got = nearest(cover, wanted, depth).astype(int)
    assert (got % step == wanted).all()
    for c, w, v in zip(cover.tolist(), wanted.tolist(), got.tolist(), strict=True):
        assert abs(v - c) == min(abs(u - c) for u in range(w, 256, step))


@given(st.integers(0, 10**6), some_depths)
def test_pixels_for_returns_the_minimum_that_has_the_capacity(length, depths):
    pixels = pixels_for(length, depths)
    assert carrier_capacity(pixels, depths) >= length
    assert pixels == 160 or carrier_capacity(pixels - 1, depths) < length


def test_pixels_without_alpha_carry_the_low_bits_of_255():
    pixels = np.random.default_rng(0).integers(0, 256, (200, 3), np.uint8)
    opaque = np.concatenate([pixels, np.full((200, 1), 255, np.uint8)], axis=1)
    streams = []
    for form in (pixels, opaque):
        extractor = Extractor(iter([form]))
        extractor.prologue(0, 80)
        extractor.start_body((2, 2, 2, 2), 40)
        streams.append(bytes(extractor.body(0, 40)))
    assert streams[0] == streams[1] == plain_extract(opaque, (2, 2, 2, 2), 40)


def test_the_example_in_the_spec_is_correct():
    pixels = np.zeros((164, 3), np.uint8)
    embedded((2, 2, 2, 0), pixels, bytes([0xB4, 0, 0]), [(0, pixels)])
    assert pixels[80].tolist() == [0b10, 0b11, 0b01]
    assert pixels[81, 0] == 0
