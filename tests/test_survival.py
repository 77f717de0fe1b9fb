"""Files after Pillow, OpenCV, oxipng, matplotlib and imageio; `make survival` runs more tools."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "bench" / "survival"))

import libraries
import pictures
import pillows
from verdicts import judge

TOOLS = (*pillows.TOOLS, next(tool for tool in libraries.TOOLS if tool.name == "imageio"))
WAYS = [(tool, way) for tool in TOOLS for way in tool.ways]
NAMES = ("palette", "rgba-dense")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return pictures.make(tmp_path_factory.mktemp("pictures"), NAMES)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_the_tools_are_here(tool):
    assert tool.version()


@pytest.mark.parametrize(("tool", "way"), WAYS, ids=lambda it: it.name)
def test_every_operation_keeps_the_exact_arrays_or_is_refused_without_a_wrong_cause(
    tool, way, made
):
    for picture in made:
        verdict = judge(tool, way, picture)
        right = {
            "nothing": ("exact",),
            "alpha": ("refused",) if picture.uses_alpha else ("exact",),
            "place": ("refused",),
            "values": ("refused", "family", "no trace", "exact"),
        }
        assert verdict.word in right[way.loses], verdict
        if way.loses == "place":
            assert verdict.restored, verdict
