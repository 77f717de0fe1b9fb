"""Reject cases of filters: records that break [HDR-12], and wrongly filtered blocks."""

from collections.abc import Iterator
from itertools import pairwise

from builder import filters
from builder.case import Case, reject
from builder.container import File
from builder.families.flt_accept import WIDTHS, plain
from builder.filters import BYTEDELTA, DELTA_1, ORDER, SHUFFLE, ZIGZAG, Filter, delta, lorenzo
from builder.records import Array


def malformed_chain(slug: str, edit: str, array: Array, base: str) -> Case:
    """A record whose filters break [HDR-12]."""
    step = array.filters[0]
    return reject(
        f"flt/reject/{slug}",
        f"HDR-12 FLT-{step.code}",
        "header-malformed",
        base,
        edit,
        File(arrays=(array,)),
        why="Stages are strictly ascending, every filter has exactly the parameter bytes of "
        "section 10 with values in range, and decimal is for binary32 and binary64.",
    )


def order_of_codes() -> Iterator[Case]:
    """[HDR-12]: stages strictly ascending."""
    chains = {
        "descending-all": (BYTEDELTA, SHUFFLE, ZIGZAG, DELTA_1, ORDER),
        "descending-zigzag-delta": (ZIGZAG, DELTA_1),
        "descending-shuffle-order": (SHUFFLE, ORDER),
        "descending-bytedelta-shuffle": (BYTEDELTA, SHUFFLE),
        "descending-lorenzo-delta": (lorenzo(1, 3), DELTA_1),
        "descending-at-end": (ORDER, DELTA_1, SHUFFLE, ZIGZAG),
        "twice-order": (ORDER, ORDER),
        "twice-delta": (DELTA_1, delta(4)),
        "twice-lorenzo": (lorenzo(1, 2), lorenzo(1, 3)),
        "twice-zigzag": (ZIGZAG, ZIGZAG),
        "twice-shuffle": (SHUFFLE, SHUFFLE),
        "twice-bytedelta": (SHUFFLE, BYTEDELTA, BYTEDELTA),
        "delta-and-lorenzo": (DELTA_1, lorenzo(1, 3)),
    }
    for slug, chain in chains.items():
        edit = "The filters are " + ", ".join(filters.NAMES[step.code] for step in chain) + "."
        yield malformed_chain(slug, edit, plain(16, *chain), "flt/accept/spec-example")


def parameters() -> Iterator[Case]:
    """[HDR-12]: parameter bytes and their ranges."""
    four, eight = delta(1).parameters, lorenzo(1, 4).parameters
    wrong: dict[str, tuple[str, Filter]] = {
        "delta-lag-0": ("lag is 0", delta(0)),
        "delta-no-parameters": ("no parameter bytes", Filter(2)),
        "delta-3-bytes": ("three parameter bytes", Filter(2, four[:3])),
        "delta-5-bytes": ("five parameter bytes", Filter(2, four + b"\0")),
        "delta-8-bytes": ("eight parameter bytes", Filter(2, eight)),
        "delta-1-byte": ("lag in a single byte", Filter(2, b"\1")),
        "lorenzo-lag-0": ("lag is 0", lorenzo(0, 4)),
        "lorenzo-lag-is-row": ("lag equals row", lorenzo(4, 4)),
        "lorenzo-lag-above-row": ("lag is above row", lorenzo(5, 4)),
        "lorenzo-row-0": ("row is 0", lorenzo(1, 0)),
        "lorenzo-zeros": ("lag and row are 0", lorenzo(0, 0)),
        "lorenzo-lag-most": ("lag and row are 2^32 - 1", lorenzo(2**32 - 1, 2**32 - 1)),
        "lorenzo-4-bytes": ("four parameter bytes", Filter(3, four)),
        "lorenzo-7-bytes": ("seven parameter bytes", Filter(3, eight[:7])),
        "lorenzo-9-bytes": ("nine parameter bytes", Filter(3, eight + b"\0")),
        "lorenzo-no-parameters": ("no parameter bytes", Filter(3)),
        "order-1-byte": ("a parameter byte", Filter(1, b"\0")),
        "order-4-bytes": ("four parameter bytes", Filter(1, four)),
        "zigzag-1-byte": ("a parameter byte", Filter(4, b"\1")),
        "shuffle-1-byte": ("the item size as a parameter", Filter(5, b"\2")),
        "bytedelta-1-byte": ("a parameter byte", Filter(6, b"\1")),
        "order-255-bytes": ("255 parameter bytes", Filter(1, bytes(255))),
    }
    for slug, (what, step) in wrong.items():
        name = filters.NAMES[step.code]
        array = plain(16)
        array = array.but(filters=(step,), stored=array.stored_blocks())
        edit = f"{name} has {what}." if "byte" in what or "item" in what else f"{name}'s {what}."
        yield malformed_chain(slug, edit, array, f"flt/accept/{name}-16")


