"""Stores that others made: nothing outside them is read, and limits hold before memory is taken."""

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.support import HANG_SECONDS, same_bits
from zarr.codecs import ShardingCodec

import intaglio as ig
import zarr
from fuzz import records
from intaglio.cli.run import run
from intaglio.errors import Reason
from intaglio.zarr import Picture, SuffixKeys
from intaglio.zarr import tiles as pictures
from intaglio.zarr._overview import Side

LOOK = pictures(vmin=0, vmax=255, cmap="gray")
NO_DATA, USAGE, DATA, FILE, UNSUPPORTED = 3, 64, 65, 66, 69


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def store(path="s.zarr", values=None, **options):
    values = np.arange(48, dtype="f4").reshape(6, 8) if values is None else values
    made = zarr.create_array(
        path, shape=values.shape, dtype=values.dtype, **{"chunks": (4, 4), **LOOK, **options}
    )
    made[...] = values
    return values


def said(path="s.zarr"):
    return json.loads(Path(path, "zarr.json").read_text())


def say(changes, path="s.zarr"):
    Path(path, "zarr.json").write_text(json.dumps(said(path) | changes))


def both(capsys):
    """Exit codes and messages of `tiles` and `unpack`."""
    found = []
    for verb, name in (("tiles", "o.png"), ("unpack", "o.npy")):
        code = run([verb, "s.zarr", "-o", name, "--force"])
        found.append((code, capsys.readouterr().err))
    return found


# Limits


@pytest.mark.parametrize("shards", [None, (8, 8)])
def test_the_codec_keeps_the_limit_of_the_environment(here, monkeypatch, shards):
    values = store(shards=shards)
    monkeypatch.setenv("INTAGLIO_OUTPUT_BYTES_MAX", "63")
    array = zarr.open_array("s.zarr")
    with pytest.raises(ig.DecodeError, match=r"a chunk of shape \(4, 4\) has 64 bytes") as caught:
        _ = array[0, 0]
    assert caught.value.reason == Reason.LIMIT_EXCEEDED
    with pytest.raises(ig.DecodeError, match="INTAGLIO_OUTPUT_BYTES_MAX"):
        array[0, 0] = 1
    monkeypatch.setenv("INTAGLIO_OUTPUT_BYTES_MAX", "64")
    assert same_bits(array[...], values)


def test_a_huge_chunk_of_zeros_takes_no_memory(here):
    """2 GiB of zeros in one small picture; three elements are asked for."""
    code = (
        "import resource, sys, zarr, numpy, intaglio as ig\n"
        "array = zarr.open_array('s.zarr')\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30,) * 2)\n"
        "try: array[0:3]\n"
        "except ig.DecodeError as problem: print(problem.reason)"
    )
    make = (
        "import zarr, numpy\n"
        "from intaglio.zarr import tiles\n"
        "array = zarr.create_array('s.zarr', shape=2**31, chunks=2**31, dtype='u1', **tiles(vmin=0,"
        " vmax=1), config={'write_empty_chunks': True})\n"
        "array[:] = numpy.zeros(2**31, 'u1')"
    )
    subprocess.run([sys.executable, "-c", make], check=True, timeout=HANG_SECONDS)
    (tile,) = Path("s.zarr").rglob("*.png")
    assert tile.stat().st_size < 10_000
    limit = {**os.environ, "INTAGLIO_OUTPUT_BYTES_MAX": str(2**30), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=limit,
        timeout=HANG_SECONDS,
    )
    assert done.stdout == "limit-exceeded\n", done.stderr


def test_unpack_keeps_its_limits(here, capsys):
    values = store()
    for option, number, code in (
        ("--bytes-max", 191, DATA),
        ("--bytes-max", 192, 0),
        ("--pixels-max", 1000, DATA),
        ("--pixels-max", 2**17, 0),
    ):
        assert run(["unpack", "s.zarr", "-o", "o.npy", "--force", option, str(number)]) == code
        assert code == 0 or option in capsys.readouterr().err
    assert same_bits(np.load("o.npy"), values)


def test_a_store_without_a_chunk_is_refused_before_it_takes_disk(here, capsys):
    zarr.create_array("s.zarr", shape=2**33, chunks=2**20, dtype="u1", **LOOK)
    assert run(["unpack", "s.zarr", "-o", "o.npy"]) == DATA
    assert "declares 8,589,934,592 bytes and stores" in capsys.readouterr().err
    assert [path.name for path in here.iterdir()] == ["s.zarr"]


