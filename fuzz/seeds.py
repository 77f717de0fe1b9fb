"""Seeds: small files of every kind, made by the conformance builder or taken from its cases."""

import base64
import json
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Final

from builder import contents, filters, frames
from builder.checksums import noise
from builder.container import File
from builder.records import ZSTD, Array, Extension
from tests.format.png_oracle import FORMS, SAMPLES, write_oracle_png

from fuzz import ROOT, figures, tables
from fuzz.oracle import walked
from fuzz.parts import Stream, pixels_of, stream_of
from reader.registry import ELEMENTS

CASES: Final = ROOT / "conformance" / "cases"
REAL_FRAMES: Final = ROOT / "conformance" / "builder" / "real_frames.json"
FRAME_BYTES_MAX: Final = 400
FILE_BYTES_MAX: Final = 2400
RAW: Final = (8, 8, 8, 0)
DEPTHS: Final = ((3, 2, 3, 0), (2, 2, 2, 0), (4, 4, 4, 0), (5, 5, 6, 0), (2, 2, 2, 2), (1, 0, 0, 0))
CHAINS: Final = (
    (0x11, (filters.DELTA_1, filters.ZIGZAG, filters.SHUFFLE)),
    (0x22, (filters.lorenzo(1, 4), filters.SHUFFLE, filters.BYTEDELTA)),
    (0x31, (filters.ORDER, filters.delta(3), filters.BYTEDELTA)),
    (0x32, (filters.decimal(2), filters.DELTA_1, filters.ZIGZAG)),
    (0x40, (filters.decimal(1), filters.lorenzo(2, 6), filters.SHUFFLE)),
    (0x41, (filters.ORDER, filters.SHUFFLE)),
)
STEPS: Final = ((0, 1, 7), (0, 2, 3), (0, 4), (0, 5), (0, 6))  # filters, stage by stage
RECORDS: Final = ("figures", "pandas", "xarray")  # targets whose inputs are JSON
ITEM: Final = {0x11: 2, 0x22: 4, 0x31: 4, 0x32: 8, 0x40: 8, 0x41: 16}


def _filtered() -> list[File]:
    """One file for each chain, in two blocks of a shape of two dimensions."""
    files = []
    for element, chain in CHAINS:
        data = noise(f"seed {element}", 12 * ITEM[element])
        array = Array(element=element, shape=(3, 4), data=data, filters=chain, block_length=8)
        files.append(File(arrays=(array,), depths=RAW))
        files.append(File(arrays=(array.but(codec=ZSTD, coder=frames.mixed_frame),), depths=RAW))
    return files


def _plain() -> list[File]:
    """Elements, units, names, metadata, extensions, empty arrays and none."""
    scalar = Array()
    flags = Array(name=b"flags", element=0x01, shape=(5,), data=bytes((0, 1, 1, 0, 1)))
    time = Array(name=b"t", element=0x50, shape=(2,), data=noise("t", 16), unit=10, unit_count=3)
    empty = Array(name="leer ∅".encode(), element=0x32, shape=(0, 7), data=b"", block_length=0)
    rank = Array(name=b"deep", element=0x20, shape=(1,) * 32, data=b"\x07")
    span = Array(name=b"dt", element=0x51, shape=(), data=noise("dt", 8), unit=14, unit_count=1)
    text = b'{"a":[1,-2.5e3,true,null,{"b":"\\u00e9\\ud83d\\ude00"}],"c":"x"}'
    strange = Array(name=b"later", element=0x7F, shape=(3,), data=b"abc")
    return [
        File(arrays=(scalar,), depths=RAW),
        File(arrays=(flags, time, empty), metadata=text, depths=RAW),
        File(arrays=(rank.but(metadata=b'{"unit":"K"}'), span), depths=RAW),
        File(metadata=b' {"only":"text"} ', extensions=(Extension(7, 0, b"ext"),), depths=RAW),
        File(arrays=(scalar,), extensions=(Extension(1), Extension(0x8000, 0, b"z")), depths=RAW),
        File(arrays=(flags, strange), depths=RAW),
        File(depths=RAW),
    ]


