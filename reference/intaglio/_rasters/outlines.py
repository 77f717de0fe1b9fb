"""Reads the structure of JPEG and WebP files: size, other content, and whether they are complete.

No pixels are decoded here: in lossy formats, pixels depend on the decoder.
"""

import re
from dataclasses import dataclass
from typing import Final

from intaglio._rasters.base import Bounds, InexactError, after_the_end, left_out, refuse

_AFTER_SCAN: Final = re.compile(rb"\xff([^\0\xd0-\xd7\xff])")
_SOF: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_EOI, _SOS, _COMMENT = 0xD9, 0xDA, 0xFE
_APPS: Final = range(0xE0, 0xF0)
_PIXELS_PER_BYTE_MAX: Final = 1024  # of JPEG: a block of 64 takes a bit at least
_KNOWN: Final = (
    (b"Exif\0", "Exif"),
    (b"http://ns.adobe.com/", "XMP"),
    (b"ICC_PROFILE\0", "ICC profile"),
    (b"MPF\0", "MPF"),
    (b"Photoshop", "Photoshop"),
)
_ORDINARY: Final = (b"JFIF\0", b"Adobe")  # say how the samples are coded
_WEBP_PIXELS: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH"})


@dataclass(frozen=True, slots=True)
class Outline:
    """width, height: in pixels. notes: content that is left out. exif: the Exif block."""

    width: int
    height: int
    notes: tuple[str, ...]
    exif: bytes = b""


def jpeg_outline(data: bytes, bounds: Bounds) -> Outline:
    """Walk a JPEG's markers to its end; RasterError if they are damaged or cut off."""
    at, names, exif, notes = 2, [], b"", []
    size: tuple[int, int] | None = None
    while True:
        marker = _marker(data, at)
        at += 2
        if marker == _EOI:
            break
        if marker in _ALONE:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        segment = data[at + 2 : at + length]
        if length < 2 or at + length > len(data):
            refuse("it is cut off, or a length in it is wrong")
        at += length
        if marker in _SOF:
            size = _jpeg_size(segment, marker)
            bounds.check(*size, segment[5])
            if size[0] * size[1] > _PIXELS_PER_BYTE_MAX * len(data):
                refuse(f"it declares {size[0]} x {size[1]} pixels in {len(data):,} bytes")
        elif marker in _APPS and not segment.startswith(_ORDINARY):
            names.append(_name_of(segment, marker))
            exif = exif or segment[6:] * segment.startswith(b"Exif\0")
        elif marker in _APPS and segment.startswith(b"JFIF\0") and segment[7:8] in (b"\1", b"\2"):
            notes.append("left out: its resolution")
        elif marker == _COMMENT:
            names.append("comment")
        elif marker == _SOS:
            scan_end = _AFTER_SCAN.search(data, at)
            at = scan_end.start() if scan_end else len(data)
    if size is None:
        refuse("it has no picture")
    notes = ([left_out("segments", names)] if names else []) + notes
    return Outline(*size, (*notes, *after_the_end(len(data) - at)), exif)


def _marker(data: bytes, at: int) -> int:
    """The marker at `at`; fill bytes before it are skipped by the caller's regular expression."""
    if at + 2 > len(data):
        refuse("it is cut off: its end is missing")
    if data[at] != 0xFF:
        refuse(f"it is damaged at byte {at:,}, where a marker should be")
    return data[at + 1]


def _jpeg_size(segment: bytes, marker: int) -> tuple[int, int]:
    if len(segment) < 6:
        refuse("the header of its picture is cut off")
    if segment[0] != 8:
        raise InexactError(f"its samples have {segment[0]} bits; JPEG of 8 bits is read")
    if marker in (0xC3, 0xC7, 0xCB, 0xCF):
        raise InexactError("it is a lossless JPEG, which is not read")
    return int.from_bytes(segment[3:5], "big"), int.from_bytes(segment[1:3], "big")


def _name_of(segment: bytes, marker: int) -> str:
    found = [name for magic, name in _KNOWN if segment.startswith(magic)]
    return found[0] if found else f"APP{marker - 0xE0}"


def webp_outline(data: bytes, bounds: Bounds) -> Outline:
    """Walk a WebP's chunks; RasterError if it is damaged, InexactError if it is animated."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        refuse(f"it is cut off: {len(data):,} of {end:,} bytes are there")
    at, names, exif = 12, [], b""
    size = (0, 0)
    while at + 8 <= end:
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        chunk = data[at + 8 : at + 8 + length]
        if at + 8 + length > end:
            refuse(f"its chunk {kind.decode('latin-1')!a} is cut off")
        if kind in _WEBP_PIXELS:
            size = size if any(size) else _webp_size(kind, chunk)
        elif kind == b"ANIM":
            bounds.check(*size, 4)
            raise InexactError("it is animated; save the frame that is wanted")
        else:
            names.append(kind.decode("latin-1").strip())
            exif = chunk if kind == b"EXIF" else exif
        at += 8 + length + length % 2
    bounds.check(*size, 4)
    notes = (left_out("chunks", names),) if names else ()
    return Outline(*size, notes + after_the_end(len(data) - end), exif.removeprefix(b"Exif\0\0"))


def _webp_size(kind: bytes, chunk: bytes) -> tuple[int, int]:
    if kind == b"VP8X":
        fields = chunk[4:7], chunk[7:10]
        return (
            1 + int.from_bytes(fields[0], "little"),
            1 + int.from_bytes(fields[1], "little"),
        )
    if kind == b"VP8L":
        packed = int.from_bytes(chunk[1:5], "little")
        return 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        fields = chunk[6:8], chunk[8:10]
        return (
            int.from_bytes(fields[0], "little") & 0x3FFF,
            int.from_bytes(fields[1], "little") & 0x3FFF,
        )
    return 0, 0
