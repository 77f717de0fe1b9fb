"""Reading .npy, .npz and .safetensors: every byte of a file is carried, or the file is refused."""

import io
import json
import struct
import sys
import zipfile

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from tests.support import same_bits

import intaglio
from intaglio import _convert
from intaglio.cli.run import run
from intaglio.errors import FormatError

NUMBERS = st.sampled_from(
    [
        "?",
        "i1",
        ">i2",
        "<i4",
        ">i8",
        "u1",
        "<u2",
        ">u4",
        "u8",
        "<f2",
        ">f4",
        "f8",
        "c8",
        ">c16",
        "M8[ns]",
        ">M8[D]",
        "m8[us]",
        "m8[25s]",
        "M8",
    ]
).map(np.dtype)
ANY_ARRAY = NUMBERS.flatmap(
    lambda dtype: arrays_of.arrays(dtype, arrays_of.array_shapes(min_dims=0, min_side=0))
)

OWN_WORDS = ("file", "args", "kwds", "allow_pickle")  # of np.savez


def npy(array, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, np.asanyarray(array), version)
    return out.getvalue()


def with_header(text, data=b"", version=1):
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text.encode("latin-1") + data


def refused(path, match):
    with pytest.raises(FormatError, match=match) as caught:
        _convert.read(path)
    assert "\n" not in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(array=ANY_ARRAY, fortran=st.booleans(), version=st.sampled_from([(1, 0), (2, 0), (3, 0)]))
def test_what_numpy_saves_is_read_to_the_last_bit(tmp_path_factory, array, fortran, version):
    path = tmp_path_factory.mktemp("npy") / "a.npy"
    array = np.asfortranarray(array) if fortran and array.ndim else array
    path.write_bytes(npy(array, version))
    (found,) = _convert.read(path).arrays.values()
    expected = np.load(path)
    assert found.shape == expected.shape
    assert same_bits(found.astype(found.dtype.newbyteorder("=")), expected.astype(array.dtype.newbyteorder("=")))  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    content=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
        ANY_ARRAY,
        max_size=4,
    ),
    compressed=st.booleans(),
)
def test_what_numpy_saves_several_of_is_read_to_the_last_bit(tmp_path_factory, content, compressed):
    path = tmp_path_factory.mktemp("npz") / "a.npz"
    content = {name: array for name, array in content.items() if name not in OWN_WORDS}
    (np.savez_compressed if compressed else np.savez)(path, **content)
    found = _convert.read(path).arrays
    assert [*found] == [*content]
    for one, other in zip(found.values(), content.values(), strict=True):
        assert one.dtype == other.dtype
        assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("extra", [npy(np.arange(9.0)), b"\0", b"junk" * 99], ids=len)
@pytest.mark.parametrize("first", [np.arange(3.0), np.float64(1), np.zeros((0, 3))], ids=np.shape)
def test_bytes_after_the_array_are_refused_wherever_it_stands(tmp_path, capsys, first, extra):
    raw = npy(first) + extra
    (tmp_path / "a.npy").write_bytes(raw)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", raw)
    says = f"{len(extra):,} bytes after the array"
    refused(tmp_path / "a.npy", f"{says}.*np.load.*file of its own")
    refused(tmp_path / "a.npz", f"'a.npy': {says}")
    for arguments in (["-o", str(tmp_path / "a.png")], ["--tiles", "-o", str(tmp_path / "s.zarr")]):
        assert run(["pack", str(tmp_path / "a.npy"), *arguments]) == 65
        assert says in capsys.readouterr().err
    assert not (tmp_path / "a.png").exists()
    assert not (tmp_path / "s.zarr").exists()


def test_two_arrays_on_standard_input_are_refused(tmp_path, capsys, monkeypatch):
    raw = npy(np.arange(3)) + npy(np.arange(4))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert run(["pack", "-", "-o", str(tmp_path / "a.png")]) == 65
    assert "160 bytes after the array" in capsys.readouterr().err


@pytest.mark.parametrize("spaces", [10, 11_000, 65_000, 1_000_000])
def test_a_long_header_is_read(tmp_path, spaces):
    text = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }" + " " * spaces + "\n"
    raw = with_header(text, np.arange(3.0).tobytes(), version=2)
    (tmp_path / "a.npy").write_bytes(raw)
    (found,) = _convert.read(tmp_path / "a.npy").arrays.values()
    assert same_bits(found, np.arange(3.0))
    assert run(["pack", str(tmp_path / "a.npy"), "--tiles", "-o", str(tmp_path / "s.zarr")]) == 0


