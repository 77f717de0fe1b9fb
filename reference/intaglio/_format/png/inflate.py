"""SPEC.md section 4, the zlib stream: inflates the IDAT chunks to bytes of scan lines. [PNG-5]

Parallel inflate. A zlib stream can only be read from start to end, unless it was written with
full flushes, as ours is: then each IDAT chunk ends where a deflate block ends, and no match refers
to data before the chunk. Such chunks are inflated on their own, several at a time in threads.
Nothing in the file is trusted for this: each chunk is checked, and from the first chunk that fails
the check the stream is read like any other, with the same result.
"""

import os
from collections import deque
from collections.abc import Generator, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from isal import isal_zlib
from zlib_ng import zlib_ng

from intaglio._format.png.chunks import damaged
from intaglio._threads import WORKERS, TransientPool
from intaglio.errors import DecodeError

if TYPE_CHECKING:
    from concurrent.futures import Future

INFLATED_BYTES: Final = 128 * 1024  # inflated at a time
ALONE_BYTES_MAX: Final = 2 * 1024 * 1024  # of a chunk inflated alone, compressed and inflated
GROUP_BYTES: Final = 4 * 1024  # of small chunks that together are worth one task
WINDOW_BYTES: Final = 32 * 1024  # the largest distance that deflate refers back
FLUSHED: Final = b"\0\0\xff\xff"  # the last bytes of a chunk that ends with a flush
LAST_BLOCK: Final = b"\1\0\0\xff\xff"  # an empty stored block, marked as the last

_INFLATE_ERROR: Final = cast("type[Exception]", isal_zlib.error)  # the stub declares an instance

Idat: TypeAlias = Iterator[bytes]  # the data of one chunk, in pieces
_Decompressor: TypeAlias = Any  # isal's decompressobj; its type has no public name


def _new_decompressor(window: bytes = b"") -> _Decompressor:
    return isal_zlib.decompressobj(-15, window) if window else isal_zlib.decompressobj(-15)


def _parts(decompressor: _Decompressor, data: bytes) -> Iterator[bytes]:
    """Feed the decompressor, and yield its output."""
    out = b""
    while not decompressor.eof and (data or out):
        try:
            out = decompressor.decompress(data, INFLATED_BYTES)
        except _INFLATE_ERROR as problem:
            damaged(f"its compressed data is invalid ({problem})")  # [PNG-5]
        data = decompressor.unconsumed_tail
        if out:
            yield out


def _is_between_blocks(decompressor: _Decompressor, nonce: bytes) -> bool:
    """Whether a block has just ended on a byte boundary; the decompressor cannot be used again.

    Feeds a stored block that holds `nonce`, and a last block. The nonce comes out only if the
    decompressor is between blocks: elsewhere these bits mean something else, and a file cannot
    predict a random nonce.
    """
    size = len(nonce).to_bytes(2, "little")
    stored = b"\0" + size + bytes(255 - byte for byte in size) + nonce
    try:
        out = decompressor.decompress(stored + LAST_BLOCK, 2 * len(nonce))
    except _INFLATE_ERROR:
        return False
    return bool(out == nonce and decompressor.eof and not decompressor.unused_data)


class _Alone(NamedTuple):
    """The inflated data of a chunk that can be read alone; `end`: set if the stream ends in it."""

    out: bytes
    end: _Decompressor | None


def _maybe_alone(data: bytes, nonce: bytes) -> _Alone | None:
    """Inflate a chunk with an empty window; None if it cannot be read alone."""
    decompressor = _new_decompressor()
    try:
        out = decompressor.decompress(data, ALONE_BYTES_MAX)
    except _INFLATE_ERROR:  # for example: a match refers to data before the chunk
        return None
    if decompressor.eof:
        return _Alone(out, decompressor)
    # A block may end inside a byte; a block that ends with FLUSHED never does.
    whole = data.endswith(FLUSHED) and not decompressor.unconsumed_tail
    whole = whole and _is_between_blocks(decompressor, nonce)
    return _Alone(out, None) if whole else None


def _each_alone(group: list[bytes], nonce: bytes) -> list[_Alone | None]:
    """`_maybe_alone` for each chunk of a group; None from the first that cannot be read alone."""
    found: list[_Alone | None] = []
    for data in group:
        found.append(alone := _maybe_alone(data, nonce))
        if alone is None:
            break
    return found + [None] * (len(group) - len(found))


def _inflate_again(first: bytes) -> tuple[_Decompressor, bytes]:
    """Inflate the first chunk again; return the decompressor and its window."""
    decompressor, window = _new_decompressor(), b""
    for out in _parts(decompressor, first):
        window = (window + out)[-WINDOW_BYTES:]
    return decompressor, window


def _damaged_later(problem: DecodeError) -> Iterator[bytes]:
    """A chunk that raises `problem` when it is read, so that earlier data is returned first."""
    raise problem
    yield


