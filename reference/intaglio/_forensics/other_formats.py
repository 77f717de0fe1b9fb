"""Opens other lossless formats, and Xcode's PNG (CgBI), as pixels.

`restore` and the diagnosis use it; strict decoding accepts PNG only. Pillow opens only the
formats listed below, so that it starts no other program and reads no other file.
"""

import io
import struct
import warnings
import zlib
from contextlib import suppress
from typing import BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.png.decode import open_png
from intaglio.errors import DecodeError, Reason
from intaglio.limits import PIXELS_VARIABLE, Limits

Pixels = npt.NDArray[np.uint8]

FORMATS: Final = ("BMP", "TIFF", "WEBP", "GIF", "PPM", "TGA", "QOI", "PCX", "SGI")
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_LOSSY_WEBP: Final = b"WEBPVP8 "
_MODES: Final = {
    "RGB": "RGB",
    "RGBX": "RGB",
    "RGBA": "RGBA",
    "P": "RGBA",
    "PA": "RGBA",
}  # names in Pillow
_REFUSED: Final = (OSError, ValueError, TypeError, SyntaxError, EOFError, LookupError, struct.error)
_FILE_BYTES_MAX: Final = 1 << 28
_PASS_ROWS: Final = 8  # extra filter bytes for each row of an interlaced picture


class Opened(NamedTuple):
    """An opened picture: format name, and (H, W, 3 or 4) uint8 pixels."""

    name: str
    pixels: Pixels


def open_other(stream: BinaryIO, limits: Limits) -> Opened | None:
    """Open a picture that is not a PNG; None if the format is not supported.

    Raises DecodeError(limit-exceeded) for more pixels than `limits` allow.
    """
    data = stream.read(_FILE_BYTES_MAX + 1)
    if len(data) > _FILE_BYTES_MAX:
        return None
    if data[:8] == _SIGNATURE:
        return _open_cgbi(data, limits) if data[12:16] == b"CgBI" else None
    return None if data[8:16] == _LOSSY_WEBP else _open_by_pillow(data, limits)


def _open_by_pillow(data: bytes, limits: Limits) -> Opened | None:
    from PIL import Image

    image = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about huge sizes, which are checked here
        with suppress(*_REFUSED):
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image is None or image.mode not in _MODES:
            return None
        _check(image.width * image.height, limits)
        with suppress(*_REFUSED), image:
            return Opened(str(image.format), np.asarray(image.convert(_MODES[image.mode])))
    return None


def _check(pixels: int, limits: Limits) -> None:
    if pixels > limits.pixels_max:
        what = f"the picture has {pixels:,} pixels, the limit is {limits.pixels_max:,}"
        more = f"Limits(pixels_max=...) or {PIXELS_VARIABLE} allows more"
        raise DecodeError(Reason.LIMIT_EXCEEDED, f"{what}; {more}")


# Xcode's PNG: a CgBI chunk comes first, deflate has no zlib header, the channel order is B, G,
# R, A, and colours are multiplied by alpha.


def _open_cgbi(data: bytes, limits: Limits) -> Opened | None:
    chunks = [*_chunks(data)]
    head = next((body for kind, body in chunks if kind == b"IHDR" and len(body) == 13), None)
    if head is None or head[8] != 8 or head[9] not in (2, 6):
        return None
    width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    _check(width * height, limits)
    size = height * (width * 4 + 1) + (width + height) * _PASS_ROWS
    raw = b"".join(body for kind, body in chunks if kind == b"IDAT")
    try:
        lines = zlib.decompressobj(-15).decompress(raw, size + 1)
    except zlib.error:
        return None
    plain = _SIGNATURE + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 0)), (b"IEND", b""))
    )
    try:
        pixels = np.concatenate([*open_png(io.BytesIO(plain), limits.pixels_max).bands()])
    except DecodeError:
        return None
    in_order = pixels[..., [2, 1, 0, 3][: pixels.shape[2]]]
    return Opened("CgBI", _unmultiplied(in_order))


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Yield (name, data) of all complete chunks."""
    found, at = [], len(_SIGNATURE)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if at + 12 + length > len(data):
            break
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def _unmultiplied(pixels: Pixels) -> Pixels:
    """Divide colours by alpha where alpha > 0; exact where alpha is 255."""
    if pixels.shape[2] == 3 or pixels[..., 3].min() == 255:
        return pixels
    alpha = np.maximum(pixels[..., 3:], 1).astype(np.uint16)
    colours = (pixels[..., :3].astype(np.uint16) * np.uint16(255) + alpha // 2) // alpha
    return np.concatenate([np.minimum(colours, 255).astype(np.uint8), pixels[..., 3:]], -1)
