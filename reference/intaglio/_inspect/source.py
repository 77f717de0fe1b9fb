"""A source that stays open for lazy reading, and is opened again where its reader is of no use.

A reader is a chain of generators. One that an exception has passed through is at its end, so after
a read that failed the file is read again from its start: the same error comes again, or the right
data. A child process after os.fork() has none of the threads that a reader works with, and shares
the file's position with its parent, so it opens the path again, too.
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
# Reasons that are found in a block that was read: the reader can go on behind them.
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
    """A path or file object with what was read and checked of it; threads read in turn."""

    def __init__(self, source: Source, limits: Limits) -> None:
        """Opens it, and checks prologue, header and block tables."""
        if isinstance(source, str | os.PathLike):
            with open_source(source):  # refused in the words of the path as it was given
                # Absolute: the folder in use may be another when it is opened again.
                source = checked_path(source).absolute()
        self.source: Final = source
        self.limits: Final = limits
        self._lock = RLock()
        self._stack = ExitStack()
        self._inherited = ExitStack()  # a parent's stream, which its child does not read
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
        """The file's header and arrays, for one thread at a time; ValueError if it is closed."""
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
        """OSError if the file does not have that root: it is another than was opened first."""
        with self._lock:
            found = self._reader and self._reader.opened.contents.prologue.root
            if found != root:
                self._drop()
                message = "this file has changed since it was opened"
                raise OSError(errno.EIO, message, str(self.source))

    def close(self) -> None:
        """Close it, once a read in another thread has ended."""
        self.closed = True
        with self._lock:
            self._drop()
            self._inherited.close()

    def forget_parent(self) -> None:
        """Called in a child process: its parent's lock, reader and stream are not its own."""
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
        """A file object to where it stood at first; OSError if that cannot be."""
        if isinstance(self.source, Path):
            return
        if self._forked and not isinstance(self.source, io.BytesIO):
            message = (
                "a file object is shared with the parent process after os.fork(): open the file "
                "by its path in the child"
            )
            raise OSError(errno.EBADF, message)
        if self._start is None:
            message = "a read of this file object failed before, and it cannot be set back"
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
