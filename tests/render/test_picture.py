"""The picture: equal to plt.imsave's, large enough, and helpful errors."""

import io
import sys

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import colormaps
from matplotlib import pyplot as plt
from matplotlib.colors import (
    BoundaryNorm,
    ListedColormap,
    LogNorm,
    Normalize,
    PowerNorm,
    SymLogNorm,
    TwoSlopeNorm,
)
from PIL import Image
from tests.support import calls

from intaglio._colormap_data import ROW_BY_NAME
from intaglio._render.picture import Look, make_picture, plan_size
from intaglio.errors import EncodeError, Reason

RNG = np.random.default_rng(5)
NOISE = RNG.normal(size=(40, 50))
NUMBERS = ["f2", "f4", "f8", ">f4", ">f8", "i1", "u1", "i2", "u2", ">i2", "i4", "u4", "i8", "u8"]


def pixels(data, needed=0, rows=64, **look):
    arrays = data if isinstance(data, dict) else {"data": data}
    picture = make_picture(arrays, needed, Look(**look))
    bands = list(picture.bands(rows))
    assert all(band.dtype == np.uint8 and band.flags.c_contiguous for band in bands)
    whole = np.concatenate(bands)
    assert whole.shape == (picture.height, picture.width, 3)
    planned = plan_size(arrays, needed, Look(**look))
    assert (planned.width, planned.height) == (picture.width, picture.height)
    return whole


def by_matplotlib(data, **options):
    file = io.BytesIO()
    plt.imsave(file, data, format="png", **options)
    return np.asarray(Image.open(file))[..., :3]


def same(a, b):
    return a.shape == b.shape and a.tobytes() == b.tobytes()


def refused(reason, *args, **kwargs):
    with pytest.raises(EncodeError) as caught:
        pixels(*args, **kwargs)
    assert caught.value.reason == reason
    return caught.value.detail


# As matplotlib


KNOWN_TO_BOTH = [name for name in ROW_BY_NAME if name in colormaps]


def test_every_matplotlib_colour_map_is_included():
    assert len(KNOWN_TO_BOTH) >= 150
    assert not {name for name in colormaps if name not in ROW_BY_NAME}


@pytest.mark.parametrize("name", KNOWN_TO_BOTH)
def test_every_colour_map_shows_the_colours_of_plt_imsave(name):
    assert same(pixels(NOISE, cmap=name, scale=1), by_matplotlib(NOISE, cmap=name))


@pytest.mark.parametrize("ends", [{}, {"vmin": -1, "vmax": 2.5}, {"vmin": -3}, {"vmax": 0.5}])
@pytest.mark.parametrize("dtype", NUMBERS)
def test_every_dtype_shows_the_colours_of_plt_imsave(dtype, ends):
    kind = np.dtype(dtype)
    data = NOISE if kind.kind == "f" else (NOISE * 30).astype("i4")
    if kind.kind == "u":
        data = np.abs(data)
        ends = {key: abs(value) for key, value in ends.items() if key != "vmin"}
    data = data.astype(kind)
    assert same(pixels(data, scale=1, **ends), by_matplotlib(data, **ends))


def test_bool_shows_the_colours_of_plt_imsave():
    assert same(pixels(NOISE > 0, scale=1), by_matplotlib(NOISE > 0))


@given(
    st.sampled_from(["f4", "f8", "i2", "i8"]),
    st.floats(-1e6, 1e6),
    st.floats(1e-3, 1e6),
    st.integers(0, 2**32),
)
@settings(max_examples=60, deadline=None)
def test_any_range_shows_the_colours_of_plt_imsave(dtype, middle, width, seed):
    data = np.random.default_rng(seed).uniform(middle - width, middle + width, (9, 7))
    data = np.clip(data, -32768, 32767) if dtype == "i2" else data
    data = data.astype(dtype)
    assert same(pixels(data, scale=1), by_matplotlib(data))


@pytest.mark.parametrize("factor", [2, 3, 5])
def test_an_integer_scale_repeats_the_pixels_of_plt_imsave(factor):
    expected = by_matplotlib(NOISE).repeat(factor, axis=0).repeat(factor, axis=1)
    assert same(pixels(NOISE, scale=factor, rows=7), expected)


def test_origin_lower_shows_the_same_as_plt_imsave():
    assert same(pixels(NOISE, scale=1, origin="lower"), by_matplotlib(NOISE, origin="lower"))
    assert same(pixels(NOISE, scale=1, origin="upper"), by_matplotlib(NOISE, origin="upper"))


