"""Shared by tests: arrays with special bit patterns, and comparison bit by bit."""

import gc
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
from hypothesis import strategies as st

from intaglio import DecodeError, Reason

HANG_SECONDS = 120  # not a limit on speed: it ends a test that would never end

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = (
    *map(np.dtype, ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")),
    *map(np.dtype, ("f2", "f4", "f8", "c8", "c16")),
    BFLOAT16,
    *map(np.dtype, ("M8[ns]", "M8[25s]", "M8[D]", "M8", "m8[as]", "m8[7Y]", "m8")),
)

# Quiet and signalling NaNs with payloads, zeros, infinities, subnormals, largest: by width in bytes.
_SPECIAL_FLOATS = {
    2: (0x7E01, 0x7C01, 0xFC01, 0xFE7F, 0x8000, 0x0000, 0x7C00, 0xFC00, 0x0001, 0x83FF, 0x7BFF),
    4: (
        *(0x7FC00001, 0x7F800001, 0xFF800001, 0xFFFFFFFF, 0x80000000, 0, 0x7F800000, 0xFF800000),
        *(1, 0x807FFFFF, 0x7F7FFFFF, 0xFFC00000),
    ),
    8: (
        *(0x7FF8000000000001, 0x7FF0000000000001, 0xFFF0000000000001, 0xFFFFFFFFFFFFFFFF),
        *(0x8000000000000000, 0, 0x7FF0000000000000, 0xFFF0000000000000, 0xFFF8000000000000),
        *(1, 0x800FFFFFFFFFFFFF, 0x7FEFFFFFFFFFFFFF),
    ),
}
_SPECIAL_BFLOAT16 = (0x7FC1, 0x7F81, 0xFF81, 0x8000, 0x7F80, 0xFF80, 0x0001, 0x807F, 0x7F7F)


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())


def special_words(dtype: np.dtype[Any]) -> tuple[int, ...]:
    """Bit patterns that careless code changes, in the width of the dtype's components."""
    width = dtype.itemsize // 2 if dtype.kind == "c" else dtype.itemsize
    if dtype == BFLOAT16:
        return _SPECIAL_BFLOAT16
    if dtype.kind in "fc":
        return _SPECIAL_FLOATS[width]
    top = 1 << (8 * width - 1)
    return (0, 1) if dtype.kind == "b" else (0, 1, top, top - 1, 2 * top - 1)


@st.composite
def special_arrays(
    draw: Callable[..., Any],
    dtypes: tuple[np.dtype[Any], ...] = DTYPES,
    shapes: st.SearchStrategy[tuple[int, ...]] | None = None,
) -> np.ndarray:
    """Arrays of any registered dtype whose elements mix random bits with special ones."""
    dtype = draw(st.sampled_from(dtypes))
    shape = draw(shapes if shapes is not None else small_shapes())
    width = dtype.itemsize // 2 if dtype.kind == "c" else dtype.itemsize
    count = int(np.prod(shape)) * dtype.itemsize // width
    words = np.dtype(f"<u{width}")
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    special = np.array(special_words(dtype), words)
    bits = rng.choice(special, count)
    if dtype.kind != "b":
        noise = rng.integers(0, 256, count * width, np.uint8).view(words)
        smooth = np.arange(count).astype(words) * words.type(rng.integers(0, 99))
        kind = draw(st.sampled_from(("special", "noise", "smooth", "mixed")))
        sources = {"special": bits, "noise": noise, "smooth": smooth}
        bits = np.where(rng.random(count) < 0.5, bits, noise) if kind == "mixed" else sources[kind]
    return bits.view(dtype).reshape(shape)


def small_shapes() -> st.SearchStrategy[tuple[int, ...]]:
    small = st.lists(st.integers(0, 7), max_size=5).map(tuple)
    return small | st.integers(0, 32).map(lambda rank: (1,) * rank) | st.just((33, 65))


def reason_of(call: Callable[[], object]) -> Reason | None:
    """The reason with which `call` is refused; None if it succeeds. Other errors fail the test."""
    try:
        call()
    except DecodeError as problem:
        return problem.reason
    return None


def until(condition: Callable[[], object]) -> None:
    """Wait until `condition()` is true, also on a busy machine; fail if it hangs."""
    end = time.monotonic() + HANG_SECONDS
    while not condition():
        assert time.monotonic() < end, "it hangs"
        time.sleep(0.01)


def calls(work: Callable[[], object]) -> int:
    """The number of Python and C functions that `work` calls, in all threads that it starts.

    A measure of work that is the same on every machine, busy or not. What earlier tests left for
    the garbage collector is collected before, so that its finalizers are not counted.
    """
    gc.collect()
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    gc.disable()
    threading.setprofile(counted)
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        gc.enable()
    return count


def quick(capsys, *arguments):
    """Run the command in this process; (exit code, stdout, stderr)."""
    from intaglio.cli.run import run

    capsys.readouterr()
    code = run([*map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err
