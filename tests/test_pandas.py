"""pandas: frames and series come back with index, columns, names and dtypes."""

import io

import numpy as np
import pytest
from tests.support import reason_of, same_bits

import intaglio as ig
from intaglio import EncodeError, Reason

pd = pytest.importorskip("pandas")

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


@pytest.mark.parametrize(
    ("column", "match"),
    [
        (
            np.array([1, "a"], object),
            r"'c' has dtype object: it holds int, str; .*astype\('string'\)",
        ),
        (pd.period_range("2024", periods=2, freq="D"), "'c' has dtype period"),
        (pd.arrays.SparseArray([0, 1]), "'c' has dtype Sparse"),
        (pd.interval_range(0, 2), "'c' has dtype interval"),
    ],
)
def test_what_cannot_be_carried_is_refused_by_name(column, match):
    with pytest.raises(EncodeError, match=match) as caught:
        pd.DataFrame({"c": column}).intaglio.save(io.BytesIO())
    assert caught.value.reason == Reason.DTYPE_UNSUPPORTED


def test_metadata_is_the_frames_own():
    with pytest.raises(EncodeError, match=r"set \.attrs"):
        pd.DataFrame({"a": [1]}).intaglio.save(io.BytesIO(), metadata={})
    frame = pd.DataFrame({"a": [1]})
    frame.attrs = {"f": print}
    with pytest.raises(EncodeError, match="attrs"):
        frame.intaglio.save(io.BytesIO())


@pytest.mark.parametrize("record", [None, 5, {"version": 2}, {"version": 1}])
def test_a_file_that_holds_no_frame_says_so(record):
    png = ig.dumps(np.eye(3), metadata={"intaglio.pandas": record})
    assert reason_of(lambda: intaglio.pandas.load(io.BytesIO(png))) == Reason.METADATA_INVALID


def test_columns_can_be_read_as_plain_arrays():
    out = io.BytesIO()
    pd.DataFrame(COLUMNS).intaglio.save(out)
    assert same_bits(ig.loads(out.getvalue(), "i2"), COLUMNS["i2"])
