"""What a PNG says before its pixels: a resolution, texts.

SPEC.md section 4, [PNG-8]. Data of chunks, without length and CRC.
"""

import math
import re
from numbers import Real
from typing import Final

from intaglio._errors import EncodeError, Reason
from intaglio._png_stream import INTEGER_MAX

KEYWORD: Final = re.compile(r"[!-~\xa1-\xff]+( [!-~\xa1-\xff]+)*")
METRES_PER_INCH: Final = 0.0254


def write_phys(dpi: float) -> bytes:
    """Data of pHYs; TypeError for what is no number, EncodeError for what PNG can't hold."""
    if isinstance(dpi, bool) or not isinstance(dpi, Real):
        message = f"dpi= is a number, not {type(dpi).__name__}"
        raise TypeError(message)
    if not (math.isfinite(dpi) and 1 <= round(dpi / METRES_PER_INCH) <= INTEGER_MAX):
        raise EncodeError(Reason.OPTION_INVALID, f"dpi={dpi} is no resolution PNG can hold")
    dots = round(dpi / METRES_PER_INCH).to_bytes(4, "big")
    return dots + dots + b"\x01"


def write_text(keyword: str, value: str) -> bytes:
    """Data of tEXt; EncodeError for what is not Latin-1 or no keyword."""
    try:
        raw_keyword, raw_value = keyword.encode("latin-1"), value.encode("latin-1")
    except UnicodeEncodeError as problem:
        raise EncodeError(Reason.OPTION_INVALID, f"PNG text is Latin-1: {problem}") from problem
    if not KEYWORD.fullmatch(keyword) or len(raw_keyword) > 79 or "\0" in value:
        raise EncodeError(Reason.OPTION_INVALID, f"PNG can't hold the text {keyword!r}")
    return raw_keyword + b"\0" + raw_value
