"""Verbs that only read: info, ls, show, verify."""

from types import SimpleNamespace

from intaglio.cli.arguments import (
    AS_JSON,
    BYTES_MAX,
    FILES,
    ONLY,
    PIXELS_MAX,
    QUIET,
    Verb,
    flag,
)
from intaglio.cli.console import Talk
from intaglio.limits import Limits


def info(given: SimpleNamespace) -> int:
    """Print what each picture carries."""
    from intaglio.cli import looking

    limits = Limits(pixels_max=given.pixels_max)
    return looking.info_files(given.files, Talk(given.quiet, given.as_json), limits)


def ls(given: SimpleNamespace) -> int:
    """List the arrays of each picture."""
    from intaglio.cli import looking

    limits = Limits(pixels_max=given.pixels_max)
    return looking.ls_files(given.files, Talk(given.quiet, given.as_json), limits)


def show(given: SimpleNamespace) -> int:
    """Print a summary of each picture's data."""
    from intaglio.cli import looking

    limits = Limits(pixels_max=given.pixels_max, output_bytes_max=given.bytes_max)
    talk = Talk(given.quiet)
    return looking.show_files(given.files, talk, limits, given.only, textconv=given.textconv)


def verify(given: SimpleNamespace) -> int:
    """Verify all data of each picture."""
    from intaglio.cli import looking

    limits = Limits(pixels_max=given.pixels_max, output_bytes_max=given.bytes_max)
    return looking.verify_files(given.files, Talk(given.quiet, given.as_json), limits)


VERBS = (
    Verb(
        "info",
        info,
        "Say what a picture carries, from its first rows only.",
        "",
        ("intaglio info m.png", "intaglio info --json m.png"),
        (FILES, PIXELS_MAX, AS_JSON, QUIET),
    ),
    Verb(
        "ls",
        ls,
        "List the arrays: name, dtype, shape, bytes.",
        "",
        ("intaglio ls m.png", "intaglio ls --json m.png"),
        (FILES, PIXELS_MAX, AS_JSON, QUIET),
    ),
    Verb(
        "show",
        show,
        "Print metadata, and each array's SHA-256, first and last values.",
        "",
        (
            "intaglio show m.png",
            "intaglio show m.png --only data",
            'git config diff.intaglio.textconv "intaglio show --textconv"',
        ),
        (
            FILES,
            ONLY,
            PIXELS_MAX,
            BYTES_MAX,
            flag("textconv", "For git: the same text for the same data, see docs/git.md."),
            QUIET,
        ),
    ),
    Verb(
        "verify",
        verify,
        "Check all data: the whole PNG stream, every block and array.",
        "With --quiet only the exit code. No digest covers what the picture shows: colours that "
        "carry no data may have been changed.",
        ("intaglio verify m.png", "intaglio verify --quiet m.png && echo sound"),
        (FILES, PIXELS_MAX, BYTES_MAX, AS_JSON, QUIET),
    ),
)
