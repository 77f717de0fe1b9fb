"""tiles: one picture of a whole store."""

import re
from pathlib import Path
from typing import Annotated

import typer

from intaglio.cli._exits import UsageError
from intaglio.cli._options import PIXELS_MAX, Force, PixelsMax, Quiet

Store = Annotated[
    str,
    typer.Argument(metavar="STORE", help="A Zarr array of pictures: path or URL."),
]
Output = Annotated[
    str, typer.Option("--output", "-o", metavar="out.png", help="Where to; - is standard output.")
]
Axes = Annotated[
    str | None,
    typer.Option(metavar="DOWN,RIGHT", help="The axes to show, from 0; usual: the last two."),
]
At = Annotated[
    list[str] | None,
    typer.Option(metavar="AXIS=N", help="Of another axis this element; usual: the first."),
]
Size = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, max=16384, help="Pixels of the long side; usual: up to 2048."),
]


def tiles(
    store: Store,
    output: Output,
    axes: Axes = None,
    at: At = None,
    size: Size = None,
    force: Force = False,
    quiet: Quiet = False,
    pixels_max: PixelsMax = PIXELS_MAX,
) -> None:
    """Make one picture of a whole store from its tiles. Their data is not decoded.

    Tiles that are not stored, because all their values are the fill value, are grey.

    Try:

        intaglio pack m.npy --tiles -o m.zarr

        intaglio tiles m.zarr -o overview.png

        intaglio tiles m.zarr -o small.png --size 300
    """
    from intaglio._errors import DecodeError
    from intaglio._files import check_target
    from intaglio._formats._base import FormatError
    from intaglio._limits import Limits
    from intaglio._printable import escaped
    from intaglio.cli._files import STDOUT, check_free
    from intaglio.cli._talk import Talk, fail
    from intaglio.cli._tiling import overview

    place = Path(output)
    if place != STDOUT:
        check_target(place)
    check_free(place, force=force)
    shown = None if axes is None else _numbers("--axes DOWN,RIGHT", axes.split(","))
    fixed = dict(_numbers("--at AXIS=N", text.split("=")) for text in at or [])
    limits = Limits(pixels_max=pixels_max)
    try:
        overview(store, place, shown, fixed, size, Talk(quiet), limits, force=force)
    except (DecodeError, FormatError) as problem:
        raise typer.Exit(fail(problem, escaped(store))) from problem


def _numbers(option: str, words: list[str]) -> tuple[int, int]:
    words = [word.strip() for word in words]
    if len(words) != 2 or not all(re.fullmatch("[0-9]{1,18}", word) for word in words):
        message = f"{option} takes two whole numbers, not {'='.join(words)[:40]!a}"
        raise UsageError(message)
    return int(words[0]), int(words[1])
