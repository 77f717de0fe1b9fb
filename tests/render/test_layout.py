"""Layout: the size of the picture, and the positions of tiles and panels."""

import math

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from intaglio._render.layout import (
    Bounds,
    Box,
    Sheet,
    centered,
    chosen,
    fit_size,
    gap_for,
    plan_matrix,
    plan_montage,
    tile_boxes,
)
from intaglio._render.picture import Look, make_picture, plan_size
from intaglio.errors import EncodeError, Reason

DEFAULT_BOUNDS = Bounds(2**26, 16384, 256)
TYPES = [
    *("?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16"),
    *(">i4", ">f8", ">c8", "M8[ns]", "m8[s]"),
]


def whole(data, needed=0, rows=64, **look):
    arrays = data if isinstance(data, dict) else {"data": data}
    picture = make_picture(arrays, needed, Look(**look))
    return np.concatenate(list(picture.bands(rows)))


def planned(data, needed=0, **look):
    return plan_size(data if isinstance(data, dict) else {"data": data}, needed, Look(**look))


# Sizes


def test_the_seed_case_has_three_pixels_per_cell():
    plan = planned(np.zeros((96, 96)), 67_000)
    assert (plan.width, plan.height, plan.scale) == (288, 288, 3.0)


@pytest.mark.parametrize(
    ("cells", "needed", "size"),
    [
        ((1, 1), 0, (256, 256)),
        ((96, 96), 82_944, (288, 288)),
        ((96, 96), 82_945, (384, 384)),
        ((256, 256), 65_536, (256, 256)),
        ((2000, 1000), 0, (2000, 1000)),
        ((200, 100), 5, (400, 200)),
        ((400, 300), 1, (400, 300)),
        ((16384, 4096), 2**26, (16384, 4096)),
    ],
)
def test_sizes_of_a_few_matrices(cells, needed, size):
    assert fit_size(*cells, needed, DEFAULT_BOUNDS) == size


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 2**26))
def test_a_size_has_the_needed_pixels_within_the_bounds(w, h, needed):
    width, height = fit_size(w, h, needed, DEFAULT_BOUNDS)
    assert needed <= width * height <= DEFAULT_BOUNDS.pixels_max
    assert max(width, height) <= DEFAULT_BOUNDS.side_max


@given(st.integers(200, 3000), st.integers(200, 3000), st.floats(1.1, 8.9))
def test_a_size_of_many_cells_wastes_little_and_keeps_its_shape(w, h, more):
    needed = int(w * h * more)
    width, height = fit_size(w, h, needed, Bounds(2**28, 2**16, 256))
    if max(w, h) > 512:
        assert needed <= width * height < needed + 2 * max(width, height)
    assert width >= w
    assert height >= h
    assert abs(width * h - height * w) <= max(w, h)


