"""Reading PNG: the pixels, the cost of reading them, and which files are refused."""

import io
import struct
import tracemalloc
import zlib
from itertools import pairwise
from unittest import mock

import cv2
import numpy as np
import oxipng
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile
from tests.format.png_oracle import (
    DEPTHS,
    FORMS,
    SAMPLES,
    SIGNATURE,
    all_scan_lines,
    chunk,
    ihdr,
    join_chunks,
    split_chunks,
    to_rgba,
    write_oracle_png,
)

from intaglio._format.png import decode, unfilter
from intaglio._format.png.decode import open_png
from intaglio._format.png.encode import write_png
from intaglio.errors import DecodeError, Reason
from reader.conventions import Refused
from reader.decode import Limits, read_png

PIXELS_MAX = 2**28


class CountingStream(io.RawIOBase):
    """A file that can only be read forward, returns little at a time, and counts bytes."""

    def __init__(self, data, most=None):
        self.data, self.most, self.at, self.asked = data, most, 0, 0

    def read(self, count=-1):
        assert count >= 0, "the whole file was asked for"
        self.asked = max(self.asked, count)
        got = self.data[self.at : self.at + (min(count, self.most) if self.most else count)]
        self.at += len(got)
        return got


def read_all(data):
    png = open_png(CountingStream(data), PIXELS_MAX)
    pixels = np.concatenate([*png.bands()])
    assert png.checked
    assert pixels.shape == (png.height, png.width, pixels.shape[2])
    assert pixels.dtype == np.uint8
    return pixels


def encode(pixels, portion=64, **how):
    """Bytes of a PNG; the rows are handed over `portion` at a time."""
    out = io.BytesIO()
    height, width, channels = pixels.shape
    bands = (pixels[start : start + portion] for start in range(0, height, portion))
    write_png(out, width, height, channels, bands, **how)
    return out.getvalue()


def with_alpha(pixels):
    pixels = np.asarray(pixels, np.uint8)
    if pixels.shape[2] == 4:
        return pixels
    return np.concatenate((pixels, np.full_like(pixels[..., :1], 255)), axis=2)


def refusal(data, pixels_max=PIXELS_MAX):
    """The DecodeError that reading `data` to its end raises."""
    with pytest.raises(DecodeError) as caught:
        open_png(io.BytesIO(data), pixels_max).drain()
    return caught.value


def is_damaged(data):
    return refusal(data).reason == Reason.PNG_DAMAGED


def outcome(data):
    """RGBA bytes, or the reason of the refusal; there is no third."""
    try:
        return with_alpha(read_all(data)).tobytes()
    except DecodeError as problem:
        return problem.reason


def oracle_outcome(data):
    """The same of the plain reader."""
    try:
        return read_png(data, Limits(PIXELS_MAX, 0))[0]
    except Refused as refused:
        return refused.reason


def rgb_png(height=5, width=4, **how):
    """A small RGB file: its bytes, and its pixels."""
    pixels = np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)
    rows = [[tuple(pixel) for pixel in row] for row in pixels.tolist()]
    return write_oracle_png(rows, **how), pixels


def small_buffers(band, tile, narrow):
    """Sizes at which even a small picture takes every path."""
    patches = mock.patch.multiple(decode, BAND_BYTES_FIRST=band, BAND_BYTES_MAX=2 * band)
    lines = mock.patch.multiple(unfilter, TILE_PIXELS=tile, NARROW_ROW_BYTES=narrow)
    return patches, lines


