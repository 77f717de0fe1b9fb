"""Container: arrays -> prologue and body -> pixels -> PNG file.

SPEC.md sections 5 to 9. Every field that a case may want wrong can be given;
what is not given is what the specification asks for, checksums included, and
is worked out from the wrong fields as they stand.
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from builder import carrier, png
from builder.carrier import Depths, Pixel
from builder.checksums import crc32, noise, sha256
from builder.records import Array, Extension, counted, value_or

OPAQUE: Final = (3, 2, 3, 0)


@dataclass(frozen=True, kw_only=True)
class File:
    """A whole Intaglio file."""

    arrays: tuple[Array, ...] = ()
    extensions: tuple[Extension, ...] = ()
    metadata: bytes = b""
    depths: Depths = OPAQUE
    size: tuple[int, int] | None = None
    cover: Callable[[int], Pixel] | None = None

    array_count: int | None = None
    extension_count: int | None = None
    metadata_length: int | None = None
    header_surplus: bytes = b""
    header_cut: int = 0
    header_crc: int | None = None
    surplus: bytes = b""

    magic: bytes = b"INTAGLIO"
    major: int = 1
    minor: int = 0
    prologue_length: int = 80
    required: int = 0
    optional: int = 0
    width: int | None = None
    height: int | None = None
    header_length: int | None = None
    body_length: int | None = None
    root: bytes | None = None
    prologue_crc: int | None = None
    echo: bytes | None = None

    def but(self, **changes: Any) -> Self:  # noqa: ANN401 -- any field
        """Give the same file with these fields changed."""
        return replace(self, **changes)

    def header(self) -> bytes:
        """Give the header with its CRC."""
        counts = (
            value_or(self.array_count, len(self.arrays)),
            value_or(self.extension_count, len(self.extensions)),
        )
        out = struct.pack("<HH", *counts) + counted(self.metadata, self.metadata_length)
        out += b"".join(array.record() for array in self.arrays)
        out += b"".join(extension.record() for extension in self.extensions)
        out += self.header_surplus
        out = out[: len(out) - self.header_cut]
        return out + value_or(self.header_crc, crc32(out)).to_bytes(4, "little")

    def tables(self) -> bytes:
        """Give all block tables."""
        return b"".join(entry.record() for array in self.arrays for entry in array.table())

    def body(self) -> bytes:
        """Header, block tables, stored blocks."""
        blocks = b"".join(raw for array in self.arrays for raw in array.stored_blocks())
        return self.header() + self.tables() + blocks + self.surplus

    def prologue_start(self) -> bytes:
        """Bytes 0 to 43 of the prologue."""
        width, height = self.picture_size()
        out = self.magic + struct.pack(
            "<BBHII", self.major, self.minor, self.prologue_length, self.required, self.optional
        )
        out += bytes(self.depths)
        out += struct.pack("<II", value_or(self.width, width), value_or(self.height, height))
        header_length = value_or(self.header_length, len(self.header()))
        return out + struct.pack("<IQ", header_length, value_or(self.body_length, len(self.body())))

    def prologue(self) -> bytes:
        """Give the prologue, cut or filled up to prologue_length."""
        start = self.prologue_start()
        root = sha256(start + self.header() + self.tables()) if self.root is None else self.root
        size = max(self.prologue_length, 16) - 4
        out = (start + root).ljust(size, b"\xa5")[:size]
        return out + value_or(self.prologue_crc, crc32(out)).to_bytes(4, "little")

    def picture_size(self) -> tuple[int, int]:
        """Give the size given, or the smallest picture about square that holds the body."""
        if self.size is not None:
            return self.size
        legal = max(1, sum(min(depth, 8) for depth in self.depths))
        pixels = 160 + -(-8 * len(self.body()) // legal)
        width = math.isqrt(pixels - 1) + 1
        return width, -(-pixels // width)

    def pixels(self) -> list[Pixel]:
        """Give the picture."""
        width, height = self.picture_size()
        cover = self.cover or noisy_cover
        pixels = [cover(k) for k in range(width * height)]
        depths = self.depths if _legal(self.depths) else OPAQUE
        carrier.embed_body(pixels, self.body(), depths)
        prologue = self.prologue()
        if len(pixels) >= 160:
            carrier.embed_prologue(pixels, len(pixels) - 80, self.echo or prologue[:80])
        carrier.embed_prologue(pixels, 0, prologue)
        return pixels

    def form(self) -> png.Form:
        """Give the form that a writer chooses [PNG-8]."""
        return png.Form(colour_type=png.RGBA if self.depths[3] else png.TRUECOLOUR)

    def chunks(self, form: png.Form | None = None) -> list[png.Chunk]:
        """Give the PNG's chunks."""
        return png.chunks_of(self.pixels(), self.picture_size()[0], form or self.form())

    def png(self, form: png.Form | None = None) -> bytes:
        """Give the PNG file."""
        return png.write_chunks(self.chunks(form))


_COVER: Final = noise("cover", 3 * 4096)


def noisy_cover(k: int) -> Pixel:
    """Give an opaque pixel of noise."""
    red, green, blue = _COVER[3 * k % 12288 : 3 * k % 12288 + 3]
    return red, green, blue, 255


def flat_cover(k: int) -> Pixel:  # noqa: ARG001 -- every pixel is the same
    """Give an opaque black pixel."""
    return 0, 0, 0, 255


def _legal(depths: Depths) -> bool:
    return max(depths[:3]) <= 8 and depths[3] <= 4 and sum(depths) > 0