@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.integers(0, 3000),
    st.integers(1, 3000),
    st.integers(1, 60),
    st.integers(1, 100),
)
@settings(max_examples=300)
def test_tight_bounds_are_respected_or_an_error_is_raised(
    w, h, needed, pixels_max, side_max, side_min
):
    bounds = Bounds(pixels_max, side_max, side_min)
    try:
        width, height = fit_size(w, h, needed, bounds)
    except EncodeError:
        best = max(
            n * min(side_max, pixels_max // n) for n in range(1, min(side_max, pixels_max) + 1)
        )
        assert needed > best
        return
    assert needed <= width * height <= pixels_max
    assert max(width, height) <= side_max


def test_the_error_for_too_much_data_names_the_bound_to_raise():
    for needed, bounds, hint in (
        (101, Bounds(100, 50, 1), "pixels_max=101"),
        (101, Bounds(1000, 10, 1), "side_max=11"),
        (97, Bounds(97, 50, 1), "pixels_max=100"),
    ):
        with pytest.raises(EncodeError, match=hint) as caught:
            fit_size(10, 10, needed, bounds)
        assert caught.value.reason == Reason.CAPACITY_EXCEEDED


def test_a_matrix_too_large_for_the_bounds_is_thinned_out():
    data = np.arange(300.0 * 400).reshape(300, 400)
    picture = whole(data, side_max=100, side_min=1)
    assert picture.shape == (75, 100, 3)
    expected = whole(data[::4, ::4], scale=1, vmin=0, vmax=data.max())
    assert picture.tobytes() == expected.tobytes()


def test_a_scale_is_used_or_refused_with_one_that_works():
    data = np.zeros((10, 20))
    plan = planned(data, scale=2.5)
    assert (plan.width, plan.height, plan.scale) == (50, 25, 2.5)
    with pytest.raises(EncodeError, match=r"scale=7\.08") as caught:
        planned(data, 10_000, scale=2)
    assert caught.value.reason == Reason.CAPACITY_EXCEEDED
    assert planned(data, 10_000, scale=7.08).width
    with pytest.raises(EncodeError, match="side_max") as caught:
        planned(data, scale=1e6)
    assert caught.value.reason == Reason.OPTION_INVALID
    with pytest.raises(EncodeError, match="scale= is for one array"):
        planned({"a": data, "b": data}, scale=2)


def test_a_fraction_of_a_pixel_shows_the_nearest_cell():
    data = np.arange(12.0).reshape(3, 4)
    picture = whole(data, scale=2.7)
    cells = whole(data, scale=1)
    height, width = picture.shape[:2]
    ys, xs = np.arange(height) * 3 // height, np.arange(width) * 4 // width
    assert picture.tobytes() == cells[ys][:, xs].tobytes()


# Layouts


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_any_matrix_gets_a_sheet_of_moderate_aspect(w, h):
    sheet = plan_matrix(w, h)
    assert max(sheet.width, sheet.height) <= 8 * min(sheet.width, sheet.height)
    assert sheet.tile_w * sheet.cols >= w or sheet.rows > 1
    assert sheet.tile_w * sheet.tile_h * sheet.count >= w * h
    assert sheet.width * sheet.height >= w * h


@given(st.integers(1, 2000), st.integers(1, 2000), st.integers(2, 64))
def test_a_montage_holds_all_its_tiles(w, h, count):
    sheet = plan_montage(w, h, count)
    assert sheet.cols * sheet.rows >= count
    assert sheet.cols * (sheet.rows - 1) < count


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(0, 8),
    st.integers(90, 500),
    st.integers(90, 500),
)
def test_tiles_fill_their_box_and_never_overlap(cols, rows, gap, w, h):
    sheet = Sheet(1, 1, 1, 1, cols, rows, cols * rows)
    hits = np.zeros((h, w), int)
    for box in tile_boxes(sheet, Box(0, 0, w, h), gap):
        assert box.w > 0
        assert box.h > 0
        hits[box.y : box.y + box.h, box.x : box.x + box.w] += 1
    assert hits.max() == 1
    assert (hits[0] == 0).sum() == gap * (cols - 1)
    assert (hits[:, 0] == 0).sum() == gap * (rows - 1)


@given(st.integers(1, 10**5), st.integers(2, 64))
def test_chosen_slices_are_spread_evenly_from_first_to_last(total, most):
    picks = chosen(total, most)
    assert len(picks) == min(total, most)
    assert picks[0] == 0
    assert picks[-1] == total - 1
    steps = np.diff(picks)
    assert not len(steps) or np.ptp(steps) <= 1


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((), "the value 0.0"),
        ((0,), "nothing"),
        ((3, 0, 2), "nothing"),
        ((7,), "line plot of 7"),
        ((1, 500), "line plot of 500"),
        ((500, 1), "line plot of 500"),
        ((1, 8), "matrix of 8x1"),
        ((3, 1000), "stretched"),
        ((1000, 3), "stretched"),
        ((3, 5000), "strips"),
        ((5000, 3), "strips"),
        ((1, 30, 40), "matrix of 40x30"),
        ((100, 30, 40), "montage of 64 of 100 slices"),
        ((2, 3, 30, 40), "montage of 6 slices"),
        ((80, 90, 5), "montage of 5 slices"),
        ((5, 6, 5), "montage of 5 slices"),
    ],
)
def test_each_shape_has_its_layout(shape, words):
    data = np.arange(math.prod(shape), dtype="f4").reshape(shape)
    assert words in planned(data).description
    assert whole(data).size


