"""Diagnoses files that are not a PNG, or an incomplete one, by magic numbers and chunks."""

import zlib
from typing import Final

from intaglio._forensics.report import ASK, Diagnosis

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_GONE: Final = "the data is gone; ask for the original PNG"
_TRY_RESTORE: Final = "if nothing was lost, `intaglio restore` gives the PNG back"
_CONVERT: Final = "ask for the original PNG; if nothing was lost, converting it to PNG may do"

_MAGICS: Final = (  # cause, offset of the magic, magic, sentence
    ("empty", 0, b"\0" * 16, f"this file is filled with zeros: a download or a copy failed; {ASK}"),
    ("jpeg", 0, b"\xff\xd8\xff", f"this is a JPEG: {_GONE}"),
    ("jpeg-xl", 0, b"\xff\x0a", f"this is a JPEG XL: {_CONVERT}"),
    ("jpeg-xl", 4, b"JXL ", f"this is a JPEG XL: {_CONVERT}"),
    ("webp", 8, b"WEBPVP8 ", f"this is a lossy WebP: {_GONE}"),
    ("webp", 8, b"WEBP", f"this is a WebP: {_TRY_RESTORE}"),
    ("avif", 8, b"avif", f"this is an AVIF: {_GONE}"),
    ("heic", 8, b"heic", f"this is a HEIC: {_GONE}"),
    ("heic", 8, b"mif1", f"this is a HEIC or AVIF: {_GONE}"),
    ("video", 4, b"ftyp", f"this is a video or a HEIC: {_GONE}"),
    ("gif", 0, b"GIF8", f"this is a GIF, with at most 256 colours: {_GONE}"),
    ("bmp", 0, b"BM", f"this is a BMP: {_TRY_RESTORE}"),
    ("tiff", 0, b"II*\0", f"this is a TIFF: {_TRY_RESTORE}"),
    ("tiff", 0, b"MM\0*", f"this is a TIFF: {_TRY_RESTORE}"),
    ("tiff", 0, b"II+\0", f"this is a TIFF: {_TRY_RESTORE}"),
    ("tiff", 0, b"MM\0+", f"this is a TIFF: {_TRY_RESTORE}"),
    ("qoi", 0, b"qoif", f"this is a QOI: {_TRY_RESTORE}"),
    ("netpbm", 0, b"P6", f"this is a PPM: {_TRY_RESTORE}"),
    ("netpbm", 0, b"P3", f"this is a PPM: {_TRY_RESTORE}"),
    ("sgi", 0, b"\x01\xda", f"this is an SGI picture: {_TRY_RESTORE}"),
    ("npy", 0, b"\x93NUMPY", "this is a NumPy .npy file, not a picture: numpy.load reads it"),
    ("zip", 0, b"PK\3\4", "this is a zip archive, perhaps an .npz: numpy.load reads those"),
    ("hdf5", 0, b"\x89HDF\r\n\x1a\n", "this is an HDF5 file, not a picture: h5py reads it"),
    ("gzip", 0, b"\x1f\x8b", "this is gzip-compressed: unpack it first"),
    ("pdf", 0, b"%PDF", "this is a PDF: extract the picture from it without recompression"),
    ("svg", 0, b"<svg", "this is an SVG drawing: ask for the original PNG"),
    ("svg", 0, b"<?xml", "this is XML, perhaps an SVG drawing: ask for the original PNG"),
    (
        *("git-lfs", 0, b"version https://git-lfs"),
        "this is a git-lfs pointer, not the file itself: run `git lfs pull`",
    ),
)
LOSSLESS: Final = frozenset(  # causes of files that may hold every pixel of a carrier
    {"bmp", "cgbi", "gif", "netpbm", "qoi", "sgi", "tiff", "unknown", "webp"}
)
_WEB_PAGES: Final = (b"<!doctype html", b"<html", b"<head")
_TEXT_MODE: Final = "was changed in transfer, for example by a text-mode transfer"


def diagnose_bytes(head: bytes, *, whole: bool = False) -> Diagnosis | None:
    """Name the file type, or the fault in the PNG chunks; None if nothing is wrong.

    head: the first bytes of the file, at least 64. whole: whether head is the complete file, so
    that missing chunks are missing in the file.
    """
    if not head:
        return Diagnosis("empty", True, f"this file is empty: a download or a copy failed; {ASK}")
    if head.startswith(_SIGNATURE):
        return _diagnose_chunks(head, whole)
    if head.startswith(_SIGNATURE[: len(head)]) and whole:
        return _truncated(len(head))
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_WEB_PAGES):
        what = "this is a web page, not a picture: download the file itself, not its page"
        return Diagnosis("html", True, what)
    for cause, at, magic, sentence in _MAGICS:
        if head[at : at + len(magic)] == magic:
            return Diagnosis(cause, True, sentence)
    if b"PNG" in head[:8] or b"IHDR" in head[:32]:
        return Diagnosis("text-mode", False, f"this was a PNG and probably {_TEXT_MODE}; {ASK}")
    if b"iVBORw0KGgo" in head[:64]:
        return Diagnosis("base64", True, "this is a PNG written as base64 text: decode that first")
    return Diagnosis("unknown", True, f"this is not a PNG; {ASK}")


def _truncated(size: int) -> Diagnosis:
    what = f"this PNG is cut off after {size:,} bytes: download or copy it again"
    return Diagnosis("truncated", True, what)


def _diagnose_chunks(data: bytes, whole: bool) -> Diagnosis | None:
    """Walk the chunks that are present."""
    if data[12:16] == b"CgBI":
        what = "this PNG was converted by Xcode for iOS (CgBI), which is no PNG any more"
        return Diagnosis("cgbi", True, f"{what}: {_TRY_RESTORE}")
    at = len(_SIGNATURE)
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        if not (kind.isalpha() and kind.isascii()) or length >= 1 << 31:
            what = f"this PNG is damaged at byte {at:,}, where no chunk begins"
            return Diagnosis(
                "bit-rot", False, f"{what}: it probably {_TEXT_MODE}, or rotted; {ASK}"
            )
        if end > len(data):
            break
        if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            where = f"in its {kind.decode()} chunk, bytes {at:,} to {end:,}"
            return Diagnosis("bit-rot", True, f"this PNG was damaged {where}; {ASK}")
        if kind == b"IEND":
            return None
        at = end
    return _truncated(len(data)) if whole else None
