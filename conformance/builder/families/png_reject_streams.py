"""Reject cases of PNG: IDATs, zlib streams, scan lines. SPEC.md section 4."""

from collections.abc import Callable, Iterator

from builder import deflate, png
from builder.case import Case
from builder.checksums import adler32
from builder.deflate import Bits, zlib_stream
from builder.edits import flipped, put
from builder.families.png_accept_wide import LARGE, packed
from builder.families.png_reject import BASE, END, HEAD, IDAT, damaged
from builder.png import Chunk, Form

WIDTH, HEIGHT = BASE.picture_size()
LINES = png.scan_lines(BASE.pixels(), WIDTH, Form())
LINE_BYTES = 1 + 3 * WIDTH
STREAM = zlib_stream(LINES)
FIXED_BLOCK = 0b011


def _of_zero() -> bytes:
    """Scan lines of the same payload whose Adler-32 ends in a zero."""
    last = 80 + len(BASE.body())  # the first pixel that carries nothing
    assert last < WIDTH * HEIGHT - 80
    at = last // WIDTH * LINE_BYTES + 1 + 3 * (last % WIDTH)
    tried = (LINES[:at] + bytes([value]) + LINES[at + 1 :] for value in range(256))
    return next(lines for lines in tried if adler32(lines) % 256 == 0)


LINES_OF_ZERO = _of_zero()


def with_stream(slug: str, edit: str, stream: bytes, why: str, labels: str = "PNG-5") -> Case:
    """The picture with another zlib stream."""
    return damaged(slug, labels, edit, [HEAD, Chunk(b"IDAT", stream), END], why)


def idats() -> Iterator[Case]:
    """[PNG-5]: at least one IDAT, and IDATs are consecutive."""
    why = "There is at least one IDAT; IDATs are consecutive and are one stream."
    half = len(STREAM) // 2
    first, second = Chunk(b"IDAT", STREAM[:half]), Chunk(b"IDAT", STREAM[half:])
    text, palette = Chunk(b"tEXt", b"a\0b"), Chunk(b"PLTE", bytes(3))
    empty = Chunk(b"IDAT")
    orders = {
        "idat-none": ([HEAD, END], "There is no IDAT."),
        "idat-text-between": ([HEAD, first, text, second, END], "A tEXt stands between IDATs."),
        "idat-plte-between": ([HEAD, first, palette, second, END], "A PLTE stands between IDATs."),
        "idat-empty-later": ([HEAD, IDAT, text, empty, END], "After a tEXt an empty IDAT follows."),
        "idat-empty-earlier": ([HEAD, empty, text, IDAT, END], "An empty IDAT, a tEXt, the IDAT."),
        "idat-empty": ([HEAD, empty, END], "The only IDAT is empty."),
        "idat-empty-three": ([HEAD, empty, empty, empty, END], "Three IDATs, all empty."),
        "idat-swapped": ([HEAD, second, first, END], "Two IDATs have changed places."),
        "idat-second-missing": ([HEAD, first, END], "The second IDAT is missing."),
        "idat-twice": ([HEAD, IDAT, IDAT, END], "The IDAT stands twice."),
        "idat-surplus-chunk": (
            [HEAD, IDAT, Chunk(b"IDAT", b"\0"), END],
            "A second IDAT has a byte after the stream's end.",
        ),
    }
    for slug, (chunks, edit) in orders.items():
        yield damaged(slug, "PNG-5", edit, chunks, why)


