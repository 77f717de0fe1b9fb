"""Misreadings of SPEC.md section 4."""

from typing import Final

from misreadings.misreading import Misreading, one

MISREADINGS: Final = (
    one(
        "signature-of-four-bytes",
        "PNG-1",
        "A file that begins with 89 50 4E 47 is a PNG.",
        "_png",
        "if head == SIGNATURE:",
        "if head[:4] == SIGNATURE[:4]:",
    ),
    one(
        "chunk-crc-ignored",
        "PNG-2",
        "The chunks' CRC-32 need not be looked at: SHA-256 guards what matters.",
        "_png_stream",
        'if self._take_all(4) != crc.to_bytes(4, "big"):',
        "if len(self._take_all(4)) != 4:",
    ),
    one(
        "ancillary-crc-ignored",
        "PNG-2",
        "Ancillary chunks are ignored, their CRC-32 included.",
        "_png_stream",
        'if self._take_all(4) != crc.to_bytes(4, "big"):',
        'if self._take_all(4) != crc.to_bytes(4, "big") and self._kind[:1].isupper():',
    ),
    one(
        "chunk-type-of-any-bytes",
        "PNG-2",
        "A chunk type is four bytes.",
        "_png_stream",
        "if not self._kind.isalpha():",
        "if False:",
    ),
    one(
        "nothing-read-behind-idat",
        "PNG-2",
        "When the pixels are complete, the file is read.",
        "_png",
        'while self._chunk[0] != b"IEND":\n',
        'self.checked = True\n        while not self.checked and self._chunk[0] != b"IEND":\n',
    ),
    one(
        "iend-with-data",
        "PNG-2",
        "IEND ends the file, whatever it holds.",
        "_png",
        "if self._chunk[1] or self._chunks.data(0):",
        "if self._chunks.data(self._chunk[1]) is None:",
    ),
    one(
        "unknown-critical-chunk-skipped",
        "PNG-2",
        "Unknown chunks are skipped.",
        "_png_stream",
        'if kind[:1].isupper() and kind != b"PLTE":',
        'if kind == b"IHDR":',
    ),
    one(
        "second-ihdr-skipped",
        "PNG-2",
        "IHDR, PLTE, IDAT and IEND are known; a later IHDR changes nothing.",
        "_png_stream",
        'if kind[:1].isupper() and kind != b"PLTE":',
        'if kind[:1].isupper() and kind not in (b"PLTE", b"IHDR"):',
    ),
    one(
        "ancillary-chunk-refused",
        "PNG-2",
        "Only the chunks that section 4 names may occur.",
        "_png_stream",
        'if kind[:1].isupper() and kind != b"PLTE":',
        'if kind not in (b"PLTE", b"tRNS", b"tEXt", b"sRGB"):',
    ),
    one(
        "bytes-after-iend-refused",
        "PNG-2",
        "Nothing may follow IEND.",
        "_png",
        "        self.checked = True\n",
        "        if self._chunks.take(1):\n            damaged('more')\n        self.checked = True\n",
    ),
    one(
        "interlace-refused",
        "PNG-3",
        "An Intaglio PNG is written plainly; interlaced ones are somebody else's.",
        "_png",
        "if compression or filtering or interlace > 1:",
        "if compression or filtering or interlace:",
    ),
    one(
        "filter-method-ignored",
        "PNG-3",
        "Compression and filter method are always 0, so nobody looks.",
        "_png",
        "if compression or filtering or interlace > 1:",
        "if interlace > 1:",
    ),
    one(
        "palette-of-any-length",
        "PNG-4",
        "PLTE holds as many whole entries as fit.",
        "_png",
        "if palette or length % 3 or not 3 <= length <= 768:",
        "if palette or not 3 <= length:",
    ),
    one(
        "palette-needed-nowhere-else",
        "PNG-4",
        "PLTE has its rules with every colour type.",
        "_png",
        'STANDS_BEFORE_IDAT: Final = {(b"PLTE", 3),',
        'STANDS_BEFORE_IDAT: Final = {(b"PLTE", 2), (b"PLTE", 6), (b"PLTE", 3),',
    ),
    one(
        "trns-anywhere",
        "PNG-4",
        "A tRNS after IDAT is just late.",
        "_png",
        "if (self._chunk[0], self._form.colour) in STANDS_BEFORE_IDAT:",
        "if False:",
    ),
    one(
        "trns-with-alpha-refused",
        "PNG-4",
        "tRNS is forbidden with colour types 4 and 6, as PNG itself says.",
        "_png",
        '(b"tRNS", 3)}',
        '(b"tRNS", 3), (b"tRNS", 4), (b"tRNS", 6)}',
    ),
    one(
        "scattered-idats-joined",
        "PNG-5",
        "All IDATs of the file are joined.",
        "_png",
        'while self._chunk[0] == b"IDAT":  # [PNG-5]\n'
        "            yield self._chunks.pieces(self._chunk[1])\n",
        'while self._chunk[0] != b"IEND":\n'
        '            if self._chunk[0] == b"IDAT":\n'
        "                yield self._chunks.pieces(self._chunk[1])\n"
        "            else:\n"
        "                self._chunks.skip(self._chunk[1])\n",
    ),
    one(
        "empty-idat-ends-the-data",
        "PNG-5",
        "An empty IDAT is the end of the data.",
        "_png",
        'while self._chunk[0] == b"IDAT":  # [PNG-5]\n',
        'while self._chunk[0] == b"IDAT" and self._chunk[1]:\n',
    ),
    one(
        "adler-ignored",
        "PNG-5",
        "The Adler-32 need not be looked at.",
        "_png_inflate",
        'if rest[:4] != self._adler.to_bytes(4, "big"):',
        "if False:",
    ),
    one(
        "zlib-header-ignored",
        "PNG-5",
        "The first two bytes of the zlib stream say nothing a decoder needs.",
        "_png_inflate",
        'if int.from_bytes(head[:2], "big") % 31 or head[1] & 0x20:',
        "if False:",
    ),
    one(
        "surplus-scan-lines-ignored",
        "PNG-5",
        "Scan lines beyond the height are not needed.",
        "_png_inflate",
        'if self._some():\n            damaged("it holds more rows than it announces")',
        "while self._some():\n            self._out = memoryview(b'')",
    ),
    one(
        "data-behind-the-zlib-stream-ignored",
        "PNG-5",
        "What follows the zlib stream within the IDATs is not needed.",
        "_png_inflate",
        "if len(rest) > 4 or self._piece():",
        "if list(iter(self._piece, b'')) is None:",
    ),
    one(
        "missing-scan-lines-are-zero",
        "PNG-5",
        "Where the stream ends early the rest is black.",
        "_png_inflate",
        'damaged("it holds fewer rows than it announces")',
        "self._out = memoryview(bytes(1))",
    ),
    one(
        "unknown-line-filter-is-none",
        "PNG-6",
        "A filter type that PNG does not know leaves the line as it is.",
        "_png_lines",
        '    if kinds.max() > PAETH:  # [PNG-6]\n        damaged(f"filter type {kinds.max()}")\n',
        "    kinds = np.where(kinds > PAETH, NONE, kinds)\n",
    ),
    one(
        "index-beyond-the-palette-is-black",
        "PNG-6",
        "A palette index without an entry gives black.",
        "_png_lines",
        "if indices.max() >= entries:",
        "if False:",
    ),
    one(
        "16-bit-low-byte",
        "PNG-7",
        "The low bits of a 16-bit sample carry the payload.",
        "_png_lines",
        'rows.view("<u2").astype(np.uint8)',
        'rows.view(">u2").astype(np.uint8)',
    ),
    one(
        "16-bit-rounded",
        "PNG-7",
        "A 16-bit sample is scaled by 255 / 65535 and rounded.",
        "_png_lines",
        'rows.view("<u2").astype(np.uint8).reshape(shape)',
        "((full.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)",
    ),
    one(
        "trns-key-ignored",
        "PNG-7",
        "tRNS is an ancillary chunk, and these are ignored.",
        "_png",
        "if trns is not None:\n        mask",
        "if False:\n        mask",
    ),
    one(
        "trns-key-of-16-bits-by-high-byte",
        "PNG-7",
        "The key of a 16-bit picture is compared after the samples have become bytes.",
        "_png_lines",
        "seen &= full[..., sample] == value",
        "seen &= top[..., sample] == (value >> 8 if form.depth == 16 else value)",
    ),
    one(
        "trns-key-with-all-its-bits",
        "PNG-7",
        "The key is a 16-bit number; a sample of fewer bits equals it or not.",
        "_png",
        "int(value) & mask",
        "int(value)",
    ),
    one(
        "trns-key-one-sample-suffices",
        "PNG-7",
        "A pixel is transparent where one of its samples equals the key.",
        "_png_lines",
        "seen &= full[..., sample] == value",
        "seen = (seen if sample else ~seen) | (full[..., sample] == value)",
    ),
    one(
        "palette-alpha-ignored",
        "PNG-7",
        "A palette picture is opaque.",
        "_png_lines",
        'tables.append(form.alphas.ljust(256, b"\\xff"))',
        'tables.append(b"\\xff" * 256)',
    ),
    one(
        "palette-alpha-ends-at-zero",
        "PNG-7",
        "Palette entries without a byte in tRNS are transparent.",
        "_png_lines",
        'form.alphas.ljust(256, b"\\xff")',
        'form.alphas.ljust(256, b"\\0")',
    ),
    Misreading(
        "gamma-applied",
        "PNG-7",
        "A picture is shown as its gAMA chunk has it.",
        (
            (
                "_png",
                "            chunks.skip(length)\n",
                (
                    '            if kind == b"gAMA":\n'
                    '                chunks.gamma = int.from_bytes(chunks.data(length), "big")\n'
                    "            else:\n"
                    "                chunks.skip(length)\n"
                ),
            ),
            (
                "_png",
                "            yield to_pixels(rows, width, form)\n",
                (
                    "            pixels = to_pixels(rows, width, form).astype(float) / 255\n"
                    '            gamma = 45455 / (getattr(self._chunks, "gamma", 0) or 45455)\n'
                    "            yield np.rint(255 * pixels**gamma).astype(np.uint8)\n"
                ),
            ),
        ),
    ),
    one(
        "premultiplied",
        "PNG-7",
        "Colours are multiplied by alpha, as a canvas does.",
        "_png",
        "            yield to_pixels(rows, width, form)\n",
        "            pixels = to_pixels(rows, width, form)\n"
        "            if pixels.shape[2] == 4:\n"
        "                alpha = pixels[..., 3:] / 255\n"
        "                pixels = np.dstack([np.rint(pixels[..., :3] * alpha), pixels[..., 3]])\n"
        "            yield pixels.astype(np.uint8)\n",
    ),
    Misreading(
        "hint-required",
        "PNG-9",
        "A file without the tEXt chunk is no Intaglio file.",
        (
            (
                "_png",
                "            chunks.skip(length)\n",
                (
                    "            chunks.skip(length)\n"
                    '            chunks.hint = getattr(chunks, "hint", False) or kind == b"tEXt"\n'
                ),
            ),
            (
                "_png",
                "    if colour == 3:\n        if not palette:",
                (
                    '    if not getattr(chunks, "hint", False):\n'
                    '        damaged("no hint")\n'
                    "    if colour == 3:\n        if not palette:"
                ),
            ),
        ),
    ),
    one(
        "adam7-empty-passes-have-lines",
        "PNG-5",
        "A pass without columns still has a filter type a line.",
        "_png",
        "if width and height:",
        "if height:",
    ),
)
