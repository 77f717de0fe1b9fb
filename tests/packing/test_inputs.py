"""Arguments of callers: carried exactly, or refused with the array's name and a remedy."""

import array
import collections
import datetime as dt
import decimal
import enum
import subprocess
import sys

import ml_dtypes
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import same_bits

import intaglio as ig
from intaglio import EncodeError, Reason

BIG = 2**53 + 1  # lies between two floats


class Count(enum.IntEnum):
    MANY = BIG


class OnlyDlpack:
    """An object like those of jax and torch: with DLPack and no other array protocol."""

    def __init__(self, values):
        self._values = values

    def __dlpack__(self, **keywords):
        return self._values.__dlpack__(**keywords)

    def __dlpack_device__(self):
        return self._values.__dlpack_device__()


class OnDevice(OnlyDlpack):
    def __dlpack__(self, **keywords):
        raise BufferError("the values lie on another device")


class WithInterface:
    def __init__(self, values):
        self._values = values
        self.__array_interface__ = values.__array_interface__


class Tensor:
    """Like torch's tensor: with a gradient, it is only converted with force=True."""

    dtype = "float32"

    def __init__(self, values, forced=None):
        self._values = values
        self._forced = forced

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    def detach(self):
        return self

    def numpy(self, *, force):
        assert force
        if self._forced is None:
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self._forced


class BrainTensor(Tensor):
    dtype = "torch.bfloat16"


class QuantizedTensor(Tensor):
    is_quantized = True


class Quantity:
    """Like the quantities of pint and astropy."""

    units = "kelvin"
    magnitude = 3.0

    def __array__(self, dtype=None, copy=None):
        return np.array(3.0)


def refused(value, words):
    with pytest.raises(EncodeError, match=words) as caught:
        ig.dumps({"t": value})
    assert caught.value.reason == Reason.DTYPE_UNSUPPORTED
    assert caught.value.detail.startswith("array 't': ")


@pytest.mark.parametrize(
    "value",
    [
        [BIG, 0.5],
        [2**63 + 1, 1],
        [1j, BIG],
        [[1, 2], [BIG, 0.5]],
        (0.5, (BIG))[::-1],
        [np.uint64(2**64 - 1), np.int64(-1)],
        [np.float16(1), BIG],
        [np.array([1, BIG]), np.array([0.5, 1.0])],
        [array.array("q", [1, BIG]), [0.5, 1.0]],
        [range(BIG, BIG + 2), [0.5, 1.0]],
        collections.deque([BIG, 0.5]),
        [Count.MANY, 0.5],
        [float("inf"), BIG],
    ],
)
def test_an_integer_beyond_float_precision_is_refused_among_floats(value):
    refused(value, "is an integer that (float64|complex128) cannot hold")


@pytest.mark.parametrize(
    "value", [[True, 2], [1, False], [np.True_, 0.5], [[True], [0]], [True, 1j]]
)
def test_bools_among_numbers_are_refused(value):
    refused(value, "bools and numbers do not share an array")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([np.timedelta64(1, "s"), 5], "5, would become a timedelta64"),
        ([np.timedelta64(5), np.timedelta64(1, "s")], "does not fit the unit"),
        ([np.datetime64(10**10, "Y"), np.datetime64(1, "ns")], "does not fit|datetime64"),
        ([np.datetime64("2020"), dt.datetime(2020, 1, 1)], "datetime64"),
        ([dt.datetime(2020, 1, 1)], "dates as datetime64"),
        ([2**64], "beyond 64 bits"),
        (10**30, "beyond 64 bits"),
        (range(2**64, 2**64 + 2), "beyond 64 bits"),
        ([[1], [1, 2]], "inhomogeneous"),
        ([np.longdouble(1), 1], "cannot be carried"),
        ([1, "a"], "text is not stored"),
        ([None, 1.5], "NoneType"),
        ([decimal.Decimal("0.1")], "Decimal"),
        ({1, 2}, r"give list\(x\)"),
        ((n for n in [1]), r"give list\(x\)"),
        (None, "NoneType is not an array"),
        ([np.ma.masked, 1.0], "mask"),
        ([np.ma.masked_array([1, 2], [0, 1]), [1, 2]], "would lose its mask"),
        (Quantity(), "would lose its unit, 'kelvin'"),
    ],

)  # fmt: skip
def test_values_that_numpy_would_change_are_refused_and_the_array_is_named(value, words):
    refused(value, words)


