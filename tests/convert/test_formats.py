"""File formats: what comes back is what went in, to the last bit, or is refused with a reason."""

import json
import subprocess
import sys
import zipfile

import ml_dtypes
import numpy as np
import pytest
from PIL import Image
from tests.support import BFLOAT16, DTYPES, same_bits, special_words

from intaglio import _convert
from intaglio._convert.base import Content, ReadOptions
from intaglio.cli.run import run
from intaglio.errors import FormatError

MANY = ("npz", "h5", "safetensors", "nc")
SUFFIX = {form.name: form.suffixes[0] for form in _convert.FORMATS}
NO_BFLOAT16 = {"npy", "npz", "tif"}


def special(dtype, shape=(3, 5)):
    """An array of the dtype with every special bit pattern, in C order."""
    words = np.array(special_words(dtype), f"u{component_bytes(dtype)}")
    count = int(np.prod(shape)) * dtype.itemsize // words.itemsize
    return np.resize(words, count).view(dtype).reshape(shape)


def component_bytes(dtype):
    return dtype.itemsize // (2 if dtype.kind == "c" else 1)


def plain(dtype, shape=(3, 5)):
    """Small numbers of the dtype, a few negative where it has them."""
    numbers = np.arange(int(np.prod(shape))).reshape(shape) * 7 % 11
    if dtype.kind == "c":
        return (numbers / 8 - 1j * numbers).astype(dtype)
    if dtype.kind in "fV":
        return (numbers / 8 - 0.5).astype(dtype)
    return numbers.astype(np.int64).astype(dtype) if dtype.kind in "mM" else numbers.astype(dtype)


def through(tmp_path, name, content, **options):
    path = tmp_path / f"file{SUFFIX[name]}"
    _convert.write(path, name, content)
    return _convert.read(path, ReadOptions(**options))


def holds(name, dtype):
    if dtype == BFLOAT16:
        return name not in NO_BFLOAT16
    if name == "safetensors":
        return dtype.kind in "biuf" or dtype == np.complex64
    if name == "tif":
        return dtype.kind in "biufc"
    if name == "nc":
        return dtype.kind in "biumM" or dtype in (np.float32, np.float64)
    return True


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", ["npy", "npz", "h5", "tif", "safetensors", "nc"])
def test_every_bit_comes_back_or_the_dtype_is_refused(tmp_path, name, dtype):
    array = special(dtype) if dtype.kind in "fcV" else plain(dtype)
    content = Content({"a": array})
    if not holds(name, dtype):
        with pytest.raises(FormatError, match=r"bfloat16|has no|have"):
            through(tmp_path, name, content)
        return
    (found,) = through(tmp_path, name, content).arrays.values()
    assert same_bits(found, array)


@pytest.mark.parametrize("name", ["npy", "npz", "h5", "tif", "safetensors", "nc"])
@pytest.mark.parametrize("shape", [(), (0, 3), (7,), (1, 1), (2, 3, 4), (2, 3, 4, 5)], ids=str)
def test_every_shape_comes_back_or_is_refused(tmp_path, name, shape):
    array = plain(np.dtype("f8"), shape)
    content = Content({"a": array})
    if name == "tif" and not (array.size and shape):
        with pytest.raises(FormatError, match="shape"):
            through(tmp_path, name, content)
        return
    (found,) = through(tmp_path, name, content).arrays.values()
    assert same_bits(found, array)


@pytest.mark.parametrize("name", ["npy", "npz", "h5", "tif", "safetensors", "nc"])
def test_order_in_memory_and_byte_order_do_not_count(tmp_path, name):
    array = np.asfortranarray(plain(np.dtype("f4"), (4, 6)).astype(">f4"))
    (found,) = through(tmp_path, name, Content({"a": array})).arrays.values()
    assert (found == array).all()
    assert found.shape == array.shape


