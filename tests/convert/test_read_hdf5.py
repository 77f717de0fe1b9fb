"""Reading .h5 and .nc: nothing in them is obeyed, and nothing in them is lost silently."""

from pathlib import Path

import numpy as np
import pytest
from tests.support import same_bits

import intaglio
from intaglio import _convert
from intaglio._convert.base import ReadOptions
from intaglio.cli.run import run
from intaglio.errors import FormatError

h5py = pytest.importorskip("h5py")
h5t, ALL = h5py.h5t, h5py.h5s.ALL


def raw_dataset(file, name, kind, elements):
    space = h5py.h5s.create_simple(elements.shape)
    h5py.h5d.create(file.id, name.encode(), kind, space).write(ALL, ALL, elements, mtype=kind)


def packed(tmp_path, capsys, *arguments):
    code = run(["pack", *map(str, arguments), "-o", str(tmp_path / "out.png"), "--force"])
    return code, capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".h5", ".nc"])
def test_links_to_other_files_are_refused_by_name_and_never_opened(tmp_path, capsys, suffix):
    other, path = tmp_path / f"other{suffix}", tmp_path / f"a{suffix}"
    with h5py.File(other, "w") as file:
        file["secret"] = [42]
    with h5py.File(path, "w") as file:
        file["fine"] = [1]
        file["g/out"] = h5py.ExternalLink(other, "/secret")
        file["via"] = h5py.SoftLink("/g/out")
        file["zfine"] = [1]
    code, err = packed(tmp_path, capsys, path)
    assert code == 65
    assert "'g/out': it is a link to another file" in err
    code, err = packed(tmp_path, capsys, path, "--skip")
    assert code == 0
    assert "links left out: 'via' to '/g/out'" in err
    assert [*intaglio.open(tmp_path / "out.png")] == ["fine", "zfine"]
    if suffix == ".h5":
        for inside in ("/g/out", "/via", "/g/out/more"):
            code, err = packed(tmp_path, capsys, f"{path}:{inside}")
            assert (code, "a link to another file" in err) == (65, True)


def test_links_inside_the_file_can_be_asked_for_and_are_named_when_left_out(tmp_path, capsys):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["g/x"] = [1, 2]
        file["hard"] = file["g/x"]
        file["soft"] = h5py.SoftLink("g/x")
        file["loop"] = h5py.SoftLink("/loop")
        file["g/up"] = file["g"]
    code, err = packed(tmp_path, capsys, tmp_path / "a.h5")
    assert code == 0
    assert all(each in err for each in ("'g/x'", "'soft' to 'g/x'", "'loop' to '/loop'", "'g/up'"))
    content = _convert.read(tmp_path / "a.h5", ReadOptions(inside="/soft"))
    assert content.arrays["soft"].tolist() == [1, 2]
    with pytest.raises(FormatError, match="more than 16 links"):
        _convert.read(tmp_path / "a.h5", ReadOptions(inside="/loop"))


@pytest.mark.parametrize("suffix", [".h5", ".nc"])
def test_groups_are_walked_once_each_and_refused_beyond_a_depth(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    with h5py.File(path, "w") as file:
        group = file
        for _ in range(3000):
            group = group.create_group("g")
    with pytest.raises(FormatError, match="more than 128 deep"):
        _convert.read(path)
    with h5py.File(path, "w") as file:
        file["/".join("g" * 120) + "/x"] = [1]
    assert next(iter(_convert.read(path).arrays.values())).tolist() == [1]


@pytest.mark.parametrize("suffix", [".h5", ".nc"])
def test_a_name_that_an_attribute_gives_twice_is_refused(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    for first, second in (("x", "y"), ("y", "x")):
        with h5py.File(path, "w") as file:
            file[first], file[second] = [1], [2]
            file[first].attrs["intaglio_name"] = second
        with pytest.raises(FormatError, match=f"have the name '{second}'"):
            _convert.read(path)


@pytest.mark.parametrize("suffix", [".h5", ".nc"])
@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("intaglio_name", 5),
        ("intaglio_name", [1.5, 2]),
        ("intaglio_dtype", 5),
        ("intaglio_dtype", "object"),
        ("intaglio_dtype", "datetime64[x]"),
        ("intaglio_dtype", "U500000000"),
        ("intaglio_dtype", "bfloat16"),
        ("intaglio_json", "[]"),
        ("intaglio_json", "5"),
        ("intaglio_json", "{"),
        ("intaglio_json", "[" * 9999),
        ("intaglio_json", 5),
    ],
)
def test_our_own_attributes_are_typed_or_refused_by_name(
    tmp_path, capsys, suffix, attribute, value
):
    path = tmp_path / f"a{suffix}"
    with h5py.File(path, "w") as file:
        file["x"] = [1]
        file["x"].attrs[attribute] = value
    code, err = packed(tmp_path, capsys, path)
    assert code == 65
    assert attribute in err


