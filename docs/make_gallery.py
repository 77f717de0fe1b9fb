"""The gallery: every figure of docs/gallery/zoo.py beside what its own PNG draws again.

    python docs/make_gallery.py [OUT]

Saves each figure with intaglio.savefig, strips its PNG of every chunk but IHDR, IDAT and IEND,
loads the figure from the stripped file and draws it again. Stops if a picture differs by more
than the low bits that carry the data. Sphinx makes the page: OUT/html/index.html, with OUT
docs/gallery/build where nothing is said.
"""

import io
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from sphinx.cmd.build import build_main

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs.gallery import zoo

from intaglio.figures import FigureData, load_figure, savefig

HERE = Path(__file__).parent / "gallery"
LOW_BITS_MAX = 7  # what three low bits can change a channel by
KEPT = (b"IHDR", b"IDAT", b"IEND")
CONF = """\
project = "Intaglio"
html_theme = "alabaster"
html_theme_options = {"page_width": "1250px"}
"""
HEAD = """\
Gallery
=======

Each figure was saved by ``intaglio.savefig`` while ``intaglio.capture`` recorded (left). Then
every chunk but IHDR, IDAT and IEND was taken out of the PNG, the figure was loaded from what was
left, and ``replot()`` drew it again (right). The two differ by the low bits that carry the data,
and by nothing else.

"""
ENTRY = """\
{name}
{line}

{caption}

.. list-table::

   * - .. image:: {name}.ig.png
     - .. image:: {name}.again.png

Carried: {arrays} arrays, {values:,} bytes of values, in a file of {size:,} bytes ({width}x{height},
dpi {dpi:g}). It holds {kinds}.

"""


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and whole bytes of each chunk."""
    at = 8
    while at < len(png):
        length = struct.unpack(">I", png[at : at + 4])[0]
        yield png[at + 4 : at + 8], png[at : at + 12 + length]
        at += 12 + length


def stripped(png: bytes) -> bytes:
    """The PNG without any chunk that is not needed to show it."""
    return png[:8] + b"".join(raw for kind, raw in chunks(png) if kind in KEPT)


def pixels_of(png: bytes) -> np.ndarray:
    """RGB as whole numbers."""
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"), int)


def regenerated(name: str, out: Path) -> str:
    """Make both pictures of a figure, and its part of the page."""
    whole = io.BytesIO()
    savefig(whole, fig=zoo.make(name))
    bare = stripped(whole.getvalue())
    data = load_figure(io.BytesIO(bare))
    again = io.BytesIO()
    data.replot().savefig(again, format="png", dpi=data.dpi, **data.saved_with)
    carried, drawn = pixels_of(bare), pixels_of(again.getvalue())
    if carried.shape != drawn.shape or np.abs(carried - drawn).max() > LOW_BITS_MAX:
        message = f"{name}: the figure drawn from its own PNG differs"
        raise SystemExit(message)
    (out / f"{name}.ig.png").write_bytes(bare)
    (out / f"{name}.again.png").write_bytes(again.getvalue())
    return entry(name, data, bare)


def entry(name: str, data: FigureData, png: bytes) -> str:
    """What the page says of a figure."""
    height, width, _ = pixels_of(png).shape
    artists = [artist.name for axes in data.axes for artist in (*axes.artists, *axes.calls)]
    return ENTRY.format(
        name=name,
        line="-" * len(name),
        caption=zoo.ZOO[name].__doc__,
        arrays=len(data.arrays),
        values=sum(array.nbytes for array in data.arrays.values()),
        size=len(png),
        width=width,
        height=height,
        dpi=data.dpi,
        kinds=", ".join(f"``{artist}``" for artist in artists),
    )


def main(out: Path) -> None:
    """Make all pictures and the page."""
    source = out / "source"
    source.mkdir(parents=True, exist_ok=True)
    (source / "conf.py").write_text(CONF)
    (source / "index.rst").write_text(HEAD + "".join(regenerated(name, source) for name in zoo.ZOO))
    if build_main(["-q", "-W", "-b", "html", str(source), str(out / "html")]):
        raise SystemExit(1)
    print(f"{len(zoo.ZOO)} figures drawn again from their own PNGs: {out / 'html' / 'index.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "build")
