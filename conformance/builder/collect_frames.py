"""Collect frames of real Zstandard compressors into real_frames.json.

Run once, by hand, in an environment with the zstandard package and the zstd
command; the builder reads only what was collected. A plain walk through each
frame notes what it uses, so that nothing is believed without being seen.
"""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import zstandard

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builder.contents import content

TARGET = Path(__file__).with_name("real_frames.json")
LITERALS = ("raw", "rle", "huffman", "treeless")
MODES = ("predefined", "rle", "fse", "repeat")


def walk(frame: bytes) -> tuple[set[str], dict[str, int]]:
    """Give the features of a frame, and where its first compressed block has what."""
    found: set[str] = set()
    places: dict[str, int] = {}
    descriptor, at = frame[4], 5
    single = descriptor >> 5 & 1
    found.add("single segment" if single else "window descriptor")
    if descriptor >> 2 & 1:
        found.add("checksum")
    size_bytes = (single, 2, 4, 8)[descriptor >> 6]
    found.add(f"content size of {size_bytes} bytes")
    at += (not single) + size_bytes
    while True:
        header = int.from_bytes(frame[at : at + 3], "little")
        kind, size = header >> 1 & 3, header >> 3
        at += 3
        found.add(f"block {('raw', 'rle', 'compressed')[kind]}")
        if kind == 2:
            walk_block(frame, at, found, places)
        at += 1 if kind == 1 else size
        if header & 1:
            return found, places


def walk_block(frame: bytes, at: int, found: set[str], places: dict[str, int]) -> None:
    """Note literals, number of sequences and modes of one compressed block."""
    places.setdefault("literals", at)
    kind, form = frame[at] & 3, frame[at] >> 2 & 3
    word = int.from_bytes(frame[at : at + 5], "little")
    if kind < 2:
        head = (1, 2, 1, 3)[form]
        size = word >> 3 & 31 if form in (0, 2) else word >> 4 & (2 ** (8 * head - 4) - 1)
        at += head + (size if kind == 0 else 1)
        found.add(f"literals {LITERALS[kind]}")
    else:
        head, width = ((3, 10), (3, 10), (4, 14), (5, 18))[form]
        size = word >> (4 + width) & (2**width - 1)
        streams = 1 if form == 0 else 4
        found.add(f"literals {LITERALS[kind]} {streams} streams format {form}")
        if kind == 2:
            weights = "direct" if frame[at + head] >= 128 else "fse"
            found.add(f"huffman weights {weights}")
        at += head + size
    places.setdefault("sequences", at)
    count, head = frame[at], 1
    if count == 255:
        count, head = int.from_bytes(frame[at + 1 : at + 3], "little") + 0x7F00, 3
    elif count >= 128:
        count, head = (count - 128 << 8) + frame[at + 1], 2
    found.add(f"sequence count of {head} bytes" if count else "no sequences")
    if not count:
        return
    places.setdefault("modes", at + head)
    modes = frame[at + head]
    for name, shift in (("literal lengths", 6), ("offsets", 4), ("match lengths", 2)):
        found.add(f"{name} {MODES[modes >> shift & 3]}")


def package(data: bytes, flush: int = 0, **options: Any) -> bytes:  # noqa: ANN401
    """Compress with the zstandard package, flushing a block every `flush` bytes."""
    level = options.pop("level", 3)
    checksum = options.pop("checksum", False)
    parameters = zstandard.ZstdCompressionParameters.from_level(
        level, source_size=len(data), write_checksum=checksum, write_content_size=True, **options
    )
    compressor = zstandard.ZstdCompressor(compression_params=parameters)
    if not flush:
        return compressor.compress(data)
    stream = compressor.compressobj(size=len(data))
    out = b""
    for at in range(0, len(data), flush):
        out += stream.compress(data[at : at + flush])
        out += stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    return out + stream.flush()


def command(data: bytes, *options: str) -> bytes:
    """Compress with the zstd command, from a file, so that it knows the size."""
    path = TARGET.with_suffix(".input")
    path.write_bytes(data)
    made = subprocess.run(  # noqa: S603 -- our own options
        ["zstd", "-q", "-c", *options, str(path)],  # noqa: S607
        capture_output=True,
        check=True,
    )
    path.unlink()
    return made.stdout


def piped(data: bytes, *options: str) -> bytes:
    """Compress with the zstd command from a pipe: no content size."""
    made = subprocess.run(  # noqa: S603 -- our own options
        ["zstd", "-q", "-c", *options],  # noqa: S607
        input=data,
        capture_output=True,
        check=True,
    )
    return made.stdout


