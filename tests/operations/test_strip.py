"""strip: the picture looks the same, and nothing that was carried can be read from it."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image
from tests.support import same_bits

import intaglio as ig
from intaglio._forensics.marks import maybe_mark
from intaglio._format.registry import PROFILES
from intaglio._operations.recolor import recolor
from intaglio._operations.strip import strip


def stripped(raw):
    out = io.BytesIO()
    strip(io.BytesIO(raw), out)
    return out.getvalue()


def pixels(raw):
    return np.asarray(Image.open(io.BytesIO(raw)).convert("RGBA")).astype(int)


def chunk_kinds(raw):
    kinds, at = [], 8
    while at < len(raw):
        kinds.append(raw[at + 4 : at + 8])
        at += 12 + int.from_bytes(raw[at : at + 4], "big")
    return kinds


def smooth_matrix():
    y, x = np.mgrid[0:96, 0:96] / 96
    return np.sin(5 * x) * np.cos(3 * y) + 1e-9 * np.random.default_rng(0).normal(size=(96, 96))


def photo():
    y, x = np.mgrid[0:300, 0:400]
    red, green = 128 + 100 * np.sin(x / 60), 128 + 100 * np.cos(y / 45)
    return np.stack([red, green, (x + y) % 256], axis=2).astype(np.uint8)


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_can_be_read_any_more_and_only_pixels_are_left(profile):
    raw = ig.dumps(smooth_matrix(), profile=profile, metadata={"secret": "name"})
    plain = stripped(raw)
    with pytest.raises(ig.DecodeError) as caught:
        ig.loads(plain)
    assert caught.value.reason == ig.Reason.NO_PROLOGUE
    assert {*chunk_kinds(plain)} == {b"IHDR", b"IDAT", b"IEND"}
    assert b"ntaglio" not in plain


@pytest.mark.parametrize("profile", ["fine", "opaque", "dense", "rgba", "rgba-dense"])
@pytest.mark.parametrize("cover", [None, photo()], ids=["heat map", "photo"])
def test_the_picture_looks_the_same(profile, cover):
    raw = ig.dumps(smooth_matrix(), profile=profile, cover=cover, enlarge=cover is not None)
    before, after = pixels(raw), pixels(stripped(raw))
    assert before.shape == after.shape
    assert (after[..., 3] == 255).all()
    depth = max(PROFILES[profile])
    difference = np.abs(before - after)[..., :3]
    assert difference.max() <= 2 * (1 << max(depth, 3))
    assert difference.mean() <= (1 << depth) / 2
    blocks = [x[: len(x) // 8 * 8, : x.shape[1] // 8 * 8, :3] for x in (before, after)]
    means = [x.reshape(len(x) // 8, 8, -1, 8, 3).mean(axis=(1, 3)) for x in blocks]
    # Near black and white the low bits do not say how near: half a step either way.
    assert np.abs(means[0] - means[1]).max() <= 3 + (1 << max(depth, 3)) / 2
    assert np.abs(means[0] - means[1]).mean() <= (1 << depth) / 8


def test_a_clean_cover_comes_back_nearly_as_it_was():
    cover = photo()
    after = pixels(stripped(ig.dumps(smooth_matrix(), cover=cover)))[..., :3]
    step = np.abs(np.diff(cover.astype(int), axis=1, prepend=0)).max(axis=2) > 8
    assert np.abs(after - cover)[~step].mean() < 1.5


def test_white_stays_white_and_black_black():
    for value in (0, 255):
        cover = np.full((300, 400, 3), value, np.uint8)
        raw = ig.dumps(smooth_matrix(), cover=cover)
        before, after = (np.abs(pixels(x)[..., :3] - value) for x in (raw, stripped(raw)))
        assert after.max() <= max(before.max(), 8)
        assert after.mean() < before.mean()
        assert after.mean() < 2


def test_what_is_left_does_not_depend_on_the_low_bits():
    """Files with the same prologue and the same high bits give the same bytes."""
    raw = ig.dumps(smooth_matrix(), cover=photo())
    depths, length = (3, 2, 3), ig.info(io.BytesIO(raw)).body_bytes
    changed = pixels(raw)[..., :3].astype(np.uint8)
    body = changed.reshape(-1, 3)[80 : 80 + length]
    for channel, depth in enumerate(depths):
        noise = np.random.default_rng(channel).integers(0, 1 << depth, len(body), np.uint8)
        body[:, channel] ^= noise
    out = io.BytesIO()
    Image.fromarray(changed).save(out, "png")
    assert (pixels(out.getvalue()) != pixels(raw)).any()
    assert stripped(out.getvalue()) == stripped(raw)


def test_low_bits_tell_nothing_of_the_payload():
    """The payload's bits and the low bits that are left agree no more often than by chance."""
    raw = ig.dumps(np.random.default_rng(1).integers(0, 2**62, 20_000), cover=photo(), enlarge=True)
    before, after = pixels(raw), pixels(stripped(raw))
    for channel, depth in enumerate((3, 2, 3)):
        for bit in range(depth - 1):  # the top carried bit decides which way a pixel was rounded
            agree = ((before[..., channel] ^ after[..., channel]) >> bit & 1).mean()
            assert abs(agree - 0.5) < 0.02


def test_the_same_file_is_stripped_to_the_same_bytes():
    raw = ig.dumps(smooth_matrix())
    assert stripped(raw) == stripped(raw)


