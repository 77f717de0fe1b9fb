"""Verbs that make another picture of one: strip, recolor, restore."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from intaglio._errors import DecodeError
from intaglio._files import Source
from intaglio.cli._exits import OK
from intaglio.cli._files import STDOUT, check_free, is_folder, targets, write_file
from intaglio.cli._input import check_named, source_of
from intaglio.cli._options import (
    PIXELS_MAX,
    Badge,
    BytesMax,
    Cmap,
    ComplexAs,
    Cover,
    Effort,
    Enlarge,
    Files,
    Force,
    Level,
    Linthresh,
    Norm,
    Origin,
    PixelsMax,
    PixelsToRead,
    PixelsToWrite,
    Profile,
    Quiet,
    Scale,
    SideMin,
    Vcenter,
    Vmax,
    Vmin,
)
from intaglio.cli._talk import Talk, each, fail, label

Output = Annotated[
    str,
    typer.Option("--output", "-o", metavar="out.png|DIR/", help="Where to; - is standard output."),
]


Made = tuple[str, Exception | None]  # what was done, and what is wrong with it after all


def strip(
    files: Files,
    output: Output,
    force: Force = False,
    quiet: Quiet = False,
    pixels_max: PixelsMax = PIXELS_MAX,
) -> None:
    """Make a picture that looks the same and carries nothing.

    Try:

        intaglio strip m.png -o plain.png

        intaglio strip m.png both.png -o public/
    """
    from intaglio._limits import Limits
    from intaglio._strip import strip as remove

    limits = Limits(pixels_max=pixels_max)
    talk = Talk(quiet)

    def make(source: Source, out: BinaryIO) -> Made:
        remove(source, out, limits=limits)
        return "carries nothing any more", None

    raise typer.Exit(_rewrite(files, output, make, talk, force=force))


def recolor(
    files: Files,
    output: Output,
    cmap: Cmap = None,
    vmin: Vmin = None,
    vmax: Vmax = None,
    norm: Norm = None,
    vcenter: Vcenter = None,
    linthresh: Linthresh = None,
    complex_as: ComplexAs = None,
    origin: Origin = None,
    scale: Scale = None,
    side_min: SideMin = None,
    badge: Badge = False,
    cover: Cover = None,
    enlarge: Enlarge = False,
    profile: Profile = None,
    level: Level = None,
    effort: Effort = None,
    force: Force = False,
    quiet: Quiet = False,
    pixels_max: PixelsToWrite = None,
    read_pixels_max: PixelsToRead = PIXELS_MAX,
    bytes_max: BytesMax = None,
) -> None:
    """Make a picture that carries the same data and looks different.

    Metadata and attributes come along, and the profile, unless another is given.

    Try:

        intaglio recolor m.png -o gray.png --cmap gray

        intaglio recolor m.png -o covered.png --cover photo.jpg --enlarge
    """
    from intaglio._limits import Limits
    from intaglio._recolor import recolor as paint
    from intaglio.cli._packing import parsed_profile

    limits = Limits(pixels_max=read_pixels_max, output_bytes_max=bytes_max)
    talk = Talk(quiet)
    given: dict[str, Any] = {
        "cmap": cmap,
        "vmin": vmin,
        "vmax": vmax,
        "norm": norm,
        "vcenter": vcenter,
        "linthresh": linthresh,
        "complex_as": complex_as,
        "origin": origin,
        "scale": scale,
        "side_min": side_min,
        "badge": badge or None,
        "cover": cover,
        "enlarge": enlarge or None,
        "profile": parsed_profile(profile),
        "level": level,
        "effort": effort,
        "pixels_max": pixels_max,
    }
    options = {key: value for key, value in given.items() if value is not None}

    def make(source: Source, out: BinaryIO) -> Made:
        try:
            paint(source, out, limits=limits, **options)
        except DecodeError as problem:  # --pixels-max is the written picture's
            detail = problem.detail.replace("Limits(pixels_max=...)", "--read-pixels-max")
            problem.explain(problem.diagnosis, detail)
            raise
        return "the same data, recoloured", None

    raise typer.Exit(_rewrite(files, output, make, talk, force=force))


def restore(
    files: Files,
    output: Output,
    force: Force = False,
    quiet: Quiet = False,
    pixels_max: PixelsMax = PIXELS_MAX,
    bytes_max: BytesMax = None,
) -> None:
    """Undo what was done to a picture, if that lost nothing.

    After that its data can be read again. Undone are flips, quarter turns, a border or screen
    around it, enlargement by repeating pixels, channels exchanged or inverted, rows and columns
    shifted around the edges, a damaged first row. BMP, TIFF, WebP, PPM, TGA, QOI, PCX, SGI and
    Xcode's PNG become a PNG again. Prints what was undone, and checks the data; exit code 65 if
    that is damaged. A picture with nothing to undo is written with the same pixels, exit code 0.

    Try:

        intaglio restore turned.png -o m.png

        intaglio restore screenshot.png turned.bmp -o restored/
    """
    from intaglio._limits import Limits
    from intaglio._restore import restore as undo

    limits = Limits(pixels_max=pixels_max, output_bytes_max=bytes_max)
    talk = Talk(quiet)

    def make(source: Source, out: BinaryIO) -> Made:
        done = undo(source, out, limits=limits)
        if not done.steps:
            return "nothing is to be done: the same pixels, whose data is verified", None
        verified = "" if done.problem else "; the data is verified"
        return "; ".join(done.steps) + verified, done.problem

    raise typer.Exit(_rewrite(files, output, make, talk, force=force))


def _rewrite(
    files: list[Path],
    output: str,
    make: Callable[[Source, BinaryIO], Made],
    talk: Talk,
    *,
    force: bool,
) -> int:
    from intaglio._files import check_target

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
