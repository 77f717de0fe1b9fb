"""Figures of every kind that intaglio.savefig carries: the gallery shows them, the tests hold them.

Each function takes an empty Figure; what matplotlib forgets is drawn under `intaglio.capture`.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from matplotlib import colors, dates
from matplotlib.figure import Figure

X: Final = np.linspace(0, 10, 200)
SAMPLES: Final = np.random.default_rng(1).normal(size=500)
GROUPS: Final = [np.random.default_rng(k).normal(k, 1 + k / 4, 60 + 5 * k) for k in range(4)]
GRID_X, GRID_Y = np.meshgrid(np.linspace(-3, 3, 41), np.linspace(-2, 2, 31))
HILL: Final = np.exp(-(GRID_X**2) / 3 - GRID_Y**2) * np.cos(2 * GRID_X)
DAYS: Final = np.datetime64("2024-02-26") + np.arange(30)


def rng() -> np.random.Generator:
    """The same numbers for each figure, whatever was drawn before."""
    return np.random.default_rng(6)


def lines(fig: Figure) -> None:
    """Every line's x and y as passed, int16 too; an annotation, a span, a legend."""
    ax = fig.add_subplot()
    ax.plot(X, np.sin(X), label="sine")
    ax.plot(X[::10], np.cos(X[::10]), "s--", color="C3", mfc="white", label="cosine, 20 points")
    ax.step(
        np.arange(10), np.arange(10, dtype="i2") % 3 - 1, where="mid", lw=1, label="steps, int16"
    )
    ax.axhline(0, color="0.6", lw=0.8)
    ax.axvspan(4, 5, color="gold", alpha=0.3)
    ax.annotate("a peak", (np.pi / 2, 1), (3, 1.3), arrowprops={"arrowstyle": "->"})
    ax.set(title="Lines", xlabel="t [s]", ylabel="U [V]", ylim=(-1.4, 1.6))
    ax.grid(visible=True, alpha=0.4)
    ax.legend(loc="lower left")


def scatter(fig: Figure) -> None:
    """Places (float64; as passed with capture), sizes, and the numbers behind the colours."""
    ax = fig.add_subplot()
    x, y = rng().integers(0, 100, (2, 60)).astype(np.int16)
    points = ax.scatter(x, y, s=x + 10, c=y, cmap="plasma", alpha=0.8, edgecolors="k", label="a")
    ax.scatter([20, 50], [90, 95], marker="*", s=150, color="tab:green", label="b")
    fig.colorbar(points, label="y again")
    ax.set(title="Scatter", xlabel="int16", ylabel="int16")
    ax.legend()


def image(fig: Figure) -> None:
    """The matrix bit for bit, NaN included, its extent, colours and colour bar."""
    ax = fig.add_subplot()
    values = HILL.astype(np.float32)
    values[3:6, 5:9] = np.nan
    shown = ax.imshow(values, cmap="RdBu", origin="lower", extent=(-3, 3, -2, 2), vmin=-1, vmax=1)
    fig.colorbar(shown, shrink=0.7, extend="both", label="float32, with NaN")
    ax.set_title("imshow")


def masked(fig: Figure) -> None:
    """Masked arrays: the mask and what lies under it."""
    left, right = fig.subplots(1, 2)
    hidden = np.ma.masked_where(np.abs(HILL) < 0.1, HILL)
    left.imshow(hidden, cmap="viridis", interpolation="nearest", aspect="auto")
    left.set_title("masked image")
    line = np.ma.masked_inside(np.sin(X), -0.2, 0.2)
    right.plot(X, line, color="C4")
    right.set_title("masked line")


def mesh(fig: Figure) -> None:
    """Cell edges and numbers of pcolormesh, log axis, log colours."""
    ax = fig.add_subplot()
    edges = np.geomspace(1, 100, 31)
    shown = ax.pcolormesh(
        edges, np.arange(21), 10 ** rng().normal(size=(20, 30)), norm=colors.LogNorm(0.01, 100)
    )
    ax.set(xscale="log", title="pcolormesh, log axis and colours", xlabel="f [Hz]")
    fig.colorbar(shown, orientation="horizontal", pad=0.17)


