"""Reject cases of the header: its CRC, its structure, its fields. SPEC.md section 6."""

from collections.abc import Iterator

from builder.case import Case, reject
from builder.checksums import crc32
from builder.container import File
from builder.families.arr_accept import array_of
from builder.families.con_accept import two_arrays
from builder.filters import Filter
from builder.records import Array, Extension

BASE = two_arrays()
FIRST, SECOND = BASE.arrays
TWO = "con/accept/two-arrays"


def malformed(slug: str, labels: str, edit: str, file: File, why: str, base: str = TWO) -> Case:
    """A header whose CRC is right and whose structure is not."""
    return reject(
        f"hdr/reject/{slug}",
        labels,
        "header-malformed",
        base,
        edit + " The header's CRC and the root are refreshed.",
        file,
        why=why,
    )


def with_first(**fields: object) -> File:
    """The file with another first array."""
    return BASE.but(arrays=(FIRST.but(**fields), SECOND))


def crcs() -> Iterator[Case]:
    """[HDR-8]: the header's CRC-32."""
    header = BASE.header()
    right = int.from_bytes(header[-4:], "little")
    wrong = {f"byte-{at}": right ^ 1 << 8 * at for at in range(4)} | {
        "zero": 0,
        "big-endian": int.from_bytes(header[-4:], "big"),
        "with-itself": crc32(header),
        "without-counts": crc32(header[4:-4]),
    }
    for slug, value in wrong.items():
        yield _damaged(
            f"crc-{slug}", f"The header's CRC is wrong: {slug}.", BASE.but(header_crc=value)
        )
    changed = {
        "name": with_first(name=b"First"),
        "shape": with_first(shape=(3, 2)),
        "digest": with_first(digest=bytes(32)),
        "counts": BASE.but(array_count=3),
        "extension": BASE.but(extension_count=1),
    }
    for slug, file in changed.items():
        edit = f"The header is changed ({slug}); the root is refreshed, the header's CRC is not."
        yield _damaged(f"crc-stale-{slug}", edit, file.but(header_crc=right))
    for slug, more in (("less", -1), ("more", 1), ("less-4", -4)):
        edit = f"header_length is {more:+} bytes off, so that the CRC is looked for elsewhere."
        file = BASE.but(header_length=len(header) + more)
        yield _damaged(f"header-length-{slug}", edit, file)


def _damaged(slug: str, edit: str, file: File) -> Case:
    why = "The header's CRC is checked before the header is read."
    return reject(f"hdr/reject/{slug}", "HDR-8", "header-damaged", TWO, edit, file, why=why)


def counts_and_lengths() -> Iterator[Case]:
    """[HDR-9]: the records fill the header exactly."""
    extension = BASE.but(extensions=(Extension(5, data=b"twelve bytes"),))
    described = BASE.but(metadata=b'{"a": [1, 2]}')
    cases: dict[str, tuple[str, File]] = {
        "array-count-more": ("array_count is 3.", BASE.but(array_count=3)),
        "array-count-less": ("array_count is 1.", BASE.but(array_count=1)),
        "array-count-0": ("array_count is 0.", BASE.but(array_count=0)),
        "array-count-most": ("array_count is 65,535.", BASE.but(array_count=65535)),
        "extension-count-more": ("extension_count is 1.", BASE.but(extension_count=1)),
        "extension-count-most": ("extension_count is 65,535.", BASE.but(extension_count=65535)),
        "extension-count-less": ("extension_count is 0.", extension.but(extension_count=0)),
        "metadata-length-more": ("metadata_length is 14.", described.but(metadata_length=14)),
        "metadata-length-less": ("metadata_length is 12.", described.but(metadata_length=12)),
        "metadata-length-0": ("metadata_length is 0.", described.but(metadata_length=0)),
        "metadata-length-most": (
            "metadata_length is 2^32 - 1.",
            described.but(metadata_length=2**32 - 1),
        ),
        "surplus-1": ("A byte follows the records.", BASE.but(header_surplus=b"\0")),
        "surplus-7": ("Seven bytes follow the records.", BASE.but(header_surplus=bytes(7))),
        "surplus-extension": (
            "An extension record that is not counted follows.",
            BASE.but(header_surplus=Extension(5).record()),
        ),
        "cut-1": ("The last byte of the last record is missing.", BASE.but(header_cut=1)),
        "cut-20": ("The last 20 bytes of the last record are missing.", BASE.but(header_cut=20)),
        "name-length-0": ("A name is empty.", with_first(name=b"")),
        "name-length-more": ("name_length is 6.", with_first(name_length=6)),
        "name-length-less": ("name_length is 4.", with_first(name_length=4)),
        "name-length-255": ("name_length is 255.", with_first(name_length=255)),
        "rank-more": ("rank is 3, with two dimensions.", with_first(rank=3)),
        "rank-less": ("rank is 1, with two dimensions.", with_first(rank=1)),
        "rank-0": ("rank is 0, with two dimensions.", with_first(rank=0)),
        "rank-33": ("33 dimensions of length 1.", with_first(shape=(1,) * 31 + (2, 3))),
        "rank-255": ("255 dimensions of length 1.", with_first(shape=(1,) * 253 + (2, 3))),
        "rank-255-alone": ("rank is 255, with two dimensions.", with_first(rank=255)),
        "filter-count-more": ("filter_count is 1 without a filter.", with_first(filter_count=1)),
        "filter-count-9": (
            "Nine filters (unknown ones).",
            with_first(filters=tuple(Filter(code) for code in range(100, 109))),
        ),
        "filter-count-255": (
            "255 filters (unknown ones).",
            with_first(filters=(Filter(100),) * 255),
        ),
        "parameter-length-more": (
            "An unknown filter's parameter_length is 200, with three bytes.",
            with_first(filters=(Filter(100, b"abc", 200),)),
        ),
        "parameter-length-less": (
            "An unknown filter's parameter_length is 2, with three bytes.",
            with_first(filters=(Filter(100, b"abc", 2),)),
        ),
        "array-metadata-length-more": (
            "An array's metadata_length is 3 without metadata.",
            BASE.but(arrays=(FIRST, SECOND.but(metadata_length=3))),
        ),
        "array-metadata-length-most": (
            "An array's metadata_length is 2^32 - 1.",
            with_first(metadata_length=2**32 - 1),
        ),
        "array-metadata-length-less": (
            "An array's metadata_length is one too few.",
            BASE.but(arrays=(FIRST, SECOND.but(metadata=b"{} ", metadata_length=2))),
        ),
    }
    for slug, (edit, file) in cases.items():
        why = "Every declared length lies within the header; the records end where the CRC begins."
        yield malformed(slug, "HDR-9 LIM-1", edit, file, why)


