"""Damaged files: changed bits, cut files and random bytes never give wrong arrays."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.support import reason_of, same_bits

import intaglio as ig
from intaglio import DecodeError, Limits, Reason
from intaglio._format.registry import PROFILES

ARRAY = np.linspace(-1, 1, 60).reshape(6, 10)
COVER = np.random.default_rng(0).integers(0, 256, (30, 34, 3), np.uint8)


def carrying(profile="opaque"):
    return ig.embed(COVER, {"a": ARRAY, "b": np.arange(5)}, metadata={"k": 1}, profile=profile)


def body_bits(pixels, depths):
    """Positions (pixel, channel, bit) of every bit that carries prologue or body."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    info = ig.info(io.BytesIO(out.getvalue()))
    bits = [(k, c, b) for k in range(80) for c, d in enumerate((3, 2, 3)) for b in range(d)]
    left = 8 * info.body_bytes
    k = 80
    while left > 0:
        for channel, depth in enumerate(depths):
            for bit in reversed(range(depth)):
                if left > 0:
                    bits.append((k, channel, bit))
                    left -= 1
        k += 1
    return bits


@pytest.mark.parametrize("profile", ["opaque", "fine", "rgba", "raw", (3, 0, 4, 0)])
def test_no_changed_bit_of_prologue_or_body_is_accepted(profile):
    pixels = carrying(profile)
    depths = PROFILES.get(profile, profile)
    bits = body_bits(pixels, depths)
    assert len(bits) > 2000
    rng = np.random.default_rng(1)
    for index in rng.choice(len(bits), 1200, replace=False):
        k, channel, bit = bits[index]
        changed = pixels.copy()
        changed.reshape(-1, pixels.shape[2])[k, channel] ^= 1 << bit
        assert reason_of(lambda: ig.extract(changed)), f"bit {bit} of channel {channel}, pixel {k}"  # noqa: B023


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_after_any_change_of_pixels_arrays_are_exact_or_refused(data):
    pixels = carrying()
    flat = pixels.reshape(-1)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, flat.size - 1))
        stop = start + data.draw(st.integers(1, 50))
        flat[start:stop] = data.draw(st.integers(0, 255))
    try:
        arrays = ig.extract(pixels)
    except DecodeError:
        return
    assert same_bits(arrays["a"], ARRAY)
    assert list(arrays) == ["a", "b"]


def test_changes_of_high_bits_and_unused_pixels_are_allowed():
    pixels = carrying()
    pixels ^= np.array([0xF8, 0xFC, 0xF8], np.uint8)
    assert same_bits(ig.extract(pixels)["a"], ARRAY)


def test_a_damaged_echo_is_accepted_and_reported():
    file = ig.dumps(ARRAY, cover=COVER)
    with Image.open(io.BytesIO(file)) as image:
        pixels = np.asarray(image).copy()
    pixels[-1, -1] ^= 1
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    assert ig.verify(io.BytesIO(file)).echo == "intact"
    assert ig.verify(io.BytesIO(out.getvalue())).echo == "damaged"
    assert same_bits(ig.loads(out.getvalue()), ARRAY)


FILE = ig.dumps({"a": ARRAY}, cover=COVER, metadata={"k": 1})


def verbs(file):
    yield lambda: ig.loads(file)
    yield lambda: ig.loads_dict(file)
    yield lambda: ig.info(io.BytesIO(file))
    yield lambda: ig.verify(io.BytesIO(file))
    yield lambda: [np.asarray(a) for a in ig.open(io.BytesIO(file)).values()]


@settings(deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda b: FILE[:33] + b))
def test_every_reader_refuses_random_bytes(file):
    for verb in verbs(file):
        assert reason_of(verb)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_arrays_of_a_mutated_file_are_exact_or_refused(data):
    file = bytearray(FILE)
    for _ in range(data.draw(st.integers(1, 3))):
        kind = data.draw(st.sampled_from(("set", "cut", "double")))
        at = data.draw(st.integers(0, len(file) - 1))
        size = data.draw(st.integers(1, 20))
        if kind == "set":
            file[at : at + size] = data.draw(st.binary(min_size=1, max_size=size))
        elif kind == "cut":
            del file[at : at + size]
        else:
            file[at:at] = file[at : at + size]
    for verb in verbs(bytes(file)):
        try:
            result = verb()
        except DecodeError:
            continue
        if isinstance(result, np.ndarray):
            assert same_bits(result, ARRAY)


