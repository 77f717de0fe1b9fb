"""Flat areas: no edge where the data ends, the same for any bands, and no other changes."""

import io
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import intaglio as ig
from intaglio._format.carrier_write import Embedder
from intaglio._format.registry import PROFILES
from intaglio._packing.embedding import drift_of, shape
from intaglio._packing.flat_areas import flat_parts, leveller, levels

VALUES = (0, 1, 2, 3, 4, 6, 64, 128, 246, 249, 250, 251, 252, 253, 254, 255)
CARRYING = sorted(set(PROFILES) - {"raw"})  # of raw, every bit of a pixel is data
NOISE = np.random.default_rng(0).integers(0, 256, 20_000, np.uint8)


def pixels(raw):
    return np.asarray(Image.open(io.BytesIO(raw))).astype(float)


def saved(cover, profile):
    return ig.dumps(NOISE, cover=cover, profile=profile)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("profile", CARRYING)
def test_flat_areas_without_data_have_the_constant_nearest_to_the_mean(profile, value):
    cover = np.full((250, 250, 3), value, np.uint8)
    for picture in (
        pixels(saved(cover, profile)),
        ig.embed(cover, NOISE, profile=profile).astype(float),
    ):
        carrying, rest = picture[4:40], picture[200:-1].reshape(-1, picture.shape[2])
        assert len(np.unique(rest, axis=0)) == 1
        # a half for the nearest, and four standard errors of the mean of 9,000 pixels
        error = 4 * carrying.std(axis=(0, 1)) / np.sqrt(9000)
        assert (np.abs(carrying.mean(axis=(0, 1)) - rest[0]) <= 0.5 + error).all()


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("profile", ["fine", "opaque", "dense", "rgba-dense"])
def test_a_stripped_picture_has_no_edge_where_the_data_ended(profile, value):
    out = io.BytesIO()
    cover = np.full((250, 250, 3), value, np.uint8)
    ig.strip(io.BytesIO(saved(cover, profile)), out)
    after = pixels(out.getvalue())[..., :3]
    assert (after[4:-1] == value).all()


@pytest.mark.parametrize("value", [64, 128, 201])
def test_a_stripped_picture_has_the_mean_of_the_file(value):
    raw, out = saved(np.full((250, 250, 3), value, np.uint8), "opaque"), io.BytesIO()
    ig.strip(io.BytesIO(raw), out)
    before, after = pixels(raw), pixels(out.getvalue())
    assert np.abs(before[4:40].mean(axis=(0, 1)) - after[4:40].mean(axis=(0, 1))).max() < 0.2


def test_a_level_is_the_integer_nearest_to_the_mean_of_shaped_rows():
    depths, rng = (3, 2, 3, 0), np.random.default_rng(1)
    for value in (0, 3, 5, 100, 249, 252, 255):
        cover = np.full((3000, 30, 3), value, np.uint8)
        wanted = rng.integers(0, (8, 4, 8), cover.shape).astype(np.uint8)
        means = shape(cover, wanted, depths, cover[0])[60:].mean(axis=(0, 1))
        for channel in range(3):
            level = int(levels(depths[channel], drift_of(depths, channel))[value])
            assert abs(level - means[channel]) < 0.53


def plainly_flat(row):
    """Runs of 16 equal pixels, and all pixels of the colour of the longest run, pixel by pixel."""
    runs, start = [], 0
    for x in range(1, len(row) + 1):
        if x == len(row) or tuple(row[x]) != tuple(row[start]):
            runs.append((start, x))
            start = x
    long = [run for run in runs if run[1] - run[0] >= min(16, len(row))]
    flat = np.zeros(len(row), bool)
    for begin, end in long:
        flat[begin:end] = True
    return flat, [row[begin] for begin, end in long if 2 * (end - begin) > max(np.diff(long))]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 60)), min_size=1, max_size=12))
def test_flat_areas_are_long_runs_and_all_pixels_of_the_longest_runs_colour(runs):
    row = np.concatenate([np.full((n, 3), 100 * v, np.uint8) for v, n in runs])
    flat, papers = plainly_flat(row)
    (found,) = flat_parts(row[None])
    assert (found >= flat).all()
    assert any((found == (flat | (row == paper).all(axis=1))).all() for paper in papers) or not (
        papers or found.any()
    )


def test_paper_between_letters_is_levelled_and_letters_are_not():
    row = np.full((1, 400, 3), 255, np.uint8)
    row[0, 30:120:3] = 0  # strokes, two pixels of paper between them
    row[0, 31:120:3] = 254  # their soft edges
    level = leveller((3, 2, 3, 0), (2, 1, 2, 0))(row)[0]
    paper = (row[0] == 255).all(axis=1)
    assert (level[paper] == (252, 254, 252)).all()
    assert (level[~paper] == row[0][~paper]).all()


def test_gradients_and_photographs_are_unchanged():
    y, x = np.mgrid[0:256, 0:256]
    gradient = np.stack([x, y, (x + y) // 2], axis=-1).astype(np.uint8)
    noisy = np.random.default_rng(2).integers(240, 256, (256, 256, 3), np.uint8)
    for cover in (gradient, noisy):
        after = ig.embed(cover, np.arange(4.0))
        assert (after[20:-1] == cover[20:-1]).all()


@given(st.integers(0, 2**32), st.integers(1, 60), st.booleans())
def test_bands_of_whole_rows_in_any_order_write_the_same(seed, width, narrow):
    rng = np.random.default_rng(seed)
    height = 400 // width + 200
    cover = np.full((height, width, 3), rng.integers(0, 2) * 255, np.uint8)
    cover[:, : width // 3] = rng.integers(0, 256, (height, width // 3, 3))
    cover[:, :: 7 if narrow else 19] = 3
    body, depths = rng.bytes(int(rng.integers(0, 40 + width * height // 3))), (3, 2, 3, 0)

    def embedded(marks):
        flat = cover.reshape(-1, 3).copy()
        rest = (width, leveller(depths, (2, 1, 2, 0)))
        embedder = Embedder(bytes(80), body, depths, len(flat), rest)
        bands = list(pairwise(mark * width for mark in marks))
        rng.shuffle(bands)
        for start, stop in bands:
            embedder.embed(flat[start:stop], start)
        return flat

    marks = sorted({0, height, *rng.integers(0, height, 7).tolist()})
    assert (embedded(marks) == embedded([0, height])).all()


@pytest.mark.parametrize("profile", ["fine", "opaque"])
@pytest.mark.parametrize("effort", ["fast", "small"])
@pytest.mark.parametrize("value", [0, 3, 128, 255])
def test_a_small_array_in_a_flat_cover_gives_a_small_file(value, effort, profile):
    data, cover = NOISE[:3000], np.full((300, 300, 3), value, np.uint8)
    assert len(ig.dumps(data, cover=cover, effort=effort, profile=profile)) < 2 * len(data)