@pytest.mark.parametrize(
    ("value", "same"),
    [
        ([1, 2.5], np.array([1, 2.5])),
        ([2**53, 0.5], np.array([2.0**53, 0.5])),
        ([2**63 + 1], np.array([2**63 + 1], np.uint64)),
        ([1, 2j], np.array([1, 2j])),
        ([np.float32(0.1), 0.1], np.array([np.float64(np.float32(0.1)), 0.1])),
        ([float("nan"), 1], np.array([np.nan, 1])),
        ([True, False], np.array([True, False])),
        (range(3), np.arange(3)),
        ([range(2), range(2)], np.array([[0, 1], [0, 1]])),
        ([np.datetime64("2020"), np.datetime64("2020-01-01T01")],
         np.array(["2020-01-01T00", "2020-01-01T01"], "M8[h]")),
        ([np.datetime64("NaT"), np.datetime64("2020-01-01")],
         np.array(["NaT", "2020-01-01"], "M8[D]")),
        ([np.array([1, 2]), [3, 4]], np.array([[1, 2], [3, 4]])),
        (bytearray(b"ab"), np.array([97, 98], np.uint8)),
        (memoryview(array.array("d", [1, 2])), np.array([1.0, 2.0])),
        (array.array("q", [2**62]), np.array([2**62])),
        ([ml_dtypes.bfloat16(1)] * 2, np.ones(2, ml_dtypes.bfloat16)),
        (OnlyDlpack(np.arange(3)), np.arange(3)),
        (OnlyDlpack(np.ones((2, 2), "c8")), np.ones((2, 2), "c8")),
        (OnlyDlpack(np.arange(8)[::-2]), np.array([7, 5, 3, 1])),
        (WithInterface(np.arange(3)), np.arange(3)),
        (Tensor(None, forced=np.arange(3.0)), np.arange(3.0)),
        ([], np.empty(0)),
        ([[], []], np.empty((2, 0))),
    ],

)  # fmt: skip
def test_values_that_an_array_holds_exactly_are_carried(value, same):
    assert same_bits(ig.loads(ig.dumps({"t": value})), same)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Tensor(None), "requires grad"),
        (BrainTensor(None), r"t\.view\(torch\.uint16\)"),
        (QuantizedTensor(None), r"t\.int_repr\(\)"),
        (OnDevice(np.arange(2)), "another device.*give a numpy array"),
        ([Tensor(None)], "requires grad"),
    ],
    ids=["no numpy", "bfloat16", "quantized", "device", "in a list"],
)
def test_the_error_for_an_unsupported_tensor_says_what_to_write(value, words):
    refused(value, words)


LEAVES = (
    st.integers(-(2**66), 2**66)
    | st.integers(-4, 4)
    | st.floats()
    | st.booleans()
    | st.complex_numbers()
    | st.sampled_from([BIG, -BIG, 2**63, np.float32(0.1), np.uint64(2**64 - 1), np.int8(-1), "a", None])
)  # fmt: skip
NESTED = st.lists(LEAVES, max_size=5) | st.lists(
    st.lists(LEAVES, min_size=2, max_size=2), max_size=3
)


