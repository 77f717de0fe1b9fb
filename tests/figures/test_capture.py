"""capture: what is recorded, and that nothing of it remains."""

import io
import threading

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D
from tests.support import same_bits

from intaglio.figures import capture, load_figure, savefig

SAMPLES = np.random.default_rng(0).normal(size=40).astype("f4")


def axes():
    return Figure().subplots()


def calls_of(*several):
    out = io.BytesIO()
    savefig(out, fig=several[0].figure)
    return [call for one in load_figure(io.BytesIO(out.getvalue())).axes for call in one.calls]


def methods():
    return {**vars(Axes)}, {**vars(Axes3D)}


def test_hist_records_its_samples_as_they_were_passed():
    one = axes()
    samples = SAMPLES.copy()
    with capture():
        one.hist(samples, bins=5, weights=np.arange(40))
    samples[:] = 0  # what the caller does later is no business of ours
    (call,) = calls_of(one)
    assert call.kind == "hist"
    assert same_bits(call.x, SAMPLES)
    assert same_bits(call.weights, np.arange(40))
    assert call.record["artists"] == ["axes0/bar0"]


def test_only_the_outermost_call_is_recorded():
    one = axes()
    with capture():
        one.stackplot([1, 2], [3, 4], [5, 6])  # calls fill_between
        one.errorbar([1, 2], [1, 2], yerr=[1, 1])  # calls vlines and others
        one.boxplot([SAMPLES, SAMPLES[:9]])
    assert [call.kind for call in calls_of(one)] == ["stackplot", "errorbar", "boxplot"]


def test_nothing_is_recorded_outside_and_methods_are_what_they_were():
    before = methods()
    one = axes()
    with capture():
        assert methods() != before
    assert methods() == before
    one.hist(SAMPLES)
    assert calls_of(one) == []


def test_an_exception_undoes_it_too():
    before = methods()
    one = axes()

    def fails():
        with capture():
            one.hist(SAMPLES)
            one.hist(SAMPLES, bins="no such rule")

    with pytest.raises(ValueError, match="no such rule"):
        fails()
    assert methods() == before
    assert len(calls_of(one)) == 1  # the call that failed left no artists
    with capture():
        one.hist(SAMPLES)
    assert len(calls_of(one)) == 2


def test_nesting_records_once_and_lasts_until_the_outermost_ends():
    before = methods()
    one = axes()
    with capture():
        with capture():
            one.hist(SAMPLES)
        one.hist(SAMPLES)
    assert methods() == before
    assert len(calls_of(one)) == 2


def test_threads_record_each_call_once():
    several = [axes() for _ in range(4)]
    ready = threading.Barrier(4)

    def work(one):
        ready.wait()
        with capture():
            for _ in range(5):
                one.hist(SAMPLES, bins=3)

    before = methods()
    threads = [threading.Thread(target=work, args=(one,)) for one in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert methods() == before
    assert [len(calls_of(one)) for one in several] == [5, 5, 5, 5]


def test_another_wrapper_put_on_meanwhile_is_left_alone(monkeypatch):
    one = axes()
    original = Axes.hist
    with capture():
        inner = Axes.hist

        def theirs_hist(*args, **keywords):
            return inner(*args, **keywords)

        monkeypatch.setattr(Axes, "hist", theirs_hist)
        theirs = Axes.hist
    assert Axes.hist is theirs
    one.hist(SAMPLES)
    assert calls_of(one) == []
    monkeypatch.setattr(Axes, "hist", original)


def test_artists_that_are_gone_take_their_call_along():
    one = axes()
    with capture():
        one.hist(SAMPLES)
        one.cla()
        one.scatter([1, 2], [3, 4])
    assert [call.kind for call in calls_of(one)] == ["scatter"]


def test_data_keywords_are_looked_up_by_name():
    one = axes()
    with capture():
        one.scatter("a", "b", c="c", data={"a": [1, 2], "b": SAMPLES[:2], "c": [0.5, 0.7]})
    (call,) = calls_of(one)
    assert call.x.tolist() == [1, 2]
    assert same_bits(call.y, SAMPLES[:2])
    assert call.c.tolist() == [0.5, 0.7]


def test_positional_arguments_have_names():
    figure = Figure()
    flat, solid = figure.add_subplot(121), figure.add_subplot(122, projection="3d")
    x, y = np.meshgrid(np.arange(4), np.arange(3))
    z = (x * y).astype("i2")
    with capture():
        flat.contour(z, 3)
        flat.pcolormesh(x, y, z, shading="nearest")
        flat.quiver(x, y, z, z)
        solid.plot_surface(x, y, z)
        solid.contour(x, y, z)
        solid.scatter(x, y, z)
    kinds = [(call.kind, sorted(call.columns)) for call in calls_of(flat)]
    assert kinds == [
        ("contour", ["levels", "z"]),
        ("pcolormesh", ["c", "x", "y"]),
        ("quiver", ["u", "v", "x", "y"]),
        ("plot_surface", ["X", "Y", "Z"]),
        ("contour", ["X", "Y", "Z"]),
        ("scatter", ["xs", "ys", "zs"]),
    ]
    assert all(
        same_bits(call.columns[key], z)
        for call in calls_of(flat)
        for key in ("z", "Z", "zs", "c")
        if key in call.columns
    )


def test_results_and_errors_are_matplotlibs_own():
    one, other = axes(), axes()
    with capture():
        counts, edges, _ = one.hist(SAMPLES, bins=4)
        with pytest.raises(TypeError):
            one.hist()
    plain, plain_edges, _ = other.hist(SAMPLES, bins=4)
    assert np.array_equal(counts, plain)
    assert np.array_equal(edges, plain_edges)
    assert Axes.hist.__name__ == "hist"
