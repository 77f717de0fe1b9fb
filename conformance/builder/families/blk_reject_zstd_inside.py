"""Reject cases of compressed blocks that RFC 8878 does not allow. SPEC.md section 9.

Libraries differ about some of them, so both reasons count, and the digests are
those of other bytes: what a library makes of such a block is never given away.
"""

from collections.abc import Iterator

from builder import frames
from builder.case import Case, reject
from builder.checksums import noise
from builder.edits import put
from builder.families.blk_accept import WINDOW_1_KIB, framed
from builder.frames import (
    Sequences,
    compressed_block,
    frame,
    frame_header,
    raw_block,
    raw_literals,
)
from builder.real import real_frames

DATA = noise("inside", 4000)
ONE = Sequences(4, 3, 1, [(5, 0, 0)])  # 4 literals, then 4 bytes from 10 back
SECTION = ONE.section()
COUNT, MODES, CODES, STREAM = 0, 1, 2, 5  # where the parts of a section with one sequence begin
SIZE = 8  # bytes that a block with SECTION gives
LITERALS = raw_literals(DATA[:4])


def inside(slug: str, size: int, made: bytes, edit: str, why: str) -> Case:
    """A frame of `size` bytes whose only defect is within a compressed block."""
    return reject(
        f"blk/reject/zstd-{slug}",
        "BLK-5",
        "block-malformed",
        "blk/accept/zstd-raw",
        edit,
        framed(noise(f"not {slug}", size), made),
        or_reason="block-digest-mismatch",
        why=why + " How closely a reader looks is left open; the SHA-256 is that of other bytes.",
    )


def after_raw(content: bytes, *raw: bytes, size: int = SIZE) -> tuple[int, bytes]:
    """A frame with a window of 1 KiB: raw blocks, then a compressed one that gives `size` bytes."""
    total = sum(map(len, raw)) + size
    head = frame_header(total, window=WINDOW_1_KIB, size_bytes=4)
    return total, frame(head, [*map(raw_block, raw), compressed_block(content)])


def sequences() -> Iterator[Case]:
    """Offsets, codes and bits of one sequence."""
    past = DATA[100:120]
    assert (SECTION[COUNT], SECTION[MODES], SECTION[CODES:STREAM]) == (1, 0x54, b"\4\3\1")
    wide = Sequences(0, 10, 0, [(479, 0, 0)]).section()  # 3 bytes from 1,500 back
    zero = Sequences(0, 1, 0, [(1, 0, 0)]).section()  # the first repeat offset, 1, less 1
    early = Sequences(4, 5, 1, [(0, 0, 0)]).section()  # 4 bytes from 29 back
    plans = {
        "offset-before-start": (
            after_raw(LITERALS + early, past),
            "A match reaches back 29 bytes, where there are 24.",
        ),
        "offset-above-window": (
            after_raw(raw_literals(b"") + wide, DATA[:1000], DATA[1000:2000], size=3),
            "A match reaches back 1,500 bytes; the window has 1,024.",
        ),
        "offset-zero": (
            after_raw(raw_literals(b"") + zero, past, size=3),
            "With no literals and offset value 3, the offset is the first repeat offset less one: 0.",
        ),
        "modes-reserved-by-hand": (
            after_raw(LITERALS + put(SECTION, MODES, b"\x55"), past),
            "A reserved bit of Symbol_Compression_Modes is set.",
        ),
        "literal-code-36": (
            after_raw(LITERALS + put(SECTION, CODES, b"\x24"), past),
            "The literal length code is 36; there are 0 to 35.",
        ),
        "offset-code-255": (
            after_raw(LITERALS + put(SECTION, CODES + 1, b"\xff"), past),
            "The offset code is 255.",
        ),
        "match-code-53": (
            after_raw(LITERALS + put(SECTION, CODES + 2, b"\x35"), past),
            "The match length code is 53; there are 0 to 52.",
        ),
        "bits-left-over": (
            after_raw(LITERALS + put(SECTION, STREAM, b"\xfd"), past),
            "The bitstream has four bits more than its sequence takes.",
        ),
        "bits-missing": (
            after_raw(LITERALS + put(SECTION, STREAM, b"\x03"), past),
            "The bitstream has two bits less than its sequence takes.",
        ),
        "bitstream-ends-in-zero": (
            after_raw(LITERALS + SECTION + b"\0", past),
            "The bitstream's last byte is 0: no bit marks its beginning.",
        ),
        "literals-too-few": (
            after_raw(raw_literals(DATA[:2]) + SECTION, past),
            "A sequence takes four literals, where there are two.",
        ),
    }
    for slug, ((size, made), edit) in plans.items():
        yield inside(slug, size, made, edit, "Sequences are legal by RFC 8878.")


def sections() -> Iterator[Case]:
    """Blocks that lack a section, have too much, or give too much."""
    past = DATA[100:120]
    plans = {
        "compressed-empty": (
            (40, frame(frame_header(40), [compressed_block(b""), raw_block(DATA[:40])])),
            "A compressed block has no content.",
        ),
        "compressed-no-sequences-section": (
            after_raw(raw_literals(DATA[:31]), size=31),
            "A compressed block lacks its sequences section.",
        ),
        "byte-after-no-sequences": (
            after_raw(raw_literals(DATA[:31]) + b"\0\x77", past, size=31),
            "A byte follows the count of sequences, which is 0.",
        ),
        "regenerates-above-window": (
            after_raw(raw_literals(b"A" * 2000, 1, frames.RLE) + b"\0", size=2000),
            "A compressed block of a few bytes gives 2,000; the window has 1,024.",
        ),
    }
    for slug, ((size, made), edit) in plans.items():
        yield inside(
            slug, size, made, edit, "A compressed block is whole and no larger than may be."
        )


def real_blocks() -> Iterator[Case]:
    """Damage within compressed blocks of a real compressor, CRC refreshed."""
    real = real_frames()["command-3"]
    edits = {
        "treeless-first": ("literals", 3, 3, "The first block's literals claim an earlier tree."),
        "modes-reserved": ("modes", 1, 1, "The reserved bits of the modes are not zero."),
        "repeat-first": ("modes", 0xFC, 0xFC, "The first block repeats tables of no block."),
    }
    for slug, (place, mask, bits, edit) in edits.items():
        at = real.places[place]
        made = put(real.frame, at, bytes([real.frame[at] & ~mask | bits]))
        why = "A compressed block is legal by RFC 8878; its entropy tables are there."
        yield inside(slug, len(real.data), made, edit, why)


FAMILIES = (sequences, sections, real_blocks)
