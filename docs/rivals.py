"""Rivals: the same figure saved by each, and what comes back, also after Pillow saved it again.

    python docs/rivals.py intaglio|pydfig|reprofig|stegaplots

Run it with a Python that has the package, matplotlib, Pillow and pandas; it prints a row of
the table in docs/figures.md. The figure holds a line (float64, a NaN among them), points
(int16, coloured by float32) and an image (float32, 50x50). Packages that take data by hand get
the line as a table or as lists, as their own documentation shows it.
"""

import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

X = np.linspace(0, 10, 201)
Y = np.where(np.arange(201) == 7, np.nan, np.sin(X))
POINTS = np.arange(30, dtype=np.int16)
COLOURS = np.sqrt(POINTS).astype(np.float32)
MATRIX = np.random.default_rng(0).random((50, 50)).astype(np.float32)

Found = dict[str, Any]


def figure() -> Figure:
    """The figure that all of them save."""
    made = Figure()
    axes, other = made.subplots(1, 2)
    axes.plot(X, Y, label="a line")
    axes.scatter(POINTS, POINTS, c=COLOURS)
    other.imshow(MATRIX)
    return made


def intaglio(path: Path) -> Callable[[], Found]:
    """Nothing is said but the figure."""
    import intaglio as ig

    ig.savefig(path, fig=figure(), grow=True)

    def read() -> Found:
        left, right = ig.load_figure(path).axes
        return {
            "line": np.stack([left.lines[0].x, left.lines[0].y]),
            "points": left.scatters[0].x,
            "image": right.images[0].data,
        }

    return read


def pydfig(path: Path) -> Callable[[], Found]:
    """Nothing is said but the figure; the first axes are taken."""
    from pydfig import decode_any
    from pydfig.matplotlib_converter import convert

    convert(figure(), str(path), fmt="png")

    def read() -> Found:
        payload = decode_any(str(path)) or {"curves": [{"x": [], "y": []}], "points": []}
        curve = payload["curves"][0]
        places = [point["x"] for point in payload["points"]]
        return {"line": np.array([curve["x"], curve["y"]]), "points": np.array(places)}

    return read


def reprofig(path: Path) -> Callable[[], Found]:
    """The line is passed as a table: it does not look into the figure."""
    import pandas as pd
    from reprofig import extract_artifact, save_figure

    save_figure(figure(), path, data=pd.DataFrame({"x": X, "y": Y}))

    def read() -> Found:
        out = Path(tempfile.mkdtemp())
        extract_artifact(path, out)
        (table,) = out.glob("*-figure-data.csv")
        return {"line": pd.read_csv(table, float_precision="round_trip").to_numpy().T}

    return read


def stegaplots(path: Path) -> Callable[[], Found]:
    """The line is passed as parameters, lists of numbers: it does not look into the figure."""
    from stegaplots import retrieve_metadata, savefig_metadata

    savefig_metadata(figure(), {"x": X.tolist(), "y": Y.tolist()}, [], str(path))

    def read() -> Found:
        found = retrieve_metadata(str(path))["params"]
        return {"line": np.array([found["x"], found["y"]])}

    return read


WANTED = {"line": np.stack([X, Y]), "points": POINTS, "image": MATRIX}


def verdict(found: Found, key: str) -> str:
    """What came back of one artist."""
    if key not in found:
        return "no"
    got, wanted = np.asarray(found[key]), WANTED[key]
    if not got.size:
        return "no"
    if got.shape != wanted.shape:
        return f"in part: {got.shape[-1]} of {wanted.shape[-1]}"
    if not np.array_equal(got, wanted, equal_nan=True):
        return f"to {np.nanmax(np.abs(got - wanted)):.0e}"
    return "exact" if got.dtype == wanted.dtype else f"values, as {got.dtype}"


def tried(read: Callable[[], Found]) -> list[str]:
    """A cell for each artist, or what went wrong."""
    try:
        found = read()
    except Exception as problem:
        return [f"nothing ({type(problem).__name__})"]
    return [f"{key} {verdict(found, key)}" for key in WANTED]


def main(name: str) -> None:
    """Print the row."""
    path = Path(tempfile.mkdtemp()) / "figure.png"
    read = globals()[name](path)
    size = path.stat().st_size
    before = tried(read)
    with Image.open(path) as image:
        image.load()
    image.save(path)
    after = tried(read)
    told = "the same" if after == before else ", ".join(after)
    told = "nothing" if all(cell.endswith(" no") for cell in after) else told
    print(f"| {name} {version(name)} | {size:,} | {', '.join(before)} | {told} |")


if __name__ == "__main__":
    main(sys.argv[1])
