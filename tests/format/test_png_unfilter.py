"""Undoing filter types: rows of Up compared with running sums, and rows of mixed types."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from intaglio._format.png.encode import SUB, _filter, _filter_rows
from intaglio._format.png.unfilter import UP, undo_filters


@given(st.integers(0, 2**32), st.integers(1, 9), st.integers(30, 70), st.booleans())
def test_rows_of_up_alone_are_running_sums(seed, count, pixels, first):
    rng, width = np.random.default_rng(seed), 3 * pixels
    lines = rng.integers(0, 256, (count, 1 + width), np.uint8)
    lines[:, 0] = UP
    above = None if first else rng.integers(0, 256, width, np.uint8)
    start = np.zeros(width, np.uint8) if above is None else above
    plain = (np.cumsum(lines[:, 1:], axis=0, dtype=np.uint8) + start).astype(np.uint8)
    assert np.array_equal(undo_filters(lines, 3, above), plain)


@given(st.integers(0, 2**32), st.integers(1, 9), st.integers(1, 60), st.sampled_from((3, 4)))
def test_rows_with_mixed_filter_types_are_restored(seed, count, pixels, pixel_bytes):
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 256, (count, pixels * pixel_bytes), np.uint8)
    above = rng.integers(0, 256, pixels * pixel_bytes, np.uint8)
    kinds = rng.choice(np.array([0, SUB, UP, 3, 4], np.uint8), count)
    lines = _filter_rows(kinds, rows, above, pixel_bytes)
    assert np.array_equal(lines[:, 0], kinds)
    assert np.array_equal(undo_filters(lines, pixel_bytes, above), rows)
    for row, kind in enumerate(kinds.tolist()):
        over = rows[row - 1] if row else above
        assert np.array_equal(lines[row], _filter(kind, rows[row : row + 1], over, pixel_bytes)[0])
