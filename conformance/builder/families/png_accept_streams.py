"""Accept cases of PNG: chunks, IDATs and zlib streams. SPEC.md section 4."""

from collections.abc import Callable, Iterator
from functools import partial

from builder import deflate, png
from builder.case import Case, accept
from builder.checksums import noise
from builder.container import File, flat_cover, noisy_cover
from builder.deflate import Bits, dynamic, fixed, stored, zlib_stream
from builder.families.png_accept import BASE
from builder.png import RGBA, Chunk, Form
from builder.records import Array, Extension


def streams() -> Iterator[Case]:
    """Deflate in all its forms."""
    forms: dict[str, tuple[Callable[[bytes], bytes], str]] = {
        "stored-blocks": (partial(stored, size=100), "Many stored blocks."),
        "stored-bytes": (partial(stored, size=1), "A stored block for every byte."),
        "stored-then-empty": (
            _empty_last,
            "The last stored block is empty.",
        ),
        "fixed": (fixed, "The fixed codes, with matches."),
        "dynamic": (dynamic, "Codes of its own, with matches."),
        "dynamic-literals": (
            partial(dynamic, window=0),
            "Codes of its own, literals only: a single distance code of length 0.",
        ),
        "dynamic-blocks": (partial(dynamic, blocks=5), "Five blocks with codes of their own."),
        "mixed": (_mixed, "A stored, a fixed, a dynamic and an empty fixed block."),
    }
    for slug, (raw, what) in forms.items():
        form = Form(zlib=partial(zlib_stream, raw=raw), line_filters=(0, 1))
        yield accept(f"png/accept/deflate-{slug}", "PNG-5", what, BASE, BASE.png(form))
    for cinfo in range(8):
        raw = partial(fixed, window=2 ** (cinfo + 8))
        form = Form(zlib=partial(zlib_stream, raw=raw, cinfo=cinfo), line_filters=(2,))
        yield accept(
            f"png/accept/window-{2 ** (cinfo + 8)}",
            "PNG-5",
            f"A zlib window of {2 ** (cinfo + 8)} bytes.",
            BASE,
            BASE.png(form),
        )
    form = Form(zlib=partial(zlib_stream, raw=fixed, cinfo=0), line_filters=(2,))
    far = BASE.but(cover=lambda k: noisy_cover(k % 24 + k // 192 * 24), size=(24, 200))
    yield accept(
        "png/accept/window-exceeded",
        "PNG-5",
        "The zlib header states a window of 256 bytes and matches reach further back: not checked.",
        far,
        far.png(form),
    )
    for level in (1, 2, 3):
        form = Form(zlib=partial(zlib_stream, level=level))
        yield accept(
            f"png/accept/zlib-level-{level}",
            "PNG-5",
            f"FLEVEL is {level}, which says nothing.",
            BASE,
            BASE.png(form),
        )
    flat = BASE.but(cover=flat_cover, size=(200, 60))
    form = Form(zlib=partial(zlib_stream, raw=dynamic), line_filters=(2,))
    yield accept(
        "png/accept/deflate-long-matches",
        "PNG-5",
        "Matches of length 258 at distance 1, in codes of one or two bits.",
        flat,
        flat.png(form),
    )


def _mixed(data: bytes) -> bytes:
    bits = Bits()
    bits.number(0, 3)
    bits.to_byte()
    bits.raw((99).to_bytes(2, "little") + (99 ^ 0xFFFF).to_bytes(2, "little") + data[:99])
    rest = data[99:]
    bits.number(0, 1)
    bits.number(1, 2)
    found = deflate.tokens(rest[:500], 32768)
    deflate.put_tokens(bits, found, deflate.FIXED_LITERALS, deflate.FIXED_DISTANCES)
    deflate.put_dynamic(bits, deflate.tokens(rest[500:], 32768), last=False)
    bits.number(1, 1)
    bits.number(1, 2)
    deflate.put_tokens(bits, [], deflate.FIXED_LITERALS, deflate.FIXED_DISTANCES)
    return bits.finish()


def idats() -> Iterator[Case]:
    """One zlib stream in any number of IDATs."""
    size = len(BASE.chunks()[1].data)
    cuts = {
        "two": ((size // 2,), "Two IDATs."),
        "every-10": ((10,) * (size // 10), "An IDAT for every ten bytes."),
        "header": ((1, 1), "The zlib header is cut."),
        "adler": ((size - 2,), "The Adler-32 is cut."),
        "adler-alone": ((size - 4,), "The Adler-32 has an IDAT of its own."),
        "adler-last": ((size - 1,), "The last byte of the Adler-32 has an IDAT of its own."),
        "empty-first": ((0, 0), "Two empty IDATs first."),
        "empty-last": ((size,), "An empty IDAT last."),
        "empty-between": ((5, 0, 0, 30, 0), "Empty IDATs between others."),
    }
    for slug, (sizes, what) in cuts.items():
        form = Form(idat_sizes=sizes)
        yield accept(
            f"png/accept/idat-{slug}", "PNG-5", f"{what} Joined, one stream.", BASE, BASE.png(form)
        )
    ends = Form(zlib=partial(zlib_stream, raw=_empty_last))
    size = len(BASE.chunks(ends)[1].data)
    yield accept(
        "png/accept/idat-empty-block-alone",
        "PNG-5",
        "The last block is empty and has an IDAT of its own, as has the Adler-32.",
        BASE,
        BASE.png(Form(zlib=ends.zlib, idat_sizes=(size - 9, 5))),
    )


def _empty_last(data: bytes) -> bytes:
    return b"\0" + stored(data)[1:] + stored(b"")


ANCILLARY: dict[str, tuple[Chunk, ...]] = {
    "gama": (Chunk(b"gAMA", (220000).to_bytes(4, "big")),),
    "chrm": (Chunk(b"cHRM", noise("chrm", 32)),),
    "srgb": (Chunk(b"sRGB", b"\0"),),
    "iccp": (Chunk(b"iCCP", b"no profile\0\0" + zlib_stream(b"not a profile")),),
    "cicp": (Chunk(b"cICP", bytes([9, 16, 0, 1])),),
    "hdr-light": (Chunk(b"mDCV", bytes(24)), Chunk(b"cLLI", bytes(8))),
    "exif-orientation": (
        Chunk(b"eXIf", bytes.fromhex("4D4D002A000000080001011200030000000100060000000000000000")),
    ),
    "sbit": (Chunk(b"sBIT", b"\5\6\5"),),
    "bkgd": (Chunk(b"bKGD", bytes(6)),),
    "phys": (Chunk(b"pHYs", bytes([0, 0, 11, 19, 0, 0, 22, 38, 1])),),
    "hist": (Chunk(b"hIST", bytes(4)),),
    "splt": (Chunk(b"sPLT", b"few\0\10" + bytes(6)),),
    "time": (Chunk(b"tIME", bytes([7, 234, 2, 30, 25, 61, 61])),),
    "text": (
        Chunk(b"tEXt", b"Intaglio\0This picture carries numbers."),
        Chunk(b"tEXt", b"Comment\0gr\xfc\xdfe"),
        Chunk(b"zTXt", b"Comment\0\0" + zlib_stream(b"compressed")),
        Chunk(b"iTXt", b"Title\0\0\0de\0Titel\0" + "Größe".encode()),
    ),
    "text-broken": (Chunk(b"zTXt", b"Comment\0\0not zlib"), Chunk(b"tEXt", b"")),
    "apng": (
        Chunk(b"acTL", (2).to_bytes(4, "big") + bytes(4)),
        Chunk(b"fcTL", bytes(26)),
    ),
    "private": (Chunk(b"inTa", noise("private", 40)), Chunk(b"zzZz", b"")),
    "reserved-bit": (Chunk(b"abcd", b"lower-case third letter"),),
    "fake-idat": (Chunk(b"iDAT", b"\1\2\3"), Chunk(b"iEND", b""), Chunk(b"iHDR", bytes(13))),
    "large": (Chunk(b"teSt", noise("large", 3000)),),
    "caution": (Chunk(b"gAMA", b""), Chunk(b"sRGB", b"\7\7"), Chunk(b"pHYs", b"\1")),
}


def ancillary() -> Iterator[Case]:
    """Ancillary chunks: their CRC is right, and nothing else of them counts."""
    head, idat, end = BASE.chunks()
    for slug, chunks in ANCILLARY.items():
        names = ", ".join(chunk.kind.decode() for chunk in chunks)
        yield accept(
            f"png/accept/chunk-{slug}",
            "PNG-2 PNG-7",
            f"{names} before the IDAT: ignored, pixels stay as they are.",
            BASE,
            png.write_chunks([head, *chunks, idat, end]),
        )
    every = [chunk for chunks in ANCILLARY.values() for chunk in chunks]
    yield accept(
        "png/accept/chunk-all",
        "PNG-2 PNG-7",
        "All ancillary chunks before the IDAT, and again after it.",
        BASE,
        png.write_chunks([head, *every, idat, *every, end]),
    )
    frames = (
        Chunk(b"fcTL", bytes(26)),
        Chunk(b"fdAT", bytes(4) + zlib_stream(bytes(9))),
    )
    yield accept(
        "png/accept/chunk-apng-frames",
        "PNG-2",
        "Frames of an animation after the IDAT: the still picture counts.",
        BASE,
        png.write_chunks([head, *ANCILLARY["apng"], idat, *frames, end]),
    )
    key = Chunk(b"tRNS", bytes(6))
    rgba = BASE.chunks(Form(colour_type=RGBA))
    yield accept(
        "png/accept/chunk-trns-after-idat-rgba",
        "PNG-4",
        "tRNS after the IDAT of a picture with alpha: ignored.",
        BASE,
        png.write_chunks([*rgba[:-1], key, rgba[-1]]),
    )


def after_the_end() -> Iterator[Case]:
    """[PNG-2]: all bytes after IEND are ignored."""
    made = BASE.png()
    tails = {
        "zero": (b"\0", "A zero byte"),
        "text": (b"\r\nhello\r\n", "A line of text"),
        "png": (made, "The same file again"),
        "half-chunk": (b"\0\0\1\0IDAT\1\2\3", "Half a chunk"),
        "bad-chunk": (b"\0\0\0\0IEND\0\0\0\0", "A chunk of wrong CRC"),
        "archive": (b"PK\5\6" + bytes(18), "An empty ZIP archive"),
        "noise": (noise("tail", 1000), "A thousand bytes of noise"),
    }
    for slug, (tail, what) in tails.items():
        yield accept(
            f"png/accept/tail-{slug}", "PNG-2", f"{what} after IEND: ignored.", BASE, made + tail
        )


LARGE_FORM = Form(line_filters=(2,), zlib=partial(zlib_stream, raw=dynamic))


def with_header_of(size: int) -> File:
    """A file whose header has `size` bytes, most of them in an optional extension record."""
    file = File(
        arrays=(Array(),), depths=(8, 8, 8, 0), cover=flat_cover, extensions=(Extension(0x8000),)
    )
    rest = size - len(file.header())
    file = file.but(extensions=(Extension(0x8000, data=bytes(rest)),))
    assert len(file.header()) == size
    return file


def large_header() -> Iterator[Case]:
    """[HDR-7]: a header of exactly 4 MiB."""
    file = with_header_of(4 * 2**20)
    yield accept(
        "hdr/accept/4-mib",
        "HDR-7 HDR-9 HDR-14",
        "A header of exactly 4 MiB, most of it an optional extension record of zeros.",
        file,
        file.png(LARGE_FORM),
    )


FAMILIES = (streams, idats, ancillary, after_the_end, large_header)
