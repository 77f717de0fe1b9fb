"""Work is linear in the arrays of a file, and in the pixels of a picture of any shape."""

import io
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from tests.support import calls

import intaglio as ig
from intaglio._forensics.locate import prologue_plane
from intaglio._format import container as container_module
from intaglio._format import structs
from intaglio._format.blocks import pack_block
from intaglio._format.png import encode
from intaglio._format.png.chunks import Chunks
from intaglio._format.png.decode import open_png
from intaglio._inspect.text import file_lines
from intaglio._operations import strip as strip_module
from intaglio._operations.restore import restore
from intaglio._operations.strip import strip
from intaglio._packing import body, tuning
from intaglio.cli import run
from intaglio.cli.exit_codes import UsageError
from intaglio.cli.files import targets

ARRAYS = 200


class Name(str):
    """A name that counts how often it is compared with another."""

    __slots__ = ()
    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other):
        Name.compared += 1
        return str.__eq__(self, other)

    def __ne__(self, other):
        return not self == other


def unpack(form):
    def work(path):
        out = f"{path.parent}/{form}/"
        assert run.run(["unpack", str(path), "--as", form, "-o", out, "--quiet"]) == 0

    return work


def read_lazily(path):
    with ig.open(path) as file:
        assert len([file[name][...] for name in file]) == ARRAYS
        assert repr(file)
        assert file._repr_html_()


VERBS = {
    "diff": lambda path: ig.diff(path, path),
    "diff with another": lambda path: ig.diff(path, path.with_name("other.png")),
    "unpack": unpack("npy"),
    "unpack --as npz": unpack("npz"),
    "unpack --as safetensors": unpack("safetensors"),
    "show": file_lines,
    "info": lambda path: str(ig.info(path)),
    "verify": ig.verify,
    "load": lambda path: ig.load(path, "a0"),
    "load_dict": ig.load_dict,
    "open": read_lazily,
    "recolor": lambda path: ig.recolor(path, io.BytesIO()),
}


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_searches_all_names_for_each_array(verb, tmp_path, monkeypatch):
    plain = container_module.read_header

    def read_header(raw):
        header = plain(raw)
        arrays = tuple(r._replace(name=Name(r.name)) for r in header.arrays)
        return type(header)(arrays, header.metadata, header.extensions)

    path = tmp_path / "m.png"
    ig.save(path, {f"a{n}": [n] for n in range(ARRAYS)})
    ig.save(tmp_path / "other.png", {f"b{n}": [n] for n in range(ARRAYS)})
    monkeypatch.setattr(container_module, "read_header", read_header)
    Name.compared = 0
    VERBS[verb](path)
    assert Name.compared <= 20 * ARRAYS


def test_names_of_results_are_compared_a_constant_number_of_times():
    sources = [Path(Name(f"{n}.png")) for n in range(500)]
    assert len(targets(sources, Path("out"), "out/", ".npy")) == 500
    with pytest.raises(UsageError, match=r"a\.png and b/A\.png would both become"):
        targets([Path("a.png"), Path("b/A.png")], Path("out"), "out/", ".npy")


def test_a_header_record_is_read_with_few_calls(monkeypatch):
    """Compiled construct code reads runs of fixed fields at once, without a Container each."""
    made = Counter()
    container = structs.cs.Container

    class Counted(container):
        def __init__(self, *args, **kwargs):
            made["containers"] += 1
            super().__init__(*args, **kwargs)

    monkeypatch.setattr("construct.Container", Counted)
    monkeypatch.setattr("construct.lib.Container", Counted)
    structs._compiled_header.cache_clear()
    counts = []
    for arrays in (3, 300):
        file = ig.dumps({f"a{n}": [n] for n in range(arrays)})
        made.clear()
        assert len(ig.loads_dict(file)) == arrays
        counts.append(made["containers"])
    structs._compiled_header.cache_clear()
    assert counts[0] == counts[1] > 0


# Saving many small arrays.


def small_arrays():
    random = np.random.default_rng(3)
    arrays = {}
    for dtype in ("f8", "f4", "f2", "c16", "i8", "u4", "i2", "u1", "?", "M8[s]", ">f8", ">i4"):
        for n, shape in enumerate(((10,), (3, 4), (), (0,), (8, 8), (2, 3, 5), (1,))):
            for m, values in enumerate((
                random.normal(size=shape), np.round(random.normal(size=shape), 2),
                np.arange(np.prod(shape, dtype=int)).reshape(shape), np.zeros(shape),
            )):  # fmt: skip
                arrays[f"{dtype} {n} {m}"] = np.asarray(values).astype(dtype)
    square = random.normal(size=(12, 12))
    return {**arrays, "mirrored": square + square.T, "square": square}


