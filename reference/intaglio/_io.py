"""Opens paths and file objects, and writes files so that a failure never leaves a partial file.

For a path, it writes a temporary file in the same folder, syncs it and renames it.
"""

import errno
import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from numbers import Integral
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias, cast

from intaglio.errors import EncodeError, Reason

Source: TypeAlias = str | os.PathLike[str] | BinaryIO


@contextmanager
def open_source(source: Source) -> Iterator[BinaryIO]:
    """Open `source` as a binary stream. A file object is read from its position and not closed.

    Raises OSError if the source cannot be opened or read, is closed, or lacks an operation.
    """
    if isinstance(source, str | os.PathLike):
        path = checked_path(source)
        _check_local(source)
        with path.open("rb") as stream:
            yield stream
    elif hasattr(source, "read"):
        _check_binary(source)
        yield cast("BinaryIO", CheckedStream(source))
    else:
        message = f"a path or a binary file object, not {type(source).__name__}"
        if isinstance(source, bytes | bytearray | memoryview):
            message += "; loads() reads bytes"
        raise TypeError(message)


def checked_path(path: str | os.PathLike[str]) -> Path:
    """The path; OSError if no file can have this name, TypeError if it is not text."""
    text = os.fspath(path)
    if not isinstance(text, str):
        message = f"a path is str or pathlib.Path, not {type(text).__name__}"
        raise TypeError(message)
    try:
        raw = os.fsencode(text)
    except UnicodeEncodeError as problem:
        message = f"no file can have this name: {problem.reason}"
        raise OSError(errno.EINVAL, message, ascii(text)) from problem
    if b"\0" in raw:
        message = "no file can have this name: it holds a NUL character"
        raise OSError(errno.EINVAL, message, ascii(text))
    return Path(text)


def _check_local(path: str | os.PathLike[str]) -> None:
    """Refuse a URL."""
    if isinstance(path, str) and "://" in path and not Path(path).exists():
        message = "this is a URL: download it, or give a binary file object"
        raise FileNotFoundError(errno.ENOENT, message, path)


def _check_binary(stream: object) -> None:
    """Refuse a file object that is closed or open for text."""
    if isinstance(stream, io.TextIOBase) or isinstance(getattr(stream, "encoding", None), str):
        message = "this file object is open for text; binary mode has a b, as in open(path, 'rb')"
        raise TypeError(message)
    if getattr(stream, "closed", False) is True:
        raise OSError(errno.EBADF, "this file object is closed")


class CheckedStream:
    """Wraps a caller's file object, and checks that it keeps the contract of BinaryIO.

    A raw stream may write fewer bytes than it gets; `write` repeats until all are written. A file
    object that breaks the contract causes an OSError or TypeError.
    """

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - any file object
        self.bare: Final = stream

    def read(self, count: int = -1) -> bytes:
        """Read at most `count` bytes; no bytes at the end."""
        data = self._try("read", count)
        if data is None:
            raise BlockingIOError(errno.EAGAIN, "this file object has no bytes now: it must block")
        if not isinstance(data, bytes | bytearray | memoryview):
            message = f"read() of a binary file object returns bytes, not {type(data).__name__}"
            raise TypeError(message)
        if 0 <= count < len(data):
            raise OSError(
                errno.EIO, f"read({count}) of this file object returned {len(data)} bytes"
            )
        return bytes(data)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Write all of `data`."""
        rest = memoryview(data).cast("B")
        while rest:
            # The first call passes `data` itself. Later calls pass bytes: some objects accept
            # nothing else.
            done = self._try("write", data if len(rest) == len(data) else bytes(rest))
            if done is None and not isinstance(self.bare, io.RawIOBase):
                break  # such an object may return None after it has written all
            rest = rest[self._written(done, len(rest)) :]
        return len(data)

    def _written(self, done: object, given: int) -> int:
        """The number of bytes written, from write()'s result `done` for `given` bytes."""
        if done is None:
            raise BlockingIOError(
                errno.EAGAIN, "this file object accepts no bytes now: it must block"
            )
        number = int(done) if isinstance(done, Integral) and not isinstance(done, bool) else 0
        if not 0 < number <= given:
            what = f"write() of this file object returned {done!r} for {given} bytes"
            raise OSError(errno.EIO, what)
        return number

    def seekable(self) -> bool:
        """Whether it can seek."""
        return bool(self._try("seekable"))

    def tell(self) -> int:
        """The position in bytes."""
        position: int = self._try("tell")
        return position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Set the position; return it in bytes from the start."""
        self._try("seek", offset, *([whence] if whence else []))
        return self.tell() if whence else offset

    def _try(self, name: str, *args: object) -> Any:  # noqa: ANN401
        """Call a method; OSError if it is not supported or the file object is closed."""
        try:
            return getattr(self.bare, name)(*args)
        except NotImplementedError as problem:
            raise io.UnsupportedOperation(f"this file object cannot {name}") from problem
        except ValueError as problem:
            if isinstance(problem, OSError) or not getattr(self.bare, "closed", False):
                raise
            raise OSError(errno.EBADF, "this file object is closed") from problem


def bare_stream(stream: BinaryIO) -> BinaryIO:
    """The stream itself, without the checks of `open_source`."""
    return stream.bare if isinstance(stream, CheckedStream) else stream


def maybe_position(stream: BinaryIO) -> int | None:
    """The position of `stream`; None if it cannot seek, for example a pipe."""
    try:
        return stream.tell() if stream.seekable() else None
    except (OSError, AttributeError, TypeError):  # TypeError: the position is not a number
        return None


def maybe_size(stream: BinaryIO) -> int | None:
    """The number of bytes from the position of `stream` to its end; None if it cannot seek."""
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
    """Refuse a file name that does not end in .png, and a file object that is not writable."""
    if isinstance(target, str | os.PathLike):
        suffix = checked_path(target).suffix
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
    """Call `write` to fill `target`. A path holds either its old file or the whole new one.

    Pipes and devices are written directly.

    A process that is killed during the write may leave a hidden file `.intaglio-*.tmp` beside it.
    """
    if not isinstance(target, str | os.PathLike):
        write(cast("BinaryIO", CheckedStream(target)))
        return
    path = Path(os.path.realpath(target))  # replace what a link points to
    if path.exists() and not path.is_file():  # a pipe or a device: write to it, do not replace it
        with path.open("wb") as stream:
            write(stream)
        return
    temporary = path.with_name(f".intaglio-{os.urandom(8).hex()}.tmp")
    # os.open instead of tempfile, so that the caller's umask applies.
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    except OSError as problem:
        problem.filename = str(path.parent)  # the folder is the cause, so name it
        raise
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with suppress(FileNotFoundError):  # keep the permissions of the old file, if any
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
    """Sync a folder if the system supports it, so that a new name survives a power failure."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with suppress(OSError):  # the folder may not be readable, or the file system may refuse it
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
