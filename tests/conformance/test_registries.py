"""Every row of the registries has its writer, readers, Kaitai row and cases."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import intaglio as ig
from intaglio._format import codecs, filters, registry
from intaglio.errors import DECODE_REASONS

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "reference"))

from reader import registry as plain  # noqa: E402

JS = ROOT / "implementations" / "javascript" / "src"
KSY = (ROOT / "conformance" / "intaglio.ksy").read_text()
MANIFEST = json.loads((ROOT / "conformance" / "manifest.json").read_text())["cases"]
ACCEPTED = [case["id"] for case in MANIFEST if case["result"] == "accept"]


def javascript(file):
    return (JS / f"{file}.js").read_text()


def kaitai(enum):
    """Codes and names of one enumeration of the Kaitai description."""
    block = re.search(rf"^  {enum}:\n((?:    .*\n)+)", KSY, re.MULTILINE)[1]
    return {int(code, 0): name for code, name in re.findall(r"(\w+): (\w+)", block)}


@pytest.fixture(scope="module")
def carried():
    """The elements, filters and codecs that the accepted cases use."""
    elements, steps, coders = set(), set(), set()
    for case in ACCEPTED:
        try:
            found = ig.info(ROOT / "conformance" / "cases" / f"{case}.png")
        except ig.DecodeError as problem:  # the case needs higher limits than the default
            assert problem.reason == "limit-exceeded", case
            continue
        for array in found.arrays:
            elements.add(re.sub(r"\[.*", "", array.dtype))
            steps |= {re.sub(r"\(.*", "", step) for step in array.filters}
            coders.add(array.codec)
    return elements, steps, coders


@pytest.mark.parametrize("element", registry.ELEMENTS, ids=lambda e: e.name)
def test_an_element_is_known_everywhere(element, carried):
    row = plain.ELEMENTS[element.code]
    assert (row.name, row.item_bytes, row.components) == tuple(element)[1:4]
    quoted = f"[0x{element.code:02x}, '{element.name}', {element.item_bytes}, {element.components}]"
    assert quoted in javascript("arrays")
    assert kaitai("element")[element.code] == element.name
    assert element.name in carried[0]


def test_no_implementation_knows_more_elements():
    codes = {element.code for element in registry.ELEMENTS}
    assert plain.ELEMENTS.keys() == codes == kaitai("element").keys()
    assert len(re.findall(r"\[0x\w\w, '", javascript("arrays"))) == len(codes)


def test_time_units_are_known_everywhere():
    names = [registry.TIME_UNITS[code] for code in sorted(registry.TIME_UNITS)]
    assert [*plain.UNITS] == names
    listed = re.search(r"UNITS = Object.freeze\(\[(.*?)\]\)", javascript("arrays"))[1]
    assert re.findall(r"'(\w*)'", listed) == ["", *names]
    assert kaitai("time_unit").keys() == {0, *registry.TIME_UNITS}


@pytest.mark.parametrize("kind", registry.FILTERS, ids=lambda f: f.name)
def test_a_filter_is_known_everywhere(kind, carried):
    step = filters.filter_step(kind.name, *range(1, kind.parameters + 1))
    block = np.arange(64, dtype=np.uint8)
    assert filters.undo_filters(filters.apply_filters(block, (step,), 4), (step,), 4).tolist() == (
        block.tolist()
    )
    assert (plain.FILTERS[kind.code].stage, plain.FILTERS[kind.code].numbers) == kind[2:]
    quoted = f"name: '{kind.name}', stage: {kind.stage}, params: {kind.parameters}"
    assert f"0x{kind.code:02x}: {{ {quoted} }}" in javascript("filters")
    assert kaitai("filter_code")[kind.code] == kind.name
    assert kind.name in carried[1]


@pytest.mark.parametrize(("code", "name"), registry.CODECS.items())
def test_a_codec_is_known_everywhere(code, name, carried):
    block = np.arange(64, dtype=np.uint8)
    codec = codecs.CODEC_BY_CODE[code]
    assert codec.decode(codec.encode(block, 3), 64).tolist() == block.tolist()
    assert code in plain.CODECS
    assert f"{name.upper()} = {code};" in javascript("blocks")
    assert kaitai("codec")[code] == name
    assert name in carried[2]


def test_no_implementation_knows_more_filters_or_codecs():
    assert plain.FILTERS.keys() == registry.FILTER_BY_CODE.keys() == kaitai("filter_code").keys()
    assert {*plain.CODECS} == registry.CODECS.keys() == kaitai("codec").keys()
    assert codecs.CODEC_BY_CODE.keys() == registry.CODECS.keys()


@pytest.mark.parametrize("reason", DECODE_REASONS)
def test_a_reason_is_raised_by_every_reader_and_has_a_case(reason):
    assert any(case["reason"] == reason for case in MANIFEST)
    assert f"'{reason}'" in javascript("errors")
    modules = (ROOT / "reference" / "reader").glob("*.py")
    assert any(f'"{reason}"' in module.read_text() for module in modules)


def test_no_extension_is_registered_yet():
    assert frozenset() == registry.EXTENSION_TYPES_KNOWN