def _real() -> list[File]:
    """Frames that real compressors made."""
    files = []
    for row in json.loads(REAL_FRAMES.read_bytes()):
        frame = base64.b64decode(row["frame"])
        if len(frame) <= FRAME_BYTES_MAX and "content size of 0 bytes" not in row["features"]:
            data = contents.content(row["content"], row["size"])
            array = Array(shape=(len(data),), data=data, codec=ZSTD, stored=(frame,))
            files.append(File(arrays=(array,), depths=RAW))
    assert files
    return files


@cache
def streams() -> tuple[tuple[Stream, ...], ...]:
    """All streams that mutants are made of, kind by kind."""
    deep = [_plain()[1].but(depths=depths) for depths in DEPTHS]
    kinds = (_plain(), _filtered(), _real(), deep)
    assert all(kinds)
    return tuple(tuple(stream_of(file) for file in kind) for kind in kinds)


@cache
def pngs(layers: str = "png") -> tuple[bytes, ...]:
    """Small files of the conformance cases that must be read, of the layers that match."""
    paths = sorted(CASES.glob(f"{layers}/accept/*.png"))
    found = tuple(p.read_bytes() for p in paths if p.stat().st_size <= FILE_BYTES_MAX)
    assert len(found) >= 20, "the conformance cases are not where they were"
    return found


@cache
def pictures() -> tuple[bytes, ...]:
    """Pictures of every form that PNG has, tiny and without data."""
    found = []
    for (colour, depth), interlaced in product(FORMS, (False, True)):
        top = 2**depth - 1
        values = iter(noise(f"picture {colour} {depth}", 1000))
        rows = [
            [tuple(next(values) % (top + 1) for _ in range(SAMPLES[colour])) for _ in range(5)]
            for _ in range(9)
        ]
        palette = noise("palette", 3 * min(top + 1, 256)) if colour == 3 else None
        trns = {0: bytes(2), 2: bytes(6), 3: b"\x00\x80"}.get(colour)
        how = {"palette": palette, "trns": trns, "interlaced": interlaced}
        found.append(write_oracle_png(rows, depth, colour, filters=(0, 1, 2, 3, 4), **how))
    return tuple(found)


def of_target(name: str) -> list[bytes]:
    """What the guided fuzzer of that target begins with; `targets` says what bytes mean there."""
    kinds = [stream for kind in streams() for stream in kind]
    if name == "carrier":
        heads = [bytes((*stream.prologue[20:24], 0, 40, 0, 0)) for stream in kinds]
        found = [h + pixels_of(s).tobytes() for h, s in zip(heads, kinds, strict=True)]
    elif name == "header":
        found = [stream.prologue[:76] + stream.header[:-4] for stream in kinds]
    elif name == "blocks":
        found = [seed for stream in kinds for seed in _blocks(stream)]
    elif name == "figures":
        found = [*figures.seeds(), *(figures.mutant(number) for number in range(40))]
    elif name in RECORDS:
        found = [*tables.seeds(name), *(tables.mutant(name, number) for number in range(40))]
    else:
        found = [*pngs("*"), *pictures()]
    assert len(found) >= 20
    return found


def _blocks(stream: Stream) -> Iterator[bytes]:
    """Each block behind the twelve bytes that say its form."""
    blocks = iter(stream.blocks)
    for record in walked(stream.header)[0].arrays:
        element = ELEMENTS.get(record.element)
        width = element.width // 8 if element else 1
        head = bytearray(12)
        head[0] = (1, 2, 4, 8).index(width) | record.codec << 2
        for code, _ in record.filters:
            stage = next((i for i, choice in enumerate(STEPS) if code in choice), 0)
            head[1 + stage] = STEPS[stage].index(code)
        size = record.block_length * (element.item_bytes if element else 1)
        head[10:12] = (size % 2**13).to_bytes(2, "little")
        for _ in range(record.block_count):
            yield bytes(head) + next(blocks)
