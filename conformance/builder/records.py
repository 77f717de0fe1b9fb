"""Records of arrays and extensions, block tables, stored blocks. SPEC.md sections 6 to 9."""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from builder import filters, frames
from builder.checksums import crc32, sha256
from builder.filters import Filter
from builder.registry import BY_CODE

STORED, ZSTD = 0, 1


@dataclass(frozen=True)
class Entry:
    """One entry of a block table."""

    stored_length: int
    crc: int
    digest: bytes

    def record(self) -> bytes:
        """Give its 40 bytes."""
        return struct.pack("<II32s", self.stored_length, self.crc, self.digest)


@dataclass(frozen=True, kw_only=True)
class Array:
    """An array, its record, its block table and its stored blocks."""

    name: bytes = b"x"
    element: int = 0x20
    shape: tuple[int, ...] = ()
    data: bytes = b"\x2a"
    unit: int = 0
    unit_count: int = 0
    filters: tuple[Filter, ...] = ()
    codec: int = STORED
    coder: Callable[[bytes], bytes] | None = None
    block_length: int | None = None
    metadata: bytes = b""

    name_length: int | None = None
    rank: int | None = None
    filter_count: int | None = None
    block_count: int | None = None
    digest: bytes | None = None
    metadata_length: int | None = None
    stored: tuple[bytes, ...] | None = None
    entries: tuple[Entry, ...] | None = None

    def but(self, **changes: Any) -> Self:  # noqa: ANN401 -- any field
        """Give the same array with these fields changed."""
        return replace(self, **changes)

    @property
    def count(self) -> int:
        """The number of elements that the shape declares."""
        return math.prod(self.shape)

    def elements_per_block(self) -> int:
        """Give block_length; by default one block holds everything."""
        return self.count if self.block_length is None else self.block_length

    def canonical_blocks(self) -> list[bytes]:
        """Cut the data into blocks."""
        item = BY_CODE[self.element].item_bytes if self.element in BY_CODE else 1
        step = self.elements_per_block() * item or 1
        return [self.data[at : at + step] for at in range(0, len(self.data), step)]

    def filtered_blocks(self) -> list[bytes]:
        """Blocks with all registered filters applied, if the element has a width."""
        if self.element not in BY_CODE:
            return self.canonical_blocks()
        width = BY_CODE[self.element].width
        known = [step for step in self.filters if step.code in filters.NAMES]
        return [filters.apply(block, known, width) for block in self.canonical_blocks()]

    def stored_blocks(self) -> tuple[bytes, ...]:
        """Blocks as they stand in the body."""
        if self.stored is not None:
            return self.stored
        coder = self.coder or (frames.raw_frame if self.codec == ZSTD else bytes)
        return tuple(coder(block) for block in self.filtered_blocks())

    def table(self) -> tuple[Entry, ...]:
        """Give the entries of the block table."""
        if self.entries is not None:
            return self.entries
        pairs = zip(self.stored_blocks(), self.canonical_blocks(), strict=True)
        return tuple(Entry(len(raw), crc32(raw), sha256(block)) for raw, block in pairs)

    def record(self) -> bytes:
        """Give the array record of section 6."""
        blocks = len(self.table()) if self.block_count is None else self.block_count
        out = bytes([value_or(self.name_length, len(self.name))]) + self.name
        out += struct.pack("<BBI", self.element, self.unit, self.unit_count)
        out += bytes([value_or(self.rank, len(self.shape))])
        out += b"".join(length.to_bytes(8, "little") for length in self.shape)
        out += bytes([value_or(self.filter_count, len(self.filters))])
        out += b"".join(step.record() for step in self.filters)
        out += struct.pack("<BII", self.codec, self.elements_per_block(), blocks)
        out += sha256(self.data) if self.digest is None else self.digest
        return out + counted(self.metadata, self.metadata_length)


@dataclass(frozen=True)
class Extension:
    """An extension record."""

    type: int
    flags: int = 0
    data: bytes = b""
    length: int | None = None

    def record(self) -> bytes:
        """Give its bytes."""
        length = value_or(self.length, len(self.data))
        return struct.pack("<HBI", self.type, self.flags, length) + self.data


def value_or(given: int | None, right: int) -> int:
    """Give the number that a case wants, or the right one."""
    return right if given is None else given


def counted(data: bytes, length: int | None) -> bytes:
    """Give a u32 length and the bytes."""
    return value_or(length, len(data)).to_bytes(4, "little") + data
