"""Verbs that write a picture from a picture: strip, recolor, restore."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

from intaglio._io import Source
from intaglio.cli.arguments import (
    BYTES_MAX,
    FILES,
    FORCE,
    PIXELS_MAX,
    QUIET,
    READ_PIXELS_MAX,
    Verb,
    given_options,
    output,
    picture_options,
)
from intaglio.cli.console import Talk, each, fail, label
from intaglio.cli.exit_codes import OK
from intaglio.cli.files import STDOUT, check_free, is_folder, targets, write_file
from intaglio.cli.input import check_named, source_of
from intaglio.limits import Limits

Made = tuple[str, Exception | None]  # what was done, and an error that remains
Make = Callable[[Source, BinaryIO], Made]


def strip(given: SimpleNamespace) -> int:
    """Write pictures that look the same and carry no data."""
    from intaglio._operations.strip import strip as remove

    limits = Limits(pixels_max=given.pixels_max)

    def make(source: Source, out: BinaryIO) -> Made:
        remove(source, out, limits=limits)
        return "carries nothing any more", None

    return _rewrite(given, make)


def recolor(given: SimpleNamespace) -> int:
    """Write pictures with the same data and another look."""
    from intaglio._operations.recolor import recolor as paint

    limits = Limits(pixels_max=given.read_pixels_max, output_bytes_max=given.bytes_max)
    options = given_options(given)

    def make(source: Source, out: BinaryIO) -> Made:
        paint(source, out, limits=limits, **options)
        return "the same data, recoloured", None

    return _rewrite(given, make)


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

    return _rewrite(given, make)


def _rewrite(given: SimpleNamespace, make: Make) -> int:
    from intaglio._io import check_target

    files, output, force, talk = given.files, given.output, given.force, Talk(given.quiet)
    places = dict(zip(files, targets(files, Path(output), output, ".png"), strict=True))
    for place in places.values():
        if place != STDOUT:
            check_target(place)
        check_free(place, force=force)
    if is_folder(Path(output), output):
        check_named(files)
        Path(output).mkdir(parents=True, exist_ok=True)

    def work(source: Path) -> int:
        def write(temporary: Path) -> Made:
            with temporary.open("wb") as stream:
                return make(source_of(source), stream)

        done, problem = write_file(places[source], write, force=force)
        if places[source] != STDOUT:
            talk.note(f"{label(places[source])}: {done}")
        return fail(problem, label(places[source])) if problem else OK

    return each(files, work, talk)


_OUTPUT = output("out.png|DIR/", "Where to; - is standard output.", required=True)

VERBS = (
    Verb(
        "strip",
        strip,
        "Make a picture that looks the same and carries nothing.",
        "",
        ("intaglio strip m.png -o plain.png", "intaglio strip m.png both.png -o public/"),
        (FILES, PIXELS_MAX, _OUTPUT, FORCE, QUIET),
    ),
    Verb(
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
            _OUTPUT,
            FORCE,
            QUIET,
        ),
    ),
    Verb(
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
        (FILES, PIXELS_MAX, BYTES_MAX, _OUTPUT, FORCE, QUIET),
    ),
)
