"""How long a reader takes over small files made to take long: python bench/worst.py [NAME ...].

Each is read by `ig.load_dict` in a process of its own, within the default limits. All of them
make a table, which goes to docs/worst.md; those of some NAMEs are only printed.
"""

import json
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from worst_files import FILES

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "worst.md"
PARTS: Final = ("isal", "numpy", "zstandard")
READER: Final = """
import io, json, resource, sys, time
import intaglio as ig
data = sys.stdin.buffer.read()
ig.loads_dict(ig.dumps([1]))  # everything is imported, and once used
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
try:
    ig.load_dict(io.BytesIO(data))
    verdict = "accepted"
except ig.DecodeError as problem:
    verdict = problem.reason.value
told = {"verdict": verdict, "seconds": time.process_time() - start}
told["grown"] = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base)
print(json.dumps(told))
"""
HEAD: Final = """# Small files that take long

Written by `python bench/worst.py`, which makes the files (`bench/worst_files.py`) and has each read
by `ig.load_dict`, with the compiled kernels and the default limits, in a process of its own. They
are made to take long: no writer writes such. Seconds are the processor's, of all threads together;
memory is what the process grows by, its arrays among it.

What is above 2 s is large: hundreds of megabytes of pixels, of body or of arrays out of a megabyte
of file. Its time goes with their number, and so with `Limits(pixels_max=..., output_bytes_max=...)`
or `INTAGLIO_PIXELS_MAX` and `INTAGLIO_OUTPUT_BYTES_MAX`: lower them where you serve strangers.

| file | bytes | verdict | seconds | a MB of file | memory |
|---|---|---|---|---|---|
"""


def read(data: bytes) -> dict[str, Any]:
    """What a process of its own says of a file."""
    done = subprocess.run(
        [sys.executable, "-c", READER], input=data, capture_output=True, check=False
    )
    assert not done.returncode, done.stderr.decode()
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def line(name: str) -> str:
    """A file's line of the table; those that are far below a megabyte cannot be larger."""
    data = FILES[name]()
    told = read(data)
    seconds, size = told["seconds"], len(data)
    each = f"{1e6 * seconds / size:.1f}" if size > 5 * 10**5 else ""
    memory = f"{told['grown'] / 2**20:,.0f} MiB"
    return f"| {name} | {size:,} | {told['verdict']} | {seconds:.2f} | {each} | {memory} |"


def main() -> None:
    lines = []
    for name in sys.argv[1:] or FILES:
        lines.append(line(name))
        print(lines[-1], flush=True)
    if not sys.argv[1:]:
        parts = ", ".join(f"{part} {version(part)}" for part in PARTS)
        foot = f"\nPython {platform.python_version()}, {platform.machine()}, {parts}.\n"
        PAGE.write_text(HEAD + "\n".join(lines) + "\n" + foot, "utf-8")


if __name__ == "__main__":
    main()
