"""Mutants of a stream: a valid file with a field or a few changed, and checksums refreshed."""

from random import Random
from typing import Final

from fuzz.parts import DERIVED, Piece, Spot, Stream, sealed
from fuzz.seeds import streams

ONE_FIELD: Final = 0.75  # the share of mutants with a single change
DIGESTS: Final = frozenset({"block_digest", "digest"})
BOUNDS: Final = (
    *(0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 22, 23, 24, 31, 32, 33, 40, 63, 64, 65),
    *(79, 80, 81, 127, 128, 254, 255, 256, 257, 511, 512, 2**15, 2**16 - 1, 2**16, 2**22),
    *(2**22 + 1, 2**23, 2**23 + 1, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1),
    *(0x21, 0x22, 0x23, 0x30, 0x31, 0x32, 0x38, 0x41, 0x50, 0x51, 0x13, 0x12, 0x11),
)
TEXTS: Final = (
    *(b"{}", b"[]", b'""', b" ", b"\xef\xbb\xbf", b"\xc0\x80", b"\xed\xa0\x80"),
    *(b"\xf4\x90\x80\x80", b"\x00", b"\x7f", b"\xc2\x85", b"\\ud800", b"\\udc00", b'\\u0000":'),
    *(b'"a":1,"a":2', b'{"a":', b"1e400", b"-0", b"1" * 513, b"-1.5E+30", b"NaN", b"Infinity"),
    *(b"[" * 65, b"]", b"}", b",", b"\xf0\x9f\x98\x80", b"x", b"x" * 255, b"x" * 256),
    *(
        b"\xff",
        b'{"\\u0061":1,"a":2}',
        b'{"a":1e400}',
        b'{"a":"\\ud800"}',
        b'{"a":[1,{"b":"\\\\"}]}',
    ),
    *(b'{"a":' + b"[" * depth + b"]" * depth + b"}" for depth in (63, 64)),
    *(b'{"a":-' + b"9" * digits + b"e-300}" for digits in (506, 507)),
)
COUNTED: Final = {"name": 1, "parameters": 1, "metadata": 4, "data": 4}  # length stands before
NUMBERS: Final = frozenset(
    {"major", "minor", "prologue_length", "required_flags", "optional_flags", "width", "height"}
    | {"depth_r", "depth_g", "depth_b", "depth_a", "header_length", "body_length"}
    | {"array_count", "extension_count", "metadata_length", "name_length", "element", "unit"}
    | {"unit_count", "rank", "dimension", "filter_count", "filter", "parameter_length", "codec"}
    | {"block_length", "block_count", "type", "flags", "length", "stored_length", "descriptor"}
    | {"window", "content_size", "block_header"}
)


def mutant(number: int) -> Stream:
    """The mutant of that number; always the same."""
    rng = Random(number)
    stream = rng.choice(rng.choice(streams()))
    changes = 1 if rng.random() < ONE_FIELD else rng.randint(2, 3)
    spots = sorted((_spot(rng, stream) for _ in range(changes)), key=lambda spot: -spot.start)
    wrong = set(DIGESTS) if rng.random() < 0.5 else set()
    if rng.random() < 0.05:
        wrong.add(rng.choice(sorted(DERIVED)))
    for spot in spots:
        if rng.random() < 0.08:
            stream = _restructured(rng, stream, spot)
        else:
            stream = _changed(rng, stream, spot)
            wrong |= {spot.name} & DERIVED
    return sealed(stream, frozenset(wrong))


def _spot(rng: Random, stream: Stream) -> Spot:
    """Any field: of the prologue, the header, the tables or the blocks, the header most often."""
    piece = rng.choices(("prologue", "header", "tables", "blocks"), (25, 45, 8, 22))[0]
    spots = [s for s in stream.spots if s.piece == piece or isinstance(s.piece, int)]
    return rng.choice([s for s in spots if s.piece == piece] or spots or stream.spots)


def _changed(rng: Random, stream: Stream, spot: Spot) -> Stream:
    raw = stream.piece(spot.piece)
    old = raw[spot.start : spot.stop]
    new = number(rng, old) if old and _is_number(rng, spot) else text(rng, old)
    before = raw[: spot.start]
    if spot.name in COUNTED and len(new) != len(old) and rng.random() < 0.8:
        width = COUNTED[spot.name]
        before = before[:-width] + (len(new) % 256**width).to_bytes(width, "little")
    return stream.but(spot.piece, before + new + raw[spot.stop :])


def _is_number(rng: Random, spot: Spot) -> bool:
    return spot.name in NUMBERS or (spot.name == "parameters" and rng.random() < 0.7)


def number(rng: Random, old: bytes) -> bytes:
    """Another little-endian number of that width: near the old one, at a bound, or any."""
    span = 256 ** len(old)
    value = int.from_bytes(old, "little")
    kind = rng.randrange(5)
    if kind == 0:
        value += rng.choice((-1, 1))
    elif kind == 1:
        value ^= 1 << rng.randrange(8 * len(old))
    elif kind == 2:
        value = rng.randrange(span)
    elif kind == 3:
        value = rng.randrange(48)
    else:
        value = rng.choice(BOUNDS)
    return (value % span).to_bytes(len(old), "little")


def text(rng: Random, old: bytes) -> bytes:
    """Another byte string: a bit or a byte of it changed, cut, longer, or something else."""
    kind = rng.randrange(7)
    at = rng.randrange(len(old) + 1)
    if kind <= 2 and old:
        place = at % len(old)
        bit = 1 << rng.randrange(8) if kind else rng.randrange(1, 256)
        return old[:place] + bytes([old[place] ^ bit]) + old[place + 1 :]
    if kind == 3:
        return old[:at]
    if kind == 4:
        return old[:at] + rng.choice(TEXTS) + old[at:]
    if kind == 5:
        return rng.choice(TEXTS)
    return old + rng.randbytes(rng.choice((1, 1, 2, 4, 40)))


def _restructured(rng: Random, stream: Stream, spot: Spot) -> Stream:
    """A field left out, doubled or swapped with its neighbour; a block dropped or doubled."""
    kind = rng.randrange(5)
    if kind >= 3 and stream.blocks:
        at = rng.randrange(len(stream.blocks))
        kept = list(stream.blocks)
        if kind == 3:
            kept.insert(at, kept.pop())
        else:
            kept[at] *= 2
        for index, raw in enumerate(kept):
            stream = stream.but(index, raw)
        return stream
    raw = stream.piece(spot.piece)
    old = raw[spot.start : spot.stop]
    stop = spot.stop + rng.choice((1, 2, 4, 8, 40))
    new = {0: b"", 1: old + old}.get(kind, raw[spot.stop : stop] + old)
    end = stop if kind == 2 else spot.stop
    piece: Piece = spot.piece
    return stream.but(piece, raw[: spot.start] + new + raw[end:])
