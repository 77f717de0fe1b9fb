"""Small files made to take long are read in time, and the page that says so has them all."""

import io
import re
import sys
import time
from pathlib import Path

import pytest

import intaglio as ig

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench"))

from worst_files import FILES, frame_of_empty_blocks  # noqa: E402

SECONDS_MAX = 4.0  # twice what they may take: they are also read with coverage being measured
QUICK = [
    "1,000,000 blocks of a byte",  # it took 17 s
    "4 MiB of metadata: 64 deep",
    "4 MiB of metadata: empty objects",
    "83,333 empty IDATs",
    "83,333 ancillary chunks",
]


def seconds(data):
    start = time.process_time()
    try:
        ig.load_dict(io.BytesIO(data))
    except ig.DecodeError as problem:
        assert problem.reason == ig.Reason.NO_PROLOGUE
    return time.process_time() - start


@pytest.mark.parametrize("name", QUICK)
def test_small_files_made_to_take_long_do_not(name):
    data = FILES[name]()
    assert len(data) < 1_100_000
    assert seconds(data) < SECONDS_MAX


def test_a_frame_of_empty_blocks_is_walked_in_time():
    assert seconds(frame_of_empty_blocks(5 * 10**6)) < SECONDS_MAX


def test_the_page_has_them_all():
    page = (ROOT / "docs" / "worst.md").read_text("utf-8")
    lines = [line.split(" | ") for line in page.splitlines() if re.match(r"\| .*\d", line)]
    assert [line[0].removeprefix("| ") for line in lines] == [*FILES]
    assert {line[2] for line in lines} == {"accepted", "no-prologue"}
