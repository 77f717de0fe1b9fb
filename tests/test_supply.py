"""Dependencies: the minimum versions are tested, and the lock file is complete."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
TESTED = (
    "bfloat16",
    "figures",
    "hdf5",
    "netcdf",
    "pandas",
    "safetensors",
    "tiff",
    "xarray",
    "zarr",
    "test",
)


def requirements(*extras):
    lines = PROJECT["dependencies"] + [line for extra in extras for line in EXTRAS[extra]]
    parsed = [Requirement(line) for line in lines]
    return [one for one in parsed if one.name != "intaglio"]


def pins(name):
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and line[0] != "#"]
    parsed = [line.split(" --hash=sha256:") for line in lines]
    return {
        canonicalize_name(one[0].split("==")[0]): (Version(one[0].split("==")[1]), *one[1:])
        for one in parsed
    }


@pytest.mark.parametrize("one", requirements(*TESTED), ids=str)
def test_the_minimum_version_of_each_dependency_is_tested(one):
    pinned = pins("tests/oldest.txt").get(canonicalize_name(one.name))
    if not one.specifier:
        assert pinned is None
        return
    (bound,) = (Version(spec.version) for spec in one.specifier)
    assert pinned[0] in one.specifier
    assert pinned[0].release[: len(bound.release)] == bound.release


@pytest.mark.parametrize("one", requirements(*TESTED, "lint"), ids=str)
def test_the_lock_lists_every_declared_dependency(one):
    version, digest = pins("requirements.lock")[canonicalize_name(one.name)]
    assert version in one.specifier
    assert len(bytes.fromhex(digest)) == 32
