"""Figures: records of real figures changed by structure, loaded, drawn again and saved.

An input is a JSON object: `seed` names a figure of SEEDS, `record` is its record, perhaps changed,
`arrays` the number from which its arrays are changed; 0 leaves them. What must hold: load_figure,
replot and the tables give a result, a DecodeError or a warning. What replot gives can be saved.
"""

import io
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from random import Random
from typing import Final

import numpy as np

import intaglio as ig
from fuzz.records import Array, Json, mutate, mutate_arrays

MEMBER: Final = "intaglio.figure"
LIMITS: Final = ig.Limits(2**24, 2**26)
PIXELS_SAVED_MAX: Final = 2**22  # of a picture that the target takes the time to draw


def _lines(figure: Json) -> None:
    axes = figure.add_subplot()
    axes.plot([0, 1, 2], [3.0, 1.0, 2.0], "s--", label="a", markevery=2)
    axes.plot(np.arange(3), np.ma.array([1, 2, 3], mask=[0, 1, 0]), marker=(5, 1), label="$x^2$")
    axes.axline((0, 0), slope=1)
    axes.annotate("peak", (1, 2), (0.5, 2.5), arrowprops={"arrowstyle": "->"})
    axes.text(0.1, 0.9, r"$\frac{1}{2}$", bbox={"boxstyle": "sawtooth,pad=0.3"}, rotation=30)
    axes.set(title="t", xlabel="x", ylim=(0.5, 20))
    axes.legend(ncols=2, title="l")
    figure.suptitle("over")


def _spots(figure: Json) -> None:
    left, right = figure.subplots(1, 2)
    shown = left.scatter([1, 2, 3], [1, 4, 9], s=[10, 20, 30], c=[1.0, 2.0, 3.0], edgecolors="k")
    figure.colorbar(shown, ax=left, extend="both")
    right.fill_between([0, 1, 2], [0, 1, 0], alpha=0.5, hatch="//")
    right.errorbar([0, 1], [1, 2], yerr=0.3, capsize=2, label="e")
    right.hexbin([0, 1, 1, 2], [0, 1, 2, 1], gridsize=3)
    right.set_xscale("symlog")
    left.set_yscale("log")


def _fields(figure: Json) -> None:
    left, middle, right = figure.subplots(1, 3)
    hill = np.outer(np.arange(4.0), np.arange(5.0))
    left.imshow(hill, cmap="RdBu", extent=(0, 1, 0, 1))
    middle.pcolormesh(hill, shading="auto")
    filled = right.contourf(hill, levels=[0, 2, 5, 9])
    right.contour(hill, levels=[1, 3], linestyles="--")
    right.quiver([0, 1], [0, 1], [1, 1], [0, 1], [1.0, 2.0])
    figure.colorbar(filled, ax=right)


def _bars(figure: Json) -> None:
    left, right = figure.subplots(1, 2)
    left.bar(["a", "b", "c"], [3, 5, 2], hatch="x")
    left.bar_label(left.containers[0])
    right.hist([1, 2, 2, 3], bins=3, histtype="step")
    right.pie([1, 2], labels=["p", "q"])
    right.stem([1, 2], [3, 4])


def _solids(figure: Json) -> None:
    axes = figure.add_subplot(projection="3d")
    x, y = np.meshgrid(np.arange(3.0), np.arange(3.0))
    axes.plot_surface(x, y, x * y, cmap="viridis")
    axes.scatter([0, 1], [0, 1], [0, 1], c=[0.0, 1.0])
    axes.plot([0, 1], [1, 0], [0, 2])
    axes.plot_wireframe(x, y, x + 1)
    axes.text(0, 0, 0, "o")


def _parts(figure: Json) -> None:
    left, right = figure.subfigures(1, 2)
    axes = left.subplots(2, 1, sharex=True)
    axes[0].plot(np.array(["2024-01-01", "2024-01-05"], "M8[D]"), [1, 2])
    axes[0].twinx().plot(np.array(["2024-01-01", "2024-01-05"], "M8[D]"), [5, 1], "r:")
    left.supxlabel("s")
    polar = right.add_subplot(projection="polar")
    polar.plot([0, 1, 2], [1, 2, 3])


SEEDS: Final[dict[str, Callable[[Json], None]]] = {
    made.__name__.strip("_"): made for made in (_lines, _spots, _fields, _bars, _solids, _parts)
}


@cache
def seed(name: str) -> tuple[str, dict[str, Array]]:
    """The record, as JSON, and the arrays of a figure of SEEDS."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3, 2), dpi=50)
    with ig.capture():
        SEEDS[name](figure)
    out = io.BytesIO()
    ig.savefig(out, fig=figure, grow=True)
    with ig.open(io.BytesIO(out.getvalue())) as file:
        return json.dumps(file.metadata[MEMBER]), {key: file[key][...] for key in file}


def seeds() -> Iterator[bytes]:
    """Inputs with nothing changed."""
    for name in SEEDS:
        yield _input(name, json.loads(seed(name)[0]), 0)


def mutant(number: int) -> bytes:
    """The input of that number; always the same."""
    rng = Random(number)
    name = rng.choice(list(SEEDS))
    return changed(_input(name, json.loads(seed(name)[0]), 0), rng)


def changed(data: bytes, rng: Random) -> bytes:
    """An input with its record, or its arrays, changed."""
    given = json.loads(data)
    arrays = rng.randrange(1, 1 << 30) if rng.random() < 0.25 else given["arrays"]
    record = given["record"] if rng.random() < 0.2 else mutate(given["record"], rng)
    return _input(given["seed"], record, arrays)


def _input(name: str, record: Json, arrays: int) -> bytes:
    return json.dumps({"seed": name, "arrays": arrays, "record": record}).encode()


def file_of(data: bytes) -> bytes | None:
    """The file that an input stands for; None for an input that stands for none."""
    try:
        given = json.loads(data)
        record, arrays = given["record"], dict(seed(given["seed"])[1])
        if given["arrays"]:
            arrays = mutate_arrays(arrays, Random(given["arrays"]))
        return ig.dumps(arrays, metadata={MEMBER: record})
    except (ValueError, KeyError, TypeError, RecursionError):
        return None  # no JSON, or of a form that no file holds


def figures(data: bytes) -> None:
    """Records of figures: a figure, a DecodeError or a warning, and what is drawn can be saved."""
    file = file_of(data)
    if file is None:
        return
    with warnings.catch_warnings(), suppress(ig.DecodeError):
        warnings.simplefilter("ignore")
        loaded = ig.load_figure(io.BytesIO(file), limits=LIMITS)
        _ = repr(loaded), loaded.texts, loaded.size_inches
        for axes in loaded.axes:
            _ = axes.title, axes.xlabel, axes.xscale, axes.ylim, axes.units, axes.lines, dir(axes)
        for make in (loaded.to_pandas, loaded.to_xarray):
            with suppress(ig.DecodeError):
                make()
        figure = loaded.replot()
        width, height = loaded.size_inches
        if width * height * loaded.dpi**2 <= PIXELS_SAVED_MAX:
            figure.savefig(io.BytesIO(), format="png", dpi=loaded.dpi)
