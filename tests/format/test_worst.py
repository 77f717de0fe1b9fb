"""Small hostile files are read in linear time, and docs/worst.md lists all of them."""

import io
import re
import sys
from pathlib import Path

import pytest
from tests.support import calls

import intaglio as ig

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from worst_files import FILES, frame_of_empty_blocks  # noqa: E402

CALLS_MAX = {  # of functions, Python's and C's: twice what they are today
    "1,000,000 blocks of a byte": 40_000,  # it was several a block
    "4 MiB of metadata: 64 deep": 10_000,
    "4 MiB of metadata: empty objects": 8_500_000,  # one an object
    "83,333 empty IDATs": 80 * 83_333,
    "83,333 ancillary chunks": 80 * 83_333,
}


def read(data):
    try:
        ig.load_dict(io.BytesIO(data))
    except ig.DecodeError as problem:
        assert problem.reason == ig.Reason.NO_PROLOGUE


@pytest.mark.parametrize("name", CALLS_MAX)
def test_small_hostile_files_are_read_with_few_calls(name):
    data = FILES[name]()
    assert len(data) < 1_100_000
    read(ig.dumps([1]))  # everything is imported
    assert calls(lambda: read(data)) <= CALLS_MAX[name]


def test_a_frame_of_empty_blocks_is_checked_with_few_calls():
    data = frame_of_empty_blocks(5 * 10**6)
    assert calls(lambda: read(data)) <= 40_000


def test_docs_worst_lists_every_file():
    for partner in ("matplotlib", "pandas", "xarray"):
        pytest.importorskip(partner)
    import worst

    page = (ROOT / "docs" / "worst.md").read_text("utf-8")
    lines = [line.split(" | ") for line in page.splitlines() if re.match(r"\| .*\d", line)]
    assert [line[0].removeprefix("| ") for line in lines] == [*worst.FILES]
    assert [line[1] for line in lines] == [
        worst.CALLS.get(name, "load_dict") for name in worst.FILES
    ]
    assert {line[3] for line in lines} == {"accepted", "limit-exceeded", "no-prologue"}
