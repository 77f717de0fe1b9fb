"""Reject cases of the container: root, tables, sums, unknown codes. SPEC.md sections 7 and 12."""

from collections.abc import Iterator
from dataclasses import replace

from builder.case import Case, reject
from builder.checksums import sha256
from builder.container import File
from builder.edits import flipped
from builder.families.con_accept import SMALLEST, two_arrays
from builder.filters import DELTA_1
from builder.records import Array

BASE = two_arrays()
TWO = "con/accept/two-arrays"


def root_of(file: File) -> bytes:
    """Give the root that a file ought to have."""
    return sha256(file.prologue_start() + file.header() + file.tables())


def roots() -> Iterator[Case]:
    """[CON-3]: root covers prologue bytes 0 to 43, the header and all block tables."""
    first, second = BASE.arrays
    right = root_of(BASE)
    start, header, tables = BASE.prologue_start(), BASE.header(), BASE.tables()
    body = BASE.body()
    wrong = {
        "first-byte": (flipped(right, 0), "The root's first byte is changed."),
        "last-byte": (flipped(right, 31), "The root's last byte is changed."),
        "zero": (bytes(32), "The root is zero bytes."),
        "of-body": (sha256(start + body), "The root is taken over the stored blocks too."),
        "of-header": (sha256(start + header), "The root leaves the block tables out."),
        "of-tables": (sha256(start + tables), "The root leaves the header out."),
        "without-prologue": (sha256(header + tables), "The root leaves the prologue out."),
        "prologue-36": (sha256(start[:36] + header + tables), "The root leaves body_length out."),
        "header-without-crc": (
            sha256(start + header[:-4] + tables),
            "The root leaves the header's CRC out.",
        ),
        "first-table": (
            sha256(start + header + tables[:40]),
            "The root covers only the first array's table.",
        ),
        "reversed": (right[::-1], "The root's bytes are in reverse order."),
    }
    for slug, (root, edit) in wrong.items():
        yield _root(f"root-{slug}", edit, BASE.but(root=root))
    changed = {
        "minor": (BASE.but(minor=1), "minor is 1"),
        "optional": (BASE.but(optional=1), "an optional flag is set"),
        "name": (BASE.but(arrays=(first.but(name=b"First"), second)), "a name is changed"),
        "element": (BASE.but(arrays=(first.but(element=0x21), second)), "int16 is uint16"),
        "shape": (BASE.but(arrays=(first.but(shape=(3, 2)), second)), "the shape is transposed"),
        "unit": (BASE.but(arrays=(first, second.but(filters=(DELTA_1,)))), "a filter is added"),
        "metadata": (BASE.but(metadata=b"{ }"), "file metadata is added"),
        "digest": (
            BASE.but(arrays=(first.but(digest=flipped(sha256(first.data), 9)), second)),
            "the digest of an array is changed",
        ),
        "table-crc": (_with_entry(BASE, crc=1), "the CRC in a table entry is changed"),
        "table-digest": (_with_entry(BASE, digest=bytes(32)), "a block's SHA-256 is changed"),
        "table-length": (_with_entry(BASE, stored_length=5), "a stored_length is changed"),
    }
    for slug, (file, what) in changed.items():
        edit = f"{what.capitalize()}; CRCs are refreshed, the root is not."
        yield _root(f"root-stale-{slug}", edit, file.but(root=right))


def _root(slug: str, edit: str, file: File) -> Case:
    return reject(
        f"con/reject/{slug}",
        "CON-3",
        "root-mismatch",
        TWO,
        edit,
        file,
        why="Whatever is changed in prologue, header or tables, the root tells.",
    )


def _with_entry(base: File, **fields: object) -> File:
    first, second = base.arrays
    start, last = second.table()
    return base.but(arrays=(first, second.but(entries=(start, replace(last, **fields)))))  # type: ignore[arg-type]


