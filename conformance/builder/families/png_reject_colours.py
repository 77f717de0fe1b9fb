"""Reject cases of PNG: palettes, tRNS, and pictures that cannot carry. SPEC.md section 4.

A grey pixel carries only 8 of the 256 prologue bytes, and the magic needs
seven colours: grey pictures and palettes of 1 or 2 bits are sound PNGs
without a prologue. A palette of 4 bits can carry a prologue of another major
version, whose CRC shows that every pixel was read right.
"""

from collections.abc import Iterator
from itertools import product

from builder import png
from builder.case import Case, reject
from builder.checksums import crc32, noise
from builder.families.png_accept import BASE, ENTRIES, MIXED, RGB_16, byte_of, entry, palette_pixels
from builder.families.png_reject import END, RGB, damaged
from builder.png import GREY, GREY_ALPHA, PALETTE, Chunk, Form

PIXELS = palette_pixels(BASE)
COLOURS = [entry(byte) for byte in ENTRIES]
FULL = Form(colour_type=PALETTE, palette=COLOURS)
HEAD, PLTE, IDAT, _ = png.chunks_of(PIXELS, 24, FULL)
BASE_PALETTE = "png/accept/palette"


def palettes() -> Iterator[Case]:
    """[PNG-4], [PNG-6]: PLTE."""
    why = "Exactly one PLTE before the IDAT, of 3 to 768 bytes; every index lies within it."
    data = PLTE.data
    used = max(ENTRIES.index(byte_of(pixel)) for pixel in PIXELS)
    orders = {
        "missing": ([HEAD, IDAT, END], "PLTE is missing."),
        "late": ([HEAD, IDAT, PLTE, END], "PLTE stands after the IDAT."),
        "twice": ([HEAD, PLTE, PLTE, IDAT, END], "PLTE stands twice."),
        "again": ([HEAD, PLTE, IDAT, PLTE, END], "PLTE stands again after the IDAT."),
        "empty": ([HEAD, Chunk(b"PLTE"), IDAT, END], "PLTE is empty."),
        "1-byte": ([HEAD, Chunk(b"PLTE", data[:1]), IDAT, END], "PLTE has one byte."),
        "767-bytes": ([HEAD, Chunk(b"PLTE", data[:-1]), IDAT, END], "PLTE has 767 bytes."),
        "769-bytes": ([HEAD, Chunk(b"PLTE", data + b"\0"), IDAT, END], "PLTE has 769 bytes."),
        "257-entries": (
            [HEAD, Chunk(b"PLTE", data + data[:3]), IDAT, END],
            "PLTE has 257 entries.",
        ),
        "index-beyond": (
            [HEAD, Chunk(b"PLTE", data[: 3 * used]), IDAT, END],
            f"PLTE has {used} entries, and the index {used} occurs.",
        ),
        "one-entry": ([HEAD, Chunk(b"PLTE", data[:3]), IDAT, END], "PLTE has one entry."),
    }
    for slug, (chunks, edit) in orders.items():
        labels = "PNG-6" if slug in ("index-beyond", "one-entry") else "PNG-4"
        yield damaged(f"palette-{slug}", labels, edit, chunks, why, BASE_PALETTE)
    colours = sorted({pixel[:3] for pixel in PIXELS})
    form = Form(colour_type=PALETTE, palette=colours)
    rows = png.samples(PIXELS, form)
    for slug, k in (("first", 0), ("middle", 300), ("last", len(rows) - 1)):
        bad = [(len(colours),) if at == k else row for at, row in enumerate(rows)]
        for interlace in (0, 1):
            made = Form(colour_type=PALETTE, palette=colours, interlace=interlace)
            head, plte, _, _ = png.chunks_of(PIXELS, 24, made)
            lines = made.zlib(png.sample_lines(bad, 24, made))
            yield damaged(
                f"palette-index-{slug}" + "-adam7" * interlace,
                "PNG-6",
                f"Of {len(colours)} entries the {slug} pixel has the index {len(colours)}.",
                [head, plte, Chunk(b"IDAT", lines), END],
                why,
                "png/accept/palette-short",
            )


