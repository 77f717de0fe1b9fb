"""view: show the arrays of a picture in a browser."""

import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

from intaglio.cli.arguments import QUIET, Argument, Verb
from intaglio.cli.console import Talk, label
from intaglio.cli.exit_codes import OK
from intaglio.limits import DEFAULT_LIMITS


def view(given: SimpleNamespace) -> int:
    """Serve one picture to a browser until Ctrl-C."""
    import webbrowser

    from intaglio._inspect.reading import inspecting
    from intaglio.cli.server import ViewServer

    file, talk = given.file, Talk(given.quiet)
    if file.suffix.lower() != ".npy":  # the page reads .npy files, too
        with inspecting(file, DEFAULT_LIMITS):
            pass
    with ViewServer(file) as server:
        talk.data(server.address)
        sys.stdout.flush()
        talk.note(f"showing {label(file)}; Ctrl-C ends it")
        if given.browser and not webbrowser.open(server.address):
            talk.note("no browser could be opened: open the address above")
        with suppress(KeyboardInterrupt):
            server.serve_forever()
    return OK


VERB = Verb(
    "view",
    view,
    "Show a picture's arrays in a browser.",
    "With values, statistics and downloads. Nothing leaves this machine. Ctrl-C ends it.",
    ("intaglio view m.png", "intaglio view --no-browser m.png"),
    (
        Argument(
            "file",
            "A picture with data.",
            metavar="F.png",
            convert=Path,
            required=True,
            files=True,
        ),
        Argument(
            "browser",
            "Open the page in a browser (default).",
            ("--browser",),
            default=True,
        ),
        Argument(
            "browser",
            "Print the address of the page, and open no browser.",
            ("--no-browser",),
            default=True,
            sets=False,
        ),
        QUIET,
    ),
)