def lengths() -> Iterator[Case]:
    """[CON-1] and [CON-2]: stored lengths, their sum, and body_length."""
    first, second = BASE.arrays
    size = len(BASE.body())
    blocks = second.stored_blocks()
    cases = {
        "stored-length-0": (
            _with_entry(BASE.but(arrays=(first, _stored(second, blocks[0], b""))), stored_length=0),
            "CON-2",
            "A block has no stored bytes: stored_length is 0.",
        ),
        "stored-length-more": (_with_entry(BASE, stored_length=5), "CON-1", "One too many."),
        "stored-length-less": (_with_entry(BASE, stored_length=3), "CON-1", "One too few."),
        "stored-length-most": (
            _with_entry(BASE, stored_length=2**32 - 1),
            "CON-1 LIM-1",
            "stored_length is 2^32 - 1.",
        ),
        "surplus-byte": (BASE.but(surplus=b"\0"), "CON-1", "A byte follows the last block."),
        "surplus-array": (
            BASE.but(surplus=first.data),
            "CON-1",
            "Twelve bytes follow the last block.",
        ),
        "body-length-more": (
            BASE.but(body_length=size + 1, size=(30, 30)),
            "CON-1",
            "body_length is one more than the sum, within the capacity.",
        ),
        "body-length-less": (
            BASE.but(body_length=size - 1),
            "CON-1",
            "body_length is one less than the sum.",
        ),
        "last-block-missing": (
            BASE.but(arrays=(first, second.but(stored=blocks[:1], entries=second.table()))),
            "CON-1",
            "The last stored block is missing.",
        ),
        "no-arrays-surplus": (File(surplus=b"\0"), "CON-1", "No arrays, but a byte of body."),
    }
    for slug, (file, labels, edit) in cases.items():
        base = "con/accept/no-arrays" if slug.startswith("no-arrays") else TWO
        yield _length(slug, labels, base, edit + " CRCs and root are refreshed.", file)


def _stored(array: Array, *blocks: bytes) -> Array:
    return array.but(stored=blocks, entries=array.table())


def tables() -> Iterator[Case]:
    """[CON-1], [LIM-1]: header and block tables lie within body_length."""
    small = SMALLEST.arrays[0]
    header = len(SMALLEST.header())
    for size in (header, header + 1, header + 39):
        yield _length(
            f"table-cut-{size - header}",
            "CON-1 LIM-1",
            "con/accept/smallest",
            f"body_length leaves {size - header} bytes for a table entry of forty.",
            SMALLEST.but(body_length=size),
        )
    huge = {
        "2-to-the-55": (small.but(shape=(2**23, 2**32 - 1), block_length=2**23), 2**32 - 1),
        "2-to-the-50": (small.but(shape=(2**50,), block_length=2**23), 2**27),
        "blocks-of-one": (small.but(shape=(2**32 - 1,), block_length=1), 2**32 - 1),
        "two-blocks": (small.but(shape=(2**23 + 1,), block_length=2**23), 2),
        "table-overflow-32": (small.but(shape=(107374183,), block_length=1), 107374183),
        "complex128": (small.but(element=0x41, shape=(2**45,), block_length=2**19), 2**26),
    }
    for slug, (array, count) in huge.items():
        file = SMALLEST.but(arrays=(array.but(block_count=count, entries=small.table()),))
        yield _length(
            f"table-huge-{slug}",
            "CON-1 LIM-1",
            "con/accept/smallest",
            f"The shape declares {array.count} elements in {count} blocks; the file has one entry.",
            file.but(arrays=(file.arrays[0].but(stored=(b"\x2a",)),)),
        )


def _length(slug: str, labels: str, base: str, edit: str, file: File) -> Case:
    return reject(
        f"con/reject/{slug}",
        labels,
        "length-mismatch",
        base,
        edit,
        file,
        why="Lengths are compared with what the file can hold before memory is taken, and they add "
        "up to body_length exactly.",
    )


FAMILIES = (roots, lengths, tables)
