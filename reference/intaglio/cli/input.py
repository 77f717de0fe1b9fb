"""Input: opens a file by its path, or standard input for "-"."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from intaglio.cli.exit_codes import UsageError
from intaglio.cli.files import naming_full_disk

STDIN: Final = Path("-")
_SUFFIX_OF_HEAD: Final = {b"\x93NUM": ".npy", b"PK\x03\x04": ".npz", b"PK\x05\x06": ".npz"}


def source_of(path: Path) -> Path | BinaryIO:
    """Yield `path`, or all of standard input as a file."""
    if path != STDIN:
        return path
    import shutil
    import tempfile

    with _naming_stdin(), naming_full_disk(Path(tempfile.gettempdir())):
        kept = tempfile.TemporaryFile()  # noqa: SIM115 - gone when nobody reads it any more
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.seek(0)
    return kept


@contextmanager
def path_of(path: Path) -> Iterator[Path]:
    """Yield `path`, or a temporary file with standard input: .npy or .npz, by its first bytes."""
    if path != STDIN:
        yield path
        return
    with _naming_stdin():
        head = sys.stdin.buffer.read(4)
    suffix = _SUFFIX_OF_HEAD.get(head)
    if suffix is None:
        message = "standard input is neither .npy nor .npz; other formats are known by their names"
        raise UsageError(message)
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / f"data{suffix}"
        with naming_full_disk(Path(folder).parent), place.open("wb") as kept:
            kept.write(head)
            shutil.copyfileobj(sys.stdin.buffer, kept)
        yield place


@contextmanager
def _naming_stdin() -> Iterator[None]:
    """Add "standard input" to read errors, which the system does not name."""
    try:
        yield
    except OSError as problem:
        if problem.errno is not None and problem.filename is None:
            problem.filename = "standard input"
        raise


def check_once(paths: Sequence[Path]) -> None:
    """Refuse to read standard input twice: the second read is empty."""
    if paths.count(STDIN) > 1:
        message = "standard input can be read once: - stands twice"
        raise UsageError(message)


def check_named(paths: list[Path]) -> None:
    """Refuse standard input where results are named after their sources."""
    if STDIN in paths:
        message = "standard input has no name to call a result by: -o FILE, or -o -"
        raise UsageError(message)
