"""Reject cases that need a large picture: a header too long, an array too large."""

from collections.abc import Iterator

from builder.case import Case, reject
from builder.checksums import crc32, sha256
from builder.container import File, flat_cover
from builder.families.png_accept_streams import LARGE_FORM, with_header_of
from builder.records import ZSTD, Array, Entry

BLOCK_BYTES = 2**23
BLOCKS = 2**17


def header() -> Iterator[Case]:
    """[HDR-7]: a header of 4 MiB and one byte."""
    file = with_header_of(4 * 2**20 + 1)
    yield reject(
        "hdr/reject/4-mib-and-1",
        "HDR-7",
        "length-mismatch",
        "hdr/accept/4-mib",
        "The header has one byte more than 4 MiB; everything agrees with it.",
        file.png(LARGE_FORM),
        why="header_length is at most 4 MiB.",
    )


def declared() -> Iterator[Case]:
    """[LIM-3]: an array of 2^40 bytes, whose block table is there."""
    entry = Entry(1, crc32(b"\0"), sha256(bytes(BLOCK_BYTES)))
    array = Array(
        name=b"terabyte",
        shape=(BLOCKS, BLOCK_BYTES),
        data=b"",
        codec=ZSTD,
        block_length=BLOCK_BYTES,
        entries=(entry,) * BLOCKS,
        stored=(b"\0",) * BLOCKS,
    )
    file = File(arrays=(array,), depths=(8, 8, 8, 0), cover=flat_cover, size=(1600, 1140))
    yield reject(
        "con/reject/limit-terabyte",
        "LIM-3 LIM-1",
        "limit-exceeded",
        "con/accept/smallest",
        "The array is declared as 2^17 blocks of 8 MiB; header, block tables, sums and root agree. "
        "(Its stored blocks, of one byte each, are never reached.)",
        file.png(LARGE_FORM),
        why="A reader compares what the wanted arrays would take with its limit before it touches "
        "a block. No reader is expected to allow 2^40 bytes.",
    )


FAMILIES = (header, declared)
