"""Which case kills which misreading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from misreadings import ALL, Misreading

from proofs import rooms
from proofs.trial import Loaded, maybe_failure
from proofs.workers import outcomes

KILLERS_WANTED: Final = 3
SECONDS_MAX: Final = 300.0


@dataclass(frozen=True, slots=True)
class Killed:
    """A misreading, with the first cases that it fails; cases of its own label come first."""

    misreading: Misreading
    killers: tuple[tuple[str, str], ...]


def killed(cases: Sequence[Loaded], jobs: int) -> list[Killed]:
    """Every misreading, with its killers."""
    codes = {  # here, so that a rotten one is an error
        misreading.name: {
            room: rooms.compiled(room, text)
            for room, text in misreading.changed(rooms.source).items()
        }
        for misreading in ALL
    }

    def work(misreading: Misreading) -> list[tuple[str, str]]:
        rooms.install(codes[misreading.name])
        return list(_killers(_by_label(cases, misreading.label)))

    found = {}
    for misreading, told in outcomes(ALL, work, jobs, SECONDS_MAX):
        killers = [("(all)", told)] if isinstance(told, str) else told
        found[misreading.name] = Killed(misreading, tuple((name, how) for name, how in killers))
    return [found[misreading.name] for misreading in ALL]


def _by_label(cases: Sequence[Loaded], label: str) -> list[Loaded]:
    return sorted(cases, key=lambda loaded: (label not in loaded.case.labels, loaded.case.id))


def _killers(cases: Sequence[Loaded]) -> Iterator[tuple[str, str]]:
    count = 0
    for loaded in cases:
        failure = maybe_failure(loaded)
        if failure is not None:
            yield loaded.case.id, failure
            count += 1
        if count == KILLERS_WANTED:
            return
