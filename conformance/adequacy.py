"""Prove that the cases are adequate, and write ADEQUACY.md.

    python conformance/adequacy.py                 everything; takes a while, prints how long
    python conformance/adequacy.py --part labels   one part, the others stay as they are
    python conformance/adequacy.py --trust         excused mutants meet few cases: a fifth of the time
    python conformance/adequacy.py --check         seconds: whether ADEQUACY.md still says the truth

Ends with 0 if nothing is missing, else with 1.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

HERE: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from proofs import (  # noqa: E402
    check,
    coverage,
    excuses,
    misread,
    modules,
    mutation,
    neighbourhood,
    trace,
    trial,
)
from proofs import labels as proofs_of_labels  # noqa: E402
from runner import suite  # noqa: E402

REPORT: Final = HERE / "ADEQUACY.md"
_HEAD: Final = """# How adequate the cases are

Written by `python conformance/adequacy.py`; nothing in it is written by hand. All figures come from
the cases alone, held against the plain reader (`reference/reader`) and against wrong versions of
it. (The package passes the same cases in tests/conformance/test_conformance.py, and fuzzing holds
it against the plain reader.)
"""
_MISREADINGS: Final = """{killed} of {all} misreadings are killed.

Each is the plain reader with a few words changed (`conformance/misreadings`). At most {shown}
killers are listed, of those that bear its label; if none of them kills, one of the others.

| misreading | label | what its author believed | killed by |
|---|---|---|---|"""
_LABELS: Final = """{borne} of {labels} labels are borne by cases, {winning} of {reasons} reasons win.

For each label a wrong decoder, and a case of that label that it fails: the plain reader *without* a
statement that the label stands at, or a misreading by its name, or another change to such a
statement. So the cases notice when the check is gone.

| label | cases | wrong decoder | fails | how |
|---|---|---|---|---|"""
_MUTANTS: Final = """{killed:,} of {all:,} mutants are killed: {share:.1f} %. The other {alive} are each excused for a
reason below{open}; without these, {judged:.1f} %.{trusted}

A mutant is the plain reader with one small change: a comparison, an operator, a constant, a
condition, a slice or a text changed, a statement left out. {ended} of those killed never end, or fall over.

| module | mutants | survive |
|---|---|---|"""
_TRUSTED: Final = (
    f" (Written with --trust: the excused ones met the {mutation.LIKELIEST} likeliest cases only.)"
)
_NEIGHBOURS: Final = """{all:,} neighbours of the file of SPEC.md section 17
(`conformance/proofs/neighbourhood.py`):

* every byte changed to every other value, and every truncation;
* every byte changed, and PNG's CRC-32s and Adler-32 made right again;
* every byte of prologue and body changed, and their CRC-32s and PNG's made right again.

{wrong} give other bytes.

Verdicts: {verdicts}.

SHA-256 of all verdicts: `{digest}`

