"""diff: what two pictures carry, compared bit by bit."""

import sys

import typer

from intaglio.cli._exits import DIFFERENT, OK
from intaglio.cli._files import STDOUT, naming_full_disk
from intaglio.cli._input import check_once, source_of
from intaglio.cli._options import (
    PIXELS_MAX,
    AsJson,
    BytesMax,
    OneFile,
    PixelsMax,
    Quiet,
)
from intaglio.cli._talk import Talk


def diff(
    a: OneFile,
    b: OneFile,
    as_json: AsJson = False,
    quiet: Quiet = False,
    pixels_max: PixelsMax = PIXELS_MAX,
    bytes_max: BytesMax = None,
) -> None:
    """Compare the data of two pictures, bit by bit.

    Exit code 0 if they are the same, 1 if not. What the pictures look like does not count. With
    --quiet nothing is printed.

    Try:

        intaglio diff m.png again.png

        intaglio diff m.png other.png --json || echo different
    """
    from intaglio._diff import diff as compare
    from intaglio._limits import Limits

    check_once([a, b])
    found = compare(
        source_of(a), source_of(b), limits=Limits(pixels_max=pixels_max, output_bytes_max=bytes_max)
    )
    talk = Talk(quiet, as_json)
    if as_json:
        talk.json(found.to_dict())
    elif found and not quiet:
        talk.data(str(found))
    with naming_full_disk(STDOUT):
        sys.stdout.flush()
    raise typer.Exit(OK if found.equal else DIFFERENT)
