"""Whether a writer that is killed leaves a whole file: python bench/kills.py [KILLS].

A process writes two files, or folders, under one name in turn, without end, and gets
SIGKILL at a random moment; then the name must hold one of the two, byte for byte. This is
done KILLS times (500, if not said) with `ig.save`, and as often with the command's verbs
together. What may be left beside it is at most one hidden file or folder a kill,
`.intaglio-*.tmp` and the suffix. Unix only.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

import numpy as np
from PIL import Image

import intaglio as ig
from intaglio.cli.run import run as command

KILLS: Final = 500
SEED: Final = 20261122
FORMATS: Final = ("npy", "npz", "csv", "tsv", "txt", "h5", "tif", "safetensors", "nc")

Whole = bytes | dict[str, bytes]


class Writer(NamedTuple):
    """What writes `place` from the first or the second of two sources, and gives an exit code."""

    place: Path
    write: Callable[[int], int]


def _arrays() -> tuple[np.ndarray, np.ndarray]:
    """Two that differ in size, so that half of one over the other would show."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(40, 60)), rng.normal(size=(120, 100)).astype(np.float32)


def saver(folder: Path) -> dict[str, Writer]:
    """The library's writer."""
    place = folder / "m.png"

    def write(number: int) -> int:
        ig.save(place, _arrays()[number])
        return 0

    return {"save": Writer(place, write)}


def commands(folder: Path) -> dict[str, Writer]:
    """Each verb of the command that writes, in each format, with sources of its own."""
    sources = folder / "sources"
    sources.mkdir()
    for number, array in enumerate(_arrays()):
        np.save(sources / f"{number}.npy", array)
        ig.save(sources / f"{number}.png", array)
        turned = Image.open(sources / f"{number}.png").transpose(Image.Transpose.ROTATE_90)
        turned.save(sources / f"{number}.turned.png")
        tiles = ("--tiles", "--chunks", "32,32", "-o", f"{sources / str(number)}.zarr")
        assert command(["pack", f"{sources / str(number)}.npy", *tiles, "--quiet"]) == 0

    def writer(name: str, verb: str, suffix: str, *options: str) -> Writer:
        place = folder / name

        def write(number: int) -> int:
            words = [verb, f"{sources / str(number)}{suffix}", *options]
            return command([*words, "-o", str(place), "--force", "--quiet"])

        return Writer(place, write)

    return {
        "pack": writer("pack.png", "pack", ".npy"),
        "pack --tiles": writer("tiles.zarr", "pack", ".npy", "--tiles", "--chunks", "32,32"),
        "tiles": writer("tiles.png", "tiles", ".zarr"),
        "unpack a store": writer("store.npy", "unpack", ".zarr"),
        "strip": writer("strip.png", "strip", ".png"),
        "recolor": writer("recolor.png", "recolor", ".png", "--cmap", "magma"),
        "restore": writer("restore.png", "restore", ".turned.png"),
        **{f"unpack .{f}": writer(f"unpack.{f}", "unpack", ".png") for f in FORMATS},
    }


def content(place: Path) -> Whole:
    """The bytes of a file, or of all the files in a folder."""
    if place.is_file():
        return place.read_bytes()
    files = sorted(path for path in place.rglob("*") if path.is_file())
    assert files, f"{place} is not there, or empty"
    return {str(path.relative_to(place)): path.read_bytes() for path in files}


def _write_until_killed(writer: Writer) -> NoReturn:
    while True:
        writer.write(0)
        writer.write(1)


def kill(folder: Path, writers: dict[str, Writer], kills: int) -> tuple[int, int]:
    """Kill so many writers; how many were in the midst of writing, how often a file changed."""
    whole: dict[str, list[Whole]] = {}
    longest = {}
    for name, writer in writers.items():
        whole[name] = []
        for number in (0, 1):
            assert writer.write(number) == 0, name  # with what it imports
            whole[name].append(content(writer.place))
        began = time.perf_counter()
        writer.write(1)
        longest[name] = 3 * (time.perf_counter() - began)
    rng = random.Random(SEED)
    names = [*writers]
    last: dict[str, Whole] = {name: whole[name][1] for name in names}
    litter = changes = 0
    known = set(folder.iterdir())
    for count in range(kills):
        name = names[count % len(names)]
        child = os.fork()
        if not child:
            _write_until_killed(writers[name])
        time.sleep(rng.uniform(0, longest[name]))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = content(writers[name].place)
        assert found in whole[name], f"{name}: neither the old nor the new one is there"
        changes += found != last[name]
        last[name] = found
        left = set(folder.iterdir()) - known
        assert len(left) <= 1, left
        assert all(path.match(".intaglio-*.tmp*") for path in left), left
        for path in left:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        litter += len(left)
    return litter, changes


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    for what, made in (("ig.save", saver), ("the command's writers", commands)):
        with tempfile.TemporaryDirectory() as text:
            folder = Path(text)
            litter, changes = kill(folder, made(folder), kills)
        print(
            f"{what}: {kills} writers killed, {litter} in the midst of writing: what they write "
            f"was always whole, and another than before {changes} times"
        )


if __name__ == "__main__":
    main()
