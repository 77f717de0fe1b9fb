"""Section 7 of SPEC.md: block tables, root, and the place of every stored block."""

import struct
from typing import Final, NamedTuple

from reader.conventions import require, sha256
from reader.header import Header, Prologue

ENTRY_BYTES: Final = 40
ROOTED_BYTES: Final = 44  # of the prologue


class Block(NamedTuple):
    """An entry of a block table, and the stored bytes that it is about."""

    stored: bytes
    crc: int
    digest: bytes


def tables_end(prologue: Prologue, header: Header) -> int:
    """Return where in the body the block tables end."""
    count = sum(record.block_count for record in header.arrays)
    end = prologue.header_length + ENTRY_BYTES * count
    require(end <= prologue.body_length, "length-mismatch")  # [CON-1] [LIM-1]
    return end


def check_root(prologue: Prologue, raw_prologue: bytes, rooted: bytes) -> None:
    """Check root; `rooted` is the header and the block tables."""
    root = sha256(raw_prologue[:ROOTED_BYTES] + rooted)
    require(root == prologue.root, "root-mismatch")  # [CON-3]


def read_blocks(prologue: Prologue, header: Header, body: bytes) -> list[list[Block]]:
    """Return the blocks of every array."""
    position, end = prologue.header_length, tables_end(prologue, header)
    entries = list(struct.iter_unpack("<II32s", body[position:end]))
    lengths = [length for length, _, _ in entries]
    require(all(length >= 1 for length in lengths), "length-mismatch")  # [CON-2]
    require(end + sum(lengths) == prologue.body_length, "length-mismatch")  # [CON-1]
    found = []
    for length, crc, digest in entries:
        found.append(Block(body[end : end + length], crc, digest))
        end += length
    rest = iter(found)
    return [[next(rest) for _ in range(record.block_count)] for record in header.arrays]
