"""IDAT chunks inflated in parallel give the same data as one stream, for any content."""

import os
import threading
import zlib
from itertools import pairwise
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support import until

from intaglio._format.png import inflate
from intaglio._format.png.inflate import FLUSHED, Inflater
from intaglio.errors import DecodeError, Reason

HEAD = b"\x78\x01"
RAW = os.urandom(5000) + bytes(range(256)) * 40 + b"\0" * 3000


def stream(parts, flush=zlib.Z_FULL_FLUSH, level=6):
    """A zlib stream, cut where each part ends, and its inflated data."""
    machine = zlib.compressobj(level, zlib.DEFLATED, -15)
    chunks = [machine.compress(part) + machine.flush(flush) for part in parts]
    whole = b"".join(parts)
    chunks[0] = HEAD + chunks[0]
    chunks.append(machine.flush() + zlib.adler32(whole).to_bytes(4, "big"))
    return chunks, whole


def inflated(chunks, size, piece=700):
    """The `size` bytes that an Inflater returns in lines of ten, checked to the end."""

    def pieces(chunk):
        yield from (chunk[i : i + piece] for i in range(0, len(chunk), piece))

    inflater = Inflater(pieces(chunk) for chunk in chunks)
    lines, left = [], size // 10
    while left:
        lines.append(inflater.lines(left, 10))
        left -= len(lines[-1])
    inflater.finish()
    return b"".join(part.tobytes() for part in lines)


def alone(chunks, size):
    """As `inflated`, and how many chunks were inflated alone."""
    found = []
    plain = inflate._maybe_alone

    def counted(data, nonce):
        result = plain(data, nonce)
        found.append(result is not None)
        return result

    with patch.object(inflate, "_maybe_alone", counted):
        return inflated(chunks, size), sum(found)


PARTS = [RAW[i : i + 2000] for i in range(0, 18_000, 2000)]


def test_chunks_that_end_with_a_full_flush_are_inflated_in_parallel():
    chunks, whole = stream(PARTS)
    assert alone(chunks, len(whole)) == (whole, len(chunks) - 1)


def test_chunks_with_matches_into_earlier_chunks_are_read_in_sequence():
    parts = [RAW[:2000]] * 6
    chunks, whole = stream(parts, zlib.Z_SYNC_FLUSH)
    got, count = alone(chunks, len(whole))
    assert got == whole
    assert count == 0


@pytest.mark.parametrize("first", range(1, 6))
def test_sequential_reading_continues_with_the_right_window(first):
    """A full flush ends each earlier chunk, so that no match refers to data before it."""
    machine = zlib.compressobj(6, zlib.DEFLATED, -15)
    part = RAW[:3000]
    chunks = [
        machine.compress(part)
        + machine.flush(zlib.Z_FULL_FLUSH if i < first else zlib.Z_SYNC_FLUSH)
        for i in range(8)
    ]
    whole = part * 8
    chunks[0] = HEAD + chunks[0]
    chunks.append(machine.flush() + zlib.adler32(whole).to_bytes(4, "big"))
    got, count = alone(chunks, len(whole))
    assert got == whole
    assert count >= first - 1


@given(
    st.lists(st.binary(max_size=400), min_size=1, max_size=8),
    st.lists(st.integers(0, 3000), max_size=6),
    st.sampled_from([zlib.Z_FULL_FLUSH, zlib.Z_SYNC_FLUSH, zlib.Z_BLOCK]),
    st.integers(0, 9),
)
@example([FLUSHED * 30] * 4, [], zlib.Z_FULL_FLUSH, 0)
@example([FLUSHED * 30] * 4, [7, 30, 99, 131], zlib.Z_FULL_FLUSH, 0)
def test_cutting_a_stream_into_any_chunks_does_not_change_the_result(parts, cuts, flush, level):
    chunks, whole = stream([part * 10 for part in parts], flush, level)
    joined = b"".join(chunks)
    edges = sorted({0, *(cut % len(joined) for cut in cuts), len(joined)})
    pieces = [joined[a:b] for a, b in pairwise(edges)]
    for some in (chunks, pieces):
        assert inflated(some, len(whole)) == whole


