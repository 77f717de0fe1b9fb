"""Small files made to take long: within a reader's default limits, and about 1 MB or less.

Made with the builder of the conformance suite, so that nothing here hangs on what is measured.
"""

import hashlib
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import zstandard

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "conformance"))

from builder.filters import BYTEDELTA, ORDER, SHUFFLE, ZIGZAG, lorenzo
from builder.png import ADAM7, GREY, PALETTE, RGBA, Chunk, Form, ihdr, write_chunks
from builder.records import ZSTD, Array, Entry, Extension, counted

PIXELS_MAX: Final = 2**28
HEADER_BYTES_MAX: Final = 4 * 2**20
ARRAYS_MAX: Final = 2**16 - 1
WIDTH: Final = 2**14
FILE_BYTES: Final = 1_000_000  # what files of many chunks come to
_PIECE_BYTES: Final = 2**20
_CHUNK_BYTES: Final = 12
_RAW: Final = (8, 8, 8, 0)
_NOTHING: Final = Array(shape=(0,), data=b"")
_START: Final = b"\x28\xb5\x2f\xfd"
_CHAIN: Final = (ORDER, lorenzo(1, 2), ZIGZAG, SHUFFLE, BYTEDELTA)
_FILTERED: Final[dict[str, Any]] = {
    "element": 0x32,
    "data": bytes(8),
    "filters": _CHAIN,
    "codec": ZSTD,
}


