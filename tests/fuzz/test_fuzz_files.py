"""Mutants of files that `pack` reads: they are made by structure, and a child judges them."""

from math import inf

import pytest

h5py = pytest.importorskip("h5py")
pytest.importorskip("netCDF4")
pytest.importorskip("scipy")
pytest.importorskip("tifffile")
pytest.importorskip("safetensors")

from fuzz import files, packed  # noqa: E402 - they need the libraries


@pytest.mark.parametrize("kind", files.KINDS)
def test_the_command_refuses_or_packs_mutants_of_files_by_a_documented_code(kind):
    count, codes, found = packed.run(kind, 0, 25, inf)
    assert found == []
    assert count == 25
    assert {*codes} == {0, 65}


@pytest.mark.parametrize("kind", files.KINDS)
def test_a_mutant_is_the_same_for_the_same_number_and_differs_from_its_seed(kind):
    assert files.mutant(kind, 7) == files.mutant(kind, 7) != files.mutant(kind, 8)
    made = {files.mutant(kind, number) for number in range(20)}
    assert len(made - {*files.seeds(kind)}) > 15


def test_checksums_of_hdf5_are_found_and_computed_as_hdf5_does():
    for kind in ("h5", "nc"):
        for seed in files.seeds(kind):
            fields, checked = files.hdf5_fields(seed)
            assert len(fields) > 50
            for part in checked:
                stored = int.from_bytes(seed[part.end : part.end + 4], "little")
                assert files.lookup3(seed[part.start : part.end]) == stored
    assert sum(len(files.hdf5_fields(seed)[1]) > 5 for seed in files.seeds("h5")) == 2


def test_a_child_that_dies_or_an_exit_code_that_is_not_documented_is_a_finding(monkeypatch, tmp_path):  # fmt: skip
    monkeypatch.setattr(packed, "STATE", tmp_path)
    monkeypatch.setattr(packed.sys, "executable", "/bin/false")
    count, _, found = packed.run("tif", 3, 2, inf)
    assert (count, found) == (2, ["tif 3: dies with 1", "tif 4: dies with 1"])
    assert (tmp_path / "packed-tif-3.tif").read_bytes() == files.mutant("tif", 3)
    monkeypatch.setattr(packed, "CODES", frozenset())
    assert packed.judged("h5", 0, tmp_path)[1]
    with h5py.File(tmp_path / "ok.h5", "w") as file:
        file["x"] = 1
    monkeypatch.setattr(packed, "mutant", lambda *_: (tmp_path / "ok.h5").read_bytes())
    assert packed.judged("h5", 0, tmp_path)[0] == 0
