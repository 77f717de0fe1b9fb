"""The command line, through the installed command: data, messages, exit codes, hostile files."""

import io
import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from tests.support import quick, same_bits

import intaglio as ig
from intaglio._options import Options
from intaglio.cli import commands as commands_module
from intaglio.cli import names as names_module

INTAGLIO = str(Path(sys.executable).with_name("intaglio"))
VERBS = tuple(commands_module.VERBS)


def intaglio(*arguments, cwd=None, text=True, env=None, **options):
    """Run the installed command."""
    return subprocess.run(
        [INTAGLIO, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=text,
        check=False,
        env={**os.environ, **(env or {})},
        **options,
    )


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with the files that the help's examples name."""
    monkeypatch.chdir(tmp_path)
    matrix = np.random.default_rng(0).normal(size=(30, 40))
    np.save("m.npy", matrix)
    np.savetxt("table.csv", matrix[:5], fmt="%.17g", delimiter=",")
    rng = np.random.default_rng(1)
    Image.fromarray(rng.integers(0, 255, (200, 300, 3), np.uint8)).save("photo.jpg")
    ig.save("m.png", matrix)
    ig.save("again.png", matrix, cmap="gray")
    ig.save("other.png", matrix + 1)
    arrays = {"x": matrix, "w": np.arange(6).reshape(2, 3)}
    ig.save("both.png", arrays, metadata={"run": 7}, attrs={"x": {"unit": "K"}})
    picture = Image.open("m.png")
    picture.transpose(Image.Transpose.ROTATE_90).save("turned.png")
    picture.transpose(Image.Transpose.ROTATE_90).save("turned.bmp")
    ImageOps.expand(picture, 30, "white").save("screenshot.png")
    return tmp_path


# The way there and back


def test_pack_and_unpack_give_every_bit_back(here):
    done = intaglio("pack", "m.npy", "-o", "new.png", "--cmap", "rainbow")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("intaglio: new.png: ")
    done = intaglio("unpack", "new.png", "-o", "out/")
    assert (done.returncode, done.stdout) == (0, "")
    assert same_bits(np.load("out/new.npy"), np.load("m.npy"))


def test_unpack_writes_npy_to_standard_output(here):
    done = intaglio("unpack", "both.png", "--only", "w", "-o", "-", "-q", text=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert same_bits(np.load(io.BytesIO(done.stdout)), np.arange(6).reshape(2, 3))


def piped(*arguments, name):
    """The command with a file as its standard input."""
    with Path(name).open("rb") as stream:
        return intaglio(*arguments, stdin=stream, text=False)


@pytest.mark.parametrize("verb", ["info", "ls", "show", "verify"])
def test_a_picture_on_standard_input_is_looked_at_like_one_in_a_file(here, verb):
    for flags in ([], ["--textconv"] if verb == "show" else ["--json"]):
        mine, file = piped(verb, "-", *flags, name="both.png"), intaglio(verb, "both.png", *flags)
        assert mine.returncode == 0
        swapped = mine.stdout.decode().replace('"file": "-"', '"file": "both.png"')
        assert swapped.replace("standard input", "both.png") == file.stdout
    done = piped(verb, "-", name="photo.jpg")
    assert done.returncode == 3
    assert b"standard input: this is a JPEG" in done.stderr


def test_pictures_and_arrays_go_through_pipes_without_a_file(here):
    lines = """
        cat m.npy | intaglio pack - -o - | intaglio unpack - -o - | cmp - m.npy
        cat m.png | intaglio recolor - -o - --cmap gray | intaglio diff - m.png
        cat turned.png | intaglio restore - -o - | intaglio diff m.png -
        cat both.png | intaglio unpack - -o all.npz; cat all.npz | intaglio pack - -o copy.png
        cat m.npy | intaglio pack v=- all.npz -o three.png
        cat m.png | intaglio unpack - && cmp data.npy m.npy
    """
    path = {"PATH": f"{Path(INTAGLIO).parent}{os.pathsep}{os.environ['PATH']}"}
    shell = ["bash", "-euo", "pipefail", "-c", lines]
    subprocess.run(shell, check=True, env=os.environ | path)
    assert same_bits(ig.load("copy.png", "w"), ig.load("both.png", "w"))
    assert [*ig.load_dict("three.png")] == ["v", "x", "w"]


def test_what_standard_input_cannot_be_is_said(here):
    for arguments, name, code, words in (
        (["pack", "-", "-o", "x.png"], "photo.jpg", 64, b"neither .npy nor .npz"),
        (["pack", "-", "-o", "folder/"], "m.npy", 64, b"no name"),
        (["strip", "-", "-o", "folder/"], "m.png", 64, b"no name"),
        (["info", "-"], os.devnull, 3, b"standard input: this file is empty"),
    ):
        done = piped(*arguments, name=name)
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert not Path("folder").exists()


def test_pack_writes_a_picture_to_standard_output(here):
    done = intaglio("pack", "m.npy", "-o", "-", text=False)
    assert done.returncode == 0
    assert same_bits(ig.loads(done.stdout), np.load("m.npy"))


def test_several_inputs_become_one_picture_with_their_stems_as_names(here, capsys):
    assert quick(capsys, "pack", "m.npy", "table.csv", "-o", "one.png")[0] == 0
    found = ig.load_dict("one.png")
    assert [*found] == ["m", "table"]
    assert same_bits(found["table"], np.load("m.npy")[:5])


def test_a_folder_as_output_gets_one_picture_an_input(here, capsys):
    assert quick(capsys, "pack", "m.npy", "table.csv", "-o", "pictures/")[0] == 0
    assert {path.name for path in Path("pictures").iterdir()} == {"m.png", "table.png"}
    assert same_bits(ig.load("pictures/m.png"), np.load("m.npy"))


def test_names_can_be_given_and_collisions_are_refused(here, capsys):
    Path("sub").mkdir()
    np.save("sub/m.npy", np.zeros(3))
    code, _, err = quick(capsys, "pack", "m.npy", "sub/m.npy", "-o", "one.png")
    assert code == 64
    assert "'m' is in m.npy and in sub/m.npy" in err
    assert quick(capsys, "pack", "m.npy", "b=sub/m.npy", "-o", "one.png")[0] == 0
    assert [*ig.load_dict("one.png")] == ["m", "b"]
    code, _, err = quick(capsys, "pack", "m.npy", "sub/m.npy", "-o", "pictures/")
    assert code == 64
    assert "both become" in err


def test_a_dry_run_says_the_plan_and_writes_nothing(here, capsys):
    before = {*Path().iterdir()}
    code, out, err = quick(capsys, "pack", "m.npy", "--dry-run")
    assert (code, err) == (0, "")
    assert re.search(r"\d+x\d+ pixels carry [\d,]+ bytes", out)
    assert "data  float64  30x40" in out
    assert {*Path().iterdir()} == before


def test_metadata_and_attributes_are_given_as_json_or_from_a_file(here, capsys):
    Path("meta.json").write_text('{"run": 8}\n')
    arguments = ["--metadata", "@meta.json", "--attrs", '{"data": {"unit": "K"}}']
    assert quick(capsys, "pack", "m.npy", "-o", "new.png", *arguments)[0] == 0
    found = ig.info("new.png")
    assert (found.metadata, found.arrays[0].attrs) == ({"run": 8}, {"unit": "K"})
    for wrong in ("{", "[1]", '{"a": 1, "a": 2}', "@missing.json", "[" * 9999):
        code, _, err = quick(capsys, "pack", "m.npy", "-o", "x.png", "--metadata", wrong)
        assert code == (66 if wrong[0] == "@" else 64)
        assert err.count("\n") == 1
    assert quick(capsys, "pack", "m.npy", "-o", "x.png", "--attrs", '{"no": {}}')[0] == 64


@pytest.mark.parametrize("form", ["npz", "h5", "safetensors", "nc"])
def test_all_arrays_metadata_and_attributes_go_there_and_back(here, capsys, form):
    pytest.importorskip({"h5": "h5py", "nc": "h5netcdf"}.get(form, "numpy"))
    assert quick(capsys, "unpack", "both.png", "--as", form)[0] == 0
    assert quick(capsys, "pack", f"both.{form}", "-o", "back.png")[0] == 0
    if form == "npz":
        assert ig.load("back.png", "x").tobytes() == ig.load("both.png", "x").tobytes()
    else:
        assert quick(capsys, "diff", "both.png", "back.png")[:2] == (0, "")


@pytest.mark.parametrize("form", ["csv", "tsv", "txt", "tif", "npy"])
def test_single_arrays_go_there_and_back(here, capsys, form):
    assert quick(capsys, "unpack", "m.png", "-o", f"new.{form}")[0] == 0
    assert quick(capsys, "pack", f"new.{form}", "-o", "back.png")[0] == 0
    assert same_bits(ig.load("back.png"), np.load("m.npy"))


def test_recolor_changes_the_look_only(here, capsys):
    assert quick(capsys, "recolor", "both.png", "-o", "gray.png", "--cmap", "gray")[0] == 0
    assert quick(capsys, "diff", "both.png", "gray.png")[0] == 0
    assert Path("gray.png").read_bytes() != Path("both.png").read_bytes()


def test_strip_leaves_nothing(here, capsys):
    assert quick(capsys, "strip", "both.png", "m.png", "-o", "plain/")[0] == 0
    assert quick(capsys, "info", "plain/both.png", "plain/m.png")[0] == 3


# Looking


def test_info_ls_and_verify_print_json_a_line_a_file(here):
    for verb in ("info", "ls", "verify"):
        done = intaglio(verb, "--json", "both.png", "m.png")
        first, second = map(json.loads, done.stdout.splitlines())
        assert (done.returncode, done.stderr) == (0, "")
        assert [a["name"] for a in first["arrays"]] == ["x", "w"]
        assert second["arrays"][0]["shape"] == [30, 40]


def test_quiet_verify_prints_nothing_and_says_it_by_its_exit_code(here):
    done = intaglio("verify", "-q", "m.png")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_diff_exits_0_for_the_same_and_1_for_different(here):
    done = intaglio("diff", "m.png", "again.png")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = intaglio("diff", "m.png", "other.png")
    assert (done.returncode, done.stderr) == (1, "")
    assert "data: 1,200 of 1,200 elements differ, by at most 1" in done.stdout
    done = intaglio("diff", "m.png", "both.png", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["only_in_b"] == ["x", "w"]
    assert intaglio("diff", "m.png", "missing.png").returncode == 66


def test_python_prints_a_file_a_difference_and_a_plan_as_the_command_does(here, capsys):
    info = ig.info("both.png")
    assert quick(capsys, "info", "both.png")[1] == f"both.png: {info}\n"
    assert quick(capsys, "ls", "both.png")[1].splitlines() == [
        line.strip() for line in str(info).splitlines()[1:3]
    ]
    found = ig.diff("m.png", "other.png")
    assert quick(capsys, "diff", "m.png", "other.png")[1] == f"{found}\n"
    plan = ig.plan(np.load("m.npy"))
    told = quick(capsys, "pack", "m.npy", "-n")[1].splitlines()[0]
    assert told == f"m.ig.png: {str(plan).splitlines()[0]}"
    assert plan.shows in str(plan)
    assert [repr(x).split("(")[0] for x in (info, found, plan)] == ["Info", "Diff", "Plan"]


def test_show_prints_the_same_text_for_the_same_data(here, capsys):
    first, again = (quick(capsys, "show", "--textconv", name)[1] for name in ("m.png", "again.png"))
    assert first == again
    assert f"{np.load('m.npy')[0, 0]:.17g}" in first
    code, out, _ = quick(capsys, "show", "--textconv", "photo.jpg")
    assert code == 0
    assert "[not-png]" in out


# Nothing is overwritten, nothing leaves the folder


def test_nothing_is_overwritten_without_force(here, capsys):
    Path("m.csv").write_text("mine")
    for arguments in (
        ("pack", "m.npy", "-o", "m.png"),
        ("unpack", "m.png", "-o", "m.csv"),
        ("unpack", "m.png"),
        ("strip", "m.png", "-o", "both.png"),
        ("recolor", "m.png", "-o", "both.png"),
    ):
        before = {path: path.read_bytes() for path in Path().iterdir()}
        code, _, err = quick(capsys, *arguments)
        assert code == 66
        assert "is there already; --force replaces it" in err
        assert {path: path.read_bytes() for path in Path().iterdir()} == before
    assert quick(capsys, "unpack", "m.png", "-o", "m.csv", "--force")[0] == 0
    assert Path("m.csv").read_text() != "mine"


def test_links_are_replaced_and_not_followed(here, capsys):
    Path("outside.csv").write_text("mine")
    Path("out").mkdir()
    Path("out/m.csv").symlink_to("../outside.csv")
    assert quick(capsys, "unpack", "m.png", "-o", "out", "--as", "csv")[0] == 66
    assert quick(capsys, "unpack", "m.png", "-o", "out", "--as", "csv", "-f")[0] == 0
    assert Path("outside.csv").read_text() == "mine"
    assert not Path("out/m.csv").is_symlink()


def test_a_damaged_picture_leaves_no_files(here, capsys):
    raw = Path("both.png").read_bytes()
    Path("cut.png").write_bytes(raw[: len(raw) // 2])
    assert quick(capsys, "unpack", "cut.png", "-o", "out/")[0] == 65
    assert not Path("out").exists()
    assert quick(capsys, "recolor", "cut.png", "-o", "new.png")[0] == 65
    assert not [path for path in Path().iterdir() if "tmp" in path.name or path.name == "new.png"]


HOSTILE = (
    *("../../x", "/etc/passwd", "..", ".", "CON", "con", "Con.txt", "nul", "COM1", "a/b", "a\\b"),
    *("[red]x[/red]", "-rf", "~", "$HOME", "a b", " a", "a ", "a.", "A", "a", "Ä", "ä", "A\u0308"),
    *("\u202egnp.exe", "\u2066x\u2069", "\u200b", "\ufeff", "x" * 255, "é" * 127, "%41", '|*?<>:"'),
    *("ﬁ", "fi", "ſ", "s", "S", "İ", "😀", "\ud7ff", "\ue000", "C:\\x", "name:stream", "data"),
)


def test_hostile_names_become_files_inside_the_folder_and_none_is_lost(here, capsys):
    arrays = {name: np.array([i]) for i, name in enumerate(HOSTILE)}
    Path("evil.png").write_bytes(ig.dumps(arrays))
    before = {path for path in here.rglob("*") if path.is_file()}
    code, _, err = quick(capsys, "unpack", "evil.png", "-o", "out/deep/")
    assert code == 0, err
    found = {path for path in here.rglob("*") if path.is_file()} - before
    assert {path.parent for path in found} == {here / "out" / "deep"}
    assert len(found) == len(HOSTILE)
    assert len({names_module._folded(path.name) for path in found}) == len(HOSTILE)
    assert sorted(int(np.load(path)[0]) for path in found) == [*range(len(HOSTILE))]
    for path in found:
        assert len(path.name.encode()) <= 255
        assert not re.search(r"^[-. ]|[. ]$|[\\/:*?\"<>|]", path.name)
        assert not re.fullmatch(r"(con|nul|com1)(\..*)?", path.stem, re.IGNORECASE)


@pytest.mark.parametrize("verb", ["info", "ls", "show", "verify", "diff"])
def test_hostile_names_and_metadata_reach_the_terminal_escaped(here, verb):
    texts = {**{name: name for name in HOSTILE}, "esc": "\x1b[31mred\x7f\x9b31m\r\n\u202e"}
    arrays = {name: np.array([i]) for i, name in enumerate(HOSTILE)}
    attrs = {"data": texts}
    Path("evil.png").write_bytes(ig.dumps(arrays, metadata=texts, attrs=attrs))
    done = intaglio(verb, "evil.png", *(["m.png"] if verb == "diff" else []), text=False)
    shown = done.stdout.decode() + done.stderr.decode()
    assert done.returncode in (0, 1)
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert "[red]x[/red]" in shown or verb == "verify"
    for flag in ("--json",) if verb != "show" else ():
        done = intaglio(verb, flag, "evil.png", *(["m.png"] if verb == "diff" else []), text=False)
        assert re.fullmatch(rb"[ -~\n]*", done.stdout)
        json.loads(done.stdout)


def test_paths_of_the_user_are_escaped_in_messages_too(here, capsys):
    name = "evil\x1b[31m\n.png"
    Path(name).write_bytes(b"junk")
    for verb in ("info", "verify", "unpack"):
        code, out, err = quick(capsys, verb, name)
        assert (code, out) == (3, "")
        assert err.count("\n") == 1
        assert "\x1b" not in err


@pytest.mark.parametrize(
    "name",
    ["control\x07", "nul\0", "new\nline", "\x9b31m", "\ud800"],
)
def test_names_with_control_characters_never_get_into_a_file(name):
    with pytest.raises((ig.EncodeError, UnicodeEncodeError)):
        ig.dumps({name: np.zeros(1)})


# Files that are not what they should be


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png():
    head = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def bad_files():
    """Name -> bytes and the exit code that every verb has for them."""
    good = ig.dumps({"x": np.random.default_rng(0).normal(size=(20, 20))}, metadata={"a": 1})
    pixels = np.array(Image.open(io.BytesIO(good)))

    def png(array):
        out = io.BytesIO()
        Image.fromarray(array).save(out, "png")
        return out.getvalue()

    jpeg = io.BytesIO()
    Image.fromarray(pixels).save(jpeg, "jpeg")
    damaged, other_version = pixels.copy(), pixels.copy()
    damaged[3] ^= 1
    prologue = ((pixels[0, :80] & (7, 3, 7)) @ [32, 8, 1]).astype(np.uint8)
    prologue[8] = 9
    prologue[76:] = [*zlib.crc32(prologue[:76].tobytes()).to_bytes(4, "little")]
    bits = np.stack([prologue >> 5, prologue >> 3 & 3, prologue & 7], axis=1)
    other_version[0, :80] = other_version[0, :80] & (0xF8, 0xFC, 0xF8) | bits
    return {
        "empty.png": (b"", 3),
        "junk.png": (b"\x00\xff" * 500, 3),
        "text.png": (b"hello\n", 3),
        "jpeg.png": (jpeg.getvalue(), 3),
        "ordinary.png": (png(np.full((20, 20, 3), 7, np.uint8)), 3),
        "resized.png": (png(np.repeat(pixels, 2, axis=0)), (3, 65)),
        "truncated.png": (good[: len(good) // 2], 65),
        "head.png": (good[:20], 65),
        "huge.png": (huge_png(), 65),
        "damaged.png": (png(damaged), 65),
        "version.png": (png(other_version), 69),
    }


BAD = bad_files()
USES = {  # verb -> arguments after the bad file
    "unpack": ["-o", "out/"],
    "info": [],
    "ls": [],
    "show": [],
    "verify": [],
    "diff": ["m.png"],
    "strip": ["-o", "new.png"],
    "recolor": ["-o", "new.png"],
    "restore": ["-o", "new.png"],
}
# These have their own: tests/cli/test_view.py, tests/zarr/test_zarr_cli.py, tests/cli/test_command_line.py
assert {*USES} == {*VERBS} - {"pack", "tiles", "view", "completion"}
ONLY_THE_HEAD_IS_READ = ("info", "ls", "show", "strip")  # these need not see damage further down


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("verb", USES)
def test_a_bad_file_gives_one_line_and_the_right_exit_code(here, capsys, verb, name):
    raw, expected = BAD[name]
    Path(name).write_bytes(raw)
    code, out, err = quick(capsys, verb, name, *USES[verb])
    codes = expected if isinstance(expected, tuple) else (expected,)
    if name in ("truncated.png", "damaged.png") and verb in ONLY_THE_HEAD_IS_READ:
        codes = (*codes, 0)
    if name == "resized.png" and verb in ("strip", "restore"):
        codes = (0,)  # its first row is whole, and says what to erase; rows repeated lose nothing
    assert code in codes
    if code:
        assert out == ""
        assert re.fullmatch(r"intaglio: .+ \[[a-z-]+\]\n", err)
        assert "Traceback" not in err
    assert code == 0 or not Path("new.png").exists()


@pytest.mark.parametrize("verb", USES)
def test_missing_files_folders_and_forbidden_files_exit_66(here, capsys, verb):
    Path("folder.png").mkdir()
    names = ["missing.png", "folder.png"]
    if os.geteuid():
        Path("forbidden.png").write_bytes(b"x")
        Path("forbidden.png").chmod(0)
        names.append("forbidden.png")
    for name in names:
        code, out, err = quick(capsys, verb, name, *USES[verb])
        assert (code, out) == (66, "")
        assert re.fullmatch(rf"intaglio: {name}: .+\n", err)


@pytest.mark.parametrize(
    "suffix", ["npy", "npz", "csv", "h5", "tif", "safetensors", "nc", "png", "jpg"]
)
@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff" * 500, BAD["truncated.png"][0]], ids=["empty", "junk", "cut"]
)
def test_pack_refuses_bad_files_in_one_line(here, capsys, suffix, raw):
    Path(f"bad.{suffix}").write_bytes(raw)
    code, out, err = quick(capsys, "pack", f"bad.{suffix}", "-o", "new.png")
    assert (code, out) == (65, "")
    assert re.fullmatch(rf"intaglio: bad\.{suffix}: .+\n", err)
    assert not Path("new.png").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["pack", "missing.npy", "-o", "x.png"], 66),
        (["pack", "empty", "-o", "x.png"], 66),
        (["pack", "m.npy", "-o", "no/such/x.png"], 66),
        (["pack", "m.npy", "-o", "x.jpg"], 64),
        (["pack", "m.npy", "-o", "x.png", "--profile", "nonsense"], 64),
        (["pack", "m.npy", "-o", "x.png", "--level", "99"], 64),
        (["pack", "m.npy", "-o", "x.png", "--cmap", "nonsense"], 64),
        (["pack", "m.npy", "-o", "x.png", "--vmin", "abc"], 64),
        (["pack", "m.npy", "-o", "x.png", "--cover", "missing.jpg"], 66),
        (["pack", "m.npy", "-o", "x.png", "--cover", "m.npy"], 65),
        (["pack", "text.npy", "-o", "x.png"], 65),
        (["unpack", "both.png", "-o", "x.csv"], 64),
        (["unpack", "both.png", "--only", "nothing"], 64),
        (["unpack", "both.png", "--as", "docx"], 64),
        (["unpack", "both.png", "-o", "x.docx"], 64),
        (["unpack", "both.png", "m.png", "-o", "x.npz"], 64),
        (["strip", "m.png"], 64),
        (["strip", "m.png", "both.png", "-o", "x.png"], 64),
        (["strip", "m.png", "-o", "x.jpg"], 64),
        (["info"], 64),
        (["info", "--nonsense", "m.png"], 64),
        (["nonsense"], 64),
        (["diff", "m.png"], 64),
        (["info", "--pixels-max", "10", "m.png"], 65),
        (["unpack", "--bytes-max", "10", "m.png", "-o", "x/"], 65),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, list) else None,
)
def test_wrong_uses_give_one_line_and_the_right_exit_code(here, capsys, arguments, code):
    np.save("text.npy", np.array(["a", "b"]))
    Path("empty").mkdir()
    found, out, err = quick(capsys, *arguments)
    assert (found, out) == (code, "")
    assert re.fullmatch(r"intaglio: .+\n", err)


def test_no_arguments_print_the_help_and_exit_64(capsys):
    code, out, _ = quick(capsys)
    assert code == 64
    assert out.startswith("Usage: intaglio")


def test_one_bad_file_of_many_does_not_stop_the_others(here):
    Path("junk.png").write_bytes(b"junk")
    done = intaglio("verify", "m.png", "junk.png", "missing.png", "both.png")
    assert done.returncode == 66
    assert done.stdout.count("sound") == 2
    assert done.stderr.count("\n") == 3
    assert done.stderr.endswith("no digest covers what the picture shows\n")


def test_files_that_fail_have_their_line_of_json_too(here):
    for verb in ("info", "ls", "verify"):
        done = intaglio(verb, "--json", "photo.jpg", "missing.png", "m.png")
        lost, missing, fine = map(json.loads, done.stdout.splitlines())
        assert (lost["file"], lost["reason"], lost["diagnosis"]) == ("photo.jpg", "not-png", "jpeg")
        assert (missing["reason"], missing["exit_code"]) == (None, 66)
        assert "No such file" in missing["error"]
        assert "error" not in fine


def test_a_missing_folder_is_named_and_no_temporary_file(here, capsys):
    for arguments in (("pack", "m.npy"), ("unpack", "m.png"), ("strip", "m.png")):
        target = "no/x.npy" if arguments[0] == "unpack" else "no/x.png"
        code, _, err = quick(capsys, *arguments, "-o", target)
        assert code == 66
        assert err.endswith("no: No such file or directory\n")
        assert ".intaglio" not in err


def test_the_largest_picture_can_be_said_in_pack_and_recolor(here, capsys):
    code, _, err = quick(capsys, "pack", "m.npy", "-o", "x.png", "--pixels-max", "100")
    assert code == 65
    needed = re.search(r"--pixels-max (\d+) lets", err)[1]
    assert quick(capsys, "pack", "m.npy", "-o", "x.png", "--pixels-max", needed)[0] == 0
    assert ig.info("x.png").width * ig.info("x.png").height <= int(needed)
    size = ["--pixels-max", needed, "--profile", "0,0,0,1"]
    assert "needs" in quick(capsys, "recolor", "x.png", "-o", "y.png", *size)[2]


def test_a_dtype_is_for_text_and_refused_where_there_is_none(here, capsys):
    code, _, err = quick(capsys, "pack", "m.npy", "-o", "x.png", "--dtype", "float32")
    assert (code, "--dtype is for .csv" in err) == (64, True)
    Path("n.csv").write_text("1,2\n")
    both = ("pack", "m.npy", "n.csv", "-o", "x.png", "--dtype", "float32")
    assert quick(capsys, *both)[0] == 0
    assert (ig.load("x.png", "n").dtype, ig.load("x.png", "m").dtype) == ("float32", "float64")


def test_a_folder_and_a_file_without_a_suffix_are_told_apart(here, capsys):
    Path("bare").write_bytes(b"1")
    Path("empty").mkdir()
    assert quick(capsys, "pack", "empty", "-o", "x.png")[2] == (
        "intaglio: empty: no file of data is in this folder\n"
    )
    assert (
        "bare: cannot read files without a suffix"
        in quick(capsys, "pack", "bare", "-o", "x.png")[2]
    )


def test_what_cannot_be_carried_is_named_and_can_be_skipped(here, capsys):
    np.savez("mixed.npz", text=np.array(["a"]), fine=np.arange(3))
    code, _, err = quick(capsys, "pack", "mixed.npz", "-o", "new.png")
    assert code == 65
    assert "mixed.npz: 'text'" in err
    assert "--skip" in err
    code, _, err = quick(capsys, "pack", "mixed.npz", "-o", "new.png", "--skip")
    assert code == 0
    assert "'text' left out" in err
    assert [*ig.load_dict("new.png")] == ["fine"]
    np.savez("text.npz", text=np.array(["a"]))
    code, _, err = quick(capsys, "pack", "text.npz", "-o", "none.png", "--skip")
    assert (code, "nothing is left" in err, Path("none.png").exists()) == (65, True, False)


def test_messages_speak_of_options_and_not_of_python(here, capsys):
    Image.new("RGB", (20, 20)).save("small.png")
    code, _, err = quick(capsys, "pack", "m.npy", "-o", "x.png", "--cover", "small.png")
    assert code == 65
    assert "--enlarge" in err
    assert "enlarge=" not in err
    code, _, err = quick(capsys, "info", "--pixels-max", "10", "m.png")
    assert "--pixels-max" in err
    assert "Limits(" not in err


# The process


def test_an_unexpected_error_is_one_line_and_exit_code_70(here, capsys, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("a bug\nin two lines")

    monkeypatch.setattr("intaglio.cli.looking.info_files", broken)
    code, _, err = quick(capsys, "info", "m.png")
    assert code == 70
    assert re.fullmatch(r"intaglio: internal error.*ZeroDivisionError.*\n", err)


def test_an_interrupt_exits_130_without_a_traceback(here):
    os.mkfifo("slow.png")
    process = subprocess.Popen([INTAGLIO, "info", "slow.png"], stderr=subprocess.PIPE, text=True)
    writer = None
    while writer is None and process.poll() is None:
        with suppress(OSError):  # until the command has opened it
            writer = os.open("slow.png", os.O_WRONLY | os.O_NONBLOCK)
        time.sleep(0.1)
    assert writer is not None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    os.close(writer)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_a_closed_pipe_ends_the_command_in_silence(here):
    many = ["m.png"] * 3000
    process = subprocess.Popen(
        [INTAGLIO, "ls", *many], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 141
    process.stderr.close()


def test_no_colour_codes_are_printed_where_nobody_wants_them(here):
    for arguments in (["--help"], ["info", "m.png"], ["nonsense"]):
        done = intaglio(*arguments, env={"NO_COLOR": "1", "FORCE_COLOR": "1"})
        assert "\x1b" not in done.stdout + done.stderr


def test_the_progress_bar_is_on_a_terminal_only_and_on_stderr(here):
    pty = pytest.importorskip("pty")
    command = [INTAGLIO, "unpack", "m.png", "both.png", "-o", "out/", "-f"]
    for extra, wanted in (([], True), (["--quiet"], False)):
        parent, child = pty.openpty()
        done = subprocess.run([*command, *extra], stdout=subprocess.PIPE, stderr=child, check=True)
        os.close(child)
        shown = os.read(parent, 100_000) if wanted else b""
        os.close(parent)
        assert (b"2 files" in shown) is wanted
        assert done.stdout == b""
    assert intaglio(*command[1:]).stderr.count("\n") == 4  # three files, one note, no bar


def test_the_package_runs_as_a_module_too(here):
    done = subprocess.run(
        [sys.executable, "-m", "intaglio", "ls", "m.png"], capture_output=True, check=True
    )
    assert done.stdout == intaglio("ls", "m.png", text=False).stdout


def test_help_is_a_verb_and_a_file_alone_is_told_the_verbs(here, capsys):
    assert quick(capsys, "help") == quick(capsys, "--help")
    assert quick(capsys, "help", "pack") == quick(capsys, "pack", "--help")
    code, _, err = quick(capsys, "m.png")
    assert (code, "intaglio info m.png" in err) == (64, True)
    assert "No such command 'no.png'" in quick(capsys, "no.png")[2]


def test_the_list_of_verbs_cuts_no_sentence_short(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    listed = quick(capsys, "--help")[1].partition("Commands:")[2].strip().splitlines()
    assert len(listed) == len(VERBS)
    assert all(line.endswith(".") and not line.endswith("..") for line in listed)


def test_the_version_is_the_package_s(here):
    done = intaglio("--version")
    assert (done.returncode, done.stdout) == (0, f"intaglio {ig.__version__}\n")


def examples(capsys):
    """Every example of every help text, as it stands there."""
    found = []
    for verb in ("", *VERBS):
        text = quick(capsys, *([verb] if verb else []), "--help")[1]
        lines = [line.strip() for line in text.splitlines() if line.startswith("      ")]
        commands = [line for line in lines if re.match(r"(intaglio|git) ", line)]
        assert commands, verb
        found += commands
    return found


def test_every_example_of_the_help_works_when_pasted(here, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    h5py = pytest.importorskip("h5py")
    with h5py.File("run.h5", "w") as file:
        file["group/x"] = np.arange(5.0)
    path = f"{Path(INTAGLIO).parent}{os.pathsep}{os.environ['PATH']}"
    commands = sorted({*examples(capsys)})
    assert len(commands) > 15
    # In one shell, as pasted; what an example writes may be there from another one.
    lines = ["set -e", "git init -q .", "exec 2>&1"]
    for command in commands:
        if command.startswith("intaglio view"):  # serves until it is interrupted, so:
            command = f"timeout --signal=INT 3 {command} --no-browser || [ $? = 124 ]"
        if command.startswith(
            tuple(f"intaglio {verb}" for verb in ("pack", "unpack", "strip", "recolor", "restore"))
        ):
            command = re.sub(r"^(intaglio \w+)", r"\1 --force", command)
        lines.append(command)
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)],
        env={**os.environ, "PATH": path, "HOME": str(here)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_info_imports_only_what_it_needs(here):
    """What start-up costs is in bench/TARGETS.md; what makes it slow is named here."""
    code = (
        "import sys; sys.argv = ['intaglio', 'info', 'm.png']\n"
        "from intaglio.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert "30" in done.stdout
    loaded = set(done.stderr.split())
    slow = {"argparse", "PIL", "matplotlib", "pandas", "h5py", "asyncio", "http", "zarr"}
    ours = {"_forensics", "_render", "_operations", "_packing", "figures", "_convert.numpy"}
    assert loaded & (slow | {f"intaglio.{name}" for name in ours}) == set()


def test_recolor_has_every_option_of_the_picture_that_pack_has(here, capsys):
    looks = {*Options.__annotations__} - {"metadata", "attrs"}
    for verb in ("pack", "recolor"):
        options = {
            o.replace("-", "_")
            for o in re.findall(r"--([a-z-]+)", quick(capsys, verb, "--help")[1])
        }
        assert looks - options == set()
    given = (
        "--badge",
        "--norm",
        "twoslope",
        "--vcenter",
        "0.5",
        "--side-min",
        "500",
        "--effort",
        "small",
    )
    assert quick(capsys, "recolor", "m.png", "-o", "new.png", *given)[0] == 0
    look = {"badge": True, "norm": "twoslope", "vcenter": 0.5, "side_min": 500, "effort": "small"}
    assert Path("new.png").read_bytes() == ig.dumps(np.load("m.npy"), **look)


def test_options_of_the_picture_reach_it(here):
    def packed(name, *options):
        done = intaglio("pack", "m.npy", "-o", name, *options)
        assert done.returncode == 0, done.stderr
        assert same_bits(ig.load(name), np.load("m.npy"))
        return np.asarray(Image.open(name).convert("RGB"))

    plain, badge = packed("plain.png"), packed("badge.png", "--badge")
    assert plain.shape == badge.shape
    assert (plain[:150] == badge[:150]).all()
    assert not (plain == badge).all()
    assert packed("wide.png", "--side-min", "700").shape[1] >= 700 > plain.shape[1]
    packed("small.png", "--effort", "small")
    wrong = (["--effort", "most"], ["--complex-as", "sound"], ["--norm", "log", "--vmin", "-1"])
    for options in wrong:
        done = intaglio("pack", "m.npy", "-o", "never.png", *options)
        assert done.returncode == 64
        assert done.stderr.endswith("[option-invalid]\n")
    assert not Path("never.png").exists()
