"""The pages of docs/: their statements and examples are correct, and their links have targets."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from tests.support import same_bits

import intaglio as ig
from intaglio._colormap_data import ROW_BY_NAME
from intaglio._options import Options
from intaglio.cli import exit_codes

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.glob("*.md"), *DOCS.glob("zarr-codec/*.md")]
PYTHON = (DOCS / "python.md").read_text()
GIT = (DOCS / "git.md").read_text()
COMMAND = (DOCS / "command.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PYTHON, re.DOTALL)
assert EXAMPLES
assert len(PAGES) > 12


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_local_link_has_a_target(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_page_is_linked_from_another_page():
    links = {
        (page.parent / link).resolve()
        for page in PAGES
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text())
        if "://" not in link
    }
    assert [page.name for page in DOCS.glob("*.md") if page.resolve() not in links] == []


def test_docs_python_lists_every_public_name_and_keyword():
    words = set(re.findall(r"\w+", PYTHON))
    assert [name for name in ig.__all__ if name not in words] == []
    table = PYTHON.partition("## Keywords")[2].partition("## What")[0]
    assert [name for name in Options.__annotations__ if f"`{name}`" not in table] == []


def test_docs_python_lists_every_colour_map():
    listed = re.split(r"reverses\s+it:", PYTHON)[1].strip().partition("\n\n")[0]
    names = re.findall(r"`(\w+)`", listed)
    assert names
    assert [name + end for name in names for end in ("", "_r")] == [*ROW_BY_NAME]


def test_the_examples_of_docs_python_run_in_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for example in EXAMPLES:
        exec(compile(example, "python.md", "exec"), names)
    assert names["x"].tobytes() == names["taken"].tobytes() == names["a"].tobytes()
    masked, again = names["masked"], names["again"]
    assert again.tobytes() == masked.tobytes()
    assert (again.mask == masked.mask).all()
    assert [names["table"][code] for code in names["codes"]] == names["words"]
    assert [*ig.load_dict("records.png")] == ["time", "count"]
    assert ig.load("columns.png", "id")[0] == 2**53 + 1


def test_the_example_of_docs_figures_runs(tmp_path, monkeypatch):
    (example,) = re.findall(r"```python\n(.*?)```", (DOCS / "figures.md").read_text(), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    names = {}
    exec(compile(example, "figures.md", "exec"), names)
    names["plt"].close("all")
    assert names["back"].tobytes() == names["samples"].tobytes()
    assert same_bits(names["y"], np.sqrt(np.arange(50)))
    assert same_bits(names["table"]["y"].to_numpy(), names["y"])


@pytest.mark.parametrize("name", ["pandas", "xarray"])
def test_the_examples_of_docs_pandas_and_xarray_run(name, tmp_path, monkeypatch):
    (example,) = re.findall(r"```python\n(.*?)```", (DOCS / f"{name}.md").read_text(), re.DOTALL)
    assert "assert " in example
    monkeypatch.chdir(tmp_path)
    exec(compile(example, f"{name}.md", "exec"), {})


def shell(folder, *lines):
    """Standard output of a shell that has the command, and no user or system settings."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["bash", "-euo", "pipefail", "-c", "\n".join(lines)]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | own, check=True, capture_output=True
    )
    return done.stdout.decode()


def test_the_pipes_of_docs_command_print_what_the_page_says(tmp_path):
    (example,) = re.findall(r"```sh\n(.*?)```", COMMAND, re.DOTALL)
    assert shell(tmp_path, example) == "sound\n[96, 96]\n"


def test_docs_command_lists_every_exit_code():
    codes = {value for name, value in vars(exit_codes).items() if name.isupper() and name[0] != "_"}
    rows = re.findall(r"^\| ([\d, ]+) \|", COMMAND, re.MULTILINE)
    assert {int(code) for row in rows for code in row.split(",")} == codes


def test_docs_command_lists_every_member_of_the_json(tmp_path):
    ig.save(tmp_path / "m.png", np.arange(3))
    for verb in ("info", "verify", "ls"):
        printed = json.loads(shell(tmp_path, f"intaglio {verb} --json m.png"))
        line = re.search(rf"^- `(?:info`, `)?{verb}`.*(?:\n  .*)*$", COMMAND, re.MULTILINE)[0]
        members = [*printed, *printed["arrays"][0]]
        assert [name for name in members if f"`{name}`" not in line] == []
    failed = json.loads(shell(tmp_path, "intaglio info --json no.png || true"))
    assert [name for name in failed if f"`{name}`" not in COMMAND] == []
    compared = json.loads(shell(tmp_path, "intaglio diff --json m.png m.png"))
    assert [name for name in compared if f"`{name}`" not in COMMAND] == []


def test_git_diff_prints_what_docs_git_shows(tmp_path):
    shown = re.search(r"    \$ git diff\n((?:    .*\n)+)", GIT)[1]
    configure = re.findall(r"^    (git config .*|echo .*)$", GIT, re.MULTILINE)
    assert len(configure) == 3
    x = np.random.default_rng(0).normal(size=(96, 96))
    ig.save(tmp_path / "m.png", {"x": x}, metadata={"run": 7})
    identity = ["git config user.name A", "git config user.email a@example.org"]
    shell(tmp_path, "git init -q .", *identity, *configure, "git add .", "git commit -qm one")
    x[0, 0] = np.nextafter(x[0, 0], 1)
    ig.save(tmp_path / "m.png", {"x": x}, metadata={"run": 8})
    changes = shell(tmp_path, "git diff").partition("@@\n")[2]
    assert changes.startswith("".join(line[4:] + "\n" for line in shown.splitlines()))