SHA-256 of the {few:,} that `--check` looks at: `{sample}`"""


class Part(NamedTuple):
    """One part of the report: its text, and what is missing."""

    text: str
    missing: list[str]


def labels(cases: Sequence[trial.Loaded], _: int) -> Part:
    """Which labels and reasons the cases cover."""
    found = coverage.covered([loaded.case for loaded in cases])
    borne = {name: n for name, n in found.labels.items() if n}
    held = proofs_of_labels.held(cases, list(borne))
    lines = [
        _LABELS.format(
            borne=len(borne),
            labels=len(found.labels),
            winning=sum(n > 0 for n in found.reasons.values()),
            reasons=len(found.reasons),
        ),
        *(
            f"| {one.label} | {borne[one.label]} | {_cell(one.wrong)} | `{one.killer}` | {one.how} |"
            for one in held
        ),
        "",
        "Cases a reason: " + ", ".join(f"`{name}` {n}" for name, n in found.reasons.items()) + ".",
        "",
        "No case can bear these:",
        "",
        *(f"* {name} {why}." for name, why in coverage.ELSEWHERE.items()),
    ]
    missing = [f"not covered: {gap}" for gap in found.gaps]
    missing += [f"nothing holds {one.label}" for one in held if one.killer is None]
    return Part("\n".join(lines), missing)


def _cell(text: str | None) -> str:
    return str(text).replace("|", "\\|")


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


def mutants(cases: Sequence[trial.Loaded], jobs: int, *, trust: bool = False) -> Part:
    """The mutation score of the plain reader; `trust`: excused mutants meet few cases."""
    seen = trace.traced(cases)
    modules.remember()
    excused = excuses.excuses()
    every = mutation.all_mutants()
    brief = {m.key for m in every if trust and any(e.excuses(m.key) for e in excused)}
    found = mutation.fates(cases, seen, every, jobs, brief)
    alive = [fate.mutant.key for fate in found if fate.killer is None]
    groups: dict[str, list[str]] = {}
    for key in alive:
        why = next((excuse.why for excuse in excused if excuse.excuses(key)), "")
        groups.setdefault(why, []).append(key)
    bare = groups.pop("", [])
    killed = len(found) - len(alive)
    lines = [
        _MUTANTS.format(
            killed=killed,
            all=len(found),
            share=100 * killed / len(found),
            alive=len(alive),
            trusted=_TRUSTED if trust else "",
            open=f", but for {len(bare)}" if bare else "",
            judged=100 * killed / (killed + len(bare)),
            ended=sum(fate.killer in mutation.ENDED for fate in found),
        ),
        *_by_module(found),
    ]
    for why, some in groups.items():
        lines += ["", f"{why} ({len(some)})", "", "```", *sorted(some), "```"]
    missing = [f"mutant survives: {key}" for key in bare]
    missing += [f"called by a decode, and not tried: {module}" for module in seen.untried()]
    missing += [f"excuses no survivor: {name}" for name in excuses.idle(excused, alive)]
    return Part("\n".join(lines), missing)


def _by_module(found: Sequence[mutation.Fate]) -> list[str]:
    tried = Counter(fate.mutant.module for fate in found)
    alive = Counter(fate.mutant.module for fate in found if fate.killer is None)
    return [f"| {module} | {n} | {alive[module]} |" for module, n in tried.items()]


def neighbours(_: Sequence[trial.Loaded], jobs: int) -> Part:
    """Every one-byte neighbour of the smallest file."""
    found = neighbourhood.explored(jobs)
    few = neighbourhood.sampled()
    counts = sorted(found.verdicts.items(), key=lambda pair: -pair[1])
    text = _NEIGHBOURS.format(
        all=sum(found.verdicts.values()),
        wrong=found.wrong,
        verdicts=", ".join(f"{name} {n:,}" for name, n in counts),
        digest=found.digest,
        few=sum(few.verdicts.values()),
        sample=few.digest,
    )
    wrong = [f"{found.wrong} neighbours give other bytes"] if found.wrong else []
    return Part(text, wrong)


PARTS: Final[dict[str, tuple[str, Callable[..., Part]]]] = {
    "labels": ("Labels and reasons", labels),
    "misreadings": ("Misreadings", misreadings),
    "mutants": ("Mutants of the plain reader", mutants),
    "neighbours": ("The neighbourhood of the smallest file", neighbours),
}


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--part", choices=PARTS, help="this part only")
    parser.add_argument("--trust", action="store_true", help="try excused mutants with few cases")
    parser.add_argument("--check", action="store_true", help="hold the report against the cases")
    parser.add_argument("--report", type=Path, default=REPORT, help=argparse.SUPPRESS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    began = time.monotonic()
    modules.install({})
    modules.remember()
    cases = trial.load(suite.load())
    if options.check:
        problems = check.problems(options.report.read_text("utf-8"), cases, _total(cases))
        sys.stdout.write("\n".join([*problems, f"{len(problems)} problems"]) + "\n")
        return 1 if problems else 0
    missing = [
        f"the plain reader fails {loaded.case.id}: {failure}"
        for loaded in cases
        if (failure := trial.maybe_failure(loaded)) is not None
    ]
    if not cases or missing:
        sys.stdout.write("\n".join(missing or ["there are no cases"]) + "\n")
        return 1
    old = _sections(options.report.read_text("utf-8")) if options.report.is_file() else {}
    texts = [_HEAD, _total(cases)]
    for name, (title, part) in PARTS.items():
        text = old.get(title, "")
        if options.part in (None, name):
            trust = {"trust": True} if options.trust and part is mutants else {}
            made = part(cases, options.jobs, **trust)
            text = made.text
            missing += made.missing
        texts.append(f"\n## {title}\n\n{text}")
    options.report.write_text("\n".join(texts) + "\n", "utf-8")
    sys.stdout.write("".join(f"missing: {line}\n" for line in missing))
    sys.stdout.write(f"{'not ' if missing else ''}adequate, {time.monotonic() - began:.0f} s\n")
    return 1 if missing else 0


def _sections(report: str) -> dict[str, str]:
    """The texts of a report, by title."""
    parts = (part.partition("\n") for part in report.split("\n## ")[1:])
    return {title: text.strip("\n") for title, _, text in parts}


def _total(cases: Sequence[trial.Loaded]) -> str:
    folders = Counter(loaded.case.id.split("/")[1] for loaded in cases)
    counts = ", ".join([f"{len(cases):,} cases", *(f"{n:,} {name}" for name, n in folders.items())])
    return f"Suite {suite.version()}: {counts}."


if __name__ == "__main__":
    sys.exit(main())
