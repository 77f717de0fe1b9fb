"""Reject cases of arrays: digests and elements. SPEC.md section 11."""

from collections.abc import Iterator
from dataclasses import replace

from builder.case import Case, reject
from builder.checksums import noise, sha256
from builder.container import File
from builder.families.arr_accept import array_of
from builder.filters import DELTA_1, SHUFFLE
from builder.records import Array
from builder.registry import CODE

BOOL = "arr/accept/element-bool"
FLOAT = "arr/accept/element-float64"
BLOCKS = "arr/accept/blocks-bool"


def bools() -> Iterator[Case]:
    """[ARR-4]: a bool byte is 0 or 1."""
    base = array_of("bool")
    for value in (2, 3, 128, 254, 255):
        for place in (0, len(base.data) - 1):
            data = bytearray(base.data)
            data[place] = value
            yield reject(
                f"arr/reject/bool-{value}-at-{place}",
                "ARR-4",
                "element-invalid",
                BOOL,
                f"Element {place} is {value}; all digests are refreshed.",
                File(arrays=(base.but(data=bytes(data)),)),
                why="Each byte of a bool array is 0 or 1; a reader does not turn 2 into true.",
            )
    changed = {
        "bool-second-block": base.but(data=b"\0\1\1\0\x02", block_length=2),
        "bool-zstd": base.but(data=b"\0\1\x02\0\1", codec=1),
        "bool-delta": base.but(data=b"\0\1\x02\0\1", filters=(DELTA_1,)),
        "bool-shuffle": base.but(data=b"\0\1\x02\0\1", filters=(SHUFFLE,)),
    }
    for slug, array in changed.items():
        yield reject(
            f"arr/reject/{slug}",
            "ARR-4",
            "element-invalid",
            BLOCKS if "block" in slug else BOOL,
            "One element is 2; all digests are refreshed.",
            File(arrays=(array,)),
            why="Elements are checked after decompression and filters, in every block.",
        )
    two = (base.but(name=b"good"), base.but(name=b"bad", data=b"\2\0\0\0\0"))
    yield reject(
        "arr/reject/bool-second-array",
        "ARR-4 DEC-1",
        "element-invalid",
        "con/accept/two-arrays",
        "A second array is bool and holds a 2.",
        File(arrays=two),
        why="A reader gives no array at all when one of those asked for is invalid.",
    )
    wrong = base.but(data=b"\2" + base.data[1:], digest=sha256(base.data))
    pairs = zip(wrong.table(), base.table(), strict=True)
    yield reject(
        "arr/reject/bool-after-digest",
        "ARR-4 DEC-1",
        "block-digest-mismatch",
        BOOL,
        "Element 0 is 2; the CRC-32 of the block is refreshed, the digests are not.",
        File(
            arrays=(
                wrong.but(entries=tuple(replace(new, digest=old.digest) for new, old in pairs)),
            )
        ),
        why="The SHA-256 of a block is checked before its elements are looked at.",
    )


def digests() -> Iterator[Case]:
    """[ARR-6]: the digest of the whole array."""
    base = array_of("float64").but(block_length=9)
    right = sha256(base.data)
    swapped = b"".join(base.data[at : at + 8][::-1] for at in range(0, len(base.data), 8))
    wrong = {
        "first-byte": (bytes([right[0] ^ 1]) + right[1:], "The digest's first byte is changed."),
        "last-byte": (right[:31] + bytes([right[31] ^ 0x80]), "The digest's last byte is changed."),
        "reversed": (right[::-1], "The digest's bytes are in reverse order."),
        "zero": (bytes(32), "The digest is 32 zero bytes, as if it were not given."),
        "of-nothing": (sha256(b""), "The digest is that of the empty string."),
        "big-endian": (sha256(swapped), "The digest is that of the big-endian bytes."),
        "of-hex": (sha256(base.data.hex().encode()), "The digest is that of hexadecimal text."),
        "first-block": (sha256(base.data[:72]), "The digest is that of the first block only."),
        "of-digests": (
            sha256(b"".join(sha256(block) for block in base.canonical_blocks())),
            "The digest is that of the blocks' digests.",
        ),
    }
    for slug, (digest, edit) in wrong.items():
        yield reject(
            f"arr/reject/digest-{slug}",
            "ARR-6",
            "array-digest-mismatch",
            "arr/accept/blocks-float64",
            edit + " Blocks, root and CRCs are right.",
            File(arrays=(base.but(digest=digest),)),
            why="The SHA-256 of all canonical bytes is checked after the blocks' own.",
        )


def digests_of_others() -> Iterator[Case]:
    """[ARR-6] on filtered, empty and second arrays."""
    empty = array_of("float32", (0,), b"").but(digest=bytes(32))
    yield reject(
        "arr/reject/digest-empty",
        "ARR-6",
        "array-digest-mismatch",
        "arr/accept/empty-1d",
        "The digest of the empty array is zero bytes instead of the SHA-256 of nothing.",
        File(arrays=(empty,)),
        why="An array without elements has a digest too, and it is checked.",
    )
    plain = Array(element=CODE["uint16"], shape=(8,), data=noise("digest", 16))
    filtered = plain.but(filters=(DELTA_1,))
    yield reject(
        "arr/reject/digest-of-filtered",
        "ARR-6",
        "array-digest-mismatch",
        "flt/accept/delta-16",
        "The digest is that of the filtered bytes.",
        File(arrays=(filtered.but(digest=sha256(filtered.filtered_blocks()[0])),)),
        why="Digests are of canonical bytes, so that they outlive a change of filters.",
    )
    packed = plain.but(codec=1)
    yield reject(
        "arr/reject/digest-of-stored",
        "ARR-6",
        "array-digest-mismatch",
        "blk/accept/zstd-raw",
        "The digest is that of the stored bytes.",
        File(arrays=(packed.but(digest=sha256(packed.stored_blocks()[0])),)),
        why="Digests are of canonical bytes, not of compressed ones.",
    )
    second = plain.but(name=b"y", digest=sha256(b"y"))
    yield reject(
        "arr/reject/digest-second-array",
        "ARR-6 DEC-1",
        "array-digest-mismatch",
        "con/accept/two-arrays",
        "The second array's digest is wrong.",
        File(arrays=(plain, second)),
        why="All wanted arrays are checked, not the first alone.",
    )


FAMILIES = (bools, digests, digests_of_others)
