"""The Kaitai Struct description says of every case what the reference says."""

import importlib.util
import io
import json
import subprocess
from pathlib import Path

import pytest
from kaitaistruct import KaitaiStream, KaitaiStructError

from intaglio import DecodeError
from intaglio._format.carrier import Extractor
from intaglio._format.header import read_header
from intaglio._format.png.decode import open_png
from intaglio._format.prologue import maybe_prologue_length, read_prologue
from intaglio._format.registry import CODECS, ELEMENTS, FILTERS, TIME_UNITS

CONFORMANCE = Path(__file__).parents[2] / "conformance"
CASES = sorted(CONFORMANCE.glob("cases/*/*/*.json"))
FIELDS = ("element", "unit", "unit_count", "shape", "codec", "block_length", "block_count")

pytestmark = pytest.mark.tools


@pytest.fixture(scope="module")
def description(tmp_path_factory):
    """The class that the Kaitai compiler makes of intaglio.ksy."""
    out = tmp_path_factory.mktemp("kaitai")
    folder = CONFORMANCE / "kaitai"
    if not (folder / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=folder, check=True)
    subprocess.run(["node", "compile.js", str(out)], cwd=folder, check=True)
    spec = importlib.util.spec_from_file_location("kaitai_intaglio", out / "intaglio.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Intaglio


def raw_parts(path):
    """Prologue and header bytes of a picture, as far as the reference gets."""
    with path.open("rb") as stream:
        png = open_png(stream, 2**28)
        extractor = Extractor(band.reshape(-1, band.shape[2]) for band in png.bands())
        raw = extractor.prologue(0, 24)
        length = maybe_prologue_length(raw)
        if length is not None and length > len(raw):
            raw += extractor.prologue(len(raw), length)
        prologue = read_prologue(raw, png.width, png.height)
        extractor.start_body(prologue.depths, prologue.body_length)
        return raw, prologue, bytes(extractor.body(0, prologue.header_length))


def number(value):
    return getattr(value, "value", value)


def assert_same(parsed, prologue, header):
    for name in (
        "major",
        "minor",
        "depths",
        "width",
        "height",
        "header_length",
        "body_length",
        "root",
    ):
        ours = getattr(prologue, name)
        theirs = getattr(parsed.prologue, name)
        assert (tuple(theirs) if name == "depths" else theirs) == ours
    assert parsed.header.metadata == header.metadata
    assert len(parsed.header.arrays) == len(header.arrays)
    for theirs, ours in zip(parsed.header.arrays, header.arrays, strict=True):
        for name in FIELDS:
            value = getattr(theirs, name)
            assert (tuple(value) if name == "shape" else number(value)) == getattr(ours, name)
        assert theirs.name.decode() == ours.name
        assert (theirs.digest, theirs.metadata) == (ours.digest, ours.metadata)
        assert [(number(f.code), f.parameters) for f in theirs.filters] == [
            tuple(f) for f in ours.filters
        ]
    extensions = [(e.type, e.required, e.data) for e in parsed.header.extensions]
    assert extensions == [(e.type, e.required, e.data) for e in header.extensions]


def test_every_case_with_a_readable_header_reads_alike(description):
    compared = refused = 0
    for path in CASES:
        try:
            raw, prologue, header_raw = raw_parts(path.with_suffix(".png"))
        except DecodeError:
            continue
        stream = KaitaiStream(io.BytesIO(raw + header_raw))
        try:
            header = read_header(header_raw)
        except DecodeError:
            try:
                description(stream)
            except (KaitaiStructError, EOFError):
                refused += 1
            continue
        assert_same(description(stream), prologue, header)
        compared += 1
    accepted = sum(json.loads(path.read_text())["result"] == "accept" for path in CASES)
    assert compared > accepted - 20
    assert refused > 20


def test_its_names_are_those_of_the_registries(description):
    assert {e.value: e.name for e in description.Element} == {e.code: e.name for e in ELEMENTS}
    assert {f.value: f.name for f in description.FilterCode} == {f.code: f.name for f in FILTERS}
    assert {c.value: c.name for c in description.Codec} == CODECS
    assert {u.value for u in description.TimeUnit} == {0, *TIME_UNITS}