@pytest.mark.parametrize(
    ("look", "norm"),
    [
        ({"norm": "log"}, LogNorm()),
        ({"norm": "log", "vmin": 0.1, "vmax": 10}, LogNorm(0.1, 10)),
        ({"norm": "symlog", "linthresh": 0.1}, SymLogNorm(0.1, base=10)),
        ({"norm": "twoslope", "vcenter": 1.5}, TwoSlopeNorm(1.5)),
        ({"norm": "twoslope", "vmin": -9, "vmax": 1}, TwoSlopeNorm(0, -9, 1)),
        ({"norm": "twoslope", "vcenter": 100}, TwoSlopeNorm(100)),
        ({"norm": "twoslope", "vcenter": -1}, TwoSlopeNorm(-1)),
        ({"norm": "linear"}, Normalize()),
    ],
)
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_named_norms_differ_from_matplotlibs_by_a_step_on_few_cells(look, norm, dtype):
    data = np.exp(NOISE).astype(dtype)
    ramp = np.stack([np.arange(256)] * 3, axis=1).astype(np.uint8)
    mine = pixels(data, scale=1, cmap=ramp, **look)[..., 0].astype(int)
    theirs = ListedColormap(ramp / 255)(norm(data), bytes=True)[..., 0].astype(int)
    away = np.abs(mine - theirs)
    assert away.max() <= 1
    assert (away > 0).mean() < 0.01


@pytest.mark.parametrize(
    "norm", [PowerNorm(2), LogNorm(), BoundaryNorm([-1, 0, 1], 256), Normalize(-1, 1)]
)
def test_a_matplotlib_norm_is_used_and_not_changed(norm):
    data = np.abs(NOISE)
    before = norm.vmin, norm.vmax
    mine = pixels(data, scale=1, norm=norm)
    assert (norm.vmin, norm.vmax) == before
    assert same(mine, colormaps["viridis"](norm(data), bytes=True)[..., :3])


def test_a_norm_that_fails_is_an_invalid_option():
    class Fails(Normalize):
        def __call__(self, value, clip=None):
            raise ValueError("no")

    assert "no" in refused(Reason.OPTION_INVALID, NOISE, norm=Fails())
    assert "norm=" in refused(Reason.OPTION_INVALID, NOISE, norm=Normalize(3, 1))

    class CannotScale(Normalize):
        def autoscale_None(self, A):  # noqa: N802, N803
            raise TypeError("never")

    assert "never" in refused(Reason.OPTION_INVALID, NOISE, norm=CannotScale())


def test_a_colormap_object_keeps_its_colours_for_under_over_and_bad():
    cmap = colormaps["viridis"].with_extremes(under="red", over="lime", bad="blue")
    data = np.array([[-9.0, 0.0, 1.0], [9.0, np.nan, 0.5]])
    mine = pixels(data, cmap=cmap, vmin=0, vmax=1, scale=1)
    assert same(mine, cmap(data, bytes=True)[..., :3])


def test_a_map_registered_with_matplotlib_is_found_by_its_name():
    colormaps.register(ListedColormap(["red", "blue"]), name="of-the-caller")
    try:
        mine = pixels(np.array([[0.0, 1.0]]), cmap="of-the-caller", scale=1)
    finally:
        colormaps.unregister("of-the-caller")
    assert mine.tolist() == [[[255, 0, 0], [0, 0, 255]]]


# Colour maps


@pytest.mark.parametrize(
    "table",
    [
        [(0, 0, 0), (255, 0, 0)],
        np.array([(0, 0, 0), (1.0, 0, 0)]),
        np.array([(0, 0, 0, 255), (255, 0, 0, 255)], "u1"),
    ],
)
def test_a_table_of_colours_is_a_colour_map(table):
    mine = pixels(np.array([[0.0, 1.0]]), cmap=table, scale=1)
    assert mine.tolist() == [[[0, 0, 0], [255, 0, 0]]]


def test_transparent_colours_are_composited_on_white():
    mine = pixels(np.array([[0, 1]]), cmap=[(0, 0, 0, 0), (255, 0, 0, 102)], scale=1)
    assert mine.tolist() == [[[255, 255, 255], [255, 153, 153]]]