@st.composite
def pictures(draw, side_max=9):
    """Arguments for write_oracle_png, pixels that fit them, and what they mean."""
    colour, depth = draw(st.sampled_from(FORMS))
    width, height = draw(st.integers(1, side_max)), draw(st.integers(1, side_max))
    palette = trns = None
    top = 2**depth - 1
    if colour == 3:
        entries = draw(st.integers(1, min(2**depth, 9)))
        palette = draw(st.binary(min_size=3 * entries, max_size=3 * entries))
        trns = draw(st.none() | st.binary(min_size=1, max_size=entries))
        top = entries - 1
    sample = st.integers(0, top) | st.sampled_from([0, top])
    pixel = st.tuples(*[sample] * SAMPLES[colour])
    common = draw(pixel)
    row = st.lists(pixel | st.just(common), min_size=width, max_size=width)
    rows = draw(st.lists(row, min_size=height, max_size=height))
    if colour in (0, 2) and draw(st.booleans()):
        spare = draw(st.sampled_from([0, 2**depth % 65536]))
        trns = struct.pack(f">{len(common)}H", *(value | spare for value in common))
    how = {
        "filters": draw(st.lists(st.integers(0, 4), min_size=1, max_size=7)),
        "interlaced": draw(st.booleans()),
        "palette": palette,
        "trns": trns,
        "idat_cuts": draw(st.lists(st.integers(0, 60), max_size=4)),
        "level": draw(st.sampled_from([0, 1, 9])),
        "spare_bits": draw(st.integers(0, 127)),
    }
    means = [[to_rgba(p, depth, colour, palette, trns) for p in row] for row in rows]
    return (rows, depth, colour), how, np.array(means, np.uint8)


@settings(max_examples=200, deadline=None)
@given(
    pictures(),
    st.sampled_from([1, 20, 2**16]),
    st.sampled_from([1, 2, 2**20]),
    st.sampled_from([0, 128]),
    st.sampled_from([1, 7, None]),
)
def test_every_form_of_png_is_read_as_by_the_oracle(picture, band, tile, narrow, most):
    rows, how, means = picture
    data = write_oracle_png(*rows, **how)
    buffers = small_buffers(band, tile, narrow)
    with buffers[0], buffers[1]:
        png = open_png(CountingStream(data, most), PIXELS_MAX)
        pixels = np.concatenate([*png.bands()])
    assert with_alpha(pixels).tobytes() == means.tobytes()
    assert (png.width, png.height, png.interlaced) == (*means.shape[1::-1], how["interlaced"])
    assert pixels.shape[2] == (3 if rows[2] in (0, 2, 3) and how["trns"] is None else 4)
    assert oracle_outcome(data) == means.tobytes()


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize(("colour", "depth"), FORMS)
def test_every_filter_is_undone_in_every_form(colour, depth, kind, interlaced):
    rng = np.random.default_rng(kind)
    palette = bytes(range(48)) if colour == 3 else None
    top = min(2**depth, 16 if colour == 3 else 2**16)
    rows = rng.integers(0, top, (11, 13, SAMPLES[colour])).tolist()
    rows = [[tuple(pixel) for pixel in row] for row in rows]
    data = write_oracle_png(
        rows, depth, colour, filters=(kind,), interlaced=interlaced, palette=palette
    )
    means = [[to_rgba(pixel, depth, colour, palette, None) for pixel in row] for row in rows]
    expected = np.array(means, np.uint8)
    for narrow in (0, 128):
        with small_buffers(100, 5, narrow)[0], small_buffers(100, 5, narrow)[1]:
            assert np.array_equal(with_alpha(read_all(data)), expected)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([1, 3, 4]), st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32))