def test_a_shard_of_too_many_tiles_is_refused(here, capsys):
    sharding = ShardingCodec(chunk_shape=(1, 1), codecs=[Picture()])
    zarr.create_array(
        "s.zarr", shape=(2048, 2048), chunks=(2048, 2048), dtype="u1", serializer=sharding,
        filters=None, compressors=None, chunk_key_encoding=SuffixKeys().to_dict(),
    )  # fmt: skip
    shard = Path("s.zarr/c/0/0.png")
    shard.parent.mkdir(parents=True)
    shard.write_bytes(random.Random(1).randbytes(2048 * 2048 * 16 + 4))
    for code, err in both(capsys):
        assert code == DATA
        assert "4,194,304 pictures in a shard" in err


# What zarr.json may say


@pytest.mark.parametrize(
    "changes",
    [
        {"chunk_key_encoding": {"name": "suffix", "configuration": {"suffix": "\0.png"}}},
        {"chunk_key_encoding": {"name": "suffix", "configuration": {"suffix": "/../../x"}}},
        {"chunk_key_encoding": {"name": "suffix", "configuration": {"suffix": ".."}}},
        {"chunk_key_encoding": {"name": "suffix", "configuration": {"suffix": "\\..\\x"}}},
        {"chunk_key_encoding": {"name": "suffix", "configuration": {"suffix": "x" * 5000}}},
        {"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [0, 4]}}},
        {"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4, -4]}}},
        {"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4]}}},
        {"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2**70, 4]}}},
        {"shape": [2**63, 0]},
        {"shape": [2**62, 2**62]},
        {"shape": [-1, 8]},
        {"shape": [6.5, 8]},
        {"shape": []},
        {"data_type": "float512"},
        {"data_type": {"name": "fixed_length_utf32", "configuration": {"length_bytes": 2**40}}},
        {"fill_value": "NaN" * 1000},
        {"fill_value": {"a": 1}},
        {"codecs": []},
        {"codecs": [{"name": "intaglio", "configuration": {"cmap": "__class__"}}]},
        {"codecs": [{"name": "intaglio", "configuration": {"vmin": 10**400}}]},
        {"codecs": [{"name": "intaglio", "configuration": {"profile": [2**70, 0, 0, 0]}}]},
        {"codecs": [{"name": "intaglio", "configuration": []}]},
        {"dimension_names": [1, 2]},
        {"zarr_format": 4},
        {"node_type": "group"},
        {"storage_transformers": [{"name": "x"}]},
    ],
)
def test_what_no_store_of_pictures_can_say_is_refused_by_both_verbs(here, capsys, changes):
    store()
    say(changes)
    for code, err in both(capsys):
        assert code in (USAGE, DATA)
        assert err.startswith("intaglio: s.zarr")
        assert "internal error" not in err
    assert not Path("o.npy").exists()


def test_a_suffix_inside_a_suffix_is_refused(here, capsys):
    store()
    keys = {"name": "default"}
    for _ in range(200):
        keys = {"name": "suffix", "configuration": {"suffix": ".png", "base-encoding": keys}}
    say({"chunk_key_encoding": keys})
    for code, err in both(capsys):
        assert code == DATA
        assert "base-encoding" in err


def test_no_change_of_zarr_json_is_an_internal_error(here, capsys):
    store()
    store("sharded.zarr", chunks=(4, 4), shards=(8, 8))
    rng = random.Random(14)
    codes = set()
    for source in ("s.zarr", "sharded.zarr"):
        plain = said(source)
        for _ in range(150):
            Path(source, "zarr.json").write_text(json.dumps(records.mutate(plain, rng)))
            for verb, name in (("tiles", "o.png"), ("unpack", "o.npy")):
                code = run([verb, source, "-o", name, "--force", "--quiet"])
                err = capsys.readouterr().err
                assert code in (0, NO_DATA, USAGE, DATA, FILE, UNSUPPORTED), err
                codes.add(code)
        Path(source, "zarr.json").write_text(json.dumps(plain))
    assert {0, DATA} <= codes


# Tiles


@pytest.mark.parametrize(
    "other",
    [
        np.zeros((4, 4), "f8"),
        np.zeros((4, 5), "f4"),
        {"other": np.zeros((4, 4), "f4")},
        {"data": np.zeros((4, 4), "f4"), "more": np.zeros(1)},
        {f"a{i}": np.zeros(1) for i in range(50)},
    ],
    ids=["dtype", "shape", "name", "two", "many"],
)
def test_a_tile_that_contradicts_zarr_json_is_named_by_both_verbs(here, capsys, other):
    store()
    ig.save("s.zarr/c/1/0.png", other)
    for code, err in both(capsys):
        assert code == DATA
        assert "chunk c/1/0.png: no chunk of this array" in err
    with pytest.raises(ig.ContentError, match=r"chunk c/1/0.png"):
        _ = zarr.open_array("s.zarr")[...]


@pytest.mark.parametrize("kind", ["file", "folder", "metadata", "relative"])
def test_links_out_of_the_store_are_not_followed(here, capsys, kind):
    store()
    tile = Path("s.zarr/c/1/0.png")
    if kind == "folder":
        Path("s.zarr/c/1").rename("elsewhere")
        Path("s.zarr/c/1").symlink_to(here / "elsewhere")
    elif kind == "metadata":
        Path("s.zarr/zarr.json").rename("elsewhere")
        Path("s.zarr/zarr.json").symlink_to(here / "elsewhere")
    else:
        tile.rename("elsewhere")
        tile.symlink_to("../../../elsewhere" if kind == "relative" else here / "elsewhere")
    for code, err in both(capsys):
        assert code == DATA
        assert "outside the store: it is not followed" in err


def test_links_inside_the_store_are_followed(here, capsys):
    values = store()
    tile = Path("s.zarr/c/1/0.png")
    tile.rename("s.zarr/kept.png")
    tile.symlink_to("../../kept.png")
    Path("link").symlink_to("s.zarr")
    assert [code for code, _ in both(capsys)] == [0, 0]
    assert run(["unpack", "link", "-o", "o.npy", "--force"]) == 0
    assert same_bits(np.load("o.npy"), values)


@pytest.mark.parametrize("kind", ["pipe", "device", "huge", "folder", "file above"])
def test_a_tile_that_is_no_ordinary_file_is_named(here, capsys, kind):
    store()
    tile = Path("s.zarr/c/1/0.png")
    tile.unlink()
    if kind == "pipe":
        os.mkfifo(tile)
    elif kind == "device":
        tile.symlink_to("/dev/zero")
    elif kind == "folder":
        tile.mkdir()
    elif kind == "file above":  # zarr takes both for tiles that are not stored: zeros
        Path("s.zarr/c/1/1.png").unlink()
        tile.parent.rmdir()
        tile.parent.write_text("no folder")
    else:
        with tile.open("wb") as stream:
            stream.truncate(2**34)
    for code, err in both(capsys):
        assert code == DATA
        assert re.search(r"c/1/[01]\.png", err)
        assert not Path("o.npy").exists()


# The overview


@pytest.mark.parametrize(("shape", "chunks"), [((700, 900), (256, 256)), ((90, 70), (40, 33))])
def test_each_pixel_of_an_overview_shows_the_element_that_it_stands_for(here, shape, chunks):
    """One element a pixel; edge tiles once showed the rows above for a quarter of them."""
    noise = np.random.default_rng(0).normal(size=shape)
    values = (noise + np.add.outer(np.arange(shape[0]) % 2, np.arange(shape[1]) % 2) * 100).astype(
        "f4"
    )
    store(values=values, chunks=chunks, **pictures(vmin=-5, vmax=205, cmap="gray"))
    assert run(["tiles", "s.zarr", "-o", "o.png", "--size", str(max(shape)), "--quiet"]) == 0
    from PIL import Image

    found = np.asarray(Image.open("o.png").convert("RGB")).astype(int)
    grey = (values + 5) / 210 * 255
    assert found.shape[:2] == shape
    assert np.abs(found - grey[..., None]).max() <= 12  # neighbours differ by 121


@pytest.mark.parametrize("pixels", [7, 40, 55, 371, 512])
@pytest.mark.parametrize("cells", [1, 7, 33, 256])
def test_middles_are_pixels_of_their_elements(pixels, cells):
    """Pixel p of a picture shows element p * cells // pixels."""
    for inside in {1, cells // 2 or 1, cells}:
        for size in {1, inside, 2 * inside + 1}:
            side = Side(pixels, cells, inside, size)
            wanted = (2 * np.arange(size) + 1) * inside // (2 * size)
            shown = side.middles() * cells // pixels
            if pixels >= cells:
                assert shown.tolist() == wanted.tolist()
            assert shown.max() < cells
            edges = side.edges()
            assert (edges[0], edges[-1] - 1) == (0, max(0, -(-inside * pixels // cells) - 1))