def test_a_long_matrix_shows_all_its_cells_in_order():
    data = np.arange(3 * 2000.0).reshape(3, 2000)
    sheet = plan_matrix(2000, 3)
    picture = whole(data, 10**6, cmap="gray")[..., 0].astype(int)
    assert picture.shape[0] > 3 * sheet.count
    first = picture[0, : sheet.tile_w]
    assert (np.diff(first) >= 0).all()
    tall = whole(data.T, 10**6, cmap="gray")[..., 0].astype(int)
    assert tall.tobytes() == picture.T.tobytes()


def test_slices_share_one_norm():
    data = np.zeros((2, 200, 200))
    data[1] = 1
    colors = {tuple(c) for c in whole(data, cmap="gray").reshape(-1, 3)}
    assert colors == {(0, 0, 0), (255, 255, 255)}


def test_gaps_are_dropped_if_the_bounds_require_it():
    data = np.zeros((4, 200, 200))
    assert whole(data).shape == (406, 406, 3)
    assert whole(data, side_max=402).shape == (400, 400, 3)


@pytest.mark.parametrize(("tile", "gap"), [(3, 0), (4, 1), (64, 2), (1000, 8)])
def test_small_tiles_have_small_gaps(tile, gap):
    assert gap_for(Sheet(1, 1, 1, 1, 5, 5, 25), 5 * tile, 5 * tile) == gap
    assert gap_for(Sheet(1, 1, 1, 1), tile, tile) == 0


def test_cells_of_a_panel_have_whole_pixels_where_that_loses_little():
    box = Box(5, 7, 100, 50)
    assert centered(Sheet(20, 12, 20, 12), box) == (Box(15, 8, 80, 48), 0)
    assert centered(Sheet(60, 30, 60, 30), box) == (Box(5, 7, 100, 50), 0)
    assert centered(Sheet(1, 1, 9, 9, elastic=True), box) == (box, 0)


