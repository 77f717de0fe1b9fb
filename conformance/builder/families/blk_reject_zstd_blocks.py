"""Reject cases of blocks within Zstandard frames. SPEC.md section 9, RFC 8878."""

from collections.abc import Iterator

from builder import frames
from builder.case import Case
from builder.checksums import noise
from builder.families.blk_accept import MIB, WINDOW_1_KIB
from builder.families.blk_reject_zstd import DATA, malformed
from builder.frames import (
    ZBlock,
    compressed_block,
    frame,
    frame_header,
    raw_block,
    raw_literals,
    rle_block,
)
from builder.real import real_frames


def blocks() -> Iterator[Case]:
    """[BLK-5]: blocks within a frame."""
    reserved = ZBlock(frames.RESERVED, DATA, 40)
    cases = {
        "reserved-block-type": (frame(frame_header(40), [reserved]), "The block type is 3."),
        "blocks-one-more": (
            frame(frame_header(40), [raw_block(DATA), rle_block(0, 1)]),
            "The blocks hold one byte more than Frame_Content_Size.",
        ),
        "blocks-one-less": (
            frame(frame_header(40), [raw_block(DATA[:39])]),
            "The blocks hold one byte less than Frame_Content_Size.",
        ),
        "run-too-long": (
            frame(frame_header(40), [rle_block(0, 41)]),
            "A run has one byte more than Frame_Content_Size.",
        ),
        "block-size-beyond": (
            frame_header(40) + ZBlock(frames.RAW, DATA, 2**21 - 1).raw(last=True),
            "A raw block's size reaches beyond the stored bytes.",
        ),
        "compressed-empty": (
            frame(frame_header(40), [compressed_block(b""), raw_block(DATA)]),
            "A compressed block has no content.",
        ),
        "compressed-no-sequences-section": (
            frame(
                frame_header(31, window=WINDOW_1_KIB, size_bytes=4),
                [compressed_block(raw_literals(DATA[:31]))],
            ),
            "A compressed block lacks its sequences section.",
        ),
    }
    for slug, (made, edit) in cases.items():
        of = DATA[:31] if "no-sequences" in slug else DATA
        yield malformed(slug, "BLK-5", edit, made, "Every block is legal by RFC 8878.", of)
    most = frames.BLOCK_BYTES_MAX
    wide = bytes(most + 1)
    raw = noise("wide", 1025)
    oversize = {
        "run-above-128-kib": (
            wide,
            frame(frame_header(len(wide)), [rle_block(0, most + 1)]),
            "A run-length block of 128 KiB + 1.",
        ),
        "run-above-window": (
            bytes(1025),
            frame(frame_header(1025, window=WINDOW_1_KIB), [rle_block(0, 1025)]),
            "A run-length block of 1,025 bytes with a window of 1 KiB.",
        ),
        "raw-above-window": (
            raw,
            frame(frame_header(1025, window=WINDOW_1_KIB), [raw_block(raw)]),
            "A raw block of 1,025 bytes with a window of 1 KiB.",
        ),
        "run-1-mib": (
            bytes(MIB),
            frame(frame_header(MIB), [rle_block(0, MIB)]),
            "A run-length block of 1 MiB.",
        ),
    }
    for slug, (of, made, edit) in oversize.items():
        why = "No Block_Size exceeds the smaller of Window_Size and 128 KiB."
        yield malformed(slug, "BLK-4", edit, made, why, of)


def compressed() -> Iterator[Case]:
    """[BLK-5]: damage within compressed blocks of a real compressor, CRC refreshed."""
    real = real_frames()["command-3"]
    edits = {
        "treeless-first": ("literals", 3, 3, "the first block's literals claim an earlier tree"),
        "modes-reserved": ("modes", 1, 1, "the reserved bits of the modes are not zero"),
        "repeat-first": ("modes", 0xFC, 0xFC, "the first block repeats tables of no block"),
    }
    for slug, (place, mask, bits, what) in edits.items():
        broken = bytearray(real.frame)
        at = real.places[place]
        broken[at] = broken[at] & ~mask | bits
        why = "A compressed block is legal by RFC 8878; its entropy tables are there."
        yield malformed(slug, "BLK-5", what.capitalize() + ".", bytes(broken), why, real.data)
    for cut in (5, 40, 200):
        yield malformed(
            f"compressed-cut-{cut}",
            "BLK-5 BLK-3",
            f"The last {cut} bytes of a frame of the zstd command are missing.",
            real.frame[:-cut],
            "A frame is whole.",
            real.data,
        )
    for key in ("piped", "piped-long"):
        made = real_frames()[key].frame
        yield malformed(
            f"real-{key}",
            "BLK-4",
            f"The frame is one of {real_frames()[key].tool}, which does not know the size.",
            made,
            "Frame_Content_Size is there.",
            real_frames()[key].data,
        )
    offset = frames.Sequences(8, 4, 5, [(15, 0, 0)])
    block = compressed_block(raw_literals(DATA[:16]) + offset.section())
    yield malformed(
        "offset-before-start",
        "BLK-5",
        "A match reaches before the first byte of the frame.",
        frame(frame_header(24, window=WINDOW_1_KIB, size_bytes=4), [block]),
        "Offsets lie within what has been decoded.",
        DATA[:24],
    )


FAMILIES = (
    blocks,
    compressed,
)
