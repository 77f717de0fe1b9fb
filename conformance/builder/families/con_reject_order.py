"""Reject cases with two defects, of which the earlier step wins. SPEC.md section 12."""

from collections.abc import Iterator
from dataclasses import replace

from builder.case import Case, reject
from builder.container import File
from builder.families.con_accept import two_arrays
from builder.records import Array, Extension

BASE = two_arrays()
TWO = "con/accept/two-arrays"
NAME = b"a\x01"
TEXT = b"[]"
UNKNOWN = (Extension(0x7001, flags=1, data=b""),)


def headers() -> Iterator[Case]:
    """[DEC-1]: structure, names, file metadata, array metadata, extension records."""
    first, second = BASE.arrays
    rows: dict[str, tuple[str, str, File]] = {
        "structure-before-names": (
            "header-malformed",
            "The first array's name is invalid, and the second array has 33 dimensions.",
            BASE.but(arrays=(first.but(name=NAME), second.but(shape=(1,) * 32 + (4,)))),
        ),
        "extension-order-before-names": (
            "header-malformed",
            "A name is invalid, and extension records stand in descending order.",
            BASE.but(
                arrays=(first.but(name=NAME), second),
                extensions=(Extension(0x8002, data=b""), Extension(0x8001, data=b"")),
            ),
        ),
        "names-before-file-metadata": (
            "name-invalid",
            "A name is invalid, and the file's metadata is an array.",
            BASE.but(arrays=(first, second.but(name=NAME)), metadata=TEXT),
        ),
        "names-before-array-metadata": (
            "name-invalid",
            "The second array's name is the first one's, whose metadata is an array.",
            BASE.but(arrays=(first.but(metadata=TEXT), second.but(name=first.name))),
        ),
        "metadata-before-extensions": (
            "metadata-invalid",
            "The file's metadata is an array, and an unknown extension is required.",
            BASE.but(metadata=TEXT, extensions=UNKNOWN),
        ),
        "array-metadata-before-extensions": (
            "metadata-invalid",
            "The last array's metadata is an array, and an unknown extension is required.",
            BASE.but(arrays=(first, second.but(metadata=TEXT)), extensions=UNKNOWN),
        ),
        "extensions-before-root": (
            "extension-unknown",
            "An unknown extension is required, and the root is wrong.",
            BASE.but(extensions=UNKNOWN, root=bytes(32)),
        ),
    }
    for slug, (reason, edit, file) in rows.items():
        yield reject(
            f"con/reject/{slug}",
            "DEC-1",
            reason,
            TWO,
            edit + " CRCs are right.",
            file,
            why="Each of two defects would do; the reason is that of the earlier step.",
        )


def sums() -> Iterator[Case]:
    """[CON-1]: the sum of stored lengths is taken without overflow."""
    array = Array(shape=(2,), data=b"\x2a\x2b", block_length=1)
    entries = array.table()
    for slug, lengths in {
        "32-bits": (2**32 - 1, 3),
        "31-bits": (2**31, 2**31 + 2),
    }.items():
        wrapped = tuple(
            replace(entry, stored_length=length)
            for entry, length in zip(entries, lengths, strict=True)
        )
        yield reject(
            f"con/reject/stored-lengths-wrap-{slug}",
            "CON-1 LIM-1",
            "length-mismatch",
            "con/accept/smallest",
            f"Two blocks of one byte declare {lengths[0]} and {lengths[1]} bytes: 2^32 too many.",
            File(arrays=(array.but(entries=wrapped, stored=(b"\x2a", b"\x2b")),)),
            why="A sum in 32 bits would be right; sums are taken in integers that do not overflow.",
        )


FAMILIES = (headers, sums)
