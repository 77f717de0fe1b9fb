"""savefig: matplotlib's keywords, the dpi that holds the data, and what is refused."""

import io

import numpy as np
import pytest
from tests.support import same_bits

import intaglio as ig
from intaglio import DecodeError, EncodeError, Reason
from intaglio.figures import load_figure, savefig

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image
from tests.figures.figure_support import drawn, line_figure, loaded, pixels_of, saved


def noisy_figure():
    figure = Figure(figsize=(1.5, 1), dpi=60)
    figure.subplots().imshow(np.random.default_rng(0).random((80, 80)))
    return figure


@pytest.mark.parametrize(
    "keywords",
    [
        {"dpi": 50},
        {"dpi": "figure"},
        {"bbox_inches": "tight", "pad_inches": 0.3},
        {"facecolor": "0.8", "edgecolor": "r"},
    ],
)
def test_savefigs_keywords_pass_through_and_are_kept(keywords):
    figure = line_figure()
    figure.axes[0].set_title("a title")
    png = saved(figure, grow=True, **keywords)
    plain = drawn(figure, **keywords)
    pixels, _ = pixels_of(png)
    assert pixels.shape == plain.shape
    assert np.abs(pixels - plain).max() <= 7
    data = load_figure(io.BytesIO(png))
    assert set(data.saved_with) == set(keywords) - {"dpi"}
    assert np.array_equal(drawn(data.replot(), dpi=data.dpi, **data.saved_with), plain)


@pytest.mark.parametrize("corners", [[[1, 0.5], [3, 2]], [[-1, -1], [7, 5]]])
def test_a_part_of_a_figure_is_saved_and_saved_again(corners):
    """It was dropped from saved_with."""
    figure = line_figure()
    png = saved(figure, grow=True, bbox_inches=Bbox(corners))
    data = load_figure(io.BytesIO(png))
    assert data.saved_with["bbox_inches"].extents.tolist() == np.ravel(corners).tolist()
    again = drawn(data.replot(), dpi=data.dpi, **data.saved_with)
    assert np.array_equal(again, drawn(figure, bbox_inches=Bbox(corners)))
    assert again.shape == pixels_of(png)[0].shape


def test_a_keyword_that_no_record_holds_is_named():
    figure = line_figure()
    with pytest.warns(UserWarning, match="will not have bbox_extra_artists=: ") as heard:
        png = saved(figure, grow=True, bbox_inches="tight", bbox_extra_artists=[])
    assert len(heard) == 1
    assert load_figure(io.BytesIO(png)).saved_with == {"bbox_inches": "tight"}


@pytest.mark.parametrize("what", ["twins", "nesting"])
def test_a_figure_that_replot_will_refuse_is_saved_with_a_warning(what):
    figure = line_figure()
    if what == "twins":
        for _ in range(9):
            figure.axes[0].twinx()
    else:
        part = figure
        for _ in range(9):
            part = part.subfigures()
    with pytest.warns(UserWarning, match="values are kept, but .* replot.. draws at most") as heard:
        png = saved(figure, grow=True)
    assert len(heard) == 1
    data = load_figure(io.BytesIO(png))
    assert data.axes[0].lines[0].y.tolist() == [3.0, 1.0, 2.0]
    with pytest.raises(DecodeError) as caught:
        data.replot()
    assert caught.value.reason == Reason.LIMIT_EXCEEDED


@pytest.mark.parametrize(
    "keywords",
    [
        {"bbox_inches": "tight", "pad_inches": 100},
        {"bbox_inches": [0, 0, 200, 200]},
        {"bbox_inches": [-9999, 0, 9999, 1]},
    ],
)
def test_a_part_of_more_pixels_than_a_figure_may_have_is_refused(keywords):
    data = loaded(line_figure())
    data.record["saved"]["keywords"].update(keywords)
    with pytest.raises(DecodeError, match="pixels") as caught:
        data.replot()
    assert caught.value.reason == Reason.LIMIT_EXCEEDED


