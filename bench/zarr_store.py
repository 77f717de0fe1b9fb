"""Zarr stores of pictures against the same with zarr's own zstd; writes docs/zarr_figures.md.

    .venv/bin/python bench/zarr_store.py [--quick]

One process first, then a cluster of one and of two worker processes, each of them held to one
core. The cost of a terabyte follows from what was measured and from prices that stand in the page.
Takes about two minutes on two quiet cores. --quick checks that it runs, and prints only.
"""

import argparse
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
from data import field
from distributed import Client, LocalCluster

import zarr
from intaglio.zarr import shared_range, tiles

PAGE = Path(__file__).parent.parent / "docs" / "zarr_figures.md"
TILE = 1024
MB = 1e6
WORKER_BYTES_MAX = 2**30
ROUNDS = 3

# What the page reckons with; the reader's own prices go here.
STORAGE_PER_GB_MONTH = 0.023
PUT_PER_1000 = 0.005
GET_PER_1000 = 0.0004
EGRESS_PER_GB = 0.09
CORE_HOUR = 0.04


@dataclass(frozen=True)
class Measured:
    """Seconds to write and to read, and bytes stored."""

    write: float
    read: float
    stored: int


def rounded(side: int) -> np.ndarray[Any, Any]:
    """The field as whole numbers of 16 bits, as instruments give them."""
    return np.round(field(side) * 1000).astype(np.int16)


def noise(side: int) -> np.ndarray[Any, Any]:
    """Normal float32: nothing to win."""
    return np.random.default_rng(8).standard_normal((side, side), np.float32)


DATA: dict[str, Callable[[int], np.ndarray[Any, Any]]] = {
    "smooth float32 with noise of 1e-3": field,
    "the same, rounded to int16": rounded,
    "normal float32": noise,
}


def look_of(subject: str, array: np.ndarray[Any, Any]) -> dict[str, Any]:
    return tiles(**shared_range(array)) if subject == "pictures" else {}


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def alone(subject: str, array: np.ndarray[Any, Any], folder: Path) -> Measured:
    """One process, zarr's own threads."""
    shutil.rmtree(folder, ignore_errors=True)
    store = zarr.create_array(
        str(folder),
        shape=array.shape,
        dtype=array.dtype,
        chunks=(TILE, TILE),
        **look_of(subject, array),
    )
    start = time.perf_counter()
    store[:] = array
    written = time.perf_counter()
    back = zarr.open_array(str(folder), mode="r")[:]
    done = time.perf_counter()
    assert back.tobytes() == array.tobytes()
    return Measured(written - start, done - written, size_of(folder))


def pin(core: int) -> None:
    """Hold this process, all its threads, to one core."""
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def part(path: str, block_info: Any = None) -> np.ndarray[Any, Any]:
    rows, cols = block_info[None]["array-location"]
    return np.load(path, mmap_mode="r")[slice(*rows), slice(*cols)]


