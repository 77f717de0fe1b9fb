"""SPEC.md section 4, the zlib stream in the IDAT chunks: inflated to bytes of scan lines. [PNG-5]

The stream is read front to back. A writer like ours ends each chunk where a deflate block ends and
refers back over no such end. Each chunk of such a file can be inflated on its own, so a few are
inflated at the same time. Every chunk is checked for that; from the first that fails the check,
the stream is read like any other.
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

INFLATED_BYTES: Final = 128 * 1024  # what is inflated at a time
ALONE_BYTES_MAX: Final = 2 * 1024 * 1024  # of a chunk inflated alone, before and after
GROUP_BYTES: Final = 4 * 1024  # of chunks that are worth a thread's trouble
WINDOW_BYTES: Final = 32 * 1024  # as far as deflate points back
FLUSHED: Final = b"\0\0\xff\xff"  # how a chunk ends at a block's end, if any does
LAST_BLOCK: Final = b"\1\0\0\xff\xff"  # stored, the last, and empty

_INFLATE_ERROR: Final = cast("type[Exception]", isal_zlib.error)  # its stub says: an instance

Idat: TypeAlias = Iterator[bytes]  # the data of one chunk, in pieces
_Machine: TypeAlias = Any  # isal's decompressobj; its type has no public name


def _machine(window: bytes = b"") -> _Machine:
    return isal_zlib.decompressobj(-15, window) if window else isal_zlib.decompressobj(-15)


def _parts(machine: _Machine, data: bytes) -> Iterator[bytes]:
    """Feed the machine, and give what comes out."""
    out = b""
    while not machine.eof and (data or out):
        try:
            out = machine.decompress(data, INFLATED_BYTES)
        except _INFLATE_ERROR as problem:
            damaged(f"its compressed data is invalid ({problem})")  # [PNG-5]
        data = machine.unconsumed_tail
        if out:
            yield out


def _is_between_blocks(machine: _Machine, nonce: bytes) -> bool:
    """Whether a block has just ended, on a whole byte; the machine is used up by that.

    It is given a stored block that holds a nonce, and a last one. Anywhere else than between
    blocks their bits mean something else, and the nonce, which no file can foresee, does not
    come out.
    """
    size = len(nonce).to_bytes(2, "little")
    stored = b"\0" + size + bytes(255 - byte for byte in size) + nonce
    try:
        out = machine.decompress(stored + LAST_BLOCK, 2 * len(nonce))
    except _INFLATE_ERROR:
        return False
    return bool(out == nonce and machine.eof and not machine.unused_data)


class _Alone(NamedTuple):
    """What a chunk holds that stands alone; the machine, if the stream ends in it."""

    out: bytes
    end: _Machine | None


def _maybe_alone(data: bytes, nonce: bytes) -> _Alone | None:
    """Inflate a chunk from an empty window; None if it does not stand alone."""
    machine = _machine()
    try:
        out = machine.decompress(data, ALONE_BYTES_MAX)
    except _INFLATE_ERROR:  # it points back over its start, for one
        return None
    if machine.eof:
        return _Alone(out, machine)
    # A block may end a bit or two before its byte does; one that ends in FLUSHED never does.
    whole = data.endswith(FLUSHED) and not machine.unconsumed_tail
    whole = whole and _is_between_blocks(machine, nonce)
    return _Alone(out, None) if whole else None


def _each_alone(group: list[bytes], nonce: bytes) -> list[_Alone | None]:
    """What each chunk of a group holds, up to the first that does not stand alone."""
    found: list[_Alone | None] = []
    for data in group:
        found.append(alone := _maybe_alone(data, nonce))
        if alone is None:
            break
    return found + [None] * (len(group) - len(found))


def _again(first: bytes) -> tuple[_Machine, bytes]:
    """A machine that has inflated the first chunk, and its window."""
    machine, window = _machine(), b""
    for out in _parts(machine, first):
        window = (window + out)[-WINDOW_BYTES:]
    return machine, window


def _damaged_later(problem: DecodeError) -> Iterator[bytes]:
    """A chunk that is found damaged when its turn comes."""
    raise problem
    yield


class Inflater:
    """The scan lines in the zlib stream of the IDAT chunks [PNG-5].

    isal inflates twice as fast as zlib; header and Adler-32 are checked here.
    It takes some incomplete Huffman codes that zlib refuses, and gives the
    data that RFC 1951 gives them.
    """

    def __init__(self, idats: Iterator[Idat]) -> None:
        """`idats` yields the chunks in order; each is read to its end before the next."""
        self._idats = idats
        self._idat: Idat = iter(())
        self._inflated = self._inflate()
        self._out = memoryview(b"")  # inflated and not given yet
        self._adler = 1
        self._behind = b""  # the stream

    def lines(self, most: int, line_bytes: int) -> npt.NDArray[np.uint8]:
        """Inflate (n, line_bytes), n being `most` or, where that spares copying them, fewer.

        Memory grows only with what arrives.
        """
        self._need_some()
        ready = self._out[: most * line_bytes]
        if len(ready) % line_bytes:
            return self._joined(most, line_bytes)
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
        """Check that the stream is right and ends here, and the chunks with it."""
        if self._some():
            damaged("it holds more rows than it announces")  # [PNG-5]
        rest = self._take(self._behind, 4)
        if rest[:4] != self._adler.to_bytes(4, "big"):  # [PNG-5]
            damaged("the Adler-32 of its data is wrong")
        if len(rest) > 4 or self._piece():  # [PNG-5]
            damaged("bytes follow its zlib stream")

    def _some(self) -> bool:
        """Have something inflated, if the stream has not ended."""
        if not self._out and (out := next(self._inflated, b"")):
            self._adler = zlib_ng.adler32(out, self._adler)
            self._out = memoryview(out)
        return bool(self._out)

    def _need_some(self) -> None:
        if not self._some():
            damaged("it holds fewer rows than it announces")  # [PNG-5]

    def _piece(self) -> bytes:
        """The next bytes of the chunks; nothing at their end."""
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
        """All that the stream holds, in parts of a byte or more."""
        machine, first = _machine(), b""
        for piece in chain((self._start(),), self._idat):  # whoever inspects needs no more
            first += piece if len(first) <= ALONE_BYTES_MAX else b""
            yield from _parts(machine, piece)
            if machine.eof:  # the rest of the chunk is for `finish`
                break
        if first.endswith(FLUSHED) and len(first) <= ALONE_BYTES_MAX and not machine.eof:
            machine = yield from self._side_by_side(machine, first)
        while not machine.eof:
            yield from _parts(machine, self._take(b"", 1))
        self._behind = machine.unused_data

    def _side_by_side(self, machine: _Machine, first: bytes) -> Generator[bytes, None, _Machine]:
        """Give what the chunks behind the first hold, while they stand alone.

        Gives back the machine that goes on: where the first of them begins that does not, or
        where the stream has ended.
        """
        nonce = os.urandom(16)
        if not _is_between_blocks(machine, nonce):
            return _again(first)[0]
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
            last = _again(first)[1] + last
        return _machine(last[-WINDOW_BYTES:])

    def _groups(self) -> Iterator[list[bytes]]:
        """The small chunks, the smallest several at a time."""
        group: list[bytes] = []
        room = GROUP_BYTES
        for data in self._small_chunks():
            group.append(data)
            room -= len(data)
            if room <= 0:
                yield group
                group, room = [], GROUP_BYTES
        if group:
            yield group

    def _small_chunks(self) -> Iterator[bytes]:
        """Whole chunks, but none from one on that is too large or damaged: that is left."""
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
