"""pack: arrays from files into a picture."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from intaglio._errors import EncodeError, Reason
from intaglio._formats._base import FormatError
from intaglio.cli._files import (
    STDOUT,
    check_free,
    is_folder,
    pictures_beside,
    targets,
    write_file,
)
from intaglio.cli._input import check_named, check_once
from intaglio.cli._options import (
    Badge,
    Cmap,
    ComplexAs,
    Cover,
    Effort,
    Enlarge,
    Force,
    Level,
    Linthresh,
    Norm,
    Origin,
    PixelsToWrite,
    Profile,
    Quiet,
    Scale,
    SideMin,
    Vcenter,
    Vmax,
    Vmin,
)
from intaglio.cli._talk import Talk, each, label, noting

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="IN...",
        help="Files: .npy .npz .csv .tsv .txt .h5[:/path] .tif .safetensors .nc, or pictures (.png "
        ".jpg .gif .bmp .webp .ppm) as arrays of their samples. NAME=FILE names the array; - is "
        "standard input, .npy or .npz.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="out.png|DIR/",
        help="One picture for all, or a folder: one picture a file; - is standard output. If not "
        "given, m.npy becomes m.ig.png beside it.",
    ),
]
Json = Annotated[
    str | None,
    typer.Option(metavar="JSON|@FILE", help="A JSON object for the file, or @ its file."),
]
Attrs = Annotated[
    str | None,
    typer.Option(metavar="JSON|@FILE", help='Attributes: {"array": {"unit": "K"}}, or @ a file.'),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", help="Say what would be written, and write nothing.")
]
Dtype = Annotated[
    str | None, typer.Option(metavar="DTYPE", help="Of text files, if not inferred: float32.")
]
Delimiter = Annotated[
    str | None,
    typer.Option(metavar="C", help="Of text files: what divides cells, such as ';', tab, space."),
]
Decimal = Annotated[
    str | None, typer.Option(metavar=".|,", help="Of text files: the decimal sign.")
]
Tiles = Annotated[
    bool,
    typer.Option("--tiles", help="Split one large array into a Zarr store of pictures: -o DIR."),
]
Chunks = Annotated[
    str | None, typer.Option(metavar="N,N", help="Of --tiles: elements of a tile along each axis.")
]
Skip = Annotated[
    bool, typer.Option("--skip", help="Leave out what cannot be carried, such as text, and say so.")
]

Indices = Annotated[
    bool,
    typer.Option(
        "--indices", help="Of pictures with a palette: store the indices, and the palette in attrs."
    ),
]


def pack(
    inputs: Inputs,
    output: Output = None,
    cmap: Cmap = None,
    vmin: Vmin = None,
    vmax: Vmax = None,
    norm: Norm = None,
    vcenter: Vcenter = None,
    linthresh: Linthresh = None,
    complex_as: ComplexAs = None,
    origin: Origin = None,
    scale: Scale = None,
    side_min: SideMin = None,
    pixels_max: PixelsToWrite = None,
    badge: Badge = False,
    cover: Cover = None,
    enlarge: Enlarge = False,
    profile: Profile = None,
    level: Level = None,
    effort: Effort = None,
    metadata: Json = None,
    attrs: Attrs = None,
    dtype: Dtype = None,
    delimiter: Delimiter = None,
    decimal: Decimal = None,
    skip: Skip = False,
    indices: Indices = False,
    tiles: Tiles = False,
    chunks: Chunks = None,
    dry_run: DryRun = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Store arrays in a picture.

    A single array without a name is stored as "data"; of several files each array has its
    file's name. Metadata and attributes of .h5, .nc and .safetensors come along. A folder is
    all its files of data.

    Try:

        intaglio pack m.npy -o m.png --cmap rainbow

        intaglio pack x=m.npy w=table.csv -o both.png --metadata '{"run": 7}'

        intaglio pack run.h5:/group -o run.png --dry-run

        intaglio pack m.npy -o covered.png --cover photo.jpg --enlarge

        intaglio pack m.npy table.csv -o pictures/

        intaglio pack m.npy --tiles -o m.zarr
    """
    from intaglio.cli._packing import Packer, json_option, parsed_profile, text_options

    look: dict[str, Any] = {
        "cmap": cmap,
        "vmin": vmin,
        "vmax": vmax,
        "norm": norm,
        "vcenter": vcenter,
        "linthresh": linthresh,
        "complex_as": complex_as,
        "origin": origin,
        "scale": scale,
        "side_min": side_min,
        "pixels_max": pixels_max,
        "badge": badge or None,
        "cover": cover,
        "enlarge": enlarge or None,
        "profile": parsed_profile(profile),
        "level": level,
        "effort": effort,
    }
    packer = Packer(
        options={key: value for key, value in look.items() if value is not None},
        metadata=json_option("metadata", metadata),
        attrs=json_option("attrs", attrs),
        text=text_options(dtype, delimiter, decimal),
        skip=skip,
        indices=indices,
        talk=Talk(quiet),
    )
    if tiles or chunks is not None:
        from intaglio.cli._tiling import Tiler, chunk_lengths

        tiler = Tiler(packer, chunk_lengths(chunks, tiles=tiles))
        with noting(None if quiet else output or ""):
            tiler.pack(inputs, output, dry_run=dry_run, force=force)
        return
    raise typer.Exit(_pack_all(packer, inputs, output, dry_run=dry_run, force=force))


def _pack_all(
    packer: Any,  # noqa: ANN401 - Packer, imported late
    inputs: list[str],
    output: str | None,
    *,
    dry_run: bool,
    force: bool,
) -> int:
    sources = packer.sources(inputs)
    paths = [source.path for source in sources]
    check_once(paths)
    folder = output is not None and is_folder(Path(output), output)
    if output is not None and not folder:
        jobs = {Path(output): sources}
    else:
        check_named(paths)
        places = targets(paths, Path(output), output, ".png") if output else pictures_beside(paths)
        jobs = {place: [source] for place, source in zip(places, sources, strict=True)}
    if not dry_run:
        for place in jobs:
            check_free(place, force=force)
        if folder:
            Path(output or ".").mkdir(parents=True, exist_ok=True)

    def work(place: Path) -> None:
        with _tiles_would_do(packer):
            packed = packer.pack(jobs[place], place)
        if dry_run:
            packer.talk.data("\n".join(packer.plan_lines(place, packed)))
            return

        def write(temporary: Path) -> None:
            with temporary.open("wb") as stream:
                packed.encoded.write(stream)

        write_file(place, write, force=force)
        if place != STDOUT:
            packer.talk.note(f"{label(place)}: {packer.summary(packed.encoded)}")

    return each([*jobs], work, packer.talk, prints=dry_run, named=False)


@contextmanager
def _tiles_would_do(packer: Any) -> Iterator[None]:  # noqa: ANN401 - Packer, imported late
    """Name the way out where one picture cannot hold the data."""
    try:
        yield
    except EncodeError as problem:
        sized = {"cover", "scale"} & packer.options.keys()
        if problem.reason != Reason.CAPACITY_EXCEEDED or sized:
            raise
        detail = f"{problem.detail}; --tiles -o STORE.zarr splits an array into many pictures"
        raise EncodeError(problem.reason, detail) from problem
    except (FormatError, MemoryError) as problem:
        cause: BaseException | None = problem
        while cause is not None and not isinstance(cause, MemoryError):
            cause = cause.__cause__
        if cause is None:
            raise
        message = (
            "this machine has not enough memory for it; --tiles -o STORE.zarr takes a .npy file "
            "a part at a time"
        )
        raise FormatError(message) from problem
