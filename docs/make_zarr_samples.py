"""Write docs/zarr-codec/sample_data: small stores of pictures, and their values beside them."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np

import zarr
from intaglio.zarr import tiles

FOLDER = Path(__file__).parent / "zarr-codec" / "sample_data"


def plain() -> np.ndarray[Any, Any]:
    """A wave; at its end what floats have besides numbers; its first chunk all zero."""
    y, x = np.mgrid[0:40, 0:50].astype("f4")
    values = np.sin(x / 7) * np.cos(y / 5)
    values[:24, :24] = 0
    words = [0x7F800000, 0xFF800000, 0x7FC00000, 0x7FC00001, 0xFFC12345, 0x7F800001, 0x80000000, 1]
    values[39, -8:] = np.array(words, "u4").view("f4")
    return values


def sharded() -> np.ndarray[Any, Any]:
    """Two slopes; one of their chunks all zero."""
    values = np.arange(2 * 32 * 32, dtype="i2").reshape(2, 32, 32) - 1000
    values[1, 16:, :16] = 0
    return values


def main() -> None:
    """Write everything anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    scalar = np.array(complex(-0.0, np.nan))
    for name, values, options, look in (
        ("plain", plain(), {"chunks": (24, 24)}, {"vmin": -1, "vmax": 1, "cmap": "coolwarm"}),
        (
            "sharded",
            sharded(),
            {"chunks": (1, 16, 16), "shards": (2, 32, 32)},
            {"vmin": -1000, "vmax": 1047, "profile": (2, 2, 2, 0)},
        ),
        ("scalar", scalar, {}, {}),
    ):
        store = zarr.create_array(
            FOLDER / f"{name}.zarr",
            shape=values.shape,
            dtype=values.dtype,
            **options,
            **tiles(**look),
        )
        store[...] = values
        np.save(FOLDER / f"{name}.npy", values)


if __name__ == "__main__":
    main()
