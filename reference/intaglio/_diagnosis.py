"""A diagnosis: what probably happened to a file, in one sentence, with a remedy."""

from dataclasses import dataclass
from typing import Final

ASK: Final = "ask for the original file"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What happened to a file that could not be read.

    cause: a word for machines; stable. certain: False where it is inferred from statistics.
    sentence: for people; what happened, and what to do.
    """

    cause: str
    certain: bool
    sentence: str
