"""Misreadings of SPEC.md section 4."""

from typing import Final

from misreadings.misreading import Misreading, one

MISREADINGS: Final = (
    one(
        "signature-of-four-bytes",
        "PNG-1",
        "A file that begins with 89 50 4E 47 is a PNG.",
        "png",
        "file[:8] == SIGNATURE",
        "file[:4] == SIGNATURE[:4]",
    ),
    one(
        "chunk-crc-ignored",
        "PNG-2",
        "The chunks' CRC-32 need not be looked at: SHA-256 guards what matters.",
        "png",
        "file[end : end + 4] == crc",
        "True",
    ),
    one(
        "ancillary-crc-ignored",
        "PNG-2",
        "Ancillary chunks are ignored, their CRC-32 included.",
        "png",
        "file[end : end + 4] == crc",
        "kind[:1].islower() or file[end : end + 4] == crc",
    ),
    one(
        "chunk-type-of-any-bytes",
        "PNG-2",
        "A chunk type is four bytes.",
        "png",
        " and kind.isalpha()",
        "",
    ),
    one(
        "nothing-read-behind-idat",
        "PNG-2",
        "When the pixels are complete, the file is read.",
        "png",
        "        yield kind, data\n",
        (
            "        yield kind, data\n"
            '        if kind == b"IDAT" != file[position + 4 : position + 8]:\n'
            "            return\n"
        ),
    ),
    one(
        "iend-with-data",
        "PNG-2",
        "IEND ends the file, whatever it holds.",
        "png",
        'kind != b"IEND" or not data',
        "True",
    ),
    one(
        "unknown-critical-chunk-skipped",
        "PNG-2",
        "Unknown chunks are skipped.",
        "png",
        "kind in CRITICAL[1:] or kind[:1].islower()",
        'kind != b"IHDR"',
    ),
    one(
        "second-ihdr-skipped",
        "PNG-2",
        "IHDR, PLTE, IDAT and IEND are known; a later IHDR changes nothing.",
        "png",
        "CRITICAL[1:]",
        "CRITICAL",
    ),
    one(
        "ancillary-chunk-refused",
        "PNG-2",
        "Only the chunks that section 4 names may occur.",
        "png",
        "or kind[:1].islower()",
        'or kind in (b"tRNS", b"tEXt", b"sRGB")',
    ),
    one(
        "bytes-after-iend-refused",
        "PNG-2",
        "Nothing may follow IEND.",
        "png",
        "        yield kind, data\n",
        (
            '        require(kind != b"IEND" or position == len(file), "png-damaged")\n'
            "        yield kind, data\n"
        ),
    ),
    one(
        "interlace-refused",
        "PNG-3",
        "An Intaglio PNG is written plainly; interlaced ones are somebody else's.",
        "png",
        "interlace <= 1",
        "interlace == 0",
    ),
    one(
        "filter-method-ignored",
        "PNG-3",
        "Compression and filter method are always 0, so nobody looks.",
        "png",
        "compression == filtering == 0 and interlace <= 1",
        "interlace <= 1",
    ),
    one(
        "palette-of-any-length",
        "PNG-4",
        "PLTE holds as many whole entries as fit.",
        "png",
        "        is_right = 3 <= len(palette) <= 768 and len(palette) % 3 == 0\n",
        (
            "        palette = palette[: len(palette) // 3 * 3]\n"
            "        is_right = 3 <= len(palette)\n"
        ),
    ),
    one(
        "palette-needed-nowhere-else",
        "PNG-4",
        "PLTE has its rules with every colour type.",
        "png",
        'TRUECOLOUR: (b"tRNS",)}',
        'TRUECOLOUR: (b"PLTE", b"tRNS"), TRUECOLOUR_ALPHA: (b"PLTE",)}',
    ),
    one(
        "trns-anywhere",
        "PNG-4",
        "A tRNS after IDAT is just late.",
        "png",
        'require(b"IDAT" not in kinds[:index]',
        'require(kind == b"tRNS" or b"IDAT" not in kinds[:index]',
    ),
    one(
        "trns-with-alpha-refused",
        "PNG-4",
        "tRNS is forbidden with colour types 4 and 6, as PNG itself says.",
        "png",
        "    for index, (kind, data) in enumerate(chunks):\n",
        (
            "    for index, (kind, data) in enumerate(chunks):\n"
            "        has_alpha = head.colour in (GREY_ALPHA, TRUECOLOUR_ALPHA)\n"
            '        require(kind != b"tRNS" or not has_alpha, "png-damaged")\n'
        ),
    ),
    one(
        "scattered-idats-joined",
        "PNG-5",
        "All IDATs of the file are joined.",
        "png",
        "idats[-1] - idats[0] + 1 == len(idats)",
        "True",
    ),
    one(
        "empty-idat-ends-the-data",
        "PNG-5",
        "An empty IDAT is the end of the data.",
        "png",
        'b"".join(chunks[i][1] for i in idats)',
        'b"".join(iter(iter([*(chunks[i][1] for i in idats), b""]).__next__, b""))',
    ),
    Misreading(
        "adler-ignored",
        "PNG-5",
        "The Adler-32 need not be looked at.",
        (
            ("png", "zlib.decompressobj()", "zlib.decompressobj(-15)"),
            (
                "png",
                '        lines = stream.decompress(b"".join(chunks[i][1] for i in idats), size + 1)',
                (
                    '        packed = b"".join(chunks[i][1] for i in idats)\n'
                    "        zlib.decompressobj().decompress(packed[:2])\n"
                    "        lines = stream.decompress(packed[2:], size + 1)"
                ),
            ),
            ("png", "not stream.unused_data", "len(stream.unused_data) == 4"),
        ),
    ),
    Misreading(
        "zlib-header-ignored",
        "PNG-5",
        "The first two bytes of the zlib stream say nothing a decoder needs.",
        (
            ("png", "zlib.decompressobj()", "zlib.decompressobj(-15)"),
            (
                "png",
                'b"".join(chunks[i][1] for i in idats)',
                'b"".join(chunks[i][1] for i in idats)[2:]',
            ),
            (
                "png",
                "not stream.unused_data",
                'stream.unused_data == zlib.adler32(lines).to_bytes(4, "big")',
            ),
        ),
    ),
    Misreading(
        "surplus-scan-lines-ignored",
        "PNG-5",
        "Scan lines beyond the height are not needed.",
        (
            ("png", ", size + 1)", ")"),
            ("png", "len(lines) == size", "len(lines) >= size"),
        ),
    ),
    one(
        "data-behind-the-zlib-stream-ignored",
        "PNG-5",
        "What follows the zlib stream within the IDATs is not needed.",
        "png",
        " and not stream.unused_data",
        "",
    ),
    one(
        "missing-scan-lines-are-zero",
        "PNG-5",
        "Where the stream ends early the rest is black.",
        "png",
        "    require(len(lines) == size",
        ('    lines = lines.ljust(size, b"\\0")\n    require(len(lines) == size'),
    ),
    one(
        "unknown-line-filter-is-none",
        "PNG-6",
        "A filter type that PNG does not know leaves the line as it is.",
        "png",
        "kind <= PAETH",
        "True",
    ),
    one(
        "index-beyond-the-palette-is-black",
        "PNG-6",
        "A palette index without an entry gives black.",
        "png",
        "    require(3 * max(indices) < len(palette)",
        ('    palette = palette.ljust(768, b"\\0")\n    require(3 * max(indices) < len(palette)'),
    ),
    one(
        "16-bit-low-byte",
        "PNG-7",
        "The low bits of a 16-bit sample carry the payload.",
        "png",
        "sample >> 8 for",
        "sample % 256 for",
    ),
    one(
        "16-bit-rounded",
        "PNG-7",
        "A 16-bit sample is scaled by 255 / 65535 and rounded.",
        "png",
        "sample >> 8 for",
        "(sample * 255 + 32767) // 65535 for",
    ),
    one(
        "trns-key-ignored",
        "PNG-7",
        "tRNS is an ancillary chunk, and these are ignored.",
        "png",
        "    if colours.transparency:",
        "    if False:",
    ),
    one(
        "trns-key-of-16-bits-by-high-byte",
        "PNG-7",
        "The key of a 16-bit picture is compared after the samples have become bytes.",
        "png",
        "0 if pixel == key else 255",
        "0 if [s >> head.depth // 2 for s in pixel] == [s >> head.depth // 2 for s in key] else 255",
    ),
    one(
        "trns-key-with-all-its-bits",
        "PNG-7",
        "The key is a 16-bit number; a sample of fewer bits equals it or not.",
        "png",
        "value % 2**head.depth for",
        "value for",
    ),
    one(
        "trns-key-one-sample-suffices",
        "PNG-7",
        "A pixel is transparent where one of its samples equals the key.",
        "png",
        "pixel == key",
        "any(a == b for a, b in zip(pixel, key))",
    ),
    one(
        "palette-alpha-ignored",
        "PNG-7",
        "A palette picture is opaque.",
        "png",
        "alphas[index] if index < len(alphas) else 255",
        "255",
    ),
    one(
        "palette-alpha-ends-at-zero",
        "PNG-7",
        "Palette entries without a byte in tRNS are transparent.",
        "png",
        "if index < len(alphas) else 255",
        "if index < len(alphas) else 0",
    ),
    one(
        "gamma-applied",
        "PNG-7",
        "A picture is shown as its gAMA chunk has it.",
        "png",
        "    return bytes(pixels)\n",
        (
            '    gammas = [int.from_bytes(data, "big") for kind, data in chunks if kind == b"gAMA"]\n'
            "    power = 45455 / gammas[0] if gammas else 1\n"
            "    curve = bytes(round(255 * (value / 255) ** power) for value in range(256))\n"
            "    return bytes(pixels).translate(curve)\n"
        ),
    ),
    one(
        "premultiplied",
        "PNG-7",
        "Colours are multiplied by alpha, as a canvas does.",
        "png",
        "    return bytes(pixels)\n",
        (
            "    for i in range(3):\n"
            "        pairs = zip(pixels[i::4], pixels[3::4])\n"
            "        pixels[i::4] = bytes(round(value * alpha / 255) for value, alpha in pairs)\n"
            "    return bytes(pixels)\n"
        ),
    ),
    one(
        "hint-required",
        "PNG-9",
        "A file without the tEXt chunk is no Intaglio file.",
        "png",
        "    chunks = list(_chunks(file))\n",
        (
            "    chunks = list(_chunks(file))\n"
            '    require(any(kind == b"tEXt" for kind, _ in chunks), "png-damaged")\n'
        ),
    ),
    one(
        "adam7-empty-passes-have-lines",
        "PNG-5",
        "A pass without columns still has a filter type a line.",
        "png",
        "            if columns:\n",
        "            if True:\n",
    ),
)
