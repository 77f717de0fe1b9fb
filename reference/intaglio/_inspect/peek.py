"""`is_intaglio`: checks whether the first 80 pixels of a PNG hold a prologue."""

import io
from typing import Final

from intaglio._format.carrier import Extractor
from intaglio._format.png.decode import first_pixels
from intaglio._format.prologue import maybe_prologue_length
from intaglio._format.registry import PROLOGUE_BYTES, PROLOGUE_COMMON_BYTES
from intaglio._io import Source, maybe_position, open_source
from intaglio.errors import DecodeError

_BYTES: Final = (bytes, bytearray, memoryview)


def is_intaglio(file: Source | bytes | bytearray | memoryview) -> bool:
    """Return whether a file is a PNG whose first pixels hold an Intaglio prologue of any version.

    Parameters
    ----------
    file : str, os.PathLike, bytes or binary file object
        A path, the bytes of a file, or a file object. The position of a file object is restored
        if it can seek.

    Returns
    -------
    bool
        False for any other file, and for a carrier that was cropped, rotated or recompressed;
        the error of `info` says what happened to it.

    Raises
    ------
    OSError
        The file cannot be read.
    TypeError
        `file` is neither a path, bytes nor a file object.

    Notes
    -----
    Reads only the first 80 pixels (of an interlaced PNG, the passes up to them). Data after them
    may be damaged; `verify` checks it.

    Examples
    --------
    >>> ig.is_intaglio(ig.dumps([1.5]))
    True
    """
    with open_source(io.BytesIO(file) if isinstance(file, _BYTES) else file) as stream:
        start = maybe_position(stream)
        try:
            pixels = first_pixels(stream, PROLOGUE_BYTES)
        except DecodeError:
            return False
        finally:
            if start is not None:
                stream.seek(start)
    common = Extractor(iter([pixels])).prologue(0, PROLOGUE_COMMON_BYTES)
    return maybe_prologue_length(common) is not None
