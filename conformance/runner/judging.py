"""Trials: one case or one request, from question to verdict.

An encoder is judged by decoding what it wrote, byte for byte, with a judge,
and by the rules for writers.
"""

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .adapter import DONE, REJECTED, USAGE, Adapter, Ran
from .requests import Request
from .suite import Case, Expected
from .verdict import PASS, Verdict, judge_decode, maybe_unable
from .written import broken_rules, records


def try_decode(adapter: Adapter, case: Case) -> tuple[Verdict, float]:
    """The verdict on one decode, and how many seconds it took."""
    with tempfile.TemporaryDirectory(prefix="intaglio-", ignore_cleanup_errors=True) as name:
        out = Path(name)
        ran = adapter.decode(case.png, out, case.only)
        return judge_decode(case, ran, out, adapter.features), ran.seconds


def try_encode(
    encoder: Adapter, request: Request, judges: Sequence[Adapter]
) -> tuple[list[Verdict], float]:
    """A verdict for each judge on one encode, and how many seconds the encoder took."""
    with tempfile.TemporaryDirectory(prefix="intaglio-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        asked, cover = request.write(folder)
        made = folder / "made.png"
        ran = encoder.encode(asked, made, cover)
        verdict = _before_judges(request, ran, made, encoder.features)
        if verdict is not None:
            return [verdict] * len(judges), ran.seconds
        case = _case(request, made)
        return [_judged(case, judge, request) for judge in judges], ran.seconds


def _before_judges(
    request: Request, ran: Ran, made: Path, features: frozenset[str]
) -> Verdict | None:
    """The verdict that needs no judge, if there is one."""
    verdict = maybe_unable(ran, request.needs, features)
    if verdict is None and ran.status not in (DONE, REJECTED, USAGE):
        verdict = Verdict("timeout" if ran.status is None else "crash", ran.ending)
    if ran.status != DONE and made.exists():
        return Verdict("stray-files", f"wrote a picture, and ended with {ran.ending}")
    if verdict is not None:
        return verdict
    if request.refuse:
        return PASS if ran.status != DONE else Verdict("wrongly-accepted", "cannot be carried")
    if ran.status != DONE:
        return Verdict("wrongly-rejected", ran.ending)
    if not made.is_file():
        return Verdict("bad-result", "there is no picture")
    broken = broken_rules(made.read_bytes(), request.depths)
    return Verdict("writer-rule", "; ".join(broken)) if broken else None


def _case(request: Request, made: Path) -> Case:
    arrays = tuple(
        Expected(
            name=array.name,
            element=array.element,
            unit=array.unit,
            unit_count=array.unit_count,
            shape=tuple(str(length) for length in array.shape),
            metadata=array.metadata,
            sha256=hashlib.sha256(array.data).hexdigest(),
            data=array.data,
        )
        for array in request.arrays
    )
    return Case(request.id, (), "", made, None, request.metadata, arrays, None, None, None)


def _judged(case: Case, judge: Adapter, request: Request) -> Verdict:
    verdict, _ = try_decode(judge, case)
    if verdict.failure in ("wrongly-rejected", "crash", "timeout", "bad-result"):
        return Verdict("judge-refused", f"{judge.name}: {verdict.detail}")
    if verdict.failure or not verdict.supported:
        return verdict
    for array, record in zip(request.arrays, records(case.png.read_bytes()), strict=True):
        asked = (array.filters, array.codec, array.block_length)
        done = (record.filters, record.codec, record.block_length)
        if record.size and any(a is not None and a != d for a, d in zip(asked, done, strict=True)):
            return Verdict("writer-rule", f"asked for {asked}, and wrote {done}")
    return PASS
