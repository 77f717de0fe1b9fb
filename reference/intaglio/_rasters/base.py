"""Shared by the readers of pictures: the result type, limits, notes and errors."""

from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, NoReturn, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]

_SHOWN_MAX: Final = 12


class RasterError(ValueError):
    """The picture is damaged, or cannot be converted exactly to an array."""


class InexactError(RasterError):
    """The file is sound, but does not hold exactly the samples of one array."""


@dataclass(frozen=True, slots=True)
class Raster:
    """One picture.

    samples: (H, W) or (H, W, channels), top row first, as the file stores them: bool, uint8,
    uint16, uint32 or float32. palette: (entries, 3 or 4), if `samples` are indices of its rows.
    notes: other content of the file, for people. exif: the Exif block, if there is one.
    """

    samples: Array
    palette: Array | None = None
    notes: tuple[str, ...] = field(default=())
    exif: bytes = b""

    def colours(self) -> Array:
        """The samples, with palette indices replaced by their colours."""
        return self.samples if self.palette is None else self.palette[self.samples]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of a reader: pixels of the picture, bytes of its samples."""

    pixels_max: int
    bytes_max: int

    def check(self, width: int, height: int, pixel_bytes: int) -> None:
        """Refuse a picture by its declared size, before memory is allocated."""
        if not (width > 0 and height > 0):
            refuse(f"it declares {width} x {height} pixels")
        if width * height > self.pixels_max:
            refuse(
                f"it declares {width} x {height} = {width * height:,} pixels, "
                f"the limit is {self.pixels_max:,}"
            )
        if width * height * pixel_bytes > self.bytes_max:
            refuse(
                f"its samples have {width * height * pixel_bytes:,} bytes, "
                f"the limit is {self.bytes_max:,}"
            )


def read_all(stream: BinaryIO, bounds: Bounds) -> bytes:
    """The bytes of a seekable file."""
    size = stream.seek(0, 2)
    if size > bounds.bytes_max:
        refuse(f"it has {size:,} bytes, the limit is {bounds.bytes_max:,}")
    stream.seek(0)
    return stream.read()


def refuse(what: str) -> NoReturn:
    """Raise RasterError."""
    raise RasterError(what)


def left_out(what: str, names: list[str]) -> str:
    """A note that names the parts of the file that are left out."""
    names = sorted(set(names))
    more = f" and {len(names) - _SHOWN_MAX} more" if len(names) > _SHOWN_MAX else ""
    return f"left out: its {what} {', '.join(names[:_SHOWN_MAX])}{more}"


def after_the_end(count: int) -> tuple[str, ...]:
    """A note on bytes that follow the picture, if there are any."""
    return (f"left out: {count:,} bytes after the end of the picture",) if count else ()


def check_indices(indices: Array, entries: int) -> None:
    """Refuse an index beyond the end of the palette."""
    highest = int(indices.max())
    if highest >= entries:
        refuse(f"it uses colour {highest} of a palette that has {entries} (counted from 0)")


def bits(data: bytes | Array, rows: int, row_bytes: int, width: int, depth: int) -> Array:
    """Samples (rows, width) of 1, 2 or 4 bits, the first in the highest bits of a byte."""
    lines = np.frombuffer(data, np.uint8).reshape(rows, row_bytes)
    per_byte = 8 // depth
    shifts = np.arange(8 - depth, -1, -depth, dtype=np.uint8)
    lines = lines[:, : -(-width // per_byte)]
    samples = (lines[..., None] >> shifts) & np.uint8((1 << depth) - 1)
    return samples.reshape(rows, -1)[:, :width]
