"""Accept cases of prologue and header. SPEC.md section 6."""

from collections.abc import Iterator

from builder.case import Case, accept
from builder.checksums import noise
from builder.container import File
from builder.families.con_accept import two_arrays
from builder.records import Array, Extension

BASE = two_arrays()

NAMES: dict[str, tuple[str, str]] = {
    "one-byte": ("x", "One byte, the shortest name."),
    "255-bytes": ("n" * 255, "255 bytes, the longest name."),
    "255-bytes-unicode": ("€" * 85, "85 characters of three bytes: 255 bytes."),
    "space": (" ", "A space is a name."),
    "path": ("../../x", "A path out of the folder: legal, and the reader's care."),
    "path-absolute": ("/etc/passwd", "An absolute path."),
    "path-windows": ("C:\\x", "A drive and a backslash."),
    "dot-dot": ("..", "Two dots."),
    "device": ("CON", "A name that Windows reserves."),
    "emoji": ("🗺️👩‍🔬", "Emoji with a variation selector and a joiner."),
    "combining": ("e\u0301", "A letter and a combining accent."),
    "directional": ("a\u202egnp.exe", "A right-to-left override."),
    "noncharacter": ("\uffff\ufdd0", "Noncharacters are characters of UTF-8."),
    "last": ("\U0010ffff", "U+10FFFF."),
    "around-controls": ("\u0020\u007e\u00a0", "The neighbours of the forbidden characters."),
    "bom": ("\ufeffx", "A byte order mark is part of the name."),
    "html": ("<b>&amp;'\"", "Markup and quotation marks."),
    "surrounding": ("\ud7ff\ue000", "The neighbours of the surrogates."),
    "proto": ("__proto__", "A name that means something to some languages."),
}


def names() -> Iterator[Case]:
    """[HDR-13]: names of every legal kind."""
    for slug, (name, why) in NAMES.items():
        array = Array(name=name.encode("utf-8"))
        yield accept(f"hdr/accept/name-{slug}", "HDR-13", why, File(arrays=(array,)))
    similar = ("a", "A", "a ", " a", "á", "a\u0301", "\uff41", "\u0430")
    arrays = tuple(Array(name=name.encode(), data=bytes([i])) for i, name in enumerate(similar))
    yield accept(
        "hdr/accept/names-similar",
        "HDR-13",
        "Names that differ in case, spaces, normalisation or script are different, byte for byte.",
        File(arrays=arrays),
    )
    prefixes = tuple(Array(name=b"n" * size, data=bytes([size])) for size in (3, 1, 2, 255, 254))
    yield accept(
        "hdr/accept/names-prefixes",
        "HDR-13",
        "Names that begin with one another.",
        File(arrays=prefixes),
    )


def versions_and_flags() -> Iterator[Case]:
    """[HDR-3], [HDR-4]: unknown minor versions and optional flags are no matter."""
    for minor in (1, 2, 127, 255):
        yield accept(
            f"hdr/accept/minor-{minor}",
            "HDR-3",
            f"Minor version {minor} is accepted: a reader accepts every minor.",
            BASE.but(minor=minor),
        )
    for slug, flags in (("first", 1), ("last", 1 << 31), ("middle", 1 << 13), ("all", 2**32 - 1)):
        yield accept(
            f"hdr/accept/optional-{slug}",
            "HDR-4",
            f"Unknown optional flags 0x{flags:08X} are ignored.",
            BASE.but(optional=flags),
        )


def extensions() -> Iterator[Case]:
    """[HDR-9], [HDR-14]: optional extension records are skipped."""
    data = noise("extension", 40)
    records = {
        "empty": ((Extension(0),), "Type 0 without data."),
        "data": ((Extension(7, data=data),), "A reserved type with data."),
        "private": ((Extension(0x8000, data=data),), "A private type."),
        "last": ((Extension(0xFFFF, data=b"\0"),), "The last type."),
        "several": (
            tuple(
                Extension(kind, data=data[: kind % 7]) for kind in (0, 1, 0x00FF, 0x0100, 0xFFFE)
            ),
            "Five in ascending order, which is not that of their bytes.",
        ),
        "long": ((Extension(9, data=noise("long", 2000)),), "2,000 bytes of data."),
    }
    for slug, (extension, why) in records.items():
        yield accept(
            f"hdr/accept/extension-{slug}",
            "HDR-14 HDR-9",
            why + " Its required bit is clear: skipped.",
            BASE.but(extensions=extension),
        )
    many = tuple(Extension(kind) for kind in range(0, 3000, 10))
    yield accept(
        "hdr/accept/extension-300",
        "HDR-14 HDR-9",
        "300 extension records, and no arrays.",
        File(extensions=many, metadata=b"{}", depths=(8, 8, 8, 0)),
    )


FAMILIES = (names, versions_and_flags, extensions)
