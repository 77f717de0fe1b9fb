"""Causes of small changes: noise, conversions and back, and low bits that someone cleaned."""

import io

import numpy as np
import pytest
from PIL import Image
from tests.forensics.damage import read_png, synthetic_photo

import intaglio as ig
from intaglio import Reason
from intaglio._forensics.diagnose import diagnose_pixels
from intaglio._format.registry import PROLOGUE_BYTES

DATA = np.random.default_rng(3).normal(size=(60, 80))


def photo():
    cover = synthetic_photo(31, 160, 260)
    return ig.embed(cover, DATA, profile="opaque")


def heat_map():
    return read_png(ig.dumps(DATA, cmap="viridis", profile="opaque"))[..., :3]


def gentle():
    cover = 60 + np.add.outer(np.arange(200) // 2, np.arange(300) // 4).astype(np.uint8)
    return ig.embed(np.repeat(cover[..., None], 3, -1), DATA, profile="fine")


CARRIERS = (photo, heat_map, gentle)


def rounded(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def noise(amount):
    return lambda p: rounded(p + np.random.default_rng(8).normal(0, amount, p.shape))


def one_bit(p):
    return p ^ np.random.default_rng(7).integers(0, 2, p.shape, np.uint8)


def one_step(p):
    return rounded(p.astype(int) + np.random.default_rng(9).integers(-1, 2, p.shape))


def gamma_and_back(gamma):
    def change(p):
        there = rounded(255 * (p / 255) ** gamma)
        return rounded(255 * (there / 255) ** (1 / gamma))

    return change


def video_range_and_back(p):
    return rounded((rounded(16 + p * (219 / 255)) - 16.0) * (255 / 219))


def ycbcr_and_back(p):
    return np.array(Image.fromarray(p).convert("YCbCr").convert("RGB"))


def video_ycbcr_and_back(p):
    matrix = np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112], [112, -93.786, -18.214]])
    there = rounded(p @ matrix.T / 255 + [16, 128, 128])
    return rounded((there - [16.0, 128, 128]) @ np.linalg.inv(matrix / 255).T)


def levels(bits):
    most = 2**bits - 1
    return lambda p: rounded(np.rint(p / 255 * most) / most * 255)


SLIGHT = {
    "one-bit noise": one_bit,
    "noise of one step": one_step,
    "noise of sigma 0.5": noise(0.5),
    "noise of sigma 0.9": noise(0.9),
    "gamma 1.5 and back": gamma_and_back(1.5),
    "gamma 0.45 and back": gamma_and_back(0.45),
    "video range and back": video_range_and_back,
    "YCbCr and back": ycbcr_and_back,
    "YCbCr in video range and back": video_ycbcr_and_back,
    "7 bits": levels(7),
    "the last bit cleared": lambda p: p & 0xFE,
}


@pytest.mark.parametrize("name", SLIGHT)
@pytest.mark.parametrize("make", CARRIERS)
def test_a_change_of_nearly_nothing_everywhere_is_named_as_that(make, name):
    with pytest.raises(ig.DecodeError) as caught:
        ig.extract(SLIGHT[name](make()))
    assert caught.value.diagnosis == "slightly-changed"
    assert "probably this PNG was changed a little everywhere" in caught.value.detail
    assert "ask for the original file" in caught.value.detail


def test_noise_that_spared_the_echo_is_not_called_paint():
    original = gentle()
    noisy = one_bit(original)
    noisy.reshape(-1, 3)[-PROLOGUE_BYTES:] = original.reshape(-1, 3)[-PROLOGUE_BYTES:]
    assert diagnose_pixels(noisy, Reason.NO_PROLOGUE).cause == "slightly-changed"
    noisy.reshape(-1, 3)[:PROLOGUE_BYTES] = 200, 30, 40
    assert diagnose_pixels(noisy, Reason.NO_PROLOGUE).cause == "annotated"


