"""Trials in one process: a case, a decoder, and whether they agree.

What the runner does with processes and files, done with calls: for the tests,
and for wrong decoders by the thousand.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from adapters import contract
from runner.suite import Case

_FIELDS: Final = ("name", "element", "unit", "unit_count", "metadata", "sha256")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case with its file in memory."""

    case: Case
    png: bytes


def load(cases: Iterable[Case]) -> list[Loaded]:
    """The cases with their files."""
    return [Loaded(case, case.png.read_bytes()) for case in cases]


def maybe_failure(loaded: Loaded, decode: contract.Decode | None = None) -> str | None:
    """What a decoder gets wrong about a case; by default the plain reader as it is imported now."""
    if decode is None:
        from adapters.plain import decode
    case = loaded.case
    try:
        decoded = decode(loaded.png, case.only)
    except contract.RefusedError as problem:
        reason = problem.reason
        return None if reason in (case.reason, case.or_reason) else f"refused: {reason}"
    except contract.AbsentNameError:
        return None if case.is_absent else "name called absent"
    except Exception as problem:  # a wrong decoder may do anything
        return f"crashed: {type(problem).__name__}"
    if case.reason is not None or case.is_absent:
        return "accepted"
    if decoded.result["metadata"] != case.metadata:
        return "other metadata"
    if [row["name"] for row in decoded.result["arrays"]] != [a.name for a in case.arrays]:
        return "other arrays"
    for array, row, data in zip(case.arrays, decoded.result["arrays"], decoded.arrays, strict=True):
        if data != array.data:
            return "other bytes"
        if tuple(row["shape"]) != array.shape or any(
            row[name] != getattr(array, name) for name in _FIELDS
        ):
            return "other array record"
    return None


def first_failure(
    cases: Iterable[Loaded], judge: Callable[[Loaded], str | None] = maybe_failure
) -> tuple[str, str] | None:
    """The first case that fails, and how; None if all agree."""
    for loaded in cases:
        failure = judge(loaded)
        if failure is not None:
            return loaded.case.id, failure
    return None
