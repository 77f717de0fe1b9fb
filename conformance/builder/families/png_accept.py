"""Accept cases of PNG: the same picture in every form. SPEC.md section 4.

Grey pictures and palettes of fewer than seven colours cannot carry the magic,
and those of sixteen no root; they are among the reject cases.
"""

from collections.abc import Iterator, Sequence

from builder import png
from builder.carrier import Pixel
from builder.case import Case, accept
from builder.checksums import noise
from builder.container import File
from builder.families.con_accept import two_arrays
from builder.png import PALETTE, RGBA, Form

BASE = two_arrays().but(size=(24, 23))
RGB_16 = Form(bit_depth=16)
MIXED = (4, 1, 2, 3, 0, 4, 2)
FORMS = {
    "rgb-8": Form(),
    "rgb-16": Form(bit_depth=16),
    "rgb-16-noise": Form(bit_depth=16, low_bytes="rgb low"),
    "rgba-8": Form(colour_type=RGBA),
    "rgba-16": Form(colour_type=RGBA, bit_depth=16),
    "rgba-16-noise": Form(colour_type=RGBA, bit_depth=16, low_bytes="rgba low"),
}


def colours() -> Iterator[Case]:
    """Truecolour and RGBA, 8 and 16 bits, plain and interlaced."""
    for slug, form in FORMS.items():
        low = " The low bytes are noise: the high byte counts." if form.low_bytes else ""
        what = f"{slug} of the same pixels.{low}"
        labels = "PNG-3 PNG-7"
        yield accept(f"png/accept/{slug}", labels, what, BASE, BASE.png(form))
        adam = but(form, interlace=1)
        yield accept(
            f"png/accept/{slug}-adam7",
            labels + " PNG-5",
            f"{what} Interlaced: pixels are counted in the picture, not in the file.",
            BASE,
            BASE.png(adam),
        )


def but(form: Form, **changes: object) -> Form:
    """Give the same form with something changed."""
    return Form(**{**form.__dict__, **changes})  # type: ignore[arg-type]


def line_filters() -> Iterator[Case]:
    """Filter types 0 to 4, alone and mixed."""
    for kind, name in enumerate(("none", "sub", "up", "average", "paeth")):
        form = Form(line_filters=(kind,))
        yield accept(
            f"png/accept/filter-{name}",
            "PNG-6",
            f"Filter type {kind} on every line, the first one too.",
            BASE,
            BASE.png(form),
        )
    for slug, form in FORMS.items():
        mixed = but(form, line_filters=MIXED)
        yield accept(
            f"png/accept/filter-mixed-{slug}",
            "PNG-6 PNG-7",
            f"All filter types by turns on {slug}: neighbours are whole pixels to the left.",
            BASE,
            BASE.png(mixed),
        )
    adam = Form(interlace=1, line_filters=MIXED)
    yield accept(
        "png/accept/filter-mixed-adam7",
        "PNG-6",
        "All filter types in all passes: each pass begins afresh.",
        BASE,
        BASE.png(adam),
    )


def interlaced_sizes() -> Iterator[Case]:
    """Adam7 with passes that are empty."""
    body = len(BASE.body())
    for width, height in ((1, 160 + body), (160 + body, 1), (2, 300), (4, 140), (5, 111), (3, 187)):
        file = BASE.but(size=(width, height))
        form = Form(interlace=1, line_filters=MIXED)
        yield accept(
            f"png/accept/adam7-{width}-by-{height}",
            "PNG-5 PNG-6",
            f"Interlaced, {width} by {height}: "
            + ("some passes are empty." if min(width, height) < 5 else "all seven passes."),
            file,
            file.png(form),
        )


ENTRIES: Sequence[int] = sorted(
    range(256), key=lambda byte: noise("palette", 256)[byte] * 256 + byte
)
"""The byte that each palette entry carries: an order of no meaning."""


def entry(byte: int) -> tuple[int, int, int]:
    """Give the colour that carries a byte at depths 3-2-3-0."""
    high = noise("palette colours", 768)[3 * byte : 3 * byte + 3]
    return high[0] & 0xF8 | byte >> 5, high[1] & 0xFC | byte >> 3 & 3, high[2] & 0xF8 | byte & 7


def byte_of(pixel: Pixel) -> int:
    """Give the byte that a pixel carries at depths 3-2-3-0."""
    return pixel[0] % 8 * 32 + pixel[1] % 4 * 8 + pixel[2] % 8


def palette_pixels(file: File) -> list[Pixel]:
    """Give the picture in at most 256 colours."""
    return [(*entry(byte_of(pixel)), 255) for pixel in file.pixels()]


def palettes() -> Iterator[Case]:
    """Colour type 3, 8 bits."""
    full = Form(colour_type=PALETTE, palette=[entry(byte) for byte in ENTRIES])
    pixels = palette_pixels(BASE)
    used = sorted({pixel[:3] for pixel in pixels}, key=lambda colour: noise(str(colour), 4))
    forms = {
        "palette": (full, "A palette of 256 entries."),
        "palette-adam7": (but(full, interlace=1), "A palette, interlaced."),
        "palette-filters": (but(full, line_filters=MIXED), "A palette with all filter types."),
        "palette-short": (but(full, palette=used), f"A palette of {len(used)} entries, all used."),
        "palette-trns": (
            but(full, palette_alpha=b"\xff" * 256),
            "A tRNS of 255 everywhere.",
        ),
    }
    for slug, (form, what) in forms.items():
        yield accept(
            f"png/accept/{slug}", "PNG-4 PNG-6 PNG-7", what, BASE, png.write_png(pixels, 24, form)
        )
    twice = used + used[: 256 - len(used)]
    yield accept(
        "png/accept/palette-duplicates",
        "PNG-4 PNG-7",
        "A palette in which colours stand twice.",
        BASE,
        png.write_png(pixels, 24, but(full, palette=twice)),
    )


FAMILIES = (colours, line_filters, interlaced_sizes, palettes)
