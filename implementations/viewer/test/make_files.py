"""Pictures that the Python package writes, and each array's own .npy beside it, to compare with."""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

import intaglio as ig

folder = Path(sys.argv[1])
rng = np.random.default_rng(7)


def bits(n: int) -> bytes:
    """Random bytes."""
    return rng.integers(0, 256, n, np.uint8).tobytes()


y, x = np.mgrid[0:60, 0:90]
field = (np.sin(x / 9) * np.cos(y / 7)).astype("f8")
field[3, 4], field[5, 6], field[7, 8] = np.nan, np.inf, -np.inf
arrays = {
    "field": field,
    "bool": rng.integers(0, 2, (5, 7)).astype(bool),
    **{
        f"{k}{8 * n}": np.frombuffer(bits(24 * n), f"<{k[0]}{n}").reshape(4, 6)
        for k in ("int", "uint")
        for n in (1, 2, 4, 8)
    },
    "f2": np.frombuffer(bits(256), "<f2").reshape(8, 16),
    "f4": np.frombuffer(bits(400), "<f4").reshape(10, 10),
    "f8": np.frombuffer(bits(800), "<f8"),
    "c8": np.frombuffer(bits(256), "<c8").reshape(4, 8),
    "c16": np.frombuffer(bits(512), "<c16").reshape(4, 8),
    "when": np.array(
        ["2026-11-22T12:00:00.123456789", "NaT", "1583-01-01", "0001-01-01"], "M8[ns]"
    ),
    "days": np.array(["2024-02-29", "1969-12-31", "NaT", "-0044-03-15"], "M8[D]"),
    "step": np.array([1, -5, 2**62], "m8[25s]"),
    "scalar": np.array(3.25),
    "empty": np.zeros((0, 3), "f4"),
    "cube": rng.normal(size=(3, 4, 5, 6)).astype("f4"),
    "line": np.cumsum(rng.normal(size=5000)).astype("f4"),
    "names/../x\u202e": np.arange(3),
}
ig.save(folder / "all.png", arrays, metadata={"title": "<b>bold</b>", "big": 12345678901234567890})
for i, a in enumerate(arrays.values()):
    np.save(folder / f"{i}.npy", a)
ig.imsave(folder / "one.png", field.astype("f4"), cmap="rainbow")
np.save(folder / "write.npy", np.asfortranarray(field.astype(">f4")))
np.save(folder / "cube.npy", arrays["cube"])
(folder / "names.json").write_text(json.dumps([*arrays]))


Image.open(folder / "one.png").convert("RGB").save(folder / "lossy.jpg")
Image.open(folder / "one.png").rotate(90, expand=True).crop((0, 0, 50, 50)).save(
    folder / "cropped.png"
)
picture = Image.open(folder / "one.png").convert("RGB")
taller = Image.new("RGB", (picture.width, picture.height + 3), "white")
taller.paste(picture, (0, 0))
taller.save(folder / "taller.png")