@pytest.mark.parametrize(
    "table",
    [np.zeros((0, 3)), np.zeros((4, 2)), np.zeros(3), [(0, 0, 256)], [(0, 0, 1.1)], [("a",) * 3]],
)
def test_arguments_that_are_not_colour_tables_are_refused(table):
    assert "cmap=" in refused(Reason.OPTION_INVALID, NOISE, cmap=table)


def test_a_map_of_too_many_colours_is_refused():
    huge = ListedColormap(np.zeros((70_000, 3)))
    assert "70000" in refused(Reason.OPTION_INVALID, NOISE, cmap=huge)


@pytest.mark.parametrize(
    ("wrong", "right"), [("Viridis", "viridis"), ("rdbu", "RdBu"), ("jett", "jet")]
)
def test_the_error_for_an_unknown_colour_map_lists_similar_names(wrong, right):
    assert right in refused(Reason.OPTION_INVALID, NOISE, cmap=wrong)


def test_the_error_for_an_unknown_colour_map_without_similar_names_lists_none():
    assert "no colour map" in refused(Reason.OPTION_INVALID, NOISE, cmap="zzzzzzzz")


@pytest.mark.parametrize("name", sorted(ROW_BY_NAME))
def test_nan_and_infinities_have_distinct_colours_in_every_colour_map(name):
    data = np.linspace(0, 1, 600).reshape(20, 30)
    plain = {tuple(c) for c in pixels(data, cmap=name, scale=1).reshape(-1, 3)}
    odd = np.array([[np.nan, np.inf, -np.inf, 0, 1]])
    nan, high, low = (tuple(c) for c in pixels(odd, cmap=name, scale=1)[0, :3])
    assert len({nan, high, low}) == 3
    far = [
        min(np.hypot.reduce(np.subtract(c, p, dtype=float)) for p in plain)
        for c in (nan, high, low)
    ]
    assert min(far) > 90


# What has no plt.imsave to be held against


def test_a_float16_range_beyond_float16_does_not_saturate():
    data = np.array([[-65000, -10, 0, 10, 65000]], "f2")
    assert same(pixels(data, scale=1), pixels(data.astype("f8"), scale=1))


def test_the_largest_doubles_keep_their_positions():
    data = np.array([[-1.7e308, 0, 1.7e308]])
    assert same(pixels(data, scale=1), pixels(np.array([[-1.0, 0, 1]]), scale=1))
    for norm in ("symlog", "twoslope"):
        assert len(np.unique(pixels(data, scale=1, norm=norm).reshape(-1, 3), axis=0)) == 3


def test_subnormals_keep_their_positions():
    data = np.array([[0, 5e-324, 1e-323]])
    assert same(pixels(data, scale=1), pixels(np.array([[0.0, 1, 2]]), scale=1))


def test_large_integers_keep_their_differences():
    small = np.arange(20).reshape(4, 5)
    for base, dtype in (
        (2**64 - 20, "u8"),
        (2**63 - 20, "i8"),
        (-(2**63), "i8"),
        (2**63 - 20, ">i8"),
    ):
        great = np.array([base + int(i) for i in small.flat], dtype).reshape(4, 5)
        assert same(pixels(great, scale=1), pixels(small, scale=1))


@pytest.mark.parametrize("start", ["1969-12-31T23:59:59", "1970-01-01", "2024-05-06"])
@pytest.mark.parametrize("dtype", ["M8[ns]", ">M8[ns]"])
def test_times_are_shown_by_their_differences_and_nat_as_nan(start, dtype):
    small = np.arange(20.0).reshape(4, 5)
    times = (np.datetime64(start, "ns") + small.astype("i8")).astype(dtype)
    times[1, 1], small[1, 1] = np.datetime64("NaT"), np.nan
    assert same(pixels(times, scale=1), pixels(small, scale=1))
    spans = times - times[0, 0]
    assert same(pixels(spans, scale=1), pixels(small, scale=1))
    assert same(pixels(spans, vmin=3, vmax=9, scale=1), pixels(small, vmin=3, vmax=9, scale=1))


def test_bfloat16_is_shown_as_the_same_floats():
    data = NOISE.astype(ml_dtypes.bfloat16)
    assert same(pixels(data, scale=1), pixels(data.astype("f4"), scale=1))


def test_signalling_nans_are_shown_as_nan():
    data = np.array([0x7FA00000, 0, 0x3F800000], "u4").view("f4").reshape(1, 3)
    assert same(pixels(data, scale=1), pixels(np.array([[np.nan, 0, 1]]), scale=1))


