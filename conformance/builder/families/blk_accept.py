"""Accept cases of blocks whose frames are made by hand. SPEC.md section 9."""

from collections.abc import Callable, Iterator

from builder import frames
from builder.case import Case, accept
from builder.checksums import noise
from builder.container import File
from builder.frames import (
    frame,
    frame_header,
    raw_block,
    rle_block,
)
from builder.records import ZSTD, Array

KIB, MIB = 2**10, 2**20
WINDOW_1_KIB, WINDOW_128_KIB, WINDOW_8_MIB = 0, 7 << 3, 13 << 3


def framed(data: bytes, made: bytes, **fields: object) -> File:
    """A file with one uint8 array whose only block is this frame."""
    array = Array(shape=(len(data),), data=data, codec=ZSTD, stored=(made,))
    return File(arrays=(array.but(**fields),))


def stored_blocks() -> Iterator[Case]:
    """[BLK-2]: the stored codec."""
    data = noise("stored", 50)
    for length in (50, 49, 25, 17, 1):
        array = Array(shape=(50,), data=data, block_length=length)
        yield accept(
            f"blk/accept/stored-{length}",
            "BLK-1 BLK-2 BLK-6 HDR-11 CON-1",
            f"50 bytes stored in blocks of {length}.",
            File(arrays=(array,)),
        )


def frame_headers() -> Iterator[Case]:
    """[BLK-4]: every spelling of the frame header that is legal."""
    data = noise("frame", 300)
    short = data[:40]
    cases: dict[str, tuple[bytes, bytes, str]] = {}
    for size_bytes, of in ((1, short), (2, data), (4, short), (8, short)):
        for checksum in (False, True):
            head = frame_header(len(of), size_bytes=size_bytes, checksum=checksum)
            made = frame(head, [raw_block(of)], of if checksum else None)
            slug = f"single-segment-{size_bytes}" + ("-checksum" if checksum else "")
            cases[slug] = (of, made, f"A single segment, content size in {size_bytes} bytes.")
    for size_bytes, of in ((2, data), (4, short), (8, short)):
        head = frame_header(len(of), window=WINDOW_1_KIB, size_bytes=size_bytes)
        what = f"A window of 1 KiB, content size in {size_bytes} bytes."
        cases[f"window-{size_bytes}"] = (of, frame(head, [raw_block(of)]), what)
    for slug, window, what in (
        ("window-mantissa-7", 7, "1.875 KiB"),
        ("window-exponent-12-mantissa-7", 12 << 3 | 7, "7.5 MiB"),
        ("window-8-mib", WINDOW_8_MIB, "8 MiB, the most that is legal"),
    ):
        head = frame_header(len(short), window=window, size_bytes=4)
        cases[slug] = (short, frame(head, [raw_block(short)]), f"A window of {what}.")
    head = frame_header(len(short), bits=0x10)
    cases["unused-bit"] = (
        short,
        frame(head, [raw_block(short)]),
        "Bit 4 of the descriptor is unused: decoders do not look at it (bit 3 is reserved).",
    )
    head = frame_header(255)
    cases["size-255"] = (data[:255], frame(head, [raw_block(data[:255])]), "255 in one byte.")
    head = frame_header(256)
    cases["size-256"] = (data[:256], frame(head, [raw_block(data[:256])]), "256 in two bytes: 0.")
    for slug, (of, made, what) in cases.items():
        yield accept(f"blk/accept/{slug}", "BLK-3 BLK-4 BLK-5", what, framed(of, made))


