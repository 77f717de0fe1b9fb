"""Reject cases of shapes, blocks and names in the header. SPEC.md section 6."""

from collections.abc import Iterator

from builder.case import Case, reject
from builder.checksums import noise
from builder.container import File
from builder.families.hdr_accept import BASE
from builder.families.hdr_reject import malformed, with_first
from builder.frames import frame, frame_header, rle_block
from builder.records import ZSTD, Array

ONE = "arr/accept/rank-1-one"
EMPTY = "arr/accept/empty-largest"
CONTROLS = (0x00, 0x01, 0x08, 0x09, 0x0A, 0x0D, 0x1B, 0x1F, 0x7F)


def block_fields() -> Iterator[Case]:
    """[HDR-11]: block_length and block_count."""
    ten = Array(shape=(10,), data=noise("ten", 10), block_length=4)
    entries = ten.table()
    cases: dict[str, tuple[Array, str]] = {
        "length-0": (ten.but(block_length=0, stored=(b"",) * 3, entries=entries), "0 of 10"),
        "length-11": (ten.but(block_length=11), "11 of 10"),
        "length-most": (ten.but(block_length=2**32 - 1), "2^32 - 1 of 10"),
        "length-3": (
            ten.but(block_length=3, stored=ten.stored_blocks(), entries=entries),
            "3 of 10",
        ),
        "count-4": (ten.but(block_count=4), "four blocks announced for three"),
        "count-2": (ten.but(block_count=2), "two blocks announced for three"),
        "count-0": (ten.but(block_count=0), "no block announced for three"),
        "count-most": (ten.but(block_count=2**32 - 1), "2^32 - 1 blocks announced for three"),
        "both-0": (ten.but(block_length=0, block_count=0, stored=(), entries=()), "neither"),
    }
    why = "block_length is 1 to n and block_count is ceil(n / block_length); both are 0 for n = 0."
    for slug, (array, what) in cases.items():
        file = File(arrays=(array,))
        yield malformed(
            f"block-{slug}",
            "HDR-11",
            f"Ten elements in blocks of four: {what}.",
            file,
            why,
            "blk/accept/stored-17",
        )
    empty = Array(shape=(0, 3), data=b"", element=0x32)
    for slug, array in {
        "empty-length-1": empty.but(block_length=1),
        "empty-length-most": empty.but(block_length=2**32 - 1),
        "empty-count-1": empty.but(
            block_count=1, stored=(b"\0",), entries=Array(data=b"\0").table()
        ),
        "empty-both-1": empty.but(
            block_length=1, block_count=1, stored=(b"\0",), entries=Array(data=b"\0").table()
        ),
        "empty-count-most": empty.but(block_count=2**32 - 1),
    }.items():
        base = "arr/accept/empty-0-by-3"
        yield malformed(
            f"block-{slug}",
            "HDR-11",
            "An empty array has blocks.",
            File(arrays=(array,)),
            why,
            base,
        )


def block_bytes() -> Iterator[Case]:
    """[HDR-11]: a block has at most 8 MiB."""
    for name, code, item in (("uint8", 0x20, 1), ("int16", 0x11, 2), ("complex128", 0x41, 16)):
        count = 2**23 // item + 1
        data = bytes([0xC3]) * (count * item)
        runs, rest = divmod(len(data), 2**17)
        blocks = [rle_block(0xC3, 2**17)] * runs + [rle_block(0xC3, rest)]
        made = frame(frame_header(len(data), window=13 << 3, size_bytes=4), blocks)
        array = Array(element=code, shape=(count,), data=data, codec=ZSTD, stored=(made,))
        yield malformed(
            f"block-above-8-mib-{name}",
            "HDR-11 LIM-1",
            f"A block has {count} elements of {item} bytes: one more than 8 MiB holds.",
            File(arrays=(array,)),
            "block_length times the item size is at most 8 MiB.",
            "blk/accept/largest",
        )


