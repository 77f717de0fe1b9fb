"""What the frames of real compressors hold: bytes that are the same for ever.

Builder and collector both make them here, so that only frames need storing.
"""

from collections.abc import Callable
from typing import Final

from builder.checksums import noise

_WORDS: Final = (
    b"plate burin ink paper copper line press hatch etch proof state wiping felt bevel "
    b"ground acid rocker scraper mezzotint aquatint drypoint intaglio"
).split()


def text(size: int) -> bytes:
    """Words in no order: Huffman literals and many short matches."""
    words = (_WORDS[byte % len(_WORDS)] for byte in noise("text", size))
    return b" ".join(words)[:size]


def skewed(size: int) -> bytes:
    """Small numbers, the smaller the more often: literals without matches."""
    pairs = noise("skewed", 2 * size)
    return bytes(min(pairs[2 * i], pairs[2 * i + 1]) // 8 for i in range(size))


def far(size: int) -> bytes:
    """Noise that comes again after half of the whole: one long match at a far offset."""
    half = noise("far", size // 2)
    return half + half


def ramp(size: int) -> bytes:
    """A u16 counter with steps of 1 and, now and then, 3."""
    value, out = 1000, bytearray()
    for byte in noise("ramp", size // 2):
        value += 3 if byte < 16 else 1
        out += (value % 65536).to_bytes(2, "little")
    return bytes(out)


def records(size: int) -> bytes:
    """Records of 12 bytes, of which most come from a few kinds: repeat offsets."""
    kinds = [noise(f"kind {index}", 12) for index in range(6)]
    out = bytearray()
    for index, byte in enumerate(noise("records", size // 12 + 1)):
        out += kinds[byte % 6][:9] + index.to_bytes(2, "little") + bytes([byte])
    return bytes(out[:size])


def shifting(size: int) -> bytes:
    """Text, noise, zeros and small numbers by turns."""
    quarter = size // 4
    return text(quarter) + noise("shifting", quarter) + bytes(quarter) + skewed(size - 3 * quarter)


def white(size: int) -> bytes:
    """Noise: cannot be compressed."""
    return noise("white", size)


def few(size: int) -> bytes:
    """Three symbols: Huffman weights that are shorter plain than coded."""
    return bytes((0, 0, 0, 0, 1, 1, 2, 7)[byte % 8] for byte in noise("few", size))


def spaced(size: int) -> bytes:
    """One byte, then an old word of five, again and again: run-length literals."""
    words = [noise(f"word {index}", 5) for index in range(40)]
    start = b"".join(words)
    picks = noise("spaced", size)
    return (start + b"".join(b"z" + words[pick % 40] for pick in picks))[:size]


CONTENTS: Final[dict[str, Callable[[int], bytes]]] = {
    "text": text,
    "skewed": skewed,
    "far": far,
    "ramp": ramp,
    "records": records,
    "shifting": shifting,
    "white": white,
    "few": few,
    "spaced": spaced,
}


def content(name: str, size: int) -> bytes:
    """Give a content by its name."""
    return CONTENTS[name](size)
