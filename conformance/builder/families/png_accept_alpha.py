"""Accept cases of PNG: tRNS and PLTE, where they count and where they do not. SPEC.md section 4."""

from collections.abc import Iterator, Sequence

from builder import png
from builder.carrier import Pixel
from builder.case import Case, accept
from builder.checksums import noise
from builder.container import File
from builder.families.png_accept import BASE, ENTRIES, MIXED, but, byte_of, entry
from builder.png import PALETTE, RGBA, TRUECOLOUR, Form
from builder.records import Extension


def transparency() -> Iterator[Case]:
    """Alpha that tRNS gives, and that carries data."""
    nibbles = BASE.but(depths=(0, 0, 0, 4), size=(30, 30))
    entries = [(*entry(byte), 0xF0 | byte % 16) for byte in ENTRIES]
    form = Form(
        colour_type=PALETTE,
        palette=[colour[:3] for colour in entries],
        palette_alpha=bytes(colour[3] for colour in entries),
    )
    for slug, made in (("nibbles", form), ("nibbles-adam7", but(form, interlace=1))):
        yield accept(
            f"png/accept/palette-trns-{slug}",
            "PNG-4 PNG-7 CAR-2",
            "The palette's tRNS carries four bits a pixel.",
            nibbles,
            png.write_png(_by_alpha(nibbles, entries), 30, made),
        )
    bits = BASE.but(depths=(0, 0, 0, 1), size=(54, 54))
    for size in (1, 100, 255):
        entries = [(*entry(byte), 2 if k < size else 255) for k, byte in enumerate(ENTRIES)]
        form = Form(
            colour_type=PALETTE,
            palette=[colour[:3] for colour in entries],
            palette_alpha=bytes(colour[3] for colour in entries[:size]),
        )
        yield accept(
            f"png/accept/palette-trns-{size}",
            "PNG-4 PNG-7",
            f"tRNS has {size} bytes for 256 entries: the others' alpha is 255, which carries a 1.",
            bits,
            png.write_png(_by_alpha(bits, entries), 54, form),
        )


def alpha_of_truecolour() -> Iterator[Case]:
    """[PNG-7]: without alpha samples and tRNS alpha is 255, and may carry ones.

    Depths 8-8-7-1: every third byte of the body ends in the bit that alpha carries.
    """
    letters = noise("odd", 246)
    text = '{"kk":["' + "".join("acegikmoqsuwy"[byte % 13] for byte in letters) + '"]}'
    for last in range(256):
        data = bytes(byte | 1 for byte in noise("odd data", 299)) + bytes([last])
        file = File(
            metadata=text.encode(), extensions=(Extension(0x8101, data=data),), depths=(8, 8, 7, 1)
        )
        if all(byte % 2 for byte in file.body()[2::3]):
            break
    assert all(pixel[3] == 255 for pixel in file.pixels())
    for slug, form in (("rgb-8", Form()), ("rgb-16-adam7", Form(bit_depth=16, interlace=1))):
        yield accept(
            f"png/accept/{slug}-alpha-of-ones",
            "PNG-7 CAR-2",
            "Alpha carries one bit a pixel, always 1, and the PNG has no alpha: it is 255.",
            file,
            file.png(form),
        )


def _by_alpha(file: File, entries: Sequence[Pixel]) -> list[Pixel]:
    """Choose for each pixel an entry with its prologue byte or with its alpha bits."""
    pixels, out = file.pixels(), []
    low = 2 ** file.depths[3]
    for k, pixel in enumerate(pixels):
        if k < 80 or k >= len(pixels) - 80:
            fit = [colour for colour in entries if byte_of(colour) == byte_of(pixel)]
        else:
            fit = [colour for colour in entries if colour[3] % low == pixel[3] % low]
        out.append(fit[k % len(fit)])
    return out


