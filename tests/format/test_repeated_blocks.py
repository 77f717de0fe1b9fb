"""Equal blocks are found, different ones are never confused, and errors name the right block."""

import io
import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

import intaglio as ig
from intaglio import Reason
from intaglio._format import container
from intaglio._format.fast import repeated_blocks
from intaglio._format.fast.repeated_blocks import find_repeats

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "conformance"))

from builder.container import File
from builder.records import STORED, ZSTD, Array, Entry


def laid_out(blocks):
    """(entries, stored, offsets) of blocks given as pairs of table entry and stored bytes."""
    entries = np.array([list(entry) for entry, _ in blocks], np.uint8)
    stored = np.frombuffer(b"".join(raw for _, raw in blocks), np.uint8)
    return entries, stored, np.cumsum([0, *(len(raw) for _, raw in blocks)])


kinds = st.lists(
    st.tuples(st.binary(min_size=3, max_size=3), st.binary(min_size=1, max_size=20)),
    min_size=1,
    max_size=6,
)


@given(kinds, st.data())
def test_each_block_is_matched_with_an_equal_block_that_is_not_after_it(kinds, data):
    blocks = data.draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=60))
    found, which = find_repeats(*laid_out(blocks))
    assert sorted(set(found.tolist())) == found.tolist()
    for number, block in enumerate(blocks):
        first = found[which[number]]
        assert first <= number
        assert blocks[first] == block


def test_of_many_equal_blocks_few_are_unpacked():
    rng = np.random.default_rng(0)
    kinds = [(rng.bytes(40), rng.bytes(int(n))) for n in rng.integers(1, 9, 100)]
    blocks = [kinds[k] for k in rng.integers(0, 100, 50_000)]
    assert len(find_repeats(*laid_out(blocks))[0]) < 110


def test_blocks_in_the_same_hash_bucket_are_distinguished():
    rng = np.random.default_rng(0)
    blocks = [(rng.bytes(40), b"x") for _ in range(200)] * 3
    with patch.object(
        repeated_blocks.secrets, "token_bytes", bytes
    ):  # zeros: all get the first seat
        found, which = find_repeats(*laid_out(blocks))
    assert all(blocks[found[k]] == block for k, block in zip(which, blocks, strict=True))
    assert 200 <= len(found) < 600


def many(count=300, codec=STORED, **changes):
    """An array of bytes 0, 1, 0, 1, ..., each in a block of its own."""
    return Array(
        shape=(count,), data=bytes(k % 2 for k in range(count)), codec=codec, block_length=1
    ).but(**changes)


@pytest.mark.parametrize("codec", [STORED, ZSTD])
@pytest.mark.parametrize("length", [1, 2, 7])
def test_an_array_of_many_blocks_is_read_whole_and_in_parts(codec, length):
    array = many(301, codec, block_length=length)
    png = File(arrays=(array,)).png()
    assert ig.loads(png).tobytes() == array.data
    with ig.open(io.BytesIO(png)) as opened:
        for part in (np.s_[:], np.s_[3:299], np.s_[250:], np.s_[:1]):
            assert (
                opened["x"][part].tobytes() == np.frombuffer(array.data, np.uint8)[part].tobytes()
            )


@pytest.mark.parametrize(("length", "count"), [(1000, 400), (70_000, 5)])
def test_an_array_of_several_batches_is_read_whole_and_in_parts(length, count):
    """A batch is 128 KiB; the blocks repeat after two or three, or not at all."""
    data = bytes(k // length * 7 // 3 % 250 for k in range(length * count - 9))
    coder = zstandard.ZstdCompressor().compress
    array = Array(shape=(len(data),), data=data, codec=ZSTD, block_length=length, coder=coder)
    png = File(arrays=(array,), depths=(8, 8, 8, 0)).png()
    assert ig.loads(png).tobytes() == data
    with ig.open(io.BytesIO(png)) as opened:
        for start, stop in (
            (0, 1),
            (5, len(data) - 5),
            (len(data) - 3, len(data)),
            (140_000, 280_000),
        ):
            assert opened["x"][start:stop].tobytes() == data[start:stop]


def test_the_error_names_the_first_wrong_block():
    table = list(many().table())
    table[201] = Entry(1, table[201].crc ^ 1, table[201].digest)
    table[202] = Entry(1, table[202].crc, bytes(32))
    problem = refused(many(entries=tuple(table)))
    assert problem.reason == Reason.BLOCK_DAMAGED
    assert "block 201:" in problem.detail
    table[120] = Entry(1, table[120].crc, bytes(32))
    problem = refused(many(entries=tuple(table)))
    assert problem.reason == Reason.BLOCK_DIGEST_MISMATCH
    assert "block 120:" in problem.detail


def refused(array):
    with pytest.raises(ig.DecodeError) as caught:
        ig.loads(File(arrays=(array,)).png())
    return caught.value


def test_a_shorter_last_block_is_not_taken_for_an_earlier_one():
    """It has the entry and stored bytes of earlier blocks, but fewer elements."""
    array = many(2 * 150 + 1, block_length=2, data=bytes(301))
    full, stored = array.table()[0], array.stored_blocks()[0]
    lying = array.but(entries=(full,) * 151, stored=(stored,) * 151)
    assert refused(lying).reason == Reason.BLOCK_MALFORMED
    assert "block 150:" in refused(lying).detail


def test_small_blocks_are_batched_and_large_blocks_are_not():
    places = np.cumsum([0] + [10] * 50_000)
    small = [*container._batches(places, 7, 50_000, 1)]
    assert [k for batch in small for k in batch] == [*range(7, 50_000)]
    assert 1 < len(small) < 10
    assert [*container._batches(places, 0, 3, 1 << 20)] == [range(1), range(1, 2), range(2, 3)]
    assert [*container._batches(places * 2**20, 0, 2, 1)] == [range(1), range(1, 2)]
