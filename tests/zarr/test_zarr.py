"""Zarr: chunks that are pictures come back bit by bit, whatever wrote, cut or dropped them."""

import io
import json
import pickle
import subprocess
import sys

import dask.array as da
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.support import same_bits
from zarr.codecs import TransposeCodec
from zarr.storage import MemoryStore

import intaglio as ig
import zarr
from intaglio.zarr import Picture, SuffixKeys, shared_range, tiles

pytestmark = pytest.mark.filterwarnings(  # zarr's own: times have no specification there yet
    "ignore:The data type:zarr.errors.UnstableSpecificationWarning"
)

DTYPES = (
    *("bool", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"),
    *("M8[s]", "M8[25ns]", "m8[D]"),
)
QUIET_NAN, OTHER_NAN, SIGNALLING_NAN = 0x7FC00000, 0xFFC12345, 0x7F800001


def bits32(*words):
    return np.array(words, "u4").view("f4")


def make(shape, dtype, *, store=None, config=None, picture=None, **options):
    """A new array in memory, or in `store`."""
    return zarr.create_array(
        MemoryStore() if store is None else store,
        shape=shape,
        dtype=dtype,
        config=config,
        **{**tiles(**(picture or {})), **options},
    )


def again(array):
    """The same array, opened anew by its zarr.json."""
    return zarr.open_array(array.store)


def keys(array):
    """The keys of all that is stored but the metadata."""
    return sorted(key for key in array.store._store_dict if not key.endswith("zarr.json"))


def stored(array, key):
    return array.store._store_dict[key].to_bytes()


# Bits


@st.composite
def stores(draw):
    """Random bits of any type, in random chunks, with a random fill value that fills some."""
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    rank = draw(st.integers(0, 3))
    shape = tuple(draw(st.lists(st.integers(1, 6), min_size=rank, max_size=rank)))
    chunks = tuple(draw(st.lists(st.integers(2, 4), min_size=rank, max_size=rank)))
    per_shard = draw(st.sampled_from([None, 1, 2]))
    shards = None if per_shard is None or not rank else tuple(n * per_shard for n in chunks)
    special = (0x00, 0x80, 0x7F, 0xFF, 0xF0, 0x01)
    byte = st.one_of(st.sampled_from(special), st.integers(0, 255))

    def elements(count):
        size = count * dtype.itemsize
        raw = bytes(draw(st.lists(byte, min_size=min(size, 64), max_size=64)))
        found = np.resize(np.frombuffer(raw, np.uint8), size)
        return (found & 1).view(dtype) if dtype.kind == "b" else found.view(dtype)

    fill = elements(1)[0]
    values = elements(int(np.prod(shape))).reshape(shape)
    filled = draw(st.integers(0, 3))
    if rank and filled:  # chunks of nothing but fill values, or of what compares equal to them
        values[:: filled + 1] = fill
        values[..., :3] = draw(st.sampled_from([fill, values.flat[0]]))
    return values, chunks, shards, fill


@settings(max_examples=150)
@given(stores(), st.booleans())
def test_any_bits_come_back_from_any_chunks(case, write_empty):
    values, chunks, shards, fill = case
    config = {"write_empty_chunks": write_empty}
    array = make(
        values.shape, values.dtype, chunks=chunks, shards=shards, fill_value=fill, config=config
    )
    array[...] = values
    assert same_bits(again(array)[...], values)


@settings(max_examples=100)
@given(stores(), st.data())
def test_parts_that_are_written_come_back_and_change_nothing_else(case, data):
    values, chunks, shards, fill = case
    array = make(values.shape, values.dtype, chunks=chunks, shards=shards, fill_value=fill)
    array[...] = values
    expected = values.copy()
    for _ in range(2):
        part = tuple(
            data.draw(
                st.one_of(
                    st.integers(0, length - 1),
                    st.builds(
                        slice,
                        st.integers(0, length),
                        st.integers(0, length + 1),
                        st.sampled_from([None, 2]),
                    ),
                )
            )
            for length in values.shape
        )
        new = np.resize(values[::-1] if values.ndim else values, expected[part].shape)
        if new.size:
            expected[part] = new
            array[part] = new
    assert same_bits(again(array)[...], expected)


@pytest.mark.parametrize("shards", [None, (8, 8)])
@pytest.mark.parametrize(
    ("fill", "others"),
    [
        (bits32(QUIET_NAN), bits32(OTHER_NAN, SIGNALLING_NAN)),
        (np.zeros(1, "f4"), -np.zeros(1, "f4")),
        (np.array([complex(0, 0)]), np.array([complex(-0.0, 0), complex(0, -0.0)])),
        (np.array([complex("nan")]), np.array([complex("nan+nanj"), complex(float("nan"), -0.0)])),
    ],
    ids=["nan", "zero", "complex zero", "complex nan"],
)
def test_a_chunk_that_only_looks_like_the_fill_value_is_stored(fill, others, shards):
    for other in others:
        values = np.full((8, 8), other)
        array = make((8, 8), fill.dtype, chunks=(4, 4), shards=shards, fill_value=fill[0])
        array[:] = values
        assert len(keys(array)) == (4 if shards is None else 1)
        assert same_bits(again(array)[:], values)
        array[:] = fill[0]
        assert keys(array) == []  # what has the very bits needs no picture


def test_a_fill_value_that_json_cannot_say_drops_no_chunk():
    payload = bits32(OTHER_NAN)
    array = make((4,), "f4", chunks=(4,), fill_value=payload[0])
    array[:] = np.repeat(payload, 4)
    assert keys(array) == ["c/0.png"]
    assert same_bits(again(array)[:], np.repeat(payload, 4))


def test_big_endian_arrays_keep_every_bit():
    native = bits32(SIGNALLING_NAN, OTHER_NAN, 1, 0x80000000)
    array = make((4,), ">f4", chunks=(3,), fill_value=np.nan)
    array[:] = native.byteswap().view(">f4")
    assert array[:].dtype == ">f4"
    assert same_bits(array[:].byteswap().view("<f4"), native)
    assert same_bits(again(array)[:], native)
    assert ig.loads(stored(array, "c/0.png")).tobytes() == native[:3].tobytes()


def test_every_way_to_index_writes_what_it_says():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(11, 13, 5)).astype("f4")
    array = make(values.shape, "f4", chunks=(4, 4, 5))
    array[:] = values
    array[3, 2:9, ::2] = values[3, 2:9, ::2] = rng.normal(size=(7, 3))
    array.oindex[[1, 9], 3, :] = values[[1, 9], 3, :] = rng.normal(size=(2, 5))
    array.oindex[[1, 9], [2, 4], 3] = rng.normal(size=(2, 2))
    values = array[:].copy()
    array.vindex[[0, 10], [1, 12], [4, 0]] = values[[0, 10], [1, 12], [4, 0]] = [7.5, -8.5]
    mask = rng.random(values.shape) < 0.1
    array.set_mask_selection(mask, 3.0)
    values[mask] = 3.0
    array.blocks[1, 2] = values[4:8, 8:12] = -1.0
    assert same_bits(again(array)[:], values)
    assert same_bits(array.oindex[[0, 7], :, 4], values[[0, 7]][..., 4])
    assert same_bits(array.vindex[mask], values[mask])


