"""Which labels of SPEC.md and which reasons the cases cover."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runner.suite import Case

SPEC: Final = Path(__file__).resolve().parents[2] / "SPEC.md"
ELSEWHERE: Final = {  # labels that no case can bear, and what holds them instead
    "PNG-8": "binds writers: runner/written.py, on every file that an encoder writes",
    "PNG-9": "binds writers, and is a recommendation; cases without the hint are read",
    "DEC-2": "inspecting is no part of the contract: tests of the reference",
    "DEC-3": "slices are no part of the contract: tests of the reference",
    "DEC-4": "binds writers: runner/written.py, and the judge that decodes what they write",
    "VER-1": "binds writers: runner/written.py",
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many cases bear each label and each reason; 0 for none."""

    labels: dict[str, int]
    reasons: dict[str, int]

    @property
    def gaps(self) -> list[str]:
        """Labels that no case bears though one could, reasons that never win, and stale excuses."""
        bare = [name for name, n in self.labels.items() if not n and name not in ELSEWHERE]
        bare += [name for name, n in self.reasons.items() if not n]
        return bare + [name for name in ELSEWHERE if self.labels.get(name, 1)]


def covered(cases: Sequence[Case]) -> Coverage:
    """What the cases cover."""
    text = SPEC.read_text("utf-8")
    labels = re.findall(r"^\*\*\[([A-Z]+-\d+)\]\*\*", text, re.MULTILINE)
    registry = text.partition("### 14.7 Reasons")[2].partition("## 15")[0]
    reasons = re.findall(r"`([a-z0-9-]+)`", registry)
    assert labels
    assert reasons
    borne = Counter(label for case in cases for label in case.labels)
    given = Counter(case.reason for case in cases)
    unknown = borne.keys() - set(labels) | given.keys() - {None, *reasons}
    assert not unknown, unknown
    return Coverage(
        {label: borne[label] for label in labels}, {reason: given[reason] for reason in reasons}
    )
