"""`intaglio pack` of files that were changed by structure, in a child with little memory.

    python -m fuzz.packed --count 300            mutants 0 to 299 of each kind
    python -m fuzz.packed --seconds 60           as many as that takes, from a number of its own
    python -m fuzz.packed --show h5 4711         one mutant, in this process

What must hold of each: an exit code that the command documents, never 70, no traceback, no death,
no hang. A finding is written to fuzz/state as packed-<kind>-<number>.<suffix>.
"""

import argparse
import io
import os
import resource
import select
import subprocess
import sys
import time
import traceback
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fuzz import ROOT
from fuzz.files import KINDS, SUFFIXES, mutant
from fuzz.run import STATE

MEMORY_BYTES_MAX: Final = 3 << 30  # of addresses, most of which libraries only reserve
OUTPUT_BYTES_MAX: Final = 1 << 26
HANG_SECONDS: Final = 90
CODES: Final = frozenset({0, 65, 66, 69})  # read, refused, not opened, a library that is missing
_BATCH: Final = 10_000


def judged(kind: str, number: int, folder: Path) -> tuple[int, str]:
    """The exit code of packing a mutant, and what is wrong with that; empty if nothing is."""
    from intaglio.cli.run import run

    path = folder / f"mutant.{SUFFIXES.get(kind, kind)}"
    path.write_bytes(mutant(kind, number))
    said = io.StringIO()
    try:
        with redirect_stderr(said), redirect_stdout(said):
            code = run(["pack", str(path), "-o", str(folder / "out.png"), "--force", "--skip"])
    except BaseException:  # whatever leaves the command is what is looked for
        return -1, traceback.format_exc().strip().splitlines()[-1]
    text = said.getvalue()
    if code not in CODES:
        return code, text.strip()[-300:] or "nothing said"
    if "Traceback (most recent call last)" in text:
        return code, text.strip()[-300:]
    return code, "" if code == 0 or text.strip() else "refused without a message"


def child(kind: str, first: int, count: int) -> None:
    """Judge mutants one by one; a line before each, and one behind."""
    os.environ["INTAGLIO_OUTPUT_BYTES_MAX"] = str(OUTPUT_BYTES_MAX)
    out = os.fdopen(os.dup(1), "w", buffering=1)
    with TemporaryDirectory() as folder:
        judged(kind, first, Path(folder))  # libraries are imported before addresses are counted
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
        for number in range(first, first + count):
            out.write(f"{number}\n")
            code, wrong = judged(kind, number, Path(folder))
            out.write(f"{number} {code} {wrong!a}\n")


def run(kind: str, first: int, count: int, until: float) -> tuple[int, Counter[int], list[str]]:
    """Judge mutants in children; how many, their exit codes, and what was found."""
    codes: Counter[int] = Counter()
    found: list[str] = []
    number, end = first, first + count
    while number < end and time.monotonic() < until:
        words = ["-m", "fuzz.packed", "--child", kind, str(number), str(end - number)]
        with subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            number, wrong = _watched(process, number, end, codes, until)
        for at, what in wrong:
            found.append(f"{kind} {at}: {what}")
            STATE.mkdir(exist_ok=True)
            suffix = SUFFIXES.get(kind, kind)
            (STATE / f"packed-{kind}-{at}.{suffix}").write_bytes(mutant(kind, at))
    return number - first, codes, found


def _watched(
    process: "subprocess.Popen[bytes]", number: int, end: int, codes: Counter[int], until: float
) -> tuple[int, list[tuple[int, str]]]:
    """The number to go on with, and findings. The child is ended when it hangs or time is up."""
    found: list[tuple[int, str]] = []
    assert process.stdout is not None
    pending = b""
    while number < end and time.monotonic() < until:
        ready, _, _ = select.select([process.stdout], [], [], HANG_SECONDS)
        more = os.read(process.stdout.fileno(), 2**16) if ready else b""
        if not more:
            process.kill()
            what = f"dies with {process.wait()}" if ready else f"hangs for {HANG_SECONDS} s"
            return number + 1, [*found, (number, what)]
        *lines, pending = (pending + more).split(b"\n")
        for line in lines:
            at, _, told = line.decode().partition(" ")
            if told:
                code, _, wrong = told.partition(" ")
                codes[int(code)] += 1
                number = int(at) + 1
                if wrong != "''":
                    found.append((int(at), f"exit {code}, {wrong}"))
    process.kill()
    return number, found


def main() -> int:
    """Judge mutants of each kind; 1 if anything was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=_BATCH, help="mutants of each kind")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--seconds", type=float, default=1e9, help="at most so long for each kind")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--show", nargs=2, metavar=("KIND", "NUMBER"), help="judge this one alone")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.child:
        child(words.child[0], int(words.child[1]), int(words.child[2]))
        return 0
    if words.show:
        with TemporaryDirectory() as folder:
            told = judged(words.show[0], int(words.show[1]), Path(folder))
        sys.stdout.write(f"{told}\n")
        return 0
    total = 0
    for kind in words.kinds:
        until = time.monotonic() + words.seconds
        count, codes, found = run(kind, words.first, words.count, until)
        total += len(found)
        shown = ", ".join(f"{number:,} exit {code}" for code, number in sorted(codes.items()))
        sys.stdout.write("".join(f"{each}\n" for each in found))
        sys.stdout.write(f"packed {kind}: {count:,} mutants, {shown}, {len(found)} found\n")
        sys.stdout.flush()
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
