"""Talk: data on stdout, messages on stderr, one line for each problem."""

import gc
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from shutil import get_terminal_size
from time import monotonic
from typing import Any, Final

from intaglio._escape import escaped, json_line, one_line
from intaglio.cli.exit_codes import BUG, OK, code_of, sentence_of
from intaglio.cli.files import STDOUT, naming_full_disk
from intaglio.cli.streams import discard
from intaglio.cli.wording import in_options
from intaglio.errors import PictureWarning

_SECONDS_BETWEEN: Final = 0.1  # from one state of the progress line to the next


@dataclass(frozen=True, slots=True)
class Talk:
    """How a verb talks. quiet: errors only. as_json: one line of JSON a file on stdout."""

    quiet: bool = False
    as_json: bool = False

    def data(self, text: str) -> None:
        """Print what was asked for; escaped already."""
        with naming_full_disk(STDOUT):
            print(text)  # noqa: T201

    def json(self, value: dict[str, Any]) -> None:
        """Print one line of JSON."""
        with naming_full_disk(STDOUT):
            print(json_line(value))  # noqa: T201

    def note(self, text: str) -> None:
        """Tell something on stderr, unless --quiet."""
        if not self.quiet:
            complain(text)


def complain(text: str) -> None:
    """Print one line on stderr; where nobody can read it, what was done counts all the same."""
    _line.clear()
    try:
        print(f"intaglio: {one_line(text)}", file=sys.stderr)  # noqa: T201
    except OSError:
        discard(sys.stderr)


@contextmanager
def noting(subject: str | None) -> Iterator[None]:
    """Print a PictureWarning as a note about `subject`, as soon as it comes; None: not at all."""
    with warnings.catch_warnings():
        warnings.simplefilter("default", PictureWarning)
        show = warnings.showwarning

        def shown(message: Warning | str, category: type[Warning], *where: Any) -> None:  # noqa: ANN401
            if not issubclass(category, PictureWarning):
                show(message, category, *where)
            elif subject is not None:
                told = in_options(str(message))
                complain(f"{subject}: {told}" if subject else told)

        warnings.showwarning = shown  # type: ignore[assignment]
        yield


def fail(problem: Exception, subject: str | None = None) -> int:
    """Print the line for `problem`, and give its exit code."""
    code, sentence = code_of(problem), sentence_of(problem)
    if code == BUG and os.environ.get("INTAGLIO_DEBUG"):
        raise problem
    known = subject is None or subject in sentence or getattr(problem, "filename", None)
    complain(sentence if known else f"{subject}: {sentence}")
    return code


def each(
    paths: Sequence[Path],
    work: Callable[[Path], int | None],
    talk: Talk,
    *,
    prints: bool = False,
    named: bool = True,
) -> int:
    """Do `work` on every file, whatever becomes of the others; give the gravest exit code.

    prints: whether the work prints to stdout; on a terminal that is progress enough.
    named: whether problems are the paths' own; else their text says whose they are.
    """
    gravest = OK
    with _steps(paths, talk, prints=prints) as steps:
        for path in steps:
            try:
                with noting(None if talk.quiet else label(path)):
                    code = work(path) or OK
            except BrokenPipeError:
                raise
            except Exception as problem:
                code = fail(problem, label(path) if named else None)
                if talk.as_json:
                    talk.json({"file": str(path), **_problem_members(problem, code)})
            gravest = max(gravest, code)
            gc.enable()
    return gravest


def _problem_members(problem: Exception, code: int) -> dict[str, Any]:
    """What programs may want to know of a file that failed."""
    return {
        "error": sentence_of(problem),
        "reason": getattr(problem, "reason", None),
        "diagnosis": getattr(problem, "diagnosis", None),
        "exit_code": code,
    }


def label(path: Path) -> str:
    """A path as messages have it."""
    return escaped(os.fsdecode(path)) if os.fsdecode(path) != "-" else "standard input"


@contextmanager
def _steps(paths: Sequence[Path], talk: Talk, *, prints: bool) -> Iterator[Iterable[Path]]:
    """The paths, counted on the terminal as they are done."""
    if prints and sys.stdout.isatty():
        yield paths
        return
    with progress(talk, f"{len(paths)} files", len(paths)) as advance:

        def counted() -> Iterator[Path]:
            for path in paths:
                yield path
                advance(1)

        yield counted()


@contextmanager
def progress(talk: Talk, description: str, total: int) -> Iterator[Callable[[int], None]]:
    """A line on standard error, if that is a terminal; yields what counts steps that are done."""
    if talk.quiet or total < 2 or not sys.stderr.isatty():
        yield lambda _: None
        return
    done, shown = 0, -inf

    def advance(count: int) -> None:
        nonlocal done, shown
        done += count
        if monotonic() - shown >= _SECONDS_BETWEEN:
            shown = monotonic()
            _line.show(f"{description}: {done:,} of {total:,} ({100 * done // total} %)")

    advance(0)
    try:
        yield advance
    finally:
        _line.clear()


class _Line:
    """The line of progress that stands on the terminal, if one does."""

    def __init__(self) -> None:
        self.length = 0

    def show(self, text: str) -> None:
        """Replace the line."""
        text = text[: get_terminal_size().columns - 1]
        self._put(f"\r{text.ljust(self.length)}")
        self.length = len(text)

    def clear(self) -> None:
        """Remove it: a message comes, or the work is done."""
        if self.length:
            self._put(f"\r{' ' * self.length}\r")
            self.length = 0

    def _put(self, text: str) -> None:
        with suppress(OSError):  # the terminal went away; the work goes on
            print(text, end="", file=sys.stderr, flush=True)  # noqa: T201


_line: Final = _Line()
