"""Draw what the picture looks like for many kinds of data: sheets of labelled cases.

    python docs/contact_sheet.py OUT_DIR

Each case is shown twice: the whole picture, shrunk to fit, and its middle at
full size. Pixels needed are guessed as nine tenths of the bytes, or given.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import ml_dtypes
import numpy as np
from matplotlib.colors import BoundaryNorm, PowerNorm
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from intaglio._render.picture import Look, make_picture, plan_size
from intaglio.errors import EncodeError

TILE = 250
LABEL = 40
COLUMNS = 3
PER_SHEET = 12


class Case(NamedTuple):
    """What to draw."""

    label: str
    data: Any
    look: dict[str, Any]
    needed: int | None = None


def waves(h: int, w: int) -> np.ndarray:
    """Make something smooth with a few hills."""
    y, x = np.mgrid[-3 : 3 : h * 1j, -3 : 3 : w * 1j]
    return 3 * (1 - x) ** 2 * np.exp(-(x**2) - (y + 1) ** 2) - 10 * (x / 5 - x**3 - y**5) * np.exp(
        -(x**2) - y**2
    )


def complex_plane(n: int) -> np.ndarray:
    """Make a rational function of a complex number."""
    z = np.linspace(-2, 2, n) + 1j * np.linspace(2, -2, n)[:, None]
    return (z**2 - 1) * (z - 2 - 1j) ** 2 / (z**2 + 2 + 2j)


def photograph(h: int, w: int) -> np.ndarray:
    """Make an RGB gradient with a disc."""
    y, x = np.mgrid[0:h, 0:w]
    disc = (y - h / 2) ** 2 + (x - w / 2) ** 2 < (min(h, w) / 3) ** 2
    rgb = np.stack([255 * x / w, 255 * y / h, 255 * disc], axis=-1)
    return rgb.astype(np.uint8)


def matrices(rng: np.random.Generator) -> Iterator[Case]:
    """Yield the plain cases."""
    seed = rng.uniform(-1, 1, (96, 96))
    special = waves(64, 64)
    special[5:15, 5:15], special[20:30, 5:15], special[35:45, 5:15] = np.nan, np.inf, -np.inf
    for cmap in ("rainbow", "viridis"):
        yield Case(f"seed case, {cmap}", seed, {"cmap": cmap})
    yield Case("smooth 300x400 float64", waves(300, 400), {})
    yield Case("smooth 1000x1500 float32", waves(1000, 1500).astype("f4"), {})
    yield Case("4x6", np.arange(24.0).reshape(4, 6), {})
    yield Case("2x2 int8", np.array([[-1, 0], [1, 2]], "i1"), {})
    yield Case("0-d", np.array(3.5), {})
    yield Case("empty (0, 5)", np.empty((0, 5)), {})
    yield Case("constant", np.full((20, 30), 7.0), {})
    yield Case("all NaN", np.full((20, 30), np.nan), {})
    for cmap in ("viridis", "gray", "rainbow", "RdBu", "hsv", "gist_ncar", "twilight", "tab10"):
        yield Case(f"NaN, +inf, -inf from top, {cmap}", special, {"cmap": cmap})
    yield Case("bool mask 200x200", waves(200, 200) > 1, {}, 5000)
    labels = (np.add.outer(np.arange(60), np.arange(80)) // 14).astype("i8")
    yield Case("integer labels, tab10", labels, {"cmap": "tab10"})
    yield Case("bfloat16", waves(128, 128).astype(ml_dtypes.bfloat16), {})
    yield Case("huge range", np.array([[-1.7e308, 0], [8e307, 1.7e308]]), {})
    yield Case("subnormal", waves(32, 32) * 5e-322, {})
    times = np.datetime64("2024-01-01", "ns") + np.arange(600).reshape(20, 30)
    times[3:6, 3:9] = np.datetime64("NaT")
    yield Case("datetime64[ns], NaT", times, {})
    yield Case("uint64 near 2**64", np.arange(2**64 - 400, 2**64, dtype="u8").reshape(20, 20), {})
    yield Case("origin lower", np.arange(24.0).reshape(4, 6), {"origin": "lower"})


def norms(rng: np.random.Generator) -> Iterator[Case]:
    """Yield norms and complex numbers."""
    counts = rng.poisson(np.exp(waves(100, 120)))
    yield Case("counts, linear", counts, {"cmap": "magma"})
    yield Case("counts with zeros, log", counts, {"cmap": "magma", "norm": "log"})
    yield Case("signed data, log", waves(100, 100), {"norm": "log"})
    yield Case("symlog", np.sinh(3 * waves(100, 100)), {"norm": "symlog", "cmap": "RdBu_r"})
    yield Case("twoslope", waves(100, 100), {"norm": "twoslope", "cmap": "RdBu_r"})
    yield Case("vmin, vmax clip", waves(100, 100), {"vmin": -1, "vmax": 1})
    yield Case("PowerNorm", waves(100, 100), {"norm": PowerNorm(3)})
    edges = BoundaryNorm([-6, -3, 0, 1, 2, 8], 256)
    yield Case("BoundaryNorm", waves(100, 100), {"norm": edges, "cmap": "coolwarm"})
    plane = complex_plane(200)
    yield Case("complex, domain", plane, {})
    yield Case("complex, domain, vmax", plane, {"vmax": 10})
    yield Case("complex FFT", np.fft.fftshift(np.fft.fft2(waves(128, 128))), {})
    for name in ("magnitude", "phase", "real"):
        yield Case(f"complex, {name}", plane, {"complex_as": name})


def lines(rng: np.random.Generator) -> Iterator[Case]:
    """Yield one dimension."""
    t = np.linspace(0, 8 * np.pi, 1000)
    yield Case("1-D 1000", np.sin(t) * np.exp(-t / 9), {})
    yield Case("1-D 12 values", rng.normal(size=12), {})
    yield Case("1-D one value", np.array([2.0]), {})
    yield Case("1-D 100,000 random walk", rng.normal(size=100_000).cumsum(), {})
    yield Case("1-D 3,000,000 noise f32", rng.normal(size=3_000_000).astype("f4"), {})
    gaps = np.sin(t)
    gaps[200:300], gaps[500], gaps[700:720] = np.nan, np.inf, -np.inf
    yield Case("1-D with NaN and inf", gaps, {})
    few = np.array([1, np.nan, 2, np.nan, np.nan, 3, 3, np.inf, 0])
    yield Case("1-D few with NaN", few, {})
    yield Case("1-D all NaN", np.full(50, np.nan), {})
    yield Case("1-D constant", np.full(50, 3), {})
    yield Case("1-D bool", rng.random(60) > 0.5, {})
    yield Case("1-D log", np.exp(np.linspace(0, 20, 300)), {"norm": "log"})
    yield Case("1-D complex", np.exp(1j * t) * np.exp(-t / 9), {})
    yield Case("1-D dates", np.datetime64("2020-01-01") + rng.integers(0, 900, 200).cumsum(), {})
    yield Case("column (5000, 1)", rng.normal(size=(5000, 1)).cumsum(axis=0), {})


def shapes(rng: np.random.Generator) -> Iterator[Case]:
    """Yield extreme shapes and more dimensions."""
    long = np.sin(np.arange(1_000_000) / 40) * [[1], [0.5], [0.2]]
    yield Case("3 x 1,000,000", long, {})
    yield Case("1,000,000 x 3", long.T, {})
    yield Case("3 x 1,000,000 in few pixels", long, {}, 50_000)
    yield Case("10 x 20,000", np.sin(np.outer(np.arange(1, 11), np.arange(20_000) / 900)), {})
    yield Case("3 x 1000", long[:, :1000], {})
    yield Case("1000 x 4 table", rng.normal(size=(1000, 4)), {})
    yield Case("5 x 60", rng.normal(size=(5, 60)).cumsum(axis=1), {})
    yield Case("128 x 2000 spectrogram", waves(128, 2000), {})
    yield Case("64x4", waves(64, 4), {})
    cube = np.stack([waves(60, 80) * np.cos(i / 3) for i in range(20)])
    yield Case("3-D 20x60x80", cube, {})
    yield Case("3-D 300x40x40", np.stack([waves(40, 40) * np.cos(i / 30) for i in range(300)]), {})
    yield Case("3-D 3x100x100", cube[:3, :, :60], {})
    yield Case(
        "3-D channels last 200x200x5", np.stack([waves(200, 200) ** i for i in range(1, 6)], -1), {}
    )
    yield Case("5-D 2x3x4x16x16", rng.normal(size=(2, 3, 4, 16, 16)), {})
    yield Case("1000 small 3x4", rng.normal(size=(1000, 3, 4)), {})
    yield Case(
        "64 rows 64x1x1000", np.sin(np.outer(np.arange(1, 65), np.arange(1000) / 90))[:, None], {}
    )
    yield Case("mask 4096x4096 in few pixels", waves(4096, 4096) > 0, {}, 20_000)
    yield Case("40x40 needs 1000x its cells", waves(40, 40), {}, 1_600_000)


def several(rng: np.random.Generator) -> Iterator[Case]:
    """Yield images, several arrays, covers."""
    picture = photograph(200, 300)
    yield Case("uint8 (200,300,3)", picture, {})
    alpha = np.dstack([picture, picture[..., 0]])
    yield Case("uint8 (200,300,4)", alpha, {})
    yield Case("uint16 (200,300,3)", picture.astype("u2") * 257, {})
    yield Case("float 0..1 (200,300,3)", picture / 255, {})
    yield Case("stack of images", np.stack([np.roll(picture, 30 * i, 1) for i in range(6)]), {})
    mixed = {
        "a": waves(96, 96),
        "b": np.sin(np.arange(400) / 20),
        "c": photograph(60, 90),
        "d": np.stack([waves(30, 30) * i for i in range(9)]),
        "e": np.empty((0, 3)),
    }
    yield Case("5 different arrays", mixed, {})
    yield Case("2 arrays", {"a": waves(96, 96), "b": np.arange(10.0)}, {})
    yield Case("3 lines", {n: rng.normal(size=500).cumsum() for n in "xyz"}, {})
    yield Case(
        "weights and biases", {"w": rng.normal(size=(784, 128)), "b": rng.normal(size=128)}, {}
    )
    yield Case("40 arrays", {str(i): waves(20 + i, 40) * (i % 3 - 1) for i in range(40)}, {})
    yield Case("no arrays", {}, {})
    yield Case("cover", waves(50, 50), {"cover": photograph(300, 400)})
    yield Case("cover, enlarged", waves(300, 300), {"cover": photograph(200, 300), "enlarge": True})
    figure = Figure(figsize=(4, 3))
    figure.add_subplot().plot(np.sin(np.arange(100) / 9))
    yield Case("matplotlib figure", np.zeros(500), {"cover": figure})
    yield Case("figure, enlarged", waves(300, 300), {"cover": figure, "enlarge": True})
    yield Case("badge", waves(50, 50), {"badge": True})
    yield Case("badge on a cover", waves(50, 50), {"cover": photograph(300, 400), "badge": True})
    yield Case("cover too small", waves(300, 300), {"cover": photograph(200, 300)})


def draw(case: Case) -> Image.Image:
    """Draw one case: the whole, its middle at full size, the label."""
    data = case.data if isinstance(case.data, dict) else {"data": case.data}
    nbytes = sum(a.nbytes for a in data.values())
    needed = case.needed or 800 + nbytes * 9 // 10
    out = Image.new("RGB", (2 * TILE + 10, TILE + LABEL), (120, 130, 150))
    pen = ImageDraw.Draw(out)
    try:
        look = Look(**case.look)
        picture = make_picture(data, needed, look)
        words = plan_size(data, needed, look).description
    except EncodeError as problem:
        pen.multiline_text((4, 60), "\n".join(str(problem)[i : i + 70] for i in range(0, 420, 70)))
        pen.text((4, TILE + 4), case.label)
        return out
    whole = Image.fromarray(np.concatenate(list(picture.bands(500))))
    w, h = whole.size
    x, y = max(0, (w - TILE) // 2), max(0, (h - TILE) // 2)
    out.paste(whole.crop((x, y, min(w, x + TILE), min(h, y + TILE))), (TILE + 10, 0))
    whole.thumbnail((TILE, TILE), Image.Resampling.BOX)
    out.paste(whole, (0, 0))
    pen.text((4, TILE + 2), f"{case.label}   [{w}x{h}, needed {needed:,}]")
    pen.text((4, TILE + 18), words)
    return out


def main() -> None:
    """Write the sheets."""
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    groups = (matrices, norms, lines, shapes, several)
    cases = [draw(case) for group in groups for case in group(rng)]
    for first in range(0, len(cases), PER_SHEET):
        some = cases[first : first + PER_SHEET]
        w, h = some[0].size
        rows = -(-len(some) // COLUMNS)
        sheet = Image.new("RGB", (COLUMNS * (w + 12), rows * (h + 6)), (50, 55, 70))
        for i, tile in enumerate(some):
            sheet.paste(tile, (i % COLUMNS * (w + 12), i // COLUMNS * (h + 6)))
        sheet.save(target / f"sheet{first // PER_SHEET + 1}.png")
    print(f"{len(cases)} cases on {-(-len(cases) // PER_SHEET)} sheets in {target}")


if __name__ == "__main__":
    main()
