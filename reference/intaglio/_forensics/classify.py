"""Faded marks: what probably happened to a picture in which no prologue is left whole.

A part of a prologue comes first, then its likeness, then statistics. These tell
what smoothing is from what it is not, and seldom one kind of it from another: a
cause is named alone where nothing else looks like it, and else as one of a few. A
picture that never carried anything is not accused of it.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._colormap_data import map_with
from intaglio._forensics.locate import empty_bits, is_cut, is_squashed
from intaglio._forensics.matched_filter import LIKE, Likeness, is_near, likeness_of
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
from intaglio._forensics.statistics import Evidence, gather_evidence, rough_rows, sample
from intaglio._format.registry import PROFILES, Depths

Pixels = npt.NDArray[np.uint8]

_NONE: Final = "no Intaglio data in this picture"
_NO_TRACE: Final = "it never carried any, or what was done to it left no trace"
_LIKE_SURE: Final = 0.98  # no accident and no loss: all of it is there, in other colours
_LIKE_CLEARLY: Final = 0.12  # how much likelier a change of colours makes it than none
_LIKE_CELLS: Final = 0.6  # the least that counts over cells of colour
_LIKE_RESIZED: Final = 0.66  # from here on it was resized, however flat it is
_LIKE_BLURRED: Final = 0.48  # a blur leaves less, and needs not be better than many others
_CELLS: Final = 60.0  # from here on what is seen in R - B is small cells of colour, not noise
_ALIKE: Final = 0.93  # from here on the channels of a photograph go together
_BEND: Final = 3.1  # cameras' noise is bent more than that of two bits, which has two sharp ends
_SHARP: Final = 0.12  # up to here cells of colour have edges as sharp as they were written
_EVEN: Final = 2.93  # up to here noise is spread evenly between two ends, as bits are
_FEW_COLOURS: Final = 256
_NARROW: Final = 32  # values: so far apart, a channel has not many of them anyway
_DEPTHS_SEEN: Final = frozenset({(3, 2, 3), (2, 2, 2), (4, 4, 4)})
_REPEATED: Final = 8  # pixels after which Firefox repeats the noise that it gives for a canvas
_DRAWN_LEAST: Final = 8  # colours; fewer may be those of a map by chance
_DRAWN_MOST: Final = 512
_GLANCE: Final = 4096  # pixels
_JPEG: Final = "it was saved as a JPEG in between"
_NO_ENDS: Final = (
    "its low bits are random, as those of a piece cut out of a picture with data, or as noise that "
    "was written over them"
)
_LOSSY: Final = "it was compressed with loss (WebP, AVIF, a video)"
_WAYS: Final = {
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

_Found = tuple[str, str] | None  # a cause, and what happened
NOTHING: Final = Diagnosis(NOT_A_CARRIER, False, f"{_NONE}: {_NO_TRACE}")


def diagnose_faded(pixels: Pixels) -> Diagnosis:
    """What happened to (H, W, 3 or 4) `pixels` without a mark; never raises for that form."""
    near = is_near(pixels)
    if not near and is_cut(pixels):
        what = "this PNG was cropped: of what says how to read it only a part is there"
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
        return _told_empty(empty)
    found = gather_evidence(rough_rows(pixels))
    likeness = likeness_of(pixels)
    cause, what = (
        _by_jpeg(found)
        or _by_palette(found, likeness)
        or _by_nearness(found, likeness)
        or _by_new_colours(found, likeness)
        or _by_likeness(pixels, found, likeness)
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


def _told_empty(depth: int) -> Diagnosis:
    what = f"the lowest {depth} bits of each channel hold nothing, as they follow from those above"
    how = "they were set to a constant, or it was saved in fewer bits"
    return Diagnosis("low-bits-empty", True, f"{_NONE}: {what} ({how}); if it carried any, {ASK}")


def _smoothed(likeliest: str) -> tuple[str, str]:
    return SMOOTHED, f"{_DULLED}, most likely {likeliest}"


def _altered(likeliest: str = "") -> tuple[str, str]:
    return ALTERED, _CHANGED + (f", most likely {likeliest}" if likeliest else "")


def _is_repeated(pixels: Pixels) -> bool:
    """Whether it is a few pixels of noise again and again, line breaks or not."""
    flat = pixels.reshape(-1, pixels.shape[2])
    for part in (flat[:_GLANCE], flat):  # all of a large picture is seldom worth a look
        if not (part[_REPEATED:] == part[:-_REPEATED]).all():
            return False
    return len(np.unique(flat[:_REPEATED], axis=0)) == _REPEATED


def _maybe_drawn(pixels: Pixels) -> Diagnosis | None:
    """Whether all colours are those of one colour map: numbers were drawn, and not carried."""
    windows = [window[window[..., 3:].all(-1)][:, :3] for window in sample(pixels)]
    colors = np.unique(np.concatenate(windows), axis=0)
    is_grey = (colors == colors[:, :1]).all()  # what was carried may have been made so
    name = None
    if _DRAWN_LEAST <= len(colors) <= _DRAWN_MOST and not is_grey:
        name = map_with(colors)
    if name is None:
        return None
    what = f"all its colours are of the colour map {name}, as plt.imsave draws an array"
    how = "intaglio.imsave draws one that carries it"
    piece = f"if this is a piece of such a picture, {ASK}"
    return Diagnosis("colour-mapped", True, f"{_NONE}: {what}; {how}; {piece}")


# The prologue's likeness.


def _by_nearness(found: Evidence, likeness: Likeness) -> _Found:
    """The prologue is there, but for small errors, and these are not those of a blur."""
    is_blurred = likeness.blurred > _LIKE_BLURRED and found.noise.whiteness < 0.7
    is_new = likeness.recoloured > likeness.as_it_is + _LIKE_CLEARLY
    near = likeness.near or (likeness.near_by and likeness.as_it_is < _LIKE_SURE)
    return (SLIGHT, "") if near and not is_blurred and not is_new else None


def _by_new_colours(found: Evidence, likeness: Likeness) -> _Found:
    """The prologue is there in other colours, and not where colours are as they are."""
    way, like = likeness.way, likeness.recoloured
    is_noise = found.noise.whiteness > 0.5 or found.noise.tint > _CELLS
    least = _LIKE_CELLS if found.noise.tint > _CELLS else LIKE if is_noise else 0.8
    is_new = like > likeness.as_it_is + _LIKE_CLEARLY
    few = found.colours <= _FEW_COLOURS
    if not few and (like > _LIKE_SURE or (is_new and like > least)):
        return "recoloured", _WAYS[way]
    rough = found.speckled > (0.7 if found.comb < 0.3 else 0.5) * (1 - found.flat)
    if found.comb > 0.08 and found.colours > 2000 and rough:
        sure = is_noise and found.noise.tint < _CELLS
        what = "brightness, contrast or gamma were changed"
        return ("recoloured", what) if sure else _altered("recoloured")
    return None


def _by_likeness(pixels: Pixels, found: Evidence, likeness: Likeness) -> _Found:
    """The prologue is seen through another size, or a blur, or it is there but for small errors."""
    size, scale, blur = likeness.resized, likeness.scale, likeness.blurred
    if size > _LIKE_RESIZED or (size > max(LIKE, blur + 0.15) and found.flat < 0.17):
        now = f"{pixels.shape[1]}x{pixels.shape[0]}"
        then = f"{round(pixels.shape[1] / scale)}x{round(pixels.shape[0] / scale)}"
        return "resized", f"it was resized, from about {then} to {now}"
    if (
        blur > max(_LIKE_BLURRED, likeness.recoloured - 0.2)
        and found.noise.whiteness < 0.7
        and found.flat < 0.6
    ):
        return "blurred", "it was blurred"
    there = max(likeness.recoloured, size, blur) > LIKE and found.flat < 0.6
    return _altered() if there and found.noise.whiteness > 0.5 else None


# Statistics.


def _by_jpeg(found: Evidence) -> _Found:
    return ("jpeg", _JPEG) if found.jpeg > 9 and found.blocks[0] > 1.005 else None


def _by_palette(found: Evidence, likeness: Likeness) -> _Found:
    if found.speckled < 0.03 or found.flat > 0.7:
        return None
    if found.is_grey:
        return "grey", "all of it is grey, and the data needs colours"
    few = found.colours <= _FEW_COLOURS and found.span > _NARROW
    if few and likeness.recoloured < _LIKE_SURE:
        return "palette", f"its colours were reduced to a palette (of {found.colours})"
    return None


def _by_payload(found: Evidence) -> _Found:
    """Noise as low bits make it that nothing has touched, but with no beginning and no end."""
    noise = found.noise
    like = [_is_like_payload(found, profile) for profile in PROFILES.values()]
    is_rough = noise.tint > _CELLS or (noise.whiteness > 0.6 and noise.bend < _EVEN)
    if not ((is_rough and found.depths in _DEPTHS_SEEN) or any(like)):
        return None
    if any(like) and found.comb < 0.03 and found.clipped < 0.5 and noise.tint < _CELLS:
        return RANDOM, _NO_ENDS
    return _altered()


def _is_like_payload(found: Evidence, depths: Depths) -> bool:
    """Whether tints are as rough as those depths make them over a cover that is not."""
    if (
        found.noise.whiteness < 0.6
        or found.noise.togetherness > _ALIKE
        or depths[:3] not in _DEPTHS_SEEN
        or (depths[0] == 2 and found.noise.bend > _BEND)
    ):
        return False
    red, green, blue = ((4.0**depth - 1) / 12 for depth in depths[:3])
    tint, ripple = red + blue, green + (red + blue) / 4
    usual = ripple / tint
    return (
        0.78 < found.noise.tint / tint < 1.4
        and 0.7 < found.noise.ripple / found.noise.tint / usual < 1.25
    )


def _by_roughness(found: Evidence) -> _Found:
    """What is left of noise that is not alike in the three channels."""
    if found.flat > 0.6 or found.speckled < 0.1:
        return None
    noise, (eight, four) = found.noise, found.blocks
    cells = noise.tint > _CELLS
    if found.clipped > 0.02 and eight > (1.4 if cells else 1.25) and eight - 1 > 1.6 * (four - 1):
        return "jpeg", _JPEG  # clipping hides that its coefficients are whole numbers
    if (cells and found.soft < _SHARP) or (found.span <= _NARROW and found.colours <= _FEW_COLOURS):
        return _altered()
    kept = 1.5 < noise.tint < _CELLS  # roughness that loss would have taken away
    if not kept and max(eight, four) > 1.1:
        sure = not cells and max(eight, four) > 1.2
        return ("lossy", _LOSSY) if sure else _smoothed("compressed with loss")
    untouched = noise.whiteness > 0.75
    if noise.togetherness > _ALIKE or not noise.tint or untouched:
        return None
    spread = sum(map(bool, found.depths)) > 1  # smoothing would have left no channel so
    return _altered() if noise.whiteness > 0.65 or spread else _smoothed(_likeliest(found))


def _likeliest(found: Evidence) -> str:
    """What smoothed it most likely, by what is left of noise at which frequencies."""
    noise = found.noise
    cells = noise.tint > _CELLS
    if noise.togetherness < 0.75 and (
        (noise.bend > 4.6 and noise.tint < 0.7)
        or (noise.bend > 3.75 and noise.tint < 0.75 and noise.whiteness < 0.15)
    ):
        return "compressed with loss"
    if noise.whiteness < 0.05 and noise.sharpness > (0.15 if cells else 0.35) > 1.5 * noise.fall:
        return "compressed with loss"  # sharp as it was, but not in its colours
    still = (2.4 if cells else 1.9) < found.stillness < 12 and found.flat < 0.1
    if still and noise.tint > 0.55 and not (cells and found.clipped > 0.1):
        return "blurred, by a median filter"
    is_faint = noise.tint < 0.5 and (noise.fall < 0.26 or noise.togetherness < 0.7)
    is_dull = noise.fall < (0.13 if cells else 0.2) or (noise.sharpness < 0.14 and not cells)
    return "blurred" if is_dull or is_faint else "resized"