@pytest.mark.parametrize("name", MANY)
def test_several_arrays_keep_names_and_order_does_not_matter(tmp_path, name):
    names = ["x", "g/y", "g/h/z", "..", ".", "../../e", "a//b", "g", "%2E", "Ω ü", "x.npy", "CON"]
    arrays = {each: np.arange(i + 1.0) for i, each in enumerate(names)}
    found = through(tmp_path, name, Content(arrays)).arrays
    if name == "npz":  # a zip must not leave its folder when someone unpacks it
        unsafe = {"..": "%2E%2E", ".": "%2E", "../../e": "%2E%2E%2F%2E%2E%2Fe", "a//b": "a%2F%2Fb"}
        unsafe["%2E"] = "%252E"
        arrays = {unsafe.get(each, each): array for each, array in arrays.items()}
    assert {*found} == {*arrays}
    assert all(same_bits(found[each], arrays[each]) for each in found)


METADATA = {
    "title": "a run",
    "n": 3,
    "x": 0.1,
    "yes": True,
    "nothing": None,
    "empty": [],
    "words": ["a", "b"],
    "floats": [0.5, 1.0],
    "mixed": [1, 1.0, "a"],
    "deep": {"a": {"b": [1, {"c": None}]}},
    "big": 2**70,
    "nul": "a\0b",
    "unicode": "Ωü😀",
    "": "no name",
    "bad\x1bname": 1,
}


@pytest.mark.parametrize("name", ["h5", "safetensors", "nc"])
def test_metadata_and_attributes_come_back_type_for_type(tmp_path, name):
    content = Content({"a": np.arange(6.0).reshape(2, 3)}, {"a": METADATA}, METADATA)
    found = through(tmp_path, name, content)
    assert json.dumps(found.metadata, sort_keys=True) == json.dumps(METADATA, sort_keys=True)
    assert json.dumps(found.attrs["a"], sort_keys=True) == json.dumps(METADATA, sort_keys=True)


HOSTILE = {
    "wide text": {"@dtype": "U500000000", "@shape": [1], "@value": ["a"]},
    "wide bytes": {"@dtype": "S2000000000", "@shape": [2], "@value": ["a", "b"]},
    "void": {"@dtype": "V2000000000", "@shape": [1], "@value": [0]},
    "fields": {"@dtype": "i4," * 2000 + "i4", "@shape": [1], "@value": [0]},
    "date": {"@dtype": "datetime64[s]", "@shape": [1], "@value": [0]},
    "padded": {"@dtype": "bytes", "@value": ["a" * 1_000_000, *["b"] * 100_000]},
    "no texts": {"@dtype": "U1", "@shape": [2**40], "@value": []},
    "overflow": {"@dtype": "int64", "@shape": [1], "@value": [2**70]},
}


@pytest.mark.parametrize("name", ["h5", "nc"])
def test_attributes_that_name_other_dtypes_or_sizes_are_kept_as_text_in_little_memory(
    tmp_path, name
):
    script = """
import json, resource, sys
import numpy as np
from pathlib import Path
from intaglio import _convert
from intaglio._convert.base import Content
path, name = sys.argv[1:]
attrs = {"a": json.load(sys.stdin)}
_convert.write(Path(path), name, Content({"a": np.arange(3)}))  # libraries are loaded
base = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (base + 2**28,) * 2)
_convert.write(Path(path), name, Content({"a": np.arange(3)}, attrs))
"""
    path = tmp_path / f"a.{name}"
    given = json.dumps(HOSTILE)
    subprocess.run([sys.executable, "-c", script, path, name], input=given, text=True, check=True)
    found = dict(_convert.read(path).attrs["a"])
    assert {key: found[key] for key in HOSTILE} == HOSTILE


