"""The command's verbs: limits that are two, folders, nothing half written, and a full disk."""

import errno
import json
import os
import resource
import shutil
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support import quick, same_bits

import intaglio as ig
from intaglio.cli.files import naming_full_disk
from intaglio.cli.run import run


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matrix = np.random.default_rng(0).normal(size=(60, 80))
    np.save("m.npy", matrix)
    ig.save("m.png", matrix)
    ig.save("both.png", {"flat": matrix, "deep": np.zeros((2, 2, 2))})
    return tmp_path


def names(folder="."):
    return {path.name for path in Path(folder).iterdir()}


# D1, D2: the reader's limit and the writer's


def test_recolor_writes_as_many_pixels_as_it_is_told(here, capsys):
    for limit in (10_000, 2**28):  # the second is the reader's default
        code, _, err = quick(
            capsys, "recolor", "m.png", "-o", "y.png", "--pixels-max", limit, "--scale", 1000
        )
        assert code in (64, 65)
        assert f"--pixels-max {limit}" in err or f"--pixels-max={limit}" in err, err
    assert not Path("y.png").exists()


def test_the_reader_s_limit_does_not_stop_the_writer(here, capsys, monkeypatch):
    monkeypatch.setenv("INTAGLIO_PIXELS_MAX", "300000")
    code, _, err = quick(capsys, "recolor", "m.png", "-o", "y.png", "--scale", 30)
    assert (code, err) == (0, "intaglio: y.png: the same data, recoloured\n")
    found = ig.info("y.png", limits=ig.Limits(pixels_max=2**28))
    assert found.width * found.height > 300_000
    assert quick(capsys, "pack", "m.npy", "-o", "z.png", "--scale", 30)[0] == 0
    for verb in ("recolor", "strip", "restore"):
        code, _, err = quick(capsys, verb, "y.png", "-o", "w.png")
        assert code == 65
        option = "--read-pixels-max" if verb == "recolor" else "--pixels-max"
        assert f"{option} or INTAGLIO_PIXELS_MAX allows more" in err.replace("= ", " ")
        assert quick(capsys, verb, "y.png", "-o", "w.png", option, 10**7)[0] == 0
        Path("w.png").unlink()


# D6: reasons that are true


def test_restore_of_a_sound_file_says_that_nothing_is_to_be_done(here, capsys):
    code, _, err = quick(capsys, "restore", "m.png", "-o", "same.png")
    assert code == 0
    assert "same.png: nothing is to be done: the same pixels, whose data is verified" in err
    assert np.array_equal(np.array(Image.open("same.png")), np.array(Image.open("m.png")))
    done = ig.restore("m.png", "again.png")
    assert (done.steps, done.problem) == ((), None)


def test_strip_of_a_collage_is_not_called_damage(here, capsys):
    ig.save("tile.png", np.arange(4), side_min=1)
    tile = np.array(Image.open("tile.png"))
    sheet = np.tile(np.pad(tile, ((3, 3), (3, 3), (0, 0)), constant_values=200), (22, 1, 1))
    Image.fromarray(sheet).save("sheet.png")
    code, _, err = quick(capsys, "strip", "sheet.png", "-o", "plain.png")
    assert code == 65
    assert "contains more than 20 pictures with data" in err
    assert err.endswith("[content-other]\n")
    assert not Path("plain.png").exists()
    with pytest.raises(ig.ContentError):
        ig.strip("sheet.png", "plain.png")


# D7: unpack writes all or none


@pytest.mark.parametrize("form", ["csv", "tsv", "txt"])
def test_unpack_writes_all_arrays_or_none(here, capsys, form):
    before = names()
    code, _, err = quick(capsys, "unpack", "both.png", "--as", form, "-o", "new/deep/")
    assert code == 65
    assert "shape (2, 2, 2) has no form" in err
    assert "--skip leaves it out" in err
    assert names() == before
    code, _, err = quick(capsys, "unpack", "both.png", "--as", form, "-o", "new/deep/", "--skip")
    assert code == 0
    assert "both.png: 'deep' left out: an array of shape (2, 2, 2) has no form" in err
    assert names("new/deep") == {f"flat.{form}"}
    ig.save("deep.png", np.zeros((2, 2, 2)))
    code, _, err = quick(capsys, "unpack", "deep.png", "--as", form, "-o", "none/", "--skip")
    assert (code, "nothing is left to unpack" in err, Path("none").exists()) == (65, True, False)


