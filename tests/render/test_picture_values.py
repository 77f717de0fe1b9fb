"""Scalars shown as text; warnings for clipped colours and for alpha over white."""

import io
import warnings

import numpy as np
import pytest
from PIL import Image

import intaglio as ig
from intaglio._render.glyphs import ADVANCE, LINE_HEIGHT, MARGIN, extent, text_mask
from intaglio._render.picture import Look, make_picture
from intaglio.cli.run import run

ml_dtypes = pytest.importorskip("ml_dtypes")

pytestmark = pytest.mark.filterwarnings("error::intaglio.PictureWarning")

SCALARS = [
    (np.float64(np.pi), "3.141592653589793"),
    (np.float64(0.1), "0.1"),
    (np.float32(0.1), "0.1"),
    (np.float32(16777216), "1.6777216e+07"),
    (np.float16(65504), "6.55e+04"),
    (ml_dtypes.bfloat16(0.1), "0.1"),
    (ml_dtypes.bfloat16(-3e38), "-3e+38"),
    (np.float64(-0.0), "-0.0"),
    (np.float64(5e-324), "5e-324"),
    (np.float64(np.nan), "nan"),
    (np.float32(-np.inf), "-inf"),
    (np.int64(-(2**63)), "-9223372036854775808"),
    (np.uint64(2**64 - 1), "18446744073709551615"),
    (np.bool(True), "True"),
    (np.complex64(1 - 2j), "(1-2j)"),
    (np.datetime64("2024-05-06T07:08:09.123456789"), "2024-05-06T07:08:09.123456789"),
    (np.datetime64("NaT", "s"), "NaT"),
    (np.timedelta64(5, "ms"), "5 milliseconds"),
]


def painted(array):
    picture = make_picture({"data": np.asarray(array)}, 0, Look())
    return np.concatenate(list(picture.bands(50)))


def read(pixels, text):
    """What text the pixels show, if one of as many characters as `text`, in one line."""
    ink = (pixels != 255).any(axis=2)
    width, height = extent(len(text), 1)
    factor = ink.shape[0] // height
    assert factor >= 2, "too small to be read"
    left = (ink.shape[1] - width * factor) // 2
    top = (ink.shape[0] - height * factor) // 2
    small = ink[top:, left:][: height * factor : factor, : width * factor : factor]
    known = [chr(code) for code in range(32, 127)]
    glyphs = {text_mask(c, 1).tobytes(): c for c in reversed(known)}
    cells = [
        np.pad(small[MARGIN : MARGIN + 7, MARGIN + ADVANCE * i :][:, :5], MARGIN)
        for i in range(len(text))
    ]
    return "".join(glyphs.get(cell.tobytes(), "?") for cell in cells)


@pytest.mark.parametrize(("value", "text"), SCALARS, ids=[text for _, text in SCALARS])
def test_a_scalar_is_shown_as_the_text_of_its_exact_value(value, text):
    assert ig.plan(value).shows == f"the value {text}"
    assert read(painted(value), text) == text


def test_the_text_of_a_number_has_exactly_its_value():
    rng = np.random.default_rng(0)
    for dtype in (np.float64, np.float32, np.float16, ml_dtypes.bfloat16):
        for value in rng.normal(size=30).astype(dtype):
            text = ig.plan(value).shows.removeprefix("the value ")
            assert np.asarray(float(text)).astype(dtype) == value


def test_every_character_of_scalar_text_has_its_own_glyph():
    units = ["generic", *["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]]
    texts = [str(np.timedelta64(1, unit)) for unit in units]
    used = sorted(set("".join([*texts, *(text for _, text in SCALARS), "0123456789FalseTrue"])))
    masks = [text_mask(character, 1).tobytes() for character in used]
    assert len(set(masks)) == len(used)
    unknown = text_mask("§", 1).tobytes()
    assert unknown not in masks


def test_long_text_is_split_into_lines():
    mask = text_mask("12345", 3)
    assert mask.shape == extent(3, 2)[::-1]
    assert (mask[: MARGIN + 7, :] == text_mask("123", 3)[: MARGIN + 7]).all()
    below = text_mask("45", 2)
    assert (mask[LINE_HEIGHT:, : below.shape[1]] == below).all()


def test_scalars_are_shown_among_arrays_and_in_small_pictures():
    arrays = {"x": np.array(42), "z": np.array(1e-300 + 1e300j), "m": np.zeros((9, 9))}
    assert list(ig.loads_dict(ig.dumps(arrays))) == ["x", "z", "m"]
    for side in (16, 64):
        raw = ig.dumps(np.array(np.pi), side_max=side, side_min=1, profile="dense")
        assert ig.loads(raw) == np.pi


RAMP = np.linspace(0, 1, 40)
COLOURS = np.stack(np.broadcast_arrays(RAMP[:, None], RAMP[None], 0.5), axis=-1)
CLIPPED = "samples that are not from 0 to 1 are shown clipped"
ALPHA = "alpha is shown over white"


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, ">f4"])
@pytest.mark.parametrize("stretch", [1.02, 1.04])
def test_colours_slightly_outside_0_to_1_are_shown_clipped(dtype, stretch):
    array = ((COLOURS - 0.5) * stretch + 0.5).astype(dtype)
    with pytest.warns(ig.PictureWarning, match=CLIPPED):
        shown = painted(array)
    assert shown.shape == (280, 280, 3)
    small = shown[3::7, 3::7].astype(int)
    wanted = (np.clip(array.astype(float), 0, 1) * 255).astype(int)
    assert np.abs(small - wanted).max() <= 1


