"""Prologue and header: bytes in, records or one DecodeError out."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import reason_of

from intaglio import DecodeError, EncodeError, Reason
from intaglio._format.header import (
    ArrayRecord,
    Extension,
    Header,
    check_extensions,
    maybe_name_problem,
    read_header,
    write_header,
)
from intaglio._format.prologue import Prologue, maybe_prologue_length, read_prologue, write_prologue
from intaglio._format.registry import ELEMENTS, FilterStep

PROLOGUE = Prologue((3, 2, 3, 0), 100, 10, 67, 108, bytes(range(32)))
RECORD = ArrayRecord("x", 0x31, 0, 0, (3, 4), (FilterStep(5),), 1, 5, 3, bytes(32))


def sealed(raw):
    return raw[:-4] + struct.pack("<I", zlib.crc32(raw[:-4]))


def patched(raw, offset, layout, value):
    raw = bytearray(raw)
    struct.pack_into(layout, raw, offset, value)
    return sealed(bytes(raw))


# The prologue


def test_a_written_prologue_is_read_back():
    raw = write_prologue(PROLOGUE)
    assert len(raw) == 80 == maybe_prologue_length(raw)
    assert read_prologue(raw, 100, 10) == PROLOGUE


@given(st.binary(max_size=100) | st.binary(max_size=100).map(lambda b: b"INTAGLIO" + b))
def test_random_bytes_are_a_prologue_or_raise_decode_error(raw):
    reason_of(lambda: read_prologue(raw, 100, 10))


@given(st.integers(0, 79), st.integers(1, 255))
def test_any_changed_byte_of_a_prologue_is_refused(position, change):
    raw = bytearray(write_prologue(PROLOGUE))
    raw[position] ^= change
    expected = Reason.NO_PROLOGUE if position < 8 else Reason.PROLOGUE_DAMAGED
    assert reason_of(lambda: read_prologue(bytes(raw), 100, 10)) == expected


@pytest.mark.parametrize(
    ("offset", "layout", "value", "reason"),
    [
        (8, "B", 2, Reason.VERSION_UNKNOWN),
        (8, "B", 0, Reason.VERSION_UNKNOWN),
        (9, "B", 255, None),
        (12, "<I", 1 << 31, Reason.REQUIRED_FLAG_UNKNOWN),
        (16, "<I", 2**32 - 1, None),
        (20, "B", 9, Reason.PROLOGUE_MALFORMED),
        (23, "B", 5, Reason.PROLOGUE_MALFORMED),
        (20, "<I", 0, Reason.PROLOGUE_MALFORMED),
        (24, "<I", 99, Reason.CARRIER_SIZE_MISMATCH),
        (28, "<I", 11, Reason.CARRIER_SIZE_MISMATCH),
        (32, "<I", 11, Reason.LENGTH_MISMATCH),
        (32, "<I", 109, Reason.LENGTH_MISMATCH),
        (36, "<Q", 840, None),
        (36, "<Q", 841, Reason.LENGTH_MISMATCH),
        (36, "<Q", 2**64 - 1, Reason.LENGTH_MISMATCH),
    ],
)
def test_each_field_of_the_prologue_is_checked(offset, layout, value, reason):
    raw = patched(write_prologue(PROLOGUE), offset, layout, value)
    assert reason_of(lambda: read_prologue(raw, 100, 10)) == reason


@pytest.mark.parametrize(
    ("length", "reason"),
    [
        (16, Reason.PROLOGUE_DAMAGED),
        (24, Reason.PROLOGUE_MALFORMED),
        (79, Reason.PROLOGUE_MALFORMED),
        (81, Reason.PROLOGUE_MALFORMED),
        (999, Reason.PROLOGUE_MALFORMED),
    ],
)
def test_a_prologue_of_another_length_is_refused(length, reason):
    raw = bytearray(write_prologue(PROLOGUE).ljust(length, b"\0")[: max(length, 24)])
    raw[10:12] = struct.pack("<H", length)
    raw = sealed(bytes(raw))
    assert reason_of(lambda: read_prologue(raw, 100, 10)) == reason


def test_the_unknown_required_flag_is_named():
    raw = patched(write_prologue(PROLOGUE), 12, "<I", 1 << 17 | 1 << 3)
    with pytest.raises(DecodeError, match="3, 17"):
        read_prologue(raw, 100, 10)


# The header


@st.composite
def records(draw):
    element = draw(st.sampled_from([e.code for e in ELEMENTS if e.code < 0x50]))
    shape = tuple(draw(st.lists(st.integers(0, 9), max_size=4)))
    record = RECORD._replace(element=element, shape=shape, codec=draw(st.integers(0, 255)))
    length = draw(st.integers(1, record.size)) if record.size else 0
    chain = draw(st.lists(st.sampled_from([1, 4, 5, 6]), unique=True).map(sorted))
    unknown = [FilterStep(0x99, b"any"), FilterStep(0x01)] if draw(st.booleans()) else []
    return record._replace(
        name=draw(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60)),
        filters=tuple(map(FilterStep, chain)) + tuple(unknown),
        block_length=length,
        block_count=-(-record.size // length) if length else 0,
        digest=draw(st.binary(min_size=32, max_size=32)),
        metadata=draw(st.binary(max_size=9)),
    )


@st.composite
def headers(draw):
    arrays = draw(st.lists(records(), max_size=4, unique_by=lambda r: r.name))
    types = sorted(draw(st.sets(st.integers(0, 2**16 - 1), max_size=3)))
    extensions = tuple(
        Extension(t, draw(st.booleans()), draw(st.binary(max_size=5))) for t in types
    )
    return Header(tuple(arrays), draw(st.binary(max_size=20)), extensions)


@given(headers())
def test_a_written_header_is_read_back_and_has_one_encoding(header):
    raw = write_header(header)
    assert read_header(raw) == header
    assert write_header(read_header(raw)) == raw


@given(headers(), st.data())
def test_a_mutated_header_is_refused_or_has_one_encoding(header, data):
    raw = bytearray(write_header(header))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw) - 12)) :][:1]
    again = sealed(bytes(raw))
    try:
        parsed = read_header(again)
    except DecodeError:
        return
    assert write_header(parsed) == again


@given(st.binary(min_size=12, max_size=200), st.booleans())
def test_random_bytes_are_a_header_or_raise_decode_error(raw, refresh):
    reason_of(lambda: read_header(sealed(raw) if refresh else raw))


def test_a_changed_header_is_damaged():
    raw = bytearray(write_header(Header((RECORD,))))
    raw[20] ^= 1
    assert reason_of(lambda: read_header(bytes(raw))) == Reason.HEADER_DAMAGED


@pytest.mark.parametrize("cut", [1, 4, 30])
def test_a_header_with_too_many_or_too_few_bytes_is_malformed(cut):
    raw = write_header(Header((RECORD,)))
    for changed in (raw[:-4] + bytes(cut) + raw[-4:], raw[: -4 - cut] + raw[-4:]):
        assert reason_of(lambda: read_header(sealed(changed))) == Reason.HEADER_MALFORMED  # noqa: B023


LONG = (2**62, 0)
MALFORMED = {
    "a time unit on a float": RECORD._replace(unit=10),
    "a unit count on a float": RECORD._replace(unit_count=1),
    "no unit on a time": RECORD._replace(element=0x50),
    "an unknown unit": RECORD._replace(element=0x50, unit=15, unit_count=1),
    "no count of a unit": RECORD._replace(element=0x51, unit=10),
    "too large a count": RECORD._replace(element=0x51, unit=10, unit_count=2**31),
    "a count of generic units": RECORD._replace(element=0x51, unit=14, unit_count=2),
    "a shape past 2^63": RECORD._replace(shape=LONG, block_length=0, block_count=0),
    "block length 0": RECORD._replace(block_length=0),
    "blocks longer than the array": RECORD._replace(block_length=13, block_count=1),
    "a block too few": RECORD._replace(block_count=2),
    "a block too many": RECORD._replace(block_count=4),
    "blocks of nothing": RECORD._replace(shape=(0,), block_length=0, block_count=1),
    "a block length of nothing": RECORD._replace(shape=(0,), block_length=1, block_count=0),
    "blocks over 8 MiB": RECORD._replace(shape=(2**22,), block_length=2**21 + 1, block_count=2),
    "filters out of order": RECORD._replace(filters=(FilterStep(5), FilterStep(4))),
    "a filter twice": RECORD._replace(filters=(FilterStep(5), FilterStep(5))),
    "two predictors": RECORD._replace(
        filters=(
            FilterStep(2, bytes([1, 0, 0, 0])),
            FilterStep(3, bytes([1, 0, 0, 0, 4, 0, 0, 0])),
        ),
    ),
    "a lag of 0": RECORD._replace(filters=(FilterStep(2, bytes(4)),)),
    "a row not above the lag": RECORD._replace(
        filters=(FilterStep(3, bytes([2, 0, 0, 0, 2, 0, 0, 0])),)
    ),
    "order and decimal": RECORD._replace(filters=(FilterStep(1), FilterStep(7, bytes(4)))),
    "decimal after shuffle": RECORD._replace(filters=(FilterStep(5), FilterStep(7, bytes(4)))),
    "decimal of 10^23": RECORD._replace(filters=(FilterStep(7, bytes([23, 0, 0, 0])),)),
    "decimal of integers": RECORD._replace(element=0x12, filters=(FilterStep(7, bytes(4)),)),
    "parameters of shuffle": RECORD._replace(filters=(FilterStep(5, b"\0"),)),
    "short parameters": RECORD._replace(filters=(FilterStep(2, bytes([1, 0, 0])),)),
    "33 dimensions": RECORD._replace(shape=(1,) * 33, block_length=1, block_count=1),
    "9 filters": RECORD._replace(filters=(FilterStep(0x90),) * 9),
}


@pytest.mark.parametrize("record", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_record_that_breaks_a_rule_is_malformed(record):
    raw = write_header(Header((RECORD, record._replace(name="y"))))
    assert reason_of(lambda: read_header(raw)) == Reason.HEADER_MALFORMED


@pytest.mark.parametrize("types", [(2, 1), (1, 1)])
def test_extension_records_must_be_in_ascending_order(types):
    raw = write_header(Header((), b"", tuple(Extension(t, False, b"") for t in types)))
    assert reason_of(lambda: read_header(raw)) == Reason.HEADER_MALFORMED


def test_reserved_bits_of_an_extension_are_refused():
    raw = bytearray(write_header(Header((), b"", (Extension(7, False, b""),))))
    raw[10] |= 2
    assert reason_of(lambda: read_header(sealed(bytes(raw)))) == Reason.HEADER_MALFORMED


def test_a_required_extension_that_is_unknown_is_refused():
    check_extensions(Header((), b"", (Extension(7, False, b""),)))
    refused = Header((), b"", (Extension(7, True, b""),))
    assert reason_of(lambda: check_extensions(refused)) == Reason.EXTENSION_UNKNOWN


@pytest.mark.parametrize(
    "name",
    [
        b"",
        b"x" * 256,
        b"\xff",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"a\x1b[31m",
        b"a\x7f",
        "a\x9b".encode(),
    ],
)
def test_illegal_names_are_refused(name):
    assert maybe_name_problem(name)
    if 0 < len(name) < 256:
        raw = write_header(Header((RECORD,))).replace(
            b"\x01x\x31", bytes([len(name)]) + name + b"\x31"
        )
        assert reason_of(lambda: read_header(sealed(raw))) == Reason.NAME_INVALID


def test_two_arrays_of_one_name_are_refused():
    raw = write_header(Header((RECORD, RECORD)))
    assert reason_of(lambda: read_header(raw)) == Reason.NAME_INVALID


def test_a_header_over_4_mib_cannot_be_written():
    with pytest.raises(EncodeError) as caught:
        write_header(Header((), b" " * 2**22))
    assert caught.value.reason == Reason.HEADER_TOO_LARGE
