"""Files: paths, file objects, and writing that never leaves half a file.

Knows no format: bytes go in, bytes come out.
"""

import errno
import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TypeAlias

from intaglio._errors import EncodeError, Reason

Source: TypeAlias = str | os.PathLike[str] | BinaryIO


@contextmanager
def open_source(source: Source) -> Iterator[BinaryIO]:
    """A binary stream over `source`, from a file object's present position; closes only paths."""
    if isinstance(source, str | os.PathLike):
        _check_local(source)
        with Path(source).open("rb") as stream:
            yield stream
    elif hasattr(source, "read"):
        _check_binary(source)
        yield source
    else:
        message = f"a path or a binary file object, not {type(source).__name__}"
        if isinstance(source, bytes | bytearray | memoryview):
            message += "; loads() reads bytes"
        raise TypeError(message)


def _check_local(path: str | os.PathLike[str]) -> None:
    if isinstance(path, str) and "://" in path and not Path(path).exists():
        message = "this is a URL: download it, or give a binary file object"
        raise FileNotFoundError(errno.ENOENT, message, path)


def _check_binary(stream: object) -> None:
    if isinstance(stream, io.TextIOBase):
        message = "this file object is open for text; binary mode has a b, as in open(path, 'rb')"
        raise TypeError(message)


def maybe_position(stream: BinaryIO) -> int | None:
    """Where `stream` stands and can be set back to; None for pipes and the like."""
    try:
        return stream.tell() if stream.seekable() else None
    except (OSError, AttributeError):
        return None


def maybe_size(stream: BinaryIO) -> int | None:
    """How many bytes `stream` has from where it stands; None for pipes and the like."""
    start = maybe_position(stream)
    if start is None:
        return None
    try:
        end = stream.seek(0, os.SEEK_END)
        stream.seek(start)
    except (OSError, AttributeError, ValueError):
        return None
    return max(0, end - start)


def check_target(target: Source) -> None:
    """Refuse a name that promises another format, before any work is done."""
    if isinstance(target, str | os.PathLike):
        suffix = Path(target).suffix
        if suffix.lower() != ".png":
            ends = f"ends in {suffix!r}" if suffix else "has no suffix"
            raise EncodeError(
                Reason.FORMAT_UNSUPPORTED,
                f"the file's name {ends}; only .png keeps the data (JPEG and WebP destroy it)",
            )
    elif not hasattr(target, "write"):
        message = f"a path or a binary file object, not {type(target).__name__}"
        raise TypeError(message)
    else:
        _check_binary(target)


def write_target(target: Source, write: Callable[[BinaryIO], None]) -> None:
    """Let `write` fill `target`; a path holds its old file or the whole new one, never a part.

    A process that is killed meanwhile may leave one hidden file beside it, `.intaglio-*.tmp`.
    """
    if not isinstance(target, str | os.PathLike):
        write(target)
        return
    path = Path(os.path.realpath(target))  # a link stays a link
    if path.exists() and not path.is_file():  # a pipe or a device takes bytes, but no other's place
        with path.open("wb") as stream:
            write(stream)
        return
    temporary = path.with_name(f".intaglio-{os.urandom(8).hex()}.tmp")
    # Made by open, not by tempfile, so that the caller's umask rules.
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    except OSError as problem:
        problem.filename = str(path.parent)  # it is the folder that is missing or forbidden
        raise
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with suppress(FileNotFoundError):
                temporary.chmod(stat.S_IMODE(path.stat().st_mode))
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


_BINARY = getattr(os, "O_BINARY", 0)


def sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with suppress(OSError):  # some folders may not be read, some file systems refuse it
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
