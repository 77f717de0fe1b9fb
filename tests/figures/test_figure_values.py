"""Every value of a figure has a table, and calls keep what their artists forget."""

import io
from datetime import datetime, timedelta

import numpy as np
import pytest

pd = pytest.importorskip("pandas")
pytest.importorskip("matplotlib")

from matplotlib import cbook  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.patches import Circle  # noqa: E402
from tests.figures.figure_support import drawn, loaded  # noqa: E402

import intaglio as ig  # noqa: E402
from intaglio import DecodeError, Reason  # noqa: E402

X, Y = np.meshgrid(np.arange(4.0), np.arange(3.0))


def captured(method, *args, projection=None, **keywords):
    figure = Figure(figsize=(4, 3), dpi=100)
    with ig.capture():
        getattr(figure.add_subplot(projection=projection), method)(*args, **keywords)
    return loaded(figure, grow=True)


def values_of(table):
    return {name: column.tolist() for name, column in table.items()}


@pytest.mark.parametrize(
    ("method", "names", "projection"),
    [("contour", "xyz", None), ("plot_surface", "XYZ", "3d"), ("plot_wireframe", "XYZ", "3d")],
)
def test_matrices_of_one_shape_are_the_columns_of_one_table(method, names, projection):
    """Only the first of them was shown."""
    data = captured(method, X, Y, X * Y, projection=projection)
    table = data.to_pandas()[data.axes[0].calls[0].name]
    assert table.index.names == ["row", "column"]
    assert table.loc[(2, 3)].tolist() == [3.0, 2.0, 6.0]
    given = (X, Y, X * Y)
    assert values_of(table) == {
        name: one.ravel().tolist() for name, one in zip(names, given, strict=True)
    }


def test_values_of_another_shape_have_a_table_by_the_name_of_their_array():
    cells = np.arange(6, dtype="u1").reshape(2, 3)
    tables = captured("pcolormesh", X, Y, cells).to_pandas()
    assert np.array_equal(tables["axes0/pcolormesh-call0/c"], cells)
    assert tables["axes0/pcolormesh-call0/c"].dtypes.tolist() == [np.uint8] * 3
    assert tables["axes0/mesh0/x"].x.tolist() == [0, 1, 2, 3]
    levels = captured("contourf", X[0], Y[:, 0], X * Y, [0, 2, 9]).to_pandas()
    assert np.array_equal(levels["axes0/contourf-call0"], X * Y)
    assert levels["axes0/contourf-call0/y"].y.tolist() == [0, 1, 2]
    assert levels["axes0/contourf-call0/levels"].levels.tolist() == [0, 2, 9]


def test_single_numbers_beside_arrays_are_attributes_of_the_table():
    table = captured("hist", [1, 2, 3, 3], bins=3).to_pandas()["axes0/hist-call0"]
    assert table.x.tolist() == [1, 2, 3, 3]
    assert table.attrs == {"bins": 3}


def test_lists_of_several_dtypes_are_not_made_one():
    """int64 beside float32 became float64, which rounds."""
    values = [np.array([1.5, 2.5], "f4"), np.array([2**53 + 1, 1, 2])]
    tables = captured("hist", values).to_pandas()
    assert tables["axes0/hist-call0"]["x/0"].dtype == np.float32
    assert tables["axes0/hist-call0/x"]["x/1"].tolist() == [2**53 + 1, 1, 2]


def test_wide_matrices_with_a_mask_are_tables_of_their_elements():
    shown = np.ma.array(np.arange(3000).reshape(1, -1), mask=np.arange(3000) % 2)
    table = captured("imshow", shown).to_pandas()["axes0/image0"]
    assert table.data.dtype == pd.Int64Dtype()
    assert table.data.dropna().tolist() == [*range(0, 3000, 2)]


def test_artists_outside_all_axes_have_a_name_values_and_a_table():
    figure = Figure(figsize=(4, 3), dpi=100)
    left, _ = figure.subfigures(1, 2)
    left.add_artist(Line2D([0, 1], [0.5, 0.25]))
    figure.add_artist(Circle((0.5, 0.5), 0.1))
    figure.suptitle("over")
    data = loaded(figure)
    assert data["subfigure0/line0"].y.tolist() == [0.5, 0.25]
    assert {one.name for one in data.artists} == {
        "figure/text0",
        "figure/patch0",
        "subfigure0/line0",
    }
    tables = data.to_pandas()
    assert values_of(tables["subfigure0/line0"]) == {"x": [0, 1], "y": [0.5, 0.25]}
    assert len(tables["figure/patch0"]) == 26
    assert data.to_xarray()["subfigure0/line0"]["y"].values.tolist() == [0.5, 0.25]


