"""How often the cause that an error names is the right one; writes docs/diagnosis.md.

    python bench/diagnosis.py            a part of the corpus, chosen by number; a few minutes
    python bench/diagnosis.py --all      all of it
    python bench/diagnosis.py --tuned    only what was tuned on, each wrong answer listed; no file

The corpus is tests/damage.py. What is held out is never listed one by one.
"""

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from damage import NOT_A_CARRIER, READ, Case, cases, diagnosed, shipped  # noqa: E402

NEVER = "never-intaglio"
PARTS = {False: 5, True: 2}  # held out or not -> one in how many is looked at
Table = dict[str, Counter[tuple[bool, bool]]]  # kind -> (held out, right) -> how many


def chosen(options: set[str]) -> Iterator[Case]:
    """Cases by number, so that every damage meets some sources and every source some damages."""
    numbers: Counter[tuple[bool, str]] = Counter()
    for case in cases():
        if "--tuned" in options and case.held:
            continue
        key = (case.held, case.source)
        numbers[key] += 1
        shift = sum(case.source.encode())
        if options or (numbers[key] + shift) % PARTS[case.held] == 0 or case.damage.kind == NEVER:
            yield case


def measure(options: set[str]) -> tuple[Table, dict[str, Counter[str]], float]:
    table: Table = defaultdict(Counter)
    wrong: dict[str, Counter[str]] = defaultdict(Counter)
    slowest = 0.0
    for case in chosen(options):
        damaged = case.made()
        start = time.process_time()
        cause = diagnosed(damaged)
        slowest = max(slowest, time.process_time() - start)
        if cause == READ:  # the damage did not touch the data
            continue
        right = cause in case.damage.right
        table[case.damage.kind][case.held, right] += 1
        if not right and not case.held:
            wrong[case.damage.kind][cause] += 1
            if "--tuned" in options:
                print(f"{case.damage.name:28} {case.source:18} {cause}")
    return table, wrong, slowest


def bystanders() -> tuple[Counter[str], Counter[str]]:
    """What is said of pictures of other packages: (how many of each package, causes named)."""
    packages: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    for name, pixels in shipped():
        packages[name.split("/")[0]] += 1
        causes[diagnosed(pixels)] += 1
    return packages, causes


def part(good: int, bad: int) -> str:
    return f"{good} of {good + bad}" if good + bad else ""


def lines(table: Table, wrong: dict[str, Counter[str]], slowest: float) -> Iterator[str]:
    total: Counter[tuple[bool, bool]] = Counter()
    for counts in table.values():
        total += counts
    good, count = total[False, True] + total[True, True], total.total()
    held = total[True, True], total[True, True] + total[True, False]
    yield (
        f"**{good} of {count} right: {good / count:.1%}**; of what was held out, {held[0]} of "
        f"{held[1]}: {held[0] / held[1]:.1%}. The slowest took {slowest:.2f} s of CPU."
    )
    yield ""
    yield "| kind of damage | tuned on | held out | taken for (of what was tuned on) |"
    yield "|---|---|---|---|"
    for kind, counts in sorted(table.items()):
        taken = ", ".join(f"{cause} {n}" for cause, n in wrong[kind].most_common(4))
        tuned = part(counts[False, True], counts[False, False])
        yield f"| {kind} | {tuned} | {part(counts[True, True], counts[True, False])} | {taken} |"


HEAD = """# What happened to my file?

An error that refuses a file names what probably happened to it, and what to do: `error.diagnosis`
is a word, `error.detail` a sentence, with "probably" where the cause is inferred. `error.reason` is
the format's own reason and does not depend on any of this. Pictures that were turned, framed or
evenly enlarged come back with `intaglio restore`.

This page is written by `python bench/diagnosis.py`, from the corpus of `tests/damage.py`: pictures
that carry data (heat maps, photographs, plots; several profiles and sizes), each damaged in many
ways by Pillow and OpenCV. "Tuned on" is what the diagnosis was built with. "Held out" are other
pictures, and partly the same damages in other strengths, made by seed; they have been looked at
several times, but only as sums by kind. An answer is right if it names the cause that the corpus
gives; where there was a cause, saying nothing is wrong.

"""

TAIL = """
## Pictures that never carried anything

"{never}" above are plots, screenshots, photographs and noise made for the corpus. Of the
pictures that other packages bring along ({named}), {silent} of {count} are told only
that there is no Intaglio data in them. The others are told that, and what happened "if it carried
any": {accused}. Some of these are JPEGs, and all called grey are grey.
"""


def main() -> None:
    options = set(sys.argv[1:])
    table, wrong, slowest = measure(options)
    if "--tuned" in options:
        total = sum(table.values(), Counter())
        print(f"{total[False, True]} of {total.total()} right")
        return
    packages, causes = bystanders()
    tail = TAIL.format(
        never=NEVER,
        named=", ".join(f"{count} of {package}" for package, count in packages.items()),
        silent=causes[NOT_A_CARRIER],
        count=causes.total(),
        accused=", ".join(f"{c} {n}" for c, n in causes.items() if c != NOT_A_CARRIER) or "none",
    )
    text = HEAD + "\n".join(lines(table, wrong, slowest)) + "\n" + tail
    (ROOT / "docs" / "diagnosis.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
