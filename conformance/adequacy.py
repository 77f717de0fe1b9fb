"""Prove that the cases are adequate, and write ADEQUACY.md.

    python conformance/adequacy.py                 everything; half an hour on two cores
    python conformance/adequacy.py --part labels   one part, shown and not written

Ends with 0 if nothing is missing, else with 1.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

HERE: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from proofs import coverage, misread, mutation, neighbourhood, trial  # noqa: E402
from runner import suite  # noqa: E402

REPORT: Final = HERE / "ADEQUACY.md"
_HEAD: Final = """# How adequate the cases are

Written by `python conformance/adequacy.py`; nothing in it is written by hand. All figures come from
the cases alone, run in one process against the reference decoder or against wrong versions of it.
"""
_MISREADINGS: Final = """{killed} of {all} misreadings are killed.

Each is the reference decoder with a few words changed (`conformance/misreadings`). At most {shown}
killers are listed, those that bear its label first.

| misreading | label | what its author believed | killed by |
|---|---|---|---|"""
_MUTANTS: Final = """{killed} of {all} mutants are killed: {share:.1f} %. Of the {alive} that
survive {excused} are excused, each for a reason; without these, {judged:.1f} %.

Excluded are functions that only writing, inspecting or ndarrays need; a trace of all cases proves
that no decode calls them: {excluded}.

| room | mutants | survive |
|---|---|---|"""
_NEIGHBOURS: Final = """{all:,} neighbours of the file of SPEC.md section 17
(`conformance/proofs/neighbourhood.py`):

* every byte changed to every other value, and every truncation;
* every byte changed, and PNG's CRC-32s and Adler-32 made right again;
* every byte of prologue and body changed, and their CRC-32s and PNG's made right again.

{wrong} give other bytes.

Verdicts: {verdicts}.

SHA-256 of all verdicts: `{digest}`"""


class Part(NamedTuple):
    """One part of the report: its text, and what is missing."""

    text: str
    missing: list[str]


def labels(cases: Sequence[trial.Loaded], _: int) -> Part:
    """Which labels and reasons the cases cover."""
    found = coverage.covered([loaded.case for loaded in cases])
    borne = {name: n for name, n in found.labels.items() if n}
    winning = sum(n > 0 for n in found.reasons.values())
    counts = f"{len(borne)} of {len(found.labels)} labels are borne by cases"
    lines = [
        f"{counts}, {winning} of {len(found.reasons)} reasons win.",
        "",
        "Cases a label: " + ", ".join(f"{name} {n}" for name, n in borne.items()) + ".",
        "",
        "Cases a reason: " + ", ".join(f"`{name}` {n}" for name, n in found.reasons.items()) + ".",
        "",
        "No case can bear these:",
        "",
        *(f"* {name} {why}." for name, why in coverage.ELSEWHERE.items()),
    ]
    return Part("\n".join(lines), [f"not covered: {gap}" for gap in found.gaps])


def misreadings(cases: Sequence[trial.Loaded], jobs: int) -> Part:
    """Which case kills which misreading."""
    found = misread.killed(cases, jobs)
    alive = [one.misreading.name for one in found if not one.killers]
    shown, killed = misread.KILLERS_WANTED, len(found) - len(alive)
    lines = [_MISREADINGS.format(killed=killed, all=len(found), shown=shown)]
    for one in found:
        killers = ", ".join(f"`{name}` ({how})" for name, how in one.killers) or "**nothing**"
        wrong = one.misreading
        lines.append(f"| {wrong.name} | {wrong.label} | {wrong.reading} | {killers} |")
    return Part("\n".join(lines), [f"misreading survives: {name}" for name in alive])


def mutants(cases: Sequence[trial.Loaded], jobs: int) -> Part:
    """The mutation score of the reference decoder."""
    called = mutation.callers(cases)
    wrongly = mutation.wrongly_excluded(called)
    found = mutation.fates(cases, called, mutation.all_mutants(), jobs)
    excuses = mutation.excused()
    alive = [fate.mutant for fate in found if fate.killer is None]
    keys = {mutant.key for mutant in alive}
    killed = len(found) - len(alive)
    by_room = Counter(fate.mutant.room for fate in found)
    alive_by_room = Counter(mutant.room for mutant in alive)
    judged = len(found) - len(keys & excuses.keys())
    excluded = [f"`{room}`: {', '.join(sorted(n))}" for room, n in mutation.EXCLUDED.items()]
    lines = [
        _MUTANTS.format(
            killed=killed,
            all=len(found),
            share=100 * killed / len(found),
            alive=len(alive),
            excused=len(keys & excuses.keys()),
            judged=100 * killed / judged,
            excluded="; ".join(excluded),
        ),
        *(f"| {room} | {n} | {alive_by_room[room]} |" for room, n in by_room.items()),
        "",
    ]
    groups: dict[str, list[str]] = {}
    for mutant in alive:
        groups.setdefault(excuses.get(mutant.key, "**no reason yet**"), []).append(mutant.key)
    for why, some in sorted(groups.items()):
        lines += [f"{why} ({len(some)}):", "", "```", *sorted(some), "```", ""]
    missing = [f"excluded, and called by a decode: {name}" for name in wrongly]
    missing += [f"mutant survives: {key}" for key in sorted(keys - excuses.keys())]
    missing += [f"excused, and killed or gone: {key}" for key in sorted(excuses.keys() - keys)]
    return Part("\n".join(lines).rstrip(), missing)


def neighbours(_: Sequence[trial.Loaded], jobs: int) -> Part:
    """Every one-byte neighbour of the smallest file."""
    found = neighbourhood.explored(jobs)
    counts = sorted(found.verdicts.items(), key=lambda pair: -pair[1])
    text = _NEIGHBOURS.format(
        all=sum(found.verdicts.values()),
        wrong=found.wrong,
        verdicts=", ".join(f"{name} {n:,}" for name, n in counts),
        digest=found.digest,
    )
    wrong = [f"{found.wrong} neighbours give other bytes"] if found.wrong else []
    return Part(text, wrong)


PARTS: Final[dict[str, tuple[str, Callable[[Sequence[trial.Loaded], int], Part]]]] = {
    "labels": ("Labels and reasons", labels),
    "misreadings": ("Misreadings", misreadings),
    "mutants": ("Mutants of the reference decoder", mutants),
    "neighbours": ("The neighbourhood of the smallest file", neighbours),
}


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--part", choices=PARTS, help="this part only; nothing is written")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    cases = trial.load(suite.load())
    missing = [
        f"the reference fails {loaded.case.id}: {failure}"
        for loaded in cases
        if (failure := trial.maybe_failure(loaded)) is not None
    ]
    if not cases or missing:
        sys.stdout.write("\n".join(missing or ["there are no cases"]) + "\n")
        return 1
    accepted = sum(loaded.case.reason is None for loaded in cases)
    version = suite.version()
    total = (
        f"Suite {version}: {len(cases)} cases, {accepted} accept, {len(cases) - accepted} reject."
    )
    texts = [_HEAD, total]
    for name, (title, part) in PARTS.items():
        if options.part in (None, name):
            made = part(cases, options.jobs)
            texts += [f"\n## {title}\n", made.text]
            missing += made.missing
    text = "\n".join(texts) + "\n"
    if options.part:
        sys.stdout.write(text)
    else:
        REPORT.write_text(text, "utf-8")
    sys.stdout.write("".join(f"missing: {line}\n" for line in missing))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
