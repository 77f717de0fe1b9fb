"""Pictures as arrays: the samples that the file says, or a refusal; what is left out has a name."""

import io
import json
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image
from tests.convert import raster_files as make
from tests.format.png_oracle import FORMS, SAMPLES, chunk, write_oracle_png
from tests.support import same_bits

import intaglio as ig
from intaglio import _convert
from intaglio._convert.base import ReadOptions
from intaglio.cli.run import run
from intaglio.errors import FormatError

RNG = np.random.default_rng(14)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rasters")


def content_of(folder, name, data, **options):
    (folder / name).write_bytes(data)
    return _convert.read(folder / name, ReadOptions(**options))


def array_of(folder, name, data, **options):
    (array,) = content_of(folder, name, data, **options).arrays.values()
    return array


def why_not(folder, name, data, **options):
    with pytest.raises(FormatError) as caught:
        content_of(folder, name, data, **options)
    return str(caught.value)


# PNG


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("colour", "depth"), FORMS)
def test_a_png_of_every_colour_type_and_depth_gives_the_samples_it_stores(
    folder, colour, depth, interlaced
):
    samples = RNG.integers(0, 1 << depth, (11, 9, SAMPLES[colour]))
    palette = RNG.integers(0, 256, (1 << depth, 3)).astype("u1") if colour == 3 else None
    data = write_oracle_png(
        [[tuple(map(int, pixel)) for pixel in row] for row in samples],
        depth,
        colour,
        filters=(0, 1, 2, 3, 4),
        interlaced=interlaced,
        palette=None if palette is None else palette.tobytes(),
    )
    kind = "?" if (depth, colour) == (1, 0) else "u2" if depth == 16 else "u1"
    expected = samples.astype(kind)[..., 0] if SAMPLES[colour] == 1 else samples.astype(kind)
    if palette is None:
        content = content_of(folder, "a.png", data)
        assert same_bits(content.arrays[""], expected)
        assert any(f"{depth} bit" in note for note in content.notes) == (depth < 8)
        return
    assert same_bits(array_of(folder, "a.png", data), palette[samples[..., 0]])
    indexed = content_of(folder, "a.png", data, indices=True)
    assert same_bits(indexed.arrays[""], expected)
    assert indexed.attrs[""]["palette"] == palette.tolist()


def grey(*more, before=b"", rows=b"\0\5\6", size=(2, 1)):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + head + before + body + b"".join(more) + chunk(b"IEND")


def test_a_png_names_each_chunk_that_does_not_come_along(folder):
    before = chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"sBIT", b"\5")
    before += chunk(b"tRNS", b"\0\5")
    data = grey(chunk(b"tIME", bytes(7)), before=before) + b"more"
    content = content_of(folder, "a.png", data)
    assert content.arrays[""].tolist() == [[5, 6]]
    assert content.notes == (
        "left out: its tRNS chunk, which makes the colour 5 transparent",
        "left out: its chunks gAMA, sBIT, tIME",
        "left out: 4 bytes after the end of the picture",
    )


def test_orientation_is_named_and_not_applied(folder):
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = RNG.integers(0, 256, (4, 6, 3), dtype=np.uint8)
    for name, kind, options in (("a.png", "PNG", {}), ("a.webp", "WEBP", {"lossless": True})):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, kind, exif=exif, **options)
        content = content_of(folder, name, file.getvalue())
        assert same_bits(content.arrays[""], pixels)
        assert "its orientation (6) is not applied" in content.notes
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", exif=exif)
    content = content_of(folder, "a.jpg", file.getvalue())
    assert same_bits(content.arrays[""], np.asarray(Image.open(file)))
    assert content.notes[0] == "its orientation (6) is not applied"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda: grey(rows=b"\0\5"), "fewer rows"),
        (lambda: grey(rows=b"\0\5\6\7"), "more"),
        (lambda: grey(rows=b"\7\5\6"), "filter type 7"),
        (lambda: grey()[:-12], "ends too early"),
        (lambda: grey().replace(b"\0\0\0\2\0\0\0\1", b"\0\0\0\1\0\0\0\1"), "CRC-32"),
        (lambda: grey(before=chunk(b"acTL", struct.pack(">II", 2, 0))), "2 frames"),
        (lambda: grey(chunk(b"fdAT", bytes(9))), "animated"),
        (lambda: grey(size=(2**20, 2**20)), "the limit is"),
    ],
)
def test_a_png_that_does_not_hold_what_it_says_is_refused(folder, change, why):
    assert why in why_not(folder, "a.png", change())


