"""Limits: tiny files that declare huge sizes, read in a process with little memory."""

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
from intaglio import Limits
from intaglio import limits as limits_module
from intaglio._format.decoder import decoding
from intaglio._format.png.decode import open_png
from intaglio.cli.run import run

ROOT = Path(__file__).resolve().parents[2]
BENCH = str(ROOT / "bench")  # has `memory`
sys.path[:0] = [str(ROOT / "conformance"), str(ROOT / "bench")]

from builder import frames, png  # noqa: E402
from builder.container import File, flat_cover  # noqa: E402
from builder.records import ZSTD, Array, Entry, Extension  # noqa: E402
from worst_files import zeros  # noqa: E402

MEMORY_BYTES = 600 * 2**20  # of address space, Python and numpy among it
GROWTH_BYTES_MAX = 64 * 2**20  # of memory beyond what the imports take
FILE_BYTES_MAX = 100 * 1024
RAW = (8, 8, 8, 0)

READER = """
import io, json, resource, sys
from memory import forget_peak, peak_bytes
import intaglio as ig
from intaglio._inspect import explain
from intaglio._forensics import diagnose
from intaglio._operations import restore
data = sys.stdin.buffer.read()
ig.loads_dict(ig.dumps([1]))  # everything is imported, and once used
limit, _ = int(sys.argv[1]), resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
base = forget_peak()
told = {}
for name in ("load_dict", "info", "verify"):
    try:
        getattr(ig, name)(io.BytesIO(data))
        told[name] = ["accepted", ""]
    except ig.DecodeError as problem:
        told[name] = [problem.reason.value, problem.detail]
told["growth"] = peak_bytes() - base
print(json.dumps(told))
"""


