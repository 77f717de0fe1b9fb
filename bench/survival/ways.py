"""Ways: what it is to save a picture again, and the tools that offer it.

Knows no tool. The rooms beside it each know one family of them.
"""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Literal

TIMEOUT_SECONDS = 120

Run = Callable[[Path, Path], Path]  # a PNG, and an empty folder -> the file at the way's end
Loss = Literal["nothing", "alpha", "place", "values"]


class NotTakenError(Exception):
    """The tool itself refuses this picture, and says so: nothing was saved."""


@dataclass(frozen=True)
class Way:
    """One way of saving a picture again.

    loses: nothing; alpha, which only some profiles need; place, where every value is still
    there at another one, which restoring undoes; or values.
    causes: what a refusal may rightly name where something was lost.
    """

    name: str
    run: Run
    loses: Loss = "nothing"
    causes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tool:
    """A program or a library, and its ways. version() is None where the tool is not here."""

    name: str
    version: Callable[[], str | None]
    ways: tuple[Way, ...]


# What may rightly be said.
ALPHA = ("alpha-flattened",)
PREMULTIPLIED = ("premultiplied", "alpha-flattened")
JPEG = ("jpeg", "lossy")
LOSSY = ("lossy", "webp", "avif", "jpeg")
PALETTE = ("palette",)
RESIZED = ("resized",)
COLOURS = ("recoloured", "colour-managed")
GREY = ("grey",)
BLURRED = ("blurred",)
CROPPED = ("cropped", "cropped-top", "cropped-left", "cropped-right", "cropped-bottom")
DRAWN = ("annotated",)


def shell(script: str, end: str = "out.png") -> Run:
    """Commands of a shell, in which {i} is the picture, {o} the end, and {t} a path to build on."""

    def run(source: Path, folder: Path) -> Path:
        out = folder / end
        text = script.replace("{i}", f"'{source}'").replace("{o}", f"'{out}'")
        text = "set -e -o pipefail; " + text.replace("{t}", f"{folder}/t")
        done = subprocess.run(
            ["bash", "-c", text],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=TIMEOUT_SECONDS,
            cwd=folder,
        )
        if done.returncode or not out.exists():
            said = (done.stderr + done.stdout).strip().splitlines()
            raise NotTakenError(said[-1][:200] if said else f"exit code {done.returncode}")
        return out

    return run


def spoken(script: str, word: int = -1) -> Callable[[], str | None]:
    """The version that a command prints: the given word of its first line that has a digit."""

    def version() -> str | None:
        done = subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, errors="replace", check=False
        )
        if done.returncode == 127:  # the shell's "command not found"
            return None
        lines = [line for line in done.stdout.splitlines() + done.stderr.splitlines() if line]
        numbered = [line for line in lines if any(c.isdigit() for c in line)]
        return numbered[0].split()[word].strip(",()") if numbered else "of unknown version"

    return version


def installed(package: str) -> Callable[[], str | None]:
    """The version of a Python distribution."""

    def version() -> str | None:
        try:
            return version_of(package)
        except PackageNotFoundError:
            return None

    return version
