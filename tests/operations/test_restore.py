"""Restoring what lost nothing: channels, inversion, repeated pixels, shifts, fields, other files."""

import io
import struct
import subprocess
import sys
import zlib
from itertools import permutations

import numpy as np
import pytest
from PIL import Image
from tests.forensics.damage import screenshot, synthetic_photo, write_png
from tests.support import same_bits

import intaglio as ig
from intaglio import Reason
from intaglio._forensics import recolored, upscaled
from intaglio._forensics.diagnose import diagnose_pixels
from intaglio._forensics.other_formats import FORMATS
from intaglio._operations.restore import restore_pixels

DATA = np.random.default_rng(3).normal(size=(60, 80))


def carrier(height: int = 200, width: int = 300, channels: int = 3, **options) -> np.ndarray:
    cover = 40 + np.add.outer(np.arange(height) // 3, np.arange(width) // 4).astype(np.uint8)
    pixels = np.repeat(cover[..., None], channels, -1)
    pixels[..., 3:] = 255
    return ig.embed(pixels, DATA, **options)


def repeated(pixels, height, width, offset=0.5):
    """Enlarged by repeating pixels, as tools do it that sample at that offset."""
    y = ((np.arange(height) + offset) * pixels.shape[0] / height).astype(int)
    x = ((np.arange(width) + offset) * pixels.shape[1] / width).astype(int)
    return pixels[np.ix_(y, x)]


def inside(pixels, screen, top, left):
    result = screen.copy()
    result[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return result


def assert_undone(changed, original, cause):
    changed = np.ascontiguousarray(changed)
    found = diagnose_pixels(changed, Reason.NO_PROLOGUE)
    assert (found.cause, found.certain) == (cause, True)
    assert "`intaglio restore` undoes that" in found.sentence
    pixels, steps = restore_pixels(changed)
    assert same_bits(np.ascontiguousarray(pixels), original)
    assert same_bits(ig.extract(pixels)["data"], DATA)
    assert steps


# Colours.


@pytest.mark.parametrize("order", [*permutations(range(3))][1:])
def test_exchanged_channels_are_named_and_put_back(order):
    original = carrier()
    assert_undone(original[..., order], original, "channels-swapped")


@pytest.mark.parametrize("profile", ["opaque", "rgba", "rgba-dense"])
@pytest.mark.parametrize("order", [*permutations(range(4))][1::3])
def test_exchanged_channels_with_alpha_are_put_back(order, profile):
    original = carrier(channels=4, profile=profile)
    assert_undone(original[..., order], original, "channels-swapped")


@pytest.mark.parametrize("profile", ["opaque", "fine", "dense"])
def test_a_negative_is_undone(profile):
    original = carrier(profile=profile)
    assert_undone(255 - original, original, "inverted")


@pytest.mark.parametrize("mask", [(255, 0, 0), (0, 255, 255), (1, 1, 1), (2, 1, 2)])
def test_inverted_bits_of_some_channels_are_undone(mask):
    original = carrier()
    assert_undone(original ^ np.array(mask, np.uint8), original, "inverted")


def test_an_inverted_alpha_is_undone():
    original = carrier(channels=4, profile="rgba")
    assert_undone(original ^ np.array([0, 0, 0, 255], np.uint8), original, "inverted")


@pytest.mark.parametrize("shift", [(1, 1, 1), (-1, -1, -1), (3, 1, -2), (0, 0, 1)])
def test_a_constant_that_was_added_to_colours_is_subtracted(shift):
    original = carrier()
    changed = (original.astype(int) + shift).astype(np.uint8)
    assert_undone(changed, original, "recoloured")


def test_a_constant_that_clipped_values_is_named_and_not_promised_to_be_undone():
    cover = np.repeat((np.arange(200) < 100)[:, None, None] * np.uint8(90), 300, 1).repeat(3, 2)
    changed = np.maximum(ig.embed(cover, DATA).astype(int) - 1, 0).astype(np.uint8)
    found = diagnose_pixels(changed, Reason.NO_PROLOGUE)
    assert (found.cause, found.certain) == ("recoloured", True)
    assert "restore" not in found.sentence
    assert restore_pixels(changed) is None


@pytest.mark.parametrize("change", ["channels-swapped", "inverted"])
def test_restore_is_not_offered_where_transparency_with_data_was_dropped(change):
    opaque = carrier(channels=4, profile="rgba")[..., :3]
    changed = np.ascontiguousarray(opaque[..., ::-1] if change == "channels-swapped" else ~opaque)
    found = diagnose_pixels(changed, Reason.NO_PROLOGUE)
    assert found.cause == change
    assert "transparency, which carried data, was dropped" in found.sentence
    assert "restore" not in found.sentence
    assert restore_pixels(changed) is None


# Order of rows and columns.


@pytest.mark.parametrize(
    "shift", [(77, 0), (0, 77), (100, 150), (-1, 0), (0, -1), (0, 270), (199, 299)]
)
def test_a_shift_around_the_edges_is_undone(shift):
    original = carrier()
    assert_undone(np.roll(original, shift, (0, 1)), original, "shifted")


@pytest.mark.parametrize("height", [200, 201])
def test_moved_fields_are_put_back(height):
    original = carrier(height)
    rows = np.arange(height)
    apart = np.r_[rows[::2], rows[1::2]]
    assert_undone(original[apart], original, "fields-moved")
    assert_undone(original[np.argsort(apart)], original, "fields-moved")
    if height % 2 == 0:
        assert_undone(original[rows ^ 1], original, "fields-moved")


# Repeated pixels.


@pytest.mark.parametrize("offset", [0, 0.5, 0.99])
@pytest.mark.parametrize("factor", [(1.1, 1.1), (1.25, 1.25), (1.5, 1.5), (1.75, 2.5), (1, 1.3)])
def test_pixels_repeated_by_any_factor_are_taken_once(factor, offset):
    original = carrier()
    size = (round(200 * factor[0]), round(300 * factor[1]))
    assert_undone(repeated(original, *size, offset), original, "resized")


@pytest.mark.parametrize("screen", ["flat", "screenshot", "photograph", "gradient"])
@pytest.mark.parametrize("factor", [1.25, 1.5, 2, 3])
def test_an_enlarged_picture_inside_another_is_cut_out(factor, screen):
    original = carrier()
    around = {
        "flat": lambda: np.full((800, 1280, 3), 90, np.uint8),
        "screenshot": lambda: screenshot(5, 800, 1280),
        "photograph": lambda: synthetic_photo(5, 800, 1280),
        "gradient": lambda: np.repeat(
            np.add.outer(np.arange(800) // 9, np.arange(1280) // 9).astype(np.uint8)[..., None],
            3,
            2,
        ),
    }[screen]()
    enlarged = repeated(original, round(200 * factor), round(300 * factor), 0)
    changed = inside(enlarged, around, 103, 201)
    assert_undone(changed, original, "resized")
    assert_undone(np.rot90(changed), original, "rotated-270" if factor in (2, 3) else "resized")


def test_the_picture_of_288_pixels_in_a_screen_of_1280_is_restored():
    image = io.BytesIO()
    ig.imsave(image, np.random.default_rng(0).normal(size=(96, 96)))
    pixels = np.array(Image.open(image).convert("RGB"))
    assert pixels.shape == (288, 288, 3)
    for left in (400, 401):  # at odd places, too
        screen = inside(pixels.repeat(2, 0).repeat(2, 1), screenshot(1, 800, 1280), 131, left)
        out = io.BytesIO()
        assert ig.restore(io.BytesIO(write_png(screen)), out).problem is None
        assert same_bits(ig.loads(out.getvalue()), ig.loads(image.getvalue()))


def test_an_enlarged_picture_with_little_data_in_flat_colour_is_restored():
    pixels = ig.embed(np.full((120, 400, 3), 200, np.uint8), DATA[:1, :9])
    for factor in (1.25, 1.5, 2.2):
        changed = repeated(pixels, round(120 * factor), round(400 * factor))
        for picture in (changed, inside(changed, np.full((500, 1200, 3), 30, np.uint8), 50, 60)):
            found = restore_pixels(picture)
            assert found is not None
            assert same_bits(ig.extract(found[0])["data"], DATA[:1, :9])


def test_exchanged_channels_in_an_enlarged_and_turned_screen_are_put_back():
    original = carrier()
    enlarged = repeated(original[..., ::-1], 300, 450)
    screen = inside(enlarged, screenshot(7, 800, 1280), 99, 333)
    assert_undone(np.rot90(screen), original, "channels-swapped")


def test_reduced_pixels_are_not_said_to_be_restorable():
    changed = repeated(carrier(), 160, 240)
    assert restore_pixels(changed) is None
    assert "restore" not in diagnose_pixels(changed, Reason.NO_PROLOGUE).sentence


# Other files.


def saved(pixels, form, **options):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, form, **options)
    return out.getvalue()


LOSSLESS_FILES = [
    *(("BMP", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("TGA", {}), ("QOI", {})),
    *(("TIFF", {"compression": "tiff_adobe_deflate"}), ("WEBP", {"lossless": True})),
    *(("PPM", {}), ("SGI", {}), ("PCX", {})),
]


@pytest.mark.parametrize(("form", "options"), LOSSLESS_FILES)
def test_a_lossless_file_of_another_format_is_named_and_restored(form, options):
    for pixels, more in ((carrier(), 0), (carrier()[::-1], 1)):
        raw = saved(np.ascontiguousarray(pixels), form, **options)
        with pytest.raises(ig.DecodeError) as caught:
            ig.loads(raw)
        assert caught.value.reason == Reason.NOT_PNG
        assert "carries Intaglio data: `intaglio restore` gives the PNG back" in caught.value.detail
        out = io.BytesIO()
        done = ig.restore(io.BytesIO(raw), out)
        assert (len(done.steps), done.problem) == (1 + more, None)
        assert same_bits(ig.loads(out.getvalue()), DATA)


@pytest.mark.parametrize("form", ["JPEG", "GIF", "WEBP"])
def test_a_file_that_lost_bits_is_not_restored(form):
    with pytest.raises(ig.DecodeError) as caught:
        ig.restore(io.BytesIO(saved(carrier(), form)), io.BytesIO())
    assert caught.value.diagnosis == form.lower()


def test_only_formats_of_the_list_are_opened():
    assert set(FORMATS) == {"BMP", "TIFF", "WEBP", "GIF", "PPM", "TGA", "QOI", "PCX", "SGI"}
    code = (
        "import io, sys, intaglio as ig, PIL.Image as I\n"
        "from PIL import EpsImagePlugin\n"
        "EpsImagePlugin.Ghostscript = lambda *a, **k: sys.exit('Ghostscript')\n"
        "raw = b'%!PS-Adobe-3.0 EPSF-3.0\\n%%BoundingBox: 0 0 9 9\\n%%EndComments\\n'\n"
        "try: ig.restore(io.BytesIO(raw), io.BytesIO())\n"
        "except ig.DecodeError as e: print(e.reason)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=120
    )
    assert (done.stdout, done.stderr) == ("not-png\n", "")


def cgbi(pixels, *, colour=6):
    """The PNG that Xcode makes of (H, W, 4) pixels: colours multiplied, B, G, R, raw deflate."""
    height, width = pixels.shape[:2]
    alpha = pixels[..., 3:].astype(int)
    multiplied = ((pixels[..., 2::-1] * alpha + 127) // 255).astype(np.uint8)
    rows = np.concatenate([multiplied, pixels[..., 3:]], -1).reshape(height, -1)
    lines = b"".join(b"\0" + row.tobytes() for row in rows)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = squeeze.compress(lines) + squeeze.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = ((b"CgBI", b"P\0 \2"), (b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def test_the_png_of_xcode_is_named_and_restored():
    raw = cgbi(carrier(channels=4))
    with pytest.raises(ig.DecodeError) as caught:
        ig.loads(raw)
    assert (caught.value.reason, caught.value.diagnosis) == (Reason.PNG_DAMAGED, "cgbi")
    assert "`intaglio restore` gives the PNG back" in caught.value.detail
    out = io.BytesIO()
    assert ig.restore(io.BytesIO(raw), out).problem is None
    assert same_bits(ig.loads(out.getvalue()), DATA)


def test_the_png_of_xcode_of_a_picture_with_data_in_alpha_is_refused_or_exact():
    raw = cgbi(carrier(channels=4, profile="rgba"))
    with pytest.raises(ig.DecodeError) as caught:
        ig.loads(raw)
    assert caught.value.diagnosis == "cgbi"
    out = io.BytesIO()
    try:
        done = ig.restore(io.BytesIO(raw), out)
    except ig.DecodeError:
        return
    assert done.problem is not None or same_bits(ig.loads(out.getvalue()), DATA)


@pytest.mark.parametrize("cut", [20, 45, 60, 500])
def test_a_cut_png_of_xcode_is_named_and_refused(cut):
    raw = cgbi(carrier(channels=4))[:cut]
    with pytest.raises(ig.DecodeError) as caught:
        ig.restore(io.BytesIO(raw), io.BytesIO())
    assert caught.value.diagnosis == "cgbi"


def test_a_deflate_bomb_in_the_png_of_xcode_is_not_unpacked():
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = b"".join(squeeze.compress(bytes(1 << 24)) for _ in range(64)) + squeeze.flush()
    head = struct.pack(">IIBBBBB", 10, 10, 8, 6, 0, 0, 0)
    raw = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in ((b"CgBI", b"P\0 \2"), (b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    )
    import tracemalloc

    tracemalloc.start()
    with pytest.raises(ig.DecodeError):
        ig.restore(io.BytesIO(raw), io.BytesIO())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 * len(raw)


@pytest.mark.parametrize("form", ["BMP", "TIFF", "WEBP"])
def test_the_limit_on_pixels_holds_for_other_files(form):
    raw = saved(carrier(), form, **({"lossless": True} if form == "WEBP" else {}))
    with pytest.raises(ig.DecodeError) as caught:
        ig.restore(io.BytesIO(raw), io.BytesIO(), limits=ig.Limits(pixels_max=59_999))
    assert caught.value.reason == Reason.LIMIT_EXCEEDED


# Bounded for pictures made to take long.


def magics(shape):
    """A magic in every 12 pixels, so that there are prologues wherever one looks."""
    known = np.resize(recolored._WANTED.astype(np.uint8), (shape[0] * shape[1], 3))
    return known.reshape(*shape, 3) + np.uint8(96)


@pytest.mark.parametrize("shape", [(1, 1 << 20), (1 << 20, 1), (1024, 1026)])
def test_prologues_everywhere_are_looked_at_a_few_times_only(shape, monkeypatch):
    calls = []
    plain = upscaled._begins
    monkeypatch.setattr(upscaled, "_begins", lambda *a: calls.append(a) or plain(*a))
    assert len(recolored.find_candidates(magics(shape))) <= recolored._CANDIDATES_MAX
    assert restore_pixels(magics(shape)) is None
    assert len(calls) <= 4 * upscaled._CANDIDATES_MAX * 4 * 2
