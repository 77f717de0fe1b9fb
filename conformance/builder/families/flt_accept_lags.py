"""Accept cases of filters: lags of many components, in blocks that are longer still."""

from collections.abc import Iterator
from itertools import product

from builder.case import Case, accept
from builder.container import File
from builder.families.flt_accept import WIDTHS, plain
from builder.filters import delta, lorenzo


def lags() -> Iterator[Case]:
    """[FLT-2], [FLT-3]: far neighbours, with a last row that is not whole."""
    steps = {
        "delta-63": delta(63),
        "delta-64": delta(64),
        "delta-65": delta(65),
        "delta-100": delta(100),
        "lorenzo-1-65": lorenzo(1, 65),
        "lorenzo-70-140": lorenzo(70, 140),
        "lorenzo-255-256": lorenzo(255, 256),
    }
    for (slug, step), width in product(steps.items(), WIDTHS):
        yield accept(
            f"flt/accept/{slug}-of-330-{width}",
            f"FLT-{step.code}",
            f"{slug} on 330 numbers of {width} bits: some rows, and a part of one.",
            File(arrays=(plain(width, step, count=330),)),
        )
    for slug, step in steps.items():
        yield accept(
            f"flt/accept/{slug}-blocks",
            f"FLT-{step.code} BLK-6",
            f"{slug} on blocks of 150: nothing reaches across their edges.",
            File(arrays=(plain(16, step, count=330, block_length=150),)),
        )


FAMILIES = (lags,)
