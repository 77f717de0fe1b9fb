"""verify: checks all data of a picture."""

from types import SimpleNamespace

from intaglio.cli.arguments import AS_JSON, BYTES_MAX, FILES, PIXELS_MAX, QUIET, Verb
from intaglio.cli.console import Talk
from intaglio.limits import Limits


def verify(given: SimpleNamespace) -> int:
    """Verify all data of each picture."""
    from intaglio.cli import looking

    limits = Limits(pixels_max=given.pixels_max, output_bytes_max=given.bytes_max)
    return looking.verify_files(given.files, Talk(given.quiet, given.as_json), limits)


VERB = Verb(
    "verify",
    verify,
    "Check all data: the whole PNG stream, every block and array.",
    "With --quiet only the exit code. No digest covers what the picture shows: colours that "
    "carry no data may have been changed.",
    ("intaglio verify m.png", "intaglio verify --quiet m.png && echo sound"),
    (FILES, PIXELS_MAX, BYTES_MAX, AS_JSON, QUIET),
)
