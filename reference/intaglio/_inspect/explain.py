"""Explains why a file was refused: adds the probable cause, and what to do, to the error.

Finding the cause takes time, and most callers only need to know that the file was refused. So the
search runs when the error's text, `.detail` or `.diagnosis` is first used. The file may be closed
by then, so the error keeps what it needs to read it again: a path with the file's identity, the
bytes of a BytesIO, or the caller's pixels. For any other stream, the search runs immediately. The
reason is never changed.
"""

import io
import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._io import bare_stream, maybe_position
from intaglio.errors import DecodeError, Reason
from intaglio.limits import Limits

if TYPE_CHECKING:
    from intaglio._forensics.report import Diagnosis

Pixels = npt.NDArray[np.uint8]
Look = Callable[[], "Diagnosis | None"]

PIXELS_MAX: Final = 1 << 26  # larger pictures are not diagnosed: they would have to be read whole
BYTES_MAX: Final = 1 << 26  # of a PNG file, searched for the position of the damage
_HEAD_BYTES: Final = 4096  # of a file that is not a PNG
_DETAIL_REPLACED: Final = frozenset(
    {
        *(Reason.NOT_PNG, Reason.PNG_DAMAGED, Reason.NO_PROLOGUE),
        *(Reason.PROLOGUE_DAMAGED, Reason.CARRIER_SIZE_MISMATCH),
    }
)


class Explainer:
    """A context manager for reading one file: tells each DecodeError how to find its cause.

    It can be entered repeatedly, and examines the file once for each reason.
    """

    def __init__(self, prepare: Callable[[Reason], Look | None]) -> None:
        """`prepare` is called while the file is open; it returns the search to run later."""
        self._prepare: Final = prepare
        self._looks: Final[dict[Reason, Look | None]] = {}

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
        """Let `problem` search for its cause when it is first used; never raises."""
        reason = problem.reason
        if reason not in self._looks:
            with suppress(Exception):  # a failed search must not hide the refusal
                look = self._prepare(reason)
                self._looks[reason] = look and _once(look)
        look = self._looks.setdefault(reason, None)
        if look is not None:
            problem.explain_when_asked(lambda detail: _explained(look, reason, detail))


def _once(look: Look) -> Look:
    """`look` with its result cached; releases the file after the first call."""
    todo = [look]
    found: list[Diagnosis | None] = []

    def looked() -> "Diagnosis | None":
        if not found:
            found.append(_maybe_found(todo[0]))
            todo.clear()
        return found[0]

    return looked


def _maybe_found(look: Look) -> "Diagnosis | None":
    with suppress(Exception):
        return look()
    return None


def _explained(look: Look, reason: Reason, detail: str) -> tuple[str | None, str]:
    """The new diagnosis and detail of an error that had this detail."""
    found = look()
    if found is None:
        return None, detail
    whole = found.sentence if reason in _DETAIL_REPLACED else f"{found.sentence} ({detail})"
    from intaglio._forensics.report import NOT_A_CARRIER

    return None if found.cause == NOT_A_CARRIER else found.cause, whole


class _Identity(NamedTuple):
    """Identifies a file, to notice that a path leads to another file."""

    device: int
    inode: int
    size: int
    changed_ns: int


def _identity(stream: BinaryIO) -> _Identity:
    status = os.fstat(stream.fileno())
    return _Identity(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def explaining(stream: BinaryIO, limits: Limits) -> Explainer:
    """An Explainer for a file in a stream that begins at its position; restores the position."""
    start = maybe_position(stream)

    def prepare(reason: Reason) -> Look | None:
        if start is None:  # a pipe cannot be read again
            return None
        bare = bare_stream(stream)
        if type(bare) is io.BytesIO and len(bare.getbuffer()) <= BYTES_MAX:
            data = bare.getvalue()
            return lambda: _look_from(io.BytesIO(data), start, reason, limits)
        if isinstance(bare, io.BufferedReader | io.FileIO) and isinstance(bare.name, str):
            path, identity = Path(bare.name).absolute(), _identity(bare)
            return lambda: _look_at_path(path, identity, start, reason, limits)
        here = stream.tell()
        try:
            found = _look_from(stream, start, reason, limits)
        finally:
            stream.seek(here)
        return lambda: found

    return Explainer(prepare)


def explaining_pixels(pixels: Pixels) -> Explainer:
    """An Explainer for (H, W, 3 or 4) pixels; no diagnosis if the pixels change later."""

    def prepare(reason: Reason) -> Look | None:
        if not _few(*pixels.shape[:2]):
            return None
        crc = _crc(pixels)

        def look() -> "Diagnosis | None":
            from intaglio._forensics.diagnose import diagnose_pixels

            return diagnose_pixels(pixels, reason) if _crc(pixels) == crc else None

        return look

    return Explainer(prepare)


def _crc(pixels: Pixels) -> int:
    return zlib.crc32(np.ascontiguousarray(pixels).data)


def _look_at_path(
    path: Path, identity: _Identity, start: int, reason: Reason, limits: Limits
) -> "Diagnosis | None":
    """The diagnosis of the file; None if the path leads to another file now."""
    with path.open("rb") as stream:
        return _look_from(stream, start, reason, limits) if _identity(stream) == identity else None


def _look_from(stream: BinaryIO, start: int, reason: Reason, limits: Limits) -> "Diagnosis | None":
    stream.seek(start)
    return _look_at_file(stream, reason, limits)


def _look_at_file(stream: BinaryIO, reason: Reason, limits: Limits) -> "Diagnosis | None":
    if reason in (Reason.NOT_PNG, Reason.PNG_DAMAGED):
        from intaglio._forensics.filetype import LOSSLESS, diagnose_bytes

        size = _HEAD_BYTES if reason == Reason.NOT_PNG else BYTES_MAX
        data = stream.read(size)
        found = diagnose_bytes(data, whole=len(data) < size)
        if found is None or found.cause not in LOSSLESS:
            return found
        from intaglio._forensics.diagnose import diagnose_other

        stream.seek(-len(data), os.SEEK_CUR)
        return diagnose_other(stream, found, limits)
    from intaglio._forensics.diagnose import diagnose_pixels, is_explained_by_pixels

    if not is_explained_by_pixels(reason):
        return None
    pixels = _maybe_pixels(stream, limits)
    return None if pixels is None else diagnose_pixels(pixels, reason)


def _maybe_pixels(stream: BinaryIO, limits: Limits) -> Pixels | None:
    """The whole picture; None if it is too large to be diagnosed."""
    from intaglio._format.png.decode import open_png

    png = open_png(stream, limits.pixels_max)
    if not _few(png.width, png.height):
        return None
    return png.whole()


def _few(height: int, width: int) -> bool:
    return height * width <= PIXELS_MAX
