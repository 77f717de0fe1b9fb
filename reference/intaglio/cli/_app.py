"""The application: its verbs, its help, its own options."""

from importlib import import_module
from typing import Annotated, Final

import typer

VERBS: Final = {  # in the order of the help
    "pack": "pack",
    "unpack": "unpack",
    "info": "look",
    "ls": "look",
    "show": "look",
    "verify": "look",
    "diff": "diff",
    "strip": "rewrite",
    "recolor": "rewrite",
    "restore": "rewrite",
    "tiles": "tiles",
    "view": "view",
}
_EXAMPLES: Final = """
Examples:

    intaglio pack m.npy -o m.png --cmap rainbow

    intaglio info m.png

    intaglio unpack m.png -o m.csv

Exit codes: 0 ok; 3 no Intaglio data in this picture; 64 usage; 65 damaged data, or data that
cannot be carried; 66 cannot open or write; 69 unsupported version, feature or library; 130
interrupted. `diff` says 0 for the same and 1 for different.
"""


def build(arguments: list[str]) -> typer.Typer:
    """The application: with all verbs, or, to start sooner, with the one that is asked for."""
    app = typer.Typer(
        help=f"Exact arrays in pictures anyone can look at.\n\n{_EXAMPLES}",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_main)
    asked = arguments[:1] if arguments[:1] and arguments[0] in VERBS else list(VERBS)
    for verb in asked:
        module = import_module(f"intaglio.cli.{VERBS[verb]}")
        app.command(verb)(getattr(module, verb))
    return app


def _version(wanted: bool) -> None:
    if wanted:
        from intaglio import __version__

        print(f"intaglio {__version__}")  # noqa: T201
        raise typer.Exit


def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass
