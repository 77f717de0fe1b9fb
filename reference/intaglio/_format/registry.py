"""SPEC.md section 14, registries: every constant and table that SPEC.md names.

Sizes are in bytes unless the name says otherwise. Each fact is written here once; look-up tables
are derived from it. Imports no other module of the package.
"""

from typing import Final, NamedTuple, TypeAlias

Depths: TypeAlias = tuple[int, int, int, int]  # payload bits of R, G, B, A

FORMAT_MAJOR: Final = 1
FORMAT_MINOR: Final = 0  # [VER-1] the lowest minor version that has every feature we write

MAGIC: Final = b"INTAGLIO"
PROLOGUE_BYTES: Final = 80
PROLOGUE_COMMON_BYTES: Final = 24  # the part that all major versions share: magic .. flags, CRC
PROLOGUE_ROOTED_BYTES: Final = 44  # the part of the prologue that the root digest covers
PROLOGUE_DEPTHS: Final[Depths] = (3, 2, 3, 0)
PIXELS_RESERVED: Final = 2 * PROLOGUE_BYTES  # for prologue and echo, one byte per pixel

DEPTHS_MAX: Final[Depths] = (8, 8, 8, 4)
PROFILES: Final[dict[str, Depths]] = {
    "opaque": (3, 2, 3, 0),
    "fine": (2, 2, 2, 0),
    "dense": (4, 4, 4, 0),
    "denser": (5, 5, 6, 0),
    "raw": (8, 8, 8, 0),
    "rgba": (2, 2, 2, 2),
    "rgba-dense": (4, 4, 4, 4),
}
DEFAULT_PROFILE: Final = "opaque"
DEFAULT_NAME: Final = "data"  # the name of an array that is saved without one

HEADER_BYTES_MIN: Final = 12
HEADER_BYTES_MAX: Final = 4 * 1024 * 1024
ARRAYS_MAX: Final = 2**16 - 1
NAME_BYTES_MAX: Final = 255
RANK_MAX: Final = 32
FILTERS_MAX: Final = 8
UNIT_COUNT_MAX: Final = 2**31 - 1
ARRAY_BYTES_MAX: Final = 2**63 - 1

TABLE_ENTRY_BYTES: Final = 40
DIGEST_BYTES: Final = 32
BLOCK_BYTES_MAX: Final = 8 * 1024 * 1024
ZSTD_WINDOW_BYTES_MAX: Final = 8 * 1024 * 1024

JSON_DEPTH_MAX: Final = 64
JSON_NUMBER_CHARS_MAX: Final = 512

EXTENSION_REQUIRED: Final = 0x01  # the only bit of an extension record's flags

HINT_KEYWORD: Final = "Intaglio"


class Element(NamedTuple):
    """One row of the registry of elements, SPEC.md 14.1."""

    code: int
    name: str
    item_bytes: int
    components: int
    library: str = ""  # that adds the dtype of this name to numpy

    @property
    def component_bytes(self) -> int:
        return self.item_bytes // self.components


ELEMENTS: Final = (
    Element(0x01, "bool", 1, 1),
    Element(0x10, "int8", 1, 1),
    Element(0x11, "int16", 2, 1),
    Element(0x12, "int32", 4, 1),
    Element(0x13, "int64", 8, 1),
    Element(0x20, "uint8", 1, 1),
    Element(0x21, "uint16", 2, 1),
    Element(0x22, "uint32", 4, 1),
    Element(0x23, "uint64", 8, 1),
    Element(0x30, "float16", 2, 1),
    Element(0x31, "float32", 4, 1),
    Element(0x32, "float64", 8, 1),
    Element(0x38, "bfloat16", 2, 1, "ml_dtypes"),
    Element(0x40, "complex64", 8, 2),
    Element(0x41, "complex128", 16, 2),
    Element(0x50, "datetime64", 8, 1),
    Element(0x51, "timedelta64", 8, 1),
)
ELEMENT_BY_CODE: Final = {element.code: element for element in ELEMENTS}
ELEMENT_BY_NAME: Final = {element.name: element for element in ELEMENTS}
TIME_ELEMENTS: Final = frozenset({"datetime64", "timedelta64"})

TIME_UNITS: Final = {
    1: "Y",
    2: "M",
    3: "W",
    4: "D",
    5: "h",
    6: "m",
    7: "s",
    8: "ms",
    9: "us",
    10: "ns",
    11: "ps",
    12: "fs",
    13: "as",
    14: "generic",
}
TIME_UNIT_CODE: Final = {name: code for code, name in TIME_UNITS.items()}


class FilterKind(NamedTuple):
    """One row of the registry of filters, SPEC.md 14.3; each parameter is a u32."""

    code: int
    name: str
    stage: int  # a chain lists its filters in ascending order of stage
    parameters: int


FILTERS: Final = (
    FilterKind(0x01, "order", 1, 0),
    FilterKind(0x02, "delta", 2, 1),
    FilterKind(0x03, "lorenzo", 2, 2),
    FilterKind(0x04, "zigzag", 3, 0),
    FilterKind(0x05, "shuffle", 4, 0),
    FilterKind(0x06, "bytedelta", 5, 0),
    FilterKind(0x07, "decimal", 1, 1),
)
FILTER_BY_CODE: Final = {kind.code: kind for kind in FILTERS}
FILTER_BY_NAME: Final = {kind.name: kind for kind in FILTERS}


class FilterStep(NamedTuple):
    """One filter of an array's chain: its code and its parameter bytes, as in the header."""

    code: int
    parameters: bytes = b""


DECIMAL_EXPONENT_MAX: Final = 22  # 10^22 is the largest power of ten that binary64 holds exactly
DECIMAL_ELEMENTS: Final = frozenset({"float32", "float64", "complex64", "complex128"})

CODECS: Final = {0: "stored", 1: "zstd"}
CODEC_CODE: Final = {name: code for code, name in CODECS.items()}

REQUIRED_FLAGS_KNOWN: Final = 0
OPTIONAL_FLAGS_KNOWN: Final = 0
EXTENSION_TYPES_KNOWN: Final[frozenset[int]] = frozenset()


def carrier_capacity(pixels: int, depths: Depths) -> int:
    """The body bytes that `pixels` pixels hold at `depths`; may be negative. [CAR-3]"""
    return (pixels - PIXELS_RESERVED) * sum(depths) // 8


def pixels_for(body_bytes: int, depths: Depths) -> int:
    """The smallest number of pixels that holds `body_bytes` at `depths`. [CAR-3]"""
    return PIXELS_RESERVED - (-8 * body_bytes // sum(depths))


def is_legal_depths(depths: Depths) -> bool:
    """Whether `depths` satisfy [CAR-4]."""
    return sum(depths) >= 1 and all(
        0 <= depth <= maximum for depth, maximum in zip(depths, DEPTHS_MAX, strict=True)
    )