def test_arrays_packed_together_are_stored_as_if_each_were_packed_alone(monkeypatch):
    arrays = small_arrays()
    together = [ig.dumps(arrays, effort=effort) for effort in ("fast", "small")]
    monkeypatch.setattr(body, "_TINY_BYTES", 0)
    assert [ig.dumps(arrays, effort=effort) for effort in ("fast", "small")] == together


def test_thousands_of_small_arrays_are_saved_in_few_calls():
    arrays = {f"a{n}": np.arange(4.0) + n for n in range(2000)}
    ig.dumps([1])  # everything is imported
    assert calls(lambda: ig.dumps(arrays)) <= 600_000  # 301,000 today, once 1,275,000


def test_many_equal_shaped_arrays_are_tuned_together(monkeypatch):
    calls = Counter()
    plain = tuning.stored_sizes

    def stored_sizes(blocks, form, level):
        calls[form] += 1
        return plain(blocks, form, level)

    monkeypatch.setattr(tuning, "stored_sizes", stored_sizes)
    arrays = {f"a{n}": np.arange(10.0) + n for n in range(300)}
    file = ig.dumps(arrays)
    assert calls
    assert max(calls.values()) <= 3
    back = ig.loads_dict(file)
    assert all(back[name].tobytes() == arrays[name].tobytes() for name in arrays)


# Pictures of any shape.


def carrier(height, width):
    pixels = np.full((height, width, 3), 120, np.uint8)
    pixels = ig.embed(pixels, np.arange(50, dtype="u1"))
    out = io.BytesIO()
    encode.write_png(out, width, height, 3, [pixels])
    return out.getvalue()


SHAPES = [(1, 2**20), (2**20, 1), (4, 2**18 + 1), (2**18, 4)]


@pytest.mark.parametrize("shape", SHAPES)
def test_strip_smooths_as_many_pixels_as_carry_data_whatever_the_shape(shape, monkeypatch):
    smoothed = []
    plain = strip_module._erased

    def erased(values, depth, noise):
        smoothed.append(values.size)
        return plain(values, depth, noise)

    monkeypatch.setattr(strip_module, "_erased", erased)
    file, out = carrier(*shape), io.BytesIO()
    strip(io.BytesIO(file), out)
    assert 0 < max(smoothed) <= 2**18 + 2**17
    assert sum(smoothed) <= 3 * 6 * 2**18  # a tile or two for prologue, body and echo; 3 channels
    with pytest.raises(ig.DecodeError, match="no-prologue"):
        ig.loads(out.getvalue())


