"""Write reference/intaglio/_colormap_data/colormaps.png from matplotlib's colour tables.

Two rows a map, the map and its reverse (which differs from the flipped map by
a rounding in half of them), each stretched to 512 pixels. Column i of a table
of N colours is read back at pixel ceil(i * 512 / N). Prints the names in row
order, for `_colormap_data/__init__.py`.
"""

from pathlib import Path

import numpy as np
from matplotlib import colormaps
from PIL import Image

WIDTH_PIXELS = 512
TARGET = Path(__file__).parents[1] / "reference" / "intaglio" / "_colormap_data" / "colormaps.png"


def main() -> None:
    """Write the picture and print the names."""
    names = [name for name in colormaps if not name.endswith("_r")]
    rows = []
    for name in names:
        for key in (name, f"{name}_r"):
            n = colormaps[key].N
            table = colormaps[key](np.arange(n), bytes=True)
            assert (table[:, 3] == 255).all()
            rows.append(table[np.arange(WIDTH_PIXELS) * n // WIDTH_PIXELS, :3])
    Image.fromarray(np.stack(rows)).save(TARGET, optimize=True)
    print(" ".join(names))
    print({name: colormaps[name].N for name in names if colormaps[name].N != 256})
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
