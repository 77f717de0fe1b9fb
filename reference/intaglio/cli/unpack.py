"""unpack: write the arrays of pictures to files."""

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

from intaglio.cli.arguments import (
    BYTES_MAX,
    FILES,
    FORCE,
    ONLY,
    PIXELS_MAX,
    QUIET,
    Argument,
    Verb,
    flag,
    output,
)
from intaglio.cli.console import Talk, each
from intaglio.cli.exit_codes import UsageError
from intaglio.limits import Limits


def unpack(given: SimpleNamespace) -> int:
    """Write the arrays of pictures to files."""
    from intaglio.cli.unpacking import Unpacker

    form, talk = given.form, Talk(given.quiet)
    if form is not None and form not in _formats():
        message = f"--as is one of {', '.join(_formats())}, not {form!a}"
        raise UsageError(message)
    unpacker = Unpacker(
        output=given.output or ".",
        form=form,
        only=given.only,
        force=given.force,
        skip=given.skip,
        raw_names=given.raw_names,
        several=len(given.files) > 1,
        limits=Limits(pixels_max=given.pixels_max, output_bytes_max=given.bytes_max),
        talk=talk,
    )
    unpacker.check(given.files)

    def work(path: Path) -> None:
        if (path / "zarr.json").is_file():
            from intaglio.cli.tiling import unpack_store

            place = given.output or "./"
            unpack_store(path, place, form, talk, unpacker.limits, force=given.force)
            return
        unpacker.unpack(path)

    return each(given.files, work, talk)


def _formats() -> Iterable[str]:
    """Return the names of the formats that can be written."""
    from intaglio._convert import FORMATS

    return [known.name for known in FORMATS if known.written]


VERB = Verb(
    "unpack",
    unpack,
    "Write the arrays of a picture to files, exact to the last bit.",
    'Each array becomes one file named after it, an array called "data" one named after the '
    "picture; .npz, .h5, .safetensors and .nc take all arrays into one file. Several pictures "
    "get a folder each. Nothing that is there is replaced without --force.",
    (
        "intaglio unpack m.png",
        "intaglio unpack m.png -o m.csv",
        "intaglio unpack both.png -o arrays/ --as h5",
        "intaglio unpack both.png --only x -o - > x.npy",
        "intaglio unpack m.zarr -o back.npy",
    ),
    (
        FILES,
        ONLY,
        PIXELS_MAX,
        BYTES_MAX,
        output(
            "DIR|FILE",
            "A folder (default: this one), a file whose ending says the format, or - for "
            "standard output.",
        ),
        Argument(
            "form",
            "npy (default), npz, csv, tsv, txt, h5, tif, safetensors or nc.",
            ("--as",),
            "FORMAT",
            values=_formats,
        ),
        flag("skip", "Leave out arrays that the format cannot hold, and name them."),
        flag(
            "raw_names",
            "Write names of columns to .csv and .tsv even if a spreadsheet would run them.",
        ),
        FORCE,
        QUIET,
    ),
)
