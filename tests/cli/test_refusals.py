"""Refusals that help, through the installed command: what happened is named, and what to do."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image, ImageOps
from tests.support import same_bits

import intaglio as ig
from intaglio import DecodeError, Reason
from intaglio._format.decoder import decoding

INTAGLIO = str(Path(sys.executable).with_name("intaglio"))
DATA = np.random.default_rng(0).uniform(-1, 1, (96, 96))
Transpose = Image.Transpose


def picture(profile="opaque"):
    return Image.open(io.BytesIO(ig.dumps(DATA, cmap="viridis", profile=profile)))


def saved(image, form="PNG", **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def rotten(raw):
    changed = bytearray(raw)
    changed[len(raw) // 2] ^= 4
    return bytes(changed)


def first_pixels_spoilt(image):
    pixels = np.array(image)
    pixels[0, 5:7] ^= 1
    return Image.fromarray(pixels)


def through_jpeg(image):
    return Image.open(io.BytesIO(saved(image, "JPEG", quality=85)))


DRAWN = mpl.colormaps["viridis"](np.arange(1200.0).reshape(30, 40) / 1200, bytes=True)
PLAIN, RGBA = picture(), picture("rgba")
WHOLE = saved(PLAIN)
SIDE = PLAIN.width
CASES = {  # file -> its bytes, exit code, reason, diagnosis, words of the message
    "photo.jpg": (saved(PLAIN, "JPEG"), 3, "not-png", "jpeg", "JPEG: the data is gone"),
    "m.webp": (saved(PLAIN, "WEBP", quality=80), 3, "not-png", "webp", "lossy WebP"),
    "page.png": (b"<!DOCTYPE html>\n<html>", 3, "not-png", "html", "download the file itself"),
    "lfs.png": (
        b"version https://git-lfs.github.com/spec/v1\n",
        3,
        "not-png",
        "git-lfs",
        "git lfs",
    ),
    "empty.png": (b"", 3, "not-png", "empty", "this file is empty"),
    "jpeg.png": (
        saved(through_jpeg(PLAIN)),
        3,
        "no-prologue",
        "jpeg",
        "probably it was saved as a JPEG",
    ),
    "half.png": (
        *(saved(PLAIN.resize((SIDE // 2, SIDE // 2))), 3, "no-prologue", "smoothed"),
        "probably it was resized, blurred",
    ),
    "drawn.png": (
        *(saved(Image.fromarray(DRAWN)), 3, "no-prologue", "colour-mapped"),
        "all its colours are of the colour map viridis",
    ),
    "palette.png": (
        *(saved(PLAIN.convert("RGB").quantize(128)), 3, "no-prologue", "palette"),
        "reduced to a palette",
    ),
    "flipped.png": (
        *(saved(PLAIN.transpose(Transpose.FLIP_LEFT_RIGHT)), 3, "no-prologue"),
        *("flipped-horizontally", "`intaglio restore` undoes that"),
    ),
    "cropped.png": (
        *(
            saved(PLAIN.crop((0, 0, SIDE, SIDE - 30))),
            65,
            "carrier-size-mismatch",
            "cropped-bottom",
        ),
        "by 30 pixels at the bottom",
    ),
    "left.png": (
        *(saved(PLAIN.crop((20, 0, SIDE, SIDE))), 3, "no-prologue", "cropped-left"),
        "by 20 pixels at the left",
    ),
    "framed.png": (
        *(saved(ImageOps.expand(PLAIN, 12, "white")), 3, "no-prologue", "padded"),
        "`intaglio restore` undoes that",
    ),
    "cut.png": (
        WHOLE[: len(WHOLE) // 2],
        65,
        "png-damaged",
        "truncated",
        "download or copy it again",
    ),
    "rotten.png": (rotten(WHOLE), 65, "png-damaged", "bit-rot", "damaged in its IDAT chunk"),
    "spoilt.png": (
        saved(first_pixels_spoilt(PLAIN)),
        3,
        "no-prologue",
        "bit-rot",
        "from their copy",
    ),
    "flattened.png": (
        *(saved(RGBA.convert("RGB")), 65, "header-damaged", "alpha-flattened"),
        "alpha was flattened",
    ),
    "premultiplied.png": (
        *(saved(RGBA.convert("RGBa").convert("RGBA")), 65, "header-damaged", "premultiplied"),
        "multiplied by the transparency",
    ),
    "ordinary.png": (
        *(saved(Image.linear_gradient("L")), 3, "no-prologue", None),
        "no Intaglio data in this picture",
    ),
}
RESTORABLE = ("flipped.png", "framed.png", "spoilt.png")


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("refusals")
    for name, (raw, *_) in CASES.items():
        (folder / name).write_bytes(raw)
    (folder / "m.png").write_bytes(WHOLE)
    return folder


def intaglio(folder, *arguments):
    return subprocess.run(
        [INTAGLIO, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", CASES)
def test_the_command_names_the_cause_in_one_line(here, name):
    _, code, reason, _, words = CASES[name]
    done = intaglio(here, "verify", name)
    assert (done.returncode, done.stdout) == (code, "")
    assert re.fullmatch(rf"intaglio: {name}: .+ \[{reason}\]\n", done.stderr)
    assert words in done.stderr


READERS = {
    "load": ig.load,
    "load_dict": ig.load_dict,
    "verify": ig.verify,
    "loads": lambda path: ig.loads(path.read_bytes()),
    "a file object": lambda path: ig.load(io.BytesIO(path.read_bytes())),
    "a lazy array": lambda path: ig.open(path)["data"][...],
    "recolor": lambda path: ig.recolor(path, io.BytesIO()),
    "load_figure": ig.load_figure,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", sorted({*CASES} - {"rotten.png"}))
def test_every_reader_gives_the_same_reason_and_diagnosis(here, reader, name):
    _, _, reason, diagnosis, words = CASES[name]
    with pytest.raises(DecodeError) as caught:
        READERS[reader](here / name)
    assert (caught.value.reason, caught.value.diagnosis) == (Reason(reason), diagnosis)
    assert words in caught.value.detail
    assert str(caught.value) == f"{caught.value.detail} [{reason}]"


def test_pixels_and_inspection_are_explained_too(here):
    for read in (ig.info, ig.open):
        with pytest.raises(DecodeError) as caught:
            read(here / "flipped.png")
        assert caught.value.diagnosis == "flipped-horizontally"
    with pytest.raises(DecodeError) as caught:
        ig.extract(np.array(Image.open(here / "flipped.png")))
    assert caught.value.diagnosis == "flipped-horizontally"


def test_diff_says_which_of_the_two_it_is(here):
    assert (
        "the second file: this is a lossy WebP" in intaglio(here, "diff", "m.png", "m.webp").stderr
    )
    assert (
        "the first file: this PNG is cut off" in intaglio(here, "diff", "cut.png", "m.png").stderr
    )


def test_a_lazy_file_reads_on_after_a_damaged_array_was_explained(tmp_path):
    arrays = {"a": DATA, "b": DATA + 1}
    pixels = np.array(Image.open(io.BytesIO(ig.dumps(arrays))))
    pixels[100:110] ^= 1
    Image.fromarray(pixels).save(tmp_path / "m.png")
    with ig.open(tmp_path / "m.png") as file:
        for _ in range(2):
            with pytest.raises(DecodeError) as caught:
                file.read("a")
            assert (caught.value.reason, caught.value.diagnosis) == (
                Reason.BLOCK_DAMAGED,
                "bit-rot",
            )
            assert "array 'a'" in caught.value.detail
        assert same_bits(file.read("b"), DATA + 1)


def test_a_file_that_is_read_imports_nothing_that_looks_for_causes(here):
    code = (
        "import sys, intaglio as ig; ig.load('m.png'); ig.info('m.png'); ig.verify('m.png');"
        "print([m for m in sys.modules if m.endswith(('_diagnose', '_evidence', '_strangers'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=here, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_pipe_is_refused_without_a_diagnosis(here):
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def seek(self, *_):
            raise OSError

    with pytest.raises(DecodeError) as caught:
        ig.load(Pipe(CASES["cropped.png"][0]))
    assert (caught.value.reason, caught.value.diagnosis) == (Reason.CARRIER_SIZE_MISMATCH, None)


def test_a_file_object_is_left_where_reading_left_it(here):
    for name, (raw, *_) in CASES.items():
        stream, bare = io.BytesIO(b"before" + raw), io.BytesIO(raw)
        stream.seek(6)
        with pytest.raises(DecodeError) as caught:
            ig.load(stream)
        assert caught.value.diagnosis == CASES[name][3]
        with pytest.raises(DecodeError), decoding(bare, ig.Limits()):
            pass
        assert stream.tell() == 6 + bare.tell()


def test_a_picture_above_the_reader_s_limit_is_not_decoded_again():
    limits = ig.Limits(pixels_max=SIDE * SIDE - 1)
    with pytest.raises(DecodeError) as caught:
        ig.loads(CASES["flipped.png"][0], limits=limits)
    assert (caught.value.reason, caught.value.diagnosis) == (Reason.LIMIT_EXCEEDED, None)


# restore


@pytest.mark.parametrize("name", RESTORABLE)
def test_what_can_be_undone_is_undone_said_and_verified(here, tmp_path, name):
    fixed = tmp_path / "fixed.png"
    done = intaglio(here, "restore", name, "-o", str(fixed))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.endswith("; the data is verified\n")
    assert done.stderr.count("\n") == 1
    assert same_bits(ig.load(fixed), DATA)
    assert ig.verify(fixed).echo == "intact"


def test_restore_overwrites_nothing_without_force(here, tmp_path):
    fixed = tmp_path / "fixed.png"
    fixed.write_bytes(b"mine")
    done = intaglio(here, "restore", "flipped.png", "-o", str(fixed))
    assert (done.returncode, fixed.read_bytes()) == (66, b"mine")
    assert "--force" in done.stderr
    assert intaglio(here, "restore", "flipped.png", "-o", str(fixed), "--force").returncode == 0
    assert same_bits(ig.load(fixed), DATA)


@pytest.mark.parametrize("name", sorted({*CASES} - {*RESTORABLE}))
def test_what_cannot_be_restored_is_refused_plainly(here, tmp_path, name):
    _, code, reason, _, words = CASES[name]
    done = intaglio(here, "restore", name, "-o", str(tmp_path / "fixed.png"))
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert done.stderr.endswith(f"[{reason}]\n")
    assert not [*tmp_path.iterdir()]


def test_a_sound_file_has_nothing_to_restore(here, tmp_path):
    done = intaglio(here, "restore", "m.png", "-o", str(tmp_path / "fixed.png"))
    assert done.returncode == 0
    assert "nothing is to be done: the same pixels" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["fixed.png"]
    before, after = (np.array(Image.open(p)) for p in (here / "m.png", tmp_path / "fixed.png"))
    assert same_bits(before, after)


def test_what_is_restored_but_damaged_is_written_and_said(here, tmp_path):
    pixels = np.array(PLAIN)[::-1].copy()
    pixels[100:110, 100:120] ^= 1
    Image.fromarray(pixels).save(tmp_path / "both.png")
    done = intaglio(tmp_path, "restore", "both.png", "-o", "fixed.png")
    assert done.returncode == 65
    first, second = done.stderr.splitlines()
    assert first == "intaglio: fixed.png: flipped it back vertically"
    assert second.endswith("[block-damaged]")
    assert json.loads(intaglio(tmp_path, "info", "--json", "fixed.png").stdout)["width"] == SIDE


def test_restoring_to_a_file_object_says_what_was_done():
    out = io.BytesIO()
    done = ig.restore(io.BytesIO(CASES["framed.png"][0]), out)
    assert done.problem is None
    assert done.steps == (f"cut a border away around the {SIDE}x{SIDE} pixels at 12, 12",)
    assert same_bits(ig.loads(out.getvalue()), DATA)


def test_a_spoilt_echo_is_restored_from_the_first_copy():
    pixels = np.array(PLAIN)
    pixels[-1, -5] ^= 1
    raw, out = saved(Image.fromarray(pixels)), io.BytesIO()
    assert ig.verify(io.BytesIO(raw)).echo == "damaged"
    assert len(ig.restore(io.BytesIO(raw), out).steps) == 1
    assert ig.verify(io.BytesIO(out.getvalue())).echo == "intact"


def test_strict_decoding_never_restores():
    with pytest.raises(DecodeError):
        ig.loads(CASES["flipped.png"][0])
    with pytest.raises(DecodeError):
        ig.loads(CASES["spoilt.png"][0])
