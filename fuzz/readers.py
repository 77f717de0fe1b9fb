"""The reference as a function from bytes to a verdict, beside which others are laid."""

import io
import os
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from fuzz.oracle import Verdict
from intaglio._format.decoder import Opened, decoding, inspect
from intaglio._format.header import write_header
from intaglio.errors import DECODE_REASONS, DecodeError
from intaglio.limits import Limits as ReaderLimits
from reader.decode import Array, File, Limits

LIMITS: Final = Limits(2**16, 2**12)
# Against hangs. Whoever looks for slow inputs sets it to 2, on a machine with nothing else to do.
SECONDS_MAX: Final = float(os.environ.get("INTAGLIO_FUZZ_SECONDS", "60"))
NOT_INSPECTED: Final = ("png-damaged", "array-digest-mismatch")  # [DEC-2] [DEC-3]
_LIMITS: Final = ReaderLimits(LIMITS.pixels, LIMITS.output_bytes)


class Timed(NamedTuple):
    """A verdict, and the time that it took."""

    verdict: Verdict
    seconds: float


def timed(work: Callable[[], Verdict]) -> Timed:
    """Whatever happens becomes a verdict; what is no DecodeError begins with `!`.

    What takes long on the clock is done again, and its processor time counts: the machine may
    have other things to do.
    """
    start = time.perf_counter()
    verdict = _verdict(work)
    seconds = time.perf_counter() - start
    if seconds > SECONDS_MAX:
        start = time.process_time()
        verdict = _verdict(work)
        seconds = time.process_time() - start
    return Timed(verdict, seconds)


def _verdict(work: Callable[[], Verdict]) -> Verdict:
    try:
        return work()
    except DecodeError as problem:
        if problem.reason in DECODE_REASONS:
            return problem.reason.value
        return f"!{problem.reason} is no reason of SPEC.md 14.7"
    except Exception as problem:
        return f"!{type(problem).__name__}: {problem}"


def of_pixels(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> Verdict:
    """Steps 5 to 28, from pixels (height, width, 3 or 4)."""
    height, width = pixels.shape[:2]
    return _reading(Opened(iter([pixels]), width, height))


def rgba(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """Pixels (..., 3 or 4) as the plain reader has them: R, G, B, A of one after the other."""
    if pixels.shape[-1] == 3:
        pixels = np.concatenate((pixels, np.full_like(pixels[..., :1], 255)), axis=-1)
    return pixels.tobytes()


def of_file(png: bytes) -> Verdict:
    """All steps, from the bytes of a file."""
    with decoding(io.BytesIO(png), _LIMITS) as opened:
        return _reading(opened)


def of_file_inspected(png: bytes) -> Verdict:
    """What the lazy reader gives, a slice at a time; the file is not checked as a whole."""
    _, opened = inspect(io.BytesIO(png), _LIMITS)
    return _reading(opened, piecewise=True)


def _reading(opened: Opened, *, piecewise: bool = False) -> File:
    opened.check_output(opened.names, _LIMITS)
    header = opened.contents.header
    arrays = []
    for record in header.arrays:
        raw = (_piecewise if piecewise else _whole)(opened, record.name, record.size)
        texts = record.metadata
        kind = (record.element, record.unit, record.unit_count)
        arrays.append(Array(record.name, *kind, record.shape, texts, raw))
    raw = bytes(opened._extractor.body(0, opened.contents.prologue.header_length))
    assert write_header(header) == raw, "the header is not written as it was read"
    return File(header.metadata, tuple(arrays))


def _whole(opened: Opened, name: str, _: int) -> bytes:
    return opened.canonical(name).tobytes()


def _piecewise(opened: Opened, name: str, size: int) -> bytes:
    """An array put together from slices that fit no block."""
    cuts = sorted({0, 1, size // 3, size // 2 + 1, size} & set(range(size + 1)))
    return b"".join(opened.elements(name, a, b).tobytes() for a, b in pairwise(cuts))


def disagreement(given: Verdict, right: Verdict) -> str | None:
    """How a verdict differs from the right one, if it does."""
    if given == right:
        return None
    if isinstance(given, str) or isinstance(right, str):
        return f"{shown(given)} instead of {shown(right)}"
    return "other arrays or metadata"


def shown(verdict: Verdict) -> str:
    """A verdict as one word for counting."""
    return verdict if isinstance(verdict, str) else "accepted"
