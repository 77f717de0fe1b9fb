"""REPORT.md, written from what the runs left in fuzz/state and from FOUND.md.

python -m fuzz.report
"""

import json
import platform
import subprocess
import sys
from importlib.metadata import version
from typing import Any, Final

from fuzz import ROOT
from fuzz.readers import LIMITS
from fuzz.run import STATE
from fuzz.structured import GROWTH_KILOBYTES_MAX, MEMORY_BYTES_MAX
from intaglio.errors import DECODE_REASONS

REPORT: Final = ROOT / "fuzz" / "REPORT.md"
FOUND: Final = ROOT / "fuzz" / "FOUND.md"
STAGES: Final = ("stream", "png", "javascript", "stream-pure", "png-pure")
PARTS: Final = ("atheris", "isal", "numpy", "zlib-ng", "zstandard")


def structured() -> str:
    """The tables of the structure-aware runs."""
    paths = {stage: STATE / f"{stage}.json" for stage in STAGES}
    states = {stage: json.loads(p.read_text()) for stage, p in paths.items() if p.exists()}
    assert states, "there is nothing to report: run fuzz.structured first"
    total = sum(state["executions"] for state in states.values())
    found = sum(len(state["findings"]) for state in states.values())
    lines = [f"{total:,} mutants, {found} disagreements.", ""]
    lines += _row("stage", "mutants", "a second", "accepted", "slowest", "grew by", "found")
    lines += _row(*["---"] * 7)
    for stage, state in states.items():
        count = state["executions"]
        lines += _row(
            stage,
            f"{count:,}",
            f"{count / state['seconds']:,.0f}",
            f"{state['verdicts'].get('accepted', 0):,}",
            f"{1000 * state['slowest'][0]:,.0f} ms",
            f"{state['growth_kilobytes'] / 1024:.1f} MiB",
            len(state["findings"]),
        )
    lines += ["", *_row("verdict", *states), *_row(*["---"] * (1 + len(states)))]
    for verdict in ("accepted", *(reason.value for reason in DECODE_REASONS)):
        lines += _row(verdict, *(f"{s['verdicts'].get(verdict, 0):,}" for s in states.values()))
    return "\n".join(lines) + "\n"


def _row(*cells: Any) -> list[str]:  # noqa: ANN401 - whatever can be shown
    return [f"| {' | '.join(map(str, cells))} |"]


def main() -> int:
    """Write the report."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    parts = ", ".join(f"{name} {version(name)}" for name in PARTS)
    guided = (STATE / "guided.md").read_text()
    REPORT.write_text(
        "# Fuzzing: what was run, and what it found\n\n"
        f"Written by `python -m fuzz.report` at commit {commit.strip()}; README.md says what is "
        f"run. Python {platform.python_version()}, {platform.machine()}, {parts}.\n\n"
        "## Structure-aware\n\n"
        f"Readers with limits of {LIMITS.pixels:,} pixels and {LIMITS.output_bytes:,} bytes, in a "
        f"process of {MEMORY_BYTES_MAX >> 20:,} MiB that may grow by {GROWTH_KILOBYTES_MAX >> 10} "
        "MiB; the slowest is that on the clock, of a machine with other work.\n\n"
        f"{structured()}\n"
        "## Coverage-guided\n\n"
        "Edges are those of the reference's Python that libFuzzer counts.\n\n"
        f"{guided}\n{FOUND.read_text()}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
