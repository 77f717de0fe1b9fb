"""PNG's two wrappings: chunks, and the zlib stream that lies in the IDATs.

SPEC.md section 4, [PNG-2] and [PNG-5]. This file knows bytes: in come those of
a file, forward only and a piece at a time, out come those of scan lines.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final, NoReturn, cast

import numpy as np
import numpy.typing as npt
from isal import isal_zlib
from zlib_ng import zlib_ng

from intaglio._errors import DecodeError, Reason

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
INTEGER_MAX: Final = 2**31 - 1  # of a length, a width, a height
PIECE_BYTES: Final = 64 * 1024  # what the stream is asked for at a time
INFLATED_BYTES: Final = 1024 * 1024  # what is inflated at a time

_INFLATE_ERROR: Final = cast("type[Exception]", isal_zlib.error)  # its stub says: an instance


def damaged(what: str) -> NoReturn:
    raise DecodeError(Reason.PNG_DAMAGED, f"the PNG is damaged: {what}")


class Chunks:
    """The chunks of a stream: the head of one, all its pieces, then the next."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._kind = b""

    def take(self, count: int) -> bytes:
        """Read `count` bytes, or what is left of the file."""
        got = self._stream.read(count)
        while 0 < len(got) < count and (more := self._stream.read(count - len(got))):
            got += more
        return got

    def _take_all(self, count: int) -> bytes:
        got = self.take(count)
        if len(got) < count:  # [PNG-2]
            damaged("it ends too early, as after a copy that was cut short")
        return got

    def head(self) -> tuple[bytes, int]:
        """Give type and length of the next chunk."""
        raw = self._take_all(8)
        length, self._kind = int.from_bytes(raw[:4], "big"), raw[4:]
        if length > INTEGER_MAX:  # [PNG-2]
            damaged(f"a chunk announces {length} bytes")
        if not self._kind.isalpha():  # [PNG-2]
            damaged(f"{self._kind!r} is no chunk type")
        return self._kind, length

    def pieces(self, length: int) -> Iterator[bytes]:
        """Give the chunk's data, a piece at a time, then check its CRC-32."""
        crc = zlib_ng.crc32(self._kind)
        while length:
            piece = self._take_all(min(length, PIECE_BYTES))
            length -= len(piece)
            crc = zlib_ng.crc32(piece, crc)
            yield piece
        if self._take_all(4) != crc.to_bytes(4, "big"):  # [PNG-2]
            damaged(f"the CRC-32 of chunk {self._kind.decode()} is wrong")

    def data(self, length: int) -> bytes:
        """Give all of a small chunk's data."""
        return b"".join(self.pieces(length))

    def skip(self, length: int) -> None:
        """Read past a chunk that says nothing about pixels."""
        kind = self._kind
        if kind == b"IDAT":
            damaged("its IDAT chunks are not consecutive")  # [PNG-5]
        if kind == b"IEND":
            damaged("it has no IDAT")  # [PNG-5]
        if kind[:1].isupper() and kind != b"PLTE":  # [PNG-2]
            damaged(f"the critical chunk {kind.decode()} is unknown, or there twice")
        for _ in self.pieces(length):
            pass


class Inflater:
    """The scan lines in the zlib stream of the IDAT chunks [PNG-5].

    isal inflates twice as fast as zlib; header and Adler-32 are checked here.
    It takes some incomplete Huffman codes that zlib refuses, and gives the
    data that RFC 1951 gives them.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._machine = isal_zlib.decompressobj(-15)
        self._adler = 1
        self._input: bytes | None = None

    def _take(self, have: bytes, count: int) -> bytes:
        while len(have) < count:
            piece = next(self._pieces, b"")
            if not piece:
                damaged("its IDAT chunks end before their zlib stream does")  # [PNG-5]
            have += piece
        return have

    def _start(self) -> bytes:
        head = self._take(b"", 2)
        if head[0] & 0x0F != 8 or head[0] >> 4 > 7:  # [PNG-5] CM and CINFO
            damaged("its data is no zlib stream")
        if int.from_bytes(head[:2], "big") % 31 or head[1] & 0x20:  # [PNG-5] FCHECK and FDICT
            damaged("its zlib header is wrong, or wants a dictionary")
        return head[2:]

    def _some(self, most: int) -> bytes:
        """Inflate one byte or more; nothing, where the stream ends."""
        if self._input is None:
            self._input = self._start()
        while not self._machine.eof:
            try:
                out: bytes = self._machine.decompress(self._input, most)
            except _INFLATE_ERROR as problem:
                damaged(f"its compressed data is invalid ({problem})")  # [PNG-5]
            self._input = self._machine.unconsumed_tail
            if out:
                self._adler = zlib_ng.adler32(out, self._adler)
                return out
            if not (self._input or self._machine.eof):
                self._input = self._take(b"", 1)
        return b""

    def lines(self, count: int, line_bytes: int) -> npt.NDArray[np.uint8]:
        """Inflate (count, line_bytes); memory grows only with what arrives."""
        parts = []
        missing = count * line_bytes
        while missing:
            out = self._some(min(missing, INFLATED_BYTES))
            if not out:
                damaged("it holds fewer rows than it announces")  # [PNG-5]
            parts.append(out)
            missing -= len(out)
        raw = parts[0] if len(parts) == 1 else b"".join(parts)
        return np.frombuffer(raw, np.uint8).reshape(count, line_bytes)

    def finish(self) -> None:
        """Check that the stream is right and ends here, and the chunks with it."""
        if self._some(1):
            damaged("it holds more rows than it announces")  # [PNG-5]
        rest = self._take(self._machine.unused_data, 4)
        if rest[:4] != self._adler.to_bytes(4, "big"):  # [PNG-5]
            damaged("the Adler-32 of its data is wrong")
        if len(rest) > 4 or next(self._pieces, b""):  # [PNG-5]
            damaged("bytes follow its zlib stream")
