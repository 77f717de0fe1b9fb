"""A trace of the reference decoder: which case reaches which function and which line."""

import importlib
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from proofs import excuses, rooms
from proofs.mutator import Mutant
from proofs.trial import Loaded, maybe_failure

Line = tuple[str, int]  # a room and a line of it


@dataclass(frozen=True, slots=True)
class Trace:
    """Functions, `room.name`, that some decode calls; lines that importing reaches.

    Cases by line: the n-th case is bit n, for sets of names would fill the memory that every
    process after this one is given a copy of.
    """

    cases: tuple[str, ...]
    functions: set[str] = field(default_factory=set)
    imported: set[Line] = field(default_factory=set)
    lines: dict[Line, int] = field(default_factory=dict)

    def of(self, mutant: Mutant) -> tuple[str, ...]:
        """The ids of the cases that may notice a change there."""
        places = [(mutant.room, row) for row in mutant.rows]
        if any(place in self.imported for place in places):
            return self.cases
        bits = 0
        for place in places:
            bits |= self.lines.get(place, 0)
        return tuple(name for n, name in enumerate(self.cases) if bits >> n & 1)

    def wrongly_excluded(self) -> list[str]:
        """Excluded functions that some decode calls all the same: there should be none."""
        names = {f"{room}.{name}" for room, some in excuses.excluded().items() for name in some}
        told = [f"{name}." for name in self.functions]
        return sorted(name for name in names if any(t.startswith(f"{name}.") for t in told))

    def untried(self) -> list[str]:
        """Rooms that some decode needs and that have no mutants: there should be none."""
        return sorted({name.partition(".")[0] for name in self.functions} - set(rooms.ROOMS))


def traced(cases: Sequence[Loaded]) -> Trace:
    """Import everything anew, run all cases, and watch."""
    found = Trace(tuple(loaded.case.id for loaded in cases))
    names: dict[CodeType, tuple[str, str] | None] = {}
    reached: set[tuple[CodeType, int]] = set()

    def watch(frame: FrameType, _event: str, _: object) -> Any:  # noqa: ANN401 - as sys has it
        code = frame.f_code
        if code not in names:
            path = Path(code.co_filename)
            name = code.co_qualname.replace("<locals>.", "")
            names[code] = (path.stem, name) if path.parent == rooms.REFERENCE else None
        if names[code] is None:
            return None
        reached.add((code, frame.f_lineno))
        return watch

    rooms.install({}, anew=True)
    threading.settrace(watch)
    sys.settrace(watch)
    try:
        importlib.import_module("adapters.reference")
        found.imported.update((_place(names[code])[0], line) for code, line in reached)
        for n, loaded in enumerate(cases):
            reached.clear()
            maybe_failure(loaded)
            for code, line in list(reached):
                room, name = _place(names[code])
                found.functions.add(f"{room}.{name}")
                found.lines[room, line] = found.lines.get((room, line), 0) | 1 << n
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
    return found


def _place(name: tuple[str, str] | None) -> tuple[str, str]:
    assert name is not None
    return name