def test_stored_data_that_looks_like_a_flush_is_not_taken_for_the_end_of_a_block():
    """Every chunk but the last ends inside a stored block, with the four bytes of a flush."""
    data = (b"x" * 96 + FLUSHED) * 20
    block = b"\1" + len(data).to_bytes(2, "little") + (len(data) ^ 0xFFFF).to_bytes(2, "little")
    chunks = [HEAD + block + data[:100], *(data[i : i + 100] for i in range(100, 2000, 100))]
    chunks.append(zlib.adler32(data).to_bytes(4, "big"))
    assert alone(chunks, len(data)) == (data, 0)


def test_a_stream_that_ends_before_the_chunks_do_is_refused():
    chunks, whole = stream(PARTS)
    for extra in ([b"x"], [b"", b"x"], [chunks[1]]):
        with pytest.raises(DecodeError, match="bytes follow") as refused:
            inflated([*chunks, *extra], len(whole))
        assert refused.value.reason == Reason.PNG_DAMAGED
    assert inflated([*chunks, b"", b""], len(whole)) == whole


@pytest.mark.parametrize("behind", range(8))
def test_a_stream_may_end_near_the_end_of_a_piece_of_its_chunk(behind):
    """An earlier version refused one file in 16,000, whose Adler-32 began the next 64 KiB."""
    whole = RAW[:3000]
    chunk = zlib.compress(whole, 0)
    assert inflated([chunk], len(whole), len(chunk) - behind) == whole
    with pytest.raises(DecodeError, match="bytes follow"):  # these were overlooked, too
        inflated([chunk + b"x" * 9], len(whole), len(chunk) - behind)


@pytest.mark.parametrize("place", range(1, 10))
def test_one_wrong_byte_in_any_chunk_is_refused(place):
    chunks, whole = stream(PARTS)
    middle = len(chunks[place]) // 2
    chunks[place] = chunks[place][:middle] + b"\x55\xaa" + chunks[place][middle + 2 :]
    with pytest.raises(DecodeError) as refused:
        inflated(chunks, len(whole))
    assert refused.value.reason == Reason.PNG_DAMAGED


def test_data_before_a_damaged_chunk_is_returned():
    chunks, whole = stream(PARTS)

    def broken():
        yield chunks[4][:10]
        raise DecodeError(Reason.PNG_DAMAGED, "its CRC-32 is wrong")

    idats = [iter([chunk]) for chunk in chunks[:4]] + [broken()]
    inflater = Inflater(iter(idats))
    assert b"".join(inflater.lines(1, 10).tobytes() for _ in range(800)) == whole[: 4 * 2000]
    with pytest.raises(DecodeError, match="CRC-32"):
        inflater.lines(1, 10)


def test_a_large_chunk_is_inflated_in_parts():
    parts = [RAW[:1000], b"\0" * (5 << 20), RAW[1000:2000]]
    chunks, whole = stream(parts)
    assert len(whole) % 10 == 0
    assert inflate._maybe_alone(chunks[1], b"nonce") is None
    assert inflated(chunks, len(whole)) == whole


def test_each_small_chunk_is_copied_a_constant_number_of_times(monkeypatch):
    """In an earlier version the window was all output so far, which made reading quadratic."""
    chunks, whole = stream([bytes(3000)] * 20_000)
    copied = []

    class Output(bytes):
        def __radd__(self, before):
            copied.append(len(before))
            return before + bytes(self)

        def __getitem__(self, at):
            return Output(bytes(self)[at])

    plain = inflate._maybe_alone

    def watched(data, nonce):
        found = plain(data, nonce)
        return found and found._replace(out=Output(found.out))

    monkeypatch.setattr(inflate, "_maybe_alone", watched)
    assert inflated(chunks, len(whole)) == whole
    assert len(copied) > 19_000
    assert max(copied) <= inflate.WINDOW_BYTES


def test_reading_that_stops_early_leaves_no_thread():
    before = threading.active_count()
    chunks, _ = stream(PARTS * 20)
    inflater = Inflater(iter([chunk]) for chunk in chunks)
    inflater.lines(2000, 10)
    del inflater
    until(lambda: threading.active_count() <= before)
