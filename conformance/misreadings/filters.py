"""Misreadings of SPEC.md section 10."""

from typing import Final

from misreadings.misreading import Misreading, one

_TABLE: Final = {  # the lines of the table of filters; the second function undoes
    "order": '"order": (_order, _undo_order)',
    "delta": '"delta": (_delta, _undo_delta)',
    "lorenzo": '"lorenzo": (_lorenzo, _undo_lorenzo)',
    "zigzag": '"zigzag": (_zigzag, _undo_zigzag)',
    "shuffle": '"shuffle": (_shuffle, _unshuffle)',
    "bytedelta": '"bytedelta": (_bytedelta, _undo_bytedelta)',
}
_WORDS: Final = 'words = filtered.view(np.dtype(f"<u{component_bytes}"))'


def _undone(name: str, label: str, reading: str, kind: str, function: str) -> Misreading:
    """A reader that undoes filters of one kind with another function."""
    line = _TABLE[kind]
    return one(name, label, reading, "_filters", line, f'"{kind}": (_{kind}, {function})')


_DELTA_BY_HAND: Final = """
def _wrong(y, row, lag, corner):
    x = [int(v) for v in y]
    for i in range(len(x)):
        for back, sign in ((lag, 1), (row, 1), (corner, -1)):
            if back and i >= back:
                x[i] += sign * x[i - back]
        x[i] %= 256**y.itemsize
    return np.array(x, y.dtype)
"""