@pytest.mark.parametrize("suffix", [".h5", ".nc"])
def test_types_that_are_no_numbers_are_named_and_left_out_with_skip(tmp_path, capsys, suffix):
    path = tmp_path / f"a{suffix}"
    with h5py.File(path, "w") as file:
        file["fine"] = [1]
        raw_dataset(file, "time", h5t.UNIX_D32LE if hasattr(h5t, "UNIX_D32LE") else h5t.C_S1, np.zeros(2, "V4"))  # fmt: skip
        evil = h5t.create(h5t.OPAQUE, 8)
        evil.set_tag(b"NUMPY:O")
        raw_dataset(file, "objects", evil, np.full(2, 0x41, "u8").view("V8"))
        space = h5py.h5s.create_simple((2,))
        h5py.h5a.create(file["fine"].id, b"evil", evil, space)
        file["fine"].attrs["records"] = np.zeros(1, [("a", "i4")])
    code, err = packed(tmp_path, capsys, path)
    assert (code, "--skip leaves it out" in err) == (65, True)
    code, err = packed(tmp_path, capsys, path, "--skip")
    assert code == 0
    for name in ("'time'", "'objects'", "'fine@evil'", "'fine@records'"):
        assert f"{name} left out" in err
    assert [*intaglio.open(tmp_path / "out.png")] == ["fine"]


def test_arrays_as_elements_are_more_axes_and_enums_keep_every_value(tmp_path, capsys):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        numbers = np.arange(6, dtype=">f8").reshape(2, 3)
        raw_dataset(file, "axes", h5t.array_create(h5t.IEEE_F64BE, (3,)), numbers.view("V24")[:, 0])
        kind = h5t.py_create(h5py.enum_dtype({"RED": 1, "BLUE": 2}, ">i2"), logical=True)
        raw_dataset(file, "enum", kind, np.array([1, 2, 7, -9], ">i2").view("V2"))
        file["when"] = np.array(["2020", "NaT"], "M8[s]").astype(h5py.opaque_dtype("M8[s]"))
        file.create_dataset("filled", (2,), "i4", fillvalue=9)
    code, err = packed(tmp_path, capsys, tmp_path / "a.h5")
    assert code == 0
    assert "'enum': the names of its enum are left out: 'BLUE' 2, 'RED' 1" in err
    assert "'filled': its fill value 9 is left out" in err
    with intaglio.open(tmp_path / "out.png") as found:
        assert same_bits(found["axes"][...], numbers.astype("f8"))
        assert found["enum"][...].tolist() == [1, 2, 7, -9]
        assert same_bits(found["when"][...], np.array(["2020", "NaT"], "M8[s]"))
        assert found["filled"][...].tolist() == [9, 9]


def test_bools_of_other_bytes_are_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        kind = h5t.py_create(np.dtype("?"), logical=True)
        raw_dataset(file, "x", kind, np.array([0, 1, 2], "u1").view("V1"))
    assert "neither 0 nor 1" in _convert.read(tmp_path / "a.h5").skipped["x"]


