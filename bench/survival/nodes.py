"""Libraries of npm: sharp, pngjs and others. What they do stands in nodes.mjs."""

from functools import partial

from node_session import package_version, way
from ways import (
    ALPHA,
    BLURRED,
    COLOURS,
    DRAWN,
    GREY,
    JPEG,
    LOSSY,
    PALETTE,
    PREMULTIPLIED,
    RESIZED,
    Loss,
    Tool,
    Way,
)

_Row = tuple[str, Loss, tuple[str, ...]]


def _tool(name: str, package: str, *rows: _Row) -> Tool:
    ways = tuple(Way(row[0], way("nodes.mjs", name, row[0]), row[1], row[2]) for row in rows)
    return Tool(name, partial(package_version, package), ways)


TOOLS = (
    _tool(
        "sharp",
        "sharp",
        ("default", "nothing", ()),
        ("compression 9", "nothing", ()),
        ("progressive", "nothing", ()),
        ("withMetadata", "nothing", ()),
        ("ensureAlpha", "nothing", ()),
        ("removeAlpha", "alpha", ALPHA),
        ("flatten", "alpha", ALPHA),
        ("raw and back", "nothing", ()),
        ("rgb16 (16 bits)", "nothing", ()),
        ("WebP, lossless", "nothing", ()),
        ("TIFF, lzw", "nothing", ()),
        ("AVIF, lossless", "values", LOSSY),
        ("palette: true", "values", PALETTE),
        ("effort: 10", "values", PALETTE),
        ("JPEG, quality 90", "values", JPEG),
        ("JPEG, mozjpeg", "values", JPEG),
        ("WebP, quality 80", "values", LOSSY),
        ("resize 150", "values", RESIZED),
        ("rotate(90)", "place", ("rotated-90",)),
        ("flip", "place", ("flipped-vertically",)),
        ("extend", "place", ("padded",)),
        ("greyscale", "values", GREY),
        ("blur(1)", "values", BLURRED),
        ("linear(1.1, 5)", "values", COLOURS),
    ),
    _tool(
        "pngjs",
        "pngjs",
        ("read, write", "nothing", ()),
        ("colour type 2", "alpha", ALPHA),
        ("colour type 6", "nothing", ()),
    ),
    _tool(
        "UPNG.js",
        "upng-js",
        ("encode, lossless", "nothing", ()),
        ("encode, 256 colours", "values", PALETTE),
    ),
    _tool(
        "jimp",
        "jimp",
        ("read, write", "nothing", ()),
        ("via BMP", "alpha", ALPHA),
        ("via JPEG", "values", JPEG),
        ("flip", "place", ("flipped-horizontally",)),
    ),
    _tool(
        "Skia canvas",
        "@napi-rs/canvas",
        ("drawImage", "alpha", PREMULTIPLIED),
        ("drawImage on white", "alpha", ALPHA),
        ("a box drawn", "values", (*DRAWN, *PREMULTIPLIED)),
        ("scaled by 0.8", "values", RESIZED),
    ),
)
