"""Cases of PNG whose IDATs end where a deflate block ends, or seem to. SPEC.md section 4.

Writers that compress in threads make such files, and readers may inflate their
IDATs apart. Whether one stands alone only its bits tell.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from builder import png
from builder.carrier import Pixel
from builder.case import Case, accept
from builder.checksums import adler32
from builder.container import File, flat_cover
from builder.deflate import (
    END_OF_BLOCK,
    FIXED_DISTANCES,
    FIXED_LITERALS,
    Bits,
    Token,
    put_tokens,
    stored,
    tokens,
)
from builder.edits import flipped
from builder.families import png_accept_broad
from builder.families.png_accept import BASE, but
from builder.families.png_accept_wide import full
from builder.families.png_reject import damaged
from builder.png import Chunk, Form

FLUSH: Final = b"\0\0\0\xff\xff"
ZLIB: Final = b"\x78\x01"
MIDDLE: Final = full((150, 300), (1, 0, 0, 0), "flushed").but(cover=flat_cover)


def block(found: Sequence[Token], *, last: bool = False) -> bytes:
    """A block of the fixed codes; unless it is the last, an empty one that fills the byte."""
    bits = Bits()
    bits.number(last, 1)
    bits.number(1, 2)
    put_tokens(bits, found, FIXED_LITERALS, FIXED_DISTANCES)
    if not last:
        bits.number(0, 3)
        bits.to_byte()
        bits.raw(FLUSH[1:])
    return bits.finish()


def apart(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    """A block for each of these sizes, and for the rest; each stands alone."""
    blocks = []
    for size in sizes:
        blocks.append(block(tokens(data[:size], 32768)))
        data = data[size:]
    return [*blocks, block(tokens(data, 32768), last=True)]


def together(data: bytes, counts: Sequence[int]) -> list[bytes]:
    """A block for each of these numbers of tokens, and for the rest; they point back over ends."""
    found = tokens(data, 32768)
    blocks = []
    for count in counts:
        blocks.append(block(found[:count]))
        found = found[count:]
    return [*blocks, block(found, last=True)]


def picture(file: File, parts: Sequence[bytes], form: Form = png.PNG_8) -> list[Chunk]:
    """A PNG whose IDATs hold these parts; zlib's header and Adler-32 are added."""
    head = png.ihdr(*file.picture_size(), form)
    return [head, *idats(parts, lines_of(file, form)), Chunk(b"IEND")]


def idats(parts: Sequence[bytes], lines: bytes) -> list[Chunk]:
    """IDATs that hold these parts, and zlib's header and Adler-32."""
    adler = adler32(lines).to_bytes(4, "big")
    whole = [ZLIB + parts[0], *parts[1:-1], parts[-1] + adler]
    return [Chunk(b"IDAT", part) for part in whole]


def lines_of(file: File, form: Form = png.PNG_8) -> bytes:
    """The scan lines of a file."""
    return png.scan_lines(file.pixels(), file.picture_size()[0], form)


def flushed() -> Iterator[Case]:
    """IDATs that end with a block: some stand alone, some do not."""
    small, large, up = lines_of(BASE), lines_of(MIDDLE), Form(line_filters=(2,))
    thirds = apart(small, (500, 600))
    whole = tokens(large, 32768)
    parts = {
        "alone": (BASE, thirds, "Three IDATs that stand alone."),
        "empty": (
            BASE,
            [FLUSH, thirds[0], b"", FLUSH, thirds[1], FLUSH, b"", thirds[2]],
            "Among three IDATs that stand alone some are empty, or hold an empty block.",
        ),
        "back": (BASE, together(small, (300, 100, 200)), "IDATs that point back over their start."),
        "then-back": (
            BASE,
            [*apart(small[:1000], (300, 300))[:2], *_rest(small, 600, 100)],
            "Two IDATs stand alone, the next do not.",
        ),
        "last-alone": (
            BASE,
            [*thirds[:-1], block(tokens(small[1100:], 32768)), block([], last=True)],
            "The last block is empty and has an IDAT of its own, the Adler-32 with it.",
        ),
        "not-all": (
            BASE,
            [thirds[0], thirds[1] + thirds[2][:100], thirds[2][100:]],
            "The first IDAT ends with a block, the second within one.",
        ),
        "window": (
            MIDDLE,
            [*apart(large[:30_000], (20_000, 5_000))[:2], *_rest(large, 25_000, 900)],
            "25,000 bytes stand alone in two IDATs; the third points back as far as it can.",
        ),
        "large-alone": (
            MIDDLE,
            apart(large, (40_000, 40_000, 10)),
            "Four IDATs that stand alone, two of more than 32 KiB of lines.",
        ),
        "large-back": (
            MIDDLE,
            [block(whole[:5000]), block(whole[5000:9000]), block(whole[9000:], last=True)],
            "IDATs that point back over their start, up to 32 KiB.",
        ),
    }
    for slug, (file, blocks, what) in parts.items():
        made = png.write_chunks(picture(file, blocks))
        yield accept(f"png/accept/flushed-{slug}", "PNG-5", what, file, made)
    made = png.write_chunks(picture(BASE, apart(lines_of(BASE, up), (400, 400)), up))
    yield accept("png/accept/flushed-up", "PNG-5 PNG-6", "Lines lean across IDATs.", BASE, made)
    adam = but(up, interlace=1)
    made = png.write_chunks(picture(BASE, apart(lines_of(BASE, adam), (400, 400)), adam))
    yield accept("png/accept/flushed-adam7", "PNG-5", "Passes lie across IDATs.", BASE, made)


