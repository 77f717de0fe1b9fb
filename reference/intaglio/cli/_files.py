"""Files that verbs write: never one that is there, unless forced; whole or not at all."""

import os
import secrets
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from intaglio.cli._exits import ExistsError, UsageError

STDOUT: Final = Path("-")
_T = TypeVar("_T")


def check_free(path: Path, *, force: bool) -> None:
    """Refuse a path that is taken."""
    if path != STDOUT and not force and os.path.lexists(path):
        raise ExistsError(path)


def is_folder(path: Path, text: str) -> bool:
    """Whether `path`, written as `text`, is or is meant to be a folder."""
    return path.is_dir() or text.endswith(("/", os.sep))


def write_file(path: Path, write: Callable[[Path], _T], *, force: bool) -> _T:
    """Let `write` make a file at a temporary path, which then becomes `path`, or standard output.

    A link at `path` is replaced, not followed, so nothing is written elsewhere.
    """
    check_free(path, force=force)
    folder = path.parent if path != STDOUT else Path(_temporary_folder())
    temporary = folder / f".intaglio-{secrets.token_hex(8)}.tmp{path.suffix[:20]}"
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    try:
        result = write(temporary)
        if path == STDOUT:
            with temporary.open("rb") as made:
                shutil.copyfileobj(made, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        else:
            check_free(path, force=force)
            temporary.replace(path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
    return result


def targets(sources: Sequence[Path], output: Path, text: str, suffix: str) -> list[Path]:
    """Where each source's result goes: one file, or one a source in a folder."""
    if not is_folder(output, text):
        if len(sources) > 1:
            message = f"{len(sources)} files need a folder: -o {output}/"
            raise UsageError(message)
        return [output]
    found = [output / f"{source.stem}{suffix}" for source in sources]
    folded = [path.name.casefold() for path in found]
    for i, name in enumerate(folded):
        if name in folded[:i]:
            first = sources[folded.index(name)]
            message = f"{first} and {sources[i]} would both become {found[i]}"
            raise UsageError(message)
    return found


def _temporary_folder() -> str:
    import tempfile

    return tempfile.gettempdir()
