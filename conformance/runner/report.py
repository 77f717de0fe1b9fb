"""Reports: rows of verdicts, as a table for people and as JSON for machines.

Also the list of expected failures, which is strict: a pass that was not
expected is an error.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from .adapter import Adapter
from .suite import FORMAT_VERSION
from .verdict import Verdict

STATUSES: Final = ("pass", "fail", "unsupported", "expected-failure", "unexpected-pass")
_BAD: Final = {"fail", "unexpected-pass"}


@dataclass(frozen=True, slots=True)
class Row:
    """The verdict on one case or one request."""

    id: str
    operation: str
    status: str
    failure: str | None
    detail: str
    seconds: float


def row(name: str, operation: str, verdict: Verdict, seconds: float) -> Row:
    """The row of a verdict, when nothing is known of what was expected."""
    status = "fail" if verdict.failure else "pass" if verdict.supported else "unsupported"
    return Row(name, operation, status, verdict.failure, verdict.detail, round(seconds, 3))


def read_expected(path: Path) -> frozenset[str]:
    """The ids in a list of expected failures: one a line, the rest of it after # is a remark."""
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return frozenset(line for line in lines if line)


def expecting(rows: Sequence[Row], expected: frozenset[str], known: frozenset[str]) -> list[Row]:
    """The rows, judged again by what was expected to fail; an unknown id fails, too."""
    changed = {"fail": "expected-failure", "pass": "unexpected-pass"}
    judged = [
        replace(row, status=changed.get(row.status, row.status)) if row.id in expected else row
        for row in rows
    ]
    lost = "is listed as an expected failure, and there is no such case"
    return judged + [Row(name, "decode", "fail", None, lost, 0) for name in expected - known]


def passed(rows: Sequence[Row]) -> bool:
    """Whether all is as it should be; where nothing was tried, nothing is."""
    return any(row.status == "pass" for row in rows) and not any(r.status in _BAD for r in rows)


def document(
    adapter: Adapter, judge: Adapter | None, suite: str, rows: Sequence[Row], seconds: float
) -> dict[str, Any]:
    """The report for machines: schema/report.schema.json."""
    counts = Counter(row.status for row in rows)
    return {
        "suite": suite,
        "format": FORMAT_VERSION,
        "adapter": _identity(adapter),
        "judge": _identity(judge) if judge else None,
        "passed": passed(rows),
        "totals": {status: counts[status] for status in STATUSES},
        "seconds": round(seconds, 3),
        "rows": [asdict(row) for row in rows],
    }


def _identity(adapter: Adapter) -> dict[str, Any]:
    return {"command": adapter.command, "describe": adapter.description}


def table(adapter: Adapter, suite: str, rows: Sequence[Row], seconds: float) -> str:
    """The report for people: a line a group, then whatever failed."""
    what = adapter.description
    lines = [f"{what['name']} {what['version']} ({what['language']}), suite {suite}", ""]
    groups = sorted({_group(row) for row in rows})
    heads = ("operation", "group", *STATUSES)
    cells = []
    for operation, group in groups:
        counts = Counter(row.status for row in rows if _group(row) == (operation, group))
        cells.append((operation, group, *(str(counts[status] or ".") for status in STATUSES)))
    totals = Counter(row.status for row in rows)
    cells.append(("", "all", *(str(totals[status]) for status in STATUSES)))
    lines += aligned([heads, *cells])
    bad = [row for row in rows if row.status in _BAD]
    lines += [""] if bad else []
    for row in bad:
        what_failed = f"{row.failure}: {row.detail}" if row.failure else row.detail or row.status
        lines.append(f"{row.status.upper()}  {row.operation}  {row.id}  {what_failed}")
    lines += ["", f"{'passed' if passed(rows) else 'FAILED'} in {seconds:.1f} s"]
    return "\n".join(lines) + "\n"


def _group(row: Row) -> tuple[str, str]:
    return row.operation, row.id.removeprefix("encode/").split("/")[0]


def aligned(cells: Sequence[Sequence[str]]) -> list[str]:
    """Lines of cells, in columns."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
