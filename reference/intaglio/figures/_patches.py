"""Patches: bars as four columns, every other shape as its path."""

import numpy as np
from matplotlib.container import BarContainer
from matplotlib.patches import Patch, PathPatch, Rectangle, StepPatch
from matplotlib.path import Path

from intaglio.figures._columns import Json, Mpl
from intaglio.figures._kind import Drawing, Writing, write_common
from intaglio.figures._style import plain, read_color, read_dashes, write_color, write_dashes


def are_plain_bars(container: Mpl, axes: Mpl) -> bool:
    """Whether x, y, width and height describe all of a container's bars in these axes.

    They do not describe bars in 3-D axes, bars that were turned or removed, and other shapes.
    """
    return (
        isinstance(container, BarContainer)
        and bool(container.patches)
        and all(
            isinstance(bar, Rectangle) and bar.axes is axes and bar.get_angle() == 0
            for bar in container.patches
        )
    )


def write_bars(page: Writing, bars: BarContainer) -> dict[str, Json]:
    """Bars of one call: rectangles, and the values as they were passed."""
    edges = np.array([[p.get_x(), p.get_y(), p.get_width(), p.get_height()] for p in bars], float)
    x, y, width, height = edges.reshape(-1, 4).T
    record = page.record(
        "bar", bars.patches[0], x=x, y=y, width=width, height=height, values=bars.datavalues
    )
    label = bars.get_label()
    record["label"] = None if str(label).startswith("_") else str(label)
    record["orientation"] = bars.orientation
    styles = [{**patch_style(p), "common": write_common(p)} for p in bars]
    same = all(style == styles[0] for style in styles)
    return {**record, "styles": styles[:1] if same else styles}


def write_patch(page: Writing, patch: Mpl) -> dict[str, Json]:
    """A shape's path in its own coordinates; of `stairs` values, edges and baseline too."""
    path = patch.get_path().transformed(patch.get_patch_transform())
    steps: dict[str, Mpl] = {}
    if isinstance(patch, StepPatch):
        steps = dict(zip(("values", "edges", "baseline"), patch.get_data(), strict=True))
    record = page.record("patch", patch, vertices=path.vertices, codes=path.codes, **steps)
    return {**record, "style": patch_style(patch)}


def patch_style(patch: Patch) -> dict[str, Json]:
    """Everything of a patch but its shape."""
    return {
        "facecolor": write_color(patch.get_facecolor()),
        "edgecolor": write_color(patch.get_edgecolor()),
        "hatchcolor": write_color(patch.get_hatchcolor())
        if hasattr(patch, "get_hatchcolor")
        else None,
        "linewidth": plain(patch.get_linewidth()),
        "linestyle": write_dashes(patch),
        "antialiased": bool(patch.get_antialiased()),
        "hatch": patch.get_hatch(),
        "fill": bool(patch.get_fill()),
        "capstyle": str(patch.get_capstyle()),
        "joinstyle": str(patch.get_joinstyle()),
    }


def patch_keywords(style: Json) -> dict[str, Mpl]:
    """Keywords of Patch."""
    names = ("linewidth", "antialiased", "hatch", "fill", "capstyle", "joinstyle")
    keywords = {name: style[name] for name in names}
    if style["hatch"] and style.get("hatchcolor") is not None and hasattr(Patch, "set_hatchcolor"):
        keywords["hatchcolor"] = read_color(style["hatchcolor"])
    return {
        **keywords,
        "facecolor": read_color(style["facecolor"]),
        "edgecolor": read_color(style["edgecolor"]),
        "linestyle": read_dashes(style["linestyle"]),
    }


def draw_bars(page: Drawing, record: Json) -> Mpl:
    """Draw bars."""
    columns = [page.column(record, key) for key in ("x", "y", "width", "height")]
    patches = []
    for i, (x, y, width, height) in enumerate(zip(*columns, strict=True)):
        style = record["styles"][i if len(record["styles"]) > 1 else 0]
        bar = Rectangle((x, y), width, height, **patch_keywords(style))
        bar.set_transform(page.transform(record))
        page.axes.add_patch(bar)
        page.finish(bar, {**record, "common": style["common"], "label": None}, alpha=False)
        patches.append(bar)
    bars = BarContainer(
        patches,
        None,
        datavalues=page.column(record, "values"),
        orientation=record["orientation"],
        label=record["label"] or "_nolegend_",
    )
    page.axes.add_container(bars)
    return patches[0]


def draw_patch(page: Drawing, record: Json) -> Mpl:
    """Draw a shape."""
    path = Path(page.column(record, "vertices"), page.column(record, "codes"))
    patch = PathPatch(path, **patch_keywords(record["style"]))
    patch.set_transform(page.transform(record))
    if page.axes is None:
        page.figure.add_artist(patch)
    else:
        page.axes.add_patch(patch)
    return page.finish(patch, record, alpha=False)
