"""Reject cases of PNG: signature, IHDR, chunks. SPEC.md section 4."""

from collections.abc import Iterator, Sequence

from builder import png
from builder.case import Case, reject
from builder.edits import flipped
from builder.families.con_accept import two_arrays
from builder.png import Chunk

BASE = two_arrays()
MADE = BASE.png()
HEAD, IDAT, END = BASE.chunks()
RGB = "png/accept/rgb-8"


def damaged(
    slug: str, labels: str, edit: str, made: bytes | Sequence[Chunk], why: str, base: str = RGB
) -> Case:
    """A PNG that breaks a rule of section 4; all other checksums are right."""
    raw = made if isinstance(made, bytes) else png.write_chunks(made)
    return reject(f"png/reject/{slug}", labels, "png-damaged", base, edit, raw, why=why)


def signature() -> Iterator[Case]:
    """[PNG-1]: the eight bytes."""
    right = png.SIGNATURE
    files = {
        **{
            f"signature-byte-{at}": (
                flipped(MADE, at, 1),
                f"Byte {at} of the signature is changed.",
            )
            for at in range(8)
        },
        "empty": (b"", "The file is empty."),
        "signature-cut": (right[:7], "The file is seven bytes of signature."),
        "text-mode-crlf": (MADE.replace(b"\r\n", b"\n"), "CR LF became LF, as in text mode."),
        "text-mode-lf": (
            MADE.replace(b"\n", b"\r\n"),
            "LF became CR LF, as in text mode.",
        ),
        "seven-bit": (bytes(byte & 0x7F for byte in MADE), "The high bit of all bytes is lost."),
        "leading-byte": (b"\0" + MADE, "A byte stands before the signature."),
        "leading-bom": (b"\xef\xbb\xbf" + MADE, "A byte order mark stands before."),
        "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + MADE, "The file begins like a JPEG."),
        "mng": (b"\x8aMNG\r\n\x1a\n" + MADE[8:], "The signature is that of MNG."),
        "jng": (b"\x8bJNG\r\n\x1a\n" + MADE[8:], "The signature is that of JNG."),
        "gzip": (b"\x1f\x8b\x08" + MADE, "The file begins like gzip."),
    }
    for slug, (made, edit) in files.items():
        yield reject(
            f"png/reject/{slug}",
            "PNG-1",
            "not-png",
            RGB,
            edit,
            made,
            why="Without the signature it is not a PNG, whatever follows.",
        )


def ihdr() -> Iterator[Case]:
    """[PNG-2], [PNG-3]: IHDR."""
    data = HEAD.data
    why = "IHDR comes first, once, with 13 bytes and legal values."
    fields = {
        "width-0": (0, bytes(4)),
        "height-0": (4, bytes(4)),
        "width-2-to-the-31": (0, b"\x80\0\0\0"),
        "height-2-to-the-31": (4, b"\x80\0\0\0"),
        "width-most": (0, b"\xff" * 4),
        "compression-1": (10, b"\1"),
        "compression-255": (10, b"\xff"),
        "filter-1": (11, b"\1"),
        "filter-64": (11, b"\x40"),
        "interlace-2": (12, b"\2"),
        "interlace-255": (12, b"\xff"),
    }
    illegal = [(2, d) for d in (0, 1, 2, 4, 3, 32)] + [(6, d) for d in (1, 2, 4, 12)]
    illegal += (
        [(3, d) for d in (0, 3, 16)] + [(4, d) for d in (1, 2, 4)] + [(0, d) for d in (0, 3, 24)]
    )
    illegal += [(kind, 8) for kind in (1, 5, 7, 8, 130, 255)]
    for kind, depth in illegal:
        fields[f"type-{kind}-depth-{depth}"] = (8, bytes([depth, kind]))
    for slug, (at, new) in fields.items():
        head = Chunk(b"IHDR", data[:at] + new + data[at + len(new) :])
        edit = f"IHDR is changed: {slug.replace('-', ' ')}. Its CRC is refreshed."
        yield damaged(f"ihdr-{slug}", "PNG-3", edit, [head, IDAT, END], why)
    tiny = Chunk(b"tEXt", b"a\0b")
    orders: dict[str, tuple[list[Chunk], str]] = {
        "short": ([Chunk(b"IHDR", data[:12]), IDAT, END], "IHDR has 12 bytes."),
        "long": ([Chunk(b"IHDR", data + b"\0"), IDAT, END], "IHDR has 14 bytes."),
        "empty": ([Chunk(b"IHDR"), IDAT, END], "IHDR is empty."),
        "missing": ([IDAT, END], "IHDR is missing."),
        "renamed": ([Chunk(b"iHDR", data), IDAT, END], "The type of IHDR is iHDR."),
        "second": ([tiny, HEAD, IDAT, END], "A tEXt chunk stands before IHDR."),
        "after-idat": ([IDAT, HEAD, END], "IDAT stands before IHDR."),
        "twice": ([HEAD, HEAD, IDAT, END], "IHDR stands twice."),
        "again": ([HEAD, IDAT, HEAD, END], "IHDR stands again after the IDAT."),
        "apple": (
            [Chunk(b"CgBI", b"\x50\0\x20\2"), HEAD, IDAT, END],
            "A CgBI chunk stands first, as in Apple's variant.",
        ),
        "crc": ([Chunk(b"IHDR", data, crc=0), IDAT, END], "IHDR's CRC is zero."),
        "crc-stale": (
            [
                Chunk(b"IHDR", flipped(data, 3, 1), crc=int.from_bytes(HEAD.raw()[-4:], "big")),
                IDAT,
                END,
            ],
            "The width is changed, the CRC is not.",
        ),
    }
    for slug, (chunks, edit) in orders.items():
        yield damaged(f"ihdr-{slug}", "PNG-2", edit, chunks, why)


def limits() -> Iterator[Case]:
    """[LIM-2]: more pixels than any reader allows."""
    most = 2**31 - 1
    for slug, (width, height) in {
        "most": (most, most),
        "wide": (most, 2**20),
        "high": (2**20, most),
        "wraps-32-bit": (2**20, 2**30),
    }.items():
        yield reject(
            f"png/reject/pixels-{slug}",
            "LIM-2 LIM-1",
            "limit-exceeded",
            RGB,
            f"IHDR announces {width} by {height} pixels; its CRC is refreshed.",
            png.write_chunks([png.ihdr(width, height), IDAT, END]),
            why="The limit on pixels is checked before anything else of the PNG is read.",
        )


FAMILIES = (signature, ihdr, limits)
