"""strip: pictures that look the same and carry nothing."""

from types import SimpleNamespace
from typing import BinaryIO

from intaglio._io import Source
from intaglio.cli.arguments import FILES, FORCE, PIXELS_MAX, QUIET, Verb
from intaglio.cli.rewriting import OUTPUT, Made, rewrite
from intaglio.limits import Limits


def strip(given: SimpleNamespace) -> int:
    """Write pictures that look the same and carry no data."""
    from intaglio._operations.strip import strip as remove

    limits = Limits(pixels_max=given.pixels_max)

    def make(source: Source, out: BinaryIO) -> Made:
        remove(source, out, limits=limits)
        return "carries nothing any more", None

    return rewrite(given, make)


VERB = Verb(
    "strip",
    strip,
    "Make a picture that looks the same and carries nothing.",
    "",
    ("intaglio strip m.png -o plain.png", "intaglio strip m.png both.png -o public/"),
    (FILES, PIXELS_MAX, OUTPUT, FORCE, QUIET),
)
