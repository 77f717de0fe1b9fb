"""netCDF-4 of random content, written by the netCDF library: equal in every sample, or named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import same_bits

from intaglio import _convert

netcdf = pytest.importorskip("netCDF4")

TYPES = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
NAMES = st.from_regex(r"[A-Za-zé][A-Za-z0-9_ é.@+-]{0,6}[A-Za-z0-9é]", fullmatch=True)
RESERVED = {"dims", "_FillValue", "NAME", "CLASS", "REFERENCE_LIST", "DIMENSION_LIST"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
LENGTHS = {"t": 2, "x": 3, "y": 1, "x y": 4}
BITS = st.integers(0, 2**32).map(np.random.default_rng)


def values(bits, dtype, shape):
    """Elements of any bits."""
    count = int(np.prod(shape)) * np.dtype(dtype).itemsize
    return np.frombuffer(bits.bytes(count), dtype).reshape(shape)


@st.composite
def numbers(draw):
    return values(draw(BITS), draw(st.sampled_from(TYPES)), (draw(st.integers(0, 4)),))


ATTRIBUTES = st.dictionaries(
    NAMES.filter(lambda name: name not in RESERVED),
    st.one_of(TEXTS, st.lists(TEXTS, min_size=2, max_size=3), numbers(), st.just(b"\xff\xfe")),
    max_size=3,
)


def json_of(value):
    """What an attribute is in JSON, by its documentation."""
    if isinstance(value, bytes):
        return {"@dtype": "bytes", "@value": value.decode("latin-1")}
    if not isinstance(value, np.ndarray):
        return value
    plain = value.dtype.name in ("int64", "float64") and np.isfinite(value).all()
    if plain and value.size:
        return value.tolist() if value.size > 1 else value[0].item()
    shape = [] if value.size == 1 else [value.size]
    tagged = {"@dtype": value.dtype.name, "@shape": shape}
    if np.isfinite(value).all():
        return {**tagged, "@value": value.tolist()}
    return {**tagged, "@hex": value.astype(value.dtype.newbyteorder("<")).tobytes().hex()}


@st.composite
def variables(draw):
    """Options of a variable, names of its dimensions, and its samples' dtype."""
    order, dtype = draw(st.sampled_from("<>")), draw(st.sampled_from(TYPES))
    options = {"endian": "little" if order == "<" else "big"}
    dtype = np.dtype(order + dtype)
    options = options if dtype.itemsize > 1 else {}
    if draw(st.booleans()):
        options |= {"compression": "zlib", "shuffle": draw(st.booleans())}
    if draw(st.booleans()):
        options["fletcher32"] = True
    dimensions = draw(st.lists(st.sampled_from(["t", "x", "y", "x y"]), max_size=3, unique=True))
    if draw(st.booleans()) and dimensions:
        options["chunksizes"] = [draw(st.integers(1, LENGTHS[each])) for each in dimensions]
    return dtype, tuple(dimensions), options


