"""Writing PNG: pixels, chunks and size of the files, and that their bytes are reproducible."""

import io
import struct
import zlib
from unittest import mock

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.format.png_oracle import ihdr, split_chunks
from tests.format.test_png_decode import encode, oracle_outcome, read_all, with_alpha

import intaglio as ig
from intaglio._format.png import encode as encode_module
from intaglio._format.png.encode import write_png
from intaglio.errors import EncodeError, Reason


@st.composite
def writable_pixels(draw):
    shape = draw(st.tuples(st.integers(1, 60), st.integers(1, 60), st.sampled_from([3, 4])))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return draw(
        st.sampled_from(
            [
                rng.integers(0, 256, shape, np.uint8),
                np.full(shape, rng.integers(0, 256), np.uint8),
                np.cumsum(rng.integers(0, 3, shape), axis=0).astype(np.uint8),
                np.repeat(rng.integers(0, 256, (1, *shape[1:]), np.uint8), shape[0], axis=0),
            ]
        )
    )


@settings(max_examples=60, deadline=None)
@given(
    writable_pixels(),
    st.integers(1, 70),
    st.sampled_from([1, 500, 2**20]),
    st.sampled_from([10, 2**21]),
    st.sampled_from(["fast", "small"]),
)
def test_written_files_are_read_by_pillow_opencv_and_intaglio(pixels, portion, band, idat, effort):
    with mock.patch.multiple(encode_module, BAND_BYTES=band, IDAT_BYTES_MAX=idat):
        data = encode(pixels, portion, effort=effort)
    assert np.array_equal(read_all(data), pixels)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels)
    by_opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(by_opencv[..., [2, 1, 0, 3][: pixels.shape[2]]], pixels)
    if pixels.shape[0] < 20:
        assert oracle_outcome(data) == with_alpha(pixels).tobytes()


def large_pixels():
    """Noise over a smooth field, then rows without noise: 3.6 MB, four bands."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[0:1200, 0:1000]
    field = np.stack((x // 8 + y // 9, y // 5, (x + y) // 16), axis=2)
    field[:800] += rng.integers(0, 8, (800, 1000, 3))
    return field.astype(np.uint8)


def test_the_bytes_depend_only_on_the_pixels(monkeypatch):
    pixels = large_pixels()
    data = encode(pixels)
    for threads, portion in ((1, 1200), (2, 1), (7, 333), (2, 64)):
        monkeypatch.setattr(encode_module, "THREADS", threads)
        assert encode(pixels, portion) == data
    assert np.array_equal(read_all(data), pixels)


@pytest.mark.parametrize("effort", ["fast", "small"])
def test_files_are_smaller_than_with_full_deflate_everywhere(effort):
    pixels = large_pixels()
    size = len(encode(pixels, effort=effort))
    rows = pixels.reshape(1200, -1)
    up = np.concatenate((rows[:1], rows[1:] - rows[:-1]))
    assert size < 0.95 * len(zlib.compress(up.tobytes(), 6))


def test_a_band_in_which_noise_ends_is_little_larger_than_its_two_parts():
    pixels = large_pixels()
    parts = len(encode(pixels[:800])) + len(encode(pixels[800:]))
    assert len(encode(pixels)) < 1.01 * parts


def test_more_effort_makes_noise_smaller():
    pixels = large_pixels()[:400]
    assert len(encode(pixels, effort="small")) < 0.96 * len(encode(pixels, effort="fast"))


def test_bands_are_requested_one_at_a_time():
    pixels = np.zeros((3000, 1000, 3), np.uint8)
    out, given_rows, written = io.BytesIO(), 0, []

    def bands():
        nonlocal given_rows
        for start in range(0, 3000, 100):
            written.append((given_rows, out.tell()))
            given_rows += 100
            yield pixels[start : start + 100]

    write_png(out, 1000, 3000, 3, bands())
    ahead = (encode_module.THREADS + 3) * 2**20 // 3000
    assert [at for rows, at in written if rows > ahead]
    assert all(at > 100 for rows, at in written if rows > ahead)
    assert np.array_equal(read_all(out.getvalue()), pixels)


def test_exceptions_of_the_callers_iterator_are_raised():
    def bands():
        yield np.zeros((1, 2, 3), np.uint8)
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        write_png(io.BytesIO(), 2, 2, 3, bands())


def test_the_written_chunks_are_the_requested_ones():
    pixels = np.zeros((2, 3, 4), np.uint8)
    text = (("Software", "intaglio"), ("Comment", "carries data: \xe9\n"))
    chunks = split_chunks(encode(pixels, text=text, dpi=300))
    assert [kind for kind, _ in chunks] == [b"IHDR", b"pHYs", b"tEXt", b"tEXt", b"IDAT", b"IEND"]
    assert chunks[0][1] == ihdr(3, 2, 8, 6)
    assert chunks[1][1] == struct.pack(">IIB", 11811, 11811, 1)
    assert chunks[3][1] == b"Comment\0carries data: \xe9\n"
    assert [kind for kind, _ in split_chunks(encode(pixels[..., :3]))] == [
        b"IHDR",
        b"IDAT",
        b"IEND",
    ]
    image = Image.open(io.BytesIO(encode(pixels, text=text, dpi=300)))
    assert image.text == dict(text)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)


def test_idat_chunks_have_a_bounded_size():
    pixels = np.random.default_rng(1).integers(0, 256, (1500, 1500, 3), np.uint8)
    sizes = [len(data) for kind, data in split_chunks(encode(pixels)) if kind == b"IDAT"]
    assert len(sizes) > 4
    assert max(sizes) <= 2**21


@pytest.mark.parametrize(
    "pair",
    [
        *(("", "x"), ("a" * 80, "x"), (" a", "x"), ("a ", "x"), ("a  b", "x"), ("a\0", "x")),
        *(("a", "\0"), ("a", "€"), ("€", "x"), ("a\n", "x"), ("\xa0", "x")),
    ],
)
def test_text_that_png_cannot_hold_is_refused(pair):
    with pytest.raises(EncodeError) as caught:
        encode(np.zeros((1, 1, 3), np.uint8), text=(pair,))
    assert caught.value.reason == Reason.OPTION_INVALID


@pytest.mark.parametrize("dpi", [0, -1, float("nan"), float("inf"), 0.001, 1e9])
def test_a_resolution_that_png_cannot_hold_is_refused(dpi):
    with pytest.raises(EncodeError) as caught:
        encode(np.zeros((1, 1, 3), np.uint8), dpi=dpi)
    assert caught.value.reason == Reason.OPTION_INVALID


@pytest.mark.parametrize("dpi", ["x", "100", True, 1j, [100]])
@pytest.mark.parametrize("colorbar", [False, True])
def test_a_resolution_that_is_not_a_number_raises_a_type_error_that_names_it(dpi, colorbar):
    with pytest.raises(TypeError, match=f"^dpi= is a number, not {type(dpi).__name__}$"):
        ig.imsave(io.BytesIO(), np.eye(3), dpi=dpi, colorbar=colorbar)


def test_rows_that_do_not_fit_the_declared_size_raise_value_error():
    rows = np.zeros((2, 3, 3), np.uint8)
    for width, height, bands in (
        (3, 3, [rows]),
        (3, 1, [rows]),
        (4, 2, [rows]),
        (3, 2, []),
        (3, 2, [rows.astype(np.int8)]),
    ):
        with pytest.raises(ValueError, match="rows"):
            write_png(io.BytesIO(), width, height, 3, bands)
