"""A cluster of processes writes and reads a store of pictures larger than a worker's memory."""

import hashlib
import os
import signal
import time

import dask.array as da
import numpy as np
import pytest
from distributed import Client, LocalCluster, wait

from intaglio.zarr import tiles

SIDE, TILE = 14, 512
TILES = SIDE * SIDE
SHAPE, CHUNKS = (SIDE, SIDE * TILE, TILE), (1, TILE, TILE)  # 2 MiB a tile
WORKER_BYTES_MAX = 384 * 2**20
LOOK = {"vmin": -1, "vmax": 1, "profile": "raw"}  # the cheapest picture: it is not what is tested

pytestmark = [
    pytest.mark.tools,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # distributed's own, when a worker dies
]


def tile(number):
    """What tile `number` holds: float64 that does not compress, with NaN payloads."""
    words = np.random.Generator(np.random.Philox(key=number)).integers(0, 2**64, TILE**2, np.uint64)
    words &= np.uint64(0xFFFF_0FFF_FFFF_0000)
    return words.view("f8").reshape(CHUNKS)


def made(block_info=None):
    """One block of the array, in a worker."""
    time.sleep(0.02)
    place = block_info[None]["chunk-location"]
    return tile(place[0] * SIDE + place[1])


def digest(block, block_info=None):
    """The SHA-256 of one block, in a worker."""
    found = np.frombuffer(hashlib.sha256(block.tobytes()).digest(), np.uint8)
    return found.reshape(1, 1, 32)


def test_a_store_survives_the_death_of_a_worker_with_every_byte(tmp_path):
    path = str(tmp_path / "big.zarr")
    array = da.map_blocks(
        made,
        dtype="f8",
        chunks=tuple((c,) * (n // c) for n, c in zip(SHAPE, CHUNKS, strict=True)),
        meta=np.empty((0, 0, 0)),
    )
    assert array.shape == SHAPE
    assert array.nbytes > WORKER_BYTES_MAX
    options = {"n_workers": 2, "threads_per_worker": 1, "memory_limit": WORKER_BYTES_MAX}
    with (
        LocalCluster(processes=True, dashboard_address=None, **options) as cluster,
        Client(cluster) as client,
    ):
        pids = client.run(os.getpid)
        assert len({*pids.values(), os.getpid()}) == 3
        writing = client.compute(array.to_zarr(path, compute=False, **tiles(**LOOK)))
        stored = tmp_path / "big.zarr/c"
        until = time.monotonic() + 300
        while len([*stored.rglob("*.png")]) < 40:
            assert time.monotonic() < until
            time.sleep(0.05)
        os.kill(min(pids.values()), signal.SIGKILL)
        assert len([*stored.rglob("*.png")]) < TILES  # in the middle of it
        wait(writing, timeout=600)
        assert writing.status == "finished"
        client.wait_for_workers(2, timeout=300)
        assert len({*client.run(os.getpid).values()} - {*pids.values()}) == 1
        assert len([*stored.rglob("*.png")]) == TILES

        back = da.from_zarr(path)
        digests = back.map_blocks(digest, dtype="u1", chunks=(1, 1, 32)).compute()
    expected = [hashlib.sha256(tile(number).tobytes()).digest() for number in range(TILES)]
    assert [row.tobytes() for row in digests.reshape(TILES, 32)] == expected
