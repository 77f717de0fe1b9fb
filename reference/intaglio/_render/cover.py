"""Covers: converts any picture to RGB pixels.

Orientation is applied, transparency is composited on white, the first frame of an animation is
used, and samples are converted to 8 bits. Only the formats of `_FORMATS` and netpbm are opened,
and no file besides the given one. Damaged pictures are refused. For formats in which a library
would fill missing pixels, the readers of `_rasters` check the file first.
"""

import errno
import io
import os
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, Protocol, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from intaglio._rasters import (
    HEAD_BYTES,
    Bounds,
    InexactError,
    RasterError,
    check_png,
    highest_of,
    jpeg_outline,
    kind_of,
    read_all,
    read_bmp,
    read_gif,
    read_netpbm,
    webp_outline,
)
from intaglio.errors import EncodeError, Reason

_FORMATS: Final = {  # name of `kind_of` -> name of Pillow
    "PNG": "PNG",
    "JPEG": "JPEG",
    "GIF": "GIF",
    "BMP": "BMP",
    "WebP": "WEBP",
    "TIFF": "TIFF",
    "AVIF": "AVIF",
}
_FILE_BYTES_MAX: Final = 2**32

Bytes = NDArray[np.uint8]


class Figure(Protocol):
    """The part of matplotlib's Figure that is used here."""

    dpi: float

    def savefig(self, fname: IO[bytes], *, format: str, dpi: float) -> None:  # noqa: A002
        """Write a picture of the figure."""
        ...


def read_cover(cover: object, pixels_max: int, dpi_factor: float = 1.0) -> Bytes:
    """Return a cover's pixels, (H, W, 3) uint8.

    `cover` is a path, a binary file object, a PIL image, a matplotlib Figure, or an array of shape
    (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) of uint8, uint16, bool or floats from 0 to 1.
    Raises TypeError for anything else, OSError if a file cannot be opened,
    EncodeError(COVER_INVALID) for a bad picture.
    """
    if isinstance(cover, np.ndarray):
        _check_size(cover.shape[1::-1] if cover.ndim > 1 else (0, 0), pixels_max)
        return _from_array(cover)
    if is_figure(cover):
        return _from_figure(cover, pixels_max, dpi_factor)
    if isinstance(cover, Image.Image):
        return _from_image(cover, pixels_max)
    if isinstance(cover, (str, os.PathLike)):
        with _opened(cover) as file:
            return _from_file(file, pixels_max)
    if hasattr(cover, "read"):
        if getattr(cover, "closed", False) is True:
            raise OSError(errno.EBADF, "cover= is a file object that is closed")
        raw = cover.read()
        if not isinstance(raw, bytes):
            raise TypeError("cover= takes a file that is open for reading bytes")
        return _from_file(io.BytesIO(raw), pixels_max)
    raise TypeError(
        "cover= takes a path, a file, a PIL image, an array or a matplotlib Figure, "
        f"not {type(cover).__name__}"
    )


def _opened(path: str | os.PathLike[str]) -> IO[bytes]:
    try:
        return Path(path).open("rb")
    except ValueError as problem:  # a NUL, or characters that no file name can have
        message = f"cover= names no file: {problem}"
        raise OSError(errno.EINVAL, message, ascii(path)) from problem


def is_figure(cover: object) -> TypeGuard[Figure]:
    """Whether `cover` is a matplotlib Figure; does not import matplotlib."""
    figure = sys.modules.get("matplotlib.figure")
    return figure is not None and isinstance(cover, figure.Figure)


def resize(pixels: Bytes, width: int, height: int) -> Bytes:
    """Return the picture, resized with bicubic interpolation."""
    image = Image.fromarray(pixels)
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))


