"""One subject, one array, one process: python bench/child.py SUBJECT FOLDER write|read.

FOLDER holds array.npy, payload.bin and, for read, what write left there. Prints
one line of JSON: the median time in milliseconds, bytes of the files, the most
memory beyond the array in bytes, PSNR in dB over the pixels that carry data
(null: no stego).
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from memory import forget_peak, peak_bytes
from subjects import SUBJECTS, Subject, Task, cover_path, make_cover

SECONDS = 0.4  # small tasks are repeated for so long
REPEATS_MAX = 9


def timed(work: Callable[[Task], Any], task: Task) -> float:
    """The median of a few runs, in milliseconds."""
    times: list[float] = []
    while not times or (sum(times) < SECONDS and len(times) < REPEATS_MAX):
        start = time.perf_counter()
        work(task)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def warmed(subject: Subject, task: Task) -> None:
    """Once over something small: imports and tables are nobody's merit."""
    folder = task.folder / "small"
    folder.mkdir(exist_ok=True)
    small = replace(task, array=task.array[:40, :40].copy(), folder=folder, payload=b"x" * 900)
    if subject.depth:
        make_cover(small, subject.depth)
    subject.write(small)
    subject.read(small)


def pixels(path: Path) -> np.ndarray[Any, np.dtype[np.uint8]]:
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).reshape(-1, 3)


def psnr(subject: Subject, task: Task) -> float | None:
    """RGB, over the pixels that carry data, against the picture without data."""
    if subject.depth:
        plain = pixels(cover_path(task))
        count, first = len(task.payload) * 8 // (3 * subject.depth), 0
    elif subject.group == "Intaglio":
        from intaglio._format.registry import PROLOGUE_BYTES, pixels_for
        from intaglio._packing.encoder import encode
        from intaglio._packing.job import make_job

        encoded = encode({"data": task.array}, make_job(subject.options(task.array), 100))
        plain = np.concatenate([b.reshape(-1, 3) for b in encoded.picture.bands(64)])
        first = PROLOGUE_BYTES
        count = pixels_for(encoded.body.length, encoded.job.depths) - first
    else:
        return None
    difference = pixels(task.png)[first:count].astype(float) - plain[first:count]
    return float(10 * np.log10(255**2 / max((difference**2).mean(), 1e-9)))


def writing(subject: Subject, task: Task) -> dict[str, Any]:
    held = forget_peak()
    write = timed(subject.write, task)
    peak = peak_bytes() - held
    size = sum(path.stat().st_size for path in subject.files(task))
    return {"write": write, "write_peak": peak, "bytes": size, "psnr": psnr(subject, task)}


def reading(subject: Subject, task: Task) -> dict[str, Any]:
    held = forget_peak()
    back = subject.read(task)
    peak = peak_bytes() - held - (len(back) if subject.depth else back.nbytes)
    given = back if subject.depth else np.ascontiguousarray(back).tobytes()
    exact = given == (task.payload if subject.depth else task.array.tobytes())
    del back, given
    return {"read": timed(subject.read, task), "read_peak": max(0, peak), "exact": exact}


def main() -> None:
    name, folder, verb = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    subject = SUBJECTS[name]
    array = np.load(folder / "array.npy")
    task = Task(array, folder, (folder / "payload.bin").read_bytes())
    warmed(subject, task)
    if subject.depth and verb == "write":
        make_cover(task, subject.depth)
    row = writing(subject, task) if verb == "write" else reading(subject, task)
    print(json.dumps(row))


if __name__ == "__main__":
    main()
