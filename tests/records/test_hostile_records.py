"""Records of frames and datasets that ask for too much: one error, little memory, no paths."""

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("pandas")
pytest.importorskip("xarray")

from tests.records import hostile_records

SECONDS_MAX = 300  # against hangs


@pytest.fixture(scope="module")
def outcomes():
    command = [sys.executable, "-m", "tests.records.hostile_records"]
    done = subprocess.run(
        command,
        env={**os.environ, "MALLOC_ARENA_MAX": "2"},
        check=True,
        capture_output=True,
        timeout=SECONDS_MAX,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) > 200
    return rows


def test_every_hostile_record_is_refused_with_the_one_reason(outcomes):
    assert {name for name, _, _ in outcomes} == {*hostile_records.HOSTILE, *hostile_records.WARNED}
    wrong = [
        (name, outcome)
        for name, outcome, _ in outcomes
        if name in hostile_records.HOSTILE and outcome != "refused metadata-invalid"
    ]
    assert wrong == []


def test_unknown_time_zones_warn_and_none_is_opened_as_a_path(outcomes):
    found = {name: (outcome, paths) for name, outcome, paths in outcomes}
    assert {found[name][0] for name in hostile_records.WARNED} == {"warned"}
    assert [paths for _, _, paths in outcomes if paths] == []
