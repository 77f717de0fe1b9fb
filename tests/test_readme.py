"""README's examples run as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

import intaglio as ig

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"```(python|sh)\n(.*?)```", README, re.DOTALL)


def test_the_examples_run_one_after_the_other_in_one_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for language, example in EXAMPLES:
        if language == "sh":
            shell = ["bash", "-euc", example]
            subprocess.run(shell, env=os.environ | {"PATH": path}, check=True)
            continue
        names = {}
        exec(compile(example, "README.md", "exec"), names)
        assert names["back"].tobytes() == names["a"].tobytes()


def test_there_are_examples_in_both_languages():
    assert {language for language, _ in EXAMPLES} == {"python", "sh"}


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
