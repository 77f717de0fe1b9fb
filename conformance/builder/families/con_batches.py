"""Cases of one array in many blocks: more than readers take at once, and some of them alike.

A reader may unpack blocks side by side, or what it meets twice only once. Neither may change
what comes out, or overlook that one of many is not as the others. SPEC.md sections 7 and 9.
"""

from collections.abc import Iterator
from typing import Final

from builder import frames
from builder.case import Case, accept, reject
from builder.container import File
from builder.edits import flipped
from builder.records import ZSTD, Array

LARGE: Final = 66_000  # bytes of a block; two of them are more than 128 KiB
SMALL: Final = 256
COUNT: Final = 5
ALIKE: Final = (7, 7, 7, 7, 7, 9, 7, 7)


def _blocks(values: tuple[int, ...], size: int) -> Array:
    """An array of uint8, each block full of one value, the last a byte shorter."""
    blocks = [bytes([value]) * size for value in values]
    blocks[-1] = blocks[-1][:-1]
    data = b"".join(blocks)
    stored = tuple(map(_run, blocks))
    return Array(shape=(len(data),), data=data, codec=ZSTD, block_length=size, stored=stored)


def _run(block: bytes) -> bytes:
    """A frame of one run; of odd values with a checksum, so that not all are of one length."""
    checksum = bool(block[0] % 2)
    head = frames.frame_header(len(block), size_bytes=4, window=7 << 3, checksum=checksum)
    runs = [frames.rle_block(block[0], len(block))]
    return frames.frame(head, runs, block if checksum else None)


def batches() -> Iterator[Case]:
    """[HDR-11], [BLK-6], [ARR-6]: many blocks, in their order."""
    different = _blocks(tuple(range(2, COUNT + 2)), LARGE)  # the first is the shortest
    what = f"{COUNT} blocks of {LARGE:,} bytes, each full of another value."
    yield accept(
        "con/accept/many-blocks", "HDR-11 BLK-6 CON-1 ARR-6", what, File(arrays=(different,))
    )
    alike = _blocks(ALIKE * 6, SMALL)
    what = f"{6 * len(ALIKE)} blocks of {SMALL:,} bytes, seven of eight alike."
    file = File(arrays=(alike,))
    yield accept("con/accept/alike-blocks", "HDR-11 BLK-6 CON-1 ARR-6", what, file)
    assert alike.stored is not None
    for number in (3, 30):
        stored, right = list(alike.stored), alike.stored[number]
        stored[number] = flipped(right, len(right) - 5, 1)  # the value; a checksum follows
        entries = alike.table()
        made = File(arrays=(alike.but(stored=tuple(stored), entries=entries),))
        yield reject(
            f"con/reject/alike-blocks-but-{number}",
            "BLK-1",
            "block-damaged",
            "con/accept/alike-blocks",
            f"Of the blocks that were alike, block {number} holds another byte; the tables are as before.",
            made.png(),
            why="Every block has the CRC-32 that its entry says.",
        )


FAMILIES = (batches,)
