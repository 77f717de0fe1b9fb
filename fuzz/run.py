"""Every target fuzzed for a while, and a table of what became of it.

python -m fuzz.run --seconds 60            each target for a minute
python -m fuzz.run --quick                 a fixed number of runs from fuzz/corpus alone
python -m fuzz.run --merge                 fuzz/corpus made anew: the least that reaches as much
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from builder.registry import ELEMENTS

from fuzz import ROOT
from fuzz.mutate import BOUNDS, TEXTS
from fuzz.png_mutate import KINDS
from fuzz.seeds import RECORDS, of_target
from intaglio._format.registry import FILTERS, MAGIC

SHARED: Final = {"verbs": "file", "javascript": "file"}  # whose corpus it has
TARGETS: Final = ("png", "carrier", "header", "blocks", "file", "verbs", "javascript", *RECORDS)
QUICK_RUNS: Final = {  # what takes ten seconds or less; the corpus counts
    "png": 1500,
    "carrier": 6000,
    "header": 4000,
    "blocks": 20000,
    "file": 700,
    "verbs": 300,
    "javascript": 1200,
    "figures": 60,
    "pandas": 300,
    "xarray": 150,
}
CORPUS: Final = ROOT / "fuzz" / "corpus"
STATE: Final = ROOT / "fuzz" / "state"
WORD_BYTES_MAX: Final = 64
CORPUS_BYTES_MAX: Final = 1_000_000
MEMORY_MEGABYTES_MAX: Final = 1024
SECONDS_MAX: Final = 120  # on the clock, of one input: against hangs
_STATUS: Final = re.compile(r"^#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)", re.MULTILINE)


class Row(NamedTuple):
    """What became of one target."""

    target: str
    executions: int
    seconds: float
    edges: int
    features: int
    corpus: int
    found: int


def dictionary() -> bytes:
    """Words of the format, for libFuzzer to put together."""
    codes = [bytes([row.code]) for row in (*ELEMENTS, *FILTERS)]
    numbers = [n.to_bytes(size, "little") for n in BOUNDS for size in (4, 8) if n < 256**size]
    words = {MAGIC, *codes, *numbers, *TEXTS, *KINDS, bytes.fromhex("28B52FFD")}
    short = sorted(word for word in words if len(word) <= WORD_BYTES_MAX)
    quoted = ("".join(f"\\x{byte:02x}" for byte in word) for word in short)
    return "".join(f'"{text}"\n' for text in quoted).encode()


def _prepared(target: str) -> Path:
    """A folder with the target's seeds."""
    folder = STATE / "seeds" / target
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for index, seed in enumerate(of_target(target)):
        (folder / f"{index:04}").write_bytes(seed)
    (STATE / "dictionary").write_bytes(dictionary())
    (STATE / "new" / target).mkdir(parents=True, exist_ok=True)
    corpus_of(target).mkdir(parents=True, exist_ok=True)
    return folder


def corpus_of(target: str) -> Path:
    """The folder of what is committed for a target."""
    return CORPUS / SHARED.get(target, target)


def _guided(target: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the guided fuzzer, whose standard error says what became of it."""
    options = [f"-rss_limit_mb={MEMORY_MEGABYTES_MAX}", f"-timeout={SECONDS_MAX}"]
    options += [f"-artifact_prefix={STATE}/found-{target}-", f"-dict={STATE / 'dictionary'}"]
    command = [sys.executable, "-m", "fuzz.guided", target, *map(str, words), *options]
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, stderr=subprocess.PIPE, check=False, text=True
    )
    if done.returncode:
        sys.stderr.write(done.stderr[-4000:])
    return done


def fuzzed(target: str, seconds: int | None) -> Row:
    """Fuzz one target for that long, or, without, the same few runs each time."""
    seeds = _prepared(target)
    begin = time.monotonic()
    before = set(STATE.glob(f"found-{target}-*"))
    if seconds is None:
        assert any(corpus_of(target).iterdir()), f"there is no corpus of {target}"
        with TemporaryDirectory() as new:
            told = _guided(target, new, corpus_of(target), f"-runs={QUICK_RUNS[target]}", "-seed=1")
    else:
        new = STATE / "new" / target
        told = _guided(target, new, corpus_of(target), seeds, f"-max_total_time={seconds}")
    numbers = [int(text) for text in _STATUS.findall(told.stderr)[-1]]
    found = len(set(STATE.glob(f"found-{target}-*")) - before)
    found = found or int(told.returncode != 0)  # the fuzzer itself broke off
    return Row(target, numbers[0], time.monotonic() - begin, *numbers[1:], found)


def merged(target: str) -> int:
    """Replace a target's corpus by the least that reaches as much; give its bytes.

    libFuzzer's own -merge starts itself as a program, which Python is not; what it would start is
    asked here: from the smallest file up, which features does each add?
    """
    sharers = [other for other, name in SHARED.items() if name == target]
    folders = [_prepared(target), corpus_of(target)]
    folders += [STATE / "new" / name for name in (target, *sharers)]
    contents = {path.read_bytes() for folder in folders for path in folder.glob("*")}
    with TemporaryDirectory() as folder:
        paths = []
        for index, raw in enumerate(sorted(contents, key=lambda raw: (len(raw), raw))):
            paths.append(Path(folder) / f"{index:05}")
            paths[-1].write_bytes(raw)
        control = Path(folder) / "control"
        control.write_text("\n".join([str(len(paths)), "0", *map(str, paths), ""]))
        _guided(target, f"-merge_control_file={control}", "-merge_inner=1")
        added = re.findall(r"^FT (\d+) \d", control.read_text(), re.MULTILINE)
        kept = [paths[int(index)].read_bytes() for index in added]
    assert kept, f"nothing is left of the corpus of {target}"
    shutil.rmtree(CORPUS / target)
    (CORPUS / target).mkdir()
    for raw in kept:
        (CORPUS / target / hashlib.sha256(raw).hexdigest()[:16]).write_bytes(raw)
    return sum(map(len, kept))


def table(rows: list[Row]) -> str:
    """The rows in Markdown."""
    lines = ["| target | executions | a second | edges | features | corpus | found |"]
    lines.append("|---|---|---|---|---|---|---|")
    for row in rows:
        speed = row.executions / row.seconds
        lines.append(
            f"| {row.target} | {row.executions:,} | {speed:,.0f} | {row.edges:,} "
            f"| {row.features:,} | {row.corpus:,} | {row.found} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Fuzz, and print the table; 1 if anything was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--seconds", type=int, default=60, help="for each target")
    how.add_argument("--quick", action="store_true", help="a fixed number of runs")
    how.add_argument("--merge", action="store_true", help="make the committed corpus anew")
    parser.add_argument("targets", nargs="*", help=", ".join(TARGETS))
    words = parser.parse_args()
    targets = words.targets or TARGETS
    if words.merge:
        total = sum(merged(target) for target in targets if target not in SHARED)
        sys.stdout.write(f"{total:,} bytes\n")
        return int(total > CORPUS_BYTES_MAX)
    rows = []
    for target in targets:
        rows.append(fuzzed(target, None if words.quick else words.seconds))
        sys.stdout.write(table(rows).splitlines()[-1] + "\n")
        sys.stdout.flush()
    STATE.mkdir(exist_ok=True)
    if not words.quick:
        (STATE / "guided.md").write_text(table(rows))
    sys.stdout.write("\n" + table(rows))
    return int(any(row.found for row in rows))


if __name__ == "__main__":
    sys.exit(main())
