"""SPEC.md sections 5 to 12 in plain Python: the oracle that readers are held against.

Written from the specification and sharing no code with the reference: pixels
in, every array's canonical bytes out, or the reason of the first step that
fails. Slow on purpose; PNG, JSON and Zstandard frames are other rooms.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, NamedTuple

from fuzz.plain_blocks import Form, canonical_block
from fuzz.plain_header import ITEM_BYTES, Header, Record, read_header, require
from fuzz.plain_json import is_metadata

Pixel = tuple[int, int, int, int]
FILTERS_KNOWN: Final = range(1, 8)
CODECS_KNOWN: Final = range(2)


class Array(NamedTuple):
    """One array, its texts as bytes."""

    name: bytes
    element: int
    unit: int
    unit_count: int
    shape: tuple[int, ...]
    metadata: bytes
    canonical: bytes


class Reading(NamedTuple):
    """A file that must be accepted, and what must come out."""

    metadata: bytes
    arrays: tuple[Array, ...]


class Prologue(NamedTuple):
    """The fields of a prologue that later steps need."""

    depths: tuple[int, int, int, int]
    header_length: int
    body_length: int
    root: bytes
    raw: bytes


def read(pixels: Sequence[Pixel], width: int, height: int, output_max: int) -> Reading:
    """Steps 5 to 28 of [DEC-1]; Refused for a file that must be refused."""
    prologue = read_prologue(lambda count: prologue_bytes(pixels[:count]), width, height)
    body = carried(pixels[80:], prologue.depths, prologue.body_length)
    header = read_header(body[: prologue.header_length])
    check_texts(header)
    tables_end = prologue.header_length + 40 * sum(a.block_count for a in header.arrays)
    require(tables_end <= prologue.body_length, "length-mismatch")  # 17
    rooted = prologue.raw[:44] + body[:tables_end]
    require(hashlib.sha256(rooted).digest() == prologue.root, "root-mismatch")  # 18
    tables = list(struct.iter_unpack("<II32s", body[prologue.header_length : tables_end]))
    require(all(length for length, _, _ in tables), "length-mismatch")  # 19
    stored = tables_end + sum(length for length, _, _ in tables)
    require(stored == prologue.body_length, "length-mismatch")  # 19
    total = 0
    for record in header.arrays:
        require(record.element in ITEM_BYTES, "element-unknown")  # 20
        require(all(c in FILTERS_KNOWN for c, _ in record.filters), "filter-unknown")  # 21
        require(record.codec in CODECS_KNOWN, "codec-unknown")  # 22
        total += record.count * ITEM_BYTES[record.element]
    require(total <= output_max, "limit-exceeded")  # 23
    return Reading(header.metadata, _read_arrays(header, tables, body, tables_end))


def prologue_bytes(pixels: Sequence[Pixel]) -> bytes:
    """What these pixels carry of a prologue, a byte each. [CAR-1]"""
    return bytes(r % 8 * 32 + g % 4 * 8 + b % 8 for r, g, b, _ in pixels)


def read_prologue(first: Callable[[int], bytes], width: int, height: int) -> Prologue:
    """Steps 5 to 11; `first` gives that many first bytes, fewer if the picture has fewer."""
    raw = first(24)
    require(len(raw) == 24 and raw[:8] == b"INTAGLIO", "no-prologue")  # 5
    major, _, length, required = struct.unpack("<BBHI", raw[8:16])
    require(24 <= length <= width * height, "prologue-damaged")  # 6
    raw = first(length)
    require(zlib.crc32(raw[:-4]) == int.from_bytes(raw[-4:], "little"), "prologue-damaged")
    require(major == 1, "version-unknown")  # 7
    require(required == 0, "required-flag-unknown")  # 8
    require(length == 80, "prologue-malformed")  # 9
    r, g, b, a = raw[20:24]
    require(max(r, g, b) <= 8 and a <= 4 and r + g + b + a >= 1, "prologue-malformed")
    w, h, header_length, body_length = struct.unpack("<IIIQ", raw[24:44])
    require((w, h) == (width, height), "carrier-size-mismatch")  # 10
    capacity = (width * height - 160) * (r + g + b + a) // 8
    in_order = 12 <= header_length <= 4194304 and header_length <= body_length <= capacity
    require(in_order, "length-mismatch")  # 11
    return Prologue((r, g, b, a), header_length, body_length, raw[44:76], raw)


@cache
def _texts(depth: int) -> list[str]:
    """For every byte, its low bits as text."""
    return [format(value % 2**depth, f"0{depth}b") if depth else "" for value in range(256)]


def carried(pixels: Sequence[Pixel], depths: Sequence[int], length: int) -> bytes:
    """The first `length` bytes that pixels carry at these depths. [CAR-2]"""
    red, green, blue, alpha = (_texts(depth) for depth in depths)
    count = -(-8 * length // sum(depths))
    bits = "".join([red[r] + green[g] + blue[b] + alpha[a] for r, g, b, a in pixels[:count]])[
        : 8 * length
    ]
    return int("1" + bits, 2).to_bytes(length + 1, "big")[1:]


def check_texts(header: Header) -> None:
    """Steps 14 to 16."""
    names = [record.name for record in header.arrays]
    require(all(_is_name(name) for name in names), "name-invalid")  # 14
    require(len(set(names)) == len(names), "name-invalid")
    for text in (header.metadata, *(record.metadata for record in header.arrays)):
        require(not text or is_metadata(text), "metadata-invalid")  # 15
    require(not any(flags & 1 for _, flags, _ in header.extensions), "extension-unknown")  # 16


def _is_name(raw: bytes) -> bool:
    try:
        codes = [ord(letter) for letter in raw.decode("utf-8")]
    except UnicodeDecodeError:
        return False
    return bool(codes) and not any(c < 0x20 or 0x7F <= c <= 0x9F for c in codes)


def _read_arrays(
    header: Header, tables: list[tuple[int, int, bytes]], body: bytes, at: int
) -> tuple[Array, ...]:
    """Steps 24 to 28."""
    entries = iter(tables)
    arrays = []
    for record in header.arrays:
        canonical = b""
        item_bytes = ITEM_BYTES[record.element]
        for index in range(record.block_count):
            length, crc, digest = next(entries)
            stored, at = body[at : at + length], at + length
            require(zlib.crc32(stored) == crc, "block-damaged")  # 24
            done = index * record.block_length
            size = (min(done + record.block_length, record.count) - done) * item_bytes
            block = canonical_block(stored, size, form_of(record))  # 25
            require(hashlib.sha256(block).digest() == digest, "block-digest-mismatch")  # 26
            require(record.element != 1 or max(block) <= 1, "element-invalid")  # 27
            canonical += block
        whole = hashlib.sha256(canonical).digest()
        require(whole == record.digest, "array-digest-mismatch")  # 28
        arrays.append(Array(*record[:6], canonical))
    return tuple(arrays)


def form_of(record: Record) -> Form:
    """How the blocks of that array are stored; its codes are known."""
    components = 2 if record.element in (0x40, 0x41) else 1
    return Form(record.filters, ITEM_BYTES[record.element] * 8 // components, record.codec)
