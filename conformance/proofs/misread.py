"""Which case kills which misreading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from misreadings import ALL, Misreading

from proofs import modules
from proofs.trial import Loaded, maybe_failure
from proofs.workers import outcomes

KILLERS_WANTED: Final = 3
SECONDS_MAX: Final = 300.0


@dataclass(frozen=True, slots=True)
class Killed:
    """A misreading, with the first cases of its own label that it fails, or with another."""

    misreading: Misreading
    killers: tuple[tuple[str, str], ...]


def killed(cases: Sequence[Loaded], jobs: int) -> list[Killed]:
    """Every misreading, with its killers."""
    codes = {  # here, so that a rotten one is an error
        misreading.name: {
            module: modules.compiled(module, text)
            for module, text in misreading.changed(modules.source).items()
        }
        for misreading in ALL
    }

    def work(misreading: Misreading) -> list[tuple[str, str]]:
        modules.install(codes[misreading.name])
        return list(_killers(cases, misreading.label))

    found = {}
    for misreading, told in outcomes(ALL, work, jobs, SECONDS_MAX):
        killers = [("(all)", told)] if isinstance(told, str) else told
        found[misreading.name] = Killed(misreading, tuple((name, how) for name, how in killers))
    return [found[misreading.name] for misreading in ALL]


def _killers(cases: Sequence[Loaded], label: str) -> Iterator[tuple[str, str]]:
    """Some cases of the label that fail; if none does, one of the others."""
    count = 0
    for is_borne in (True, False):
        for loaded in cases:
            if (label in loaded.case.labels) is is_borne:
                failure = maybe_failure(loaded)
                if failure is not None:
                    yield loaded.case.id, failure
                    count += 1
                if count == (KILLERS_WANTED if is_borne else 1):
                    return
        if count:
            return
