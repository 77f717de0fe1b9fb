"""Files that verbs write: never one that is there, unless forced; whole or not at all.

What is being written stands beside its place, as `.intaglio-*.tmp` with the place's suffix;
whoever is killed meanwhile leaves it there.
"""

import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from errno import EBADF, EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import Final, TypeVar

from intaglio._io import sync_folder
from intaglio.cli.exit_codes import ExistsError, UsageError
from intaglio.cli.streams import discard

STDOUT: Final = Path("-")
_FULL: Final = (ENOSPC, EDQUOT, EFBIG)
_DEVICES: Final = Path("/dev")
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
    pipes and devices are given the file's bytes. A full disk is an OSError that names `path`.
    """
    (result,) = write_files({path: write}, force=force)
    return result


def write_files(writers: Mapping[Path, Callable[[Path], _T]], *, force: bool) -> list[_T]:
    """As `write_file`, for several: all are written beside their places before any is there."""
    for path in writers:
        check_free(path, force=force)
    made: dict[Path, Path] = {}
    try:
        results = [_written(path, write, made) for path, write in writers.items()]
        for path in made:
            check_free(path, force=force)
        for path, temporary in made.items():
            with naming_full_disk(path):
                _put(temporary, path)
    finally:
        for temporary in made.values():
            with suppress(FileNotFoundError):
                temporary.unlink()
    return results


def _written(path: Path, write: Callable[[Path], _T], made: dict[Path, Path]) -> _T:
    """Write to a temporary file, which is noted in `made`."""
    folder = Path(_temporary_folder()) if is_stream(path) else path.parent
    temporary = _beside(folder, f".tmp{path.suffix[:20]}")
    with naming_full_disk(path):
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        made[path] = temporary
        result = write(temporary)
        with temporary.open("r+b") as stream:
            os.fsync(stream.fileno())
    return result


def _put(temporary: Path, path: Path) -> None:
    """Let a finished file become `path`, or give its bytes to a stream."""
    if not is_stream(path):
        temporary.replace(path)
        sync_folder(path.parent)
    elif path != STDOUT:
        with temporary.open("rb") as made, path.open("wb") as stream:
            shutil.copyfileobj(made, stream)
    else:
        with temporary.open("rb") as made:
            shutil.copyfileobj(made, sys.stdout.buffer)
        sys.stdout.buffer.flush()


@contextmanager
def naming_full_disk(path: Path) -> Iterator[None]:
    """Let the error of a full disk name `path`, for the system does not say which file it was.

    The error of a closed standard output names it, too.
    """
    try:
        yield
    except OSError as problem:
        is_closed = path == STDOUT and problem.errno == EBADF and problem.filename is None
        if problem.errno in _FULL or is_closed:
            problem.filename = "standard output" if path == STDOUT else str(path)
            if path == STDOUT:
                discard(sys.stdout)
        raise


@contextmanager
def new_folders(folders: Iterable[Path]) -> Iterator[None]:
    """Make folders that are missing; after an error those that were made are removed again."""
    missing: list[Path] = []
    try:
        for folder in folders:
            ahead = [folder, *folder.parents]
            new = [path for path in ahead if not os.path.lexists(path)]
            folder.mkdir(parents=True, exist_ok=True)
            missing += reversed(new)
        yield
    except BaseException:
        for path in reversed(missing):
            with suppress(OSError):
                path.rmdir()
        raise


def write_folder(place: Path, write: Callable[[Path], None], check: Callable[[], None]) -> None:
    """Let `write` fill a folder beside `place`, which then becomes `place` if `check` agrees.

    A link at `place` is replaced, not followed. A folder that is there changes places with the
    new one at once. Where the system cannot do that it stands as `.intaglio-*.old` for a moment,
    and only there if the process is killed just then.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary, old = _beside(place.parent, ".tmp"), _beside(place.parent, ".old")
    try:
        with naming_full_disk(place):
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
    """Remove a folder, or a link."""
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


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
    return distinct(sources, [output / f"{source.stem}{suffix}" for source in sources])


def pictures_beside(sources: Sequence[Path]) -> list[Path]:
    """Where each source's picture goes if nothing is said: beside it, m.npy to m.ig.png."""
    return distinct(sources, [source.with_name(f"{source.stem}.ig.png") for source in sources])


def distinct(sources: Sequence[Path], found: list[Path]) -> list[Path]:
    """`found`, the results of `sources`, if no two are one file where case does not count."""
    firsts: dict[str, Path] = {}
    for source, path in zip(sources, found, strict=True):
        first = firsts.setdefault(str(path).casefold(), source)
        if first is not source:
            message = f"{first} and {source} would both become {path}"
            raise UsageError(message)
    return found


def _temporary_folder() -> str:
    import tempfile

    return tempfile.gettempdir()