def bars(fig: Figure) -> None:
    """Bars: x, y, width, height, and the values as passed; categories; hatches."""
    ax = fig.add_subplot()
    names = ["apple", "pear", "plum", "fig"]
    low = ax.bar(names, [3, 5, 2, 4], label="2023", color="C0")
    ax.bar(names, [1, 2, 2.5, 1], bottom=[3, 5, 2, 4], label="2024", hatch="//", edgecolor="k")
    ax.bar_label(low, label_type="center")
    ax.set(title="Bars over categories", ylabel="tonnes")
    ax.legend()


def errorbars(fig: Figure) -> None:
    """Error bars and stems as lines and segments; with capture xerr and yerr."""
    ax = fig.add_subplot()
    x = np.arange(1, 11)
    ax.errorbar(x, x**2.0, yerr=np.sqrt(x) * 3, xerr=0.2, fmt="o", capsize=3, label="measured")
    ax.stem(x, x**1.5, linefmt="C2-", label="stems")
    ax.set(title="Error bars and stems", yscale="log")
    ax.legend()


def fills(fig: Figure) -> None:
    """Filled bands as polygons; with capture x, y1, y2 and where."""
    ax = fig.add_subplot()
    ax.fill_between(X, np.sin(X) - 0.3, np.sin(X) + 0.3, alpha=0.3, label="band")
    ax.fill_between(X, np.sin(X), where=np.sin(X) > 0.5, color="C1", label="where")
    ax.stackplot(X[:60], np.abs(np.sin(X[:60])) / 3, np.abs(np.cos(X[:60])) / 3, baseline="sym")
    ax.set_title("fill_between and stackplot")
    ax.legend()


def histogram(fig: Figure) -> None:
    """Bins and counts; with capture the samples."""
    ax = fig.add_subplot()
    ax.hist(SAMPLES, bins=30, color="C2", label="500 samples")
    ax.hist(SAMPLES[:200] + 2, bins=20, histtype="step", label="200 shifted")
    ax.set(title="Histogram", xlabel="x", ylabel="count")
    ax.legend()


def boxplot(fig: Figure) -> None:
    """Boxes and violins as lines and shapes; with capture the samples."""
    left, right = fig.subplots(1, 2, sharey=True)
    left.boxplot(GROUPS, notch=True, patch_artist=True)
    left.set_title("boxplot")
    right.violinplot(GROUPS, showmedians=True)
    right.set_title("violinplot")


def contours(fig: Figure) -> None:
    """Contours as paths and levels; with capture the numbers that were contoured."""
    left, right = fig.subplots(1, 2)
    lined = left.contour(GRID_X, GRID_Y, HILL, levels=8)
    left.clabel(lined, fontsize=7)
    left.set_title("contour")
    filled = right.contourf(GRID_X, GRID_Y, HILL, levels=np.linspace(-0.6, 0.8, 8), extend="both")
    right.contour(GRID_X, GRID_Y, HILL, levels=[0], colors="k")
    right.set_title("contourf")
    fig.colorbar(filled, ax=right)


def arrows(fig: Figure) -> None:
    """Feet, components and colours of quiver."""
    ax = fig.add_subplot()
    x, y = np.meshgrid(np.arange(0, 2 * np.pi, 0.4), np.arange(0, 2 * np.pi, 0.4))
    shown = ax.quiver(x, y, np.cos(x), np.sin(y), np.hypot(np.cos(x), np.sin(y)), cmap="cool")
    ax.set_title("quiver")
    fig.colorbar(shown)


def surface(fig: Figure) -> None:
    """Faces, lines and points in space; with capture X, Y and Z of the surface."""
    ax = fig.add_subplot(1, 2, 1, projection="3d")
    ax.plot_surface(GRID_X, GRID_Y, HILL, cmap="coolwarm")
    ax.set(title="surface", xlabel="x", zlabel="z")
    ax.view_init(35, -50)
    other = fig.add_subplot(1, 2, 2, projection="3d")
    t = np.linspace(0, 6 * np.pi, 100)
    other.plot(np.cos(t), np.sin(t), t)
    other.scatter(np.cos(t[::9]), np.sin(t[::9]), t[::9].astype("f4"), c=t[::9])
    other.plot_wireframe(GRID_X, GRID_Y, 5 + 8 * HILL, rstride=6, cstride=6, color="0.5", lw=0.5)
    other.set_title("line, scatter, wire frame")


