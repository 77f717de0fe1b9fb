"""Targets: one for each layer, from any bytes to nothing, or to an error that is a finding.

What must hold: exact values or one refusal with the right reason, in little
time. Each target lays the reference beside the oracle, or beside JavaScript.
"""

import hashlib
import io
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, Final

import numpy as np

import intaglio as ig
from fuzz import readers
from fuzz.figures import figures
from fuzz.javascript import JavaScript, is_left_open, told_of
from fuzz.oracle import Verdict, canonical_block, verdict
from fuzz.readers import (
    LIMITS,
    NOT_INSPECTED,
    SECONDS_MAX,
    disagreement,
    rgba,
    shown,
    timed,
)
from fuzz.seeds import STEPS
from fuzz.tables import pandas, xarray
from intaglio._format.blocks import BlockForm, TableEntry, unpack_block
from intaglio._format.carrier import Extractor
from intaglio._format.carrier_write import Embedder
from intaglio._format.header import check_extensions, read_header, write_header
from intaglio._format.metadata import read_metadata
from intaglio._format.png.decode import open_png
from intaglio._format.prologue import maybe_prologue_length, read_prologue
from intaglio._format.registry import FilterStep
from intaglio.errors import DecodeError
from reader import carrier as plain_carrier
from reader import decode as plain_decode
from reader.conventions import Refused
from reader.decode import Array

SIDE: Final = 64  # of the picture that a prologue is told to be in
PLAIN_PIXELS_MAX: Final = 1 << 12  # the oracle takes its time


class Finding(Exception):  # noqa: N818 - what fuzzing is for
    """Something that must not be."""


def _hold(condition: object, what: str) -> None:
    if not condition:
        raise Finding(what)


def _compared(given: readers.Timed, right: Verdict, what: str = "") -> None:
    problem = disagreement(given.verdict, right)
    _hold(not problem, f"{what}{problem}")
    _hold(given.seconds <= SECONDS_MAX, f"{what}{given.seconds:.1f} s")


