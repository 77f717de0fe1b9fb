"""diff: compare what two files carry, bit by bit, one block at a time."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from intaglio._format.decoder import Opened, decoding
from intaglio._inspect.info import dtype_name
from intaglio._inspect.reading import verify
from intaglio._inspect.text import values_text
from intaglio._io import Source, maybe_position, open_source
from intaglio._operations.differences import ArrayDiff, Change, Diff, Element
from intaglio.errors import DecodeError
from intaglio.limits import DEFAULT_LIMITS, Limits

FIRST_MAX: Final = 5
_WHICH: Final = ("first", "second")
_BLOCK_BYTES: Final = 4 * 1024 * 1024

Array = npt.NDArray[Any]


def diff(a: Source, b: Source, *, limits: Limits = DEFAULT_LIMITS) -> Diff:
    """Compare the data of two files bit by bit; both files are verified completely.

    Parameters
    ----------
    a, b : path or binary file object
        Two Intaglio files. Their profiles, codecs and pictures may differ.
    limits : Limits
        What the reader may use for each file.

    Returns
    -------
    Diff
        `diff(a, b).equal` is True if metadata, array names, dtypes, shapes, attributes and all
        element bits are the same.

    Raises
    ------
    DecodeError
        A file cannot be read. The message says whether it is the first or the second.
    OSError
        A file cannot be opened.

    Notes
    -----
    The order of arrays and the look of the pictures are not compared.
    """
    with open_source(a) as first, open_source(b) as second:
        starts = maybe_position(first), maybe_position(second)
        try:
            return _diff(first, second, limits)
        except DecodeError as problem:
            for which, stream, start in zip(_WHICH, (first, second), starts, strict=True):
                if start is not None and _is_to_blame(which, stream, start, problem, limits):
                    break
            raise


def _is_to_blame(
    which: str, stream: BinaryIO, start: int, problem: DecodeError, limits: Limits
) -> bool:
    """Return whether this stream alone raises `problem`; if so, add that to its message."""
    stream.seek(start)
    try:
        verify(stream, limits=limits)
    except DecodeError as own:
        if own.reason == problem.reason:
            problem.explain(own.diagnosis, f"the {which} file: {own.detail}")
            return True
    return False


def _diff(a: BinaryIO, b: BinaryIO, limits: Limits) -> Diff:
    with decoding(a, limits) as first, decoding(b, limits) as second:
        for opened in (first, second):
            opened.check_output(opened.names, limits)
        metadata = tuple(_changes(first.contents.metadata, second.contents.metadata, ()))
        common = [name for name in first.names if name in second.index]
        only_in_a = tuple(name for name in first.names if name not in second.index)
        only_in_b = tuple(name for name in second.names if name not in first.index)
        for opened, names in ((first, only_in_a), (second, only_in_b)):
            for name in names:
                opened.canonical(name)
        arrays = tuple(_array_diff(first, second, name) for name in common)
    equal = not (metadata or only_in_a or only_in_b) and all(array.equal for array in arrays)
    return Diff(equal, metadata, only_in_a, only_in_b, arrays)


def _changes(a: Any, b: Any, path: tuple[str, ...]) -> Iterator[Change]:  # noqa: ANN401 - any JSON
    if not (isinstance(a, Mapping) and isinstance(b, Mapping)):
        if not _is_same_json(a, b):
            yield Change(path, (a,), (b,))
        return
    for key in [*a, *(key for key in b if key not in a)]:
        if key in a and key in b:
            yield from _changes(a[key], b[key], (*path, key))
        else:
            yield Change(
                (*path, key), tuple([a[key]] if key in a else []), (b[key],) if key in b else ()
            )


def _is_same_json(a: Any, b: Any) -> bool:  # noqa: ANN401
    """Compare JSON values with their types: 1, 1.0 and true all differ."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_is_same_json, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_is_same_json(a[key], b[key]) for key in a)
    return repr(a) == repr(b)


