"""The command with standard streams that are closed, full, or read by nobody; and empty names."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import intaglio as ig
import zarr
from intaglio.cli.run import run

INTAGLIO = shlex.quote(str(Path(sys.executable).with_name("intaglio")))
CLOSED = b"intaglio: standard output: Bad file descriptor\n"
ONE = np.arange(12.0).reshape(3, 4)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("m.npy", ONE)
    ig.save("m.png", ONE)
    ig.save("other.png", ONE + 1)
    Path("t.csv").write_text("a,b\n01,2\n3,4\n")  # a note on standard error: leading zeros
    return tmp_path


def shell(line, given=b""):
    """Exit code, standard output and standard error of a shell's line; no traceback ever."""
    done = subprocess.run(
        ["bash", "-c", line.replace("intaglio ", f"{INTAGLIO} ")],
        input=given,
        capture_output=True,
        check=False,
    )
    assert b"internal error" not in done.stderr
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


WRITERS = ("pack m.npy", "unpack m.png", "strip m.png", "recolor m.png", "restore m.png")
PRINTERS = (
    "info m.png",
    "ls --json m.png",
    "show m.png",
    "verify m.png",
    "info --pixels-max 9999999 m.png",
)


@pytest.mark.parametrize(
    "verb", [*(f"{verb} -o -" for verb in WRITERS), *PRINTERS, "diff m.png other.png"]
)
def test_a_closed_standard_output_is_an_error_that_names_it(here, verb):
    code, _, err = shell(f"intaglio {verb} >&-")
    assert code == 66
    assert CLOSED in err
    assert shell(f"intaglio {verb} >&- 2>&-") == (66, b"", b"")
    assert sorted(map(str, Path().iterdir())) == ["m.npy", "m.png", "other.png", "t.csv"]


def test_what_prints_nothing_needs_no_standard_output(here):
    assert shell("intaglio diff m.png m.png >&-") == (0, b"", b"")
    code, _, err = shell("intaglio unpack m.png -o back.npy >&-")
    assert (code, err) == (0, b"intaglio: wrote back.npy\n")


@pytest.mark.parametrize("closed", ["2>&-", "2>/dev/full"])
def test_messages_that_nobody_can_read_change_neither_the_data_nor_the_exit_code(here, closed):
    code, out, _ = shell(f"intaglio pack t.csv -o - {closed}")
    assert code == 0
    assert ig.loads(out).tolist() == [[1, 2], [3, 4]]
    assert out[-8:-4] == b"IEND"  # no note stands in the data
    assert shell(f"intaglio verify m.png {closed}") == (0, b"m.png: sound, 1 array\n", b"")
    assert shell(f"intaglio info nothing.png {closed}") == (66, b"", b"")
    assert shell(f"intaglio unpack nothing.png {closed}") == (66, b"", b"")


@pytest.mark.parametrize(
    "verb",
    ["info -", "verify -", "unpack -", "strip - -o x.png", "pack - -o x.png", "diff m.png -"],
)
def test_a_closed_standard_input_is_an_error_that_names_it(here, verb):
    code, out, err = shell(f"intaglio {verb} <&-")
    assert (code, out) == (66, b"")
    assert b"standard input: Bad file descriptor" in err


@pytest.mark.parametrize(
    "verb", ["diff m.png other.png", "pack m.npy -o -", "unpack m.png -o -", "--help"]
)
def test_a_pipe_that_nobody_reads_is_not_the_answer_of_diff(here, verb):
    line = f"(sleep 1; exec intaglio {verb}) | exec 0<&-; echo ${{PIPESTATUS[0]}}"
    code, out, err = shell(line)
    assert (code, out, err) == (0, b"141\n", b"")


@pytest.mark.parametrize(
    "verb", ["diff - -", "info - -", "unpack - - -o out/", "pack a=- b=- -o x.png"]
)
def test_standard_input_is_read_once(here, verb):
    code, out, err = shell(f"intaglio {verb}", Path("m.png").read_bytes())
    assert (code, out) == (64, b"")
    assert err == b"intaglio: standard input can be read once: - stands twice\n"


@pytest.mark.parametrize(
    ("arguments", "after"),
    [
        (["strip", "m.png", "-f", "-o", ""], "-o"),
        (["strip", "m.png", "-f", "--output="], "--output"),
        (["unpack", "m.png", "-o", ""], "-o"),
        (["pack", "", "-o", "x.png"], "pack"),
        (["pack", "m.npy", "-o", "x.png", "--cover", ""], "--cover"),
        (["verify", ""], "verify"),
        (["info", ""], "info"),
        ([""], "intaglio"),
    ],
    ids=repr,
)
def test_an_empty_name_is_a_wrong_use_and_not_this_folder(here, capsys, arguments, after):
    before = {path: path.read_bytes() for path in Path().iterdir()}
    assert run(arguments) == 64
    assert capsys.readouterr().err == f"intaglio: nothing is given after {after!r}\n"
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


def test_pictures_of_one_name_do_not_replace_each_others_arrays(here, capsys):
    for folder, data in (("a", ONE), ("b", {"x": ONE, "y": ONE}), ("c", {"x": ONE + 1, "y": ONE})):
        Path(folder).mkdir()
        ig.save(f"{folder}/q.png", data)
        ig.save(f"{folder}/{folder}.png", data)
    Path("b/Q.png").write_bytes(Path("b/q.png").read_bytes())
    for pair in (["a/q.png", "a/q.png"], ["b/q.png", "c/q.png"], ["a/q.png", "b/Q.png"]):
        for more in ([], ["--force"], ["--as", "npz"]):
            assert run(["unpack", *pair, "-o", "out/", *more]) == 64
            assert f"{pair[0]} and {pair[1]} would both become out/" in capsys.readouterr().err
            assert not Path("out").exists()
    assert run(["unpack", "a/a.png", "b/b.png", "c/c.png", "-o", "out/"]) == 0
    assert sorted(map(str, Path("out").rglob("*.npy"))) == [
        *("out/a.npy", "out/b/x.npy", "out/b/y.npy", "out/c/x.npy", "out/c/y.npy")
    ]


def test_unpack_writes_into_a_device_or_a_pipe_without_a_suffix(here):
    code, out, _ = shell("intaglio unpack m.png -o /dev/stdout | cat")
    assert (code, out) == (0, Path("m.npy").read_bytes())
    assert shell("intaglio unpack m.png -q -o /dev/null") == (0, b"", b"")
    code, _, err = shell("intaglio unpack m.png -o /dev/full")
    assert (code, err) == (66, b"intaglio: /dev/full: No space left on device\n")
    os.mkfifo("pipe")
    code, out, _ = shell("cat pipe & intaglio unpack m.png -q -o pipe; wait")
    assert (code, out) == (0, Path("m.npy").read_bytes())


def test_warnings_of_libraries_are_lines_of_the_command(here):
    """A group of a store with a file that is no node: zarr warns of it."""
    zarr.create_group("g.zarr").create_array("a", shape=(3,), dtype="f8")
    Path("g.zarr/README.txt").write_text("text")
    code, _, err = shell("intaglio unpack g.zarr -o g.npy")
    lines = err.decode().splitlines()
    assert code == 65
    assert all(line.startswith("intaglio: ") for line in lines), err
    assert "README.txt" in lines[0]
    assert lines[-1].startswith("intaglio: g.zarr: a group, no array")
