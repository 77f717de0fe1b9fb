"""Mutants of a PNG: chunks, fields, zlib stream or scan lines changed, and checksums refreshed."""

import zlib
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from random import Random
from typing import Final

from builder.png import SIGNATURE, Chunk

from fuzz.mutate import text
from fuzz.seeds import pictures, pngs

KINDS: Final = (
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"tEXt", b"iCCP", b"acTL"),
    *(b"fdAT", b"bKGD", b"XYZW", b"IDAt", b"iDAT", b"ID4T", b"\xc1DAT", b"eXIf"),
)
IHDR_FIELDS: Final = ((0, 4), (4, 8), (8, 9), (9, 10), (10, 11), (11, 12), (12, 13))
IHDR_BYTES: Final = (0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 255)
SIDES: Final = (
    *(0, 1, 2, 7, 8, 9, 13, 14, 15, 16, 255, 256, 65535),
    *(2**24, 2**31 - 1, 2**31, 2**32 - 1),
)
STRATEGIES: Final = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE)


@dataclass(frozen=True, slots=True)
class Png:
    """A PNG taken apart: the chunks before and after the IDATs, and the zlib stream in these.

    cuts: where a writer ended a chunk because a deflate block ended there.
    """

    before: tuple[Chunk, ...]
    stream: bytes
    after: tuple[Chunk, ...]
    cuts: tuple[int, ...] = ()

    def chunks(self, rng: Random) -> list[Chunk]:
        """All chunks, the stream cut into IDATs anyhow."""
        more = rng.choice((0, 0, 0, 1)) if self.cuts else rng.choice((0, 0, 0, 1, 3))
        anywhere = (rng.randrange(len(self.stream) + 1) for _ in range(more))
        cuts = [cut for cut in (*self.cuts, *anywhere) if cut <= len(self.stream)]
        edges = [0, *sorted(cuts), len(self.stream)]
        idats = [Chunk(b"IDAT", self.stream[a:b]) for a, b in pairwise(edges)]
        return [*self.before, *idats, *self.after]


