"""xarray: what is saved comes back, and an ordinary PNG is left to others."""

import io
import pickle
from functools import partial

import numpy as np
import pytest
from tests.support import calls, reason_of, same_bits

import intaglio as ig
from intaglio import DecodeError, EncodeError, Reason

xr = pytest.importorskip("xarray")
pd = pytest.importorskip("pandas")

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
        (lambda d: d.assign({7: d.t}), "not a string"),
    ],
)
def test_what_cannot_be_carried_is_refused_by_name(dataset, spoil, match):
    with pytest.raises(EncodeError, match=match):
        spoil(dataset).intaglio.save(io.BytesIO())


@pytest.mark.parametrize(
    "text", ["hello", "", b"by\xff", np.array("a", "T"), np.array("o", object)]
)
def test_text_of_rank_0_comes_back(text):
    data = xr.Dataset({"t": ("x", [1.0, 2.0])}, coords={"s": ((), text)})
    back = again(data)
    assert (back["s"].dtype, back["s"].shape) == (data["s"].dtype, ())
    assert back["s"].item() == data["s"].item()
    assert back.drop_vars("s").identical(data.drop_vars("s"))
    by = xr.Dataset({"t": ("b", [1.0, 2.0])}, coords={"b": ["l", "r"]}).sel(b="r")
    assert again(by).identical(by)
    assert again(by.t).identical(by.t)


def again(data):
    out = io.BytesIO()
    data.intaglio.save(out)
    return intaglio.xarray.load(io.BytesIO(out.getvalue()))


@pytest.mark.parametrize("calendar", ["noleap", "360_day", "all_leap", "julian", "standard"])
def test_dates_of_other_calendars_come_back(calendar):
    times = xr.date_range("2001", periods=3, freq="D", use_cftime=True, calendar=calendar)
    data = xr.Dataset({"t": ("time", [1, 2, 3]), "first": times[0]}, {"time": times})
    back = again(data)
    assert back.identical(data)
    assert [*map(type, back.time.values)] == [*map(type, data.time.values)]
    assert back.indexes["time"].calendar == calendar
    assert back["first"].item() == times[0]


PANDAS = {
    "categories": lambda: pd.Categorical(["a", "b", "a"]),
    "Int64": lambda: pd.array([1, None, 3], dtype="Int64"),
    "boolean": lambda: pd.array([True, False, True], dtype="boolean"),
}
INDEXES = {
    "period": lambda: pd.period_range("2024", periods=3, freq="D"),
    "interval": lambda: pd.interval_range(0, 3),
    "zoned": lambda: pd.date_range("2024", periods=3, tz="Europe/Paris"),
    "categories": lambda: pd.CategoricalIndex(["a", "b", "a"]),
    "Int64": lambda: pd.Index([1, 2, 3], dtype="Int64"),
}


@pytest.mark.parametrize("kind", PANDAS)
def test_arrays_of_pandas_are_refused_with_code_that_works_when_pasted(kind):
    ds = xr.Dataset({"c": ("x", PANDAS[kind]())})
    with pytest.raises(EncodeError, match=r"'c' has dtype .*: write ds\['c'\] = ") as caught:
        again(ds)
    exec(caught.value.detail.partition("write ")[2], {"ds": ds, "np": np})
    assert again(ds).identical(ds)


@pytest.mark.parametrize("kind", INDEXES)
def test_indexes_of_pandas_are_refused_with_code_that_works_when_pasted(kind):
    names = {"ds": xr.Dataset(coords={"x": INDEXES[kind]()})}
    with pytest.raises(EncodeError, match=r"'x' has an index of dtype .*: write ds = ") as caught:
        again(names["ds"])
    exec(caught.value.detail.partition("write ")[2], names)
    assert again(names["ds"]).identical(names["ds"])


def test_indexes_that_are_not_the_default_ones_come_back():
    data = xr.Dataset(coords={"x": [1, 2], "y": ("x", [3, 4])})
    for one in (data, data.drop_indexes("x"), data.set_xindex("y")):
        back = again(one)
        assert back.identical(one)
        assert {*back.xindexes} == {*one.xindexes}


@pytest.mark.parametrize(
    "data",
    [
        xr.Dataset({"a": ((0,), [1, 2])}),
        xr.Dataset({"a": (("x", 1), [[1, 2]])}),
        xr.DataArray([1, 2], dims="x", name=5),
        xr.DataArray([1, 2], dims="x", coords={"x": [0, 1], 7: 1.0}),
    ],
)
def test_names_that_are_no_strings_are_refused_with_the_call_that_renames(data):
    with pytest.raises(EncodeError, match=r"is not a string: \.rename\(\{") as caught:
        data.intaglio.save(io.BytesIO())
    assert caught.value.reason == Reason.NAME_INVALID


