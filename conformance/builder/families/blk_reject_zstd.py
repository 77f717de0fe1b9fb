"""Reject cases of Zstandard frames. SPEC.md section 9, RFC 8878."""

from collections.abc import Iterator

from builder import frames
from builder.case import Case, reject
from builder.checksums import noise
from builder.families.blk_accept import WINDOW_1_KIB, framed
from builder.frames import (
    ZBlock,
    frame,
    frame_header,
    raw_block,
    raw_frame,
)

DATA = noise("frame", 300)[:40]
GOOD = raw_frame(DATA)
RAW = "blk/accept/zstd-raw"
SKIPPABLE = bytes.fromhex("502A4D18 04000000") + b"skip"
CHECKED = frame(frame_header(40, checksum=True), [raw_block(DATA)], DATA)


def malformed(slug: str, labels: str, edit: str, made: bytes, why: str, of: bytes = DATA) -> Case:
    """A frame that is refused; its CRC, lengths and root are right."""
    return reject(
        f"blk/reject/zstd-{slug}",
        labels,
        "block-malformed",
        RAW,
        edit,
        framed(of, made),
        why=why,
    )


def surroundings() -> Iterator[Case]:
    """[BLK-3]: exactly one frame."""
    empty = raw_frame(b"")
    cases = {
        "second-frame": (GOOD + GOOD, "A second frame follows."),
        "second-frame-empty": (GOOD + empty, "An empty second frame follows."),
        "empty-frame-first": (empty + GOOD, "An empty frame stands before."),
        "two-halves": (
            raw_frame(DATA[:20]) + raw_frame(DATA[20:]),
            "Two frames hold one half each.",
        ),
        "skippable-after": (GOOD + SKIPPABLE, "A skippable frame follows."),
        "skippable-before": (SKIPPABLE + GOOD, "A skippable frame stands before."),
        "skippable-only": (SKIPPABLE, "There is a skippable frame and nothing else."),
        "trailing-zero": (GOOD + b"\0", "A zero byte follows."),
        "trailing-bytes": (GOOD + DATA[:7], "Seven bytes follow."),
        "trailing-after-checksum": (CHECKED + b"\0", "A zero byte follows the checksum."),
        "leading-zero": (b"\0" + GOOD, "A zero byte stands before."),
        "checksum-not-announced": (
            frame(frame_header(40), [raw_block(DATA)], DATA),
            "A checksum follows that the descriptor does not announce: four trailing bytes.",
        ),
    }
    for slug, (made, edit) in cases.items():
        why = "Stored bytes are one frame with nothing before or after it."
        yield malformed(slug, "BLK-3", edit, made, why)


def truncations() -> Iterator[Case]:
    """[BLK-3] and [BLK-5]: frames that end too early."""
    for size in (1, 3, 4, 5, 6, 8, 9, 10, len(GOOD) - 1):
        why = "A frame is whole; every read is checked against the stored length."
        yield malformed(
            f"cut-{size}",
            "BLK-3 BLK-5 LIM-1",
            f"Of the frame only {size} bytes are there.",
            GOOD[:size],
            why,
        )
    parts = {
        "cut-checksum": (CHECKED[:-1], "The checksum lacks a byte."),
        "no-checksum": (CHECKED[:-4], "The announced checksum is missing."),
        "no-last-block": (
            frame_header(40) + raw_block(DATA).raw(last=False),
            "No block is marked as the last.",
        ),
        "no-blocks": (frame_header(40), "There are no blocks."),
        "rle-no-byte": (
            frame_header(40) + ZBlock(frames.RLE, b"", 40).raw(last=True),
            "A run-length block lacks its byte.",
        ),
    }
    for slug, (made, edit) in parts.items():
        yield malformed(slug, "BLK-3 BLK-5 LIM-1", edit, made, "A frame is whole.")


