"""Layout: computes the size of a picture, and the positions of tiles and panels in it.

Works with widths, heights and counts only, not with values, colours or pixels.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, isqrt, prod, sqrt
from typing import Final, NamedTuple

from intaglio.errors import EncodeError, Reason

WHOLE_FACTOR_MIN: Final = 3  # smaller integer factors waste too many pixels
WHOLE_FACTOR_SIDE_MAX: Final = 512  # with more cells, single cells cannot be seen
ASPECT_MAX: Final = 8  # tiles of a higher aspect ratio are stretched or wrapped
STRETCH_SIDE_MAX: Final = 1024  # long tiles up to this side are stretched, longer ones wrapped
STRETCH_ASPECT: Final = 4
TILES_SHOWN_MAX: Final = 64
PANELS_SHOWN_MAX: Final = 16
PANEL_SIDE_MIN: Final = 256
PANEL_SIDE_MAX: Final = 1024
PANEL_ASPECT_MAX: Final = 2
WHOLE_FACTOR_KEPT: Final = 0.85  # accepted loss of a panel's box for equally sized cells


class Box(NamedTuple):
    """A rectangle of pixels."""

    x: int
    y: int
    w: int
    h: int


class Bounds(NamedTuple):
    """The allowed sizes of a picture."""

    pixels_max: int
    side_max: int
    side_min: int  # for the long side


@dataclass(frozen=True, slots=True)
class Sheet:
    """A grid of equal tiles, and the size of a tile in cells.

    `unit_w` and `unit_h` are a tile's size in pixels at scale 1: its cells, or more if cells are
    stretched. `wrapped` tiles are pieces of one long matrix. An `elastic` sheet may have any shape.
    """

    tile_w: int
    tile_h: int
    unit_w: int
    unit_h: int
    cols: int = 1
    rows: int = 1
    count: int = 1
    wrapped: bool = False
    elastic: bool = False

    @property
    def width(self) -> int:
        """Pixels at scale 1, without gaps."""
        return self.unit_w * self.cols

    @property
    def height(self) -> int:
        """Pixels at scale 1, without gaps."""
        return self.unit_h * self.rows


def plan_matrix(w: int, h: int) -> Sheet:
    """Lay out one matrix of h x w cells: unchanged, stretched, or cut into strips."""
    long, short = max(w, h), min(w, h)
    if long <= ASPECT_MAX * short:
        return Sheet(w, h, w, h)
    if long <= STRETCH_SIDE_MAX:
        fat = ceil(long / STRETCH_ASPECT)
        return Sheet(w, h, w, fat) if w > h else Sheet(w, h, fat, h)
    strips = max(2, round(sqrt(long / short)))
    piece = ceil(long / strips)
    strips = ceil(long / piece)
    if w > h:
        return Sheet(piece, h, piece, h, 1, strips, strips, wrapped=True)
    return Sheet(w, piece, w, piece, strips, 1, strips, wrapped=True)


def plan_montage(w: int, h: int, count: int) -> Sheet:
    """Lay out `count` tiles of h x w cells in a grid that is about square."""
    unit_w, unit_h = max(w, h // ASPECT_MAX), max(h, w // ASPECT_MAX)
    cols = _columns(unit_w, unit_h, count)
    return Sheet(w, h, unit_w, unit_h, cols, ceil(count / cols), count)


def _columns(w: int, h: int, count: int) -> int:
    """The number of columns of the grid that wastes least and is nearest to a square."""

    def badness(cols: int) -> tuple[float, int]:
        rows = ceil(count / cols)
        aspect = (cols * w) / (rows * h)
        empty = cols * rows / count
        return max(aspect, 1 / aspect) * empty**3, cols

    return min(range(1, count + 1), key=badness)


def chosen(total: int, shown_max: int) -> list[int]:
    """Return at most `shown_max` indices of range(total), evenly spread, with first and last."""
    if total <= shown_max:
        return list(range(total))
    return [i * (total - 1) // (shown_max - 1) for i in range(shown_max)]


def fit_size(w: int, h: int, needed: int, bounds: Bounds, *, even: bool = True) -> tuple[int, int]:
    """Return a width and height with at least `needed` pixels, aspect w : h, at least w x h.

    If the bounds forbid that, the picture is smaller, and its aspect changes so that `needed`
    pixels still fit. Raises EncodeError if no size fits. `even`: enlarge by an integer factor if
    there are few enough cells to see them.
    """
    limit = min(bounds.pixels_max, bounds.side_max**2)
    if needed > limit:
        raise EncodeError(Reason.CAPACITY_EXCEEDED, _too_much(needed, bounds))
    whole = _whole_factor(w, h, needed, bounds) if even else 0
    if whole and _allowed(w * whole, h * whole, bounds):
        return w * whole, h * whole
    long, short = max(w, h), min(w, h)
    area = max(needed, w * h)
    if long < bounds.side_min:
        area = max(area, ceil(bounds.side_min**2 * short / long))
    size = _nearest_size(w, h, area)
    if _allowed(*size, bounds):
        return size
    return _forced_size(w, h, needed, bounds)


def _whole_factor(w: int, h: int, needed: int, bounds: Bounds) -> int:
    """Return the integer factor to enlarge by; 0 if no integer factor should be used."""
    long = max(w, h)
    by_payload = isqrt(ceil(needed / (w * h)) - 1) + 1 if needed else 1
    by_side = ceil(bounds.side_min / long)
    factor = max(by_payload, by_side)
    if by_payload == 1 or (factor >= WHOLE_FACTOR_MIN and long <= WHOLE_FACTOR_SIDE_MAX):
        return factor
    return 0


def _allowed(w: int, h: int, bounds: Bounds) -> bool:
    return max(w, h) <= bounds.side_max and w * h <= bounds.pixels_max


def _nearest_size(w: int, h: int, area: int) -> tuple[int, int]:
    """Return the size that wastes least among sizes of aspect w : h within a pixel."""
    middle = isqrt(area * h // w)
    sizes = []
    for rows in range(max(h, middle - 4), max(h, middle) + 12):
        cols = max(w, ceil(area / rows), rows * w // h)
        if abs(cols * h - rows * w) <= max(w, h):
            sizes.append((cols * rows, cols, rows))
    return min(sizes)[1:]


def _forced_size(w: int, h: int, needed: int, bounds: Bounds) -> tuple[int, int]:
    """Return the largest size within the bounds, of aspect w : h as far as `needed` allows."""
    shrink = min(bounds.side_max / max(w, h), sqrt(bounds.pixels_max / (w * h)))
    ideal = max(1, min(round(h * shrink), bounds.side_max))
    if w * shrink * ideal < needed:  # the aspect has to change
        ideal = max(ideal, ceil(needed / bounds.side_max))
    top = min(bounds.side_max, bounds.pixels_max)
    for rows in _outward(min(ideal, top), top):
        cols = min(bounds.side_max, bounds.pixels_max // rows, max(1, round(w * shrink)))
        cols = max(cols, ceil(needed / rows))
        if _allowed(cols, rows, bounds):
            return cols, rows
    square = isqrt(max(needed, 1) - 1) + 1
    raise EncodeError(
        Reason.CAPACITY_EXCEEDED,
        f"no picture of at least {needed:,} pixels keeps to pixels_max={bounds.pixels_max} "
        f"and side_max={bounds.side_max}: pixels_max={square**2} and side_max={square} would do",
    )


def _outward(middle: int, top: int) -> Iterator[int]:
    for step in range(top):
        for n in (middle + step, middle - step)[: step + 1]:
            if 1 <= n <= top:
                yield n


def _too_much(needed: int, bounds: Bounds) -> str:
    if needed > bounds.pixels_max:
        remedy = f"pixels_max={needed} lets it grow (some tools refuse pictures that large)"
        have = f"pixels_max= allows {bounds.pixels_max:,}"
    else:
        remedy = f"side_max={isqrt(needed - 1) + 1} lets it grow"
        have = f"side_max= allows {bounds.side_max:,} x {bounds.side_max:,}"
    return f"needs {needed:,} pixels, {have}: {remedy}, and a denser profile= needs fewer"


def gap_for(sheet: Sheet, w: int, h: int) -> int:
    """Return the gap between tiles in pixels, for a picture of about w x h."""
    if sheet.cols * sheet.rows == 1:
        return 0
    tile = min(w // sheet.cols, h // sheet.rows)
    if tile < 4:
        return 0
    return min(8, max(1, tile // 32))


def fit_sheet(sheet: Sheet, needed: int, bounds: Bounds) -> tuple[int, int, int]:
    """Return width, height and gap of the picture of a sheet, in pixels."""
    w, h = fit_size(sheet.width, sheet.height, needed, bounds)
    gap = gap_for(sheet, w, h)
    padded = w + gap * (sheet.cols - 1), h + gap * (sheet.rows - 1)
    if _allowed(*padded, bounds):
        return *padded, gap
    return w, h, 0


def tile_boxes(sheet: Sheet, box: Box, gap: int) -> list[Box]:
    """Return the boxes of a sheet's tiles, row after row, filling `box`."""
    lefts = [box.x + (box.w + gap) * i // sheet.cols for i in range(sheet.cols + 1)]
    tops = [box.y + (box.h + gap) * i // sheet.rows for i in range(sheet.rows + 1)]
    return [
        Box(x, y, lefts[i + 1] - gap - x, tops[j + 1] - gap - y)
        for j, y in enumerate(tops[:-1])
        for i, x in enumerate(lefts[:-1])
    ][: sheet.count]


def fit_panels(sheets: list[Sheet]) -> Sheet:
    """Lay out panels in a grid of equal boxes, whose aspect is the mean of the panels' aspects."""
    rigid = [sheet for sheet in sheets if not sheet.elastic] or sheets
    middle = prod(sheet.width / sheet.height for sheet in rigid) ** (1 / len(rigid))
    aspect = min(max(middle, 1 / PANEL_ASPECT_MAX), PANEL_ASPECT_MAX)
    longest = max(max(sheet.width, sheet.height) for sheet in rigid)
    long = min(max(longest, PANEL_SIDE_MIN), PANEL_SIDE_MAX)
    w, h = (long, round(long / aspect)) if aspect >= 1 else (round(long * aspect), long)
    cols = _columns(w, h, len(sheets))
    return Sheet(w, h, w, h, cols, ceil(len(sheets) / cols), len(sheets))


def centered(sheet: Sheet, box: Box) -> tuple[Box, int]:
    """Return the box of a sheet centred in `box`, as large as possible, and its gap.

    The factor is an integer if that loses little of the box.
    """
    if sheet.elastic:
        return box, 0
    gap = gap_for(sheet, box.w, box.h)
    gaps_w, gaps_h = gap * (sheet.cols - 1), gap * (sheet.rows - 1)
    factor = min((box.w - gaps_w) / sheet.width, (box.h - gaps_h) / sheet.height)
    if int(factor) > WHOLE_FACTOR_KEPT * factor:
        factor = int(factor)
    w = max(1, min(box.w, round(sheet.width * factor) + gaps_w))
    h = max(1, min(box.h, round(sheet.height * factor) + gaps_h))
    return Box(box.x + (box.w - w) // 2, box.y + (box.h - h) // 2, w, h), gap