def test_a_text_dtype_far_wider_than_its_text_is_refused():
    with pytest.raises(EncodeError, match=r"astype\('U2'\)"):
        again(xr.Dataset({"a": ("x", np.array(["ab"], "U2000"))}))
    back = again(xr.Dataset({"a": ("x", np.array(["ab"], "U900"))}))
    assert back["a"].dtype == "U900"


def test_loading_honours_limits_for_numbers_and_text():
    limits = ig.Limits(output_bytes_max=7999)
    for values in (np.zeros(1000), np.full(1000, "a", "U2"), np.full(1000, "a", object)):
        out = io.BytesIO()
        xr.Dataset({"a": ("x", values)}).intaglio.save(out)
        out.seek(0)
        with pytest.raises(DecodeError, match="the limit is 7,999") as caught:
            intaglio.xarray.load(out, limits=limits)
        assert caught.value.reason == Reason.LIMIT_EXCEEDED


@pytest.mark.parametrize(
    "value", [{"@id": "x"}, {"@float": "hello"}, {"@dtype": "odd", "@value": [1]}]
)
def test_attributes_of_other_files_with_no_typed_form_stay_json(value):
    png = ig.dumps({"a": np.eye(2)}, metadata={"m": value}, attrs={"a": {"b": [value], "dims": 5}})
    back = intaglio.xarray.load(io.BytesIO(png))
    assert back.attrs == {"m": value}
    assert back.a.attrs == {"b": [value], "dims": 5}


def test_texts_as_pack_writes_them_come_back_with_their_axes():
    table = {"@dtype": "bytes", "@shape": [2, 2], "@value": ["a", "b", "c", "d"]}
    none = {"@dtype": "bytes", "@shape": [0, 3], "@value": []}
    empty = {"@dtype": "U1", "@shape": [0, 2], "@value": []}
    attrs = {"table": table, "none": none, "empty": empty, "null": None, "words": [["a"], ["b"]]}
    back = intaglio.xarray.load(io.BytesIO(ig.dumps({"a": np.eye(2)}, attrs={"a": attrs})))
    assert back.a.attrs["table"].tolist() == [[b"a", b"b"], [b"c", b"d"]]
    assert (back.a.attrs["none"].shape, back.a.attrs["empty"].shape) == ((0, 3), (0, 2))
    assert back.a.attrs["null"] is None
    assert back.a.attrs["words"] == [["a"], ["b"]]
    wrong = {"@dtype": "bytes", "@shape": [3], "@value": ["a"]}
    png = ig.dumps({"a": np.eye(2)}, attrs={"a": {"wrong": wrong}})
    assert intaglio.xarray.load(io.BytesIO(png)).a.attrs == {"wrong": wrong}


@pytest.mark.parametrize(
    ("unit", "dtype"),
    [("D", "M8[s]"), ("h", "M8[s]"), ("ns", "M8[ns]"), ("as", None), ("25s", None)],
)
def test_times_of_other_files_are_exact_or_refused(unit, dtype):
    png = ig.dumps({"a": np.array([0, 7, "NaT"], f"M8[{unit}]")})
    if dtype is None:
        read = lambda: intaglio.xarray.load(io.BytesIO(png))  # noqa: E731
        assert reason_of(read) == Reason.METADATA_INVALID
        return
    back = intaglio.xarray.load(io.BytesIO(png)).a.values
    assert back.dtype == dtype
    assert [*back[:2]] == [np.datetime64(0, unit), np.datetime64(7, unit)]


def test_metadata_is_the_datas_own(dataset):
    with pytest.raises(EncodeError, match=r"set its \.attrs"):
        dataset.intaglio.save(io.BytesIO(), metadata={})


@pytest.mark.parametrize("record", [{"version": 2}, {"coords": ["gone"]}, {"variables": 3}, []])
def test_a_record_that_is_not_of_the_schema_is_a_decode_error(tmp_path, record):
    ig.save(tmp_path / "m.png", np.eye(3), metadata={"intaglio.xarray": record or [1]})
    assert reason_of(lambda: intaglio.xarray.load(tmp_path / "m.png")) == Reason.METADATA_INVALID


def test_the_picture_shows_the_data_and_not_the_coordinates(tmp_path, dataset):
    dataset[["flag"]].intaglio.save(tmp_path / "flag.png")
    info = ig.info(tmp_path / "flag.png")
    assert info.width / info.height == 30 / 20


def test_a_dataset_is_loaded_from_a_file_that_is_opened_once():
    few, many = io.BytesIO(), io.BytesIO()
    for out, count in ((few, 50), (many, 100)):
        data = xr.Dataset({f"v{n}": (f"d{n}", [n, 1]) for n in range(count)})
        data.intaglio.save(out)
        out.seek(0)
    assert intaglio.xarray.load(many).identical(data)
    many.seek(0)
    work = [calls(partial(intaglio.xarray.load, file)) for file in (few, many)]
    assert work[1] < 2.5 * work[0]
