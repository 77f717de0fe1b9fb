"""A whole file in plain Python: what [DEC-1] says of it. Part of the oracle."""

import struct
import zlib
from typing import Final, NamedTuple

from tests.png_oracle import DEPTHS, SIGNATURE, OracleError, read_oracle_png

from fuzz import plain
from fuzz.plain_header import Refused, require

INTEGER_MAX: Final = 2**31 - 1

Verdict = plain.Reading | str


class Limits(NamedTuple):
    """The reader's own limits of [LIM-2] and [LIM-3]."""

    pixels: int
    output_bytes: int


def verdict(png: bytes, limits: Limits) -> Verdict:
    """What must come out, or the reason."""
    try:
        return _read(png, limits)
    except Refused as refused:
        return refused.reason


def verdict_of_pixels(
    pixels: list[plain.Pixel], width: int, height: int, limits: Limits
) -> Verdict:
    """What must come out of pixels, or the reason: steps 5 to 28."""
    try:
        return plain.read(pixels, width, height, limits.output_bytes)
    except Refused as refused:
        return refused.reason


def _read(png: bytes, limits: Limits) -> plain.Reading:
    pixels, width, height = read_png(png, limits)
    return plain.read(pixels, width, height, limits.output_bytes)


def read_png(png: bytes, limits: Limits) -> tuple[list[plain.Pixel], int, int]:
    """Steps 1 to 4: the pixels, in one row after another, and width and height."""
    require(png[:8] == SIGNATURE, "not-png")  # 1
    head = png[8:33]
    require(len(head) == 25 and head[:8] == b"\0\0\0\x0dIHDR", "png-damaged")  # 2
    require(zlib.crc32(head[4:21]) == int.from_bytes(head[21:], "big"), "png-damaged")
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", head[8:21])
    require(1 <= width <= INTEGER_MAX and 1 <= height <= INTEGER_MAX, "png-damaged")
    require(depth in DEPTHS.get(colour, ()) and rest in ([0, 0, 0], [0, 0, 1]), "png-damaged")
    require(width * height <= limits.pixels, "limit-exceeded")  # 3
    try:
        rows = read_oracle_png(png)  # 4
    except OracleError as problem:
        raise Refused("png-damaged") from problem
    return [pixel for row in rows for pixel in row], width, height
