"""The catalogue of requests: made from nothing but a seed, the same everywhere.

Every element, shape, filter, depth and text that the format has, what must be
refused, then random ones.
"""

import struct
from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any, Final

from . import pngs
from .requests import BITS, Array, Chain, Request, array, noise, specials

UNITS: Final = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "generic")
PROFILES: Final = {
    "opaque": (3, 2, 3, 0),
    "fine": (2, 2, 2, 0),
    "dense": (4, 4, 4, 0),
    "denser": (5, 5, 6, 0),
    "raw": (8, 8, 8, 0),
    "rgba": (2, 2, 2, 2),
    "rgba-dense": (4, 4, 4, 4),
}
ODD_DEPTHS: Final = (
    (1, 0, 0, 0),
    (0, 0, 0, 1),
    (0, 3, 0, 0),
    (7, 5, 3, 2),
    (8, 8, 8, 4),
    (1, 8, 0, 3),
)
_FILTERED: Final = (
    ("uint8", "stored"),
    ("float16", "zstd"),
    ("int32", "stored"),
    ("float64", "zstd"),
    ("complex64", "stored"),
)


def requests(count: int, seed: int) -> Iterator[Request]:
    """Every request of the suite, then `count` random ones."""
    for family in (
        _elements,
        _shapes,
        _filters,
        _decimals,
        _chains,
        _blocks,
        _depths,
        _texts,
        _sizes,
        _covers,
    ):
        yield from family()
    yield from _refused()
    for index in range(count):
        yield _random(f"{seed}-{index}")


def _elements() -> Iterator[Request]:
    for element in BITS:
        plain = array(element, element, (37,))
        yield Request(f"element/{element}", (plain,))
        yield Request(f"element/{element}-stored", (replace(plain, filters=(), codec="stored"),))
    for unit in UNITS:
        counts = (1,) if unit == "generic" else (1, 2**31 - 1)
        arrays = [
            replace(array(unit, element, (3,), f"{element} {count}"), unit=unit, unit_count=count)
            for element in ("datetime64", "timedelta64")
            for count in counts
        ]
        yield Request(f"unit/{unit}", tuple(arrays))


def _shapes() -> Iterator[Request]:
    shapes = {
        "0d": (),
        "empty": (0,),
        "empty-3d": (3, 0, 2),
        "empty-huge": (2**31, 0, 2**20),
        "one": (1,),
        "2d": (5, 7),
        "5d": (2, 3, 1, 2, 2),
        "32d": (1,) * 30 + (2, 3),
        "long": (100_003,),
    }
    for slug, shape in shapes.items():
        yield Request(f"shape/{slug}", (array(slug, "uint16", shape),))


def _filters() -> Iterator[Request]:
    steps: Chain = (("order",), ("delta", 1), ("delta", 5), ("delta", 1000), ("lorenzo", 1, 6))
    steps += (("lorenzo", 3, 200), ("zigzag",), ("shuffle",), ("bytedelta",))
    for step in steps:
        for element, codec in _FILTERED:
            slug = "-".join(map(str, step))
            asked = replace(array(slug, element, (11, 12)), filters=(step,), codec=codec)
            yield Request(f"filter/{slug}-{element}-{codec}", (asked,))