GOOD = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (GOOD.replace("<f8", "O"), "nothing pickled"),
        (GOOD.replace("<f8", "|O8"), "nothing pickled"),
        (GOOD.replace("'<f8'", "[('a', '<f8')]"), "records"),
        (GOOD.replace("<f8", "<U5"), "text"),
        (GOOD.replace("<f8", "<f16"), "no numbers"),
        (GOOD.replace("<f8", "U500000000"), "text"),
        (GOOD.replace("<f8", "M8[0s]"), "no numbers"),
        (GOOD.replace("<f8", "3f8"), "no numbers"),
        (GOOD.replace("<f8", "f8,f8"), "no numbers"),
        (GOOD.replace("(3,)", "(-3,)"), "not the dict"),
        (GOOD.replace("(3,)", "(3.0,)"), "not the dict"),
        (GOOD.replace("(3,)", "(True,)"), "not the dict"),
        (GOOD.replace("(3,)", "(3)" + " " * 60_000 + "x"), "not the dict"),
        (GOOD.replace("(3,)", "(" * 60_000), "not the dict"),
        (GOOD.replace("(3,)", "(3," + " " * 60_000), "not the dict"),
        (GOOD.replace("(3,)", "(" + "1," * 33 + ")"), "33 dimensions"),
        (GOOD.replace("(3,)", "(4294967296, 4294967296)"), "too many"),
        (GOOD.replace("(3,)", "(500000000,)"), "ends early"),
        (GOOD.replace("False", "None"), "not the dict"),
        (GOOD.replace("}", "'shape': (4,), }"), "not the dict"),
        (GOOD.replace("}", "'more': 1, }"), "not the dict"),
        (GOOD.replace("'shape': (3,), ", ""), "not the dict"),
        ("-" * 60_000, "no dict"),
        ("{" + "[" * 60_000 + "}", "not the dict"),
        ("", "no dict"),
    ],
    ids=range(25),
)
@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_header_is_read_by_its_grammar_and_never_evaluated(tmp_path, text, why, version):
    (tmp_path / "a.npy").write_bytes(with_header(text, bytes(24), version))
    refused(tmp_path / "a.npy", why)


def test_bools_that_are_neither_0_nor_1_are_refused(tmp_path, capsys):
    raw = npy(np.array([0, 1, 2], np.uint8).view(bool))
    (tmp_path / "a.npy").write_bytes(raw)
    head = b'{"x":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}'
    tensors = struct.pack("<Q", len(head)) + head + b"\0\1\2"
    (tmp_path / "a.safetensors").write_bytes(tensors)
    refused(tmp_path / "a.npy", "neither 0 nor 1")
    for name in ("a.npy", "a.safetensors"):
        assert run(["pack", str(tmp_path / name), "-o", str(tmp_path / "a.png")]) == 65
        assert "neither 0 nor 1" in capsys.readouterr().err
    assert run(["pack", str(tmp_path / "a.npy"), "--tiles", "-o", str(tmp_path / "s.zarr")]) == 65


# .npz: what the directory at its end does not say


def zipped(path, members, **kinds):
    with zipfile.ZipFile(path, "w", **kinds) as archive:
        for name, raw in members:
            archive.writestr(name, raw)
    return path.read_bytes()


ONE = npy(np.arange(3.0))


def test_bytes_after_a_npz_are_refused_and_not_lost(tmp_path):
    """A .npy or an array that was appended; a comment is no such thing."""
    raw = zipped(tmp_path / "a.npz", [("a.npy", ONE)])
    for more in (b"\0", b"junk", ONE, b"PK\x05\x07" * 9):
        (tmp_path / "a.npz").write_bytes(raw + more)
        refused(tmp_path / "a.npz", "bytes after the end of the archive")
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as archive:
        archive.writestr("a.npy", ONE)
        archive.comment = b"a comment"
    found = _convert.read(tmp_path / "b.npz", _convert.ReadOptions())
    assert [*found.arrays] == ["a"]
    assert found.notes == ("the comment of the .npz is left out",)


def test_a_npz_before_another_is_refused_and_not_lost(tmp_path):
    first = zipped(tmp_path / "a.npz", [("a.npy", ONE)])
    second = zipped(tmp_path / "b.npz", [("b.npy", ONE)])
    (tmp_path / "two.npz").write_bytes(first + second)
    refused(tmp_path / "two.npz", "belong to nothing that its directory names")
    (tmp_path / "junk.npz").write_bytes(b"#!/bin/sh\n" + first)
    refused(tmp_path / "junk.npz", "10 bytes before 'a.npy' belong to nothing")


