"""What a reader is willing to spend.

SPEC.md section 13 [LIM-1]. These are a reader's own limits, not the format's:
every declared size is compared with them before memory is taken.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for reading; pass a larger one as `limits=` to go past it.

    pixels_max: width times height of the picture.
    output_bytes_max: canonical bytes of all the arrays asked for together.
    """

    pixels_max: int = 2**28
    output_bytes_max: int = 2**32


DEFAULT_LIMITS: Final = Limits()