def colour_keys() -> Iterator[Case]:
    """TRNS of truecolour: a key, whose pixels have alpha 0."""
    file = BASE.but(depths=(0, 0, 0, 1), size=(54, 54))
    key = (0x12, 0x34, 0x56)
    pixels = [
        (*(key if pixel[3] % 2 == 0 and 80 <= k < 54 * 54 - 80 else pixel[:3]), 255)
        for k, pixel in enumerate(file.pixels())
    ]
    assert any(pixel[:3] == key for pixel in pixels)
    eight = {
        "key-8": (Form(key=bytes([0, 0x12, 0, 0x34, 0, 0x56])), "A key of 8 bits."),
        "key-8-high-bytes": (
            Form(key=bytes([0xAB, 0x12, 0xCD, 0x34, 1, 0x56])),
            "The key's high bytes are not zero: only the low eight bits count.",
        ),
        "key-8-adam7": (
            Form(key=bytes([0, 0x12, 0, 0x34, 0, 0x56]), interlace=1, line_filters=MIXED),
            "A key of 8 bits, interlaced.",
        ),
        "key-16": (
            Form(key=bytes([0x12, 0x12, 0x34, 0x34, 0x56, 0x56]), bit_depth=16),
            "A key of 16 bits.",
        ),
    }
    for slug, (form, what) in eight.items():
        yield accept(
            f"png/accept/{slug}",
            "PNG-4 PNG-7 CAR-2",
            f"{what} Pixels of the key's colour carry a 0 in alpha, all others a 1.",
            file,
            png.write_png(pixels, 54, form),
        )
    form = Form(bit_depth=16, key=bytes([0x12, 0x99, 0x34, 0x00, 0x56, 0x80]))
    samples = []
    for k, pixel in enumerate(file.pixels()):
        body = 80 <= k < 54 * 54 - 80
        if body and pixel[3] % 2 == 0:
            samples.append((0x1299, 0x3400, 0x5680))
        elif body:
            samples.append(((0x1299, 0x3401, 0x5680), (0x1212, 0x3434, 0x5656))[k % 2])
        else:
            samples.append((pixel[0] << 8, pixel[1] << 8, pixel[2] << 8))
    stream = form.zlib(png.sample_lines(samples, 54, form))
    chunks = [png.ihdr(54, 54, form), png.Chunk(b"tRNS", form.key), *png.idats(stream)]
    yield accept(
        "png/accept/key-16-both-bytes",
        "PNG-7 CAR-2",
        "A key of 16 bits: pixels that differ from it in low bytes alone have alpha 255.",
        file,
        png.write_chunks([*chunks, png.Chunk(b"IEND")]),
    )


def ignored_transparency() -> Iterator[Case]:
    """PLTE and tRNS where they do not count."""
    plte = png.Chunk(b"PLTE", bytes(range(30)))
    for slug, colour_type, extra, what in (
        ("plte-rgb", TRUECOLOUR, plte, "A suggested palette."),
        ("plte-rgba", RGBA, plte, "A suggested palette beside alpha."),
        ("plte-rgb-odd", TRUECOLOUR, png.Chunk(b"PLTE", b"\1\2"), "A PLTE of two bytes."),
        ("trns-rgba", RGBA, png.Chunk(b"tRNS", bytes(6)), "A tRNS beside alpha."),
        ("trns-rgba-odd", RGBA, png.Chunk(b"tRNS", bytes(301)), "A tRNS of 301 bytes."),
    ):
        head, *rest = BASE.chunks(Form(colour_type=colour_type))
        chunks = [head, extra, *rest]
        yield accept(
            f"png/accept/ignored-{slug}",
            "PNG-4",
            f"{what} It is ignored with this colour type.",
            BASE,
            png.write_chunks(chunks),
        )
    head, idat, end = BASE.chunks()
    late = (plte, plte)
    yield accept(
        "png/accept/ignored-plte-late",
        "PNG-4",
        "Two PLTE after the IDAT of a truecolour picture: ignored.",
        BASE,
        png.write_chunks([head, idat, *late, end]),
    )


FAMILIES = (transparency, alpha_of_truecolour, colour_keys, ignored_transparency)