def zlib_frames() -> Iterator[Case]:
    """[PNG-5]: zlib header and Adler-32."""
    why = "Method 8, a window of at most 32 KiB, no dictionary, right checks, nothing after."
    right = adler32(LINES)
    headers = {
        "zlib-method-7": _header(0x77),
        "zlib-method-9": _header(0x79),
        "zlib-method-15": _header(0x7F),
        "zlib-window-64-kib": _header(0x88),
        "zlib-window-largest": _header(0xF8),
        "zlib-dictionary": _header(0x78, 0x20),
        "zlib-check": b"\x78\x02",
        "zlib-header-zero": b"\0\0",
        "zlib-gzip": b"\x1f\x8b",
    }
    for slug, head in headers.items():
        edit = f"The zlib header is {head.hex(' ').upper()}."
        yield with_stream(slug, edit, head + STREAM[2:], why)
    identity = STREAM[:1] + _header(0x78, 0x20)[1:] + b"\0\0\0\1" + STREAM[2:]
    yield with_stream("zlib-dictionary-id", "A preset dictionary, with its id.", identity, why)
    yield with_stream("zlib-raw", "Deflate without zlib header and Adler-32.", STREAM[2:-4], why)
    adlers = {
        "adler-first": right ^ 0x01000000,
        "adler-last": right ^ 1,
        "adler-zero": 0,
        "adler-one": 1,
        "adler-swapped": (right & 0xFFFF) << 16 | right >> 16,
        "adler-little-endian": int.from_bytes(right.to_bytes(4, "big"), "little"),
    }
    for slug, value in adlers.items():
        stream = STREAM[:-4] + value.to_bytes(4, "big")
        yield with_stream(slug, f"The Adler-32 is wrong: {slug[6:]}.", stream, why)
    for cut in (1, 2, 4, 5, 100):
        edit = f"The stream lacks its last {cut} bytes."
        yield with_stream(f"stream-cut-{cut}", edit, STREAM[:-cut], why)
    yield with_stream("stream-1", "The stream is one byte.", STREAM[:1], why)
    yield with_stream("stream-2", "The stream is its header.", STREAM[:2], why)
    zero = STREAM[:2] + deflate.stored(LINES_OF_ZERO) + adler32(LINES_OF_ZERO).to_bytes(4, "big")
    edit = "The last byte of the stream, a zero of its Adler-32, is missing."
    yield with_stream("stream-cut-zero", edit, zero[:-1], why)
    surplus = {
        "surplus-zero": (b"\0", "A zero byte follows the Adler-32."),
        "surplus-four": (b"\0" * 4, "Four bytes follow the Adler-32."),
        "surplus-stream": (zlib_stream(b""), "An empty second stream follows."),
        "surplus-lines": (zlib_stream(LINES[-LINE_BYTES:]), "A second stream of one line follows."),
    }
    for slug, (tail, edit) in surplus.items():
        yield with_stream(slug, edit, STREAM + tail, why)
    halves = zlib_stream(LINES[: 4 * LINE_BYTES]) + zlib_stream(LINES[4 * LINE_BYTES :])
    yield with_stream("two-streams", "The lines are in two zlib streams.", halves, why)
    flip = flipped(STREAM, 400)
    yield with_stream("stored-byte-flipped", "A byte within a stored block is changed.", flip, why)


def _header(first: int, second: int = 0) -> bytes:
    return bytes([first, second + -(first * 256 + second) % 31])


def deflate_blocks() -> Iterator[Case]:
    """[PNG-5]: deflate."""
    why = "The data is deflate by RFC 1951."
    adler = STREAM[-4:]
    size = len(LINES)
    stored_edits = {
        "stored-nlen": (put(STREAM, 5, b"\0\0"), "NLEN is zero."),
        "stored-len": (
            put(STREAM, 3, (size + 1).to_bytes(2, "little")),
            "LEN is one more, NLEN is not.",
        ),
        "stored-long": (
            put(
                STREAM,
                3,
                (size + 9).to_bytes(2, "little") + ((size + 9) ^ 0xFFFF).to_bytes(2, "little"),
            ),
            "A stored block is nine bytes longer than what is there.",
        ),
        "stored-not-last": (put(STREAM, 2, b"\0"), "No block is marked as the last."),
        "block-type-3": (put(STREAM, 2, b"\7"), "The block type is 3, which is reserved."),
        "no-blocks": (STREAM[:2] + adler, "There are no blocks."),
    }
    for slug, (stream, edit) in stored_edits.items():
        yield with_stream(f"deflate-{slug}", edit, stream, why)
    made: dict[str, tuple[Callable[[Bits], None], str]] = {
        "symbol-286": (lambda bits: bits.code(0b11000110, 8), "The length symbol 286 occurs."),
        "symbol-287": (lambda bits: bits.code(0b11000111, 8), "The length symbol 287 occurs."),
        "distance-30": (lambda bits: _match(bits, 30), "The distance symbol 30 occurs."),
        "distance-31": (lambda bits: _match(bits, 31), "The distance symbol 31 occurs."),
        "distance-too-far": (
            lambda bits: _match(bits, 29),
            "A match reaches before the first byte.",
        ),
    }
    for slug, (strange, edit) in made.items():
        yield _with_rest(f"deflate-{slug}", edit, strange, why)
    trees: dict[str, tuple[list[int], list[int], str]] = {
        "no-end-symbol": ([8] * 256 + [0] * 30, [0], "The code has no end-of-block symbol."),
        "over-subscribed": ([8] * 257 + [0] * 29, [0], "The literal code is over-subscribed."),
        "distances-over": (
            [8] * 255 + [9, 9] + [0] * 29,
            [1, 1, 1],
            "The distance code is over-subscribed.",
        ),
    }
    for slug, (literals, distances, edit) in trees.items():
        bits = Bits()
        bits.number(0b101, 3)
        deflate.put_code_lengths(bits, literals, distances)
        codes = deflate.codes_of(literals)
        for byte in LINES:
            bits.code(codes[byte] % 2 ** literals[byte], literals[byte])
        if literals[256]:
            bits.code(codes[256] % 2 ** literals[256], literals[256])
        stream = STREAM[:2] + bits.finish() + adler
        yield with_stream(f"deflate-{slug}", edit, stream, why)


