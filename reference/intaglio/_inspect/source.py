"""A source that stays open for lazy reading, and is opened again when its reader is unusable.

A reader is a chain of generators, which an exception ends. So after a failed read, the file is
read again from its start: the result is the same error, or the right data. A child process after
os.fork() does not have the reader's threads, and shares the file's position with its parent, so it
also opens the path again.
"""

import errno
import io
import os
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import RLock
from typing import Final, NamedTuple

from intaglio._format.decoder import Opened, inspect
from intaglio._inspect.explain import Explainer, explaining
from intaglio._io import Source, checked_path, maybe_position, open_source
from intaglio.errors import DecodeError, Reason
from intaglio.limits import Limits

_CLOSED: Final = "the file is closed"
# Reasons that concern a single block or array: the reader can continue after them.
_OF_A_BLOCK: Final = frozenset(
    {
        *(Reason.ELEMENT_UNKNOWN, Reason.FILTER_UNKNOWN, Reason.CODEC_UNKNOWN),
        *(Reason.BLOCK_DAMAGED, Reason.BLOCK_MALFORMED, Reason.BLOCK_DIGEST_MISMATCH),
        *(Reason.ELEMENT_INVALID, Reason.ARRAY_DIGEST_MISMATCH),
    }
)


class _Reader(NamedTuple):
    opened: Opened
    explainer: Explainer


class LazySource:
    """A path or file object, and its reader; threads read in turn."""

    def __init__(self, source: Source, limits: Limits) -> None:
        """Open it, and check prologue, header and block tables."""
        if isinstance(source, str | os.PathLike):
            with open_source(source):  # so that errors show the path as the caller wrote it
                # Absolute: the current folder may have changed when it is opened again.
                source = checked_path(source).absolute()
        self.source: Final = source
        self.limits: Final = limits
        self._lock = RLock()
        self._stack = ExitStack()
        self._inherited = ExitStack()  # the parent's stream, which a child does not read
        self._forked = self.closed = False
        self._start: int | None = None  # of a file object
        if not isinstance(source, Path):
            with open_source(source) as stream:
                self._start = maybe_position(stream)
        self._reader: _Reader | None = self._read_head()
        self.root: Final = self._reader.opened.contents.prologue.root
        _SOURCES.add(self)

    @contextmanager
    def reading(self) -> Iterator[Opened]:
        """Yield the decoder of the file, to one thread at a time; ValueError if it is closed."""
        with self._lock:
            self.check_open()
            if self._reader is None:
                self._set_back()
                self._reader = self._read_head()
                self.check_root(self.root)
            try:
                with self._reader.explainer:
                    yield self._reader.opened
            except BaseException as problem:
                if not (isinstance(problem, DecodeError) and problem.reason in _OF_A_BLOCK):
                    self._drop()
                raise

    def check_open(self) -> None:
        """ValueError if it was closed."""
        if self.closed:
            raise ValueError(_CLOSED)

    def check_root(self, root: bytes) -> None:
        """OSError if the root digest differs: it is not the file that was opened first."""
        with self._lock:
            found = self._reader and self._reader.opened.contents.prologue.root
            if found != root:
                self._drop()
                message = "this file has changed since it was opened"
                raise OSError(errno.EIO, message, str(self.source))

    def close(self) -> None:
        """Close it after a read in another thread has ended."""
        self.closed = True
        with self._lock:
            self._drop()
            self._inherited.close()

    def forget_parent(self) -> None:
        """In a child process: replace the parent's lock, and drop its reader and stream."""
        self._lock = RLock()
        self._inherited.push(self._stack.pop_all())
        self._reader = None
        self._forked = True

    def _read_head(self) -> _Reader:
        with ExitStack() as stack:
            stream = stack.enter_context(open_source(self.source))
            explainer = explaining(stream, self.limits)
            with explainer:
                opened = inspect(stream, self.limits)[1]
            self._stack = stack.pop_all()
        return _Reader(opened, explainer)

    def _set_back(self) -> None:
        """Restore the first position of a file object; OSError if that is not possible."""
        if isinstance(self.source, Path):
            return
        if self._forked and not isinstance(self.source, io.BytesIO):
            message = (
                "a file object is shared with the parent process after os.fork(): open the file "
                "by its path in the child"
            )
            raise OSError(errno.EBADF, message)
        if self._start is None:
            message = "an earlier read of this file object failed, and it cannot seek"
            raise OSError(errno.ESPIPE, f"{message}: open the file again")
        with open_source(self.source) as stream:
            stream.seek(self._start)

    def _drop(self) -> None:
        self._reader = None
        self._stack.close()


_SOURCES: Final[weakref.WeakSet[LazySource]] = weakref.WeakSet()


def _forget_parents() -> None:
    for source in list(_SOURCES):
        source.forget_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parents)
