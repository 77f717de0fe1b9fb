"""The limits of a reader: maximum pixels and output bytes, SPEC.md section 13.

These limits protect the reader's memory; callers may raise them. [LIM-1] to [LIM-3] The limits of
the format, such as 32 dimensions or 64 levels of JSON, are in `_format.registry` and cannot be
changed. Every declared size is compared with both before memory is allocated.
"""

import os
import re
from numbers import Integral
from typing import Final

PIXELS_MAX: Final = 2**28
OUTPUT_BYTES_MAX: Final = 2**32
OUTPUT_BYTES_ALWAYS: Final = 2**28  # allowed for files of any size
OUTPUT_BYTES_PER_FILE_BYTE: Final = 1000
PIXELS_VARIABLE: Final = "INTAGLIO_PIXELS_MAX"
OUTPUT_BYTES_VARIABLE: Final = "INTAGLIO_OUTPUT_BYTES_MAX"
_WHOLE: Final = re.compile(r"\s*[1-9](?:_?[0-9]){0,999}\s*", re.ASCII)


class VariableError(ValueError):
    """An environment variable does not hold a limit; the message has its name and value."""


class Limits:
    """Upper bounds for reading a file; pass larger ones as `limits=` to read larger files.

    Parameters
    ----------
    pixels_max : int, optional
        The maximum of width times height of the picture.
    output_bytes_max : int, optional
        The maximum of canonical bytes of all arrays that one call returns.

    Raises
    ------
    TypeError
        A limit is not a whole number.

    Notes
    -----
    A limit of None is read from the environment variable INTAGLIO_PIXELS_MAX or
    INTAGLIO_OUTPUT_BYTES_MAX, each time a file is read. If it is not set, the limits are 2^28
    pixels, and 1,000 bytes per byte of the file, but at least 2^28 and at most 2^32 bytes.
    SPEC.md section 13.

    Examples
    --------
    >>> ig.loads(ig.dumps([1, 2]), limits=ig.Limits(output_bytes_max=2**20))
    array([1, 2])
    """

    __slots__ = ("_output_bytes_max", "_pixels_max")

    def __init__(self, pixels_max: int | None = None, output_bytes_max: int | None = None) -> None:
        self._pixels_max: Final = _checked("pixels_max", pixels_max)
        self._output_bytes_max: Final = _checked("output_bytes_max", output_bytes_max)

    @property
    def pixels_max(self) -> int:
        """The maximum number of pixels of a picture."""
        return _given_or(self._pixels_max, PIXELS_VARIABLE, PIXELS_MAX)

    @property
    def output_bytes_max(self) -> int:
        """The maximum of canonical bytes of the requested arrays, for a file of any size."""
        return _given_or(self._output_bytes_max, OUTPUT_BYTES_VARIABLE, OUTPUT_BYTES_MAX)

    @property
    def is_output_given(self) -> bool:
        """Whether the caller or the environment sets the limit on output bytes.

        If not, the limit depends on the file's size.
        """
        return self._output_bytes_max is not None or bool(os.environ.get(OUTPUT_BYTES_VARIABLE))

    def output_bytes_for(self, file_bytes: int) -> int:
        """The maximum of canonical bytes of the requested arrays, for a file of `file_bytes`."""
        if self.is_output_given:
            return self.output_bytes_max
        by_size = max(OUTPUT_BYTES_ALWAYS, OUTPUT_BYTES_PER_FILE_BYTE * file_bytes)
        return min(by_size, self.output_bytes_max)

    def __repr__(self) -> str:
        return f"Limits(pixels_max={self.pixels_max}, output_bytes_max={self.output_bytes_max})"


def check_limits(limits: object) -> None:
    """Raise TypeError if `limits` is not a `Limits`."""
    if not isinstance(limits, Limits):
        message = f"limits= is an intaglio.Limits, not {type(limits).__name__}"
        raise TypeError(message)


def _checked(name: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, Integral):
        message = f"{name}= of Limits is a whole number, not {type(value).__name__}"
        raise TypeError(message)
    return int(value)


def _given_or(given: int | None, variable: str, default: int) -> int:
    if given is not None:
        return given
    text = os.environ.get(variable)
    if not text:  # an empty variable counts as not set
        return default
    if not _WHOLE.fullmatch(text):
        shown = ascii(text[:40])
        message = f"the environment variable {variable} is {shown}, not a whole number above 0"
        raise VariableError(message)
    return int(text)


DEFAULT_LIMITS: Final = Limits()
