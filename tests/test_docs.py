"""The pages of docs/: what they say is so, and leads somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

import intaglio as ig
from intaglio._options import Options
from support import same_bits

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.glob("*.md"), *DOCS.glob("zarr-codec/*.md")]
PYTHON = (DOCS / "python.md").read_text()
GIT = (DOCS / "git.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PYTHON, re.DOTALL)
assert EXAMPLES
assert len(PAGES) > 12


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_page_is_linked_from_another():
    links = {
        (page.parent / link).resolve()
        for page in PAGES
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text())
        if "://" not in link
    }
    assert [page.name for page in DOCS.glob("*.md") if page.resolve() not in links] == []


def test_the_page_of_the_package_has_every_public_name_and_keyword():
    words = set(re.findall(r"\w+", PYTHON))
    assert [name for name in ig.__all__ if name not in words] == []
    table = PYTHON.partition("## Keywords")[2].partition("## What")[0]
    assert [name for name in Options.__annotations__ if f"`{name}`" not in table] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_of_the_page_run(example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(example, "python.md", "exec"), names)
    masked, again = names["masked"], names["again"]
    assert again.tobytes() == masked.tobytes()
    assert (again.mask == masked.mask).all()
    assert [names["table"][code] for code in names["codes"]] == names["words"]
    assert [*ig.load_dict("records.png")] == ["time", "count"]
    assert ig.load("columns.png", "id")[0] == 2**53 + 1


def test_the_example_of_figures_runs(tmp_path, monkeypatch):
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
def test_the_examples_of_tables_and_datasets_run(name, tmp_path, monkeypatch):
    (example,) = re.findall(r"```python\n(.*?)```", (DOCS / f"{name}.md").read_text(), re.DOTALL)
    assert "assert " in example
    monkeypatch.chdir(tmp_path)
    exec(compile(example, f"{name}.md", "exec"), {})


def test_git_shows_a_change_as_the_page_has_it(tmp_path):
    shown = re.search(r"    \$ git diff\n((?:    .*\n)+)", GIT)[1]
    configure = re.findall(r"^    (git config .*|echo .*)$", GIT, re.MULTILINE)
    assert len(configure) == 3
    home = {"HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    path = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def shell(*lines):
        command = ["bash", "-euc", "\n".join(lines)]
        done = subprocess.run(
            command, cwd=tmp_path, env=os.environ | home | path, check=True, capture_output=True
        )
        return done.stdout.decode()

    x = np.random.default_rng(0).normal(size=(96, 96))
    ig.save(tmp_path / "m.png", {"x": x}, metadata={"run": 7})
    identity = ["git config user.name A", "git config user.email a@example.org"]
    shell("git init -q .", *identity, *configure, "git add .", "git commit -qm one")
    x[0, 0] = np.nextafter(x[0, 0], 1)
    ig.save(tmp_path / "m.png", {"x": x}, metadata={"run": 8})
    changes = shell("git diff").partition("@@\n")[2]
    assert changes.startswith("".join(line[4:] + "\n" for line in shown.splitlines()))
