"""The conformance cases: made anew they are the same, closed, whole and complete."""

import ast
import hashlib
import json
import re
import sys
import zlib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "conformance"
SPEC = (ROOT / "SPEC.md").read_text(encoding="utf-8")
sys.path.insert(0, str(SUITE))

from builder import build, checksums, decimal_filter, schema, suite  # noqa: E402

# What no decoding shows: what writers choose, and how a reader inspects.
NOT_DECODED = {"PNG-8", "PNG-9", "VER-1", "DEC-2", "DEC-3", "DEC-4"}
COLLECTOR = "collect_frames.py"  # run by hand, never by the builder


@pytest.fixture(scope="module")
def made():
    return suite.files()


@pytest.fixture(scope="module")
def cases():
    found = [json.loads(path.read_bytes()) for path in sorted(SUITE.glob("cases/*/*/*.json"))]
    assert found
    return found


def test_a_new_build_gives_the_committed_bytes(made):
    paths = [path for path in SUITE.glob("cases/**/*") if path.is_file()]
    there = {path.relative_to(SUITE).as_posix() for path in paths}
    assert there | {"manifest.json", "schema/case.schema.json"} == made.keys()
    assert [path for path, data in made.items() if (SUITE / path).read_bytes() != data] == []


def test_check_tells_what_differs_and_writes_nothing(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(suite, "files", lambda: {"cases/a.png": b"a", "manifest.json": b"{}"})
    monkeypatch.setattr(sys, "argv", ["build.py", "--out", str(tmp_path)])
    assert build.main() == 0
    monkeypatch.setattr(sys, "argv", ["build.py", "--check", "--out", str(tmp_path)])
    assert build.main() == 0
    (tmp_path / "cases/a.png").write_bytes(b"b")
    (tmp_path / "cases/c.png").write_bytes(b"c")
    capsys.readouterr()
    assert build.main() == 1
    assert capsys.readouterr().out.split() == ["stale:", "cases/c.png", "different:", "cases/a.png"]
    assert (tmp_path / "cases/a.png").read_bytes() == b"b"


def test_the_suite_is_large_enough_and_small_enough(cases, made):
    results = Counter(case["result"] for case in cases)
    assert len(cases) >= 300
    assert results["reject"] >= 2 * results["accept"]
    assert sum(map(len, made.values())) < suite.BYTES_MAX


def test_every_case_keeps_the_closed_schema(cases):
    rules = json.loads((SUITE / "schema/case.schema.json").read_bytes())
    assert rules == schema.schema()
    for case in cases:
        assert faults(case, rules) == [], case["id"]


def test_the_schema_refuses_what_it_does_not_name(cases):
    rules = schema.schema()
    case = next(case for case in cases if case["result"] == "reject")
    for change in ({"extra": 1}, {"reason": "no-reason"}, {"id": "x/reject/y"}, {"labels": []}):
        assert faults(case | change, rules)


def faults(value, rules):
    """What a value breaks of the few JSON Schema words that our schemas use."""
    known = {"$schema", "title", "type", "const", "enum", "pattern", "minimum", "minItems"}
    known |= {"minLength", "items", "properties", "required", "additionalProperties", "oneOf"}
    assert not rules.keys() - known
    if "oneOf" in rules:
        return [] if sum(not faults(value, one) for one in rules["oneOf"]) == 1 else ["oneOf"]
    names = rules.get("type", [])
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
    allowed = tuple(kinds[name] for name in ([names] if isinstance(names, str) else names))
    if allowed and (not isinstance(value, allowed) or isinstance(value, bool)):
        return ["type"]
    broken = []
    if "const" in rules and value != rules["const"]:
        broken.append("const")
    if "enum" in rules and value not in rules["enum"]:
        broken.append("enum")
    if "pattern" in rules and not re.search(rules["pattern"], value):
        broken.append("pattern")
    if "minimum" in rules and value < rules["minimum"]:
        broken.append("minimum")
    if len(value) < rules.get("minItems", rules.get("minLength", 0)) if allowed == (list,) else 0:
        broken.append("minItems")
    if isinstance(value, list):
        broken += [fault for item in value for fault in faults(item, rules.get("items", {}))]
    if isinstance(value, dict):
        members = rules.get("properties", {})
        broken += [f"lacks {name}" for name in rules.get("required", ()) if name not in value]
        broken += [f"unknown {name}" for name in value if name not in members]
        for name in value.keys() & members.keys():
            broken += faults(value[name], members[name])
    return broken


def test_every_case_stands_where_its_id_says(cases):
    for case in cases:
        document = SUITE / "cases" / (case["id"] + ".json")
        assert json.loads(document.read_bytes()) == case
        assert document.with_suffix(".png").exists()


def test_the_bytes_of_every_expected_array_have_its_sha256(cases):
    for case in cases:
        folder = (SUITE / "cases" / case["id"]).parent
        for array in case.get("arrays", []):
            data = expected_bytes(array, folder)
            assert hashlib.sha256(data).hexdigest() == array["sha256"], case["id"]


def expected_bytes(array, folder):
    if "file" in array:
        return (folder / array["file"]).read_bytes()
    if "repeat" in array:
        return bytes.fromhex(array["repeat"]["hex"]) * array["repeat"]["count"]
    return bytes.fromhex(array["hex"])


def test_the_manifest_lists_every_case_and_every_file(cases):
    manifest = json.loads((SUITE / "manifest.json").read_bytes())
    rows = {row["id"]: row for row in manifest["cases"]}
    assert manifest["suite"] == suite.SUITE_VERSION
    assert list(rows) == sorted(rows) == sorted(case["id"] for case in cases)
    listed = {}
    for case in cases:
        row = rows[case["id"]]
        assert (row["labels"], row["result"]) == (case["labels"], case["result"])
        assert row["reason"] == case.get("reason")
        listed |= {f"cases/{path}": digest for path, digest in row["files"].items()}
    there = {path.relative_to(SUITE).as_posix() for path in SUITE.glob("cases/*/*/*.*")}
    assert there == listed.keys()
    for path, digest in listed.items():
        assert hashlib.sha256((SUITE / path).read_bytes()).hexdigest() == digest, path


def test_every_reject_case_derives_from_an_accept_case(cases):
    results = {case["id"]: case["result"] for case in cases}
    for case in cases:
        if case["result"] == "reject":
            assert results[case["derived_from"]] == "accept", case["id"]


def test_every_label_of_the_specification_occurs(cases):
    labels = set(re.findall(r"\*\*\[([A-Z]{3}-\d+)\]\*\*", SPEC))
    used = {label for case in cases for label in case["labels"]}
    assert len(labels) > 50
    assert labels >= NOT_DECODED
    assert used == labels - NOT_DECODED


def test_every_rule_of_the_table_of_steps_has_a_reject_case(cases):
    table = re.findall(r"^\| \d+ \| [^|]+\| ([A-Z][^|]+?) \| `", SPEC, re.MULTILINE)
    rules = set()
    for cell in table:
        for first, last in re.findall(r"([A-Z]{3}-\d+)(?: to [A-Z]{3}-(\d+))?", cell):
            layer, number = first.split("-")
            rules |= {f"{layer}-{n}" for n in range(int(number), int(last or number) + 1)}
    assert len(rules) > 35
    rejected = {label for case in cases if case["result"] == "reject" for label in case["labels"]}
    assert rules - rejected == set()


def test_every_reason_of_the_registry_occurs(cases):
    registry = SPEC.split("### 14.7 Reasons")[1].split("##")[0]
    reasons = set(re.findall(r"`([a-z-]+)`", registry))
    assert len(reasons) >= 24
    assert {case["reason"] for case in cases if "reason" in case} == reasons


def test_every_element_filter_and_unit_occurs_in_an_accept_case(cases):
    arrays = [array for case in cases for array in case.get("arrays", [])]
    names = set(re.findall(r"^\| 0x\w\w \| `(\w+)` \| \d+ \| \d × ", SPEC, re.MULTILINE))
    assert {array["element"] for array in arrays} == names
    assert {array["unit"] for array in arrays} == {None, *suite_units()}


def suite_units():
    section = SPEC.split("### 14.2 Time units")[1].split("###")[0]
    units = re.findall(r"`(\w+)`", section)
    assert len(units) == 14
    return units


def test_the_builder_imports_the_standard_library_alone():
    files = [path for path in SUITE.glob("builder/**/*.py") if path.name != COLLECTOR]
    assert len(files) > 30
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                names = [node.module]
            for name in names:
                assert name.split(".")[0] in {*sys.stdlib_module_names, "builder"}, path


def test_the_builder_uses_zlib_for_checksums_alone():
    for path in SUITE.glob("builder/**/*.py"):
        if path.name != COLLECTOR:
            used = set(re.findall(r"\bzlib\.(\w+)", path.read_text(encoding="utf-8")))
            assert used <= {"crc32", "adler32"}, path


def test_the_smallest_case_is_the_file_that_the_specification_prints():
    printed = SPEC.split("The whole PNG file")[1].split("```")[1]
    rows = re.findall(r"^[0-9A-F]{4} ((?: [0-9A-F]{2})+)$", printed, re.MULTILINE)
    assert len(rows) > 40
    assert (SUITE / "cases/con/accept/smallest.png").read_bytes() == bytes.fromhex("".join(rows))


def test_idats_of_accept_cases_are_streams_that_zlib_reads(cases):
    for case in cases:
        if case["result"] == "reject":
            continue
        data = (SUITE / "cases" / (case["id"] + ".png")).read_bytes()
        at, stream = 8, b""
        while (kind := data[at + 4 : at + 8]) != b"IEND":
            size = int.from_bytes(data[at : at + 4], "big")
            stream += data[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
            at += 12 + size
        inflater = zlib.decompressobj()
        assert inflater.decompress(stream), case["id"]
        assert inflater.eof, case["id"]
        assert inflater.unused_data == b"", case["id"]


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", 0xEF46DB3751D8E999),
        (b"a", 0xD24EC4F1A98C6E5B),
        (b"abc", 0x44BC2CF5AD770999),
        (b"Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1),
    ],
)
def test_xxh64_gives_published_values(data, digest):
    assert checksums.xxh64(data) == digest


def test_the_decimal_filter_is_its_own_inverse_and_moves_what_it_should():
    quarter = 0x3FD0000000000000
    assert decimal_filter.exchanged(quarter, 64, 2) == 0x7FF8000000000000 + 25
    for width in (32, 64):
        for seed in range(300):
            bits = int.from_bytes(checksums.noise(f"{seed}", width // 8), "little")
            for value in (bits, decimal_filter.decimal_bits(seed - 150, width, 3)):
                moved = decimal_filter.exchanged(value, width, 3)
                assert decimal_filter.exchanged(moved, width, 3) == value
