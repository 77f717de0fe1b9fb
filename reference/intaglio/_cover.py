"""Covers: any picture becomes RGB pixels.

The covers' own door to Pillow. Orientation is applied, transparency is
composited on white, of an animation the first frame counts. What the pixels
are for is another room's business.
"""

import io
import os
import sys
import warnings
from pathlib import Path
from typing import IO, Any, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from intaglio._errors import EncodeError, Reason

Bytes = NDArray[np.uint8]


class Figure(Protocol):
    """What we ask of a matplotlib Figure."""

    dpi: float

    def savefig(self, fname: IO[bytes], *, format: str, dpi: float) -> None:  # noqa: A002
        """Write a picture of the figure."""
        ...


def read_cover(cover: object, pixels_max: int, dpi_factor: float = 1.0) -> Bytes:
    """Return a cover's pixels, (H, W, 3).

    `cover` is a path, a binary file object, a PIL image, a matplotlib Figure
    or an array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) of uint8, uint16,
    bool or floats from 0 to 1. TypeError for anything else, OSError where a
    file cannot be opened, EncodeError(COVER_INVALID) for a bad picture.
    """
    if isinstance(cover, np.ndarray):
        _check_size(cover.shape[1::-1] if cover.ndim > 1 else (0, 0), pixels_max)
        return _from_array(cover)
    if is_figure(cover):
        return _from_figure(cover, pixels_max, dpi_factor)
    if isinstance(cover, Image.Image):
        return _from_image(cover, pixels_max)
    if isinstance(cover, (str, os.PathLike)):
        with Path(cover).open("rb") as file:
            return _from_file(file, pixels_max)
    if hasattr(cover, "read"):
        raw = cover.read()
        if not isinstance(raw, bytes):
            raise TypeError("cover= takes a file that is open for reading bytes")
        return _from_file(io.BytesIO(raw), pixels_max)
    raise TypeError(
        "cover= takes a path, a file, a PIL image, an array or a matplotlib Figure, "
        f"not {type(cover).__name__}"
    )


def is_figure(cover: object) -> TypeGuard[Figure]:
    """Tell a matplotlib Figure, without importing matplotlib."""
    figure = sys.modules.get("matplotlib.figure")
    return figure is not None and isinstance(cover, figure.Figure)


def resize(pixels: Bytes, width: int, height: int) -> Bytes:
    """Return the picture smoothly enlarged."""
    image = Image.fromarray(pixels)
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))


def _from_figure(figure: Figure, pixels_max: int, dpi_factor: float) -> Bytes:
    """Draw a figure as savefig would, with its own dpi times a factor."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi * dpi_factor)
    buffer.seek(0)
    return _from_file(buffer, pixels_max)


def _from_file(file: IO[bytes], pixels_max: int) -> Bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own size warning: ours is an error
            image = Image.open(file)
    except Exception as problem:  # Pillow's readers raise many types
        raise EncodeError(
            Reason.COVER_INVALID, f"cover= is no readable picture: {problem}"
        ) from problem
    with image:
        return _from_image(image, pixels_max)


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
    """Return RGB, composited on white where there is transparency."""
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
    """Bring samples to 8 bits: of 16 the high byte, of floats the nearest of 0..1."""
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
