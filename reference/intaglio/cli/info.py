"""info: what a picture carries, from its first rows."""

from types import SimpleNamespace

from intaglio.cli.arguments import AS_JSON, FILES, PIXELS_MAX, QUIET, Verb
from intaglio.cli.console import Talk
from intaglio.limits import Limits


def info(given: SimpleNamespace) -> int:
    """Print what each picture carries."""
    from intaglio.cli import looking

    limits = Limits(pixels_max=given.pixels_max)
    return looking.info_files(given.files, Talk(given.quiet, given.as_json), limits)


VERB = Verb(
    "info",
    info,
    "Say what a picture carries, from its first rows only.",
    "",
    ("intaglio info m.png", "intaglio info --json m.png"),
    (FILES, PIXELS_MAX, AS_JSON, QUIET),
)
