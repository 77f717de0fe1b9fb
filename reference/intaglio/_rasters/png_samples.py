"""Reads PNG: the samples as they are stored, for every colour type and depth.

`_format.png` reads the pixels; this module adds notes about the other chunks.
"""

from typing import BinaryIO, Final

import numpy as np

from intaglio._format.png.chunks import SIGNATURE
from intaglio._format.png.decode import open_png
from intaglio._format.png.unfilter import SAMPLES_BY_COLOUR, Form
from intaglio._rasters.base import (
    Array,
    Bounds,
    InexactError,
    Raster,
    RasterError,
    after_the_end,
    check_indices,
    left_out,
)
from intaglio.errors import DecodeError

_PIXELS: Final = frozenset({b"IHDR", b"IDAT", b"IEND", b"tRNS"})
_EXIF_BYTES_MAX: Final = 2**20


def check_png(stream: BinaryIO, bounds: Bounds) -> None:
    """Read a PNG to its end, and raise RasterError if anything is wrong with it."""
    try:
        open_png(stream, bounds.pixels_max).drain()
    except DecodeError as problem:
        raise RasterError(problem.detail) from problem


def read_png(stream: BinaryIO, bounds: Bounds) -> Raster:
    """The picture in a seekable file.

    Raises RasterError if it is damaged, InexactError if it has several frames.
    """
    try:
        png = open_png(stream, bounds.pixels_max, raw=True)
        form = png.form
        bounds.check(png.width, png.height, form.channels)
        raw = np.concatenate([*png.bands()])
    except DecodeError as problem:
        raise RasterError(problem.detail) from problem
    kinds, exif, behind = _walk(stream)
    samples = _typed(raw, form)
    notes = (*_notes(form, kinds), *after_the_end(behind))
    if form.colour != 3:
        return Raster(samples, None, notes, exif)
    palette = np.frombuffer(form.palette, np.uint8).reshape(-1, 3)
    check_indices(samples, len(palette))
    if form.alphas is not None:
        alphas = np.frombuffer(form.alphas.ljust(len(palette), b"\xff"), np.uint8)
        palette = np.column_stack([palette, alphas])
    return Raster(samples, palette, notes, exif)


def _typed(raw: Array, form: Form) -> Array:
    """Samples as bool, uint8 or uint16; (H, W) where a pixel has only one."""
    samples = raw.view(">u2").astype(np.uint16) if form.depth == 16 else raw
    if SAMPLES_BY_COLOUR[form.colour] == 1:
        samples = samples[..., 0]
    return samples.astype(np.bool_) if (form.depth, form.colour) == (1, 0) else samples


def _walk(stream: BinaryIO) -> tuple[list[bytes], bytes, int]:
    """The types of all chunks of a sound PNG, its Exif block, and the bytes after IEND."""
    kinds: list[bytes] = []
    exif, frames = b"", 1
    end = stream.seek(0, 2)
    at = len(SIGNATURE)
    while not kinds or kinds[-1] != b"IEND":
        stream.seek(at)
        head = stream.read(8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind == b"eXIf" and length <= _EXIF_BYTES_MAX:
            exif = stream.read(length)
        elif kind == b"acTL":
            frames = int.from_bytes(stream.read(4), "big")
        kinds.append(kind)
        at += 12 + length
    if frames > 1 or b"fdAT" in kinds:
        raise InexactError(f"it is animated, with {frames} frames; save the one that is wanted")
    return kinds, exif, end - at


def _notes(form: Form, kinds: list[bytes]) -> list[str]:
    notes = []
    if form.depth < 8 and form.colour == 0:
        stored = "as True and False" if form.depth == 1 else f"0 to {(1 << form.depth) - 1}"
        notes.append(f"its samples have {form.depth} bit{'s'[: form.depth > 1]}, stored {stored}")
    if form.key is not None:
        key = ", ".join(map(str, form.key))
        notes.append(f"left out: its tRNS chunk, which makes the colour {key} transparent")
    besides = [
        kind.decode("latin-1")
        for kind in kinds
        if kind not in _PIXELS and not (kind == b"PLTE" and form.colour == 3)
    ]
    return [*notes, left_out("chunks", besides)] if besides else notes
