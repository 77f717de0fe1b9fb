"""Every conformance case, and the reference decoder: same result, same reason, same bits."""

import sys
from pathlib import Path

import pytest

CONFORMANCE = Path(__file__).resolve().parents[2] / "conformance"
sys.path.insert(0, str(CONFORMANCE))

import misreadings  # noqa: E402
from adapters import reference  # noqa: E402
from proofs import coverage, modules, neighbourhood, trial  # noqa: E402
from runner import suite  # noqa: E402

import intaglio as ig  # noqa: E402

CASES = suite.load()


def test_there_are_cases():
    assert len(CASES) >= 300


def test_reject_cases_outnumber_accept_cases_two_to_one():
    rejected = sum(case.reason is not None for case in CASES)
    assert rejected >= 2 * (len(CASES) - rejected)


def test_the_suite_is_as_its_manifest_has_it():
    assert suite.problems() == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_reference_decoder_agrees(case):
    (loaded,) = trial.load([case])
    assert trial.maybe_failure(loaded, reference.decode) is None


def test_the_package_tells_of_an_absent_name_when_the_specification_says():
    absent = [case for case in CASES if case.is_absent]
    damaged = [case for case in CASES if "/absent-name-after-" in case.id]
    assert len(absent) > 10
    assert len(damaged) > 4
    for case in absent:
        with pytest.raises(KeyError, match="no array named"):
            ig.load(case.png, case.only[-1])
    for case in damaged:
        with pytest.raises(ig.DecodeError) as caught:
            ig.load(case.png, case.only[-1])
        assert caught.value.reason == case.reason, case.id


def test_every_label_and_reason_is_covered():
    assert coverage.covered(CASES).gaps == []


def test_there_are_misreadings_and_each_changes_the_plain_reader():
    names = set()
    for misreading in misreadings.ALL:
        changed = misreading.changed(modules.source)
        for module, text in changed.items():
            assert text != modules.source(module)
            modules.compiled(module, text)
        names.add(misreading.name)
    assert len(names) == len(misreadings.ALL) >= 50


def test_the_smallest_file_is_read_and_some_of_its_neighbours_are_refused():
    raw = neighbourhood.smallest_file()
    assert neighbourhood.verdict(raw, reference.decode) == "same"
    assert neighbourhood.with_stream(raw, neighbourhood.stream_of(raw)) == raw
    changed = raw[:0x30] + b"\x05" + raw[0x31:]
    assert neighbourhood.verdict(changed, reference.decode) == "png-damaged"
    assert neighbourhood.verdict(neighbourhood.sealed(changed), reference.decode) == "png-damaged"