def _refused(work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever work gives
    """What `work` gives, or the reason of its refusal; the oracle's and the reference's alike."""
    try:
        return work()
    except Refused as refused:
        return refused.reason
    except DecodeError as problem:
        return problem.reason.value


def png(data: bytes) -> None:
    """L0: pixels, or the reason."""
    if not _is_small(data):
        return
    right = _refused(lambda: plain_decode.read_png(data, LIMITS)[0])
    given = _refused(lambda: _pixels(data))
    if right == "png-damaged" != given:
        _hold(is_left_open(data), f"{given!r} instead of png-damaged")
    else:
        _hold(given == right, "other pixels")


def _is_small(data: bytes) -> bool:
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    return not PLAIN_PIXELS_MAX < width * height <= LIMITS.pixels


def _pixels(data: bytes) -> bytes:
    read = open_png(io.BytesIO(data), LIMITS.pixels)
    pixels = np.concatenate([*read.bands()])
    _hold(read.checked and pixels.shape[:2] == (read.height, read.width), "half a picture")
    return rgba(pixels)


def carrier(data: bytes) -> None:
    """L1: what pixels carry at any depths, in bands of any size; and written back."""
    head, raw = data[:8].ljust(8, b"\0"), data[8:]
    r, g, b = (value % 9 for value in head[:3])
    depths, channels, step = (r, g, b, head[3] % 5), 3 + head[4] % 2, 1 + head[5]
    pixels = np.frombuffer(raw, np.uint8, len(raw) // channels * channels).reshape(-1, channels)
    if len(pixels) < 160 or not sum(depths):
        return
    plain = rgba(pixels)
    length = plain_carrier.capacity(len(pixels), depths)
    prologue = plain_carrier.prologue_bytes(plain, 80)
    body = plain_carrier.body_bytes(plain, depths, length)

    def read(values: np.ndarray[Any, Any]) -> tuple[bytes, bytes]:
        extractor = Extractor(values[at : at + step] for at in range(0, len(values), step))
        first = extractor.prologue(0, 24) + extractor.prologue(24, 80)
        extractor.start_body(depths, length)
        parts = range(0, length, 7 * step)
        return first, b"".join(bytes(extractor.body(a, min(a + 7 * step, length))) for a in parts)

    _hold(read(pixels) == (prologue, body), "other bytes")
    if channels == 4 or not depths[3]:
        written = np.full_like(pixels, 200)
        Embedder(prologue, body, depths, len(pixels)).embed(written, 0)
        _hold(read(written) == (prologue, body), "other bytes written")


def header(data: bytes) -> None:
    """L2: a prologue in the first 76 bytes, a header in the others, sealed."""
    padded = data[:76].ljust(76, b"\0") + bytes(SIDE * SIDE)
    length = maybe_prologue_length(padded) or 80
    if 24 <= length <= SIDE * SIDE:
        padded = _sealed(padded[: length - 4]) + padded[length:]
    right = _refused(lambda: plain_decode.read_prologue(lambda n: padded[:n], SIDE, SIDE))
    raw = padded[: length if 24 <= length <= SIDE * SIDE else 24]
    given = _refused(lambda: read_prologue(raw, SIDE, SIDE))
    if isinstance(given, str) or isinstance(right, str):
        _hold(given == right, f"prologue: {given} instead of {right}")
    else:
        plain = right[1]
        _hold(
            (given.depths, given.header_length, given.body_length, given.root)
            == (plain.depths, plain.header_length, plain.body_length, plain.root),
            "another prologue",
        )
    _header(_sealed(data[76:]))


def _sealed(raw: bytes) -> bytes:
    return raw + zlib.crc32(raw).to_bytes(4, "little")


def _rows(arrays: Iterable[Any]) -> list[Any]:
    """Array records, of the reference or of the plain reader, but for their names."""
    return [
        (
            *(a.element, a.unit, a.unit_count, a.shape, a.metadata, a.filters),
            *(a.codec, a.block_length, a.block_count, a.digest),
        )
        for a in arrays
    ]


def _header(raw: bytes) -> None:
    def plainly() -> list[Any]:
        return _rows(plain_decode.read_header(raw).arrays)

    def by_reference() -> list[Any]:
        read = read_header(raw)
        for text in (read.metadata, *(record.metadata for record in read.arrays)):
            read_metadata(text)
        check_extensions(read)
        _hold(write_header(read) == raw, "two spellings of a header")
        return _rows(read.arrays)

    given, right = _refused(by_reference), _refused(plainly)
    _hold(given == right, f"header: {given} instead of {right}")


def blocks(data: bytes) -> None:
    """L3: a stored block of any form; its digest right, then wrong."""
    head, stored = data[:12].ljust(12, b"\0"), data[12:]
    width = (1, 2, 4, 8)[head[0] % 4]
    lag = 1 + int.from_bytes(head[6:8], "little")
    numbers = {2: (lag,), 3: (lag, lag + 1 + head[8]), 7: (head[9] % 23,)}
    chain = [choice[head[1 + i] % len(choice)] for i, choice in enumerate(STEPS)]
    chain = [code for code in chain if code and not (code == 7 and width < 4)]
    values = {
        code: b"".join(n.to_bytes(4, "little") for n in numbers.get(code, ())) for code in chain
    }
    codec, filters = head[0] >> 2 & 1, tuple((code, values[code]) for code in chain)
    size = max(width, int.from_bytes(head[10:12], "little") % 2**13 // width * width)
    right = _refused(lambda: canonical_block(stored, size, codec, filters, 8 * width))
    digest = hashlib.sha256(right if isinstance(right, bytes) else b"").digest()
    steps = tuple(FilterStep(*step) for step in filters)

    def unpack(digest: bytes) -> Any:  # noqa: ANN401 - bytes or a reason
        entry = TableEntry(len(stored), zlib.crc32(stored), digest)
        return _refused(
            lambda: unpack_block(stored, size, entry, BlockForm(steps, width, codec)).tobytes()
        )

    _hold(unpack(digest) == right, f"other bytes than {right[:20]!r}")
    if isinstance(right, bytes):
        _hold(unpack(bytes(32)) == "block-digest-mismatch", "a digest that is not checked")


def file(data: bytes) -> None:
    """Everything: the strict reader, the lazy one, the public verbs, and the oracle."""
    given = timed(lambda: readers.of_file(data))
    if _is_small(data):
        right = verdict(data, LIMITS)
        left_open = right == "png-damaged" != given.verdict and is_left_open(data)
        _compared(given, given.verdict if left_open else right)
    _hold(shown(given.verdict)[0] != "!", shown(given.verdict))
    lazy = timed(lambda: readers.of_file_inspected(data))
    if given.verdict not in NOT_INSPECTED:
        _compared(lazy, given.verdict, "inspected: ")
    public = timed(lambda: _public(data))
    told = given.verdict if isinstance(given.verdict, str) else _digests(given.verdict.arrays)
    _compared(public, told, "loads_dict: ")


def _public(data: bytes) -> Any:  # noqa: ANN401 - a verdict, arrays as digests
    limits = ig.Limits(LIMITS.pixels, LIMITS.output_bytes)
    arrays = ig.loads_dict(data, limits=limits)
    return "".join(
        f"{name!a} {hashlib.sha256(a.tobytes()).hexdigest()}" for name, a in arrays.items()
    )


def _digests(arrays: tuple[Array, ...]) -> str:
    rows: Iterator[str] = (f"{a.name!a} {hashlib.sha256(a.canonical).hexdigest()}" for a in arrays)
    return "".join(rows)


def verbs(data: bytes) -> None:
    """Every public verb that reads: what it can do, or one of the errors that are told."""
    limits = ig.Limits(LIMITS.pixels, LIMITS.output_bytes)
    for verb in _verbs(data, limits):
        start = time.process_time()
        with suppress(ig.DecodeError, ig.EncodeError, KeyError):
            verb()
        seconds = time.process_time() - start
        _hold(seconds <= SECONDS_MAX, f"{seconds:.1f} s")


def _verbs(data: bytes, limits: ig.Limits) -> Iterator[Callable[[], object]]:
    def given() -> io.BytesIO:
        return io.BytesIO(data)

    def opened() -> None:
        with ig.open(given(), limits=limits) as file:
            _ = repr(file), file._repr_html_(), file.metadata
            for name in file:
                _ = repr(file[name]), file[name]._repr_html_(), file[name].attrs

    yield opened
    for read in (ig.info, ig.verify, ig.load, ig.load_figure):
        yield lambda read=read: repr(read(given(), limits=limits))
    for write in (ig.strip, ig.restore, ig.recolor):
        yield lambda write=write: write(given(), io.BytesIO(), limits=limits)
    yield lambda: str(ig.diff(given(), given(), limits=limits))


@cache
def _javascript() -> JavaScript:
    return JavaScript(LIMITS)


def javascript(data: bytes) -> None:
    """The JavaScript decoder beside the reference."""
    given = timed(lambda: readers.of_file(data))
    answer = _javascript().ask(data)
    told = answer.told if isinstance(answer.told, str) else "accepted"
    same = answer.told == told_of(given.verdict)
    _hold(
        same or is_left_open(data), f"JavaScript says {told}, the reference {shown(given.verdict)}"
    )
    _hold(answer.seconds <= SECONDS_MAX, f"JavaScript takes {answer.seconds:.1f} s")


TARGETS: Final = {
    target.__name__: target
    for target in (png, carrier, header, blocks, file, verbs, javascript, figures, pandas, xarray)
}
