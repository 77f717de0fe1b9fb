"""Classic netCDF: every sample as stored, or a refusal; what the header says is only data."""

import random
import struct

import netCDF4
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import netcdf_file
from tests.support import same_bits

from intaglio._convert import read
from intaglio.cli.run import run
from intaglio.errors import FormatError

FORMATS = ("NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA")
TYPES = ("i1", "i2", "i4", "f4", "f8")
TYPES_5 = (*TYPES, "u1", "u2", "u4", "i8", "u8")
BITS = np.random.default_rng(3)


def values(dtype, shape):
    count = int(np.prod(shape)) * np.dtype(dtype).itemsize
    return BITS.integers(0, 256, count, np.uint8).view(dtype).reshape(shape)


def written(path, kind, variables, records, attributes):
    """A file of the netCDF library; what must come back."""
    expected = {}
    with netCDF4.Dataset(path, "w", format=kind) as file:
        file.set_auto_maskandscale(False)
        file.set_fill_off()
        file.createDimension("t", None)
        for length in range(4):
            if length:
                file.createDimension(f"x{length}", length)
        file.setncatts(attributes)
        for i, (dtype, lengths, is_record) in enumerate(variables):
            shape = ((records,) if is_record else ()) + lengths
            dims = (("t",) if is_record else ()) + tuple(f"x{n}" for n in lengths)
            variable = file.createVariable(f"v{i}", dtype, dims)
            array = values(dtype, shape)
            if array.size:
                variable[...] = array
            expected[f"v{i}"] = array
    return expected


@settings(max_examples=60)
@given(st.data())
def test_files_of_the_netcdf_library_give_every_sample(tmp_path_factory, data):
    kind = data.draw(st.sampled_from(FORMATS))
    dtypes = st.sampled_from(TYPES_5 if kind == FORMATS[2] else TYPES)
    lengths = st.lists(st.integers(1, 3), max_size=3).map(tuple)
    variables = data.draw(
        st.lists(st.tuples(dtypes, lengths, st.booleans()), min_size=1, max_size=5)
    )
    records = data.draw(st.integers(0, 4))
    attributes = {"title": "é" * data.draw(st.integers(1, 5)), "n": np.arange(3, dtype="i2")}
    path = tmp_path_factory.mktemp("nc") / "a.nc"
    expected = written(path, kind, variables, records, attributes)
    found = read(path)
    assert {*found.arrays} == {*expected}
    for name, array in expected.items():
        with netCDF4.Dataset(path) as file:
            file.set_auto_maskandscale(False)
            stored = np.asarray(file[name][...]).reshape(found.arrays[name].shape)
        assert same_bits(found.arrays[name], stored.astype(stored.dtype.newbyteorder("=")))
        if records or not dict(zip(expected, variables, strict=True))[name][2]:
            assert same_bits(found.arrays[name], array)
    assert found.metadata["title"] == attributes["title"]
    assert found.metadata["n"] == {"@dtype": "int16", "@shape": [3], "@value": [0, 1, 2]}


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(TYPES), st.booleans()), min_size=1, max_size=4),
    st.integers(1, 5),
)
def test_files_of_scipy_give_every_sample(tmp_path_factory, variables, records):
    path = tmp_path_factory.mktemp("nc") / "a.nc"
    expected = {}
    with netcdf_file(path, "w") as file:
        file.title = "old"
        file.createDimension("t", None)
        file.createDimension("x", 3)
        for i, (dtype, is_record) in enumerate(variables):
            expected[f"v{i}"] = values(dtype, (records, 3) if is_record else (3,))
            dims = ("t", "x") if is_record else ("x",)
            file.createVariable(f"v{i}", np.dtype(dtype).newbyteorder(">"), dims)[:] = expected[
                f"v{i}"
            ]
            file.variables[f"v{i}"].units = "K"
    found = read(path)
    assert found.metadata == {"title": "old"}
    for i, (name, array) in enumerate(expected.items()):
        assert same_bits(found.arrays[name], array)
        assert found.attrs[name] == {"units": "K", "dims": ["t", "x"] if variables[i][1] else ["x"]}


@pytest.fixture
def small(tmp_path):
    """A file with dimensions, attributes, a text and variables along the record dimension."""
    path = tmp_path / "small.nc"
    with netCDF4.Dataset(path, "w", format=FORMATS[0]) as file:
        file.set_auto_maskandscale(False)
        file.createDimension("t", None)
        file.createDimension("x", 3)
        file.variables_ = "not ours"
        file.setncattr("variables", "a")
        file.createVariable("a", "i2", ("t", "x"))[:] = np.arange(6).reshape(2, 3)
        file["a"].scale_factor = 0.5
        file["a"].setncattr("_shape", "x")
        file.createVariable("b", "f8", ("t",))[:] = [0.25, np.nan]
        file.createVariable("name", "c", ("x",))[:] = [b"x", b"y", b"z"]
    return path


def test_attributes_are_only_data_and_text_is_named(small):
    found = read(small)
    assert found.metadata == {"variables_": "not ours", "variables": "a"}
    assert found.attrs["a"] == {"scale_factor": 0.5, "_shape": "x", "dims": ["t", "x"]}
    assert same_bits(found.arrays["a"], np.arange(6, dtype="i2").reshape(2, 3))
    assert found.skipped == {"name": "it holds text, no numbers"}
    assert found.notes == ("the dimension without a limit keeps its present length only: 't'",)


def test_a_file_that_was_written_as_a_stream_is_counted(small):
    raw = bytearray(small.read_bytes())
    raw[4:8] = b"\xff" * 4
    small.write_bytes(raw)
    assert read(small).arrays["a"].shape == (2, 3)


@pytest.mark.parametrize(
    ("at", "field", "says"),
    [
        (3, b"\x03", "of version 3"),
        (4, struct.pack(">I", 2**31), "would end at byte"),
        (8, struct.pack(">I", 11), "the tag 11"),
        (12, struct.pack(">I", 2**31 - 1), "its header"),
        (16, struct.pack(">I", 2**32 - 1), "ends too early"),
    ],
)
def test_what_a_header_says_and_the_file_has_not_is_refused(small, at, field, says):
    raw = bytearray(small.read_bytes())
    raw[at : at + len(field)] = field
    small.write_bytes(raw)
    with pytest.raises(FormatError, match=says):
        read(small)


def test_no_change_of_a_file_is_an_internal_error(small, tmp_path, capsys):
    raw = small.read_bytes()
    rng, codes = random.Random(7), set()
    path = tmp_path / "mutant.nc"
    for _ in range(300):
        mutant = bytearray(raw)
        for _ in range(rng.choice((1, 1, 2, 4))):
            at = rng.randrange(len(mutant))
            if rng.random() < 0.5:
                mutant[at] = rng.choice((0, 1, 127, 255, rng.randrange(256)))
            else:
                at -= at % 4
                mutant[at : at + 4] = struct.pack(">I", rng.choice((0, 1, 2**16, 2**31, 2**32 - 1)))
        path.write_bytes(mutant[: rng.choice((len(raw), len(raw), rng.randrange(len(raw))))])
        arguments = ["pack", str(path), "-o", str(tmp_path / "o.png"), "--force", "--skip"]
        codes.add(run(arguments))
        assert "internal error" not in capsys.readouterr().err
    assert codes <= {0, 65}
    assert codes == {0, 65}