@pytest.mark.parametrize(
    "array",
    [
        COLOURS - 0.2,  # too many below 0
        np.where(COLOURS[-1, -1] == COLOURS, 3.0, COLOURS),  # far above 1
        np.where(COLOURS[0, 0] == COLOURS, np.nan, COLOURS),
        np.random.default_rng(0).normal(size=(40, 40, 3)),
    ],
    ids=["shifted", "far outside", "with NaN", "vectors"],
)
def test_other_floats_of_three_channels_are_not_shown_as_colours(array):
    assert "montage of 3" in ig.plan(array).shows
    painted(array)  # no warning, or this fails


def rgba(dtype):
    top = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    return (np.dstack([COLOURS, RAMP[:, None].repeat(40, axis=1)]) * top).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_alpha_is_shown_over_white_with_a_warning(dtype):
    array = rgba(dtype)
    with pytest.warns(ig.PictureWarning, match=ALPHA):
        shown = painted(array)[3::7, 3::7].astype(float)
    part = array.astype(float) / array.max()
    wanted = 255 * (part[..., :3] * part[..., 3:] + 1 - part[..., 3:])
    assert np.abs(shown - wanted).max() <= 2


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_opaque_colours_cause_no_warning(dtype):
    array = rgba(dtype)
    array[..., 3] = array[..., 3].max()
    painted(array)


def test_the_warning_names_the_array_and_points_to_the_callers_line():
    arrays = {"plain": np.arange(9), "see through": rgba(np.uint8)}
    with pytest.warns(ig.PictureWarning, match=f"'see through': {ALPHA}") as caught:
        raw = ig.dumps(arrays)
    assert [warning.filename for warning in caught] == [__file__]
    assert (ig.loads_dict(raw)["see through"] == arrays["see through"]).all()


def test_a_cover_causes_no_warning_about_arrays():
    raw = ig.dumps(rgba(np.uint8), cover=np.full((200, 200, 3), 99, np.uint8))
    assert (ig.loads(raw) == rgba(np.uint8)).all()


def test_the_command_prints_a_note_instead_of_a_warning(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    np.save("m.npy", rgba(np.uint8))
    for verb in (["pack", "m.npy"], ["recolor", "a.png"], ["pack", "--tiles", "m.npy"]):
        target = "t.zarr" if "--tiles" in verb else "b.png" if "recolor" in verb else "a.png"
        if target == "t.zarr":
            pytest.importorskip("zarr")
        assert run([*verb, "-o", target]) == 0
        lines = capsys.readouterr().err.splitlines()
        assert lines[0] == f"intaglio: {target}: {ALPHA}" or lines[0].endswith(f"a.png: {ALPHA}")
        assert not any("Warning" in line for line in lines)
        with warnings.catch_warnings():
            assert run([*verb, "-o", target, "--force", "--quiet"]) == 0
        assert capsys.readouterr().err == ""
    assert (np.asarray(Image.open("a.png")) == np.asarray(Image.open("b.png"))).all()
    assert (ig.load(io.BytesIO((tmp_path / "b.png").read_bytes())) == rgba(np.uint8)).all()


@pytest.mark.parametrize("kind", "Mm")
@pytest.mark.parametrize("unit", ["", "[Y]", "[D]", "[s]", "[ns]", "[as]", "[25s]"])
@pytest.mark.parametrize("count", [0, -1, 5, 2**62, 2**63 - 1, -(2**63)], ids=str)
def test_a_time_of_any_unit_is_shown_and_carried(kind, unit, count):
    time = np.array(count, "i8").view(f"{kind}8{unit}").reshape(())
    assert ig.loads(ig.dumps(time)).tobytes() == time.tobytes()
    shown = ig.plan(time).shows
    expected = f"{count}" if unit == "" and kind == "M" and count != -(2**63) else str(time[()])
    assert expected in shown