# Palettes


def test_a_palette_that_is_grey_is_a_palette_too(folder):
    levels = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    indices = RNG.integers(0, 256, (5, 4), dtype=np.uint8)
    image = Image.fromarray(indices, "P")
    image.putpalette(levels.tobytes())
    for name, kind in (("a.png", "PNG"), ("a.gif", "GIF"), ("a.bmp", "BMP")):
        file = io.BytesIO()
        image.save(file, kind, **({"optimize": False} if kind == "GIF" else {}))
        content = content_of(folder, name, file.getvalue())
        assert same_bits(content.arrays[""], levels[indices]), kind
        assert "--indices" in content.notes[0]
        indexed = content_of(folder, name, file.getvalue(), indices=True)
        assert same_bits(indexed.arrays[""], indices)


@pytest.mark.parametrize("name", ["a.png", "a.gif", "a.bmp"])
def test_the_command_packs_a_mask_as_colours_or_as_indices_with_the_palette(tmp_path, capsys, name):
    mask = np.array([[0, 7, 15], [15, 0, 7]], np.uint8)
    palette = RNG.integers(0, 256, (16, 3), dtype=np.uint8)
    image = Image.fromarray(mask, "P")
    image.putpalette(palette.tobytes())
    image.save(tmp_path / name, **({"optimize": False} if name == "a.gif" else {}))
    source, out = str(tmp_path / name), str(tmp_path / "o.ig.png")
    assert run(["pack", source, "-o", out]) == 0
    assert "palette colours are stored" in capsys.readouterr().err
    assert same_bits(ig.load(out), palette[mask])
    assert run(["pack", source, "-o", out, "--indices", "--force"]) == 0
    assert same_bits(ig.load(out), mask)
    (stored,) = ig.info(out).arrays
    assert stored.attrs["palette"][:16] == palette.tolist()


def test_indices_are_refused_where_there_is_no_palette(tmp_path, capsys):
    Image.new("L", (3, 3)).save(tmp_path / "a.png")
    np.save(tmp_path / "a.npy", np.zeros(3))
    out = str(tmp_path / "o.png")
    assert run(["pack", str(tmp_path / "a.png"), "-o", out, "--indices"]) == 65
    assert "it has no palette" in capsys.readouterr().err
    assert run(["pack", str(tmp_path / "a.npy"), "-o", out, "--indices"]) == 64
    assert "--indices is for pictures" in capsys.readouterr().err


def test_a_transparent_palette_colour_gives_four_channels(folder):
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([255, 0, 0, 0, 0, 255])
    for name, kind in (("a.png", "PNG"), ("a.gif", "GIF")):
        file = io.BytesIO()
        image.save(file, kind, transparency=0)
        found = array_of(folder, name, file.getvalue())
        assert found.tolist() == [[[255, 0, 0, 0], [0, 0, 255, 255]]]


# GIF


PALETTE = bytes(range(12))


@settings(deadline=None, max_examples=40)
@given(
    pixels=hnp.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))),
    colours=st.integers(2, 256),
    interlaced=st.booleans(),
)
def test_a_gif_gives_the_indices_that_another_library_wrote(folder, pixels, colours, interlaced):
    pixels = (pixels % np.uint16(colours)).astype(np.uint8)
    image = Image.fromarray(pixels, "P")
    image.putpalette(bytes(i * 7 % 256 for i in range(3 * colours)))
    file = io.BytesIO()
    image.save(file, "GIF", interlace=interlaced, optimize=False)
    assert same_bits(array_of(folder, "a.gif", file.getvalue(), indices=True), pixels)


