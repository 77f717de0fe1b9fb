"""TIFF: an image, or a stack, of integers, floats or complex numbers, through tifffile."""

import json
from pathlib import Path

import numpy as np

from intaglio._formats._base import (
    Content,
    FormatError,
    ReadOptions,
    check_bytes,
    check_room,
    is_bfloat16,
    native,
    need,
    partner,
)


def read(path: Path, _name: str, options: ReadOptions) -> Content:
    """The image under the name ""; or "image0", "image1", ... where the file has several."""
    if options.inside is not None:
        message = "only .h5 and .nc files have paths inside"
        raise FormatError(message)
    tifffile = need("tifffile", "tiff")
    try:
        with partner("not a readable TIFF file"), tifffile.TiffFile(path) as file:
            check_bytes(sum(series.nbytes for series in file.series))
            images = [native(np.asarray(series.asarray())) for series in file.series]
    except FormatError as problem:
        if "imagecodecs" in str(problem):
            message = "its compression needs imagecodecs: pip install imagecodecs"
            raise FormatError(message) from problem
        raise
    if not images:
        message = "it has no images"
        raise FormatError(message)
    if len(images) == 1:
        return Content({"": images[0]})
    return Content({f"image{i}": image for i, image in enumerate(images)})


def write(path: Path, _name: str, content: Content) -> tuple[str, ...]:
    """Write one array; its shape is kept in the description, as tifffile does."""
    tifffile = need("tifffile", "tiff")
    ((key, array),) = content.arrays.items()
    array = native(array)
    if array.dtype.kind in "mM" or is_bfloat16(array.dtype):
        message = f"{key!a}: TIFF has no {array.dtype.name}; .h5 and .npy have"
        raise FormatError(message)
    if not array.ndim or not array.size:
        message = f"{key!a}: TIFF holds no array of shape {array.shape}; .npy and .h5 do"
        raise FormatError(message)
    is_rgb = (
        array.ndim == 3 and array.shape[2] in (3, 4) and array.dtype.name in ("uint8", "uint16")
    )
    check_room(path, content.arrays.values())
    with partner("TIFF cannot hold this"):
        tifffile.imwrite(
            path,
            np.ascontiguousarray(array if array.ndim > 1 else array.reshape(1, -1)),
            photometric="rgb" if is_rgb else "minisblack",
            software=False,
            datetime=False,
            metadata=None,
            description=json.dumps({"shape": array.shape}),  # as tifffile itself has it
        )
    return ()
