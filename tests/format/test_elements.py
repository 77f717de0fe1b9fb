"""Arrays and canonical bytes: every bit of every element."""

import sys

import numpy as np
import pytest
from hypothesis import given
from tests.support import BFLOAT16, DTYPES, reason_of, same_bits, special_arrays

import intaglio as ig
from intaglio import EncodeError, Reason
from intaglio._format.elements import (
    array_from_bytes,
    canonical_bytes,
    check_elements,
    element_type_of,
    native_dtype,
)


@given(special_arrays())
def test_every_bit_of_every_element_survives(array):
    kind = element_type_of(array)
    canonical = canonical_bytes(array, kind.element)
    assert canonical.tobytes() == array.tobytes()
    assert same_bits(array_from_bytes(canonical.copy(), kind, array.shape), array)


@given(special_arrays())
def test_memory_order_strides_and_byte_order_do_not_matter(array):
    kind = element_type_of(array)
    expected = canonical_bytes(array, kind.element).tobytes()
    fortran = np.asfortranarray(array)
    strided = np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array
    forms = [fortran, strided]
    if array.dtype != BFLOAT16:
        words = f"u{kind.element.component_bytes}"
        swapped = np.ascontiguousarray(array).reshape(-1).view(words).byteswap()
        forms.append(swapped.view(array.dtype.newbyteorder(">")).reshape(array.shape))
    for form in forms:
        assert element_type_of(form) == kind
        assert canonical_bytes(form, kind.element).tobytes() == expected


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_has_an_element_type_and_is_decoded_in_native_byte_order(dtype):
    kind = element_type_of(np.empty(0, dtype))
    assert native_dtype(kind) == dtype
    assert native_dtype(kind).isnative


@pytest.mark.parametrize(
    "array",
    [
        np.array([object()]), np.array(["text"]), np.array([b"bytes"]), np.zeros(2, "i4,f8"), np.zeros(2, "V3"),
        np.zeros(2, np.longdouble), np.zeros(2, np.clongdouble), np.ma.masked_array([1, 2], [0, 1]),
        np.array(["a"], np.dtypes.StringDType()),
    ],
    ids=lambda array: str(array.dtype),
)  # fmt: skip
def test_dtypes_without_element_type_are_refused_with_a_hint(array):
    with pytest.raises(EncodeError, match=r"store|give|view|choose") as caught:
        ig.dumps(array)
    assert caught.value.reason == Reason.DTYPE_UNSUPPORTED


def test_ragged_lists_are_refused():
    with pytest.raises(EncodeError) as caught:
        ig.dumps([[1, 2], [3]])
    assert caught.value.reason == Reason.DTYPE_UNSUPPORTED


def test_more_than_32_dimensions_are_refused():
    with pytest.raises(EncodeError) as caught:
        ig.dumps(np.zeros((1,) * 33))
    assert caught.value.reason == Reason.SHAPE_UNSUPPORTED


def test_a_bool_that_is_neither_0_nor_1_is_refused():
    element = element_type_of(np.zeros(1, bool)).element
    check_elements(np.array([0, 1, 1], np.uint8), element)
    check_elements(np.empty(0, np.uint8), element)
    bad = np.array([0, 2], np.uint8)
    assert reason_of(lambda: check_elements(bad, element)) == Reason.ELEMENT_INVALID


def test_a_bool_array_with_bytes_above_1_is_written_as_numpy_reads_it():
    wild = np.array([0, 1, 2, 255], np.uint8).view(bool)
    assert ig.loads(ig.dumps(wild)).view(np.uint8).tolist() == [0, 1, 1, 1]


def test_the_error_for_bfloat16_without_ml_dtypes_names_the_package(monkeypatch):
    png = ig.dumps({"b": np.zeros(3, BFLOAT16), "x": np.arange(3)})
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)  # importing it fails
    assert ig.loads(png, "x").tolist() == [0, 1, 2]
    with pytest.raises(ig.DecodeError, match=r"intaglio\[bfloat16\]") as caught:
        ig.loads(png, "b")
    assert caught.value.reason == Reason.ELEMENT_UNKNOWN
