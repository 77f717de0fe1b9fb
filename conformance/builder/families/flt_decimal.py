"""Cases of the decimal filter. SPEC.md section 10 [FLT-7]."""

from collections.abc import Iterator
from itertools import product

from builder import filters
from builder.case import Case, accept, reject
from builder.checksums import noise
from builder.container import File
from builder.decimal_filter import BINARY, decimal_bits
from builder.families.flt_reject import malformed_chain
from builder.filters import BYTEDELTA, NAMES, SHUFFLE, ZIGZAG, Filter, decimal, delta, lorenzo
from builder.records import Array
from builder.registry import BY_CODE, CODE, ELEMENTS

FLOATS = {32: "float32", 64: "float64"}
COMPLEX = {32: "complex64", 64: "complex128"}
EXPONENTS = (0, 1, 2, 7, 15, 22)
NUMBERS = (0, 1, 2, 3, 25, 29, 35, 55, 57, 58, -1, -2, -7, 12345, -99999)


def values(width: int, exponent: int) -> list[int]:
    """Bits that the filter moves, and bits it leaves alone, close to one another."""
    kind = BINARY[width]
    sign, infinity = 2 ** (width - 1), kind.quiet - 2 ** (kind.mantissa_bits - 1)
    moved = [decimal_bits(n, width, exponent) for n in NUMBERS]
    ends = [decimal_bits(n, width, exponent) for n in (kind.most, -kind.most)]
    beyond = [decimal_bits(n, width, exponent) for n in (kind.most + 1, -kind.most - 1)]
    nans = [kind.quiet + n for n in (0, 1, -1, 25, kind.most, -kind.most)]
    neighbours = [bits + step for bits in moved[1:4] + ends for step in (-1, 1)]
    odd = [sign, 1, sign + 1, infinity, sign + infinity, sign + kind.quiet, sign + infinity + 1]
    return moved + ends + beyond + nans + neighbours + odd + [2**width - 1]


