"""Figures of every kind: tables, calls, pickles, other axes, settings, and frames that fit."""

import copy
import io
import pickle

import matplotlib as mpl
import mpl_toolkits.axisartist as axisartist
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.container import BarContainer
from matplotlib.patches import Circle
from mpl_toolkits.axisartist.parasite_axes import HostAxes
from PIL import Image

import intaglio as ig
from intaglio.figures import framed

RNG = np.random.default_rng(1)
MATRIX = np.outer(np.arange(5.0), np.arange(6.0))
SIGNAL = RNG.normal(size=600)

DRAWN = {  # method: arguments, and the names and shapes of the tables
    "axvspan": ((0, 1), {"axes0/patch0": (5, 3)}),
    "pie": (([1, 2, 3],), None),
    "stairs": (
        ([1, 2, 3],),
        {"axes0/patch0": (8, 3), "axes0/patch0/values": (3, 1), "axes0/patch0/edges": (4, 1)},
    ),
    "arrow": ((0, 0, 1, 1), None),
    "fill": (([0, 1, 1], [0, 0, 1]), {"axes0/patch0": (4, 3)}),
    "bar": ((["a", "b"], [1, 2]), {"axes0/bar0": (2, 5)}),
    "imshow": ((RNG.random((3, 4, 3)),), {"axes0/image0": (3, 12)}),
    "pcolormesh": (
        (MATRIX,),
        {"axes0/mesh0": (5, 6), "axes0/mesh0/x": (7, 1), "axes0/mesh0/y": (6, 1)},
    ),
    "fill_between": (([1, 2, 3], [1, 2, 3]), {"axes0/fill0": (9, 4)}),
    "boxplot": (([1, 2, 3, 4],), None),
    "violinplot": (([1, 2, 3, 4],), None),
    "contourf": ((MATRIX,), None),
    "hexbin": ((RNG.random(50), RNG.random(50)), None),
    "barbs": (([1, 2], [3, 4]), None),
}


def figure_of(method, *args, **keywords):
    figure, axes = plt.subplots()
    getattr(axes, method)(*args, **keywords)
    plt.close(figure)
    return figure


def read(figure, **keywords):
    out = io.BytesIO()
    ig.savefig(out, fig=figure, grow=True, **keywords)
    return ig.load_figure(io.BytesIO(out.getvalue())), out.getvalue()


@pytest.mark.parametrize("method", DRAWN)
def test_every_artist_with_values_has_a_table(method):
    args, shapes = DRAWN[method]
    data, _ = read(figure_of(method, *args))
    tables = data.to_pandas()
    with_values = {artist.name for artist in data.axes[0].artists if artist.columns}
    assert {"/".join(name.split("/")[:2]) for name in tables} == with_values
    assert all(len(table) for name, table in tables.items() if "line" not in name)
    if shapes is not None:
        assert {name: table.shape for name, table in tables.items()} == shapes
    assert {*data.to_xarray().children["axes0"].children} == {n.split("/")[1] for n in with_values}


def test_the_table_of_a_step_histogram_has_its_outline():
    figure = figure_of("hist", [1, 2, 2, 3], bins=[0.5, 1.5, 2.5, 3.5], histtype="step")
    table = read(figure)[0].to_pandas()["axes0/patch0"]
    assert table.x.tolist()[:4] == [0.5, 0.5, 1.5, 1.5]
    assert table.y.tolist()[:4] == [0, 1, 1, 2]


def test_the_table_of_a_colour_picture_has_a_column_for_each_channel():
    image = RNG.random((2, 3, 4))
    (table,) = read(figure_of("imshow", image))[0].to_pandas().values()
    assert table.columns.names == ["column", "channel"]
    assert table[1, 2].tolist() == image[:, 1, 2].tolist()


CALLS = {
    "pie": ([1, 2, 3],),
    "streamplot": (np.arange(4), np.arange(4), np.ones((4, 4)), np.ones((4, 4))),
    "psd": (SIGNAL,),
    "csd": (SIGNAL, SIGNAL),
    "cohere": (SIGNAL, SIGNAL[::-1]),
    "magnitude_spectrum": (SIGNAL,),
    "angle_spectrum": (SIGNAL,),
    "phase_spectrum": (SIGNAL,),
    "acorr": (SIGNAL[:30],),
    "hist": ([1, 2, 3],),
    "boxplot": ([1, 2, 3],),
    "stackplot": ([1, 2], [3, 4]),
    "stem": ([1, 2],),
    "hist2d": ([1, 2], [3, 4]),
}


