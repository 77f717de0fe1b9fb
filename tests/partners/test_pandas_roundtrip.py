"""pandas: any frame comes back with identical types and bits, or is refused by name."""

import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import same_bits

from intaglio import EncodeError

pd = pytest.importorskip("pandas")

import intaglio.pandas  # noqa: E402

NUMBERS = ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
TIMES = tuple(f"{kind}8[{unit}]" for kind in "Mm" for unit in ("s", "ms", "us", "ns"))
MASKED = ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
ZONES = ("UTC", "Europe/Paris", "Asia/Kolkata", "America/St_Johns", "+05:30", "-02:00")
SPANS = ("D", "W-TUE", "M", "Q-MAR", "Y-DEC", "h", "min", "s", "ms", "us", "ns", "2M", "36h")
NAMES = st.one_of(
    st.none(), st.text(max_size=3), st.integers(-(2**70), 2**70), st.booleans(), st.floats(),
    st.tuples(st.text(max_size=2), st.integers()), st.sampled_from([np.int8(3), np.float32("nan"), b"\xff"]),
)  # fmt: skip


def again(data):
    out = io.BytesIO()
    data.intaglio.save(out)
    return intaglio.pandas.load(io.BytesIO(out.getvalue()))


def same_values(a, b):
    """Two arrays, of numpy or pandas: the same type, dtype and bits."""
    if type(a) is not type(b) or a.dtype != b.dtype or repr(a.dtype) != repr(b.dtype):
        return False
    if type(a) is pd.arrays.NumpyExtensionArray:
        a, b = a.to_numpy(), b.to_numpy()
    if isinstance(a, np.ndarray) and a.dtype != object:
        return same_bits(a, b)
    if isinstance(a.dtype, pd.CategoricalDtype):
        return same_bits(a.codes, b.codes) and same_index(a.categories, b.categories)
    if isinstance(a.dtype, pd.IntervalDtype):
        return same_values(a.left.array, b.left.array) and same_values(a.right.array, b.right.array)
    return [(type(one), repr(one)) for one in a] == [(type(one), repr(one)) for one in b]


def same_index(a, b):
    if type(a) is not type(b) or repr([*a.names]) != repr([*b.names]):
        return False
    if [type(one) for one in a.names] != [type(one) for one in b.names]:
        return False
    if isinstance(a, pd.MultiIndex):
        levels = zip(a.levels, b.levels, strict=True)
        codes = zip(a.codes, b.codes, strict=True)
        return all(same_index(*two) for two in levels) and all(same_bits(*two) for two in codes)
    if isinstance(a, pd.RangeIndex):
        return (a.start, a.stop, a.step) == (b.start, b.stop, b.step)
    return getattr(a, "freq", None) == getattr(b, "freq", None) and same_values(a.array, b.array)


def same_frame(a, b):
    if isinstance(a, pd.Series):
        return (
            type(b) is pd.Series
            and repr(a.name) == repr(b.name)
            and same_index(a.index, b.index)
            and same_values(a.array, b.array)
        )
    return (
        type(a) is type(b)
        and a.shape == b.shape
        and same_index(a.index, b.index)
        and same_index(a.columns, b.columns)
        and all(same_values(a.iloc[:, i].array, b.iloc[:, i].array) for i in range(a.shape[1]))
        and repr(a.attrs) == repr(b.attrs)
        and a.flags.allows_duplicate_labels == b.flags.allows_duplicate_labels
    )


@st.composite
def raw_arrays(draw, size, dtypes=NUMBERS + TIMES):
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    raw = draw(st.binary(min_size=size * dtype.itemsize, max_size=size * dtype.itemsize))
    if dtype.kind == "b":
        return np.frombuffer(bytes(one & 1 for one in raw), dtype)
    return np.frombuffer(raw, dtype)


@st.composite
def small_times(draw, size):
    """Instants between 1700 and 2240, or NaT: what every unit and zone can hold."""
    unit = draw(st.sampled_from(["s", "ms", "us", "ns"]))
    seconds = draw(st.lists(st.integers(-(2**33), 2**33), min_size=size, max_size=size))
    values = np.array(seconds, "M8[s]").astype(f"M8[{unit}]")
    if size and draw(st.booleans()):
        values[0] = "NaT"
    return values


@st.composite
def words(draw, size):
    texts = st.text(st.characters(codec="utf-8"), max_size=3)
    nothing = draw(st.sampled_from([pd.NA, np.nan]))
    values = draw(st.lists(st.one_of(st.just(nothing), texts), min_size=size, max_size=size))
    return pd.array(values, pd.StringDtype("python", na_value=nothing))


