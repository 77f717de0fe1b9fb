"""ls: the arrays of a picture, one line each."""

from types import SimpleNamespace

from intaglio.cli.arguments import AS_JSON, FILES, PIXELS_MAX, QUIET, Verb
from intaglio.cli.console import Talk
from intaglio.limits import Limits


def ls(given: SimpleNamespace) -> int:
    """List the arrays of each picture."""
    from intaglio.cli import looking

    limits = Limits(pixels_max=given.pixels_max)
    return looking.ls_files(given.files, Talk(given.quiet, given.as_json), limits)


VERB = Verb(
    "ls",
    ls,
    "List the arrays: name, dtype, shape, bytes.",
    "",
    ("intaglio ls m.png", "intaglio ls --json m.png"),
    (FILES, PIXELS_MAX, AS_JSON, QUIET),
)
