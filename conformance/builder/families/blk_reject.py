"""Reject cases of blocks: table entries, stored lengths, digests. SPEC.md section 9."""

from collections.abc import Iterator
from dataclasses import replace

from builder.case import Case, reject
from builder.checksums import noise, sha256
from builder.container import File
from builder.edits import flipped
from builder.records import ZSTD, Array, Entry

STORED = "blk/accept/stored-17"
BASE = Array(shape=(50,), data=noise("stored", 50), block_length=17)


def crcs() -> Iterator[Case]:
    """[BLK-1]: the CRC-32 of the stored bytes."""
    for index in range(3):
        table = list(BASE.table())
        table[index] = replace(table[index], crc=table[index].crc ^ 1 << 8 * index)
        yield _damaged(
            f"crc-{index}",
            f"The CRC of block {index} has one bit changed; the root is refreshed.",
            BASE.but(entries=tuple(table)),
        )
    crcs = {
        "crc-zero": 0,
        "crc-inverted": BASE.table()[0].crc ^ 0xFFFFFFFF,
        "crc-big-endian": int.from_bytes(BASE.table()[0].crc.to_bytes(4, "little"), "big"),
    }
    for slug, crc in crcs.items():
        first, *rest = BASE.table()
        entries = (replace(first, crc=crc), *rest)
        yield _damaged(slug, f"The CRC of block 0 is wrong: {slug[4:]}.", BASE.but(entries=entries))
    for index in range(3):
        blocks = list(BASE.stored_blocks())
        at = (0, 8, len(blocks[2]) - 1)[index]
        blocks[index] = flipped(blocks[index], at)
        yield _damaged(
            f"flipped-{index}",
            f"One bit of byte {at} of stored block {index} is changed.",
            BASE.but(stored=tuple(blocks), entries=BASE.table()),
        )
    packed = BASE.but(codec=ZSTD)
    for at in (0, 4, 12, 25):
        blocks = list(packed.stored_blocks())
        blocks[0] = flipped(blocks[0], at)
        yield _damaged(
            f"flipped-zstd-{at}",
            f"One bit of byte {at} of a Zstandard frame is changed.",
            packed.but(stored=tuple(blocks), entries=packed.table()),
        )
    blocks = list(BASE.stored_blocks())
    blocks[0], blocks[1] = blocks[1], blocks[0]
    yield _damaged(
        "swapped",
        "The first two stored blocks, of equal length, have changed places.",
        BASE.but(stored=tuple(blocks), entries=BASE.table()),
    )


def _damaged(slug: str, edit: str, array: Array) -> Case:
    return reject(
        f"blk/reject/{slug}",
        "BLK-1",
        "block-damaged",
        "blk/accept/zstd-blocks" if "zstd" in slug else STORED,
        edit,
        File(arrays=(array,)),
        why="The CRC of the stored bytes is checked before anything looks into them.",
    )


def stored_lengths() -> Iterator[Case]:
    """[BLK-2]: stored_length is the number of filtered bytes."""
    blocks = BASE.stored_blocks()
    wrong = {
        "stored-short": ((blocks[0], blocks[1][:-1], blocks[2]), "Block 1 lacks its last byte."),
        "stored-long": ((blocks[0], blocks[1] + b"\0", blocks[2]), "Block 1 has one byte more."),
        "stored-last-full": (
            (blocks[0], blocks[1], blocks[2] + b"\0"),
            "The short last block is filled up to a whole one.",
        ),
        "stored-last-short": ((blocks[0], blocks[1], blocks[2][:1]), "Block 2 has one byte."),
        "stored-moved-edge": (
            (blocks[0] + blocks[1][:1], blocks[1][1:], blocks[2]),
            "The edge between blocks 0 and 1 is one byte too far.",
        ),
    }
    for slug, (stored, edit) in wrong.items():
        yield reject(
            f"blk/reject/{slug}",
            "BLK-2",
            "block-malformed",
            STORED,
            edit + " CRC, stored_length and body_length agree with the stored bytes.",
            File(arrays=(BASE.but(stored=stored),)),
            why="A stored block has exactly as many bytes as its elements; none is cut or filled.",
        )
    wide = Array(element=0x22, shape=(4,), data=noise("wide", 16))
    yield reject(
        "blk/reject/stored-count-not-bytes",
        "BLK-2",
        "block-malformed",
        "blk/accept/stored-50",
        "A stored block of four uint32 has four bytes: its length counts elements.",
        File(arrays=(wide.but(stored=(wide.data[:4],)),)),
        why="stored_length counts bytes.",
    )


def digests() -> Iterator[Case]:
    """[BLK-6]: the SHA-256 of the canonical bytes."""
    for index in range(3):
        for at in (0, 31):
            table = list(BASE.table())
            table[index] = replace(table[index], digest=flipped(table[index].digest, at))
            yield _mismatched(
                f"digest-{index}-byte-{at}",
                f"Byte {at} of the SHA-256 of block {index} is changed.",
                BASE.but(entries=tuple(table)),
            )
    packed = BASE.but(codec=ZSTD)
    first, *rest = packed.table()
    wrong: tuple[Entry, ...] = (replace(first, digest=sha256(packed.stored_blocks()[0])), *rest)
    yield _mismatched(
        "digest-of-zstd-frame",
        "The SHA-256 of block 0 is that of its stored bytes.",
        packed.but(entries=wrong),
    )
    first, second, third = BASE.table()
    entries = (
        replace(first, digest=second.digest),
        replace(second, digest=first.digest),
        third,
    )
    yield _mismatched(
        "digest-swapped", "The first two digests have changed places.", BASE.but(entries=entries)
    )
    entries = (first, replace(second, digest=sha256(BASE.data)), third)
    yield _mismatched(
        "digest-of-array", "Block 1 bears the digest of the array.", BASE.but(entries=entries)
    )
    for place, index in ((3, 0), (20, 1), (49, 2)):
        yield _mismatched(
            f"content-{index}",
            f"One bit of element {place} is changed; CRC and stored length are refreshed, "
            "the digests are not.",
            BASE.but(data=flipped(BASE.data, place), digest=sha256(BASE.data)).but(
                entries=tuple(
                    replace(new, digest=old.digest)
                    for new, old in zip(
                        BASE.but(data=flipped(BASE.data, place)).table(),
                        BASE.table(),
                        strict=True,
                    )
                )
            ),
        )


def _mismatched(slug: str, edit: str, array: Array) -> Case:
    return reject(
        f"blk/reject/{slug}",
        "BLK-6",
        "block-digest-mismatch",
        "blk/accept/zstd-blocks" if "zstd" in slug else STORED,
        edit + " The root is refreshed.",
        File(arrays=(array,)),
        why="A reader releases no element before a SHA-256 that covers it has matched.",
    )


FAMILIES = (crcs, stored_lengths, digests)