def test_a_member_that_the_directory_does_not_name_is_refused(tmp_path):
    raw = zipped(tmp_path / "a.npz", [("a.npy", ONE), ("b.npy", ONE)])
    central = raw.index(b"PK\x01\x02")
    size = 46 + len("a.npy")
    end = bytearray(raw[-22:])
    end[8:12] = struct.pack("<HH", 1, 1)
    end[12:20] = struct.pack("<II", size, central)
    (tmp_path / "a.npz").write_bytes(raw[: central + size] + end)
    assert zipfile.ZipFile(tmp_path / "a.npz").namelist() == ["a.npy"]
    refused(tmp_path / "a.npz", "bytes before its directory belong to nothing")


def test_members_that_share_bytes_or_names_are_refused(tmp_path):
    raw = bytearray(zipped(tmp_path / "a.npz", [("a.npy", ONE), ("b.npy", ONE)]))
    second = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 1)
    raw[second + 42 : second + 46] = bytes(4)  # where the second begins: at the first
    (tmp_path / "a.npz").write_bytes(raw)
    refused(tmp_path / "a.npz", "shares bytes")
    zipped(tmp_path / "b.npz", [("a.npy", ONE), ("a", b"no array")])
    refused(tmp_path / "b.npz", "two members of the name 'a'")


def test_encrypted_members_and_methods_that_numpy_never_writes_are_refused(tmp_path):
    raw = bytearray(zipped(tmp_path / "a.npz", [("a.npy", ONE)]))
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.npz").write_bytes(raw)
    refused(tmp_path / "a.npz", "'a.npy' is encrypted")
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        zipped(tmp_path / "b.npz", [("a.npy", ONE)], compression=method)
        refused(tmp_path / "b.npz", f"compressed by method {method}")


def test_a_npz_that_declares_more_than_it_holds_is_refused_before_memory(tmp_path, monkeypatch):
    head = ONE.replace(b"(3,)", b"(4000000,)")
    zipped(tmp_path / "a.npz", [("a.npy", head)])
    refused(tmp_path / "a.npz", "ends early: its array has 32,000,000 bytes, and 30 are there")
    zeros = npy(np.zeros(10**6))
    zipped(tmp_path / "b.npz", [("a.npy", zeros)], compression=zipfile.ZIP_DEFLATED)
    assert _convert.read(tmp_path / "b.npz").arrays["a"].shape == (10**6,)
    monkeypatch.setenv("INTAGLIO_OUTPUT_BYTES_MAX", "1000000")
    refused(tmp_path / "b.npz", "INTAGLIO_OUTPUT_BYTES_MAX allows")


def test_members_with_parts_of_a_path_are_names_and_what_is_no_array_is_named(tmp_path, capsys):
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../x.npy", ONE)
        archive.writestr("/g/y.npy", ONE)
        archive.writestr("g/", b"")
        archive.writestr("notes.txt", b"hello")
        archive.comment = b"by hand"
    out = str(tmp_path / "a.png")
    assert run(["pack", str(path), "-o", out]) == 65
    assert "'g/': it is not an array; --skip leaves it out" in capsys.readouterr().err
    assert run(["pack", str(path), "-o", out, "--skip"]) == 0
    err = capsys.readouterr().err
    assert "'notes.txt' left out" in err
    assert "the comment of the .npz is left out" in err
    assert [*intaglio.open(out)] == ["../../x", "/g/y"]


# .safetensors


def tensors(path, head, data=b"", raw=None):
    text = json.dumps(head).encode() if raw is None else raw
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


X = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}


@settings(max_examples=60, deadline=None)
@given(
    content=st.dictionaries(
        st.text(min_size=1, max_size=9).filter(lambda name: name != "__metadata__"),
        st.sampled_from(["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]).flatmap(
            lambda dtype: arrays_of.arrays(dtype, arrays_of.array_shapes(min_dims=0, min_side=0))
        ),
        min_size=1,
        max_size=4,
    ),
    texts=st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3),
)  # fmt: skip
def test_what_safetensors_saves_is_read_to_the_last_bit(tmp_path_factory, content, texts):
    path = tmp_path_factory.mktemp("st") / "a.safetensors"
    safetensors.numpy.save_file(content, path, metadata=texts)
    found = _convert.read(path)
    assert found.arrays.keys() == content.keys()
    assert all(same_bits(found.arrays[name], content[name]) for name in content)
    assert found.metadata == texts


