"""A million mutants: valid files with a field changed and checksums refreshed, each one judged.

    python -m fuzz.structured --stage stream --count 800000

Mutants are numbered, so that a run goes on where the last one stopped, and any
mutant can be made again: `--show stream 4711`. Progress is kept in fuzz/state.
"""

import argparse
import ctypes
import faulthandler
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.format.png_oracle import write_oracle_png

from fuzz import mutate, png_mutate, readers, targets
from fuzz.javascript import JavaScript, is_left_open, told_of
from fuzz.oracle import Verdict, verdict, verdict_of_pixels
from fuzz.parts import Stream, pixels_of
from fuzz.readers import (
    LIMITS,
    NOT_INSPECTED,
    SECONDS_MAX,
    disagreement,
    rgba,
    shown,
    timed,
)
from intaglio._format.fast.kernels import native

STATE: Final = Path(__file__).parent / "state"
MEMORY_BYTES_MAX: Final = 2**30  # of address space; what a mutant may take is far below
GROWTH_KILOBYTES_MAX: Final = 128 * 1024  # of memory, from the hundredth mutant to the last
M_ARENA_MAX: Final = -8  # of glibc's malloc.h
HANG_SECONDS: Final = 120
SAVED_EVERY: Final = 2000


class Judged(NamedTuple):
    """What became of one mutant; `wrong` says what must not be."""

    verdict: Verdict
    seconds: float
    wrong: str | None


def _judged(given: readers.Timed, right: Verdict, *others: readers.Timed) -> Judged:
    wrong = disagreement(given.verdict, right)
    seconds = max(given.seconds, *(other.seconds for other in others)) if others else given.seconds
    if seconds > SECONDS_MAX:
        wrong = f"{seconds:.1f} s"
    return Judged(given.verdict, seconds, wrong)


def judge_stream(number: int) -> Judged:
    """Steps 5 to 28: the reference on pixels, beside the oracle."""
    pixels = pixels_of(mutate.mutant(number))
    height, width = pixels.shape[:2]
    right = verdict_of_pixels(rgba(pixels), width, height, LIMITS)
    return _judged(timed(lambda: readers.of_pixels(pixels)), right)


def judge_png(number: int) -> Judged:
    """All steps: the strict reader on a file beside the oracle, and the lazy one beside both."""
    png = png_mutate.mutant(number)
    right = verdict(png, LIMITS)
    given = timed(lambda: readers.of_file(png))
    lazy = timed(lambda: readers.of_file_inspected(png))
    judged = _judged(given, right, lazy)
    if judged.wrong and right == "png-damaged" and is_left_open(png):
        judged = judged._replace(wrong=None)
    elif lazy.verdict != given.verdict and given.verdict not in NOT_INSPECTED:
        judged = judged._replace(wrong=f"inspected: {shown(lazy.verdict)}")
    elif right == "no-prologue":  # the pixels themselves, then
        try:
            targets.png(png)
        except targets.Finding as finding:
            judged = judged._replace(wrong=str(finding))
    return judged


def file_of(number: int) -> bytes:
    """A mutant as a file: every other one of a PNG, the others of a stream in a plain PNG."""
    return png_mutate.mutant(number // 2) if number % 2 else png_of(mutate.mutant(number // 2))


def png_of(stream: Stream) -> bytes:
    """A plain PNG that carries a stream."""
    pixels = pixels_of(stream)
    rows = [[tuple(pixel) for pixel in row] for row in pixels.tolist()]
    return write_oracle_png(rows, colour=6 if pixels.shape[2] == 4 else 2, level=0)


def judge_javascript(number: int, javascript: JavaScript) -> Judged:
    """All steps: the JavaScript decoder beside the reference."""
    png = file_of(number)
    given = timed(lambda: readers.of_file(png))
    answer = javascript.ask(png)
    wrong = None
    if answer.told != told_of(given.verdict) and not is_left_open(png):
        other = answer.told if isinstance(answer.told, str) else "accepted"
        wrong = f"JavaScript says {other}, the reference {shown(given.verdict)}"
    elif answer.seconds > SECONDS_MAX:
        wrong = f"JavaScript takes {answer.seconds:.1f} s"
    return Judged(given.verdict, max(given.seconds, answer.seconds), wrong)


def run(path: Path, judge: Callable[[int], Judged], count: int, seconds: float) -> dict[str, Any]:
    """Judge on to mutant `count`, or for that long; give the state, which is kept in `path`."""
    state = json.loads(path.read_text()) if path.exists() else _fresh()
    verdicts = Counter(state["verdicts"])
    end = time.monotonic() + seconds
    base = 0
    first = state["executions"]
    for number in range(first, count):
        if number % SAVED_EVERY == 0:
            faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
            _save(path, state, verdicts)
        if number == first + 100:
            base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begin = time.monotonic()
        judged = judge(number)
        state["seconds"] += time.monotonic() - begin
        state["executions"] += 1
        verdicts[shown(judged.verdict)] += 1
        if judged.seconds > state["slowest"][0]:
            state["slowest"] = [judged.seconds, number]
        if judged.wrong:
            state["findings"].append([number, judged.wrong])
            sys.stdout.write(f"{path.stem} {number}: {judged.wrong}\n")
            sys.stdout.flush()
        if time.monotonic() > end:
            break
    faulthandler.cancel_dump_traceback_later()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    state["peak_kilobytes"] = max(state["peak_kilobytes"], peak)
    if base:
        state["growth_kilobytes"] = max(state["growth_kilobytes"], peak - base)
    _save(path, state, verdicts)
    return state


def _fresh() -> dict[str, Any]:
    numbers = dict.fromkeys(("executions", "seconds", "peak_kilobytes", "growth_kilobytes"), 0)
    return {**numbers, "slowest": [0.0, 0], "verdicts": {}, "findings": []}


def _save(path: Path, state: dict[str, Any], verdicts: Counter[str]) -> None:
    state["verdicts"] = dict(verdicts.most_common())
    path.parent.mkdir(exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(state, indent=1) + "\n")
    new.replace(path)


def judge_of(stage: str) -> Callable[[int], Judged]:
    """How a stage judges the mutant of a number."""
    if stage == "javascript":
        javascript = JavaScript(LIMITS)
        return lambda number: judge_javascript(number, javascript)
    return {"stream": judge_stream, "png": judge_png}[stage]


def main() -> int:
    """Run one stage; 1 if anything was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stage", choices=("stream", "png", "javascript"), required=True)
    parser.add_argument("--count", type=int, required=True, help="up to this mutant")
    parser.add_argument("--seconds", type=float, default=1e9, help="at most so long")
    parser.add_argument("--show", type=int, help="judge this mutant only, and print the verdict")
    words = parser.parse_args()
    judge = judge_of(words.stage)
    if words.show is not None:
        sys.stdout.write(f"{judge(words.show)}\n")
        return 0
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)  # or each thread takes 64 MiB of mere addresses
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    path = STATE / f"{words.stage}{'' if native else '-pure'}.json"
    state = run(path, judge, words.count, words.seconds)
    if state["growth_kilobytes"] > GROWTH_KILOBYTES_MAX:
        state["findings"].append([state["executions"], "memory"])
    found = len(state["findings"])
    sys.stdout.write(f"{words.stage}: {state['executions']} mutants, {found} found\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
