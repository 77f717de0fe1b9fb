"""The oracle: what the plain reader (`reference/reader`) makes of a file, of pixels, of fields."""

from collections.abc import Callable, Sequence

from reader import blocks, decode, filters
from reader.conventions import Cursor, Refused
from reader.decode import File, Limits
from reader.header import Header, walk_header

Verdict = File | str


class Recorder(Cursor):
    """Remembers the fields that were taken: (name, start, stop) of each."""

    def __init__(self, data: bytes, reason: str) -> None:
        super().__init__(data, reason)
        self.fields: list[tuple[str, int, int]] = []

    def take(self, name: str, size: int) -> bytes:
        """Take the next field."""
        taken = super().take(name, size)
        self.fields.append((name, self.position - size, self.position))
        return taken


def walked(raw: bytes) -> tuple[Header, list[tuple[str, int, int]]]:
    """The records of a header, and its fields, in so far as their lengths allow it."""
    recorder = Recorder(raw[:-4], "header-malformed")
    header = walk_header(recorder)
    return header, [*recorder.fields, ("header_crc", recorder.position, len(raw))]


def canonical_block(
    stored: bytes, size: int, codec: int, steps: Sequence[tuple[int, bytes]], width: int
) -> bytes:
    """Step 25, and the filters undone: the canonical bytes of a block."""
    return filters.canonical_bytes(blocks.filtered_bytes(stored, codec, size), steps, width)


def verdict(png: bytes, limits: Limits) -> Verdict:
    """What must come out, or the reason."""
    return _verdict(lambda: decode.decode(png, None, limits))


def verdict_of_pixels(pixels: bytes, width: int, height: int, limits: Limits) -> Verdict:
    """What must come out of pixels, four bytes each, or the reason: steps 5 to 28."""
    return _verdict(lambda: decode.decode_pixels(pixels, width, height, None, limits))


def _verdict(work: Callable[[], File]) -> Verdict:
    try:
        return work()
    except Refused as refused:
        return refused.reason
