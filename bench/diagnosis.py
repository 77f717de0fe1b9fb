"""How often the cause that is named is the right one: kind x right and wrong.

python bench/diagnosis.py            everything
python bench/diagnosis.py --tuned    only what the diagnosis was tuned on
python bench/diagnosis.py --held     only what was held out by seed
"""

import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from damage import Case, cases, diagnosed


def outcome(case: Case) -> tuple[str, float]:
    damaged = case.made()
    start = time.perf_counter()
    found = diagnosed(damaged)
    taken = time.perf_counter() - start
    cause = found if isinstance(found, str) or found is None else found.cause
    return str(cause), taken


def main(chosen: str | None, verbose: bool) -> None:
    table: dict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    wrong: dict[str, Counter[str]] = defaultdict(Counter)
    slowest = 0.0
    for case in cases():
        if chosen and case.held != (chosen == "--held"):
            continue
        cause, taken = outcome(case)
        if cause == "read":  # the damage did not touch the data
            continue
        slowest = max(slowest, taken)
        right = cause in case.damage.right
        table[case.damage.kind][case.held, right] += 1
        if not right:
            wrong[case.damage.kind][cause] += 1
            if verbose:
                print(f"    {case.damage.name:28} {case.source:18} {cause}")
    print(f"{'kind':22} {'tuned on':>12} {'held out':>12}   taken for")
    total: Counter[tuple[bool, bool]] = Counter()
    for kind, counts in table.items():
        total += counts
        others = ", ".join(f"{cause} {n}" for cause, n in wrong[kind].most_common(4))
        print(f"{kind:22} {part(counts, False):>12} {part(counts, True):>12}   {others}")
    print(f"{'all':22} {part(total, False):>12} {part(total, True):>12}")
    good = total[False, True] + total[True, True]
    print(f"{good} of {total.total()} right: {good / total.total():.1%}; slowest {slowest:.2f} s")


def part(counts: Counter[tuple[bool, bool]], held: bool) -> str:
    good, bad = counts[held, True], counts[held, False]
    return f"{good}/{good + bad}" + (f" {good / (good + bad):4.0%}" if good + bad else "     ")


if __name__ == "__main__":
    options = set(sys.argv[1:])
    main(next(iter(options & {"--held", "--tuned"}), None), "--list" in options)
