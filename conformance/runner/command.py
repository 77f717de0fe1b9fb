"""The command line: run, matrix, list, explain."""

import argparse
import json
import os
import re
import shlex
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from . import report, suite
from .adapter import TIMEOUT_SECONDS, Adapter, AdapterError
from .catalogue import requests
from .judging import try_decode, try_encode
from .requests import Request
from .verdict import judge_decode

PASSED: Final = 0
FAILED: Final = 1
UNUSABLE: Final = 2
RANDOM_REQUESTS: Final = 20
SAMPLE: Final = 6  # of the other requests, `matrix` takes one in so many
_LABELLED: Final = re.compile(r"^\*\*\[([A-Z]+-\d+)\]\*\* (.*?)\n\n", re.MULTILINE | re.DOTALL)
_T = TypeVar("_T")
_R = TypeVar("_R")


def main(words: list[str] | None = None) -> int:
    """Do what the command line says: 0 all passed, 1 something failed, 2 nothing could be tried."""
    options = _parser().parse_args(words)
    try:
        status: int = options.act(options)
    except (AdapterError, suite.SuiteError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return UNUSABLE
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="intaglio-conformance",
        description="Hold an implementation of the Intaglio format against the conformance cases.",
    )
    acts = parser.add_subparsers(required=True)
    run = acts.add_parser("run", help="one implementation: all cases, all encode requests")
    matrix = acts.add_parser("matrix", help="every encoder against every decoder")
    show = acts.add_parser("list", help="the ids of all cases, with labels and results")
    explain = acts.add_parser("explain", help="what a case is about")
    run.set_defaults(act=_run)
    matrix.set_defaults(act=_matrix)
    show.set_defaults(act=_list)
    explain.set_defaults(act=_explain)
    run.add_argument("--adapter", required=True, metavar="CMD", help="the implementation")
    run.add_argument("--judge", metavar="CMD", help="decodes what was encoded; the reference")
    run.add_argument("--decode", action="store_true", help="only decode")
    run.add_argument("--encode", action="store_true", help="only encode")
    run.add_argument("--expected-failures", type=Path, metavar="FILE", help="ids, one a line")
    matrix.add_argument("--adapter", required=True, metavar="CMD", action="append")
    matrix.add_argument("--all", action="store_true", help="every request, not one in six")
    for each in (run, matrix):
        each.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
        each.add_argument("--timeout", type=float, default=TIMEOUT_SECONDS, metavar="SECONDS")
        each.add_argument("--json", type=Path, metavar="REPORT")
        each.add_argument("--seed", type=int, default=0, help="of the random requests")
        each.add_argument("--random", type=int, default=RANDOM_REQUESTS, metavar="N")
    for each in (run, matrix, show):
        each.add_argument("--filter", action="append", default=[], metavar="GLOB", help="of ids")
    for each in (run, matrix, show, explain):
        each.add_argument("--suite", type=Path, default=suite.HOME, help=argparse.SUPPRESS)
    explain.add_argument("id")
    explain.add_argument("--adapter", metavar="CMD", help="try it, and show what the command says")
    return parser


def _run(options: argparse.Namespace) -> int:
    began = time.monotonic()
    adapter = Adapter(options.adapter, options.timeout)
    both = options.decode == options.encode
    cases = suite.load(options.suite, options.filter) if options.decode or both else []
    asked = _requests(options) if options.encode or both else []
    judge = _judge(options) if asked else None
    if cases:
        _warn_of_changes(options.suite)

    def decode(case: suite.Case) -> report.Row:
        return report.row(case.id, "decode", *try_decode(adapter, case))

    def encode(request: Request) -> report.Row:
        assert judge is not None
        (verdict,), seconds = try_encode(adapter, request, [judge])
        return report.row(f"encode/{request.id}", "encode", verdict, seconds)

    rows = _spread(decode, cases, options.jobs) + _spread(encode, asked, options.jobs)
    if options.expected_failures:
        expected = report.read_expected(options.expected_failures)
        known = {case.id for case in suite.load(options.suite)}
        known |= {f"encode/{request.id}" for request in requests(options.random, options.seed)}
        rows = report.expecting(rows, expected, frozenset(known))
    version, seconds = suite.version(options.suite), time.monotonic() - began
    sys.stdout.write(report.table(adapter, version, rows, seconds))
    if options.json:
        document = report.document(adapter, judge, version, rows, seconds)
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return PASSED if report.passed(rows) else FAILED


def _requests(options: argparse.Namespace) -> list[Request]:
    made = requests(options.random, options.seed)
    return [request for request in made if suite.matches(f"encode/{request.id}", options.filter)]


def _judge(options: argparse.Namespace) -> Adapter:
    if options.judge:
        return Adapter(options.judge, options.timeout)
    reference = suite.HOME / "adapters" / "reference.py"
    return Adapter(shlex.join([sys.executable, str(reference)]), options.timeout)


