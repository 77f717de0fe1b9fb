"""The neighbourhood of the smallest file: SPEC.md section 17, one byte changed.

Whatever single byte is changed, and wherever the file is cut, a decoder
refuses it or gives the same bytes. Three neighbourhoods: the file as it is;
with PNG's checksums made right again; and the stream that the pixels carry,
with its CRC-32s made right again. SHA-256 is left alone.

The verdicts, one a line, hash to one digest that every right decoder has: a
reader's own limit on pixels is counted as damage, which it would find next.
"""

import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters import contract

from proofs.workers import outcomes

SPEC: Final = Path(__file__).resolve().parents[2] / "SPEC.md"
FILE_BYTES: Final = 670
PROLOGUE_BYTES: Final = 80
BODY_BYTES: Final = 108
HEADER_BYTES: Final = 67
ROW_PIXELS: Final = 14
CHUNKS: Final = ((8, 13), (0x21, 613), (0x292, 0))  # where each begins, and its length
LINES: Final = slice(0x30, 0x28A)
ADLER: Final = slice(0x28A, 0x28E)
SAME: Final = "same"
SECONDS_MAX: Final = 1800.0
_SIZES: Final = {"raw": FILE_BYTES, "sealed": FILE_BYTES, "stream": PROLOGUE_BYTES + BODY_BYTES}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What a decoder says of the neighbours: how often each verdict, and the digest of all."""

    verdicts: Counter[str]
    digest: str

    @property
    def wrong(self) -> int:
        """How many gave other bytes, or no verdict at all."""
        return sum(n for verdict, n in self.verdicts.items() if verdict.startswith("!"))


def smallest_file() -> bytes:
    """The file that SPEC.md section 17 prints."""
    text = SPEC.read_text("utf-8").rpartition("The whole PNG file, 670 bytes.")[2]
    rows = re.findall(r"^[0-9A-F]{4}  ((?:[0-9A-F]{2} ?)+)$", text, re.MULTILINE)
    raw = bytes.fromhex("".join(rows))
    assert len(raw) == FILE_BYTES
    return raw


def sealed(raw: bytes) -> bytes:
    """The file with the checksums of its zlib stream and its chunks made right."""
    out = bytearray(raw)
    out[ADLER] = zlib.adler32(out[LINES]).to_bytes(4, "big")
    for start, length in CHUNKS:
        end = start + 8 + length
        out[end : end + 4] = zlib.crc32(out[start + 4 : end]).to_bytes(4, "big")
    return bytes(out)


def stream_of(raw: bytes) -> bytes:
    """Prologue and body, 188 bytes, as the pixels of the smallest file carry them."""
    pixels = _pixels(raw)
    prologue = bytes(r % 8 * 32 + g % 4 * 8 + b % 8 for r, g, b in pixels[:PROLOGUE_BYTES])
    body = b"".join(map(bytes, pixels[PROLOGUE_BYTES : PROLOGUE_BYTES + BODY_BYTES // 3]))
    return prologue + body


def _pixels(raw: bytes) -> list[tuple[int, int, int]]:
    rows = [raw[at + 1 : at + 43] for at in range(LINES.start, LINES.stop, 43)]
    samples = b"".join(rows)
    return [(samples[i], samples[i + 1], samples[i + 2]) for i in range(0, len(samples), 3)]


def with_stream(raw: bytes, stream: bytes) -> bytes:
    """The smallest file carrying another stream, its CRC-32s and PNG's made right."""
    prologue, body = bytearray(stream[:PROLOGUE_BYTES]), bytearray(stream[PROLOGUE_BYTES:])
    prologue[76:] = zlib.crc32(prologue[:76]).to_bytes(4, "little")
    header = body[: HEADER_BYTES - 4]
    body[HEADER_BYTES - 4 : HEADER_BYTES] = zlib.crc32(header).to_bytes(4, "little")
    body[HEADER_BYTES + 4 : HEADER_BYTES + 8] = zlib.crc32(body[-1:]).to_bytes(4, "little")
    pixels = [(byte >> 5, byte >> 3 & 3, byte & 7) for byte in prologue]
    pixels += [(body[i], body[i + 1], body[i + 2]) for i in range(0, len(body), 3)]
    pixels += _pixels(raw)[len(pixels) :]
    lines = bytearray()
    for row in range(ROW_PIXELS):
        lines += b"\0" + b"".join(map(bytes, pixels[row * ROW_PIXELS : (row + 1) * ROW_PIXELS]))
    return sealed(raw[: LINES.start] + lines + raw[LINES.stop :])


def _neighbours(kind: str, at: int, values: Iterable[int]) -> Iterator[tuple[str, bytes]]:
    """The neighbours at one place, each with its name."""
    raw = smallest_file()
    base = stream_of(raw) if kind == "stream" else raw
    for value in values:
        if value != base[at]:
            changed = base[:at] + bytes([value]) + base[at + 1 :]
            name = f"{kind} {at:03X} {value:02X}"
            if kind == "stream":
                yield name, with_stream(raw, changed)
            else:
                yield name, sealed(changed) if kind == "sealed" else changed
    if kind == "raw":
        yield f"cut {at:03X}", raw[:at]


def verdict(png: bytes, decode: contract.Decode | None = None) -> str:
    """A reason, `same`, or something that begins with `!`; by default of the plain reader."""
    if decode is None:
        from adapters.plain import decode
    try:
        decoded = decode(png, None)
    except contract.RefusedError as problem:
        return "png-damaged" if problem.reason == "limit-exceeded" else problem.reason
    except Exception as problem:
        return f"!{type(problem).__name__}"
    (row,) = decoded.result["arrays"] or [{}]
    told = row.get("name"), row.get("element"), row.get("shape"), decoded.arrays
    is_same = told == ("x", "uint8", [], (b"*",)) and decoded.result["metadata"] is None
    return SAME if is_same else "!other"


def explored(jobs: int) -> Neighbours:
    """All neighbours, and what becomes of them."""
    raw = smallest_file()
    assert sealed(raw) == raw
    assert with_stream(raw, stream_of(raw)) == raw
    assert verdict(raw) == SAME
    tasks = [(kind, at) for kind, size in _SIZES.items() for at in range(0, size, 16)]

    def work(task: tuple[str, int]) -> Sequence[str]:
        kind, first = task
        places = range(first, min(first + 16, _SIZES[kind]))
        return [line for at in places for line in _verdicts(kind, at, range(256))]

    found = dict(outcomes(tasks, work, jobs, SECONDS_MAX))
    lines: list[str] = []
    for task in tasks:
        told = found[task]
        lines += [f"{task} !{told}"] if isinstance(told, str) else told
    return _counted(lines)


def sampled() -> Neighbours:
    """Few of the neighbours, for a quick look: every 67th place, every fifth value."""
    places = [(kind, at) for kind, size in _SIZES.items() for at in range(0, size, 67)]
    return _counted([line for place in places for line in _verdicts(*place, range(0, 256, 5))])


def _verdicts(kind: str, at: int, values: Iterable[int]) -> list[str]:
    return [f"{name} {verdict(png)}" for name, png in _neighbours(kind, at, values)]


def _counted(lines: Sequence[str]) -> Neighbours:
    verdicts = Counter(line.rpartition(" ")[2] for line in lines)
    return Neighbours(verdicts, hashlib.sha256("\n".join(lines).encode()).hexdigest())
