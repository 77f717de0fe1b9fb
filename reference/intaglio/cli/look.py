"""Verbs that only look: info, ls, show, verify."""

from typing import Annotated

import typer

from intaglio._limits import Limits
from intaglio.cli._looking import info_files, ls_files, show_files, verify_files
from intaglio.cli._options import (
    PIXELS_MAX,
    AsJson,
    BytesMax,
    Files,
    Only,
    PixelsMax,
    Quiet,
)
from intaglio.cli._talk import Talk


def info(
    files: Files, as_json: AsJson = False, quiet: Quiet = False, pixels_max: PixelsMax = PIXELS_MAX
) -> None:
    """Say what a picture carries, from its first rows only.

    Try:

        intaglio info m.png

        intaglio info --json m.png
    """
    raise typer.Exit(info_files(files, Talk(quiet, as_json), Limits(pixels_max=pixels_max)))


def ls(
    files: Files, as_json: AsJson = False, quiet: Quiet = False, pixels_max: PixelsMax = PIXELS_MAX
) -> None:
    """List the arrays: name, dtype, shape, bytes.

    Try:

        intaglio ls m.png

        intaglio ls --json m.png
    """
    raise typer.Exit(ls_files(files, Talk(quiet, as_json), Limits(pixels_max=pixels_max)))


def show(
    files: Files,
    only: Only = None,
    textconv: Annotated[
        bool,
        typer.Option(
            "--textconv", help="For git: the same text for the same data, see docs/git.md."
        ),
    ] = False,
    quiet: Quiet = False,
    pixels_max: PixelsMax = PIXELS_MAX,
    bytes_max: BytesMax = None,
) -> None:
    """Print metadata, and each array's SHA-256, first and last values.

    Try:

        intaglio show m.png

        intaglio show m.png --only data

        git config diff.intaglio.textconv "intaglio show --textconv"
    """
    limits = Limits(pixels_max=pixels_max, output_bytes_max=bytes_max)
    raise typer.Exit(show_files(files, Talk(quiet), limits, only, textconv=textconv))


def verify(
    files: Files,
    as_json: AsJson = False,
    quiet: Quiet = False,
    pixels_max: PixelsMax = PIXELS_MAX,
    bytes_max: BytesMax = None,
) -> None:
    """Check all data: the whole PNG stream, every block and array. With --quiet only the exit code.

    No digest covers what the picture shows: colours that carry no data may have been changed.

    Try:

        intaglio verify m.png

        intaglio verify --quiet m.png && echo sound
    """
    limits = Limits(pixels_max=pixels_max, output_bytes_max=bytes_max)
    raise typer.Exit(verify_files(files, Talk(quiet, as_json), limits))