def test_what_hdf5_has_in_attributes_comes_back_with_its_type(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.attrs["root"] = "yes"
        group = file.create_group("g")
        group.attrs["of a group"] = np.float32(0.1)
        data = group.create_dataset("x", data=np.arange(3, dtype=">i2"))
        data.attrs["unit"] = "K"
        data.attrs["nan"] = np.array([np.nan, 1.0])
        data.attrs["small"] = np.uint8([[1, 2], [3, 4]])
        data.attrs["fixed"] = np.bytes_(b"abc")
    content = _convert.read(tmp_path / "a.h5")
    assert content.metadata["root"] == "yes"
    assert content.metadata["@groups"]["g"]["of a group"]["@dtype"] == "float32"
    _convert.write(tmp_path / "b.h5", "h5", content)
    with h5py.File(tmp_path / "b.h5") as file:
        assert file["g"].attrs["of a group"] == np.float32(0.1)
        assert file["g"].attrs["of a group"].dtype == np.float32
        attributes = file["g/x"].attrs
        assert attributes["unit"] == "K"
        assert same_bits(attributes["nan"], np.array([np.nan, 1.0]))
        assert same_bits(attributes["small"], np.uint8([[1, 2], [3, 4]]))
        assert attributes["fixed"] == b"abc"


def test_one_path_of_hdf5_can_be_chosen_and_unknown_ones_are_listed(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["g/x"], file["g/y"], file["z"] = [1], [2], [3]
    assert [*_convert.read(tmp_path / "a.h5", ReadOptions(inside="/g")).arrays] == ["g/x", "g/y"]
    assert [*_convert.read(tmp_path / "a.h5", ReadOptions(inside="/g/y")).arrays] == ["g/y"]
    with pytest.raises(FormatError, match="it has '/g/x', '/g/y', '/z'"):
        _convert.read(tmp_path / "a.h5", ReadOptions(inside="/nothing"))


def test_hdf5_that_points_to_other_files_is_not_followed(tmp_path):
    h5py = pytest.importorskip("h5py")
    (tmp_path / "secret").write_bytes(b"12345678")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", (8,), "u1", external=[(tmp_path / "secret", 0, 8)])
        file["link"] = h5py.ExternalLink(tmp_path / "b.h5", "/x")
        file["fine"] = [1]
    content = _convert.read(tmp_path / "a.h5")
    assert [*content.arrays] == ["fine"]
    assert content.skipped.keys() == {"x", "link"}
    assert content.skipped["x"] == "its elements lie in another file"
    assert content.skipped["link"].startswith("it is a link to another file")


def test_hdf5_datasets_that_are_no_numbers_are_named(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["text"] = "hello"
        file["records"] = np.zeros(2, [("a", "i4"), ("b", "f8")])
        file["none"] = h5py.Empty("f8")
        file["fine"] = [1]
    content = _convert.read(tmp_path / "a.h5")
    assert {*content.skipped} == {"text", "records", "none"}


def test_a_dataset_that_claims_to_be_huge_is_refused(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", (10**6, 10**6), "f8", chunks=(1000, 1000))
    with pytest.raises(FormatError, match="too many"):
        _convert.read(tmp_path / "a.h5")
    (tmp_path / "a.h5").rename(tmp_path / "a.nc")
    with pytest.raises(FormatError, match="too many"):
        _convert.read(tmp_path / "a.nc")


def test_netcdf_dimensions_and_fill_values_are_kept(tmp_path):
    content = Content(
        {"t": np.float32([[1, 2, 3], [4, 5, 6]]), "time": np.arange(2)},
        {
            "t": {
                "dims": ["time", "x"],
                "units": "K",
                "_FillValue": {"@dtype": "float32", "@shape": [], "@value": [-1.0]},
                "scale_factor": 0.1,
            },
            "time": {"dims": ["time"]},
        },
    )
    found = through(tmp_path, "nc", content)
    assert found.attrs == content.attrs
    assert same_bits(found.arrays["t"], content.arrays["t"])  # neither masked nor scaled
    with pytest.importorskip("netCDF4").Dataset(tmp_path / "file.nc") as file:
        assert file["t"].dimensions == ("time", "x")
        assert file["t"].units == "K"


# Text


FINITE = [d for d in DTYPES if d.kind in "fV"]


@pytest.mark.parametrize("name", ["csv", "tsv", "txt"])
@pytest.mark.parametrize("dtype", FINITE, ids=str)
def test_every_number_comes_back_from_text(tmp_path, name, dtype):
    words = np.arange(2**16).astype(f"u{dtype.itemsize}") if dtype.itemsize == 2 else _random(dtype)
    array = words.view(dtype)
    with np.errstate(invalid="ignore"):
        array = array[~np.isnan(array)]
    array = np.append(array, np.array([np.nan, np.inf, -np.inf, -0.0, 1e4, 4096], dtype))
    array = array[: array.size // 2 * 2].reshape(-1, 2)
    told = {} if dtype == np.float64 else {"dtype": dtype.name}
    (found,) = through(tmp_path, name, Content({"": array}), **told).arrays.values()
    assert same_bits(found, array)


def _random(dtype):
    whole = np.array([0.0, 1, -1, 2**53, 2**60, 1e15, 1e16, 123456789012345678, 1e9, 2**24 + 1])
    words = np.random.default_rng(1).integers(0, 2**32, 4000, np.uint64).astype(np.uint64)
    words = (words << np.uint64(32)) | words[::-1]
    return np.append(
        words.astype(f"u{dtype.itemsize}"), whole.astype(dtype).view(f"u{dtype.itemsize}")
    )


@pytest.mark.parametrize(
    ("array", "told"),
    [
        (np.array([1, -5, 2**63 - 1]), None),
        (np.array([1, 2**64 - 1], np.uint64), None),
        (np.array([1.0, 2.0, -0.0]), None),
        (np.array([[1, 2], [3, 4]], np.int8), "int8"),
        (np.array([True, False]), None),
        (np.array([1 + 2j, complex(-0.0, np.inf), complex(np.nan, -0.0), 3]), None),
        (np.array([1.5 - 2j], np.complex64), "complex64"),
        (np.array(["2024-01-01T00:00:00.000000001", "NaT"], "M8[ns]"), None),
        (np.array(["2024-01-01", "-0044-03-15"], "M8[D]"), None),
        (np.array(["2024-01-01T05"], "M8[h]"), None),
        (np.array(["2024", "1999"], "M8[Y]"), "datetime64[Y]"),
        (np.array([5, -1], "m8[s]"), "timedelta64[s]"),
    ],
    ids=lambda x: str(getattr(x, "dtype", x)),
)
def test_kinds_are_inferred_from_text_or_told_by_dtype(tmp_path, array, told):
    path = tmp_path / "a.csv"
    notes = _convert.write(path, "csv", Content({"": array}))
    assert any("--dtype" in note for note in notes) == (told is not None or array.dtype == "u8")
    (found,) = _convert.read(path, ReadOptions(dtype=told)).arrays.values()
    assert same_bits(found, array)


def test_a_header_row_is_kept_as_columns_and_written_again(tmp_path):
    (tmp_path / "a.csv").write_text('\ufefft,"x, y"\r\n1.5,2\r\n3,4\r\n')
    content = _convert.read(tmp_path / "a.csv")
    assert content.attrs[""] == {"columns": ["t", "x, y"]}
    _convert.write(tmp_path / "b.csv", "csv", content)
    assert (tmp_path / "b.csv").read_text() == 't,"x, y"\n1.5,2\n3.0,4\n'


def test_a_table_of_several_kinds_is_its_columns_and_text_is_left_out(tmp_path):
    (tmp_path / "a.csv").write_text(
        "id,day,x,who,gap\n9007199254740993,2026-01-02,0.5,Ada,1\n2,2026-01-03,nan,Bo,\n"
    )
    content = _convert.read(tmp_path / "a.csv")
    assert same_bits(content.arrays["id"], np.array([2**53 + 1, 2]))
    assert same_bits(content.arrays["day"], np.array(["2026-01-02", "2026-01-03"], "M8[D]"))
    assert same_bits(content.arrays["x"], np.array([0.5, np.nan]))
    assert "line 2, column 4 is 'Ada', not a number" in content.skipped["who"]
    assert same_bits(content.arrays["gap"], np.array([1.0, np.nan]))
    assert "read as NaN: 1 empty cell, the first at line 3, column 5" in content.notes


def test_a_table_of_text_alone_or_with_a_name_twice_is_refused(tmp_path):
    for text in ("who,where\nAda,here\n", "a,a\n1,True\n", "a,\n1,True\n", "1,True\n2,False\n"):
        (tmp_path / "a.csv").write_text(text)
        with pytest.raises(FormatError):
            _convert.read(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1,2\n3,x\n", "line 2, column 2 is 'x', not a number"),
        ("a,1\n2,3\n", "line 1, column 1 is 'a', not a number"),
        ("1,2\n3\n", "line 2 has 1 cell, line 1 has 2 cells"),
        ("True,False\nTrue,\n", "line 2, column 2 is empty, and True or False has no missing"),
        ("name\n", "'name'"),
        ("1;2\n3;4\n", "not a number"),
        ("1_000\n", "not a number"),
        ("1,True\n", "mixes"),
        ("9007199254740993\n0.5\n", "line 1, column 1: the integer 9007199254740993 has no"),
        ("18446744073709551616\n", "18446744073709551616, beyond uint64"),
        (",,\n", "no numbers"),
        ('"1,2\n', "its cells cannot be told apart: unexpected end"),
    ],
)
def test_text_that_cannot_be_held_is_refused_with_its_place(tmp_path, text, why):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(FormatError) as caught:
        _convert.read(tmp_path / "a.csv")
    assert why in str(caught.value)


@pytest.mark.parametrize(
    "array",
    [
        np.array([0x7FF8000000000001], "u8").view("f8"),
        np.array([0xFFF8000000000000], "u8").view("f8"),
        np.zeros((2, 2, 2)),
        np.zeros((0, 3)),
        np.zeros(2, "M8[W]"),
        np.zeros(2, "M8[2D]"),
    ],
    ids=["payload", "negative nan", "3-d", "empty", "weeks", "two days"],
)
def test_arrays_that_text_cannot_hold_are_refused(tmp_path, array):
    with pytest.raises(FormatError, match=r"npy"):
        _convert.write(tmp_path / "a.csv", "csv", Content({"": array}))


def test_text_files_of_numpy_are_read(tmp_path):
    array = np.random.default_rng(0).normal(size=(20, 3))
    np.savetxt(tmp_path / "a.txt", array, fmt="%.17g", header="a comment")
    (found,) = _convert.read(tmp_path / "a.txt").arrays.values()
    assert same_bits(found, array)


# Hostile and broken files


def test_pickled_arrays_are_refused_and_left_out_where_there_are_others(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(FormatError, match="nothing pickled"):
        _convert.read(tmp_path / "a.npy")
    np.savez(tmp_path / "a.npz", objects=np.array([{}], object), fine=np.arange(3))
    content = _convert.read(tmp_path / "a.npz")
    assert "nothing pickled" in content.skipped["objects"]
    assert [*content.arrays] == ["fine"]


def test_hostile_npz_files_are_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros(3))
    raw = (tmp_path / "x.npy").read_bytes()
    with zipfile.ZipFile(tmp_path / "twice.npz", "w") as archive:
        archive.writestr("x.npy", raw)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("x.npy", raw)
    with zipfile.ZipFile(tmp_path / "huge.npz", "w") as archive:
        archive.writestr("x.npy", raw.replace(b"(3,)", b"(3000000000000,)"))
    with zipfile.ZipFile(tmp_path / "other.npz", "w") as archive:
        archive.writestr("readme.txt", "hello")
    for name in ("twice", "huge"):
        with pytest.raises(FormatError):
            _convert.read(tmp_path / f"{name}.npz")
    assert [*_convert.read(tmp_path / "other.npz").skipped] == ["readme.txt"]


def test_npz_files_are_the_same_bytes_every_time(tmp_path):
    content = Content({"a": np.arange(5), "b": np.ones((2, 2))})
    for name in ("a", "b"):
        _convert.write(tmp_path / f"{name}.npz", "npz", content)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert same_bits(file["b"], np.ones((2, 2)))


READABLE = sorted({suffix for form in _convert.FORMATS for suffix in form.suffixes})


@pytest.mark.parametrize("suffix", READABLE)
@pytest.mark.parametrize("junk", [b"", b"\x00", b"junk" * 99, b"\xff\xd8\xff", b"PK\x03\x04" * 9])
def test_junk_is_a_format_error_in_every_format(tmp_path, suffix, junk):
    (tmp_path / f"a{suffix}").write_bytes(junk)
    with pytest.raises(FormatError) as caught:
        _convert.read(tmp_path / f"a{suffix}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["npy", "npz", "h5", "tif", "safetensors", "nc"])
def test_truncated_files_are_format_errors_or_exact(tmp_path, name):
    path = tmp_path / f"a{SUFFIX[name]}"
    array = np.random.default_rng(0).normal(size=(40, 40))
    _convert.write(path, name, Content({"a": array}))
    raw = path.read_bytes()
    for keep in range(0, len(raw), max(1, len(raw) // 23)):
        path.write_bytes(raw[:keep])
        try:
            found = _convert.read(path)
        except FormatError:
            continue
        assert all(same_bits(each, array) for each in found.arrays.values())


# Pictures


@pytest.mark.parametrize(
    ("mode", "shape", "dtype"),
    [
        ("L", (5, 7), "u1"),
        ("LA", (5, 7, 2), "u1"),
        ("RGB", (5, 7, 3), "u1"),
        ("RGBA", (5, 7, 4), "u1"),
        ("1", (5, 7), "?"),
        ("I;16", (5, 7), "u2"),
    ],
)
def test_pictures_are_integer_arrays_of_their_samples(tmp_path, mode, shape, dtype):
    array = plain(np.dtype(dtype), shape)
    image = Image.fromarray(array) if mode != "1" else Image.fromarray(array).convert("1")
    image.save(tmp_path / "a.png")
    (found,) = _convert.read(tmp_path / "a.png").arrays.values()
    assert same_bits(found, array)


def test_colour_of_16_bits_is_exact_and_pictures_of_several_frames_are_refused(tmp_path):
    import cv2

    deep = np.arange(27, dtype=np.uint16).reshape(3, 3, 3) * 2001
    cv2.imwrite(str(tmp_path / "deep.png"), deep[..., ::-1])
    (found,) = _convert.read(tmp_path / "deep.png").arrays.values()
    assert same_bits(found, deep)
    frames = [Image.new("L", (3, 3), value) for value in (0, 255)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    with pytest.raises(FormatError, match="2 frames"):
        _convert.read(tmp_path / "a.gif")


# What is missing


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [
        ("h5", "h5py", "hdf5"),
        ("tif", "tifffile", "tiff"),
        ("safetensors", "safetensors", "safetensors"),
        ("nc", "h5netcdf", "netcdf"),
    ],
)
def test_a_missing_library_is_named_with_its_extra(
    tmp_path, monkeypatch, capsys, name, module, extra
):
    path = tmp_path / f"a{SUFFIX[name]}"
    _convert.write(path, name, Content({"a": np.zeros((2, 2))}))
    for loaded in [m for m in sys.modules if m.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    assert run(["pack", str(path), "-o", str(tmp_path / "a.png")]) == 69
    captured = capsys.readouterr()
    assert f"needs {module}: pip install 'intaglio[{extra}]'" in captured.err
    assert captured.err.count("\n") == 1


def test_no_partner_is_imported_before_it_is_needed():
    code = (
        "import sys, intaglio._convert, intaglio.cli.run;"
        "print({m.partition('.')[0] for m in sys.modules} & "
        "{'h5py', 'tifffile', 'safetensors', 'h5netcdf', 'scipy'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_bfloat16_goes_through_safetensors_and_hdf5(tmp_path):
    array = np.arange(6).astype(ml_dtypes.bfloat16).reshape(2, 3)
    for name in ("safetensors", "h5"):
        (found,) = through(tmp_path, name, Content({"a": array})).arrays.values()
        assert same_bits(found, array)
