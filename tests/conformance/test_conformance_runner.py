"""The conformance runner: implementations with one fault each get the right verdict."""

import hashlib
import json
import shlex
import sys
from collections import Counter
from pathlib import Path

import pytest

CONFORMANCE = Path(__file__).resolve().parents[2] / "conformance"
sys.path.insert(0, str(CONFORMANCE))

from runner import catalogue, pngs, requests, schema, written  # noqa: E402
from runner.command import FAILED, PASSED, UNUSABLE, main, sampled  # noqa: E402

FAUX = Path(__file__).with_name("faux_implementation.py")
SIGNALLING = bytes.fromhex("010000000000F47F")


def faux(fault):
    return shlex.join([sys.executable, "-I", "-S", str(FAUX), fault])


def reference():
    return shlex.join([sys.executable, str(CONFORMANCE / "adapters" / "reference.py")])


def array(name):
    digest = hashlib.sha256(SIGNALLING).hexdigest()
    row = {"name": name, "element": "float64", "unit": None, "unit_count": 0, "shape": ["1"]}
    return row | {"metadata": None, "sha256": digest, "hex": SIGNALLING.hex()}


@pytest.fixture
def home(tmp_path):
    """A suite of three cases whose pictures the faux implementations understand."""
    both = {"metadata": '{"a": 1}', "arrays": [array("x"), array("y")]}
    one = {"metadata": '{"a": 1}', "arrays": [array("y")], "only": ["y"]}
    no = {"reason": "not-png", "derived_from": "png/accept/all", "edit": "All is changed."}
    cases = {
        "png/accept/all": ("good", {"result": "accept", **both}),
        "png/accept/one": ("also good", {"result": "accept", **one}),
        "png/reject/none": ("bad", {"result": "reject", **no}),
    }
    for name, (picture, what) in cases.items():
        path = tmp_path / "suite" / "cases" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        about = {"id": name, "since": "1.0", "labels": ["PNG-1"], "description": "Why."}
        path.with_suffix(".json").write_text(json.dumps(about | what))
        path.with_suffix(".png").write_text(picture)
    return tmp_path / "suite"


def run(home, fault, *more):
    """The exit status, and the status and failure of each of the three cases."""
    report = home / "report.json"
    words = ["run", "--adapter", faux(fault), "--decode", "--suite", str(home)]
    status = main([*words, "--json", str(report), "--timeout", "60", *more])
    document = json.loads(report.read_bytes())
    assert schema.faults(document, schema.read("report")) == []
    assert document["passed"] == (status == PASSED)
    return status, {row["id"]: (row["status"], row["failure"]) for row in document["rows"]}


ALL, ONE, NONE = "png/accept/all", "png/accept/one", "png/reject/none"
OK = ("pass", None)


@pytest.mark.parametrize("fault", ["none", "warns", "prints-rubbish"])
def test_what_is_printed_is_no_fault(home, fault):
    assert run(home, fault) == (PASSED, {ALL: OK, ONE: OK, NONE: OK})


