"""Accept cases of compressed blocks made by hand, without entropy coding. SPEC.md section 9."""

from collections.abc import Iterator

from builder import frames
from builder.case import Case, accept
from builder.checksums import noise
from builder.families.blk_accept import WINDOW_128_KIB, framed
from builder.frames import (
    Sequences,
    compressed_block,
    execute,
    frame,
    frame_header,
    raw_literals,
)


def compressed() -> Iterator[Case]:
    """Compressed blocks without entropy coding."""
    data = noise("literals", 5000)
    literals: dict[str, tuple[bytes, bytes]] = {
        "raw-5-bit": (data[:31], raw_literals(data[:31], 0)),
        "raw-5-bit-twin": (data[:31], raw_literals(data[:31], 2)),
        "raw-12-bit": (data[:300], raw_literals(data[:300], 1)),
        "raw-20-bit": (data, raw_literals(data, 3)),
        "rle-5-bit": (b"a" * 31, raw_literals(b"a" * 31, 0, frames.RLE)),
        "rle-5-bit-twin": (b"a" * 31, raw_literals(b"a" * 31, 2, frames.RLE)),
        "rle-12-bit": (b"a" * 4095, raw_literals(b"a" * 4095, 1, frames.RLE)),
        "rle-20-bit": (b"a" * 100000, raw_literals(b"a" * 100000, 3, frames.RLE)),
    }
    for slug, (of, section) in literals.items():
        head = frame_header(len(of), window=WINDOW_128_KIB, size_bytes=4)
        made = frame(head, [compressed_block(section + b"\0")])
        yield accept(
            f"blk/accept/literals-{slug}",
            "BLK-5",
            f"A compressed block of literals ({slug}) and no sequences.",
            framed(of, made),
        )
    for slug, of, made, what in sequenced():
        yield accept(f"blk/accept/sequences-{slug}", "BLK-5", what, framed(of, made))


def sequenced() -> Iterator[tuple[str, bytes, bytes, str]]:
    """Slug, content, frame and description of frames with sequences."""
    data = noise("sequences", 400)
    plans: dict[str, tuple[str, list[tuple[bytes, Sequences]]]] = {
        "overlap": (
            "A match that overlaps what it copies.",
            [(data[:9], Sequences(8, 2, 31, [(0, 0, 0)]))],
        ),
        "offsets": (
            "Three matches whose offset code is 4.",
            [(data[:50], Sequences(15, 4, 2, [(1, 0, 0), (9, 0, 0), (15, 0, 0)]))],
        ),
        "repeat-1": (
            "The same offset again, from the repeat offsets.",
            [
                (data[:12], Sequences(12, 3, 1, [(4, 0, 0)])),
                (data[20:30], Sequences(3, 0, 4, [(0, 0, 0)] * 3)),
            ],
        ),
        "repeat-2-3": (
            "Offset values 2 and 3: the second and third repeat offsets.",
            [
                (data[:45], Sequences(15, 3, 1, [(4, 0, 0), (1, 0, 0), (6, 0, 0)])),
                (data[50:70], Sequences(2, 1, 3, [(1, 0, 0), (0, 0, 0), (1, 0, 0), (1, 0, 0)])),
            ],
        ),
        "repeat-no-literals": (
            "With no literals the repeat offsets shift by one, and 3 means the first less one.",
            [
                (data[:45], Sequences(15, 3, 1, [(4, 0, 0), (1, 0, 0), (6, 0, 0)])),
                (data[50:60], Sequences(0, 1, 5, [(1, 0, 0), (0, 0, 0), (1, 0, 0)])),
                (b"", Sequences(0, 0, 5, [(0, 0, 0)] * 2)),
            ],
        ),
        "initial-repeats": (
            "The repeat offsets begin as 1, 4 and 8.",
            [(data[:40], Sequences(10, 1, 2, [(0, 0, 0), (1, 0, 0)]))],
        ),
        "across-blocks": (
            "A match reaches into the block before.",
            [(data[:80], Sequences(15, 3, 0, [(0, 0, 0)])), (data[90:99], _far())],
        ),
        "count-2-bytes": (
            "200 sequences: the count takes two bytes.",
            [(data[:210], Sequences(1, 0, 0, [(0, 0, 0)] * 200))],
        ),
        "count-3-bytes": (
            "32,600 sequences: the count takes three bytes.",
            [
                (data[:45], Sequences(15, 3, 1, [(4, 0, 0), (1, 0, 0), (6, 0, 0)])),
                (b"", Sequences(0, 0, 0, [(0, 0, 0)] * 32600)),
            ],
        ),
    }
    for slug, (what, parts) in plans.items():
        out, repeats, blocks = b"", [1, 4, 8], []
        for literals, sequences in parts:
            out = execute(out, literals, sequences, repeats)
            form = 0 if len(literals) < 32 else 1
            blocks.append(compressed_block(raw_literals(literals, form) + sequences.section()))
        head = frame_header(len(out), window=WINDOW_128_KIB, size_bytes=4, checksum=True)
        yield slug, out, frame(head, blocks, out), what


def _far() -> Sequences:
    return Sequences(9, 6, 20, [(25, 0, 0)])


FAMILIES = (compressed,)