def test_writes_that_drop_an_axis_or_take_steps_go_where_they_belong():
    values = np.zeros((6, 6), "i4")
    array = make((6, 6), "i4", chunks=(4, 4))
    array.oindex[[1, 5], 3] = [8, 9]
    values[[1, 5], 3] = [8, 9]
    array.oindex[2, [0, 4]] = [6, 7]
    values[2, [0, 4]] = [6, 7]
    array[::2] = values[::2] = 5
    assert same_bits(again(array)[:], values)


# Tiles


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_chunk_is_an_intaglio_file_of_its_own(dtype):
    raw = np.random.default_rng(1).integers(0, 256, 7 * 9 * np.dtype(dtype).itemsize, np.uint8)
    values = (raw & 1 if dtype == "bool" else raw).view(dtype).reshape(7, 9)
    array = make((7, 9), dtype, chunks=(4, 5), config={"write_empty_chunks": True})
    array[:] = values
    assert keys(array) == ["c/0/0.png", "c/0/1.png", "c/1/0.png", "c/1/1.png"]
    assert same_bits(ig.loads(stored(array, "c/0/0.png")), values[:4, :5])
    whole = ig.loads(stored(array, "c/1/1.png"))  # what lies outside is filled
    assert whole.shape == (4, 5)
    assert same_bits(whole[:3, :4], values[4:, 5:])


def test_tiles_share_their_colours():
    values = np.arange(64.0).reshape(8, 8)
    alike = make((8, 8), "f8", chunks=(4, 4), picture={"vmin": 0, "vmax": 63, "cmap": "gray"})
    alike[:] = values
    apart = make((8, 8), "f8", chunks=(4, 4), picture={"cmap": "gray"})
    apart[:] = values

    def brightness(array, key):
        return np.asarray(Image.open(io.BytesIO(stored(array, key)))).mean()

    assert brightness(alike, "c/0/0.png") + 100 < brightness(alike, "c/1/1.png")
    assert abs(brightness(apart, "c/0/0.png") - brightness(apart, "c/1/1.png")) < 2


