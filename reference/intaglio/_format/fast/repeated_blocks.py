"""Finds blocks that are equal, so that each is decompressed only once.

A file of 1 MB may hold twenty million blocks of one byte. Most of them must be repeats: blocks that
differ take room.
"""

import secrets
from typing import Final

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

_SEATS: Final = 4  # a row, so that few find theirs taken
_FEW: Final = 4  # of one length, among which looking takes longer than it spares


def alike(entries: Bytes, stored: Bytes, places: Numbers) -> tuple[Numbers, Numbers]:
    """Which blocks are to be unpacked, ascending, and for each block which of these it is.

    entries: (n, b), what the table says of each block. places: (n + 1,), where in `stored` each
    begins, and the last ends. Blocks are alike if entry and stored bytes are the same; of those
    the first is taken. A few that are alike may be overlooked, none is taken for another.
    """
    firsts = np.arange(len(entries))
    lengths = np.diff(places)
    for length in np.flatnonzero(np.bincount(lengths)).tolist():
        some = np.flatnonzero(lengths == length)
        if len(some) >= _FEW:
            parts = np.lib.stride_tricks.sliding_window_view(stored, length)[places[some]]
            firsts[some] = some[_first_rows(np.hstack([entries[some], parts]))]
    is_first = firsts == np.arange(len(entries))
    return np.flatnonzero(is_first), (np.cumsum(is_first) - 1)[firsts]


def _first_rows(rows: Bytes) -> Numbers:
    """For each row the first that is the same, or the row itself."""
    count, length = rows.shape
    padded = np.zeros((count, -(-length // 8) * 8), np.uint8)
    padded[:, :length] = rows
    words = padded.view(np.uint64)
    # Random, so that no file can be made whose rows, all different, get the same seat.
    factors = np.frombuffer(secrets.token_bytes(words.nbytes // count), np.uint64)
    bits = (_SEATS * count).bit_length()
    seats = words @ factors >> np.uint64(64 - bits)
    seated = np.zeros(1 << bits, np.int64)
    seated[seats[::-1]] = np.arange(count)[::-1]  # the first has the seat
    found = seated[seats]
    differs = (words.take(found, axis=0) != words) @ np.ones(words.shape[1], np.bool_)
    return np.where(differs, np.arange(count), found)
