"""The mutation score: which mutants of the reference decoder the cases kill.

A mutant is killed when one case ends otherwise than it should. Every mutant
that survives is excused, with a reason, in conformance/mutants_excused.json.
"""

import importlib
import json
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

from proofs import rooms
from proofs.mutator import Mutant, mutants, mutated
from proofs.trial import Loaded, first_failure, maybe_failure
from proofs.workers import outcomes

EXCUSED: Final = Path(__file__).resolve().parents[1] / "mutants_excused.json"
SECONDS_MAX: Final = 60.0
EXCLUDED: Final[dict[str, frozenset[str]]] = {  # what writes, inspects or makes ndarrays
    "_carrier": frozenset(
        {"_nearest", "_field_values", "_wanted_bits", "_embed_bits", "Embedder", "Sliceable"}
        | {"Extractor.tail"}
    ),
    "_prologue": frozenset({"write_prologue"}),
    "_records": frozenset({"build_prologue", "build_header", "_sealed"}),
    "_header": frozenset({"write_header", "_array_fields"}),
    "_metadata": frozenset({"write_metadata", "_plain"}),
    "_blocks": frozenset({"write_table", "pack_block", "compressed_size", "_compressor"}),
    "_filters": frozenset(
        {"filter_step", "apply_filters", "_order", "_delta", "_lorenzo", "_zigzag", "_shuffle"}
        | {"_bytedelta", "decimal_share"}
    ),
    "_arrays": frozenset(
        {"element_type_of", "canonical_bytes", "native_dtype", "array_from_bytes"}
    ),
    "_container": frozenset({"array_of", "read_elements"}),
    "_codec": frozenset(
        {"Job", "pack", "encode", "Encoded", "_embedder", "_embedded_bands", "embed", "inspect"}
        | {"Opened.array", "Opened.elements", "Opened.is_echo_intact"}
    ),
    "_spec": frozenset({"pixels_for"}),
}
EXCLUDED_CONSTANTS: Final = {  # tables for writers, and texts for people
    "_arrays": ("_HINTS",),
    "_codec": ("_HINT",),
    "_png": ("STRANGERS",),
    "_spec": (
        *("PROFILES", "DEFAULT_PROFILE", "HINT_KEYWORD", "ARRAYS_MAX", "FORMAT_MINOR"),
        "OPTIONAL_FLAGS_KNOWN",
    ),
}


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant; `killer` is a case id, or how it died before any case."""

    mutant: Mutant
    killer: str | None
    how: str = ""


def all_mutants(only: Iterable[str] = rooms.ROOMS) -> list[Mutant]:
    """Every mutant of the decoder's rooms."""
    found = []
    for room in only:
        constants = tuple(f"{name}:" for name in EXCLUDED_CONSTANTS.get(room, ()))
        constants += tuple(f"{name}: Final[" for name in EXCLUDED_CONSTANTS.get(room, ()))
        found += [
            mutant
            for mutant in mutants(room, rooms.source(room), EXCLUDED.get(room, frozenset()))
            if not (constants and mutant.line.startswith(constants))
        ]
    return found


def callers(cases: Sequence[Loaded]) -> dict[str, set[str]]:
    """For each function of the rooms, `room.name`, the cases whose decode calls it."""
    found: dict[str, set[str]] = {}
    called: set[CodeType] = set()

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called.add(frame.f_code)

    maybe_failure(cases[0])  # import first
    threading.setprofile(watch)
    sys.setprofile(watch)
    try:
        for loaded in cases:
            called.clear()
            maybe_failure(loaded)
            for code in list(called):
                path = Path(code.co_filename)
                if path.parent == rooms.REFERENCE:
                    name = code.co_qualname.replace("<locals>.", "")
                    found.setdefault(f"{path.stem}.{name}", set()).add(loaded.case.id)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    return found


def wrongly_excluded(called: Mapping[str, set[str]]) -> list[str]:
    """Excluded functions that some decode calls all the same: there should be none."""
    names = {f"{room}.{name}" for room, some in EXCLUDED.items() for name in some}
    return sorted(names & called.keys())


class Ordering:
    """Cases in the order in which they are likely to kill a mutant."""

    def __init__(self, cases: Sequence[Loaded], called: Mapping[str, set[str]]) -> None:
        """`called`: what `callers` gives; a change to a function is seen by its callers only."""
        self._called = called
        self._cached = {
            f"{room}.{name}"
            for room in rooms.ROOMS
            for name in re.findall(
                r"^ *@(?:lru_)?cache.*\n *def (\w+)", rooms.source(room), re.MULTILINE
            )
        }
        self._cases = {loaded.case.id: loaded for loaded in cases}
        self._by_function: dict[str, Counter[str]] = {}
        self._by_room: dict[str, Counter[str]] = {}
        self._seconds: dict[str, float] = {}
        for loaded in cases:
            began = time.perf_counter()
            maybe_failure(loaded)
            self._seconds[loaded.case.id] = time.perf_counter() - began

    def of(self, mutant: Mutant) -> list[Loaded]:
        """The cases that may kill it, the likeliest first."""
        name = f"{mutant.room}.{mutant.function}"
        may = self._cases if name in self._cached else self._called.get(name, self._cases)
        function = self._by_function.get(f"{mutant.room}.{mutant.function}", Counter())
        room = self._by_room.get(mutant.room, Counter())

        def rank(name: str) -> tuple[float, float, float]:
            return -function[name], -room[name], self._seconds[name]

        return [self._cases[name] for name in sorted(may, key=rank)]

    def learn(self, mutant: Mutant, killer: str) -> None:
        """Remember which case killed."""
        name = f"{mutant.room}.{mutant.function}"
        self._by_function.setdefault(name, Counter())[killer] += 1
        self._by_room.setdefault(mutant.room, Counter())[killer] += 1


def fates(
    cases: Sequence[Loaded], called: Mapping[str, set[str]], tried: Sequence[Mutant], jobs: int
) -> list[Fate]:
    """What becomes of each mutant."""
    ordering = Ordering(cases, called)
    sources = {room: rooms.source(room) for room in rooms.ROOMS}

    def work(mutant: Mutant) -> list[str] | None:
        tree = mutated(sources[mutant.room], mutant.number)
        try:
            rooms.install({mutant.room: rooms.compiled(mutant.room, tree)})
            importlib.import_module("adapters.reference")
        except Exception as problem:
            return ["(import)", type(problem).__name__]
        failure = first_failure(ordering.of(mutant))
        return None if failure is None else list(failure)

    found = []
    for mutant, told in outcomes(tried, work, jobs, SECONDS_MAX):
        if isinstance(told, str):
            fate = Fate(mutant, f"({told})", told)
        elif told is None:
            fate = Fate(mutant, None)
        else:
            fate = Fate(mutant, *told)
            if told[0] != "(import)":
                ordering.learn(mutant, told[0])
        found.append(fate)
        if len(found) % 250 == 0:
            survivors = sum(f.killer is None for f in found)
            sys.stderr.write(f"{len(found)} of {len(tried)} mutants, {survivors} survive\n")
    return found


def excused() -> dict[str, str]:
    """The excuse of each mutant that may survive, by key."""
    if not EXCUSED.is_file():
        return {}
    found: dict[str, str] = json.loads(EXCUSED.read_bytes())
    return found
