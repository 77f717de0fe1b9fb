"""Chromium and Firefox without a screen. What they are asked stands in browsers.mjs."""

import os
from functools import partial
from pathlib import Path

from node_session import ask, has_packages, way
from ways import (
    ALPHA,
    COLOURS,
    DRAWN,
    JPEG,
    LOSSY,
    PREMULTIPLIED,
    RESIZED,
    Loss,
    Tool,
    Way,
)

_PROGRAM = "browsers.mjs"
_BINARIES = {"Chromium": "/usr/bin/chromium", "Firefox": "/usr/bin/firefox-esr"}

_ROWS: tuple[tuple[str, Loss, tuple[str, ...]], ...] = (
    ("the file, by fetch", "nothing", ()),
    ("the file, downloaded", "nothing", ()),
    ("clipboard, written and read", "alpha", PREMULTIPLIED),
    ("canvas, toBlob", "alpha", PREMULTIPLIED),
    ("canvas, alpha: false", "alpha", ALPHA),
    ("canvas, white below", "alpha", ALPHA),
    ("canvas, getImageData", "alpha", PREMULTIPLIED),
    ("OffscreenCanvas", "alpha", PREMULTIPLIED),
    ("ImageBitmap, not premultiplied", "alpha", PREMULTIPLIED),
    ("ImageDecoder", "alpha", PREMULTIPLIED),
    ("WebGL, readPixels", "nothing", ()),
    ("inside an SVG, canvas", "alpha", PREMULTIPLIED),
    ("screenshot of the image", "alpha", ALPHA),
    ("screenshot, page around it", "place", ("padded",)),
    ("printed to PDF, pdfimages", "alpha", ALPHA),
    ("screenshot at scale 2", "values", RESIZED),
    ("screenshot at scale 1.25", "values", RESIZED),
    ("screenshot, zoomed to 80 %", "values", RESIZED),
    ("canvas, display-p3", "values", (*COLOURS, *PREMULTIPLIED)),
    ("canvas, scaled by 0.7", "values", RESIZED),
    ("canvas, JPEG", "values", JPEG),
    ("canvas, WebP", "values", LOSSY),
    ("canvas, brightness(1.1)", "values", (*COLOURS, *PREMULTIPLIED)),
    ("canvas, a box drawn", "values", (*DRAWN, *PREMULTIPLIED)),
)
_RESISTED: tuple[str, Loss, tuple[str, ...]] = (
    "canvas, fingerprinting resisted",
    "values",
    ("canvas-blocked",),
)


def _version(host: str) -> str | None:
    binary = os.environ.get(host.upper(), _BINARIES[host])
    if not (has_packages() and Path(binary).exists()):
        return None
    return str(ask(_PROGRAM, {"host": host, "name": "version"})).split("/")[-1]


# Firefox rounds a page up: some pictures get one more row or column.
_PRINTED = "printed to PDF, pdfimages"
_FIREFOX = tuple(
    (_PRINTED, "place", (*ALPHA, "padded")) if row[0] == _PRINTED else row for row in _ROWS
)


def _tool(host: str, *rows: tuple[str, Loss, tuple[str, ...]]) -> Tool:
    ways = tuple(Way(row[0], way(_PROGRAM, host, row[0]), row[1], row[2]) for row in rows)
    return Tool(host, partial(_version, host), ways)


TOOLS = (_tool("Chromium", *_ROWS), _tool("Firefox", *_FIREFOX, _RESISTED))
