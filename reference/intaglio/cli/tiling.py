"""Tiling: arrays too large for one picture, to and from stores of pictures, and their overview."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from errno import ENOSPC
from importlib import import_module
from math import prod
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from intaglio._convert.base import partner
from intaglio._convert.npy import open_map
from intaglio._escape import counted, escaped
from intaglio._format.elements import Array, element_type_of
from intaglio.cli.console import Talk, label, progress
from intaglio.cli.exit_codes import ExistsError, UsageError
from intaglio.cli.files import STDOUT, check_free, is_folder, write_file, write_folder
from intaglio.cli.packing import Packer, Source
from intaglio.errors import EncodeError, FormatError, need
from intaglio.limits import Limits

if TYPE_CHECKING:
    from intaglio.zarr._stores import TileStore

_LOOKS = ("cmap", "vmin", "vmax", "norm", "profile", "level")  # what a store's tiles have

_UNREADABLE = "not a readable Zarr store"


def module(name: str) -> ModuleType:
    """A module of `intaglio.zarr`; MissingExtraError where Zarr is not installed."""
    need("zarr", "zarr")
    return import_module(f"intaglio.zarr.{name}")


def is_store(path: Path) -> bool:
    """Whether a Zarr store is at `path`, by its metadata's name."""
    return (path / "zarr.json").is_file()


@dataclass(frozen=True, slots=True)
class Tiler:
    """`pack --tiles`: one array into a store of pictures. chunks: None for the default."""

    packer: Packer
    chunks: tuple[int, ...] | None

    def pack(self, inputs: list[str], output: str | None, *, dry_run: bool, force: bool) -> None:
        """Split the one array that `inputs` name."""
        place, talk = _store_place(output or ("out.zarr" if dry_run else None)), self.packer.talk
        self._check_options()
        if len(inputs) != 1:
            message = f"--tiles makes a store of one array, not of {len(inputs)} files"
            raise UsageError(message)
        source = self.packer.source(inputs[0])
        array, attributes = self._array(source)
        element_type_of(np.empty(0, array.dtype))
        regions = module("_regions")
        chunks = self.chunks or regions.default_chunks(array.shape, array.dtype.itemsize)
        if len(chunks) != array.ndim:
            axes = "1 axis" if array.ndim == 1 else f"{array.ndim} axes"
            given = counted(len(chunks), "length")
            message = f"--chunks gives {given}, and the array has {axes}: give a length for each"
            raise UsageError(message)
        total = regions.count(array.shape, chunks)
        words = f"{total:,} pictures of {'x'.join(map(str, chunks)) or 1} elements"
        if dry_run:
            talk.data(f"{escaped(str(place))}: {words}")
            return
        _check_store_free(place, force=force)
        picture = module("_codec").Picture(**self._look(array, chunks, total))

        def write(folder: Path) -> None:
            with progress(talk, f"packing {label(source.path)}", total) as advance:
                tick = _counted(advance, chunks)
                module("_convert").split(array, folder, picture, chunks, attributes, tick)

        write_folder(place, write, lambda: _check_store_free(place, force=force))
        talk.note(f"{label(place)}: {words}")

    def _check_options(self) -> None:
        other = sorted(self.packer.options.keys() - set(_LOOKS))
        if self.packer.attrs:
            other.append("attrs")
        if other:
            message = f"--{other[0].replace('_', '-')} does not go with --tiles"
            raise UsageError(message)

    def _array(self, source: Source) -> tuple[Array, dict[str, Any]]:
        """The array, of a .npy file as a map of it, and what is known of it."""
        if source.path.suffix.lower() == ".npy" and source.path.is_file():
            with partner(str(source.path)):
                return open_map(source.path), self.packer.metadata
        content = self.packer.read(source)
        if len(content.arrays) != 1:
            message = f"--tiles makes a store of one array, {source.path} has {len(content.arrays)}"
            raise UsageError(message)
        ((name, array),) = content.arrays.items()
        known = content.metadata | content.attrs.get(name, {})
        return array, known | self.packer.metadata

    def _look(self, array: Array, chunks: tuple[int, ...], total: int) -> dict[str, Any]:
        """How all tiles look; vmin and vmax from one pass over the values, if not given."""
        look = self.packer.options
        if {"vmin", "vmax"} <= look.keys():
            return look
        with progress(self.packer.talk, "finding the range of the values", total) as advance:
            return {
                **module("_regions").shared_range(array, chunks, _counted(advance, chunks)),
                **look,
            }


