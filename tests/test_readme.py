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
RESULTS = (ROOT / "bench" / "RESULTS.md").read_text()
RESULTS_PAGE = (ROOT / "docs" / "results.md").read_text()


def measured():
    """Data set -> its size and the ratios to the pair (write, read, file), from bench/RESULTS.md."""
    pattern = r"### ([\w ]+): (\w+ \w+), ([\d,]+) bytes.*?\n\| intaglio opaque \| (.*?) \|\n"
    found = {}
    for name, array, size, cells in re.findall(pattern, RESULTS, re.DOTALL):
        _, write, _, read, _, file, *_ = cells.split(" | ")
        found[name] = (array, size, write, read, file)
    return found


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


def test_every_local_link_has_a_target():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_table_of_nine_data_sets_is_what_the_benchmark_measured():
    section = RESULTS_PAGE.partition("## Size and time")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    assert len(rows) == 2 + 9
    assert {name: tuple(rest) for name, *rest in rows[2:]} == measured()


def test_readme_shows_the_seed_case_the_worst_and_the_best():
    ratios = {name: [float(cell) for cell in rest[2:]] for name, rest in measured().items()}
    for title, column in {"time to write": 0, "time to read": 1, "bytes": 2}.items():
        (row,) = re.findall(rf"^\| {title} \| (.*) \|$", README, re.MULTILINE)
        seed, worst, best = row.split(" | ")
        assert float(seed.split()[0]) == ratios["seed case"][column]
        for cell, choose in ((worst, max), (best, min)):
            ratio, name = re.fullmatch(r"([\d.]+) \(([\w ]+)(?:, [\d.]+ [kM]B)?\)", cell).groups()
            assert (
                float(ratio) == ratios[name][column] == choose(r[column] for r in ratios.values())
            )
