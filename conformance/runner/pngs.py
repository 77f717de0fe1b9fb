"""Plain PNG files: 8-bit truecolour, with or without alpha, read and written.

Enough to make covers and to look at what an encoder wrote; a reader of
Intaglio files needs all of SPEC.md section 4.
"""

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CHANNELS: Final = {2: 3, 6: 4}


class PngError(ValueError):
    """The file is no plain PNG."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows joined; `kinds` are the types of the chunks, in order."""

    width: int
    height: int
    channels: int
    samples: bytes
    kinds: tuple[str, ...] = ()

    def pixel(self, index: int) -> tuple[int, ...]:
        """R, G, B, A of pixel `index`."""
        found = tuple(self.samples[index * self.channels : (index + 1) * self.channels])
        return found if self.channels == 4 else (*found, 255)


def write(path: Path, picture: Picture) -> None:
    """Write `picture` without filters."""
    row = picture.width * picture.channels
    lines = b"".join(
        b"\0" + picture.samples[start : start + row]
        for start in range(0, len(picture.samples), row)
    )
    size = picture.width.to_bytes(4, "big") + picture.height.to_bytes(4, "big")
    colour = {channels: colour for colour, channels in _CHANNELS.items()}[picture.channels]
    chunks = [
        (b"IHDR", size + bytes([8, colour, 0, 0, 0])),
        (b"IDAT", zlib.compress(lines)),
        (b"IEND", b""),
    ]
    path.write_bytes(SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def read(raw: bytes) -> Picture:
    """Read a plain PNG; PngError for any other file."""
    if not raw.startswith(SIGNATURE):
        message = "no PNG"
        raise PngError(message)
    chunks, at = [], len(SIGNATURE)
    while not chunks or chunks[-1][0] != b"IEND":
        length = int.from_bytes(raw[at : at + 4], "big")
        kind, data = raw[at + 4 : at + 8], raw[at + 8 : at + 8 + length]
        if raw[at : at + 12 + length] != _chunk(kind, data):
            message = f"chunk {kind!r} is damaged"
            raise PngError(message)
        chunks.append((kind, data))
        at += 12 + length
    head = chunks[0][1]
    width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    if chunks[0][0] != b"IHDR" or head[8] != 8 or head[9] not in _CHANNELS or head[12]:
        message = f"[PNG-8] not 8-bit truecolour: bit depth {head[8]}, colour type {head[9]}"
        raise PngError(message)
    channels = _CHANNELS[head[9]]
    try:
        lines = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    except zlib.error as problem:
        raise PngError(str(problem)) from problem
    if len(lines) != height * (1 + width * channels):
        message = "too few or too many scan lines"
        raise PngError(message)
    kinds = tuple(kind.decode("latin-1") for kind, _ in chunks)
    return Picture(width, height, channels, _unfiltered(lines, width * channels, channels), kinds)


def _unfiltered(lines: bytes, row: int, step: int) -> bytes:
    out = bytearray()
    above = bytearray(row)
    for start in range(0, len(lines), 1 + row):
        kind, line = lines[start], bytearray(lines[start + 1 : start + 1 + row])
        if kind == 1:
            for i in range(step, row):
                line[i] = (line[i] + line[i - step]) & 255
        elif kind == 2:
            line = bytearray((a + b) & 255 for a, b in zip(line, above, strict=True))
        elif kind in (3, 4):
            _undo_average_or_paeth(kind, line, above, step)
        elif kind:
            message = f"filter type {kind}"
            raise PngError(message)
        out += line
        above = line
    return bytes(out)


def _undo_average_or_paeth(kind: int, line: bytearray, above: bytearray, step: int) -> None:
    for i in range(len(line)):
        left, corner = (line[i - step], above[i - step]) if i >= step else (0, 0)
        guess = (left + above[i]) // 2
        if kind == 4:
            estimate = left + above[i] - corner
            near = [abs(estimate - value) for value in (left, above[i], corner)]
            guess = (left, above[i], corner)[near.index(min(near))]
        line[i] = (line[i] + guess) & 255