def test_pillow_opencv_and_intaglio_read_the_same_pixels(samples, width, height, seed):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, samples), np.uint8) // rng.integers(1, 99)
    pixels = pixels.astype(np.uint8)
    by_opencv = cv2.imencode(".png", pixels)[1].tobytes()  # BGR order
    file = io.BytesIO()
    mode = {1: "L", 3: "RGB", 4: "RGBA"}[samples]
    Image.frombytes(mode, (width, height), pixels.tobytes()).save(file, "PNG")
    swapped = pixels[..., {1: [0, 0, 0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[samples]]
    plain = pixels[..., {1: [0, 0, 0], 3: [0, 1, 2], 4: [0, 1, 2, 3]}[samples]]
    assert np.array_equal(read_all(by_opencv), swapped)
    assert np.array_equal(read_all(file.getvalue()), plain)


def optimisable_pictures():
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 256, (37, 41, 4), np.uint8)
    opaque = noise.copy()
    opaque[..., 3] = 255
    grey = np.repeat(noise[..., :1], 4, axis=2)
    grey[..., 3] = 255
    few = noise[0, :3][rng.integers(0, 3, (37, 41))]
    bits = np.repeat(rng.integers(0, 2, (37, 41, 1), np.uint8) * 255, 4, axis=2)
    bits[..., 3] = 255
    keyed = opaque.copy()
    keyed[rng.random((37, 41)) < 0.2] = (1, 2, 3, 0)
    smooth = (
        np.add.outer(np.arange(300), np.arange(400))[..., None] // [1, 2, 3, 999] % 256
    ).astype(np.uint8)
    return [noise, opaque, grey, few, bits, keyed, smooth | np.array([0, 0, 0, 255], np.uint8)]


@pytest.mark.parametrize("interlace", [False, True])
@pytest.mark.parametrize("number", range(7))
def test_files_optimised_by_oxipng_have_the_same_pixels(number, interlace):
    pixels = optimisable_pictures()[number]
    how = oxipng.Interlacing.Adam7 if interlace else oxipng.Interlacing.Off
    raw = oxipng.RawImage(pixels.tobytes(), pixels.shape[1], pixels.shape[0])
    for data in (
        raw.create_optimized_png(level=2, interlace=how),
        oxipng.optimize_from_memory(encode(pixels), level=1, interlace=how, force=True),
    ):
        png = open_png(io.BytesIO(data), PIXELS_MAX)
        assert png.interlaced == interlace
        assert np.array_equal(with_alpha(np.concatenate([*png.bands()])), pixels)


def test_bands_are_in_order_and_small():
    pixels = np.random.default_rng(0).integers(0, 256, (1500, 700, 3), np.uint8)
    for data in (encode(pixels), write_interlaced(pixels[:300])):
        png = open_png(io.BytesIO(data), PIXELS_MAX)
        bands = [*png.bands()]
        assert len(bands) > 1 or png.interlaced
        assert max(band.nbytes for band in bands) <= 2**20
        assert np.array_equal(np.concatenate(bands), pixels[: png.height])


def write_interlaced(pixels):
    raw = oxipng.RawImage(
        pixels.tobytes(), pixels.shape[1], pixels.shape[0], color_type=oxipng.ColorType.rgb()
    )
    return raw.create_optimized_png(level=0, interlace=oxipng.Interlacing.Adam7)


def test_a_caller_may_write_into_the_bands():
    data, pixels = rgb_png(height=9, filters=(2, 1, 4, 3))
    with small_buffers(30, 2**20, 0)[0]:
        bands = []
        for band in open_png(io.BytesIO(data), PIXELS_MAX).bands():
            bands.append(band.copy())
            band[...] = 99
    assert np.array_equal(np.concatenate(bands), pixels)


def test_the_first_rows_need_only_the_first_part_of_the_file():
    pixels = np.random.default_rng(0).integers(0, 256, (2000, 1000, 3), np.uint8)
    stream = CountingStream(encode(pixels))
    png = open_png(stream, PIXELS_MAX)
    assert stream.at < 200
    first = next(png.bands())
    assert stream.at < 200_000 < len(stream.data) / 20
    assert np.array_equal(first, pixels[: len(first)])
    assert not png.checked
    png.drain()
    assert png.checked
    assert stream.at == len(stream.data)
    assert stream.asked <= 2**20


def test_a_new_iterator_of_bands_continues_at_the_next_row():
    data, pixels = rgb_png(height=9)
    with small_buffers(12, 2**20, 0)[0]:
        png = open_png(io.BytesIO(data), PIXELS_MAX)
        first = next(png.bands())
        rest = np.concatenate([*png.bands()])
    assert np.array_equal(np.concatenate((first, rest)), pixels)
    assert png.checked
    png.drain()


def test_reading_on_after_a_failure_is_refused():
    data, _ = rgb_png()
    png = open_png(io.BytesIO(data[:-1]), PIXELS_MAX)
    for _ in range(2):
        with pytest.raises(DecodeError):
            png.drain()
        assert not png.checked


@pytest.mark.parametrize(
    "chunks",
    [
        [(b"IHDR", ihdr(2**28, 1, 16, 6)), (b"IDAT", zlib.compress(bytes(9)))],
        [(b"IHDR", ihdr(2**14, 2**14, 16, 6)), (b"IDAT", zlib.compress(bytes(9)))],
        [(b"IHDR", ihdr(2**14, 2**14, 16, 6, 1)), (b"IDAT", zlib.compress(bytes(9)))],
        [(b"IHDR", ihdr(2**28, 1, 1, 0, 1)), (b"IDAT", zlib.compress(bytes(9)))],
    ],
)
def test_a_tiny_file_that_declares_huge_sizes_needs_little_memory(chunks):
    data = join_chunks([*chunks, (b"IEND", b"")])
    tracemalloc.start()
    try:
        assert is_damaged(data)
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", [b"IDAT", b"tEXt", b"PLTE", b"tRNS", b"IHDR", b"IEND"])
def test_a_declared_chunk_length_is_not_allocated(kind):
    start = SIGNATURE + (b"" if kind == b"IHDR" else chunk(b"IHDR", ihdr(9, 9, 8, 3)))
    data = start + struct.pack(">I", 2**31 - 1) + kind + bytes(1000)
    stream = CountingStream(data)
    with pytest.raises(DecodeError) as caught:
        open_png(stream, PIXELS_MAX).drain()
    assert caught.value.reason == Reason.PNG_DAMAGED
    assert stream.asked <= 2**20


def test_more_pixels_than_the_limit_are_refused_before_more_is_read():
    data, _ = rgb_png(height=5, width=4)
    assert open_png(io.BytesIO(data), 20).height == 5
    problem = refusal(data[:33], 19)
    assert problem.reason == Reason.LIMIT_EXCEEDED
    assert "20" in problem.detail
    assert "Limits(pixels_max=" in problem.detail
    assert is_damaged(data[:32])


def test_a_picture_one_pixel_wide_needs_no_python_step_per_row():
    height = 300_000
    lines = bytes((2, 1)) * height
    data = join_chunks(
        [(b"IHDR", ihdr(1, height, 8, 0)), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    )
    assert np.array_equal(read_all(data)[:, 0, 0], np.arange(1, height + 1).astype(np.uint8))


def test_pillow_settings_do_not_change_the_result(monkeypatch):
    data, pixels = rgb_png(filters=(4,))
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1)
    assert np.array_equal(read_all(data), pixels)
    for length in range(8, len(data)):
        assert is_damaged(data[:length])


@settings(max_examples=300)
@given(st.binary(max_size=200))
@example(b"")
@example(SIGNATURE)
def test_random_bytes_raise_decode_errors_only(data):
    reason = Reason.PNG_DAMAGED if data[:8] == SIGNATURE else Reason.NOT_PNG
    assert refusal(data).reason == reason


@pytest.mark.parametrize(
    "start", [b"", b"\x89PN", b"\xff\xd8\xff\xe0", b"GIF89a", b"\x89PNG\n\x1a\n\0\0"]
)
def test_files_that_are_not_png_are_refused_as_not_png(start):
    for data in (start, start + bytes(50)) if start else (start,):
        problem = refusal(data)
        assert problem.reason == Reason.NOT_PNG
        assert ("not a PNG" if start else "empty") in problem.detail


@pytest.mark.parametrize("interlaced", [False, True])
def test_every_change_of_a_byte_up_to_the_end_is_refused(interlaced):
    rows = [[(1,), (0,), (1,)], [(0,), (0,), (2,)]]
    data = write_oracle_png(
        rows,
        2,
        3,
        palette=bytes(9),
        trns=b"\x80",
        filters=(4, 1, 2),
        interlaced=interlaced,
        idat_cuts=(5, 5),
        before=[(b"tEXt", b"a\0b")],
        after=[(b"tEXt", b"a\0b")],
    )
    read_all(data)
    for at in range(len(data)):
        for flip in {1, 2, 4, 8, 16, 32, 64, 128, 0xFF, data[at] ^ 0, data[at] ^ 255} - {0}:
            changed = bytearray(data)
            changed[at] ^= flip
            expected = Reason.NOT_PNG if at < 8 else Reason.PNG_DAMAGED
            assert refusal(bytes(changed)).reason == expected


def test_every_truncation_is_refused():
    data, _ = rgb_png(idat_cuts=(9, 30), after=[(b"tEXt", b"a\0b")])
    for length in range(len(data)):
        expected = Reason.NOT_PNG if length < 8 else Reason.PNG_DAMAGED
        assert refusal(data[:length]).reason == expected


def test_bytes_after_iend_are_ignored():
    data, pixels = rgb_png()
    for tail in (b"\0", data, b"IDAT" * 1000):
        assert np.array_equal(read_all(data + tail), pixels)


@settings(max_examples=300, deadline=None)
@given(pictures(side_max=4), st.data())
def test_a_changed_file_with_correct_crcs_is_read_as_by_the_oracle(picture, data):
    chunks = split_chunks(write_oracle_png(*picture[0], **picture[1]))
    number = data.draw(st.integers(0, len(chunks) - 1))
    kind, content = chunks[number]
    move = data.draw(st.sampled_from(["flip", "drop", "twice", "cut", "grow", "swap", "kind"]))
    if move == "flip" and content:
        at = data.draw(st.integers(0, len(content) - 1))
        flip = data.draw(st.integers(1, 255))
        content = content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :]
        chunks[number] = kind, content
    elif move == "drop":
        del chunks[number]
    elif move == "twice":
        chunks.insert(data.draw(st.integers(0, len(chunks))), chunks[number])
    elif move == "cut":
        chunks[number] = kind, content[: data.draw(st.integers(0, len(content)))]
    elif move == "grow":
        chunks[number] = kind, content + data.draw(st.binary(min_size=1, max_size=9))
    elif move == "swap":
        other = data.draw(st.integers(0, len(chunks) - 1))
        chunks[number], chunks[other] = chunks[other], chunks[number]
    else:
        kinds = [b"tEXt", b"PLTE", b"tRNS", b"IDAT", b"IHDR", b"IEND", b"ABCD", b"iD0T", b"sRGB"]
        chunks[number] = data.draw(st.sampled_from(kinds)), content
    changed = join_chunks(chunks)
    if len(changed) > 33 and changed[12:16] == b"IHDR":
        width, height = struct.unpack(">II", changed[16:24])
        if width * height > 10_000:  # the oracle would take an age
            assert outcome(changed) in (Reason.PNG_DAMAGED, Reason.LIMIT_EXCEEDED)
            return
    assert outcome(changed) == oracle_outcome(changed)


