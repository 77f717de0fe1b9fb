"""Reject cases of unknown codes, and of single arrays asked for. SPEC.md sections 6 and 12."""

from collections.abc import Iterator

from builder.case import Case, reject
from builder.container import File
from builder.families.con_reject import BASE, TWO
from builder.filters import DELTA_1, Filter


def unknown_codes() -> Iterator[Case]:
    """[HDR-15]: unknown codes of arrays that are asked for."""
    first, second = BASE.arrays
    for code in (0x00, 0x02, 0x0F, 0x14, 0x24, 0x33, 0x39, 0x42, 0x52, 0xFF):
        yield _unknown(
            f"element-{code:02x}",
            "element",
            BASE.but(arrays=(first.but(element=code, data=first.data, shape=(12,)), second)),
        )
    for code in (0x00, 0x08, 0x10, 0x80, 0xFF):
        for parameters in (b"", b"\1\2\3"):
            array = first.but(filters=(Filter(code, parameters),))
            slug = f"filter-{code:02x}-{len(parameters)}"
            yield _unknown(slug, "filter", BASE.but(arrays=(array, second)))
    for code in (2, 3, 4, 0x80, 0xFF):
        yield _unknown(
            f"codec-{code:02x}", "codec", BASE.but(arrays=(first.but(codec=code), second))
        )
    later = Filter(0x08)
    mixed = first.but(filters=(DELTA_1, later))
    yield _unknown("filter-after-known", "filter", BASE.but(arrays=(mixed, second)))
    pairs = {
        "codec-before-element": ("codec", first.but(codec=9), second.but(element=0xF0)),
        "filter-before-codec": ("filter", first.but(codec=9, filters=(later,)), second),
        "element-before-filter": ("element", first.but(element=0xF0, filters=(later,)), second),
        "second-array-codec": ("codec", first, second.but(codec=9)),
        "unknown-before-damage": (
            "codec",
            first.but(stored=(bytes(12),), entries=first.table()),
            second.but(codec=9),
        ),
    }
    for slug, (what, one, two) in pairs.items():
        one = one.but(shape=(len(one.data),)) if one.element == 0xF0 else one
        two = two.but(shape=(len(two.data),), block_length=8) if two.element == 0xF0 else two
        yield _unknown(slug, what, BASE.but(arrays=(one, two)), "HDR-15 DEC-1")
    codec = BASE.but(arrays=(first, second.but(codec=9)))
    yield reject(
        "con/reject/only-unknown",
        "HDR-15 DEC-1",
        "codec-unknown",
        "con/accept/only-second",
        "The array that is asked for has an unknown codec.",
        codec,
        why="Asking for one array does not help if it is that one.",
        only=["second"],
    )


def _unknown(slug: str, what: str, file: File, labels: str = "HDR-15") -> Case:
    return reject(
        f"con/reject/{slug}",
        labels,
        f"{what}-unknown",
        TWO,
        f"An array's {what} code is not registered ({slug}).",
        file,
        why=f"A reader refuses an array whose {what} it does not know; element, filters and codec "
        "are looked at in this order, array after array, before any block.",
    )


def only_wanted() -> Iterator[Case]:
    """Header, names, metadata and root are checked whatever is asked for."""
    first, second = BASE.arrays
    cases = {
        "metadata": ("metadata-invalid", "MET-1", first.but(metadata=b"[]")),
        "header": ("header-malformed", "HDR-10", first.but(unit_count=1)),
        "name": ("name-invalid", "HDR-13", first.but(name=b"\n")),
    }
    for slug, (reason, label, array) in cases.items():
        yield reject(
            f"con/reject/only-despite-{slug}",
            f"{label} DEC-1",
            reason,
            "con/accept/only-second",
            f"The {slug} of the array that is not asked for is wrong.",
            BASE.but(arrays=(array, second)),
            why="Steps 5 to 19 do not depend on what is asked for.",
            only=["second"],
        )


FAMILIES = (unknown_codes, only_wanted)