def test_several_arrays_each_have_their_own_norm():
    data = {"a": np.eye(50), "b": 1000 * np.eye(50)}
    picture = whole(data, cmap="gray")
    assert (picture == 255).any(axis=2)[: len(picture) // 2].any()
    assert planned(data).description == "2 arrays, 1x2"
    assert planned({str(i): np.eye(9) for i in range(20)}).description == "16 of 20 arrays, 4x4"
    assert whole({"tall": np.ones((700, 100)), "line": np.arange(9.0)}).size


def test_empty_arrays_and_no_arrays_are_shown_hatched():
    hatched = whole({})
    assert hatched.tobytes() == whole(np.empty((0, 3))).tobytes()
    assert len(np.unique(hatched.reshape(-1, 3), axis=0)) == 2


# Lines


def ink(picture):
    return (picture[..., 2] > picture[..., 0].astype(int) + 60) & (picture[..., 0] == 24)


def test_a_line_plot_covers_every_column_and_follows_the_values():
    data = np.sin(np.arange(1000) / 100)
    drawn = ink(whole(data, cmap="gray"))
    columns = np.flatnonzero(drawn.any(axis=0))
    assert len(columns) > 0.95 * drawn.shape[1]
    assert (np.diff(columns) == 1).all()
    heights = np.array([np.flatnonzero(drawn[:, x]).mean() for x in columns])
    values = np.interp(np.linspace(0, 1, len(columns)), np.linspace(0, 1, 1000), data)
    assert np.corrcoef(heights, values)[0, 1] < -0.999


def test_a_plot_of_many_values_shows_a_single_peak():
    data = np.zeros(500_000)
    data[123_456] = 1
    drawn = ink(whole(data, cmap="gray"))
    top = np.flatnonzero(drawn.any(axis=1))[0]
    x = np.flatnonzero(drawn[top]).mean() / drawn.shape[1]
    assert x == pytest.approx(123_456 / 500_000, abs=0.03)


def test_a_line_plot_leaves_out_values_that_are_not_finite():
    data = np.ones(600)
    data[200:400] = np.nan
    data[500] = np.inf
    data[0] = 0
    drawn = ink(whole(data, cmap="gray"))
    columns = np.flatnonzero(drawn.any(axis=0))
    assert np.diff(columns).max() > 150
    assert not ink(whole(np.full(40, np.nan), cmap="gray")).any()


def test_few_values_are_marked_also_between_nans():
    alone = ink(whole(np.array([np.nan, 1, np.nan]), cmap="gray"))
    assert 9 <= alone.sum() <= 200


def test_a_complex_line_plot_shows_two_lines_or_the_requested_part():
    z = np.exp(1j * np.arange(300) / 20)
    inks = {tuple(c) for c in whole(z).reshape(-1, 3)}
    assert {(24, 84, 142), (214, 96, 30)} <= inks
    assert (214, 96, 30) not in {tuple(c) for c in whole(z, complex_as="phase").reshape(-1, 3)}


def test_a_line_plot_in_a_flat_box_is_a_strip_of_colours():
    data = np.arange(9.0)
    assert whole(data, scale=1).shape == (4, 9, 3)


# Anything goes


@st.composite
def anything(draw):
    dtype = np.dtype(draw(st.sampled_from(TYPES)))
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=7))
    if draw(st.integers(0, 4)) == 0:
        shape = draw(
            st.sampled_from([(1500,), (2, 1200), (1200, 2), (7, 6, 3), (5, 5, 4), (2, 3, 3, 3)])
        )
    raw = draw(st.binary(min_size=64, max_size=64))
    size = max(1, math.prod(shape) * dtype.itemsize)
    data = np.frombuffer(bytearray((raw * (size // 64 + 1))[:size]), np.uint8)[
        : math.prod(shape) * dtype.itemsize
    ]
    if dtype.kind == "b":
        data = data & 1
    array = data.view(dtype).reshape(shape) if data.size else np.empty(shape, dtype)
    return array[::-1] if array.ndim and draw(st.booleans()) else array


LOOKS = st.fixed_dictionaries(
    {},
    optional={
        "cmap": st.sampled_from(["jet", "tab10", "twilight_r"]),
        "vmin": st.floats(-1e308, 1e308),
        "vmax": st.floats(-1e308, 1e308),
        "norm": st.sampled_from(["linear", "log", "symlog", "twoslope"]),
        "vcenter": st.floats(-1e308, 1e308),
        "linthresh": st.floats(0, 1e308),
        "origin": st.sampled_from(["upper", "lower"]),
        "scale": st.floats(0.01, 20),
        "complex_as": st.sampled_from(["domain", "magnitude", "phase", "real", "imag"]),
        "side_min": st.integers(1, 300),
        "side_max": st.integers(1, 3000),
        "pixels_max": st.integers(1, 300_000),
    },
)


@given(st.lists(anything(), max_size=3), st.integers(0, 100_000), LOOKS, st.integers(1, 400))
@settings(max_examples=250, deadline=None)
def test_any_arrays_and_look_make_a_sufficient_picture_or_raise_encode_error(
    arrays, needed, look, rows
):
    named = {str(i): array for i, array in enumerate(arrays)}
    try:
        picture = make_picture(named, needed, Look(**look))
        bands = list(picture.bands(rows))
    except EncodeError:
        return
    assert picture.width * picture.height >= needed
    pixels = np.concatenate(bands)
    assert pixels.shape == (picture.height, picture.width, 3)
    assert all(len(band) == rows for band in bands[:-1])
    assert np.array_equal(pixels, np.concatenate(list(picture.bands(picture.height))))


@given(anything())
@settings(max_examples=60, deadline=None)
def test_bfloat16_arrays_have_a_picture(array):
    raw = np.frombuffer(array.tobytes(), np.uint8)
    assert whole(raw[: raw.size // 2 * 2].view(ml_dtypes.bfloat16)).size