def test_a_gif_of_many_codes_is_read_past_a_full_table(folder):
    pixels = RNG.integers(0, 256, (180, 200), dtype=np.uint8)
    image = Image.fromarray(pixels, "P")
    image.putpalette(bytes(768))
    file = io.BytesIO()
    image.save(file, "GIF", optimize=False)
    assert same_bits(array_of(folder, "a.gif", file.getvalue(), indices=True), pixels)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (make.gif([4, 1, 2, 5], 2, 2, PALETTE), "2 of 4 pixels"),
        (make.gif([4, 1, 2, 4, 3, 0, 4, 1, 5], 2, 2, PALETTE), "more than 4 pixels"),
        (make.gif([4, 1, 7, 5], 2, 1, PALETTE), "code 7"),
        (make.gif([4, 1, 2, 5], 2, 1, PALETTE, frames=2), "2 frames"),
        (make.gif([4, 1, 2, 5], 2, 1, PALETTE, screen=(3, 1)), "a part of its screen"),
        (make.gif([4, 1, 2, 5], 2, 1, PALETTE)[:-3], "cut off"),
        (make.gif([4, 1, 2, 5], 2, 1, PALETTE)[:13] + b";", "cut off"),
        (make.gif([8, 1, 6, 9], 2, 1, bytes(24), bits=3)[:10] + b"\x81\0\0" + bytes(12)
         + make.gif([8, 1, 6, 9], 2, 1, bytes(24), bits=3)[37:], "palette that has 4"),
    ],
)  # fmt: skip
def test_a_gif_that_does_not_hold_what_it_says_is_refused(folder, data, why):
    assert why in why_not(folder, "a.gif", data)


def test_a_gif_names_its_extensions(folder):
    more = b"!\xfe\2hi\0" + b"!\xff\x0bICCRGBG1012\0"
    content = content_of(folder, "a.gif", make.gif([4, 1, 2, 5], 2, 1, PALETTE, control=more))
    assert content.arrays[""].tolist() == [[[3, 4, 5], [6, 7, 8]]]
    assert content.notes[1] == "left out: its extensions application 'ICCRGBG1012', comment"


# BMP


@pytest.mark.parametrize("head", [12, 40, 108, 124])
@pytest.mark.parametrize("depth", [1, 4, 8])
def test_a_bmp_of_indices_gives_its_colours_whatever_its_header(folder, depth, head):
    indices = RNG.integers(0, 1 << depth, (5, 7)).astype(np.uint8)
    colours = RNG.integers(0, 256, (1 << depth, 3)).astype(np.uint8)
    table = b"".join(bytes(c[::-1]) + (b"" if head == 12 else b"\0") for c in colours)
    rows = packed_rows(indices, depth)
    for top_down in (False, True)[: 1 if head == 12 else 2]:
        data = make.bmp(rows, 7, 5, depth, palette=table, head=head, top_down=top_down)
        assert same_bits(array_of(folder, "a.bmp", data), colours[indices])
        assert same_bits(array_of(folder, "a.bmp", data, indices=True), indices)


def packed_rows(indices, depth):
    return [bytes(row) for row in indices] if depth == 8 else make.packed(indices, depth)


