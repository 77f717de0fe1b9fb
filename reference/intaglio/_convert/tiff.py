"""TIFF: an image, or a stack, of integers, floats or complex numbers, through tifffile."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from intaglio._convert.base import (
    Array,
    Content,
    ReadOptions,
    check_bytes,
    check_room,
    is_bfloat16,
    native,
    partner,
)
from intaglio._convert.pictures import with_palette
from intaglio._convert.tiff_pages import PALETTE, check_ome, check_page, notes_of, sayings
from intaglio._rasters import HEAD_BYTES, kind_of
from intaglio.errors import FormatError, need

_EXPANSION_MAX: Final = 16  # of samples without compression: a bit each, read as a byte, or two
_RATIO_MAX: Final = 4096  # what deflate, LZW and JPEG reach at most is less
_SMALL: Final = 2**28  # bytes that any file may declare
_OWN_FILE_ONLY: Final = {"_multifile": False, "is_mmstack": False, "is_ndtiff": False}


def read(path: Path, _name: str, options: ReadOptions) -> Content:
    """The image under the name ""; or "image0", "image1", ... where the file has several.

    Samples are those of the file; a palette's indices become its colours, of 16 bits, or with
    `options.indices` stay, with the palette as an attribute. No other file is opened.
    """
    if options.inside is not None:
        message = "only .h5 and .nc files have paths inside"
        raise FormatError(message)
    tifffile = need("tifffile", "tiff")
    _check_kind(path)
    try:
        with (
            sayings() as said,
            partner("not a readable TIFF file"),
            tifffile.TiffFile(path, **_OWN_FILE_ONLY) as file,
        ):
            content = _content(file, path, options)
    except FormatError as problem:
        if "imagecodecs" in str(problem):
            message = "its compression needs imagecodecs: pip install imagecodecs"
            raise FormatError(message) from problem
        raise
    return replace(content, notes=(*content.notes, *dict.fromkeys(said)))


def _check_kind(path: Path) -> None:
    with path.open("rb") as stream:
        kind = kind_of(stream.read(HEAD_BYTES))
    if kind != "TIFF":
        message = (
            f"not a readable TIFF file: this is a file of another format ({kind or 'unknown'})"
        )
        raise FormatError(message)


def _content(file: Any, path: Path, options: ReadOptions) -> Content:  # noqa: ANN401 - a TiffFile
    pages = [*_pages(file)]
    size = path.stat().st_size
    for page in pages:
        check_page(page, size)
    if file.is_ome:
        check_ome(file.ome_metadata, path.name, len(pages))
    series = file.series
    if not series:
        message = "it has no images"
        raise FormatError(message)
    _check_sizes(series, size)
    palettes = {page.offset: page.colormap for page in pages if page.photometric == PALETTE}
    arrays, attrs, notes = {}, {}, notes_of(pages)
    for i, each in enumerate(series):
        key = "" if len(series) == 1 else f"image{i}"
        image = native(np.asarray(each.asarray()))
        if image.size * image.dtype.itemsize != each.nbytes:
            message = f"image {i} has {image.nbytes:,} bytes, and says {each.nbytes:,}"
            raise FormatError(message)
        palette = _palette(each, palettes)
        part = with_palette(image, palette, (), options)
        arrays[key], attrs[key] = part.arrays[""], part.attrs.get("", {})
        notes += part.notes
    return Content(arrays, attrs, skipped=_skipped(series, pages), notes=tuple(notes))


def _check_sizes(series: list[Any], size: int) -> None:
    """Refuse what the images declare before memory is taken for it. size: of the file."""
    total = sum(each.nbytes for each in series)
    check_bytes(total)
    plain = sum(each.nbytes for each in series if int(each.keyframe.compression) == 1)
    if int(plain) > _EXPANSION_MAX * size or total > max(_SMALL, _RATIO_MAX * size):
        message = f"it declares {total:,} bytes of samples, in a file of {size:,} bytes"
        raise FormatError(message)


def _pages(file: Any) -> Iterator[Any]:  # noqa: ANN401 - a TiffFile
    """Every page with all its tags, those in SubIFDs too; FormatError if they go in a circle."""
    from tifffile import TiffPage

    seen: set[int] = set()
    for page in file.pages:
        _check_new(page.offset, seen)
        yield page
        for i, offset in enumerate(page.subifds or ()):
            _check_new(offset, seen)
            file.filehandle.seek(offset)
            yield TiffPage(file, (page.index, i))


def _check_new(offset: int, seen: set[int]) -> None:
    if offset in seen:
        message = f"its pages go in a circle, by byte {offset:,}"
        raise FormatError(message)
    seen.add(offset)


def _palette(series: Any, palettes: dict[int, Any]) -> Array | None:  # noqa: ANN401
    """The colours (entries, 3), uint16, of all pages of a series; None if it has none."""
    found: list[Any] = [palettes.get(page.offset) for page in series.pages if page is not None]
    if series.keyframe.photometric != PALETTE:
        return None
    if any(each is None or not np.array_equal(each, found[0]) for each in found):
        message = "its pages have palettes that differ; save them as files of their own"
        raise FormatError(message)
    if series.keyframe.samplesperpixel != 1:
        message = "it has a palette and further samples, which are not read"
        raise FormatError(message)
    return np.ascontiguousarray(np.asarray(found[0], np.uint16).T)


def _skipped(series: list[Any], pages: list[Any]) -> dict[str, str]:
    """Pages that no series holds, and smaller copies of images; FormatError for missing ones."""
    skipped, used = {}, set()
    spans = []
    for i, each in enumerate(series):
        for k, level in enumerate(each.levels):
            found = [page for page in level.pages if page is not None]
            if len(found) < len(level.pages):
                message = f"{len(level.pages) - len(found)} planes of image {i} are not in the file"
                raise FormatError(message)
            used |= {page.offset for page in found}
            if k:
                shape = "x".join(map(str, level.shape))
                skipped[f"level {k} of image {i}"] = f"a copy of the image in another size, {shape}"
        if each.dataoffset is not None:
            spans.append(range(each.dataoffset, each.dataoffset + each.nbytes))
    for page in pages:
        inside = any(page.dataoffsets[0] in span for span in spans)
        if page.offset not in used and not inside:
            skipped[f"page {page.index}"] = "it belongs to no image that is read"
    return skipped


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