def extensions() -> Iterator[Case]:
    """[HDR-9], [HDR-14]: extension records."""
    why = "Extension records stand in strictly ascending order of type; reserved bits are zero."
    base = "hdr/accept/extension-several"
    orders = {
        "descending": (2, 1),
        "twice": (7, 7),
        "twice-private": (0x8000, 0x8000),
        "late": (1, 5, 3),
        "by-low-byte": (0x0100, 0x00FF),
        "wrapped": (0xFFFF, 0x0000),
    }
    for slug, kinds in orders.items():
        file = BASE.but(extensions=tuple(Extension(kind) for kind in kinds))
        edit = f"The extension types are {', '.join(map(str, kinds))}."
        yield malformed(f"extension-{slug}", "HDR-9", edit, file, why, base)
    for bit in range(1, 8):
        file = BASE.but(extensions=(Extension(5, flags=1 << bit),))
        edit = f"Bit {bit} of an extension record's flags is set."
        yield malformed(f"extension-flag-bit-{bit}", "HDR-9", edit, file, why, base)
    lengths = {
        "length-more": (Extension(5, data=b"abc", length=4), "length is 4, with three bytes."),
        "length-less": (Extension(5, data=b"abc", length=2), "length is 2, with three bytes."),
        "length-most": (Extension(5, data=b"abc", length=2**32 - 1), "length is 2^32 - 1."),
    }
    for slug, (record, edit) in lengths.items():
        file = BASE.but(extensions=(record,))
        yield malformed(f"extension-{slug}", "HDR-9 LIM-1", edit, file, why, base)
    for kind in (0x0000, 0x0001, 0x7FFF, 0x8000, 0xFFFF):
        yield reject(
            f"hdr/reject/extension-required-{kind:04x}",
            "HDR-14",
            "extension-unknown",
            "hdr/accept/extension-data",
            f"An extension record of type 0x{kind:04X} is required.",
            BASE.but(extensions=(Extension(kind, flags=1, data=b"abc"),)),
            why="No type is known to version 1.0: a required one is refused, private or not.",
        )
    yield reject(
        "hdr/reject/extension-required-among-others",
        "HDR-14",
        "extension-unknown",
        "hdr/accept/extension-several",
        "The second of three extension records is required.",
        BASE.but(extensions=(Extension(1), Extension(2, flags=1), Extension(3))),
        why="Every extension record is looked at.",
    )


def units() -> Iterator[Case]:
    """[HDR-10]: unit and unit_count."""
    moment = array_of("datetime64")
    span = array_of("timedelta64")
    number = array_of("int64")
    cases: dict[str, tuple[Array, str]] = {
        "int64-unit": (number.but(unit=10), "int64 has a unit"),
        "int64-unit-count": (number.but(unit_count=1), "int64 has a unit_count"),
        "bool-unit": (array_of("bool").but(unit=14), "bool has the unit generic"),
        "float64-both": (array_of("float64").but(unit=7, unit_count=1), "float64 has a unit"),
        "complex64-count": (array_of("complex64").but(unit_count=2**31), "complex64 has a count"),
        "datetime-0": (moment.but(unit=0), "unit is 0"),
        "datetime-none": (moment.but(unit=0, unit_count=0), "unit and unit_count are 0"),
        "datetime-15": (moment.but(unit=15), "unit is 15"),
        "timedelta-255": (span.but(unit=255), "unit is 255"),
        "datetime-count-0": (moment.but(unit_count=0), "unit_count is 0"),
        "datetime-count-2-to-the-31": (moment.but(unit_count=2**31), "unit_count is 2^31"),
        "timedelta-count-most": (span.but(unit_count=2**32 - 1), "unit_count is 2^32 - 1"),
        "generic-count-0": (span.but(unit=14, unit_count=0), "generic has unit_count 0"),
        "generic-count-2": (span.but(unit=14, unit_count=2), "generic has unit_count 2"),
        "datetime-generic-25": (moment.but(unit=14, unit_count=25), "generic has unit_count 25"),
    }
    for slug, (array, what) in cases.items():
        kind = "timedelta64" if "time" in slug or "gener" in slug else "int64"
        why = "Units belong to the two time elements alone, with counts from 1 to 2^31 - 1."
        base = f"arr/accept/element-{kind}"
        file = File(arrays=(array,))
        yield malformed(f"unit-{slug}", "HDR-10", what.capitalize() + ".", file, why, base)


FAMILIES = (crcs, counts_and_lengths, extensions, units)