@pytest.mark.parametrize(
    ("depth", "masks", "widths"),
    [
        (16, (), (5, 5, 5)),
        (16, (0xF800, 0x7E0, 0x1F), (5, 6, 5)),
        (16, (0xF00, 0xF0, 0xF), (4, 4, 4)),
        (16, (0x7C00, 0x3E0, 0x1F, 0x8000), (5, 5, 5, 1)),
        (32, (0xFF, 0xFF00, 0xFF0000), (8, 8, 8)),
        (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000), (8, 8, 8, 8)),
        (32, (0x3FF00000, 0xFFC00, 0x3FF), (10, 10, 10)),
    ],
)
def test_a_bmp_of_words_gives_the_bits_that_its_masks_name(folder, depth, masks, widths):
    samples = np.stack([RNG.integers(0, 1 << bits, (3, 5)) for bits in widths], axis=-1)
    used = masks or (0x7C00, 0x3E0, 0x1F)
    shifts = [(mask & -mask).bit_length() - 1 for mask in used]
    words = sum(samples[..., i].astype(np.uint64) << np.uint64(s) for i, s in enumerate(shifts))
    rows = [row.tobytes() for row in words.astype(f"<u{depth // 8}")]
    coding = (6 if len(masks) == 4 else 3) if masks else 0
    content = content_of(folder, "a.bmp", make.bmp(rows, 5, 3, depth, masks=masks, coding=coding))
    kind = np.uint8 if max(widths) <= 8 else np.uint16
    assert same_bits(content.arrays[""], samples.astype(kind))
    assert any("stored as they are" in note for note in content.notes) == (set(widths) != {8})


def test_the_fourth_byte_of_a_bmp_pixel_is_kept_if_it_holds_anything(folder):
    plain = np.dstack([RNG.integers(0, 256, (2, 3, 3)), np.zeros((2, 3, 1))]).astype(np.uint8)
    full = plain.copy()
    full[..., 3] = 9
    for pixels, expected in ((plain, plain[..., :3]), (full, full)):
        rows = [row[:, [2, 1, 0, 3]].tobytes() for row in pixels]
        content = content_of(folder, "a.bmp", make.bmp(rows, 3, 2, 32))
        assert same_bits(content.arrays[""], expected)
        assert any("fourth byte" in note for note in content.notes) == (pixels is full)


GREYS = b"".join(bytes([i, i, i, 0]) for i in range(16))


def test_a_bmp_of_runs_is_read_and_what_the_runs_lack_is_refused(folder):
    runs = b"\3\x01" + b"\0\3\x02\x03\x04\0" + b"\0\0" + b"\6\x05" + b"\0\1"
    data = make.bmp([runs], 6, 2, 8, palette=GREYS, coding=1)
    data = data[:46] + struct.pack("<I", 16) + data[50:]
    assert array_of(folder, "a.bmp", data, indices=True).tolist() == [[5] * 6, [1, 1, 1, 2, 3, 4]]
    four = b"\5\x12" + b"\0\0" + b"\0\5\x12\x34\x50\0" + b"\0\1"
    data4 = make.bmp([four], 5, 2, 4, palette=GREYS, coding=2)
    found = array_of(folder, "a.bmp", data4, indices=True)
    assert found.tolist() == [[1, 2, 3, 4, 5], [1, 2, 1, 2, 1]]
    for bad, why in (
        (data.replace(b"\6\x05", b"\5\x05"), "5 of 6 pixels"),
        (data.replace(b"\6\x05", b"\7\x05"), "longer than 6"),
        (data.replace(b"\6\x05", b"\0\2\1\0"), "pass over"),
        (data.replace(b"\0\0\6\x05", b""), "1 of 2 rows"),
        (data[:-3], "cut off"),
    ):
        assert why in why_not(folder, "a.bmp", bad)


def test_a_broken_bmp_is_refused(folder):
    sound = make.bmp([b"\1\2\3"], 3, 1, 8, palette=GREYS)
    sound = sound[:46] + struct.pack("<I", 16) + sound[50:]
    assert array_of(folder, "a.bmp", sound, indices=True).tolist() == [[1, 2, 3]]
    for bad, why in (
        (sound.replace(b"\1\2\3", b"\1\x20\3"), "colour 32"),
        (sound[:-2], "cut off"),
        (sound[:28] + b"\2" + sound[29:], "2 bits"),
        (sound[:14] + b"\x29" + sound[15:], "41 bytes"),
        (sound[:18] + struct.pack("<ii", 2**30, 2**30) + sound[26:], "the limit is"),
        (make.bmp([bytes(4)], 1, 1, 32, masks=(5, 8, 16), coding=3), "not one run"),
        (make.bmp([bytes(4)], 1, 1, 32, masks=(7, 7, 16), coding=3), "overlap"),
    ):
        assert why in why_not(folder, "a.bmp", bad)


