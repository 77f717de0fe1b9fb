"""Reject cases of blocks within Zstandard frames. SPEC.md section 9, RFC 8878."""

from collections.abc import Iterator

from builder import frames
from builder.case import Case
from builder.checksums import noise
from builder.families.blk_accept import MIB, WINDOW_1_KIB
from builder.families.blk_reject_zstd import DATA, malformed
from builder.frames import (
    ZBlock,
    frame,
    frame_header,
    raw_block,
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
    }
    for slug, (made, edit) in cases.items():
        why = "Blocks are of a known type, and hold what the frame's header says."
        yield malformed(slug, "BLK-5", edit, made, why)
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
        "run-above-window-second": (
            DATA + bytes(1025),
            frame(frame_header(1065, window=WINDOW_1_KIB), [raw_block(DATA), rle_block(0, 1025)]),
            "After a raw block of 40 bytes, a run of 1,025 bytes with a window of 1 KiB.",
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


def real() -> Iterator[Case]:
    """[BLK-3], [BLK-4]: frames of a real compressor."""
    whole = real_frames()["command-3"]
    for cut in (5, 40, 200):
        yield malformed(
            f"compressed-cut-{cut}",
            "BLK-5 BLK-3",
            f"The last {cut} bytes of a frame of the zstd command are missing.",
            whole.frame[:-cut],
            "A frame is whole.",
            whole.data,
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


FAMILIES = (
    blocks,
    real,
)
