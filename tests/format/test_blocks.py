"""Blocks: packing and unpacking, and every reason to refuse a block."""

import hashlib
import zlib

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from tests.support import reason_of

from intaglio import Reason
from intaglio._format.blocks import (
    BlockForm,
    TableEntry,
    pack_block,
    read_table,
    unpack_block,
    write_table,
)
from intaglio._format.filters import filter_step

ZSTD = BlockForm((), 1, 1)
STORED = BlockForm((), 1, 0)
BLOCK = np.arange(5000, dtype=np.uint16).view(np.uint8)


def unpack(stored, size=BLOCK.size, form=ZSTD, block=BLOCK):
    entry = TableEntry(len(stored), zlib.crc32(stored), hashlib.sha256(block).digest())
    return unpack_block(stored, size, entry, form)


@given(st.binary(min_size=1, max_size=300), st.sampled_from((STORED, ZSTD)), st.integers(1, 22))
def test_a_packed_block_is_unpacked_exactly(data, form, level):
    block = np.frombuffer(data, np.uint8)
    stored, entry = pack_block(block, form, level)
    assert unpack_block(stored, len(data), entry, form).tobytes() == data
    table = read_table(write_table([entry, entry]))
    assert [TableEntry(*row) for row in table.tolist()] == [entry, entry]


@given(st.binary(max_size=200), st.integers(0, 300), st.sampled_from((STORED, ZSTD)))
def test_any_stored_bytes_are_the_block_or_a_decode_error(stored, size, form):
    reason_of(lambda: unpack(stored, size, form))


@given(st.data())
def test_any_change_of_a_frame_is_refused_or_harmless(data):
    frame = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(BLOCK))
    for _ in range(data.draw(st.integers(1, 3))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    try:
        reason = reason_of(lambda: unpack(bytes(frame)))
    except MemoryError:
        pytest.fail("a forged frame took memory")
    assert reason in (None, Reason.BLOCK_MALFORMED, Reason.BLOCK_DIGEST_MISMATCH)


def frame_of(**options):
    return zstandard.ZstdCompressor(**options).compress(BLOCK)


def streamed(size=-1, **options):
    stream = zstandard.ZstdCompressor(**options).compressobj(size=size)
    return stream.compress(BLOCK.tobytes()) + stream.flush()


SKIPPABLE = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
DICTIONARY = zstandard.ZstdCompressionDict(BLOCK.tobytes()[:4000])
FRAME = frame_of()
HUGE_WINDOW = zstandard.ZstdCompressionParameters(window_log=24, enable_ldm=False)


def edited(position, value):
    frame = bytearray(FRAME)
    frame[position] = value
    return bytes(frame)


@pytest.mark.parametrize(
    "stored",
    [
        b"", b"\x28\xb5\x2f\xfd", FRAME[:5], FRAME[:6], FRAME[:-1], FRAME[:9], FRAME + b"\0", FRAME + FRAME,
        FRAME + SKIPPABLE, SKIPPABLE + FRAME, SKIPPABLE, b"\0" + FRAME, edited(4, FRAME[4] | 8),
        streamed(), edited(5, FRAME[5] ^ 1), edited(6, 255), edited(-1, FRAME[-1] ^ 255),
        frame_of(dict_data=DICTIONARY), b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8 + FRAME[7:],
    ],
    ids=range(19),
)  # fmt: skip
def test_stored_bytes_other_than_one_plain_frame_are_malformed(stored):
    assert reason_of(lambda: unpack(stored)) == Reason.BLOCK_MALFORMED


def test_a_window_over_8_mib_is_refused_and_one_of_8_mib_is_not():
    def frame(descriptor):
        head = (
            b"\x28\xb5\x2f\xfd\x40" + bytes([descriptor]) + (BLOCK.size - 256).to_bytes(2, "little")
        )
        return head + (BLOCK.size << 3 | 1).to_bytes(3, "little") + BLOCK.tobytes()

    assert unpack(frame(13 << 3)).tobytes() == BLOCK.tobytes()
    assert reason_of(lambda: unpack(frame(13 << 3 | 1))) == Reason.BLOCK_MALFORMED


@pytest.mark.parametrize(
    "frame", [frame_of(write_checksum=True), streamed(size=BLOCK.size), frame_of(level=19)]
)
def test_frames_of_other_encoders_are_read(frame):
    assert unpack(frame).tobytes() == BLOCK.tobytes()


def test_changed_stored_bytes_are_reported_as_damaged():
    stored, entry = pack_block(BLOCK, STORED, 3)
    changed = bytes([stored[0] ^ 1]) + stored[1:]
    assert (
        reason_of(lambda: unpack_block(changed, BLOCK.size, entry, STORED)) == Reason.BLOCK_DAMAGED
    )


@pytest.mark.parametrize("size", [BLOCK.size - 2, BLOCK.size + 2])
def test_a_stored_block_of_another_size_is_refused(size):
    assert reason_of(lambda: unpack(BLOCK.tobytes(), size, STORED)) == Reason.BLOCK_MALFORMED


def test_a_wrong_digest_is_refused():
    assert (
        reason_of(lambda: unpack(FRAME, block=BLOCK[::-1].copy())) == Reason.BLOCK_DIGEST_MISMATCH
    )


def test_filters_are_undone_before_the_digest():
    form = BlockForm((filter_step("delta", 1), filter_step("shuffle")), 2, 1)
    stored, entry = pack_block(BLOCK, form, 3)
    assert len(stored) < 60
    assert unpack_block(stored, BLOCK.size, entry, form).tobytes() == BLOCK.tobytes()
