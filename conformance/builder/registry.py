"""The registries of SPEC.md section 14, as far as a builder needs them."""

from typing import Final, NamedTuple


class Element(NamedTuple):
    """An element type."""

    code: int
    name: str
    item_bytes: int
    width: int


ELEMENTS: Final = (
    Element(0x01, "bool", 1, 8),
    Element(0x10, "int8", 1, 8),
    Element(0x11, "int16", 2, 16),
    Element(0x12, "int32", 4, 32),
    Element(0x13, "int64", 8, 64),
    Element(0x20, "uint8", 1, 8),
    Element(0x21, "uint16", 2, 16),
    Element(0x22, "uint32", 4, 32),
    Element(0x23, "uint64", 8, 64),
    Element(0x30, "float16", 2, 16),
    Element(0x31, "float32", 4, 32),
    Element(0x32, "float64", 8, 64),
    Element(0x38, "bfloat16", 2, 16),
    Element(0x40, "complex64", 8, 32),
    Element(0x41, "complex128", 16, 64),
    Element(0x50, "datetime64", 8, 64),
    Element(0x51, "timedelta64", 8, 64),
)
BY_CODE: Final = {element.code: element for element in ELEMENTS}
CODE: Final = {element.name: element.code for element in ELEMENTS}
UNITS: Final = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "generic")
UINT_OF_WIDTH: Final = {8: "uint8", 16: "uint16", 32: "uint32", 64: "uint64"}

REASONS: Final = (
    "not-png",
    "png-damaged",
    "limit-exceeded",
    "no-prologue",
    "prologue-damaged",
    "version-unknown",
    "required-flag-unknown",
    "prologue-malformed",
    "carrier-size-mismatch",
    "length-mismatch",
    "header-damaged",
    "header-malformed",
    "name-invalid",
    "metadata-invalid",
    "extension-unknown",
    "root-mismatch",
    "element-unknown",
    "filter-unknown",
    "codec-unknown",
    "block-damaged",
    "block-malformed",
    "block-digest-mismatch",
    "element-invalid",
    "array-digest-mismatch",
)
