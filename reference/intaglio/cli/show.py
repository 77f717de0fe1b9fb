"""show: metadata, digests and values as text."""

from types import SimpleNamespace

from intaglio.cli.arguments import BYTES_MAX, FILES, ONLY, PIXELS_MAX, QUIET, Verb, flag
from intaglio.cli.console import Talk
from intaglio.limits import Limits


def show(given: SimpleNamespace) -> int:
    """Print a summary of each picture's data."""
    from intaglio.cli import looking

    limits = Limits(pixels_max=given.pixels_max, output_bytes_max=given.bytes_max)
    talk = Talk(given.quiet)
    return looking.show_files(given.files, talk, limits, given.only, textconv=given.textconv)


VERB = Verb(
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
)
