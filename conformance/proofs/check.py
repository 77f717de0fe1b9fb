"""A quick look at ADEQUACY.md: whether what it says is still so.

Every misreading is held against the first killer that it names, a sample of the
neighbourhood is read again, and whatever it counts or lists is compared with what
there is. What takes long is not proved anew.
"""

import re
from collections.abc import Sequence
from typing import Final

from misreadings import ALL

from proofs import coverage, excuses, modules, neighbourhood
from proofs.mutation import all_mutants
from proofs.trial import Loaded, maybe_failure
from proofs.workers import outcomes

SECONDS_MAX: Final = 60.0
_MISREADING: Final = re.compile(
    r"^\| ([\w-]+) \| [A-Z]+-\d+ \|.*?\| (?:`([^`]+)`|\(all\))", re.MULTILINE
)
_LABEL: Final = re.compile(
    r"^\| ([A-Z]+-\d+) \| ([\d,]+) \|.*\| `([^`]+)` \|[^|]*\|$", re.MULTILINE
)
_MUTANTS: Final = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def problems(report: str, cases: Sequence[Loaded], total: str) -> list[str]:
    """What the report says and is not so."""
    maybe_failure(cases[0])  # import here, and not in every process
    found = [] if total in report else [f"it does not say: {total}"]
    found += _of_labels(report, cases)
    found += _of_misreadings(report, {loaded.case.id: loaded for loaded in cases})
    found += _of_mutants(report)
    digest = neighbourhood.sampled().digest
    return found if digest in report else [*found, f"the sampled neighbours give {digest}"]


def _of_labels(report: str, cases: Sequence[Loaded]) -> list[str]:
    told = {label: (int(count), killer) for label, count, killer in _LABEL.findall(report)}
    ids = {loaded.case.id: loaded.case.labels for loaded in cases}
    found = coverage.covered([loaded.case for loaded in cases])
    borne = {name: count for name, count in found.labels.items() if count}
    stale = {name for name, count in borne.items() if told.get(name, (0, ""))[0] != count}
    stale |= told.keys() - borne.keys()
    stale |= {name for name, (_, killer) in told.items() if name not in ids.get(killer, ())}
    return [f"label {name}" for name in sorted(stale)]


def _of_misreadings(report: str, cases: dict[str, Loaded]) -> list[str]:
    told = dict(_MISREADING.findall(report))
    names = {wrong.name for wrong in ALL}
    found = [f"misreading {name} is not there" for name in sorted(told.keys() ^ names)]
    wanted = [wrong for wrong in ALL if told.get(wrong.name, "").count("/") == 2]

    def work(index: int) -> bool:
        wrong = wanted[index]
        texts = wrong.changed(modules.source)
        modules.install({module: modules.compiled(module, text) for module, text in texts.items()})
        loaded = cases.get(told[wrong.name])
        return loaded is not None and maybe_failure(loaded) is not None

    for index, killed in outcomes(range(len(wanted)), work, 1, SECONDS_MAX):
        if not killed:
            found.append(f"{told[wanted[index].name]} does not kill {wanted[index].name}")
    return found


def _of_mutants(report: str) -> list[str]:
    """Listed without an excuse; a mutant that is gone, with the line that it changed, may be."""
    listed = [key for block in _MUTANTS.findall(report) for key in block.splitlines()]
    there = {mutant.key for mutant in all_mutants()}
    some = excuses.excuses()
    bare = [key for key in listed if key in there and not any(e.excuses(key) for e in some)]
    return [f"no excuse for {key}" for key in bare] if listed else ["no mutant is listed"]
