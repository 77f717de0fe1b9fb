"""HTML for notebooks: the picture of a file, and a table of its arrays.

Names and attributes come from the file and are untrusted, so everything is escaped.
"""

import base64
import io
import json
import os
from html import escape
from pathlib import Path
from typing import Any, Final

from intaglio._format.png.encode import write_png
from intaglio._inspect.info import ArrayInfo, Info
from intaglio._render.cover import read_cover, resize

WHOLE_BYTES_MAX: Final = 2 * 1024 * 1024  # up to here the picture shown is the file itself
THUMBNAIL_SIDE: Final = 480  # pixels
_PIXELS_MAX: Final = 2**28
_ARRAYS_MAX: Final = 50
_TEXT_MAX: Final = 300  # characters
_STYLE: Final = "max-width:100%;max-height:24em;image-rendering:auto"


def maybe_bytes(source: Any) -> bytes | None:  # noqa: ANN401 - a path or file object
    """The bytes of the file that `source` was opened from; None if they cannot be read again."""
    if isinstance(source, str | os.PathLike):
        try:
            return Path(source).read_bytes()
        except OSError:
            return None
    return bytes(source.getvalue()) if isinstance(source, io.BytesIO) else None


def png_to_show(png: bytes) -> bytes:
    """The file itself, which a reader of the page can save; a thumbnail if it is large."""
    if len(png) <= WHOLE_BYTES_MAX:
        return png
    pixels = read_cover(io.BytesIO(png), _PIXELS_MAX)
    shrink = min(1.0, THUMBNAIL_SIDE / max(pixels.shape[:2]))
    height, width = (max(1, round(side * shrink)) for side in pixels.shape[:2])
    out = io.BytesIO()
    write_png(out, width, height, 3, iter([resize(pixels, width, height)]))
    return out.getvalue()


def file_html(info: Info, png: bytes | None) -> str:
    """HTML for an open file; `png` are its bytes."""
    return _page(info, png, info.arrays)


def array_html(info: Info, array: ArrayInfo, png: bytes | None) -> str:
    """HTML for one array of a file."""
    return _page(info, png, (array,))


def _page(info: Info, png: bytes | None, arrays: tuple[ArrayInfo, ...]) -> str:
    size = f"{info.width}x{info.height} pixels, profile {info.profile}"
    caption = f"Intaglio {info.format_version}: {size}"
    rows = "".join(map(_row, arrays[:_ARRAYS_MAX]))
    more = len(arrays) - _ARRAYS_MAX
    parts = [
        _image(png),
        "<table><caption>",
        escape(caption),
        "</caption><thead><tr><th>name</th><th>dtype</th><th>shape</th><th>bytes</th>",
        "<th>attributes</th></tr></thead><tbody>",
        rows,
        "</tbody></table>",
        f"<p>and {more:,} more</p>" if more > 0 else "",
        _metadata(info),
    ]
    return f"<div>{''.join(parts)}</div>"


def _image(png: bytes | None) -> str:
    if png is None:
        return ""
    text = base64.b64encode(png_to_show(png)).decode("ascii")
    return f'<img style="{_STYLE}" alt="the picture" src="data:image/png;base64,{text}">'


def _row(array: ArrayInfo) -> str:
    shape = "x".join(map(str, array.shape)) or "scalar"
    size = "?" if array.nbytes is None else f"{array.nbytes:,}"
    cells = (array.name, array.dtype, shape, size, _short(array.attrs) if array.attrs else "")
    return "<tr>" + "".join(f"<td>{_shown(cell)}</td>" for cell in cells) + "</tr>"


def _metadata(info: Info) -> str:
    if not info.metadata:
        return ""
    text = _shown(_short(info.metadata))
    return f"<details><summary>metadata</summary><code>{text}</code></details>"


def _short(value: Any) -> str:  # noqa: ANN401 - any JSON value
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _TEXT_MAX else text[:_TEXT_MAX] + "…"


def _shown(text: str) -> str:
    """`text` escaped for HTML; characters that are not printable become codes."""
    return escape(
        "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    )