# Netpbm


@pytest.mark.parametrize("highest", [1, 3, 15, 100, 255, 256, 1023, 65535])
@pytest.mark.parametrize("magic", [2, 3, 5, 6, 7])
def test_netpbm_samples_are_those_of_the_file_whatever_its_maximum(folder, magic, highest):
    channels = {3: 3, 6: 3, 7: 2}.get(magic, 1)
    samples = RNG.integers(0, highest + 1, (6, 5, channels))
    if magic == 7:
        data = make.pam(samples, highest)
    else:
        data = make.netpbm(magic, samples, highest, plain=magic < 4, comment=b"# 7 8\n")
    content = content_of(folder, "a.ppm", data)
    expected = samples.astype(np.uint16 if highest > 255 else np.uint8)
    assert same_bits(content.arrays[""], expected if channels > 1 else expected[..., 0])
    assert bool(content.notes) == (highest not in (255, 65535))


@pytest.mark.parametrize("magic", [1, 4])
def test_a_bitmap_is_true_where_the_file_has_1(folder, magic):
    samples = RNG.integers(0, 2, (7, 11))
    content = content_of(folder, "a.pbm", make.netpbm(magic, samples, plain=magic == 1))
    assert same_bits(content.arrays[""], samples.astype(bool))
    assert "black" in content.notes[0]
    tight = b"P1 3 2 101\n011"
    assert array_of(folder, "a.pbm", tight).tolist() == [[1, 0, 1], [0, 1, 1]]


@pytest.mark.parametrize("scale", [b"1.0", b"-1.0", b"-2.5e0"])
@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 3)])
def test_a_pfm_gives_every_bit_of_its_floats(folder, shape, scale):
    samples = RNG.integers(0, 2**32, shape, dtype=np.uint32).view(np.float32)
    content = content_of(folder, "a.pfm", make.pfm(samples, scale))
    assert same_bits(content.arrays[""], samples)
    assert bool(content.notes) == (b"2.5" in scale)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"P5 2 2 255\n\1\2\3", "cut off: 3 of 4"),
        (b"P5 2 2 255\n\1\2\3\4\5", "1 bytes follow"),
        (b"P5 1 1 255\n\1P5 1 1 255\n\2", "another picture"),
        (b"P2 1 1 255 1 P2 1 1 255 2", "another picture"),
        (b"P5 1 1 100\n\xc8", "sample of 200"),
        (b"P2 1 1 100 101", "sample of 101"),
        (b"P2 1 2 100 5", "1 samples"),
        (b"P2 1 1 100 5 6", "2 samples"),
        (b"P2 1 1 100 x", "among its samples"),
        (b"P2 1 1 100 -1", "among its samples"),
        (b"P1 1 1 2", "sample of 2"),
        (b"P5 1 1 0\n\0", "for the maximum"),
        (b"P5 1 1 65536\n\0\0", "for the maximum"),
        (b"P5 0 1 255\n", "0 x 1"),
        (b"P5 99999999 99999999 255\n\0", "the limit is"),
        (b"P5 16384 16384 255\n\0", "cut off"),
        (b"P6 1", "ends before the height"),
        (b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nENDHDR\n\0", "no MAXVAL"),
        (b"P7 332\n1 1 255\n\0", "neither PAM"),
        (b"Pf\n1 1\nnan\n\0\0\0\0", "scale factor"),
        (b"P3 1 1 255 1 2 99999999999999999999", "nine digits"),
    ],
)
def test_a_netpbm_that_does_not_hold_what_it_says_is_refused(folder, data, why):
    assert why in why_not(folder, "a.ppm", data)


