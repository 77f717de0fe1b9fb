"""Limits: tiny files that declare the enormous, read in a process with little memory."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from tests.support import HANG_SECONDS

import intaglio as ig
from intaglio import Limits, _limits

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "conformance"))

from builder import frames, png  # noqa: E402
from builder.container import File, flat_cover  # noqa: E402
from builder.records import ZSTD, Array, Entry, Extension  # noqa: E402

MEMORY_BYTES = 600 * 2**20  # of address space, Python and numpy among it
GROWTH_BYTES_MAX = 64 * 2**20  # of memory beyond what the imports take
FILE_BYTES_MAX = 100 * 1024
RAW = (8, 8, 8, 0)

READER = """
import io, json, resource, sys
import intaglio as ig
from intaglio import _codec, _explain, _diagnose, _restore
data = sys.stdin.buffer.read()
ig.loads_dict(ig.dumps([1]))  # everything is imported, and once used
limit, _ = int(sys.argv[1]), resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
told = {}
for name in ("load_dict", "info", "verify"):
    try:
        getattr(ig, name)(io.BytesIO(data))
        told[name] = ["accepted", ""]
    except ig.DecodeError as problem:
        told[name] = [problem.reason.value, problem.detail]
told["growth"] = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base)
print(json.dumps(told))
"""


def read(data, memory=MEMORY_BYTES, **environment):
    """What load_dict, info and verify say of a file: (reason, detail) each; and growth."""
    done = subprocess.run(
        [sys.executable, "-c", READER, str(memory)],
        input=data,
        capture_output=True,
        check=False,
        timeout=HANG_SECONDS,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **environment},
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def with_size(data, width, height, **fields):
    """A PNG whose IHDR declares another size, its CRC-32 made right."""
    head = bytearray(data[16:29])
    head[:8] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    for name, value in fields.items():
        head[{"depth": 8, "colour": 9, "interlace": 12}[name]] = value
    return data[:8] + png.Chunk(b"IHDR", bytes(head)).raw() + data[33:]


def declaring(file, width, height):
    """A file whose IHDR and prologue both declare a size that its IDAT does not hold."""
    return with_size(file.but(width=width, height=height).png(), width, height)


def with_chunk_length(kind, length):
    """A chunk that declares a length and then the file ends."""
    start = png.write_chunks([png.ihdr(16, 16)])
    return start + length.to_bytes(4, "big") + kind + b"abc"


def cut_short(file, width, height):
    """A declaring file that has its prologue and header, and then ends."""
    rows = File(arrays=file.arrays, depths=file.depths, size=(width, 2), cover=flat_cover)
    lying = rows.but(width=width, height=height, body_length=file.body_length)
    form = png.Form(zlib=zlib.compress)
    return with_size(lying.png(form), width, height)


def many_blocks(count, size, codec=ZSTD, frame=b"x"):
    """An array of blocks of which each declares 8 MiB."""
    entry = Entry(len(frame), zlib.crc32(frame), bytes(32))
    return Array(
        shape=(count * size,),
        data=b"",
        codec=codec,
        block_length=size,
        stored=(frame,) * count,
        entries=(entry,) * count,
    )


SMALL = File(arrays=(Array(),), depths=RAW)
MIB = 2**20
DEEP = b'{"a":' + b"[" * 50_000
LONG = b'{"a":' + b"9" * 50_000 + b"}"
GIANT_FRAME = frames.frame_header(2**63, window=255, size_bytes=8) + b"\x01\0\0"
LIES = {
    "pixels beyond every limit": (with_size(SMALL.png(), 2**31 - 1, 2**31 - 1), "limit-exceeded"),
    "one pixel row beyond": (with_size(SMALL.png(), 2**14, 2**14 + 1), "limit-exceeded"),
    "pixels at the limit": (declaring(SMALL, 2**14, 2**14), "png-damaged"),
    "a row at the limit": (declaring(SMALL, 2**28, 1), "png-damaged"),
    "a column at the limit": (declaring(SMALL, 1, 2**28), "png-damaged"),
    "a row of 16 bits": (with_size(SMALL.png(), 2**28, 1, depth=16, colour=6), "png-damaged"),
    "interlaced": (with_size(SMALL.png(), 2**14, 2**14, interlace=1), "png-damaged"),
    "an ancillary chunk": (with_chunk_length(b"teXt", 2**31 - 1), "png-damaged"),
    "an IDAT": (with_chunk_length(b"IDAT", 2**31 - 1), "png-damaged"),
    "a PLTE": (with_chunk_length(b"PLTE", 2**31 - 1), "png-damaged"),
    "a chunk beyond PNG": (with_chunk_length(b"IDAT", 2**32 - 1), "png-damaged"),
    "prologue_length": (SMALL.but(prologue_length=65535).png(), "prologue-damaged"),
    "header_length": (SMALL.but(header_length=2**32 - 1).png(), "length-mismatch"),
    "body_length": (SMALL.but(body_length=2**64 - 1).png(), "length-mismatch"),
    "a body of the largest picture": (
        cut_short(SMALL.but(body_length=3 * (2**28 - 160)), 2**14, 2**14),
        "png-damaged",
    ),
    "array_count": (SMALL.but(array_count=65535).png(), "header-malformed"),
    "extension_count": (SMALL.but(extension_count=65535).png(), "header-malformed"),
    "metadata_length": (SMALL.but(metadata_length=2**32 - 1).png(), "header-malformed"),
    "name_length": (File(arrays=(Array(name_length=255),)).png(), "header-malformed"),
    "rank": (File(arrays=(Array(rank=255),)).png(), "header-malformed"),
    "a dimension": (File(arrays=(Array(shape=(2**64 - 1,), block_length=1),)).png(), "header-malformed"),
    "a product of dimensions": (
        File(arrays=(Array(shape=(2**62, 4), block_length=1, block_count=1),)).png(),
        "header-malformed",
    ),
    "a product with a zero": (
        File(arrays=(Array(shape=(2**62, 4, 0), data=b"", block_length=0),)).png(),
        "header-malformed",
    ),
    "block_count": (
        File(arrays=(Array(shape=(2**32 - 1,), block_length=1, block_count=2**32 - 1),)).png(),
        "length-mismatch",
    ),
    "an extension's length": (
        File(extensions=(Extension(0x8000, 0, b"abc", 2**32 - 1),)).png(),
        "header-malformed",
    ),
    "JSON depth": (File(metadata=DEEP, depths=RAW).png(), "metadata-invalid"),
    "a JSON number": (File(metadata=LONG, depths=RAW).png(), "metadata-invalid"),
    "stored_length": (
        File(arrays=(Array(entries=(Entry(2**32 - 1, 0, bytes(32)),)),)).png(),
        "length-mismatch",
    ),
    "a zstd content size and window": (
        File(arrays=(many_blocks(1, 8 * MIB, frame=GIANT_FRAME),)).png(),
        "block-malformed",
    ),
    "blocks beyond the limit": (
        File(arrays=(many_blocks(513, 8 * MIB),), depths=RAW).png(),
        "limit-exceeded",
    ),
}  # fmt: skip


def test_there_are_lies_and_they_are_small():
    assert len(LIES) >= 25
    assert max(len(data) for data, _ in LIES.values()) <= FILE_BYTES_MAX


@pytest.mark.parametrize("lie", LIES)
def test_a_tiny_file_that_declares_the_enormous_takes_little_and_is_refused_for_its_reason(lie):
    data, reason = LIES[lie]
    told = read(data)
    assert told["load_dict"][0] == told["verify"][0] == reason
    assert told["info"][0] in (reason, "accepted") or reason == "png-damaged"
    assert told["growth"] <= GROWTH_BYTES_MAX


def test_arrays_beyond_the_memory_there_is_are_a_limit_exceeded():
    honest = File(arrays=(many_blocks(256, 8 * MIB),), depths=RAW).png()  # 2 GiB
    told = read(honest)
    assert told["load_dict"][0] == "limit-exceeded"
    assert "not enough memory" in told["load_dict"][1]
    assert told["info"][0] == "accepted"
    assert told["growth"] <= GROWTH_BYTES_MAX


def test_a_small_file_may_rightly_hold_much():
    told = read(ig.dumps(np.zeros(128 * MIB, "u1")))
    assert [told[verb][0] for verb in ("load_dict", "info", "verify")] == ["accepted"] * 3


FILE = ig.dumps(np.zeros(2**20, "u1"))


@pytest.mark.parametrize("verb", [
    ig.load, ig.load_dict, ig.open, ig.info, ig.verify, ig.load_figure,
    lambda file, limits: ig.diff(file, file, limits=limits),
    lambda file, limits: ig.strip(file, io.BytesIO(), limits=limits),
    lambda file, limits: ig.recolor(file, io.BytesIO(), limits=limits),
    lambda file, limits: ig.restore(file, io.BytesIO(), limits=limits),
    lambda _, limits: ig.extract(np.zeros((9, 9, 3), "u1"), limits=limits),
])  # fmt: skip
@pytest.mark.parametrize("wrong", [100, None, {"pixels_max": 100}])
def test_what_is_no_limits_is_a_type_error_that_names_the_argument(verb, wrong):
    with pytest.raises(TypeError, match=f"^limits= .*, not {type(wrong).__name__}$"):
        verb(io.BytesIO(FILE), limits=wrong)


@pytest.mark.parametrize("limit", ["pixels_max", "output_bytes_max"])
def test_an_argument_or_an_environment_variable_that_the_error_names_raises_a_limit(
    limit, monkeypatch
):
    with pytest.raises(ig.DecodeError) as refused:
        ig.loads(FILE, limits=Limits(**{limit: 1000}))
    assert refused.value.reason == "limit-exceeded"
    assert f"Limits({limit}=...)" in refused.value.detail
    (variable,) = re.findall(r"INTAGLIO_[A-Z_]+", refused.value.detail)
    monkeypatch.setenv(variable, "1000")
    for verb in (ig.loads, ig.loads_dict):
        with pytest.raises(ig.DecodeError, match="the limit is 1,000"):
            verb(FILE)
    assert ig.loads(FILE, limits=Limits(**{limit: 2**28})).size == 2**20  # the argument wins
    monkeypatch.setenv(variable, str(2**28))
    assert ig.loads(FILE).size == 2**20
    monkeypatch.setenv(variable, "many")
    with pytest.raises(ValueError, match=f"{variable} is 'many', not a whole number"):
        ig.loads(FILE)


def test_the_usual_limits_are_those_of_the_documentation(monkeypatch):
    monkeypatch.delenv(_limits.PIXELS_VARIABLE, raising=False)
    monkeypatch.delenv(_limits.OUTPUT_BYTES_VARIABLE, raising=False)
    assert repr(Limits()) == f"Limits(pixels_max={2**28}, output_bytes_max={2**32})"


@pytest.mark.parametrize("verb", ["info", "verify"])
def test_the_command_names_its_option_and_the_variable(verb, tmp_path):
    path = tmp_path / "m.png"
    path.write_bytes(FILE)
    command = [str(Path(sys.executable).with_name("intaglio")), verb, str(path)]

    def run(value, *options):
        env = {**os.environ, "INTAGLIO_PIXELS_MAX": value}
        return subprocess.run(
            [*command, *options], env=env, capture_output=True, text=True, check=False
        )

    assert run("1000").returncode == 65
    assert "--pixels-max or INTAGLIO_PIXELS_MAX allows more" in run("1000").stderr
    assert run(str(2**28)).returncode == run("1000", "--pixels-max", str(2**28)).returncode == 0
    assert run("many").returncode == 64
    assert "INTAGLIO_PIXELS_MAX" in run("many").stderr


@pytest.mark.tools
def test_javascript_takes_little_and_gives_the_same_reasons():
    from fuzz.javascript import JavaScript
    from fuzz.plain_file import Limits as PlainLimits

    assert shutil.which("node")
    with JavaScript(PlainLimits(2**28, 2**32)) as javascript:
        javascript.ask(SMALL.png())
        before = javascript.kilobytes()
        for lie, (data, reason) in LIES.items():
            answer = javascript.ask(data)
            assert answer.told == reason, lie
        assert 1024 * (javascript.kilobytes() - before) <= 2 * GROWTH_BYTES_MAX