def test_many_columns_that_name_one_array_make_no_huge_tables():
    figure = Figure(figsize=(4, 3), dpi=100)
    with ig.capture():
        figure.subplots().hist(np.arange(1 << 16) % 5)
    data = loaded(figure, grow=True)
    record = {**data.record, "axes": [dict(data.record["axes"][0])]}
    call = record["axes"][0]["calls"][0]
    columns = {f"x/{i}": call["data"]["x"] for i in range(4000)}
    record["axes"][0]["calls"] = [{**call, "data": columns}]
    file = ig.dumps(dict(data.arrays), metadata={"intaglio.figure": record})
    again = ig.load_figure(io.BytesIO(file))
    with pytest.raises(DecodeError, match="tables of 262,") as caught:
        again.to_pandas()
    assert caught.value.reason == Reason.LIMIT_EXCEEDED
    assert again.to_xarray()["axes0/hist-call0"]["x_7"].size == 1 << 16


STATS = cbook.boxplot_stats([[1, 2, 3, 50], [2, 3, 4]], labels=["a", "b"])
BODIES = [{"coords": np.arange(3.0), "vals": X[0, :3], "mean": 1, "median": 1, "min": 0, "max": 2}]
CALLS = {  # method: arguments, and some of the columns
    "broken_barh": (
        ([(1, 0.5), (2, 3)], (0, 1)),
        {"xmin": [1, 2], "xwidth": [0.5, 3], "yrange": [0, 1]},
    ),
    "bxp": ((STATS,), {"med": [2.5, 3], "label": ["a", "b"], "fliers/0": [50], "fliers/1": []}),
    "violin": ((BODIES,), {"coords/0": [0, 1, 2], "max": [2]}),
    "grouped_bar": (({"p": [1, 2], "q": [3, 4]},), {"heights/0": [1, 2], "heights/1": [3, 4]}),
    "triplot": (([0, 1, 0], [0, 0, 1], [[0, 1, 2]]), {"triangles/0": [0, 1, 2]}),
    "pcolorfast": ((X,), {"c": X.tolist()}),
}


@pytest.mark.parametrize("method", CALLS)
def test_calls_with_pairs_dictionaries_and_triangles_are_kept(method):
    if not hasattr(Figure().subplots(), method):
        pytest.skip("this matplotlib has no such method")
    args, columns = CALLS[method]
    (call,) = captured(method, *args).axes[0].calls
    assert call.kind == method
    assert {name: call.columns[name].tolist() for name in columns} == columns


def test_an_array_of_pairs_keeps_its_dtype():
    pairs = np.array([[1, 2], [3, 4]], "i2")
    (call,) = captured("broken_barh", pairs, (0, 1)).axes[0].calls
    assert (call.xmin.dtype, call.xwidth.tolist()) == (np.int16, [2, 4])


def test_durations_beside_dates_are_kept():
    day = datetime(2020, 1, 1)
    bars = [(day, timedelta(1)), (day, timedelta(microseconds=1))]
    (call,) = captured("broken_barh", bars, (0, 1)).axes[0].calls
    assert call.record["lost"] == []
    assert call.xwidth.astype("m8[us]").tolist() == [timedelta(1), timedelta(microseconds=1)]


def test_a_list_that_numpy_would_round_says_so():
    (call,) = captured("bar", [2**53 + 1, 0.5], [1, 2]).axes[0].calls
    assert call.record["data"]["x"]["rounded"] == "object"
    assert "rounded" not in call.record["data"]["height"]


def later(axes, scale):
    axes.axline((0.2, 1), slope=1)
    axes.set(xlim=(0.1, 0.9), ylim=(0.1, 9))
    axes.set(xscale=scale, yscale="linear" if scale == "logit" else scale)


STRAIGHT = {
    "log, slope": lambda axes: later(axes, "log"),
    "symlog, slope": lambda axes: later(axes, "symlog"),
    "logit, slope": lambda axes: later(axes, "logit"),
    "log, points": lambda axes: (axes.set_yscale("log"), axes.axline((1, 1), (2, 5))),
    "axes": lambda axes: axes.axline((0, 0), slope=0.5, transform=axes.transAxes),
    "upright": lambda axes: axes.axline((0.5, 0.5), slope=np.inf),
}


@pytest.mark.parametrize("what", STRAIGHT)
def test_endless_lines_are_drawn_again_on_every_scale(what):
    figure = Figure(figsize=(4, 3), dpi=100)
    STRAIGHT[what](figure.subplots())
    assert np.array_equal(drawn(figure), drawn(loaded(figure).replot()))


NOT_FINITE = {
    "colour limit": lambda axes: axes.imshow(X, vmin=-np.inf),
    "place of a text": lambda axes: axes.text(np.inf, 0, "x"),
    "point of an annotation": lambda axes: axes.annotate("x", (np.nan, 1), (0.5, 0.5)),
}


@pytest.mark.parametrize("what", NOT_FINITE)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_numbers_of_a_record_that_are_not_finite_come_along(what):
    """savefig raised EncodeError."""
    figure = Figure(figsize=(4, 3), dpi=100)
    NOT_FINITE[what](figure.subplots())
    assert np.array_equal(drawn(figure), drawn(loaded(figure).replot()))
