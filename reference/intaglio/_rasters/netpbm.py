"""Reads netpbm: P1 to P7 with any maximum, and PFM; the samples as they are stored.

The grammar is that of the netpbm manual: tokens apart from white space, comments from # to the
end of the line, one white space before binary samples.
"""

import math
import re
from typing import Final, NamedTuple

import numpy as np

from intaglio._rasters.base import Array, Bounds, InexactError, Raster, bits, refuse

_TOKEN: Final = re.compile(rb"(?:[ \t\n\v\f\r]|#[^\n\r]*[\n\r])*([^ \t\n\v\f\r#]+)")
_COMMENT: Final = re.compile(rb"#[^\n\r]*")
_STRAY: Final = re.compile(rb"[^0-9 \t\n\v\f\r]")
_SPACE: Final = b" \t\n\v\f\r"
_SPACES: Final = (b" ", b"\t", b"\n", b"\v", b"\f", b"\r")
_ENDS_MAGIC: Final = (*_SPACES, b"#")
_NUMBER: Final = re.compile(rb"[0-9]{1,9}")
_SCALE: Final = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ANOTHER: Final = re.compile(rb"P[1-7Ff]\s")
_HEAD_BYTES_MAX: Final = 2**16
_CHANNELS: Final = {b"P1": 1, b"P2": 1, b"P3": 3, b"P4": 1, b"P5": 1, b"P6": 3, b"Pf": 1, b"PF": 3}
_PAM_KEYS: Final = (b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL")


class _Head(NamedTuple):
    """The content of the header. start: offset of the samples. highest: 0 for floats."""

    magic: bytes
    width: int
    height: int
    channels: int
    highest: int
    start: int
    scale: float = 1.0
    kind: str = ""


def read_netpbm(data: bytes, bounds: Bounds, *, first: bool = False) -> Raster:
    """The picture in a file's bytes; with `first`, other pictures may follow it.

    Bitmaps are bool; 1 (black) is True, as in the file. Raises RasterError if the file is
    damaged, InexactError if it holds several pictures.
    """
    head = _pam_head(data) if data[:2] == b"P7" else _head(data)
    sample_bytes = 4 if not head.highest else 1 + (head.highest > 255)
    bounds.check(head.width, head.height, head.channels * sample_bytes)
    if head.magic in (b"P1", b"P2", b"P3"):
        samples = _plain(data, head, first=first)
    else:
        samples = _binary(data, head, sample_bytes, first=first)
    if head.highest:
        _check_highest(samples, head)
    if head.magic in (b"P1", b"P4"):
        samples = samples.astype(np.bool_)
    shape = (head.height, head.width, head.channels)[: 2 if head.channels == 1 else 3]
    return Raster(np.ascontiguousarray(samples.reshape(shape)), notes=_notes(head))


def highest_of(data: bytes) -> int:
    """The sample value of white (of black in P1 and P4), for a file that was already read."""
    return (_pam_head(data) if data[:2] == b"P7" else _head(data)).highest


def _notes(head: _Head) -> tuple[str, ...]:
    if head.magic in (b"P1", b"P4"):
        return ("a bitmap, stored as in the file: True (1) is black",)
    notes = []
    if head.highest not in (0, 255, 65535):
        notes.append(f"its samples run from 0 to {head.highest} (maxval), stored as they are")
    if not head.highest and abs(head.scale) != 1:
        notes.append(f"left out: its scale factor {abs(head.scale):g}")
    if head.kind:
        notes.append(f"left out: its TUPLTYPE {head.kind}")
    return tuple(notes)


def _number(token: bytes, what: str) -> int:
    if not _NUMBER.fullmatch(token):
        refuse(f"its header has {token[:20]!a} for the {what}")
    return int(token)


def _head(data: bytes) -> _Head:
    magic = data[:2]
    if magic not in _CHANNELS or data[2:3] not in _ENDS_MAGIC:
        refuse("its first line names no netpbm format that is known")
    at, tokens = 2, []
    for what in ("width", "height", "maximum")[: 2 if magic in (b"P1", b"P4") else 3]:
        match = _TOKEN.match(data, at, _HEAD_BYTES_MAX)
        if match is None:
            refuse(f"its header ends before the {what}")
        tokens.append(match[1])
        at = match.end()
    width, height = _number(tokens[0], "width"), _number(tokens[1], "height")
    plain = magic in (b"P1", b"P2", b"P3")
    if not plain:
        if data[at : at + 1] not in _SPACES:
            refuse("no white space stands between its header and its samples")
        at += 1
    if magic in (b"Pf", b"PF"):
        scale = float(tokens[2]) if _SCALE.fullmatch(tokens[2]) else 0.0
        if not (scale and math.isfinite(scale)):
            refuse(f"its header has {tokens[2][:20]!a} for the scale factor")
        return _Head(magic, width, height, _CHANNELS[magic], 0, at, scale)
    highest = _number(tokens[2], "maximum") if len(tokens) > 2 else 1
    if not 1 <= highest <= 65535:
        refuse(f"its header has {highest} for the maximum, which is from 1 to 65535")
    return _Head(magic, width, height, _CHANNELS[magic], highest, at)


def _pam_head(data: bytes) -> _Head:
    end = re.compile(rb"^ENDHDR[ \t\r]*\n", re.MULTILINE).search(data, 0, _HEAD_BYTES_MAX)
    if data[2:3] != b"\n" or end is None:
        refuse("it is neither PAM (its header has no ENDHDR) nor another known netpbm format")
    found: dict[bytes, bytes] = {}
    kinds = []
    for line in data[3 : end.start()].splitlines():
        key, _, value = line.strip().partition(b" ")
        if key == b"TUPLTYPE":
            kinds.append(value.strip().decode("latin-1"))
        elif key in _PAM_KEYS and key not in found:
            found[key] = value.strip()
        elif key and not key.startswith(b"#"):
            refuse(f"its header has the line {line[:40]!a}, which is unknown or there twice")
    missing = [key.decode() for key in _PAM_KEYS if key not in found]
    if missing:
        refuse(f"its header has no {missing[0]}")
    width, height, depth, highest = (_number(found[key], key.decode()) for key in _PAM_KEYS)
    if not (depth and 1 <= highest <= 65535):
        refuse(f"its header has DEPTH {depth} and MAXVAL {highest}")
    return _Head(b"P7", width, height, depth, highest, end.end(), kind=" ".join(kinds)[:60])


def _binary(data: bytes, head: _Head, sample_bytes: int, *, first: bool) -> Array:
    row = head.width * head.channels * sample_bytes
    if head.magic == b"P4":
        row = -(-head.width // 8)
    _check_length(data, head.start, row * head.height, first=first)
    raw = np.frombuffer(data, np.uint8, row * head.height, head.start)
    if head.magic == b"P4":
        return bits(raw, head.height, row, head.width, 1)
    if not head.highest:
        order = "<" if head.scale < 0 else ">"
        floats = raw.view(f"{order}f4").astype(np.float32)
        return floats.reshape(head.height, -1)[::-1]  # a PFM begins with its bottom row
    return raw if sample_bytes == 1 else raw.view(">u2").astype(np.uint16)


def _check_length(data: bytes, start: int, needed: int, *, first: bool) -> None:
    found = len(data) - start
    if found < needed:
        refuse(f"it is cut off: {found:,} of {needed:,} bytes of samples are there")
    if found > needed and not first:
        more = f"{found - needed:,} bytes"
        if _ANOTHER.match(data, start + needed):
            raise InexactError(f"another picture of {more} follows; save the one that is wanted")
        refuse(f"{more} follow its samples: its header does not say what it holds")


def _plain(data: bytes, head: _Head, *, first: bool) -> Array:
    count = head.width * head.height * head.channels
    if len(data) - head.start < count:
        refuse(f"it is cut off: it declares {count:,} samples")
    text = _COMMENT.sub(b"", data[head.start :])
    another = re.search(rb"P[1-7]", text)
    if another:
        if not first:
            raise InexactError("another picture follows; save the one that is wanted alone")
        text = text[: another.start()]
    stray = _STRAY.search(text)
    if stray:
        refuse(f"it has {text[stray.start() : stray.start() + 10]!a} among its samples")
    values: Array
    if head.magic == b"P1":
        digits = np.frombuffer(text.translate(None, _SPACE), np.uint8) - np.uint8(48)
        values = digits.astype(np.int64)
    else:
        if re.search(rb"[0-9]{9}", text):
            refuse("it has a sample of nine digits or more")
        values = np.fromstring(text.decode("ascii").strip(), np.int64, sep=" ")
    if values.size != count:
        refuse(f"it has {values.size:,} samples, and declares {count:,}")
    _check_highest(values, head)
    return values.astype(np.uint16 if head.highest > 255 else np.uint8)


def _check_highest(samples: Array, head: _Head) -> None:
    if samples.max() > head.highest:
        refuse(f"it has a sample of {samples.max()}, and declares {head.highest} as its maximum")
