"""diff: files are the same if every bit of their data is; else the report says where not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from tests.support import DTYPES, special_words

import intaglio as ig
from intaglio._operations import diff as diff_module
from intaglio._operations.diff import diff

INTAGLIO = str(Path(sys.executable).with_name("intaglio"))


@pytest.fixture
def compared(tmp_path):
    def compare(a, b, *, a_options=None, b_options=None):
        ig.save(tmp_path / "a.png", a, **(a_options or {}))
        ig.save(tmp_path / "b.png", b, **(b_options or {}))
        return diff(tmp_path / "a.png", tmp_path / "b.png")

    return compare


def from_bits(*words, dtype="f8"):
    return np.array(words, f"u{np.dtype(dtype).itemsize}").view(dtype)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_file_is_the_same_as_itself_under_another_picture(compared, dtype):
    words = special_words(dtype) if dtype.kind in "fcV" else (0, 1)
    size = dtype.itemsize // (2 if dtype.kind == "c" else 1)
    array = np.resize(np.array(words, f"u{size}"), 12 * dtype.itemsize // size).view(dtype)
    with np.errstate(all="ignore"):  # the picture of infinities and NaNs is not looked at here
        found = compared({"x": array}, {"x": array}, b_options={"cmap": "gray", "profile": "dense"})
    assert found.equal
    assert found.arrays[0].differing == 0
    assert found.arrays[0].first == ()


def test_differences_are_counted_and_the_first_five_placed(compared):
    a = np.arange(12.0).reshape(3, 4)
    b = a.copy()
    b[1:] += 0.5
    (array,) = compared(a, b).arrays
    assert not array.equal
    assert array.differing == 8
    assert array.elements == 12
    assert array.greatest_absolute == 0.5
    assert [e.index for e in array.first] == [(1, 0), (1, 1), (1, 2), (1, 3), (2, 0)]
    assert (array.first[0].a, array.first[0].b) == ("4", "4.5")


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ml_dtypes.bfloat16], ids=str)
def test_ulps_count_the_representable_values_between(compared, dtype):
    one = np.array([1, 0.0, -1], dtype)
    size = one.dtype.itemsize
    near = (one.view(f"u{size}") + np.array([1, 3, 2], f"u{size}")).view(dtype)
    (array,) = compared(one, near).arrays
    assert array.greatest_ulp == 3
    assert array.differing == 3


def test_ulps_go_through_zero_as_if_it_were_one_value(compared):
    (array,) = compared(from_bits(1), from_bits(0x8000000000000001)).arrays
    assert array.greatest_ulp == 2
    (array,) = compared(np.array([-np.finfo(float).max]), np.array([np.finfo(float).max])).arrays
    assert array.greatest_ulp == 2 * 0x7FEFFFFFFFFFFFFF
    assert array.greatest_absolute == np.inf


@pytest.mark.parametrize(
    ("a", "b", "only"),
    [
        (from_bits(0x7FF8 << 48), from_bits((0x7FF8 << 48) + 1), True),
        (np.array([0.0]), np.array([-0.0]), True),
        (np.array([0.0, 1.0]), np.array([-0.0, 2.0]), False),
        (np.array([np.nan]), np.array([1.0]), False),
        (np.array([1j]), np.array([complex(-0.0, 1)]), True),
    ],
    ids=["payload", "zero", "zero and value", "nan and value", "complex"],
)
def test_nan_payloads_and_signs_of_zero_are_told_apart_from_values(compared, a, b, only):
    (array,) = compared(a, b).arrays
    assert not array.equal
    assert array.only_nan_or_zero_sign is only


@pytest.mark.parametrize(
    ("a", "b", "greatest"),
    [
        (np.int64([-(2**63)]), np.int64([2**63 - 1]), 2**64 - 1),
        (np.uint64([0]), np.uint64([2**64 - 1]), 2**64 - 1),
        (np.int8([-128, 5]), np.int8([127, 5]), 255),
        (np.array([True]), np.array([False]), 1),
        (np.array([5, 0], "M8[s]"), np.array([9, "NaT"], "M8[s]"), 4),
        (np.array(["NaT"], "m8[s]"), np.array([0], "m8[s]"), None),
    ],
    ids=lambda x: str(getattr(x, "dtype", x)),
)
def test_integers_differ_exactly(compared, a, b, greatest):
    (array,) = compared(a, b).arrays
    assert array.greatest_absolute == greatest
    assert array.greatest_ulp is None
    assert not array.only_nan_or_zero_sign


def test_other_dtypes_and_shapes_are_said_without_comparing_elements(compared):
    found = compared(
        {"x": np.zeros(3), "y": np.zeros((2, 3))}, {"x": np.zeros(3, "f4"), "y": np.zeros((3, 2))}
    )
    x, y = found.arrays
    assert x.dtype == ("float64", "float32")
    assert y.shape == ((2, 3), (3, 2))
    assert x.differing is y.differing is None


def test_arrays_in_one_file_only_and_metadata_are_named(compared):
    found = compared(
        {"x": np.zeros(3), "old": np.zeros(1)},
        {"new": np.zeros(1), "x": np.zeros(3)},
        a_options={
            "metadata": {"n": 1, "deep": {"a": [1, 2]}, "gone": None},
            "attrs": {"x": {"unit": "K"}},
        },
        b_options={"metadata": {"n": 1.0, "deep": {"a": [1, 3]}}, "attrs": {"x": {"unit": "C"}}},
    )
    assert not found.equal
    assert (found.only_in_a, found.only_in_b) == (("old",), ("new",))
    assert [(c.path, c.a, c.b) for c in found.metadata] == [
        (("n",), (1,), (1.0,)),
        (("deep", "a"), ([1, 2],), ([1, 3],)),
        (("gone",), (None,), ()),
    ]
    assert [c.path for c in found.arrays[0].attrs] == [("unit",)]
    assert found.arrays[0].differing == 0
    assert not found.arrays[0].equal


def test_the_order_of_arrays_and_of_metadata_does_not_count(compared):
    assert compared(
        {"x": np.zeros(3), "y": np.ones(2)},
        {"y": np.ones(2), "x": np.zeros(3)},
        a_options={"metadata": {"a": 1, "b": 2}},
        b_options={"metadata": {"b": 2, "a": 1}},
    ).equal


def test_a_diff_is_true_where_something_differs_and_says_so_where_nothing_does(compared):
    same = compared(np.zeros(3), np.zeros(3), b_options={"cmap": "gray"})
    assert not same
    assert str(same) == "the data is the same"
    for b, options in ((np.ones(3), {}), (np.zeros(3), {"metadata": {"run": 7}})):
        found = compared(np.zeros(3), b, b_options=options)
        assert found
        assert not found.equal
    assert str(found) == "metadata run: nothing and 7"


def test_large_arrays_are_compared_a_block_at_a_time(compared, monkeypatch):
    seen = []
    elements = diff_module.Opened.elements

    def watched(self, name, start, stop):
        seen.append(stop - start)
        return elements(self, name, start, stop)

    monkeypatch.setattr(diff_module.Opened, "elements", watched)
    monkeypatch.setattr(diff_module, "_BLOCK_BYTES", 1 << 16)
    a = np.zeros(1_000_000)
    b = a.copy()
    b[[7, 999_999]] = 1
    (array,) = compared(a, b, a_options={"profile": "dense"}, b_options={"profile": "dense"}).arrays
    assert array.differing == 2
    assert [e.index for e in array.first] == [(7,), (999_999,)]
    assert max(seen) < 500_000


def test_a_damaged_file_is_an_error_and_not_a_difference(tmp_path):
    ig.save(tmp_path / "a.png", np.zeros(3))
    raw = (tmp_path / "a.png").read_bytes()
    (tmp_path / "b.png").write_bytes(raw[:-20])
    with pytest.raises(ig.DecodeError, match="png-damaged"):
        diff(tmp_path / "a.png", tmp_path / "b.png")


def test_git_shows_changed_data_and_no_changed_look(tmp_path):
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PATH": f"{Path(INTAGLIO).parent}{os.pathsep}{os.environ['PATH']}",
    }

    def run(*arguments):
        done = subprocess.run(
            [git, "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    guide = (Path(__file__).parents[2] / "docs" / "git.md").read_text()
    (tmp_path / ".gitattributes").write_text("*.png diff=intaglio\n")
    assert "*.png diff=intaglio" in guide
    run("init", "-q")
    textconv = "intaglio show --textconv"
    assert f'git config --global diff.intaglio.textconv "{textconv}"' in guide
    run("config", "diff.intaglio.textconv", textconv)
    array = np.linspace(0, 1, 100).reshape(10, 10)
    ig.save(tmp_path / "m.png", array, metadata={"run": 7})
    (tmp_path / "ordinary.png").write_bytes(b"\x89PNG but not really")
    run("add", ".")
    run("commit", "-q", "-m", "first")

    ig.save(tmp_path / "m.png", array, metadata={"run": 7}, cmap="gray")
    assert [line for line in run("diff").splitlines() if line[:2] in ("+m", '+"', "+ ")] == []

    array[0, 0] = 0.25
    ig.save(tmp_path / "m.png", array, metadata={"run": 8})
    (tmp_path / "ordinary.png").write_bytes(b"something else")
    shown = run("diff")
    assert '-metadata {"run": 7}\n+metadata {"run": 8}' in shown
    assert "\n-  0\n" in shown
    assert "\n+  0.25\n" in shown
    assert "+no readable Intaglio data" not in shown  # that line stays the same
    assert "+14 bytes, sha256" in shown
