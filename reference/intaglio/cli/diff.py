"""diff: compare the data of two pictures bit by bit."""

import sys
from pathlib import Path
from types import SimpleNamespace

from intaglio.cli.arguments import AS_JSON, BYTES_MAX, PIXELS_MAX, QUIET, Argument, Verb
from intaglio.cli.console import Talk
from intaglio.cli.exit_codes import DIFFERENT, OK
from intaglio.cli.files import STDOUT, naming_full_disk
from intaglio.cli.input import check_once, source_of
from intaglio.limits import Limits


def diff(given: SimpleNamespace) -> int:
    """Compare the data of two pictures."""
    from intaglio._operations.diff import diff as compare

    check_once([given.a, given.b])
    limits = Limits(pixels_max=given.pixels_max, output_bytes_max=given.bytes_max)
    found = compare(source_of(given.a), source_of(given.b), limits=limits)
    talk = Talk(given.quiet, given.as_json)
    if given.as_json:
        talk.json(found.to_dict())
    elif found and not given.quiet:
        talk.data(str(found))
    with naming_full_disk(STDOUT):
        sys.stdout.flush()
    return OK if found.equal else DIFFERENT


def _picture(name: str) -> Argument:
    return Argument(
        name,
        "A picture with data; - is standard input.",
        metavar="F.png",
        convert=Path,
        required=True,
        files=True,
    )


VERB = Verb(
    "diff",
    diff,
    "Compare the data of two pictures, bit by bit.",
    "Exit code 0 if they are the same, 1 if not. What the pictures look like does not count. "
    "With --quiet nothing is printed.",
    ("intaglio diff m.png again.png", "intaglio diff m.png other.png --json || echo different"),
    (_picture("a"), _picture("b"), PIXELS_MAX, BYTES_MAX, AS_JSON, QUIET),
)
