"""The plain reader: right about every case, small, complete, and on its own."""

import ast
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READER = ROOT / "reference" / "reader"
sys.path.insert(0, str(ROOT / "conformance"))

from adapters import plain  # noqa: E402
from proofs import trial  # noqa: E402
from runner import suite  # noqa: E402
from runner.command import PASSED  # noqa: E402
from runner.command import main as runner  # noqa: E402

from reader import filters, registry  # noqa: E402

SPEC = (ROOT / "SPEC.md").read_text("utf-8")
CASES = suite.load()
SOURCES = {path.stem: path.read_text("utf-8") for path in sorted(READER.glob("*.py"))}
TREES = {name: ast.parse(text) for name, text in SOURCES.items()}
CODE_LINES_MAX = 820
SECTION_OF = {
    "conventions": 2,
    "png": 4,
    "carrier": 5,
    "header": 6,
    "container": 7,
    "metadata": 8,
    "blocks": 9,
    "filters": 10,
    "arrays": 11,
    "decode": 12,
    "registry": 14,
}
# What a decoder cannot check: rules for writers, for inspecting, and about what bytes mean.
NOT_CHECKED = {"PNG-8", "PNG-9", "CAR-5", "CAR-6", "ARR-1", "ARR-3", "ARR-5"}
NOT_CHECKED |= {"DEC-2", "DEC-3", "DEC-4", "VER-1"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_plain_reader_agrees(case):
    (loaded,) = trial.load([case])
    assert trial.maybe_failure(loaded, plain.decode) is None


def code_lines(tree, text):
    """Lines that are neither empty nor comments nor docstrings."""
    docs = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            docs |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(
        bool(line.strip()) and line.lstrip()[0] != "#" and n not in docs for n, line in lines
    )


def test_it_is_small():
    assert sum(code_lines(TREES[name], text) for name, text in SOURCES.items()) <= CODE_LINES_MAX
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 50, f"{name}.{node.name}"


def test_it_loads_the_standard_library_and_zstandard_only():
    program = (
        f"import sys; sys.path.insert(0, {str(READER.parent)!r})\n"
        "before = {name.partition('.')[0] for name in sys.modules}\n"
        "import importlib, pkgutil, reader\n"
        "for module in pkgutil.iter_modules(reader.__path__, 'reader.'):\n"
        "    importlib.import_module(module.name)\n"
        "after = {name.partition('.')[0] for name in sys.modules}\n"
        "print(*sorted(after - before - set(sys.stdlib_module_names)))\n"
    )
    command = [sys.executable, "-I", "-c", program]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert set(ran.stdout.split()) == {"reader", "zstandard"}


def test_each_module_names_its_section_in_its_first_line():
    assert SECTION_OF.keys() == SOURCES.keys() - {"__init__", "__main__"}
    for name, section in SECTION_OF.items():
        assert ast.get_docstring(TREES[name]).startswith(f"Section {section} of SPEC.md: ")


def test_the_steps_stand_in_order_and_none_is_missing():
    steps = [int(step) for step in re.findall(r"  # (\d+)\b", SOURCES["decode"])]
    assert steps == sorted(steps)
    assert set(steps) == set(range(1, 29))


def test_it_gives_every_reason_and_no_other():
    registered = SPEC.partition("### 14.7 Reasons")[2].partition("## 15")[0]
    words = {
        node.value
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    given = {word for word in words if re.fullmatch(r"[a-z]+(-[a-z]+)+", word)}
    assert given - {"utf-8"} == set(re.findall(r"`([a-z0-9-]+)`", registered))


def test_every_rule_that_a_decoder_checks_stands_at_a_line_that_checks_it():
    rules = set(re.findall(r"^\*\*\[([A-Z]+-\d+)\]\*\*", SPEC, re.MULTILINE))
    named = {label for text in SOURCES.values() for label in re.findall(r"\[([A-Z]+-\d+)\]", text)}
    assert named <= rules
    assert rules - named == NOT_CHECKED


def rows(title):
    """The cells of the table of that section of the registries."""
    text = SPEC.partition(f"### {title}")[2].partition("\n### ")[0]
    return [[cell.strip(" `") for cell in row.split("|")[1:-1]] for row in re.findall(r"^\|.*", text, re.MULTILINE)][2:]  # fmt: skip


def test_the_registries_are_those_of_the_specification():
    elements = {
        int(code, 16): registry.Element(name, int(size), int(components.split()[0]))
        for code, name, size, components in rows("14.1")
    }
    assert elements == registry.ELEMENTS
    assert [element.width for element in elements.values()] == [
        int(components.split()[-1]) for *_, components in rows("14.1")
    ]
    known = {
        int(code, 16): registry.Filter(int(stage), int(size) // 4)
        for code, _, stage, size in rows("14.3")
    }
    assert known == registry.FILTERS
    for code, name, *_ in rows("14.3"):
        assert getattr(registry, name.upper()) == int(code, 16)
    units = re.findall(
        r"(\d+)\s(?:[a-z]+\s)?`(\w+)`", SPEC.partition("### 14.2")[2].partition("###")[0]
    )
    assert [(int(code), name) for code, name in units] == list(enumerate(registry.UNITS, 1))


def test_the_examples_of_filters_are_what_the_reader_undoes():
    text = " ".join(SPEC.partition("## 10 ")[2].partition("## 11 ")[0].split())
    order = re.findall(r"`([0-9A-F]{4})` becomes `([0-9A-F]{4})`", text)
    assert len(order) == 2
    for x, y in order:
        assert filters.undo_order([int(y, 16)], 16) == [int(x, 16)]
    (shown,) = re.findall(
        r"`(\w{8})` \(([\d.]+)\) becomes `(\w{8})`, and (-[\d.]+) becomes `(\w{8})`", text
    )
    bits, number, coded, minus, coded_minus = shown
    assert bytes.fromhex(bits) == struct.pack(">f", float(number))
    for value, code in ((number, coded), (minus, coded_minus)):
        found = filters.exchange_decimal(int(code, 16), 2, 32)
        assert found.to_bytes(4, "big") == struct.pack(">f", float(value))
    ((block, filtered),) = re.findall(r"u16 block ([\d, ]+) gives ([\d, ]+)\.", text)
    y = [int(n) for n in filtered.split(",")]
    assert filters.undo_lorenzo(y, 1, 3, 16) == [int(n) for n in block.split(",")]


def run(*words):
    command = [sys.executable, str(READER), *map(str, words)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.stdout, ran.returncode


def case(name):
    return next(case for case in CASES if case.id == name)


def test_the_command_lists_the_arrays_of_a_file_or_gives_the_reason():
    right = case("con/accept/smallest")
    (array,) = right.arrays
    assert run(right.png) == (f"'x' uint8 scalar {array.sha256}\n", 0)
    assert run(case("hdr/reject/major-0").png) == ("version-unknown\n", 65)
    assert run() == ("", 64)


def test_the_adapter_keeps_the_contract_of_the_suite():
    adapter = f"{sys.executable} {ROOT / 'conformance' / 'adapters' / 'plain.py'}"
    chosen = [word for name in ("con/*/only*", "con/absent/*") for word in ("--filter", name)]
    assert runner(["run", "--adapter", adapter, *chosen]) == PASSED
