"""Coverage-guided fuzzing of one target, by atheris and libFuzzer.

    python -m fuzz.guided file fuzz/corpus/file -max_total_time=60

What libFuzzer makes of a file would end at the first checksum; here mutants
get their checksums made right again, layer by layer.
"""

import random
import sys
import zlib
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import atheris

with atheris.instrument_imports(include=["intaglio"], enable_loader_override=False):
    from fuzz import targets

from builder.png import SIGNATURE

from fuzz import figures, mutate, tables
from fuzz.parts import DERIVED, Stream, sealed, stream_from
from fuzz.png_mutate import Png, taken_apart
from fuzz.readers import LIMITS
from fuzz.seeds import RECORDS
from fuzz.structured import png_of
from reader import carrier
from reader.conventions import Refused
from reader.decode import read_png, read_prologue

Mutator: TypeAlias = Callable[[bytes, int, int], bytes]

REFRESHED = ("png", "file", "verbs", "javascript")


def refreshed(data: bytes, size_max: int, seed: int) -> bytes:
    """A mutant of a file whose checksums are right; sometimes one whose are not."""
    rng = random.Random(seed)
    kind = rng.randrange(8)
    made = b""
    try:
        if kind <= 3:
            made = _stream_changed(data, rng, size_max)
        elif kind <= 5:
            made = _png_changed(taken_apart(data), rng, size_max)
        elif kind == 6:
            made = png_of(mutate.mutant(seed))
    except (Refused, IndexError, ValueError, zlib.error):
        pass  # there is nothing to take apart
    return made if 0 < len(made) <= size_max else atheris.Mutate(data, size_max)


def restructured(name: str) -> Mutator:
    """What changes the record or the arrays of an input of a target of records."""
    changed = figures.changed if name == "figures" else tables.changed
    mutant = figures.mutant if name == "figures" else partial(tables.mutant, name)

    def work(data: bytes, size_max: int, seed: int) -> bytes:
        try:
            made = changed(data, random.Random(seed))
        except (ValueError, KeyError, TypeError):
            made = mutant(seed)
        return made if len(made) <= size_max else data[:size_max]

    return work


def _stream_changed(data: bytes, rng: random.Random, size_max: int) -> bytes:
    """Prologue, header, tables or a block changed by libFuzzer, in a plain PNG."""
    pixels, width, height = read_png(data, LIMITS)
    raw, prologue = read_prologue(lambda n: carrier.prologue_bytes(pixels, n), width, height)
    body = carrier.body_bytes(pixels, prologue.depths, prologue.body_length)
    stream: Stream = stream_from(raw, body)
    pieces = ["prologue", "header", "header", "tables", *range(len(stream.blocks))]
    piece = rng.choice(pieces)
    stream = stream.but(piece, atheris.Mutate(stream.piece(piece), size_max))
    wrong = {rng.choice(sorted(DERIVED))} if rng.random() < 0.2 else set()
    if rng.random() < 0.4:
        wrong |= mutate.DIGESTS
    return png_of(sealed(stream, frozenset(wrong)))


def _png_changed(png: Png, rng: random.Random, size_max: int) -> bytes:
    """A chunk or the scan lines changed by libFuzzer."""
    chunks = png.chunks(rng)
    at = rng.randrange(len(chunks))
    if rng.random() < 0.5:
        lines = atheris.Mutate(zlib.decompress(png.stream), size_max)
        changed = Png(png.before, zlib.compress(lines, rng.choice((0, 1, 9))), png.after)
        chunks = changed.chunks(rng)
    else:
        old = chunks[at]
        chunks[at] = type(old)(old.kind, atheris.Mutate(old.data, size_max))
    return SIGNATURE + b"".join(chunk.raw() for chunk in chunks)


def main() -> None:
    """Fuzz the target that the first word names; the other words are libFuzzer's."""
    name, words = sys.argv[1], [sys.argv[0], *sys.argv[2:]]
    how = {"custom_mutator": refreshed} if name in REFRESHED else {}
    if name in RECORDS:
        how = {"custom_mutator": restructured(name)}
    atheris.Setup(words, targets.TARGETS[name], **how)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
