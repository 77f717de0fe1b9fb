"""What a writer must keep, beyond what a reader checks.

Labels PNG-8, CAR-5, CAR-6, DEC-4, and that what a request asked for was done.
Reads only the file that an encoder made for a known request.
"""

from dataclasses import dataclass
from typing import Final

from .pngs import Picture, PngError, read

PROLOGUE_BYTES: Final = 80
FORBIDDEN: Final = frozenset({"gAMA", "cHRM", "iCCP", "cICP", "mDCV", "cLLI", "eXIf"})
FILTERS: Final = {
    1: "order",
    2: "delta",
    3: "lorenzo",
    4: "zigzag",
    5: "shuffle",
    6: "bytedelta",
    7: "decimal",
}
CODECS: Final = {0: "stored", 1: "zstd"}

Chain = tuple[tuple[str | int, ...], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """The part of an array record that a request may ask for."""

    filters: Chain
    codec: str
    block_length: int
    size: int


def broken_rules(raw: bytes, depths: tuple[int, ...]) -> list[str]:
    """The rules for writers that the file breaks."""
    try:
        picture = read(raw)
    except PngError as problem:
        return [str(problem)]
    first, last = 0, picture.width * picture.height - PROLOGUE_BYTES
    if last < PROLOGUE_BYTES:
        return ["[CAR-3] fewer than 160 pixels"]
    prologue = _prologue(picture, first)
    alphas = picture.samples[3::4] if picture.channels == 4 else b"\xff"
    ends = [picture.pixel(at + k)[3] for at in (first, last) for k in range(PROLOGUE_BYTES)]
    rules = {
        "[PNG-8] a chunk that changes colours": bool(FORBIDDEN & set(picture.kinds)),
        "[PNG-8] colour type 6, and every alpha is 255": (picture.channels == 4)
        == (min(alphas) == 255),
        "[CAR-6] a pixel with alpha 0": min(alphas) == 0,
        "[CAR-6] alpha below 255 in prologue or echo": min(ends) < 255,
        "[CAR-5] the echo does not repeat the prologue": prologue != _prologue(picture, last),
        "[DEC-4] version or flags": prologue[:20] != b"INTAGLIO\1\0\x50\0" + bytes(8),
        "the depths are not those asked for": tuple(prologue[20:24]) != depths,
    }
    return [rule for rule, broken in rules.items() if broken]


def _prologue(picture: Picture, first: int) -> bytes:  # [CAR-1]
    out = bytearray()
    for k in range(first, first + PROLOGUE_BYTES):
        red, green, blue, _ = picture.pixel(k)
        out.append(red % 8 * 32 + green % 4 * 8 + blue % 8)
    return bytes(out)


def records(raw: bytes) -> list[Record]:
    """The array records of a file that a decoder found to be right."""
    picture = read(raw)
    prologue = _prologue(picture, 0)
    depths = tuple(prologue[20:24])
    header = _Bytes(_body(picture, depths, int.from_bytes(prologue[32:36], "little")))
    count = header.number(2)
    header.number(2)
    header.skip(header.number(4))
    return [_record(header) for _ in range(count)]


def _body(picture: Picture, depths: tuple[int, ...], count: int) -> bytes:  # [CAR-2]
    bits, width = 0, 0
    k = PROLOGUE_BYTES
    out = bytearray()
    while len(out) < count:
        for value, depth in zip(picture.pixel(k), depths, strict=True):
            bits, width = bits << depth | value & (1 << depth) - 1, width + depth
        while width >= 8:
            width -= 8
            out.append(bits >> width)
            bits &= (1 << width) - 1
        k += 1
    return bytes(out[:count])


class _Bytes:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def number(self, size: int) -> int:
        self._at += size
        return int.from_bytes(self._raw[self._at - size : self._at], "little")

    def skip(self, size: int) -> None:
        self._at += size


def _record(header: _Bytes) -> Record:
    header.skip(header.number(1) + 1 + 1 + 4)
    size = 1
    for _ in range(header.number(1)):
        size *= header.number(8)
    filters = []
    for _ in range(header.number(1)):
        name = FILTERS[header.number(1)]
        filters.append((name, *(header.number(4) for _ in range(header.number(1) // 4))))
    codec = CODECS[header.number(1)]
    length = header.number(4)
    header.skip(4 + 32)
    header.skip(header.number(4))
    return Record(tuple(filters), codec, length, size)
