"""Looks at the first 80 pixels of a PNG, and at no others: do they hold a prologue?"""

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
    """Whether `file` is a PNG whose first pixels hold an Intaglio prologue, of any version.

    file: a path, the bytes of a file, or a binary file object, which is left where it stood if it
    can be set back. Reads the first 80 pixels only (of an interlaced PNG all up to them), so what
    follows may be damaged: `verify` checks it. False for any other file, and for a carrier that was
    cropped, turned or recompressed: the error of `info` says what happened to it.
    Errors: OSError if the file cannot be read, TypeError for what is no file.
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