def _warn_of_changes(home: Path) -> None:
    for problem in suite.problems(home)[:5]:
        sys.stderr.write(f"warning: the suite is not as released: {problem}\n")


def _spread(work: Callable[[_T], _R], items: Iterable[_T], jobs: int) -> list[_R]:
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        return list(pool.map(work, items))


def _matrix(options: argparse.Namespace) -> int:
    adapters = [Adapter(command, options.timeout) for command in options.adapter]
    decoders = [adapter for adapter in adapters if "decode" in adapter.features]
    encoders = [adapter for adapter in adapters if "encode" in adapter.features]
    asked = _requests(options)
    if not (options.all or options.filter):
        asked = sampled(asked)
    cells = [("encoder, then decoder", *(decoder.name for decoder in decoders))]
    bad: list[str] = []
    tables = []
    for encoder in encoders:

        def each(request: Request, encoder: Adapter = encoder) -> list[report.Row]:
            verdicts, seconds = try_encode(encoder, request, decoders)
            return [report.row(request.id, "encode", verdict, seconds) for verdict in verdicts]

        columns = list(zip(*_spread(each, asked, options.jobs), strict=True))
        line = [encoder.name]
        for decoder, rows in zip(decoders, columns, strict=True):
            counts = Counter(row.status for row in rows)
            skipped = f", {counts['unsupported']} not supported" if counts["unsupported"] else ""
            line.append(f"{counts['pass']} of {len(rows)}{skipped}")
            pair = f"{encoder.name} -> {decoder.name}"
            bad += [f"FAIL  {pair}  {r.id}  {r.failure}: {r.detail}" for r in rows if r.failure]
            tables.append(
                {"encoder": encoder.name, "decoder": decoder.name, "counts": dict(counts)}
            )
        cells.append(tuple(line))
    sys.stdout.write("\n".join([*report.aligned(cells), *bad]) + "\n")
    if options.json:
        document = {"pairs": tables, "failures": bad}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return FAILED if bad or not encoders or not decoders or not asked else PASSED


def sampled(asked: list[Request]) -> list[Request]:
    """All random requests, and one in six of the others."""
    return [r for i, r in enumerate(asked) if i % SAMPLE == 0 or r.id.startswith("random/")]


def _list(options: argparse.Namespace) -> int:
    cases = suite.load(options.suite, options.filter)
    cells = [(case.id, case.expected, " ".join(case.labels)) for case in cases]
    sys.stdout.write("".join(f"{line}\n" for line in report.aligned(cells)) if cells else "")
    return PASSED if cases else FAILED


def _explain(options: argparse.Namespace) -> int:
    found = [case for case in suite.load(options.suite) if case.id == options.id]
    if not found:
        sys.stderr.write(f"there is no case {options.id}; `list` has them all\n")
        return UNUSABLE
    (case,) = found
    lines = [case.id, "", case.description, ""]
    if case.edit:
        lines.append(f"edit: {case.edit} (made from {case.derived_from})")
    lines.append(f"file: {case.png}")
    if case.only is not None:
        lines.append(f"only: {' '.join(ascii(name) for name in case.only) or '(no array)'}")
    expected = f"refusal, {case.expected}" if case.reason else case.expected
    lines.append(f"expected: {'the arrays below' if expected == 'accept' else expected}")
    for array in case.arrays:
        data = array.data.hex(" ") if len(array.data) <= 64 else f"{len(array.data)} bytes"
        shape = " x ".join(array.shape) or "rank 0"
        lines.append(f"  {array.name!a} {array.element}, {shape}: {data}")
    sentences = _sentences(options.suite)
    lines += ["", *(f"[{label}] {sentences.get(label, '')}".rstrip() for label in case.labels)]
    sys.stdout.write("\n".join(lines) + "\n")
    return _try(case, options.adapter) if options.adapter else PASSED


def _sentences(home: Path) -> dict[str, str]:
    """The paragraph of SPEC.md behind each label, if SPEC.md is at hand."""
    for path in (home / "SPEC.md", home.parent / "SPEC.md"):
        if path.is_file():
            text = path.read_text("utf-8")
            found = re.findall(
                r"^\*\*\[([A-Z]+-\d+)\]\*\* (.*?)\n\n", text, re.MULTILINE | re.DOTALL
            )
            return {label: " ".join(body.split()) for label, body in found}
    return {}


def _try(case: suite.Case, command: str) -> int:
    adapter = Adapter(command)
    with tempfile.TemporaryDirectory(prefix="intaglio-") as name:
        ran = adapter.decode(case.png, Path(name), case.only, loud=True)
        verdict = judge_decode(case, ran, Path(name), adapter.features)
    sys.stdout.write(f"\n{adapter.name}: {verdict.failure or 'pass'} {verdict.detail}".rstrip())
    sys.stdout.write("\n")
    return FAILED if verdict.failure else PASSED
