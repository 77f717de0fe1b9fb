"""README's examples run as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import intaglio as ig

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_python_examples_run(example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    if "back" in names:
        assert names["back"].tobytes() == names["a"].tobytes()


@pytest.mark.parametrize("commands", COMMANDS, ids=range(len(COMMANDS)))
def test_the_shell_examples_run(commands, tmp_path):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    shell = ["bash", "-euc", commands]
    subprocess.run(shell, cwd=tmp_path, env=os.environ | {"PATH": path}, check=True)


def test_there_are_examples():
    assert EXAMPLES
    assert COMMANDS


def test_the_picture_is_the_elevation_model():
    import matplotlib.cbook

    with matplotlib.cbook.get_sample_data("jacksboro_fault_dem.npz") as data:
        elevation = np.asarray(data["elevation"])
    picture = ROOT / "docs" / "elevation.ig.png"
    assert ig.load(picture).tobytes() == elevation.tobytes()
    assert ig.verify(picture).echo == "intact"


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
