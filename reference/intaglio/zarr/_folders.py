"""Folders: local stores of which nothing is read that lies outside them."""

import asyncio
import stat
from os.path import realpath
from pathlib import Path
from threading import Condition
from typing import Final, Self

from zarr.abc.store import ByteRequest
from zarr.core.buffer import Buffer, BufferPrototype
from zarr.storage import LocalStore

from intaglio.errors import DecodeError, FormatError, Reason
from intaglio.limits import (
    OUTPUT_BYTES_ALWAYS,
    OUTPUT_BYTES_PER_FILE_BYTE,
    OUTPUT_BYTES_VARIABLE,
    Limits,
)

_DOCUMENTS: Final = ("zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata")
FILE_BYTES_MAX: Final = 2**30  # of a stored object, before memory is taken for it


class Folder(LocalStore):
    """A folder with a Zarr store, read only.

    Errors when an object is read: FormatError if it is no regular file, if a symbolic link leads
    to it from outside the folder, or if it is too large for a picture.
    """

    @classmethod
    def maybe(cls, text: str) -> Self | None:
        """The folder named `text`; None if there is none, as for a URL."""
        return cls(text, read_only=True) if Path(text).is_dir() else None

    async def get(
        self,
        key: str,
        prototype: BufferPrototype | None = None,
        byte_range: ByteRequest | None = None,
    ) -> Buffer | None:
        """The object named `key`, or a range of it; None if there is none."""
        check_object(self.root, key, whole=byte_range is None)
        return await super().get(key, prototype, byte_range)


def check_object(root: Path, key: str, *, whole: bool) -> None:
    """Raise FormatError unless `key` names a regular file below `root`, or nothing."""
    if "\0" in key:
        message = f"the key {key!a} is no name of a file"
        raise FormatError(message)
    path = root / key
    outside = Path(realpath(path))
    if not outside.is_relative_to(realpath(root)):
        message = f"{key} is a link to {outside}, outside the store: it is not followed"
        raise FormatError(message)
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    except NotADirectoryError as problem:
        if path.name in _DOCUMENTS:  # zarr asks each name in a group whether it is a node
            return
        message = f"{key} cannot be there: a file stands where its folder should be"
        raise FormatError(message) from problem
    if not stat.S_ISREG(found.st_mode):  # zarr would take a folder for a chunk that is not stored
        message = f"{key} is no regular file"
        raise FormatError(message)
    if whole and found.st_size > FILE_BYTES_MAX:
        message = f"{key} has {found.st_size:,} bytes, more than any picture of a store"
        raise FormatError(message)


class NewFolder(LocalStore):
    """A folder that zarr fills, until `finish`.

    After an error in one chunk zarr returns while other chunks are still written, by its event loop
    and in threads.
    """

    def __init__(self, root: Path | str, *, read_only: bool = False) -> None:
        super().__init__(root, read_only=read_only)
        self._changed: Final = Condition()
        self._writing = 0
        self._is_finished = False

    async def set(self, key: str, value: Buffer) -> None:
        """Write a file, in a thread."""
        await asyncio.to_thread(self._write, self.root / key, value)

    def _write(self, path: Path, value: Buffer) -> None:
        with self._changed:
            if self._is_finished:
                message = f"{path} comes after the store was finished"
                raise FormatError(message)
            self._writing += 1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(value.as_buffer_like())
        finally:
            with self._changed:
                self._writing -= 1
                self._changed.notify_all()

    def finish(self) -> None:
        """Let files end that are being written; refuse all later ones, and make no folder."""
        with self._changed:
            self._is_finished = True
            self._changed.wait_for(lambda: not self._writing)


def stored_bytes(root: Path) -> int:
    """How many bytes the regular files below `root` have together."""
    paths = (path.lstat() for path in root.rglob("*"))
    return sum(found.st_size for found in paths if stat.S_ISREG(found.st_mode))


def check_needed(root: Path, needed: int, limits: Limits) -> None:
    """DecodeError(limit-exceeded) if the array of a store is larger than a reader allows.

    needed: the bytes of the whole array. Stores may be larger than a picture; so what is allowed
    where no limit was given depends on what is stored.
    """
    stored = stored_bytes(root)
    allowed = limits.output_bytes_max
    if not limits.is_output_given:
        allowed = max(OUTPUT_BYTES_ALWAYS, OUTPUT_BYTES_PER_FILE_BYTE * stored)
    if needed > allowed:
        raise DecodeError(
            Reason.LIMIT_EXCEEDED,
            f"the store declares {needed:,} bytes and stores {stored:,}, this reader "
            f"allows {allowed:,}; Limits(output_bytes_max=...) or {OUTPUT_BYTES_VARIABLE} allows "
            "more",
        )
