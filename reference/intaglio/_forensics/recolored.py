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

from intaglio._forensics.locate import AFTER_MAGIC, INVERSE, PIXELS_SEARCHED_MAX
from intaglio._format.registry import MAGIC

Pixels = npt.NDArray[np.uint8]

_CORNER: Final = 1448  # pixels a side: four corners are PIXELS_SEARCHED_MAX pixels
_FOUND_MAX: Final = 48  # candidates for one pattern in one direction; more is treated as hostile
_CANDIDATES_MAX: Final = 64
_KNOWN: Final = np.frombuffer(MAGIC + AFTER_MAGIC[:4], np.uint8)  # no two neighbours are equal
_WANTED: Final = np.stack([_KNOWN >> 5, (_KNOWN >> 3) & 3, _KNOWN & 7], -1)
_BLUE: Final = _WANTED[:, 2]  # the channel in which the magic varies most from pixel to pixel
_LOW: Final = (7, 3, 7)
_ORIENTATIONS: Final = {  # orientation -> the same with rows in the opposite order
    "": "flipped-vertically",
    "rotated-180": "flipped-horizontally",
    "transposed": "rotated-90",
    "transposed-anti": "rotated-270",
}


class ColourChange(NamedTuple):
    """A lossless change of colours.

    sources: the current channel that holds the original R, G, B (and A). masks: bits of each that
    were inverted. shifts: constants that were then added to each, modulo 256.
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
        """Return a copy of (H, W, 3 or 4) `pixels` with the change undone."""
        result = pixels[..., self.sources]
        for channel, (mask, shift) in enumerate(zip(self.masks, self.shifts, strict=True)):
            if shift:
                moved = result[..., channel].astype(np.int16) - shift
                moved += 16 * (moved < 0)  # was clipped; the low bits are kept
                moved -= 16 * (moved > 255)
                result[..., channel] = moved
            result[..., channel] ^= np.uint8(mask)
        return result


class Candidate(NamedTuple):
    """A prologue candidate.

    orientation, flipped: the orientation of the picture if this is the first row, or the last.
    y, starts: row, and columns of the first 12 prologue pixels, in the upright picture.
    """

    orientation: str
    flipped: str
    change: ColourChange
    y: int
    starts: tuple[int, ...]


def find_candidates(pixels: Pixels) -> list[Candidate]:
    """Return candidates in (H, W, 3 or 4) `pixels` for every orientation, in no fixed order."""
    return list(islice(_candidates(pixels), _CANDIDATES_MAX))


def _candidates(pixels: Pixels) -> Iterator[Candidate]:
    for orientation, flipped in _ORIENTATIONS.items():
        view = INVERSE[orientation](pixels)
        for top, left, window in _windows(view):
            for change, indices in _changes_in(window):
                y, x = np.divmod(indices, window.shape[1])
                if y[0] == y[-1] or window.shape[1] == view.shape[1]:
                    starts = tuple(int(at) + left for at in x + (y - y[0]) * window.shape[1])
                    yield Candidate(orientation, flipped, change, int(y[0]) + top, starts)


def _windows(view: Pixels) -> Iterator[tuple[int, int, Pixels]]:
    height, width = view.shape[:2]
    if height * width <= PIXELS_SEARCHED_MAX:
        yield 0, 0, view
        return
    for top in sorted({0, max(0, height - _CORNER)}):
        for left in sorted({0, max(0, width - _CORNER)}):
            yield top, left, view[top : top + _CORNER, left : left + _CORNER]


def _changes_in(window: Pixels) -> Iterator[tuple[ColourChange, npt.NDArray[np.intp]]]:
    flat = np.ascontiguousarray(window).reshape(-1, window.shape[2])
    is_new = np.ones(len(flat), np.bool_)
    is_new[1:] = (flat[1:] != flat[:-1]).any(-1)
    indices = np.flatnonzero(is_new)
    if len(indices) < len(_KNOWN):
        return
    for channel in range(flat.shape[1]):
        values = flat[indices, channel]
        for at in _positions(values):
            rows = flat[indices[at : at + len(_KNOWN)]]
            change = _change_of(rows, channel)
            if change:
                yield change, indices[at : at + len(_KNOWN)]


def _positions(values: Pixels) -> Iterator[int]:
    """Yield indices where the magic's blue bits may begin, with a constant added or inverted."""
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


def _change_of(rows: Pixels, blue: int) -> ColourChange | None:
    """Return the change that turns these 12 pixels into the magic; None if there is none."""
    others = [channel for channel in range(rows.shape[1]) if channel != blue]
    for red, green in permutations(others, 2):
        sources = (red, green, blue)
        found = [_moved(rows[:, source], number) for number, source in enumerate(sources)]
        if not all(found):
            continue
        common = set.intersection(*(set(options) for options in found))
        chosen = [min(options, key=_complexity) for options in ([common] * 3 if common else found)]
        masks, shifts = [mask for mask, _ in chosen], [shift for _, shift in chosen]
        rest = [channel for channel in others if channel not in sources]
        tail = _alpha_mask(rows[:, rest[0]]) if rest else 0
        zero = [0] * len(rest)
        return ColourChange((*sources, *rest), (*masks, *(tail for _ in rest)), (*shifts, *zero))
    return None


def _moved(values: Pixels, number: int) -> list[tuple[int, int]]:
    """Return (mask, shift) pairs that change the magic's R, G or B (`number`) to `values`."""
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


def _complexity(pair: tuple[int, int]) -> tuple[bool, int, int]:
    mask, shift = pair
    return mask not in (0, 255), abs(shift), mask


def _alpha_mask(values: Pixels) -> int:
    """Return 255 if alpha is near 0 everywhere, so was inverted; written alpha is near 255."""
    return 255 if values.max() < 16 else 0
