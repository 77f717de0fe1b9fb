"""Verdicts: whether a way gave the exact arrays, or a refusal that names the right cause."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pictures import Array, Picture
from PIL import Image
from ways import NotTakenError, Tool, Way

import intaglio as ig
from intaglio._forensics.report import FAMILIES


@dataclass(frozen=True)
class Verdict:
    """What became of one picture on one way.

    word: "exact"; "refused" with a right cause; "family", refused as one of several causes of
    which one is right; "no trace", refused with the word that nothing is left to tell; "not
    taken", the tool would not; "wrong cause"; or what must never be: "wrong data", "traceback",
    "lost" (refused though the way loses nothing).
    cause: what the refusal named. restored: whether restoring brought every bit back.
    """

    tool: str
    way: str
    picture: str
    word: str
    cause: str = ""
    detail: str = ""
    restored: bool = False

    @property
    def is_never(self) -> bool:
        """Whether this must never be."""
        return self.word in ("wrong data", "traceback", "lost")


def judge(tool: Tool, way: Way, picture: Picture) -> Verdict:
    """Send a copy of the picture on its way and read what comes back."""

    def verdict(
        word: str, cause: str = "", detail: object = "", *, restored: bool = False
    ) -> Verdict:
        return Verdict(tool.name, way.name, picture.name, word, cause, str(detail), restored)

    with tempfile.TemporaryDirectory(prefix="survival") as name:
        folder = Path(name)
        source = folder / "in.png"
        shutil.copyfile(picture.path, source)
        try:
            end = way.run(source, folder)
        except (NotTakenError, subprocess.TimeoutExpired, OSError, ValueError) as problem:
            return verdict("not taken", detail=problem)
        try:
            read = ig.load_dict(end)
        except ig.DecodeError as problem:
            return _of_refusal(verdict, way, picture, end, problem)
        except Exception as problem:  # whatever it is, it is the finding
            return verdict("traceback", detail=repr(problem))
        return verdict("exact" if same(read, picture.arrays) else "wrong data")


def same(read: dict[str, Array], arrays: dict[str, Array]) -> bool:
    """Whether those are the same arrays, every bit."""
    return [(n, a.dtype, a.shape, a.tobytes()) for n, a in read.items()] == [
        (n, a.dtype, a.shape, a.tobytes()) for n, a in arrays.items()
    ]


def _of_refusal(verdict, way: Way, picture: Picture, end: Path, problem: ig.DecodeError) -> Verdict:
    cause = problem.diagnosis or "none"
    if way.loses == "nothing" or (way.loses == "alpha" and not picture.uses_alpha):
        changed = _changes(picture.path, end)
        return verdict("lost", cause, f"{problem.reason}; {changed}")
    restored = way.loses == "place" and _is_restored(end, picture)
    return verdict(_word(problem.diagnosis, way.causes), cause, problem, restored=restored)


def _word(cause: str | None, right: tuple[str, ...]) -> str:
    if cause is None:
        return "no trace"
    if cause in right:
        return "refused"
    return "wrong cause" if FAMILIES.get(cause, frozenset()).isdisjoint(right) else "family"


def _is_restored(end: Path, picture: Picture) -> bool:
    restored = end.with_name("restored.png")
    try:
        done = ig.restore(end, restored)
        return done.problem is None and same(ig.load_dict(restored), picture.arrays)
    except ig.IntaglioError:
        return False


def _changes(before: Path, after: Path) -> str:
    """What an independent reader (Pillow) sees of the two files."""
    with Image.open(before) as one, Image.open(after) as other:
        if one.size != other.size:
            return f"{one.size} became {other.size}"
        changed = np.asarray(one.convert("RGBA")) != np.asarray(other.convert("RGBA"))
        return f"{changed.any(-1).mean():.1%} of pixels changed ({one.mode} to {other.mode})"
