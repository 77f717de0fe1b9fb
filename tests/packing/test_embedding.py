"""Shaping, compared with its rule applied to one pixel after the other."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from intaglio import dumps
from intaglio._format.registry import PROFILES, is_legal_depths, pixels_for
from intaglio._packing.embedding import drift_of, shape
from intaglio._packing.encoder import encode
from intaglio._packing.job import make_job

all_depths = st.tuples(*[st.integers(0, 8)] * 3, st.integers(0, 4)).filter(is_legal_depths)


def plain_shape(cover, wanted, depths, above):
    """The value with the wanted bits nearest to the pixel above, within the drift of the cover."""
    rows, width, channels = cover.shape
    out = np.zeros_like(cover)
    for row in range(rows):
        over = out[row - 1] if row else above
        for x in range(width):
            for c in range(channels):
                step, half = 1 << depths[c], 1 << depths[c] >> 1
                low, high = max(half - 1, 0), 255 - half
                drift = drift_of(depths, c) if over is not None else 0
                aim = int(cover[row, x, c])
                if over is not None:
                    aim = min(max(int(over[x, c]), aim - drift), aim + drift)
                aim = min(max(aim, low), high)
                reachable = range(int(wanted[row, x, c]), 256, step)
                out[row, x, c] = min(reachable, key=lambda v: (abs(v - aim), -v))
    return out


@st.composite
def tasks(draw):
    depths = draw(all_depths | st.sampled_from(sorted(PROFILES.values())))
    channels = 4 if depths[3] else draw(st.sampled_from((3, 4)))
    size = draw(st.integers(1, 7)), draw(st.integers(1, 9)), channels
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    smooth = np.cumsum(rng.integers(-2, 3, size), axis=0) + rng.integers(0, 256)
    noise = rng.integers(0, 256, size)
    cover = np.clip(draw(st.sampled_from((smooth, noise))), 0, 255).astype(np.uint8)
    wanted = rng.integers(0, 256, size) % (1 << np.array(depths[:channels]))
    above = rng.integers(0, 256, size[1:], np.uint8) if draw(st.booleans()) else None
    return cover, wanted.astype(np.uint8), depths, above


@settings(max_examples=200, deadline=None)
@given(tasks())
def test_shaping_follows_its_rule_for_each_pixel(task):
    assert np.array_equal(shape(*task), plain_shape(*task))


def test_parallel_stretches_equal_stretches_in_sequence():
    rng = np.random.default_rng(1)
    cover = np.full((77, 40, 3), 100, np.uint8)
    wanted = (rng.integers(0, 8, cover.shape) & np.array([7, 3, 7])).astype(np.uint8)
    whole = shape(cover, wanted, (3, 2, 3, 0), None)
    each = 77 // 3
    parts = [
        shape(cover[a:b], wanted[a:b], (3, 2, 3, 0), None)
        for a, b in ((0, each), (each, 2 * each), (2 * each, 77))
    ]
    assert np.array_equal(whole, np.concatenate(parts))


def noisy():
    return np.random.default_rng(2).standard_normal((300, 300)).astype(np.float32)


def smooth():
    y, x = np.mgrid[0:400, 0:400] / 50
    return (np.sin(x) * np.cos(y)).astype(np.float32)


@pytest.mark.parametrize("array", [noisy(), smooth()], ids=["noisy", "smooth"])
def test_the_default_profile_keeps_39_db_psnr_on_pixels_with_data(array):
    encoded = encode({"data": array}, make_job({}, None))
    plain = np.concatenate(list(encoded.picture.bands(64))).reshape(-1, 3)
    with Image.open(io.BytesIO(dumps(array))) as image:
        written = np.asarray(image.convert("RGB")).reshape(-1, 3)
    count = pixels_for(encoded.body.length, encoded.job.depths) - 80
    error = (written[80:count].astype(float) - plain[80:count]) ** 2
    assert 10 * np.log10(255**2 / error.mean()) > 39
