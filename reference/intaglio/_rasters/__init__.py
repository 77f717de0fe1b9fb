"""Readers of other picture formats: return the samples exactly as they are stored.

One reader per format, for formats whose samples a library would rescale, convert or fill. `kind_of`
recognises the format. No reader opens any file besides the given one. `pack` and `cover=` use them.
"""

from typing import Final

from intaglio._rasters.base import (
    Bounds,
    InexactError,
    Raster,
    RasterError,
    check_indices,
    left_out,
    read_all,
)
from intaglio._rasters.bmp import read_bmp
from intaglio._rasters.gif import read_gif
from intaglio._rasters.netpbm import highest_of, read_netpbm
from intaglio._rasters.outlines import Outline, jpeg_outline, webp_outline
from intaglio._rasters.png_samples import check_png, read_png

__all__ = [
    "HEAD_BYTES",
    "Bounds",
    "InexactError",
    "Outline",
    "Raster",
    "RasterError",
    "check_indices",
    "check_png",
    "highest_of",
    "jpeg_outline",
    "kind_of",
    "left_out",
    "read_all",
    "read_bmp",
    "read_gif",
    "read_netpbm",
    "read_png",
    "webp_outline",
]

HEAD_BYTES: Final = 32  # the bytes that `kind_of` needs

_MAGICS: Final = (  # format, offset of the magic number, magic number
    ("PNG", 0, b"\x89PNG\r\n\x1a\n"),
    ("JPEG", 0, b"\xff\xd8\xff"),
    ("GIF", 0, b"GIF87a"),
    ("GIF", 0, b"GIF89a"),
    ("BMP", 0, b"BM"),
    ("WebP", 8, b"WEBPVP8"),
    ("TIFF", 0, b"II*\0"),
    ("TIFF", 0, b"MM\0*"),
    ("TIFF", 0, b"II+\0"),
    ("TIFF", 0, b"MM\0+"),
    ("AVIF", 4, b"ftypavif"),
    ("AVIF", 4, b"ftypavis"),
    ("HEIF", 4, b"ftyp"),
    ("PostScript", 0, b"%!"),
    ("PostScript", 0, b"\xc5\xd0\xd3\xc6"),
    ("PDF", 0, b"%PDF"),
    ("SVG or other XML", 0, b"<?xml"),
    ("SVG", 0, b"<svg"),
    ("JPEG 2000", 0, b"\0\0\0\x0cjP  "),
    ("JPEG 2000", 0, b"\xff\x4f\xff\x51"),
    ("JPEG XL", 0, b"\xff\x0a"),
    ("JPEG XL", 4, b"JXL "),
    ("Photoshop", 0, b"8BPS"),
    ("icon", 0, b"\0\0\1\0"),
    ("OpenEXR", 0, b"v/1\x01"),
    ("Radiance", 0, b"#?"),
    ("DirectDraw surface", 0, b"DDS "),
    ("FITS", 0, b"SIMPLE"),
    ("QOI", 0, b"qoif"),
    (".npy", 0, b"\x93NUMPY"),
    ("HDF5", 0, b"\x89HDF\r\n\x1a\n"),
    ("zip", 0, b"PK\3\4"),
    ("gzip", 0, b"\x1f\x8b"),
)
_NETPBM: Final = (*(b"P%d" % i for i in range(1, 8)), b"Pf", b"PF")


def kind_of(head: bytes) -> str:
    """The format of a file, from its first `HEAD_BYTES` bytes; "" if it is unknown."""
    for kind, at, magic in _MAGICS:
        if head[at : at + len(magic)] == magic:
            return kind
    return "netpbm" if head[:2] in _NETPBM else ""
