"""pack: write arrays from files into a picture."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from intaglio.cli.arguments import (
    FORCE,
    QUIET,
    Argument,
    Verb,
    flag,
    given_options,
    output,
    picture_options,
)
from intaglio.cli.console import Talk, each, label, noting
from intaglio.cli.exit_codes import OK
from intaglio.cli.files import (
    STDOUT,
    check_free,
    is_folder,
    pictures_beside,
    targets,
    write_file,
)
from intaglio.cli.input import check_named, check_once
from intaglio.errors import EncodeError, FormatError, Reason


def pack(given: SimpleNamespace) -> int:
    """Store arrays in a picture."""
    from intaglio.cli.packing import Packer, json_option, text_options

    packer = Packer(
        options=given_options(given),
        metadata=json_option("metadata", given.metadata),
        attrs=json_option("attrs", given.attrs),
        text=text_options(given.dtype, given.delimiter, given.decimal),
        skip=given.skip,
        indices=given.indices,
        talk=Talk(given.quiet),
    )
    if given.tiles or given.chunks is not None:
        from intaglio.cli.tiling import Tiler, chunk_lengths

        tiler = Tiler(packer, chunk_lengths(given.chunks, tiles=given.tiles))
        with noting(None if given.quiet else given.output or ""):
            tiler.pack(given.inputs, given.output, dry_run=given.dry_run, force=given.force)
        return OK
    return _pack_all(packer, given.inputs, given.output, dry_run=given.dry_run, force=given.force)


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
    """Add a hint to use --tiles if one picture cannot hold the data."""
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


def _text_option(name: str, metavar: str, text: str, *values: str) -> Argument:
    return Argument(name, text, (f"--{name}",), metavar, "Input", values=lambda: values)


VERB = Verb(
    "pack",
    pack,
    "Store arrays in a picture.",
    'A single array without a name is stored as "data"; of several files each array has its '
    "file's name. Metadata and attributes of .h5, .nc and .safetensors come along. A folder is "
    "all its files of data.",
    (
        "intaglio pack m.npy -o m.png --cmap rainbow",
        "intaglio pack x=m.npy w=table.csv -o both.png --metadata '{\"run\": 7}'",
        "intaglio pack run.h5:/group -o run.png --dry-run",
        "intaglio pack m.npy -o covered.png --cover photo.jpg --enlarge",
        "intaglio pack m.npy table.csv -o pictures/",
        "intaglio pack m.npy --tiles -o m.zarr",
    ),
    (
        Argument(
            "inputs",
            "Files: .npy .npz .csv .tsv .txt .h5[:/path] .tif .safetensors .nc, or pictures "
            "(.png .jpg .gif .bmp .webp .ppm) as arrays of their samples. NAME=FILE names the "
            "array; - is standard input, .npy or .npz.",
            metavar="IN...",
            required=True,
            many=True,
            files=True,
        ),
        *picture_options("Look", "Size", "Input"),
        _text_option("dtype", "DTYPE", "Of text files, if not inferred: float32."),
        _text_option(
            "delimiter",
            "C",
            "Of text files: what divides cells, such as ';', tab, space.",
            "tab",
            "space",
        ),
        _text_option("decimal", ".|,", "Of text files: the decimal sign.", ".", ","),
        flag("skip", "Leave out what cannot be carried, such as text, and say so.", group="Input"),
        flag(
            "indices",
            "Of pictures with a palette: store the indices, and the palette in attrs.",
            group="Input",
        ),
        output(
            "out.png|DIR/",
            "One picture for all, or a folder: one picture a file; - is standard output. If "
            "not given, m.npy becomes m.ig.png beside it.",
        ),
        flag("tiles", "Split one large array into a Zarr store of pictures: -o DIR."),
        Argument("chunks", "Of --tiles: elements of a tile along each axis.", ("--chunks",), "N,N"),
        flag("dry_run", "Say what would be written, and write nothing.", "-n"),
        FORCE,
        QUIET,
    ),
)
