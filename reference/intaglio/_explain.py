"""Explaining: a refusal that says what probably happened to the file, and what to do.

Comes to work only where reading has failed, and imports what looks at files
only then. What it finds goes into the error's detail and diagnosis; its reason
stays what SPEC.md says. Decoding is over by then, and never uses any of this.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from intaglio._diagnosis import NOT_A_CARRIER
from intaglio._errors import DecodeError, Reason
from intaglio._files import maybe_position
from intaglio._limits import Limits

if TYPE_CHECKING:
    from intaglio._diagnosis import Diagnosis

Pixels = npt.NDArray[np.uint8]

PIXELS_MAX: Final = 1 << 26  # of a larger picture nothing is told: it would have to be read whole
BYTES_MAX: Final = 1 << 26  # of a PNG's file, looked through for the place of the damage
_HEAD_BYTES: Final = 4096  # of what is no PNG
_TOLD_ANEW: Final = frozenset(
    {
        *(Reason.NOT_PNG, Reason.PNG_DAMAGED, Reason.NO_PROLOGUE),
        *(Reason.PROLOGUE_DAMAGED, Reason.CARRIER_SIZE_MISMATCH),
    }
)


class Explainer:
    """Around the reading of one file: a DecodeError that passes is explained.

    May be entered again and again; looks at the file once for each reason.
    """

    def __init__(self, look: Callable[[Reason], "Diagnosis | None"]) -> None:
        self._look: Final = look
        self._found: Final[dict[Reason, Diagnosis | None]] = {}

    def __enter__(self) -> None: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(problem, DecodeError):
            self.explain(problem)

    def explain(self, problem: DecodeError) -> None:
        """Add to `problem` what probably happened; never raises."""
        reason = problem.reason
        if reason not in self._found:
            with suppress(Exception):  # the refusal has to be told, whatever becomes of its cause
                self._found[reason] = self._look(reason)
        found = self._found.setdefault(reason, None)
        if found is None:
            return
        anew = reason in _TOLD_ANEW
        detail = found.sentence if anew else f"{found.sentence} ({problem.detail})"
        problem.explain(None if found.cause == NOT_A_CARRIER else found.cause, detail)


def explaining(stream: BinaryIO, limits: Limits) -> Explainer:
    """Explains what is refused of a stream, from where it stands now; later leaves it standing."""
    start = maybe_position(stream)

    def look(reason: Reason) -> "Diagnosis | None":
        if start is None:  # a pipe cannot be read again
            return None
        here = stream.tell()
        try:
            stream.seek(start)
            return _look_at_file(stream, reason, limits)
        finally:
            stream.seek(here)

    return Explainer(look)


def explaining_pixels(pixels: Pixels) -> Explainer:
    """Explains what is refused of (H, W, 3 or 4) pixels."""

    def look(reason: Reason) -> "Diagnosis | None":
        from intaglio._diagnose import diagnose_pixels

        return diagnose_pixels(pixels, reason) if _few(*pixels.shape[:2]) else None

    return Explainer(look)


def _look_at_file(stream: BinaryIO, reason: Reason, limits: Limits) -> "Diagnosis | None":
    if reason in (Reason.NOT_PNG, Reason.PNG_DAMAGED):
        from intaglio._strangers import LOSSLESS, diagnose_bytes

        size = _HEAD_BYTES if reason == Reason.NOT_PNG else BYTES_MAX
        data = stream.read(size)
        found = diagnose_bytes(data, whole=len(data) < size)
        if found is None or found.cause not in LOSSLESS:
            return found
        from intaglio._diagnose import diagnose_other

        stream.seek(-len(data), os.SEEK_CUR)
        return diagnose_other(stream, found, limits)
    from intaglio._diagnose import diagnose_pixels, is_told_by_pixels

    if not is_told_by_pixels(reason):
        return None
    pixels = _maybe_pixels(stream, limits)
    return None if pixels is None else diagnose_pixels(pixels, reason)


def _maybe_pixels(stream: BinaryIO, limits: Limits) -> Pixels | None:
    """The whole picture; None if it is too large to look at."""
    from intaglio._png import open_png

    png = open_png(stream, limits.pixels_max)
    if not _few(png.width, png.height):
        return None
    return png.whole()


def _few(height: int, width: int) -> bool:
    return height * width <= PIXELS_MAX
