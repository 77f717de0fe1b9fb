"""The included colour maps: their names, and their colours as rows of colormaps.png."""

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from intaglio._format.png.decode import open_png

Bytes = NDArray[np.uint8]

_PICTURE: Final = Path(__file__).with_name("colormaps.png")
_PIXELS_MAX: Final = 2**20
# The maps of colormaps.png, written by docs/make_colormaps.py: row 2i is map i, 2i + 1 its reverse.
_MAPS: Final = """
    magma inferno plasma viridis cividis twilight twilight_shifted turbo berlin managua vanimo
    Blues BrBG BuGn BuPu CMRmap GnBu Greens Greys OrRd Oranges PRGn PiYG PuBu PuBuGn PuOr PuRd
    Purples RdBu RdGy RdPu RdYlBu RdYlGn Reds Spectral Wistia YlGn YlGnBu YlOrBr YlOrRd afmhot
    autumn binary bone brg bwr cool coolwarm copper cubehelix flag gist_earth gist_gray
    gist_heat gist_ncar gist_rainbow gist_stern gist_yarg gnuplot gnuplot2 gray hot hsv jet
    nipy_spectral ocean pink prism rainbow seismic spring summer terrain winter Accent okabe_ito
    Dark2 Paired Pastel1 Pastel2 Set1 Set2 Set3 tab10 tab20 tab20b tab20c grey gist_grey
    gist_yerg Grays
"""
_COLORS_BY_MAP: Final = (
    dict.fromkeys(("twilight", "twilight_shifted"), 510)
    | dict.fromkeys(("Accent", "okabe_ito", "Dark2", "Pastel2", "Set2"), 8)
    | dict.fromkeys(("Pastel1", "Set1"), 9)
    | dict.fromkeys(("Paired", "Set3"), 12)
    | dict.fromkeys(("tab20", "tab20b", "tab20c"), 20)
    | {"tab10": 10}
)
_COLORS_DEFAULT: Final = 256
ROW_BY_NAME: Final = {
    name + end: 2 * i + j
    for i, name in enumerate(_MAPS.split())
    for j, end in enumerate(("", "_r"))
}


def color_count(name: str) -> int:
    """The number of colours of the included map `name`."""
    return _COLORS_BY_MAP.get(name.removesuffix("_r"), _COLORS_DEFAULT)


@cache
def shipped() -> Bytes:
    """The (maps, 256 or more, 3) colours of all included maps; rows as in `ROW_BY_NAME`."""
    with _PICTURE.open("rb") as stream:
        return open_png(stream, _PIXELS_MAX).whole()


def map_with(colors: Bytes) -> str | None:
    """The name of the first included map that has all of the (n, 3) `colors`; None if none."""
    rows = shipped().astype(np.uint32) @ np.array([1, 1 << 8, 1 << 16], np.uint32)
    wanted = colors.astype(np.uint32) @ np.array([1, 1 << 8, 1 << 16], np.uint32)
    for name, row in ROW_BY_NAME.items():
        if np.isin(wanted, rows[row]).all():
            return name
    return None
