"""Cover files: broken ones are refused, sound ones of every format are the picture they show."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from tests.convert import raster_files as make
from tests.format.png_oracle import write_oracle_png

from intaglio import _convert
from intaglio._render.cover import read_cover
from intaglio.errors import EncodeError, FormatError, Reason

RNG = np.random.default_rng(6)
RGB = RNG.integers(0, 256, (7, 9, 3), dtype=np.uint8)
OUT_OF_RANGE = write_oracle_png([[(0,), (200,)]], 8, 3, palette=bytes(30))


def short_png():
    """A PNG that announces two rows and holds one."""
    sound = write_oracle_png([[(1,)]], 8, 0)
    head = b"IHDR" + struct.pack(">IIBBBBB", 1, 2, 8, 0, 0, 0, 0)
    return sound[:12] + head + struct.pack(">I", zlib.crc32(head)) + sound[33:]


BROKEN = {
    "short.png": (short_png(), "fewer rows"),
    "range.png": (OUT_OF_RANGE, "200"),
    "short.gif": (make.gif([4, 1, 2, 5], 2, 2, bytes(range(12))), "2 of 4 pixels"),
    "range.bmp": (make.bmp([b"\0\x20"], 2, 1, 8, palette=bytes(64)), "colour 32"),
    "short.bmp": (make.bmp([b"\1\2\3"], 3, 9, 24), "cut off"),
    "short.ppm": (b"P5 2 2 255\n\1\2\3", "cut off"),
    "high.ppm": (b"P5 1 1 100\n\xc8", "sample of 200"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_picture_is_refused_as_data_and_as_a_cover(tmp_path, name):
    data, why = BROKEN[name]
    if name == "range.bmp":
        data = data[:46] + struct.pack("<I", 16) + data[50:]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(FormatError, match=why):
        _convert.read(tmp_path / name)
    for cover in (tmp_path / name, io.BytesIO(data)):
        with pytest.raises(EncodeError, match=why) as caught:
            read_cover(cover, 2**20)
        assert caught.value.reason == Reason.COVER_INVALID


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (make.netpbm(6, RGB, 255), RGB),
        (make.netpbm(3, RGB, 255, plain=True), RGB),
        (make.netpbm(6, RGB.astype(int) * 257, 65535), RGB),
        (make.netpbm(5, np.array([[0, 1, 3]]), 3), np.array([[0, 85, 255]])),
        (make.netpbm(4, np.array([[0, 1, 0]])), np.array([[255, 0, 255]])),
        (make.pam(np.dstack([RGB, np.full((7, 9), 255)]), 255), RGB),
        (make.pam(np.array([[[9, 255], [9, 0]]]), 255), np.array([[9, 255]])),
        (make.pfm((RGB / 255).astype("f4")), RGB),
        (make.netpbm(5, RGB[..., 0], 255) + make.netpbm(5, RGB[..., 1], 255), RGB[..., 0]),
    ],
)
def test_a_netpbm_cover_is_shown_with_its_maximum_as_white(data, shown):
    pixels = read_cover(io.BytesIO(data), 2**20)
    grey = shown.ndim == 2
    assert pixels.tolist() == (np.repeat(shown[..., None], 3, 2) if grey else shown).tolist()


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "WEBP", "TIFF", "JPEG"])
def test_sound_covers_of_every_format_look_as_they_are_decoded(kind):
    file = io.BytesIO()
    options = {"WEBP": {"lossless": True}}.get(kind, {})
    Image.fromarray(RGB).save(file, kind, **options)
    expected = np.asarray(Image.open(file).convert("RGB"))
    assert np.array_equal(read_cover(file.seek(0) or file, 2**20), expected)
