"""Deflate and zlib streams, written by hand.

RFC 1950 and 1951 as PNG uses them [PNG-5]: stored blocks, fixed and dynamic
Huffman codes, and a greedy search for matches. This file knows bytes only.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from builder.checksums import adler32

STORED_BYTES_MAX: Final = 65535
MATCH_MIN, MATCH_MAX = 3, 258
END_OF_BLOCK: Final = 256

_LENGTH_EXTRA: Final = [0] * 8 + [e for e in range(1, 6) for _ in range(4)] + [0]
_DISTANCE_EXTRA: Final = [0, 0, 0, 0] + [e for e in range(1, 14) for _ in range(2)]
_CODE_ORDER: Final = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)

Token: TypeAlias = int | tuple[int, int]
"""A literal byte, or a match (length, distance)."""


class Bits:
    """A bit string that fills bytes from their least significant bit."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def number(self, value: int, width: int) -> None:
        """Write a number, least significant bit first."""
        if width:
            self._parts.append(format(value, f"0{width}b")[::-1])

    def code(self, value: int, width: int) -> None:
        """Write a Huffman code, most significant bit first."""
        self._parts.append(format(value, f"0{width}b"))

    def to_byte(self) -> None:
        """Fill up with zeros to the next byte."""
        text = "".join(self._parts)
        self._parts = [text + "0" * (-len(text) % 8)]

    def raw(self, data: bytes) -> None:
        """Write whole bytes."""
        self._parts += [format(byte, "08b")[::-1] for byte in data]

    def finish(self) -> bytes:
        """Give all bytes, the last one filled up with zeros."""
        self.to_byte()
        text = self._parts[0][::-1]
        return int(text or "0", 2).to_bytes(len(text) // 8, "little")


def _bases(extra: Sequence[int], first: int) -> list[int]:
    bases = [first]
    for width in extra[:-1]:
        bases.append(bases[-1] + 2**width)
    return bases


_LENGTH_BASE: Final = [*_bases(_LENGTH_EXTRA[:-1], 3), 258]
_DISTANCE_BASE: Final = _bases(_DISTANCE_EXTRA, 1)


def tokens(data: bytes, window: int) -> list[Token]:
    """Literals and matches, greedily, with no distance above `window`."""
    found: list[Token] = []
    seen: dict[bytes, int] = {}
    at = 0
    while at < len(data):
        key = data[at : at + MATCH_MIN]
        near = seen.get(key, -1)
        length = 0
        if len(key) == MATCH_MIN and near >= 0 and at - near <= window:
            length = _common(data, at, near)
        found.append((length, at - near) if length else data[at])
        seen[key] = at
        at += length or 1
    return found


def _common(data: bytes, at: int, near: int) -> int:
    """How many bytes from `at` on equal those from `near` on, up to the longest match."""
    most = min(MATCH_MAX, len(data) - at)
    if data[at : at + most] == data[near : near + most]:
        return most
    return next(size for size in range(most) if data[at + size] != data[near + size])


def length_symbol(length: int) -> tuple[int, int, int]:
    """Give symbol, extra value and extra width of a match length."""
    index = bisect_right(_LENGTH_BASE, length) - 1
    return 257 + index, length - _LENGTH_BASE[index], _LENGTH_EXTRA[index]


def distance_symbol(distance: int) -> tuple[int, int, int]:
    """Give symbol, extra value and extra width of a distance."""
    index = bisect_right(_DISTANCE_BASE, distance) - 1
    return index, distance - _DISTANCE_BASE[index], _DISTANCE_EXTRA[index]


def codes_of(lengths: Sequence[int]) -> list[int]:
    """Give the canonical codes for these code lengths [RFC 1951, 3.2.2]."""
    code, codes = 0, [0] * len(lengths)
    for width in range(1, 16):
        code <<= 1
        for symbol, length in enumerate(lengths):
            if length == width:
                codes[symbol] = code
                code += 1
    return codes


def huffman_lengths(counts: Counter[int], size: int, longest: int) -> list[int]:
    """Give code lengths for these counts, flattening them until none is too long."""
    weights = {symbol: count for symbol, count in counts.items() if count}
    while True:
        lengths = [0] * size
        leaves = ((weight, (symbol,)) for symbol, weight in weights.items())
        heap: list[tuple[int, tuple[int, ...]]] = sorted(leaves)
        if len(heap) == 1:
            lengths[heap[0][1][0]] = 1
        while len(heap) > 1:
            (weight_a, left), (weight_b, right) = heap[:2]
            for symbol in left + right:
                lengths[symbol] += 1
            heap = sorted([*heap[2:], (weight_a + weight_b, left + right)])
        if max(lengths) <= longest:
            return lengths
        weights = {symbol: weight // 2 + 1 for symbol, weight in weights.items()}


FIXED_LITERALS: Final = [8] * 144 + [9] * 112 + [7] * 24 + [8] * 8
FIXED_DISTANCES: Final = [5] * 32


def put_tokens(
    bits: Bits, found: Iterable[Token], literals: Sequence[int], distances: Sequence[int]
) -> None:
    """Write tokens and the end of the block with the codes of these lengths."""
    literal_codes, distance_codes = codes_of(literals), codes_of(distances)
    for token in found:
        if isinstance(token, int):
            bits.code(literal_codes[token], literals[token])
            continue
        symbol, value, width = length_symbol(token[0])
        bits.code(literal_codes[symbol], literals[symbol])
        bits.number(value, width)
        symbol, value, width = distance_symbol(token[1])
        bits.code(distance_codes[symbol], distances[symbol])
        bits.number(value, width)
    bits.code(literal_codes[END_OF_BLOCK], literals[END_OF_BLOCK])


def stored(data: bytes, size: int = STORED_BYTES_MAX) -> bytes:
    """Stored blocks of `size` bytes; no data is one empty block."""
    out = b""
    pieces = [data[at : at + size] for at in range(0, len(data), size)] or [b""]
    for index, piece in enumerate(pieces):
        out += bytes([index == len(pieces) - 1])
        out += len(piece).to_bytes(2, "little") + (len(piece) ^ 0xFFFF).to_bytes(2, "little")
        out += piece
    return out


def fixed(data: bytes, window: int = 32768) -> bytes:
    """One block with the fixed codes."""
    bits = Bits()
    bits.number(1, 1)
    bits.number(1, 2)
    put_tokens(bits, tokens(data, window), FIXED_LITERALS, FIXED_DISTANCES)
    return bits.finish()


def dynamic(data: bytes, window: int = 32768, blocks: int = 1) -> bytes:
    """Blocks with codes of their own, described with repeats 16, 17 and 18."""
    bits = Bits()
    found = tokens(data, window) if window else list(data)
    step = -(-len(found) // blocks)
    for index in range(blocks):
        put_dynamic(bits, found[index * step : (index + 1) * step], last=index == blocks - 1)
    return bits.finish()


def put_dynamic(bits: Bits, found: Sequence[Token], *, last: bool) -> None:
    """Write one dynamic block."""
    counts, reaches = Counter({END_OF_BLOCK: 1}), Counter[int]()
    for token in found:
        if isinstance(token, int):
            counts[token] += 1
        else:
            counts[length_symbol(token[0])[0]] += 1
            reaches[distance_symbol(token[1])[0]] += 1
    literals = huffman_lengths(counts, 286, 15)
    distances = huffman_lengths(reaches, 30, 15) if reaches else [0]
    bits.number(last, 1)
    bits.number(2, 2)
    put_code_lengths(bits, literals, distances)
    put_tokens(bits, found, literals, distances)


def put_code_lengths(bits: Bits, literals: Sequence[int], distances: Sequence[int]) -> None:
    """Write HLIT, HDIST, HCLEN and the code lengths."""
    runs = _runs([*literals, *distances])
    lengths = huffman_lengths(Counter(symbol for symbol, _, _ in runs), 19, 7)
    codes = codes_of(lengths)
    bits.number(len(literals) - 257, 5)
    bits.number(len(distances) - 1, 5)
    bits.number(19 - 4, 4)
    for symbol in _CODE_ORDER:
        bits.number(lengths[symbol], 3)
    for symbol, value, width in runs:
        bits.code(codes[symbol], lengths[symbol])
        bits.number(value, width)


def _runs(lengths: Sequence[int]) -> list[tuple[int, int, int]]:
    """Code lengths as (symbol, extra value, extra width), repeats taken together."""
    runs: list[tuple[int, int, int]] = []
    at = 0
    while at < len(lengths):
        value, size = lengths[at], 1
        while at + size < len(lengths) and lengths[at + size] == value:
            size += 1
        if value == 0 and size >= 11:
            size = min(size, 138)
            runs.append((18, size - 11, 7))
        elif value == 0 and size >= 3:
            runs.append((17, size - 3, 3))
        elif value and size >= 4:
            size = min(size, 7)
            runs += [(value, 0, 0), (16, size - 4, 2)]
        else:
            size = 1
            runs.append((value, 0, 0))
        at += size
    return runs


def zlib_stream(
    data: bytes, raw: Callable[[bytes], bytes] = stored, *, cinfo: int = 7, level: int = 0
) -> bytes:
    """Give header, deflate data and Adler-32 [RFC 1950]."""
    first, second = cinfo << 4 | 8, level << 6
    second += -(first * 256 + second) % 31
    return bytes([first, second]) + raw(data) + adler32(data).to_bytes(4, "big")
