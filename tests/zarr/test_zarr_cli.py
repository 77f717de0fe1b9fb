"""Stores of pictures through the installed command: tiles, pack --tiles, unpack."""

import json
import os
import pty
import resource
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import google_crc32c
import numpy as np
import pytest
from PIL import Image
from tests.support import same_bits
from zarr.codecs import BytesCodec, ShardingCodec

import intaglio as ig
import zarr
from intaglio.zarr import Picture
from intaglio.zarr import tiles as pictures

INTAGLIO = str(Path(sys.executable).with_name("intaglio"))
GREY = 235  # of chunks that are not stored


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def intaglio(*arguments, code=0, **options):
    """Run the installed command; its stdout and stderr."""
    done = subprocess.run(
        [INTAGLIO, *map(str, arguments)], capture_output=True, check=False, **options
    )
    assert done.returncode == code, done.stderr.decode()
    return done.stdout, done.stderr.decode()


def picture(path):
    return np.asarray(Image.open(path)).astype(int)


def store(path, values, *, vmin=0, vmax=255, cmap="gray", **options):
    look = pictures(vmin=vmin, vmax=vmax, cmap=cmap)
    array = zarr.create_array(path, shape=values.shape, dtype=values.dtype, **look, **options)
    array[...] = values
    return array


def ramp(rows, cols):
    """Values whose grey is their own, different everywhere."""
    y, x = np.mgrid[0:rows, 0:cols]
    return (y * 128 / rows + x * 127 / cols).astype("f4")


# There and back


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).normal(size=(300, 400)),
        np.random.default_rng(1).normal(size=(300, 400)).astype(">f4"),
        np.asfortranarray(np.random.default_rng(2).integers(0, 9, (3, 70, 50))),
        np.arange(100_000, dtype="u2"),
        np.array(-0.0),
        np.empty((0, 4)),
        np.array([0x7F800001, 0, 0x80000000, 0xFFFFFFFF], "u4").view("f4"),
        np.array(["2020-01-01", "NaT"], "M8[D]"),
        np.array([True, False]),
    ],
    ids=["f8", "big-endian", "fortran", "line", "scalar", "empty", "nan", "times", "bool"],
)
def test_an_array_is_split_and_joined_with_every_bit(here, values):
    np.save("a.npy", values)
    assert intaglio("pack", "a.npy", "--tiles", "-o", "a.zarr")[0] == b""
    intaglio("unpack", "a.zarr", "-o", "b.npy")
    native = values.astype(values.dtype.newbyteorder("="), order="C")
    assert same_bits(np.load("b.npy"), native)


def test_the_tiles_share_range_colours_and_metadata(here):
    np.save("a.npy", ramp(300, 400))
    options = ["--metadata", '{"unit": "K"}', "--chunks", "100,200", "--cmap", "magma"]
    options += ["--vmax", "300"]
    intaglio("pack", "a.npy", "--tiles", "-o", "a.zarr", *options)
    intaglio("pack", "a.npy", "--tiles", "-o", "b.zarr", *options, "--vmin", "-5")
    for name, vmin in (("a", 0), ("b", -5)):
        found = json.loads(Path(f"{name}.zarr/zarr.json").read_text())
        (codec,) = found["codecs"]
        assert found["attributes"] == {"unit": "K"}
        assert codec["configuration"]["cmap"] == "magma"
        assert (codec["configuration"]["vmin"], codec["configuration"]["vmax"]) == (vmin, 300)
    assert sum(1 for _ in Path("a.zarr").rglob("*.png")) == 6
    intaglio("verify", "a.zarr/c/1/1.png")
    assert same_bits(ig.load("a.zarr/c/1/1.png"), ramp(300, 400)[100:200, 200:])


def test_other_formats_are_split_too(here):
    np.savetxt("a.csv", np.arange(12.0).reshape(3, 4), delimiter=",")
    intaglio("pack", "a.csv", "--tiles", "-o", "a.zarr", "--chunks", "2,2")
    intaglio("unpack", "a.zarr", "-o", "out/")
    assert same_bits(np.load("out/a.npy"), np.arange(12.0).reshape(3, 4))