@pytest.mark.parametrize("method", CALLS)
def test_a_captured_call_is_recorded_whatever_it_returns(method):
    with ig.capture():
        figure = figure_of(method, *CALLS[method])
    (call,) = read(figure)[0].axes[0].calls
    assert call.kind == method
    first = next(iter(call.columns.values()))
    assert first.tolist() == np.asarray(CALLS[method][0]).tolist()


@pytest.mark.parametrize("method", ["pie", "hist", "psd"])
def test_a_captured_figure_can_be_pickled_and_copied(method):
    with ig.capture():
        figure = figure_of(method, *CALLS[method])
        for again in (pickle.loads(pickle.dumps(figure)), copy.deepcopy(figure)):
            (call,) = read(again)[0].axes[0].calls
            assert call.kind == method


@pytest.mark.parametrize("kind", ["axes", "host", "floating"])
def test_axes_of_axisartist_are_saved_with_their_lines(kind):
    figure = plt.figure()
    axes = figure.add_subplot(axes_class=HostAxes if kind == "host" else axisartist.Axes)
    if kind == "floating":
        axes.axis["y=1"] = axes.new_floating_axis(0, 1.5)
    axes.plot([1, 2])
    plt.close(figure)
    data, _ = read(figure)
    assert data.axes[0].lines[0].y.tolist() == [1, 2]
    assert {"other", "line"} <= {artist.kind for artist in data.axes[0].artists}
    with pytest.warns(UserWarning, match="AxisArtist"):
        data.replot()


@pytest.mark.parametrize(
    ("frequency", "code"), [("ME", "M"), ("D", "D"), ("YE", "Y-DEC"), ("h", "h")]
)
def test_an_axis_of_periods_says_their_frequency(frequency, code):
    """They were ordinals under the unit "date", which is days."""
    index = pd.date_range("2020-01-31", periods=5, freq=frequency)
    figure = plt.figure()
    pd.Series(range(5), index).plot(ax=figure.add_subplot())
    plt.close(figure)
    data, _ = read(figure)
    assert data.axes[0].units["x"] == {"kind": "period", "frequency": code}
    periods = pd.PeriodIndex.from_ordinals(data.axes[0].lines[0].x, freq=code)
    assert periods.equals(index.to_period(code))
    data.replot()


@pytest.mark.parametrize(
    "settings",
    [
        {"savefig.bbox": "tight"},
        {"savefig.bbox": "tight", "savefig.pad_inches": 0.5},
        {"savefig.facecolor": "lightgrey"},
    ],
)
def test_settings_of_savefig_come_along(settings):
    figure = figure_of("plot", [1, 2, 3])
    with mpl.rc_context(settings):
        data, saved = read(figure)
    again = io.BytesIO()
    data.replot().savefig(again, dpi=data.dpi, **data.saved_with)
    before, after = (
        Image.open(io.BytesIO(raw)).convert("RGB") for raw in (saved, again.getvalue())
    )
    assert before.size == after.size
    assert np.abs(np.asarray(before).astype(int) - np.asarray(after)).max() < 16


