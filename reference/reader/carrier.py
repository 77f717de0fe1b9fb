"""Section 5 of SPEC.md: from pixels to the bytes that their low bits carry."""

from collections.abc import Sequence
from typing import Final

PIECE_PIXELS: Final = 8 * 4096  # read at a time; eight pixels carry whole bytes at any depths


def prologue_bytes(pixels: bytes, count: int) -> bytes:
    """Return the first `count` bytes of the prologue, fewer if there are fewer pixels. [CAR-1]"""
    first = pixels[: 4 * count]
    channels = zip(first[0::4], first[1::4], first[2::4], strict=True)
    return bytes(r % 8 * 32 + g % 4 * 8 + b % 8 for r, g, b in channels)  # [CAR-1]


def are_legal(depths: Sequence[int]) -> bool:
    """Whether these are depths of R, G, B and A. [CAR-4]"""
    red, green, blue, alpha = depths
    return max(red, green, blue) <= 8 and alpha <= 4 and sum(depths) >= 1  # [CAR-4]


def capacity(pixel_count: int, depths: Sequence[int]) -> int:
    """Return the bytes of body that so many pixels can carry; below 0 for none. [CAR-3]"""
    return (pixel_count - 160) * sum(depths) // 8  # [CAR-3]


def body_bytes(pixels: bytes, depths: Sequence[int], length: int) -> bytes:
    """Return the body, which pixels carry from pixel 80 on. [CAR-2]"""
    pixel_count = (8 * length + sum(depths) - 1) // sum(depths)  # the body may end within a pixel
    carrying = pixels[4 * 80 : 4 * (80 + pixel_count)]  # [CAR-2]
    size = 4 * PIECE_PIXELS
    pieces = (carrying[start : start + size] for start in range(0, len(carrying), size))
    return b"".join(_low_bits(piece, depths) for piece in pieces)[:length]


def _low_bits(pixels: bytes, depths: Sequence[int]) -> bytes:
    """Return the low bits of pixels, joined; bits that fill no byte are left out. [CAR-2]"""
    digits = [[format(value, "08b")[8 - depth :] for value in range(256)] for depth in depths]
    channels = [map(digits[i].__getitem__, pixels[i::4]) for i in range(4)]
    bits = "".join(map("".join, zip(*channels, strict=True)))  # [CAR-2]
    size = len(bits) // 8
    return int(bits[: 8 * size], 2).to_bytes(size, "big")
