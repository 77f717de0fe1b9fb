"""How often the cause that an error names is the right one; writes that into docs/diagnosis.md.

    python bench/diagnosis.py            a part of the corpus, chosen by number; a few minutes
    python bench/diagnosis.py --all      all of it
    python bench/diagnosis.py --tuned    only what was tuned on, each wrong answer listed; no file

The corpus is tests/forensics/damage.py. What is held out is never listed one by one.
"""

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.forensics.damage import (  # noqa: E402
    NOT_A_CARRIER,
    READ,
    Case,
    answer,
    cases,
    diagnosed,
    is_likeliest,
    is_restored,
    shipped,
    verdict,
)

NEVER = "never-intaglio"
PARTS = {False: 5, True: 2}  # held out or not -> one in how many is looked at
Table = dict[str, Counter[tuple[bool, str]]]  # kind -> (held out, verdict) -> how many
Words = dict[str, Counter[str]]  # kind -> word -> how many


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


def measure(options: set[str]) -> tuple[Table, Words, Words, float]:
    table: Table = defaultdict(Counter)
    wrong: Words = defaultdict(Counter)
    restored: Words = defaultdict(Counter)
    slowest = 0.0
    for case in chosen(options):
        damaged = case.made()
        start = time.process_time()
        cause, detail = answer(damaged)
        slowest = max(slowest, time.process_time() - start)
        if cause == READ:  # the damage did not touch the data
            continue
        word = verdict(cause, case.damage.right)
        if word == "family" and is_likeliest(detail, case.damage.right):
            word = "likeliest"
        table[case.damage.kind][case.held, word] += 1
        if "`intaglio restore`" in detail:
            word = "restored" if is_restored(case, damaged) else "offered"
            restored[case.damage.kind][word] += 1
        if word in ("wrong", "silent") and not case.held:
            wrong[case.damage.kind][cause] += 1
            if "--tuned" in options:
                print(f"{case.damage.name:28} {case.source:18} {cause}")
    return table, wrong, restored, slowest


def bystanders() -> tuple[Counter[str], Counter[str]]:
    """What is said of pictures of other packages: (how many of each package, causes named)."""
    packages: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    for name, pixels in shipped():
        packages[name.split("/")[0]] += 1
        causes[diagnosed(pixels)] += 1
    return packages, causes


def part(counts: Counter[tuple[bool, str]], held: bool) -> str:
    exact, family, count = shares(counts, held)
    among = f" (+ {family})" if family else ""
    return f"{exact}{among} of {count}" if count else ""


def shares(counts: Counter[tuple[bool, str]], *helds: bool) -> tuple[int, int, int]:
    """How many were named exactly, how many by a family that has the cause, and of how many."""
    words: Counter[str] = Counter()
    for (held, word), count in counts.items():
        words[word] += count * (held in helds)
    return words["exact"], words["family"] + words["likeliest"], words.total()


def said(counts: Counter[tuple[bool, str]], *helds: bool) -> str:
    exact, family, count = shares(counts, *helds)
    right = exact + family
    return f"{right} of {count} right ({right / count:.1%}), {family} of them by a family"


def lines(table: Table, wrong: Words, restored: Words, slowest: float) -> Iterator[str]:
    total = sum(table.values(), Counter())
    words = Counter(word for _, word in total.elements())
    exact, family, count = shares(total, False, True)
    first = exact + words["likeliest"]
    yield f"**{said(total, False, True)}.**"
    yield f"Of what was held out, {said(total, True)}."
    yield f"Of the {family}, the sentence calls the right one the likeliest {first - exact} times:"
    yield f"with those alone, {first} are right ({first / count:.1%})."
    yield f"{words['silent']} were told that there is no trace, {words['wrong']} something wrong."
    yield f"The slowest took {slowest:.2f} s of CPU."
    yield ""
    offers = sum(restored.values(), Counter())
    yield f"`intaglio restore` was offered {offers.total()} times, and gave every bit back"
    yield f"{offers['restored']} times."
    yield ""
    yield "| kind of damage | tuned on | held out | restored | else (of what was tuned on) |"
    yield "|---|---|---|---|---|"
    for kind, counts in sorted(table.items()):
        taken = ", ".join(f"{cause} {n}" for cause, n in wrong[kind].most_common(4))
        back, given = restored[kind]["restored"], restored[kind].total()
        columns = [part(counts, held=False), part(counts, held=True)]
        columns.append(f"{back} of {given} offered" if given else "")
        yield f"| {' | '.join([kind, *columns, taken])} |"


HEADING = "## How often they are right\n"
HEAD = """
This part is written by `python bench/diagnosis.py`, from the corpus of `tests/forensics/damage.py`:
pictures that carry data (heat maps, photographs, plots; several profiles and sizes), each damaged
in many ways by Pillow and OpenCV. "Tuned on" are the pictures with which the diagnosis was
developed, like the operations of survival.md. "Held out" are other pictures, with the same damages
and with others: other strengths, channel orders, factors, shifts, screens, file formats and kinds
of noise. They are made from seeds. We have looked at their results several times, as sums by kind,
and at one case (*inverted*) alone. For *slightly-changed* and *low-bits* only the pictures are held
out: most kinds of noise and of cleaned low bits were known during development.

An answer is right if it names the true cause, or a family of causes that contains it. A family is
named if the picture does not show which of its members it was. The table counts families after a
plus sign:

| family | members |
|---|---|
| *smoothed* | resized, blurred, compressed with loss; the sentence names the likeliest |
| *altered* | cropped, recoloured, resized, blurred, loss, fewer colours, low bits written over |
| *slightly-changed* | noise, conversions and back; slight blur, loss, recolouring, fewer colours |
| *low-bits-random* | low bits written over with noise; cropped |

An answer without a cause is wrong if there was one, except for low bits that were overwritten with
noise. "Restored" counts how often `intaglio restore` returned every bit when the sentence offered
it.

"""

TAIL = """
### Pictures that never carried anything

"{never}" above are plots, screenshots, photographs and noise made for the corpus.
Other packages ship {count} more pictures ({named}). For {silent} of them the error states only
that they hold no Intaglio data. For the others it adds a cause "if it carried any": {accused}.
Some of these are JPEGs, and all called grey are grey.
"""


def main() -> None:
    options = set(sys.argv[1:])
    table, wrong, restored, slowest = measure(options)
    if "--tuned" in options:
        print(said(sum(table.values(), Counter()), False))
        return
    packages, causes = bystanders()
    tail = TAIL.format(
        never=NEVER,
        named=", ".join(f"{count} of {package}" for package, count in packages.items()),
        silent=causes[NOT_A_CARRIER],
        count=causes.total(),
        accused=", ".join(f"{c} {n}" for c, n in causes.items() if c != NOT_A_CARRIER) or "none",
    )
    text = HEADING + HEAD + "\n".join(lines(table, wrong, restored, slowest)) + "\n" + tail
    page = ROOT / "docs" / "diagnosis.md"
    page.write_text(page.read_text().partition(HEADING)[0] + text)
    print(text)


if __name__ == "__main__":
    main()
