"""pandas: frames and series come back with index, columns, names and dtypes."""

import io
import zoneinfo
from datetime import UTC, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from tests.support import reason_of, same_bits

import intaglio as ig
from intaglio import ContentError, EncodeError, Reason

pd = pytest.importorskip("pandas")

from dateutil import tz  # noqa: E402

import intaglio.pandas  # noqa: E402

RANGE = pd.RangeIndex(10, 2, -4, name="r")
DAYS = pd.date_range("2024-02-28", periods=2, freq="D", tz="Europe/Paris")
COLUMNS = {
    "i2": np.array([1, -2], "i2"),
    "f4": np.array([np.nan, -0.0], "f4"),
    "complex": np.array([1j, 2]),
    "bool": [True, False],
    "days": np.array(["2024-01-01", "NaT"], "M8[s]"),
    "gaps": pd.to_timedelta([1, None], "ms"),
    "zoned": DAYS,
    "text": pd.array(["é", None], pd.StringDtype(na_value=np.nan)),  # what pandas 3 infers
    "string": pd.array(["a", None], "string"),
    "Int64": pd.array([2**62 + 1, None], "Int64"),
    "Float32": pd.array([0.5, None], "Float32"),
    "boolean": pd.array([None, True], "boolean"),
    "categories": pd.Categorical(["u", None], ["v", "u"], ordered=True),
    "numbers": pd.Categorical([3, 5]),
}


def again(data):
    out = io.BytesIO()
    data.intaglio.save(out)
    return intaglio.pandas.load(io.BytesIO(out.getvalue()))


def test_a_frame_of_all_dtypes_comes_back():
    frame = pd.DataFrame(COLUMNS)
    frame.attrs = {"who": "me", "when": np.float32(2)}
    back = again(frame)
    pd.testing.assert_frame_equal(back, frame)
    assert back.attrs == frame.attrs
    assert (back.dtypes == frame.dtypes).all()


@pytest.mark.parametrize("name", ["i2", "f4", "complex", "days"])
def test_columns_of_numpy_keep_every_bit(name):
    values = np.asarray(COLUMNS[name])
    assert same_bits(again(pd.DataFrame({name: values}))[name].to_numpy(), values)


@pytest.mark.parametrize(
    "index",
    [
        RANGE,
        pd.Index([3, 1], name=("a", 1)),
        pd.Index([0.5, np.nan]),
        pd.Index(["a", "b"], name="text"),
        DAYS,
        pd.CategoricalIndex(["x", "y"]),
        pd.MultiIndex.from_product([["k"], [1, 2]], names=["p", None]),
        pd.Index([1, "a"], dtype=object),
    ],
)
def test_an_index_comes_back_as_rows_and_as_columns(index):
    frame = pd.DataFrame(np.arange(4).reshape(2, 2), index=index)
    pd.testing.assert_frame_equal(again(frame), frame, check_freq=True)
    assert type(again(frame).index) is type(index)
    if not isinstance(index, pd.CategoricalIndex):
        pd.testing.assert_frame_equal(again(frame.T), frame.T)


def test_odd_and_repeated_labels_come_back():
    frame = pd.DataFrame(np.arange(14).reshape(2, 7))
    frame.columns = ["a", "a", "index", "", "x.mask", "tab\t", 5]
    pd.testing.assert_frame_equal(again(frame), frame)


@pytest.mark.parametrize("name", ["s", None, 5])
def test_a_series_comes_back_with_its_name(name):
    series = pd.Series([1.5, 2.5], index=DAYS, name=name)
    pd.testing.assert_series_equal(again(series), series)


def test_an_empty_frame_comes_back():
    frame = pd.DataFrame({"a": np.array([], "i4")})
    pd.testing.assert_frame_equal(again(frame), frame)


OBJECTS = {
    "astype('string')": ["a", None],
    "astype('boolean')": [True, None],
    "astype('Int64')": [1, None],
    "astype('Float64')": [1, 0.5, np.nan],
}


@pytest.mark.parametrize("call", OBJECTS)
def test_an_object_column_is_refused_with_code_that_works_when_pasted(call):
    df = pd.DataFrame({"c": pd.Series(OBJECTS[call], dtype=object)})
    with pytest.raises(EncodeError, match="column 'c' has dtype object: it holds ") as caught:
        again(df)
    code = caught.value.detail.partition("write ")[2]
    assert code == f"df['c'] = df['c'].{call}"
    exec(code, {"df": df, "pd": pd})
    pd.testing.assert_frame_equal(again(df), df)
    series = pd.Series(OBJECTS[call], dtype=object, name="s")
    with pytest.raises(EncodeError, match="the series has dtype object") as caught:
        again(series)
    names = {"series": series}
    exec(caught.value.detail.partition("write ")[2], names)
    pd.testing.assert_series_equal(again(names["series"]), names["series"])


