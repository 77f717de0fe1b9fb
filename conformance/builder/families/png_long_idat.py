"""Cases of PNG with one IDAT that is longer than readers take at once. SPEC.md section 4.

Many read a chunk in pieces of 64 KiB. Here the last block of the deflate stream
ends within the first piece, and its Adler-32 in the next.
"""

from collections.abc import Iterator
from typing import Final

from builder import deflate, png
from builder.case import Case, accept
from builder.families.png_accept import BASE
from builder.families.png_flushed import lines_of, picture
from builder.families.png_reject import damaged
from builder.png import Chunk

PIECE: Final = 65536
FILE: Final = BASE.but(size=(2730, 8))  # lines of 65,528 bytes, in one stored block
ACCEPTED: Final = "png/accept/idat-64-kib-and-three"


def long_idats() -> Iterator[Case]:
    """[PNG-5]: the Adler-32 is checked and nothing follows, wherever pieces end."""
    chunks = picture(FILE, [b"", deflate.stored(lines_of(FILE)), b""])
    data = b"".join(chunk.data for chunk in chunks if chunk.kind == b"IDAT")
    if len(data) != PIECE + 3:
        message = f"an IDAT of {len(data)} bytes"
        raise ValueError(message)
    head, end = chunks[0], chunks[-1]

    def one(stream: bytes) -> list[Chunk]:
        return [head, Chunk(b"IDAT", stream), end]

    what = "One IDAT of 65,539 bytes: of the Adler-32 a byte is in the first 64 KiB."
    yield accept(ACCEPTED, "PNG-5", what, FILE, png.write_chunks(one(data)))
    wrong = data[:-1] + bytes([data[-1] ^ 1])
    why = "The Adler-32 is right, and nothing follows it in the IDATs."
    yield damaged(
        "idat-64-kib-adler", "PNG-5", "The last byte is changed.", one(wrong), why, ACCEPTED
    )
    more = one(data + b"\0" * 9)
    yield damaged(
        "idat-64-kib-surplus", "PNG-5", "Nine zeros follow the Adler-32.", more, why, ACCEPTED
    )


FAMILIES = (long_idats,)
