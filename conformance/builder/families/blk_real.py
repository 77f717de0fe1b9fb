"""Accept cases of blocks that real compressors made. SPEC.md section 9."""

from collections.abc import Iterator

from builder.case import Case, accept
from builder.container import File
from builder.real import RealFrame, real_frames
from builder.records import ZSTD, Array

NO_SIZE = ("piped", "piped-long")


def array_of(real: RealFrame) -> Array:
    """An array whose only block is a collected frame."""
    return Array(
        name=real.id.encode(),
        shape=(len(real.data),),
        data=real.data,
        codec=ZSTD,
        stored=(real.frame,),
    )


def levels() -> Iterator[Case]:
    """The same text at every level, a few hundred bytes."""
    chosen = [real for key, real in real_frames().items() if key.startswith("level-")]
    assert len(chosen) == 25
    yield accept(
        "blk/accept/real-levels",
        "BLK-3 BLK-4 BLK-5",
        "The same text at levels 1 to 22 and three negative ones, by libzstd.",
        File(arrays=tuple(array_of(real) for real in chosen)),
    )


def single() -> Iterator[Case]:
    """One case for each other frame."""
    for key, real in real_frames().items():
        if key.startswith("level-") or key in NO_SIZE:
            continue
        yield accept(
            f"blk/accept/real-{key}",
            "BLK-3 BLK-4 BLK-5",
            f"{real.tool}. It has: {', '.join(real.features)}.",
            File(arrays=(array_of(real),)),
        )


FAMILIES = (levels, single)