@settings(max_examples=120, deadline=None)
@given(
    members=st.dictionaries(
        st.tuples(st.sampled_from(["", "g/", "g/é h/"]), NAMES).map("".join),
        variables(),
        max_size=4,
    ),
    bits=BITS,
    attributes=st.lists(ATTRIBUTES, min_size=8, max_size=8),
    others=st.booleans(),
)
def test_what_the_netcdf_library_writes_is_equal_in_every_sample_and_attribute(
    tmp_path_factory, members, bits, attributes, others
):
    path = tmp_path_factory.mktemp("nc") / "a.nc"
    members = {name: each for name, each in members.items() if name not in ("g", "g/é h")}
    expected, given_attributes, skipped = {}, {}, set()
    with netcdf.Dataset(path, "w") as file:
        file.set_auto_maskandscale(False)
        for name, length in LENGTHS.items():
            file.createDimension(name, None if name == "t" else length)
        for name, (dtype, dimensions, options) in members.items():
            group = file.createGroup(name.rpartition("/")[0]) if "/" in name else file
            base = name.rpartition("/")[2]
            if base in LENGTHS and dimensions != (base,):
                dimensions = (base,)
                options.pop("chunksizes", None)
            variable = group.createVariable(base, dtype, dimensions, **options)
            variable.set_auto_maskandscale(False)
            array = values(bits, dtype, tuple(LENGTHS[each] for each in dimensions))
            variable[...] = array
            expected[name] = array
            given_attributes[name] = attributes.pop()
            for key, value in given_attributes[name].items():
                variable.setncattr(key, value)
            if dimensions:
                given_attributes[name] = {**given_attributes[name], "dims": list(dimensions)}
        metadata = attributes.pop()
        for key, value in metadata.items():
            file.setncattr(key, value)
        if others:
            file.createVariable("text!", str, ("x",))[:] = np.array(["a", "b", "c"], object)
            file.createVariable("char!", "S1", ("x",))[:] = np.array([b"a", b"b", b"c"])
            record = file.createCompoundType([("a", "i4")], "record_t")
            file.createVariable("record!", record, ("x",))[:] = np.zeros(3, [("a", "i4")])
            ragged = file.createVLType(np.int32, "ragged_t")
            file.createVariable("ragged!", ragged, ("y",))
            choice = file.createEnumType(np.uint8, "choice_t", {"a": 1, "b": 7})
            file.createVariable("choice!", choice, ("x",))[:] = np.array([1, 7, 1], "u1")
            expected["choice!"] = np.array([1, 7, 1], "u1")
            given_attributes["choice!"] = {"dims": ["x"]}
            skipped = {"text!", "char!", "record!", "ragged!"}
    found = _convert.read(path)
    assert {*found.skipped} == skipped
    assert found.arrays.keys() == expected.keys()
    for name, array in expected.items():
        stored = array.astype(array.dtype.newbyteorder("="))
        assert same_bits(found.arrays[name], stored), name
        attrs = {key: json_of(value) for key, value in given_attributes[name].items()}
        assert found.attrs.get(name, {}) == attrs
    assert found.metadata == {key: json_of(value) for key, value in metadata.items()}


def test_counted_texts_empty_arrays_and_an_attribute_dims_are_kept_or_named(tmp_path):
    h5py = pytest.importorskip("h5py")
    with netcdf.Dataset(tmp_path / "a.nc", "w") as file:
        file.createDimension("x", 2)
        variable = file.createVariable("v", "f4", ("x",))
        variable[:] = [1, 2]
        variable.setncattr("nul", "a\0b")  # three characters, as nc_get_att_text counts them
        variable.setncattr("empty", "")
        variable.setncattr("none", np.zeros(0, "i2"))
        variable.setncattr("DIMENSION_LABELS", "mine")
        variable.setncattr("dims", "mine")
    with h5py.File(tmp_path / "a.nc", "a") as file:
        file["v"].attrs["table"] = [["a", "b"]]
    found = _convert.read(tmp_path / "a.nc")
    assert found.attrs["v"] == {
        "nul": "a\0b",
        "empty": "",
        "none": {"@dtype": "int16", "@shape": [0], "@value": []},
        "DIMENSION_LABELS": "mine",
        "table": [["a", "b"]],
        "dims": ["x"],
    }
    assert found.skipped == {"v@dims": "its name is the one under which dimensions come along"}


@pytest.mark.parametrize("form", ["NETCDF4", "NETCDF3_CLASSIC"])
def test_dimensions_of_no_variable_and_empty_groups_are_named(tmp_path, form):
    with netcdf.Dataset(tmp_path / "a.nc", "w", format=form) as file:
        file.createDimension("x", 2)
        file.createDimension("spare", 7)
        file.createVariable("v", "f4", ("x",))[:] = [1, 2]
        if form == "NETCDF4":
            file.createGroup("empty")
            file.createGroup("kept").title = "a"
    notes = _convert.read(tmp_path / "a.nc").notes
    assert [note for note in notes if "'spare' of length 7" in note and "'x'" not in note]
    groups = [note for note in notes if "groups" in note]
    assert groups == (
        ["groups with nothing in them left out: 'empty'"] if form == "NETCDF4" else []
    )