def total(block: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.frombuffer(block.tobytes(), np.uint8).sum(dtype=np.uint64).reshape(1, 1)


def together(subject: str, array: np.ndarray[Any, Any], source: str, folder: Path) -> Measured:
    """A cluster: each worker maps the source, cuts its tiles out of it, and writes them."""
    shutil.rmtree(folder, ignore_errors=True)
    chunks = tuple((TILE,) * (n // TILE) for n in array.shape)
    blocks = da.map_blocks(part, source, dtype=array.dtype, chunks=chunks, meta=array[:0, :0])
    look = look_of(subject, array)
    start = time.perf_counter()
    blocks.to_zarr(str(folder), **look)
    written = time.perf_counter()
    sums = da.from_zarr(str(folder)).map_blocks(total, dtype="u8", chunks=(1, 1)).compute()
    done = time.perf_counter()
    assert sums.sum() == np.frombuffer(array.tobytes(), np.uint8).sum(dtype=np.uint64)
    return Measured(written - start, done - written, size_of(folder))


def clustered(
    array: np.ndarray[Any, Any], folder: Path, rounds: int
) -> dict[tuple[str, int], Measured]:
    source = folder / "source.npy"
    np.save(source, array)
    found = {}
    cores = sorted(os.sched_getaffinity(0))[:2]
    for workers in (1, 2):
        options = {"n_workers": workers, "threads_per_worker": 1, "memory_limit": WORKER_BYTES_MAX}
        with LocalCluster(dashboard_address=None, **options) as cluster, Client(cluster) as client:
            for address, core in zip(client.scheduler_info()["workers"], cores, strict=False):
                client.run(pin, core, workers=[address])
            for subject in ("zstd", "pictures"):
                together(subject, array[:TILE, :TILE], str(source), folder / "warm")
                runs = [
                    together(subject, array, str(source), folder / "store") for _ in range(rounds)
                ]
                found[subject, workers] = middle(runs)
    return found


def middle(runs: list[Measured]) -> Measured:
    return Measured(
        statistics.median(run.write for run in runs),
        statistics.median(run.read for run in runs),
        runs[0].stored,
    )


def alone_table(side: int, rounds: int, folder: Path) -> str:
    rows = []
    for name, make in DATA.items():
        array = make(side)
        size = array.nbytes / MB
        found = {}
        for subject in ("zstd", "pictures"):
            alone(subject, array[:TILE, :TILE], folder / "warm")
            found[subject] = middle(
                [alone(subject, array, folder / "store") for _ in range(rounds)]
            )
        ours, theirs = found["pictures"], found["zstd"]
        speeds = [f"{size / m.write:.0f}, {size / m.read:.0f}" for m in (ours, theirs)]
        ratios = f"{ours.write / theirs.write:.1f}, {ours.read / theirs.read:.1f}"
        stored = f"{ours.stored / MB / size:.2f}, {theirs.stored / MB / size:.2f}"
        rows.append(f"| {name} | {size:.0f} | {speeds[0]} | {speeds[1]} | {ratios} | {stored} |")
    return "\n".join(rows)


def cluster_table(size: float, found: dict[tuple[str, int], Measured]) -> str:
    rows = []
    for subject in ("pictures", "zstd"):
        one, two = found[subject, 1], found[subject, 2]
        speeds = [f"{size / m.write:.0f}, {size / m.read:.0f}" for m in (one, two)]
        gains = f"{one.write / two.write:.2f}, {one.read / two.read:.2f}"
        rows.append(f"| {subject} | {speeds[0]} | {speeds[1]} | {gains} |")
    return "\n".join(rows)


def costs(raw: int, one: Measured) -> str:
    """What a terabyte of raw data costs, step by step; `one` is one core's work."""
    ratio = one.stored / raw
    stored = 1000 * ratio
    objects = 1e12 / (TILE * TILE * 4)
    writing, reading = (1e12 / raw * seconds / 3600 for seconds in (one.write, one.read))
    return f"""\
- Stored: 1000 GB x {ratio:.2f} = {stored:.0f} GB; x {STORAGE_PER_GB_MONTH} =
  **{stored * STORAGE_PER_GB_MONTH:.2f} a month**.
- Requests: 1e12 bytes / ({TILE} x {TILE} x 4) = {objects:,.0f} objects; to write each once
  x {PUT_PER_1000} / 1000 = **{objects * PUT_PER_1000 / 1000:.2f}**, to read each once
  x {GET_PER_1000} / 1000 = **{objects * GET_PER_1000 / 1000:.2f}**.
- Leaving the cloud once: {stored:.0f} GB x {EGRESS_PER_GB} = **{stored * EGRESS_PER_GB:.2f}**.
- Computing: to write {writing:.1f} core hours x {CORE_HOUR} = **{writing * CORE_HOUR:.2f}**,
  to read {reading:.1f} core hours x {CORE_HOUR} = **{reading * CORE_HOUR:.2f}**."""


def machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("zarr", "dask", "numpy"))
    return (
        f"{len(os.sched_getaffinity(0))} cores of {platform.machine()}, {platform.system()}, "
        f"Python {platform.python_version()}, {packages}"
    )


def page(side: int, side_together: int, rounds: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        table = alone_table(side, rounds, Path(name))
        array = field(side_together)
        found = clustered(array, Path(name), rounds)
    return f"""\
# Figures of stores of pictures

Written by `.venv/bin/python bench/zarr_store.py`; do not edit. Measured on {machine()}.
Medians of {rounds} rounds; local disk; arrays of {side}x{side}, in the cluster of
{side_together}x{side_together}; tiles of {TILE}x{TILE}, options as usual. Every round checks what
comes back: in one process all bytes, in the cluster their sum.

## One process

zstd is what `zarr.create_array` does if nothing is said.

Pairs are: write, read, in MB/s of raw data, and the time of pictures by that of zstd; and what is
stored by what there was, pictures and zstd.

| data | raw MB | pictures | zstd | time, pictures / zstd | stored / raw |
|---|---|---|---|---|---|
{table}

## A cluster

dask's `LocalCluster`: worker processes of one thread, each held to one core; the first data set.
The scheduler and the client share these cores.

| codec | 1 worker: write, read MB/s | 2 workers: write, read MB/s | gain: write, read |
|---|---|---|---|
{cluster_table(array.nbytes / MB, found)}

## The cost of a terabyte

A terabyte of raw data like the first data set, at one worker's speed above. Prices are
assumptions, in any currency: {STORAGE_PER_GB_MONTH} a GB and month, {PUT_PER_1000} for 1000
writing and {GET_PER_1000} for 1000 reading requests, {EGRESS_PER_GB} a GB that leaves,
{CORE_HOUR} a core and hour.

{costs(array.nbytes, found["pictures", 1])}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small, one round, print only")
    options = parser.parse_args()
    text = page(2048, 2048, 1) if options.quick else page(4096, 6144, ROUNDS)
    if options.quick:
        sys.stdout.write(text)
    else:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