MISREADINGS: Final = (
    one(
        "filters-undone-in-the-order-of-the-record",
        "FLT-2",
        "A reader applies the inverses in the order of the record.",
        "_filters",
        "for code, parameters in reversed(chain):",
        "for code, parameters in chain:",
    ),
    one(
        "complex-as-one-component",
        "FLT-2",
        "The width of a filter is that of the element.",
        "_container",
        "BlockForm(record.filters, kind.element.component_bytes, record.codec)",
        "BlockForm(record.filters, min(kind.element.item_bytes, 8), record.codec)",
    ),
    one(
        "words-big-endian",
        "FLT-1",
        "Filters see the numbers in network order.",
        "_filters",
        _WORDS,
        'words = filtered.view(np.dtype(f">u{component_bytes}"))',
    ),
    one(
        "lag-in-elements",
        "FLT-2",
        "lag counts elements, so of complex ones it skips twice as many components.",
        "_container",
        "kind, form = array_type(record)",
        "kind, form = array_type(record)\n"
        '    if kind.element.name.startswith("complex"):\n'
        "        form = form._replace(filters=tuple(s._replace(parameters=b''.join((2 * "
        'int.from_bytes(s.parameters[i : i + 4], "little")).to_bytes(4, "little")'
        " for i in range(0, len(s.parameters), 4))) for s in form.filters))",
    ),
    _undone(
        "order-inverts-the-wrong-half",
        "FLT-1",
        "The inverse of order is order.",
        "order",
        "_order",
    ),
    _undone(
        "order-only-flips-the-sign",
        "FLT-1",
        "order flips the highest bit.",
        "order",
        "lambda y: y ^ _top(y)",
    ),
    _undone(
        "order-negates",
        "FLT-1",
        "Where the highest bit is set, the number is negated.",
        "order",
        "lambda y: np.where(y & _top(y), y ^ _top(y), ~y + y.dtype.type(1))",
    ),
    _undone(
        "lag-in-bytes",
        "FLT-2",
        "lag counts bytes.",
        "delta",
        "lambda y, lag: _undo_delta(y, max(1, lag // y.itemsize))",
    ),
    _undone(
        "delta-ignores-lag",
        "FLT-2",
        "delta subtracts the element before.",
        "delta",
        "lambda y, lag: _undo_delta(y, 1)",
    ),
    _undone(
        "delta-not-accumulated",
        "FLT-2",
        "x[i] is y[i] + y[i - lag].",
        "delta",
        "lambda y, lag: y + np.concatenate([np.zeros(min(lag, len(y)), y.dtype), y[:-lag]])",
    ),
    _undone(
        "lag-beyond-the-block-refused",
        "FLT-2",
        "A lag beyond the block is an error.",
        "delta",
        "lambda y, lag: _undo_delta(y, lag) if lag < len(y) else 1 / 0",
    ),
    _undone(
        "delta-restarts-each-row",
        "FLT-2",
        "delta starts afresh in each row of 12 components.",
        "delta",
        "lambda y, lag: np.concatenate([_undo_delta(y[i : i + 12], lag) for i in "
        "range(0, len(y), 12)])",
    ),
    _undone(
        "delta-saturates",
        "FLT-2",
        "Sums that overflow stay at the largest number.",
        "delta",
        "lambda y, lag: np.minimum(np.cumsum(y, dtype=np.uint64), 255).astype(np.uint8)"
        " if y.itemsize == 1 and lag == 1 else _undo_delta(y, lag)",
    ),
    Misreading(
        "delta-over-block-edges",
        "FLT-2",
        "A block goes on where the one before it ended.",
        (
            (
                "_filters",
                "\n\ndef _lorenzo(",
                (
                    "\n\n_LAST = {}\n\n\ndef _going_on(y, lag):\n"
                    "    y = y.copy()\n"
                    "    if y.size:\n"
                    "        y[0] += _LAST.get(y.itemsize, y.dtype.type(0))\n"
                    "    x = _undo_delta(y, lag)\n"
                    "    if x.size:\n"
                    "        _LAST[y.itemsize] = x[-1]\n"
                    "    return x\n\n\ndef _lorenzo("
                ),
            ),
            ("_filters", _TABLE["delta"], '"delta": (_delta, _going_on)'),
        ),
    ),
    Misreading(
        "lorenzo-adds-the-corner",
        "FLT-3",
        "All three neighbours are added.",
        (
            ("_filters", "\n\ndef _lorenzo(", f"\n{_DELTA_BY_HAND}\n\ndef _lorenzo("),
            (
                "_filters",
                _TABLE["lorenzo"],
                '"lorenzo": (_lorenzo, lambda y, lag, row: _wrong(y, row, lag, 0))',
            ),
        ),
    ),
    Misreading(
        "lorenzo-corner-on-the-right",
        "FLT-3",
        "The corner is the one to the right above.",
        (
            ("_filters", "\n\ndef _lorenzo(", f"\n{_DELTA_BY_HAND}\n\ndef _lorenzo("),
            (
                "_filters",
                _TABLE["lorenzo"],
                '"lorenzo": (_lorenzo, lambda y, lag, row: _wrong(y, row, lag, row - lag))',
            ),
        ),
    ),
    _undone(
        "lorenzo-row-edges-handled",
        "FLT-3",
        "The first component of a row has no left neighbour.",
        "lorenzo",
        "lambda y, lag, row: np.concatenate([y[:0], *(_undo_delta(part, lag) for part in "
        "np.split(_undo_delta(y, row), range(row, len(y), row)))])",
    ),
    _undone(
        "lorenzo-parameters-exchanged",
        "FLT-3",
        "The first parameter is the row's, the second counts from there.",
        "lorenzo",
        "lambda y, lag, row: _undo_delta(_undo_delta(y, row - lag), lag)",
    ),
    _undone(
        "zigzag-sign-wrong",
        "FLT-4",
        "Odd numbers are the positive ones.",
        "zigzag",
        "lambda y: ~_undo_zigzag(y) + y.dtype.type(1)",
    ),
    _undone(
        "zigzag-off-by-one",
        "FLT-4",
        "An odd y is -(y - 1) / 2.",
        "zigzag",
        "lambda y: np.where(y & y.dtype.type(1), ~(y >> y.dtype.type(1)) + y.dtype.type(1), "
        "y >> y.dtype.type(1))",
    ),
    _undone(
        "zigzag-of-signed-shift",
        "FLT-4",
        "y is halved as a signed number.",
        "zigzag",
        'lambda y: (y.view(f"<i{y.itemsize}") >> 1).view(y.dtype) ^ '
        "(~(y & y.dtype.type(1)) + y.dtype.type(1))",
    ),
    _undone(
        "shuffle-transposed",
        "FLT-5",
        "A reader shuffles as the writer does.",
        "shuffle",
        "_shuffle",
    ),
    _undone(
        "shuffle-most-significant-first",
        "FLT-5",
        "The most significant bytes come first.",
        "shuffle",
        "lambda y: y.view(np.uint8).reshape(y.itemsize, -1)[::-1].T.ravel()",
    ),
    _undone(
        "bytedelta-a-plane",
        "FLT-6",
        "bytedelta starts afresh in each byte plane.",
        "bytedelta",
        "lambda y: np.cumsum(y.view(np.uint8).reshape(y.itemsize, -1), axis=1, "
        "dtype=np.uint8).ravel()",
    ),
    _undone(
        "bytedelta-on-words",
        "FLT-6",
        "bytedelta works on the words of the other filters.",
        "bytedelta",
        "lambda y: _undo_delta(y, 1)",
    ),
    one(
        "decimal-by-multiplying",
        "FLT-7",
        "n / 10^e is n times 10^-e.",
        "_filters",
        "quotient: npt.NDArray[np.float64] = n / scale",
        "quotient: npt.NDArray[np.float64] = n * (1 / scale)",
    ),
    one(
        "decimal-in-binary32",
        "FLT-7",
        "For binary32 the division is done in binary32.",
        "_filters",
        "quotient: npt.NDArray[np.float64] = n / scale",
        "quotient = n.astype(real) / real.type(scale)",
    ),
    one(
        "decimal-of-negative-zero",
        "FLT-7",
        "-0 is 0, and 0 is val(0).",
        "_filters",
        "    is_value = value_bits(number) == x\n",
        "    is_value = (value_bits(number) == x) | (x == _top(x))\n",
    ),
    one(
        "decimal-one-way",
        "FLT-7",
        "A reader only turns Q + n into val(n).",
        "_filters",
        "y: Words = np.where(is_value, codes, x)",
        "y: Words = x.copy()",
    ),
    one(
        "decimal-up-to-M-without-it",
        "FLT-7",
        "|n| is below M.",
        "_filters",
        "is_code = (coded >= -most) & (coded <= most)",
        "is_code = (coded > -most) & (coded < most)",
    ),
)
