"""Checksums and reproducible noise.

CRC-32 and Adler-32 come from zlib, SHA-256 from hashlib; XXH64 is written out
here, from its specification.
"""

import hashlib
import zlib
from typing import Final

_PRIME_1: Final = 0x9E3779B185EBCA87
_PRIME_2: Final = 0xC2B2AE3D27D4EB4F
_PRIME_3: Final = 0x165667B19E3779F9
_PRIME_4: Final = 0x85EBCA77C2B2AE63
_PRIME_5: Final = 0x27D4EB2F165667C5
_MASK: Final = 2**64 - 1


def crc32(data: bytes) -> int:
    """CRC-32 of PNG, zlib and gzip."""
    return zlib.crc32(data)


def adler32(data: bytes) -> int:
    """Adler-32 of a zlib stream."""
    return zlib.adler32(data)


def sha256(data: bytes) -> bytes:
    """SHA-256, as its 32 bytes."""
    return hashlib.sha256(data).digest()


def noise(seed: str, size: int) -> bytes:
    """`size` bytes that look random and are the same for ever."""
    parts = [sha256(f"{seed}/{index}".encode()) for index in range(size // 32 + 1)]
    return b"".join(parts)[:size]


def xxh64(data: bytes) -> int:
    """XXH64 with seed 0, whose low 32 bits are Zstandard's content checksum."""
    at = 0
    if len(data) >= 32:
        lanes = [(_PRIME_1 + _PRIME_2) & _MASK, _PRIME_2, 0, -_PRIME_1 & _MASK]
        while at + 32 <= len(data):
            for lane in range(4):
                word = int.from_bytes(data[at + 8 * lane : at + 8 * lane + 8], "little")
                lanes[lane] = _round(lanes[lane], word)
            at += 32
        total = sum(_rotate(lane, turn) for lane, turn in zip(lanes, (1, 7, 12, 18), strict=True))
        for lane in lanes:
            total = ((total ^ _round(0, lane)) * _PRIME_1 + _PRIME_4) & _MASK
    else:
        total = _PRIME_5
    total = (total + len(data)) & _MASK
    while at + 8 <= len(data):
        total ^= _round(0, int.from_bytes(data[at : at + 8], "little"))
        total = (_rotate(total, 27) * _PRIME_1 + _PRIME_4) & _MASK
        at += 8
    if at + 4 <= len(data):
        total ^= int.from_bytes(data[at : at + 4], "little") * _PRIME_1 & _MASK
        total = (_rotate(total, 23) * _PRIME_2 + _PRIME_3) & _MASK
        at += 4
    for byte in data[at:]:
        total ^= byte * _PRIME_5 & _MASK
        total = _rotate(total, 11) * _PRIME_1 & _MASK
    total = (total ^ (total >> 33)) * _PRIME_2 & _MASK
    total = (total ^ (total >> 29)) * _PRIME_3 & _MASK
    return total ^ (total >> 32)


def _rotate(value: int, turn: int) -> int:
    value &= _MASK
    return (value << turn | value >> (64 - turn)) & _MASK


def _round(lane: int, word: int) -> int:
    return _rotate(lane + word * _PRIME_2, 31) * _PRIME_1 & _MASK