@pytest.mark.parametrize("suffix", [".h5", ".nc"])
def test_what_declares_more_than_it_holds_is_refused_before_memory(tmp_path, capsys, suffix):
    path = tmp_path / f"a{suffix}"
    plans = {
        "a chunk has 2,147,483,648 bytes": {
            "shape": (1,), "maxshape": (None,), "chunks": (2**31,), "dtype": "u1", "compression": 1
        },
        "never written": {"shape": (2**31,), "dtype": "u1"},
        "never  written": {"shape": (2**31,), "dtype": "u1", "chunks": (2**20,)},
    }  # fmt: skip
    for says, plan in plans.items():
        with h5py.File(path, "w") as file:
            file.create_dataset("x", **plan)
        code, err = packed(tmp_path, capsys, path)
        assert code == 65
        assert says.replace("  ", " ") in err
    with h5py.File(path, "w", libver="latest") as file:
        file["x"] = [1]
        file["x"].attrs["big"] = np.zeros(2**20)
    code, err = packed(tmp_path, capsys, path)
    assert (code, "'x@big'" in err, "8,388,608 bytes" in err) == (65, True, True)


def test_filters_of_plugins_are_refused_and_none_is_loaded(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((4,))
        plan.set_filter(32015, h5py.h5z.FLAG_OPTIONAL)
        h5py.h5d.create(file.id, b"x", h5t.STD_I32LE, h5py.h5s.create_simple((4,)), plan)
    assert "filter 32015 needs a plugin" in _convert.read(tmp_path / "a.h5").skipped["x"]


def test_netcdf_names_dimensions_without_a_limit(tmp_path, capsys):
    netcdf = pytest.importorskip("netCDF4")
    with netcdf.Dataset(tmp_path / "a.nc", "w") as file:
        file.createDimension("time", None)
        file.createDimension("x", 3)
        file.createVariable("v", "f4", ("time", "x"))[:] = np.arange(6).reshape(2, 3)
        file["v"].units = "K"
        file.createVariable("time", "f8", ("time",))[:] = [1, 2]
        file.createGroup("g").createVariable("w", "i2", ("x",))[:] = [1, 2, 3]
    code, err = packed(tmp_path, capsys, tmp_path / "a.nc")
    assert code == 0
    assert "dimensions without a limit keep their present length only: 'time'" in err
    content = _convert.read(tmp_path / "a.nc")
    assert content.attrs["v"] == {"dims": ["time", "x"], "units": "K"}
    assert {name: array.dtype.str for name, array in content.arrays.items()} == {
        "v": "<f4", "time": "<f8", "g/w": "<i2"
    }  # fmt: skip
    assert content.arrays["v"].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("suffix", [".h5", ".nc", ".npy", ".npz", ".safetensors"])
@pytest.mark.parametrize("seed", range(12))
def test_no_mutated_file_leads_to_an_internal_error(tmp_path, capsys, suffix, seed):
    path = tmp_path / f"a{suffix}"
    source = _convert.Content({"x": np.arange(20.0).reshape(4, 5), "g/y": np.arange(3)})
    if suffix == ".npy":
        source = _convert.Content({"": np.arange(20.0)})
    else:
        source.attrs["x"], source.metadata["title"] = {"unit": "K", "n": [1, 2]}, "a run"
    _convert.write(path, suffix[1:], source)
    sound, random = path.read_bytes(), np.random.default_rng(seed)
    for _ in range(8):
        raw = bytearray(sound)
        for at in random.integers(0, len(raw), random.integers(1, 5)):
            raw[at] = random.choice([0, 1, 0x7F, 0xFF, raw[at] ^ (1 << random.integers(8))])
        Path(path).write_bytes(raw)
        code, err = packed(tmp_path, capsys, path, "--skip")
        assert code in (0, 65), err


def texts(kind_of_padding, size, cset=h5t.CSET_ASCII):
    kind = h5t.C_S1.copy()
    kind.set_size(size)
    kind.set_strpad(kind_of_padding)
    kind.set_cset(cset)
    return kind


def raw_attribute(file, name, kind, elements):
    space = h5py.h5s.create_simple(elements.shape)
    h5py.h5a.create(file.id, name.encode(), kind, space).write(elements, mtype=kind)


def test_integers_of_any_width_and_bit_fields_are_exact(tmp_path, capsys):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        twelve = h5t.STD_I16BE.copy()
        twelve.set_precision(12)
        twelve.set_offset(3)
        raw_dataset(file, "twelve", twelve, np.array([0x3FF8, 0x4000, 0x7FFF, 0x8007], ">u2").view("V2"))  # fmt: skip
        three = h5t.STD_U32LE.copy()
        three.set_size(3)
        raw_dataset(file, "three", three, np.array([b"\1\2\3", b"\xff\xff\xff"], "V3"))
        raw_dataset(file, "field", h5t.STD_B16LE, np.array([b"\1\2"], "V2"))
        raw_attribute(file, "three", three, np.array([b"\1\2\3"], "V3"))
    code, err = packed(tmp_path, capsys, tmp_path / "a.h5")
    assert code == 0
    assert "'twelve': its integers have 12 bits in 2 byte(s), stored as int16" in err
    assert "'field': it is a bit field, packed as integers" in err
    with intaglio.open(tmp_path / "out.png") as found:
        assert same_bits(found["twelve"][...], np.array([2047, -2048, -1, 0], "i2"))
        assert same_bits(found["three"][...], np.array([0x030201, 0xFFFFFF], "u4"))
        assert same_bits(found["field"][...], np.array([0x0201], "u2"))
        assert found.metadata == {
            "three": {"@dtype": "uint32", "@shape": [1], "@value": [0x030201]}
        }


def test_attributes_without_a_value_are_null_with_a_note(tmp_path, capsys):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = [1]
        file["x"].attrs["TITLE"] = h5py.Empty("S1")  # as PyTables has it
        file.attrs["number"] = h5py.Empty("f4")
        file.attrs["records"] = h5py.Empty([("a", "i4")])
    code, err = packed(tmp_path, capsys, tmp_path / "a.h5")
    assert code == 0
    assert "attributes without a value are null: '@number', '@records', 'x@TITLE'" in err
    with intaglio.open(tmp_path / "out.png") as found:
        assert found["x"].attrs == {"TITLE": None}
        assert found.metadata == {"number": None, "records": None}


def test_texts_keep_their_shape_their_nuls_and_bytes_that_are_no_utf8(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = [1]
        attrs = file["x"].attrs
        attrs["table"] = np.array([[b"a", b"bc"], [b"", b"d"], [b"e", b"f"]])
        attrs["words"] = np.array([["a", "b"], ["", "é"]], object)
        attrs["none"] = np.empty((0, 2), h5py.string_dtype())
        attrs["old"] = np.array([b"caf\xe9"], h5py.string_dtype("ascii"))
        raw_attribute(file["x"], "nul", texts(h5t.STR_NULLPAD, 4, h5t.CSET_UTF8), np.array(b"a\0b\0", "V4"))  # fmt: skip
        raw_attribute(file["x"], "spaces", texts(h5t.STR_SPACEPAD, 4), np.array(b"a b ", "V4"))
        raw_attribute(file["x"], "end", texts(h5t.STR_NULLTERM, 4), np.array(b"a\0\xff\xff", "V4"))
    content = _convert.read(tmp_path / "a.h5")
    assert not content.skipped
    expected = {
        "table": {"@dtype": "bytes", "@shape": [3, 2], "@value": ["a", "bc", "", "d", "e", "f"]},
        "words": [["a", "b"], ["", "é"]],
        "none": {"@dtype": "U1", "@shape": [0, 2], "@value": []},
        "old": {"@dtype": "bytes", "@value": ["café"]},
        "nul": {"@dtype": "bytes", "@value": "a\0b"},
        "spaces": {"@dtype": "bytes", "@value": "a b"},
        "end": {"@dtype": "bytes", "@value": "a"},
    }
    assert content.attrs["x"] == expected
    _convert.write(tmp_path / "b.h5", "h5", content)
    assert _convert.read(tmp_path / "b.h5").attrs["x"] == expected
    with h5py.File(tmp_path / "b.h5") as file:
        assert file["x"].attrs["table"].tolist() == [[b"a", b"bc"], [b"", b"d"], [b"e", b"f"]]


@pytest.mark.parametrize("suffix", [".h5", ".nc"])
def test_names_of_dimension_scales_are_hidden_only_where_hdf5_uses_them(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    with h5py.File(path, "w") as file:
        file["x"], file["y"] = [1, 2], [1.0, 2.0]
        file["x"].make_scale("ex")
        file["y"].dims[0].attach_scale(file["x"])
        file["y"].dims[0].label = "x"
        file["z"] = [1]
        for name in ("CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST"):
            file["z"].attrs[name] = "mine"
            file.attrs[name] = 5
    content = _convert.read(path)
    names = ("CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST")
    assert content.attrs["z"] == dict.fromkeys(names, "mine")
    assert content.metadata == dict.fromkeys(names, 5)
    label = "x" if suffix == ".nc" else ["x"]
    assert content.attrs["y"].pop("DIMENSION_LABELS") == label
    own = {"dims": ["x"]} if suffix == ".nc" else {"NAME": {"@dtype": "bytes", "@value": "ex"}}
    assert content.attrs["x"] == own
    assert content.attrs["y"] == ({"dims": ["x"]} if suffix == ".nc" else {})


@pytest.mark.parametrize("suffix", [".h5", ".nc"])
@pytest.mark.parametrize("size", [0, 2**63, 2**64 - 16, 2**64 - 24])
def test_a_heap_that_hdf5_would_walk_for_ever_is_refused(tmp_path, suffix, size):
    path = tmp_path / f"a{suffix}"
    with h5py.File(path, "w") as file:
        file["x"] = [1]
        file["x"].attrs["unit"] = "K"
        if suffix == ".nc":
            file["y"] = [2]
            file["x"].make_scale()
            file["y"].dims[0].attach_scale(file["x"])
    assert _convert.read(path).attrs["x"]["unit"] == "K"
    raw = bytearray(path.read_bytes())
    at = raw.index(b"GCOL") + 16 + 8  # the size of the first object
    assert raw[at : at + 8] == (1).to_bytes(8, "little")
    raw[at : at + 8] = size.to_bytes(8, "little")
    path.write_bytes(raw)
    with pytest.raises(FormatError, match="its global heap at byte"):
        _convert.read(path)


@pytest.mark.parametrize("suffix", [".h5", ".nc"])
def test_what_hdf5_does_not_open_is_named_and_the_rest_is_read(tmp_path, capsys, suffix):
    path = tmp_path / f"a{suffix}"
    with h5py.File(path, "w") as file:
        file["fine"] = [1]
        file.create_group("g")["y"] = [2]
        file["g"].attrs["one"] = 1
        odd = h5t.STD_I32LE.copy()
        odd.set_precision(27)
        odd.set_offset(3)
        raw_dataset(file, "odd", odd, np.zeros(2, "V4"))
        raw_attribute(file["g"], "odd", odd, np.zeros(2, "V4"))
    raw = path.read_bytes()
    assert raw.count(b"\x03\x00\x1b\x00") == 2  # offset and precision of the type
    path.write_bytes(raw.replace(b"\x03\x00\x1b\x00", b"\x03\x00\x90\x01"))
    code, err = packed(tmp_path, capsys, path)
    assert (code, "--skip leaves it out" in err) == (65, True)
    code, err = packed(tmp_path, capsys, path, "--skip")
    assert code == 0
    assert "'odd' left out" in err
    assert "'g@" in err
    assert [*intaglio.open(tmp_path / "out.png")] == ["fine", "g/y"]


def test_an_attribute_whose_name_is_not_utf8_is_named_and_the_others_are_kept(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = [1]
        file["x"].attrs["\\xff"] = "backslash"
        space = h5py.h5s.create(h5py.h5s.SCALAR)
        h5py.h5a.create(file["x"].id, b"\xff", h5t.STD_I32LE, space).write(np.array(5, "i4"))
    content = _convert.read(tmp_path / "a.h5")
    assert content.attrs["x"] == {"\\xff": "backslash"}
    assert "its name is not UTF-8" in content.skipped["x@\\xff"]
