"""Reject cases of the fields of the prologue. SPEC.md section 6."""

from collections.abc import Iterator

from builder import carrier
from builder.case import Case, reject
from builder.checksums import noise
from builder.container import File, flat_cover
from builder.families.hdr_reject_prologue import BASE, prologue_case


def required_flags() -> Iterator[Case]:
    """[HDR-4]: every bit of required_flags."""
    for bit in range(32):
        yield prologue_case(
            f"required-bit-{bit:02}",
            "HDR-4",
            "required-flag-unknown",
            f"Bit {bit} of required_flags is set; CRC and root are refreshed.",
            BASE.but(required=1 << bit),
            "Version 1.0 knows no required flag; the reader refuses.",
        )
    odd = {
        "all": BASE.but(required=2**32 - 1),
        "minor-1": BASE.but(required=1, minor=1),
        "then-prologue-length": BASE.but(required=4, prologue_length=96),
        "then-depths": BASE.but(required=4, depths=(9, 9, 9, 9), size=(40, 40)),
        "then-size": BASE.but(required=4, width=7),
    }
    for slug, file in odd.items():
        yield prologue_case(
            f"required-{slug}",
            "HDR-4 DEC-1",
            "required-flag-unknown",
            f"An unknown required flag, which may change the meaning of the rest ({slug}).",
            file,
            "With an unknown required flag nothing more is interpreted.",
        )


def depths() -> Iterator[Case]:
    """[HDR-5], [CAR-4]: depths."""
    for wrong in (
        *((9, 2, 3, 0), (3, 9, 3, 0), (3, 2, 9, 0), (3, 2, 3, 5), (0, 0, 0, 0), (255, 2, 3, 0)),
        *(
            (3, 255, 3, 0),
            (3, 2, 255, 0),
            (3, 2, 3, 255),
            (8, 8, 8, 8),
            (0, 0, 0, 5),
            (16, 0, 0, 0),
        ),
    ):
        edit = f"The depths are {'-'.join(map(str, wrong))}; CRC and root are refreshed."
        yield prologue_case(
            "depths-" + "-".join(map(str, wrong)),
            "HDR-5 CAR-4",
            "prologue-malformed",
            edit,
            BASE.but(depths=wrong, size=(40, 40)),
            "Depths are 0 to 8 for R, G, B and 0 to 4 for A, at least one in all.",
        )


def sizes() -> Iterator[Case]:
    """[HDR-6]: width and height are those of the picture."""
    size = (21, 23)
    base = BASE.but(size=size)
    wrong = {
        "width-more": (22, 23),
        "width-less": (20, 23),
        "height-more": (21, 24),
        "height-less": (21, 22),
        "swapped": (23, 21),
        "zero": (0, 0),
        "width-most": (2**32 - 1, 23),
        "height-most": (21, 2**32 - 1),
        "same-area": (7, 69),
        "width-byte-order": (21 << 24, 23),
        "width-beyond-16-bit": (21 + 65536, 23),
    }
    for slug, (width, height) in wrong.items():
        yield prologue_case(
            f"size-{slug}",
            "HDR-6",
            "carrier-size-mismatch",
            f"The prologue says {width} x {height}, the picture has 21 x 23.",
            base.but(width=width, height=height),
            "A picture that was cropped or put on another canvas is not read on.",
        )


def lengths() -> Iterator[Case]:
    """[HDR-7]: header_length and body_length."""
    base = BASE.but(size=(30, 30), depths=(3, 2, 3, 0))
    room = carrier.capacity(900, base.depths)
    body = len(base.body())
    wrong = {
        "header-0": {"header_length": 0},
        "header-11": {"header_length": 11},
        "header-above-body": {"header_length": body + 1},
        "header-above-4-mib": {"header_length": 4 * 2**20 + 1},
        "header-most": {"header_length": 2**32 - 1},
        "body-above-capacity": {"body_length": room + 1},
        "body-above-pixels": {"body_length": 900 - 80},
        "body-0": {"body_length": 0},
        "body-2-to-the-32": {"body_length": 2**32 + body},
        "body-2-to-the-63": {"body_length": 2**63},
        "body-most": {"body_length": 2**64 - 1},
        "body-below-header": {"body_length": len(base.header()) - 1},
    }
    for slug, fields in wrong.items():
        yield prologue_case(
            f"length-{slug}",
            "HDR-7 CAR-3 LIM-1",
            "length-mismatch",
            "; ".join(f"{name} is {value}" for name, value in fields.items()) + ".",
            base.but(**fields),
            "12 <= header_length <= 4 MiB, header_length <= body_length <= capacity, in integers "
            "that do not overflow.",
        )
    full = File(depths=(1, 0, 0, 0), size=(4, 64), cover=flat_cover, body_length=13)
    yield reject(
        "hdr/reject/length-capacity-rounds-down",
        "HDR-7 CAR-3",
        "length-mismatch",
        "con/accept/no-arrays",
        "A carrier of 96 bits holds 12 bytes; body_length is 13.",
        full,
        why="Capacity is rounded down to whole bytes.",
    )
    part = File(depths=(1, 1, 1, 0), size=(195, 1), body_length=14, surplus=noise("part", 2))
    assert carrier.capacity(195, (1, 1, 1, 0)) == 13
    yield reject(
        "hdr/reject/length-capacity-part",
        "HDR-7 CAR-3",
        "length-mismatch",
        "con/accept/no-arrays",
        "A carrier of 105 bits holds 13 bytes; body_length is 14.",
        part,
        why="Capacity is rounded down to whole bytes.",
    )


FAMILIES = (
    required_flags,
    depths,
    sizes,
    lengths,
)
