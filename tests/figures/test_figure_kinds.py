"""Every kind of artist: what comes back, and that it draws the same picture."""

import io
import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from docs.gallery import zoo
from PIL import Image
from tests.support import same_bits

from intaglio.figures import load_figure, savefig

assert len(zoo.ZOO) >= 19
DOCS = Path(__file__).parents[2] / "docs" / "figures.md"
X = zoo.X


@pytest.fixture(scope="module")
def zoo_of():
    made = {}

    def of(name):
        if name not in made:
            figure = zoo.make(name)
            out = io.BytesIO()
            savefig(out, fig=figure)
            made[name] = figure, load_figure(io.BytesIO(out.getvalue())), out.getvalue()
        return made[name]

    return of


def drawn(figure, **keywords):
    out = io.BytesIO()
    figure.savefig(out, format="png", **keywords)
    out.seek(0)
    with Image.open(out) as image:
        return np.asarray(image.convert("RGB"), int)


@pytest.mark.parametrize("name", zoo.ZOO)
def test_replot_draws_the_same_pixels(name, zoo_of):
    figure, data, png = zoo_of(name)
    again = drawn(data.replot(), dpi=data.dpi)
    with Image.open(io.BytesIO(png)) as image:
        carried = np.asarray(image.convert("RGB"), int)
    assert np.abs(again - carried).max() <= 7  # the low bits carry the data
    figure.set_layout_engine("none")  # laying out again would move things by a hair
    assert np.array_equal(again, drawn(figure, dpi=data.dpi))


def test_a_replot_of_a_replot_carries_the_same_data(zoo_of):
    _, data, _ = zoo_of("errorbars")
    out = io.BytesIO()
    savefig(out, fig=data.replot())
    again = load_figure(io.BytesIO(out.getvalue()))
    for name, values in data.arrays.items():
        if "-call" not in name:
            assert same_bits(again.arrays[name], values)


def test_lines(zoo_of):
    sine, cosine, steps = zoo_of("lines")[1].axes[0].lines[:3]
    assert same_bits(sine.x, X)
    assert same_bits(sine.y, np.sin(X))
    assert same_bits(cosine.y, np.cos(X[::10]))
    assert same_bits(steps.y, np.arange(10, dtype="i2") % 3 - 1)


def test_scatter(zoo_of):
    axes = zoo_of("scatter")[1].axes[0]
    points, call = axes.scatters[0], axes.calls[0]
    assert points.x.dtype == np.float64
    assert same_bits(call.c, call.y)
    assert call.x.dtype == call.y.dtype == call.s.dtype == np.int16
    assert np.array_equal(points.c, call.c)
    assert np.array_equal(points.x, call.x)
    assert np.array_equal(points.size, call.s)


def test_imshow(zoo_of):
    (image,) = zoo_of("image")[1].axes[0].images
    values = zoo.HILL.astype(np.float32)
    values[3:6, 5:9] = np.nan
    assert same_bits(image.data, values)
    assert image.record["extent"] == [-3, 3, -2, 2]


def test_masked_arrays(zoo_of):
    left, right = zoo_of("masked")[1].axes
    hidden = np.ma.masked_where(np.abs(zoo.HILL) < 0.1, zoo.HILL)
    for back, values in (
        (left.images[0].data, hidden),
        (right.lines[0].y, np.ma.masked_inside(np.sin(X), -0.2, 0.2)),
    ):
        assert same_bits(back.data, values.data)
        assert same_bits(back.mask, values.mask)


def test_pcolormesh(zoo_of):
    (mesh,) = zoo_of("mesh")[1].axes[0].meshes
    assert same_bits(mesh.x, np.geomspace(1, 100, 31))
    assert same_bits(mesh.y, np.arange(21.0))
    assert mesh.c.shape == (20, 30)
    assert mesh.record["style"]["norm"]["kind"] == "LogNorm"


def test_bar(zoo_of):
    axes = zoo_of("bars")[1].axes[0]
    low, high = axes.bars
    assert same_bits(low.values, np.array([3, 5, 2, 4]))
    assert high.y.tolist() == [3, 5, 2, 4]
    assert axes.units["x"]["words"] == ["apple", "pear", "plum", "fig"]
    assert axes.calls[0].x.tolist() == ["apple", "pear", "plum", "fig"]


