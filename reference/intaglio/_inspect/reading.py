"""The public functions that read: decode, inspect or verify a path or file object.

Errors explain what probably happened to the file: `explain` searches for the cause when the
message is first used.
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
    """Decode `source` as [DEC-1] defines."""
    with (
        open_source(source) as stream,
        explaining(stream, limits),
        decoding(stream, limits) as opened,
    ):
        yield opened


@contextmanager
def inspecting(source: Source, limits: Limits) -> Iterator[Opened]:
    """Inspect `source` as [DEC-2] defines."""
    with open_source(source) as stream, explaining(stream, limits):
        yield inspect(stream, limits)[1]


def maybe_refusal(file: Source, limits: Limits = DEFAULT_LIMITS) -> DecodeError | None:
    """The error of inspecting `file`, if it fails; does not search for the cause."""
    try:
        with open_source(file) as stream:
            inspect(stream, limits)
    except DecodeError as problem:
        return problem
    return None


def load(file: Source, name: str | None = None, *, limits: Limits = DEFAULT_LIMITS) -> Array:
    """Read one array, exact in dtype, shape and every bit.

    Parameters
    ----------
    file : str, os.PathLike or binary file object
        The PNG file. A file object is read from its current position.
    name : str, optional
        The name of the array. Default: the only array, or the array named "data".
    limits : Limits
        Upper bounds on pixels and output bytes.

    Returns
    -------
    ndarray
        A new, writable array in native byte order.

    Raises
    ------
    DecodeError
        The file cannot be decoded. `.reason` is one of SPEC.md section 14.7; the message says
        what probably happened to the file.
    KeyError
        There is no such array (UnknownNameError), or no name was given and there are several
        (AmbiguousNameError). The message lists the names.
    OSError
        The file cannot be opened or read.

    Notes
    -----
    Checks the whole PNG and the digests of this array. SPEC.md section 12, *decode*.

    Examples
    --------
    >>> ig.save("m.png", {"x": np.arange(3), "y": np.ones(2)})
    >>> ig.load("m.png", "x")
    array([0, 1, 2])
    """
    with reading(file, limits) as opened:
        wanted = _pick(name, opened.names)
        opened.check_output([wanted], limits)
        return opened.array(wanted)


def load_dict(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Array]:
    """Read all arrays of a file.

    Parameters
    ----------
    file : str, os.PathLike or binary file object
        The PNG file.
    limits : Limits
        Upper bounds on pixels and output bytes.

    Returns
    -------
    dict of str to ndarray
        The arrays by name, in file order.

    Raises
    ------
    DecodeError, OSError
        As for `load`.

    Examples
    --------
    >>> ig.save("m.png", {"x": np.arange(3), "y": np.ones(2)})
    >>> [*ig.load_dict("m.png")]
    ['x', 'y']
    """
    with reading(file, limits) as opened:
        return _all_arrays(opened, limits)


def loads(
    data: bytes | bytearray | memoryview,
    name: str | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Array:
    """Read one array from the bytes of a PNG file.

    Parameters
    ----------
    data : bytes, bytearray or memoryview
        The whole PNG file.
    name : str, optional
        As for `load`.
    limits : Limits
        As for `load`.

    Returns
    -------
    ndarray
        As for `load`.

    Raises
    ------
    DecodeError, KeyError
        As for `load`.
    """
    return load(io.BytesIO(data), name, limits=limits)


def loads_dict(
    data: bytes | bytearray | memoryview, *, limits: Limits = DEFAULT_LIMITS
) -> dict[str, Array]:
    """Read all arrays from the bytes of a PNG file.

    Parameters
    ----------
    data : bytes, bytearray or memoryview
        The whole PNG file.
    limits : Limits
        As for `load_dict`.

    Returns
    -------
    dict of str to ndarray
        The arrays by name, in file order.

    Raises
    ------
    DecodeError
        As for `load`.
    """
    return load_dict(io.BytesIO(data), limits=limits)


def open(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> IntaglioFile:  # noqa: A001
    """Open a file without decoding its arrays.

    Parameters
    ----------
    file : str, os.PathLike or binary file object
        The PNG file. A file object must stay open.
    limits : Limits
        Upper bounds on pixels, and on the output bytes of each read.

    Returns
    -------
    IntaglioFile
        A mapping of names to arrays, which are decoded block by block when they are indexed.

    Raises
    ------
    DecodeError, OSError
        As for `load`.

    Examples
    --------
    >>> ig.save("m.png", {"x": np.arange(1000)})
    >>> with ig.open("m.png") as file:
    ...     file["x"][10:13]
    array([10, 11, 12])
    """
    return IntaglioFile(file, limits)


def info(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> Info:
    """Describe a file's arrays and metadata; reads only its first rows.

    Parameters
    ----------
    file : str, os.PathLike or binary file object
        The PNG file.
    limits : Limits
        The upper bound on pixels.

    Returns
    -------
    Info
        The description; `png_checked` is False.

    Raises
    ------
    DecodeError, OSError
        As for `load`.

    Notes
    -----
    SPEC.md section 12, *inspect*.

    Examples
    --------
    >>> ig.save("m.png", np.zeros((3, 4)))
    >>> ig.info("m.png").arrays[0].shape
    (3, 4)
    """
    with inspecting(file, limits) as opened:
        return info_of(opened)


def verify(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> Info:
    """Check the whole PNG stream, every block and array, and the echo.

    Parameters
    ----------
    file : str, os.PathLike or binary file object
        The PNG file.
    limits : Limits
        Upper bounds on pixels and output bytes.

    Returns
    -------
    Info
        The description; `png_checked` is True, and `echo` is "intact" or "damaged".

    Raises
    ------
    DecodeError, OSError
        As for `load`. Any fault other than a damaged echo raises DecodeError.

    Notes
    -----
    No digest covers what the picture shows: bits of pixels that carry no data may have been
    changed without an error. SPEC.md section 16.

    Examples
    --------
    >>> ig.save("m.png", np.zeros((3, 4)))
    >>> ig.verify("m.png").echo
    'intact'
    """
    with reading(file, limits) as opened:
        opened.check_output(opened.names, limits)
        for name in opened.names:
            opened.canonical(name)
        echo = "intact" if opened.is_echo_intact() else "damaged"
        return info_of(opened, png_checked=True, echo=echo)


def imread(fname: Source, *, limits: Limits = DEFAULT_LIMITS) -> Array:
    """Read the exact array that `imsave` saved; the same as `load` without a name.

    Parameters
    ----------
    fname : str, os.PathLike or binary file object
        The PNG file.
    limits : Limits
        Upper bounds on pixels and output bytes.

    Returns
    -------
    ndarray
        The array, exact in dtype, shape and every bit.

    Raises
    ------
    DecodeError, KeyError, OSError
        As for `load`.
    """
    return load(fname, limits=limits)


def extract(pixels: npt.NDArray[np.uint8], *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Array]:
    """Read all arrays that pixels carry.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, 3) or (H, W, 4)
        RGB or RGBA, unchanged since they were written.
    limits : Limits
        The upper bound on output bytes.

    Returns
    -------
    dict of str to ndarray
        The arrays by name, in file order.

    Raises
    ------
    DecodeError
        As for `load`.
    EncodeError
        The shape of `pixels` is not (H, W, 3) or (H, W, 4).
    TypeError
        `pixels` is not an array of uint8.
    """
    check_pixels(pixels)
    check_limits(limits)
    height, width = pixels.shape[:2]
    with explaining_pixels(pixels):
        return _all_arrays(Opened(iter([pixels]), width, height, pixels.nbytes), limits)


def check_pixels(pixels: npt.NDArray[np.uint8]) -> None:
    """Raise TypeError or EncodeError if `pixels` are not (H, W, 3 or 4) uint8."""
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
        message = f"name an array: this file has {listed(names)}"
        raise AmbiguousNameError(message)
    raise UnknownNameError(name, names)
