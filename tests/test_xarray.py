"""xarray: what is saved comes back, and an ordinary PNG is left to others."""

import io
import pickle

import numpy as np
import pytest
from tests.support import reason_of, same_bits

import intaglio as ig
from intaglio import DecodeError, EncodeError, Reason

xr = pytest.importorskip("xarray")

import intaglio.xarray  # noqa: E402

BACKEND = intaglio.xarray.IntaglioBackend()


def test_save_that_knows_nothing_of_xarray_refuses_what_it_would_lose(dataset):
    for data in (dataset, dataset[["t"]], xr.Dataset({"a": ("x", [1, 2])})):
        with pytest.raises(
            EncodeError, match=r"ds\.intaglio\.save\(file\), or give \{name"
        ) as caught:
            ig.save(io.BytesIO(), data)
        assert caught.value.reason == Reason.DTYPE_UNSUPPORTED
    for data in (
        dataset.t,
        dataset.t.drop_vars(dataset.coords),
        xr.DataArray([1], {"x": [2]}, "x"),
    ):
        for verb in (ig.dumps, ig.plan, lambda a: ig.imsave(io.BytesIO(), a)):
            with pytest.raises(
                EncodeError, match=r"da\.intaglio\.save\(file\), or give da\.values"
            ):
                verb(data)
    with pytest.raises(EncodeError, match=r"array 't': a DataArray would lose"):
        ig.dumps(dict(dataset))


def test_a_data_array_without_coordinates_and_attributes_is_its_values(dataset):
    plain = xr.DataArray(dataset.t.values, dims=("time", "y", "x"))
    assert same_bits(ig.loads(ig.dumps(plain)), dataset.t.values)
    values = {name: v.values for name, v in dataset[["t", "flag"]].items()}
    back = ig.loads_dict(ig.dumps(values))
    assert [*back] == ["t", "flag"]
    assert all(same_bits(back[name], dataset[name].values) for name in back)


@pytest.fixture
def dataset():
    rng = np.random.default_rng(0)
    data = xr.Dataset(
        {
            "t": (("time", "y", "x"), rng.random((4, 20, 30)).astype("f4"), {"units": "K"}),
            "flag": (("y", "x"), rng.random((20, 30)) > 0.5),
            "scalar": ((), np.float64("nan")),
        },
        coords={
            "time": np.datetime64("2024-01-01", "s") + np.arange(4),
            "y": np.arange(20),
            "x": ("x", np.linspace(0, 1, 30), {"axis": "X"}),
            "place": ("time", ["a", "b", "c", "a"]),
            "town": ("time", np.array(["Köln", "a", "", "b"], object)),
            "height": 2.0,
        },
        attrs={
            "title": "T",
            "n": np.float32("nan"),
            "range": np.array([1, 2], "i2"),
            "l": [1, "a"],
        },
    )
    data.t.encoding = {
        "dtype": np.dtype("i2"),
        "scale_factor": 0.1,
        "_FillValue": np.int16(-1),
        "chunksizes": (1, 20, 30),
        "source": "/home/somebody/secret.nc",
        "compressor": object(),
    }
    data.encoding = {"unlimited_dims": {"time"}}
    return data


@pytest.fixture
def path(tmp_path, dataset):
    dataset.intaglio.save(tmp_path / "x.ig.png")
    return tmp_path / "x.ig.png"


def test_open_dataset_finds_the_backend_and_gives_everything_back(path, dataset):
    back = xr.open_dataset(path)
    xr.testing.assert_identical(back.load(), dataset)
    for name, variable in dataset.variables.items():
        assert same_bits_of(back[name].to_numpy(), variable.to_numpy())
        assert back[name].dtype == variable.dtype
    assert list(back.variables) == list(dataset.variables)


def same_bits_of(a, b):
    return np.array_equal(a, b) if a.dtype.kind in "OU" else same_bits(a, b)


def test_typed_attributes_come_back(path):
    attrs = xr.open_dataset(path).attrs
    assert isinstance(attrs["n"], np.float32)
    assert np.isnan(attrs["n"])
    assert same_bits(attrs["range"], np.array([1, 2], "i2"))
    assert attrs["l"] == [1, "a"]


def test_encodings_come_back_but_for_what_has_no_form_and_where_it_lay(path):
    encoding = xr.open_dataset(path).t.encoding
    assert encoding == {
        "dtype": np.dtype("i2"),
        "scale_factor": 0.1,
        "_FillValue": np.int16(-1),
        "chunksizes": (1, 20, 30),
    }
    assert isinstance(encoding["_FillValue"], np.int16)
    assert b"secret" not in repr(ig.info(path).metadata).encode()


