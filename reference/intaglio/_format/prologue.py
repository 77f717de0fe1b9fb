"""SPEC.md section 6, the prologue: converts the record in the first pixels to bytes, and back."""

from dataclasses import dataclass

from intaglio._format.registry import (
    FORMAT_MAJOR,
    FORMAT_MINOR,
    HEADER_BYTES_MAX,
    HEADER_BYTES_MIN,
    MAGIC,
    PROLOGUE_BYTES,
    PROLOGUE_COMMON_BYTES,
    REQUIRED_FLAGS_KNOWN,
    Depths,
    carrier_capacity,
    is_legal_depths,
)
from intaglio._format.structs import build_prologue, is_sealed, parse_common, parse_prologue
from intaglio.errors import DecodeError, Reason


@dataclass(frozen=True, slots=True)
class Prologue:
    """The record in the first pixels: version, depths, sizes and the root digest."""

    depths: Depths
    width: int
    height: int
    header_length: int
    body_length: int
    root: bytes
    major: int = FORMAT_MAJOR
    minor: int = FORMAT_MINOR
    required_flags: int = 0
    optional_flags: int = 0


def write_prologue(prologue: Prologue) -> bytes:
    """The 80 bytes of `prologue`."""
    fields = {name: getattr(prologue, name) for name in Prologue.__slots__}
    return build_prologue(fields | {"magic": MAGIC, "prologue_length": PROLOGUE_BYTES})


def maybe_prologue_length(common: bytes) -> int | None:
    """The length that a prologue's first 24 bytes declare; None if it is no prologue. [HDR-1]"""
    if len(common) < PROLOGUE_COMMON_BYTES or not common.startswith(MAGIC):
        return None
    return parse_common(common).prologue_length


def read_prologue(raw: bytes, width: int, height: int) -> Prologue:
    """Read the prologue `raw`, of its declared length, of a picture of `width` x `height`."""
    if maybe_prologue_length(raw) is None:  # [HDR-1]
        raise DecodeError(
            Reason.NO_PROLOGUE,
            "no Intaglio data in this picture: it is an ordinary PNG, or its pixels were changed "
            "(resized, recompressed, recoloured); ask for the original file",
        )
    common = parse_common(raw)
    if not PROLOGUE_COMMON_BYTES <= common.prologue_length == len(raw):  # [HDR-2]
        raise DecodeError(
            Reason.PROLOGUE_DAMAGED, f"the prologue's length cannot be {common.prologue_length}"
        )
    if not is_sealed(raw):  # [HDR-2]
        raise DecodeError(
            Reason.PROLOGUE_DAMAGED, "the first pixels were changed: the prologue's CRC is wrong"
        )
    if common.major != FORMAT_MAJOR:  # [HDR-3]
        raise DecodeError(
            Reason.VERSION_UNKNOWN,
            f"format version {common.major}.{common.minor}; this reader knows {FORMAT_MAJOR}.x: "
            "a newer intaglio may read it",
        )
    return _read_prologue_1(raw, width, height)


def _read_prologue_1(raw: bytes, width: int, height: int) -> Prologue:
    fields = parse_prologue(raw.ljust(PROLOGUE_BYTES, b"\0"))
    unknown = fields.required_flags & ~REQUIRED_FLAGS_KNOWN
    if unknown:  # [HDR-4]
        bits = ", ".join(str(bit) for bit in range(32) if unknown >> bit & 1)
        raise DecodeError(
            Reason.REQUIRED_FLAG_UNKNOWN, f"needs a feature this reader lacks: required flag {bits}"
        )
    r, g, b, a = fields.depths
    depths: Depths = (r, g, b, a)
    if len(raw) != PROLOGUE_BYTES or not is_legal_depths(depths):  # [HDR-5] [CAR-4]
        raise DecodeError(
            Reason.PROLOGUE_MALFORMED, f"prologue of {len(raw)} bytes, depths {depths}"
        )
    if (fields.width, fields.height) != (width, height):  # [HDR-6]
        raise DecodeError(
            Reason.CARRIER_SIZE_MISMATCH,
            f"the data was written for {fields.width}x{fields.height}, the picture is "
            f"{width}x{height}: it was cropped or extended; ask for the original file",
        )
    capacity = carrier_capacity(width * height, depths)
    if not (
        HEADER_BYTES_MIN <= fields.header_length <= HEADER_BYTES_MAX
        and fields.header_length <= fields.body_length <= capacity
    ):  # [HDR-7]
        raise DecodeError(
            Reason.LENGTH_MISMATCH,
            f"header of {fields.header_length} bytes in a body of {fields.body_length}, "
            f"in a carrier of {capacity}",
        )
    return Prologue(
        depths=depths,
        **{name: getattr(fields, name) for name in Prologue.__slots__ if name != "depths"},
    )