def _array_diff(first: Opened, second: Opened, name: str) -> ArrayDiff:
    i, j = first.index[name], second.index[name]
    records = first.contents.header.arrays[i], second.contents.header.arrays[j]
    dtype = dtype_name(records[0]), dtype_name(records[1])
    shape = records[0].shape, records[1].shape
    attrs = tuple(_changes(first.contents.attrs[i], second.contents.attrs[j], ()))
    size = records[0].size
    if dtype[0] != dtype[1] or shape[0] != shape[1]:
        for opened in (first, second):
            opened.canonical(name)
        return ArrayDiff(name, False, dtype, shape, size, attrs)
    tally = _Tally(shape[0])
    step = max(1, _BLOCK_BYTES // max(1, records[0].block_length)) * max(1, records[0].block_length)
    for start in range(0, size, step):
        stop = min(start + step, size)
        tally.add(start, first.elements(name, start, stop), second.elements(name, start, stop))
    return ArrayDiff(
        name,
        not tally.differing and not attrs,
        dtype,
        shape,
        size,
        attrs,
        tally.differing,
        tally.greatest_absolute,
        tally.greatest_ulp,
        bool(tally.differing) and not tally.values_differ,
        tuple(tally.first),
    )


class _Tally:
    """Differences of one array, added up block by block."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._shape: Final = shape
        self.differing = 0
        self.values_differ = False
        self.greatest_absolute: int | float | None = None
        self.greatest_ulp: int | None = None
        self.first: list[Element] = []

    def add(self, start: int, a: Array, b: Array) -> None:
        """Compare two 1-D blocks; `start` is the flat index of their first element."""
        raw_a, raw_b = (x.view(np.uint8).reshape(len(x), -1) for x in (a, b))
        indices = np.flatnonzero((raw_a != raw_b).any(axis=1))
        if not indices.size:
            return
        self.differing += indices.size
        a, b = a[indices], b[indices]
        for k in range(min(FIRST_MAX - len(self.first), indices.size)):
            index = tuple(int(i) for i in np.unravel_index(start + int(indices[k]), self._shape))
            self.first.append(
                Element(index, values_text(a[k : k + 1])[0], values_text(b[k : k + 1])[0])
            )
        if a.dtype.kind == "c":
            part = np.dtype(f"f{a.dtype.itemsize // 2}")
            self._add_floats(a.view(part), b.view(part))
        elif a.dtype.kind == "f" or a.dtype.name == "bfloat16":
            self._add_floats(a, b)
        else:
            self._add_integers(a, b)

    def _add_integers(self, a: Array, b: Array) -> None:
        self.values_differ = True
        if a.dtype.kind in "mM":
            known = ~(np.isnat(a) | np.isnat(b))
            a, b = a[known].view(np.int64), b[known].view(np.int64)
        if a.size:
            a, b = a.astype(_wide(a)), b.astype(_wide(b))
            distance = np.maximum(a, b).view(np.uint64) - np.minimum(a, b).view(np.uint64)
            self._greatest(int(distance.max()))

    def _add_floats(self, a: Array, b: Array) -> None:
        same = a.view(f"u{a.itemsize}") == b.view(f"u{a.itemsize}")
        nan_a, nan_b = np.isnan(a), np.isnan(b)
        self.values_differ |= bool((~same & ~(nan_a & nan_b) & (nan_a | nan_b | (a != b))).any())
        known = ~(nan_a | nan_b | same)
        a, b = a[known], b[known]
        if not a.size:
            return
        with np.errstate(over="ignore"):
            self._greatest(float(np.abs(a.astype(np.float64) - b.astype(np.float64)).max()))
        finite = np.isfinite(a) & np.isfinite(b)
        if finite.any():
            x, y = _ordered(a[finite]), _ordered(b[finite])
            ulp = int((np.maximum(x, y) - np.minimum(x, y)).max())
            self.greatest_ulp = max(ulp, self.greatest_ulp or 0)

    def _greatest(self, distance: int | float) -> None:
        if self.greatest_absolute is None or distance > self.greatest_absolute:
            self.greatest_absolute = distance


def _wide(array: Array) -> type[np.uint64] | type[np.int64]:
    return np.uint64 if array.dtype.kind in "ub" else np.int64


def _ordered(floats: Array) -> npt.NDArray[np.uint64]:
    """Map floats to integers in the same order, neighbours one apart; both zeros map to 0."""
    bits = floats.view(f"u{floats.itemsize}").astype(np.uint64)
    sign = np.uint64(1 << (8 * floats.itemsize - 1))
    magnitude = bits & (sign - np.uint64(1))
    return np.where(bits & sign, np.uint64(1 << 63) - magnitude, np.uint64(1 << 63) + magnitude)