def collect() -> list[dict[str, Any]]:
    """Make all frames."""
    rows: list[dict[str, Any]] = []

    def add(id: str, name: str, size: int, frame: bytes, tool: str) -> None:  # noqa: A002
        data = content(name, size)
        back = zstandard.ZstdDecompressor().decompressobj().decompress(frame)
        assert back == data, id
        found, places = walk(frame)
        rows.append(
            {
                "id": id,
                "tool": tool,
                "content": name,
                "size": size,
                "features": sorted(found),
                "places": places,
                "frame": base64.b64encode(frame).decode(),
            }
        )

    version = ".".join(map(str, zstandard.ZSTD_VERSION))
    python = f"python-zstandard {zstandard.__version__}, libzstd {version}"
    shell = "zstd 1.5.4"

    def by_package(id: str, name: str, size: int, flush: int = 0, **options: Any) -> None:  # noqa: A002, ANN401
        words = "".join(f", {key}={value}" for key, value in options.items())
        frame = package(content(name, size), flush, **options)
        add(id, name, size, frame, f"{python}{words}{f', flush every {flush}' if flush else ''}")

    def by_command(id: str, name: str, size: int, *options: str) -> None:  # noqa: A002
        frame = command(content(name, size), *options)
        add(id, name, size, frame, f"{shell} {' '.join(options)}")

    for level in range(1, 23):
        by_package(f"level-{level:02}", "text", 700, level=level)
    for level in (-1, -5, -50):
        by_package(f"level-minus-{-level}", "text", 700, level=level)
    for name in ("skewed", "ramp", "records", "shifting", "white", "far"):
        by_package(f"{name}-19", name, 3000, level=19, checksum=True)
        by_package(f"{name}-1", name, 3000, level=1)
    by_package("small-huffman", "skewed", 200, level=19)
    by_package("blocks-text", "text", 6000, 600, level=19)
    by_package("blocks-skewed", "skewed", 6000, 900, level=19)
    by_package("blocks-records", "records", 6000, 500, level=12)
    by_package("blocks-ramp", "ramp", 6000, 700, level=5, checksum=True)
    by_package("blocks-shifting", "shifting", 8000, 1000, level=22)
    by_package("blocks-small", "skewed", 2000, 150, level=19)
    by_package("two-blocks", "text", 140000, level=19, checksum=True)
    by_package("literals-18-bit", "skewed", 40000, level=1)
    by_package("many-sequences", "records", 131000, level=6, min_match=3)
    by_package("few-symbols", "few", 400, level=19)
    by_package("few-symbols-4-streams", "few", 4000, level=1)
    by_package("run-length-literals", "spaced", 4000, 250, level=19, min_match=4)
    by_package("treeless-18-bit", "skewed", 60000, 30000, level=3)
    by_package("treeless-14-bit", "skewed", 10000, 2500, level=3)
    by_package("window-1-kib", "text", 6000, level=9, window_log=10)
    by_package("window-4-kib", "records", 20000, level=15, window_log=12, checksum=True)
    by_package("long-distance", "far", 60000, level=3, enable_ldm=True, window_log=15)
    by_package("window-8-mib", "far", 24000, 12000, level=3, window_log=23)
    by_command("command-3", "text", 1500, "-3")
    by_command("command-19-long", "far", 24000, "-19", "--long=27")
    by_command("command-22", "records", 5000, "--ultra", "-22")
    by_command("command-fast", "records", 5000, "--fast=5", "--no-check")
    by_command("command-adaptive", "shifting", 5000, "-9", "--rsyncable")
    extra = {
        "piped": piped(content("text", 700), "-3"),
        "piped-long": piped(content("text", 700), "-3", "--long=27"),
    }
    for id_, frame in extra.items():
        add(id_, "text", 700, frame, f"{shell} from a pipe")
    return rows


def main() -> None:
    """Write real_frames.json and say what the frames cover."""
    rows = collect()
    TARGET.write_text(json.dumps(rows, indent=1) + "\n")
    seen: dict[str, int] = {}
    for row in rows:
        for feature in row["features"]:
            seen[feature] = seen.get(feature, 0) + 1
    for feature in sorted(seen):
        sys.stdout.write(f"{seen[feature]:3} {feature}\n")
    sys.stdout.write(f"{len(rows)} frames, {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