def _rest(data: bytes, done: int, count: int) -> list[bytes]:
    """Two blocks of the bytes behind `done`, the first of `count` tokens; they point back."""
    found, at, first = tokens(data, 32768), 0, 0
    while at < done:
        token = found[first]
        at += token[0] if isinstance(token, tuple) else 1
        first += 1
    left = [*data[done:at], *found[first:]]
    return [block(left[:count]), block(left[count:], last=True)]


def _marks(k: int) -> Pixel:
    """Pixels whose bytes hold 00 00 FF FF."""
    return (0, 0, 255, 255) if k % 2 else (255, 0, 0, 255)


def bits_left() -> Iterator[Case]:
    """An IDAT that ends with a block, but a bit or two before its byte does."""
    lines = lines_of(BASE)
    first, rest = block(list(lines[:400])), lines[400:]
    for left in (1, 2):
        count = next(n for n in range(100, 900) if _bits_left(rest[:n]) == left)
        bits = Bits()
        bits.number(0b010, 3)
        put_tokens(bits, list(rest[:count]), FIXED_LITERALS, FIXED_DISTANCES)
        size = (3 + _code_bits(rest[:count])) // 8 + 1
        data = rest[count:]
        if left == 1:  # codes again: read from its first whole byte, the third IDAT is nonsense
            bits.number(0b010, 3)
            put_tokens(bits, list(data[:50]), FIXED_LITERALS, FIXED_DISTANCES)
            data = data[50:]
        bits.number(0, 3)
        bits.to_byte()
        bits.raw(len(data).to_bytes(2, "little") + (len(data) ^ 0xFFFF).to_bytes(2, "little"))
        bits.raw(data + stored(b""))
        whole = bits.finish()
        yield accept(
            f"png/accept/flushed-then-{left}-left",
            "PNG-5",
            f"The second of three IDATs ends with a block and {left} bits of the next one's header.",
            BASE,
            png.write_chunks(picture(BASE, [first, whole[:size], whole[size:]])),
        )


def _code_bits(data: bytes) -> int:
    """How many bits the fixed codes of these literals and of the block's end take."""
    return sum(FIXED_LITERALS[byte] for byte in data) + FIXED_LITERALS[END_OF_BLOCK]


def _bits_left(data: bytes) -> int:
    return -(3 + _code_bits(data)) % 8


def window() -> Iterator[Case]:
    """An IDAT that points back by all of 32 KiB, over others that stand alone."""
    lines = lines_of(MIDDLE)
    done = next(at for at in range(60_000, 70_000) if _far(lines, at))
    alone = apart(lines[:done], (20_000, 30_000))
    alone[-1] = block(tokens(lines[50_000:done], 32768))
    parts = [*alone, block([(3, 32768), *lines[done + 3 : done + 500]])]
    parts.append(block(tokens(lines[done + 500 :], 32768), last=True))
    yield accept(
        "png/accept/flushed-window-32-kib",
        "PNG-5",
        "Three IDATs stand alone; the fourth begins with a match at a distance of 32,768.",
        MIDDLE,
        png.write_chunks(picture(MIDDLE, parts)),
    )


