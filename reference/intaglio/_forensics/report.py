"""The Diagnosis type: the probable cause, one sentence, and a remedy."""

from dataclasses import dataclass
from typing import Final

ASK: Final = "ask for the original file"
NOT_A_CARRIER: Final = "not-a-carrier"  # nothing was found; no error names it
SMOOTHED: Final = "smoothed"  # fine detail is gone
ALTERED: Final = "altered"  # a payload is there, but was changed
SLIGHT: Final = "slightly-changed"  # nearly all values are as written
# payload noise without prologue and echo, or random bits written over it
RANDOM: Final = "low-bits-random"
_CODECS: Final = frozenset({"jpeg", "lossy", "webp", "avif"})
_CROPPED: Final = frozenset(
    {"cropped", *(f"cropped-{s}" for s in ("top", "right", "bottom", "left"))}
)
FAMILIES: Final = {  # a family stands for its members where statistics cannot tell them apart
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
    """Why a file could not be read.

    cause: a stable label for programs; a family's label if the exact cause is unknown.
    certain: False if it is inferred from statistics. sentence: for people; the cause and a
    remedy.
    """

    cause: str
    certain: bool
    sentence: str


def slightly_changed() -> Diagnosis:
    """Return the diagnosis of pixels whose values are nearly those written."""
    return Diagnosis(
        SLIGHT, False, f"probably this PNG was changed a little everywhere: {_NEARLY}; {ASK}"
    )