def test_netpbm_of_other_libraries_is_read_exactly(folder):
    import cv2

    for kind in (np.uint8, np.uint16):
        pixels = RNG.integers(0, np.iinfo(kind).max + 1, (6, 7, 3)).astype(kind)
        for binary in (0, 1):
            done, raw = cv2.imencode(".ppm", pixels, [cv2.IMWRITE_PXM_BINARY, binary])
            assert done
            assert same_bits(array_of(folder, "a.ppm", raw.tobytes()), pixels[..., ::-1])
    done, raw = cv2.imencode(".pfm", pixels.astype(np.float32))
    assert done
    assert same_bits(array_of(folder, "a.pfm", raw.tobytes()), pixels[..., ::-1].astype("f4"))


# What is decoded by Pillow


def test_a_lossless_webp_is_exact_even_where_it_is_transparent(folder):
    pixels = RNG.integers(0, 256, (9, 8, 4), dtype=np.uint8)
    pixels[:4, :, 3] = 0
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", lossless=True, exact=True)
    assert same_bits(array_of(folder, "a.webp", file.getvalue()), pixels)
    assert "cut off" in why_not(folder, "a.webp", file.getvalue()[:-4])


def test_a_jpeg_is_as_decoded_and_names_what_does_not_come_along(folder):
    pixels = np.repeat(np.arange(48, dtype=np.uint8).reshape(6, 8)[..., None], 3, axis=2)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", icc_profile=b"p" * 200, comment=b"c", dpi=(72, 72))
    content = content_of(folder, "a.jpg", file.getvalue() + b"tail")
    assert same_bits(content.arrays[""], np.asarray(Image.open(file)))
    assert content.notes == (
        "left out: its segments ICC profile, comment",
        "left out: its resolution",
        "left out: 4 bytes after the end of the picture",
    )
    for cut in (-1, -2, -9):
        assert "cut off" in why_not(folder, "a.jpg", file.getvalue()[:cut])


def test_a_jpeg_that_declares_far_more_than_its_bytes_can_hold_is_refused(folder):
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "JPEG")
    raw = file.getvalue()
    at = raw.index(b"\xff\xc0")
    large = raw[: at + 5] + struct.pack(">HH", 16000, 16000) + raw[at + 9 :]
    assert "16000 x 16000 pixels in" in why_not(folder, "a.jpg", large)


# Only formats of the list, and by what the file is, not by its name


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (EPS, "PostScript"),
        (b"\xc5\xd0\xd3\xc6" + struct.pack("<II", 32, len(EPS)) + bytes(20) + EPS, "PostScript"),
        (b"%PDF-1.7\n", "PDF"),
        (b"8BPS\0\1" + bytes(40), "Photoshop"),
        (b"\0\0\1\0" + bytes(40), "icon"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>" + bytes(9), "SVG"),
        (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40), "JPEG 2000"),
        (b"\xd7\xcd\xc6\x9a" + bytes(40), ""),
        (b"SIMPLE  =                    T" + bytes(99), "FITS"),
    ],
)
def test_other_formats_are_named_and_not_opened_as_data_or_cover(
    tmp_path, capsys, monkeypatch, data, kind
):
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(a))
    np.save(tmp_path / "m.npy", np.zeros(3))
    for name in ("a.png", "a.jpg", "a.ppm"):
        (tmp_path / name).write_bytes(data)
        for arguments in (
            ["pack", str(tmp_path / name)],
            ["pack", str(tmp_path / "m.npy"), "--cover", str(tmp_path / name)],
        ):
            assert run([*arguments, "-o", str(tmp_path / "o.png")]) == 65
            error = capsys.readouterr().err
            assert kind in error
            assert "Ghostscript" not in error
    assert not started