@settings(max_examples=200, deadline=None)
@given(pictures(side_max=4), st.data())
def test_a_changed_deflate_stream_is_read_as_by_zlib_or_refused(picture, data):
    rows, how, _ = picture
    how = how | {"idat_cuts": ()}
    chunks = split_chunks(write_oracle_png(*rows, **how))
    number = next(at for at, (kind, _) in enumerate(chunks) if kind == b"IDAT")
    packed = bytearray(chunks[number][1])
    for _ in range(data.draw(st.integers(1, 3))):
        packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    machine = zlib.decompressobj(-15)
    try:
        plain = machine.decompress(bytes(packed[2:]))
    except zlib.error:
        plain = b""
    if machine.eof and len(machine.unused_data) == 4:
        packed[-4:] = zlib.adler32(plain).to_bytes(4, "big")
    chunks[number] = b"IDAT", bytes(packed)
    changed = join_chunks(chunks)
    assert outcome(changed) == oracle_outcome(changed)


def idat_of(chunks, packed):
    return join_chunks([(kind, packed if kind == b"IDAT" else data) for kind, data in chunks])


def hostile():
    """Files that break one rule each: the label, what is wrong, the bytes."""
    data, _ = rgb_png()
    chunks = split_chunks(data)
    head, idat, iend = chunks
    lines = zlib.decompress(idat[1])
    packed = idat[1]
    wide = struct.pack(">I", 2**31)
    palette = (b"PLTE", bytes(9))
    rows = [[(0,), (1,)]]
    by_palette = split_chunks(write_oracle_png(rows, 8, 3, palette=bytes(9)))
    return [
        ("PNG-2", "a length beyond 2^31 - 1", SIGNATURE + wide + b"IHDR" + data[16:]),
        ("PNG-2", "a type with a digit", join_chunks([head, (b"tEX1", b""), idat, iend])),
        ("PNG-2", "IHDR is not first", join_chunks([(b"tEXt", b"a\0b"), *chunks])),
        ("PNG-2", "a second IHDR", join_chunks([head, head, idat, iend])),
        ("PNG-2", "a late second IHDR", join_chunks([head, idat, head, iend])),
        ("PNG-2", "a long IHDR", join_chunks([(b"IHDR", head[1] + b"\0"), idat, iend])),
        ("PNG-2", "IEND with content", join_chunks([head, idat, (b"IEND", b"x")])),
        ("PNG-2", "no IEND", join_chunks([head, idat])),
        ("PNG-2", "an unknown critical chunk", join_chunks([head, (b"CgBI", b""), idat, iend])),
        ("PNG-2", "a late unknown critical chunk", join_chunks([head, idat, (b"JDAT", b""), iend])),
        ("PNG-2", "a wrong CRC of IEND", data[:-1] + b"\0"),
        *(
            ("PNG-3", f"{what}", join_chunks([(b"IHDR", bytes(ihdr_bytes)), idat, iend]))
            for what, ihdr_bytes in (
                ("no width", ihdr(0, 5, 8, 2)),
                ("no height", ihdr(4, 0, 8, 2)),
                ("width 2^31", ihdr(2**31, 5, 8, 2)),
                ("height 2^31", ihdr(4, 2**31, 8, 2)),
                ("interlace 2", ihdr(4, 5, 8, 2, 2)),
                ("compression 1", ihdr(4, 5, 8, 2)[:10] + b"\1\0\0"),
                ("filter 1", ihdr(4, 5, 8, 2)[:10] + b"\0\1\0"),
                *(
                    (f"colour type {colour} with {depth} bits", ihdr(4, 5, depth, colour))
                    for colour in range(9)
                    for depth in (0, 1, 2, 3, 4, 8, 16, 32)
                    if depth not in DEPTHS.get(colour, ())
                ),
            )
        ),
        ("PNG-4", "no palette", join_chunks([c for c in by_palette if c[0] != b"PLTE"])),
        ("PNG-4", "two palettes", join_chunks([by_palette[0], palette, *by_palette[1:]])),
        ("PNG-4", "a late palette", join_chunks([*by_palette[:-1], palette, iend])),
        (
            "PNG-4",
            "an empty palette",
            join_chunks([by_palette[0], (b"PLTE", b""), *by_palette[2:]]),
        ),
        (
            "PNG-4",
            "an odd palette",
            join_chunks([by_palette[0], (b"PLTE", bytes(8)), *by_palette[2:]]),
        ),
        (
            "PNG-4",
            "257 colours",
            join_chunks([by_palette[0], (b"PLTE", bytes(771)), *by_palette[2:]]),
        ),
        (
            "PNG-4",
            "tRNS before PLTE",
            join_chunks([by_palette[0], (b"tRNS", b"1"), *by_palette[1:]]),
        ),
        ("PNG-4", "an empty tRNS", write_oracle_png(rows, 8, 3, palette=bytes(9), trns=b"")),
        ("PNG-4", "a long tRNS", write_oracle_png(rows, 8, 3, palette=bytes(9), trns=bytes(4))),
        ("PNG-4", "a grey tRNS of 6", write_oracle_png(rows, 8, 0, trns=bytes(6))),
        ("PNG-4", "an RGB tRNS of 2", join_chunks([head, (b"tRNS", bytes(2)), idat, iend])),
        ("PNG-4", "two tRNS", join_chunks([head, *[(b"tRNS", bytes(6))] * 2, idat, iend])),
        ("PNG-4", "a late tRNS", join_chunks([head, idat, (b"tRNS", bytes(6)), iend])),
        ("PNG-5", "no IDAT", join_chunks([head, iend])),
        ("PNG-5", "an empty IDAT", join_chunks([head, (b"IDAT", b""), iend])),
        (
            "PNG-5",
            "a gap between IDATs",
            join_chunks([head, (b"IDAT", packed[:9]), (b"tEXt", b""), (b"IDAT", packed[9:]), iend]),
        ),
        ("PNG-5", "a later IDAT", join_chunks([head, idat, (b"tEXt", b""), idat, iend])),
        ("PNG-5", "a second stream", join_chunks([head, idat, idat, iend])),
        ("PNG-5", "a byte after the stream", idat_of(chunks, packed + b"\0")),
        (
            "PNG-5",
            "a byte in an IDAT of its own",
            join_chunks([head, idat, (b"IDAT", b"\0"), iend]),
        ),
        ("PNG-5", "no Adler-32", idat_of(chunks, packed[:-4])),
        ("PNG-5", "a part of the Adler-32", idat_of(chunks, packed[:-1])),
        ("PNG-5", "a wrong Adler-32", idat_of(chunks, packed[:-1] + b"\0")),
        ("PNG-5", "half a zlib header", idat_of(chunks, packed[:1])),
        ("PNG-5", "compression method 7", idat_of(chunks, b"\x77\x85" + packed[2:])),
        ("PNG-5", "a window of 64 KiB", idat_of(chunks, b"\x88\x1c" + packed[2:])),
        ("PNG-5", "a wrong header check", idat_of(chunks, b"\x78\x02" + packed[2:])),
        ("PNG-5", "a dictionary", idat_of(chunks, b"\x78\x20" + packed[2:])),
        ("PNG-5", "a row too many", idat_of(chunks, zlib.compress(lines + lines[:13]))),
        ("PNG-5", "a byte too many", idat_of(chunks, zlib.compress(lines + b"\0"))),
        ("PNG-5", "a byte too few", idat_of(chunks, zlib.compress(lines[:-1]))),
        ("PNG-5", "a row too few", idat_of(chunks, zlib.compress(lines[:-13]))),
        ("PNG-5", "no rows", idat_of(chunks, zlib.compress(b""))),
        ("PNG-5", "a copy from before the start", idat_of(chunks, b"\x78\x01\x03\x06\0\0\0\0\1")),
        ("PNG-6", "filter type 5", idat_of(chunks, zlib.compress(b"\5" + lines[1:]))),
        (
            "PNG-6",
            "filter type 255",
            idat_of(chunks, zlib.compress(lines[:-13] + b"\xff" + lines[-12:])),
        ),
        ("PNG-6", "an index beyond the palette", write_oracle_png(rows, 8, 3, palette=bytes(3))),
    ]