def chunk_lengths(text: str | None, *, tiles: bool) -> tuple[int, ...] | None:
    """What --chunks says: one length an axis."""
    if text is None:
        return None
    if not tiles:
        message = "--chunks is for --tiles"
        raise UsageError(message)
    words = [word.strip() for word in text.split(",")]
    if not all(re.fullmatch(r"0*[1-9][0-9]{0,17}", word) for word in words):
        message = f"--chunks takes whole numbers above 0, such as 512,512, not {text[:40]!a}"
        raise UsageError(message)
    return tuple(map(int, words))


def _store_place(output: str | None) -> Path:
    if output is None or Path(output) == STDOUT or Path(output).suffix.lower() == ".png":
        message = "--tiles writes a folder: -o STORE.zarr"
        raise UsageError(message)
    return Path(output)


def _counted(
    advance: Callable[[int], None], chunks: tuple[int, ...]
) -> Callable[[tuple[slice, ...]], None]:
    """Advance by the number of chunks in a region that is done."""

    def tick(region: tuple[slice, ...]) -> None:
        shape = [part.stop - part.start for part in region]
        advance(prod(-(-n // chunk) for n, chunk in zip(shape, chunks, strict=True)))

    return tick


def unpack_store(
    path: Path, output: str, form: str | None, talk: Talk, limits: Limits, *, force: bool
) -> None:
    """Join the store at `path` to one .npy file."""
    place = Path(output)
    if is_folder(place, output):
        place /= f"{path.stem}.npy"
    if form not in (None, "npy") or place == STDOUT or place.suffix.lower() != ".npy":
        message = "a store is joined to a .npy file: -o FILE.npy, or -o DIR/"
        raise UsageError(message)
    check_free(place, force=force)
    store = open_store(str(path))
    needed = prod(store.array.shape) * store.array.dtype.itemsize
    module("_folders").check_needed(path, needed, limits)
    place.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(place.parent).free
    if needed > free:
        what = f"it takes {needed:,} bytes, {free:,} are free"
        raise OSError(ENOSPC, what, str(place))
    total = prod(store.grid)
    with progress(talk, f"joining {label(path)}", total) as advance:

        def write(temporary: Path) -> None:
            with partner(_UNREADABLE):
                module("_convert").join(store, temporary, advance, limits)

        write_file(place, write, force=force)
    if store.array.attrs:
        talk.note(".npy holds no metadata: the attributes are in the store's zarr.json")
    talk.note(f"wrote {label(place)}")


def overview(
    text: str,
    place: Path,
    axes: tuple[int, int] | None,
    at: dict[int, int],
    side: int | None,
    talk: Talk,
    limits: Limits,
    *,
    force: bool,
) -> None:
    """Write the picture of the store named `text`."""
    store = open_store(text)
    with partner(_UNREADABLE):
        sheet = module("_sheet").plan_sheet(store, axes, at, side)
    with progress(talk, f"looking at {escaped(text)}", sheet.count) as advance:

        def write(temporary: Path) -> None:
            with temporary.open("wb") as out, partner(_UNREADABLE):
                module("_overview").write_overview(store, sheet, out, lambda: advance(1), limits)

        write_file(place, write, force=force)
    if store.picture.vmin is None or store.picture.vmax is None:
        talk.note(
            "the store has no vmin and vmax: every tile has its own, so that colours cannot be "
            "compared between tiles"
        )
    if not sheet.is_map:
        talk.note(
            "the tiles show other axes, or plots, or strips of something long: the overview "
            "is no map"
        )
    if place != STDOUT:
        size = f"{sheet.lefts[-1]}x{sheet.tops[-1]}"
        talk.note(f"{label(place)}: {size} pixels show {sheet.count:,} pictures")


def open_store(text: str) -> "TileStore":
    """The store named `text`; OSError if nothing is there, FormatError if it holds no pictures."""
    stores = module("_stores")
    try:
        with partner(_UNREADABLE):
            store: TileStore = stores.open_tiles(text)
            return store
    except EncodeError as problem:  # of the codec's options, which are the file's here
        message = f"{_UNREADABLE}: {problem.detail}"
        raise FormatError(message) from problem


def _check_store_free(place: Path, *, force: bool) -> None:
    """Refuse a place that is taken; --force replaces stores, and nothing else."""
    if place.exists() and not (force and is_store(place)):
        if force:
            message = f"{place} is no Zarr store: --force does not replace it"
            raise UsageError(message)
        raise ExistsError(place)
