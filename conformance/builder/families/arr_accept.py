"""Accept cases of arrays: elements, shapes, units. SPEC.md sections 11 and 14."""

import math
from collections.abc import Iterator

from builder import special
from builder.case import Case, accept
from builder.checksums import noise
from builder.container import File
from builder.filters import DELTA_1, SHUFFLE
from builder.records import Array
from builder.registry import CODE, ELEMENTS, UNITS

INT64 = 8


def array_of(name: str, shape: tuple[int, ...] | None = None, data: bytes | None = None) -> Array:
    """An array of the special values of an element type."""
    data = special.data(name) if data is None else data
    element = next(e for e in ELEMENTS if e.name == name)
    shape = (len(data) // element.item_bytes,) if shape is None else shape
    assert len(data) == element.item_bytes * math.prod(shape)
    dated = name in ("datetime64", "timedelta64")
    return Array(
        name=name.encode(),
        element=element.code,
        shape=shape,
        data=data,
        unit=UNITS.index("ns") + 1 if dated else 0,
        unit_count=1 if dated else 0,
    )


def elements() -> Iterator[Case]:
    """Every element type with the bits that careless handling changes."""
    for element in ELEMENTS:
        floats = "float" in element.name or "complex" in element.name
        what = (
            "both zeros, subnormals, infinities, quiet and signalling NaNs with payloads"
            if floats
            else "both ends of its range and their neighbours"
        )
        yield accept(
            f"arr/accept/element-{element.name}",
            "ARR-1 ARR-2 ARR-3 ARR-6" + (" ARR-5 HDR-10" if element.code >= 0x50 else ""),
            f"A 1-d array of {element.name} with {what}; every bit comes back.",
            File(arrays=(array_of(element.name),)),
        )


def ranks() -> Iterator[Case]:
    """Ranks 0 to 32, and C order."""
    shapes: dict[str, tuple[str, tuple[int, ...], str]] = {
        "rank-0-int64": ("int64", (), "Rank 0: one element, no shape."),
        "rank-0-float64": ("float64", (), "Rank 0 of float64."),
        "rank-1-one": ("uint8", (1,), "One dimension of length 1 is not rank 0."),
        "rank-2": ("int16", (3, 5), "Two dimensions of different lengths, in C order."),
        "rank-2-column": ("int16", (5, 1), "A column: the last dimension has length 1."),
        "rank-3-complex": ("complex64", (2, 1, 3), "Three dimensions of complex64."),
        "rank-5": ("uint32", (2, 3, 1, 2, 2), "Five dimensions."),
        "rank-32-ones": ("uint16", (1,) * 32, "Rank 32, all lengths 1."),
        "rank-32": ("uint8", (1,) * 29 + (2, 3, 4), "Rank 32 with 24 elements at its end."),
    }
    for slug, (name, shape, why) in shapes.items():
        item = next(e.item_bytes for e in ELEMENTS if e.name == name)
        data = noise(slug, item * math.prod(shape))
        file = File(arrays=(array_of(name, shape, data),))
        yield accept(f"arr/accept/{slug}", "ARR-1 HDR-9 HDR-11", why, file)


def empties() -> Iterator[Case]:
    """Arrays without elements: block_length and block_count are 0."""
    shapes: dict[str, tuple[str, tuple[int, ...], str]] = {
        "empty-1d": ("float32", (0,), "No elements, one dimension."),
        "empty-0-by-3": ("float64", (0, 3), "No rows of three columns."),
        "empty-3-by-0": ("float64", (3, 0), "Three rows of no columns: not the same as 0 by 3."),
        "empty-middle": ("uint8", (2, 0, 4), "A zero in the middle."),
        "empty-all": ("bool", (0, 0), "Zeros only."),
        "empty-rank-32": ("int8", (0,) * 32, "Rank 32 of zeros."),
        "empty-largest": (
            "uint8",
            (0, 2**63 - 1),
            "max(dimension, 1) multiplied is 2^63 - 1, the most that is legal.",
        ),
        "empty-largest-float64": (
            "float64",
            (2**30, 0, 2**29),
            "Product 2^59 times eight bytes is 2^62.",
        ),
    }
    for slug, (name, shape, why) in shapes.items():
        file = File(arrays=(array_of(name, shape, b""),))
        yield accept(f"arr/accept/{slug}", "HDR-11 ARR-6", why, file)
    filtered = array_of("int32", (0,), b"").but(filters=(DELTA_1, SHUFFLE), codec=1)
    yield accept(
        "arr/accept/empty-filtered-zstd",
        "HDR-11 ARR-6 HDR-12",
        "An empty array has no blocks, whatever filters and codec its record names.",
        File(arrays=(filtered,)),
    )


def units() -> Iterator[Case]:
    """Every time unit, and multiples of units."""
    moments = special.data("datetime64")[: 3 * INT64]
    for kind in ("datetime64", "timedelta64"):
        arrays = tuple(
            array_of(kind, None, moments).but(name=f"{kind} {unit}".encode(), unit=code)
            for code, unit in enumerate(UNITS, 1)
        )
        yield accept(
            f"arr/accept/units-{kind}",
            "ARR-5 HDR-10",
            f"{kind} in each of the fourteen units; `M` is months and `m` minutes.",
            File(arrays=arrays),
        )
    for count in (25, 2**31 - 1):
        array = array_of("datetime64").but(unit_count=count)
        yield accept(
            f"arr/accept/unit-count-{count}",
            "ARR-5 HDR-10",
            f"One step is {count} nanoseconds.",
            File(arrays=(array,)),
        )
    nat = (2**63).to_bytes(8, "little") + (2**63 + 1).to_bytes(8, "little")
    arrays = tuple(array_of(kind, None, nat) for kind in ("datetime64", "timedelta64"))
    yield accept(
        "arr/accept/not-a-time",
        "ARR-5 ARR-2",
        "-2^63 is not-a-time, -2^63 + 1 is the earliest moment; both are kept as they are.",
        File(arrays=arrays),
    )


def blocks() -> Iterator[Case]:
    """Arrays that several blocks make up."""
    for name, length in (("float64", 7), ("complex128", 9), ("bool", 2), ("int16", 12)):
        array = array_of(name).but(block_length=length)
        yield accept(
            f"arr/accept/blocks-{name}",
            "ARR-1 ARR-6 HDR-11 CON-1",
            f"An array of {name} in blocks of {length} elements; the digest covers all of them.",
            File(arrays=(array,)),
        )
    rows = Array(
        name=b"rows", element=CODE["uint16"], shape=(4, 5), data=noise("rows", 40), block_length=7
    )
    yield accept(
        "arr/accept/blocks-across-rows",
        "ARR-1 HDR-11",
        "Blocks of seven elements cut rows of five: blocks know nothing of the shape.",
        File(arrays=(rows,)),
    )


FAMILIES = (elements, ranks, empties, units, blocks)
