"""Reading: a path or file object decoded, or inspected, its refusal explained."""

from collections.abc import Iterator
from contextlib import contextmanager

from intaglio._forensics.explain import explaining
from intaglio._format.codec import Opened, decoding, inspect
from intaglio._io import Source, open_source
from intaglio.limits import Limits


@contextmanager
def reading(source: Source, limits: Limits) -> Iterator[Opened]:
    """Decode `source` as [DEC-1] has it."""
    with (
        open_source(source) as stream,
        explaining(stream, limits),
        decoding(stream, limits) as opened,
    ):
        yield opened


@contextmanager
def inspecting(source: Source, limits: Limits) -> Iterator[Opened]:
    """Inspect `source` as [DEC-2] has it."""
    with open_source(source) as stream, explaining(stream, limits):
        yield inspect(stream, limits)[1]
