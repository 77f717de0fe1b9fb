"""Fuzzing fuzzed: the oracle is right, mutants are what they say, and wrong readers are found."""

import io
import random
import struct
import threading

import numpy as np
import pytest
from fuzz.parts import Stream, pixels_of, sealed
from matplotlib.figure import Figure
from tests.support import calls, until

import intaglio as ig
from fuzz import mutate, oracle, png_mutate, readers, run, seeds, structured, targets
from intaglio._format import container
from intaglio._format import header as header_module
from intaglio._format import metadata as metadata_module
from intaglio._format.decoder import decoding
from intaglio._format.png import decode as decode_module
from reader import decode

STREAM_MUTANTS = 1000
PNG_MUTANTS = 300


def test_seeds_are_files_that_must_be_read_and_sealing_changes_none_of_them():
    for kind in seeds.streams():
        for stream in kind:
            again = sealed(stream, frozenset())
            assert again.body == stream.body
            png = structured.png_of(again)
            assert isinstance(oracle.verdict(png, decode.LIMITS), decode.File) or b"later" in png


def test_a_mutant_is_known_by_its_number():
    assert mutate.mutant(7) == mutate.mutant(7) != mutate.mutant(8)
    assert png_mutate.mutant(7) == png_mutate.mutant(7) != png_mutate.mutant(8)


def test_mutants_are_of_many_kinds_and_the_reference_is_right_about_each():
    judged = [structured.judge_stream(number) for number in range(STREAM_MUTANTS)]
    judged += [structured.judge_png(number) for number in range(PNG_MUTANTS)]
    assert [row for row in judged if row.wrong] == []
    assert len({readers.shown(row.verdict) for row in judged}) >= 20


SABOTAGE = {
    "units are not checked": (header_module, "_is_unit", lambda *_: True, structured.judge_stream),
    "bools may be anything": (container, "check_elements", lambda *_: None, structured.judge_stream),
    "JSON is not scanned": (metadata_module, "_scan", lambda _: None, structured.judge_stream),
    "tRNS anywhere": (decode_module, "STANDS_BEFORE_IDAT", frozenset(), structured.judge_png),
    "a reader that falls over": (container, "read_table", lambda _: 1 / 0, structured.judge_stream),
}  # fmt: skip


@pytest.mark.parametrize("what", SABOTAGE)
def test_a_reader_that_is_wrong_is_found(what, monkeypatch):
    room, name, wrong, judge = SABOTAGE[what]
    monkeypatch.setattr(room, name, wrong)
    assert any(judge(number).wrong for number in range(20_000))


def test_every_target_has_seeds_and_a_small_corpus():
    assert set(targets.TARGETS) == set(run.TARGETS) == set(run.QUICK_RUNS)
    for target in run.TARGETS:
        assert len(seeds.of_target(target)) >= 20
        assert any(run.corpus_of(target).iterdir())
    sizes = [path.stat().st_size for path in run.CORPUS.rglob("*") if path.is_file()]
    assert sum(sizes) <= run.CORPUS_BYTES_MAX


@pytest.mark.parametrize(
    "target", [t if t != "javascript" else pytest.param(t, marks=pytest.mark.tools) for t in run.TARGETS]
)  # fmt: skip
def test_every_file_of_the_corpus_keeps_what_its_target_asks(target):
    paths = sorted(run.corpus_of(target).iterdir())
    assert paths
    for path in paths:
        targets.TARGETS[target](path.read_bytes())


def test_a_target_fails_where_the_reference_is_wrong(monkeypatch):
    monkeypatch.setattr(header_module, "_is_unit", lambda *_: True)
    bad = bytearray(seeds.of_target("header")[0])
    at = 76 + 8 + 2 + 1  # the unit of an array called x
    assert bad[at - 1] == 0x20
    bad[at] = 1
    with pytest.raises(targets.Finding, match="header: "):
        targets.header(bytes(bad))


NOISE = np.random.default_rng(3).integers(0, 256, 3_000_000, np.uint8)


def test_files_that_are_open_half_way_keep_no_threads():
    """Found by fuzzing under a memory limit: idle threads took all addresses there were."""
    before = threading.active_count()
    file = ig.dumps(NOISE)
    assert file.count(b"IDAT") > 3
    kept = [ig.open(io.BytesIO(file)) for _ in range(8)]
    for opened in kept:
        assert opened["data"][:1_500_000].tobytes() == NOISE[:1_500_000].tobytes()
    until(lambda: threading.active_count() <= before)


