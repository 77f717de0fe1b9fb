"""SPEC.md section 4, writing PNG: RGB or RGBA rows to the bytes of a plain PNG. [PNG-8]

Each band of rows is filtered and deflated on its own, by one of a few threads. The bytes depend on
the pixels only, not on the number of threads.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from zlib_ng import zlib_ng

from intaglio._format.png.chunks import INTEGER_MAX, SIGNATURE
from intaglio._format.png.head import write_phys, write_text
from intaglio._format.png.unfilter import AVERAGE, NONE, PAETH, SUB, UP
from intaglio._options import Effort
from intaglio.errors import EncodeError, Reason

if TYPE_CHECKING:
    from concurrent.futures import Future

ZLIB_HEAD: Final = b"\x78\x01"
COLOUR_BY_CHANNELS: Final = {3: 2, 4: 6}  # [PNG-8]
BAND_BYTES: Final = 1024 * 1024
IDAT_BYTES_MAX: Final = 2 * 1024 * 1024
SAMPLE_BYTES: Final = 6 * 1024  # looked at in a few places of a band, to choose how to write it
PART_BYTES_MIN: Final = 48 * 1024  # a band that is no more is written in one way
ROWS_EACH_MAX: Final = 256  # above it, a call for each row costs more than all rows at once
LOOK_BYTES: Final = 256  # in each of four places of a row, to choose its filter type
_BITS: Final = np.log2(1.5 + np.abs(np.arange(256).astype(np.int8).astype(np.float32)))
COST: Final = np.rint(_BITS * 2**16)  # whole numbers: sums are exact, the same on every processor
AVERAGE_COST: Final = 1.03  # it is slow to read
USUAL_COST: Final = 0.97  # rows of one kind share their Huffman codes
THREADS: Final = min(8, max(2, os.cpu_count() or 1))

_Bytes = npt.NDArray[np.uint8]
_Words = npt.NDArray[np.int16]


class _Deflate(NamedTuple):
    level: int
    strategy: int


_NOISE: Final = _Deflate(1, zlib_ng.Z_HUFFMAN_ONLY)
_MATCHES: Final = {
    "fast": _Deflate(6, zlib_ng.Z_DEFAULT_STRATEGY),
    "small": _Deflate(9, zlib_ng.Z_DEFAULT_STRATEGY),
}
_PROBE: Final = _Deflate(2, zlib_ng.Z_DEFAULT_STRATEGY)  # sees whether there are matches, cheaply
_FILTERS: Final = {"fast": (UP, SUB, NONE), "small": (AVERAGE, UP, SUB, NONE)}
_ROW_FILTERS: Final = {"fast": (UP, SUB), "small": (UP, SUB, AVERAGE, PAETH)}


class _Band(NamedTuple):
    rows: _Bytes  # (rows, bytes)
    above: _Bytes  # (bytes,)
    last: bool


def write_png(
    out: BinaryIO,
    width: int,
    height: int,
    channels: int,
    bands: Iterable[_Bytes],
    *,
    text: tuple[tuple[str, str], ...] = (),
    dpi: float | None = None,
    effort: Effort = "fast",
) -> None:
    """Write pixels as a PNG of colour type 2 or 6 with 8 bits a sample.

    bands: uint8 of shape (rows, width, channels), in raster order, `height`
        rows in all. They are asked for one at a time and read by other
        threads: a band, once given, must not change.
    text: keywords and texts for tEXt chunks, Latin-1.
    dpi: dots per inch, for those who print.
    effort: "small" makes noisy pictures some 5 % smaller; they take twice as
        long to read.

    Raises EncodeError (option-invalid) for a text or dpi that PNG can't hold, TypeError for a
    dpi that is no number.
    """
    if not (1 <= width <= INTEGER_MAX and 1 <= height <= INTEGER_MAX):
        what = f"a PNG has 1 to {INTEGER_MAX:,} pixels a side, not {width}x{height}"
        raise EncodeError(Reason.CAPACITY_EXCEEDED, what)
    shape = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    head = [(b"IHDR", shape + bytes((8, COLOUR_BY_CHANNELS[channels], 0, 0, 0)))]
    if dpi is not None:
        head.append((b"pHYs", write_phys(dpi)))
    head += [(b"tEXt", write_text(keyword, value)) for keyword, value in text]
    out.write(SIGNATURE)
    for kind, data in head:
        _write_chunk(out, kind, data)
    _write_idat(out, _cut(bands, width, height, channels), channels, effort)
    _write_chunk(out, b"IEND", b"")


def _write_chunk(out: BinaryIO, kind: bytes, data: bytes) -> None:
    out.write(len(data).to_bytes(4, "big") + kind)
    out.write(data)
    out.write(zlib_ng.crc32(data, zlib_ng.crc32(kind)).to_bytes(4, "big"))


def band_rows(width: int, channels: int) -> int:
    """How many rows a band has: whoever gives rows in such portions spares copying them."""
    return max(1, BAND_BYTES // (width * channels))


def _cut(bands: Iterable[_Bytes], width: int, height: int, channels: int) -> Iterator[_Band]:
    """Cut rows that come in any portions into bands that depend on the width only."""
    row_bytes = width * channels
    rows_max = band_rows(width, channels)
    above = np.zeros(row_bytes, np.uint8)
    parts: list[_Bytes] = []
    have = done = 0
    for band in bands:
        if band.dtype != np.uint8 or band.shape[1:] != (width, channels):
            message = f"a band of {band.dtype} {band.shape} in rows of {width}x{channels} uint8"
            raise ValueError(message)
        rows = band.reshape(len(band), row_bytes)
        while len(rows):
            parts.append(rows[: rows_max - have])
            rows = rows[len(parts[-1]) :]
            have += len(parts[-1])
            if have == min(rows_max, height - done):
                whole = parts[0] if len(parts) == 1 else np.concatenate(parts)
                done += have
                yield _Band(whole, above, done == height)
                above, parts, have = whole[-1].copy() if done < height else above, [], 0
    if done != height or parts:
        message = f"{done + have} rows in place of {height}"
        raise ValueError(message)


def _write_idat(out: BinaryIO, bands: Iterator[_Band], lanes: int, effort: Effort) -> None:
    """Write the bands as one zlib stream, of which a few bands are in memory."""
    head, adler = ZLIB_HEAD, 1
    for lines, packed, last in _in_threads(bands, lanes, effort):
        adler = zlib_ng.adler32(lines, adler)
        data = head + packed + (adler.to_bytes(4, "big") if last else b"")
        for start in range(0, len(data), IDAT_BYTES_MAX):
            _write_chunk(out, b"IDAT", data[start : start + IDAT_BYTES_MAX])
        head = b""


def _in_threads(
    bands: Iterator[_Band], lanes: int, effort: Effort
) -> Iterator[tuple[_Bytes, bytes, bool]]:
    """Give what `_pack` makes of the bands, in their order."""
    from concurrent.futures import ThreadPoolExecutor

    queue: deque[Future[tuple[_Bytes, bytes, bool]]] = deque()
    with ThreadPoolExecutor(THREADS) as threads:
        for band in bands:
            queue.append(threads.submit(_pack, band, lanes, effort))
            if len(queue) >= THREADS:
                yield queue.popleft().result()
        while queue:
            yield queue.popleft().result()


def _pack(band: _Band, lanes: int, effort: Effort) -> tuple[_Bytes, bytes, bool]:
    """Choose how to write a band by samples of it; give its scan lines and their deflate."""
    samples = {kind: _samples(kind, band, lanes) for kind in _FILTERS[effort]}
    noise = {kind: [len(_deflate(part, _NOISE)) for part in samples[kind]] for kind in samples}
    kind = min(noise, key=lambda kind: sum(noise[kind]) * (AVERAGE_COST if kind == AVERAGE else 1))
    probe = [len(_deflate(part, _PROBE)) for part in samples[kind]]
    matches = [a < b for a, b in zip(probe, noise[kind], strict=True)]
    if len(set(matches)) > 1 and band.rows.nbytes > PART_BYTES_MIN:
        return _pack_halves(band, lanes, effort)
    how = _NOISE
    if sum(probe) < sum(noise[kind]):
        how = _MATCHES[effort]
        kind = min(samples, key=lambda kind: len(_deflate(b"".join(samples[kind]), how)))
    kinds = np.full(len(band.rows), kind, np.uint8)
    if how is _NOISE:
        kinds = _row_kinds(kind, band, lanes, effort)
    lines = _filter_rows(kinds, band.rows, band.above, lanes)
    return lines, _deflate(lines, how, last=band.last), band.last


def _pack_halves(band: _Band, lanes: int, effort: Effort) -> tuple[_Bytes, bytes, bool]:
    """Pack a band of two kinds: where the data ends, say, and the mere picture begins."""
    half = len(band.rows) // 2
    upper, lower = band.rows[:half], band.rows[half:]
    first = _pack(_Band(upper, band.above, last=False), lanes, effort)
    second = _pack(_Band(lower, upper[-1], band.last), lanes, effort)
    return np.concatenate((first[0], second[0])), first[1] + second[1], band.last


def _row_kinds(usual: int, band: _Band, lanes: int, effort: Effort) -> _Bytes:
    """The filter type of each row: another than the usual where a look at the row says so.

    Enlarged cells are why: where a row of them begins, Up is no help, and Sub is.
    """
    row_bytes = band.rows.shape[1]
    starts = (0,) if row_bytes <= 4 * LOOK_BYTES else [row_bytes * n // 4 for n in range(4)]
    costs = {kind: np.zeros(len(band.rows)) for kind in {usual, *_ROW_FILTERS[effort]}}
    for start in starts:
        stop = row_bytes if len(starts) == 1 else start + LOOK_BYTES
        place = slice(max(0, start - lanes), stop)
        for kind, cost in costs.items():
            lines = _filter(kind, band.rows[:, place], band.above[place], lanes)
            cost += COST[lines[:, 1 + lanes :]].sum(axis=1)
    costs[usual] *= USUAL_COST
    order = sorted(costs)
    kinds: _Bytes = np.array(order, np.uint8)[np.argmin([costs[k] for k in order], axis=0)]
    return kinds


def _samples(kind: int, band: _Band, lanes: int) -> list[bytes]:
    """Bytes from a few places inside a band, or all of a small one, as they would be filtered."""
    count, row_bytes = band.rows.shape
    some = SAMPLE_BYTES // row_bytes + 1
    if row_bytes > BAND_BYTES:  # one row, and all of it is too much
        starts = [max(lanes, row_bytes * place // 6) for place in range(1, 6, 2)]
        places = [slice(start - lanes, start + SAMPLE_BYTES) for start in starts]
        looks = [_filter(kind, band.rows[:, p], band.above[p], lanes) for p in places]
        return [look[:, 1 + lanes :].tobytes() for look in looks]
    if count <= 3 * some:
        return [_filter(kind, band.rows, band.above, lanes).tobytes()]
    parts = []
    for place in (0, 1, 3, 5):  # the first rows: little data may end after them
        start = max(1, (count - some) * place // 6)
        rows = band.rows[start : start + some]
        lines = _filter(kind, rows, band.rows[start - 1], lanes).ravel()
        left = (lines.size - SAMPLE_BYTES) * place // 6
        parts.append(lines[left : left + SAMPLE_BYTES].tobytes())
    return parts


def _filter_rows(kinds: _Bytes, rows: _Bytes, above: _Bytes, lanes: int) -> _Bytes:
    """Scan lines (n, 1 + b) from rows of bytes (n, b), each with its own filter type."""
    usual = int(np.bincount(kinds).argmax())
    lines = _filter(usual, rows, above, lanes)
    for kind in set(kinds.tolist()) - {usual}:
        chosen = np.flatnonzero(kinds == kind)
        if len(chosen) > ROWS_EACH_MAX:
            lines[chosen] = _filter(kind, rows, above, lanes)[chosen]
            continue
        for row in chosen.tolist():
            over = rows[row - 1] if row else above
            lines[row] = _filter(kind, rows[row : row + 1], over, lanes)[0]
    return lines


def _filter(kind: int, rows: _Bytes, above: _Bytes, lanes: int) -> _Bytes:
    """Scan lines (n, 1 + b) of one filter type from rows of bytes (n, b)."""
    lines = np.empty((len(rows), 1 + rows.shape[1]), np.uint8)
    lines[:, 0] = kind
    body = lines[:, 1:]
    if kind == NONE:
        body[...] = rows
    elif kind == SUB:
        body[:, :lanes] = rows[:, :lanes]
        np.subtract(rows[:, lanes:], rows[:, :-lanes], out=body[:, lanes:])
    elif kind == UP:
        np.subtract(rows[0], above, out=body[0])
        np.subtract(rows[1:], rows[:-1], out=body[1:])
    else:
        up = np.concatenate((above[None], rows[:-1]))
        left = np.zeros_like(rows)
        left[:, lanes:] = rows[:, :-lanes]
        guess = (up & left) + ((up ^ left) >> 1)
        if kind == PAETH:
            corner = np.zeros_like(rows)
            corner[:, lanes:] = up[:, :-lanes]
            guess = _paeth(*(part.astype(np.int16) for part in (left, up, corner)))
        np.subtract(rows, guess, out=body)
    return lines


def _paeth(left: _Words, up: _Words, corner: _Words) -> _Bytes:
    by_left, by_up, by_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    others = np.where(by_up <= by_corner, up, corner)
    nearest = np.where((by_left <= by_up) & (by_left <= by_corner), left, others)
    guess: _Bytes = nearest.astype(np.uint8)
    return guess


def _deflate(data: _Bytes | bytes, how: _Deflate, *, last: bool = True) -> bytes:
    """Raw deflate that stands alone: nothing in it points back over its start."""
    machine = zlib_ng.compressobj(how.level, zlib_ng.DEFLATED, -15, 9, how.strategy)
    packed: bytes = machine.compress(data)
    packed += machine.flush(zlib_ng.Z_FINISH if last else zlib_ng.Z_FULL_FLUSH)
    return packed
