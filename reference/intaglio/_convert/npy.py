"""One array in NumPy's format: the header read by a closed grammar, every byte accounted for.

NumPy evaluates the header as Python and builds a dtype of what it finds; it reads one array
and leaves whatever follows. Here the header must match one pattern, the dtype must be in one
table, and the number of bytes must be that of the array, before memory is taken.
"""

import re
from math import prod
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from intaglio._convert.base import Array, check_bytes
from intaglio._format.registry import RANK_MAX
from intaglio.errors import FormatError

HEADER_BYTES_MAX: Final = 2**20
_MAGIC: Final = b"\x93NUMPY"
_LENGTH_BYTES: Final = {(1, 0): 2, (2, 0): 4, (3, 0): 4}
_READ_BYTES: Final = 2**20
_MEMBER: Final = re.compile(  # *+ gives nothing back, so the time is linear in the spaces
    r"""\s*+(?P<quote>['"])(?P<key>descr|fortran_order|shape)(?P=quote)\s*+:\s*+(?P<value>"""
    r"""'[^'\\\n]{0,80}'|"[^"\\\n]{0,80}"|True|False"""
    r"""|\(\s*+(?:\d{1,20}L?\s*+(?:,\s*+\d{1,20}L?\s*+)*+(?:,\s*+)?+)?+\))\s*+(?P<end>,|\Z)"""
)
_RECORDS: Final = re.compile(r"""["']descr["']\s*+:\s*+[\[(]""")
_NUMBERS: Final = frozenset(
    {"b1", *(f"{sign}{width}" for sign in "iu" for width in (1, 2, 4, 8))}
    | {"f2", "f4", "f8", "c8", "c16"}
)
_TIME: Final = re.compile(r"[mM]8(\[(?:[1-9]\d{0,9})?(?:Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?")


class NotCarriedError(FormatError):
    """A sound array of elements that are no numbers; others beside it can be read."""


def read_array(stream: IO[bytes], length: int) -> Array:
    """The one array that a stream of `length` bytes holds, from its beginning."""
    dtype, shape, fortran, start = _head(stream, length)
    check_bytes(size := prod(shape) * dtype.itemsize)
    _check_length(length - start, size)
    array = np.empty(prod(shape), dtype)
    buffer = array.view(np.uint8)
    for at in range(0, size, _READ_BYTES):
        part = stream.read(min(_READ_BYTES, size - at))
        if len(part) < min(_READ_BYTES, size - at):
            _check_length(at + len(part), size)
        buffer[at : at + len(part)] = np.frombuffer(part, np.uint8)
    if stream.read(1):  # of a zip, the checksum as well
        _check_length(size + 1, size)
    check_bools(array)
    return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)


def open_map(path: Path) -> Array:
    """The array of a .npy file as a map of the file; FormatError as `read_array` has it."""
    length = path.stat().st_size
    with path.open("rb") as stream:
        dtype, shape, fortran, start = _head(stream, length)
    size = prod(shape) * dtype.itemsize
    _check_length(length - start, size)
    if not size:
        return np.empty(shape, dtype)
    found: Array = np.memmap(path, dtype, "r", start, shape, "F" if fortran else "C")
    check_bools(found)
    return found


def check_bools(array: Array) -> None:
    """Refuse bools whose bytes are neither 0 nor 1: numpy takes them, and they are no bools."""
    if array.dtype.kind == "b" and array.size and array.view(np.uint8).max() > 1:
        message = "its elements are bools, and some bytes are neither 0 nor 1"
        raise NotCarriedError(message)


def _head(stream: IO[bytes], length: int) -> tuple[np.dtype[Any], tuple[int, ...], bool, int]:
    """dtype, shape, whether in Fortran's order, and where the elements begin."""
    head = stream.read(len(_MAGIC) + 2)
    version = (head[-2], head[-1]) if len(head) == len(_MAGIC) + 2 else (0, 0)
    if not head.startswith(_MAGIC) or version not in _LENGTH_BYTES:
        message = "it does not begin as a .npy file of version 1, 2 or 3"
        raise FormatError(message)
    count = int.from_bytes(stream.read(_LENGTH_BYTES[version]), "little")
    if count > HEADER_BYTES_MAX:
        message = f"its header has {count:,} bytes, at most {HEADER_BYTES_MAX:,} are read"
        raise FormatError(message)
    raw = stream.read(count)
    start = len(head) + _LENGTH_BYTES[version] + count
    if len(raw) < count or start > length:
        message = "it ends in its header"
        raise FormatError(message)
    members = _members(raw.decode("latin-1" if version < (3, 0) else "utf-8"))
    dtype = _dtype(members["descr"])
    shape = tuple(int(number) for number in re.findall(r"\d+", members["shape"]))
    if len(shape) > RANK_MAX:
        message = f"it has {len(shape)} dimensions, at most {RANK_MAX} can be carried"
        raise FormatError(message)
    return dtype, shape, members["fortran_order"] == "True", start


def _members(text: str) -> dict[str, str]:
    """What the header says, as text; a dict literal with exactly these three members."""
    text = text.strip()
    if not (text.startswith("{") and text.endswith("}")):
        message = "its header is no dict"
        raise FormatError(message)
    text = text[1:-1].rstrip()
    if _RECORDS.search(text):
        message = "its elements are records; give each field as an array of its own"
        raise NotCarriedError(message)
    found: dict[str, str] = {}
    at, more = 0, True
    while more and at < len(text):
        member = _MEMBER.match(text, at)
        if member is None or member["key"] in found:
            message = "its header is not the dict of descr, fortran_order and shape"
            raise FormatError(message)
        found[member["key"]], at, more = member["value"], member.end(), bool(member["end"])
    first = {key: value[0] for key, value in found.items()}
    kinds = first.get("descr", "") in ("'", '"'), first.get("shape") == "("
    if at < len(text) or not all(kinds) or first.get("fortran_order") not in ("T", "F"):
        message = "its header is not the dict of descr, fortran_order and shape"
        raise FormatError(message)
    return found


def _dtype(quoted: str) -> np.dtype[Any]:
    text = quoted[1:-1]
    order, kind = (text[0], text[1:]) if text[:1] in ("<", ">", "|", "=") else ("=", text)
    if kind in ("?", "b1"):
        return np.dtype(np.bool)
    if kind in _NUMBERS or _TIME.fullmatch(kind):
        try:
            return np.dtype(f"{order}{kind}")
        except (TypeError, ValueError) as problem:  # [0s], or counts beyond int32
            message = f"its elements are {text!a}, which numpy does not know"
            raise NotCarriedError(message) from problem
    if kind[:1] == "O":
        message = "it holds Python objects, which are pickled; nothing pickled is ever read"
        raise NotCarriedError(message)
    what = "text" if kind[:1] in ("U", "S", "a", "T") else "no numbers that can be carried"
    message = f"its elements are {text!a}, {what}"
    raise NotCarriedError(message)


def _check_length(found: int, size: int) -> None:
    if found < size:
        message = f"it ends early: its array has {size:,} bytes, and {found:,} are there"
        raise FormatError(message)
    if found > size:
        message = (
            f"{found - size:,} bytes after the array; a second np.save to one file would be lost: "
            "read both with np.load from an open file, and save each to a file of its own"
        )
        raise FormatError(message)