def frame_headers() -> Iterator[Case]:
    """[BLK-4]: content size, dictionary, reserved bit, window, checksum."""
    body = [raw_block(DATA)]
    no_size = frame_header(40, window=WINDOW_1_KIB, size_bytes=0)
    wide = [raw_block(DATA + b"\0")]
    cases = {
        "no-content-size": (frame(no_size, body), "The frame does not say its content size."),
        "content-size-39": (frame(frame_header(39), body), "Frame_Content_Size is 39, not 40."),
        "content-size-41": (frame(frame_header(41), body), "Frame_Content_Size is 41, not 40."),
        "content-size-0": (frame(frame_header(0), body), "Frame_Content_Size is 0."),
        "content-size-huge": (
            frame(frame_header(2**64 - 1, window=0, size_bytes=8), body),
            "Frame_Content_Size is 2^64 - 1.",
        ),
        "content-size-4-gib": (
            frame(frame_header(2**32 + 40, window=0, size_bytes=8), body),
            "Frame_Content_Size is 2^32 + 40: its low half is right.",
        ),
        "content-size-256-off": (
            frame(frame_header(40 + 256, window=0, size_bytes=2), body),
            "Frame_Content_Size of two bytes lacks its 256.",
        ),
        "reserved-bit": (frame(frame_header(40, bits=8), body), "The reserved bit is set."),
        "window-9-mib": (
            frame(frame_header(40, window=13 << 3 | 1, size_bytes=4), body),
            "The window is 9 MiB.",
        ),
        "window-16-mib": (
            frame(frame_header(40, window=14 << 3, size_bytes=4), body),
            "The window is 16 MiB.",
        ),
        "window-128-mib": (
            frame(frame_header(40, window=17 << 3, size_bytes=4), body),
            "The window is 128 MiB, which common decoders allow.",
        ),
        "window-largest": (
            frame(frame_header(40, window=255, size_bytes=4), body),
            "The window is 3.75 TiB, the largest there is.",
        ),
        "content-one-more": (frame(frame_header(41), wide), "Frame and size have 41 bytes."),
        "content-one-less": (
            frame(frame_header(39), [raw_block(DATA[:39])]),
            "Frame and size have 39 bytes.",
        ),
        "nothing": (raw_frame(b""), "The frame is empty, and says so."),
    }
    for flag, identity in ((1, b"\0"), (1, b"\7"), (2, b"\0\0"), (3, b"\1\0\0\0"), (3, bytes(4))):
        head = frame_header(40, bits=flag, dictionary=identity)
        cases[f"dictionary-{flag}-{identity[0]}"] = (
            frame(head, body),
            f"Dictionary_ID_flag is {flag}, the identifier {identity[0]}.",
        )
    for slug, (made, edit) in cases.items():
        why = (
            "The frame header is read, and compared with the array record, before memory is taken."
        )
        yield malformed(slug, "BLK-4 LIM-1", edit, made, why)
    for slug, made in (
        ("first-byte", CHECKED[:-4] + bytes([CHECKED[-4] ^ 1]) + CHECKED[-3:]),
        ("last-byte", CHECKED[:-1] + bytes([CHECKED[-1] ^ 0x80])),
        ("zero", CHECKED[:-4] + bytes(4)),
        ("big-endian", CHECKED[:-4] + CHECKED[:-5:-1]),
    ):
        why = "A Content_Checksum may be present, and is then right."
        yield malformed(f"checksum-{slug}", "BLK-4", "The checksum is wrong.", made, why)
    for slug, made in (
        ("magic-first", b"\x29" + GOOD[1:]),
        ("magic-last", GOOD[:3] + b"\xfc" + GOOD[4:]),
        ("magic-v07", b"\x27" + GOOD[1:]),
        ("magic-reversed", GOOD[3::-1] + GOOD[4:]),
    ):
        why = "A Zstandard frame begins with 28 B5 2F FD."
        yield malformed(slug, "BLK-3", "The frame's magic number is wrong.", made, why)


def lookalikes() -> Iterator[Case]:
    """[BLK-4]: fields taken for others, in frames where that comes out even."""
    data = bytes([0, *(63 << 3 | 1).to_bytes(3, "little")]) + noise("lookalike", 60)
    head = frame_header(64, window=WINDOW_1_KIB, size_bytes=0)
    yield malformed(
        "no-content-size-lookalike",
        "BLK-4",
        "The frame does not say its content size; the byte where it might stand is 64, right.",
        frame(head, [raw_block(data[:8]), raw_block(data[8:])]),
        "Whoever takes the first block's header for a content size finds blocks to its end.",
        data,
    )
    data = noise("of zero", 252) + (1 << 3 | 1).to_bytes(3, "little") + b"\7"
    head = frame_header(256, bits=1, dictionary=b"\0")
    yield malformed(
        "dictionary-lookalike",
        "BLK-4",
        "Dictionary_ID_flag is 1, the identifier 0, which zstd takes for none; and 256 is right.",
        frame(head, [raw_block(b""), raw_block(data[:1]), raw_block(data[1:])]),
        "Whoever does not see the identifier finds the right content size and blocks to the end.",
        data,
    )


FAMILIES = (surroundings, truncations, frame_headers, lookalikes)
