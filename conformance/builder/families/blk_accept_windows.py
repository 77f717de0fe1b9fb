"""Accept and reject cases of Zstandard windows with a mantissa. SPEC.md section 9, RFC 8878."""

from collections.abc import Iterator

from builder.case import Case, accept
from builder.checksums import noise
from builder.families.blk_accept import framed
from builder.families.blk_reject_zstd import malformed
from builder.frames import frame, frame_header, raw_block


def windows() -> Iterator[Case]:
    """[BLK-4]: Window_Size is base + base / 8 times mantissa, and limits the blocks."""
    for mantissa in range(1, 8):
        size = 1024 + 128 * mantissa
        data = noise("window", size)
        most = frame(frame_header(size, window=mantissa), [raw_block(data)])
        yield accept(
            f"blk/accept/window-{size}-block",
            "BLK-4",
            f"A block of {size} bytes with a window as large.",
            framed(data, most),
        )
        longer = noise("window", size + 1)
        made = frame(frame_header(size + 1, window=mantissa), [raw_block(longer)])
        yield malformed(
            f"block-above-window-{size}",
            "BLK-4",
            f"A raw block of {size + 1} bytes with a window of {size}.",
            made,
            "No Block_Size exceeds Window_Size.",
            longer,
        )


FAMILIES = (windows,)
