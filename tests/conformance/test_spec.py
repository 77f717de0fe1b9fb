"""SPEC.md against the code: labels, registries, and the bytes it prints."""

import io
import re
from pathlib import Path

import intaglio as ig
from intaglio._format import registry
from intaglio.errors import DECODE_REASONS

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "SPEC.md").read_text()
ROOMS = ROOT / "reference" / "intaglio"


def section(title):
    start = SPEC.index(title)
    return SPEC[start : SPEC.index("\n##", start + 5)]


def hexdumps():
    blocks = re.findall(r"```\n((?:[0-9A-F]{4}  .*\n)+)```", SPEC)
    return [bytes.fromhex("".join(line[6:] for line in block.splitlines())) for block in blocks]


def test_labels_of_spec_and_code_are_the_same_set():
    defined = re.findall(r"^\*\*\[([A-Z]{3}-\d+)\]\*\*", SPEC, re.MULTILINE)
    assert len(defined) == len(set(defined)) > 50
    cited = set()
    for room in ROOMS.rglob("*.py"):
        cited |= set(re.findall(r"\[([A-Z]{3}-\d+)\]", room.read_text()))
    assert cited == set(defined)
    assert set(re.findall(r"\[([A-Z]{3}-\d+)\]", SPEC)) == set(defined)


def test_every_label_that_a_step_names_is_defined():
    rows = re.findall(r"^\| \d+ \| .*? \| (.*?) \| `", SPEC, re.MULTILINE)
    assert len(rows) == 28
    named = set(re.findall(r"[A-Z]{3}-\d+", " ".join(rows)))
    assert named
    assert all(f"**[{label}]**" in SPEC for label in named)


def test_the_reasons_of_the_spec_are_the_readers_reasons():
    listed = re.findall(r"`([a-z-]+)`", section("### 14.7"))
    assert listed == [str(reason) for reason in DECODE_REASONS]
    assert set(re.findall(r"`([a-z-]+)` \|$", section("### Decode"), re.MULTILINE)) == set(listed)


def test_the_elements_of_the_spec_are_those_of_the_code():
    rows = re.findall(r"\| (0x\w\w) \| `(\w+)` \| (\d+) \| (\d) × (\d+) \|", section("### 14.1"))
    elements = [(int(c, 16), n, int(size), int(parts)) for c, n, size, parts, _ in rows]
    assert elements == [tuple(element[:4]) for element in registry.ELEMENTS]
    widths = [int(width) for *_, width in rows]
    assert widths == [8 * element.component_bytes for element in registry.ELEMENTS]


def test_units_filters_and_codecs_of_the_spec_are_those_of_the_code():
    units = re.findall(r"(\d+)\s(?:[a-z]+\s)?`(\w+)`", section("### 14.2"))
    assert {int(code): name for code, name in units} == registry.TIME_UNITS
    rows = re.findall(r"\| (0x\w\w) \| `(\w+)` \| (\d) \| (\d) \|", section("### 14.3"))
    filters = [(int(c, 16), n, int(stage), int(size) // 4) for c, n, stage, size in rows]
    assert filters == [tuple(kind) for kind in registry.FILTERS]
    codecs = re.findall(r"(\d)\s`(\w+)`", section("### 14.4"))
    assert {int(code): name for code, name in codecs} == registry.CODECS


def test_the_named_profiles_of_the_spec_are_those_of_the_code():
    named = re.findall(r"`([a-z-]+)`\s(?:\(recommended default\) )?(\d-\d-\d-\d)", section("## 5"))
    assert {n: tuple(map(int, d.split("-"))) for n, d in named} == registry.PROFILES


def test_the_whole_file_of_the_spec_reads_as_it_says():
    prologue, body, file = hexdumps()
    assert ig.loads(file).tolist() == 42
    info = ig.verify(io.BytesIO(file))
    assert info.echo == "intact"
    (array,) = info.arrays
    assert (array.name, array.dtype, array.shape, array.codec) == ("x", "uint8", (), "stored")
    assert (info.width, info.height, info.profile) == (14, 14, "raw")
    assert (info.header_bytes, info.body_bytes) == (67, len(body))
    assert prologue[44:76].hex() == info.root


def test_the_prologue_and_body_of_the_spec_are_what_we_write():
    import numpy as np

    from intaglio._format.blocks import BlockForm
    from intaglio._packing.body import write_body

    prologue, body, _ = hexdumps()
    written = write_body({"x": np.uint8(42)[()].reshape(())}, None, {}, 3, BlockForm((), 1, 0))
    assert written.joined() == body
    assert written.prologue((8, 8, 8, 0), 14, 14) == prologue


def test_the_spec_is_as_long_as_a_stranger_reads():
    prose = re.sub(r"```.*?```", "", SPEC, flags=re.DOTALL)
    assert 4000 <= len(re.findall(r"[A-Za-z][A-Za-z'-]+", prose)) <= 6000