def transparency() -> Iterator[Case]:
    """[PNG-4]: tRNS."""
    why = "At most one tRNS, after PLTE and before the IDAT, of as many bytes as it may have."
    good = Chunk(b"tRNS", b"\xff" * 9)
    orders = {
        "257-bytes": (
            [HEAD, PLTE, Chunk(b"tRNS", b"\xff" * 257), IDAT, END],
            "tRNS has 257 bytes.",
        ),
        "empty": ([HEAD, PLTE, Chunk(b"tRNS"), IDAT, END], "tRNS is empty."),
        "first": ([HEAD, good, PLTE, IDAT, END], "tRNS stands before PLTE."),
        "late": ([HEAD, PLTE, IDAT, good, END], "tRNS stands after the IDAT."),
        "twice": ([HEAD, PLTE, good, good, IDAT, END], "tRNS stands twice."),
        "again": ([HEAD, PLTE, good, IDAT, good, END], "tRNS stands again after the IDAT."),
    }
    for slug, (chunks, edit) in orders.items():
        yield damaged(f"trns-{slug}", "PNG-4", edit, chunks, why, "png/accept/palette-trns")
    colours = sorted({pixel[:3] for pixel in PIXELS})
    short = png.chunks_of(PIXELS, 24, Form(colour_type=PALETTE, palette=colours))
    long = Chunk(b"tRNS", b"\xff" * (len(colours) + 1))
    yield damaged(
        "trns-above-palette",
        "PNG-4",
        f"tRNS has {len(colours) + 1} bytes for {len(colours)} entries.",
        [*short[:2], long, *short[2:]],
        why,
        "png/accept/palette-short",
    )
    for depth, form in ((8, Form()), (16, RGB_16)):
        head, idat, end = BASE.chunks(form)
        for size in (0, 1, 2, 3, 5, 7, 12):
            key = Chunk(b"tRNS", bytes(size))
            edit = f"tRNS of a truecolour picture of {depth} bits has {size} bytes."
            slug = f"trns-rgb-{depth}-{size}-bytes"
            yield damaged(
                slug, "PNG-4", edit, [head, key, idat, end], why, f"png/accept/rgb-{depth}"
            )
        key = Chunk(b"tRNS", bytes(6))
        edit = "tRNS of a truecolour picture stands after the IDAT."
        yield damaged(f"trns-rgb-{depth}-late", "PNG-4", edit, [head, idat, key, end], why)
        edit = "tRNS of a truecolour picture stands twice."
        yield damaged(f"trns-rgb-{depth}-twice", "PNG-4", edit, [head, key, key, idat, end], why)


GREYS = [(GREY, depth) for depth in (1, 2, 4, 8, 16)] + [(GREY_ALPHA, 8), (GREY_ALPHA, 16)]


def other_forms() -> Iterator[Case]:
    """Sound PNGs of forms that cannot carry a prologue, and damaged ones."""
    grey = [
        (value, value, value, alpha)
        for value, alpha in zip(noise("grey", 552), noise("grey alpha", 552), strict=True)
    ]
    for (kind, depth), interlace in product([*GREYS, (PALETTE, 1), (PALETTE, 2)], (0, 1)):
        colours = COLOURS[: 2**depth] if kind == PALETTE else ()
        form = Form(
            colour_type=kind,
            bit_depth=depth,
            interlace=interlace,
            palette=colours,
            line_filters=MIXED,
            low_bytes="grey",
        )
        pixels = grey
        if kind == PALETTE:
            pixels = [(*colours[p[0] % len(colours)], 255) for p in grey]
        name = {GREY: "grey", GREY_ALPHA: "grey-alpha", PALETTE: "palette"}[kind]
        slug = f"{name}-{depth}" + "-adam7" * interlace
        lines = png.scan_lines(pixels, 23, form, spare=1)
        head, *rest = png.chunks_of(pixels, 23, form)
        before = rest[:-2]

        def made(data: bytes, head: Chunk = head, before: list[Chunk] = before) -> bytes:
            stream = Chunk(b"IDAT", form.zlib(data))  # noqa: B023 -- called at once
            return png.write_chunks([head, *before, stream, END])

        yield reject(
            f"png/reject/no-prologue-{slug}",
            "PNG-3 PNG-6 PNG-7 HDR-1",
            "no-prologue",
            RGB,
            f"The picture is a sound PNG of another form ({slug}), which cannot carry the magic.",
            made(lines),
            why="All fifteen forms of PNG are read; what lacks the magic has no prologue.",
        )
        why = "Scan lines have as many bytes as their pixels fill, whatever the form."
        edit = f"A sound picture ({slug}) without a prologue, whose last byte is missing."
        yield damaged(f"{slug}-short", "PNG-5 PNG-6", edit, made(lines[:-1]), why)
        edit = f"A sound picture ({slug}) without a prologue, with a byte too many."
        yield damaged(f"{slug}-long", "PNG-5 PNG-6", edit, made(lines + b"\0"), why)
    for width in (25, 31):
        form = Form(colour_type=GREY, bit_depth=1)
        yield reject(
            f"png/reject/no-prologue-grey-1-width-{width}",
            "PNG-6 PNG-7 HDR-1",
            "no-prologue",
            RGB,
            f"The picture is a sound PNG of {width} pixels a line, one bit each, and no magic.",
            png.write_png(grey[: 17 * width], width, form),
            why="A scan line fills whole bytes, the last one in part.",
        )
    for size in (0, 1, 3, 6):
        form = Form(colour_type=GREY)
        head, idat, end = png.chunks_of(grey, 23, form)
        key = Chunk(b"tRNS", bytes(size))
        edit = f"A grey picture whose tRNS has {size} bytes."
        why = "tRNS of a grey picture has two bytes."
        yield damaged(f"trns-grey-{size}-bytes", "PNG-4", edit, [head, key, idat, end], why)
    head, idat, end = png.chunks_of(grey, 23, Form(colour_type=GREY))
    yield reject(
        "png/reject/no-prologue-grey-trns",
        "PNG-4 HDR-1",
        "no-prologue",
        RGB,
        "The picture is grey, with a key in tRNS and a PLTE of one byte, which is ignored.",
        png.write_chunks([head, Chunk(b"PLTE", b"\1"), Chunk(b"tRNS", b"\0\7"), idat, end]),
        why="tRNS of a grey picture has two bytes; PLTE does not count.",
    )
    plain = [(*noise(f"plain {k}", 3), 255) for k in range(400)]
    yield reject(
        "png/reject/no-prologue-picture",
        "HDR-1",
        "no-prologue",
        RGB,
        "The picture is another one, of noise.",
        png.write_png(plain, 20),  # type: ignore[arg-type]
        why="Most PNGs carry nothing; that is no damage.",
    )