def products() -> Iterator[Case]:
    """[HDR-11]: max(dimension, 1) multiplied, times the item size, is at most 2^63 - 1."""
    shapes: dict[str, tuple[int, tuple[int, ...]]] = {
        "empty-2-to-the-63": (0x20, (0, 2**63)),
        "empty-most": (0x20, (2**64 - 1, 0)),
        "empty-product": (0x20, (2**32, 0, 2**31)),
        "empty-wraps-to-0": (0x20, (2**32, 2**32, 0)),
        "empty-wraps-to-1": (0x20, (0, 2**64 - 1, 2**64 - 1)),
        "empty-float64": (0x32, (0, 2**60)),
        "empty-complex128": (0x41, (2**59, 0)),
        "empty-int16": (0x11, (0, 2**62)),
        "empty-unregistered": (0xEE, (0, 2**63)),
        "empty-32-dimensions": (0x20, (0,) + (2**16,) * 31),
    }
    why = "The product is computed in integers that cannot overflow, zeros counted as ones."
    for slug, (code, shape) in shapes.items():
        array = Array(element=code, shape=shape, data=b"")
        edit = f"The shape is {shape if len(shape) < 9 else '(0, 2^16, ... 31 times)'}."
        file = File(arrays=(array,))
        yield malformed(f"shape-{slug}", "HDR-11 LIM-1", edit, file, why, EMPTY)
    one = Array(shape=(1,))
    full: dict[str, tuple[tuple[int, ...], int, int]] = {
        "2-to-the-64": ((2**32, 2**32), 2**23, 0),
        "2-to-the-63": ((2**63,), 2**23, 0),
        "wraps-to-1": ((2**64 - 1, 2**64 - 1), 1, 1),
        "wraps-to-2": ((2**63 + 1, 2), 2, 1),
        "most": ((2**64 - 1,), 1, 2**32 - 1),
    }
    for slug, (shape, length, count) in full.items():
        array = one.but(
            shape=shape,
            block_length=length,
            block_count=count,
            stored=(b"\x2a",),
            entries=one.table(),
        )
        edit = f"The shape is {shape}, with {count} blocks of {length}."
        yield malformed(f"shape-{slug}", "HDR-11 LIM-1", edit, File(arrays=(array,)), why, ONE)


def names() -> Iterator[Case]:
    """[HDR-13]: names."""
    wrong: dict[str, tuple[bytes, str]] = {
        **{f"control-{code:02x}": (b"a%cb" % code, f"U+{code:04X}") for code in CONTROLS},
        **{
            f"control-{code:02x}": (f"a{chr(code)}b".encode(), f"U+{code:04X}")
            for code in (0x80, 0x85, 0x9B, 0x9F)
        },
        "nul-only": (b"\0", "a single NUL"),
        "newline-last": (b"name\n", "a line feed at the end"),
        "utf-8-continuation": (b"a\x80", "a continuation byte alone"),
        "utf-8-lead": (b"a\xc3", "a lead byte at the end"),
        "utf-8-latin-1": (b"gr\xf6\xdfe", "Latin-1"),
        "utf-8-overlong-2": (b"\xc1\x81", "an overlong A"),
        "utf-8-overlong-nul": (b"\xc0\x80", "an overlong NUL"),
        "utf-8-overlong-3": (b"\xe0\x9f\xbf", "an overlong form of three bytes"),
        "utf-8-overlong-slash": (b"..\xe0\x80\xaf", "an overlong slash"),
        "utf-8-overlong-4": (b"\xf0\x8f\xbf\xbf", "an overlong form of four bytes"),
        "utf-8-surrogate-first": (b"\xed\xa0\x80", "the first surrogate"),
        "utf-8-surrogate-last": (b"\xed\xbf\xbf", "the last surrogate"),
        "utf-8-cesu-8": (b"\xed\xa0\xbd\xed\xb8\x80", "a pair of surrogates"),
        "utf-8-above-10ffff": (b"\xf4\x90\x80\x80", "U+110000"),
        "utf-8-five-bytes": (b"\xf8\x88\x80\x80\x80", "a sequence of five bytes"),
        "utf-8-truncated-3": (b"\xe2\x82", "two bytes of three"),
        "utf-8-truncated-4": (b"\xf0\x9f\x98", "three bytes of four"),
        "utf-8-ff": (b"\xff", "the byte FF"),
        "utf-8-cut-at-255": (b"n" * 254 + b"\xc3", "a character cut by the length limit"),
    }
    for slug, (name, what) in wrong.items():
        yield _name(f"name-{slug}", f"The first name holds {what}.", with_first(name=name))
    first, second = BASE.arrays
    third = Array(name=b"first")
    twins = {
        "twice": ((first, second.but(name=b"first")), "Both arrays are called `first`."),
        "twice-apart": ((first, second, third), "The third array is called like the first."),
        "twice-same-array": ((first, first), "The same array stands in the file twice."),
        "twice-unknown-codec": (
            (first.but(codec=9), second.but(name=b"first")),
            "Both arrays are called `first`, one of unknown codec.",
        ),
        "twice-empty": (
            tuple(Array(name=b"e", shape=(0,), data=b"") for _ in range(2)),
            "Two empty arrays of one name.",
        ),
    }
    for slug, (arrays, edit) in twins.items():
        yield _name(f"name-{slug}", edit, BASE.but(arrays=arrays))
    for slug, name in (("second", b"\x1f"), ("second-utf-8", b"\xff")):
        edit = "The second array's name is invalid."
        file = BASE.but(arrays=(first, second.but(name=name)))
        yield _name(f"name-{slug}", edit, file)


def _name(slug: str, edit: str, file: File) -> Case:
    return reject(
        f"hdr/reject/{slug}",
        "HDR-13",
        "name-invalid",
        "con/accept/two-arrays",
        edit + " CRC and root are refreshed.",
        file,
        why="Names are well-formed UTF-8 without control characters, and no two are equal.",
    )


FAMILIES = (block_fields, block_bytes, products, names)
