"""The directory of a .npz against the file: each byte belongs to one member, each name to one.

A zip is read from its end. Whatever its directory does not name is passed over by zipfile: a
first archive before a second, members that were deleted, two that share their bytes, bytes
after its end.
"""

import zipfile
from pathlib import Path
from typing import Final

from intaglio._format.registry import ARRAYS_MAX
from intaglio.errors import FormatError

_HEAD_BYTES: Final = 30
_END_BYTES: Final = 22
_END_MARK: Final = b"PK\x05\x06"
_ENCRYPTED: Final = 0x01
_DESCRIPTOR: Final = 0x08  # sizes stand behind the data, in a record of one of these lengths:
_DESCRIPTOR_BYTES: Final = (12, 16, 20, 24)
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def check_members(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse an archive with members that nobody would read, or that cannot be told apart."""
    members = archive.infolist()
    if len(members) > ARRAYS_MAX:
        message = f"it has {len(members):,} members, at most {ARRAYS_MAX:,} can be carried"
        raise FormatError(message)
    seen: set[str] = set()
    for member in members:
        what = ascii(member.filename)
        key = member.filename.removesuffix(".npy")
        if key in seen:
            message = f"it has two members of the name {key!a}"
            raise FormatError(message)
        seen.add(key)
        if member.flag_bits & _ENCRYPTED:
            message = f"{what} is encrypted"
            raise FormatError(message)
        if member.compress_type not in _METHODS:
            message = f"{what} is compressed by method {member.compress_type}; numpy has 0 and 8"
            raise FormatError(message)
    _check_gaps(path, members, archive.start_dir)
    _check_end(path, len(archive.comment))


def _check_gaps(path: Path, members: list[zipfile.ZipInfo], end: int) -> None:
    at = 0
    spare: tuple[int, ...] = (0,)
    with path.open("rb") as stream:
        for member in sorted(members, key=lambda member: member.header_offset):
            _check_gap(member.header_offset - at, spare, ascii(member.filename))
            stream.seek(member.header_offset)
            head = stream.read(_HEAD_BYTES)
            lengths = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
            at = member.header_offset + _HEAD_BYTES + lengths + member.compress_size
            spare = _DESCRIPTOR_BYTES if member.flag_bits & _DESCRIPTOR else (0,)
    _check_gap(end - at, spare, "its directory")


def _check_gap(gap: int, spare: tuple[int, ...], what: str) -> None:
    if gap not in spare:
        message = (
            f"{gap:,} bytes before {what} belong to nothing that its directory names"
            if gap > 0
            else f"{what} shares bytes with what stands before it"
        )
        raise FormatError(message)


def _check_end(path: Path, comment_bytes: int) -> None:
    """Refuse bytes after the archive: zipfile looks for its end record, and drops what follows."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - comment_bytes - _END_BYTES))
        end = stream.read(_END_BYTES)
    if end[:4] != _END_MARK or int.from_bytes(end[20:22], "little") != comment_bytes:
        message = "there are bytes after the end of the archive, which nobody would read"
        raise FormatError(message)
