"""A trace of the plain reader: which case reaches which function and which line."""

import importlib
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

from proofs import modules
from proofs.mutator import Mutant
from proofs.trial import Loaded, maybe_failure

_EVENTS_MAX: Final = 2_000  # lines that a function may take in one case while each is watched
Line = tuple[str, int]  # a module and a line of it


@dataclass(frozen=True, slots=True)
class Trace:
    """Functions, `module.name`, that some decode calls; lines that importing reaches.

    Cases by line: the n-th case is bit n, for sets of names would fill the memory that every
    process after this one is given a copy of.
    """

    cases: tuple[str, ...]
    functions: set[str] = field(default_factory=set)
    imported: set[Line] = field(default_factory=set)
    lines: dict[Line, int] = field(default_factory=dict)

    def of(self, mutant: Mutant) -> tuple[str, ...]:
        """The ids of the cases that may notice a change there."""
        places = [(mutant.module, row) for row in mutant.rows]
        if any(place in self.imported for place in places):
            return self.cases
        bits = 0
        for place in places:
            bits |= self.lines.get(place, 0)
        return tuple(name for n, name in enumerate(self.cases) if bits >> n & 1)

    def untried(self) -> list[str]:
        """Rooms that some decode needs and that have no mutants: there should be none."""
        return sorted({name.partition(".")[0] for name in self.functions} - set(modules.MODULES))


def traced(cases: Sequence[Loaded]) -> Trace:
    """Import everything afresh, run all cases, and watch."""
    found = Trace(tuple(loaded.case.id for loaded in cases))
    names: dict[CodeType, tuple[str, str] | None] = {}
    reached: set[tuple[CodeType, int]] = set()
    events: Counter[CodeType] = Counter()

    def watch(frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401 - as sys has it
        code = frame.f_code
        if code not in names:
            path = Path(code.co_filename)
            name = code.co_qualname.replace("<locals>.", "")
            names[code] = (path.stem, name) if path.parent == modules.READER else None
        if names[code] is None or events[code] > _EVENTS_MAX:
            return None
        reached.add((code, frame.f_lineno))
        if event == "line":
            events[code] += 1
            if events[code] > _EVENTS_MAX:  # a long loop: as if it reached every line
                reached.update((code, line) for *_, line in code.co_lines() if line)
                frame.f_trace_lines = False
        return watch

    modules.install({}, afresh=True)
    sys.settrace(watch)
    try:
        importlib.import_module("adapters.plain")
        found.imported.update((_place(names[code])[0], line) for code, line in reached)
        for n, loaded in enumerate(cases):
            reached.clear()
            events.clear()
            maybe_failure(loaded)
            for code, line in list(reached):
                module, name = _place(names[code])
                found.functions.add(f"{module}.{name}")
                found.lines[module, line] = found.lines.get((module, line), 0) | 1 << n
    finally:
        sys.settrace(None)
    return found


def _place(name: tuple[str, str] | None) -> tuple[str, str]:
    assert name is not None
    return name