def test_a_scalar_is_one_tile():
    array = make((), "f8")
    array[...] = -0.0
    assert keys(array) == ["c.png"]
    assert same_bits(again(array)[...], np.array(-0.0))


def test_an_empty_array_has_no_tiles():
    array = make((0, 3), "f8", chunks=(2, 2))
    assert same_bits(again(array)[:], np.empty((0, 3)))
    assert keys(array) == []


def test_a_shard_holds_whole_tiles():
    values = np.random.default_rng(2).normal(size=(8, 8))
    array = make((8, 8), "f8", chunks=(4, 4), shards=(8, 8))
    array[:] = values
    assert keys(array) == ["c/0/0.png"]
    shard = stored(array, "c/0/0.png")
    assert shard.count(b"\x89PNG\r\n\x1a\n") == 4
    assert same_bits(ig.loads(shard), values[:4, :4])  # bytes after a PNG's end are ignored


# Configuration


def test_the_configuration_stands_in_zarr_json_and_comes_back():
    picture = {"cmap": "magma", "vmin": -1, "vmax": 2.5, "norm": "symlog", "level": 5}
    more = {"profile": (2, 2, 2, 0), "effort": "small"}
    array = make((4,), "f4", chunks=(4,), picture=picture | more)
    (codec,) = json.loads(stored(array, "zarr.json"))["codecs"]
    assert codec == {
        "name": "intaglio",
        "configuration": picture | {"profile": [2, 2, 2, 0], "effort": "small"},
    }
    assert again(array).metadata.codecs == (Picture(**picture, **more),)


def test_what_is_not_said_of_the_colours_is_not_in_zarr_json():
    assert Picture().to_dict() == {
        "name": "intaglio",
        "configuration": {"cmap": "viridis", "profile": "opaque", "effort": "fast"},
    }
    assert Picture.from_dict({"name": "intaglio"}) == Picture()


@pytest.mark.parametrize(
    ("configuration", "says"),
    [
        ({"colour": "red"}, "'colour'"),
        ({"cmap": "Viridis"}, "'Viridis'"),
        ({"cmap": [[0, 0, 0]]}, "pass its name"),
        ({"vmin": float("nan")}, "vmin= is a finite number"),
        ({"vmin": 2, "vmax": 1}, "is above"),
        ({"norm": "cubic"}, "'cubic'"),
        ({"norm": "log", "vmin": -1}, "above 0"),
        ({"profile": "thick"}, "'thick'"),
        ({"profile": [9, 0, 0, 0]}, "depths"),
        ({"level": 40}, "level= is from 1 to 22, not 40"),
        ({"effort": "none"}, "'none'"),
    ],
)
def test_a_wrong_configuration_is_refused_by_name(configuration, says):
    with pytest.raises(ig.EncodeError, match=says) as caught:
        Picture.from_dict({"name": "intaglio", "configuration": configuration})
    assert caught.value.reason == ig.Reason.OPTION_INVALID


def test_numpy_numbers_are_numbers():
    picture = Picture(vmin=np.float32(-1), vmax=np.int64(3))
    assert json.dumps(picture.to_dict()["configuration"]["vmin"]) == "-1.0"
    assert picture == Picture(vmin=-1.0, vmax=3)


def test_a_picture_among_compressors_is_told_its_place():
    with pytest.raises(TypeError, match=r"serializer=Picture"):
        zarr.create_array(MemoryStore(), shape=(4,), dtype="f4", compressors=Picture())
    with pytest.raises(TypeError, match=r"serializer=Picture"):
        zarr.create_array(MemoryStore(), shape=(4,), dtype="f4", filters=[Picture()])


def test_a_compressor_behind_the_pictures_is_refused():
    array = zarr.create_array(
        MemoryStore(), shape=(4,), chunks=(4,), dtype="f4", serializer=Picture()
    )
    with pytest.raises(ig.EncodeError, match="compressors=None"):
        array[:] = 1
    assert keys(array) == []


@pytest.mark.parametrize("dtype", ["U5", "S3", "V4", [("a", "i4")]])
def test_types_that_no_picture_carries_are_refused_before_the_array_is_made(dtype):
    store = MemoryStore()
    with pytest.raises(ig.EncodeError) as caught:
        make((4,), dtype, store=store)
    assert caught.value.reason == ig.Reason.DTYPE_UNSUPPORTED
    assert store._store_dict == {}


