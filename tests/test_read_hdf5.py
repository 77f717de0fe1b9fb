"""Reading .h5 and .nc: nothing in them is obeyed, and nothing in them is lost silently."""

from pathlib import Path

import numpy as np
import pytest

import intaglio
from intaglio import _formats
from intaglio._formats._base import FormatError, ReadOptions
from intaglio.cli._run import run
from support import same_bits

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
    content = _formats.read(tmp_path / "a.h5", ReadOptions(inside="/soft"))
    assert content.arrays["soft"].tolist() == [1, 2]
    with pytest.raises(FormatError, match="more than 16 links"):
        _formats.read(tmp_path / "a.h5", ReadOptions(inside="/loop"))


@pytest.mark.parametrize("suffix", [".h5", ".nc"])
def test_groups_are_walked_once_each_and_refused_beyond_a_depth(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    with h5py.File(path, "w") as file:
        group = file
        for _ in range(3000):
            group = group.create_group("g")
    with pytest.raises(FormatError, match="more than 128 deep"):
        _formats.read(path)
    with h5py.File(path, "w") as file:
        file["/".join("g" * 120) + "/x"] = [1]
    assert next(iter(_formats.read(path).arrays.values())).tolist() == [1]


@pytest.mark.parametrize("suffix", [".h5", ".nc"])
def test_a_name_that_an_attribute_gives_twice_is_refused(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    for first, second in (("x", "y"), ("y", "x")):
        with h5py.File(path, "w") as file:
            file[first], file[second] = [1], [2]
            file[first].attrs["intaglio_name"] = second
        with pytest.raises(FormatError, match=f"have the name '{second}'"):
            _formats.read(path)


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
    assert "neither 0 nor 1" in _formats.read(tmp_path / "a.h5").skipped["x"]


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
    assert "filter 32015 needs a plugin" in _formats.read(tmp_path / "a.h5").skipped["x"]


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
    content = _formats.read(tmp_path / "a.nc")
    assert content.attrs["v"] == {"dims": ["time", "x"], "units": "K"}
    assert {name: array.dtype.str for name, array in content.arrays.items()} == {
        "v": "<f4", "time": "<f8", "g/w": "<i2"
    }  # fmt: skip
    assert content.arrays["v"].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("suffix", [".h5", ".nc", ".npy", ".npz", ".safetensors"])
@pytest.mark.parametrize("seed", range(12))
def test_no_mutated_file_leads_to_an_internal_error(tmp_path, capsys, suffix, seed):
    path = tmp_path / f"a{suffix}"
    source = _formats.Content({"x": np.arange(20.0).reshape(4, 5), "g/y": np.arange(3)})
    if suffix == ".npy":
        source = _formats.Content({"": np.arange(20.0)})
    else:
        source.attrs["x"], source.metadata["title"] = {"unit": "K", "n": [1, 2]}, "a run"
    _formats.write(path, suffix[1:], source)
    sound, random = path.read_bytes(), np.random.default_rng(seed)
    for _ in range(8):
        raw = bytearray(sound)
        for at in random.integers(0, len(raw), random.integers(1, 5)):
            raw[at] = random.choice([0, 1, 0x7F, 0xFF, raw[at] ^ (1 << random.integers(8))])
        Path(path).write_bytes(raw)
        code, err = packed(tmp_path, capsys, path, "--skip")
        assert code in (0, 65), err
