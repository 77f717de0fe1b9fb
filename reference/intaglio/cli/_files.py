"""Files that verbs write: never one that is there, unless forced; whole or not at all.

What is being written stands beside its place, as `.intaglio-*.tmp` with the place's suffix;
whoever is killed meanwhile leaves it there.
"""

import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from intaglio._files import sync_folder
from intaglio.cli._exits import ExistsError, UsageError

STDOUT: Final = Path("-")
_DEVICES: Final = Path("/dev")
_TRIES: Final = 50
_PAUSE_SECONDS: Final = 0.02
_HERE: Final = -100  # AT_FDCWD
_RENAME_EXCHANGE: Final = 2
_T = TypeVar("_T")


def check_free(path: Path, *, force: bool) -> None:
    """Refuse a path that is taken."""
    if not is_stream(path) and not force and os.path.lexists(path):
        raise ExistsError(path)


def is_stream(path: Path) -> bool:
    """Whether it is standard output, a pipe or a device: it takes bytes, and keeps its name."""
    special = path.exists() and not path.is_file() and not path.is_dir()
    return path == STDOUT or special or path.parent == _DEVICES


def is_folder(path: Path, text: str) -> bool:
    """Whether `path`, written as `text`, is or is meant to be a folder."""
    return path.is_dir() or text.endswith(("/", os.sep))


def write_file(path: Path, write: Callable[[Path], _T], *, force: bool) -> _T:
    """Let `write` make a file at a temporary path, which then becomes `path`.

    A link at `path` is replaced, not followed, so nothing is written elsewhere. Standard output,
    pipes and devices are given the file's bytes.
    """
    check_free(path, force=force)
    folder = Path(_temporary_folder()) if is_stream(path) else path.parent
    temporary = _beside(folder, f".tmp{path.suffix[:20]}")
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    try:
        result = write(temporary)
        if is_stream(path):
            with temporary.open("rb") as made, _opened(path) as stream:
                shutil.copyfileobj(made, stream)
                stream.flush()
        else:
            with temporary.open("r+b") as made:
                os.fsync(made.fileno())
            check_free(path, force=force)
            temporary.replace(path)
            sync_folder(path.parent)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
    return result


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdout.buffer) if path == STDOUT else path.open("wb")


def write_folder(place: Path, write: Callable[[Path], None], check: Callable[[], None]) -> None:
    """Let `write` fill a folder beside `place`, which then becomes `place` if `check` agrees.

    A link at `place` is replaced, not followed. A folder that is there changes places with the
    new one at once. Where the system cannot do that it stands as `.intaglio-*.old` for a moment,
    and only there if the process is killed just then.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary, old = _beside(place.parent, ".tmp"), _beside(place.parent, ".old")
    try:
        write(temporary)
        if hasattr(os, "sync"):
            os.sync()  # thousands of files: one after the other takes far longer
        check()
        if not _exchange(temporary, place):
            _exchange_slowly(temporary, place, old)
        sync_folder(place.parent)
    finally:
        _remove(temporary)
        _remove(old)


def _beside(folder: Path, suffix: str) -> Path:
    return folder / f".intaglio-{secrets.token_hex(8)}{suffix}"


def _exchange(one: Path, other: Path) -> bool:
    """Let two names change places at once, where both are there and the system can."""
    import ctypes

    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):  # macOS, old C libraries, Windows
        return False
    names = os.fsencode(one), os.fsencode(other)
    return bool(rename(_HERE, names[0], _HERE, names[1], _RENAME_EXCHANGE) == 0)


def _remove(folder: Path) -> None:
    """Remove a folder, or a link; after an error threads may still be putting files into it."""
    if folder.is_symlink():
        folder.unlink()
    for _ in range(_TRIES):
        with suppress(OSError):
            shutil.rmtree(folder)
        if not folder.exists():
            return
        time.sleep(_PAUSE_SECONDS)


def _exchange_slowly(new: Path, place: Path, old: Path) -> None:
    """What stands at `place`, if anything, becomes `old`, and `new` becomes `place`."""
    try:
        with suppress(FileNotFoundError):
            place.rename(old)
        new.rename(place)
    except BaseException:
        if not os.path.lexists(place):
            with suppress(OSError):
                old.rename(place)
        raise


def targets(sources: Sequence[Path], output: Path, text: str, suffix: str) -> list[Path]:
    """Where each source's result goes: one file, or one a source in a folder."""
    if not is_folder(output, text):
        if len(sources) > 1:
            message = f"{len(sources)} files need a folder: -o {output}/"
            raise UsageError(message)
        return [output]
    found = [output / f"{source.stem}{suffix}" for source in sources]
    firsts: dict[str, Path] = {}
    for source, path in zip(sources, found, strict=True):
        first = firsts.setdefault(path.name.casefold(), source)
        if first is not source:
            message = f"{first} and {source} would both become {path}"
            raise UsageError(message)
    return found


def _temporary_folder() -> str:
    import tempfile

    return tempfile.gettempdir()
