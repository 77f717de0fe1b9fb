"""README's examples run as they stand."""

import re
from pathlib import Path

import numpy as np
import pytest

import intaglio as ig

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_python_examples_run(example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    if "back" in names:
        assert names["back"].tobytes() == names["a"].tobytes()


def test_there_are_examples():
    assert EXAMPLES


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
