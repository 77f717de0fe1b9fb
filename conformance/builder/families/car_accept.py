"""Accept cases of the carrier: depths, shapes of pictures, echo, alpha. SPEC.md section 5."""

from collections.abc import Iterator

from builder import carrier, png
from builder.carrier import Depths, Pixel
from builder.case import Case, accept
from builder.checksums import noise
from builder.container import File, flat_cover, noisy_cover
from builder.families.con_accept import two_arrays
from builder.records import Array

BASE = two_arrays()
PROFILES: dict[str, Depths] = {
    "opaque": (3, 2, 3, 0),
    "fine": (2, 2, 2, 0),
    "dense": (4, 4, 4, 0),
    "denser": (5, 5, 6, 0),
    "raw": (8, 8, 8, 0),
    "rgba": (2, 2, 2, 2),
    "rgba-dense": (4, 4, 4, 4),
}
ODD: tuple[Depths, ...] = (
    *((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (8, 0, 0, 0), (0, 8, 0, 0)),
    *((0, 0, 8, 0), (0, 0, 0, 4), (7, 5, 3, 1), (1, 2, 3, 4), (8, 8, 8, 4), (3, 3, 3, 3)),
    *((1, 1, 1, 0), (0, 7, 0, 3)),
)
SIZED = File(arrays=(Array(shape=(60,), data=noise("sized", 60)),))


def depths() -> Iterator[Case]:
    """[CAR-2], [CAR-4]: named profiles and odd depths, over noise."""
    for name, of in PROFILES.items():
        yield accept(
            f"car/accept/profile-{name}",
            "CAR-1 CAR-2 CAR-4",
            f"The profile {name}, over a cover of noise: high bits mean nothing.",
            BASE.but(depths=of),
        )
    for of in ODD:
        slug = "-".join(map(str, of))
        bits = 8 * len(BASE.body())
        what = "the body ends within a pixel" if bits % sum(of) else "the body ends with a pixel"
        yield accept(
            f"car/accept/depths-{slug}",
            "CAR-2 CAR-3 CAR-4",
            f"Depths {slug}; {what}, and noise follows it.",
            BASE.but(depths=of),
        )


def pictures() -> Iterator[Case]:
    """Pictures of many sizes and fillings."""
    body = len(SIZED.body())
    full = 160 + body
    sizes = {
        "one-column": (1, full, "One column: pixels go down."),
        "one-row": (full, 1, "One row."),
        "width-2": (2, -(-full // 2), "Two columns."),
        "width-79": (79, 5, "79 columns: the prologue goes into the second row."),
        "width-80": (80, 5, "80 columns: the prologue is the first row, the echo the last."),
        "width-81": (81, 5, "81 columns: the body begins in the first row."),
        "height-2": (-(-full // 2), 2, "Two rows."),
        "large": (50, 60, "Much room is left: noise between body and echo."),
    }
    for slug, (width, height, what) in sizes.items():
        file = SIZED.but(size=(width, height))
        yield accept(f"car/accept/{slug}", "CAR-1 CAR-2 CAR-5 HDR-6", what, file)
    exact = {
        "full": (SIZED, (full, 1), "The body ends where the echo begins."),
        "full-raw": (
            SIZED.but(depths=(8, 8, 8, 0)),
            (160 + -(-body // 3), 1),
            "The last pixel before the echo is used in part.",
        ),
        "full-1-bit": (
            SIZED.but(depths=(0, 1, 0, 0)),
            (160 + 8 * body, 1),
            "One bit a pixel, and not a bit to spare.",
        ),
        "full-7-bits-left": (
            SIZED.but(depths=(0, 0, 1, 0)),
            (160 + 8 * body + 7, 1),
            "Seven bits are left before the echo.",
        ),
    }
    for slug, (file, size, what) in exact.items():
        assert 0 <= carrier.capacity(size[0] * size[1], file.depths) - body < 3
        yield accept(f"car/accept/{slug}", "CAR-3 HDR-7", what, file.but(size=size))


def echoes() -> Iterator[Case]:
    """[CAR-5]: decoding does not read the echo."""
    other = BASE.but(arrays=BASE.arrays[:1], size=BASE.picture_size())
    prologue = BASE.prologue()
    echoed = {
        "zero": (bytes(80), "The echo is zero."),
        "noise": (noise("echo", 80), "The echo is noise."),
        "other": (other.prologue(), "The echo is the valid prologue of another file."),
        "bit": (prologue[:79] + bytes([prologue[79] ^ 1]), "One bit of the echo is changed."),
        "major-2": (BASE.but(major=2).prologue(), "The echo is of another major version."),
    }
    for slug, (echo, what) in echoed.items():
        yield accept(
            f"car/accept/echo-{slug}",
            "CAR-5",
            f"{what} The first copy decides.",
            BASE.but(echo=echo),
        )


def covers() -> Iterator[Case]:
    """[CAR-6]: every choice of pixel values is read, alpha of any value included."""
    alphas = noise("alpha", 4096)

    def varied(k: int) -> Pixel:
        return (*noisy_cover(k)[:3], alphas[k % 4096])

    def clear(k: int) -> Pixel:
        return (*noisy_cover(k)[:3], 0)

    def white(k: int) -> Pixel:  # noqa: ARG001 -- every pixel is the same
        return 255, 255, 255, 255

    rgba = png.Form(colour_type=png.RGBA)
    for slug, cover, what in (
        ("black", flat_cover, "A black cover."),
        ("white", white, "A white cover."),
        ("alpha-255", noisy_cover, "An alpha channel of 255 that carries nothing."),
        ("alpha-varied", varied, "Alpha of every value, carrying nothing, in the prologue too."),
        ("alpha-0", clear, "Transparent pixels: colours below alpha 0 count."),
    ):
        file = BASE.but(cover=cover)
        made = file.png(rgba if slug.startswith("alpha") else None)
        yield accept(f"car/accept/cover-{slug}", "CAR-6 PNG-7 CAR-1", what, file, made)
    for slug, of, cover in (
        ("alpha-low", (4, 4, 4, 4), clear),
        ("alpha-varied-rgba", (2, 2, 2, 2), varied),
        ("alpha-low-alone", (0, 0, 0, 4), clear),
    ):
        yield accept(
            f"car/accept/cover-{slug}",
            "CAR-6 CAR-2 PNG-7",
            "Alpha carries data while its high bits are low or varied: premultiplying would harm.",
            BASE.but(cover=cover, depths=of),
        )


FAMILIES = (depths, pictures, echoes, covers)