def wrongly_filtered() -> Iterator[Case]:
    """[BLK-6]: blocks that a writer filtered by a wrong reading of section 10."""
    for width in WIDTHS:
        data = plain(width).data
        x, half = filters.numbers(data, width), 2 ** (width - 1)
        sign = [value - 2**width if value >= half else value for value in x]
        wrong = {
            "order": (ORDER, "only the sign bit is flipped", [value ^ half for value in x]),
            "delta": (
                DELTA_1,
                "the first component is 0, as if it had a neighbour equal to it",
                [0] + [b - a for a, b in pairwise(x)],
            ),
            "lorenzo": (
                lorenzo(1, 4),
                "the corner x[i - lag - row] is left out",
                [
                    x[i] - (x[i - 1] if i >= 1 else 0) - (x[i - 4] if i >= 4 else 0)
                    for i in range(len(x))
                ],
            ),
            "zigzag": (
                ZIGZAG,
                "numbers are doubled and negative ones folded to the wrong parity",
                [2 * v + 1 if v >= 0 else -2 * v for v in sign],
            ),
        }
        stored = {
            slug: (step, what, filters.joined(values, width))
            for slug, (step, what, values) in wrong.items()
        }
        stored["shuffle"] = (
            SHUFFLE,
            "the most significant bytes come first",
            b"".join(data[j :: width // 8] for j in reversed(range(width // 8))),
        )
        stored["bytedelta"] = (
            BYTEDELTA,
            "the difference is taken the other way round",
            bytes((before - b) % 256 for b, before in zip(data, b"\0" + data, strict=False)),
        )
        for slug, (step, what, raw) in stored.items():
            if raw == filters.apply_one(data, step, width):
                continue
            yield reject(
                f"flt/reject/misread-{slug}-{width}",
                f"FLT-{step.code} BLK-6",
                "block-digest-mismatch",
                f"flt/accept/{slug}-{width}",
                f"The stored block is filtered wrongly: {what}.",
                File(arrays=(plain(width, step, stored=(raw,)),)),
                why="A block whose canonical bytes do not match their SHA-256 is refused; a reader "
                "that shares the wrong reading would accept it.",
            )


def across_edges() -> Iterator[Case]:
    """Filters that reach across the edge of a block, or go in the wrong order."""
    steps = {"delta": DELTA_1, "lorenzo": lorenzo(1, 3), "bytedelta": BYTEDELTA}
    for slug, step in steps.items():
        array = plain(32, step, block_length=4, codec=0)
        whole = filters.apply_one(array.data, step, 32)
        stored = tuple(whole[at : at + 16] for at in range(0, len(whole), 16))
        yield _misfiltered(
            f"across-blocks-{slug}",
            f"flt/accept/blocks-{slug}",
            "The array is filtered as one piece and then cut into blocks.",
            array.but(stored=stored),
        )
    whole = filters.apply_one(plain(32).data, SHUFFLE, 32)
    array = plain(32, SHUFFLE, block_length=4)
    stored = tuple(whole[at : at + 16] for at in range(0, len(whole), 16))
    yield _misfiltered(
        "across-blocks-shuffle",
        "flt/accept/blocks-shuffle",
        "The array is shuffled as one piece and then cut into blocks.",
        array.but(stored=stored),
    )
    for slug, chain in (
        ("order-delta", (ORDER, DELTA_1)),
        ("delta-zigzag", (DELTA_1, ZIGZAG)),
        ("shuffle-bytedelta", (SHUFFLE, BYTEDELTA)),
        ("zigzag-shuffle", (ZIGZAG, lorenzo(1, 4), SHUFFLE)),
    ):
        right = tuple(sorted(chain, key=lambda step: step.code))
        backwards = filters.apply(plain(16).data, right[::-1], 16)
        yield _misfiltered(
            f"backwards-{slug}",
            "flt/accept/chains-16",
            "The writer applied the filters in the opposite order.",
            plain(16, *right, stored=(backwards,)),
        )
    unfiltered = plain(16, DELTA_1)
    yield _misfiltered(
        "not-filtered",
        "flt/accept/delta-16",
        "The record names delta, but the block is not filtered.",
        unfiltered.but(stored=(unfiltered.data,)),
    )
    yield _misfiltered(
        "filtered-in-secret",
        "flt/accept/delta-16",
        "The record names no filter, but the block is filtered by delta.",
        plain(16, stored=(filters.apply_one(unfiltered.data, DELTA_1, 16),)),
    )
    elements = plain(32, delta(1))
    wide = filters.apply_one(elements.data[:48], delta(1), 64)
    yield _misfiltered(
        "complex-as-one",
        "flt/accept/complex64-delta-1",
        "delta works on whole complex64 elements, as integers of 64 bits.",
        elements.but(element=0x40, shape=(6,), data=elements.data[:48], stored=(wide,)),
    )


def _misfiltered(slug: str, base: str, edit: str, array: Array) -> Case:
    return reject(
        f"flt/reject/{slug}",
        "BLK-6 FLT-2 FLT-5",
        "block-digest-mismatch",
        base,
        edit,
        File(arrays=(array,)),
        why="Blocks are filtered one by one, in the order of the record; any other way does not "
        "give the bytes that the SHA-256 covers.",
    )


FAMILIES = (order_of_codes, parameters, wrongly_filtered, across_edges)
