"""The demonstration: real matrices become pictures, and come back to the last bit.

Run by `make demo`; leaves its pictures in the folder demo/.
"""

import hashlib
import time
from pathlib import Path

import matplotlib.cbook
import numpy as np

import intaglio as ig

OUT = Path("demo")


def sample(name: str, key: str) -> np.ndarray:
    """An array out of the sample data that matplotlib ships."""
    with matplotlib.cbook.get_sample_data(name) as data:
        return np.asarray(data[key])


def matrices() -> dict[str, tuple[np.ndarray, str]]:
    """Name -> (matrix, colour map)."""
    return {
        "elevation": (sample("jacksboro_fault_dem.npz", "elevation"), "gist_earth"),
        "topography": (sample("topobathy.npz", "topo"), "terrain"),
        "seed": (np.random.default_rng(0).uniform(-1, 1, (96, 96)), "rainbow"),
    }


def show(name: str, array: np.ndarray, cmap: str) -> None:
    """Save one matrix as a picture, load it, and compare every byte."""
    path = OUT / f"{name}.ig.png"
    start = time.perf_counter()
    ig.imsave(path, array, cmap=cmap)
    saved = time.perf_counter()
    back = ig.imread(path)
    loaded = time.perf_counter()
    same = (back.dtype, back.shape, back.tobytes()) == (array.dtype, array.shape, array.tobytes())
    if not same:
        message = f"{path}: the array that came back differs"
        raise SystemExit(message)
    info = ig.info(path)
    (stored,) = info.arrays
    digest = hashlib.sha256(back.tobytes()).hexdigest()
    shape = "x".join(map(str, array.shape))
    steps = " + ".join((*stored.filters, stored.codec))
    save_ms, load_ms = 1000 * (saved - start), 1000 * (loaded - saved)
    print(f"{path}")
    print(f"  matrix   {stored.dtype} {shape}, {array.nbytes:,} bytes")
    print(f"  stored   {stored.stored_bytes:,} bytes by {steps}")
    print(f"  picture  {info.width}x{info.height}, {path.stat().st_size:,} bytes, colours {cmap}")
    print(f"  sha256   {digest[:32]}... is that of the original")
    print(f"  time     saved in {save_ms:.0f} ms, loaded in {load_ms:.0f} ms")


def main() -> None:
    """Show every matrix."""
    OUT.mkdir(exist_ok=True)
    print("Each of these PNGs is the matrix that it shows:\n")
    for name, (array, cmap) in matrices().items():
        show(name, array, cmap)
    print(f"\nEvery byte came back. Open the pictures in {OUT.resolve()} with any viewer.")


if __name__ == "__main__":
    main()
