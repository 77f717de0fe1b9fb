"""An accept case of the carrier: a body above 16 MiB. SPEC.md section 5.

Depths are 8-8-8-0, so that the scan lines are the body itself; nearly all of it is zeros.
"""

from collections.abc import Iterator
from typing import Final

from builder import carrier, deflate, png
from builder.case import Case, accept
from builder.checksums import noise
from builder.container import File
from builder.png import Chunk
from builder.records import Array

RAW: Final = (8, 8, 8, 0)
ZEROS: Final = 15_000_000
SEVENS: Final = 2_500_000  # from below 2^24 bytes to above


def large() -> Iterator[Case]:
    """[CAR-2], [CAR-3]: more than a reader may take memory for before it has seen it."""
    zeros = Array(name=b"zeros", shape=(ZEROS,), data=bytes(ZEROS), block_length=2**23)
    arrays = (
        Array(name=b"first", shape=(2000,), data=noise("first", 2000)),
        zeros,
        Array(name=b"sevens", shape=(SEVENS,), data=b"\7" * SEVENS),
        Array(name=b"last", shape=(2000,), data=noise("last", 2000)),
    )
    body = File(arrays=arrays, depths=RAW, size=(1, 1)).body()
    width = 3000
    height = -(-(160 + -(-len(body) // 3)) // width)
    file = File(arrays=arrays, depths=RAW, size=(width, height))
    prologue = file.prologue()
    triples = [bytes(carrier.with_prologue_byte((0, 0, 0, 255), byte)[:3]) for byte in prologue]
    start = b"".join(triples) + body
    samples = start.ljust(3 * (width * height - 80), b"\0") + b"".join(triples)
    rows = (samples[at : at + 3 * width] for at in range(0, len(samples), 3 * width))
    stream = deflate.zlib_stream(b"".join(b"\0" + row for row in rows), deflate.dynamic)
    chunks = [png.ihdr(width, height), Chunk(b"IDAT", stream), Chunk(b"IEND")]
    yield accept(
        "car/accept/body-above-16-mib",
        "CAR-2 CAR-3 LIM-1",
        f"A body of {len(body):,} bytes, nearly all of them zeros, in {width} by {height} pixels.",
        file,
        png.write_chunks(chunks),
    )


FAMILIES = (large,)
