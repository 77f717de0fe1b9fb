"""The encoder: packs arrays to a body, plans their picture, and writes the PNG file.

All writers use it: `save`, figures, pandas, xarray and Zarr.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from intaglio._format.carrier import Pixels
from intaglio._format.carrier_write import Embedder
from intaglio._format.elements import Array
from intaglio._format.png.encode import band_rows, write_png
from intaglio._format.registry import (
    FORMAT_MAJOR,
    FORMAT_MINOR,
    HINT_KEYWORD,
    Depths,
    carrier_capacity,
    pixels_for,
)
from intaglio._io import Source, check_target, write_target
from intaglio._packing.body import Body, write_body
from intaglio._packing.embedding import drift_of, shape
from intaglio._packing.flat_areas import leveller
from intaglio._packing.job import Job, make_job
from intaglio._render.picture import Picture, make_picture
from intaglio._threads import in_threads
from intaglio.errors import EncodeError, Reason

Bytes = npt.NDArray[np.uint8]

HINT: Final = (
    f"This picture carries exact numeric data (Intaglio format {FORMAT_MAJOR}.{FORMAT_MINOR}) in "
    "the low bits of its pixels. Read it with the Python package intaglio: intaglio.load(path). "
    "Keep it as a PNG: JPEG, resizing and recolouring destroy the data."
)  # [PNG-9]


def pack(arrays: Mapping[str, Array], job: Job) -> Body:
    """The body that carries `arrays`."""
    return write_body(
        arrays,
        job.metadata,
        job.attrs or {},
        job.level,
        job.form,
        job.block_bytes,
        job.effort,
    )


def pixels_needed(body: Body, job: Job) -> int:
    """The minimum number of pixels that hold `body`."""
    return pixels_for(body.length, job.depths)


def write_file(
    target: Source, arrays: Mapping[str, Array], options: Mapping[str, Any], dpi: float | None
) -> None:
    """Write a file of `arrays`; `options` are the keywords of `save`."""
    check_target(target)
    write_target(target, encode(arrays, make_job(options, dpi)).write)


def encode(
    arrays: Mapping[str, Array],
    job: Job,
    *,
    shown: Mapping[str, Array] | None = None,
    body: Body | None = None,
) -> "Encoded":
    """Pack `arrays` and plan their picture; nothing is written yet.

    shown: the arrays that the picture shows; None: all. body: the result of `pack` for these
    arrays, if the caller needed its length first.
    """
    body = pack(arrays, job) if body is None else body
    picture = make_picture(arrays if shown is None else shown, pixels_needed(body, job), job.look)
    return Encoded(body, picture, job)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Packed arrays and their planned picture; from here on, only writing can fail."""

    body: Body
    picture: Picture
    job: Job

    def write(self, out: BinaryIO) -> None:
        """Write the PNG file."""
        width, height = self.picture.width, self.picture.height
        channels = 4 if self.job.depths[3] else 3  # [PNG-8]
        embedder = _embedder(self.body, self.job.depths, width, height, shaped=True)
        write_png(
            out,
            width,
            height,
            channels,
            _embedded_bands(self.picture, embedder, self.job.depths, channels),
            text=((HINT_KEYWORD, HINT),),
            dpi=self.job.dpi,
            effort=self.job.effort,
        )


def _embedder(body: Body, depths: Depths, width: int, height: int, *, shaped: bool) -> Embedder:
    """`shaped`: whether `shape` will be used, which changes the mean of pixels with data."""
    drifts = tuple(drift_of(depths, channel) if shaped else 0 for channel in range(len(depths)))
    prologue = body.prologue(depths, width, height)
    rest = (width, leveller(depths, drifts))
    return Embedder(prologue, body.stream(), depths, width * height, rest)


def _embedded_bands(
    picture: Picture, embedder: Embedder, depths: Depths, channels: int
) -> Iterator[Pixels]:
    rows = band_rows(picture.width, channels)

    def embedded(item: tuple[int, Pixels]) -> Pixels:
        index, band = item
        pixels = np.full((*band.shape[:2], channels), 255, np.uint8)
        pixels[..., :3] = band
        embedder.embed_rows(
            pixels,
            index * rows * picture.width,
            lambda cover, wanted, above: shape(cover, wanted, depths, above),
        )
        return pixels

    return in_threads(embedded, enumerate(picture.bands(rows)))


def embed(pixels: Bytes, arrays: Mapping[str, Array], job: Job) -> Bytes:
    """A copy of the (H, W, 3 or 4) `pixels` that carries `arrays`."""
    body = pack(arrays, job)
    height, width, channels = pixels.shape
    if body.length > carrier_capacity(width * height, job.depths):
        raise EncodeError(
            Reason.CAPACITY_EXCEEDED,
            f"needs {pixels_for(body.length, job.depths):,} pixels, these are {width * height:,} "
            f"({width}x{height}): a larger picture or a denser profile would hold it",
        )
    shape = (height, width, 4 if job.depths[3] else channels)
    result = np.full(shape, 255, np.uint8)
    result[..., :channels] = pixels
    embedder = _embedder(body, job.depths, width, height, shaped=False)
    embedder.embed(result.reshape(-1, shape[2]), 0)
    return result
