"""Undoes an enlargement that repeats pixels, by any factor of 1 or more in each direction.

The factor need not be a whole number, and the picture may stand anywhere in another one.
Columns that equal their left neighbours in every row are repetitions. Where columns of the
picture itself are alike, the factor tells how many of them there were; which is which does not
matter then.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._forensics.locate import UNTURNED, prologue_plane
from intaglio._forensics.marks import maybe_prologue
from intaglio._forensics.recolored import Sight
from intaglio._format.prologue import Prologue
from intaglio._format.registry import MAGIC, PROLOGUE_BYTES

Pixels = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.intp]

_BAND: Final = 32  # rows below the first that show which columns are repetitions
_ROWS_AT_ONCE: Final = 256
_FACTOR_MAX: Final = 64.0
_PHASES: Final = np.linspace(0.0, 1.0, 16, endpoint=False) + 1 / 64
_SLACK: Final = 2  # pixels by which the right end may be mistaken
_TRIES: Final = 33  # factors tried between the lowest and the highest possible
_SIGHTS_MAX: Final = 12  # first and last prologues tried with each other
_ROUND: Final = (1.0, 1.1, 1.2, 1.25, 4 / 3, 1.5, 5 / 3, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 4.0)


class Enlarged:
    """An enlarged picture found: its pixels, and where it lies.

    pixels: as they were written. top, left, height, width: of what is enlarged. is_all: whether
    that is the whole of the picture of today.
    """

    def __init__(self, pixels: Pixels, area: tuple[int, int, int, int], *, is_all: bool) -> None:
        self.pixels = pixels
        self.top, self.left, self.height, self.width = area
        self.is_all = is_all

    @property
    def factors(self) -> str:
        """Across and down, as text."""
        height, width = self.pixels.shape[:2]
        across, down = f"{self.width / width:.3g}", f"{self.height / height:.3g}"
        return across if across == down else f"{across} across and {down} down"


def maybe_enlarged(pixels: Pixels, sights: list[Sight]) -> tuple[str, Enlarged] | None:
    """What stands enlarged in (H, W, 3 or 4) `pixels`, and how it was turned; None if nothing.

    sights: of these pixels, all with the same colours.
    """
    firsts = _topmost(sights)[:_SIGHTS_MAX]
    for sight in firsts:
        for turn in (sight.turn, sight.flipped):
            view = UNTURNED[turn](pixels)
            y = sight.y if turn == sight.turn else len(view) - 1 - sight.y
            prologue, raw = _read_at(view, y, sight.starts)
            if prologue is None:
                continue
            for area, is_all in _areas(view, y, sight, turn, firsts, prologue):
                found = _taken(view, area, prologue, raw)
                if found is not None:
                    return turn, Enlarged(found, area, is_all=is_all)
    return None


def _topmost(sights: list[Sight]) -> list[Sight]:
    """Of sights in repeated rows one each."""
    seen: set[tuple[str, int, int]] = set()
    kept = []
    for sight in sorted(sights, key=lambda sight: sight.y):
        key = (sight.turn, sight.starts[0], sight.y)
        if (sight.turn, sight.starts[0], sight.y - 1) not in seen:
            kept.append(sight)
        seen.add(key)
    return kept


def _bounds(starts: tuple[int, ...]) -> tuple[float, float]:
    """Between which factors these pixels, one after another, can have been repeated."""
    places = np.array(starts)
    first, last = np.triu_indices(len(places), 1)
    apart, steps = places[last] - places[first], last - first
    return float(((apart - 1) / steps).max()), float(((apart + 1) / steps).min())


def _read_at(view: Pixels, y: int, starts: tuple[int, ...]) -> tuple[Prologue | None, bytes]:
    """The prologue that begins at the first of `starts` in row y, through its repetitions."""
    lowest, highest = _bounds(starts[:-1])
    left = starts[0]
    right = min(view.shape[1], left + int(PROLOGUE_BYTES * (highest + 1)))
    plane = prologue_plane(view[y : y + 1, left:right])[0]
    factors = [*_ROUND, *map(float, range(5, 17)), *np.linspace(lowest, highest, _TRIES)]
    for rows in (_BAND, 1):
        begins = _begins(view, y, min(len(view), y + rows), left, right)
        for factor in factors:
            if not max(1, lowest) <= factor <= min(highest, _FACTOR_MAX):
                continue
            for at in _fits(begins, PROLOGUE_BYTES, float(factor)):
                raw = plane[at].tobytes()
                prologue = maybe_prologue(raw) if raw.startswith(MAGIC) else None
                if prologue:
                    return prologue, raw
    return None, b""


def _begins(view: Pixels, top: int, bottom: int, left: int, right: int) -> _Places:
    """Columns, from `left` on, that differ from their left neighbours in any of these rows."""
    differs = np.ones(right - left, np.bool_)
    differs[1:] = False
    for row in range(top, bottom, _ROWS_AT_ONCE):
        part = view[row : min(row + _ROWS_AT_ONCE, bottom), left:right]
        for channel in range(part.shape[2]):
            values = part[..., channel]
            differs[1:] |= (values[:, 1:] != values[:, :-1]).any(0)
    return np.flatnonzero(differs)


def _fits(begins: _Places, count: int, factor: float) -> Iterator[_Places]:
    """Where `count` pixels of then stand now, were they repeated by `factor`."""
    wanted = np.arange(count)
    for phase in _PHASES:
        numbers = (begins / factor + phase).astype(np.intp)
        stop = int(np.searchsorted(numbers, count))
        mine = numbers[:stop]
        if stop and not mine[0] and (np.diff(mine) > 0).all():
            yield begins[np.searchsorted(mine, wanted, "right") - 1]


def _areas(
    view: Pixels, y: int, sight: Sight, turn: str, sights: list[Sight], prologue: Prologue
) -> Iterator[tuple[tuple[int, int, int, int], bool]]:
    """Where the enlarged picture may lie: (top, left, height, width), and whether that is all."""
    height, width = view.shape[:2]
    left = sight.starts[0]
    top = _run(view, y, sight.starts)[0]
    if (top, left) == (0, 0):
        yield (0, 0, height, width), True
    lowest, highest = _bounds(sight.starts[:-1])
    for echo in sights:
        echo_y = echo.y if turn == sight.turn else height - 1 - echo.y
        if echo.turn != sight.turn or echo_y < y or prologue.width < PROLOGUE_BYTES:
            continue
        apart, across = echo.starts[0] - left, prologue.width - PROLOGUE_BYTES
        factor = apart / across if across else (lowest + highest) / 2
        if lowest - 0.1 <= factor <= highest + 0.1:
            bottom = _run(view, echo_y, echo.starts)[1]
            across_now = min(width - left, round(prologue.width * factor))
            yield (top, left, bottom - top, across_now), False


def _run(view: Pixels, y: int, starts: tuple[int, ...]) -> tuple[int, int]:
    """The first row, and one past the last, that equals row y where these pixels are."""
    part = view[:, starts[0] : starts[-1] + 1]
    top, bottom = y, y + 1
    while top and (part[top - 1] == part[y]).all():
        top -= 1
    while bottom < len(part) and (part[bottom] == part[y]).all():
        bottom += 1
    return top, bottom


def _taken(
    view: Pixels, area: tuple[int, int, int, int], prologue: Prologue, raw: bytes
) -> Pixels | None:
    """The picture of then out of `area`; None if prologue and echo do not stand in it."""
    top, left, height, width = area
    if height < prologue.height or width < prologue.width - _SLACK:
        return None
    right = min(view.shape[1], left + width + _SLACK)
    columns = _begins(view, top, top + height, left, right)
    rows = _begins(view.swapaxes(0, 1), left, left + width, top, top + height)
    picked_rows = _picked(rows, prologue.height, height)
    for column in _picked(columns, prologue.width, width):
        for row in picked_rows:
            ends = view[top + row[[0, -1]]][:, left + column]
            if _has_both(ends, raw):
                return view[np.ix_(top + row, left + column)]
    return None


def _has_both(ends: Pixels, raw: bytes) -> bool:
    plane = prologue_plane(ends)
    first, last = plane[0].tobytes(), plane[1].tobytes()
    return bool(first[:PROLOGUE_BYTES] == raw == last[-PROLOGUE_BYTES:])


def _picked(begins: _Places, count: int, length: int) -> list[_Places]:
    """Where `count` rows or columns of then may stand among `length` of today; a few ways."""
    found = [begins[:count]] if len(begins) >= count else []
    for factor in (length + np.array([0, *np.linspace(-_SLACK, _SLACK, 9)])) / count:
        found += _fits(begins, count, float(max(1.0, factor)))
    unique = {at.tobytes(): at for at in found}
    return list(unique.values())[:_TRIES]
