"""Misreadings of SPEC.md section 5."""

from typing import Final

from misreadings.misreading import Misreading, one

MISREADINGS: Final = (
    one(
        "bits-from-the-wrong-end",
        "CAR-2",
        "The body lies in the high bits of each channel.",
        "carrier",
        'format(value, "08b")[8 - depth :]',
        'format(value, "08b")[:depth]',
    ),
    one(
        "least-significant-bit-first",
        "CAR-2",
        "Each byte goes from its least significant bit to its most.",
        "carrier",
        '.to_bytes(size, "big")',
        (
            '.to_bytes(size, "big").translate(\n'
            '        bytes(int(format(value, "08b")[::-1], 2) for value in range(256))\n'
            "    )"
        ),
    ),
    one(
        "channel-bits-reversed",
        "CAR-2",
        "Within a channel the less significant bit comes first.",
        "carrier",
        'format(value, "08b")[8 - depth :]',
        'format(value, "08b")[::-1][:depth]',
    ),
    one(
        "bgra-order",
        "CAR-2",
        "Channels are taken in the order B, G, R, A, each at its own depth.",
        "carrier",
        "for i in range(4)]",
        "for i in (2, 1, 0, 3)]",
    ),
    one(
        "alpha-first",
        "CAR-2",
        "Channels are taken in the order A, R, G, B, each at its own depth.",
        "carrier",
        "for i in range(4)]",
        "for i in (3, 0, 1, 2)]",
    ),
    one(
        "alpha-skipped",
        "CAR-2",
        "Alpha carries nothing, whatever its depth.",
        "decode",
        "carrier.body_bytes(pixels, prologue.depths, ",
        "carrier.body_bytes(pixels, (*prologue.depths[:3], 0), ",
    ),
    one(
        "column-order",
        "CAR-1",
        "Pixels are counted down the columns.",
        "decode",
        "    return pixels, head.width, head.height\n",
        (
            "    order = [(row, column) for column in range(head.width) for row in range(head.height)]\n"
            "    starts = (4 * (row * head.width + column) for row, column in order)\n"
            '    pixels = b"".join(pixels[start : start + 4] for start in starts)\n'
            "    return pixels, head.width, head.height\n"
        ),
    ),
    one(
        "rows-from-the-bottom",
        "CAR-1",
        "Rows are counted from the bottom.",
        "decode",
        "    return pixels, head.width, head.height\n",
        (
            "    starts = reversed(range(0, len(pixels), 4 * head.width))\n"
            '    pixels = b"".join(pixels[start : start + 4 * head.width] for start in starts)\n'
            "    return pixels, head.width, head.height\n"
        ),
    ),
    one(
        "prologue-most-significant-in-blue",
        "CAR-1",
        "Bits 7..5 of a byte are in B, bits 2..0 in R.",
        "carrier",
        "r % 8 * 32 + g % 4 * 8 + b % 8",
        "b % 8 * 32 + g % 4 * 8 + r % 8",
    ),
    one(
        "body-from-the-next-row",
        "CAR-2",
        "The body begins with the first whole row after the prologue.",
        "decode",
        "carrier.body_bytes(pixels, prologue.depths, ",
        "carrier.body_bytes(pixels[4 * (-80 % width) :], prologue.depths, ",
    ),
    one(
        "body-behind-160-pixels",
        "CAR-2",
        "160 pixels are reserved at the beginning.",
        "carrier",
        "pixels[4 * 80 : 4 * (80 + pixel_count)]",
        "pixels[4 * 160 : 4 * (160 + pixel_count)]",
    ),
    Misreading(
        "whole-bytes-a-pixel",
        "CAR-2",
        "Each pixel holds S // 8 whole bytes; the bits left over are unused.",
        (
            (
                "carrier",
                'map("".join, zip(*channels, strict=True))',
                '"".join(four)[: sum(depths) // 8 * 8] for four in zip(*channels)',
            ),
            (
                "carrier",
                "(8 * length + sum(depths) - 1) // sum(depths)",
                "-(-length // max(1, sum(depths) // 8))",
            ),
        ),
    ),
    one(
        "capacity-with-one-prologue",
        "CAR-3",
        "Only the prologue is reserved: W * H - 80 pixels hold body.",
        "carrier",
        "(pixel_count - 160)",
        "(pixel_count - 80)",
    ),
    one(
        "capacity-of-whole-pixels",
        "CAR-3",
        "The body cannot end within a pixel.",
        "carrier",
        "(pixel_count - 160) * sum(depths) // 8",
        "((pixel_count - 160) * sum(depths) - 1) // 8",
    ),
    one(
        "bits-after-the-body-must-be-zero",
        "CAR-3",
        "Bits after the end of the body are zero.",
        "carrier",
        '    return b"".join(_low_bits(piece, depths) for piece in pieces)[:length]\n',
        (
            '    body = b"".join(_low_bits(piece, depths) for piece in pieces)\n'
            "    if any(body[length:]):\n"
            "        raise ValueError\n"
            "    return body[:length]\n"
        ),
    ),
    one(
        "alpha-as-deep-as-colours",
        "CAR-4",
        "Every depth is 0 to 8.",
        "carrier",
        "alpha <= 4",
        "alpha <= 8",
    ),
    one(
        "depth-8-too-deep",
        "CAR-4",
        "Depths are 0 to 7: something must be left of the picture.",
        "carrier",
        "max(red, green, blue) <= 8",
        "max(red, green, blue) <= 7",
    ),
    one(
        "profiles-only",
        "CAR-4",
        "The depths are those of one of the seven profiles.",
        "carrier",
        "sum(depths) >= 1",
        (
            '"".join(map(str, depths)) in (\n'
            '        *("3230", "2220", "4440", "5560", "8880", "2222", "4444"),\n'
            "    )"
        ),
    ),
    one(
        "echo-decides",
        "CAR-5",
        "The last copy of the prologue is the one to be read.",
        "decode",
        "carrier.prologue_bytes(pixels, count)",
        "carrier.prologue_bytes(pixels[-4 * 80 :], count)",
    ),
    one(
        "echo-must-agree",
        "CAR-5",
        "The echo is checked against the prologue.",
        "decode",
        "    raw, prologue = read_prologue(",
        (
            "    echo = carrier.prologue_bytes(pixels[-4 * 80 :], 80)\n"
            '    require(echo == carrier.prologue_bytes(pixels, 80), "prologue-damaged")\n'
            "    raw, prologue = read_prologue("
        ),
    ),
    one(
        "transparent-pixels-refused",
        "CAR-6",
        "No pixel has alpha 0, so a reader refuses one that has.",
        "decode",
        "    raw, prologue = read_prologue(",
        ('    require(all(pixels[3::4]), "no-prologue")\n    raw, prologue = read_prologue('),
    ),
    one(
        "alpha-in-prologue-checked",
        "CAR-6",
        "A reader refuses a prologue whose pixels are not opaque.",
        "decode",
        "    raw, prologue = read_prologue(",
        (
            '    require(min(pixels[3 : 4 * 80 : 4]) == 255, "no-prologue")\n'
            "    raw, prologue = read_prologue("
        ),
    ),
)
