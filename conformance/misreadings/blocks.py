"""Misreadings of SPEC.md section 9."""

from typing import Final

from misreadings.misreading import Misreading, one

_CRC: Final = "if zlib.crc32(stored) != entry.crc:"
_DIGEST: Final = "if hashlib.sha256(block.data).digest() != entry.digest:"
_CHECKED: Final = "    _check_frame(frame, size)\n"
_END: Final = "    if end != len(frame):"

MISREADINGS: Final = (
    one(
        "block-crc-not-checked",
        "BLK-1",
        "SHA-256 covers the block; its CRC-32 is for repair.",
        "_blocks",
        _CRC,
        "if False:",
    ),
    Misreading(
        "block-crc-of-canonical-bytes",
        "BLK-1",
        "The CRC-32 is that of the block's canonical bytes, as the SHA-256 is.",
        (
            ("_blocks", _CRC, "if False:"),
            (
                "_blocks",
                f"    {_DIGEST}",
                (
                    "    if zlib.crc32(block.data) != entry.crc:\n"
                    "        raise DecodeError(Reason.BLOCK_DAMAGED, '')\n"
                    f"    {_DIGEST}"
                ),
            ),
        ),
    ),
    one(
        "surplus-of-stored-blocks-ignored",
        "BLK-2",
        "Of a stored block as many bytes are taken as are needed.",
        "_blocks",
        "        if len(stored) != size:",
        "        stored = stored[:size]\n        if len(stored) != size:",
    ),
    one(
        "stored-means-unfiltered",
        "BLK-2",
        "Stored blocks are canonical bytes; filters serve compression.",
        "_blocks",
        "block = undo_filters(filtered, form.filters, form.component_bytes)",
        "block = filtered if form.codec == _STORED else "
        "undo_filters(filtered, form.filters, form.component_bytes)",
    ),
    one(
        "second-frame-ignored",
        "BLK-3",
        "Whatever follows the first frame is not needed.",
        "_blocks",
        _END,
        "    if end > len(frame):",
    ),
    Misreading(
        "frames-joined",
        "BLK-3",
        "The stored bytes are Zstandard frames, one or more, as its format allows.",
        (
            ("_blocks", "    _check_frame(frame, size)\n", ""),
            (
                "_blocks",
                "content = _decompressor().decompress(frame)",
                (
                    "content = zstandard.ZstdDecompressor().stream_reader("
                    "frame, read_across_frames=True).read(size + 1)"
                ),
            ),
        ),
    ),
    Misreading(
        "content-size-not-required",
        "BLK-4",
        "The size is known from the header; the frame need not say it.",
        (
            (
                "_blocks",
                "if not size_bytes or content_size != size or",
                "if size_bytes and content_size != size or",
            ),
            ("_blocks", "().decompress(frame)", "().decompress(frame, max_output_size=size)"),
        ),
    ),
    one(
        "dictionary-id-ignored",
        "BLK-4",
        "A Dictionary_ID of a frame that needs none does no harm.",
        "_blocks",
        _CHECKED,
        "    if len(frame) > 5 and frame[4] & 3:\n"
        "        at = 5 if frame[4] >> 5 & 1 else 6\n"
        "        rest = frame[at + (0, 1, 2, 4)[frame[4] & 3] :]\n"
        "        frame = frame[:4] + bytes([frame[4] & ~3]) + frame[5:at] + rest\n" + _CHECKED,
    ),
    one(
        "reserved-bit-ignored",
        "BLK-4",
        "The reserved bit is not looked at.",
        "_blocks",
        _CHECKED,
        "    frame = frame[:4] + bytes(b & ~8 for b in frame[4:5]) + frame[5:]\n" + _CHECKED,
    ),
    one(
        "content-size-of-two-bytes-without-256",
        "BLK-4",
        "Frame_Content_Size is the field's value.",
        "_blocks",
        "content_size += 256 * (size_bytes == 2)",
        "content_size += 0",
    ),
    one(
        "unused-bit-refused",
        "BLK-4",
        "Neither the reserved nor the unused bit may be set.",
        "_blocks",
        "    if descriptor & 0b1011:",
        "    if descriptor & 0b11011:",
    ),
    one(
        "window-of-any-size",
        "BLK-4",
        "A window is the decompressor's business.",
        "_blocks",
        "if window > ZSTD_WINDOW_BYTES_MAX:",
        "if False:",
    ),
    one(
        "window-without-mantissa",
        "BLK-4",
        "Window_Size is 2 to the power of 10 + exponent.",
        "_blocks",
        "return base + base // 8 * (descriptor & 7)",
        "return base",
    ),
    one(
        "window-at-most-the-content",
        "BLK-4",
        "A window larger than the content is refused.",
        "_blocks",
        "if window > ZSTD_WINDOW_BYTES_MAX:",
        "if window > max(size, 1024):",
    ),
    one(
        "checksum-refused",
        "BLK-4",
        "Blocks have a CRC-32 of their own; a frame with a checksum is another frame.",
        "_blocks",
        "    if descriptor & 0b1011:",
        "    if descriptor & 0b1111:",
    ),
    one(
        "single-segment-required",
        "BLK-4",
        "A frame with its content size is a single segment.",
        "_blocks",
        "    if descriptor & 0b1011:",
        "    if descriptor & 0b1011 or not single_segment:",
    ),
    one(
        "block-digest-not-checked",
        "BLK-6",
        "The digest of the whole array covers its blocks.",
        "_blocks",
        _DIGEST,
        "if False:",
    ),
    one(
        "block-digest-of-filtered-bytes",
        "BLK-6",
        "The SHA-256 is that of what comes out of the decompressor.",
        "_blocks",
        _DIGEST,
        "if hashlib.sha256(filtered).digest() != entry.digest:",
    ),
    one(
        "block-digest-of-stored-bytes",
        "BLK-6",
        "CRC-32 and SHA-256 of a table entry are of the same bytes.",
        "_blocks",
        _DIGEST,
        "if hashlib.sha256(stored).digest() != entry.digest:",
    ),
)
