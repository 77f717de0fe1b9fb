"""unpack: the arrays of pictures into files."""

from pathlib import Path
from typing import Annotated

import typer

from intaglio.cli._exits import UsageError
from intaglio.cli._options import (
    PIXELS_MAX,
    BytesMax,
    Files,
    Force,
    Only,
    PixelsMax,
    Quiet,
)
from intaglio.cli._talk import Talk, each

Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR|FILE",
        help="A folder (usual: this one), a file whose ending says the format, or - for standard "
        "output.",
    ),
]
As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="FORMAT",
        help="npy (usual), npz, csv, tsv, txt, h5, tif, safetensors or nc.",
    ),
]
Skip = Annotated[
    bool,
    typer.Option("--skip", help="Leave out arrays that the format cannot hold, and name them."),
]
RawNames = Annotated[
    bool,
    typer.Option(
        "--raw-names",
        help="Write names of columns to .csv and .tsv even if a spreadsheet would run them.",
    ),
]


def unpack(
    files: Files,
    output: Output = None,
    form: As = None,
    only: Only = None,
    skip: Skip = False,
    raw_names: RawNames = False,
    force: Force = False,
    quiet: Quiet = False,
    pixels_max: PixelsMax = PIXELS_MAX,
    bytes_max: BytesMax = None,
) -> None:
    """Write the arrays of a picture to files, exact to the last bit.

    Each array becomes one file named after it, an array called "data" one named after the
    picture; .npz, .h5, .safetensors and .nc take all arrays into one file. Several pictures get
    a folder each. Nothing that is there is replaced without --force.

    Try:

        intaglio unpack m.png

        intaglio unpack m.png -o m.csv

        intaglio unpack both.png -o arrays/ --as h5

        intaglio unpack both.png --only x -o - > x.npy

        intaglio unpack m.zarr -o back.npy
    """
    from intaglio._formats import FORMATS
    from intaglio._limits import Limits
    from intaglio.cli._unpacking import Unpacker

    names = [known.name for known in FORMATS if known.written]
    if form is not None and form not in names:
        message = f"--as is one of {', '.join(names)}, not {form!a}"
        raise UsageError(message)
    talk = Talk(quiet)
    unpacker = Unpacker(
        output=output or ".",
        form=form,
        only=only,
        force=force,
        skip=skip,
        raw_names=raw_names,
        several=len(files) > 1,
        limits=Limits(pixels_max=pixels_max, output_bytes_max=bytes_max),
        talk=talk,
    )
    unpacker.check(files)

    def work(path: Path) -> None:
        if (path / "zarr.json").is_file():
            from intaglio.cli._tiling import unpack_store

            unpack_store(path, output or "./", form, talk, unpacker.limits, force=force)
            return
        unpacker.unpack(path)

    raise typer.Exit(each(files, work, talk))
