"""Section 14 of SPEC.md: elements, time units, filters and codecs by their codes."""

from typing import Final, NamedTuple


class Element(NamedTuple):
    """An element type; `item_bytes` holds all its components."""

    name: str
    item_bytes: int
    components: int

    @property
    def width(self) -> int:
        """Bits of a component."""
        return 8 * self.item_bytes // self.components


class Filter(NamedTuple):
    """A filter: its stage, and how many u32 numbers its parameters are."""

    stage: int
    numbers: int


ELEMENTS: Final = {  # 14.1
    0x01: Element("bool", 1, 1),
    0x10: Element("int8", 1, 1),
    0x11: Element("int16", 2, 1),
    0x12: Element("int32", 4, 1),
    0x13: Element("int64", 8, 1),
    0x20: Element("uint8", 1, 1),
    0x21: Element("uint16", 2, 1),
    0x22: Element("uint32", 4, 1),
    0x23: Element("uint64", 8, 1),
    0x30: Element("float16", 2, 1),
    0x31: Element("float32", 4, 1),
    0x32: Element("float64", 8, 1),
    0x38: Element("bfloat16", 2, 1),
    0x40: Element("complex64", 8, 2),
    0x41: Element("complex128", 16, 2),
    0x50: Element("datetime64", 8, 1),
    0x51: Element("timedelta64", 8, 1),
}
BOOL: Final = 0x01
TIMES: Final = (0x50, 0x51)  # the elements that have a time unit
DECIMALS: Final = (0x31, 0x32, 0x40, 0x41)  # the elements that filter `decimal` accepts

UNITS: Final = (  # 14.2: unit 1 is the first
    *("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"),
    "generic",
)

ORDER, DELTA, LORENZO, ZIGZAG, SHUFFLE, BYTEDELTA, DECIMAL = range(1, 8)
FILTERS: Final = {  # 14.3
    ORDER: Filter(1, 0),
    DELTA: Filter(2, 1),
    LORENZO: Filter(2, 2),
    ZIGZAG: Filter(3, 0),
    SHUFFLE: Filter(4, 0),
    BYTEDELTA: Filter(5, 0),
    DECIMAL: Filter(1, 1),
}

STORED, ZSTD = range(2)  # 14.4
CODECS: Final = (STORED, ZSTD)
