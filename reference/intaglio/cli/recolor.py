"""recolor: pictures that carry the same data and look different."""

from types import SimpleNamespace
from typing import BinaryIO

from intaglio._io import Source
from intaglio.cli.arguments import (
    BYTES_MAX,
    FILES,
    FORCE,
    QUIET,
    READ_PIXELS_MAX,
    Verb,
    given_options,
    picture_options,
)
from intaglio.cli.rewriting import OUTPUT, Made, rewrite
from intaglio.limits import Limits


def recolor(given: SimpleNamespace) -> int:
    """Write pictures with the same data and another look."""
    from intaglio._operations.recolor import recolor as paint

    limits = Limits(pixels_max=given.read_pixels_max, output_bytes_max=given.bytes_max)
    options = given_options(given)

    def make(source: Source, out: BinaryIO) -> Made:
        paint(source, out, limits=limits, **options)
        return "the same data, recoloured", None

    return rewrite(given, make)


VERB = Verb(
    "recolor",
    recolor,
    "Make a picture that carries the same data and looks different.",
    "Metadata and attributes come along, and the profile, unless another is given.",
    (
        "intaglio recolor m.png -o gray.png --cmap gray",
        "intaglio recolor m.png -o covered.png --cover photo.jpg --enlarge",
    ),
    (
        FILES,
        *picture_options("Look", "Size"),
        READ_PIXELS_MAX,
        BYTES_MAX,
        OUTPUT,
        FORCE,
        QUIET,
    ),
)