def times(fig: Figure) -> None:
    """Dates as datetime64, shared axes, a date format."""
    top, bottom = fig.subplots(2, 1, sharex=True)
    top.plot(DAYS, np.cumsum(rng().normal(size=30)), "C5")
    bottom.bar(DAYS, np.arange(30) % 7, color="C7")
    bottom.xaxis.set_major_locator(dates.WeekdayLocator())
    top.set_title("Dates")
    bottom.xaxis.set_major_formatter(dates.DateFormatter("%d %b"))
    fig.autofmt_xdate()


def twins(fig: Figure) -> None:
    """Two axes in one place, one of them logarithmic."""
    ax = fig.add_subplot()
    ax.plot(X, np.exp(X / 3), "C0", label="left")
    ax.set_ylabel("left", color="C0")
    other = ax.twinx()
    other.plot(X, np.sin(X) * 1e6, "C1", label="right")
    other.set_ylabel("right", color="C1")
    other.tick_params(axis="y", labelcolor="C1")
    ax.set(yscale="log", title="Twin axes")


def subfigures(fig: Figure) -> None:
    """Sub-figures with axes, titles and grounds of their own."""
    left, right = fig.subfigures(1, 2, width_ratios=[2, 1], wspace=0.05)
    left.set_facecolor("0.93")
    axes = left.subplots(2, 2, sharex=True)
    for k, ax in enumerate(axes.flat):
        ax.plot(X, np.sin((k + 1) * X), f"C{k}", lw=1)
    left.suptitle("left part")
    right.subplots().hist2d(SAMPLES[:250], SAMPLES[250:], bins=12)
    right.suptitle("right part")


def polar(fig: Figure) -> None:
    """Polar axes with a line and bars."""
    ax = fig.add_subplot(projection="polar")
    theta = np.linspace(0, 4 * np.pi, 100)
    ax.plot(theta, theta, color="C3")
    ax.bar(np.arange(6), np.arange(6) + 2, width=0.6, alpha=0.4)
    ax.set_theta_zero_location("N")
    ax.set_title("Polar")


def hexagons(fig: Figure) -> None:
    """hexbin, pie, and axes inset in others."""
    left, right = fig.subplots(1, 2)
    shown = left.hexbin(SAMPLES[:250], SAMPLES[250:], gridsize=15, cmap="Blues")
    fig.colorbar(shown, ax=left)
    left.set_title("hexbin")
    right.pie([3, 2, 1], labels=["a", "b", "c"], autopct="%d%%", explode=[0, 0.1, 0])
    inset = left.inset_axes((0.6, 0.6, 0.35, 0.35))
    inset.plot(np.arange(9) ** 2)


def styled(fig: Figure) -> None:
    """Spines, ticks, mathematical text and colours of one's own."""
    ax = fig.add_subplot()
    ax.set_facecolor("#222244")
    ax.plot(X, np.sin(X) * X, color="w")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.spines["left"].set_position(("outward", 8))
    ax.set_xticks([0, 2.5, 5, 10], ["zero", "a quarter", "half", "all"], rotation=20)
    ax.minorticks_on()
    ax.tick_params(colors="tab:red", which="both", direction="in")
    ax.text(0.5, 0.9, r"$\int x\,dx$", transform=ax.transAxes, color="w", bbox={"fc": "C1"})
    ax.set_title("left title", loc="left")
    fig.suptitle("Style", weight="bold")
    ax.invert_xaxis()


Fill = Callable[[Figure], None]
ZOO: Final[dict[str, Fill]] = {
    function.__name__: function
    for function in (
        *(lines, scatter, image, masked, mesh, bars, errorbars, fills, histogram, boxplot),
        *(contours, arrows, surface, times, twins, subfigures, polar, hexagons, styled),
    )
}
SIZES: Final = {"contours": (8, 4), "surface": (8, 4), "subfigures": (8, 4.5)}


def make(name: str) -> Figure:
    """The figure of that name, drawn while `intaglio.capture` records."""
    from intaglio.figures import capture

    figure = Figure(figsize=SIZES.get(name, (6.4, 4.8)), dpi=100, layout="constrained")
    if name in ("times", "styled", "surface"):  # these have no layout engine
        figure.set_layout_engine("none")
    with capture():
        ZOO[name](figure)
    return figure
