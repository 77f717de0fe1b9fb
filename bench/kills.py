"""Whether a writer that is killed leaves a whole file: python bench/kills.py [KILLS].

A process saves two files under one name in turn, without end, and gets SIGKILL at
a random moment; then the name must hold one of the two, byte for byte. This is
done KILLS times (500, if not said). What may be left beside it is at most one
hidden file a kill, `.intaglio-*.tmp`. Unix only.
"""

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import NoReturn

import numpy as np

import intaglio as ig

KILLS = 500
SEED = 20261122


def _arrays() -> tuple[np.ndarray, np.ndarray]:
    """Two that differ in size, so that half of one over the other would show."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(40, 60)), rng.normal(size=(120, 100)).astype(np.float32)


def _write_until_killed(path: Path) -> NoReturn:
    small, large = _arrays()
    while True:
        ig.save(path, small)
        ig.save(path, large)


def run(folder: Path, kills: int) -> tuple[int, int]:
    """Kill so many writers; how many were in the midst of writing, how often the file changed."""
    path = folder / "m.png"
    whole = [ig.dumps(array) for array in _arrays()]
    path.write_bytes(whole[0])
    ig.save(path, _arrays()[1])  # with what it imports
    began = time.perf_counter()
    ig.save(path, _arrays()[1])
    longest = 3 * (time.perf_counter() - began)
    rng = random.Random(SEED)
    last, litter, changes = path.read_bytes(), 0, 0
    for _ in range(kills):
        child = os.fork()
        if not child:
            _write_until_killed(path)
        time.sleep(rng.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = path.read_bytes()
        assert found in whole, "the file is neither the old one nor the new one"
        changes += found != last
        last = found
        left = [p for p in folder.iterdir() if p != path]
        assert len(left) <= 1, left
        assert all(p.match(".intaglio-*.tmp") for p in left), left
        for p in left:
            p.unlink()
        litter += len(left)
    ig.verify(path)
    return litter, changes


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    with tempfile.TemporaryDirectory() as folder:
        litter, changes = run(Path(folder), kills)
    print(
        f"{kills} writers killed, {litter} in the midst of writing: the file was always whole, "
        f"and another than before {changes} times"
    )


if __name__ == "__main__":
    main()
