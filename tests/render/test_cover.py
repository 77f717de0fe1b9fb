"""Covers: any picture can carry the data if it is large enough."""

import io
import warnings

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from intaglio._render.cover import read_cover
from intaglio._render.picture import Look, make_picture, plan_size
from intaglio.errors import EncodeError, Reason

RNG = np.random.default_rng(3)
RGB = RNG.integers(0, 256, (40, 60, 3), dtype=np.uint8)
RGBA = np.dstack([RGB, RNG.integers(0, 256, (40, 60), dtype=np.uint8)])
DATA = {"data": np.zeros(3)}


def covered(cover, needed=0, **look):
    picture = make_picture(DATA, needed, Look(cover=cover, **look))
    if hasattr(cover, "read"):
        cover.seek(0)
    planned = plan_size(DATA, needed, Look(cover=cover, **look))
    assert (planned.width, planned.height) == (picture.width, picture.height)
    return np.concatenate(list(picture.bands(17)))


def refused(cover, needed=0, **look):
    with pytest.raises(EncodeError) as caught:
        covered(cover, needed, **look)
    return caught.value.reason, caught.value.detail


def png(array, **options):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "png", **options)
    file.seek(0)
    return file


def on_white(rgba):
    white = Image.new("RGBA", rgba.shape[1::-1], "white")
    return np.asarray(Image.alpha_composite(white, Image.fromarray(rgba)).convert("RGB"))


def test_a_cover_keeps_its_pixels_from_every_kind_of_source(tmp_path):
    path = tmp_path / "cover.png"
    path.write_bytes(png(RGB).getvalue())
    with path.open("rb") as file:
        for cover in (RGB, Image.fromarray(RGB), path, str(path), file, png(RGB)):
            assert covered(cover).tobytes() == RGB.tobytes()


@pytest.mark.parametrize(
    ("cover", "expected"),
    [
        (RGB[..., 0], RGB[..., 0]),
        (RGB[..., :1], RGB[..., 0]),
        (RGB.astype("u2") * 257, RGB),
        (RGB.astype(">u2") * 257, RGB),
        (RGB / 255, RGB),
        ((RGB / 255).astype("f4"), RGB),
        (RGB[..., 0] > 99, (RGB[..., 0] > 99) * 255),
        (RGBA, on_white(RGBA)),
        (RGB[::-1, ::2], RGB[::-1, ::2]),
    ],
)
def test_arrays_of_every_supported_dtype_are_covers(cover, expected):
    pixels = covered(cover)
    expected = np.broadcast_to(expected.reshape(*expected.shape[:2], -1), pixels.shape)
    assert np.array_equal(pixels, expected)


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV", "La", "RGBa"]
)
def test_pictures_of_every_mode_are_covers(mode):
    source = Image.fromarray(RGBA)
    if mode == "La":
        image = source.convert("LA").convert("La")
    elif mode == "PA":
        image = source.convert("LA").convert("PA")
    elif mode in ("RGBa", "LA"):
        image = source.convert(mode)
    else:
        image = source if mode == "RGBA" else source.convert("RGB").convert(mode)
    before = image.tobytes()
    pixels = covered(image)
    assert image.tobytes() == before
    assert pixels.shape == RGB.shape
    if mode == "RGBA":
        assert np.array_equal(pixels, on_white(RGBA))
    if mode == "CMYK":
        assert np.array_equal(pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("mode", ["I;16", "I"])
def test_the_high_byte_of_16_bit_samples_is_shown(mode):
    deep = (RGB[..., 0].astype("u2") << 8) + 200
    image = Image.fromarray(deep) if mode == "I;16" else Image.fromarray(deep.astype("i4"))
    assert image.mode == mode
    assert np.array_equal(covered(image)[..., 1], RGB[..., 0])
    if mode == "I;16":
        assert np.array_equal(covered(png(deep))[..., 1], RGB[..., 0])


def test_float_pictures_run_from_zero_to_one():
    assert np.array_equal(
        covered(Image.fromarray(RGB[..., 0].astype("f4") / 255))[..., 2], RGB[..., 0]
    )
    reason, detail = refused(Image.fromarray(RGB[..., 0].astype("f4")))
    assert reason == Reason.COVER_INVALID
    assert "0 to 1" in detail


def test_a_transparent_palette_is_composited_on_white():
    image = Image.fromarray(np.array([[0, 1]], "u1"), "L").convert("P")
    image.putpalette([255, 0, 0, 0, 0, 255])
    file = io.BytesIO()
    image.save(file, "png", transparency=0)
    assert covered(io.BytesIO(file.getvalue())).tolist() == [[[255, 255, 255], [0, 0, 255]]]


def test_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert np.array_equal(covered(png(RGB, exif=exif)), np.rot90(RGB, -1))


def test_the_first_frame_of_an_animation_is_used():
    file = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), c) for c in ("red", "blue")]
    frames[0].save(file, "gif", save_all=True, append_images=frames[1:])
    assert (covered(io.BytesIO(file.getvalue())) == [255, 0, 0]).all()


