"""Lazy files: a mapping of arrays that are decoded when they are indexed."""

import operator
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from intaglio._format.elements import Array
from intaglio._inspect.info import ArrayInfo, Info, info_of
from intaglio._inspect.source import LazySource
from intaglio._io import Source
from intaglio.errors import UnknownNameError, listed
from intaglio.limits import Limits


class IntaglioFile(Mapping[str, "LazyArray"]):
    """A file opened by `open`: a mapping of names to arrays that are decoded when indexed.

    Use it in a `with` statement, or call `close`.

    Attributes
    ----------
    info : Info
        The description of the file.
    metadata : dict
        The file's JSON object.

    Raises
    ------
    DecodeError
        As `load`, when an array is read.
    UnknownNameError
        The file has no array of that name.
    ValueError
        The file is closed.

    Notes
    -----
    Opening reads and checks prologue, header and block tables, but not the whole PNG
    (`info.png_checked` is False). Each returned value is covered by a SHA-256 that was checked.
    SPEC.md section 12, *inspect*.

    Threads may share it: they read in turn. The path is opened again after a failed read, and in a
    child process after os.fork(). pickle stores the path and the limits.
    """

    def __init__(self, source: Source, limits: Limits) -> None:
        self._file: Final = LazySource(source, limits)
        with self._file.reading() as opened:
            self.info: Final[Info] = info_of(opened)
        self.metadata: Final = self.info.metadata
        self._infos: Final = {array.name: array for array in self.info.arrays}

    def __getitem__(self, name: str) -> "LazyArray":
        if name not in self._infos:
            raise UnknownNameError(name, list(self._infos))
        return LazyArray(self, self._infos[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    def __len__(self) -> int:
        return len(self._infos)

    def __repr__(self) -> str:
        state = "closed" if self._file.closed else "open"
        return f"<IntaglioFile ({state}): {listed(list(self._infos))}>"

    def __reduce__(self) -> tuple[Any, ...]:
        self._file.check_open()
        if not isinstance(self._file.source, Path):
            message = (
                "a lazy file over a file object cannot be pickled: open it by its path, or pickle "
                "the values, file[name][...]"
            )
            raise TypeError(message)
        return _opened_again, (str(self._file.source), self._file.limits, self._file.root)

    def _repr_html_(self) -> str:
        from intaglio._inspect import html  # only notebooks need it

        return html.file_html(self.info, html.maybe_bytes(self._file.source))

    def array_html(self, array: ArrayInfo) -> str:
        """HTML for one array, for notebooks."""
        from intaglio._inspect import html

        return html.array_html(self.info, array, html.maybe_bytes(self._file.source))

    def read(self, name: str) -> Array:
        """The whole array of that name, with all digests checked."""
        with self._file.reading() as opened:
            opened.check_output([name], self._file.limits)
            return opened.array(name)

    def read_elements(self, name: str, start: int, stop: int) -> Array:
        """Elements start..stop-1 in C order, as a 1-d array; decodes only their blocks."""
        with self._file.reading() as opened:
            opened.check_elements(name, stop - start, self._file.limits)
            return opened.elements(name, start, stop)

    def close(self) -> None:
        """Close the file after a read in another thread has ended; arrays stay valid."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _opened_again(path: str, limits: Limits, root: bytes) -> IntaglioFile:
    """Called by pickle; OSError if the path leads to another file than the pickled one."""
    file = IntaglioFile(path, limits)
    file._file.check_root(root)
    weakref.finalize(file, file._file.close)
    return file


class LazyArray:
    """One array of an open file; indexing decodes the needed blocks and returns an ndarray.

    Attributes
    ----------
    name : str
        The name in the file.
    shape : tuple of int
        The shape.
    ndim : int
        The number of dimensions.
    dtype : numpy.dtype
        The dtype of the decoded array.
    attrs : dict
        The array's JSON object.
    info : ArrayInfo
        The description of the array.

    Notes
    -----
    Supports numpy's basic indexing (integers, slices, `...`, None). Only the index of the first
    dimension decides which blocks are decoded. `array[...]` and `numpy.asarray(array)` return
    the whole array.
    """

    def __init__(self, file: IntaglioFile, info: ArrayInfo) -> None:
        self._file: Final = file
        self.info: Final = info
        self.name: Final = info.name
        self.shape: Final = info.shape
        self.ndim: Final = len(info.shape)
        self.attrs: Final = info.attrs

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the decoded array."""
        return self._file.read_elements(self.name, 0, 0).dtype

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.prod(self.shape, dtype=object))

    @property
    def nbytes(self) -> int:
        """The size of the decoded array in bytes."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        if not self.shape:
            message = "len() of a 0-d array"
            raise TypeError(message)
        return self.shape[0]

    def __reduce__(self) -> tuple[Any, ...]:
        return operator.getitem, (self._file, self.name)

    def __repr__(self) -> str:
        return f"<LazyArray {self.name!a}: {self.info.dtype} {self.shape}>"

    def _repr_html_(self) -> str:
        return self._file.array_html(self.info)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        if copy is False:
            message = "a lazy array is decoded again each time: copy=False is not possible"
            raise ValueError(message)
        return np.asarray(self._file.read(self.name), dtype)

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401 - any numpy index
        keys = key if isinstance(key, tuple) else (key,)
        first = keys[0] if keys else ...
        if (
            not self.shape
            or isinstance(first, bool)
            or not isinstance(first, int | np.integer | slice)
        ):
            return self._file.read(self.name)[key]
        try:
            rows = range(self.shape[0])[first]
        except IndexError as problem:
            message = f"index {first} is beyond the first dimension, of {self.shape[0]}"
            raise IndexError(message) from problem
        chosen = rows if isinstance(rows, range) else range(rows, rows + 1)
        low, high = (
            (min(chosen[0], chosen[-1]), max(chosen[0], chosen[-1]) + 1) if chosen else (0, 0)
        )
        part = self._rows(low, high)
        if not isinstance(rows, range):
            return part[(0, *keys[1:])]
        if not chosen:
            return part[(slice(0, 0), *keys[1:])]
        stop = chosen[-1] - low + chosen.step
        picked = slice(chosen[0] - low, stop if stop >= 0 else None, chosen.step)
        return part[(picked, *keys[1:])]

    def _rows(self, low: int, high: int) -> Array:
        row = int(np.prod(self.shape[1:], dtype=object))
        flat = self._file.read_elements(self.name, low * row, high * row)
        return flat.reshape((high - low, *self.shape[1:]))
