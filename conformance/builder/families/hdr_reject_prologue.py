"""Reject cases of the prologue. SPEC.md section 6 and the table of section 12."""

from collections.abc import Iterator

from builder import carrier
from builder.case import Case, reject
from builder.checksums import crc32
from builder.container import File
from builder.edits import flipped, put
from builder.families.con_accept import SMALLEST, two_arrays
from builder.png import Form, write_png

BASE = two_arrays()
TWO, SMALL = "con/accept/two-arrays", "con/accept/smallest"


def prologue_case(slug: str, labels: str, reason: str, edit: str, file: File, why: str) -> Case:
    """A case derived from the file of two arrays."""
    return reject(f"hdr/reject/{slug}", labels, reason, TWO, edit, file, why=why)


def with_prologue(file: File, prologue: bytes) -> bytes:
    """A PNG whose first prologue is another; the echo stays."""
    pixels = file.pixels()
    carrier.embed_prologue(pixels, 0, prologue)
    return write_png(pixels, file.picture_size()[0], Form())


def magic() -> Iterator[Case]:
    """[HDR-1]: the first eight bytes."""
    why = "The magic is eight bytes, all of them, exactly; the echo does not help."
    wrong = {f"byte-{at}": flipped(b"INTAGLIO", at, 1 << at) for at in range(8)}
    wrong |= {
        "lower-case": b"intaglio",
        "reversed": b"OILGATNI",
        "zero": bytes(8),
        "7-bytes": b"INTAGLI\0",
        "late": b"\0INTAGLI",
    }
    for slug, text in wrong.items():
        yield reject(
            f"hdr/reject/magic-{slug}",
            "HDR-1",
            "no-prologue",
            TWO,
            f"The magic is {text.hex(' ').upper()}; CRC and root are refreshed.",
            BASE.but(magic=text),
            why=why,
        )


def small_pictures() -> Iterator[Case]:
    """Pictures too small for a prologue, for both copies, for a header."""
    sizes = {
        1: "no-prologue",
        23: "no-prologue",
        24: "prologue-damaged",
        79: "prologue-damaged",
        80: "length-mismatch",
        159: "length-mismatch",
        160: "length-mismatch",
    }
    for pixels, reason in sizes.items():
        file = SMALLEST.but(size=(pixels, 1))
        yield reject(
            f"hdr/reject/pixels-{pixels}",
            {"no-prologue": "HDR-1", "prologue-damaged": "HDR-2"}.get(reason, "HDR-7 CAR-3"),
            reason,
            SMALL,
            f"The picture has {pixels} pixels; its beginning is right.",
            file,
            why="24 pixels show what every version has; 80 a prologue; below 160 the capacity "
            "is negative, at 160 it is 0.",
        )


def crc() -> Iterator[Case]:
    """[HDR-2]: the prologue's CRC-32."""
    prologue = BASE.prologue()
    right = int.from_bytes(prologue[76:], "little")
    why = "The CRC is checked before any field of the prologue is believed."
    for at in (8, 9, 12, 15, 16, 19, 20, 23, 24, 28, 32, 35, 36, 43, 44, 60, 75):
        yield reject(
            f"hdr/reject/prologue-byte-{at}",
            "HDR-2 CAR-5",
            "prologue-damaged",
            TWO,
            f"One bit of byte {at} of the first prologue is changed, nothing is refreshed; the "
            "echo is whole.",
            with_prologue(BASE, flipped(prologue, at, 1 << at % 8)),
            why=why + " The echo is not read.",
        )
    crcs = {f"byte-{at}": right ^ 0x80 << 8 * at for at in range(4)} | {
        "zero": 0,
        "inverted": right ^ 0xFFFFFFFF,
        "big-endian": int.from_bytes(prologue[76:], "big"),
        "of-magic-onwards": crc32(prologue[8:76]),
        "of-80": crc32(prologue[:76] + bytes(4)),
    }
    for slug, value in crcs.items():
        edit = f"The prologue's CRC is wrong: {slug}."
        file = BASE.but(prologue_crc=value)
        yield prologue_case(f"prologue-crc-{slug}", "HDR-2", "prologue-damaged", edit, file, why)


def prologue_length() -> Iterator[Case]:
    """[HDR-2], [HDR-5]: prologue_length."""
    width, height = BASE.picture_size()
    pixels = width * height
    for length in (0, 1, 16, 23, pixels + 1, 65535):
        file = BASE.but(prologue_length=length)
        if length > pixels:
            raw = put(BASE.prologue(), 10, length.to_bytes(2, "little"))
            made = with_prologue(BASE, raw[:76] + crc32(raw[:76]).to_bytes(4, "little"))
        else:
            made = file.png()
        yield reject(
            f"hdr/reject/prologue-length-{'pixels-and-1' if length == pixels + 1 else length}",
            "HDR-2 LIM-1",
            "prologue-damaged",
            TWO,
            f"prologue_length is {length}, in a picture of {pixels} pixels.",
            made,
            why="prologue_length is at least 24 and at most the number of pixels.",
        )
    for slug, length, size in (("short", 20, 24), ("none", 0, 24), ("beyond", 80, 30)):
        raw = put(BASE.prologue(), 10, length.to_bytes(2, "little"))[: size - 4]
        picture = [(k, k, k, 255) for k in range(size)]
        carrier.embed_prologue(picture, 0, raw + crc32(raw).to_bytes(4, "little"))
        yield reject(
            f"hdr/reject/prologue-length-{slug}-sealed",
            "HDR-2",
            "prologue-damaged",
            TWO,
            f"prologue_length is {length} in {size} pixels, and a right CRC ends those.",
            write_png(picture, size, Form()),
            why="prologue_length itself is at least 24 and at most the number of pixels.",
        )
    for length in (24, 76, 79, 81, 84, 96, 160, 256, pixels):
        yield prologue_case(
            f"prologue-length-{'pixels' if length == pixels else length}",
            "HDR-5 HDR-1",
            "prologue-malformed",
            f"prologue_length is {length}; the CRC stands at its end and is right.",
            BASE.but(prologue_length=length),
            "In major version 1 prologue_length is 80. The CRC is the last four bytes of however "
            "many bytes the prologue says it has.",
        )


def major() -> Iterator[Case]:
    """[HDR-3]: another major version, and nothing more is interpreted."""
    for value in (0, 2, 3, 128, 255):
        yield prologue_case(
            f"major-{value}",
            "HDR-3",
            "version-unknown",
            f"major is {value}; CRC and root are refreshed.",
            BASE.but(major=value),
            "A reader of this version refuses a major other than 1.",
        )
    width, height = BASE.picture_size()
    strange = {
        "24-bytes": BASE.but(prologue_length=24),
        "100-bytes": BASE.but(prologue_length=100),
        "all-pixels": BASE.but(prologue_length=width * height),
        "flags": BASE.but(required=2**32 - 1),
        "depths": BASE.but(depths=(255, 255, 255, 255), size=(40, 40)),
        "size": BASE.but(width=1, height=1),
        "80-bytes": BASE.but(minor=9, optional=2**32 - 1),
        "lengths": BASE.but(header_length=0, body_length=2**64 - 1),
    }
    for slug, file in strange.items():
        yield prologue_case(
            f"major-2-{slug}",
            "HDR-3 HDR-1",
            "version-unknown",
            f"major is 2, whose meaning of the rest ({slug}) is its own; the CRC is right.",
            file.but(major=2),
            "Beyond magic, major, minor, prologue_length and CRC nothing is interpreted.",
        )


FAMILIES = (magic, small_pictures, crc, prologue_length, major)