class Inside:
    """An object with an array inside, like a variable of netCDF4."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


class Rows:
    """A sequence with only __len__ and __getitem__, which numpy converts by elements."""

    def __init__(self, *rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return self.rows[index]


class WithUnit(np.ndarray):
    to_value = None
    unit = "K"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Inside(np.ma.masked_array([1, 2, 3], [0, 1, 0])), "a masked array would lose its mask"),
        ([Inside(np.ma.masked_array([1, 2, 3], [0, 1, 0]))], "an element is masked"),
        (Inside(np.arange(3).view(WithUnit)), "would lose its unit, 'K'"),
        (Rows(2**53 + 1, 0.5), r"element \[0\], 9007199254740993, is an integer that float64"),
        ([Rows(2**53 + 1, 0.5)], r"element \[0\]\[0\], 9007199254740993"),
        (Rows(True, 2), "bools and numbers do not share an array"),
        (Rows(2**63, -1, 2**64 - 1), "is an integer that float64 cannot hold"),
        (collections.deque([2**53 + 1, 0.5]), "is an integer that float64 cannot hold"),
        (collections.UserList([True, 2]), "bools and numbers do not share an array"),
    ],
)
def test_objects_with_array_protocols_are_as_exact_as_lists(value, words):
    refused(value, words)
    with pytest.raises(EncodeError, match="array 'x'"):
        ig.dumps({"x": value})


def test_sequences_with_arrays_inside_are_carried_if_nothing_is_lost():
    assert same_bits(ig.loads(ig.dumps(Rows(1, 0.5))), np.array([1, 0.5]))
    assert same_bits(ig.loads(ig.dumps(Inside(np.arange(3)))), np.arange(3))
    assert same_bits(ig.loads(ig.dumps(Rows(Rows(1, 2), [3, 4]))), np.array([[1, 2], [3, 4]]))


def flat(value):
    for item in value:
        yield from flat(item) if isinstance(item, list) else (item,)


def equal(given_, got):
    """Equality as in Python: exact, also of int and float. NaN parts equal NaN parts."""
    if isinstance(given_, complex | np.complexfloating):
        got = complex(got)
        return equal(given_.real, got.real) and equal(given_.imag, got.imag)
    given_ = given_.item() if isinstance(given_, np.generic) else given_
    return given_ == got or (given_ != given_ and got != got)


@settings(deadline=None, max_examples=300)
@given(NESTED)
def test_accepted_nested_lists_are_read_back_with_equal_elements(value):
    try:
        raw = ig.dumps({"x": value})
    except EncodeError as problem:
        assert problem.detail.startswith("array 'x': ")
        return
    got = ig.loads(raw)
    elements = [*flat(value)]
    assert len(elements) == got.size
    for given_, back in zip(elements, got.ravel().tolist(), strict=True):
        assert equal(given_, back)
        assert isinstance(given_, bool) == isinstance(back, bool)


def test_the_error_for_a_series_of_text_names_intaglio_pandas():
    for data in (pd.Series(["a", None], dtype=object), pd.Series(pd.array(["a", pd.NA], "string"))):
        refused(data, r"import intaglio\.pandas and call \.intaglio\.save\(file\)")


def test_the_error_for_a_sparse_matrix_says_how_to_convert_it():
    class Csr:  # scipy's and torch's sparse types convert to an array of one object, or raise
        is_sparse = True

    refused(Csr(), r"\.toarray\(\)")


def test_the_error_for_flat_attrs_shows_the_nested_form():
    with pytest.raises(EncodeError) as caught:
        ig.dumps(np.arange(3), attrs={"unit": "K"})
    assert caught.value.option == "attrs"
    assert "attrs={'data': {'unit': ...}}" in caught.value.detail
    assert ig.loads(ig.dumps(np.arange(3), attrs={"data": {"unit": "K"}})).size == 3


@pytest.mark.parametrize("library", ["pandas", "xarray", "zarr"])
def test_the_error_for_a_missing_library_says_what_to_install(library):
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        f"try:\n    import intaglio.{library}\nexcept ImportError as problem:\n    print(problem)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"this needs {library}: pip install 'intaglio[{library}]'\n"


@pytest.mark.parametrize(
    "call", ["ig.savefig('a.png')", "ig.imsave('a.png', [[1]], colorbar=True)"]
)
def test_the_error_for_missing_matplotlib_says_what_to_install(call, tmp_path):
    code = (
        "import sys; sys.modules['matplotlib'] = None\nimport intaglio as ig\n"
        f"try:\n    {call}\nexcept ImportError as problem:\n    print(problem)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == "this needs matplotlib: pip install 'intaglio[figures]'\n"