def _match(bits: Bits, distance_symbol: int) -> None:
    bits.code(1, 7)
    bits.code(distance_symbol, 5)
    bits.number(0, 13)


def _with_rest(slug: str, edit: str, strange: Callable[[Bits], None], why: str) -> Case:
    """Fixed codes: 100 literals, something strange, the other literals."""
    bits = Bits()
    bits.number(FIXED_BLOCK, 3)
    codes, widths = deflate.codes_of(deflate.FIXED_LITERALS), deflate.FIXED_LITERALS
    for at, byte in enumerate(LINES):
        if at == 100:
            strange(bits)
        bits.code(codes[byte], widths[byte])
    bits.code(codes[256], widths[256])
    return with_stream(slug, edit, STREAM[:2] + bits.finish() + STREAM[-4:], why)


def scan_lines() -> Iterator[Case]:
    """[PNG-5], [PNG-6]: as many lines as IHDR announces, and their filter types."""
    why = "The stream inflates to exactly the scan lines; filter types are 0 to 4."
    last = LINES[-LINE_BYTES:]
    sizes = {
        "lines-one-more": (LINES + last, "There is a scan line too many."),
        "lines-one-less": (LINES[:-LINE_BYTES], "The last scan line is missing."),
        "lines-byte-more": (LINES + b"\0", "There is a byte too many."),
        "lines-byte-less": (LINES[:-1], "The last byte is missing."),
        "lines-none": (b"", "The stream holds nothing."),
        "lines-one": (LINES[:LINE_BYTES], "There is one scan line."),
        "lines-double": (LINES + LINES, "All scan lines stand twice."),
        "lines-without-types": (
            b"".join(LINES[at + 1 : at + LINE_BYTES] for at in range(0, len(LINES), LINE_BYTES)),
            "The lines have no filter types.",
        ),
        "lines-64-kib-more": (LINES + bytes(65536), "64 KiB of zeros follow the lines."),
    }
    for slug, (data, edit) in sizes.items():
        yield with_stream(slug, edit, zlib_stream(data), why, "PNG-5 LIM-1")
    for kind in (5, 6, 127, 128, 255):
        for name, y in (("first", 0), ("middle", HEIGHT // 2), ("last", HEIGHT - 1)):
            data = put(LINES, y * LINE_BYTES, bytes([kind]))
            edit = f"The filter type of the {name} line is {kind}."
            yield with_stream(f"filter-{kind}-{name}", edit, zlib_stream(data), why, "PNG-6")
    form = Form(interlace=1)
    lines = png.scan_lines(BASE.pixels(), WIDTH, form)
    bad = put(lines, 1 + 3 * -(-WIDTH // 8), b"\5")
    chunks = [BASE.chunks(form)[0], Chunk(b"IDAT", zlib_stream(bad)), END]
    edit = "The filter type of the first pass's second line is 5."
    yield damaged("filter-5-adam7", "PNG-6", edit, chunks, why, "png/accept/rgb-8-adam7")


def large() -> Iterator[Case]:
    """[PNG-5]: a line too many, or too few, behind some hundred KiB of them."""
    width, height = LARGE.picture_size()
    lines = png.scan_lines(LARGE.pixels(), width, Form())
    size = len(lines) // height
    for slug, data, what in (
        ("more", lines + lines[-size:], "The last line stands twice"),
        ("fewer", lines[:-size], "The last line is missing"),
    ):
        chunks = [png.ihdr(width, height), Chunk(b"IDAT", packed(data)), Chunk(b"IEND")]
        why = "The stream inflates to exactly the lines that IHDR announces."
        edit = f"{what}, in a picture of {len(lines):,} bytes of lines."
        yield damaged(f"large-one-{slug}", "PNG-5", edit, chunks, why, "png/accept/large-none")


FAMILIES = (idats, zlib_frames, deflate_blocks, scan_lines, large)