def _from_figure(figure: Figure, pixels_max: int, dpi_factor: float) -> Bytes:
    """Draw a figure with matplotlib's savefig, at its own dpi times a factor."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi * dpi_factor)
    buffer.seek(0)
    return _from_file(buffer, pixels_max)


def _from_file(file: IO[bytes], pixels_max: int) -> Bytes:
    stream = cast("BinaryIO", file if file.seekable() else io.BytesIO(file.read()))
    kind = kind_of(stream.read(HEAD_BYTES))
    if kind != "netpbm" and kind not in _FORMATS:
        what = f"is a file of another format ({kind})" if kind else "is no readable picture"
        known = "PNG, JPEG, GIF, BMP, WebP, TIFF, AVIF and netpbm"
        raise EncodeError(Reason.COVER_INVALID, f"cover= {what}; covers are {known}")
    bounds = Bounds(pixels_max, _FILE_BYTES_MAX)
    try:
        if kind == "netpbm":
            return _from_netpbm(read_all(stream, bounds), bounds)
        _check_sound(stream, kind, bounds)
    except RasterError as problem:
        raise EncodeError(
            Reason.COVER_INVALID, f"cover= is no readable {kind} picture: {problem}"
        ) from problem
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own size warning: ours is an error
            image = Image.open(stream, formats=[_FORMATS[kind]])
    except Exception as problem:  # Pillow's readers raise many types
        raise EncodeError(
            Reason.COVER_INVALID, f"cover= is no readable {kind} picture: {problem}"
        ) from problem
    with image:
        return _from_image(image, pixels_max)


def _check_sound(stream: BinaryIO, kind: str, bounds: Bounds) -> None:
    """Raise RasterError for a damaged file, whose missing pixels a library would fill."""
    stream.seek(0)
    with suppress(InexactError):  # not exact as an array, but sound as a picture
        if kind == "PNG":
            check_png(stream, bounds)
        elif kind == "GIF":
            read_gif(read_all(stream, bounds), bounds, first=True)
        elif kind == "BMP":
            read_bmp(read_all(stream, bounds), bounds)
        elif kind == "JPEG":
            jpeg_outline(read_all(stream, bounds), bounds)
        elif kind == "WebP":
            webp_outline(read_all(stream, bounds), bounds)


def _from_netpbm(data: bytes, bounds: Bounds) -> Bytes:
    """Any netpbm picture in 8 bits; Pillow does not read all formats and maxima."""
    samples = read_netpbm(data, bounds, first=True).samples
    if samples.dtype.kind == "b":
        return _from_array(~samples)
    if samples.dtype.kind == "u":
        highest = highest_of(data)
        samples = ((samples.astype(np.uint32) * 255 + highest // 2) // highest).astype(np.uint8)
    if samples.ndim == 3 and samples.shape[2] == 2:
        return _flattened(Image.fromarray(np.ascontiguousarray(samples), "LA"))
    return _from_array(samples)


def _from_image(image: Image.Image, pixels_max: int) -> Bytes:
    _check_size(image.size, pixels_max)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            upright = ImageOps.exif_transpose(image)
            if upright.mode == "F":
                return _from_array(np.asarray(upright))
            if upright.mode.startswith("I"):
                deep = np.asarray(upright)
                return _from_array(np.clip(deep, 0, 65535).astype(np.uint16))
            return _flattened(upright)
    except EncodeError:
        raise
    except Exception as problem:
        raise EncodeError(Reason.COVER_INVALID, f"cover= cannot be read: {problem}") from problem


def _flattened(image: Image.Image) -> Bytes:
    """Return RGB, composited on white if there is transparency."""
    if image.mode == "La":
        image = image.convert("LA")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image)
    return np.asarray(image.convert("RGB"))


def _from_array(array: NDArray[Any]) -> Bytes:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim != 2 and not (array.ndim == 3 and array.shape[2] in (3, 4)):
        raise EncodeError(
            Reason.COVER_INVALID, f"cover= is (H, W), (H, W, 3) or (H, W, 4), not {array.shape}"
        )
    pixels = _as_bytes(array)
    if pixels.ndim == 2:
        return np.repeat(pixels[..., None], 3, axis=2)
    if pixels.shape[2] == 4:
        return _flattened(Image.fromarray(np.ascontiguousarray(pixels)))
    return pixels


def _as_bytes(array: NDArray[Any]) -> Bytes:
    """Convert samples to 8 bits: the high byte of 16 bits, floats from 0 to 1 rounded."""
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind == "b":
        return array.astype(np.uint8) * np.uint8(255)
    if kind == "u" and size == 1:
        return array.copy()
    if kind == "u" and size == 2:
        return (array >> 8).astype(np.uint8)
    if kind != "f":
        raise EncodeError(
            Reason.COVER_INVALID,
            f"cover= is uint8, uint16, bool or floats from 0 to 1, not {array.dtype}",
        )
    if not ((array >= 0) & (array <= 1)).all():
        raise EncodeError(Reason.COVER_INVALID, "cover= has floats that are not from 0 to 1")
    nearest: Bytes = np.rint(array * array.dtype.type(255)).astype(np.uint8)
    return nearest


def _check_size(size: tuple[int, ...], pixels_max: int) -> None:
    width, height = size
    if not width * height:
        raise EncodeError(Reason.COVER_INVALID, "cover= has no pixels")
    if width * height > pixels_max:
        raise EncodeError(
            Reason.COVER_INVALID,
            f"the cover has {width * height:,} pixels ({width}x{height}), "
            f"pixels_max= allows {pixels_max:,}",
        )