def test_splitting_and_joining_never_hold_the_whole_array(here):
    shape, own_bytes = (2**14, 2**14), 600 * 2**20  # 1 GiB, nearly all of it a hole in the file
    big = np.lib.format.open_memmap("big.npy", mode="w+", dtype="f4", shape=shape)
    big[5, 7], big[-1, -1], big[9000, 5000] = 1.5, -2.5, np.nan
    expected = [big[:1024].tobytes(), big[-1:].tobytes(), big[9000].tobytes()]
    del big

    def few():
        resource.setrlimit(resource.RLIMIT_DATA, (own_bytes, own_bytes))

    intaglio("pack", "big.npy", "--tiles", "-o", "big.zarr", preexec_fn=few)
    assert sum(1 for _ in Path("big.zarr").rglob("*.png")) == 3
    intaglio("tiles", "big.zarr", "-o", "big.png", preexec_fn=few)
    Path("big.npy").unlink()
    intaglio("unpack", "big.zarr", "-o", "back.npy", "--bytes-max", 2**30, preexec_fn=few)
    back = np.load("back.npy", mmap_mode="r")
    assert (back.shape, back.dtype) == (shape, "f4")
    assert [back[:1024].tobytes(), back[-1:].tobytes(), back[9000].tobytes()] == expected


def test_an_array_too_large_for_one_picture_is_told_of_tiles(here):
    np.save("a.npy", np.random.default_rng(3).integers(0, 256, (2**13, 2**13 + 1), np.uint8))
    err = intaglio("pack", "a.npy", "-o", "a.png", code=65)[1]
    assert "--tiles -o STORE.zarr" in err
    intaglio("pack", "a.npy", "--tiles", "-o", "a.zarr")

    def little():
        resource.setrlimit(resource.RLIMIT_DATA, (300 * 2**20, 300 * 2**20))

    np.lib.format.open_memmap("b.npy", mode="w+", dtype="f8", shape=(2**13, 2**13))
    err = intaglio("pack", "b.npy", "-o", "b.png", code=65, preexec_fn=little)[1]
    assert "--tiles -o STORE.zarr" in err


def test_a_dry_run_says_how_many_pictures_and_writes_nothing(here):
    np.save("a.npy", np.zeros((3000, 5000), "f4"))
    out, _ = intaglio("pack", "a.npy", "--tiles", "-n")
    assert out == b"out.zarr: 15 pictures of 1024x1024 elements\n"
    assert [path.name for path in here.iterdir()] == ["a.npy"]


def test_a_store_is_replaced_with_force_only_and_nothing_else_ever(here):
    np.save("a.npy", np.arange(4.0))
    np.save("b.npy", np.arange(5.0))
    intaglio("pack", "a.npy", "--tiles", "-o", "s.zarr")
    assert "--force" in intaglio("pack", "b.npy", "--tiles", "-o", "s.zarr", code=66)[1]
    intaglio("pack", "b.npy", "--tiles", "-o", "s.zarr", "--force")
    assert zarr.open_array("s.zarr").shape == (5,)
    Path("folder").mkdir()
    Path("folder/precious.txt").write_text("x")
    err = intaglio("pack", "b.npy", "--tiles", "-o", "folder", "--force", code=64)[1]
    assert "no Zarr store" in err
    assert Path("folder/precious.txt").is_file()
    assert "--force" in intaglio("unpack", "s.zarr", "-o", "a.npy", code=66)[1]


