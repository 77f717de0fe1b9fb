"""What a reader is willing to spend.

SPEC.md section 13 [LIM-1] to [LIM-3]. These are a reader's own limits, which
whoever calls may raise; the format's, such as 32 dimensions or 64 levels of
JSON, stand in `_spec` and hold for everybody. Every declared size is compared
with both before memory is taken.
"""

import os
import re
from numbers import Integral
from typing import Final

PIXELS_MAX: Final = 2**28
OUTPUT_BYTES_MAX: Final = 2**32
OUTPUT_BYTES_ALWAYS: Final = 2**28  # allowed however small the file is
OUTPUT_BYTES_PER_FILE_BYTE: Final = 1000
PIXELS_VARIABLE: Final = "INTAGLIO_PIXELS_MAX"
OUTPUT_BYTES_VARIABLE: Final = "INTAGLIO_OUTPUT_BYTES_MAX"
_WHOLE: Final = re.compile(r"\s*[1-9](?:_?[0-9]){0,999}\s*", re.ASCII)


class VariableError(ValueError):
    """A variable of the environment is no limit; the text says which, and what it is."""


class Limits:
    """Upper bounds for reading; pass a larger one as `limits=` to go past it.

    pixels_max: width times height of the picture.
    output_bytes_max: canonical bytes of all that is asked for at once.
    A wrong type is a TypeError: NaN, for one, would allow everything.
    What is not given is what the environment says at the moment of reading, in
    INTAGLIO_PIXELS_MAX and INTAGLIO_OUTPUT_BYTES_MAX. By default 2^28 pixels, and 1,000 times the
    bytes of the file, but at least 2^28 and at most 2^32.
    """

    __slots__ = ("_output_bytes_max", "_pixels_max")

    def __init__(self, pixels_max: int | None = None, output_bytes_max: int | None = None) -> None:
        self._pixels_max: Final = _checked("pixels_max", pixels_max)
        self._output_bytes_max: Final = _checked("output_bytes_max", output_bytes_max)

    @property
    def pixels_max(self) -> int:
        """The most pixels of a picture."""
        return _given_or(self._pixels_max, PIXELS_VARIABLE, PIXELS_MAX)

    @property
    def output_bytes_max(self) -> int:
        """The most canonical bytes of the arrays asked for, however large the file is."""
        return _given_or(self._output_bytes_max, OUTPUT_BYTES_VARIABLE, OUTPUT_BYTES_MAX)

    @property
    def is_output_given(self) -> bool:
        """Whether the caller or the environment sets it; if not, the file's size counts."""
        return self._output_bytes_max is not None or bool(os.environ.get(OUTPUT_BYTES_VARIABLE))

    def output_bytes_for(self, file_bytes: int) -> int:
        """The most canonical bytes of the arrays asked for, of a file of so many bytes."""
        if self.is_output_given:
            return self.output_bytes_max
        by_size = max(OUTPUT_BYTES_ALWAYS, OUTPUT_BYTES_PER_FILE_BYTE * file_bytes)
        return min(by_size, self.output_bytes_max)

    def __repr__(self) -> str:
        return f"Limits(pixels_max={self.pixels_max}, output_bytes_max={self.output_bytes_max})"


def check_limits(limits: object) -> None:
    """TypeError for what is no `Limits`."""
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


def _given_or(given: int | None, variable: str, usual: int) -> int:
    if given is not None:
        return given
    text = os.environ.get(variable)
    if not text:  # an empty one is none, as everywhere
        return usual
    if not _WHOLE.fullmatch(text):
        shown = ascii(text[:40])
        message = f"the environment variable {variable} is {shown}, not a whole number above 0"
        raise VariableError(message)
    return int(text)


DEFAULT_LIMITS: Final = Limits()
