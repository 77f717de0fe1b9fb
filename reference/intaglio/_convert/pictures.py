"""Pictures as integer arrays, or floats of PFM; read only.

Samples come as the file stores them: no rotation, no colour profile, no scaling. Palettes become
the colours they stand for, or with `indices` stay apart. PNG, GIF, BMP and netpbm are read by
`_rasters`; JPEG and WebP are what Pillow decodes. What a file says besides is named in the notes.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from intaglio._convert.base import Array, Content, ReadOptions, partner
from intaglio._rasters import (
    HEAD_BYTES,
    Bounds,
    Outline,
    Raster,
    RasterError,
    check_indices,
    jpeg_outline,
    kind_of,
    read_all,
    read_bmp,
    read_gif,
    read_netpbm,
    read_png,
    webp_outline,
)
from intaglio.errors import FormatError
from intaglio.limits import DEFAULT_LIMITS

_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = 1
_MODES: Final = frozenset({"L", "RGB", "RGBA", "CMYK"})
_OF_BYTES: Final[dict[str, Callable[[bytes, Bounds], Raster]]] = {
    "GIF": read_gif,
    "BMP": read_bmp,
    "netpbm": read_netpbm,
}
_DECODED: Final[dict[str, Callable[[bytes, Bounds], Outline]]] = {
    "JPEG": jpeg_outline,
    "WebP": webp_outline,
}


def read(path: Path, _name: str, options: ReadOptions) -> Content:
    """The picture's samples, (H, W) or (H, W, channels), under the name "".

    With `options.indices`: the indices of a palette, which becomes the attribute "palette".
    """
    if options.inside is not None:
        message = "only .h5 and .nc files have paths inside"
        raise FormatError(message)
    with path.open("rb") as stream:
        kind = kind_of(stream.read(HEAD_BYTES))
        stream.seek(0)
        try:
            raster = _read_kind(stream, kind)
        except RasterError as problem:
            message = f"not a readable {kind} picture: {problem}"
            raise FormatError(message) from problem
        notes = (*_carried(stream, kind), *_orientation(raster.exif), *raster.notes)
    return with_palette(raster.samples, raster.palette, notes, options)


def with_palette(
    samples: Array,
    palette: Array | None,
    notes: tuple[str, ...],
    options: ReadOptions,
) -> Content:
    """The colours that indices stand for, or the indices with their palette as an attribute."""
    if palette is None:
        if options.indices:
            message = "it has no palette, so it has no indices; leave out --indices"
            raise FormatError(message)
        return Content({"": samples}, notes=notes)
    if options.indices:
        return Content({"": samples}, {"": {"palette": palette.tolist()}}, notes=notes)
    samples = samples.astype(np.uint8) if samples.dtype.kind == "b" else samples
    check_indices(samples, len(palette))
    what = f"its {len(palette)} palette colours are stored, {palette.shape[1]} channels a pixel"
    note = f"{what}; --indices stores the indices, and the palette as an attribute"
    return Content({"": palette[samples]}, notes=(note, *notes))


def _read_kind(stream: BinaryIO, kind: str) -> Raster:
    limits = DEFAULT_LIMITS
    bounds = Bounds(limits.pixels_max, limits.output_bytes_max)
    if kind == "PNG":
        return read_png(stream, bounds)
    if kind in _OF_BYTES:
        return _OF_BYTES[kind](read_all(stream, bounds), bounds)
    if kind in _DECODED:
        return _decoded(stream, kind, bounds)
    known = "PNG, JPEG, GIF, BMP, WebP and netpbm"
    if kind == "TIFF":
        message = "this is a TIFF file: give it a name that ends in .tif"
    elif kind:
        message = f"not a readable picture: this is a file of another format ({kind}); {known} are"
    else:
        message = f"not a readable picture: it begins like none of {known}"
    raise FormatError(message)


def _decoded(stream: BinaryIO, kind: str, bounds: Bounds) -> Raster:
    from PIL import Image

    outline = _DECODED[kind](read_all(stream, bounds), bounds)
    stream.seek(0)
    with partner(f"not a readable {kind} picture"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own size warning: its error stays
        with Image.open(stream, formats=[kind.upper()]) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > 1:
                message = f"it has {frames} frames; save the one that is wanted alone"
                raise FormatError(message)
            if image.mode not in _MODES or image.size != (outline.width, outline.height):
                message = f"Pillow's mode {image.mode} of {image.size} pixels is not read"
                raise FormatError(message)
            notes = outline.notes
            if image.mode == "CMYK":
                notes = ("its samples are inks (CMYK), 0 for none", *notes)
            return Raster(np.array(image), None, notes, outline.exif)


def _orientation(exif: bytes) -> tuple[str, ...]:
    """A note on how the picture is to be turned, which the array is not."""
    if not exif:
        return ()
    from PIL import Image

    block = Image.Exif()
    try:
        block.load(exif)
        value = block.get(_ORIENTATION, _UPRIGHT)
    except Exception:  # Pillow raises many types for a damaged block
        return ("its Exif block cannot be read",)
    return () if value == _UPRIGHT else (f"its orientation ({value!a:.20}) is not applied",)


def _carried(stream: BinaryIO, kind: str) -> tuple[str, ...]:
    """A note if the picture is one of ours."""
    if kind != "PNG":
        return ()
    from intaglio._format.decoder import inspect
    from intaglio.errors import DecodeError

    stream.seek(0)
    try:
        inspect(stream, DEFAULT_LIMITS)
    except DecodeError:
        return ()
    return ("this picture carries arrays itself; `intaglio unpack` gives those",)