def test_a_figure_is_drawn_as_savefig_draws_it():
    figure = Figure(figsize=(2, 1), dpi=100)
    figure.add_subplot().plot([1, 2])
    canvas, dpi = figure.canvas, figure.dpi
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100)
    expected = np.asarray(Image.open(file).convert("RGB"))
    assert np.array_equal(covered(figure), expected)
    assert (figure.canvas, figure.dpi) == (canvas, dpi)


def test_a_figure_grows_by_its_dpi():
    figure = Figure(figsize=(2, 1), dpi=100)
    reason, detail = refused(figure, 30_000)
    assert reason == Reason.CAPACITY_EXCEEDED
    assert "dpi=123" in detail
    pixels = covered(figure, 30_000, enlarge=True)
    assert 30_000 <= pixels.shape[0] * pixels.shape[1] < 32_500


def test_a_figure_that_does_not_grow_with_its_dpi_is_enlarged_as_pixels(monkeypatch):
    figure = Figure(figsize=(2, 1), dpi=100)
    real = figure.savefig
    monkeypatch.setattr(figure, "savefig", lambda file, **_: real(file, format="png", dpi=100))
    assert covered(figure, 30_000, enlarge=True).size >= 90_000


def test_the_error_for_a_small_cover_names_a_sufficient_size():
    reason, detail = refused(np.zeros((200, 300)), 82_944)
    assert reason == Reason.CAPACITY_EXCEEDED
    for words in ("82,944", "60,000", "300x200", "enlarge=True"):
        assert words in detail
    size = detail.split("at least ")[1].split(",")[0]
    w, h = map(int, size.split("x"))
    assert 82_944 <= w * h < 83_400
    assert covered(np.zeros((h, w)), 82_944).shape == (h, w, 3)
    assert covered(np.zeros((200, 300)), 82_944, enlarge=True).shape == (h, w, 3)


def test_an_enlarged_cover_is_smooth_and_within_the_bounds():
    ramp = np.linspace(0, 1, 60)[None].repeat(40, axis=0)
    pixels = covered(ramp, 24_000, enlarge=True)[..., 0].astype(int)
    assert np.abs(np.diff(pixels, axis=1)).max() < 8
    assert refused(ramp, 24_000, enlarge=True, pixels_max=20_000)[0] == Reason.CAPACITY_EXCEEDED
    assert covered(ramp, 2000, side_max=10).shape == (40, 60, 3)


@pytest.mark.parametrize(
    "cover",
    [
        np.zeros((0, 5)),
        np.zeros(5),
        np.zeros((4, 4, 2)),
        np.zeros((4, 4, 3, 1)),
        np.zeros((4, 4), "i4"),
        np.zeros((4, 4), "c8"),
        np.full((4, 4), np.nan),
        np.full((4, 4), 1.5),
        np.full((4, 4), -0.1),
        io.BytesIO(b""),
        io.BytesIO(b"no picture"),
        io.BytesIO(png(RGB).getvalue()[:2000]),
    ],
)
def test_a_bad_cover_is_refused(cover):
    assert refused(cover)[0] == Reason.COVER_INVALID


def test_a_closed_pil_image_is_refused():
    image = Image.open(png(RGB))
    image.close()
    assert refused(image)[0] == Reason.COVER_INVALID


def test_a_cover_larger_than_allowed_is_refused_before_it_is_read():
    for cover in (RGB, png(RGB)):
        reason, detail = refused(cover, pixels_max=1000)
        assert reason == Reason.COVER_INVALID
        assert "pixels_max=" in detail
    file = io.BytesIO()
    Image.new("1", (11_000, 9_000)).save(file, "png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert refused(file)[0] == Reason.COVER_INVALID


@pytest.mark.parametrize("cover", [3, b"bytes", [1, 2], io.StringIO("text")])
def test_an_argument_that_cannot_be_a_cover_raises_type_error(cover):
    with pytest.raises(TypeError, match="cover="):
        covered(cover)


def test_a_missing_cover_raises_file_not_found_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        covered(tmp_path / "nothing.png")
    with pytest.raises(IsADirectoryError):
        covered(tmp_path)


def test_the_callers_array_is_not_kept():
    cover = RGB.copy()
    pixels = read_cover(cover, 10_000)
    cover[:] = 0
    assert np.array_equal(pixels, RGB)