def test_values_are_read_when_they_are_indexed(path, dataset):
    back = xr.open_dataset(path)
    assert isinstance(back.t.variable._data, xr.core.indexing.MemoryCachedArray)
    for key in (np.s_[1], np.s_[::-2, 3:9], np.s_[..., [5, 1]], np.s_[0, 0, 0], np.s_[2:2]):
        assert same_bits(back.t[key].to_numpy(), dataset.t[key].to_numpy())


def test_chunks_are_read_by_dask_and_pickle(path, dataset):
    pytest.importorskip("dask")
    back = xr.open_dataset(path, chunks={"time": 1})
    again = pickle.loads(pickle.dumps(back))
    assert same_bits(again.t.data.compute(scheduler="threads"), dataset.t.to_numpy())


@pytest.mark.parametrize("name", ["t", None, "x"])
def test_a_data_array_comes_back_with_its_name(tmp_path, dataset, name):
    array = dataset.t.rename(name) if name != "x" else dataset.x
    array.intaglio.save(tmp_path / "a.png", cmap="magma")
    back = intaglio.xarray.load(tmp_path / "a.png")
    xr.testing.assert_identical(back, array)
    assert back.name == array.name
    assert "secret" not in str(back.encoding)


def test_an_ordinary_png_is_declined_after_its_first_rows(tmp_path):
    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 256, (600, 600, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "plain.png")

    class Counting(io.BytesIO):
        taken = 0

        def read(self, count=-1):
            raw = super().read(count)
            self.taken += len(raw)
            return raw

    stream = Counting((tmp_path / "plain.png").read_bytes())
    assert not BACKEND.guess_can_open(stream)
    assert stream.taken < 200_000 < len(stream.getvalue())
    assert stream.tell() == 0
    assert not BACKEND.guess_can_open(tmp_path / "plain.png")
    with pytest.raises(ValueError, match="did not find a match"):
        xr.open_dataset(tmp_path / "plain.png")


@pytest.mark.parametrize("thing", [b"CDF\x01", "https://example.org/x.png", 7, "missing.png"])
def test_other_things_are_declined(thing):
    assert not BACKEND.guess_can_open(thing)


def test_file_objects_and_bytes_open(path, dataset):
    raw = path.read_bytes()
    assert BACKEND.guess_can_open(raw)
    xr.testing.assert_identical(xr.open_dataset(io.BytesIO(raw)).load(), dataset)


def test_a_damaged_file_is_ours_and_says_what_is_wrong(path):
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    assert BACKEND.guess_can_open(path)
    with pytest.raises(DecodeError):
        xr.open_dataset(path).load()


def test_any_intaglio_file_opens_with_dimensions_of_its_own(tmp_path):
    ig.save(tmp_path / "m.png", {"a": np.eye(3), "b": np.arange(4)}, metadata={"run": 7})
    back = xr.open_dataset(tmp_path / "m.png")
    assert dict(back.sizes) == {"a_dim_0": 3, "a_dim_1": 3, "b_dim_0": 4}
    assert back.attrs == {"run": 7}
    assert list(xr.open_dataset(tmp_path / "m.png", drop_variables="a")) == ["b"]


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda d: d.assign_coords(o=("y", np.array([object()] * 20))), "dtype object with object"),
        (lambda d: d.stack(yx=("y", "x")), "multi-index"),
        (lambda d: d.assign_attrs(f=print), "'f': builtin_function"),
        (lambda d: d.assign({7: d.t}), "no string"),
    ],
)
def test_what_cannot_be_carried_is_refused_by_name(dataset, spoil, match):
    with pytest.raises(EncodeError, match=match):
        spoil(dataset).intaglio.save(io.BytesIO())


def test_metadata_is_the_datas_own(dataset):
    with pytest.raises(EncodeError, match=r"set \.attrs"):
        dataset.intaglio.save(io.BytesIO(), metadata={})


@pytest.mark.parametrize("record", [{"version": 2}, {"coords": ["gone"]}, {"variables": 3}, []])
def test_a_record_that_is_not_of_the_schema_is_a_decode_error(tmp_path, record):
    ig.save(tmp_path / "m.png", np.eye(3), metadata={"intaglio.xarray": record or [1]})
    assert reason_of(lambda: intaglio.xarray.load(tmp_path / "m.png")) == Reason.METADATA_INVALID


def test_the_picture_shows_the_data_and_not_the_coordinates(tmp_path, dataset):
    dataset[["flag"]].intaglio.save(tmp_path / "flag.png")
    info = ig.info(tmp_path / "flag.png")
    assert info.width / info.height == 30 / 20