def test_a_constant_has_the_lowest_colour_and_all_true_the_highest():
    low, high = by_matplotlib(np.array([[0, 1]]))[0].tolist()
    assert pixels(np.full((3, 3), 7))[0, 0].tolist() == low
    assert pixels(np.ones((3, 3), bool))[0, 0].tolist() == high
    assert pixels(np.zeros((3, 3), bool))[0, 0].tolist() == low


def test_a_single_end_beyond_the_data_shows_the_lowest_colour():
    low = by_matplotlib(np.array([[0, 1]]))[0, 0]
    assert (pixels(NOISE, vmin=100) == low).all()
    assert (pixels(NOISE, vmax=-100) == low).all()


def test_the_log_norm_shows_zero_as_under_and_negative_values_as_nan():
    zero, negative, one, ten = pixels(np.array([[0.0, -1, 1, 10]]), norm="log", scale=1)[0].tolist()
    assert zero == one != ten
    assert negative == pixels(np.array([[np.nan]]))[0, 0].tolist()
    assert pixels(np.array([[-1.0]]), norm="log").size
    assert pixels(np.array([[-1.0, -2]]), norm="log", vmax=3).size


def test_the_log_norm_needs_ends_above_zero():
    refused(Reason.OPTION_INVALID, NOISE, norm="log", vmin=0)
    refused(Reason.OPTION_INVALID, NOISE, norm="log", vmax=-1)


def test_complex_numbers_show_phase_as_hue_and_magnitude_as_lightness():
    z = np.array([[0, 1, 1j, -1, -1j, 1e9]])
    black, *hues, bright = pixels(z, scale=1)[0].astype(int)
    assert black.tolist() == [0, 0, 0]
    assert len({tuple(h) for h in hues}) == 4
    assert bright.min() > 240
    assert np.ptp([h @ [0.21, 0.72, 0.07] for h in hues]) < 60


def test_complex_nan_and_infinity_have_distinct_colours():
    z = np.array([[complex(np.nan, 0), complex(0, np.inf), 1]])
    assert len({tuple(c) for c in pixels(z, scale=1)[0]}) == 3
    assert len({tuple(c) for c in pixels(z, scale=1, vmin=0, vmax=1)[0]}) == 3
    assert pixels(np.zeros((2, 2), complex)).max() == 0


@pytest.mark.parametrize("dtype", ["c8", "c16", ">c8", ">c16"])
@pytest.mark.parametrize(
    ("name", "part"), [("real", np.real), ("imag", np.imag), ("magnitude", np.abs)]
)
def test_parts_of_complex_numbers_are_shown_as_real_numbers(name, part, dtype):
    z = (NOISE + 1j * NOISE[::-1]).astype(dtype)
    expected = part(z.astype("c16")) if name == "magnitude" else part(z)
    assert same(pixels(z, complex_as=name, scale=1), pixels(expected, scale=1))


def test_complex_numbers_with_a_map_show_magnitude_and_phase_has_a_cyclic_map():
    z = (2 + NOISE[::-1]) * np.exp(1j * NOISE)
    z[0, 0] = np.nan
    assert same(
        pixels(z, cmap="jet", scale=1), pixels(np.hypot(z.real, z.imag), cmap="jet", scale=1)
    )
    mine = pixels(z, complex_as="phase", norm="log", scale=1)
    assert same(mine, pixels(np.angle(z), cmap="twilight", vmin=-np.pi, vmax=np.pi, scale=1))
    assert same(pixels(z, complex_as="domain", cmap="jet"), pixels(z))


# Images


def test_integer_images_are_shown_unchanged():
    image = RNG.integers(0, 256, (300, 280, 3), dtype=np.uint8)
    assert same(pixels(image), image)
    assert same(pixels(image.astype("u2") * 257), image)
    assert same(pixels(image.astype(">u2") * 257), image)
    assert same(pixels(image / 255.0), by_matplotlib(image / 255.0))
    assert same(pixels(image, origin="lower"), image[::-1])


def test_alpha_of_an_image_is_composited_on_white():
    image = np.array([[[0, 0, 0, 0], [10, 20, 30, 255], [0, 0, 0, 51]]], "u1")
    assert pixels(image, scale=1).tolist() == [[[255] * 3, [10, 20, 30], [204] * 3]]


def test_a_stack_of_images_is_a_montage_of_them():
    stack = np.zeros((4, 150, 150, 3), "u1") + np.array([10, 20, 30, 40], "u1")[:, None, None, None]
    assert {10, 20, 30, 40, 255} == set(np.unique(pixels(stack)))


