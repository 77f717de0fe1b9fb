"""Finds equal blocks, so that each is decompressed only once.

A file of 1 MB may declare twenty million blocks of one byte. Most of them must be repeats, because
different blocks take space in the file. Equal blocks are found without a Python step per block:
numpy hashes the table entry and the stored bytes of all blocks of one length, notes the first
block of each hash bucket, and compares each block with the first one of its bucket.
"""

import secrets
from typing import Final

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

_BUCKETS_PER_ROW: Final = 4  # hash buckets per row; keeps collisions rare
_FEW: Final = 4  # among fewer blocks of one length, a search costs more than it saves


def find_repeats(entries: Bytes, stored: Bytes, offsets: Numbers) -> tuple[Numbers, Numbers]:
    """Return the blocks to unpack, ascending, and for each block the position of its equal there.

    entries: (n, b) bytes of the block table. offsets: (n + 1,), where each block begins in
    `stored`, and where the last one ends. Blocks are equal if entry and stored bytes are the same;
    the first of equal blocks is unpacked. A hash collision may hide that blocks are equal;
    different blocks are never taken for equal.
    """
    firsts = np.arange(len(entries))
    lengths = np.diff(offsets)
    for length in np.flatnonzero(np.bincount(lengths)).tolist():
        some = np.flatnonzero(lengths == length)
        if len(some) >= _FEW:
            parts = np.lib.stride_tricks.sliding_window_view(stored, length)[offsets[some]]
            firsts[some] = some[_first_rows(np.hstack([entries[some], parts]))]
    is_first = firsts == np.arange(len(entries))
    return np.flatnonzero(is_first), (np.cumsum(is_first) - 1)[firsts]


def _first_rows(rows: Bytes) -> Numbers:
    """For each row the index of the first equal row, or its own index."""
    count, length = rows.shape
    padded = np.zeros((count, -(-length // 8) * 8), np.uint8)
    padded[:, :length] = rows
    words = padded.view(np.uint64)
    # Random factors: otherwise a file could be made whose rows all fall into one bucket.
    factors = np.frombuffer(secrets.token_bytes(words.nbytes // count), np.uint64)
    bits = (_BUCKETS_PER_ROW * count).bit_length()
    buckets = words @ factors >> np.uint64(64 - bits)
    first_in_bucket = np.zeros(1 << bits, np.int64)
    first_in_bucket[buckets[::-1]] = np.arange(count)[::-1]  # the first row is written last
    found = first_in_bucket[buckets]
    differs = (words.take(found, axis=0) != words) @ np.ones(words.shape[1], np.bool_)
    return np.where(differs, np.arange(count), found)
