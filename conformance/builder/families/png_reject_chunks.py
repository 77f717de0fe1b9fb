"""Reject cases of PNG: chunks and the end of the file. SPEC.md section 4."""

from collections.abc import Iterator

from builder import png
from builder.case import Case
from builder.edits import flipped, inserted, removed
from builder.families.png_reject import BASE, END, HEAD, IDAT, MADE, damaged
from builder.png import Chunk, Form


def chunk_crcs() -> Iterator[Case]:
    """[PNG-2]: every chunk's CRC-32, up to and including IEND."""
    why = "Every chunk's CRC is right, ancillary chunks included."
    text = Chunk(b"tEXt", b"Comment\0fine")
    palette = Chunk(b"PLTE", bytes(6))
    chunks = {"idat": IDAT, "iend": END, "text": text, "plte": palette}
    for slug, chunk in chunks.items():
        right = int.from_bytes(chunk.raw()[-4:], "big")
        for at in (0, 3):
            bad = Chunk(chunk.kind, chunk.data, crc=right ^ 1 << 8 * at)
            order = [HEAD, *([bad] if chunk in (text, palette) else [])]
            order += [bad if part is chunk else part for part in (IDAT, END)]
            edit = f"One bit of the CRC of {chunk.kind.decode()} is changed."
            yield damaged(f"crc-{slug}-{at}", "PNG-2", edit, order, why)
    late = [HEAD, IDAT, Chunk(b"tEXt", b"a\0b", crc=1), END]
    yield damaged("crc-text-late", "PNG-2", "The CRC of a tEXt after the IDAT is 1.", late, why)
    unknown = [HEAD, Chunk(b"prVt", b"abc", crc=0), IDAT, END]
    yield damaged("crc-private", "PNG-2", "The CRC of a private chunk is zero.", unknown, why)
    empty = [HEAD, Chunk(b"IDAT", b"", crc=0), IDAT, END]
    yield damaged("crc-empty-idat", "PNG-2", "The CRC of an empty IDAT is zero.", empty, why)
    half = len(IDAT.data) // 2
    second = [
        HEAD,
        Chunk(b"IDAT", IDAT.data[:half]),
        Chunk(b"IDAT", IDAT.data[half:], crc=0xDEADBEEF),
        END,
    ]
    yield damaged("crc-second-idat", "PNG-2", "The second IDAT's CRC is wrong.", second, why)
    for at, what in ((60, "early"), (len(IDAT.data) - 1, "last")):
        bad = Chunk(b"IDAT", flipped(IDAT.data, at), crc=int.from_bytes(IDAT.raw()[-4:], "big"))
        edit = f"A bit of the IDAT is changed ({what}); nothing is refreshed."
        yield damaged(f"idat-flipped-{what}", "PNG-2", edit, [HEAD, bad, END], why)


def chunk_types() -> Iterator[Case]:
    """[PNG-2]: types and lengths of chunks."""
    why = "A type is four ASCII letters, a critical one is known, a length is at most 2^31 - 1."
    kinds = {
        "critical-unknown": b"ABCD",
        "critical-private": b"DaTa",
        "critical-fdat": b"FDAT",
        "critical-reserved": b"Idat",
        "type-digit": b"tE1t",
        "type-space": b"tEX ",
        "type-nul": b"\0\0\0\0",
        "type-high-bit": b"t\xc5Xt",
        "type-bracket": b"t[Xt",
        "type-at-sign": b"@EXt",
        "type-backquote": b"`EXt",
        "type-brace": b"tEX{",
    }
    for slug, kind in kinds.items():
        chunk = Chunk(kind, b"data")
        edit = f"A chunk of type {kind!r} stands before the IDAT."
        yield damaged(slug, "PNG-2", edit, [HEAD, chunk, IDAT, END], why)
    chunk = Chunk(b"ABCD", b"data")
    edit = "An unknown critical chunk stands after the IDAT."
    yield damaged("critical-late", "PNG-2", edit, [HEAD, IDAT, chunk, END], why)
    lengths = {
        "length-2-to-the-31": 2**31,
        "length-most": 2**32 - 1,
        "length-beyond": 2**31 - 1,
        "length-more": len(IDAT.data) + 1,
        "length-less": len(IDAT.data) - 1,
        "length-0": 0,
    }
    for slug, length in lengths.items():
        bad = Chunk(b"IDAT", IDAT.data, length=length)
        edit = f"IDAT's length field is {length}."
        yield damaged(slug, "PNG-2 LIM-1", edit, [HEAD, bad, END], why)
    text = Chunk(b"tEXt", b"a\0b", length=2**31)
    edit = "The length field of a tEXt is 2^31."
    yield damaged("length-text", "PNG-2 LIM-1", edit, [HEAD, text, IDAT, END], why)