def decimals(exponent: int, element: str) -> Array:
    """Special values, then n / 10^exponent for small, large and too large n."""
    code, bits = ("f", 32) if element in ("float32", "complex64") else ("d", 64)
    most = 2 ** (22 if bits == 32 else 51) - 1
    numbers = [*range(-6, 40), most - 1, most, -most, most + 1, 12345, -67890]
    raw = b"".join(struct.pack(f"<{code}", n / 10**exponent) for n in numbers)
    quiet = int.from_bytes(specials(bits)[8], "little")
    codes = [(quiet + n).to_bytes(bits // 8, "little") for n in (1, -1, most, -most)]
    data = raw + b"".join([*specials(bits), *codes])
    item = bits // 8 * BITS[element][1]
    count = len(data) // item
    return Array("x", element, (count,), data[: count * item])


def _decimals() -> Iterator[Request]:
    for exponent in (0, 1, 2, 7, 15, 22):
        for element in ("float32", "float64", "complex64", "complex128"):
            steps: Chain = (("decimal", exponent), ("delta", 1), ("shuffle",))
            asked = replace(decimals(exponent, element), filters=steps[: 1 + exponent % 3])
            yield Request(f"decimal/{exponent}-{element}", (asked,))
    # what an encoder may choose for decimal fractions, with a NaN of either sign among them
    array_of_cents = decimals(2, "float64")
    yield Request("decimal/encoders-choice", (replace(array_of_cents, codec=None),))
    cents = b"".join(struct.pack("<d", (7 * n % 9001) / 100) for n in range(4000))
    for sign in ("7f", "ff"):
        data = cents + bytes.fromhex(f"000000000000f8{sign}")
        yield Request(f"decimal/cents-and-{sign}-nan", (Array("x", "float64", (4001,), data),))


def _chains() -> Iterator[Request]:
    chains: dict[str, Chain] = {
        "all-delta": (("order",), ("delta", 2), ("zigzag",), ("shuffle",), ("bytedelta",)),
        "all-lorenzo": (("order",), ("lorenzo", 1, 12), ("zigzag",), ("shuffle",), ("bytedelta",)),
        "delta-bytedelta": (("delta", 1), ("bytedelta",)),
        "order-shuffle": (("order",), ("shuffle",)),
    }
    for slug, chain in chains.items():
        for element in ("bool", "bfloat16", "complex128", "datetime64"):
            asked = replace(array(slug, element, (7, 12)), filters=chain, block_length=25)
            yield Request(f"chain/{slug}-{element}", (asked,))


def _blocks() -> Iterator[Request]:
    for length in (1, 2, 40, 99, 100):
        for codec in ("stored", "zstd"):
            asked = replace(array("blocks", "uint32", (100,)), block_length=length, codec=codec)
            yield Request(f"blocks/{length}-of-100-{codec}", (asked,))
    zeros = replace(array("zeros", "uint64", (200_000,)), data=bytes(1_600_000))
    yield Request("blocks/zeros", (zeros,))
    yield Request(
        "blocks/one-of-8-MiB",
        (replace(zeros, shape=(2**20,), data=bytes(2**23), block_length=2**20, codec="zstd"),),
    )


def _depths() -> Iterator[Request]:
    pair = (array("depths", "int16", (31,)), array("depths too", "float32", (9,), "y"))
    for slug, depths in PROFILES.items():
        yield Request(f"depths/{slug}", pair, '{"profile":1}', depths)
    for depths in ODD_DEPTHS:
        yield Request(f"depths/{'-'.join(map(str, depths))}", pair, None, depths)


def _texts() -> Iterator[Request]:
    texts = {
        "spaces": '\t{ "b" : 1 ,\r\n "a":[ 1 , 2 ] } ',
        "numbers": '{"a":1.0,"b":-0,"c":1e2,"d":1E+2,"e":0.10,"f":123456789012345678901234567890}',
        "escapes": '{"\\u0061":"\\/\\u00e9\\ud83d\\ude00\\n","\\u0000":null}',
        "unicode": '{"Größe":"5 µm","図":"😀"}',
        "deep": '{"a":' + "[" * 63 + "]" * 63 + "}",
        "long-number": '{"a":0.' + "1" * 510 + "}",
        "members": '{"":1,"__proto__":2,"constructor":3,"é":4,"e\u0301":5}',
    }
    plain = array("texts", "uint8", (4,))
    for slug, text in texts.items():
        yield Request(f"metadata/{slug}", (replace(plain, metadata=text),), text)
    yield Request("metadata/without-arrays", (), '{"a":"no arrays"}')
    yield Request("arrays/none", ())
    names = {
        "unicode": "Größe 図 😀",
        "long": "n" * 255,
        "path": "../../x",
        "dash": "--only",
        "space": " ",
        "quote": '"',
        "not-normal": "e\u0301",
        "proto": "__proto__",
    }
    for slug, name in names.items():
        yield Request(f"name/{slug}", (plain, replace(plain, name=name)))
    both = (replace(plain, name="\u00e9"), replace(plain, name="e\u0301"))
    yield Request("name/two-that-look-alike", both)
    yield Request("arrays/60", tuple(array(f"{i}", "int8", (i,), f"a{i}") for i in range(60)))


def _sizes() -> Iterator[Request]:
    plain = array("sizes", "uint8", (50,))
    for width, height in ((400, 3), (1, 2000), (2000, 1), (37, 41)):
        yield Request(f"size/{width}x{height}", (plain,), width=width, height=height)
    yield Request("size/width-only", (plain,), width=33)
    yield Request("size/height-only", (plain,), height=33)


def _covers() -> Iterator[Request]:
    asked = array("cover", "float32", (40,))
    for channels in (3, 4):
        for slug, samples in {
            "noise": noise(f"cover {channels}", 48 * 40 * channels),
            "black": bytes(48 * 40 * channels),
            "white": b"\xff" * (48 * 40 * channels),
        }.items():
            cover = pngs.Picture(48, 40, channels, samples)
            for depths in ("opaque", "rgba", "raw"):
                name = f"cover/{slug}-{channels}-channels-{depths}"
                yield Request(name, (asked,), None, PROFILES[depths], cover=cover)


def _refused() -> Iterator[Request]:
    plain = array("refused", "uint8", (4,))
    bad: dict[str, Array] = {
        "name-empty": replace(plain, name=""),
        "name-too-long": replace(plain, name="é" * 128),
        "name-control": replace(plain, name="a\x85"),
        "bool-2": replace(plain, element="bool", data=b"\0\1\2\1"),
        "metadata-array": replace(plain, metadata="[]"),
        "metadata-duplicate": replace(plain, metadata='{"a":1,"\\u0061":2}'),
        "metadata-surrogate": replace(plain, metadata='{"a":"\\ud800"}'),
        "metadata-1e400": replace(plain, metadata='{"a":1e400}'),
        "metadata-nan": replace(plain, metadata='{"a":NaN}'),
        "metadata-65-deep": replace(plain, metadata='{"a":' + "[" * 64 + "]" * 64 + "}"),
        "rank-33": replace(plain, shape=(1,) * 32 + (4,)),
        "filters-order": replace(plain, filters=(("zigzag",), ("delta", 1))),
        "delta-and-lorenzo": replace(plain, filters=(("delta", 1), ("lorenzo", 1, 2))),
        "delta-0": replace(plain, filters=(("delta", 0),)),
        "lorenzo-row-not-above-lag": replace(plain, filters=(("lorenzo", 3, 3),)),
        "decimal-of-uint8": replace(plain, filters=(("decimal", 1),)),
        "decimal-23": replace(decimals(1, "float64"), filters=(("decimal", 23),)),
        "decimal-and-order": replace(decimals(1, "float32"), filters=(("order",), ("decimal", 1))),
        "unit-of-uint8": replace(plain, unit="s", unit_count=1),
        "unit-count-0": replace(array("u", "datetime64", (2,)), unit_count=0),
        "generic-of-two": replace(array("u", "datetime64", (2,)), unit="generic", unit_count=2),
        "block-too-large": replace(
            plain, shape=(2**23 + 1,), data=bytes(2**23 + 1), block_length=2**23 + 1, codec="zstd"
        ),
    }
    for slug, wrong in bad.items():
        yield Request(f"refuse/{slug}", (wrong,), refuse=True)
    yield Request("refuse/two-of-one-name", (plain, plain), refuse=True)
    yield Request("refuse/file-metadata-text", (plain,), '"a"', refuse=True)
    yield Request("refuse/too-small", (plain,), width=14, height=12, refuse=True)
    for depths in ((0, 0, 0, 0), (9, 0, 0, 0), (3, 2, 3, 5)):
        name = f"refuse/depths-{'-'.join(map(str, depths))}"
        yield Request(name, (plain,), None, depths, refuse=True)


def _random(seed: str) -> Request:
    draw = _Draw(seed)
    arrays = []
    for index in range(draw.below(4)):
        element = draw.of(tuple(BITS))
        shape = tuple(draw.below(7) for _ in range(draw.below(5)))
        made = array(f"{seed} {index}", element, shape, f"a{index}")
        data = made.data if element == "bool" or draw.below(2) else noise(seed, len(made.data))
        arrays.append(replace(made, data=data, **_random_form(draw, prod(shape))))
    depths = (draw.below(9), draw.below(9), draw.below(9), draw.below(5))
    depths = depths if sum(depths) else PROFILES["fine"]
    text = draw.of((None, '{"seed":"' + seed + '"}'))
    return Request(f"random/{seed}", tuple(arrays), text, depths)


def _random_form(draw: "_Draw", size: int) -> dict[str, Any]:
    lag = 1 + draw.below(5)
    predictor = draw.of((None, ("delta", lag), ("lorenzo", lag, lag + 1 + draw.below(20))))
    steps = (("order",), predictor, ("zigzag",), ("shuffle",), ("bytedelta",))
    chain = tuple(step for step in steps if step is not None and draw.below(2))
    return {
        "filters": draw.of((None, chain, chain)),
        "codec": draw.of((None, "stored", "zstd")),
        "block_length": 1 + draw.below(size) if size and draw.below(2) else None,
    }


class _Draw:
    """Numbers that depend on the seed alone."""

    def __init__(self, seed: str) -> None:
        self._raw = iter(noise(f"draw {seed}", 4096))

    def below(self, most: int) -> int:
        return (next(self._raw) << 8 | next(self._raw)) % most

    def of(self, choices: tuple[Any, ...]) -> Any:  # noqa: ANN401 - of any kind
        return choices[self.below(len(choices))]
