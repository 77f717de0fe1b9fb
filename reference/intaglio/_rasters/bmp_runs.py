"""Decodes BMP's run-length coding of 8 and 4 bits to palette indices."""

import numpy as np

from intaglio._rasters.base import Array, InexactError, refuse

_END_OF_LINE, _END, _MOVE = 0, 1, 2


def read_runs(data: bytes, at: int, width: int, height: int, depth: int) -> tuple[Array, int]:
    """Decode the runs at offset `at`; return indices (height, width) and the offset of their end.

    Runs that skip pixels are refused, because skipped pixels have no value.
    """
    rows: list[bytes] = []
    row = bytearray()
    while True:
        count, value = data[at : at + 2] if at + 2 <= len(data) else (-1, -1)
        at += 2
        if count < 0:
            refuse("it is cut off inside its runs")
        elif count:
            row += _repeated(value, count, depth)
        elif value > _MOVE:
            size = (value * depth + 15) // 16 * 2
            if at + size > len(data):
                refuse("it is cut off inside its runs")
            row += _literal(data[at : at + size], value, depth)
            at += size
        elif value == _MOVE:
            raise InexactError("its runs pass over pixels, which have no value then")
        if len(row) > width:
            refuse(f"row {len(rows)} of its runs is longer than {width} pixels")
        if value in (_END_OF_LINE, _END) and not count and (row or value == _END_OF_LINE):
            if len(row) < width or len(rows) == height:
                refuse(f"its runs give {len(row)} of {width} pixels in row {len(rows)}")
            rows.append(bytes(row))
            row.clear()
        if value == _END and not count:
            break
    if len(rows) != height:
        refuse(f"its runs give {len(rows)} of {height} rows")
    return np.frombuffer(b"".join(rows[::-1]), np.uint8).reshape(height, width), at


def _repeated(value: int, count: int, depth: int) -> bytes:
    if depth == 8:
        return bytes((value,)) * count
    return (bytes((value >> 4, value & 15)) * (count // 2 + 1))[:count]


def _literal(raw: bytes, count: int, depth: int) -> bytes:
    if depth == 8:
        return raw[:count]
    return bytes(half for byte in raw for half in (byte >> 4, byte & 15))[:count]