def ends() -> Iterator[Case]:
    """[PNG-2]: IEND is present and empty, and all before it is whole."""
    why = "Every chunk up to and including IEND is whole."
    body = 8 + 25
    cuts = {
        "cut-8": 8,
        "cut-12": 12,
        "cut-16": 16,
        "cut-in-ihdr": 20,
        "cut-ihdr-crc": body - 1,
        "cut-after-ihdr": body,
        "cut-idat-length": body + 2,
        "cut-idat-type": body + 6,
        "cut-idat-first": body + 9,
        "cut-idat-half": body + 8 + len(IDAT.data) // 2,
        "cut-idat-data": body + 8 + len(IDAT.data),
        "cut-idat-crc": body + 8 + len(IDAT.data) + 2,
        "cut-iend": len(MADE) - 12,
        "cut-iend-length": len(MADE) - 10,
        "cut-iend-type": len(MADE) - 6,
        "cut-iend-crc": len(MADE) - 4,
        "cut-last-byte": len(MADE) - 1,
    }
    for slug, size in cuts.items():
        edit = f"The file ends after {size} of {len(MADE)} bytes."
        yield damaged(slug, "PNG-2 LIM-1", edit, MADE[:size], why)
    edits: dict[str, tuple[bytes | list[Chunk], str]] = {
        "byte-lost": (removed(MADE, 300), "A byte of the IDAT is lost."),
        "byte-inserted": (inserted(MADE, 300, b"\0"), "A byte is put into the IDAT."),
        "iend-data": ([HEAD, IDAT, Chunk(b"IEND", b"\0")], "IEND has a byte of data."),
        "iend-crc-within": (
            [HEAD, IDAT, Chunk(b"IEND", END.raw()[-4:])],
            "IEND has four bytes of data: the CRC that it would have without.",
        ),
        "iend-first": ([HEAD, END, IDAT], "IEND stands before the IDAT."),
        "iend-lower": ([HEAD, IDAT, Chunk(b"iEND")], "There is an iEND, which is ancillary."),
        "nothing-but-ihdr": ([HEAD], "There is an IHDR and nothing else."),
        "tail-missing-iend": ([HEAD, IDAT, Chunk(b"tEXt", b"a\0b")], "IEND is missing after tEXt."),
        "crlf-between": (
            HEAD.raw().join([png.SIGNATURE, b"\r\n"]) + IDAT.raw() + END.raw(),
            "A line end stands between two chunks.",
        ),
    }
    for slug, (made, edit) in edits.items():
        yield damaged(slug, "PNG-2", edit, made, why)


def interlaced_cut() -> Iterator[Case]:
    """[PNG-5] on an interlaced picture."""
    form = Form(interlace=1)
    lines = png.scan_lines(BASE.pixels(), BASE.picture_size()[0], form)
    head = BASE.chunks(form)[0]
    for slug, data, edit in (
        ("adam7-short", lines[:-1], "The last pass lacks a byte."),
        ("adam7-long", lines + b"\0", "A byte follows the last pass."),
        ("adam7-not", _plain_lines(), "The lines are not interlaced."),
    ):
        chunks = [head, *png.idats(form.zlib(data)), END]
        why = "The stream inflates to exactly the scan lines of all passes."
        yield damaged(slug, "PNG-5", edit, chunks, why, "png/accept/rgb-8-adam7")
    yield damaged(
        "adam7-as-2",
        "PNG-3",
        "The interlace method is 2; the lines are those of Adam7.",
        [png.Chunk(b"IHDR", head.data[:12] + b"\2"), *png.idats(form.zlib(lines)), END],
        "Interlace methods above 1 are refused, whatever the lines look like.",
        "png/accept/rgb-8-adam7",
    )
    yield damaged(
        "width-0-without-lines",
        "PNG-3",
        "The width is 0, and the IDAT holds no lines.",
        [png.Chunk(b"IHDR", bytes(4) + HEAD.data[4:]), *png.idats(form.zlib(b"")), END],
        "A width of 0 is refused, whether there are lines or not.",
    )


def _plain_lines() -> bytes:
    return png.scan_lines(BASE.pixels(), BASE.picture_size()[0], Form())


FAMILIES = (
    chunk_crcs,
    chunk_types,
    ends,
    interlaced_cut,
)
