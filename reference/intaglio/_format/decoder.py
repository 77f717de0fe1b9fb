"""SPEC.md section 12, decoding: runs the steps of [DEC-1] in order.

The modules of the other sections implement the steps. Decoding imports no module that writes.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from intaglio._format.carrier import Extractor
from intaglio._format.container import (
    array_of,
    array_type,
    check_bytes,
    check_output,
    read_canonical,
    read_contents,
    read_elements,
)
from intaglio._format.elements import Array
from intaglio._format.png.decode import PngRows, open_png
from intaglio._format.prologue import maybe_prologue_length, read_prologue
from intaglio._format.registry import PROLOGUE_COMMON_BYTES
from intaglio._io import maybe_size
from intaglio._threads import ahead
from intaglio.errors import DecodeError, Reason
from intaglio.limits import Limits, check_limits

Bytes = npt.NDArray[np.uint8]


class Opened:
    """A carrier: its header and block tables are read and checked; arrays are decoded on demand."""

    def __init__(
        self,
        bands: Iterator[Bytes],
        width: int,
        height: int,
        size: int | None = None,
        bytes_read: Callable[[], int] = int,
    ) -> None:
        """Run steps 5 to 19 of [DEC-1].

        bands: yields (rows, width, 3 or 4) pixels from the top.
        size: the file's size in bytes; None if it is unknown (a pipe).
        bytes_read: returns the number of bytes read so far; used only if `size` is None.
        """
        self.width: Final = width
        self.height: Final = height
        self._size: Final = size
        self._bytes_read: Final = bytes_read
        self._extractor: Final = Extractor(band.reshape(-1, band.shape[2]) for band in bands)
        self._prologue: Final = self._read_prologue_bytes()
        prologue = read_prologue(self._prologue, width, height)
        self._extractor.start_body(prologue.depths, prologue.body_length)
        self.contents: Final = read_contents(self._prologue, prologue, self._extractor.body)
        records = self.contents.header.arrays  # up to 65,535: a dict finds names fast
        self._indices: Final = {record.name: index for index, record in enumerate(records)}

    def _read_prologue_bytes(self) -> bytes:
        """The prologue in its declared length, or less if the picture ends. [HDR-1] [HDR-2]"""
        common = self._extractor.prologue(0, PROLOGUE_COMMON_BYTES)
        length = maybe_prologue_length(common)
        if length is None or length <= len(common):
            return common
        return common + self._extractor.prologue(len(common), length)

    @property
    def names(self) -> list[str]:
        """The arrays' names, in file order: a new list each time."""
        return list(self._indices)

    @property
    def index(self) -> Mapping[str, int]:
        """Each array's name, mapped to its index in the file."""
        return self._indices

    def check_output(self, names: Collection[str], limits: Limits) -> None:
        """Run steps 20 to 23 (output limits) for the named arrays; ignores unknown names."""
        wanted = self._indices.keys() & {*names}
        indices = sorted(self._indices[name] for name in wanted)  # the first bad one is reported
        records = (self.contents.header.arrays[index] for index in indices)
        check_output(records, limits, self._file_bytes)

    def check_elements(self, name: str, count: int, limits: Limits) -> None:
        """Run steps 20 to 23 (output limits) for `count` elements of one array."""
        kind, _ = array_type(self.contents.header.arrays[self._indices[name]])
        check_bytes(count * kind.element.item_bytes, limits, self._file_bytes)

    def _file_bytes(self) -> int:
        """The file's size in bytes; for a pipe, the bytes read up to the end of the body."""
        if self._size is not None:
            return self._size
        self._extractor.body(0, self.contents.prologue.body_length)
        return self._bytes_read()

    def canonical(self, name: str) -> Bytes:
        """The canonical bytes of one array, all digests checked: steps 24 to 28."""
        with _memory_is_a_limit():
            return read_canonical(self.contents, self._indices[name], self._extractor.body)

    def array(self, name: str) -> Array:
        """One array, all digests checked: steps 24 to 28."""
        index = self._indices[name]
        shape = self.contents.header.arrays[index].shape
        return array_of(self.contents, index, self.canonical(name), shape)

    def elements(self, name: str, start: int, stop: int) -> Array:
        """Elements start..stop-1 in C order, 1-d; decodes only their blocks. [DEC-3]"""
        index = self._indices[name]
        with _memory_is_a_limit():
            raw = read_elements(self.contents, index, start, stop, self._extractor.body)
        return array_of(self.contents, index, raw, (stop - start,))

    def is_echo_intact(self) -> bool:
        """Whether the last pixels repeat the prologue; reads to the end. [CAR-5]"""
        return self._extractor.tail() == self._prologue


@contextmanager
def decoding(stream: BinaryIO, limits: Limits) -> Iterator[Opened]:
    """Decode as [DEC-1] defines it: checks the whole PNG; its faults hide other errors."""
    check_limits(limits)
    size = maybe_size(stream)
    png = open_png(stream, limits.pixels_max)
    with _memory_is_a_limit():
        try:
            with closing(ahead(png.bands())) as bands:
                yield Opened(bands, png.width, png.height, size, png.bytes_read)
        except DecodeError as problem:
            if problem.reason != Reason.PNG_DAMAGED:
                png.drain()
            raise
        except KeyError:  # no such array: check the rest of the PNG before reporting it
            png.drain()
            raise
        png.drain()


def inspect(stream: BinaryIO, limits: Limits) -> tuple[PngRows, Opened]:
    """Inspect as [DEC-2] defines it: reads only the rows that hold header and block tables."""
    check_limits(limits)
    size = maybe_size(stream)
    with _memory_is_a_limit():
        png = open_png(stream, limits.pixels_max)
        return png, Opened(png.bands(), png.width, png.height, size, png.bytes_read)


@contextmanager
def _memory_is_a_limit() -> Iterator[None]:
    """Report a lack of memory as LIMIT_EXCEEDED; a thread that cannot start is one too. [LIM-3]"""
    try:
        yield
    except (MemoryError, RuntimeError) as problem:
        if isinstance(problem, RuntimeError) and "start new thread" not in str(problem):
            raise
        raise DecodeError(
            Reason.LIMIT_EXCEEDED,
            "this machine has not enough memory for the picture or its arrays",
        ) from problem
