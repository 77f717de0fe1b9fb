"""SPEC.md section 4, chunks before the pixels: writes resolution and texts. [PNG-8]"""

import re
from numbers import Real
from typing import Final

from intaglio._format.png.chunks import INTEGER_MAX
from intaglio.errors import EncodeError, Reason

KEYWORD: Final = re.compile(r"[!-~\xa1-\xff]+( [!-~\xa1-\xff]+)*")
METRES_PER_INCH: Final = 0.0254


def write_phys(dpi: float) -> bytes:
    """The data of pHYs; TypeError if `dpi` is not a number, EncodeError if out of range."""
    if isinstance(dpi, bool) or not isinstance(dpi, Real):
        message = f"dpi= is a number, not {type(dpi).__name__}"
        raise TypeError(message)
    try:
        per_inch = float(dpi)
    except OverflowError:  # a number too large for a float
        per_inch = 0.0
    dots_per_metre = round(per_inch / METRES_PER_INCH) if 0 < per_inch < INTEGER_MAX else 0
    if not 1 <= dots_per_metre <= INTEGER_MAX:
        raise EncodeError(
            Reason.OPTION_INVALID,
            f"dpi= is from {METRES_PER_INCH / 2:.3f} to 54,000,000 in a PNG",
            "dpi",
        )
    dots = dots_per_metre.to_bytes(4, "big")
    return dots + dots + b"\x01"


def write_text(keyword: str, value: str) -> bytes:
    """The data of a tEXt chunk; EncodeError if it is not Latin-1 or the keyword is not legal."""
    try:
        raw_keyword, raw_value = keyword.encode("latin-1"), value.encode("latin-1")
    except UnicodeEncodeError as problem:
        raise EncodeError(Reason.OPTION_INVALID, f"PNG text is Latin-1: {problem}") from problem
    if not KEYWORD.fullmatch(keyword) or len(raw_keyword) > 79 or "\0" in value:
        raise EncodeError(Reason.OPTION_INVALID, f"PNG can't hold the text {keyword!r}")
    return raw_keyword + b"\0" + raw_value
