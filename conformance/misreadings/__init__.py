"""Misreadings: named wrong decoders, one plausible misreading of SPEC.md each.

A misreading is the plain reader (`reference/reader`) with a fragment or two of its source exchanged.
Each fragment must be there exactly once, so that none of them rots unnoticed.
"""

from misreadings import blocks, carrier, container, filters, header, metadata, png
from misreadings.misreading import Misreading, RottenError

ALL: tuple[Misreading, ...] = (
    *png.MISREADINGS,
    *carrier.MISREADINGS,
    *header.MISREADINGS,
    *metadata.MISREADINGS,
    *container.MISREADINGS,
    *blocks.MISREADINGS,
    *filters.MISREADINGS,
)

__all__ = ["ALL", "Misreading", "RottenError"]
