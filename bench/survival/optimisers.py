"""Optimisers of PNG files, and what edits or strips their metadata."""

import base64
from pathlib import Path

from PIL import Image
from ways import PALETTE, PREMULTIPLIED, RESIZED, Run, Tool, Way, shell, spoken

_COPY = "cp {i} {o}; "
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
width="{0}" height="{1}"><image width="{0}" height="{1}"
xlink:href="data:image/png;base64,{2}"/></svg>"""


def drawn_svg(script: str) -> Run:
    """An SVG made around the picture, as {t}.svg, and commands that draw it."""
    draw = shell(script)

    def run(source: Path, folder: Path) -> Path:
        data = base64.b64encode(source.read_bytes()).decode()
        with Image.open(source) as image:
            (folder / "t.svg").write_text(_SVG.format(*image.size, data))
        return draw(source, folder)

    return run


TOOLS = (
    Tool(
        "optipng",
        spoken("optipng -v"),
        (
            Way("-o1", shell("optipng -quiet -force -o1 -out {o} {i}")),
            Way("-o2 -strip all", shell("optipng -quiet -force -o2 -strip all -out {o} {i}")),
            Way("-i1 (interlaced)", shell("optipng -quiet -force -o1 -i1 -out {o} {i}")),
            Way("-zs2 -f4", shell("optipng -quiet -force -zc3 -zm8 -zs2 -f4 -out {o} {i}")),
        ),
    ),
    Tool(
        "pngcrush",
        spoken("pngcrush -version 2>&1 | grep -m1 'pngcrush [0-9]'", 1),
        (
            Way("as it is", shell("pngcrush -q -force {i} {o}")),
            Way("-reduce -rem alla", shell("pngcrush -q -force -reduce -rem alla {i} {o}")),
            Way("-m 7 -l 9", shell("pngcrush -q -force -m 7 -l 9 {i} {o}")),
            Way("-c 6 (to RGBA)", shell("pngcrush -q -force -c 6 {i} {o}")),
        ),
    ),
    Tool(
        "zopflipng",
        spoken("dpkg-query -W -f '${Version}' zopfli"),
        (
            Way("quick", shell("zopflipng -q -y --filters=0 {i} {o}")),
            Way(
                "lossy options",
                shell("zopflipng -q -y --filters=0 --lossy_transparent --lossy_8bit {i} {o}"),
            ),
        ),
    ),
    Tool(
        "advpng",
        spoken("dpkg-query -W -f '${Version}' advancecomp"),
        (
            Way("-z -1", shell(_COPY + "advpng -q -z -1 {o}")),
            Way("-z -2", shell(_COPY + "advpng -q -z -2 {o}")),
        ),
    ),
    Tool(
        "pngquant",
        spoken("pngquant --version", 0),
        (
            Way("256 colours", shell("pngquant --output {o} 256 {i}"), "values", PALETTE),
            Way("64, no dither", shell("pngquant --nofs --output {o} 64 {i}"), "values", PALETTE),
        ),
    ),
    Tool(
        "pngnq",
        spoken("pngnq -V"),
        (
            Way(
                "256 colours",
                shell("pngnq -f -s 10 -n 256 -d . -e -t.png {i}; mv *-t.png {o}"),
                "values",
                PALETTE,
            ),
        ),
    ),
    Tool(
        "exiftool",
        spoken("exiftool -ver"),
        (
            Way("-all= (all removed)", shell("exiftool -q -all= -o {o} {i}")),
            Way("a title added", shell("exiftool -q -XMP:Title=a -Author=b -o {o} {i}")),
            Way("Exif orientation added", shell("exiftool -q -n -Orientation=6 -o {o} {i}")),
        ),
    ),
    Tool(
        "exiv2",
        spoken("exiv2 --version", 1),
        (
            Way("all removed", shell(_COPY + "exiv2 -d a {o}")),
            Way("a comment added", shell(_COPY + "exiv2 -M'set Exif.Photo.UserComment a' {o}")),
        ),
    ),
    Tool(
        "mat2",
        spoken("mat2 --version"),
        (
            Way("as it is", shell(_COPY + "mat2 --inplace {o}"), "alpha", PREMULTIPLIED),
            Way("--lightweight", shell(_COPY + "mat2 -L --inplace {o}"), "alpha", PREMULTIPLIED),
        ),
    ),
    Tool(
        "GD",
        spoken("dpkg-query -W -f '${Version}' libgd-tools"),
        (
            Way(
                "pngtogd2, gd2topng",
                shell("pngtogd2 {i} {t}.gd2 512 1; gd2topng {t}.gd2 {o}"),
                "alpha",
                PREMULTIPLIED,
            ),
            Way(
                "pngtogd, gdtopng",
                shell("pngtogd {i} {t}.gd; gdtopng {t}.gd {o}"),
                "alpha",
                PREMULTIPLIED,
            ),
        ),
    ),
    Tool(
        "leptonica",
        spoken("dpkg-query -W -f '${Version}' leptonica-progs"),
        (Way("convertformat", shell("convertformat {i} {o} PNG")),),
    ),
    Tool(
        "rsvg-convert",
        spoken("rsvg-convert --version"),
        (
            Way(
                "an SVG around it, drawn at scale 1",
                drawn_svg("rsvg-convert {t}.svg -o {o}"),
                "alpha",
                PREMULTIPLIED,
            ),
            Way(
                "the same at scale 1.5",
                drawn_svg("rsvg-convert -z 1.5 {t}.svg -o {o}"),
                "values",
                RESIZED,
            ),
        ),
    ),
)
