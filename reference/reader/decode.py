"""Section 12 of SPEC.md: decoding, step by step, with the limits of section 13.

Each comment with a number is a step of [DEC-1]. What fails first gives the reason.
"""

from collections.abc import Callable, Collection
from typing import Final, NamedTuple

from reader import arrays, blocks, carrier, container, filters, header, metadata, png
from reader.container import Block
from reader.conventions import require, sha256
from reader.header import ArrayRecord, Header, Prologue
from reader.registry import CODECS, ELEMENTS, FILTERS


class Limits(NamedTuple):
    """What this reader is willing to spend."""

    pixels: int  # [LIM-2]
    output_bytes: int  # [LIM-3]


LIMITS: Final = Limits(2**26, 2**28)  # the smallest that section 13 allows


class Array(NamedTuple):
    """One array; `element` and `unit` are codes, `metadata` is empty if there is none."""

    name: str
    element: int
    unit: int
    unit_count: int
    shape: tuple[int, ...]
    metadata: bytes
    canonical: bytes


class File(NamedTuple):
    """The metadata of a file, and the arrays that were wanted."""

    metadata: bytes
    arrays: tuple[Array, ...]


class AbsentNameError(KeyError):
    """The file has no array of this name: an error of the caller."""


def decode(file: bytes, wanted: Collection[str] | None = None, limits: Limits = LIMITS) -> File:
    """Decode a file, all arrays or those wanted; Refused for a file that must be refused."""
    pixels, width, height = read_png(file, limits)
    return decode_pixels(pixels, width, height, wanted, limits)


def read_png(file: bytes, limits: Limits = LIMITS) -> tuple[bytes, int, int]:
    """Take steps 1 to 4; return pixels, width and height."""
    png.check_signature(file)  # 1
    head = png.read_head(file)  # 2
    require(head.width * head.height <= limits.pixels, "limit-exceeded")  # 3 [LIM-2]
    pixels = png.read_pixels(file, head)  # 4
    return pixels, head.width, head.height


def decode_pixels(
    pixels: bytes,
    width: int,
    height: int,
    wanted: Collection[str] | None = None,
    limits: Limits = LIMITS,
) -> File:
    """Take steps 5 to 28."""
    raw, prologue = read_prologue(
        lambda count: carrier.prologue_bytes(pixels, count), width, height
    )
    body = carrier.body_bytes(pixels, prologue.depths, prologue.body_length)
    head = read_header(body[: prologue.header_length])
    tables = read_tables(prologue, raw, head, body)
    places = {record.name.decode("utf-8"): place for place, record in enumerate(head.arrays)}
    for name in wanted or ():
        if name not in places:
            raise AbsentNameError(name)  # after step 19, before step 20
    chosen = [place for name, place in places.items() if wanted is None or name in wanted]
    check_wanted([head.arrays[place] for place in chosen], limits)
    read = tuple(read_array(head.arrays[place], tables[place]) for place in chosen)
    return File(head.metadata, read)


def read_prologue(first: Callable[[int], bytes], width: int, height: int) -> tuple[bytes, Prologue]:
    """Take steps 5 to 11; `first(count)` gives the first bytes that the pixels carry."""
    start = first(header.COMMON_BYTES)
    header.check_magic(start)  # 5
    raw = first(header.prologue_length(start, width * height))  # 6
    header.check_prologue_crc(raw)  # 6
    header.check_major(raw)  # 7
    header.check_flags(raw)  # 8
    prologue = header.read_prologue(raw)  # 9
    header.check_size(prologue, width, height)  # 10
    header.check_lengths(prologue, carrier.capacity(width * height, prologue.depths))  # 11
    return raw, prologue


def read_header(raw: bytes) -> Header:
    """Take steps 12 to 16."""
    header.check_header_crc(raw)  # 12
    read = header.read_header(raw)  # 13
    header.check_names(read)  # 14
    for text in (read.metadata, *(record.metadata for record in read.arrays)):
        if text:
            metadata.check(text)  # 15
    header.check_extensions(read)  # 16
    return read


def read_tables(prologue: Prologue, raw: bytes, head: Header, body: bytes) -> list[list[Block]]:
    """Take steps 17 to 19; return the blocks of each array."""
    end = container.tables_end(prologue, head)  # 17
    container.check_root(prologue, raw, body[:end])  # 18
    return container.read_blocks(prologue, head, body)  # 19


def check_wanted(records: Collection[ArrayRecord], limits: Limits) -> None:
    """Take steps 20 to 23 for all arrays that are wanted."""
    for record in records:
        require(record.element in ELEMENTS, "element-unknown")  # 20 [HDR-15]
        is_known = all(code in FILTERS for code, _ in record.filters)
        require(is_known, "filter-unknown")  # 21 [HDR-15]
        require(record.codec in CODECS, "codec-unknown")  # 22 [HDR-15]
    total = sum(record.size * ELEMENTS[record.element].item_bytes for record in records)
    require(total <= limits.output_bytes, "limit-exceeded")  # 23 [LIM-3]


def read_array(record: ArrayRecord, table: list[Block]) -> Array:
    """Take steps 24 to 28 for one array."""
    element = ELEMENTS[record.element]
    canonical = []
    for index, block in enumerate(table):
        blocks.check_crc(block.stored, block.crc)  # 24
        count = min(record.block_length, record.size - index * record.block_length)
        size = count * element.item_bytes
        filtered = blocks.filtered_bytes(block.stored, record.codec, size)  # 25
        restored = filters.canonical_bytes(filtered, record.filters, element.width)
        require(sha256(restored) == block.digest, "block-digest-mismatch")  # 26 [BLK-6]
        arrays.check_elements(restored, record.element)  # 27
        canonical.append(restored)
    whole = b"".join(canonical)
    arrays.check_digest(whole, record.digest)  # 28
    name = record.name.decode("utf-8")
    return Array(name, *record[1:5], record.metadata, whole)