FAULTS = {
    "accepts-everything": (None, None, "wrongly-accepted"),
    "rejects-everything": ("wrongly-rejected", "wrongly-rejected", None),
    "crashes": ("crash", "crash", "crash"),
    "kills-itself": ("crash", "crash", "crash"),
    "canonicalises-nan": ("wrong-bytes", "wrong-bytes", None),
    "writes-then-refuses": (None, None, "stray-files"),
    "wrong-reason": (None, None, "wrong-reason"),
    "reserialises-metadata": ("wrong-metadata", "wrong-metadata", None),
    "numbers-for-shape": ("bad-result", "bad-result", None),
    "other-sha256": ("wrong-arrays", "wrong-arrays", None),
    "too-many-files": ("stray-files", "stray-files", None),
    "ignores-only": (None, "wrong-arrays", None),
    "accepts-with-65": ("stray-files", "stray-files", None),
    "no-result": ("bad-result", "bad-result", "bad-result"),
    "result-is-rubbish": ("bad-result", "bad-result", "bad-result"),
    "unsupported-against-describe": ("not-described", "not-described", None),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_where_it_is_and_nowhere_else(home, fault):
    status, rows = run(home, fault)
    wanted = [("fail", failure) if failure else OK for failure in FAULTS[fault]]
    assert (status, rows) == (FAILED, dict(zip([ALL, ONE, NONE], wanted, strict=True)))


@pytest.fixture
def open_home(home):
    """Two cases more: a name that is not there, and a refusal for either of two reasons."""
    cases = {
        ABSENT: ("good", {"result": "absent", "only": ["x", "z"]}),
        EITHER: ("bad", {"result": "reject", "reason": "not-png", "or": "png-damaged"}),
    }
    for name, (picture, what) in cases.items():
        path = home / "cases" / name
        path.parent.mkdir(exist_ok=True)
        about = {"id": name, "since": "1.0", "labels": ["DEC-1"], "description": "Why."}
        path.with_suffix(".json").write_text(json.dumps(about | what))
        path.with_suffix(".png").write_text(picture)
    return home


ABSENT, EITHER = "png/absent/z", "png/reject/either"
OPEN_FAULTS = {
    "none": (None, None),
    "wrong-reason": (None, None),
    "accepts-everything": (None, "wrongly-accepted"),
    "rejects-everything": ("absence-missed", None),
    "skips-absent": ("absence-missed", None),
    "writes-then-misses": ("stray-files", None),
    "crashes": ("crash", "crash"),
}


@pytest.mark.parametrize("fault", OPEN_FAULTS)
def test_names_that_are_not_there_and_reasons_left_open_are_judged_as_such(open_home, fault):
    status, rows = run(open_home, fault, "--filter", ABSENT, "--filter", EITHER)
    wanted = [("fail", failure) if failure else OK for failure in OPEN_FAULTS[fault]]
    assert rows == dict(zip([ABSENT, EITHER], wanted, strict=True))
    assert (status == PASSED) == (fault in ("none", "wrong-reason"))


def test_explain_says_what_is_left_open(open_home, capsys):
    for name, words in {ABSENT: "no array of that name", EITHER: "not-png or png-damaged"}.items():
        assert main(["explain", name, "--suite", str(open_home)]) == PASSED
        assert words in capsys.readouterr().out


def test_who_hangs_is_stopped(home):
    status, rows = run(home, "hangs", "--timeout", "0.7", "--filter", NONE)
    assert (status, rows) == (FAILED, {NONE: ("fail", "timeout")})


def test_what_describe_leaves_out_is_neither_passed_nor_failed(home):
    assert run(home, "no-only") == (PASSED, {ALL: OK, ONE: ("unsupported", None), NONE: OK})


def test_nothing_tried_is_not_passed(home):
    assert run(home, "no-only", "--filter", ONE)[0] == FAILED
    assert run(home, "none", "--filter", "no such case")[0] == FAILED


def test_an_expected_failure_is_no_failure_and_an_unexpected_pass_is_one(home, tmp_path):
    listed = tmp_path / "expected"
    listed.write_text(f"{ALL}  # quiets NaNs\n\n# all of it\n{ONE}\n")
    status, rows = run(home, "canonicalises-nan", "--expected-failures", str(listed))
    expected = ("expected-failure", "wrong-bytes")
    assert (status, rows) == (PASSED, {ALL: expected, ONE: expected, NONE: OK})
    status, rows = run(home, "none", "--expected-failures", str(listed))
    unexpected = ("unexpected-pass", None)
    assert (status, rows) == (FAILED, {ALL: unexpected, ONE: unexpected, NONE: OK})


def test_an_expected_failure_of_an_unknown_case_fails(home, tmp_path):
    listed = tmp_path / "expected"
    listed.write_text("png/accept/gone\n")
    assert run(home, "none", "--expected-failures", str(listed))[0] == FAILED


@pytest.mark.parametrize("fault", ["describes-rubbish"])
def test_who_cannot_describe_itself_cannot_be_tried(home, fault):
    words = ["run", "--adapter", faux(fault), "--decode", "--suite", str(home)]
    assert main(words) == UNUSABLE
    assert main(["run", "--adapter", "/no/such/command", "--suite", str(home)]) == UNUSABLE


def test_explain_says_what_a_case_is_about(home, capsys):
    assert main(["explain", NONE, "--suite", str(home)]) == PASSED
    told = capsys.readouterr().out
    assert "refusal, not-png" in told
    assert "All is changed." in told
    assert main(["explain", ALL, "--suite", str(home), "--adapter", faux("warns")]) == PASSED
    assert main(["explain", "png/accept/gone", "--suite", str(home)]) == UNUSABLE


def test_list_has_all_cases(home, capsys):
    assert main(["list", "--suite", str(home)]) == PASSED
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [ALL, ONE, NONE]


def test_a_changed_suite_is_noticed(home, capsys):
    (home / "manifest.json").write_text(json.dumps({"suite": "1", "format": "1.0", "cases": []}))
    run(home, "none")
    assert "not as released" in capsys.readouterr().err


def test_an_encoder_of_rubbish_is_found_out(home, tmp_path):
    report = tmp_path / "report.json"
    words = ["run", "--adapter", faux("encodes-rubbish"), "--judge", faux("none"), "--encode"]
    words += ["--filter", "encode/shape/1", "--filter", "encode/shape/one", "--json", str(report)]
    assert main(words) == FAILED
    (row,) = json.loads(report.read_bytes())["rows"]
    assert (row["id"], row["failure"]) == ("encode/shape/one", "writer-rule")


def test_the_reference_encodes_what_it_decodes():
    words = ["--filter", "encode/element/float*", "--filter", "encode/cover/noise-4*"]
    assert main(["run", "--adapter", reference(), "--encode", *words]) == PASSED


def test_the_matrix_has_every_encoder_and_decoder(capsys):
    words = ["--filter", "encode/depths/rgba", "--filter", "encode/random/0-1"]
    assert main(["matrix", "--adapter", reference(), "--adapter", reference(), *words]) == PASSED
    assert capsys.readouterr().out.count("2 of 2") == 4


def test_a_sample_of_requests_has_all_random_ones_and_some_of_every_large_family():
    asked = list(catalogue.requests(20, 0))
    chosen = sampled(asked)
    assert len(chosen) < len(asked) / 3
    assert sum(request.id.startswith("random/") for request in chosen) == 20
    families = Counter(request.id.split("/")[0] for request in asked)
    large = {name for name, count in families.items() if count >= 6}
    assert large <= {request.id.split("/")[0] for request in chosen}


def test_requests_are_the_same_everywhere():
    digest = hashlib.sha256()
    count = 0
    for request in catalogue.requests(20, 0):
        for row in request.arrays:
            digest.update(repr((request.id, row)).encode())
        count += 1
    assert count > 200
    assert digest.hexdigest() == "f19984aec9836725d4c5edd7f850c43ec01788732738623dd6a9c1ca1cb9b298"


def test_a_plain_png_comes_back(tmp_path):
    for channels in (3, 4):
        picture = pngs.Picture(5, 4, channels, requests.noise("png", 20 * channels))
        pngs.write(tmp_path / "x.png", picture)
        read = pngs.read((tmp_path / "x.png").read_bytes())
        assert (read.samples, read.channels) == (picture.samples, channels)
    assert written.broken_rules(b"", (3, 2, 3, 0)) == ["no PNG"]