def test_a_text_that_makes_a_tight_box_huge_is_refused():
    figure = line_figure()
    figure.text(0.5, 0.5, "x")
    data = loaded(figure)
    data.record["saved"]["keywords"]["bbox_inches"] = "tight"
    data.record["artists"][0]["xy"] = [2000, 2000]
    with pytest.raises(DecodeError, match="pixels") as caught:
        data.replot()
    assert caught.value.reason == Reason.LIMIT_EXCEEDED


def test_what_is_no_figure_is_refused_and_axes_are_told_where_theirs_is(tmp_path):
    axes = Figure().subplots()
    for wrong, hint in ((axes, "its .figure is one"), ("m.png", "not str")):
        with pytest.raises(TypeError, match=hint):
            savefig(tmp_path / "fig.png", fig=wrong)


def test_dpi_is_written_for_printers():
    with Image.open(io.BytesIO(saved(line_figure(), dpi=150))) as image:
        assert round(image.info["dpi"][0]) == 150


def test_what_does_not_fit_names_a_dpi_that_does_and_no_smaller_one_by_much():
    with pytest.raises(EncodeError, match="at dpi=60: dpi=") as caught:
        saved(noisy_figure())
    assert caught.value.reason == Reason.CAPACITY_EXCEEDED
    dpi = int(caught.value.detail.split("dpi=60: dpi=")[1].split(",")[0])
    assert loaded(noisy_figure(), dpi=dpi).dpi == dpi
    assert reason_of_writing(lambda: saved(noisy_figure(), dpi=dpi - 3))


def reason_of_writing(call):
    try:
        call()
    except EncodeError as problem:
        return problem.reason
    return None


def test_grow_raises_the_dpi_until_the_data_fit():
    data = loaded(noisy_figure(), grow=True)
    assert 60 < data.dpi < 300
    assert data.axes[0].images[0].data.shape == (80, 80)


def test_grow_holds_with_a_tight_box_too():
    figure = noisy_figure()
    assert loaded(figure, grow=True, bbox_inches="tight").axes[0].images


def test_a_figure_that_pixels_max_forbids_is_refused():
    call = lambda: saved(noisy_figure(), grow=True, pixels_max=10_000)  # noqa: E731
    assert reason_of_writing(call) == Reason.CAPACITY_EXCEEDED


@pytest.mark.parametrize(
    ("keywords", "reason"),
    [
        ({"transparent": True}, Reason.OPTION_INVALID),
        ({"format": "svg"}, Reason.FORMAT_UNSUPPORTED),
        ({"profile": "huge"}, Reason.OPTION_INVALID),
        ({"metadata": {"intaglio.figure": 1}}, Reason.METADATA_INVALID),
    ],
)
def test_what_cannot_be_is_refused(keywords, reason):
    assert reason_of_writing(lambda: saved(line_figure(), **keywords)) == reason


def test_a_suffix_other_than_png_is_refused_before_anything_is_drawn(tmp_path):
    assert (
        reason_of_writing(lambda: savefig(tmp_path / "f.pdf", fig=None))
        == Reason.FORMAT_UNSUPPORTED
    )
    assert not list(tmp_path.iterdir())


def test_saving_leaves_the_figure_as_it_was():
    figure = line_figure()
    before = drawn(figure)
    saved(figure, dpi=77, facecolor="k")
    assert figure.dpi == 100
    assert np.array_equal(drawn(figure), before)


def test_imsave_with_a_colour_bar_shows_a_frame_and_gives_the_matrix_back():
    a = np.random.default_rng(2).normal(size=(60, 90))
    out = io.BytesIO()
    ig.imsave(out, a, cmap="RdBu", vmin=-2, vmax=2, colorbar=True)
    assert same_bits(ig.imread(io.BytesIO(out.getvalue())), a)
    pixels, _ = pixels_of(out.getvalue())
    assert pixels[:5, :5].min() >= 248  # a white margin
    for wrong in (a[0], a.astype(complex), a[None]):
        with pytest.raises(EncodeError, match="colorbar=True frames a matrix"):
            ig.imsave(io.BytesIO(), wrong, colorbar=True)
