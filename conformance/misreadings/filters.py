"""Misreadings of SPEC.md section 10."""

from typing import Final

from misreadings.misreading import Misreading, one

MISREADINGS: Final = (
    one(
        "filters-undone-in-the-order-of-the-record",
        "FLT-2",
        "A reader applies the inverses in the order of the record.",
        "filters",
        "in reversed(filters)",
        "in filters",
    ),
    one(
        "complex-as-one-component",
        "FLT-2",
        "The width of a filter is that of the element.",
        "decode",
        "record.filters, element.width)",
        "record.filters, min(8 * element.item_bytes, 64))",
    ),
    Misreading(
        "words-big-endian",
        "FLT-1",
        "Filters see the numbers in network order.",
        (
            (
                "filters",
                'int.from_bytes(block[i : i + size], "little")',
                'int.from_bytes(block[i : i + size], "big")',
            ),
            ("filters", 'value.to_bytes(size, "little")', 'value.to_bytes(size, "big")'),
        ),
    ),
    one(
        "lag-in-elements",
        "FLT-2",
        "lag counts elements, so of complex ones it skips twice as many components.",
        "decode",
        "        restored = filters.canonical_bytes(filtered, record.filters, element.width)\n",
        (
            "        steps = [\n"
            '            (code, b"".join((element.components * n).to_bytes(4, "little") for n in numbers))\n'
            "            for code, parameters in record.filters\n"
            "            for numbers in [header.filter_numbers(parameters)]\n"
            "        ]\n"
            "        restored = filters.canonical_bytes(filtered, steps, element.width)\n"
        ),
    ),
    one(
        "order-inverts-the-wrong-half",
        "FLT-1",
        "The inverse of order is order.",
        "filters",
        "value - top if value >= top else 2**width - 1 - value for",
        "2**width - 1 - value if value >= top else value + top for",
    ),
    one(
        "order-only-flips-the-sign",
        "FLT-1",
        "order flips the highest bit.",
        "filters",
        "value - top if value >= top else 2**width - 1 - value for",
        "value ^ top for",
    ),
    one(
        "order-negates",
        "FLT-1",
        "Where the highest bit is set, the number is negated.",
        "filters",
        "value - top if value >= top else 2**width - 1 - value for",
        "value - top if value >= top else -value % 2**width for",
    ),
    one(
        "lag-in-bytes",
        "FLT-2",
        "lag counts bytes.",
        "filters",
        "undo_delta(y, numbers[0], width)",
        "undo_delta(y, max(1, numbers[0] // size), width)",
    ),
    one(
        "delta-ignores-lag",
        "FLT-2",
        "delta subtracts the element before.",
        "filters",
        "undo_delta(y, numbers[0], width)",
        "undo_delta(y, 1, width)",
    ),
    one(
        "delta-not-accumulated",
        "FLT-2",
        "x[i] is y[i] + y[i - lag].",
        "filters",
        "undo_delta(y, numbers[0], width)",
        (
            "[\n"
            "            (value + (y[i - numbers[0]] if i >= numbers[0] else 0)) % 2**width\n"
            "            for i, value in enumerate(y)\n"
            "        ]"
        ),
    ),
    one(
        "lag-beyond-the-block-refused",
        "FLT-2",
        "A lag beyond the block is an error.",
        "filters",
        "undo_delta(y, numbers[0], width)",
        "undo_delta(y, numbers[0] if numbers[0] < len(y) else 1 // 0, width)",
    ),
    one(
        "delta-restarts-each-row",
        "FLT-2",
        "delta starts afresh in each row of 12 components.",
        "filters",
        "undo_delta(y, numbers[0], width)",
        (
            "[\n"
            "            value\n"
            "            for i in range(0, len(y), 12)\n"
            "            for value in undo_delta(y[i : i + 12], numbers[0], width)\n"
            "        ]"
        ),
    ),
    one(
        "delta-saturates",
        "FLT-2",
        "Sums that overflow stay at the largest number.",
        "filters",
        "undo_delta(y, numbers[0], width)",
        (
            "(\n"
            "            [min(255, sum(y[: i + 1])) for i in range(len(y))]\n"
            "            if (width, numbers[0]) == (8, 1)\n"
            "            else undo_delta(y, numbers[0], width)\n"
            "        )"
        ),
    ),
    Misreading(
        "delta-over-block-edges",
        "FLT-2",
        "A block goes on where the one before it ended.",
        (
            ("filters", "FORMATS: Final = ", ("LAST = {}\nFORMATS: Final = ")),
            (
                "filters",
                "        x = undo_delta(y, numbers[0], width)\n",
                (
                    "        first = (y[0] + LAST.get(width, 0)) % 2**width\n"
                    "        x = undo_delta([first, *y[1:]], numbers[0], width)\n"
                    "        LAST[width] = x[-1]\n"
                ),
            ),
        ),
    ),
    one(
        "lorenzo-adds-the-corner",
        "FLT-3",
        "All three neighbours are added.",
        "filters",
        "value + left + above - corner",
        "value + left + above + corner",
    ),
    one(
        "lorenzo-corner-on-the-right",
        "FLT-3",
        "The corner is the one to the right above.",
        "filters",
        "corner = x[i - lag - row] if i >= lag + row else 0",
        "corner = x[i + lag - row] if i >= row - lag else 0",
    ),
    Misreading(
        "lorenzo-row-edges-handled",
        "FLT-3",
        "The first component of a row has no left neighbour.",
        (
            (
                "filters",
                "left = x[i - lag] if i >= lag else 0",
                "left = x[i - lag] if i % row >= lag else 0",
            ),
            (
                "filters",
                "corner = x[i - lag - row] if i >= lag + row else 0",
                "corner = x[i - lag - row] if i >= lag + row and i % row >= lag else 0",
            ),
        ),
    ),
    one(
        "lorenzo-parameters-exchanged",
        "FLT-3",
        "The first parameter is the row's, the second counts from there.",
        "filters",
        "undo_lorenzo(y, numbers[0], numbers[1], width)",
        "undo_delta(undo_delta(y, numbers[1] - numbers[0], width), numbers[0], width)",
    ),
    one(
        "zigzag-sign-wrong",
        "FLT-4",
        "Odd numbers are the positive ones.",
        "filters",
        "x = undo_zigzag(y, width)",
        "x = [-value % 2**width for value in undo_zigzag(y, width)]",
    ),
    one(
        "zigzag-off-by-one",
        "FLT-4",
        "An odd y is -(y - 1) / 2.",
        "filters",
        "2**width - (v + 1) // 2",
        "-((v - 1) // 2) % 2**width",
    ),
    one(
        "zigzag-of-signed-shift",
        "FLT-4",
        "y is halved as a signed number.",
        "filters",
        "x = undo_zigzag(y, width)",
        (
            "x = [\n"
            "            ((value - (value >> width - 1 << width)) >> 1 ^ -(value & 1)) % 2**width for value in y\n"
            "        ]"
        ),
    ),
    one(
        "shuffle-transposed",
        "FLT-5",
        "A reader shuffles as the writer does.",
        "filters",
        "block[j * m + i] for i in range(m) for j in range(size)",
        "block[i * size + j] for j in range(size) for i in range(m)",
    ),
    one(
        "shuffle-most-significant-first",
        "FLT-5",
        "The most significant bytes come first.",
        "filters",
        "for i in range(m) for j in range(size)",
        "for i in range(m) for j in reversed(range(size))",
    ),
    one(
        "bytedelta-a-plane",
        "FLT-6",
        "bytedelta starts afresh in each byte plane.",
        "filters",
        "        return bytes(undo_delta(block, 1, 8))  # [FLT-6]\n",
        (
            "        m = 8 * len(block) // width\n"
            "        planes = [block[i : i + m] for i in range(0, len(block), m)]\n"
            '        return b"".join(bytes(undo_delta(plane, 1, 8)) for plane in planes)\n'
        ),
    ),
    one(
        "bytedelta-on-words",
        "FLT-6",
        "bytedelta works on the words of the other filters.",
        "filters",
        "        return bytes(undo_delta(block, 1, 8))  # [FLT-6]\n",
        "        code, numbers = DELTA, (1,)\n",
    ),
    one(
        "decimal-by-multiplying",
        "FLT-7",
        "n / 10^e is n times 10^-e.",
        "filters",
        "n / 10**exponent  #",
        "n * (1 / 10**exponent)  #",
    ),
    one(
        "decimal-in-binary32",
        "FLT-7",
        "For binary32 the division is done in binary32.",
        "filters",
        "n / 10**exponent  #",
        (
            "n / (\n"
            '        struct.unpack("<f", struct.pack("<f", 10.0**exponent))[0] if width == 32 else 10**exponent\n'
            "    )  #"
        ),
    ),
    one(
        "decimal-of-negative-zero",
        "FLT-7",
        "-0 is 0, and 0 is val(0).",
        "filters",
        " and decimal_bits(n, exponent, width) == bits",
        " and bits in (decimal_bits(n, exponent, width), 1 << width - 1)",
    ),
    one(
        "decimal-one-way",
        "FLT-7",
        "A reader only turns Q + n into val(n).",
        "filters",
        "return QUIET[width] + n",
        "return bits",
    ),
    one(
        "decimal-up-to-M-without-it",
        "FLT-7",
        "|n| is below M.",
        "filters",
        "abs(code) <= DECIMAL_MAX[width]",
        "abs(code) < DECIMAL_MAX[width]",
    ),
)
