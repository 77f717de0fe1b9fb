"""The codec's specification and docs/zarr.md: what they say is so."""

import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import dask.array as da
import jsonschema
import numpy as np
import pytest
from tests.support import same_bits
from zarr.storage import FsspecStore

import intaglio as ig
import zarr
from intaglio._colormap_data import ROW_BY_NAME
from intaglio._format.registry import ELEMENTS, PROFILES
from intaglio._render.norms import NORM_NAMES
from intaglio.zarr import Picture, tiles
from intaglio.zarr._stores import open_tiles

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "zarr-codec"
SCHEMA = json.loads((FOLDER / "schema.json").read_text())
STORES = sorted((FOLDER / "sample_data").glob("*.zarr"))
TEXT = (ROOT / "docs" / "zarr.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
SPECIFICATION = (FOLDER / "README.md").read_text()
assert len(STORES) == 3
assert EXAMPLES
assert COMMANDS

CODECS = (
    Picture(),
    Picture(cmap="magma", vmin=-1, vmax=2.5, norm="symlog", level=22),
    Picture(profile=(3, 2, 3, 0), effort="small", norm="twoslope"),
    *(Picture(profile=name) for name in PROFILES),
)
WRONG = (
    {"colour": "red"},
    {"cmap": ""},
    {"vmin": "0"},
    {"norm": "cubic"},
    {"profile": "thick"},
    {"profile": [9, 0, 0, 0]},
    {"profile": [0, 0, 0, 0]},
    {"profile": [3, 2, 3]},
    {"profile": [3.5, 2, 3, 0]},
    {"level": True},
    {"level": 2.5},
    {"level": 0},
    {"level": 23},
    {"effort": "none"},
)


def our_codecs(metadata):
    """The codec objects named `intaglio` in a zarr.json, wherever they stand."""
    if isinstance(metadata, dict):
        if metadata.get("name") == "intaglio":
            yield metadata
        for value in metadata.values():
            yield from our_codecs(value)
    elif isinstance(metadata, list):
        for value in metadata:
            yield from our_codecs(value)


# The specification


@pytest.mark.parametrize("store", STORES, ids=lambda path: path.stem)
def test_every_sample_has_a_valid_codec_and_the_values_beside_it(store):
    (codec,) = our_codecs(json.loads((store / "zarr.json").read_text()))
    jsonschema.validate(codec, SCHEMA)
    assert same_bits(zarr.open_array(store, mode="r")[...], np.load(store.with_suffix(".npy")))


@pytest.mark.parametrize("store", STORES, ids=lambda path: path.stem)
def test_every_stored_chunk_of_the_samples_is_sound_alone(store):
    found = sorted(store.rglob("*.png"))
    assert found
    for path in found:
        raw = path.read_bytes()
        starts = [m.start() for m in re.finditer(re.escape(b"\x89PNG\r\n\x1a\n"), raw)]
        assert starts[0] == 0
        for start in starts:
            assert [*ig.loads_dict(raw[start:])] == ["data"]


def test_the_samples_leave_out_what_they_say_they_leave_out():
    assert not (FOLDER / "sample_data/plain.zarr/c/0/0.png").exists()
    shard = (FOLDER / "sample_data/sharded.zarr/c/0/0/0.png").read_bytes()
    assert shard.count(b"IHDR") == 7


def test_the_samples_are_what_their_script_writes(tmp_path):
    script = (ROOT / "docs/make_zarr_samples.py").read_text()
    (tmp_path / "make_zarr_samples.py").write_text(script)
    subprocess.run([sys.executable, tmp_path / "make_zarr_samples.py"], check=True)
    made = tmp_path / "zarr-codec/sample_data"
    for store in STORES:
        assert (made / store.name / "zarr.json").read_bytes() == (store / "zarr.json").read_bytes()
        assert (made / f"{store.stem}.npy").read_bytes() == store.with_suffix(".npy").read_bytes()
        assert same_bits(
            zarr.open_array(made / store.name)[...], zarr.open_array(store, mode="r")[...]
        )


@pytest.mark.parametrize("codec", CODECS, ids=range(len(CODECS)))
def test_what_we_write_the_schema_allows(codec):
    jsonschema.validate(json.loads(json.dumps(codec.to_dict())), SCHEMA)


@pytest.mark.parametrize("configuration", WRONG, ids=str)
def test_what_the_schema_forbids_we_refuse(configuration):
    codec = {"name": "intaglio", "configuration": configuration}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(codec, SCHEMA)
    with pytest.raises((ig.EncodeError, TypeError)):
        Picture.from_dict(codec)


def test_the_schema_and_the_text_name_all_that_we_know():
    members = SCHEMA["properties"]["configuration"]["properties"]
    assert [*members] == [field.name for field in fields(Picture)]
    assert members["norm"]["enum"] == [*NORM_NAMES]
    assert {*members["profile"]["oneOf"][0]["enum"]} == {*PROFILES}
    assert members["cmap"]["default"] in ROW_BY_NAME
    table = SPECIFICATION.partition("## Supported data types")[2].partition("## Where")[0]
    for element in ELEMENTS:
        assert f"`{element.name}`" in table or f"numpy.{element.name}" in table
    for member in members:
        assert f"`{member}`" in SPECIFICATION


def test_the_example_of_the_specification_is_valid():
    (block,) = re.findall(r"```json\n(.*?)```", SPECIFICATION, re.DOTALL)
    (codec,) = our_codecs(json.loads(block))
    jsonschema.validate(codec, SCHEMA)
    assert Picture.from_dict(codec).to_dict() == codec


# The page


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_python_examples_run(example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "zarr.md", "exec"), {})


@pytest.mark.parametrize("commands", COMMANDS, ids=range(len(COMMANDS)))
def test_the_shell_examples_run(commands, tmp_path):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    shell = ["bash", "-euc", commands]
    subprocess.run(shell, cwd=tmp_path, env=os.environ | {"PATH": path}, check=True)
    assert (tmp_path / "overview.png").is_file()


def test_stores_behind_fsspec_work_as_others_do():
    values = np.arange(24.0).reshape(4, 6)
    url = "memory://stores/t.zarr"
    store = FsspecStore.from_url(url)
    array = zarr.create_array(store, shape=(4, 6), chunks=(2, 3), dtype="f8", **tiles())
    array[:] = values
    assert same_bits(zarr.open_array(url, mode="r")[:], values)
    found = open_tiles(url)
    assert found.grid == (2, 2)
    assert same_bits(ig.loads(found.png((1, 0))), values[2:, :3])
    other = "memory://stores/d.zarr"
    da.from_array(values, chunks=(2, 3)).to_zarr(other, storage_options={"x": 1}, **tiles())
    assert same_bits(da.from_zarr(other, storage_options={"x": 1}).compute(), values)
    assert open_tiles(other).grid == (2, 2)


@pytest.mark.parametrize("path", ["docs/zarr.md", "docs/zarr-codec/README.md"])
def test_every_link_leads_somewhere(path):
    text = (ROOT / path).read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / path).parent.joinpath(link).exists()] == []