def test_pixels_that_carried_nothing_stay_as_they_are():
    cover = photo()
    raw = ig.dumps(np.arange(10.0), cover=cover)
    before, after = pixels(raw)[..., :3], pixels(stripped(raw))[..., :3]
    assert (after[10:-1] == before[10:-1]).all()
    inner = (cover >= 8) & (cover < 248)
    assert (after[10:-1] == cover[10:-1])[inner[10:-1]].all()


def test_a_picture_with_damaged_data_is_stripped_too():
    raw = ig.dumps(smooth_matrix())
    damaged = pixels(raw)[..., :3].astype(np.uint8)
    damaged[100:110] ^= 1
    out = io.BytesIO()
    Image.fromarray(damaged).save(out, "png")
    with pytest.raises(ig.DecodeError):
        ig.loads(out.getvalue())
    with pytest.raises(ig.DecodeError) as caught:
        ig.loads(stripped(out.getvalue()))
    assert caught.value.reason == ig.Reason.NO_PROLOGUE


def png_of(array):
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(out, "png")
    return out.getvalue()


def framed(array):
    return np.pad(array, ((11, 7), (5, 30), (0, 0)), constant_values=200)


def spoilt(array, first=True, last=True):
    array = array.copy()
    array[0, 40] ^= first
    array[-1, -40] ^= last
    return array


CHANGES = {
    "flipped": lambda x: x[:, ::-1],
    "turned": np.rot90,
    "framed": framed,
    "cropped at the bottom": lambda x: x[:-40],
    "cropped at the top and left": lambda x: x[30:, 20:],
    "enlarged": lambda x: x.repeat(3, 0).repeat(3, 1),
    "turned, enlarged and framed": lambda x: framed(np.rot90(x).repeat(2, 0).repeat(2, 1)),
    "its first prologue damaged": lambda x: spoilt(x, last=False),
    "shown twice": lambda x: np.vstack([framed(x), framed(x[::-1])]),
}


@pytest.mark.parametrize("profile", ["opaque", "dense", "rgba"])
@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_since_is_found_by_its_marks_and_stripped(change, profile):
    original = pixels(
        ig.dumps(np.random.default_rng(2).normal(size=3000), cover=photo(), profile=profile)
    )
    carrier = original.astype(np.uint8) if profile == "rgba" else original[..., :3].astype(np.uint8)
    with pytest.raises(ig.DecodeError):
        ig.extract(np.ascontiguousarray(CHANGES[change](carrier)))
    plain = pixels(stripped(png_of(CHANGES[change](carrier)))).astype(np.uint8)
    assert maybe_mark(plain) is None
    assert np.abs(plain[..., :3] - CHANGES[change](carrier)[..., :3].astype(int)).max() <= 32
    # Nothing that is left depends on the payload: another one gives the same pixels.
    depths = PROFILES[profile]
    other = carrier.copy()
    rows = slice(1, 1 + 3000 * 8 * 8 // sum(depths) // 400 * 9 // 10)
    for channel, depth in enumerate(depths[: carrier.shape[2]]):
        noise = np.random.default_rng(channel).integers(0, 1 << depth, other.shape[:2], np.uint8)
        other[rows, :, channel] ^= noise[rows]
    assert (other != carrier).any()
    assert same_bits(plain, pixels(stripped(png_of(CHANGES[change](other)))).astype(np.uint8))


def test_where_nothing_tells_what_was_carried_the_refusal_says_how_to_be_rid_of_it():
    carrier = pixels(ig.dumps(smooth_matrix(), cover=photo()))[..., :3].astype(np.uint8)
    both = carrier.copy()
    both[0, 8:60] ^= 1
    both[-1, -72:-20] ^= 1
    with pytest.raises(ig.DecodeError) as caught:
        stripped(png_of(both))
    assert caught.value.reason == ig.Reason.PROLOGUE_DAMAGED
    assert "save the picture as a JPEG" in caught.value.detail


def test_an_ordinary_picture_is_refused():
    out = io.BytesIO()
    Image.fromarray(photo()).save(out, "png")
    with pytest.raises(ig.DecodeError) as caught:
        stripped(out.getvalue())
    assert caught.value.reason == ig.Reason.NO_PROLOGUE


def test_the_smallest_and_the_thinnest_pictures_are_stripped():
    for cover in (np.full((1, 4000, 3), 90, np.uint8), np.full((4000, 1, 3), 90, np.uint8)):
        plain = stripped(ig.dumps(np.arange(3.0), cover=cover))
        assert pixels(plain).shape[:2] == cover.shape[:2]
        with pytest.raises(ig.DecodeError):
            ig.loads(plain)


def test_stripped_pictures_are_smaller():
    raw = ig.dumps(smooth_matrix())
    assert len(stripped(raw)) < len(raw)
    assert zlib.crc32(raw) != zlib.crc32(stripped(raw))


def test_recolor_keeps_every_bit_metadata_attrs_and_profile():
    arrays = {"x": smooth_matrix(), "n": np.arange(4, dtype="i2")}
    raw = ig.dumps(arrays, metadata={"a": 1}, attrs={"x": {"unit": "K"}}, profile="dense")
    out = io.BytesIO()
    recolor(io.BytesIO(raw), out, cmap="gray")
    again = ig.loads_dict(out.getvalue())
    assert {name: a.tobytes() for name, a in again.items()} == {
        n: a.tobytes() for n, a in arrays.items()
    }
    found, before = ig.info(io.BytesIO(out.getvalue())), ig.info(io.BytesIO(raw))
    assert (found.metadata, found.profile) == (before.metadata, "dense")
    assert [a.attrs for a in found.arrays] == [a.attrs for a in before.arrays]
    assert (pixels(out.getvalue()) != pixels(raw)).any()
