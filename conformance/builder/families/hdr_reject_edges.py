"""Reject cases of records: one step beside what is legal. SPEC.md section 6."""

from collections.abc import Iterator

from builder.case import Case, reject
from builder.families.con_accept import SMALLEST, two_arrays


def blocks() -> Iterator[Case]:
    """[HDR-11]: block_length 0 though there are elements; shapes of unregistered elements."""
    first, second = two_arrays().arrays
    entry = first.table()[0]
    nothing = first.but(block_length=0, block_count=6, entries=(entry,) * 6)
    yield reject(
        "hdr/reject/block-length-0-count-n",
        "HDR-11",
        "header-malformed",
        "con/accept/two-arrays",
        "block_length is 0 and block_count 6, for six elements. CRCs are right.",
        two_arrays().but(arrays=(nothing, second)),
        why="Where there are elements, block_length is at least 1.",
    )
    small = SMALLEST.arrays[0]
    count = -(-(2**63 - 1) // (2**32 - 1))
    huge = small.but(
        element=0x99,
        shape=(2**63 - 1,),
        block_length=2**32 - 1,
        block_count=count,
        entries=small.table(),
        stored=(b"\x2a",),
    )
    yield reject(
        "con/reject/table-huge-unknown-element",
        "CON-1 HDR-11",
        "length-mismatch",
        "con/accept/smallest",
        "2^63 - 1 elements of an unregistered type: a legal shape, whose table is not there.",
        SMALLEST.but(arrays=(huge,)),
        why="An unregistered element counts as one byte; the header is right, the lengths are not.",
    )


FAMILIES = (blocks,)
