"""What holds each label of SPEC.md: a wrong decoder, and a case of that label that it fails.

The wrong decoder is, in this order, the plain reader without a statement that the
label stands at; a misreading of the label; the plain reader with another change to
such a statement.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import CodeType
from typing import Final

from misreadings import ALL, Misreading

from proofs import modules
from proofs.mutation import CASE_SECONDS_MAX, all_mutants
from proofs.mutator import LEFT_OUT, Mutant
from proofs.trial import Loaded, first_failure, maybe_failure
from proofs.workers import outcomes, stop_after

SECONDS_MAX: Final = 300.0
_LABEL: Final = re.compile(r"\[([A-Z]+-\d+)\]")
Rows = tuple[int, int]  # the first and the last line
Wrong = tuple[str, Callable[[], dict[str, CodeType]]]  # its name; and its changed modules


@dataclass(frozen=True, slots=True)
class Held:
    """A label, the wrong decoder that breaks it, and the case that says so; None for nothing."""

    label: str
    wrong: str | None
    killer: str | None
    how: str = ""


def held(cases: Sequence[Loaded], labels: Sequence[str]) -> list[Held]:
    """What holds each of the labels; where it can be, something that does not crash."""
    mutants = all_mutants()
    spans = {module: labelled(modules.source(module)) for module in modules.MODULES}
    return [_held(cases, label, _wrong_decoders(label, mutants, spans)) for label in labels]


def _held(cases: Sequence[Loaded], label: str, wrong_decoders: Iterator[Wrong]) -> Held:
    borne = [loaded for loaded in cases if label in loaded.case.labels]

    def judge(loaded: Loaded) -> str | None:
        stop_after(CASE_SECONDS_MAX)
        return maybe_failure(loaded)

    def work(wrong: Wrong) -> tuple[str, str] | None:
        modules.install(wrong[1]())
        return first_failure(borne, judge)

    crashed = Held(label, None, None)
    for wrong in wrong_decoders:
        ((_, told),) = outcomes([wrong], work, 1, SECONDS_MAX)
        if isinstance(told, list):  # not one that never ends: the case is to be named
            if not told[1].startswith("crashed"):
                return Held(label, wrong[0], *told)
            crashed = Held(label, wrong[0], *told)
    return crashed


def labelled(source: str) -> dict[str, list[Rows]]:
    """The lines of the statements that each label stands at, the shortest first.

    A label stands at a statement if it stands on a line of it, or of its head if
    it has a body: then the body counts, too.
    """
    found: dict[str, list[Rows]] = {}
    lines = source.split("\n")
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt | ast.ExceptHandler):
            continue
        body = getattr(node, "body", None)
        last = body[-1].end_lineno if body else node.end_lineno
        head_last = body[0].lineno - 1 if body else last
        for line in lines[node.lineno - 1 : max(head_last, node.lineno)]:
            for label in _LABEL.findall(line):
                found.setdefault(label, []).append((node.lineno, last))
    return {label: sorted(set(s), key=lambda rows: rows[1] - rows[0]) for label, s in found.items()}


def _wrong_decoders(
    label: str, mutants: Sequence[Mutant], spans: Mapping[str, Mapping[str, Sequence[Rows]]]
) -> Iterator[Wrong]:
    near = [
        (last - first, index, mutant)
        for index, mutant in enumerate(mutants)
        for first, last in spans[mutant.module].get(label, ())
        if first <= mutant.rows[0] <= last
    ]
    ordered = [mutant for _, _, mutant in sorted(near, key=lambda one: one[:2])]
    for mutant in (mutant for mutant in ordered if mutant.change == LEFT_OUT):
        yield _of(mutant)
    for wrong in (wrong for wrong in ALL if wrong.label == label):
        yield wrong.name, partial(_misread, wrong)
    for mutant in (mutant for mutant in ordered if mutant.change != LEFT_OUT):
        yield _of(mutant)


def _misread(wrong: Misreading) -> dict[str, CodeType]:
    texts = wrong.changed(modules.source)
    return {module: modules.compiled(module, text) for module, text in texts.items()}


def _of(mutant: Mutant) -> Wrong:
    what = "without" if mutant.change == LEFT_OUT else f"{mutant.change} in"
    return f"{what} `{mutant.line}`", lambda: {
        mutant.module: modules.compiled(mutant.module, mutant.tree())
    }
