"""Reject cases of PNG: one step beside what is legal, and nothing else wrong. SPEC.md section 4."""

from collections.abc import Iterator

from builder import deflate, png
from builder.case import Case, reject
from builder.families.png_accept import BASE, palette_pixels
from builder.png import PALETTE, Chunk, Form
from builder.records import Array


def sizes() -> Iterator[Case]:
    """[PNG-3]: width and height are at least 1, though the scan lines would fit."""
    for slug, width, height, lines in (
        ("width-0-lines-fit", 0, 23, bytes(23)),
        ("height-0-lines-fit", 24, 0, b""),
    ):
        chunks = [
            png.ihdr(width, height),
            Chunk(b"IDAT", deflate.zlib_stream(lines)),
            Chunk(b"IEND"),
        ]
        yield _damaged(
            slug, "PNG-3", "rgb-8", f"{width} by {height} pixels.", png.write_chunks(chunks)
        )


def palettes() -> Iterator[Case]:
    """[PNG-4]: PLTE is 3 to 768 bytes divisible by three, though all indices have entries."""
    pixels = palette_pixels(BASE)
    used = sorted({pixel[:3] for pixel in pixels})
    form = Form(colour_type=PALETTE, palette=used)
    for surplus in (1, 2):
        chunks = [
            Chunk(chunk.kind, chunk.data + bytes(surplus)) if chunk.kind == b"PLTE" else chunk
            for chunk in png.chunks_of(pixels, 24, form)
        ]
        yield _damaged(
            f"palette-and-{surplus}-bytes",
            "PNG-4",
            "palette-short",
            f"{surplus} bytes follow the last whole entry of PLTE.",
            png.write_chunks(chunks),
        )
    entries = [(index, index, 255 - index) for index in range(256)]
    for count in (1, 256):
        some = [(*entries[k % count], 255) for k in range(24 * 23)]
        yield reject(
            f"png/reject/palette-of-{count}-and-no-payload",
            "PNG-4 HDR-1",
            "no-prologue",
            "png/accept/palette",
            f"A palette of {count}, and pixels without the magic.",
            png.write_png(some, 24, Form(colour_type=PALETTE, palette=entries[:count])),
            why="Such a palette is legal, so the PNG is whole; it is an ordinary picture.",
        )


def echo() -> Iterator[Case]:
    """[CAR-3]: the body may not reach into the echo, though all of it is there."""
    width = 31
    room = 160 * 3
    array = Array(shape=(room,), data=bytes(k * 7 % 251 for k in range(room)))
    file = BASE.but(arrays=(array,), depths=(8, 8, 8, 0), size=(width, 1))
    body = len(file.body())
    height = (160 * 3 + body - 1) // (3 * width)  # the last height that is too small
    file = file.but(size=(width, height))
    room = (width * height - 160) * 3
    short = array.but(shape=(array.count + room + 1 - body,))
    short = short.but(data=array.data[: short.count])
    file = file.but(arrays=(short,))
    assert len(file.body()) == room + 1
    pixels = file.pixels()
    _, green, blue, alpha = pixels[80 + room // 3]
    pixels[80 + room // 3] = (file.body()[-1], green, blue, alpha)

    yield reject(
        "car/reject/body-in-the-echo",
        "CAR-3 HDR-7",
        "length-mismatch",
        "car/accept/profile-raw",
        "The last byte of the body lies in the first pixel of the echo; all else is right.",
        png.write_png(pixels, width),
        why="body_length is compared with the capacity, which leaves both copies out.",
    )


def _damaged(slug: str, label: str, base: str, edit: str, made: bytes) -> Case:
    return reject(
        f"png/reject/{slug}",
        label,
        "png-damaged",
        f"png/accept/{base}",
        edit,
        made,
        why="Nothing else is wrong, so that only a check of this rule refuses it.",
    )


FAMILIES = (sizes, palettes, echo)
