"""Cases of names that are asked for. SPEC.md section 12."""

from collections.abc import Iterator

from builder.case import Case, absent, accept, reject
from builder.container import File
from builder.edits import flipped
from builder.families.con_accept import two_arrays
from builder.filters import Filter
from builder.records import Array, Extension

BASE = two_arrays()
TWO = "con/accept/two-arrays"
FIRST, SECOND = BASE.arrays


def absent_names() -> Iterator[Case]:
    """[DEC-1]: a name that the file does not have comes before steps 20 to 28."""
    composed = File(arrays=(Array(name="é".encode()),))
    plans: dict[str, tuple[str, File, list[str]]] = {
        "alone": ("A name that no array has is asked for.", BASE, ["third"]),
        "beside-one-that-is-there": ("Of two names one is not there.", BASE, ["first", "third"]),
        "no-arrays": ("The file has no arrays.", File(), ["first"]),
        "empty": ("The empty name, which no array can have.", BASE, [""]),
        "upper-case": (
            "Names are compared byte for byte: a capital is another letter.",
            BASE,
            ["First"],
        ),
        "decomposed": (
            "The array's name is one character, the name asked for is e and an accent: other bytes.",
            composed,
            ["e\u0301"],
        ),
        "with-byte-order-mark": ("U+FEFF belongs to the name.", BASE, ["\ufefffirst"]),
        "prefix": ("Part of a name is no name.", BASE, ["fir"]),
    }
    for slug, (what, file, only) in plans.items():
        yield absent(f"con/absent/{slug}", what, file, only=only)
    broken = {
        "element": ("an unknown element", FIRST.but(element=0x77, shape=(12,))),
        "filter": ("an unknown filter", FIRST.but(filters=(Filter(0x77),))),
        "codec": ("an unknown codec", FIRST.but(codec=9)),
        "damaged": (
            "damaged stored bytes",
            FIRST.but(stored=(bytes(12),), entries=FIRST.table()),
        ),
        "malformed": ("a stored block of a wrong length", FIRST.but(stored=(bytes(5),))),
        "digest": ("a wrong digest", FIRST.but(digest=bytes(32))),
        "bool": ("bool elements that are neither 0 nor 1", FIRST.but(element=1, shape=(12,))),
    }
    for slug, (what, array) in broken.items():
        yield absent(
            f"con/absent/before-{slug}",
            f"An array that is asked for has {what}, but a name that is not there is told first.",
            BASE.but(arrays=(array, SECOND)),
            only=["first", "third"],
        )


def later_than_the_file() -> Iterator[Case]:
    """[DEC-1]: what is wrong with the file in steps 1 to 19 comes before the name."""
    sound = BASE.png()
    plans: dict[str, tuple[str, str, File | bytes]] = {
        "png-end": ("png-damaged", "The CRC of IEND is wrong.", flipped(sound, len(sound) - 1)),
        "header": ("header-damaged", "The header's CRC is 0.", BASE.but(header_crc=0)),
        "extension": (
            "extension-unknown",
            "An unknown extension is required.",
            BASE.but(extensions=(Extension(0x7001, flags=1, data=b""),)),
        ),
        "root": ("root-mismatch", "The root is wrong.", BASE.but(root=bytes(32))),
        "lengths": (
            "length-mismatch",
            "A byte follows the last block.",
            BASE.but(surplus=b"\0"),
        ),
    }
    for slug, (reason, edit, made) in plans.items():
        yield reject(
            f"con/reject/absent-name-after-{slug}",
            "DEC-1",
            reason,
            TWO,
            f"{edit} The name asked for is not there, either.",
            made,
            why="A name that is not there is told after step 19: what is wrong with the file first.",
            only=["third"],
        )


def names_twice() -> Iterator[Case]:
    """[DEC-1]: a name asked for twice."""
    for slug, only in {"twice": ["second"] * 2, "both-twice": ["second", "first"] * 2}.items():
        what = "Names are asked for twice: each array comes once, in file order."
        yield accept(f"con/accept/only-{slug}", "DEC-1", what, BASE, only=only)


FAMILIES = (absent_names, later_than_the_file, names_twice)