def read(data, memory=MEMORY_BYTES, **environment):
    """(reason, detail) of load_dict, info and verify for a file, and the growth of memory."""
    done = subprocess.run(
        [sys.executable, "-c", READER, str(memory)],
        input=data,
        capture_output=True,
        check=False,
        timeout=HANG_SECONDS,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": BENCH, **environment},
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def with_size(data, width, height, **fields):
    """A PNG whose IHDR declares another size, with a correct CRC-32."""
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


def test_the_files_with_false_sizes_are_small():
    assert len(LIES) >= 25
    assert max(len(data) for data, _ in LIES.values()) <= FILE_BYTES_MAX


@pytest.mark.parametrize("lie", LIES)
def test_a_tiny_file_that_declares_huge_sizes_needs_little_memory_and_is_refused(lie):
    data, reason = LIES[lie]
    told = read(data)
    assert told["load_dict"][0] == told["verify"][0] == reason
    assert told["info"][0] in (reason, "accepted") or reason == "png-damaged"
    assert told["growth"] <= GROWTH_BYTES_MAX


def test_arrays_larger_than_memory_are_refused_with_limit_exceeded():
    honest = File(arrays=(many_blocks(256, 8 * MIB),), depths=RAW).png()  # 2 GiB
    told = read(honest, INTAGLIO_OUTPUT_BYTES_MAX=str(2**32))
    assert told["load_dict"][0] == "limit-exceeded"
    assert "not enough memory" in told["load_dict"][1]
    assert told["info"][0] == "accepted"
    assert told["growth"] <= GROWTH_BYTES_MAX


def test_a_small_file_may_hold_large_arrays():
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
def test_an_argument_that_is_not_limits_raises_a_type_error_that_names_it(verb, wrong):
    with pytest.raises(TypeError, match=f"^limits= .*, not {type(wrong).__name__}$"):
        verb(io.BytesIO(FILE), limits=wrong)


@pytest.mark.parametrize(
    "variable", [limits_module.PIXELS_VARIABLE, limits_module.OUTPUT_BYTES_VARIABLE]
)
def test_the_error_for_a_bad_environment_variable_names_it_and_an_empty_one_is_ignored(
    variable, monkeypatch, tmp_path, capsys
):
    picture, matrix = tmp_path / "m.png", tmp_path / "m.npy"
    picture.write_bytes(FILE)
    np.save(matrix, np.arange(3))
    monkeypatch.setenv(variable, "")
    assert ig.loads(FILE).size == 2**20
    assert run(["verify", str(picture)]) == 0
    assert run(["pack", str(matrix), "-o", str(tmp_path / "x.png")]) == 0
    for bad in ("0", "-1", "nan", "1e9", "\u0663", "1__0", "_1", "0x10", "9" * 5000, " "):
        monkeypatch.setenv(variable, bad)
        with pytest.raises(ValueError, match=f"{variable} is .*, not a whole number above 0"):
            ig.loads(FILE)
        assert run(["verify", str(picture)]) == 64
        capsys.readouterr()
    monkeypatch.setenv(limits_module.OUTPUT_BYTES_VARIABLE, "many")
    assert run(["pack", str(matrix), "-o", str(tmp_path / "y.png")]) == 64
    error = capsys.readouterr().err
    assert error.startswith(
        "intaglio: the environment variable INTAGLIO_OUTPUT_BYTES_MAX is 'many'"
    )


@pytest.mark.parametrize("limit", ["pixels_max", "output_bytes_max"])
def test_the_argument_or_environment_variable_named_in_the_error_raises_the_limit(
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


ALWAYS = 2**28
OVER = zeros(ALWAYS + 8 * MIB)  # in blocks of 8 MiB


def declared(blocks):
    """A file that declares that many blocks of 8 MiB with illegal data: decoding refuses it."""
    return File(arrays=(many_blocks(blocks, 8 * MIB),), depths=RAW).png()


def grown(file, size):
    """The same file with an ancillary chunk that makes it so many bytes long."""
    assert size >= len(file) + 12
    return file[:33] + png.Chunk(b"teXt", bytes(size - len(file) - 12)).raw() + file[33:]


def is_allowed(file, limits=ig.Limits()):  # noqa: B008 - it has no state
    """Whether the limits allow all its arrays; they are not decoded."""
    try:
        with decoding(io.BytesIO(file), limits) as opened:
            opened.check_output(opened.names, limits)
    except ig.DecodeError as problem:
        assert problem.reason == "limit-exceeded"
        return False
    return True


@pytest.fixture
def no_environment(monkeypatch):
    monkeypatch.delenv(limits_module.OUTPUT_BYTES_VARIABLE, raising=False)
    return monkeypatch


@pytest.mark.usefixtures("no_environment")
def test_a_small_file_may_hold_256_mib_and_a_larger_one_a_thousand_times_its_size():
    assert is_allowed(declared(32))
    assert not is_allowed(OVER)
    least = -(-(ALWAYS + 8 * MIB) // 1000)
    assert not is_allowed(grown(OVER, least - 1))
    assert is_allowed(grown(OVER, least))


@pytest.mark.usefixtures("no_environment")
def test_by_default_no_file_may_hold_more_than_2_to_the_32_bytes():
    assert is_allowed(grown(declared(512), 5 * 10**6))
    assert not is_allowed(grown(declared(513), 5 * 10**6))
    assert Limits().output_bytes_for(10**10) == 2**32


def test_a_limit_of_the_caller_applies_to_files_of_any_size(no_environment):
    assert is_allowed(OVER, Limits(output_bytes_max=2**40))
    assert not is_allowed(grown(zeros(8 * MIB), 10**6), Limits(output_bytes_max=8 * MIB - 1))
    no_environment.setenv(limits_module.OUTPUT_BYTES_VARIABLE, str(2**40))
    assert is_allowed(OVER)
    no_environment.setenv(limits_module.OUTPUT_BYTES_VARIABLE, str(MIB))
    assert not is_allowed(zeros(8 * MIB))
    assert is_allowed(zeros(8 * MIB), Limits(output_bytes_max=8 * MIB))


@pytest.mark.usefixtures("no_environment")
@pytest.mark.parametrize("verb", [
    ig.load, ig.load_dict, ig.verify, lambda file: ig.open(file)["x"][...],
    lambda file: ig.diff(file, io.BytesIO(FILE)), lambda file: ig.recolor(file, io.BytesIO()),
])  # fmt: skip
def test_each_verb_refuses_too_large_arrays_and_names_the_limit_to_raise(verb):
    name = ig.info(io.BytesIO(OVER)).arrays[0].name
    assert name == "x"
    with pytest.raises(ig.DecodeError) as refused:
        verb(io.BytesIO(OVER))
    assert refused.value.reason == "limit-exceeded"
    size = f"the limit is {ALWAYS:,} for a file of {len(OVER):,} bytes"
    assert size in refused.value.detail
    assert "Limits(output_bytes_max=...) or INTAGLIO_OUTPUT_BYTES_MAX" in refused.value.detail


@pytest.mark.usefixtures("no_environment")
def test_the_size_of_a_file_inside_a_stream_is_the_rest_of_the_stream():
    stream = io.BytesIO(bytes(10**6) + OVER)
    stream.seek(10**6)
    with pytest.raises(ig.DecodeError, match=f"a file of {len(OVER)} bytes"):
        ig.load(stream)


class Pipe(io.RawIOBase):
    """Bytes that can be read only once."""

    def __init__(self, data):
        self._data = io.BytesIO(data)

    def readable(self):
        return True

    def readinto(self, buffer):
        return self._data.readinto(buffer)


@pytest.mark.usefixtures("no_environment")
def test_the_size_of_a_pipe_is_the_bytes_read_from_it():
    with pytest.raises(ig.DecodeError, match="limit-exceeded"):
        ig.load(Pipe(OVER))
    assert ig.load(Pipe(zeros(8 * MIB))).nbytes == 8 * MIB
    long = grown(OVER, 300_000)
    limits = Limits()
    with decoding(Pipe(long), limits) as opened:
        opened.check_output(opened.names, limits)


@pytest.mark.usefixtures("no_environment")
def test_a_lazy_file_limits_each_request():
    with ig.open(io.BytesIO(OVER)) as file:
        assert file["x"][ALWAYS + 7 : ALWAYS + 12].tolist() == [0] * 5
        assert file["x"].nbytes == ALWAYS + 8 * MIB
        with pytest.raises(ig.DecodeError, match="limit-exceeded"):
            file["x"][: ALWAYS + 1]
        with pytest.raises(ig.DecodeError, match="limit-exceeded"):
            np.asarray(file["x"])
    with ig.open(io.BytesIO(OVER), limits=Limits(output_bytes_max=4)) as file:
        assert file["x"][:4].tolist() == [0] * 4
        with pytest.raises(ig.DecodeError, match="the limit is 4;"):
            file["x"][:5]


@pytest.mark.usefixtures("no_environment")
def test_pixels_may_hold_a_thousand_times_their_bytes():
    pixels = open_png(io.BytesIO(OVER), 2**28).whole()
    with pytest.raises(ig.DecodeError, match=f"a file of {pixels.nbytes:,} bytes"):
        ig.extract(pixels)


@pytest.mark.usefixtures("no_environment")
def test_the_command_limits_by_file_size_and_names_its_option(tmp_path):
    path = tmp_path / "m.png"
    path.write_bytes(OVER)
    command = [str(Path(sys.executable).with_name("intaglio"))]

    def run(*words):
        return subprocess.run([*command, *words], capture_output=True, text=True, check=False)

    refused = run("verify", str(path))
    assert refused.returncode == 65
    assert f"the limit is {ALWAYS:,} for a file of {len(OVER):,} bytes" in refused.stderr
    assert "--bytes-max or INTAGLIO_OUTPUT_BYTES_MAX allows more" in refused.stderr
    assert run("verify", "--bytes-max", str(2**29), str(path)).returncode == 0
    assert run("show", str(path)).returncode == 0


def test_the_default_limits_are_those_of_the_documentation(monkeypatch):
    monkeypatch.delenv(limits_module.PIXELS_VARIABLE, raising=False)
    monkeypatch.delenv(limits_module.OUTPUT_BYTES_VARIABLE, raising=False)
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
def test_javascript_needs_little_memory_and_reports_the_same_reasons():
    from fuzz.javascript import JavaScript

    from reader.decode import Limits as PlainLimits

    assert shutil.which("node")
    with JavaScript(PlainLimits(2**28, 2**32)) as javascript:
        javascript.ask(SMALL.png())
        before = javascript.kilobytes()
        for lie, (data, reason) in LIES.items():
            answer = javascript.ask(data)
            assert answer.told == reason, lie
        assert 1024 * (javascript.kilobytes() - before) <= 2 * GROWTH_BYTES_MAX
