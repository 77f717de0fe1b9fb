"""Accept cases of the container: whole files, several arrays, single arrays asked for.

SPEC.md sections 7, 12 and 17.
"""

from collections.abc import Iterator

from builder.case import Case, accept
from builder.checksums import noise
from builder.container import File, flat_cover
from builder.families.arr_accept import array_of
from builder.filters import DELTA_1, SHUFFLE, Filter
from builder.records import ZSTD, Array

SMALLEST = File(arrays=(Array(),), depths=(8, 8, 8, 0), cover=flat_cover)


def two_arrays() -> File:
    """A file of two small arrays, the base of many reject cases."""
    first = Array(name=b"first", element=0x11, shape=(2, 3), data=noise("first", 12))
    second = Array(
        name=b"second", element=0x31, shape=(4,), data=noise("second", 16), block_length=3
    )
    return File(arrays=(first, second))


def whole_files() -> Iterator[Case]:
    """Files of no, one, two and many arrays."""
    yield accept(
        "con/accept/smallest",
        "CON-1 CON-3 BLK-2 CAR-1 CAR-2 HDR-1 HDR-9 PNG-1 DEC-1",
        "The file of section 17, byte by byte: one uint8, 42.",
        SMALLEST,
    )
    yield accept("con/accept/no-arrays", "CON-1 CON-3", "No arrays, no metadata.", File())
    yield accept(
        "con/accept/no-arrays-metadata",
        "CON-1 CON-3 MET-1",
        "No arrays, but metadata.",
        File(metadata=b'{"title": "nothing"}'),
    )
    yield accept(
        "con/accept/two-arrays",
        "CON-1 CON-3 BLK-6",
        "Two arrays, the second in two blocks: tables first, then all blocks.",
        two_arrays(),
    )
    mixed = (
        Array(name=b"empty", shape=(0,), data=b""),
        array_of("float64").but(name=b"a", block_length=5, codec=ZSTD, filters=(SHUFFLE,)),
        Array(name=b"nothing", element=0x32, shape=(3, 0), data=b""),
        array_of("int16").but(name=b"b", block_length=4),
        array_of("complex64").but(name=b"c", filters=(DELTA_1,), metadata=b'{"unit": "V"}'),
        Array(name=b"last", shape=(0, 0), data=b""),
    )
    yield accept(
        "con/accept/mixed",
        "CON-1 CON-3 ARR-6 HDR-11",
        "Empty arrays first, between and last; tables and blocks keep the order of the records.",
        File(arrays=mixed, metadata=b'{"of": "six"}'),
    )
    many = tuple(
        Array(name=b"%d" % index, element=0x21, data=index.to_bytes(2, "little"))
        for index in range(300)
    )
    yield accept(
        "con/accept/300-arrays",
        "CON-1 HDR-9",
        "300 arrays: more than a byte can count, in no alphabetic order.",
        File(arrays=many),
    )
    yield accept(
        "con/accept/same-content",
        "CON-1",
        "Two arrays of equal content are stored twice.",
        File(arrays=(Array(name=b"a"), Array(name=b"b"))),
    )
    blocks = Array(shape=(300,), data=noise("300 blocks", 300), block_length=1)
    yield accept(
        "con/accept/300-blocks",
        "CON-1 HDR-11",
        "300 blocks of one byte: the block table is forty times as long as the data.",
        File(arrays=(blocks,), depths=(8, 8, 8, 0)),
    )


def single_arrays() -> Iterator[Case]:
    """Only what is asked for is checked beyond the header."""
    base = two_arrays()
    first, second = base.arrays
    yield accept(
        "con/accept/only-second",
        "DEC-1 CON-1",
        "The second array alone is asked for.",
        base,
        only=["second"],
    )
    yield accept(
        "con/accept/only-both-reversed",
        "DEC-1",
        "Both are asked for, in the opposite order: arrays come in file order.",
        base,
        only=["second", "first"],
    )
    broken = {
        "element": (
            first.but(element=0x77, shape=(12,), unit=9, unit_count=5),
            "an unknown element",
        ),
        "filter": (first.but(filters=(Filter(0x77, b"abc"),)), "an unknown filter"),
        "filter-order": (
            first.but(filters=(SHUFFLE, Filter(0), DELTA_1, DELTA_1)),
            "a filter that is unknown, which frees the other codes from their order",
        ),
        "filter-parameters": (
            first.but(filters=(Filter(2, b"\0\0"), Filter(0x80))),
            "a filter that is unknown, which frees the others' parameters from their rules",
        ),
        "filters-8": (
            first.but(filters=tuple(Filter(code) for code in range(200, 208))),
            "eight unknown filters",
        ),
        "codec": (first.but(codec=2), "an unknown codec"),
        "damaged": (
            first.but(stored=(bytes(12),), entries=first.table()),
            "damaged stored bytes",
        ),
        "malformed": (first.but(stored=(bytes(5),)), "a stored block of a wrong length"),
        "digest": (first.but(digest=bytes(32)), "a wrong digest"),
        "bool": (
            first.but(element=1, shape=(12,)),
            "bool elements that are neither 0 nor 1",
        ),
    }
    for slug, (array, what) in broken.items():
        unknown = slug.split("-")[0].rstrip("s") in ("element", "filter", "codec")
        yield accept(
            f"con/accept/only-despite-{slug}",
            "HDR-15 HDR-12 DEC-1" if unknown else "DEC-1",
            f"The first array has {what}; the second is asked for, and is given.",
            base.but(arrays=(array, second)),
            only=["second"],
        )
    large = first.but(
        element=0xEE, shape=(2**32 - 1,), block_length=2**32 - 1, block_count=1, data=b"?"
    )
    yield accept(
        "con/accept/only-despite-large",
        "HDR-11 HDR-15 LIM-1",
        "An unregistered element counts one byte, and its blocks may be of any length.",
        base.but(arrays=(large.but(stored=(b"?",), entries=Array(data=b"?").table()), second)),
        only=["second"],
    )
    yield accept(
        "con/accept/only-last-codec-unknown",
        "HDR-15 DEC-1",
        "The array not asked for comes last, with an unknown codec.",
        base.but(arrays=(second, first.but(codec=255))),
        only=["second"],
    )


FAMILIES = (whole_files, single_arrays)