def test_errorbar_and_stem(zoo_of):
    axes = zoo_of("errorbars")[1].axes[0]
    x = np.arange(1, 11)
    assert same_bits(axes.lines[0].x, x)
    assert same_bits(axes.lines[0].y, x**2.0)
    errors, stems = axes.calls
    assert same_bits(errors.yerr, np.sqrt(x) * 3)
    assert errors.xerr == 0.2
    assert same_bits(stems.heads, x**1.5)
    assert [group["kind"] for group in axes.record["groups"]] == ["errorbar", "stem"]
    low, high = axes.segments[0].vertices.reshape(-1, 2, 2)[0]
    assert (low[0], high[0]) == (0.8, 1.2)


def test_fill_between(zoo_of):
    axes = zoo_of("fills")[1].axes[0]
    assert axes.fills[0].vertices.dtype == np.float64
    band, where, stack = axes.calls
    assert same_bits(band.y1, np.sin(X) - 0.3)
    assert same_bits(where.where, np.sin(X) > 0.5)
    assert same_bits(stack.y1, np.abs(np.cos(X[:60])) / 3)


def test_hist(zoo_of):
    axes = zoo_of("histogram")[1].axes[0]
    counts, edges = np.histogram(zoo.SAMPLES, 30)
    assert np.array_equal(axes.bars[0].values, counts)
    assert np.array_equal(axes.bars[0].height, counts)
    assert np.allclose(axes.bars[0].x, edges[:-1], rtol=0, atol=1e-15)
    assert same_bits(axes.calls[0].x, zoo.SAMPLES)
    assert same_bits(axes.calls[1].x, zoo.SAMPLES[:200] + 2)


def test_boxplot_and_violinplot(zoo_of):
    box, violin = zoo_of("boxplot")[1].axes
    for i, group in enumerate(zoo.GROUPS):
        assert same_bits(box.calls[0].columns[f"x/{i}"], group)
        assert same_bits(violin.calls[0].columns[f"dataset/{i}"], group)
    assert len(box.patches) == 4
    assert len(box.lines) == 4 * 6


def test_contour_and_contourf(zoo_of):
    left, right, bar = zoo_of("contours")[1].axes
    for call in (left.calls[0], right.calls[0]):
        assert same_bits(call.z, zoo.HILL)
        assert same_bits(call.x, zoo.GRID_X)
    assert same_bits(right.contours[0].levels, np.linspace(-0.6, 0.8, 8))
    assert bar.record["colorbar"]["of"] == right.contours[0].name


def test_quiver(zoo_of):
    (arrows,) = zoo_of("arrows")[1].axes[0].quivers
    x, y = np.meshgrid(np.arange(0, 2 * np.pi, 0.4), np.arange(0, 2 * np.pi, 0.4))
    assert same_bits(arrows.x, x.ravel())
    assert same_bits(arrows.u, np.cos(x).ravel())
    assert same_bits(arrows.v, np.sin(y).ravel())


def test_solids(zoo_of):
    first, second = zoo_of("surface")[1].axes
    call = first.calls[0]
    assert same_bits(call.Z, zoo.HILL)
    assert same_bits(call.X, zoo.GRID_X)
    t = np.linspace(0, 6 * np.pi, 100)
    assert same_bits(second.lines[0].z, t)
    assert same_bits(second.scatters[0].z, t[::9].astype("f4"))
    assert second.segments[0].corners.shape[1] == 3


def test_dates(zoo_of):
    top, bottom = zoo_of("times")[1].axes
    assert same_bits(top.lines[0].x, zoo.DAYS)
    assert top.units["x"]["kind"] == "date"
    assert same_bits(bottom.calls[0].x, zoo.DAYS)


def test_hexbin_pie_and_insets(zoo_of):
    left, right, _, inset = zoo_of("hexagons")[1].axes
    assert left.collections[0].c.sum() == 250
    assert same_bits(left.calls[0].x, zoo.SAMPLES[:250])
    assert len(right.patches) == 3
    assert same_bits(inset.lines[0].y, np.arange(9) ** 2)


@pytest.mark.parametrize("name", zoo.ZOO)
def test_only_arrays_that_were_shown_or_passed_are_carried(name, zoo_of):
    _, data, _ = zoo_of(name)
    used = {
        c[k]
        for a in (*data._all(),)
        for c in a.record["data"].values()
        for k in c
        if k in ("array", "mask")
    }
    assert set(data.arrays) <= used


def test_the_docs_have_a_row_for_each_kind():
    from intaglio.figures._axes import DRAWERS

    rows = set(re.findall(r"^\| `([a-z0-9]+)` \|", DOCS.read_text(), re.MULTILINE))
    assert rows == {*DRAWERS, "legend", "other"}
