"""Reject cases of the carrier: changed pixels, moved pixels, misread bits. SPEC.md section 5."""

from collections.abc import Callable, Iterator

from builder.carrier import Pixel
from builder.case import Case, reject
from builder.checksums import noise
from builder.families.con_accept import two_arrays
from builder.png import RGBA, Form, write_png

BASE = two_arrays().but(size=(24, 23))
WIDE = two_arrays().but(size=(80, 7))
TWO = "con/accept/two-arrays"


def changed(
    slug: str, reason: str, edit: str, pixels: list[Pixel], width: int = 24, base: str = TWO
) -> Case:
    """A PNG of changed pixels."""
    form = Form(colour_type=RGBA) if any(pixel[3] != 255 for pixel in pixels) else Form()
    return reject(
        f"car/reject/{slug}",
        "CAR-1" if reason in ("no-prologue", "prologue-damaged") else "CAR-2",
        reason,
        base,
        edit,
        write_png(pixels, width, form),
        why="What happens to pixels shows as refusal, never as wrong numbers.",
    )


def rows(pixels: list[Pixel], width: int) -> list[list[Pixel]]:
    """Cut pixels into rows."""
    return [pixels[at : at + width] for at in range(0, len(pixels), width)]


def flat(grid: list[list[Pixel]]) -> list[Pixel]:
    """Join rows."""
    return [pixel for row in grid for pixel in row]


def geometry() -> Iterator[Case]:
    """Pictures that were turned, cut or framed."""
    grid = rows(BASE.pixels(), 24)
    black: Pixel = (0, 0, 0, 255)
    turned: dict[str, tuple[str, str, list[list[Pixel]]]] = {
        "mirrored": ("no-prologue", "mirrored left to right", [row[::-1] for row in grid]),
        "upside-down": ("no-prologue", "flipped top to bottom", grid[::-1]),
        "rotated-180": ("no-prologue", "rotated by 180 degrees", [r[::-1] for r in grid[::-1]]),
        "rotated-90": (
            "no-prologue",
            "rotated by 90",
            [list(r) for r in zip(*grid[::-1], strict=True)],
        ),
        "transposed": ("no-prologue", "transposed", [list(r) for r in zip(*grid, strict=True)]),
        "last-row-cut": ("carrier-size-mismatch", "cropped by its last row", grid[:-1]),
        "rows-added": ("carrier-size-mismatch", "given a black row more", [*grid, [black] * 24]),
        "first-row-cut": ("no-prologue", "cropped by its first row", grid[1:]),
        "first-column-cut": ("no-prologue", "cropped by its first column", [r[1:] for r in grid]),
        "framed": (
            "no-prologue",
            "given a black frame",
            [[black] * 26, *[[black, *r, black] for r in grid], [black] * 26],
        ),
        "doubled": (
            "no-prologue",
            "enlarged to twice its size",
            [[p for p in r for _ in range(2)] for r in grid for _ in range(2)],
        ),
        "halved": ("no-prologue", "reduced to half its size", [r[::2] for r in grid[::2]]),
    }
    for slug, (reason, what, made) in turned.items():
        yield changed(slug, reason, f"The picture is {what}.", flat(made), len(made[0]))
    wide = rows(WIDE.pixels(), 80)
    yield changed(
        "upside-down-80",
        "header-damaged",
        "A picture 80 pixels wide is flipped top to bottom: its echo becomes a right prologue.",
        flat(wide[::-1]),
        80,
        "car/accept/width-80",
    )
    yield changed(
        "last-column-cut-80",
        "prologue-damaged",
        "A picture 80 pixels wide is cropped by its last column.",
        flat([r[:-1] for r in wide]),
        79,
        "car/accept/width-80",
    )
    yield changed(
        "last-column-cut-81",
        "carrier-size-mismatch",
        "A picture 81 pixels wide is cropped by its last column: the prologue is whole.",
        flat([r[:-1] for r in rows(two_arrays().but(size=(81, 7)).pixels(), 81)]),
        80,
        "car/accept/width-81",
    )


def colours() -> Iterator[Case]:
    """Pictures whose values were changed."""
    pixels = BASE.pixels()
    small = noise("jpeg", 4 * len(pixels))

    def each(change: Callable[[int], int]) -> list[Pixel]:
        return [(change(r), change(g), change(b), a) for r, g, b, a in pixels]

    made: dict[str, tuple[str, list[Pixel]]] = {
        "low-bits-cleared": ("low three bits cleared", each(lambda v: v & 0xF8)),
        "low-bits-set": ("low three bits set", each(lambda v: v | 7)),
        "inverted": ("inverted", each(lambda v: 255 - v)),
        "brighter": ("made brighter by one", each(lambda v: min(255, v + 1))),
        "gamma": ("passed through a gamma of 2", each(lambda v: v * v // 255)),
        "bgr": ("written with red and blue exchanged", [(b, g, r, a) for r, g, b, a in pixels]),
        "argb": ("written with alpha first", [(a, r, g, b) for r, g, b, a in pixels]),
        "grey": ("made grey", [(g, g, g, a) for _, g, _, a in pixels]),
        "noisy": (
            "changed by up to one a value, like a JPEG of best quality",
            [
                (_near(r, small[4 * k]), _near(g, small[4 * k + 1]), _near(b, small[4 * k + 2]), a)
                for k, (r, g, b, a) in enumerate(pixels)
            ],
        ),
    }
    for slug, (what, new) in made.items():
        yield changed(slug, "no-prologue", f"The picture is {what}.", new)


def _near(value: int, chance: int) -> int:
    return min(255, max(0, value + chance % 3 - 1))


def single_bits() -> Iterator[Case]:
    """One low bit of one pixel is changed: the layer that covers it refuses."""
    header = len(BASE.header())
    tables = len(BASE.tables())
    places = {
        "magic": (3, "no-prologue"),
        "version": (8, "prologue-damaged"),
        "root": (50, "prologue-damaged"),
        "prologue-crc": (79, "prologue-damaged"),
        "header-first": (80, "header-damaged"),
        "header-crc": (80 + header - 1, "header-damaged"),
        "table-first": (80 + header, "root-mismatch"),
        "table-last": (80 + header + tables - 1, "root-mismatch"),
        "block-first": (80 + header + tables, "block-damaged"),
        "block-last": (80 + len(BASE.body()) - 1, "block-damaged"),
    }
    for slug, (index, reason) in places.items():
        for channel, name in enumerate(("red", "green", "blue")):
            pixels = BASE.pixels()
            values = list(pixels[index])
            values[channel] ^= 1
            pixels[index] = (values[0], values[1], values[2], values[3])
            edit = f"The lowest bit of {name} in pixel {index} is changed ({slug})."
            yield changed(f"bit-{slug}-{name}", reason, edit, pixels)


FAMILIES = (geometry, colours, single_bits)