def four_bit_palettes() -> Iterator[Case]:
    """A prologue of major version 2 in sixteen colours."""
    prologue = sixteen_colour_prologue()
    bytes_used = sorted(set(prologue))
    assert len(bytes_used) <= 16
    spread = bytes_used + [byte for byte in range(256) if byte not in bytes_used]
    pixels = [(*entry(byte), 255) for byte in prologue]
    pixels += [(*entry(bytes_used[b % len(bytes_used)]), 255) for b in noise("sixteen", 119)]
    sixteen = [entry(byte) for byte in spread[:16]][::-1]
    forms = {
        "palette-4": Form(colour_type=PALETTE, bit_depth=4, palette=sixteen),
        "palette-4-filters": Form(
            colour_type=PALETTE, bit_depth=4, palette=sixteen, line_filters=MIXED
        ),
        "palette-4-adam7": Form(
            colour_type=PALETTE, bit_depth=4, palette=sixteen, interlace=1, line_filters=MIXED
        ),
        "palette-4-trns": Form(
            colour_type=PALETTE, bit_depth=4, palette=sixteen, palette_alpha=b"\xff" * 5
        ),
        "palette-4-300-bytes": Form(
            colour_type=PALETTE, bit_depth=4, palette=sixteen + [entry(b) for b in spread[16:100]]
        ),
    }
    for slug, form in forms.items():
        head, *before = png.chunks_of(pixels, 199, form)[:-2]
        for spare in (0, 1):
            stream = form.zlib(png.scan_lines(pixels, 199, form, spare))
            yield reject(
                f"png/reject/version-unknown-{slug}" + "-spare" * spare,
                "PNG-6 PNG-7 HDR-3",
                "version-unknown",
                BASE_PALETTE,
                f"The picture has sixteen colours ({slug}) and a prologue of major version 2.",
                png.write_chunks([head, *before, Chunk(b"IDAT", stream), END]),
                why="The prologue's CRC is right only if every pixel was read right; unused low "
                "bits in the last byte of a line are "
                + ("set." if spare else "clear.")
                + (" A palette may have more entries than indices." if "300" in slug else ""),
            )


def sixteen_colour_prologue() -> bytes:
    """Eighty bytes with magic, major 2 and right CRC, of at most sixteen values."""
    start = b"INTAGLIO" + bytes([2, 0, 80, 0])
    values = sorted({*start, 0x11, 0x83, 0xC4, 0xE7, 0x3A, 0x96})
    assert len(values) <= 16
    fill = noise("sixteen fill", 58)
    middle = bytes(values[byte % len(values)] for byte in fill)
    for number in range(16**6):
        digits = bytes(values[number // len(values) ** place % len(values)] for place in range(6))
        text = start + middle + digits
        crc = crc32(text).to_bytes(4, "little")
        if set(crc) <= set(values):
            return text + crc
    raise AssertionError


FAMILIES = (palettes, transparency, other_forms, four_bit_palettes)
