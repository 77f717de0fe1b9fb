"""restore: undoes changes of pictures that lost nothing."""

from types import SimpleNamespace
from typing import BinaryIO

from intaglio._io import Source
from intaglio.cli.arguments import BYTES_MAX, FILES, FORCE, PIXELS_MAX, QUIET, Verb
from intaglio.cli.rewriting import OUTPUT, Made, rewrite
from intaglio.limits import Limits


def restore(given: SimpleNamespace) -> int:
    """Undo lossless changes of pictures."""
    from intaglio._operations.restore import restore as undo

    limits = Limits(pixels_max=given.pixels_max, output_bytes_max=given.bytes_max)

    def make(source: Source, out: BinaryIO) -> Made:
        done = undo(source, out, limits=limits)
        if not done.steps:
            return "nothing is to be done: the same pixels, whose data is verified", None
        verified = "" if done.problem else "; the data is verified"
        return "; ".join(done.steps) + verified, done.problem

    return rewrite(given, make)


VERB = Verb(
    "restore",
    restore,
    "Undo what was done to a picture, if that lost nothing.",
    "After that its data can be read again. Undone are flips, quarter turns, a border or "
    "screen around it, enlargement by repeating pixels, channels exchanged or inverted, rows "
    "and columns shifted around the edges, a damaged first row. BMP, TIFF, WebP, PPM, TGA, "
    "QOI, PCX, SGI and Xcode's PNG become a PNG again. Prints what was undone, and checks the "
    "data; exit code 65 if that is damaged. A picture with nothing to undo is written with the "
    "same pixels, exit code 0.",
    (
        "intaglio restore turned.png -o m.png",
        "intaglio restore screenshot.png turned.bmp -o restored/",
    ),
    (FILES, PIXELS_MAX, BYTES_MAX, OUTPUT, FORCE, QUIET),
)
