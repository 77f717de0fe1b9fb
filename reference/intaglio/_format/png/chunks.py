"""SPEC.md section 4, chunks: reads a PNG's chunks from a stream, forward only. [PNG-2]"""

from collections.abc import Iterator
from typing import BinaryIO, Final, NoReturn

from zlib_ng import zlib_ng

from intaglio.errors import DecodeError, Reason

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
INTEGER_MAX: Final = 2**31 - 1  # of a length, a width, a height
PIECE_BYTES: Final = 64 * 1024  # requested from the stream at a time


def damaged(what: str) -> NoReturn:
    raise DecodeError(Reason.PNG_DAMAGED, f"the PNG is damaged: {what}")


class Chunks:
    """Reads chunks: call `head`, then read all data of that chunk, then call `head` again."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._kind = b""
        self.bytes_read = 0

    def take(self, count: int) -> bytes:
        """Read `count` bytes, or what is left of the file."""
        got = self._stream.read(count)
        while 0 < len(got) < count and (more := self._stream.read(count - len(got))):
            got += more
        self.bytes_read += len(got)
        return got

    def _take_all(self, count: int) -> bytes:
        got = self.take(count)
        if len(got) < count:  # [PNG-2]
            damaged("it ends too early, as after a copy that was cut short")
        return got

    def head(self) -> tuple[bytes, int]:
        """Return type and length of the next chunk."""
        raw = self._take_all(8)
        length, self._kind = int.from_bytes(raw[:4], "big"), raw[4:]
        if length > INTEGER_MAX:  # [PNG-2]
            damaged(f"a chunk announces {length} bytes")
        if not self._kind.isalpha():  # [PNG-2]
            damaged(f"{self._kind!r} is no chunk type")
        return self._kind, length

    def pieces(self, length: int) -> Iterator[bytes]:
        """Yield the chunk's data, a piece at a time, then check its CRC-32."""
        crc = zlib_ng.crc32(self._kind)
        while length:
            piece = self._take_all(min(length, PIECE_BYTES))
            length -= len(piece)
            crc = zlib_ng.crc32(piece, crc)
            yield piece
        if self._take_all(4) != crc.to_bytes(4, "big"):  # [PNG-2]
            damaged(f"the CRC-32 of chunk {self._kind.decode()} is wrong")

    def data(self, length: int) -> bytes:
        """Return all data of a small chunk."""
        return b"".join(self.pieces(length))

    def skip(self, length: int) -> None:
        """Read past a chunk that has no effect on pixels."""
        kind = self._kind
        if kind == b"IDAT":
            damaged("its IDAT chunks are not consecutive")  # [PNG-5]
        if kind == b"IEND":
            damaged("it has no IDAT")  # [PNG-5]
        if kind[:1].isupper() and kind != b"PLTE":  # [PNG-2]
            damaged(f"the critical chunk {kind.decode()} is unknown, or there twice")
        for _ in self.pieces(length):
            pass