def test_unpack_into_one_file_leaves_out_what_it_cannot_hold(here, capsys):
    times = np.array(["2024-01-01", "2024-01-02"], "M8[D]")
    ig.save("mixed.png", {"x": np.arange(3.0), "t": times, "c": np.ones(2, "c8")})
    assert quick(capsys, "unpack", "mixed.png", "-o", "m.safetensors")[0] == 65
    assert not Path("m.safetensors").exists()
    code, _, err = quick(capsys, "unpack", "mixed.png", "-o", "m.safetensors", "--skip")
    assert code == 0
    assert "'t' left out" in err
    assert quick(capsys, "pack", "m.safetensors", "-o", "back.png")[0] == 0
    assert {*ig.load_dict("back.png")} == {"x", "c"}


def test_a_place_that_is_taken_leaves_the_others_unwritten(here, capsys):
    Path("out").mkdir()
    Path("out/deep.npy").write_bytes(b"mine")
    assert quick(capsys, "unpack", "both.png", "-o", "out")[0] == 66
    assert names("out") == {"deep.npy"}
    assert Path("out/deep.npy").read_bytes() == b"mine"


# D8: folders, and pack without -o


def test_verify_checks_every_picture_of_a_folder(here, capsys):
    Path("d/sub").mkdir(parents=True)
    shutil.copy("m.png", "d/a.png")
    shutil.copy("m.png", "d/sub/B.PNG")
    Path("d/notes.md").write_text("no picture")
    code, out, err = quick(capsys, "verify", "d")
    assert (code, err.count("\n")) == (0, 1)
    assert out == "d/a.png: sound, 1 array\nd/sub/B.PNG: sound, 1 array\n"
    raw = bytearray(Path("m.png").read_bytes())
    Path("d/c.png").write_bytes(raw[: len(raw) // 2])
    Image.new("RGB", (30, 30)).save("d/d.png")
    code, out, err = quick(capsys, "verify", "d")
    assert (code, out.count("\n"), err.count("\n")) == (65, 2, 3)
    code, out, _ = quick(capsys, "verify", "--json", "d")
    assert [json.loads(line)["file"] for line in out.splitlines()] == [
        "d/a.png", "d/c.png", "d/d.png", "d/sub/B.PNG"
    ]  # fmt: skip
    assert quick(capsys, "ls", "d/sub", "m.png")[1].count(": data") == 2
    Path("empty").mkdir()
    code, _, err = quick(capsys, "verify", "empty", "m.png")
    assert (code, err.splitlines()[0]) == (66, "intaglio: empty: Is a directory")


def test_pack_without_a_place_writes_beside_its_input(here, capsys):
    Path("sub").mkdir()
    np.save("sub/n.npy", np.arange(5))
    code, _, err = quick(capsys, "pack", "m.npy", "x=sub/n.npy")
    assert code == 0
    assert same_bits(ig.load("m.ig.png"), np.load("m.npy"))
    assert same_bits(ig.load("sub/n.ig.png", "x"), np.arange(5))
    code, _, err = quick(capsys, "pack", "m.npy")
    assert (code, err) == (66, "intaglio: m.ig.png is there already; --force replaces it\n")
    assert quick(capsys, "pack", "m.npy", "--force")[0] == 0
    Path("sub/n.csv").write_text("1\n")
    code, _, err = quick(capsys, "pack", "sub/n.csv", "sub/n.npy", "--force")
    assert (code, "would both become sub/n.ig.png" in err) == (64, True)
    assert quick(capsys, "pack", "-")[0] == 64


def test_pack_of_a_folder_takes_its_files_of_data_and_names_the_others(here, capsys):
    Path("d/sub").mkdir(parents=True)
    np.save("d/a.npy", np.arange(3))
    Path("d/b.csv").write_text("1.5\n2.5\n")
    Path("d/notes.md").write_text("no data")
    shutil.copy("m.png", "d/m.png")
    code, _, err = quick(capsys, "pack", "d", "-o", "all.png")
    assert code == 0
    assert "d: left out m.png, notes.md, sub" in err
    found = ig.load_dict("all.png")
    assert {*found} == {"a", "b"}
    assert same_bits(found["b"], np.array([1.5, 2.5]))
    assert quick(capsys, "pack", "d")[0] == 0
    assert {"a.ig.png", "b.ig.png"} < names("d")
    assert quick(capsys, "pack", "d", "-o", "pictures/")[0] == 0
    assert names("pictures") == {"a.png", "b.png"}


# A17: a full disk


@contextmanager
def full_disk(size):
    """No file may grow beyond `size` bytes: EFBIG, as a full disk is ENOSPC."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


FORMS = ("npy", "npz", "csv", "tsv", "txt", "h5", "tif", "safetensors", "nc")
WRITERS = {
    **{f"unpack {form}": ["unpack", "m.png", "-o", f"full.{form}"] for form in FORMS},
    "unpack folder": ["unpack", "m.png", "-o", "full/"],
    "pack": ["pack", "m.npy", "-o", "full.png"],
    "strip": ["strip", "m.png", "-o", "full.png"],
    "recolor": ["recolor", "m.png", "-o", "full.png"],
    "restore": ["restore", "m.png", "-o", "full.png"],
    "pack --tiles": ["pack", "m.npy", "--tiles", "-o", "full.zarr"],
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_names_the_target_and_leaves_nothing(here, capsys, name):
    before = names()
    with full_disk(5000):
        code, _, err = quick(capsys, *WRITERS[name])
    assert code == 66, err
    target = "full/m.npy" if name == "unpack folder" else WRITERS[name][-1]
    assert err == f"intaglio: {target}: {os.strerror(errno.EFBIG)}\n"
    assert names() == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_every_error_of_a_full_disk_names_the_file_and_others_do_not(code):
    with pytest.raises(OSError, match=r"out\.png") as caught, naming_full_disk(Path("out.png")):
        raise OSError(code, os.strerror(code))
    assert caught.value.filename == "out.png"
    with pytest.raises(OSError, match="source") as caught, naming_full_disk(Path("out.png")):
        raise OSError(errno.EIO, os.strerror(errno.EIO), "source.png")
    assert caught.value.filename == "source.png"


# A25: arguments that no system has


@pytest.mark.parametrize("bad", ["a\0b.png", "a\ud800.png"])
@pytest.mark.parametrize(
    "arguments",
    [
        *([verb, "BAD"] for verb in ("info", "ls", "show", "verify", "unpack", "view")),
        ["diff", "m.png", "BAD"],
        ["pack", "m.npy", "-o", "BAD"],
        ["pack", "BAD", "-o", "x.png"],
        ["pack", "m.npy", "-o", "x.png", "--cover", "BAD"],
        ["pack", "m.npy", "-o", "x.png", "--metadata", "@BAD"],
        ["strip", "m.png", "-o", "BAD"],
        ["tiles", "BAD", "-o", "x.png"],
    ],
    ids=" ".join,
)
def test_a_name_that_no_file_has_is_a_wrong_use(here, capsys, arguments, bad):
    code, _, err = quick(capsys, *[word.replace("BAD", bad) for word in arguments])
    assert code == 64
    assert "holds a NUL or a lone surrogate" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["pack", "m.npy", "--tiles", "-o", "s.zarr", "--chunks", "9" * 5000],
        ["pack", "m.npy", "--tiles", "-o", "s.zarr", "--chunks", "0,1"],
        ["tiles", "m.png", "-o", "t.png", "--axes", "9" * 5000 + ",1"],
        ["pack", "m.npy", "-o", "x.png", "--level", "9" * 5000],
        ["info", "--pixels-max", "9" * 5000, "m.png"],
    ],
    ids=lambda words: words[0],
)
def test_numbers_that_no_option_has_are_a_wrong_use(here, capsys, arguments):
    assert quick(capsys, *arguments)[0] == 64


def test_verify_says_that_no_digest_covers_what_the_picture_shows(tmp_path, capsys):
    """All high bits inverted: another picture, and the same data."""
    data = np.arange(64 * 64.0).reshape(64, 64)
    ig.save(tmp_path / "a.png", data)
    with Image.open(tmp_path / "a.png") as image:
        pixels = np.asarray(image.convert("RGB"))
    Image.fromarray(pixels ^ np.array([248, 252, 248], np.uint8)).save(tmp_path / "b.png")
    assert run(["verify", str(tmp_path / "b.png")]) == 0
    out, err = capsys.readouterr()
    assert out.endswith("b.png: sound, 1 array\n")
    assert err == "intaglio: the data were checked; no digest covers what the picture shows\n"
    assert run(["verify", "--quiet", str(tmp_path / "b.png")]) == 0
    assert capsys.readouterr() == ("", "")
    assert ig.load(tmp_path / "b.png").tobytes() == data.tobytes()
