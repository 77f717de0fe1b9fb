"""The same input gives the same bytes: between processes, threads and levels of x86."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from intaglio._render.portable_math import angle, log10, magnitude

# Where numpy says what it found out about the processor: the older name, then the newer.
CORE = import_module(
    "numpy.core._multiarray_umath" if np.__version__ < "2" else "numpy._core._multiarray_umath"
)

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "bench" / "written.py"
PLACES = ":".join(place for place in sys.path if place)


def written(*before, **environment):
    """The output of bench/written.py in a separate process."""
    words = [*before, os.path.realpath(sys.executable), str(WRITTEN)]
    done = subprocess.run(
        words,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": PLACES, **environment},
    )
    assert done.stdout.count("\n") == 16
    return done.stdout


@pytest.fixture(scope="module")
def default():
    return written()


@pytest.mark.parametrize("seed", ["0", "12345"])
def test_the_hash_seed_of_a_process_does_not_change_files(default, seed):
    assert written(PYTHONHASHSEED=seed) == default


def test_files_are_the_same_without_the_compiled_kernels(default):
    assert written(INTAGLIO_PURE="1") == default


@pytest.mark.parametrize("cores", [1, 7])
def test_the_number_of_threads_does_not_change_files(default, cores, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(f"import os\nos.cpu_count = lambda: {cores}\n")
    assert written(PYTHONPATH=f"{tmp_path}:{PLACES}") == default


def test_files_are_the_same_without_newer_processor_features(default):
    """Environment variables make numpy, the C library and OpenBLAS use their oldest code."""
    newer = [name for name in CORE.__cpu_dispatch__ if CORE.__cpu_features__[name]]
    tunables = "glibc.cpu.hwcaps=-AVX2,-AVX,-FMA,-FMA4,-AVX512F,-BMI2,-BMI1,-LZCNT,-MOVBE,-POPCNT"
    older = {
        "NPY_DISABLE_CPU_FEATURES": " ".join(newer),
        "GLIBC_TUNABLES": tunables,
        "OPENBLAS_CORETYPE": "Prescott",
    }
    assert written(**older) == default


@pytest.mark.tools
@pytest.mark.parametrize("level", ["Nehalem", "Haswell"])
def test_files_are_the_same_on_an_emulated_older_processor(default, level):
    """Nehalem is x86-64-v2, the minimum for numpy; Haswell is v3. Covers zlib-ng, isal and zstd."""
    assert written("qemu-x86_64", "-cpu", level) == default


# What colours are made of is IEEE 754's operations only. numpy's own functions are the oracle.

FLOATS = hnp.arrays(np.float64, 20, elements=st.floats(width=64))


@given(FLOATS)
def test_logarithms_equal_those_of_numpy(values):
    with np.errstate(all="ignore"):
        expected = np.log10(values)
    np.testing.assert_allclose(log10(values), expected, rtol=0, atol=1e-12)


def test_logarithms_of_powers_of_ten_are_integers():
    exponents = np.arange(-307, 309)
    values = np.array([float(f"1e{k}") for k in exponents])
    assert (log10(values) == exponents).all()
    assert log10(np.array(100.0)) == 2


@given(FLOATS, FLOATS)
def test_magnitudes_equal_those_of_numpy(x, y):
    with np.errstate(all="ignore"):
        expected = np.hypot(x, y)
    np.testing.assert_allclose(magnitude(x, y), expected, rtol=1e-15, atol=1e-323)


@given(FLOATS, FLOATS)
def test_angles_equal_those_of_numpy(x, y):
    both = np.isinf(x) & np.isinf(y)
    with np.errstate(all="ignore"):
        expected = np.where(both, np.nan, np.arctan2(y, x))
    np.testing.assert_allclose(angle(y, x), expected, rtol=0, atol=1e-14)
    assert (np.signbit(angle(y, x)) == np.signbit(y))[~np.isnan(expected)].all()
