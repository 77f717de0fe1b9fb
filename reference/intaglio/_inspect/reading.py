"""The public functions that read: a path or file object is decoded, inspected or verified.

What is refused is explained: `explain` looks for the cause when the message is asked for.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from intaglio._format.decoder import Opened, decoding, inspect
from intaglio._format.elements import Array
from intaglio._format.registry import DEFAULT_NAME
from intaglio._inspect.explain import explaining, explaining_pixels
from intaglio._inspect.info import Info, info_of
from intaglio._inspect.lazy import IntaglioFile
from intaglio._io import Source, open_source
from intaglio.errors import (
    AmbiguousNameError,
    DecodeError,
    EncodeError,
    Reason,
    UnknownNameError,
    listed,
)
from intaglio.limits import DEFAULT_LIMITS, Limits, check_limits


@contextmanager
def reading(source: Source, limits: Limits) -> Iterator[Opened]:
    """Decode `source` as [DEC-1] has it."""
    with (
        open_source(source) as stream,
        explaining(stream, limits),
        decoding(stream, limits) as opened,
    ):
        yield opened


@contextmanager
def inspecting(source: Source, limits: Limits) -> Iterator[Opened]:
    """Inspect `source` as [DEC-2] has it."""
    with open_source(source) as stream, explaining(stream, limits):
        yield inspect(stream, limits)[1]


def maybe_refusal(file: Source, limits: Limits = DEFAULT_LIMITS) -> DecodeError | None:
    """The error with which inspecting `file` fails, if it does; its cause is not looked for."""
    try:
        with open_source(file) as stream:
            inspect(stream, limits)
    except DecodeError as problem:
        return problem
    return None


def load(file: Source, name: str | None = None, *, limits: Limits = DEFAULT_LIMITS) -> Array:
    """One array of the file, exact in dtype, shape and every bit.

    name: without it, the only array, or the one called `data`.
    Errors: DecodeError (`.reason` is one of SPEC.md 14.7; the message says what probably happened
    to the file), KeyError if there is no such array (the message lists those there are), OSError
    if the file cannot be opened.
    """
    with reading(file, limits) as opened:
        wanted = _pick(name, opened.names)
        opened.check_output([wanted], limits)
        return opened.array(wanted)


def load_dict(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Array]:
    """All arrays of the file by name, in file order; errors as `load`."""
    with reading(file, limits) as opened:
        return _all_arrays(opened, limits)


def loads(
    data: bytes | bytearray | memoryview,
    name: str | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Array:
    """`load` from the bytes of a PNG file."""
    return load(io.BytesIO(data), name, limits=limits)


def loads_dict(
    data: bytes | bytearray | memoryview, *, limits: Limits = DEFAULT_LIMITS
) -> dict[str, Array]:
    """`load_dict` from the bytes of a PNG file."""
    return load_dict(io.BytesIO(data), limits=limits)


def open(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> IntaglioFile:  # noqa: A001
    """Open a file lazily: a mapping of names to arrays decoded when indexed, block by block."""
    return IntaglioFile(file, limits)


def info(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> Info:
    """What the file holds, from its first rows only. SPEC.md section 12, *inspect*."""
    with inspecting(file, limits) as opened:
        return info_of(opened)


def verify(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> Info:
    """Check all data: the whole PNG stream, every block and array, and the echo.

    What the picture shows is covered by no digest: bits of pixels that carry no data may have been
    changed, and the file is as sound as before. SPEC.md section 16.

    The `Info` returned has `png_checked` True and `echo` "intact" or "damaged"; whatever
    else is wrong raises DecodeError.
    """
    with reading(file, limits) as opened:
        opened.check_output(opened.names, limits)
        for name in opened.names:
            opened.canonical(name)
        echo = "intact" if opened.is_echo_intact() else "damaged"
        return info_of(opened, png_checked=True, echo=echo)


def imread(fname: Source, *, limits: Limits = DEFAULT_LIMITS) -> Array:
    """The exact array that `imsave` saved: dtype, shape and every bit. The same as `load`."""
    return load(fname, limits=limits)


def extract(pixels: npt.NDArray[np.uint8], *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Array]:
    """All arrays that (H, W, 3 or 4) uint8 `pixels` carry, by name; errors as `load`."""
    check_pixels(pixels)
    check_limits(limits)
    height, width = pixels.shape[:2]
    with explaining_pixels(pixels):
        return _all_arrays(Opened(iter([pixels]), width, height, pixels.nbytes), limits)


def check_pixels(pixels: npt.NDArray[np.uint8]) -> None:
    """Refuse what is not (H, W, 3 or 4) uint8 pixels."""
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
        message = "pixels are a numpy array of uint8"
        raise TypeError(message)
    if pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or not pixels.size:
        message = f"pixels have shape (H, W, 3) or (H, W, 4), not {pixels.shape}"
        raise EncodeError(Reason.COVER_INVALID, message)


def _all_arrays(opened: Opened, limits: Limits) -> dict[str, Array]:
    opened.check_output(opened.names, limits)
    return {name: opened.array(name) for name in opened.names}


def _pick(name: str | None, names: list[str]) -> str:
    if name is None and len(names) == 1:
        return names[0]
    wanted = DEFAULT_NAME if name is None else name
    if wanted in names:
        return wanted
    if name is None:
        message = f"say which array: this file has {listed(names)}"
        raise AmbiguousNameError(message)
    raise UnknownNameError(name, names)