def floats(width: int, *chain: Filter, data: bytes | None = None, **fields: object) -> Array:
    """Floating-point numbers of a width with a chain of filters."""
    exponent = chain[0].numbers()[0] if chain else 2
    data = filters.joined(values(width, exponent), width) if data is None else data
    array = Array(element=CODE[FLOATS[width]], shape=(len(data) // (width // 8),), data=data)
    return array.but(filters=chain, **fields)


def single() -> Iterator[Case]:
    """Decimal alone, for several powers of ten."""
    for width, exponent in product(FLOATS, EXPONENTS):
        yield accept(
            f"flt/accept/decimal-{exponent}-{width}",
            "FLT-7 HDR-12 ARR-2",
            f"decimal({exponent}) on {FLOATS[width]}: decimal numbers, their neighbours, the "
            "largest n and the next, NaNs that n maps to, both zeros, infinities.",
            File(arrays=(floats(width, decimal(exponent)),)),
        )
    for width, name in COMPLEX.items():
        data = filters.joined(values(width, 2)[: 2 * (len(values(width, 2)) // 2)], width)
        item = BY_CODE[CODE[name]].item_bytes
        array = Array(
            element=CODE[name],
            shape=(len(data) // item,),
            data=data,
            filters=(decimal(2), delta(2), SHUFFLE),
        )
        yield accept(
            f"flt/accept/decimal-{name}",
            "FLT-7 FLT-2",
            f"decimal on the components of {name}.",
            File(arrays=(array,)),
        )


def chains() -> Iterator[Case]:
    """Decimal before every other chain, and in blocks."""
    second: list[tuple[Filter, ...]] = [(), (delta(1),), (lorenzo(1, 3),)]
    rest = list(product(second, ((), (ZIGZAG,)), ((), (SHUFFLE,)), ((), (BYTEDELTA,))))
    for width in FLOATS:
        arrays = []
        for index, parts in enumerate(rest):
            chain = (decimal(index % 23), *sum(parts, ()))
            numbers = [decimal_bits(n * 7 - 20, width, index % 23) for n in range(256 // width)]
            arrays.append(
                floats(
                    width,
                    *chain,
                    data=filters.joined([*numbers[:-1], 2 ** (width - 1)], width),
                    name="+".join(NAMES[step.code] for step in chain).encode(),
                    block_length=3,
                    codec=index % 2,
                )
            )
        yield accept(
            f"flt/accept/decimal-chains-{width}",
            "FLT-7 HDR-12 BLK-6",
            f"decimal before all 24 chains of later stages on {FLOATS[width]}, in blocks of three.",
            File(arrays=tuple(arrays)),
        )
        raw = noise(f"decimal noise {width}", 40 * width // 8)
        yield accept(
            f"flt/accept/decimal-noise-{width}",
            "FLT-7 ARR-2",
            f"decimal(3) on noise taken as {FLOATS[width]}: nearly all bits stay as they are.",
            File(arrays=(floats(width, decimal(3), data=raw),)),
        )
    unknown = Array(name=b"later", element=0xEE, shape=(4,), data=b"late", filters=(decimal(2),))
    yield accept(
        "flt/accept/decimal-unregistered-element",
        "HDR-12 HDR-15",
        "decimal on an unregistered element is no fault of the header; the other array is read.",
        File(arrays=(unknown, Array(name=b"x"))),
        only=["x"],
    )


def malformed() -> Iterator[Case]:
    """[HDR-12]: elements, parameters and stages of decimal."""
    right = decimal(2).parameters
    for element in ELEMENTS:
        if element.name in {*FLOATS.values(), *COMPLEX.values()}:
            continue
        dated = element.code >= 0x50
        array = Array(
            element=element.code,
            shape=(3,),
            data=bytes(3 * element.item_bytes),
            filters=(decimal(2),),
            unit=10 * dated,
            unit_count=int(dated),
            stored=(bytes(3 * element.item_bytes),),
        )
        yield malformed_chain(
            f"decimal-{element.name}",
            f"decimal on {element.name}.",
            array,
            "flt/accept/decimal-2-64",
        )
    plain = floats(64, decimal(2))
    stored = plain.stored_blocks()
    wrong = {
        "decimal-23": ("e is 23.", (decimal(23),)),
        "decimal-most": ("e is 2^32 - 1.", (decimal(2**32 - 1),)),
        "decimal-256": ("e is 256.", (decimal(256),)),
        "decimal-no-parameters": ("decimal has no parameters.", (Filter(7),)),
        "decimal-1-byte": ("e is a single byte.", (Filter(7, b"\2"),)),
        "decimal-3-bytes": ("decimal has three parameter bytes.", (Filter(7, right[:3]),)),
        "decimal-8-bytes": ("decimal has eight parameter bytes.", (Filter(7, right * 2),)),
        "decimal-order": ("decimal and order: stage 1 twice.", (decimal(2), filters.ORDER)),
        "order-decimal": ("order and decimal: stage 1 twice.", (filters.ORDER, decimal(2))),
        "decimal-twice": ("decimal twice.", (decimal(2), decimal(3))),
        "delta-decimal": ("delta before decimal.", (delta(1), decimal(2))),
        "bytedelta-decimal": (
            "decimal last, which has the highest code.",
            (SHUFFLE, BYTEDELTA, decimal(2)),
        ),
    }
    for slug, (edit, chain) in wrong.items():
        array = plain.but(filters=chain, stored=stored)
        yield malformed_chain(slug, edit, array, "flt/accept/decimal-2-64")


def misread() -> Iterator[Case]:
    """[BLK-6]: blocks that a wrong reading of decimal filtered."""
    for width in FLOATS:
        kind = BINARY[width]
        array = floats(width, decimal(2))
        x = filters.numbers(array.data, width)
        y = filters.numbers(array.stored_blocks()[0], width)
        negative_zero = 2 ** (width - 1)
        wrong = {
            "negative-zero": (
                "negative zero is taken for n = 0",
                [
                    kind.quiet if bits == negative_zero else new
                    for bits, new in zip(x, y, strict=True)
                ],
            ),
            "nans-kept": (
                "NaNs stay where numbers are put",
                [
                    bits if abs(bits - kind.quiet) <= kind.most else new
                    for bits, new in zip(x, y, strict=True)
                ],
            ),
            "not-filtered": ("nothing is filtered", x),
            "offset": (
                "numbers are put from the first NaN on",
                [new ^ 1 if abs(new - kind.quiet) <= kind.most else new for new in y],
            ),
            "exponent-3": (
                "e is taken to be 3",
                filters.numbers(filters.apply_one(array.data, decimal(3), width), width),
            ),
        }
        for slug, (what, numbers) in wrong.items():
            assert numbers != y
            yield reject(
                f"flt/reject/misread-decimal-{slug}-{width}",
                "FLT-7 BLK-6",
                "block-digest-mismatch",
                f"flt/accept/decimal-2-{width}",
                f"The stored block is filtered wrongly: {what}.",
                File(arrays=(array.but(stored=(filters.joined(numbers, width),)),)),
                why="A block whose canonical bytes do not match their SHA-256 is refused.",
            )


FAMILIES = (single, chains, malformed, misread)