@pytest.mark.parametrize("length", [0, 1, 7, 8, 20, 33, 60, 500, len(FILE) - 13, len(FILE) - 1])
def test_a_cut_file_is_refused(length):
    for verb in (lambda: ig.loads(FILE[:length]), lambda: ig.verify(io.BytesIO(FILE[:length]))):
        assert reason_of(verb) in (Reason.NOT_PNG, Reason.PNG_DAMAGED)


def test_a_png_fault_is_reported_before_faults_of_the_data():
    broken_header = ig.embed(COVER, ARRAY)
    broken_header.reshape(-1, 3)[100] ^= 1  # within the header
    out = io.BytesIO()
    Image.fromarray(broken_header).save(out, "PNG")
    file = out.getvalue()
    assert reason_of(lambda: ig.loads(file)) == Reason.HEADER_DAMAGED
    assert reason_of(lambda: ig.loads(file[:-6])) == Reason.PNG_DAMAGED
    assert reason_of(lambda: ig.info(io.BytesIO(file[:-6]))) == Reason.HEADER_DAMAGED


def test_lossy_copies_are_refused():
    with Image.open(io.BytesIO(FILE)) as image:
        small = image.resize((15, 12))
        jpeg = io.BytesIO()
        image.save(jpeg, "JPEG", quality=95)
    out = io.BytesIO()
    small.save(out, "PNG")
    assert reason_of(lambda: ig.loads(out.getvalue())) == Reason.NO_PROLOGUE
    assert reason_of(lambda: ig.loads(jpeg.getvalue())) == Reason.NOT_PNG
    with Image.open(jpeg) as image:
        again = io.BytesIO()
        image.save(again, "PNG")
    assert reason_of(lambda: ig.loads(again.getvalue())) == Reason.NO_PROLOGUE


@pytest.mark.parametrize("size", [(1, 1), (23, 1), (24, 1), (80, 1), (160, 1)])
def test_a_small_ordinary_picture_carries_no_data(size):
    out = io.BytesIO()
    Image.new("RGB", size).save(out, "PNG")
    assert reason_of(lambda: ig.loads(out.getvalue())) == Reason.NO_PROLOGUE


@pytest.mark.parametrize("size", [(24, 1), (80, 1), (159, 1)])
def test_a_carrier_too_small_for_its_prologue_is_refused(size):
    pixels = carrying().reshape(1, -1, 3)[:, : size[0]].copy()
    expected = Reason.PROLOGUE_DAMAGED if size[0] < 80 else Reason.CARRIER_SIZE_MISMATCH
    assert reason_of(lambda: ig.extract(pixels)) == expected


def test_limits_are_checked_before_memory_is_taken():
    file = ig.dumps(np.zeros(2**20, "u1"))
    assert (
        reason_of(lambda: ig.loads(file, limits=Limits(pixels_max=1000))) == Reason.LIMIT_EXCEEDED
    )
    small = Limits(output_bytes_max=2**20 - 1)
    for verb in (
        lambda: ig.loads(file, limits=small),
        lambda: ig.verify(io.BytesIO(file), limits=small),
        lambda: ig.open(io.BytesIO(file), limits=small)["data"][:],
    ):
        assert reason_of(verb) == Reason.LIMIT_EXCEEDED
    assert ig.open(io.BytesIO(file), limits=small)["data"][:5].tobytes() == bytes(5)
    assert ig.loads(file, limits=Limits(output_bytes_max=2**20)).size == 2**20
    with pytest.raises(DecodeError, match="output_bytes_max"):
        ig.loads(file, limits=small)


def test_memory_that_runs_out_is_a_limit(monkeypatch):
    def exhausted(*_):
        raise MemoryError

    monkeypatch.setattr("intaglio._format.decoder.read_canonical", exhausted)
    monkeypatch.setattr("intaglio._format.decoder.read_elements", exhausted)
    assert reason_of(lambda: ig.loads(FILE)) == Reason.LIMIT_EXCEEDED
    with ig.open(io.BytesIO(FILE)) as file:
        assert reason_of(lambda: file["a"][:]) == Reason.LIMIT_EXCEEDED


def test_a_tiny_picture_that_declares_huge_sizes_is_refused():
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)
    file = FILE[:8] + struct.pack(">I", 13) + ihdr + struct.pack(">I", zlib.crc32(ihdr)) + FILE[33:]
    for verb in verbs(file):
        assert reason_of(verb) == Reason.LIMIT_EXCEEDED
