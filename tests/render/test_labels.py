"""Label maps: distinguished from counts, photographs and noise, and shown in label colours."""

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

import intaglio as ig
from intaglio._render.labels import LABEL_COLORS, label_table, labels_of
from intaglio._render.picture import Look, make_picture

RNG = np.random.default_rng(0)
Y, X = np.mgrid[0:160, 0:160]


def smooth(reach):
    """A field of about that correlation length, mean 0 and deviation 1."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(160), np.fft.fftfreq(160)))
    noise = np.fft.fft2(RNG.normal(size=(160, 160)))
    field = np.fft.ifft2(noise * np.exp(-2 * (np.pi * frequency * reach) ** 2)).real
    return (field - field.mean()) / field.std()


def classes(count, reach=5):
    return np.argmax([smooth(reach) for _ in range(count)], axis=0)


def discs():
    out = np.zeros((160, 160), np.int64)
    for label, (y, x) in enumerate(RNG.integers(20, 140, (9, 2)), 1):
        out[(Y - y) ** 2 + (X - x) ** 2 < 15**2] = label
    return out


def noisy(array, share):
    hit = RNG.random(array.shape) < share
    return np.where(hit, RNG.integers(0, array.max() + 1, array.shape), array)


def nearest_seed(count):
    seeds = RNG.integers(0, 160, (count, 2))
    return np.argmin([(Y - y) ** 2 + (X - x) ** 2 for y, x in seeds], axis=0)


LAND_COVER = np.array([10, 20, 30, 40, 50, 60, 80, 90, 95, 100])
MAPS = {
    "a segmentation": discs(),
    "a mask": smooth(5) > 1,
    "a mask of 0 and 255": (smooth(5) > 0) * 255,
    "three classes": classes(3),
    "fifteen classes": classes(15),
    "land cover": LAND_COVER[classes(10)],
    "a classification with noise": noisy(classes(8), 0.2),
    "nearest seeds": nearest_seed(15),
    "an ignored class": np.where(smooth(3) > 2, 255, classes(12)),
    "a stack": classes(6).reshape(4, 40, 160),
}
OTHERS = {
    "few counts": RNG.poisson(0.3, (160, 160)),
    "rare counts": RNG.poisson(0.02, (160, 160)),
    "counts": RNG.poisson(3, (160, 160)),
    "coverage": np.minimum(
        sum(((Y - y) ** 2 + (X - x) ** 2 < 900).astype(int) for y, x in RNG.integers(0, 160, (30, 2))),
        18,
    ),
    "elevation steps": np.clip(np.round(3 * smooth(6)) + 8, 0, 16).astype(int),
    "a photograph of 8 levels": np.clip(np.round(2 * smooth(3) + 4), 0, 7).astype(int),
    "rings": (np.hypot(Y - 80, X - 80) // 10).astype(int),
    "random bits": RNG.integers(0, 2, (160, 160)),
    "random digits": RNG.integers(0, 10, (160, 160)),
    "rare events": RNG.random((160, 160)) < 0.03,
    "an identity": np.eye(60, dtype=int),
    "genotypes": RNG.binomial(2, 0.3, (160, 160)),
    "a checkerboard": (X + Y) % 2,
    "one value": np.full((160, 160), 3),
    "twenty-one values": np.kron(RNG.permutation(21).reshape(3, 7), np.ones((20, 20), int)),
    "negative values": discs() - 1,
    "large values": discs() * 100,
    "floats": discs().astype(float),
    "a few cells": np.array([[0, 0, 1], [0, 2, 2], [0, 2, 2]]),
}  # fmt: skip


def tiles(array):
    return list(array.reshape(-1, *array.shape[-2:]))


@pytest.mark.parametrize("name", MAPS)
def test_a_label_map_is_recognised_with_all_its_labels(name):
    assert labels_of(tiles(MAPS[name])) == np.unique(MAPS[name]).tolist()


@pytest.mark.parametrize("name", OTHERS)
def test_arrays_that_only_resemble_label_maps_are_not_recognised(name):
    assert labels_of(tiles(OTHERS[name])) is None


@pytest.mark.parametrize("dtype", ["u1", "i1", "<i2", ">i4", "<u8", ">u8", "<i8"])
def test_the_dtype_of_labels_does_not_matter(dtype):
    assert labels_of([MAPS["a segmentation"].astype(dtype)]) == list(range(10))


def painted(array, **look):
    picture = make_picture({"data": array}, 0, Look(**look))
    return np.concatenate(list(picture.bands(64)))


@pytest.mark.parametrize("name", ["a segmentation", "land cover", "a mask", "a mask of 0 and 255"])
def test_each_label_has_its_colour_and_0_is_neutral(name):
    array = MAPS[name]
    shown = painted(array, side_min=160)
    labels = np.unique(array.astype(int)).tolist()
    assert (shown == label_table(labels)[array.astype(int)]).all()
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == len(labels)
    if 0 in labels:
        assert len(set(shown[array == 0].ravel().tolist())) == 1  # a grey


@pytest.mark.parametrize(
    "look",
    [{"cmap": "viridis"}, {"vmin": 0}, {"vmax": 9}, {"norm": "linear"}, {"cmap": "tab10"}],
    ids=str,
)
def test_a_requested_colour_map_or_norm_is_used(look):
    array = MAPS["a segmentation"]
    assert (painted(array, **look) == painted(array.astype(float), **look)).all()


def test_a_label_has_one_colour_in_every_piece_of_a_map():
    whole = label_table(range(20))
    for labels in ([0, 3], [1, 2, 3], [3, 7, 19], [3, 200]):
        assert (label_table(labels)[3] == whole[3]).all()
    assert len(np.unique(whole[:20], axis=0)) == 20


def test_labels_with_the_same_preferred_colour_get_different_ones():
    table = label_table([0, 1, 20, 39, 58])
    assert len(np.unique(table[[0, 1, 20, 39, 58]], axis=0)) == 5


# Machado, Oliveira and Fernandes 2009, severity 1: linear RGB as the colour-blind see it.
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def cielab(colors, sight):
    part = np.asarray(colors) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ SIGHTS[sight].T, 0, 1)
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    ratio = seen @ np.array(to_xyz).T / [0.95047, 1, 1.08883]
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)  # fmt: skip


@pytest.mark.parametrize("sight", SIGHTS)
def test_label_colours_are_distinct_also_for_colour_blind_people(sight):
    seen = cielab(LABEL_COLORS, sight)
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) >= 16


def test_a_file_of_labels_shows_label_colours_and_is_read_back():
    array = MAPS["a segmentation"].astype(np.uint8)
    raw = ig.dumps(array, profile="fine")
    shown = np.asarray(Image.open(io.BytesIO(raw)).resize((160, 160), Image.Resampling.NEAREST))
    colors = label_table(range(10))[array].astype(int)
    assert np.abs(shown.astype(int) - colors).max() <= 4
    assert (ig.loads(raw) == array).all()


def test_the_colour_bar_of_labels_has_a_field_for_each():
    pytest.importorskip("matplotlib")
    from intaglio.figures import framed

    array = MAPS["land cover"].astype(np.uint8)
    figure = framed(array)
    shown, bar = figure.axes
    assert [text.get_text() for text in bar.get_yticklabels()] == LAND_COVER.astype(str).tolist()
    (image,) = shown.images
    colors = np.rint(255 * image.cmap(image.norm(image.get_array()))[..., :3])
    assert (colors == label_table(LAND_COVER.tolist())[array]).all()
    for look in ({"cmap": "gray"}, {"vmin": 0}, {"norm": "log"}):
        assert framed(array, **look).axes[0].images[0].get_array().max() == 100
