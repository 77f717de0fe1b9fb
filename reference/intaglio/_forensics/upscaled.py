"""Undoes an enlargement that repeats pixels, by any factor >= 1 in each direction.

The factor need not be an integer, and the enlarged picture may be part of a larger one.
Strategy: columns that equal their left neighbour in every row are repetitions. If the original
has equal neighbouring columns, the factor shows how many there were; they are interchangeable.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._forensics.locate import INVERSE, prologue_plane
from intaglio._forensics.marks import maybe_prologue
from intaglio._forensics.recolored import Candidate
from intaglio._format.prologue import Prologue
from intaglio._format.registry import MAGIC, PROLOGUE_BYTES

Pixels = npt.NDArray[np.uint8]
_Positions = npt.NDArray[np.intp]

_BAND: Final = 32  # rows below the first that show which columns are repetitions
_ROWS_AT_ONCE: Final = 256
_FACTOR_MAX: Final = 64.0
_PHASES: Final = np.linspace(0.0, 1.0, 16, endpoint=False) + 1 / 64
_SLACK: Final = 2  # tolerance of the right end, in pixels
_TRIES: Final = 33  # factors tried between the lowest and the highest possible
_CANDIDATES_MAX: Final = 12  # first and last prologues combined with each other
_ROUND: Final = (1.0, 1.1, 1.2, 1.25, 4 / 3, 1.5, 5 / 3, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 4.0)


class Enlarged:
    """An enlarged picture that was found.

    pixels: the original pixels. top, left, height, width: of the enlarged area.
    is_all: whether that area is the whole current picture.
    """

    def __init__(self, pixels: Pixels, area: tuple[int, int, int, int], *, is_all: bool) -> None:
        self.pixels = pixels
        self.top, self.left, self.height, self.width = area
        self.is_all = is_all

    @property
    def factors(self) -> str:
        """The factors across and down, as text."""
        height, width = self.pixels.shape[:2]
        across, down = f"{self.width / width:.3g}", f"{self.height / height:.3g}"
        return across if across == down else f"{across} across and {down} down"


def maybe_enlarged(pixels: Pixels, candidates: list[Candidate]) -> tuple[str, Enlarged] | None:
    """Find an enlarged picture in (H, W, 3 or 4) `pixels`; return it with its orientation.

    candidates: of these pixels, all with the same colour change. Returns None if there is none.
    """
    firsts = _topmost(candidates)[:_CANDIDATES_MAX]
    for candidate in firsts:
        for orientation in (candidate.orientation, candidate.flipped):
            view = INVERSE[orientation](pixels)
            y = candidate.y if orientation == candidate.orientation else len(view) - 1 - candidate.y
            prologue, raw = _read_at(view, y, candidate.starts)
            if prologue is None:
                continue
            for area, is_all in _areas(view, y, candidate, orientation, firsts, prologue):
                found = _cut_out(view, area, prologue, raw)
                if found is not None:
                    return orientation, Enlarged(found, area, is_all=is_all)
    return None


def _topmost(candidates: list[Candidate]) -> list[Candidate]:
    """Keep one of several candidates in repeated rows."""
    seen: set[tuple[str, int, int]] = set()
    kept = []
    for candidate in sorted(candidates, key=lambda candidate: candidate.y):
        key = (candidate.orientation, candidate.starts[0], candidate.y)
        if (candidate.orientation, candidate.starts[0], candidate.y - 1) not in seen:
            kept.append(candidate)
        seen.add(key)
    return kept


def _bounds(starts: tuple[int, ...]) -> tuple[float, float]:
    """Return the lowest and highest factor that fit the positions of consecutive pixels."""
    positions = np.array(starts)
    first, last = np.triu_indices(len(positions), 1)
    apart, steps = positions[last] - positions[first], last - first
    return float(((apart - 1) / steps).max()), float(((apart + 1) / steps).min())


def _read_at(view: Pixels, y: int, starts: tuple[int, ...]) -> tuple[Prologue | None, bytes]:
    """Read the prologue in row y at `starts`, through its repetitions."""
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


def _begins(view: Pixels, top: int, bottom: int, left: int, right: int) -> _Positions:
    """Return columns from `left` on that differ from their left neighbour in any row."""
    differs = np.ones(right - left, np.bool_)
    differs[1:] = False
    for row in range(top, bottom, _ROWS_AT_ONCE):
        part = view[row : min(row + _ROWS_AT_ONCE, bottom), left:right]
        for channel in range(part.shape[2]):
            values = part[..., channel]
            differs[1:] |= (values[:, 1:] != values[:, :-1]).any(0)
    return np.flatnonzero(differs)


def _fits(begins: _Positions, count: int, factor: float) -> Iterator[_Positions]:
    """Yield positions of `count` original pixels, if each was repeated `factor` times."""
    wanted = np.arange(count)
    for phase in _PHASES:
        numbers = (begins / factor + phase).astype(np.intp)
        stop = int(np.searchsorted(numbers, count))
        mine = numbers[:stop]
        if stop and not mine[0] and (np.diff(mine) > 0).all():
            yield begins[np.searchsorted(mine, wanted, "right") - 1]


def _areas(
    view: Pixels,
    y: int,
    candidate: Candidate,
    orientation: str,
    candidates: list[Candidate],
    prologue: Prologue,
) -> Iterator[tuple[tuple[int, int, int, int], bool]]:
    """Yield possible areas (top, left, height, width), and whether that is the whole picture."""
    height, width = view.shape[:2]
    left = candidate.starts[0]
    top = _run(view, y, candidate.starts)[0]
    if (top, left) == (0, 0):
        yield (0, 0, height, width), True
    lowest, highest = _bounds(candidate.starts[:-1])
    for echo in candidates:
        echo_y = echo.y if orientation == candidate.orientation else height - 1 - echo.y
        if (
            echo.orientation != candidate.orientation
            or echo_y < y
            or prologue.width < PROLOGUE_BYTES
        ):
            continue
        apart, across = echo.starts[0] - left, prologue.width - PROLOGUE_BYTES
        factor = apart / across if across else (lowest + highest) / 2
        if lowest - 0.1 <= factor <= highest + 0.1:
            bottom = _run(view, echo_y, echo.starts)[1]
            across_now = min(width - left, round(prologue.width * factor))
            yield (top, left, bottom - top, across_now), False


def _run(view: Pixels, y: int, starts: tuple[int, ...]) -> tuple[int, int]:
    """Return the range of rows that equal row y in these columns."""
    part = view[:, starts[0] : starts[-1] + 1]
    top, bottom = y, y + 1
    while top and (part[top - 1] == part[y]).all():
        top -= 1
    while bottom < len(part) and (part[bottom] == part[y]).all():
        bottom += 1
    return top, bottom


def _cut_out(
    view: Pixels, area: tuple[int, int, int, int], prologue: Prologue, raw: bytes
) -> Pixels | None:
    """Cut the original picture out of `area`; None if prologue and echo do not match."""
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


def _picked(begins: _Positions, count: int, length: int) -> list[_Positions]:
    """Return possible positions of `count` original rows or columns among `length`."""
    found = [begins[:count]] if len(begins) >= count else []
    for factor in (length + np.array([0, *np.linspace(-_SLACK, _SLACK, 9)])) / count:
        found += _fits(begins, count, float(max(1.0, factor)))
    unique = {at.tobytes(): at for at in found}
    return list(unique.values())[:_TRIES]
