"""Accept cases of PNG: rows and pictures beyond what decoders take at once. SPEC.md section 4."""

from collections.abc import Callable, Iterator
from functools import partial

from builder import deflate
from builder.case import Case, accept
from builder.checksums import noise
from builder.container import File, flat_cover
from builder.families.png_accept import MIXED
from builder.png import RGBA, Form
from builder.records import Array

RAW = (8, 8, 8, 0)
ONE_BIT = (1, 0, 0, 0)
UP_AND_NONE = (2, 0, 2, 2, 2)
NO_AVERAGE_NO_PAETH = (1, 2, 0, 2, 1, 1, 0)
packed: Callable[[bytes], bytes] = partial(deflate.zlib_stream, raw=deflate.dynamic)


def full(size: tuple[int, int], depths: tuple[int, int, int, int], seed: str) -> File:
    """A picture of that size that is full of noise, for the last 100 bytes at most."""
    count = (size[0] * size[1] - 160) * sum(depths) // 8 - 200
    array = Array(shape=(count,), data=noise(seed, count))
    return File(arrays=(array,), depths=depths, size=size)


LARGE = full((150, 480), ONE_BIT, "large picture").but(cover=flat_cover)


def rows() -> Iterator[Case]:
    """[PNG-6]: rows of some hundred bytes, payload in all of them."""
    wide = full((75, 15), RAW, "wide rows")
    alpha = full((75, 15), (8, 8, 8, 4), "wide rows of RGBA")
    forms = {
        **{f"filter-{kind}": (wide, Form(line_filters=(kind,))) for kind in range(5)},
        "mixed": (wide, Form(line_filters=MIXED)),
        "sub-up-none": (wide, Form(line_filters=NO_AVERAGE_NO_PAETH)),
        "up-none": (wide, Form(line_filters=UP_AND_NONE)),
        "16-bits-mixed": (wide, Form(bit_depth=16, low_bytes="w", line_filters=MIXED)),
        "16-bits-sub-up-none": (wide, Form(bit_depth=16, line_filters=NO_AVERAGE_NO_PAETH)),
        "rgba-mixed": (alpha, Form(colour_type=RGBA, line_filters=MIXED)),
        "rgba-sub-up-none": (alpha, Form(colour_type=RGBA, line_filters=NO_AVERAGE_NO_PAETH)),
        "adam7-mixed": (wide, Form(interlace=1, line_filters=MIXED)),
        "adam7-sub-up-none": (wide, Form(interlace=1, line_filters=NO_AVERAGE_NO_PAETH)),
    }
    for slug, (file, form) in forms.items():
        yield accept(
            f"png/accept/wide-{slug}",
            "PNG-6",
            f"Rows of 225 bytes or more, {slug}; every row carries payload.",
            file,
            file.png(form),
        )


def pictures() -> Iterator[Case]:
    """[PNG-6]: some hundred KiB of scan lines, one bit of payload a pixel."""
    for slug, kinds in {
        "none": (0,),
        "up": (2,),
        "sub-up-none": NO_AVERAGE_NO_PAETH,
        "mixed": MIXED,
    }.items():
        form = Form(line_filters=kinds, zlib=packed)
        yield accept(
            f"png/accept/large-{slug}",
            "PNG-6",
            f"216,480 bytes of scan lines, filters {slug}: lines lean on lines read long before.",
            LARGE,
            LARGE.png(form),
        )
    cut = Form(line_filters=MIXED, zlib=packed, idat_sizes=(1, 7, 4096, 0, 8191))
    yield accept(
        "png/accept/large-split",
        "PNG-5 PNG-6",
        "The same in six IDATs, one of them empty.",
        LARGE,
        LARGE.png(cut),
    )


def bands() -> Iterator[Case]:
    """[PNG-7]: interlaced pictures above a MiB, which some decoders put together in parts."""
    for slug, size, counts in (
        ("tall", (790, 376), (140_000, 1_000, 117_500, 3_000, 29_000, 4_000)),
        ("broad", (33_000, 17), (263_500, 2_000, 261_500, 3_000)),
    ):
        file = marked(size, counts)
        form = Form(colour_type=RGBA, interlace=1, line_filters=(2,), zlib=packed)
        yield accept(
            f"png/accept/adam7-{slug}",
            "PNG-5 PNG-7 CAR-2",
            f"{size[0]} by {size[1]} pixels of RGBA, interlaced, with payload to the last rows.",
            file,
            file.png(form),
        )


def marked(size: tuple[int, int], counts: tuple[int, ...]) -> File:
    """A black picture with payload in red: arrays of zeros and of noise by turns."""
    arrays = tuple(
        Array(
            name=f"{index}".encode(),
            shape=(count,),
            data=noise(f"marked {index}", count) if index % 2 else bytes(count),
        )
        for index, count in enumerate(counts)
    )
    return File(arrays=arrays, depths=(8, 0, 0, 0), size=size, cover=flat_cover)


FAMILIES = (rows, pictures, bands)
