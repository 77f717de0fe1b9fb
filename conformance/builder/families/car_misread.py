"""Reject cases of the carrier: bodies embedded by a wrong reading. SPEC.md section 5 [CAR-2]."""

from collections.abc import Iterator

from builder import carrier
from builder.carrier import Pixel
from builder.case import Case
from builder.container import File
from builder.families.car_reject import changed
from builder.families.con_accept import two_arrays


def misread() -> Iterator[Case]:
    """Bodies that a writer embedded by a wrong reading of [CAR-2]."""
    for slug, what, make in (
        ("bytes-lsb-first", "each byte from its least significant bit", _bytes_lsb_first),
        ("channels-lsb-first", "each channel from its least significant bit", _channels_lsb_first),
        ("blue-first", "in the order B, G, R", _blue_first),
        ("planes", "first all red, then all green, then all blue", _planes),
        ("from-pixel-79", "from pixel 79 on", lambda file: _shifted(file, 79)),
        ("from-pixel-81", "from pixel 81 on", lambda file: _shifted(file, 81)),
        ("from-pixel-160", "from pixel 160 on", lambda file: _shifted(file, 160)),
        ("high-bits", "in the high bits of each channel", _high_bits),
    ):
        for name, of in (("opaque", (3, 2, 3, 0)), ("fine", (2, 2, 2, 0))):
            file = two_arrays().but(depths=of, size=(30, 30))
            yield changed(
                f"misread-{slug}-{name}",
                "header-damaged",
                f"The body is embedded wrongly: {what}.",
                make(file),
                30,
                f"car/accept/profile-{name}",
            )
    alpha = two_arrays().but(depths=(2, 2, 2, 2), size=(30, 30))
    opaque = [(r, g, b, 255) for r, g, b, _ in alpha.pixels()]
    yield changed(
        "alpha-stripped",
        "header-damaged",
        "Alpha carried data and was set to 255.",
        opaque,
        30,
        "car/accept/profile-rgba",
    )
    first = [pixel if k < 80 else (pixel[3], *pixel[:3]) for k, pixel in enumerate(alpha.pixels())]
    yield changed(
        "misread-alpha-first",
        "header-damaged",
        "The body is embedded wrongly: in the order A, R, G, B.",
        first,
        30,
        "car/accept/profile-rgba",
    )


def _bytes_lsb_first(file: File) -> list[Pixel]:
    body = bytes(int(format(byte, "08b")[::-1], 2) for byte in file.body())
    pixels = file.pixels()
    carrier.embed_body(pixels, body, file.depths)
    return pixels


def _channels_lsb_first(file: File) -> list[Pixel]:
    def turned(value: int, depth: int) -> int:
        low = format(value % 2**depth, f"0{depth}b")[::-1] if depth else "0"
        return value // 2**depth * 2**depth + int(low, 2)

    pixels = file.pixels()
    for k in range(80, len(pixels) - 80):
        red, green, blue, alpha = (
            turned(v, d) for v, d in zip(pixels[k], file.depths, strict=True)
        )
        pixels[k] = (red, green, blue, alpha)
    return pixels


def _blue_first(file: File) -> list[Pixel]:
    pixels = file.pixels()
    for k in range(80, len(pixels) - 80):
        red, green, blue, alpha = pixels[k]
        pixels[k] = (blue, green, red, alpha)
    return pixels


def _planes(file: File) -> list[Pixel]:
    pixels = file.pixels()
    text = carrier.bits_of(file.body())
    room = len(pixels) - 160
    for channel in range(3):
        depth = file.depths[channel]
        for k in range(80, len(pixels) - 80):
            at = room * sum(file.depths[:channel]) + (k - 80) * depth
            bits = text[at : at + depth]
            if len(bits) == depth:
                values = list(pixels[k])
                values[channel] = values[channel] >> depth << depth | int(bits, 2)
                pixels[k] = (values[0], values[1], values[2], values[3])
    return pixels


def _shifted(file: File, first: int) -> list[Pixel]:
    moved = file.pixels()
    room = moved[80 : len(moved) - 80]
    at = first - 80
    moved[80 : len(moved) - 80] = room[1:] + room[:1] if at < 0 else room[-at:] + room[:-at]
    return moved


def _high_bits(file: File) -> list[Pixel]:
    pixels = file.pixels()
    for k in range(80, len(pixels) - 80):
        red, green, blue, alpha = (
            int(format(value, "08b")[::-1], 2) if c < 3 else value
            for c, value in enumerate(pixels[k])
        )
        pixels[k] = (red, green, blue, alpha)
    return pixels


FAMILIES = (misread,)
