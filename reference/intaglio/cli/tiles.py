"""tiles: make one picture of a whole store."""

import re
from pathlib import Path
from types import SimpleNamespace

from intaglio.cli.arguments import FORCE, PIXELS_MAX, QUIET, Argument, Verb, output, whole
from intaglio.cli.console import Talk, fail
from intaglio.cli.exit_codes import OK, UsageError
from intaglio.errors import DecodeError, FormatError
from intaglio.limits import Limits

_SIZE_MAX = 16384


def tiles(given: SimpleNamespace) -> int:
    """Make one picture of a whole store from its tiles."""
    from intaglio._escape import escaped
    from intaglio._io import check_target
    from intaglio.cli.files import STDOUT, check_free
    from intaglio.cli.tiling import overview

    place, talk = Path(given.output), Talk(given.quiet)
    if place != STDOUT:
        check_target(place)
    check_free(place, force=given.force)
    shown = None if given.axes is None else _numbers("--axes DOWN,RIGHT", given.axes.split(","))
    fixed = dict(_numbers("--at AXIS=N", text.split("=")) for text in given.at or [])
    limits = Limits(pixels_max=given.pixels_max)
    try:
        overview(given.store, place, shown, fixed, given.size, talk, limits, force=given.force)
    except (DecodeError, FormatError) as problem:
        return fail(problem, escaped(given.store))
    return OK


def _numbers(option: str, words: list[str]) -> tuple[int, int]:
    words = [word.strip() for word in words]
    if len(words) != 2 or not all(re.fullmatch("[0-9]{1,18}", word) for word in words):
        message = f"{option} takes two whole numbers, not {'='.join(words)[:40]!a}"
        raise UsageError(message)
    return int(words[0]), int(words[1])


def _size(text: str) -> int:
    value = whole(text)
    if not 1 <= value <= _SIZE_MAX:
        message = f"{value} is not from 1 to {_SIZE_MAX:,}"
        raise ValueError(message)
    return value


VERB = Verb(
    "tiles",
    tiles,
    "Make one picture of a whole store from its tiles.",
    "Their data is not decoded. Tiles that are not stored, because all their values are the "
    "fill value, are grey.",
    (
        "intaglio pack m.npy --tiles -o m.zarr",
        "intaglio tiles m.zarr -o overview.png",
        "intaglio tiles m.zarr -o small.png --size 300",
    ),
    (
        Argument(
            "store",
            "A Zarr array of pictures: path or URL.",
            metavar="STORE",
            required=True,
            files=True,
        ),
        Argument(
            "axes",
            "The axes to show, from 0; default: the last two.",
            ("--axes",),
            "DOWN,RIGHT",
            "Look",
        ),
        Argument(
            "at",
            "Of another axis this element; default: the first.",
            ("--at",),
            "AXIS=N",
            "Look",
            many=True,
        ),
        Argument(
            "size",
            "Pixels of the long side, 1 to 16384; default: up to 2048.",
            ("--size",),
            "N",
            "Size",
            _size,
        ),
        PIXELS_MAX,
        output("out.png", "Where to; - is standard output.", required=True),
        FORCE,
        QUIET,
    ),
)
