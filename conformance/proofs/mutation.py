"""The mutation score: which mutants of the plain reader the cases kill.

A mutant is killed when one case ends otherwise than it should. Every mutant
that survives is excused, with a reason, in conformance/mutants_excused.toml.
"""

import importlib
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Final

from proofs import modules
from proofs.mutator import Mutant, mutants
from proofs.trace import Trace
from proofs.trial import Loaded, first_failure, maybe_failure
from proofs.workers import outcomes, stop_after

SECONDS_MAX: Final = 600.0  # on the clock: machines are shared
LIKELIEST: Final = 60
UNLOADABLE: Final = "(import)"
ENDED: Final = frozenset({"(timeout)", "(died)", UNLOADABLE})
CASE_SECONDS_MAX: Final = 3.0  # of computing, and twenty times what the plain reader takes


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant; `killer` is a case id, or how it died before any case."""

    mutant: Mutant
    killer: str | None
    how: str = ""


def all_mutants(only: Iterable[str] = modules.MODULES) -> list[Mutant]:
    """Every mutant of the plain reader's modules."""
    return [mutant for module in only for mutant in mutants(module, modules.source(module))]


class Ordering:
    """Cases in the order in which they are likely to kill a mutant."""

    def __init__(self, cases: Sequence[Loaded], trace: Trace) -> None:
        """`trace`: a change is seen at most by those who come by."""
        self._trace = trace
        self._cases = {loaded.case.id: loaded for loaded in cases}
        self._by_function: dict[str, Counter[str]] = {}
        self._by_module: dict[str, Counter[str]] = {}
        self._seconds: dict[str, float] = {}
        for loaded in cases:
            began = time.process_time()
            maybe_failure(loaded)
            self._seconds[loaded.case.id] = time.process_time() - began

    def of(self, mutant: Mutant) -> list[Loaded]:
        """The cases that may kill it, the likeliest first."""
        name = f"{mutant.module}.{mutant.function}"
        may = self._trace.of(mutant)
        function = self._by_function.get(name, Counter())
        module = self._by_module.get(mutant.module, Counter())

        def rank(name: str) -> tuple[float, float, float]:
            return -function[name], -module[name], self._seconds[name]

        return [self._cases[name] for name in sorted(may, key=rank)]

    def judge(self, loaded: Loaded) -> str | None:
        """As `maybe_failure`; the process ends if that takes far longer than the plain reader does."""
        stop_after(CASE_SECONDS_MAX + 20 * self._seconds[loaded.case.id])
        return maybe_failure(loaded)

    def learn(self, mutant: Mutant, killer: str) -> None:
        """Remember which case killed."""
        name = f"{mutant.module}.{mutant.function}"
        self._by_function.setdefault(name, Counter())[killer] += 1
        self._by_module.setdefault(mutant.module, Counter())[killer] += 1


def fates(
    cases: Sequence[Loaded],
    trace: Trace,
    tried: Sequence[Mutant],
    jobs: int,
    brief: Set[str] = frozenset(),
) -> list[Fate]:
    """What becomes of each mutant; those with keys in `brief` meet the likeliest cases only."""
    ordering = Ordering(cases, trace)

    def work(mutant: Mutant) -> list[str] | None:
        try:
            modules.install({mutant.module: modules.compiled(mutant.module, mutant.tree())})
            importlib.import_module("adapters.plain")
            if mutant.module == "png":
                modules.use_kept_lines(mutant.function)
        except Exception as problem:
            return [UNLOADABLE, type(problem).__name__]
        most = LIKELIEST if mutant.key in brief else None
        failure = first_failure(ordering.of(mutant)[:most], ordering.judge)
        return None if failure is None else list(failure)

    found = []
    for mutant, told in outcomes(tried, work, jobs, SECONDS_MAX):
        if isinstance(told, str):
            fate = Fate(mutant, f"({told})", told)
        elif told is None:
            fate = Fate(mutant, None)
        else:
            fate = Fate(mutant, *told)
            if told[0] != UNLOADABLE:
                ordering.learn(mutant, told[0])
        found.append(fate)
        if len(found) % 250 == 0:
            survivors = sum(f.killer is None for f in found)
            sys.stderr.write(f"{len(found)} of {len(tried)} mutants, {survivors} survive\n")
    return found