HOSTILE = hostile()


@pytest.mark.parametrize("data", [h[2] for h in HOSTILE], ids=[f"{h[0]} {h[1]}" for h in HOSTILE])
def test_a_file_that_breaks_a_rule_is_refused(data):
    assert is_damaged(data)
    assert oracle_outcome(data) == Reason.PNG_DAMAGED


def test_unusual_but_legal_files_are_accepted():
    data, pixels = rgb_png(idat_cuts=(0, 0, 4, 4, 7, 999, 999))
    head, *idats, iend = split_chunks(data)
    assert sum(not content for _, content in idats) >= 4
    note, other = (b"tEXt", b"a\0b"), (b"vpAg", bytes(70_000))
    for chunks in (
        [head, *idats, iend],
        [
            head,
            note,
            (b"PLTE", bytes(5)),
            (b"PLTE", b""),
            other,
            *idats,
            (b"PLTE", b"1"),
            note,
            iend,
        ],
        [head, (b"gAMA", bytes(4)), (b"iCCP", b"junk"), (b"eXIf", b"II*\0"), *idats, iend],
    ):
        assert np.array_equal(read_all(join_chunks(chunks)), pixels)
    for colour in (4, 6):
        rows = [[tuple(range(SAMPLES[colour]))]]
        trns = [(b"tRNS", b"")] * 2
        assert read_all(write_oracle_png(rows, 8, colour, before=trns, after=trns)).shape[2] == 4
    for small in (b"\x08\x1d", b"\x18\x19", b"\x78\xda"):
        chunks = [head, (b"IDAT", small + b"".join(content for _, content in idats)[2:]), iend]
        assert np.array_equal(read_all(join_chunks(chunks)), pixels)


def test_empty_deflate_blocks_are_accepted():
    lines = all_scan_lines([[(1, 2, 3)]], 8, 2)
    machine = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = b"\0\0\0\xff\xff" * 30_000 + machine.compress(lines) + machine.flush()
    data = b"\x78\x01" + body + zlib.adler32(lines).to_bytes(4, "big")
    pixels = read_all(join_chunks([(b"IHDR", ihdr(1, 1, 8, 2)), (b"IDAT", data), (b"IEND", b"")]))
    assert pixels.tolist() == [[[1, 2, 3]]]


def test_the_hostile_files_are_all_different():
    assert len({data for _, _, data in HOSTILE}) == len(HOSTILE) > 80
    assert all(a[0] <= b[0] for a, b in pairwise(HOSTILE))