def test_what_cannot_be_split_leaves_nothing_behind(here):
    np.save("text.npy", np.array(["a", "b"]))
    np.savez("two.npz", a=np.zeros(2), b=np.zeros(2))
    before = {*here.iterdir()}
    for arguments, code, says in (
        (["text.npy"], 65, "text"),
        (["two.npz"], 64, "one array"),
        (["two.npz", "text.npy"], 64, "one array"),
        (["no.npy"], 66, "No such file"),
    ):
        assert says in intaglio("pack", *arguments, "--tiles", "-o", "s.zarr", code=code)[1]
    assert {*here.iterdir()} == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--tiles", "-o", "s.png"], "a folder"),
        (["--tiles", "-o", "-"], "a folder"),
        (["--tiles"], "--tiles writes a folder"),
        (["--chunks", "4", "-o", "s.zarr"], "--chunks is for --tiles"),
        (["--tiles", "-o", "s.zarr", "--chunks", "4"], "gives 1 length, and the array has 2 axes"),
        (["--tiles", "-o", "s.zarr", "--chunks", "0,4"], "above 0"),
        (["--tiles", "-o", "s.zarr", "--chunks", "four"], "above 0"),
        (["--tiles", "-o", "s.zarr", "--scale", "2"], "--scale"),
        (["--tiles", "-o", "s.zarr", "--attrs", '{"data": {}}'], "--attrs"),
        (["--tiles", "-o", "s.zarr", "--cmap", "rainbows"], "rainbows"),
    ],
)
def test_usage_of_pack_tiles_is_explained(here, options, says):
    np.save("a.npy", np.zeros((4, 4)))
    err = intaglio("pack", "a.npy", *options, code=64)[1]
    assert says in err
    assert err.count("\n") == 1


# Overviews


def test_an_overview_looks_like_the_array(here):
    values = ramp(500, 700)
    values[:128, :128] = 0  # a chunk that is not stored
    store("s.zarr", values, chunks=(128, 128))
    intaglio("tiles", "s.zarr", "-o", "o.png", "--size", "350")
    found = picture("o.png")
    assert found.shape == (250, 350, 3)
    expected = values.reshape(250, 2, 350, 2).mean((1, 3))
    assert (found[:64, :64] == GREY).all()
    inside = np.abs(found - expected[..., None])[65:, 65:]
    assert inside.mean() < 1.5
    assert inside.max() < 12
    assert intaglio("info", "o.png", code=3)[0] == b""


def test_an_overview_of_one_tile_carries_none_of_its_data(here):
    values = ramp(256, 256)
    store("s.zarr", values, chunks=(256, 256))
    tile = picture("s.zarr/c/0/0.png")
    side = max(tile.shape[:2])
    intaglio("tiles", "s.zarr", "-o", "o.png", "--size", side)
    assert "no Intaglio data" in intaglio("unpack", "o.png", code=3)[1]
    found = picture("o.png")
    assert len({tuple(p) for p in (found & [7, 3, 7]).reshape(-1, 3)}) == 1
    assert np.abs(found - tile)[: found.shape[0], : found.shape[1]].max() <= 7


@pytest.mark.parametrize("location", ["start", "end"])
def test_shards_are_looked_into(here, location):
    values = ramp(256, 384)
    values[:64, :64] = 0
    shards = {"shape": (128, 128), "index_location": location}
    store("s.zarr", values, chunks=(64, 64), shards=shards)
    store("plain.zarr", values, chunks=(64, 64))
    for name in ("s", "plain"):
        intaglio("tiles", f"{name}.zarr", "-o", f"{name}.png")
    assert Path("s.png").read_bytes() == Path("plain.png").read_bytes()
    assert (picture("s.png")[:64, :64] == GREY).all()


def test_a_shard_whose_index_is_damaged_is_named(here):
    store("s.zarr", ramp(64, 64), chunks=(32, 32), shards=(64, 64))
    shard = Path("s.zarr/c/0/0.png")
    raw = bytearray(shard.read_bytes())
    raw[-10] ^= 1
    shard.write_bytes(raw)
    assert "shard c/0/0.png" in intaglio("tiles", "s.zarr", "-o", "o.png", code=65)[1]


