"""The command's parser, its help, completion in three shells, the manual page, and start-up."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from docs.make_manual import TARGET, manual
from tests.support import quick

import intaglio as ig
from intaglio._colormap_data import ROW_BY_NAME
from intaglio._options import TABLE
from intaglio.cli import arguments as arguments_module
from intaglio.cli import commands
from intaglio.cli.completion import SCRIPTS
from intaglio.cli.parser import HELP

INTAGLIO = str(Path(sys.executable).with_name("intaglio"))
VERBS = [commands.verb_of(name) for name in commands.VERBS]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matrix = np.random.default_rng(0).normal(size=(30, 40))
    np.save("m.npy", matrix)
    ig.save("m.png", matrix)
    ig.save("both.png", {"x": matrix, "w": np.arange(6), "-v": np.arange(3)})
    return tmp_path


# Parsing


@pytest.mark.parametrize(
    "arguments",
    [
        ["m.png", "--json", "both.png", "-q"],
        ["--json", "-q", "m.png", "both.png"],
        ["m.png", "both.png", "--quiet", "--json"],
        ["-q", "--json", "--", "m.png", "both.png"],
        ["m.png", "--json", "--pixels-max=99999999", "-q", "both.png"],
        ["m.png", "--json", "--pixels-max", "99999999", "-q", "both.png"],
    ],
)
def test_options_and_files_may_be_mixed(here, capsys, arguments):
    code, out, err = quick(capsys, "info", *arguments)
    assert (code, err) == (0, "")
    assert [json.loads(line)["file"] for line in out.splitlines()] == ["m.png", "both.png"]


def test_only_may_be_repeated_and_short_flags_joined(here, capsys):
    arguments = ["both.png", "--only", "x", "-fqo", "out/", "--only=w"]
    assert quick(capsys, "unpack", *arguments) == (0, "", "")
    assert {path.name for path in Path("out").iterdir()} == {"x.npy", "w.npy"}


def test_a_value_may_begin_with_a_dash(here, capsys):
    assert quick(capsys, "pack", "m.npy", "-o", "a.png", "--vmin", "-1e-5")[0] == 0
    assert Path("a.png").read_bytes() == ig.dumps(np.load("m.npy"), vmin=-1e-5)
    code, out, _ = quick(capsys, "show", "both.png", "--only", "-v")
    assert (code, "-v" in out) == (0, True)


def test_two_dashes_end_the_options(here, capsys):
    Path("m.png").rename("-q.png")
    assert quick(capsys, "ls", "--", "-q.png")[0] == 0
    assert quick(capsys, "ls", "-q.png")[0] == 64


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["inf", "m.png"], "No such command 'inf'. Did you mean 'info'?"),
        (["zzz"], "No such command 'zzz'. (intaglio --help"),
        (["--versoin"], "No such option: --versoin. Did you mean '--version'?"),
        (["pack", "m.npy", "--cmpa", "gray"], "No such option: --cmpa. Did you mean '--cmap'"),
        (["pack", "m.npy", "--cma", "gray"], "No such option: --cma. Did you mean '--cmap'"),
        (["pack", "m.npy", "--v", "1"], "No such option: --v"),
        (["info", "-z", "m.png"], "No such option: -z (intaglio info --help shows how)"),
        (["info", "-jq", "m.png"], "No such option: -j"),
        (["info"], "Missing argument 'F.png...'."),
        (["diff", "m.png"], "Missing argument 'F.png'."),
        (["diff", "m.png", "m.png", "x"], "Got unexpected extra argument 'x'."),
        (["strip", "m.png"], "Missing option '--output' / '-o'."),
        (["pack", "m.npy", "--vmin"], "Option '--vmin' requires an argument."),
        (["pack", "m.npy", "-o"], "Option '-o' requires an argument."),
        (["info", "--json=1", "m.png"], "Option '--json' does not take a value."),
        (["pack", "m.npy", "--vmin", "x"], "Invalid value for '--vmin': 'x' is not a number."),
        (["pack", "m.npy", "--level", "2.5"], "'--level': '2.5' is not a whole number."),
        (["info", "m.png", "--pixels-max", "0"], "'--pixels-max': 0 is not above 0."),
        (["tiles", "s", "-o", "x.png", "--size", "0"], "'--size': 0 is not from 1 to 16,384."),
        (["completion", "csh"], "SHELL is one of bash, zsh, fish, not 'csh'"),
        (["help", "zzz"], "No such command 'zzz'."),
    ],
)
def test_a_wrong_command_line_is_one_line_that_says_what_is_wrong(here, capsys, arguments, words):
    code, out, err = quick(capsys, *arguments)
    assert (code, out) == (64, "")
    assert words in err
    assert err.count("\n") == 1


def test_a_variable_of_the_environment_is_checked_like_its_option(here, capsys, monkeypatch):
    monkeypatch.setenv("INTAGLIO_PIXELS_MAX", "many")
    code, _, err = quick(capsys, "info", "m.png")
    assert (code, "INTAGLIO_PIXELS_MAX is 'many', not a whole number above 0" in err) == (64, True)
    assert quick(capsys, "info", "m.png", "--pixels-max", "9999999")[0] == 0
    monkeypatch.setenv("INTAGLIO_PIXELS_MAX", "10")
    assert quick(capsys, "info", "m.png")[0] == 65


# Words: errors name options on the command line, keywords in Python

WRONG = {
    "cmap": "nomap",
    "vmin": "nan",
    "vmax": "inf",
    "origin": "left",
    "norm": "cubic",
    "vcenter": "nan",
    "linthresh": "-1",
    "complex_as": "sound",
    "scale": "1e300",
    "side_min": "0",
    "side_max": str(2**31),
    "pixels_max": str(2**63),
    "profile": "9,9,9,9",
    "level": "23",
    "effort": "most",
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("verb", ["pack m.npy", "recolor m.png"])
def test_a_value_out_of_range_is_named_in_the_words_of_the_interface(here, capsys, verb, name):
    text = WRONG[name]
    code, _, err = quick(capsys, *verb.split(), "-o", "x.png", f"--{name.replace('_', '-')}", text)
    assert code == 64
    assert err.startswith(
        f"intaglio: {'m.png: ' if 'recolor' in verb else ''}--{name.replace('_', '-')} "
    )
    assert not re.search(r"\w=", err)
    by_name = {one.name: one for one in commands.verb_of("pack").arguments}
    with pytest.raises(ig.EncodeError) as caught:
        ig.dumps(np.load("m.npy"), **{name: by_name[name].convert(text)})
    assert caught.value.option == name
    assert caught.value.detail.startswith(f"{name}=")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--vmin", "2", "--vmax", "1"], "--vmin 2.0 is above --vmax 1.0"),
        (["--norm", "log", "--vmin", "-1"], "--norm log needs --vmin and --vmax above 0"),
        (["--norm", "twoslope", "--vmin", "1"], "--vmin 1.0 is not below --vcenter 0"),
        (["--norm", "symlog", "--linthresh", "-1"], "--linthresh is above 0, not -1.0"),
        (["--scale", "1000"], "forbid it"),
        (["--cover", "m.png", "--scale", "2"], "--scale is for pictures made from the data"),
        (["--scale", "0.1"], "or no --scale, would hold it; a denser --profile needs fewer"),
    ],
)
def test_a_sentence_with_several_keywords_names_several_options(here, capsys, options, words):
    _, _, err = quick(capsys, "pack", "m.npy", "-o", "x.png", *options)
    assert words in err
    assert not re.search(r"\w=", err)
    assert not Path("x.png").exists()


@pytest.mark.parametrize("name", ["cmap", "norm", "level", "profile", "vmin"])
def test_tiles_name_a_wrong_option_too(here, capsys, name):
    pytest.importorskip("zarr")
    code, _, err = quick(
        capsys, "pack", "m.npy", "--tiles", "-o", "s.zarr", f"--{name}", WRONG[name]
    )
    assert (code, err.startswith(f"intaglio: --{name} ")) == (64, True)
    assert not Path("s.zarr").exists()


def test_every_keyword_is_an_option_or_the_command_cannot_name_it():
    names = {one.keyword for one in commands.verb_of("pack").options}
    assert names >= {row.name for row in TABLE.values()}


@pytest.mark.parametrize(
    "verb", ["info", "ls", "show", "verify", "strip", "recolor", "restore", "view", "diff"]
)
def test_a_limit_is_named_by_the_option_that_the_verb_has(here, capsys, monkeypatch, verb):
    monkeypatch.setenv("INTAGLIO_PIXELS_MAX", "10")
    more = {"view": ["--no-browser"], "diff": ["m.png"]}
    writes = ["-o", "x.png"] if verb in ("strip", "recolor", "restore") else []
    code, _, err = quick(capsys, verb, "m.png", *writes, *more.get(verb, []))
    option = {"recolor": "--read-pixels-max", "view": None}.get(verb, "--pixels-max")
    assert code == 65
    assert f"; {f'{option} or ' if option else ''}INTAGLIO_PIXELS_MAX allows more" in err
    assert "Limits" not in err


# Help


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
@pytest.mark.parametrize("columns", [60, 100])
def test_the_help_names_everything_in_groups_and_keeps_to_the_width(
    capsys, monkeypatch, verb, columns
):
    monkeypatch.setenv("COLUMNS", str(columns))
    code, out, err = quick(capsys, verb.name, "-h")
    assert (code, err) == (0, "")
    assert verb.summary in " ".join(out.split())
    for one in (*verb.options, HELP):
        assert f"\n  {commands.spelled(one)}" in out
    titles = re.findall(r"^([A-Z][a-z]+):$", out, re.MULTILINE)
    assert titles == ["Arguments", *(g for g, _ in commands.groups(verb))]
    assert {*titles[1:-1]} <= {*arguments_module.GROUPS}
    long = [line for line in out.splitlines() if len(line) > columns]
    assert all(line.strip() in verb.examples or line.startswith("Usage") for line in long)


def test_pack_shows_its_options_in_four_groups():
    assert [title for title, _ in commands.groups(commands.verb_of("pack"))] == [
        "Look",
        "Size",
        "Input",
        "Output",
        "Other",
    ]


# Completion


def bash(line, folder):
    """What bash offers at the end of `line`, with the script that the command prints."""
    code = """
        eval "$("$1" completion bash)"
        COMP_WORDS=()
        for word in "${@:2}"; do COMP_WORDS+=("$word"); done
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _intaglio
        if ((${#COMPREPLY[@]})); then printf '%s\\n' "${COMPREPLY[@]}"; fi
    """
    words = [word for word in re.split(r"(=)|\s+", line) if word] + (
        [""] if line[-1] == " " else []
    )
    done = subprocess.run(
        ["bash", "-uc", code, "bash", INTAGLIO, *words],
        capture_output=True, text=True, check=True, cwd=folder,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("intaglio unp", ["unpack"]),
        ("intaglio re", ["recolor", "restore"]),
        ("intaglio --v", ["--version"]),
        ("intaglio help di", ["diff"]),
        ("intaglio pack --cmap vi", ["viridis", "viridis_r"]),
        ("intaglio pack --cmap=vi", ["viridis", "viridis_r"]),
        ("intaglio recolor m.png -q --cmap cub", ["cubehelix", "cubehelix_r"]),
        ("intaglio pack m.npy --norm ", ["linear", "log", "symlog", "twoslope"]),
        ("intaglio pack m.npy --profile=rgba", ["rgba", "rgba-dense"]),
        ("intaglio pack m.npy --eff", ["--effort"]),
        ("intaglio unpack --as s", ["safetensors"]),
        ("intaglio info --", ["--pixels-max", "--json", "--quiet", "--help"]),
        ("intaglio completion ", ["bash", "zsh", "fish"]),
        ("intaglio pack m", []),  # none of ours: readline offers files
        ("intaglio pack --cover ", []),
        ("intaglio pack --vmin ", []),
    ],
)
def test_bash_completes_verbs_options_and_values(tmp_path, line, offered):
    assert bash(line, tmp_path) == offered


def test_bash_completes_files_where_a_file_is_meant(here):
    """Through readline itself: Tab in an interactive shell on a pseudo-terminal."""
    pty = pytest.importorskip("pty")
    parent, child = pty.openpty()
    Path("rc").write_text(f"eval \"$('{INTAGLIO}' completion bash)\"; PS1=ready:\n")
    process = subprocess.Popen(
        ["bash", "--rcfile", "rc", "-i"], stdin=child, stdout=child, stderr=child,
        start_new_session=True, env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    os.close(child)

    def until(mark, shown=b""):
        while mark not in shown:
            shown += os.read(parent, 4096)
        return shown

    try:
        until(b"ready:")
        for typed, completed in (
            (b"unpack both.p", b"both.png"),
            (b"pack --cover bo", b"both.png"),
        ):
            os.write(parent, b"echo intaglio " + typed + b"\x15")  # a line that is thrown away
            os.write(parent, b"intaglio " + typed + b"\t")
            until(completed)
            os.write(parent, b"\x15")
    finally:
        process.kill()
        process.wait()
        os.close(parent)


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_completion_script_has_every_verb_option_and_colour_map(shell):
    text = SCRIPTS[shell]()
    for verb in VERBS:
        assert re.search(rf"\b{verb.name}\b", text)
        for flag in (flag for one in verb.options for flag in one.flags):
            spelled = (
                flag if shell != "fish" else f"-l {flag[2:]}" if flag[1] == "-" else f"-s {flag[1]}"
            )
            assert spelled in text
    assert [name for name in ROW_BY_NAME if not re.search(rf"\b{name}\b", text)] == []


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_completion_script_is_valid_for_its_shell(tmp_path, shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(SCRIPTS[shell]())
    done = subprocess.run([shell, "-n", script], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("intaglio unp", ["unpack"]),
        ("intaglio pack --cmap vi", ["viridis", "viridis_r"]),
        ("intaglio pack --norm ", ["linear", "log", "symlog", "twoslope"]),
        ("intaglio pack --side-m", ["--side-max", "--side-min"]),
        ("intaglio info m.", ["m.npy", "m.png"]),
        ("intaglio completion f", ["fish"]),
    ],
)
def test_fish_completes_verbs_options_values_and_files(here, line, offered):
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    Path("script").write_text(SCRIPTS["fish"]())
    code = f"source script; complete --do-complete '{line}'"
    home = {**os.environ, "HOME": str(here), "XDG_CONFIG_HOME": str(here)}
    done = subprocess.run(
        ["fish", "--private", "-c", code], capture_output=True, text=True, check=True, env=home
    )
    assert sorted(row.split("\t")[0] for row in done.stdout.splitlines()) == sorted(offered)


# The manual page


def test_the_manual_page_is_up_to_date():
    assert TARGET.read_text() == manual(), "run python docs/make_manual.py"


def test_the_manual_page_is_sound_and_shows_every_option():
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    command = ["groff", "-man", "-ww", "-Tascii", "-P-cbou", "-rLL=200n", str(TARGET)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    for one in (one for verb in VERBS for one in verb.options):
        assert commands.spelled(one) in done.stdout


# Start-up


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--version"],
        ["--help"],
        ["nonsense"],
        ["--nonsense"],
        ["info", "--nonsense", "m.png"],
        ["strip", "m.png"],
        ["pack", "m.npy", "--vmin", "abc"],
        *([verb, "--help"] for verb in commands.VERBS),
    ],
)
def test_help_version_and_usage_errors_import_no_numpy(arguments):
    code = (
        "import sys; sys.argv = ['intaglio', *sys.argv[1:]]\n"
        "from intaglio.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: code = end.code\n"
        "heavy = {'numpy', 'PIL', 'zstandard', 'construct', 'http', 'argparse', 'webbrowser'}\n"
        "print(code, sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    wanted = 0 if {"--help", "--version"} & {*arguments} else 64
    assert done.stderr.splitlines()[-1] == f"{wanted} []"


# The progress line


def test_the_progress_line_counts_files_and_leaves_nothing_behind(here):
    pty = pytest.importorskip("pty")
    parent, child = pty.openpty()
    command = [INTAGLIO, "strip", "m.png", "both.png", "-o", "plain/"]
    subprocess.run(command, stderr=child, check=True, env={**os.environ, "COLUMNS": "80"})
    os.close(child)
    shown = os.read(parent, 100_000).decode()
    os.close(parent)
    assert shown.startswith("\r2 files: 0 of 2 (0 %)")
    assert "\x1b" not in shown
    screen = ""
    for part in re.split(r"(\r\n|\r)", shown):  # what a terminal shows in the end
        rows = screen.split("\n")
        if part == "\r\n":
            screen += "\n"
            cursor = 0
        elif part == "\r":
            cursor = 0
        elif part:
            cursor = 0 if not rows[-1] else locals().get("cursor", 0)
            rows[-1] = rows[-1][:cursor] + part + rows[-1][cursor + len(part) :]
            screen = "\n".join(rows)
    lines = [row.rstrip() for row in screen.split("\n")]
    assert lines == [
        "intaglio: plain/m.png: carries nothing any more",
        "intaglio: plain/both.png: carries nothing any more",
        "",
    ]