def raw_and_run_length() -> Iterator[Case]:
    """Raw and run-length blocks, empty ones among them."""
    data = noise("blocks", 60)
    runs = b"\7" * 20 + data[:5] + b"\0" * 33 + b"\7"
    head = frame_header(60)
    cases: dict[str, tuple[bytes, bytes, str]] = {
        "zstd-raw": (data, frame(head, [raw_block(data)]), "One raw block."),
        "zstd-rle": (b"\x99" * 60, frame(head, [rle_block(0x99, 60)]), "One run-length block."),
        "zstd-rle-one": (data[:1], frame(frame_header(1), [rle_block(data[0], 1)]), "A run of 1."),
        "zstd-raw-many": (
            data,
            frame(head, [raw_block(data[at : at + 7]) for at in range(0, 60, 7)]),
            "Nine raw blocks.",
        ),
        "zstd-mixed": (
            runs,
            frame(
                frame_header(59, checksum=True),
                [
                    rle_block(7, 20),
                    raw_block(data[:5]),
                    rle_block(0, 30),
                    rle_block(0, 3),
                    raw_block(b"\7"),
                ],
                runs,
            ),
            "Runs and raw blocks by turns, with a checksum.",
        ),
        "zstd-empty-last": (
            data,
            frame(head, [raw_block(data), raw_block(b"")]),
            "The last block is empty.",
        ),
        "zstd-empty-blocks": (
            data,
            frame(head, [raw_block(b""), raw_block(data[:9]), raw_block(b""), raw_block(data[9:])]),
            "Empty raw blocks first and between.",
        ),
        "zstd-empty-run": (
            data,
            frame(head, [rle_block(5, 0), raw_block(data)]),
            "A run of no bytes.",
        ),
    }
    for slug, (of, made, what) in cases.items():
        yield accept(f"blk/accept/{slug}", "BLK-3 BLK-4 BLK-5", what, framed(of, made))


def large() -> Iterator[Case]:
    """The largest blocks and frames."""
    most = frames.BLOCK_BYTES_MAX
    data = bytes([0xC3]) * (8 * MIB)
    full = frame(frame_header(len(data)), [rle_block(0xC3, most)] * 64)
    yield accept(
        "blk/accept/largest",
        "BLK-4 HDR-11",
        "A block of exactly 8 MiB: a single segment, so its window is 8 MiB; 64 runs of 128 KiB.",
        framed(data, full),
    )
    window = frame(
        frame_header(len(data), window=WINDOW_8_MIB, size_bytes=4), [rle_block(0xC3, most)] * 64
    )
    yield accept(
        "blk/accept/largest-window",
        "BLK-4 HDR-11",
        "A block of exactly 8 MiB with a window descriptor of 8 MiB.",
        framed(data, window),
    )
    two = Array(
        element=0x41,
        shape=(2**19 + 1,),
        data=data + bytes([0xC3]) * 16,
        block_length=2**19,
        codec=ZSTD,
        stored=(full, frame(frame_header(16), [rle_block(0xC3, 16)])),
    )
    yield accept(
        "blk/accept/largest-complex128",
        "BLK-4 HDR-11",
        "2^19 elements of 16 bytes make a block of exactly 8 MiB; one more element follows.",
        File(arrays=(two,)),
    )
    small = noise("small window", 3000)
    head = frame_header(3000, window=WINDOW_1_KIB)
    made = frame(head, [raw_block(piece) for piece in frames.pieces(small, KIB)])
    yield accept(
        "blk/accept/blocks-of-window-size",
        "BLK-4 BLK-5",
        "Content larger than the window of 1 KiB, in raw blocks as large as the window.",
        framed(small, made),
    )


def through_filters() -> Iterator[Case]:
    """Frames of several blocks of several arrays."""
    coders: tuple[Callable[[bytes], bytes], ...] = (frames.raw_frame, frames.mixed_frame)
    arrays = tuple(
        Array(
            name=coder.__name__.encode(),
            element=0x22,
            shape=(30,),
            data=b"\1\0\0\0" * 10 + noise("thirty", 80),
            block_length=8,
            codec=ZSTD,
            coder=coder,
        )
        for coder in coders
    )
    yield accept(
        "blk/accept/zstd-blocks",
        "BLK-3 BLK-4 BLK-5 BLK-6",
        "Two arrays of four blocks each, one frame a block.",
        File(arrays=arrays),
    )


FAMILIES = (stored_blocks, frame_headers, raw_and_run_length, large, through_filters)