def test_shards_that_are_not_stored_are_grey(here):
    values = ramp(64, 128)
    values[:, :64] = 0
    store("s.zarr", values, chunks=(32, 32), shards=(64, 64))
    intaglio("tiles", "s.zarr", "-o", "o.png")
    found = picture("o.png")
    assert (found[:, : found.shape[1] // 2] == GREY).all()
    assert np.abs(found[:, found.shape[1] // 2 :] - GREY).mean() > 20


def test_a_shard_index_of_another_kind_is_not_guessed_at(here):
    sharding = ShardingCodec(
        chunk_shape=(32, 32), codecs=[Picture()], index_codecs=[BytesCodec(endian="big")]
    )
    array = zarr.create_array(
        "s.zarr", shape=(64, 64), chunks=(64, 64), dtype="f4", serializer=sharding, compressors=None
    )
    array[:] = ramp(64, 64)
    assert "index is written with" in intaglio("tiles", "s.zarr", "-o", "o.png", code=65)[1]


@pytest.mark.parametrize("entry", [(0, 2**40), (2**63, 100), (10**6, 100), (2**64 - 1, 5)])
def test_a_shard_whose_index_lies_is_refused(here, entry):
    store("s.zarr", ramp(64, 64), chunks=(32, 32), shards=(64, 64))
    shard = Path("s.zarr/c/0/0.png")
    raw = shard.read_bytes()[: -4 * 16 - 4]
    index = np.array([entry] * 4, "<u8").tobytes()
    crc = google_crc32c.value(index).to_bytes(4, "little")
    shard.write_bytes(raw + index + crc)
    err = intaglio("tiles", "s.zarr", "-o", "o.png", code=3 if entry[0] == 10**6 else 65)[1]
    assert "c/0/0.png" in err


def test_axes_and_elements_can_be_chosen(here):
    values = np.zeros((3, 6, 40, 50), "u1")
    values[2, 5] = 200
    values[1, 5, 30:] = 250
    store("s.zarr", values, chunks=(1, 1, 20, 20), config={"write_empty_chunks": True})
    intaglio("tiles", "s.zarr", "-o", "first.png")
    assert picture("first.png").max() < 9
    intaglio("tiles", "s.zarr", "-o", "last.png", "--axes", "2,3", "--at", "0=2", "--at", "1=5")
    assert abs(picture("last.png") - 200).max() < 9
    intaglio("tiles", "s.zarr", "-o", "below.png", "--at", "0=1", "--at", "1=5")
    below = picture("below.png")
    assert below.shape[0] < below.shape[1]
    assert below[: below.shape[0] // 2].max() < 9
    assert below[-below.shape[0] // 5 :].min() > 240
    intaglio("tiles", "s.zarr", "-o", "across.png", "--axes", "0,1")
    across = picture("across.png")
    assert across.shape[0] < across.shape[1]
    assert across[:, : across.shape[1] // 2].max() < 9


@pytest.mark.parametrize(
    ("shape", "chunks", "axes"),
    [
        ((7, 90, 120), (3, 32, 32), (1, 2)),
        ((7, 90, 120), (1, 32, 32), (2, 1)),
        ((2, 5, 60, 50), (2, 2, 24, 32), (2, 3)),
        ((2, 5, 60, 50), (1, 3, 24, 32), (3, 2)),
        ((90, 120, 5), (32, 32, 5), (0, 1)),
        ((100, 40, 40), (100, 32, 32), (1, 2)),
    ],
)
def test_any_slice_can_be_looked_at_from_either_side(here, shape, chunks, axes):
    grids = np.meshgrid(*map(np.arange, shape), indexing="ij")
    high, wide = (grids[axis] * 60 / shape[axis] for axis in axes)
    others = [axis for axis in range(len(shape)) if axis not in axes]
    depth = sum(grids[axis] * 130 / shape[axis] for axis in others) / len(others)
    values = (high + wide + depth).astype("f4")
    store("s.zarr", values, chunks=chunks)
    last = [f"{axis}={shape[axis] - 1}" for axis in others]
    for at, element in (([], 0), (last, -1)):
        options = [word for pair in at for word in ("--at", pair)]
        shown = ["--axes", ",".join(map(str, axes)), "--size", "120"]
        err = intaglio("tiles", "s.zarr", "-o", "o.png", "--force", *shown, *options)[1]
        assert "no map" not in err
        plane = values[
            tuple(slice(None) if axis in axes else element for axis in range(len(shape)))
        ]
        plane = plane if axes[0] < axes[1] else plane.T
        found = picture("o.png").mean(2)
        rows = (np.arange(found.shape[0]) + 0.5) * plane.shape[0] // found.shape[0]
        cols = (np.arange(found.shape[1]) + 0.5) * plane.shape[1] // found.shape[1]
        wanted = plane[rows.astype(int)][:, cols.astype(int)]
        assert np.abs(found - wanted).mean() < 4
        assert np.abs(found - wanted).max() < 16


def test_what_is_no_map_comes_with_a_warning(here):
    store("s.zarr", np.zeros((3, 64, 64), "u1") + 7, chunks=(3, 32, 32))
    assert "no map" in intaglio("tiles", "s.zarr", "-o", "o.png", "--axes", "0,2")[1]
    store("t.zarr", np.zeros((64, 2000), "u1") + 7, chunks=(1, 2000))
    assert "no map" in intaglio("tiles", "t.zarr", "-o", "p.png")[1]


def test_small_arrays_are_enlarged_when_asked(here):
    values = ramp(20, 30)
    store("s.zarr", values, chunks=(16, 16))
    intaglio("tiles", "s.zarr", "-o", "o.png")
    assert picture("o.png").shape == (180, 270, 3)
    intaglio("tiles", "s.zarr", "-o", "large.png", "--size", "900")
    large = picture("large.png")
    assert large.shape == (600, 900, 3)
    assert np.abs(large[15::30, 15::30] - values[..., None]).max() < 9


def test_channels_are_part_of_the_picture(here):
    values = np.zeros((60, 80, 3), "u1")
    values[..., 1] = 180
    store("s.zarr", values, chunks=(32, 32, 3))
    intaglio("tiles", "s.zarr", "-o", "o.png")
    found = picture("o.png")
    assert (found.shape[0] / found.shape[1]) == pytest.approx(60 / 80, abs=0.02)
    assert np.abs(found - [0, 180, 0]).max() < 9


@pytest.mark.parametrize("shape", [(), (1000,), (5, 1)])
def test_stores_of_any_rank_have_an_overview(here, shape):
    store("s.zarr", np.full(shape, 9.0), chunks=tuple(min(n, 100) for n in shape))
    intaglio("tiles", "s.zarr", "-o", "o.png")
    assert picture("o.png").size


def test_more_tiles_than_pixels_still_make_a_picture(here):
    values = ramp(64, 64)
    store("s.zarr", values, chunks=(4, 4))
    intaglio("tiles", "s.zarr", "-o", "o.png", "--size", "10")
    assert picture("o.png").shape == (10, 10, 3)


def test_tiles_of_their_own_range_come_with_a_warning(here):
    array = zarr.create_array("s.zarr", shape=(8, 8), chunks=(4, 4), dtype="f4", **pictures())
    array[:] = np.arange(64).reshape(8, 8)
    assert "cannot be compared" in intaglio("tiles", "s.zarr", "-o", "o.png")[1]
    assert intaglio("tiles", "s.zarr", "-o", "p.png", "--quiet")[1] == ""


def test_an_overview_goes_to_standard_output(here):
    store("s.zarr", ramp(8, 8), chunks=(4, 4))
    out, err = intaglio("tiles", "s.zarr", "-o", "-", "-q")
    assert err == ""
    assert Image.open(BytesIO(out)).size == (256, 256)


def test_a_damaged_tile_is_named(here):
    store("s.zarr", ramp(8, 8), chunks=(4, 4))
    tile = Path("s.zarr/c/1/0.png")
    raw = bytearray(tile.read_bytes())
    raw[len(raw) // 2] ^= 1
    tile.write_bytes(raw)
    assert "chunk c/1/0.png" in intaglio("tiles", "s.zarr", "-o", "o.png", code=65)[1]
    assert not Path("o.png").exists()
    assert "chunk c/1/0.png" in intaglio("unpack", "s.zarr", "-o", "b.npy", code=65)[1]
    assert not Path("b.npy").exists()


def test_what_is_no_store_of_pictures_is_explained(here):
    group = zarr.create_group("g.zarr")
    store(group.store, ramp(8, 8), name="t")
    zarr.create_array("z.zarr", shape=(4,), dtype="f4")
    zarr.create_array("v2.zarr", shape=(4,), dtype="f4", zarr_format=2)
    Path("plain").mkdir()
    for name, code, says in (
        ("g.zarr", 65, "its arrays are 't'"),
        ("z.zarr", 65, "the codecs are bytes, zstd"),
        ("v2.zarr", 65, "no pictures"),
        ("plain", 66, "no Zarr array"),
        ("nowhere", 66, "no Zarr array"),
    ):
        assert says in intaglio("tiles", name, "-o", "o.png", code=code)[1]
    intaglio("tiles", "g.zarr/t", "-o", "o.png")


@pytest.mark.parametrize("shape", [[10**12], [10**9, 10**9], [1, 10**9, 10**9]])
def test_a_store_that_claims_to_be_boundless_takes_neither_memory_nor_disk(here, shape):
    zarr.create_array(
        "s.zarr", shape=[1 for _ in shape], chunks=[1 for _ in shape], dtype="f8", **pictures()
    )
    said = json.loads(Path("s.zarr/zarr.json").read_text())
    Path("s.zarr/zarr.json").write_text(json.dumps(said | {"shape": shape}))

    def little():
        resource.setrlimit(resource.RLIMIT_DATA, (500 * 2**20, 500 * 2**20))

    assert (
        "pictures, an overview"
        in intaglio("tiles", "s.zarr", "-o", "o.png", code=64, preexec_fn=little)[1]
    )
    err = intaglio("unpack", "s.zarr", "-o", "o.npy", code=65, preexec_fn=little)[1]
    assert "--bytes-max or INTAGLIO_OUTPUT_BYTES_MAX allows more" in err
    allowed = ["--bytes-max", "9" * 30]
    err = intaglio("unpack", "s.zarr", "-o", "o.npy", *allowed, code=66, preexec_fn=little)[1]
    assert "are free" in err
    assert [path.name for path in here.iterdir()] == ["s.zarr"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--axes", "0"], "two whole numbers"),
        (["--axes", "0,0"], "axes 0 and 0"),
        (["--axes", "0,7"], "axes 0 and 7"),
        (["--at", "2"], "two whole numbers"),
        (["--at", "0=3"], "axis 0 is not one of those"),
        (["-o", "o.jpg"], "only .png"),
    ],
)
def test_usage_of_tiles_is_explained(here, options, says):
    store("s.zarr", ramp(8, 8), chunks=(4, 4))
    assert says in intaglio("tiles", "s.zarr", "-o", "o.png", *options, code=64)[1]


@pytest.mark.parametrize("options", [["-o", "b.csv"], ["-o", "-"], ["--as", "npz", "-o", "b.npz"]])
def test_a_store_is_joined_to_npy_only(here, options):
    store("s.zarr", ramp(8, 8), chunks=(4, 4))
    assert "-o FILE.npy" in intaglio("unpack", "s.zarr", *options, code=64)[1]


@pytest.mark.parametrize(
    ("values", "options", "says"),
    [
        (np.empty((0, 4)), [], "nothing to show"),
        (np.zeros(4), ["--at", "0=1"], "nothing to choose"),
        (np.zeros((4, 4, 4)), ["--at", "0=4"], "none is 4"),
    ],
)
def test_what_has_no_overview_is_told_why(here, values, options, says):
    store("s.zarr", values, chunks=(2,) * values.ndim)
    assert says in intaglio("tiles", "s.zarr", "-o", "o.png", *options, code=64)[1]


def test_progress_is_shown_to_people_only(here):
    np.save("a.npy", np.random.default_rng(4).normal(size=(64, 64)))

    def seen_on_a_terminal(*arguments):
        ours, theirs = pty.openpty()
        done = subprocess.Popen(
            [INTAGLIO, *arguments], stderr=theirs, env={**os.environ, "TERM": "xterm"}
        )
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            seen += part
        assert done.wait() == 0
        os.close(ours)
        return seen.decode()

    split = ["pack", "a.npy", "--tiles", "-o", "a.zarr", "--chunks", "8,8", "--force"]
    seen = seen_on_a_terminal(*split)
    assert "finding the range" in seen
    assert "packing a.npy" in seen
    assert "looking at a.zarr" in seen_on_a_terminal("tiles", "a.zarr", "-o", "o.png")
    assert "joining a.zarr" in seen_on_a_terminal("unpack", "a.zarr", "-o", "b.npy")
    assert seen_on_a_terminal(*split, "--quiet") == ""
