"""A diagnosis: what probably happened to a file, in one sentence, with a remedy."""

from dataclasses import dataclass
from typing import Final

ASK: Final = "ask for the original file"
NOT_A_CARRIER: Final = "not-a-carrier"  # what nothing is known of: no error names it
SMOOTHED: Final = "smoothed"  # what was fine is gone
ALTERED: Final = "altered"  # what looks like data is there, and is not what was written
SLIGHT: Final = "slightly-changed"  # all of it is there, nearly
RANDOM: Final = "low-bits-random"  # data without beginning and end, or what was written over it
_CODECS: Final = frozenset({"jpeg", "lossy", "webp", "avif"})
_CROPPED: Final = frozenset(
    {"cropped", *(f"cropped-{s}" for s in ("top", "right", "bottom", "left"))}
)
FAMILIES: Final = {  # causes that stand for one of several, where nothing tells which
    SMOOTHED: frozenset({"resized", "blurred", *_CODECS}),
    ALTERED: frozenset(
        {"resized", "blurred", "recoloured", "palette", RANDOM, *_CODECS, *_CROPPED}
    ),
    SLIGHT: frozenset({"recoloured", "palette", "blurred", *_CODECS}),
    RANDOM: _CROPPED,
}
_NEARLY: Final = (
    "most values of its first pixels are off by 1 at most; noise was added, its colours were "
    "converted and back (gamma, video range, YCbCr, a profile) or rounded to fewer bits, or it was "
    "blurred or compressed with little loss"
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What happened to a file that could not be read.

    cause: a word for machines, stable; a family's where there is no telling more. certain: False
    where it is inferred from statistics. sentence: for people; what happened, and what to do.
    """

    cause: str
    certain: bool
    sentence: str


def slightly_changed() -> Diagnosis:
    """Of pixels whose values are nearly those that were written."""
    return Diagnosis(
        SLIGHT, False, f"probably this PNG was changed a little everywhere: {_NEARLY}; {ASK}"
    )