def _far(data: bytes, at: int) -> bool:
    """Whether three bytes are those of 32 KiB before, and not those of 1 KiB later."""
    far = data[at - 32768 : at - 32765]
    return data[at : at + 3] == far != data[at - 31744 : at - 31741]


def seemingly() -> Iterator[Case]:
    """IDATs that end in 00 00 FF FF within a stored block."""
    file = BASE.but(cover=_marks, size=(24, 30))
    lines = lines_of(file)
    at = lines.rindex(FLUSH[1:], 0, -24 * 3 * 5) + 4
    one = stored(lines)
    split = 5 + at
    later = [block(tokens(lines[:300], 32768)), stored(lines[300:])]
    cut = 5 + at - 300
    few = stored(lines[: at + 21])
    few = b"\0" + few[1:]
    for slug, parts in {
        "first": [one[:split], one[split:]],
        "later": [later[0], later[1][:cut], later[1][cut:]],
        "21-left": [few[:split], few[split:] + stored(lines[at + 21 :])],
    }.items():
        yield accept(
            f"png/accept/flushed-seemingly-{slug}",
            "PNG-5",
            "An IDAT ends in 00 00 FF FF, as an empty block does, and is within a stored block.",
            file,
            png.write_chunks(picture(file, parts)),
        )


def large() -> Iterator[Case]:
    """IDATs that stand alone, and hold some MiB of lines."""
    file, lines = png_accept_broad.broad_file(), png_accept_broad.lines()
    parts = apart(lines, (1000, 3_000_000, 2_000_000))
    yield accept(
        "png/accept/rows-of-a-million-flushed",
        "PNG-5 PNG-6",
        "The same in four IDATs that stand alone, two of more than 2 MiB of lines.",
        file,
        png.write_chunks([png.ihdr(*file.picture_size()), *idats(parts, lines), Chunk(b"IEND")]),
    )


def spoiled() -> Iterator[Case]:
    """[PNG-2], [PNG-5]: the same, with one fault."""
    lines = lines_of(BASE)
    head, first, second, third, fourth, end = picture(BASE, apart(lines, (400, 400, 400)))
    wrong_crc = Chunk(b"IDAT", third.data, crc=0)
    type_3 = Chunk(b"IDAT", b"\x06" + second.data[1:])
    far = block([*lines[400:500], (10, 600), *lines[510:800]])
    ended = Chunk(b"IDAT", block(tokens(lines[400:], 32768), last=True) + fourth.data[-4:])
    orders = {
        "crc-empty": (
            [first, second, Chunk(b"IDAT", crc=0), third, fourth],
            "Between others is an empty IDAT, and its CRC is wrong.",
        ),
        "crc": ([first, second, wrong_crc, fourth], "The CRC of the third IDAT is wrong."),
        "missing": ([first, second, fourth], "The third of four IDATs is missing."),
        "swapped": ([first, third, second, fourth], "Two IDATs have changed places."),
        "twice": ([first, second, second, third, fourth], "An IDAT stands twice."),
        "invalid": (
            [first, type_3, third, fourth],
            "The second IDAT begins with a block of type 3.",
        ),
        "flipped": (
            [first, Chunk(b"IDAT", flipped(second.data, 100)), third, fourth],
            "A bit of the second IDAT is changed; its CRC is right.",
        ),
        "far": (
            [first, Chunk(b"IDAT", far), third, fourth],
            "The second IDAT points back beyond the first byte.",
        ),
        "no-end": ([first, second, third], "The last IDAT is missing: no block is the last."),
        "end-early": ([first, ended, third], "An IDAT follows that with the last block."),
        "end-and-byte": (
            [first, ended, Chunk(b"IDAT", b"\0")],
            "An IDAT of one byte follows that with the last block.",
        ),
        "adler": (
            [first, second, third, Chunk(b"IDAT", flipped(fourth.data, len(fourth.data) - 1))],
            "The Adler-32 is wrong.",
        ),
    }
    for slug, (chunks, edit) in orders.items():
        why = "IDATs that stand alone are one stream all the same."
        labels = "PNG-2 PNG-5" if slug.startswith("crc") else "PNG-5"
        base = "png/accept/flushed-alone"
        yield damaged(f"flushed-{slug}", labels, edit, [head, *chunks, end], why, base)


FAMILIES = (flushed, bits_left, window, seemingly, large, spoiled)
