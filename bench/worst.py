"""How long a reader takes over small files made to take long: python bench/worst.py [NAME ...].

Each is read in a process of its own, within the default limits, by `ig.load_dict` if `CALLS` names
no other call. All of them make a table, which goes to docs/worst.md; those of some NAMEs are only
printed.
"""

import json
import os
import platform
import subprocess
import sys
import textwrap
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import worst_files
from worst_records import RECORDS

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "worst.md"
PARTS: Final = ("isal", "matplotlib", "numpy", "pandas", "xarray", "zstandard")
CALLS: Final = {**worst_files.CALLS, **{name: call for name, (call, _) in RECORDS.items()}}
FILES: Final = {**worst_files.FILES, **{name: make for name, (_, make) in RECORDS.items()}}
READER: Final = """
import io, json, sys, tempfile, time, warnings
from pathlib import Path
from memory import forget_peak, peak_bytes
import intaglio as ig
from intaglio.cli import run

def unpack(file):
    with tempfile.TemporaryDirectory() as folder:
        (path := Path(folder, "m.png")).write_bytes(file.read())
        code = run.run(["unpack", str(path), "-o", f"{folder}/m.npz", "--quiet"])
        assert code == 0

def figure():
    from matplotlib.figure import Figure

    fig = Figure()
    fig.subplots().plot([1, 2])
    ig.savefig(out := io.BytesIO(), fig=fig)
    return out

def frame():
    import pandas, intaglio.pandas

    pandas.DataFrame({"a": [1]}).intaglio.save(out := io.BytesIO())
    return out

def dataset():
    import xarray, intaglio.xarray

    xarray.Dataset({"a": ("x", [1])}).intaglio.save(out := io.BytesIO())
    return out

small = {"load_figure": figure, "replot": figure, "pandas.load": frame, "xarray.load": dataset}
calls = {
    "load_figure": ig.load_figure,
    "replot": lambda file: ig.load_figure(file).replot(),
    "pandas.load": lambda file: ig.pandas.load(file),
    "xarray.load": lambda file: ig.xarray.load(file),
    "load_dict": ig.load_dict,
    "load_dict, 4 GiB allowed": lambda file: ig.load_dict(
        file, limits=ig.Limits(output_bytes_max=2**32)
    ),
    "diff with itself": lambda file: ig.diff(file, io.BytesIO(file.getvalue())),
    "strip": lambda file: ig.strip(file, io.BytesIO()),
    "recolor": lambda file: ig.recolor(file, io.BytesIO()),
    "unpack to .npz": unpack,
}
call = calls[sys.argv[1]]
data = sys.stdin.buffer.read()
warnings.simplefilter("ignore")
first = small.get(sys.argv[1], lambda: io.BytesIO(ig.dumps([1])))()
first.seek(0)
call(first)  # everything is imported, and once used
base = forget_peak()
start = time.process_time()
try:
    call(io.BytesIO(data))
    verdict = "accepted"
except ig.DecodeError as problem:
    verdict = problem.reason.value
told = {"verdict": verdict, "seconds": time.process_time() - start}
told["grown"] = peak_bytes() - base
print(json.dumps(told))
"""
HEAD: Final = """# Small files that take long

Written by `python bench/worst.py`, which makes the files (`bench/worst_files.py`) and reads each
with the call that the table names, with the compiled kernels and the default limits, in a separate
process. The files are made to take long; no writer makes such files. Seconds are CPU time of all
threads together. Memory is the growth of the process, arrays included.

The aim is at most 1 s for a file under 1 MB that is refused or holds under 64 MB. These take
longer:

- Pictures of 2^26 to 2^28 pixels, and bodies or arrays of hundreds of megabytes. The time grows
  with their number. On a server that reads untrusted files, lower
  `Limits(pixels_max=..., output_bytes_max=...)`, or `INTAGLIO_PIXELS_MAX` and
  `INTAGLIO_OUTPUT_BYTES_MAX`.
- A picture of up to 2^26 pixels that carries nothing: all its pixels are examined to find the cause
  that the error names.
- Tens of thousands of arrays. Each is a Python object with a CRC-32 and a SHA-256: about 20 us
  each. `diff`, `unpack` and `recolor` take longer for each.
- `replot`. matplotlib takes 50 ms for an axes, 2 ms for a tick or an entry of a legend, 8 ms for an
  arrow, 0.5 ms for a line of text and for a character of mathematics. The limits in docs/figures.md
  bound each of them, so that each takes at most about 15 s; together they add up. `load_figure`
  draws nothing.
- 100,000 empty arrays in attributes, which fill the 4 MiB of metadata: about 10 us each.

| file | call | bytes | verdict | seconds | a MB of file | memory |
|---|---|---|---|---|---|---|
"""


def read(data: bytes, call: str) -> dict[str, Any]:
    """What a process of its own says of a file."""
    done = subprocess.run(
        [sys.executable, "-c", READER, call],
        input=data,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent)},
    )
    assert not done.returncode, done.stderr.decode()
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def line(name: str) -> str:
    """A file's line of the table; those that are far below a megabyte cannot be larger."""
    data = FILES[name]()
    call = CALLS.get(name, "load_dict")
    told = read(data, call)
    seconds, size = told["seconds"], len(data)
    each = f"{1e6 * seconds / size:.1f}" if size > 5 * 10**5 else ""
    memory = f"{told['grown'] / 2**20:,.0f} MiB"
    return f"| {name} | {call} | {size:,} | {told['verdict']} | {seconds:.2f} | {each} | {memory} |"


def main() -> None:
    lines = []
    for name in sys.argv[1:] or FILES:
        lines.append(line(name))
        print(lines[-1], flush=True)
    if not sys.argv[1:]:
        parts = ", ".join(f"{part} {version(part)}" for part in PARTS)
        foot = f"Python {platform.python_version()}, {platform.machine()}, {parts}."
        foot = f"\n{textwrap.fill(foot, 100)}\n"
        PAGE.write_text(HEAD + "\n".join(lines) + "\n" + foot, "utf-8")


if __name__ == "__main__":
    main()