def test_a_picture_is_known_by_its_bytes_not_its_name(folder):
    file = io.BytesIO()
    pixels = RNG.integers(0, 256, (4, 5, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    assert same_bits(array_of(folder, "a.jpg", file.getvalue()), pixels)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "TIFF")
    assert "ends in .tif" in why_not(folder, "a.png", file.getvalue())


# Nothing that is read ends in an internal error


def seeds():
    pixels = RNG.integers(0, 256, (13, 17, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    for kind, mode, options in (
        ("PNG", "RGB", {}), ("PNG", "P", {}), ("GIF", "P", {}), ("BMP", "P", {}), ("BMP", "RGB", {}),
        ("JPEG", "RGB", {}), ("JPEG", "RGB", {"progressive": True}), ("WEBP", "RGB", {}),
        ("WEBP", "RGB", {"lossless": True}), ("PPM", "RGB", {}), ("TIFF", "RGB", {}),
        ("TIFF", "P", {"compression": "tiff_adobe_deflate"}),
    ):  # fmt: skip
        file = io.BytesIO()
        image.convert(mode).save(file, kind, **options)
        yield kind, file.getvalue()
    yield "PPM", make.netpbm(3, pixels, 255, plain=True)
    yield "PPM", make.pam(pixels, 255, b"RGB")
    yield "PPM", make.pfm(pixels.astype("f4") / 255)
    yield "BMP", make.bmp([b"\x0d\1\0\0\x0d\2\0\1"], 13, 2, 8, palette=GREYS * 16, coding=1)


def mutants(raw, count, rng):
    for _ in range(count):
        found = bytearray(raw)
        for _ in range(int(rng.integers(1, 5))):
            at = int(rng.integers(0, min(len(found), int(rng.choice([64, 600, len(found)])))))
            what = int(rng.integers(0, 4))
            if what == 0:
                found[at] = int(rng.integers(0, 256))
            elif what == 1:
                found[at : at + 4] = rng.choice([b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff"])
            elif what == 2:
                del found[at:]
            else:
                found[at:at] = found[at : at + int(rng.integers(0, 40))]
            found = found or bytearray(b"\0")
        yield bytes(found)


SUFFIX = {"PNG": "png", "GIF": "gif", "BMP": "bmp", "JPEG": "jpg", "WEBP": "webp", "PPM": "ppm", "TIFF": "tif"}  # fmt: skip


@pytest.mark.parametrize("i", range(16))
def test_mutated_and_truncated_pictures_are_read_or_refused_never_an_internal_error(
    tmp_path, capsys, i
):
    kind, raw = [*seeds()][i]
    rng = np.random.default_rng(i)
    np.save(tmp_path / "m.npy", np.zeros(3))
    for data in [*mutants(raw, 30, rng), *(raw[: len(raw) * k // 12] for k in range(12))]:
        path = tmp_path / f"a.{SUFFIX[kind]}"
        path.write_bytes(data)
        assert run(["pack", str(path), "-n", "-q"]) in (0, 65), data
        cover = ["--cover", str(path), "--enlarge"]
        assert run(["pack", str(tmp_path / "m.npy"), *cover, "-n", "-q"]) in (0, 65), data
    assert "internal error" not in capsys.readouterr().err


def test_covers_that_declare_much_take_no_memory_for_it(tmp_path):
    """In a process that may have 1 GiB: what is declared is refused before it is allocated."""
    np.save(tmp_path / "m.npy", np.zeros(3))
    paths = []
    for name, data in (
        ("a.png", grey(size=(60000, 60000))),
        ("a.bmp", make.bmp([b""], 60000, 60000, 8, palette=GREYS)),
        ("a.gif", make.gif([4, 1, 5], 60000, 60000, PALETTE)),
        ("a.ppm", b"P6 60000 60000 255\n"),
        ("b.ppm", b"P3 60000 60000 255\n1"),
        ("a.webp", b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x5f\xea\0\x5f\xea\0"),
    ):
        (tmp_path / name).write_bytes(data)
        paths.append(str(tmp_path / name))
    code = (
        "import resource, sys; from intaglio.cli.run import run\n"
        "import intaglio._format.decoder, PIL.Image\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))\n"
        "m, *paths = sys.argv[1:]\n"
        "print([run(w) for p in paths for w in (['pack', p, '-n'], ['pack', m, '-n', '--cover', p])])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "m.npy"), *paths],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert json.loads(done.stdout) == [65] * 12
    assert "memory" not in done.stderr