@pytest.mark.parametrize("member", ["intaglio_attrs", "intaglio_json"])
@pytest.mark.parametrize(
    "text",
    ["[]", "5", "null", '"x"', "{", "", '{"x": 1, "x": 2}', "[" * 99_999, '{"a": 1e999}', '{"a": NaN}', '{"a": "\\ud800"}'],
    ids=range(11),
)  # fmt: skip
def test_our_own_members_of_safetensors_are_objects_or_refused(tmp_path, capsys, member, text):
    tensors(tmp_path / "a.safetensors", {"__metadata__": {member: text}, "x": X}, bytes(4))
    if not text:
        assert _convert.read(tmp_path / "a.safetensors").metadata == {}
        return
    assert run(["pack", str(tmp_path / "a.safetensors"), "-o", str(tmp_path / "a.png")]) == 65
    assert member in capsys.readouterr().err


@pytest.mark.parametrize("attrs", [{"x": 5}, {"x": []}, {"x": None}, {"y": {}}, {"": {}}])
def test_attributes_in_safetensors_are_an_object_for_a_tensor_that_is_there(
    tmp_path, capsys, attrs
):
    head = {"__metadata__": {"intaglio_attrs": json.dumps(attrs)}, "x": X}
    tensors(tmp_path / "a.safetensors", head, bytes(4))
    assert run(["pack", str(tmp_path / "a.safetensors"), "-o", str(tmp_path / "a.png")]) == 65
    assert "intaglio_attrs" in capsys.readouterr().err


def test_a_name_that_stands_twice_in_safetensors_is_refused(tmp_path):
    one = json.dumps(X)
    other = one.replace("F32", "I32")
    path = tmp_path / "a.safetensors"
    tensors(path, None, bytes(4), raw=f'{{"x":{one},"x":{other}}}'.encode())
    refused(path, "names a member twice")
    tensors(path, None, bytes(4), raw=f'{{"__metadata__":{{"a":"1","a":"2"}},"x":{one}}}'.encode())
    refused(path, "names a member twice")
    both = {"a": "1", "intaglio_json": '{"a": 2}'}
    tensors(path, {"__metadata__": both, "x": X}, bytes(4))
    refused(path, "'a' twice")


def test_a_header_of_safetensors_beyond_the_limit_is_refused_unread(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(struct.pack("<Q", 2**24 + 1) + b"{}")
    refused(path, "16,777,217 bytes")


def test_tensors_of_a_type_that_cannot_be_carried_are_named(tmp_path, capsys):
    head = {"x": X, "y": {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [4, 8]}}
    tensors(tmp_path / "a.safetensors", head, bytes(8))
    out = str(tmp_path / "a.png")
    assert run(["pack", str(tmp_path / "a.safetensors"), "-o", out]) == 65
    assert run(["pack", str(tmp_path / "a.safetensors"), "-o", out, "--skip"]) == 0
    assert "'y' left out: its elements are F8_E4M3" in capsys.readouterr().err
    assert [*intaglio.open(out)] == ["x"]


# Across files


def test_metadata_of_two_files_of_one_stem_is_refused_and_not_replaced(tmp_path, capsys):
    for folder, name in (("a", "x"), ("b", "y")):
        (tmp_path / folder).mkdir()
        safetensors.numpy.save_file(
            {name: np.zeros(1)}, tmp_path / folder / "run.safetensors", metadata={"who": folder}
        )
    paths = [str(tmp_path / folder / "run.safetensors") for folder in ("a", "b")]
    out = str(tmp_path / "a.png")
    assert run(["pack", *paths, "-o", out]) == 64
    assert "both called 'run'" in capsys.readouterr().err
    assert run(["pack", paths[0], f"other={paths[1]}", "-o", out]) == 0


def test_tiles_of_a_file_with_more_than_its_array_name_what_is_left_out(tmp_path, capsys):
    path = str(tmp_path / "a.npz")
    np.savez(path, x=np.arange(4.0), words=np.array(["a"]))
    assert run(["pack", path, "--tiles", "-o", str(tmp_path / "s.zarr")]) == 65
    assert "'words'" in capsys.readouterr().err
    assert run(["pack", path, "--tiles", "--skip", "-o", str(tmp_path / "s.zarr")]) == 0
    assert "'words' left out" in capsys.readouterr().err


def test_a_limit_of_the_environment_is_named_where_it_is_the_cause(tmp_path, monkeypatch):
    np.save(tmp_path / "a.npy", np.zeros(1000))
    monkeypatch.setenv("INTAGLIO_OUTPUT_BYTES_MAX", "7999")
    refused(tmp_path / "a.npy", "8,000 bytes together, the environment variable INTAGLIO_OUTPUT")
    monkeypatch.setenv("INTAGLIO_OUTPUT_BYTES_MAX", "8000")
    content = _convert.read(tmp_path / "a.npy", _convert.ReadOptions())
    assert [array.nbytes for array in content.arrays.values()] == [8000]