@pytest.mark.parametrize("height", [1, 2, 5, 17])
def test_strip_leaves_unused_pixels_of_a_wide_picture_unchanged(height):
    width = 2**18 + 100
    cover = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    pixels = ig.embed(cover, np.random.default_rng(2).integers(0, 256, 3000, np.uint8))
    file, out = io.BytesIO(), io.BytesIO()
    encode.write_png(file, width, height, 3, [pixels])
    file.seek(0)
    info = ig.info(file)
    file.seek(0)
    strip(file, out)
    out.seek(0)
    plain = open_png(out, 2**28).whole().reshape(-1, 3)
    pixels = pixels.reshape(-1, 3)
    end = 80 - (-8 * info.body_bytes // sum(info.depths))
    changed = (plain != pixels).any(axis=1)
    assert changed[:end].mean() > 0.5
    assert changed[-80:].mean() > 0.5
    assert not changed[end:-80].any()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("verb", [strip, restore])
def test_a_picture_is_written_in_bands_whatever_its_shape(shape, verb, monkeypatch):
    """The samples that choose a filter type are small, and few bands are in memory."""
    looked, bands = [], []
    deflate, cut = encode._deflate, encode._cut

    def counted(data, how, *, last=True):
        looked.append(len(data) if isinstance(data, bytes) else 0)
        return deflate(data, how, last=last)

    def counted_cut(given, width, height, channels):
        given = [*given]
        bands.append(len(given))
        return cut(given, width, height, channels)

    pixels = ig.embed(np.full((*shape, 3), 120, np.uint8), np.arange(50, dtype="u1"))
    if verb is restore:
        pixels = np.ascontiguousarray(pixels[::-1, ::-1])
    file = io.BytesIO()
    encode.write_png(file, shape[1], shape[0], 3, [pixels])
    file.seek(0)
    monkeypatch.setattr(encode, "_deflate", counted)
    monkeypatch.setattr(encode, "_cut", counted_cut)
    verb(file, io.BytesIO())
    assert bands
    assert max(bands) <= 8
    assert max(looked) <= 3 * encode.BAND_BYTES


def test_many_rows_of_another_filter_type_are_filtered_together(monkeypatch):
    rows = np.random.default_rng(4).integers(0, 256, (4000, 3), np.uint8)
    kinds = np.arange(4000, dtype=np.uint8) % 5
    above = np.arange(3, dtype=np.uint8)
    calls = []
    plain = encode._filter
    monkeypatch.setattr(encode, "_filter", lambda *given: calls.append(given[0]) or plain(*given))
    lines = encode._filter_rows(kinds, rows, above, 3)
    assert len(calls) <= 5
    for n in (0, 1, 7, 1999, 3998, 3999):
        over = rows[n - 1] if n else above
        assert lines[n].tobytes() == plain(int(kinds[n]), rows[n : n + 1], over, 3).tobytes()


def test_the_bytes_that_pixels_carry_do_not_depend_on_the_shape():
    pixels = np.random.default_rng(5).integers(0, 256, (2**21, 3), np.uint8)
    planes = [prologue_plane(pixels.reshape(*shape, 3)) for shape in ((2**21, 1), (1, 2**21))]
    assert planes[0].tobytes() == planes[1].tobytes()
    r, g, b = pixels.T
    assert planes[0].ravel().tolist() == (r % 8 * 32 + g % 4 * 8 + b % 8).tolist()


CHILD = """
import io, resource, sys
from tests.support import calls

import intaglio as ig
from intaglio._operations import restore as restore_module
from intaglio._operations import strip as strip_module
from intaglio._operations import diff
from intaglio._forensics import diagnose
from worst_files import shaped
ig.strip(io.BytesIO(ig.dumps([1])), io.BytesIO())
width, height, memory = map(int, sys.argv[1:])
data = shaped(width, height)
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
ig.verify(io.BytesIO(data))
out = io.BytesIO()
ig.strip(io.BytesIO(data), out)
try:
    ig.loads(out.getvalue())
except ig.DecodeError as problem:
    print(problem.reason)
"""
MEMORY_BYTES = 1300 * 2**20  # the picture takes 192 MiB


@pytest.mark.parametrize("size", [(2**26, 1), (1, 2**26), (2**20, 64), (2**13, 2**13)])
def test_the_memory_of_strip_is_linear_in_the_pixels_for_any_shape(size):
    bench = Path(__file__).resolve().parents[2] / "bench"
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, size), str(MEMORY_BYTES)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={"PYTHONPATH": str(bench), "OPENBLAS_NUM_THREADS": "1", "PATH": ""},
    )
    assert (done.stdout, done.stderr) == ("no-prologue\n", "")


def test_chunks_count_the_bytes_that_were_read():
    chunks = Chunks(io.BytesIO(b"abcdef"))
    chunks.take(4)
    chunks.take(4)
    assert chunks.bytes_read == 6


def test_a_block_is_packed_alone_as_in_a_stack():
    blocks = np.random.default_rng(6).integers(0, 9, (5, 64), np.uint8)
    form = body.BlockForm(
        tuning._candidates(64, (), tuning.Nature(4, 1, 4, floats=False))[-1], 4, 1
    )
    alone = [pack_block(block, form, 3) for block in blocks]
    assert alone == body.pack_blocks(blocks, form, 3)


def test_many_attributes_are_written_to_an_hdf5_heap(tmp_path):
    """In HDF5's oldest form, adding an attribute takes time for all earlier attributes."""
    from intaglio import _convert
    from intaglio._convert.base import Content

    metadata = {f"a{n}": n for n in range(3000)}
    path = tmp_path / "m.h5"
    _convert.write(path, "h5", Content({"x": np.arange(3)}, {}, metadata))
    assert b"FRHP" in path.read_bytes()  # a fractal heap
    assert _convert.read(path).metadata == metadata