def test_floats_beyond_one_and_other_integers_are_not_images():
    for data in (NOISE.reshape(20, 25, 4), np.zeros((30, 30, 3), "i4"), np.zeros((2, 2, 2, 3))):
        assert "montage" in plan_size({"d": data}, 0, Look()).description


def test_objects_and_records_are_refused():
    refused(Reason.DTYPE_UNSUPPORTED, np.array([None]))
    refused(Reason.DTYPE_UNSUPPORTED, np.zeros(3, "f4,i4"))


# The look


@pytest.mark.parametrize(
    "look",
    [
        {"vmin": np.nan},
        {"vmax": np.inf},
        {"vmin": 2, "vmax": 1},
        {"norm": "cubic"},
        {"norm": Normalize(), "vmin": 1},
        {"norm": "twoslope", "vmin": 1},
        {"norm": "twoslope", "vmax": -1},
        {"linthresh": 0},
        {"scale": 0},
        {"scale": -1.5},
        {"origin": "left"},
        {"complex_as": "colour"},
        {"pixels_max": 0},
        {"side_min": -1},
        {"scale": 2, "cover": np.zeros((9, 9))},
    ],
)
def test_a_wrong_value_is_an_invalid_option(look):
    with pytest.raises(EncodeError) as caught:
        Look(**look)
    assert caught.value.reason == Reason.OPTION_INVALID
    assert any(name in caught.value.detail for name in look)


@pytest.mark.parametrize(
    "look",
    [
        {"cmap": 3},
        {"vmin": "0"},
        {"vmax": True},
        {"norm": 3},
        {"origin": 1},
        {"scale": "2"},
        {"enlarge": 1},
        {"side_max": 1.5},
        {"pixels_max": True},
    ],
)
def test_a_wrong_type_is_a_type_error(look):
    with pytest.raises(TypeError, match=next(iter(look))):
        Look(**look)


def test_no_matplotlib_object_is_recognised_without_matplotlib(monkeypatch):
    cmap, norm = colormaps["jet"], Normalize()
    figure = plt.Figure()
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    assert same(pixels(NOISE, cmap="jet_r"), pixels(NOISE, cmap="jet_r"))
    refused(Reason.OPTION_INVALID, NOISE, cmap="jetty")
    for wrong in ({"cmap": cmap}, {"norm": norm}, {"cover": figure}):
        with pytest.raises(TypeError):
            pixels(NOISE, **wrong)
    assert "matplotlib" not in sys.modules


def test_sixteen_million_pixels_are_drawn_by_whole_rows():
    """No Python step per pixel: a few calls for each row of the picture, for any width."""
    data = RNG.normal(size=(2048, 2048)).astype("f4")
    picture = make_picture({"data": data}, 2**24, Look())
    rows = []
    count = calls(lambda: rows.extend(len(band) for band in picture.bands(256)))
    assert sum(rows) == picture.height
    assert count <= 8 * picture.height


def test_the_badge_is_in_the_lower_right_corner_only():
    data = np.arange(96 * 96.0).reshape(96, 96)
    plain, marked = pixels(data), pixels(data, badge=True)
    changed = (plain != marked).any(axis=2)
    rows, cols = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    height, width = changed.shape
    assert 2 <= height - 1 - rows[-1] <= 4
    assert 2 <= width - 1 - cols[-1] <= 4
    assert min(rows[0] / height, cols[0] / width) > 0.9


def test_a_badge_grows_with_the_picture_and_is_drawn_on_covers_too():
    for side in (24, 300, 2000):
        marked = pixels(np.zeros(1), cover=np.zeros((side, side, 3), np.uint8), badge=True)
        lit = marked.any(axis=2).any(axis=0).sum()
        assert max(17, side / 24) <= lit <= max(17, side / 10)


@pytest.mark.parametrize("size", [(19, 100), (100, 20), (1, 1)])
def test_a_picture_too_small_for_a_badge_is_refused_by_plan_and_writer_alike(size):
    cover = np.zeros((*size, 3), np.uint8)
    for make in (make_picture, plan_size):
        with pytest.raises(
            EncodeError, match="badge= needs a picture of at least 21x20"
        ) as refused:
            make({"x": np.zeros(1)}, 1, Look(cover=cover, badge=True))
        assert refused.value.reason == Reason.OPTION_INVALID