def taken_apart(png: bytes) -> Png:
    """The pieces of a PNG that is right."""
    chunks, at = [], 8
    while at < len(png) and (not chunks or chunks[-1].kind != b"IEND"):
        length = int.from_bytes(png[at : at + 4], "big")
        chunks.append(Chunk(png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += 12 + length
    places = [i for i, chunk in enumerate(chunks) if chunk.kind == b"IDAT"]
    stream = b"".join(chunks[i].data for i in places)
    return Png(tuple(chunks[: places[0]]), stream, tuple(chunks[places[-1] + 1 :]))


def mutant(number: int) -> bytes:
    """The mutant of that number; always the same."""
    rng = Random(number)
    png = taken_apart(rng.choice(pngs() if rng.random() < 0.6 else pictures()))
    for _ in range(rng.choice((1, 1, 1, 2))):
        png = rng.choice((_head, _lines, _lines, _zlib, _colours))(rng, png)
    chunks = png.chunks(rng)
    if rng.random() < 0.3:
        chunks = _rearranged(rng, chunks)
    raw = SIGNATURE + b"".join(chunk.raw() for chunk in chunks)
    if rng.random() < 0.05:
        raw = text(rng, raw)  # no checksum is refreshed
    return raw


def _head(rng: Random, png: Png) -> Png:
    first, *rest = png.before
    start, stop = rng.choice(IHDR_FIELDS)
    data = first.data
    if stop - start == 4:
        old = int.from_bytes(data[start:stop], "big")
        near = (old + 1, old - 1, old * 2, old // 2)
        new = (rng.choice((*near, *SIDES)) % 2**32).to_bytes(4, "big")
    else:
        new = bytes([rng.choice(IHDR_BYTES)])
    data = data[:start] + new + data[stop:]
    if rng.random() < 0.05:
        data = text(rng, data)
    return replace(png, before=(Chunk(first.kind, data), *rest))


def _lines(rng: Random, png: Png) -> Png:
    """Scan lines changed and deflated again."""
    try:
        raw = bytearray(zlib.decompress(png.stream))
    except zlib.error:
        return png
    if not raw:
        return png
    depth, colour = png.before[0].data[8:10] if len(png.before[0].data) == 13 else (8, 2)
    samples = {0: 1, 3: 1, 4: 2, 6: 4}.get(colour, 3)
    width = int.from_bytes(png.before[0].data[:4], "big") % 2**16
    line_bytes = 1 + (width * samples * depth + 7) // 8
    kind = rng.randrange(6)
    if kind <= 1:
        for at in range(0, len(raw), line_bytes):
            if rng.random() < 0.5:
                raw[at] = rng.choice((0, 1, 2, 3, 4, 4, 3)) if kind else rng.randrange(6)
    elif kind == 2:
        for _ in range(rng.choice((1, 2, 20))):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
    elif kind == 3:
        raw += rng.randbytes(rng.choice((1, line_bytes)))
    elif kind == 4:
        del raw[rng.randrange(len(raw)) :]
    machine = zlib.compressobj(
        rng.choice((0, 1, 6, 9)), zlib.DEFLATED, 15, 9, rng.choice(STRATEGIES)
    )
    if rng.random() < 0.5:
        return replace(png, stream=machine.compress(raw) + machine.flush(), cuts=())
    parts, at = [], 0
    flush = rng.choice((zlib.Z_FULL_FLUSH, zlib.Z_SYNC_FLUSH))
    while at < len(raw):
        step = rng.randrange(1, len(raw) + 1)
        parts.append(machine.compress(raw[at : at + step]) + machine.flush(flush))
        at += step
    cuts = tuple(accumulate(map(len, parts)))
    return replace(png, stream=b"".join(parts) + machine.flush(), cuts=cuts)


def _zlib(rng: Random, png: Png) -> Png:
    """The zlib stream itself changed; its Adler-32 made right, if there is one to be had."""
    kind = rng.randrange(4)
    if kind == 0:
        head = (rng.randrange(256) << 8) + rng.randrange(256)
        head -= head % 31 if rng.random() < 0.8 else 0
        return replace(png, stream=head.to_bytes(2, "big") + png.stream[2:])
    if kind == 1:
        return replace(png, stream=text(rng, png.stream))
    deflated = text(rng, png.stream[2:-4])
    machine = zlib.decompressobj(-15)
    try:
        adler = zlib.adler32(machine.decompress(deflated, 2**20))
    except zlib.error:
        adler = 1
    return replace(png, stream=png.stream[:2] + deflated + adler.to_bytes(4, "big"))


def _colours(rng: Random, png: Png) -> Png:
    """A PLTE or tRNS changed or put in."""
    places = [i for i, chunk in enumerate(png.before) if chunk.kind in (b"PLTE", b"tRNS")]
    before = list(png.before)
    if places and rng.random() < 0.7:
        at = rng.choice(places)
        before[at] = replace(before[at], data=text(rng, before[at].data))
    else:
        size = rng.choice((1, 2, 3, 6, 6, 12, 768, 771))
        data = rng.choice((bytes(size), rng.randbytes(size)))
        before.insert(rng.randrange(1, len(before) + 1), Chunk(rng.choice(KINDS[1:5:3]), data))
    return replace(png, before=tuple(before))


def _rearranged(rng: Random, chunks: list[Chunk]) -> list[Chunk]:
    """A chunk dropped, doubled, moved, put in, or called or measured otherwise."""
    kind = rng.randrange(7)
    at = rng.randrange(len(chunks))
    if kind == 0:
        return chunks[:at] + chunks[at + 1 :]
    if kind == 1:
        return [*chunks[: at + 1], *chunks[at:]]
    if kind == 2:
        other = rng.randrange(len(chunks))
        chunks[at], chunks[other] = chunks[other], chunks[at]
        return chunks
    if kind == 3:
        extra = Chunk(rng.choice(KINDS), rng.randbytes(rng.choice((0, 0, 1, 13, 300))))
        return [*chunks[:at], extra, *chunks[at:]]
    if kind == 4:
        chunks[at] = replace(chunks[at], kind=rng.choice(KINDS))
    elif kind == 5:
        length = rng.choice((len(chunks[at].data) + 1, 0, 2**31 - 1, 2**31, 2**32 - 1, 2**20))
        chunks[at] = replace(chunks[at], length=length)
    else:
        chunks[at] = replace(chunks[at], crc=rng.randrange(2**32))
    return chunks