@pytest.mark.parametrize(
    ("column", "match"),
    [
        (np.array([1, "a"], object), r"dtype object: it holds int, str; .*astype\('string'\)"),
        (np.array([[1], {}], object), "it holds dict, list"),
        (pd.Series([pd.Timestamp("2024")], dtype=object), r"pd\.to_datetime\(df\['c'\]\)"),
        (pd.arrays.SparseArray([0, 1]), r"Sparse.*df\['c'\] = df\['c'\]\.astype\('int64'\)"),
        (pd.array(["a\ud800"], pd.StringDtype("python")), "'c': text that is not Unicode"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_is_refused_by_name(column, match):
    with pytest.raises(EncodeError, match=match) as caught:
        pd.DataFrame({"c": column}).intaglio.save(io.BytesIO())
    assert caught.value.reason == Reason.DTYPE_UNSUPPORTED


def test_metadata_is_the_frames_own():
    with pytest.raises(EncodeError, match=r"set its \.attrs"):
        pd.DataFrame({"a": [1]}).intaglio.save(io.BytesIO(), metadata={})
    frame = pd.DataFrame({"a": [1]})
    frame.attrs = {"f": print}
    with pytest.raises(EncodeError, match="attrs"):
        frame.intaglio.save(io.BytesIO())


@pytest.mark.parametrize("record", [None, 5, {"version": 2}, {"version": 1}])
def test_a_record_of_no_frame_is_a_decode_error(record):
    png = ig.dumps(np.eye(3), metadata={"intaglio.pandas": record})
    assert reason_of(lambda: intaglio.pandas.load(io.BytesIO(png))) == Reason.METADATA_INVALID


def test_a_file_that_holds_no_frame_says_so():
    with pytest.raises(ContentError, match="no frame: load_dict"):
        intaglio.pandas.load(io.BytesIO(ig.dumps(np.eye(3))))


def test_loading_honours_limits():
    out = io.BytesIO()
    pd.DataFrame({"a": np.zeros(500), "b": np.zeros(500)}).intaglio.save(out)
    limits = ig.Limits(output_bytes_max=7999)  # of both together
    read = lambda: intaglio.pandas.load(io.BytesIO(out.getvalue()), limits=limits)  # noqa: E731
    assert reason_of(read) == Reason.LIMIT_EXCEEDED


SUMMER = pd.to_datetime(["2024-01-15 12:00", "2024-07-15 12:00", None], utc=True)
ZONES = {
    "zoneinfo": (zoneinfo.ZoneInfo("America/St_Johns"), "America/St_Johns"),
    "dateutil": (tz.gettz("Europe/Berlin"), "Europe/Berlin"),
    "dateutil by its text": ("dateutil/Europe/Berlin", "Europe/Berlin"),
    "dateutil utc": (tz.tzutc(), "UTC"),
    "dateutil offset": (tz.tzoffset("name", -12600), "UTC-03:30"),
    "dateutil offset of nothing": (tz.tzoffset(None, 0), "UTC"),
    "offset": (timezone(timedelta(hours=5, minutes=30)), "UTC+05:30"),
    "offset with a name": (timezone(timedelta(hours=1), "CET"), "UTC+01:00"),
    "offset with seconds": (timezone(timedelta(hours=-1, seconds=-7)), "UTC-01:00:07"),
    "utc": (UTC, "UTC"),
}


def is_usable(times):
    try:
        return len(times.tz_localize(None)) > 0
    except AttributeError:
        return False


@pytest.mark.parametrize("kind", ZONES)
def test_zones_of_every_library_come_back_with_the_same_instants_and_offsets(kind):
    zone, text = ZONES[kind]
    times = SUMMER.tz_convert(zone)
    if not is_usable(times):  # pandas 2 does not get on with dateutil 4
        with pytest.raises(EncodeError, match=r"tz_convert\('UTC'\)"):
            again(pd.DataFrame({"c": times}))
        return
    frame = pd.DataFrame(
        {
            "column": times,
            "category": pd.Categorical(times),
            "interval": pd.arrays.IntervalArray.from_arrays(times, times + pd.Timedelta("1h")),
        },
        index=times,
    )
    out = io.BytesIO()
    frame.intaglio.save(out)
    record = ig.info(io.BytesIO(out.getvalue())).metadata["intaglio.pandas"]
    assert record["data"][0]["zone"] == record["index"]["zone"] == text
    back = intaglio.pandas.load(io.BytesIO(out.getvalue()))
    for one, other in [
        (back["column"].array, times.array),
        (back.index.array, times.array),
        (back["category"].cat.categories.array, frame["category"].cat.categories.array),
        (back["interval"].array.left.array, times.array),
    ]:
        for convert in (
            lambda a: a.tz_convert("UTC").tz_localize(None),
            lambda a: a.tz_localize(None),
        ):
            assert same_bits(convert(one).to_numpy(), convert(other).to_numpy())


def test_a_zone_whose_rules_differ_from_the_database_is_refused():
    with Path(tz.gettz("Europe/Berlin")._filename).open("rb") as file:
        other = zoneinfo.ZoneInfo.from_file(file, key="America/New_York")
    frame = pd.DataFrame({"c": SUMMER.tz_convert(other)})
    with pytest.raises(EncodeError, match=r"column 'c' has the time zone .*\.dt\.tz_convert"):
        again(frame)


def test_an_unknown_zone_is_read_as_utc_with_a_warning():
    frame = pd.DataFrame({"c": SUMMER.tz_convert("Europe/Berlin")})
    out = io.BytesIO()
    frame.intaglio.save(out)
    metadata = ig.info(io.BytesIO(out.getvalue())).metadata
    metadata["intaglio.pandas"]["data"][0]["zone"] = "Mars/Olympus_Mons"
    png = ig.dumps(ig.loads_dict(out.getvalue()), metadata=metadata)
    with pytest.warns(
        UserWarning, match="'Mars/Olympus_Mons' is unknown on this machine; its times are in UTC"
    ):
        back = intaglio.pandas.load(io.BytesIO(png))
    pd.testing.assert_frame_equal(back, pd.DataFrame({"c": SUMMER}))


OLD = {  # records as the first version wrote them, which had no storage and no limit on ranges
    "zone of dateutil": ({"kind": "zoned", "array": "a", "zone": "tzfile('/usr/share/zoneinfo/Europe/Berlin')"}, np.array([0, 1], "M8[us]")),
    "words": ({"kind": "words", "array": "a", "words": ["u"], "nan": True}, np.array([0, -1], "i4")),
}  # fmt: skip


@pytest.mark.parametrize("kind", OLD)
@pytest.mark.filterwarnings("ignore:.*the time zone:UserWarning")
def test_files_of_earlier_versions_load(kind):
    column, array = OLD[kind]
    labels = {"kind": "words", "array": "columns", "words": ["a"], "nan": True, "names": [None]}
    index = {"kind": "range", "range": [0, 2, 1], "names": [None]}
    record = {
        "version": 1,
        "kind": "frame",
        "data": [column],
        "columns": labels,
        "index": index,
        "attrs": {},
    }
    arrays = {"a": array, "columns": np.array([0], "i4")}
    back = intaglio.pandas.load(io.BytesIO(ig.dumps(arrays, metadata={"intaglio.pandas": record})))
    assert [*back.columns] == ["a"]
    assert [*back["a"].isna()] == [False, kind == "words"]


@pytest.mark.parametrize("frequency", ["C", "bh", "WOM-2TUE"])
def test_a_frequency_that_no_file_holds_is_refused_with_what_to_write(frequency):
    df = pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2024", periods=2, freq=frequency))
    with pytest.raises(EncodeError, match=r"the index: .*frequency") as caught:
        again(df)
    exec(caught.value.detail.partition("write ")[2], {"df": df})
    pd.testing.assert_frame_equal(again(df), df)


def test_steps_of_unequal_length_are_bounded_where_pandas_counts_them_one_by_one():
    many = pd.date_range("1700", periods=2**17 + 1, freq="B", unit="s")
    with pytest.raises(EncodeError, match="131073 items"):
        again(pd.Series(0, index=many))
    hours = pd.date_range("1700", periods=2**17 + 1, freq="h", unit="s")
    assert again(pd.Series(0, index=hours)).index.freq == hours.freq


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (type("Table", (pd.DataFrame,), {})({"a": [1]}), "a Table would come back as another type"),
        (pd.DataFrame({"a": [1]}, index=[pd.Timestamp("2024").date()]), "a label of the index"),
        (pd.DataFrame({"a": [1]}, index=pd.Index([1], name=pd.Timestamp("2024"))), "a name of the index"),
        (pd.Series([1], name=pd.NaT), "the name"),
        (pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_arrays([[1]] * 65)), "65 levels"),
        (
            pd.DataFrame({"a": pd.Categorical.from_codes([0], pd.RangeIndex(2**21))}),
            r"the categories of column 'a': a range of 2097152 entries.*remove_unused_categories",
        ),
    ],
)  # fmt: skip
def test_frames_with_what_no_file_holds_are_refused_by_name(data, match):
    with pytest.raises(EncodeError, match=match):
        again(data)


def test_columns_can_be_read_as_plain_arrays():
    out = io.BytesIO()
    pd.DataFrame(COLUMNS).intaglio.save(out)
    assert same_bits(ig.loads(out.getvalue(), "i2"), COLUMNS["i2"])


@pytest.mark.parametrize(
    "data",
    [
        pd.Series(["a", "b"]),
        pd.Series(["a", 1], dtype=object),
        pd.Series(pd.Categorical(["a"])),
        pd.DataFrame({"a": ["x"], "b": ["y"]}),
        pd.Index(["a"]),
    ],
)
def test_save_of_text_names_the_call_that_keeps_it(data):
    for given in (data, {"q": data}):
        with pytest.raises(EncodeError, match=r"import intaglio\.pandas and call \.intaglio\.save"):
            ig.dumps(given)
