"""Excuses: which mutants may survive, each for a reason.

They stand in conformance/mutants_excused.toml. A mutant is named by its module, its
function, the source of its line and the change, so that excuses outlive other
edits; `…` in a name stands for any text.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

EXCUSED: Final = Path(__file__).resolve().parents[1] / "mutants_excused.toml"


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why some mutants may survive; `names` says which."""

    why: str
    names: tuple[str, ...]

    def excuses(self, key: str) -> bool:
        """Whether it is about the mutant of that name."""
        return any(matches(name, key) for name in self.names)


def excuses() -> list[Excuse]:
    """The excuses, in the order of the file; the first that matches counts."""
    return [Excuse(row["why"], tuple(row["mutants"].split("\n")[:-1])) for row in _read()["excuse"]]


def idle(some: Sequence[Excuse], keys: Iterable[str]) -> list[str]:
    """The names in excuses that none of these mutants has."""
    there = list(keys)
    names = [name for excuse in some for name in excuse.names]
    return [name for name in names if not any(matches(name, key) for key in there)]


def matches(name: str, key: str) -> bool:
    """Whether a name with gaps fits the key of a mutant."""
    return _pattern(name).fullmatch(key) is not None


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, name.split("…"))), re.DOTALL)


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(EXCUSED.read_text("utf-8"))
