"""Misreadings of SPEC.md section 9."""

from typing import Final

from misreadings.misreading import Misreading, one

MISREADINGS: Final = (
    one(
        "block-crc-not-checked",
        "BLK-1",
        "SHA-256 covers the block; its CRC-32 is for repair.",
        "blocks",
        "crc32(stored) == crc",
        "True",
    ),
    Misreading(
        "block-crc-of-canonical-bytes",
        "BLK-1",
        "The CRC-32 is that of the block's canonical bytes, as the SHA-256 is.",
        (
            ("blocks", "crc32(stored) == crc", "True"),
            (
                "decode",
                "        require(sha256(restored) == block.digest",
                (
                    '        require(blocks.crc32(restored) == block.crc, "block-damaged")\n'
                    "        require(sha256(restored) == block.digest"
                ),
            ),
        ),
    ),
    one(
        "surplus-of-stored-blocks-ignored",
        "BLK-2",
        "Of a stored block as many bytes are taken as are needed.",
        "blocks",
        "        require(len(stored) == size",
        ("        stored = stored[:size]\n        require(len(stored) == size"),
    ),
    one(
        "stored-means-unfiltered",
        "BLK-2",
        "Stored blocks are canonical bytes; filters serve compression.",
        "decode",
        "record.filters, element.width)",
        "record.filters if record.codec else (), element.width)",
    ),
    one(
        "second-frame-ignored",
        "BLK-3",
        "Whatever follows the first frame is not needed.",
        "blocks",
        "cursor.is_at_end",
        "True",
    ),
    Misreading(
        "frames-joined",
        "BLK-3",
        "The stored bytes are Zstandard frames, one or more, as its format allows.",
        (
            (
                "blocks",
                (
                    "    check_frame(walk_frame(cursor), size)\n"
                    '    require(cursor.is_at_end, "block-malformed")  # [BLK-3]\n'
                ),
                "",
            ),
            (
                "blocks",
                "zstandard.ZstdDecompressor().decompress(stored)",
                (
                    "zstandard.ZstdDecompressor().stream_reader(\n"
                    "            stored, read_across_frames=True\n"
                    "        ).read(size + 1)"
                ),
            ),
        ),
    ),
    Misreading(
        "content-size-not-required",
        "BLK-4",
        "The size is known from the header; the frame need not say it.",
        (
            ("blocks", "frame.content_size == size", "frame.content_size in (0, size)"),
            ("blocks", ".decompress(stored)", ".decompress(stored, max_output_size=size)"),
        ),
    ),
    one(
        "dictionary-id-ignored",
        "BLK-4",
        "A Dictionary_ID of a frame that needs none does no harm.",
        "blocks",
        '    cursor = Cursor(stored, "block-malformed")\n',
        (
            "    if len(stored) > 5 and stored[4] & 3:\n"
            "        start = 5 if stored[4] >> 5 & 1 else 6\n"
            "        rest = stored[start + (0, 1, 2, 4)[stored[4] & 3] :]\n"
            "        stored = stored[:4] + bytes([stored[4] & ~3]) + stored[5:start] + rest\n"
            '    cursor = Cursor(stored, "block-malformed")\n'
        ),
    ),
    one(
        "reserved-bit-ignored",
        "BLK-4",
        "The reserved bit is not looked at.",
        "blocks",
        '    cursor = Cursor(stored, "block-malformed")\n',
        (
            "    stored = stored[:4] + bytes(byte & ~8 for byte in stored[4:5]) + stored[5:]\n"
            '    cursor = Cursor(stored, "block-malformed")\n'
        ),
    ),
    one(
        "content-size-of-two-bytes-without-256",
        "BLK-4",
        "Frame_Content_Size is the field's value.",
        "blocks",
        "256 if size_bytes == 2 else 0",
        "0",
    ),
    one(
        "unused-bit-refused",
        "BLK-4",
        "Neither the reserved nor the unused bit may be set.",
        "blocks",
        "0b1011",
        "0b11011",
    ),
    one(
        "window-of-any-size",
        "BLK-4",
        "A window is the decompressor's business.",
        "blocks",
        "frame.window <= WINDOW_MAX",
        "True",
    ),
    one(
        "window-without-mantissa",
        "BLK-4",
        "Window_Size is 2 to the power of 10 + exponent.",
        "blocks",
        "2 ** (10 + exponent) * (8 + mantissa) // 8",
        "2 ** (10 + exponent)",
    ),
    one(
        "window-at-most-the-content",
        "BLK-4",
        "A window larger than the content is refused.",
        "blocks",
        "frame.window <= WINDOW_MAX",
        "frame.window <= max(size, 1024)",
    ),
    one(
        "checksum-refused",
        "BLK-4",
        "Blocks have a CRC-32 of their own; a frame with a checksum is another frame.",
        "blocks",
        "0b1011",
        "0b1111",
    ),
    one(
        "single-segment-required",
        "BLK-4",
        "A frame with its content size is a single segment.",
        "blocks",
        "frame.descriptor & 0b1011 == 0",
        "frame.descriptor & 0b101011 == 0b100000",
    ),
    one(
        "block-digest-not-checked",
        "BLK-6",
        "The digest of the whole array covers its blocks.",
        "decode",
        "sha256(restored) == block.digest",
        "True",
    ),
    one(
        "block-digest-of-filtered-bytes",
        "BLK-6",
        "The SHA-256 is that of what comes out of the decompressor.",
        "decode",
        "sha256(restored) == block.digest",
        "sha256(filtered) == block.digest",
    ),
    one(
        "block-digest-of-stored-bytes",
        "BLK-6",
        "CRC-32 and SHA-256 of a table entry are of the same bytes.",
        "decode",
        "sha256(restored) == block.digest",
        "sha256(block.stored) == block.digest",
    ),
)
