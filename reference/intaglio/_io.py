"""Files: paths, file objects, and writing that never leaves half a file.

Knows no format: bytes go in, bytes come out.
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
    """A binary stream over `source`, from a file object's present position; closes only paths.

    OSError where it cannot be opened or read, whatever the file object itself would raise.
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
    """The path; OSError if no file can have that name, TypeError if it is not text."""
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
    if isinstance(path, str) and "://" in path and not Path(path).exists():
        message = "this is a URL: download it, or give a binary file object"
        raise FileNotFoundError(errno.ENOENT, message, path)


def _check_binary(stream: object) -> None:
    if isinstance(stream, io.TextIOBase) or isinstance(getattr(stream, "encoding", None), str):
        message = "this file object is open for text; binary mode has a b, as in open(path, 'rb')"
        raise TypeError(message)
    if getattr(stream, "closed", False) is True:
        raise OSError(errno.EBADF, "this file object is closed")


class CheckedStream:
    """A caller's file object, held to what BinaryIO promises: it reads bytes, and writes them all.

    A raw stream may write less than it is given; the rest is then written again. What cannot be
    read or written is an OSError.
    """

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - any file object
        self.bare: Final = stream

    def read(self, count: int = -1) -> bytes:
        """At most `count` bytes; none at the end."""
        data = self._try("read", count)
        if data is None:
            raise BlockingIOError(errno.EAGAIN, "this file object has no bytes now: it must block")
        if not isinstance(data, bytes | bytearray | memoryview):
            message = f"read() of a binary file object gives bytes, not {type(data).__name__}"
            raise TypeError(message)
        if 0 <= count < len(data):
            raise OSError(errno.EIO, f"read({count}) of this file object gave {len(data)} bytes")
        return bytes(data)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Write all of it."""
        rest = memoryview(data).cast("B")
        while rest:
            # The first try passes on what was given; some file objects take nothing but bytes.
            done = self._try("write", data if len(rest) == len(data) else bytes(rest))
            if done is None and not isinstance(self.bare, io.RawIOBase):
                break  # file objects that are not of io may return nothing
            rest = rest[self._written(done, len(rest)) :]
        return len(data)

    def _written(self, done: object, given: int) -> int:
        if done is None:
            raise BlockingIOError(
                errno.EAGAIN, "this file object takes no bytes now: it must block"
            )
        number = int(done) if isinstance(done, Integral) and not isinstance(done, bool) else 0
        if not 0 < number <= given:
            what = f"write() of this file object returned {done!r} for {given} bytes"
            raise OSError(errno.EIO, what)
        return number

    def seekable(self) -> bool:
        """Whether it can be set back."""
        return bool(self._try("seekable"))

    def tell(self) -> int:
        """Where it stands, in bytes."""
        place: int = self._try("tell")
        return place

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        """Go there; return the place, in bytes from the start."""
        self._try("seek", place, *([whence] if whence else []))
        return self.tell() if whence else place

    def _try(self, name: str, *args: object) -> Any:  # noqa: ANN401
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
    """Where `stream` stands and can be set back to; None for pipes and the like."""
    try:
        return stream.tell() if stream.seekable() else None
    except (OSError, AttributeError, TypeError):  # of TypeError: a position that is no number
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
    """Let `write` fill `target`; a path holds its old file or the whole new one, never a part.

    A process that is killed meanwhile may leave one hidden file beside it, `.intaglio-*.tmp`.
    """
    if not isinstance(target, str | os.PathLike):
        write(cast("BinaryIO", CheckedStream(target)))
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