class Inflater:
    """Inflates the zlib stream of the IDAT chunks to scan lines. [PNG-5]

    isal inflates twice as fast as zlib; header and Adler-32 are checked here. isal accepts some
    incomplete Huffman codes that zlib refuses, and decodes them as RFC 1951 defines.
    """

    def __init__(self, idats: Iterator[Idat]) -> None:
        """`idats` yields the chunks in order; each is read to its end before the next."""
        self._idats = idats
        self._idat: Idat = iter(())
        self._inflated = self._inflate()
        self._out = memoryview(b"")  # inflated, but not returned yet
        self._adler = 1
        self._after_stream = b""  # bytes that were read past the deflate data

    def lines(self, maximum: int, line_bytes: int) -> npt.NDArray[np.uint8]:
        """Inflate (n, line_bytes); n is `maximum`, or fewer where that avoids a copy.

        Memory grows only with the data that arrives.
        """
        self._need_some()
        ready = self._out[: maximum * line_bytes]
        if len(ready) % line_bytes:
            return self._joined(maximum, line_bytes)
        self._out = self._out[len(ready) :]
        return np.frombuffer(ready, np.uint8).reshape(-1, line_bytes)

    def _joined(self, count: int, line_bytes: int) -> npt.NDArray[np.uint8]:
        lines = bytearray()
        missing = count * line_bytes
        while missing:
            self._need_some()
            part = self._out[:missing]
            lines += part
            self._out = self._out[len(part) :]
            missing -= len(part)
        return np.frombuffer(lines, np.uint8).reshape(count, line_bytes)

    def finish(self) -> None:
        """Check the Adler-32, and that the stream and the chunks end here."""
        if self._some():
            damaged("it holds more rows than it announces")  # [PNG-5]
        rest = self._take(self._after_stream, 4)
        if rest[:4] != self._adler.to_bytes(4, "big"):  # [PNG-5]
            damaged("the Adler-32 of its data is wrong")
        if len(rest) > 4 or self._piece():  # [PNG-5]
            damaged("bytes follow its zlib stream")

    def _some(self) -> bool:
        """Inflate some data if none is waiting; False at the end of the stream."""
        if not self._out and (out := next(self._inflated, b"")):
            self._adler = zlib_ng.adler32(out, self._adler)
            self._out = memoryview(out)
        return bool(self._out)

    def _need_some(self) -> None:
        if not self._some():
            damaged("it holds fewer rows than it announces")  # [PNG-5]

    def _piece(self) -> bytes:
        """The next bytes of the chunks; empty at their end."""
        while not (piece := next(self._idat, b"")):
            idat = next(self._idats, None)
            if idat is None:
                return b""
            self._idat = idat
        return piece

    def _take(self, have: bytes, count: int) -> bytes:
        while len(have) < count:
            piece = self._piece()
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

    def _inflate(self) -> Iterator[bytes]:
        """The inflated data of the whole stream, in non-empty parts."""
        decompressor, first = _new_decompressor(), b""
        for piece in chain((self._start(),), self._idat):  # inspecting a file needs no more
            first += piece if len(first) <= ALONE_BYTES_MAX else b""
            yield from _parts(decompressor, piece)
            if decompressor.eof:  # `finish` checks the rest of the chunk
                break
        if first.endswith(FLUSHED) and len(first) <= ALONE_BYTES_MAX and not decompressor.eof:
            decompressor = yield from self._in_parallel(decompressor, first)
        while not decompressor.eof:
            yield from _parts(decompressor, self._take(b"", 1))
        self._after_stream = decompressor.unused_data

    def _in_parallel(
        self, decompressor: _Decompressor, first: bytes
    ) -> Generator[bytes, None, _Decompressor]:
        """Yield the data of the chunks after the first, as long as they can be read alone.

        Returns the decompressor to continue with: at the start of the first chunk that cannot be
        read alone, or at the end of the stream.
        """
        nonce = os.urandom(16)
        if not _is_between_blocks(decompressor, nonce):
            return _inflate_again(first)[0]
        queue: deque[tuple[list[bytes], Future[list[_Alone | None]]]] = deque()
        ready: deque[tuple[bytes, _Alone | None]] = deque()
        pool, groups, last = TransientPool(), self._groups(), b""
        while True:
            while len(queue) <= WORKERS and (group := next(groups, [])):
                queue.append((group, pool.submit(partial(_each_alone, group, nonce))))
            if not ready and queue:
                group, done = queue.popleft()
                ready.extend(zip(group, done.result(), strict=True))
            alone = ready[0][1] if ready else None
            if alone is None:
                break
            ready.popleft()
            if alone.out:
                yield alone.out
                last = (last + alone.out[-WINDOW_BYTES:])[-WINDOW_BYTES:]
            if alone.end:
                break
        left = chain((data for data, _ in ready), *(group for group, _ in queue))
        self._idat = chain(left, self._idat)
        if alone and alone.end:
            return alone.end
        if len(last) < WINDOW_BYTES:
            last = _inflate_again(first)[1] + last
        return _new_decompressor(last[-WINDOW_BYTES:])

    def _groups(self) -> Iterator[list[bytes]]:
        """The small chunks in groups that are worth one task each."""
        group: list[bytes] = []
        missing = GROUP_BYTES
        for data in self._small_chunks():
            group.append(data)
            missing -= len(data)
            if missing <= 0:
                yield group
                group, missing = [], GROUP_BYTES
        if group:
            yield group

    def _small_chunks(self) -> Iterator[bytes]:
        """Whole chunks, up to the first that is too large or damaged, which is put back."""
        for idat in self._idats:
            data = b""
            try:
                for piece in idat:
                    data += piece
                    if len(data) > ALONE_BYTES_MAX:
                        self._idat = chain((data,), idat)
                        return
            except DecodeError as problem:
                self._idat = _damaged_later(problem)
                return
            if data:
                yield data
