"""Bit patterns that lossy handling loses, for every element type."""

from typing import Final

from builder.registry import BY_CODE, CODE

_FLOAT_16: Final = (
    *(0x0000, 0x8000, 0x0001, 0x8001, 0x03FF, 0x0400, 0x3C00, 0xBC00, 0x3555, 0x7BFF, 0xFBFF),
    *(0x7C00, 0xFC00, 0x7C01, 0xFC01, 0x7DFF, 0x7E00, 0xFE00, 0x7E01, 0x7FFF, 0xFFFF, 0xFD55),
)
_BFLOAT_16: Final = (
    *(0x0000, 0x8000, 0x0001, 0x8001, 0x007F, 0x0080, 0x3F80, 0xBF80, 0x3EAB, 0x7F7F, 0xFF7F),
    *(0x7F80, 0xFF80, 0x7F81, 0xFF81, 0x7FBF, 0x7FC0, 0xFFC0, 0x7FC1, 0x7FFF, 0xFFFF, 0xFFA5),
)
_FLOAT_32: Final = (
    *(0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007FFFFF, 0x00800000, 0x3F800000),
    *(0x3DCCCCCD, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7F800001, 0xFF800001),
    *(0x7FBFFFFF, 0x7FC00000, 0xFFC00000, 0x7FC00001, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FA5A5A5),
)
_FLOAT_64: Final = (
    *(0x0000000000000000, 0x8000000000000000, 0x0000000000000001, 0x8000000000000001),
    *(0x000FFFFFFFFFFFFF, 0x0010000000000000, 0x3FF0000000000000, 0x3FB999999999999A),
    *(0x7FEFFFFFFFFFFFFF, 0xFFEFFFFFFFFFFFFF, 0x7FF0000000000000, 0xFFF0000000000000),
    *(0x7FF0000000000001, 0xFFF0000000000001, 0x7FF7FFFFFFFFFFFF, 0x7FF8000000000000),
    *(0xFFF8000000000000, 0x7FF80000DEADBEEF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF),
    *(0x4340000000000001, 0x433FFFFFFFFFFFFF),
)
_FLOATS: Final = {
    "float16": _FLOAT_16,
    "bfloat16": _BFLOAT_16,
    "float32": _FLOAT_32,
    "float64": _FLOAT_64,
    "complex64": _FLOAT_32 + _FLOAT_32[::-1] + _FLOAT_32[3:] + _FLOAT_32[:3],
    "complex128": _FLOAT_64 + _FLOAT_64[::-1] + _FLOAT_64[3:] + _FLOAT_64[:3],
}


def integers(width: int) -> tuple[int, ...]:
    """Extremes and neighbours of integers of `width` bits, as unsigned numbers."""
    half, most = 2 ** (width - 1), 2**width - 1
    ends = (0, 1, 2, 127, 128, 255, half - 1, half, half + 1, most - 1, most)
    patterns = (int("55" * (width // 8), 16), int("0123456789ABCDEF"[: width // 4], 16))
    return ends + patterns + ((2**53 + 1,) if width == 64 else ())


def data(name: str) -> bytes:
    """Canonical bytes of an array of this element type that holds its special values."""
    width = BY_CODE[CODE[name]].width
    if name == "bool":
        return bytes([0, 1, 1, 0, 1])
    values = _FLOATS.get(name) or integers(width)
    size = BY_CODE[CODE[name]].item_bytes
    out = b"".join(value.to_bytes(width // 8, "little") for value in values)
    return out[: len(out) // size * size]
