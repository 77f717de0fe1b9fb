"""Diagnoses local damage: a prologue or echo is intact, but pixels between them changed.

Strategy: test for one kind of damage after another, from the most to the least specific:
alpha levels, premultiplied colours, filters, truncation, drawings. Otherwise the
cause is a damaged prologue or a few changed pixels (bit rot).
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._forensics.locate import prologue_plane
from intaglio._forensics.marks import Mark
from intaglio._forensics.matched_filter import is_near_copy
from intaglio._forensics.report import ASK, Diagnosis, slightly_changed
from intaglio._forensics.statistics import measure_statistics
from intaglio._format.prologue import read_prologue
from intaglio._format.registry import PROLOGUE_BYTES

Pixels = npt.NDArray[np.uint8]
_Positions = npt.NDArray[np.intp]
_Mask = npt.NDArray[np.bool_]

_PIXELS_MAX: Final = 1 << 22  # pixels examined; of a larger picture, the first rows
_FEW_BITS: Final = 8
_FEW_PIXELS: Final = 12
_CONTRAST_MIN: Final = 16  # channel values of difference
_STROKE_CONTRAST_MIN: Final = 64
_STROKE_MIN: Final = 24  # pixels
_ONE_COLOUR_MIN: Final = 4
_BOX_PER_STROKE_MAX: Final = 30  # pixels of bounding box for each pixel of a stroke
_ALL_OVER: Final = 0.9
_GAIN_MIN: Final = 40.0  # natural logarithm of the minimum likelihood ratio
# expected pixels of a value, from which on a missing value counts as a gap
_EXPECTED_MIN: Final = 10.0
_GAPS_MIN: Final = 4
_LEVELS_EACH: Final = 16  # minimum pixels for each alpha level, so that a payload uses all levels
_ALPHA_OFF: Final = 8  # lossy compression moves alpha by less than this; erasing moves it further
_LOST: Final = "which destroys the data"

_PREMULTIPLYING: Final[tuple[Callable[[_Positions, int], _Positions], ...]] = (
    lambda v, a: (v * a + 127) // 255,
    lambda v, a: v * a // 255,
    lambda v, a: np.minimum(255, ((v * a + 127) // 255 * 255 + a // 2) // a),
    lambda v, a: np.minimum(255, (v * a + 127) // 255 * 255 // a),
    lambda v, a: np.minimum(255, (v * a // 255 * 255 + a // 2) // a),
    lambda v, a: np.minimum(255, v * a // 255 * 255 // a),
)


def diagnose_damage(mark: Mark, pixels: Pixels) -> Diagnosis:
    """Diagnose damaged `pixels` that are upright and complete around `mark`."""
    for test in (_alpha, _premultiplied, _filtered, _truncated, _drawn):
        found = test(mark, pixels)
        if found:
            return found
    if not mark.first:
        return _first_pixels(mark, pixels)
    what = "a few pixels were probably changed since (bit rot, or something small drawn on it)"
    return Diagnosis("bit-rot", False, f"{what}; {ASK}")


def _alpha(mark: Mark, pixels: Pixels) -> Diagnosis | None:
    """Diagnose alpha that is missing or has too few levels."""
    if not mark.depths[3]:
        return None
    if pixels.shape[2] < 4 or pixels[..., 3].min() == 255:
        what = "alpha was flattened: part of the data was in the transparency, which is gone"
        return Diagnosis("alpha-flattened", True, f"{what}; {ASK}")
    alpha = pixels[slice(*_payload_rows(mark, pixels.shape[1])), :, 3]
    levels, levels_written = len(np.unique(alpha)), 1 << mark.depths[3]
    if levels <= levels_written // 2 and alpha.size >= _LEVELS_EACH * levels_written:
        what = f"alpha was reduced to {levels} of {levels_written} levels, as GD does, {_LOST}"
        return Diagnosis("alpha-flattened", False, f"probably {what}; {ASK}")
    least = 256 - levels_written
    if least - _ALPHA_OFF <= alpha.min() < least:
        what = "it was compressed with loss: the transparency has values that were never written"
        return Diagnosis("lossy", False, f"probably {what}; {ASK}")
    return None


def _premultiplied(mark: Mark, pixels: Pixels) -> Diagnosis | None:
    """Diagnose colours that were multiplied by alpha.

    Compares pixels with alpha below 255 with those of alpha 255. If colours were divided again,
    255 - alpha of the values never occur. If not, their histogram is the multiplied one.
    """
    if not mark.depths[3] or pixels.shape[2] < 4:
        return None
    some = pixels[: max(1, _PIXELS_MAX // pixels.shape[1])].reshape(-1, 4)
    whole = _spread(some[some[:, 3] == 255])
    shares = whole / np.maximum(whole.sum(1, keepdims=True), 1)
    gains, gaps, gaps_expected = np.zeros(len(_PREMULTIPLYING)), 0, 0.0
    for alpha in range(256 - (1 << mark.depths[3]), 255):
        found = _spread(some[some[:, 3] == alpha])
        is_expected = shares * found.sum(1, keepdims=True) >= _EXPECTED_MIN
        gaps += int((is_expected & (found == 0)).sum())
        gaps_expected += float(is_expected.sum()) * (255 - alpha) / 255
        as_it_is = _fit(found, whole)
        for number, multiply in enumerate(_PREMULTIPLYING):
            to = multiply(np.arange(256), alpha)
            moved = np.stack([np.bincount(to, n, minlength=256) for n in whole]).astype(float)
            gains[number] += _fit(found, moved) - as_it_is
    if gains.max() < _GAIN_MIN and gaps < max(_GAPS_MIN, 0.4 * gaps_expected):
        return None
    what = "colours were multiplied by the transparency, as a browser's canvas does"
    return Diagnosis("premultiplied", False, f"probably {what}, {_LOST}; {ASK}")


def _spread(pixels: Pixels) -> npt.NDArray[np.float64]:
    """Return (3, 256) counts of each value in R, G, B."""
    return np.stack([np.bincount(pixels[:, c], minlength=256) for c in range(3)]).astype(float)


def _fit(found: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]) -> float:
    """Return the log-likelihood of counts `found` under the distribution of `wanted`."""
    expected = (wanted + 0.1) / (wanted + 0.1).sum(1, keepdims=True)
    return float((found * np.log(expected)).sum())


def _drawn(mark: Mark, pixels: Pixels) -> Diagnosis | None:
    """Diagnose one colour that repeats in neighbouring pixels, where a payload is noise."""
    width = pixels.shape[1]
    first, last = _payload_rows(mark, width)
    rows = pixels[first : min(last, first + _PIXELS_MAX // width)]
    if min(rows.shape[:2]) < 5:
        return None
    packed = rows[..., :3].astype(np.uint32) @ np.array([1, 1 << 8, 1 << 16], np.uint32)
    y, x = _commonest_colour(mark, packed, _alike_neighbours(packed) >= 2)
    if not _stands_out(rows[..., :3], y, x, 9, _CONTRAST_MIN):
        y, x = _strokes(rows[..., :3], packed)
    if not len(y):
        return None
    if np.ptp(y) > _ALL_OVER * len(rows) and np.ptp(x) > _ALL_OVER * width:
        what = "the picture was sharpened, or its contrast changed"
        return Diagnosis("sharpened", False, f"probably {what}, {_LOST}; {ASK}")
    red, green, blue = rows[y[0], x[0], :3].tolist()
    where = f"columns {x.min()} to {x.max()}, rows {y.min() + first} to {y.max() + first}"
    what = f"something was drawn over the picture, in the colour {red}, {green}, {blue} at {where}"
    return Diagnosis("annotated", False, f"probably {what}, {_LOST} there; {ASK}")


def _commonest_colour(
    mark: Mark, packed: npt.NDArray[np.uint32], chosen: _Mask
) -> tuple[_Positions, _Positions]:
    """Return positions of the commonest chosen colour, if it is too common for noise."""
    colours, counts = np.unique(packed[chosen], return_counts=True)
    most = int(counts.argmax()) if len(counts) else 0
    expected = (counts.sum() - counts[most : most + 1].sum()) / (1 << min(sum(mark.depths[:3]), 12))
    is_common = len(counts) and counts[most] > _FEW_PIXELS + 8 * expected
    y, x = np.nonzero(chosen & (packed == colours[most])) if is_common else np.nonzero(chosen[:0])
    return y, x


def _strokes(rows: Pixels, packed: npt.NDArray[np.uint32]) -> tuple[_Positions, _Positions]:
    """Return positions of thin lines, for example text, in colours that occur only there."""
    bins = (rows >> np.uint8(5)).astype(np.int64) @ np.array([1, 8, 64])
    counts = np.bincount(bins.ravel(), minlength=512)
    y, x = np.nonzero(bins < 0)
    for kind in np.nonzero((counts >= _STROKE_MIN) & (counts < bins.size // 100))[0]:
        y, x = np.nonzero(bins == kind)
        is_close = (np.ptp(y) + 1) * (np.ptp(x) + 1) < _BOX_PER_STROKE_MAX * len(y)
        is_one = np.unique(packed[y, x], return_counts=True)[1].max() >= _ONE_COLOUR_MIN
        if is_close and is_one and _stands_out(rows, y, x, 5, _STROKE_CONTRAST_MIN):
            return y, x
    return y[:0], x[:0]


def _stands_out(rows: Pixels, y: _Positions, x: _Positions, reach: int, least: int) -> bool:
    """Return whether pixels at these positions differ from the colours around them."""
    if not len(y):
        return False
    colour = rows[y[0], x[0]].astype(int)
    distances = []
    for dy, dx in ((-reach, 0), (reach, 0), (0, -reach), (0, reach)):
        beside = rows[np.clip(y + dy, 0, len(rows) - 1), np.clip(x + dx, 0, rows.shape[1] - 1)]
        distance = np.abs(beside - colour).max(-1)
        distances.append(distance[distance > 0])
    others = np.concatenate(distances)
    return bool(others.size) and float(np.median(others)) > least


def _payload_rows(mark: Mark, width: int) -> tuple[int, int]:
    """Return the range of rows that the compressed blocks fill."""
    if not mark.raw:
        return 0, mark.height
    prologue = read_prologue(mark.raw, mark.width, mark.height)
    total = sum(mark.depths)
    start = PROLOGUE_BYTES + prologue.header_length * 8 // total
    stop = PROLOGUE_BYTES + prologue.body_length * 8 // total
    return -(-start // width) if mark.first else 0, stop // width


def _alike_neighbours(packed: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """Count, for each pixel, neighbours of exactly the same colour (0 to 8)."""
    count = np.zeros(packed.shape, np.uint8)
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        rows = slice(None, -dy or None), slice(dy, None)
        cols = (
            (slice(None, -dx or None), slice(dx, None))
            if dx >= 0
            else (slice(1, None), slice(None, -1))
        )
        same: _Mask = packed[rows[0], cols[0]] == packed[rows[1], cols[1]]
        count[rows[0], cols[0]] += same
        count[rows[1], cols[1]] += same
    return count


def _truncated(mark: Mark, pixels: Pixels) -> Diagnosis | None:
    """Diagnose rows of one colour at the end, as a decoder leaves them when its input ends."""
    last = _payload_rows(mark, pixels.shape[1])[1]
    same = (pixels[:last] == pixels[-1, -1]).all((1, 2))
    rest = int(same[::-1].argmin()) if not same.all() else len(same)
    if rest < 2 or not (pixels[last:] == pixels[-1, -1]).all():
        return None
    what = f"this PNG is cut off: nothing is left from row {last - rest} on"
    return Diagnosis("truncated", True, f"{what}; download or copy it again")


def _filtered(mark: Mark, pixels: Pixels) -> Diagnosis | None:
    """Diagnose 3x3 filters, which leave the outermost rows and the prologue in them intact."""
    depths = mark.depths[:3]
    if min(depths) < 2 or max(depths) > 4 or min(pixels.shape[:2]) < 16:
        return None
    rows = _payload_rows(mark, pixels.shape[1])
    found = measure_statistics(pixels[rows[0] : max(rows[1], rows[0] + 16)])
    noise = (4 ** depths[0] + 4 ** depths[2]) / 12  # the variance of R - B over a smooth cover
    if found.noise.tint and (
        found.noise.tint < noise / 3 or (found.noise.whiteness < 0.3 and found.noise.tint < noise)
    ):
        return Diagnosis("blurred", False, f"probably the picture was blurred, {_LOST}; {ASK}")
    if found.noise.whiteness > 0.8 and found.noise.tint > 2.2 * noise and found.noise.bend < 6:
        return Diagnosis("sharpened", False, f"probably the picture was sharpened, {_LOST}; {ASK}")
    return None


def _first_pixels(mark: Mark, pixels: Pixels) -> Diagnosis:
    """Diagnose a damaged prologue whose echo is intact."""
    rows = -(-PROLOGUE_BYTES // pixels.shape[1])
    first = prologue_plane(pixels[:rows]).ravel()[:PROLOGUE_BYTES]
    wrong = np.unpackbits(first ^ np.frombuffer(mark.raw, np.uint8)) if mark.raw else np.ones(80)
    what = "the first pixels, which say how to read the rest, were"
    undo = "`intaglio restore` takes them from their copy"
    if wrong.sum() <= _FEW_BITS:
        flipped = f"{what} damaged ({int(wrong.sum())} wrong bits)"
        return Diagnosis("bit-rot", True, f"{flipped}: {undo}; {ASK}")
    if mark.raw and is_near_copy(pixels, mark.raw):
        return slightly_changed()
    over = f"{what} painted over: {undo}"
    return Diagnosis("annotated", False, f"{over}; if that is not enough, {ASK}")
