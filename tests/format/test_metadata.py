"""Metadata: JSON text in, the same text kept; every rule of SPEC.md section 8."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import reason_of

from intaglio import EncodeError, Reason
from intaglio._format import metadata as metadata_module
from intaglio._format.metadata import read_metadata, write_metadata

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**300), 10**300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), values, max_size=5))
def test_written_metadata_is_read_back(metadata):
    raw = write_metadata(metadata)
    assert read_metadata(raw) == metadata
    assert bool(raw) == bool(metadata)


@given(st.binary(max_size=60) | st.text('[]{}",:\\u01dDeE+-. \n', max_size=60).map(str.encode))
def test_random_bytes_are_an_object_or_raise_decode_error(raw):
    reason = reason_of(lambda: read_metadata(raw))
    assert reason in (None, Reason.METADATA_INVALID)
    if reason is None and raw:
        assert isinstance(json.loads(raw), dict)


def deep(levels):
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


ACCEPTED = [
    b'{"a":1}',
    b' {\r\n\t"a" : [ ] } ',
    b'{"":{}}',
    b'{"a":{"b":1},"c":{"b":1}}',
    b"{}",
    b'{"a":"\\ud83d\\ude00"}',
    b'{"\\ud83d\\ude00":1}',
    b'{"a":"\\u0000"}',
    b'{"a":-0}',
    b'{"a":1e-999}',
    b'{"a":' + b"1" + b"0" * 308 + b"}",
    b'{"a":0.' + b"1" * 510 + b"}",
    deep(64),
    b'{"a":"' + b"[" * 999 + b'"}',
    b'{"a":"' + b"1" * 999 + b'"}',
    b'{"a":"\\\\","b":"\\""}',
    '{"é":"ü"}'.encode(),
]
REFUSED = [
    b"1", b"[]", b'"a"', b"null", b"{", b'{"a":1}x', b'{"a":1}{}', b'{"a":}', b"{'a':1}", b'{"a":1,}', b" ",
    b'\xef\xbb\xbf{"a":1}', b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', '{"a":1}'.encode("utf-16"),
    b'{"a":1,"a":2}', b'{"x":[{"a":1,"\\u0061":2}]}',
    b'{"a":"\\ud800"}', b'{"a":"\\udc00\\ud800"}', b'{"\\uDBFF":1}', b'{"a":"\\ud800\\u0041"}',
    b'{"a":1e309}', b'{"a":-1e400}', b'{"a":1' + b"0" * 309 + b"}", b'{"a":NaN}', b'{"a":Infinity}', b'{"a":-Infinity}',
    b'{"a":0.' + b"1" * 511 + b"}", b'{"a":' + b"1" * 100_000 + b"}", deep(65), deep(100_000), b"[" * 100_000,
    b'{"a":01}', b'{"a":.5}', b'{"a":1.}', b'{"a":+1}', b'{"a":"\n"}', b'{"a":"\\x41"}', b'{"a":"\x00"}',
    b'{"a":"\\"', b'{"' + b'\\"' * 50_000, '{"a":٣}'.encode(),
]  # fmt: skip


@pytest.mark.parametrize("raw", ACCEPTED)
def test_legal_texts_are_accepted(raw):
    assert read_metadata(raw) == json.loads(raw)


@pytest.mark.parametrize("raw", REFUSED, ids=lambda raw: repr(raw[:20]))
def test_illegal_texts_are_refused(raw):
    assert reason_of(lambda: read_metadata(raw)) == Reason.METADATA_INVALID


def nested(levels):
    value = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "metadata",
    [
        {"a": math.nan}, {"a": math.inf}, {"a": {1: 2}}, {"a": object()}, {"a": "\ud800"}, {"\ud800": 1},
        {"a": 10**309}, {"a": 10**5000}, {"a": b"bytes"}, nested(65), {"a": {1, 2}},
    ],
)  # fmt: skip
def test_values_that_json_would_change_are_refused_when_writing(metadata):
    with pytest.raises(EncodeError) as caught:
        write_metadata(metadata)
    assert caught.value.reason == Reason.METADATA_INVALID


def test_numpy_numbers_are_written_as_numbers():
    numbers = [np.int64(-7), np.uint64(2**64 - 1), np.float32(0.1), np.float64(0.1), np.bool(True)]
    kept = read_metadata(write_metadata({"a": numbers}))["a"]
    assert [(type(k), k) for k in kept] == [(type(n.item()), n.item()) for n in numbers]


@pytest.mark.parametrize(
    "value", [np.arange(3), np.datetime64("2026"), np.longdouble(1), math.nan, b"", Path("x")]
)
def test_the_error_for_a_non_json_value_names_its_keys(value):
    with pytest.raises(EncodeError, match=r"\['run'\]\[1\]\['when'\] is "):
        write_metadata({"run": [1, {"when": value}]})


def test_a_circular_value_is_refused_when_writing():
    loop = {}
    loop["a"] = loop
    with pytest.raises(EncodeError):
        write_metadata(loop)


def test_metadata_that_is_not_a_mapping_raises_type_error():
    with pytest.raises(TypeError, match="mapping"):
        write_metadata([1])


def test_tuples_and_nested_mappings_are_written_as_json():
    assert write_metadata(nested(64))
    assert write_metadata({"a": (1, ("é",))}) == '{"a":[1,["é"]]}'.encode()


def test_long_numbers_are_searched_only_at_the_start_of_a_number():
    """Otherwise, a text of numbers of 512 digits would be searched 512 times."""
    digits = b"7" * 1200
    assert metadata_module._LONG_NUMBER.search(b"[" + digits).start() == 1
    assert metadata_module._LONG_NUMBER.search(b"[" + digits, 2) is None
    assert metadata_module._LONG_NUMBER.search(b"[" + b"7" * 512 + b"]") is None
    assert metadata_module._LONG_NUMBER.search(b"[" + b"7" * 513 + b"]").end() == 514
