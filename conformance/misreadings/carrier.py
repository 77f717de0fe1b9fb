"""Misreadings of SPEC.md section 5."""

from typing import Final

from misreadings.misreading import one

_DATA: Final = "            data = _extract_groups(pixels, self._depths)["
_FIELDS: Final = (
    "    for pixel in range(pixels):\n        for channel, depth in enumerate(depths):",
    (
        "    for pixel in range(pixels):\n        for channel, depth in sorted("
        "enumerate(depths), key=lambda pair: ({}).index(pair[0])):"
    ),
)
_EXTRACTOR: Final = "Extractor(band.reshape(-1, band.shape[2]) for band in bands)"
_WHOLE: Final = "np.concatenate(list(bands))"

MISREADINGS: Final = (
    one(
        "bits-from-the-wrong-end",
        "CAR-2",
        "The body lies in the high bits of each channel.",
        "_carrier",
        _DATA,
        "            pairs = zip(pixels.T, self._depths)\n"
        "            pixels = np.stack([c >> np.uint8(8 - depth) for c, depth in pairs], 1)\n"
        + _DATA,
    ),
    one(
        "least-significant-bit-first",
        "CAR-2",
        "Each byte goes from its least significant bit to its most.",
        "_carrier",
        "self._body[self._body_known : known] = data",
        "self._body[self._body_known : known] = np.packbits("
        'np.unpackbits(data), bitorder="little")',
    ),
    one(
        "channel-bits-reversed",
        "CAR-2",
        "Within a channel the less significant bit comes first.",
        "_carrier",
        _DATA,
        "            back = np.packbits(np.unpackbits(np.arange(256, dtype=np.uint8)), "
        'bitorder="little")\n'
        "            pairs = zip(pixels.T, self._depths)\n"
        "            pixels = np.stack([back[c] >> np.uint8(8 - d) for c, d in pairs], 1)\n"
        + _DATA,
    ),
    one(
        "bgra-order",
        "CAR-2",
        "Channels are taken in the order B, G, R, A, each at its own depth.",
        "_carrier",
        _FIELDS[0],
        _FIELDS[1].format("2, 1, 0, 3"),
    ),
    one(
        "alpha-first",
        "CAR-2",
        "Channels are taken in the order A, R, G, B, each at its own depth.",
        "_carrier",
        _FIELDS[0],
        _FIELDS[1].format("3, 0, 1, 2"),
    ),
    one(
        "alpha-skipped",
        "CAR-2",
        "Alpha carries nothing, whatever its depth.",
        "_codec",
        "self._extractor.start_body(prologue.depths,",
        "self._extractor.start_body((*prologue.depths[:3], 0),",
    ),
    one(
        "column-order",
        "CAR-1",
        "Pixels are counted down the columns.",
        "_codec",
        _EXTRACTOR,
        f"Extractor(iter([{_WHOLE}.transpose(1, 0, 2).reshape(width * height, -1)]))",
    ),
    one(
        "rows-from-the-bottom",
        "CAR-1",
        "Rows are counted from the bottom.",
        "_codec",
        _EXTRACTOR,
        f"Extractor(iter([{_WHOLE}[::-1].reshape(width * height, -1)]))",
    ),
    one(
        "prologue-most-significant-in-blue",
        "CAR-1",
        "Bits 7..5 of a byte are in B, bits 2..0 in R.",
        "_carrier",
        "return _extract_groups(pixels[: stop - start], PROLOGUE_DEPTHS).tobytes()",
        "return _extract_groups(pixels[: stop - start, [2, 1, 0]], PROLOGUE_DEPTHS).tobytes()",
    ),
    one(
        "body-from-the-next-row",
        "CAR-2",
        "The body begins with the first whole row after the prologue.",
        "_codec",
        "self._extractor.start_body(",
        "self._extractor.prologue(0, -len(self._prologue) % width)\n        "
        "self._extractor.start_body(",
    ),
    one(
        "body-behind-160-pixels",
        "CAR-2",
        "160 pixels are reserved at the beginning.",
        "_codec",
        "self._extractor.start_body(",
        "self._extractor.prologue(0, 80)\n        self._extractor.start_body(",
    ),
    one(
        "whole-bytes-a-pixel",
        "CAR-2",
        "Each pixel holds S // 8 whole bytes; the bits left over are unused.",
        "_carrier",
        "    total = sum(depths)\n    pixels = 8 // gcd(total, 8)\n",
        "    total = sum(depths)\n"
        "    depths = (*depths[:2], max(0, depths[2] - total % 8), depths[3])\n"
        "    pixels = 8 // gcd(sum(depths), 8)\n",
    ),
    one(
        "capacity-with-one-prologue",
        "CAR-3",
        "Only the prologue is reserved: W * H - 80 pixels hold body.",
        "_spec",
        "PIXELS_RESERVED: Final = 2 * PROLOGUE_BYTES",
        "PIXELS_RESERVED: Final = PROLOGUE_BYTES",
    ),
    one(
        "capacity-of-whole-pixels",
        "CAR-3",
        "The body cannot end within a pixel.",
        "_spec",
        "return (pixels - PIXELS_RESERVED) * sum(depths) // 8",
        "return ((pixels - PIXELS_RESERVED) * sum(depths) - 1) // 8",
    ),
    one(
        "bits-after-the-body-must-be-zero",
        "CAR-3",
        "Bits after the end of the body are zero.",
        "_carrier",
        "            self._keep(data)\n",
        "            rest = _extract_groups(pixels, self._depths)[len(data) :]\n"
        "            if rest.any():\n"
        "                raise ValueError\n"
        "            self._keep(data)\n",
    ),
    one(
        "alpha-as-deep-as-colours",
        "CAR-4",
        "Every depth is 0 to 8.",
        "_spec",
        "DEPTHS_MAX: Final[Depths] = (8, 8, 8, 4)",
        "DEPTHS_MAX: Final[Depths] = (8, 8, 8, 8)",
    ),
    one(
        "depth-8-too-deep",
        "CAR-4",
        "Depths are 0 to 7: something must be left of the picture.",
        "_spec",
        "DEPTHS_MAX: Final[Depths] = (8, 8, 8, 4)",
        "DEPTHS_MAX: Final[Depths] = (7, 7, 7, 4)",
    ),
    one(
        "profiles-only",
        "CAR-4",
        "The depths are those of one of the seven profiles.",
        "_spec",
        "    return sum(depths) >= 1 and all(",
        "    return depths in PROFILES.values() and all(",
    ),
    one(
        "echo-decides",
        "CAR-5",
        "The last copy of the prologue is the one to be read.",
        "_codec",
        _EXTRACTOR,
        "Extractor(iter([(lambda p: np.concatenate([p[-80:], p[80:]]))"
        f"({_WHOLE}.reshape(width * height, -1))]))",
    ),
    one(
        "echo-must-agree",
        "CAR-5",
        "The echo is checked against the prologue.",
        "_codec",
        "        self._extractor: Final = " + _EXTRACTOR,
        f"        pixels = {_WHOLE}.reshape(width * height, -1)\n"
        "        if ((pixels[:80] ^ pixels[-80:])[:, :3] & (7, 3, 7)).any():\n"
        "            raise DecodeError(Reason.PROLOGUE_DAMAGED, 'echo')\n"
        "        self._extractor: Final = Extractor(iter([pixels]))",
    ),
    one(
        "transparent-pixels-refused",
        "CAR-6",
        "No pixel has alpha 0, so a reader refuses one that has.",
        "_codec",
        _EXTRACTOR,
        f"Extractor(iter([(lambda p: p[p[:, 3].astype(bool)] if p.shape[1] == 4 else p)"
        f"({_WHOLE}.reshape(width * height, -1))]))",
    ),
    one(
        "alpha-in-prologue-checked",
        "CAR-6",
        "A reader refuses a prologue whose pixels are not opaque.",
        "_carrier",
        "        pixels = self._take(stop - start)\n",
        "        pixels = self._take(stop - start)\n"
        "        if (pixels[: stop - start, 3:] < 255).any():\n"
        "            return b''\n",
    ),
)