def test_noise_in_the_height_of_a_damaged_prologue_is_not_called_cropping():
    original = gentle()
    noisy = original.copy()
    flat = noisy.reshape(-1, 3)
    flat[28, 2] ^= 1  # the lowest bit of the height
    flat[45:] = one_bit(original).reshape(-1, 3)[45:]
    assert diagnose_pixels(noisy, Reason.PROLOGUE_DAMAGED).cause == "slightly-changed"


def test_a_change_of_colours_is_not_called_slight():
    for gain in (0.8, 1.2):
        found = diagnose_pixels(rounded(photo() * gain), Reason.NO_PROLOGUE)
        assert found.cause == "recoloured"


# Low bits that someone cleaned.


def masked(*depths, low=0):
    keep = np.array([256 - (1 << depth) for depth in depths], np.uint8)
    return lambda p: (p & keep) | (~keep & np.uint8(low))


EMPTY = {
    "3, 2, 3 bits cleared": masked(3, 2, 3),
    "4 bits cleared": masked(4, 4, 4),
    "2 bits cleared": masked(2, 2, 2),
    "3 bits set": masked(3, 3, 3, low=255),
    "4 bits set to the middle": masked(4, 4, 4, low=8),
    "5 bits": levels(5),
    "6 bits": levels(6),
}


@pytest.mark.parametrize("name", EMPTY)
@pytest.mark.parametrize("make", CARRIERS)
def test_low_bits_that_hold_nothing_are_said_to_hold_nothing(make, name):
    found = diagnose_pixels(EMPTY[name](make()), Reason.NO_PROLOGUE)
    assert (found.cause, found.certain) == ("low-bits-empty", True)
    assert "hold nothing" in found.sentence
    assert "probably" not in found.sentence
    assert "likely" not in found.sentence


def test_low_bits_that_hold_something_in_one_place_are_not_said_to_hold_nothing():
    pixels = EMPTY["3, 2, 3 bits cleared"](photo())
    pixels[80, 130] ^= 1
    assert diagnose_pixels(pixels, Reason.NO_PROLOGUE).cause != "low-bits-empty"


@pytest.mark.parametrize("depths", [(3, 2, 3), (2, 2, 2), (4, 4, 4)])
@pytest.mark.parametrize("make", CARRIERS)
def test_low_bits_that_were_written_over_with_noise_raise_no_suspicion(make, depths):
    pixels = make()
    fresh = np.random.default_rng(12).integers(0, 256, pixels.shape, np.uint8)
    keep = masked(*depths)
    found = diagnose_pixels(keep(pixels) | (fresh ^ keep(fresh)), Reason.NO_PROLOGUE)
    assert found.cause in ("not-a-carrier", "low-bits-random", "altered")
    assert "likely" not in found.sentence
    assert not found.certain


NOISE = {
    "uniform": lambda rng, shape: rng.integers(0, 256, shape),
    "normal, sigma 20": lambda rng, shape: rng.normal(128, 20, shape),
    "normal, sigma 60": lambda rng, shape: rng.normal(128, 60, shape),
    "normal, sigma 2": lambda rng, shape: rng.normal(100, 2, shape),
}


@pytest.mark.parametrize("kind", NOISE)
@pytest.mark.parametrize("side", [100, 128, 200])
def test_plain_noise_was_not_altered(kind, side):
    for seed in range(3):
        pixels = rounded(NOISE[kind](np.random.default_rng(seed), (side, side, 3)))
        assert diagnose_pixels(pixels, Reason.NO_PROLOGUE).cause == "not-a-carrier"


def test_the_words_of_small_changes_are_those_of_the_error():
    out = io.BytesIO()
    Image.fromarray(one_bit(photo())).save(out, "PNG")
    with pytest.raises(ig.DecodeError) as caught:
        ig.loads(out.getvalue())
    assert (caught.value.reason, caught.value.diagnosis) == ("no-prologue", "slightly-changed")
