"""SPEC.md section 4, writing PNG: encodes RGB or RGBA rows as a plain PNG. [PNG-8]

Each band of about 1 MiB of rows is filtered and deflated on its own, in one of a few threads. The
bytes depend only on the pixels, not on the number of threads.

How a band is written is decided from samples of it. Carrier pixels are mostly noise, for which
Huffman coding alone is fastest and as small; a band in which deflate finds matches gets full
deflate. If the samples disagree, the band is cut into halves, because the data may end inside it.
In noise, each row gets the filter type of the lowest estimated cost.
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
SAMPLE_BYTES: Final = 6 * 1024  # bytes of each sample of a band, to choose how to write it
PART_BYTES_MIN: Final = 48 * 1024  # smaller bands are never cut into halves
ROWS_EACH_MAX: Final = 256  # for more rows, filtering all rows costs less than a call per row
LOOK_BYTES: Final = 256  # bytes of each of four samples of a row, to choose its filter type
_BITS: Final = np.log2(1.5 + np.abs(np.arange(256).astype(np.int8).astype(np.float32)))
COST: Final = np.rint(_BITS * 2**16)  # whole numbers: sums are exact, the same on every processor
AVERAGE_COST: Final = 1.03  # factor against Average, which is slow to decode
COMMON_TYPE_COST: Final = 0.97  # factor: rows of one filter type share their Huffman codes
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
_PROBE: Final = _Deflate(2, zlib_ng.Z_DEFAULT_STRATEGY)  # a cheap test whether there are matches
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

    bands: uint8 of shape (rows, width, channels), in raster order, `height` rows in all. They
        are requested one at a time and read by other threads: a band must not change after it
        was passed.
    text: keywords and texts for tEXt chunks, Latin-1.
    dpi: dots per inch, used when the picture is printed.
    effort: "small" makes noisy pictures about 5 % smaller; they take twice as long to read.

    Raises EncodeError (option-invalid) for a text or dpi that PNG cannot hold, TypeError for a
    dpi that is not a number.
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
    """The number of rows of a band; callers that pass bands of this size avoid a copy."""
    return max(1, BAND_BYTES // (width * channels))


def _cut(bands: Iterable[_Bytes], width: int, height: int, channels: int) -> Iterator[_Band]:
    """Cut portions of rows of any size into bands whose size depends only on the width."""
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
        message = f"{done + have} rows instead of {height}"
        raise ValueError(message)


def _write_idat(out: BinaryIO, bands: Iterator[_Band], pixel_bytes: int, effort: Effort) -> None:
    """Write the bands as one zlib stream; only a few bands are in memory at a time."""
    head, adler = ZLIB_HEAD, 1
    for lines, packed, last in _in_threads(bands, pixel_bytes, effort):
        adler = zlib_ng.adler32(lines, adler)
        data = head + packed + (adler.to_bytes(4, "big") if last else b"")
        for start in range(0, len(data), IDAT_BYTES_MAX):
            _write_chunk(out, b"IDAT", data[start : start + IDAT_BYTES_MAX])
        head = b""


def _in_threads(
    bands: Iterator[_Band], pixel_bytes: int, effort: Effort
) -> Iterator[tuple[_Bytes, bytes, bool]]:
    """Yield the result of `_pack` for each band, in order."""
    from concurrent.futures import ThreadPoolExecutor

    queue: deque[Future[tuple[_Bytes, bytes, bool]]] = deque()
    with ThreadPoolExecutor(THREADS) as threads:
        for band in bands:
            queue.append(threads.submit(_pack, band, pixel_bytes, effort))
            if len(queue) >= THREADS:
                yield queue.popleft().result()
        while queue:
            yield queue.popleft().result()


def _pack(band: _Band, pixel_bytes: int, effort: Effort) -> tuple[_Bytes, bytes, bool]:
    """Choose from samples how to write a band; return its scan lines, deflated, and `last`."""
    samples = {
        filter_type: _samples(filter_type, band, pixel_bytes) for filter_type in _FILTERS[effort]
    }
    noise = {
        filter_type: [len(_deflate(part, _NOISE)) for part in samples[filter_type]]
        for filter_type in samples
    }
    filter_type = min(
        noise,
        key=lambda filter_type: (
            sum(noise[filter_type]) * (AVERAGE_COST if filter_type == AVERAGE else 1)
        ),
    )
    probe = [len(_deflate(part, _PROBE)) for part in samples[filter_type]]
    matches = [a < b for a, b in zip(probe, noise[filter_type], strict=True)]
    if len(set(matches)) > 1 and band.rows.nbytes > PART_BYTES_MIN:
        return _pack_halves(band, pixel_bytes, effort)
    how = _NOISE
    if sum(probe) < sum(noise[filter_type]):
        how = _MATCHES[effort]
        filter_type = min(
            samples, key=lambda filter_type: len(_deflate(b"".join(samples[filter_type]), how))
        )
    types = np.full(len(band.rows), filter_type, np.uint8)
    if how is _NOISE:
        types = _row_types(filter_type, band, pixel_bytes, effort)
    lines = _filter_rows(types, band.rows, band.above, pixel_bytes)
    return lines, _deflate(lines, how, last=band.last), band.last


def _pack_halves(band: _Band, pixel_bytes: int, effort: Effort) -> tuple[_Bytes, bytes, bool]:
    """Pack the halves of a mixed band, for example one in which the data ends."""
    half = len(band.rows) // 2
    upper, lower = band.rows[:half], band.rows[half:]
    first = _pack(_Band(upper, band.above, last=False), pixel_bytes, effort)
    second = _pack(_Band(lower, upper[-1], band.last), pixel_bytes, effort)
    return np.concatenate((first[0], second[0])), first[1] + second[1], band.last


def _row_types(common: int, band: _Band, pixel_bytes: int, effort: Effort) -> _Bytes:
    """The filter type of each row: the common one unless samples of the row favour another.

    This helps with enlarged cells: Up does not predict the first row of each row of cells, and
    Sub does.
    """
    row_bytes = band.rows.shape[1]
    starts = (0,) if row_bytes <= 4 * LOOK_BYTES else [row_bytes * n // 4 for n in range(4)]
    costs = {
        filter_type: np.zeros(len(band.rows)) for filter_type in {common, *_ROW_FILTERS[effort]}
    }
    for start in starts:
        stop = row_bytes if len(starts) == 1 else start + LOOK_BYTES
        part = slice(max(0, start - pixel_bytes), stop)
        for filter_type, cost in costs.items():
            lines = _filter(filter_type, band.rows[:, part], band.above[part], pixel_bytes)
            cost += COST[lines[:, 1 + pixel_bytes :]].sum(axis=1)
    costs[common] *= COMMON_TYPE_COST
    order = sorted(costs)
    types: _Bytes = np.array(order, np.uint8)[np.argmin([costs[k] for k in order], axis=0)]
    return types


def _samples(filter_type: int, band: _Band, pixel_bytes: int) -> list[bytes]:
    """Filtered bytes from a few positions of a band, or all bytes of a small band."""
    count, row_bytes = band.rows.shape
    some = SAMPLE_BYTES // row_bytes + 1
    if row_bytes > BAND_BYTES:  # a single row, too large to be used whole
        starts = [max(pixel_bytes, row_bytes * sixth // 6) for sixth in range(1, 6, 2)]
        parts = [slice(start - pixel_bytes, start + SAMPLE_BYTES) for start in starts]
        looks = [_filter(filter_type, band.rows[:, p], band.above[p], pixel_bytes) for p in parts]
        return [look[:, 1 + pixel_bytes :].tobytes() for look in looks]
    if count <= 3 * some:
        return [_filter(filter_type, band.rows, band.above, pixel_bytes).tobytes()]
    samples = []
    for sixth in (0, 1, 3, 5):  # 0: the first rows, because a small body may end after them
        start = max(1, (count - some) * sixth // 6)
        rows = band.rows[start : start + some]
        lines = _filter(filter_type, rows, band.rows[start - 1], pixel_bytes).ravel()
        left = (lines.size - SAMPLE_BYTES) * sixth // 6
        samples.append(lines[left : left + SAMPLE_BYTES].tobytes())
    return samples


def _filter_rows(types: _Bytes, rows: _Bytes, above: _Bytes, pixel_bytes: int) -> _Bytes:
    """Scan lines (n, 1 + b) from rows of bytes (n, b), each with its own filter type."""
    common = int(np.bincount(types).argmax())
    lines = _filter(common, rows, above, pixel_bytes)
    for filter_type in set(types.tolist()) - {common}:
        chosen = np.flatnonzero(types == filter_type)
        if len(chosen) > ROWS_EACH_MAX:
            lines[chosen] = _filter(filter_type, rows, above, pixel_bytes)[chosen]
            continue
        for row in chosen.tolist():
            over = rows[row - 1] if row else above
            lines[row] = _filter(filter_type, rows[row : row + 1], over, pixel_bytes)[0]
    return lines


def _filter(filter_type: int, rows: _Bytes, above: _Bytes, pixel_bytes: int) -> _Bytes:
    """Scan lines (n, 1 + b) of one filter type from rows of bytes (n, b)."""
    lines = np.empty((len(rows), 1 + rows.shape[1]), np.uint8)
    lines[:, 0] = filter_type
    body = lines[:, 1:]
    if filter_type == NONE:
        body[...] = rows
    elif filter_type == SUB:
        body[:, :pixel_bytes] = rows[:, :pixel_bytes]
        np.subtract(rows[:, pixel_bytes:], rows[:, :-pixel_bytes], out=body[:, pixel_bytes:])
    elif filter_type == UP:
        np.subtract(rows[0], above, out=body[0])
        np.subtract(rows[1:], rows[:-1], out=body[1:])
    else:
        up = np.concatenate((above[None], rows[:-1]))
        left = np.zeros_like(rows)
        left[:, pixel_bytes:] = rows[:, :-pixel_bytes]
        guess = (up & left) + ((up ^ left) >> 1)
        if filter_type == PAETH:
            corner = np.zeros_like(rows)
            corner[:, pixel_bytes:] = up[:, :-pixel_bytes]
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
    """Raw deflate data that can be decompressed alone: no match refers to earlier data."""
    compressor = zlib_ng.compressobj(how.level, zlib_ng.DEFLATED, -15, 9, how.strategy)
    packed: bytes = compressor.compress(data)
    packed += compressor.flush(zlib_ng.Z_FINISH if last else zlib_ng.Z_FULL_FLUSH)
    return packed
