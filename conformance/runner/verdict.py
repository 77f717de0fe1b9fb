"""Verdicts: what an adapter left behind, held against what a case expects.

Exit status, result.json and files decide; nothing else is looked at, and
nothing is ever read as a number: bytes are compared.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from . import schema
from .adapter import DONE, REJECTED, UNSUPPORTED, USAGE, Ran
from .suite import Case, Expected

RESULT: Final = "result.json"
RESULT_BYTES_MAX: Final = 64 * 1024 * 1024
_FIELDS: Final = ("name", "element", "unit", "unit_count", "metadata", "sha256")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`failure` is None for a pass, else one word for machines; `detail` is for people."""

    failure: str | None
    detail: str = ""
    supported: bool = True


PASS: Final = Verdict(None)
NOT_SUPPORTED: Final = Verdict(None, supported=False)


def judge_decode(case: Case, ran: Ran, out: Path, features: frozenset[str]) -> Verdict:
    """The verdict on one decode of `case` into the folder `out`."""
    unable = maybe_unable(ran, case.needs, features)
    if unable:
        return unable if list(out.iterdir()) == [] else Verdict("stray-files", "after status 69")
    if case.is_absent and ran.status in (DONE, REJECTED, USAGE):
        return _judge_absence(ran, out)
    if ran.status not in (DONE, REJECTED):
        return Verdict("timeout" if ran.status is None else "crash", ran.ending)
    arrays = sorted(path.name for path in out.rglob("*") if path.name != RESULT)
    if ran.status == REJECTED and arrays:
        return Verdict("stray-files", f"refused, and yet left {', '.join(arrays[:3])}")
    result = _read_result(out / RESULT)
    if isinstance(result, Verdict):
        return result
    if (result["result"] == "accept") != (ran.status == DONE):
        return Verdict("bad-result", f"status {ran.status}, and a result that says the opposite")
    if case.reason is not None:
        return _judge_refusal(case, result)
    if result["result"] == "reject":
        return Verdict("wrongly-rejected", f"refused with {result['reason']}")
    return _judge_arrays(case, result, out, arrays)


def maybe_unable(ran: Ran, needs: frozenset[str], features: frozenset[str]) -> Verdict | None:
    """The verdict on status 69, which must agree with `describe`."""
    if ran.status != UNSUPPORTED:
        return None
    if needs <= features:
        return Verdict("not-described", "status 69, and describe leaves out nothing that it needs")
    return NOT_SUPPORTED


@cache
def _result_schema() -> dict[str, Any]:
    return schema.read("result")


def _read_result(path: Path) -> dict[str, Any] | Verdict:
    if not path.is_file():
        return Verdict("bad-result", f"there is no {RESULT}")
    if path.stat().st_size > RESULT_BYTES_MAX:
        return Verdict("bad-result", f"{RESULT} has {path.stat().st_size} bytes")
    try:
        result: dict[str, Any] = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as problem:
        return Verdict("bad-result", f"{RESULT} is not JSON: {problem}")
    found = schema.faults(result, _result_schema())
    return Verdict("bad-result", f"{RESULT}: {found[0]}") if found else result


def _judge_refusal(case: Case, result: dict[str, Any]) -> Verdict:
    if result["result"] == "accept":
        return Verdict("wrongly-accepted", f"read what must be refused with {case.expected}")
    if result["reason"] not in (case.reason, case.or_reason):
        return Verdict("wrong-reason", f"{result['reason']} instead of {case.expected}")
    return PASS


def _judge_absence(ran: Ran, out: Path) -> Verdict:
    if ran.status != USAGE:
        return Verdict("absence-missed", f"{ran.ending}; a name that is not there is 64")
    left = sorted(path.name for path in out.iterdir())
    return Verdict("stray-files", f"status 64, and yet left {left[0]}") if left else PASS


def _judge_arrays(case: Case, result: dict[str, Any], out: Path, there: list[str]) -> Verdict:
    if result["metadata"] != case.metadata:
        return Verdict("wrong-metadata", f"the file's is {str(result['metadata'])[:80]!a}")
    rows = result["arrays"]
    if [row["name"] for row in rows] != [array.name for array in case.arrays]:
        return Verdict("wrong-arrays", f"these arrays: {[row['name'] for row in rows]!a}"[:200])
    files = [f"{index}.bin" for index in range(len(rows))]
    if [row["file"] for row in rows] != files or there != sorted(files):
        return Verdict("stray-files", f"{there} instead of {files}")
    for array, row in zip(case.arrays, rows, strict=True):
        verdict = _judge_array(array, row, (out / row["file"]).read_bytes)
        if verdict.failure:
            return verdict
    return PASS


def _judge_array(array: Expected, row: dict[str, Any], read: Callable[[], bytes]) -> Verdict:
    told = {**{name: row[name] for name in _FIELDS}, "shape": tuple(row["shape"])}
    for name, value in told.items():
        if value != getattr(array, name) and name != "sha256":
            kind = "wrong-metadata" if name == "metadata" else "wrong-arrays"
            wanted = str(getattr(array, name))[:80]
            return Verdict(kind, f"{array.name!a}: {name} {str(value)[:80]!a}, not {wanted!a}")
    data = read()
    if data != array.data:
        return Verdict("wrong-bytes", f"{array.name!a}: {_difference(data, array.data)}")
    if told["sha256"] != array.sha256:
        return Verdict("wrong-arrays", f"{array.name!a}: the bytes are right, the sha256 is not")
    return PASS


def _difference(got: bytes, wanted: bytes) -> str:
    if len(got) != len(wanted):
        return f"{len(got)} bytes instead of {len(wanted)}"
    at = next(i for i, (a, b) in enumerate(zip(got, wanted, strict=True)) if a != b)
    return f"byte {at} is {got[at]:02X} instead of {wanted[at]:02X}"
