"""The carrier of SPEC.md section 5: bit strings in the low bits of pixels.

Bits are characters here, so that nothing hides in an operator.
"""

from functools import lru_cache
from typing import Final, TypeAlias

PROLOGUE_PIXELS: Final = 80

Pixel: TypeAlias = tuple[int, int, int, int]
Depths: TypeAlias = tuple[int, int, int, int]


def capacity(pixels: int, depths: Depths) -> int:
    """Give the bytes of body that a carrier holds [CAR-3]."""
    return (pixels - 2 * PROLOGUE_PIXELS) * sum(depths) // 8


def with_prologue_byte(pixel: Pixel, byte: int) -> Pixel:
    """Put one byte of prologue or echo into a pixel [CAR-1]."""
    red, green, blue, alpha = pixel
    red = red // 8 * 8 + byte // 32
    green = green // 4 * 4 + byte // 8 % 4
    blue = blue // 8 * 8 + byte % 8
    return red, green, blue, alpha


def embed_prologue(pixels: list[Pixel], first: int, data: bytes) -> None:
    """Put prologue or echo bytes into the pixels from `first` on, as far as there are pixels."""
    for offset, byte in enumerate(data):
        if 0 <= first + offset < len(pixels):
            pixels[first + offset] = with_prologue_byte(pixels[first + offset], byte)


def embed_body(pixels: list[Pixel], body: bytes, depths: Depths) -> None:
    """Put the body into the pixels from pixel 80 on [CAR-2]; bits after its end stay."""
    text = bits_of(body)
    step = sum(depths)
    for group, at in enumerate(range(0, len(text), step)):
        index = PROLOGUE_PIXELS + group
        if index >= len(pixels):
            break
        pixels[index] = _with_bits(pixels[index], text[at : at + step], depths)


def bits_of(data: bytes) -> str:
    """Give the bits of each byte, most significant first."""
    return format(int.from_bytes(b"\x01" + data, "big"), "b")[1:]


@lru_cache(maxsize=4096)
def _with_bits(pixel: Pixel, group: str, depths: Depths) -> Pixel:
    channels = []
    for value, depth in zip(pixel, depths, strict=True):
        bits, group = group[:depth], group[depth:]
        kept = depth - len(bits)
        low = (int(bits, 2) << kept if bits else 0) + value % 2**kept
        channels.append(value // 2**depth * 2**depth + low)
    red, green, blue, alpha = channels
    return red, green, blue, alpha