def test_more_axes_than_a_picture_carries_are_refused():
    assert make((1,) * 32, "i1", chunks=(1,) * 32)[...].shape == (1,) * 32
    with pytest.raises(ig.EncodeError, match="more than 32") as caught:
        make((1,) * 33, "i1", chunks=(1,) * 33)
    assert caught.value.reason == ig.Reason.SHAPE_UNSUPPORTED


def test_chunks_too_large_for_a_picture_are_told_to_be_smaller():
    array = make((2**14, 2**13), "u1", chunks=(2**14, 2**13), picture={"profile": (1, 0, 0, 0)})
    noise = np.random.default_rng(3).integers(0, 256, (2**14, 2**13), np.uint8)
    with pytest.raises(ig.EncodeError, match=r"chunk c/0/0.png: .*smaller chunks=") as caught:
        array[:] = noise
    assert caught.value.reason == ig.Reason.CAPACITY_EXCEEDED


# Filters in front


def test_filters_may_stand_before_the_pictures():
    values = np.random.default_rng(4).normal(size=(6, 8))
    array = make((6, 8), "f8", chunks=(3, 4), filters=[TransposeCodec(order=(1, 0))])
    array[:] = values
    assert same_bits(again(array)[:], values)
    assert same_bits(ig.loads(stored(array, "c/0/0.png")), np.ascontiguousarray(values[:3, :4].T))


def test_behind_filters_chunks_that_zarr_would_drop_by_value_are_refused():
    options = {"chunks": (4, 4), "filters": [TransposeCodec(order=(1, 0))], "fill_value": np.nan}
    array = make((4, 4), "f4", **options)
    with pytest.raises(ig.EncodeError, match="write_empty_chunks"):
        array[:] = 1
    array = make((4, 4), "f4", config={"write_empty_chunks": True}, **options)
    values = np.full((4, 4), bits32(OTHER_NAN))
    array[:] = values
    assert same_bits(again(array)[:], values)


# Damage


def broken(key="c/0/1.png", **options):
    array = make((4, 8), "f4", chunks=(4, 4), **options)
    array[:] = np.random.default_rng(5).normal(size=(4, 8))
    return array, array.store._store_dict, key