class Repeated(NamedTuple):
    """The same bytes so many times."""

    unit: bytes = b""
    times: int = 1

    @property
    def length(self) -> int:
        """How many bytes these are."""
        return len(self.unit) * self.times

    def pieces(self) -> Iterator[bytes]:
        """All of them, about 1 MiB at a time."""
        some = max(1, _PIECE_BYTES // max(1, len(self.unit)))
        for _ in range(self.times // some):
            yield self.unit * some
        yield self.unit * (self.times % some)


_NONE: Final = Repeated()


def _header(arrays: list[Array], metadata: bytes = b"", extensions: int = 0) -> bytes:
    raw = struct.pack("<HH", len(arrays), extensions) + counted(metadata, None)
    raw += b"".join(array.record() for array in arrays)
    raw += b"".join(Extension(0x100 + number).record() for number in range(extensions))
    return raw + struct.pack("<I", zlib.crc32(raw))


def picture(
    header: bytes,
    tables: Repeated = _NONE,
    *blocks: Repeated,
    rows: int = 0,
    width: int = WIDTH,
) -> bytes:
    """A truecolour PNG of at least so many rows that carries that body; black behind it."""
    length = len(header) + sum(part.length for part in (tables, *blocks))
    rows = max(rows, -(-(160 + -(-length // 3)) // width))
    assert rows * width <= PIXELS_MAX
    start = b"INTAGLIO" + struct.pack("<BBHII4B", 1, 0, 80, 0, 0, *_RAW)
    start += struct.pack("<IIIQ", width, rows, len(header), length)
    root = hashlib.sha256(start + header)
    for piece in tables.pieces():
        root.update(piece)
    prologue = start + root.digest()
    prologue += struct.pack("<I", zlib.crc32(prologue))
    first = b"".join(bytes((byte >> 5, byte >> 3 & 3, byte & 7)) for byte in prologue)

    def samples() -> Iterator[bytes]:
        yield first + header
        yield from tables.pieces()
        for part in blocks:
            yield from part.pieces()
        yield from Repeated(b"\0", 3 * width * rows - len(first) - length).pieces()

    return _png(_lines(samples(), 3 * width), width, rows, Form())


def _lines(samples: Iterator[bytes], line_bytes: int) -> Iterator[bytes]:
    """Scan lines without a filter."""
    room = 0  # in the line that has begun
    for piece in samples:
        yield piece[:room]
        if len(piece) > room:
            yield from _begun(piece[room:], line_bytes)
        room = (room - len(piece)) % line_bytes


def _begun(piece: bytes, line_bytes: int) -> Iterator[bytes]:
    """Lines that begin in this piece, the last perhaps in part."""
    whole = len(piece) // line_bytes * line_bytes
    lines = np.zeros((whole // line_bytes, 1 + line_bytes), np.uint8)
    lines[:, 1:] = np.frombuffer(piece, np.uint8)[:whole].reshape(-1, line_bytes)
    yield lines.tobytes()
    if whole < len(piece):
        yield b"\0" + piece[whole:]


def _png(lines: Iterator[bytes], width: int, rows: int, form: Form) -> bytes:
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(some) for some in lines) + packer.flush()
    return _file([data], width, rows, form)


def _file(
    idats: list[bytes], width: int, rows: int, form: Form, before: tuple[Chunk, ...] = ()
) -> bytes:
    palette = (Chunk(b"PLTE", bytes(6)),) if form.colour_type == 3 else ()
    data = [Chunk(b"IDAT", idat) for idat in idats]
    return write_chunks([ihdr(width, rows, form), *palette, *before, *data, Chunk(b"IEND")])


# PNG: pixels, chunks.


def shaped(width: int, rows: int) -> bytes:
    """A black picture of any shape; the file in it has 20 elements."""
    array = Array(shape=(20,), data=bytes(range(20)))
    table = Repeated(array.table()[0].record())
    return picture(_header([array]), table, Repeated(array.data), rows=rows, width=width)


def black() -> bytes:
    """The largest picture; the file in it has no elements."""
    return picture(_header([_NOTHING]), rows=PIXELS_MAX // WIDTH)


def black_of(form: Form) -> bytes:
    """The largest picture of another form, which carries nothing."""
    start, rows = bytes([form.line_filters[0]]), PIXELS_MAX // WIDTH
    passes = ADAM7 if form.interlace else ((0, 0, 1, 1),)

    def lines() -> Iterator[bytes]:
        for _, _, dx, dy in passes:  # all go into the picture's sides
            line = start + bytes(WIDTH // dx * form.bits_per_pixel() // 8)
            yield from Repeated(line, rows // dy).pieces()

    return _png(lines(), WIDTH, rows, form)


def grey() -> bytes:
    """A picture of one grey that carries nothing."""
    side = 2**13
    line = b"\0" + bytes([120]) * side
    return _png(Repeated(line, side).pieces(), side, side, Form(colour_type=GREY, bit_depth=8))


def many_chunks(kind: bytes, data: bytes = b"") -> bytes:
    """As many chunks as a file has room for, in front of a picture of one pixel."""
    count = FILE_BYTES // (_CHUNK_BYTES + len(data))
    image = zlib.compress(bytes(4))
    before = (Chunk(kind, data),) * count if kind != b"IDAT" else ()
    idats = [data] * count if kind == b"IDAT" else []
    return _file([*idats, image], 1, 1, Form(), before)


def many_idats(width: int, flush: int | None) -> bytes:
    """One byte of the zlib stream in each chunk; or a row in each, ended with that flush."""
    packer = zlib.compressobj(0 if flush is None else 9)
    if flush is None:
        rows = FILE_BYTES // (_CHUNK_BYTES + 1) // (1 + 3 * width)
        data = packer.compress(bytes(rows * (1 + 3 * width))) + packer.flush()
        idats = [data[at : at + 1] for at in range(len(data))]
    else:
        row = packer.compress(bytes(1 + 3 * width)) + packer.flush(flush)
        rows = FILE_BYTES // (_CHUNK_BYTES + len(row))
        idats = [row]
        for _ in range(rows - 1):
            idats.append(packer.compress(bytes(1 + 3 * width)) + packer.flush(flush))
        idats.append(packer.flush())
    return _file(idats, width, rows, Form())


# Header: records, metadata.


def many_arrays(count: int, last_digest: bytes | None = None, **fields: Any) -> bytes:
    """So many arrays of one element, or of those fields; of as few bytes as can be.

    last_digest: of the last array, where it is to be another than that of the others.
    """
    usual = Array(shape=(), data=b"\0").but(**fields)
    entries = b"".join(entry.record() for entry in usual.table())
    record = usual.record()[1 + len(usual.name) :]
    names = [b"%04x" % number for number in range(count)]
    raw = struct.pack("<HHI", count, 0, 0)
    raw += b"".join(bytes([len(name)]) + name + record for name in names)
    if last_digest is not None:
        at = raw.rindex(usual.record()[-36:-4])
        raw = raw[:at] + last_digest + raw[at + 32 :]
    raw += struct.pack("<I", zlib.crc32(raw))
    blocks = b"".join(usual.stored_blocks())
    return picture(raw, Repeated(entries, count), Repeated(blocks, count))


def metadata(unit: bytes, start: bytes = b'{"a":[', end: bytes = b"]}") -> bytes:
    """A header filled with metadata: those members, over and over."""
    room = HEADER_BYTES_MAX - 100 - len(start) - len(end)
    text = start + b",".join([unit] * (room // (len(unit) + 1))) + end
    return picture(_header([_NOTHING], text))


def metadata_of_names() -> bytes:
    """Members with names of their own."""
    text = b",".join(b'"%05x":1' % number for number in range(HEADER_BYTES_MAX // 10 - 20))
    return picture(_header([_NOTHING], b"{" + text + b"}"))


def many_extensions() -> bytes:
    """Extension records, as many as there can be."""
    return picture(_header([_NOTHING], extensions=ARRAYS_MAX - 0x100))


# Blocks.


def many_blocks(count: int | None = None, **fields: Any) -> bytes:
    """So many blocks of one element, or as many as the largest picture holds."""
    one = Array(shape=(1,), data=b"\0", block_length=1).but(**fields)
    (entry,), (stored,) = one.table(), one.stored_blocks()
    if count is None:
        count = (3 * (PIXELS_MAX - 160) - 1000) // (40 + len(stored))
    digest = hashlib.sha256()
    for piece in Repeated(one.data, count).pieces():
        digest.update(piece)
    whole = one.but(shape=(count,), block_count=count, digest=digest.digest(), entries=())
    return picture(_header([whole]), Repeated(entry.record(), count), Repeated(stored, count))


def frame_of_empty_blocks(count: int) -> bytes:
    """One element in a frame that has so many empty blocks in front."""
    empty, last = bytes(3), b"\x09\0\0\0"
    frame = Repeated(empty, count)
    start = _START + b"\x20\x01"
    crc = zlib.crc32(start)
    for piece in frame.pieces():
        crc = zlib.crc32(piece, crc)
    length = len(start) + frame.length + len(last)
    entry = Entry(length, zlib.crc32(last, crc), hashlib.sha256(b"\0").digest())
    array = Array(shape=(1,), data=b"\0", codec=ZSTD, stored=(), entries=(entry,))
    parts = (Repeated(start), frame, Repeated(last))
    return picture(_header([array]), Repeated(entry.record()), *parts)


def zeros(output_bytes: int) -> bytes:
    """Zeros, in blocks of 8 MiB, each in a frame of runs."""
    size, run = 8 * 2**20, 2**17
    heads = [run << 3 | 2] * (size // run - 1) + [run << 3 | 2 | 1]
    frame = _START + b"\xa0" + size.to_bytes(4, "little")
    frame += b"".join(head.to_bytes(3, "little") + b"\0" for head in heads)
    return _many_frames(frame, bytes(size), output_bytes // size)


def many_codes(count: int) -> bytes:
    """So many blocks of 8 MiB, in which every 40 bytes have a Huffman code of their own."""
    unit = b"dafacabcebaaabbafbcaaaaaeabdfbacabaabaca"
    frame = zstandard.ZstdCompressor(level=19, write_checksum=False).compress(unit)
    head = int.from_bytes(frame[6:9], "little")  # behind magic, descriptor, content size
    assert head >> 1 & 3 == 2, "it is no compressed block"
    body = frame[9 : 9 + (head >> 3)]
    runs = 8 * 2**20 // len(unit)
    size = runs * len(unit)
    parts = ((head & ~1).to_bytes(3, "little") + body) * (runs - 1)
    whole = _START + b"\xa0" + size.to_bytes(4, "little") + parts
    whole += (head | 1).to_bytes(3, "little") + body
    return _many_frames(whole, unit * runs, count)


def _many_frames(frame: bytes, block: bytes, count: int) -> bytes:
    """An array whose blocks are the same."""
    entry = Entry(len(frame), zlib.crc32(frame), hashlib.sha256(block).digest())
    digest = hashlib.sha256()
    for _ in range(count):
        digest.update(block)
    array = Array(
        shape=(count * len(block),),
        data=b"",
        codec=ZSTD,
        block_length=len(block),
        block_count=count,
        digest=digest.digest(),
        entries=(),
    )
    return picture(_header([array]), Repeated(entry.record(), count), Repeated(frame, count))


FILES: Final[dict[str, Callable[[], bytes]]] = {
    "2^28 pixels, truecolour": black,
    "2^28 pixels, 1 bit grey": lambda: black_of(Form(colour_type=GREY, bit_depth=1)),
    "2^28 pixels, palette": lambda: black_of(Form(colour_type=PALETTE, bit_depth=8)),
    "2^28 pixels, RGBA of 16 bits": lambda: black_of(Form(colour_type=RGBA, bit_depth=16)),
    "2^28 pixels, Paeth": lambda: black_of(Form(line_filters=(4,))),
    "2^28 pixels, interlaced": lambda: black_of(Form(interlace=1)),
    "83,333 empty IDATs": lambda: many_chunks(b"IDAT"),
    "76,743 IDATs of a byte": lambda: many_idats(100, None),
    "43,000 IDATs that each end a block": lambda: many_idats(1, zlib.Z_FULL_FLUSH),
    "83,333 ancillary chunks": lambda: many_chunks(b"teXt"),
    "65,000 arrays of one element": lambda: many_arrays(65_000),
    "13,000 arrays of 32 dimensions": lambda: many_arrays(13_000, shape=(1,) * 32),
    "32,000 arrays with five filters": lambda: many_arrays(32_000, **_FILTERED),
    "50,000 arrays with metadata": lambda: many_arrays(50_000, metadata=b'{"a":1}'),
    "65,000 extension records": many_extensions,
    "4 MiB of metadata: integers": lambda: metadata(b"1"),
    "4 MiB of metadata: empty objects": lambda: metadata(b"{}"),
    "4 MiB of metadata: 64 deep": lambda: metadata(b"[" * 62 + b"]" * 62),
    "4 MiB of metadata: surrogates": lambda: metadata(b'"' + b"\\ud83d\\ude00" * 50 + b'"'),
    "4 MiB of metadata: names": metadata_of_names,
    "1,000,000 blocks of a byte": lambda: many_blocks(10**6),
    "8,000,000 blocks of a byte": lambda: many_blocks(8 * 10**6),
    "6,000,000 blocks, five filters": lambda: many_blocks(6 * 10**6, **_FILTERED),
    "one block of 250,000,000 empty ones": lambda: frame_of_empty_blocks(25 * 10**7),
    "2^28 pixels of Huffman codes": lambda: many_codes(140),
    "4 GiB of zeros": lambda: zeros(2**32),
    "4 MiB of metadata: 512 digits": lambda: metadata(b"1." + b"7" * 510),
    "4 MiB of metadata: 300 digits": lambda: metadata(b"7" * 300),
    "2^26 pixels, 8 bits grey": grey,
    "20,000 arrays": lambda: many_arrays(20_000),
    "20,000 arrays into one file": lambda: many_arrays(20_000),
    "20,000 arrays under a new picture": lambda: many_arrays(20_000),
    "2^26 x 1 pixels": lambda: shaped(2**26, 1),
    "1 x 2^26 pixels": lambda: shaped(1, 2**26),
    "2^13 x 2^13 pixels": lambda: shaped(2**13, 2**13),
}
CALLS: Final[dict[str, str]] = {  # of `worst.py`; where none is named it is load_dict
    "4 GiB of zeros": "load_dict, 4 GiB allowed",
    "20,000 arrays": "diff with itself",
    "20,000 arrays into one file": "unpack to .npz",
    "20,000 arrays under a new picture": "recolor",
    "2^26 x 1 pixels": "strip",
    "1 x 2^26 pixels": "strip",
    "2^13 x 2^13 pixels": "strip",
}