@st.composite
def masked(draw, size):
    missing = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), bool)
    dtype = draw(st.sampled_from((*MASKED, "Float32", "Float64", "boolean")))
    kind = type(pd.array([], dtype))
    if dtype == "boolean":
        return kind(draw(raw_arrays(size, ("?",))).copy(), missing)
    return kind(draw(raw_arrays(size, (np.dtype(dtype.lower()),))).copy(), missing)


@st.composite
def periods(draw, size):
    counts = draw(st.lists(st.integers(-(2**20), 2**20), min_size=size, max_size=size))
    dtype = pd.PeriodDtype(draw(st.sampled_from(SPANS)))
    values = np.array(counts, "i8")
    if size and draw(st.booleans()):
        values[-1] = np.iinfo("i8").min
    return pd.arrays.PeriodArray(values, dtype)


@st.composite
def intervals(draw, size):
    left = np.array(draw(st.lists(st.integers(-99, 99), min_size=size, max_size=size)), "i8")
    closed = draw(st.sampled_from(["left", "right", "both", "neither"]))
    kind = draw(st.sampled_from(["i8", "f8", "M8[us]", "m8[ns]", "zoned"]))
    ends = [pd.Index(one.astype("M8[s]" if kind == "zoned" else kind)) for one in (left, left + 1)]
    if kind == "zoned":
        ends = [one.tz_localize("Europe/Paris", ambiguous="NaT") for one in ends]
    return pd.arrays.IntervalArray.from_arrays(*ends, closed)


def zoned(size):
    return st.builds(
        lambda values, zone: pd.DatetimeIndex(values).tz_localize("UTC").tz_convert(_zone(zone)).array,
        small_times(size),
        st.sampled_from(ZONES),
    )  # fmt: skip


def _zone(name):
    if name[0] not in "+-":
        return name
    return pd.Timestamp(f"2024-01-01T00:00{name}").tz


@st.composite
def categories(draw, size):
    kinds = st.sampled_from([words, zoned, periods, intervals, raw_arrays])
    values = draw(draw(kinds)(size))
    codes, unique = pd.factorize(pd.Index(values) if values.dtype != "f2" else pd.Index([0] * size))
    return pd.Categorical.from_codes(codes, unique, ordered=draw(st.booleans()))


ANY = (raw_arrays, words, masked, periods, intervals, zoned, categories)


@st.composite
def indexes(draw, size, depth=1):
    kinds = ["range", "values", "labels", "steps"] + (["multi"] if depth else [])
    kind = draw(st.sampled_from(kinds))
    name = draw(NAMES)
    if kind == "range":
        start, step = draw(st.integers(-99, 99)), draw(st.sampled_from([-3, -1, 1, 2]))
        return pd.RangeIndex(start, start + step * size, step, name=name)
    if kind == "labels":
        labels = np.empty(size, object)
        for i in range(size):
            labels[i] = draw(NAMES)
        return pd.Index(labels, dtype=object, name=name, tupleize_cols=False)
    if kind == "steps":
        frequency = draw(
            st.sampled_from(["D", "-2D", "B", "ME", "W-TUE", "QS-FEB", "36h", "5ms", "SME-15"])
        )
        zone = draw(st.sampled_from([None, "Europe/Paris", "UTC"]))
        return pd.date_range("2024-01-05", periods=size, freq=frequency, tz=zone, name=name)
    if kind == "multi":
        parts = [draw(indexes(size, 0)) for _ in range(draw(st.integers(1, 3)))]
        return pd.MultiIndex.from_arrays(parts)
    values = draw(draw(st.sampled_from(ANY))(size))
    return pd.Index(values.astype("f4") if values.dtype == "f2" else values, name=name)


@st.composite
def frames(draw):
    rows, columns = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    values = {i: draw(draw(st.sampled_from(ANY))(rows)) for i in range(columns)}
    frame = pd.DataFrame(values, index=draw(indexes(rows)))
    frame.columns = draw(indexes(columns))
    frame.attrs = draw(st.dictionaries(st.text("ab", max_size=2), NAMES, max_size=2))
    if draw(st.booleans()) and frame.index.is_unique and frame.columns.is_unique:
        frame.flags.allows_duplicate_labels = False
    return frame


@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")  # is_unique
@settings(max_examples=300, deadline=None)
@given(frames(), st.booleans())
def test_any_frame_comes_back_or_is_refused_when_it_is_saved(frame, as_series):
    data = frame.iloc[:, 0] if as_series and frame.shape[1] else frame
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "overflow encountered in cast")
        try:
            back = again(data)
        except EncodeError as problem:
            assert "no string, number" in str(problem) or "has no form in JSON" in str(problem), (
                problem
            )
            return
    assert same_frame(data, back)