@pytest.mark.parametrize("shape", [(96, 96), (10, 300), (300, 10), (1, 1), (2, 1000)])
@pytest.mark.parametrize("scale", [12345.678, 1e-9, 1, 1e7, 3e300])
@pytest.mark.parametrize("dpi", [40, 100, 250])
def test_no_label_of_a_framed_matrix_is_cut(shape, scale, dpi):
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] / 96
    figure = framed(-np.sin(6 * x + y) * scale, dpi=dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    edge = 2
    inner = pixels[edge:-edge, edge:-edge]
    border = pixels.astype(int).sum() - inner.astype(int).sum()
    assert border == 255 * (pixels.size - inner.size)


@pytest.mark.parametrize("norm", ["log", "symlog", "twoslope"])
def test_no_label_of_a_framed_matrix_is_cut_under_a_norm(norm):
    values = np.geomspace(1e-3, 1e6, 96 * 96).reshape(96, 96) * (1 if norm == "log" else -1)
    values[0, 0] = 5
    figure = framed(values, norm=norm)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    for side in (pixels[:2], pixels[-2:], pixels[:, :2], pixels[:, -2:]):
        assert (side == 255).all()


def test_the_figure_may_be_the_second_argument():
    figure = figure_of("plot", [1, 2, 3])
    by_place, by_name = io.BytesIO(), io.BytesIO()
    ig.savefig(by_place, figure)
    ig.savefig(by_name, fig=figure)
    assert by_place.getvalue() == by_name.getvalue()
    with pytest.raises(TypeError):
        ig.savefig(figure, by_place)


def test_bars_in_three_dimensions_are_saved_and_named_by_replot():
    """They have no x and no width of their own: savefig raised AttributeError."""
    figure = plt.figure()
    axes = figure.add_subplot(projection="3d")
    with ig.capture():
        axes.bar([1, 2], [3, 4], zs=[0, 1], zdir="y")
    plt.close(figure)
    data, _ = read(figure)
    (call,) = data.axes[0].calls
    assert call.height.tolist() == [3, 4]
    assert [artist.kind for artist in data.axes[0].artists] == ["other", "other"]
    with pytest.warns(UserWarning, match="2 Patch3D"):
        data.replot()


def drawn_again(figure):
    """The pixels that matplotlib draws of a figure, and those of its replot."""
    found = []
    for one in (figure, read(figure)[0].replot()):
        canvas = FigureCanvasAgg(one)
        canvas.draw()
        found.append(np.array(canvas.buffer_rgba()))
    return found


def removed(axes):
    axes.bar([1, 2, 3], [1, 2, 3])[1].remove()


def turned(axes):
    axes.bar([1, 2, 3], [1, 2, 3])[1].set_angle(30)


def round_ones(axes):
    discs = [axes.add_patch(Circle((i, 0), 0.3)) for i in range(3)]
    axes.add_container(BarContainer(discs))


@pytest.mark.parametrize("change", [removed, turned, round_ones])
def test_bars_that_are_no_plain_rectangles_are_drawn_again_as_they_are(change):
    figure, axes = plt.subplots()
    change(axes)
    plt.close(figure)
    before, after = drawn_again(figure)
    assert before.tobytes() == after.tobytes()


def test_the_table_of_a_call_with_single_numbers_has_them():
    figure = plt.figure()
    axes = figure.add_subplot(projection="3d")
    with ig.capture():
        axes.quiver(1, 2, 3, 4, 5, 6)
    plt.close(figure)
    table = read(figure)[0].to_pandas()["axes0/quiver-call0"]
    assert table.to_dict("list") == dict(zip("XYZUVW", ([i] for i in range(1, 7)), strict=True))


@pytest.mark.parametrize(
    ("frequency", "code"), [("ME", "M"), ("QE", "Q-DEC"), ("YE-MAR", "Y-MAR"), ("h", "h")]
)
def test_the_axis_of_bars_along_periods_says_a_frequency_that_pandas_takes(frequency, code):
    """pandas keeps the offset for bars, whose name no PeriodIndex takes."""
    index = pd.date_range("2020-01-31", periods=5, freq=frequency)
    figure = plt.figure()
    pd.Series(range(1, 6), index).plot(kind="bar", ax=figure.add_subplot())
    plt.close(figure)
    axes = read(figure)[0].axes[0]
    assert axes.units["x"] == {"kind": "period", "frequency": code}
    middles = np.round(axes.bars[0].x + axes.bars[0].width / 2).astype(int)
    assert pd.PeriodIndex.from_ordinals(middles, freq=code).equals(index.to_period(code))


def test_a_keyword_of_none_means_the_setting_as_it_does_to_matplotlib():
    figure = figure_of("plot", [1, 2, 3])
    with mpl.rc_context({"savefig.bbox": "tight"}):
        data, saved = read(figure, bbox_inches=None, pad_inches=None, facecolor=None)
    assert data.saved_with == {"bbox_inches": "tight"}
    again = io.BytesIO()
    data.replot().savefig(again, dpi=data.dpi, **data.saved_with)
    assert Image.open(io.BytesIO(saved)).size == Image.open(again).size != (640, 480)


@pytest.mark.parametrize(
    "settings", [{"figure.constrained_layout.use": True}, {"figure.autolayout": True}]
)
def test_settings_of_layout_do_not_move_a_framed_matrix(settings):
    matrix = MATRIX * -12345.678
    plain, other = io.BytesIO(), io.BytesIO()
    ig.imsave(plain, matrix, colorbar=True)
    with mpl.rc_context(settings):
        ig.imsave(other, matrix, colorbar=True)
    assert plain.getvalue() == other.getvalue()


@pytest.mark.parametrize(
    ("values", "norm"),
    [
        (np.zeros((5, 5)), "log"),
        (np.full((5, 5), np.nan), "log"),
        (np.array([[1.7e308, -1.7e308]]), "linear"),
        (np.geomspace(1e-300, 1e300, 400).reshape(20, 20), "log"),
    ],
)
def test_values_whose_colour_bar_cannot_be_drawn_are_refused_by_name(values, norm):
    with np.errstate(all="ignore"), pytest.raises(ig.EncodeError, match="colour bar") as caught:
        ig.imsave(io.BytesIO(), values, colorbar=True, norm=norm)
    assert caught.value.option == "colorbar"
    assert ig.loads(ig.dumps(values, norm=norm)).tobytes() == values.tobytes()
