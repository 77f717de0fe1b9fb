"""What strip, recolor and restore share: each makes another picture of one."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

from intaglio._io import Source
from intaglio.cli.arguments import output
from intaglio.cli.console import Talk, each, fail, label
from intaglio.cli.exit_codes import OK
from intaglio.cli.files import STDOUT, check_free, is_folder, targets, write_file
from intaglio.cli.input import check_named, source_of

Made = tuple[str, Exception | None]  # what was done, and what is wrong with it after all
Make = Callable[[Source, BinaryIO], Made]

OUTPUT = output("out.png|DIR/", "Where to; - is standard output.", required=True)


def rewrite(given: SimpleNamespace, make: Make) -> int:
    """Write what `make` makes of each picture; give the exit code."""
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