def test_a_thread_that_is_not_to_be_had_is_a_limit(monkeypatch):
    """Found by fuzzing under a memory limit: it was a RuntimeError."""

    def refuse(_):
        message = "can't start new thread"
        raise RuntimeError(message)

    file = ig.dumps(NOISE)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(ig.DecodeError, match="not enough memory"):
        ig.loads(file)


def test_damage_is_told_as_it_was_found():
    """Found while the limits were tested: it was "reading it failed before"."""
    file = ig.dumps(np.arange(5))
    taller = file[:23] + bytes([file[23] + 1]) + file[24:29]
    head = png_mutate.Chunk(b"IHDR", taller[16:]).raw()
    with (
        pytest.raises(ig.DecodeError, match="it holds fewer rows than it announces"),
        decoding(io.BytesIO(file[:8] + head + file[33:]), ig.Limits()),
    ):
        pass


def places(value, path=()):
    """Where in a JSON value something stands."""
    if path:
        yield path
    for key in (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    ):
        yield from places(value[key], (*path, key))


def changed(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


def questions(read):
    yield lambda: repr(read)
    for axes in read.axes:
        for name in ("title", "xlabel", "ylabel", "xscale", "yscale", "xlim", "ylim", "units"):
            yield lambda axes=axes, name=name: getattr(axes, name)
    for name in ("dpi", "size_inches", "texts", "saved_with"):
        yield lambda name=name: getattr(read, name)


def test_what_is_broken_in_a_figures_record_is_a_decode_error():
    """Found by mutants of such a record: properties raised TypeError and KeyError."""
    figure = Figure(figsize=(2, 2))
    figure.subplots().plot([1, 2, 3])
    out = io.BytesIO()
    ig.savefig(out, fig=figure)
    arrays, metadata = ig.loads_dict(out.getvalue()), ig.info(io.BytesIO(out.getvalue())).metadata
    rng = random.Random(1)
    cover = np.full((150, 150, 3), 200, np.uint8)
    refused = answered = 0
    for path in rng.sample(sorted(places(metadata), key=str), 60):
        new = rng.choice([None, 7, "x", {}, [[]]])
        file = ig.dumps(arrays, metadata=changed(metadata, path, new), cover=cover, level=1)
        try:
            read = ig.load_figure(io.BytesIO(file))
        except ig.DecodeError:
            refused += 1
            continue
        for question in questions(read):
            try:
                question()
                answered += 1
            except ig.DecodeError:
                refused += 1
    assert min(refused, answered) > 5


def test_a_chunk_may_end_where_a_block_does_but_for_a_bit():
    """Found by mutants of PNGs: the bits left of the byte were taken for nothing, and refused."""
    idats = (
        "780162365927c0f8b4e231930d000000ffff",
        "ea3660daef90cdd2f67202",
        "c3d72f0ccc33eb2b98d81e2f60ea593211000000ffff",
        "0300f9710e69",
    )
    head = png_mutate.Chunk(b"IHDR", struct.pack(">IIBBBBB", 35, 1, 8, 0, 0, 0, 0))
    chunks = [head, *(png_mutate.Chunk(b"IDAT", bytes.fromhex(idat)) for idat in idats)]
    file = png_mutate.SIGNATURE + b"".join(c.raw() for c in (*chunks, png_mutate.Chunk(b"IEND")))
    rows = np.concatenate([*decode_module.open_png(io.BytesIO(file), 2**20).bands()])
    assert rows.shape == (1, 35, 3)
    targets.png(file)


def test_a_header_full_of_arrays_is_read():
    """Found by asking for what limits allow: each array was searched for among all, for minutes."""
    count = 40_000
    empty = seeds.Array(shape=(0,), data=b"", block_length=0)
    records = b"".join(empty.but(name=b"%x" % number).record() for number in range(count))
    header = struct.pack("<HHI", count, 0, 0) + records + bytes(4)
    (first, *_), *_ = seeds.streams()
    stream = sealed(Stream(first.prologue, header, b"", ()), mutate.DIGESTS)
    pixels = pixels_of(stream)
    assert calls(lambda: ig.extract(pixels)) <= 400 * count
    assert len(ig.extract(pixels)) == count