def test_a_damaged_chunk_is_named():
    array, files, key = broken()
    raw = bytearray(files[key].to_bytes())
    raw[len(raw) // 2] ^= 1
    files[key] = type(files[key]).from_bytes(bytes(raw))
    assert array[:, :4].shape == (4, 4)
    for use in (lambda: array[:], lambda: array.__setitem__((0, 5), 1.0)):
        with pytest.raises(ig.DecodeError, match=r"chunk c/0/1\.png: ") as caught:
            use()
        assert caught.value.reason == ig.Reason.PNG_DAMAGED


def test_a_damaged_tile_of_a_shard_is_named_by_its_place():
    array, files, _ = broken(shards=(4, 8))
    raw = bytearray(files["c/0/0.png"].to_bytes())
    raw[raw.rindex(b"IDAT") + 50] ^= 1
    files["c/0/0.png"] = type(files["c/0/0.png"]).from_bytes(bytes(raw))
    with pytest.raises(ig.DecodeError, match=r"chunk \(0, 1\) in its shard"):
        array[:]


@pytest.mark.parametrize(
    "other",
    [
        ig.dumps(np.zeros((4, 5), "f4")),
        ig.dumps(np.zeros((4, 4), "f8")),
        ig.dumps({"x": np.zeros((4, 4), "f4")}),
        ig.dumps({"data": np.zeros((4, 4), "f4"), "more": np.zeros(1)}),
        ig.dumps({}),
    ],
    ids=["shape", "dtype", "name", "two", "none"],
)
def test_a_picture_of_something_else_is_no_chunk(other):
    array, files, key = broken()
    files[key] = type(files[key]).from_bytes(other)
    with pytest.raises(ig.DecodeError, match=r"chunk c/0/1.png: no chunk of this array"):
        array[:]


def test_a_chunk_that_claims_more_than_the_array_has_takes_no_memory():
    array, files, key = broken()
    bomb = ig.dumps(np.zeros(2**26, "u1"))
    files[key] = type(files[key]).from_bytes(bomb)
    with pytest.raises(ig.DecodeError, match="no chunk of this array"):
        array[:]


# Keys


def test_keys_are_those_of_the_registered_encoding():
    keys = SuffixKeys()
    assert keys.to_dict() == {"name": "suffix", "configuration": {"suffix": ".png"}}
    assert keys.encode_chunk_key((0, 12)) == "c/0/12.png"
    v2 = SuffixKeys.from_dict(
        {"name": "suffix", "configuration": {"suffix": ".png", "base-encoding": {"name": "v2"}}}
    )
    assert v2.encode_chunk_key((3, 4)) == "3.4.png"
    assert SuffixKeys.from_dict(v2.to_dict()) == v2
    assert v2.decode_chunk_key("3.4.png") == (3, 4)
    with pytest.raises(ValueError, match="does not end in"):
        v2.decode_chunk_key("3.4")


@pytest.mark.parametrize(
    "configuration",
    [{}, {"suffix": ""}, {"suffix": "/x"}, {"suffix": 3}, {"suffix": ".png", "a": 1}],
)
def test_wrong_suffixes_are_refused(configuration):
    with pytest.raises(ValueError, match="suffix"):
        SuffixKeys.from_dict({"name": "suffix", "configuration": configuration})


# Company


def test_zarr_finds_codec_and_keys_without_an_import_of_ours(tmp_path):
    array = make((4, 4), "f4", store=tmp_path / "a.zarr", chunks=(2, 2))
    array[:] = np.eye(4)
    code = f"import zarr; print(zarr.open_array({str(tmp_path / 'a.zarr')!r})[:].sum())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("4.0\n", "")


def test_intaglio_does_not_import_zarr():
    code = "import sys, intaglio; intaglio.dumps; assert 'zarr' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_arrays_and_codecs_can_be_pickled():
    array = make((4, 4), "f4", chunks=(2, 2), picture={"vmin": 0, "vmax": 9})
    array[:] = np.arange(16).reshape(4, 4)
    assert pickle.loads(pickle.dumps(array.metadata)) == array.metadata
    assert same_bits(pickle.loads(pickle.dumps(array))[:], array[:])


def test_dask_writes_and_reads(tmp_path):
    values = np.random.default_rng(6).normal(size=(30, 40)).astype("f4")
    path = str(tmp_path / "d.zarr")
    da.from_array(values, chunks=(16, 16)).to_zarr(path, **tiles(vmin=-3, vmax=3))
    assert (tmp_path / "d.zarr/c/1/2.png").is_file()
    assert same_bits(da.from_zarr(path).compute(), values)


def test_xarray_writes_and_reads(tmp_path):
    values = np.random.default_rng(7).normal(size=(3, 30, 40)).astype("f4")
    dataset = xr.Dataset(
        {"t": (("time", "y", "x"), values, {"units": "K"})}, {"y": np.arange(30) / 2}
    )
    encoding = {"t": {**tiles(cmap="magma", vmin=-3, vmax=3), "chunks": (1, 16, 16)}}
    path = tmp_path / "x.zarr"
    dataset.to_zarr(path, encoding=encoding, zarr_format=3, consolidated=False)
    back = xr.open_zarr(path, consolidated=False)
    xr.testing.assert_identical(back.load(), dataset)
    assert same_bits(back["t"].values, values)
    assert same_bits(ig.load(path / "t/c/2/0/0.png"), values[2:, :16, :16])


def test_xarray_keeps_payloads_of_nans_with_and_without_a_fill_value(tmp_path):
    values = bits32(QUIET_NAN, OTHER_NAN)[None]
    dataset = xr.Dataset({"t": (("y", "x"), values)})
    for name, fill in (("usual", {}), ("none", {"_FillValue": None})):
        path = tmp_path / name
        encoding = {"t": {**tiles(), "chunks": (1, 2), **fill}}
        dataset.to_zarr(path, encoding=encoding, zarr_format=3, consolidated=False)
        assert same_bits(xr.open_zarr(path, consolidated=False)["t"].values, values)


# Ranges


def test_the_range_is_that_of_all_finite_values():
    values = np.array([[3.0, np.inf, -2], [np.nan, 7, 0]])
    assert shared_range(values) == {"vmin": -2, "vmax": 7}
    assert shared_range(da.from_array(values, chunks=(1, 2))) == {"vmin": -2, "vmax": 7}
    assert shared_range(np.full((3, 3), np.nan)) == {}
    assert shared_range(np.empty((0, 2))) == {}
    assert shared_range(np.array(5)) == {"vmin": 5, "vmax": 5}


def test_the_range_is_found_region_by_region(tmp_path):
    big = np.lib.format.open_memmap(tmp_path / "big.npy", mode="w+", dtype="f4", shape=(4000, 4000))
    big[3999, 3999], big[0, 0] = 5, -5
    seen = []
    assert shared_range(big, tick=seen.append) == {"vmin": -5, "vmax": 5}
    assert len(seen) > 1
    covered = sum(np.prod([part.stop - part.start for part in region]) for region in seen)
    assert covered == big.size
