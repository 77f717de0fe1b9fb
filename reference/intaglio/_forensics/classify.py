"""Classifies pictures in which no intact prologue remains.

Strategy: look for a fragment of the prologue, then correlate the pixels with the expected
prologue (`matched_filter`), then fall back on image statistics (`statistics`). The classifier
names one cause only if no other cause looks like it; otherwise it names a family of causes.
A picture that never carried data gets the cause "not-a-carrier". The thresholds were chosen on
measured pictures; docs/diagnosis.md describes the data.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._colormap_data import map_with
from intaglio._forensics.locate import empty_bits, is_cut, is_squashed
from intaglio._forensics.matched_filter import CORRELATION_MIN, Correlation, correlate, is_near
from intaglio._forensics.report import (
    ALTERED,
    ASK,
    NOT_A_CARRIER,
    RANDOM,
    SLIGHT,
    SMOOTHED,
    Diagnosis,
    slightly_changed,
)
from intaglio._forensics.statistics import Statistics, measure_statistics, rough_rows, sample
from intaglio._format.registry import PROFILES, Depths

Pixels = npt.NDArray[np.uint8]

_NONE: Final = "no Intaglio data in this picture"
_NO_TRACE: Final = "it never carried any, or what was done to it left no trace"
_SURE: Final = 0.98  # no chance match and no loss: the prologue is complete, in other colours
_GAIN_MIN: Final = 0.12  # minimum gain of a recolouring over no change
_CELLS_MIN: Final = 0.6  # minimum correlation over small cells of colour
_RESIZED_MIN: Final = 0.66  # from here on "resized", however flat the picture is
_BLURRED_MIN: Final = 0.48  # a blur leaves less; it need not beat the others by much
# from here on the variance of R - B comes from small cells of colour, not noise
_CELLS: Final = 60.0
_ALIKE: Final = 0.93  # from here on the channels vary together, as in a photograph
_BEND: Final = 3.1  # kurtosis; camera noise has more than 2-bit noise, which is uniform
_SHARP: Final = 0.12  # up to here cells of colour still have sharp edges
_EVEN: Final = 2.93  # kurtosis; up to here noise is uniform, as payload bits are
_FEW_COLOURS: Final = 256
_NARROW: Final = 32  # values; a channel with a narrower range has few values anyway
_DEPTHS_SEEN: Final = frozenset({(3, 2, 3), (2, 2, 2), (4, 4, 4)})
_REPEATED: Final = 8  # period in pixels of the noise that Firefox returns for a blocked canvas
_DRAWN_LEAST: Final = 8  # colours; fewer may match a colour map by chance
_DRAWN_MOST: Final = 512
_GLANCE: Final = 4096  # pixels
_JPEG: Final = "it was saved as a JPEG in between"
_NO_ENDS: Final = (
    "its low bits are random, as those of a piece cut out of a picture with data, or as noise that "
    "was written over them"
)
_LOSSY: Final = "it was compressed with loss (WebP, AVIF, a video)"
_RECOLOURINGS: Final = {
    "as-they-are": "something was added to all colours",
    "inverted": "the colours were inverted",
    "channels": "red and blue were exchanged",
    "gain": "the brightness or contrast was changed",
    "gamma": "the gamma was changed",
    "saturation": "the saturation was changed",
    "profile": "the colours were converted to another colour profile",
}
_CHANGED: Final = (
    "it was cropped, recoloured, resized, blurred, stripped of its data, or saved with loss or in "
    "fewer colours"
)
_DULLED: Final = "it was resized, blurred, compressed with loss or stripped of its data"

_Found = tuple[str, str] | None  # (cause, description)
NOTHING: Final = Diagnosis(NOT_A_CARRIER, False, f"{_NONE}: {_NO_TRACE}")


def diagnose_faded(pixels: Pixels) -> Diagnosis:
    """Diagnose (H, W, 3 or 4) uint8 `pixels` without a mark; never raises for that shape."""
    near = is_near(pixels)
    if not near and is_cut(pixels):
        what = "this PNG was cropped: only a part of its prologue is left"
        return Diagnosis("cropped", True, f"{what}; {ASK}")
    if not near and is_squashed(pixels):
        what = "this PNG was resized: rows and columns were left out or doubled"
        return Diagnosis("resized", True, f"{what}; {ASK}")
    if _is_repeated(pixels):
        what = "this is the noise that a browser gives for a canvas where it resists fingerprinting"
        return Diagnosis("canvas-blocked", True, f"{what}; {ASK}")
    drawn = _maybe_drawn(pixels)
    if drawn:
        return drawn
    empty = empty_bits(pixels)
    if empty:
        return _empty_diagnosis(empty)
    found = measure_statistics(rough_rows(pixels))
    correlation = correlate(pixels)
    cause, what = (
        _by_jpeg(found)
        or _by_palette(found, correlation)
        or _by_nearness(found, correlation)
        or _by_new_colours(found, correlation)
        or _by_resampling(pixels, found, correlation)
        or _by_payload(found)
        or _by_roughness(found)
        or ("", "")
    )
    if not cause:
        return NOTHING
    if cause == SLIGHT:
        return slightly_changed()
    certain = cause == "grey"
    probably = "" if certain else "probably "
    sentence = f"{_NONE}; if it carried any, that is lost: {probably}{what}; {ASK}"
    return Diagnosis(cause, certain, sentence)


def _empty_diagnosis(depth: int) -> Diagnosis:
    what = f"the lowest {depth} bits of each channel hold nothing, as they follow from those above"
    how = "they were set to a constant, or it was saved in fewer bits"
    return Diagnosis("low-bits-empty", True, f"{_NONE}: {what} ({how}); if it carried any, {ASK}")


def _smoothed(likeliest: str) -> tuple[str, str]:
    return SMOOTHED, f"{_DULLED}, most likely {likeliest}"


def _altered(likeliest: str = "") -> tuple[str, str]:
    return ALTERED, _CHANGED + (f", most likely {likeliest}" if likeliest else "")


def _is_repeated(pixels: Pixels) -> bool:
    """Return whether the picture repeats a few pixels of noise, with or without line breaks."""
    flat = pixels.reshape(-1, pixels.shape[2])
    for part in (flat[:_GLANCE], flat):  # rejects most pictures without reading all of a large one
        if not (part[_REPEATED:] == part[:-_REPEATED]).all():
            return False
    return len(np.unique(flat[:_REPEATED], axis=0)) == _REPEATED


def _maybe_drawn(pixels: Pixels) -> Diagnosis | None:
    """Return a diagnosis if all colours belong to one colour map: numbers were drawn."""
    windows = [window[window[..., 3:].all(-1)][:, :3] for window in sample(pixels)]
    colors = np.unique(np.concatenate(windows), axis=0)
    is_grey = (colors == colors[:, :1]).all()  # greys may come from a carrier made grey
    name = None
    if _DRAWN_LEAST <= len(colors) <= _DRAWN_MOST and not is_grey:
        name = map_with(colors)
    if name is None:
        return None
    what = f"all its colours are of the colour map {name}, as plt.imsave draws an array"
    how = "intaglio.imsave draws one that carries it"
    piece = f"if this is a piece of such a picture, {ASK}"
    return Diagnosis("colour-mapped", True, f"{_NONE}: {what}; {how}; {piece}")


# Correlation with the expected prologue.


def _by_nearness(found: Statistics, correlation: Correlation) -> _Found:
    """Match a prologue with small errors that a blur does not explain."""
    is_blurred = correlation.blurred > _BLURRED_MIN and found.noise.whiteness < 0.7
    is_new = correlation.recoloured > correlation.as_it_is + _GAIN_MIN
    near = correlation.near or (correlation.near_by and correlation.as_it_is < _SURE)
    return (SLIGHT, "") if near and not is_blurred and not is_new else None


def _by_new_colours(found: Statistics, correlation: Correlation) -> _Found:
    """Match a prologue in other colours."""
    recolouring, like = correlation.recolouring, correlation.recoloured
    is_noise = found.noise.whiteness > 0.5 or found.noise.tint > _CELLS
    least = _CELLS_MIN if found.noise.tint > _CELLS else CORRELATION_MIN if is_noise else 0.8
    is_new = like > correlation.as_it_is + _GAIN_MIN
    few = found.colours <= _FEW_COLOURS
    if not few and (like > _SURE or (is_new and like > least)):
        return "recoloured", _RECOLOURINGS[recolouring]
    rough = found.speckled > (0.7 if found.comb < 0.3 else 0.5) * (1 - found.flat)
    if found.comb > 0.08 and found.colours > 2000 and rough:
        sure = is_noise and found.noise.tint < _CELLS
        what = "brightness, contrast or gamma were changed"
        return ("recoloured", what) if sure else _altered("recoloured")
    return None


def _by_resampling(pixels: Pixels, found: Statistics, correlation: Correlation) -> _Found:
    """Match a prologue that was resized or blurred."""
    size, scale, blur = correlation.resized, correlation.scale, correlation.blurred
    if size > _RESIZED_MIN or (size > max(CORRELATION_MIN, blur + 0.15) and found.flat < 0.17):
        now = f"{pixels.shape[1]}x{pixels.shape[0]}"
        then = f"{round(pixels.shape[1] / scale)}x{round(pixels.shape[0] / scale)}"
        return "resized", f"it was resized, from about {then} to {now}"
    if (
        blur > max(_BLURRED_MIN, correlation.recoloured - 0.2)
        and found.noise.whiteness < 0.7
        and found.flat < 0.6
    ):
        return "blurred", "it was blurred"
    there = max(correlation.recoloured, size, blur) > CORRELATION_MIN and found.flat < 0.6
    return _altered() if there and found.noise.whiteness > 0.5 else None


# Image statistics.


def _by_jpeg(found: Statistics) -> _Found:
    return ("jpeg", _JPEG) if found.jpeg > 9 and found.blocks[0] > 1.005 else None


def _by_palette(found: Statistics, correlation: Correlation) -> _Found:
    if found.speckled < 0.03 or found.flat > 0.7:
        return None
    if found.is_grey:
        return "grey", "all of it is grey, and the data needs colours"
    few = found.colours <= _FEW_COLOURS and found.span > _NARROW
    if few and correlation.recoloured < _SURE:
        return "palette", f"its colours were reduced to a palette (of {found.colours})"
    return None


def _by_payload(found: Statistics) -> _Found:
    """Match untouched payload noise without a prologue at either end."""
    noise = found.noise
    like = [_is_like_payload(found, profile) for profile in PROFILES.values()]
    is_rough = noise.tint > _CELLS or (noise.whiteness > 0.6 and noise.bend < _EVEN)
    if not ((is_rough and found.depths in _DEPTHS_SEEN) or any(like)):
        return None
    if any(like) and found.comb < 0.03 and found.clipped < 0.5 and noise.tint < _CELLS:
        return RANDOM, _NO_ENDS
    return _altered()


def _is_like_payload(found: Statistics, depths: Depths) -> bool:
    """Return whether R - B and G noise have the variance of that profile over a smooth cover."""
    if (
        found.noise.whiteness < 0.6
        or found.noise.togetherness > _ALIKE
        or depths[:3] not in _DEPTHS_SEEN
        or (depths[0] == 2 and found.noise.bend > _BEND)
    ):
        return False
    red, green, blue = ((4.0**depth - 1) / 12 for depth in depths[:3])
    tint, ripple = red + blue, green + (red + blue) / 4
    expected = ripple / tint
    return (
        0.78 < found.noise.tint / tint < 1.4
        and 0.7 < found.noise.ripple / found.noise.tint / expected < 1.25
    )


def _by_roughness(found: Statistics) -> _Found:
    """Classify by the noise that remains in the colour differences."""
    if found.flat > 0.6 or found.speckled < 0.1:
        return None
    noise, (eight, four) = found.noise, found.blocks
    cells = noise.tint > _CELLS
    if found.clipped > 0.02 and eight > (1.4 if cells else 1.25) and eight - 1 > 1.6 * (four - 1):
        return "jpeg", _JPEG  # clipping hides the quantised coefficients
    if (cells and found.soft < _SHARP) or (found.span <= _NARROW and found.colours <= _FEW_COLOURS):
        return _altered()
    kept = 1.5 < noise.tint < _CELLS  # compression would have removed this noise
    if not kept and max(eight, four) > 1.1:
        sure = not cells and max(eight, four) > 1.2
        return ("lossy", _LOSSY) if sure else _smoothed("compressed with loss")
    untouched = noise.whiteness > 0.75
    if noise.togetherness > _ALIKE or not noise.tint or untouched:
        return None
    spread = sum(map(bool, found.depths)) > 1  # smoothing would have left no channel like this
    return _altered() if noise.whiteness > 0.65 or spread else _smoothed(_likeliest(found))


def _likeliest(found: Statistics) -> str:
    """Guess which smoothing was used, from the noise spectrum."""
    noise = found.noise
    cells = noise.tint > _CELLS
    if noise.togetherness < 0.75 and (
        (noise.bend > 4.6 and noise.tint < 0.7)
        or (noise.bend > 3.75 and noise.tint < 0.75 and noise.whiteness < 0.15)
    ):
        return "compressed with loss"
    if noise.whiteness < 0.05 and noise.sharpness > (0.15 if cells else 0.35) > 1.5 * noise.fall:
        return "compressed with loss"  # luma is sharp, colours are not
    still = (2.4 if cells else 1.9) < found.stillness < 12 and found.flat < 0.1
    if still and noise.tint > 0.55 and not (cells and found.clipped > 0.1):
        return "blurred, by a median filter"
    is_faint = noise.tint < 0.5 and (noise.fall < 0.26 or noise.togetherness < 0.7)
    is_dull = noise.fall < (0.13 if cells else 0.2) or (noise.sharpness < 0.14 and not cells)
    return "blurred" if is_dull or is_faint else "resized"
