"""Finds a prologue whose colours were changed without loss, or whose pixels were repeated.

Repeated pixels are dropped first, so that the factor of an enlargement does not matter. Then the
differences from pixel to pixel are compared in every channel: they stay the same when a constant
is added to a channel (differences), or when bits of it are inverted (exclusive or).
"""

from collections.abc import Iterator
from itertools import islice, permutations
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._forensics.locate import AFTER_MAGIC, PIXELS_SEARCHED_MAX, UNTURNED
from intaglio._format.registry import MAGIC

Pixels = npt.NDArray[np.uint8]

_CORNER: Final = 1448  # pixels a side: four corners are PIXELS_SEARCHED_MAX pixels
_FOUND_MAX: Final = 48  # candidates for one pattern in one direction; more is treated as hostile
_SIGHTS_MAX: Final = 64
_KNOWN: Final = np.frombuffer(MAGIC + AFTER_MAGIC[:4], np.uint8)  # no two neighbours are alike
_WANTED: Final = np.stack([_KNOWN >> 5, (_KNOWN >> 3) & 3, _KNOWN & 7], -1)
_BLUE: Final = _WANTED[:, 2]  # the channel in which the magic differs most from pixel to pixel
_LOW: Final = (7, 3, 7)
_TURNS: Final = {  # a way to read the rows -> the same with the rows in the opposite order
    "": "flipped-vertically",
    "rotated-180": "flipped-horizontally",
    "transposed": "rotated-90",
    "transposed-anti": "rotated-270",
}


class Change(NamedTuple):
    """A change of colours that loses nothing.

    sources: the channel of today that holds R, G, B (and A) of then. masks: bits of each that
    were inverted. shifts: what was then added to each, modulo 256.
    """

    sources: tuple[int, ...]
    masks: tuple[int, ...]
    shifts: tuple[int, ...]

    @property
    def is_none(self) -> bool:
        return self.sources == (0, 1, 2, 3)[: len(self.sources)] and not any(
            (*self.masks, *self.shifts)
        )

    def undo(self, pixels: Pixels) -> Pixels:
        """The (H, W, 3 or 4) pixels of then; a copy."""
        result = pixels[..., self.sources]
        for channel, (mask, shift) in enumerate(zip(self.masks, self.shifts, strict=True)):
            if shift:
                moved = result[..., channel].astype(np.int16) - shift
                moved += 16 * (moved < 0)  # clipped there; the low bits stay what they are
                moved -= 16 * (moved > 255)
                result[..., channel] = moved
            result[..., channel] ^= np.uint8(mask)
        return result


class Sight(NamedTuple):
    """A prologue seen. turn, flipped: how the picture was turned, if first rows are first, or last.

    y, starts: row, and columns where the first 12 pixels begin, in the picture turned back.
    """

    turn: str
    flipped: str
    change: Change
    y: int
    starts: tuple[int, ...]


def find_sights(pixels: Pixels) -> list[Sight]:
    """Prologues and echoes in (H, W, 3 or 4) `pixels`, in every direction; no particular order."""
    return list(islice(_sights(pixels), _SIGHTS_MAX))


def _sights(pixels: Pixels) -> Iterator[Sight]:
    for turn, flipped in _TURNS.items():
        view = UNTURNED[turn](pixels)
        for top, left, window in _windows(view):
            for change, places in _changes_in(window):
                y, x = np.divmod(places, window.shape[1])
                if y[0] == y[-1] or window.shape[1] == view.shape[1]:
                    starts = tuple(int(at) + left for at in x + (y - y[0]) * window.shape[1])
                    yield Sight(turn, flipped, change, int(y[0]) + top, starts)


def _windows(view: Pixels) -> Iterator[tuple[int, int, Pixels]]:
    height, width = view.shape[:2]
    if height * width <= PIXELS_SEARCHED_MAX:
        yield 0, 0, view
        return
    for top in sorted({0, max(0, height - _CORNER)}):
        for left in sorted({0, max(0, width - _CORNER)}):
            yield top, left, view[top : top + _CORNER, left : left + _CORNER]


def _changes_in(window: Pixels) -> Iterator[tuple[Change, npt.NDArray[np.intp]]]:
    flat = np.ascontiguousarray(window).reshape(-1, window.shape[2])
    is_new = np.ones(len(flat), np.bool_)
    is_new[1:] = (flat[1:] != flat[:-1]).any(-1)
    places = np.flatnonzero(is_new)
    if len(places) < len(_KNOWN):
        return
    for channel in range(flat.shape[1]):
        values = flat[places, channel]
        for at in _positions(values):
            rows = flat[places[at : at + len(_KNOWN)]]
            change = _change_of(rows, channel)
            if change:
                yield change, places[at : at + len(_KNOWN)]


def _positions(values: Pixels) -> Iterator[int]:
    """Where the magic's blue bits may begin, with some added, or inverted."""
    steps = ((values[1:] - values[:-1]) & np.uint8(7)).tobytes()
    flips = ((values[1:] ^ values[:-1]) & np.uint8(7)).tobytes()
    wanted_steps = ((_BLUE[1:] - _BLUE[:-1]) & np.uint8(7)).tobytes()
    wanted_flips = (_BLUE[1:] ^ _BLUE[:-1]).tobytes()
    seen = set()
    for line, needle in ((steps, wanted_steps), (flips, wanted_flips)):
        at = line.find(needle)
        for _ in range(_FOUND_MAX):
            if at < 0:
                break
            if at not in seen:
                seen.add(at)
                yield at
            at = line.find(needle, at + 1)


def _change_of(rows: Pixels, blue: int) -> Change | None:
    """The change after which these 12 pixels are the magic, if there is one."""
    others = [channel for channel in range(rows.shape[1]) if channel != blue]
    for red, green in permutations(others, 2):
        sources = (red, green, blue)
        found = [_moved(rows[:, source], number) for number, source in enumerate(sources)]
        if not all(found):
            continue
        common = set.intersection(*(set(options) for options in found))
        chosen = [min(options, key=_oddness) for options in ([common] * 3 if common else found)]
        masks, shifts = [mask for mask, _ in chosen], [shift for _, shift in chosen]
        rest = [channel for channel in others if channel not in sources]
        tail = _alpha_mask(rows[:, rest[0]]) if rest else 0
        zero = [0] * len(rest)
        return Change((*sources, *rest), (*masks, *(tail for _ in rest)), (*shifts, *zero))
    return None


def _moved(values: Pixels, number: int) -> list[tuple[int, int]]:
    """Ways, as (mask, shift), in which values of R, G or B (`number`) became `values`."""
    low, wanted = _LOW[number], _WANTED[:, number]
    found = []
    masks = (values ^ wanted) & np.uint8(low)
    if (masks == masks[0]).all():
        mask = int(masks[0])
        found.append((255 if mask == low else mask, 0))
    shifts = (values - wanted) & np.uint8(low)
    if (shifts == shifts[0]).all() and shifts[0]:
        shift = int(shifts[0])
        found += [(0, near) for near in range(shift - 8, 8) if (near - shift) % (low + 1) == 0]
    return found


def _oddness(way: tuple[int, int]) -> tuple[bool, int, int]:
    mask, shift = way
    return mask not in (0, 255), abs(shift), mask


def _alpha_mask(values: Pixels) -> int:
    """Alpha that is nearly nothing everywhere was inverted: what was written is nearly 255."""
    return 255 if values.max() < 16 else 0
