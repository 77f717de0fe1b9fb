"""Accept cases of filters: each alone, every chain, edges of blocks. SPEC.md section 10."""

from collections.abc import Iterator
from itertools import product

from builder import filters, special
from builder.case import Case, accept
from builder.checksums import noise
from builder.container import File
from builder.filters import (
    BYTEDELTA,
    DELTA_1,
    NAMES,
    ORDER,
    SHUFFLE,
    ZIGZAG,
    Filter,
    delta,
    lorenzo,
)
from builder.records import Array
from builder.registry import BY_CODE, CODE, UINT_OF_WIDTH

WIDTHS = (8, 16, 32, 64)
SINGLE = (ORDER, DELTA_1, lorenzo(1, 4), ZIGZAG, SHUFFLE, BYTEDELTA)
COMPONENTS = 14
U16 = CODE["uint16"]


def integers(width: int, count: int = COMPONENTS) -> bytes:
    """Extremes of `width` bits, then noise, `count` numbers in all."""
    ends = filters.joined(special.integers(width), width)
    return (ends + noise(f"filters {width}", count * width // 8))[: count * width // 8]


def plain(width: int, *chain: Filter, count: int = COMPONENTS, **fields: object) -> Array:
    """Unsigned integers of a width with a chain of filters."""
    array = Array(
        element=CODE[UINT_OF_WIDTH[width]],
        shape=(count,),
        data=integers(width, count),
        filters=chain,
    )
    return array.but(**fields)


def single() -> Iterator[Case]:
    """Each filter alone at each width."""
    for width, step in product(WIDTHS, SINGLE):
        yield accept(
            f"flt/accept/{NAMES[step.code]}-{width}",
            f"FLT-{step.code} HDR-12",
            f"{NAMES[step.code]} alone on numbers of {width} bits, extremes among them.",
            File(arrays=(plain(width, step),)),
        )


def chains() -> list[tuple[Filter, ...]]:
    """Every chain that [HDR-12] permits: 48 of them, the empty one included."""
    choices: list[tuple[tuple[Filter, ...], ...]] = [
        ((), (ORDER,)),
        ((), (delta(2),), (lorenzo(2, 3),)),
        ((), (ZIGZAG,)),
        ((), (SHUFFLE,)),
        ((), (BYTEDELTA,)),
    ]
    return [sum(parts, ()) for parts in product(*choices)]


def every_chain() -> Iterator[Case]:
    """Every permitted chain at every width, in blocks, stored and compressed by turns."""
    for width in WIDTHS:
        arrays = []
        for index, chain in enumerate(chains()):
            name = "+".join(NAMES[step.code] for step in chain) or "none"
            arrays.append(
                plain(
                    width,
                    *chain,
                    count=64 // (width // 8) if width > 16 else 16,
                    name=name.encode(),
                    block_length=5,
                    codec=index % 2,
                )
            )
        yield accept(
            f"flt/accept/chains-{width}",
            "FLT-1 FLT-2 FLT-3 FLT-4 FLT-5 FLT-6 HDR-12 BLK-6",
            f"All 48 chains of filters on numbers of {width} bits, in blocks of five: filters are "
            "undone in the opposite order, and start afresh in each block.",
            File(arrays=tuple(arrays)),
        )


def elements() -> Iterator[Case]:
    """The width is that of the component, whatever the element means."""
    integer = ("int8", "int16", "int32", "int64")
    for name in (
        *integer,
        "float16",
        "bfloat16",
        "float32",
        "float64",
        "datetime64",
        "timedelta64",
    ):
        data = special.data(name)
        item = BY_CODE[CODE[name]].item_bytes
        dated = name in ("datetime64", "timedelta64")
        array = Array(
            element=CODE[name],
            shape=(len(data) // item,),
            data=data,
            filters=(ORDER, delta(1), ZIGZAG, SHUFFLE),
            unit=10 * dated,
            unit_count=int(dated),
        )
        yield accept(
            f"flt/accept/element-{name}",
            "FLT-1 FLT-2 FLT-4 FLT-5 ARR-2",
            f"order, delta, zigzag and shuffle on {name}: they see unsigned integers.",
            File(arrays=(array,)),
        )
    for name, width in (("complex64", 32), ("complex128", 64)):
        data = special.data(name)[: 12 * width // 4]
        for slug, chain, what in (
            ("delta-1", (delta(1), SHUFFLE), "lag 1 takes real from imaginary"),
            ("delta-2", (delta(2), SHUFFLE), "lag 2 takes real from real"),
            ("lorenzo", (ORDER, lorenzo(2, 6), ZIGZAG, SHUFFLE, BYTEDELTA), "rows of 3 numbers"),
        ):
            array = Array(element=CODE[name], shape=(4, 3), data=data, filters=chain)
            yield accept(
                f"flt/accept/{name}-{slug}",
                "FLT-2 FLT-3 FLT-5 ARR-1",
                f"{name} is two components of {width} bits; {what}.",
                File(arrays=(array,)),
            )
    yield accept(
        "flt/accept/element-bool",
        "FLT-1 FLT-2 ARR-4",
        "order and delta on bool: stored bytes are not 0 or 1, the array's are.",
        File(arrays=(plain(8, ORDER, DELTA_1, element=CODE["bool"], data=b"\0\1" * 7),)),
    )


def reach() -> Iterator[Case]:
    """Lag and row may reach beyond the block; blocks start afresh."""
    most = 2**32 - 1
    cases = {
        "delta-lag-13": (delta(13), "lag is the number of components less one"),
        "delta-lag-14": (delta(14), "lag is the number of components: nothing changes"),
        "delta-lag-most": (delta(most), "lag is 2^32 - 1"),
        "lorenzo-row-13": (lorenzo(1, 13), "row is the number of components less one"),
        "lorenzo-row-14": (lorenzo(3, 14), "row is the number of components"),
        "lorenzo-row-most": (lorenzo(2, most), "row is 2^32 - 1: the same as delta"),
        "lorenzo-most": (lorenzo(most - 1, most), "lag + row is more than 2^32"),
        "lorenzo-half": (lorenzo(2**31, 2**31 + 1), "lag + row is 2^32 + 1, not 1"),
        "lorenzo-lag-row": (lorenzo(6, 7), "lag + row lies within the block"),
    }
    for slug, (step, what) in cases.items():
        array = plain(16, step)
        yield accept(f"flt/accept/{slug}", f"FLT-{step.code}", f"{what}.", File(arrays=(array,)))
    for slug, chain in (
        ("order", (ORDER,)),
        ("delta", (DELTA_1,)),
        ("delta-lag-4", (delta(4),)),
        ("lorenzo", (lorenzo(1, 3),)),
        ("shuffle", (SHUFFLE,)),
        ("bytedelta", (BYTEDELTA,)),
        ("all", (ORDER, lorenzo(2, 5), ZIGZAG, SHUFFLE, BYTEDELTA)),
    ):
        array = plain(32, *chain, block_length=4, codec=1)
        yield accept(
            f"flt/accept/blocks-{slug}",
            f"FLT-{chain[0].code} BLK-6",
            "Blocks of 4, 4, 4 and 2 components, each filtered on its own: nothing reaches across "
            "an edge, and the last block is short.",
            File(arrays=(array,)),
        )
    yield accept(
        "flt/accept/spec-example",
        "FLT-2 FLT-4 FLT-5 FLT-6",
        "The example of section 10: 5, 4, 4 becomes 0A F7 FF 00 00 00.",
        File(
            arrays=(
                Array(
                    element=U16,
                    shape=(3,),
                    data=bytes.fromhex("050004000400"),
                    filters=(DELTA_1, ZIGZAG, SHUFFLE, BYTEDELTA),
                    stored=(bytes.fromhex("0AF7FF000000"),),
                ),
            )
        ),
    )
    for width in WIDTHS:
        one = plain(width, ORDER, DELTA_1, ZIGZAG, SHUFFLE, BYTEDELTA, count=1, shape=())
        yield accept(
            f"flt/accept/one-number-{width}",
            "FLT-1 FLT-2 FLT-4 FLT-5 FLT-6",
            "Five filters on a block of a single number.",
            File(arrays=(one.but(data=b"\xfe" * (width // 8)),)),
        )


FAMILIES = (single, every_chain, elements, reach)
