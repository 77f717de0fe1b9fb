"""Diagnosis: what probably happened to a picture that carries nothing readable.

Marks that are still there come first, then the prologue faintly seen, then
statistics. A picture that never carried anything is not accused of it.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from intaglio._diagnosis import ASK, Diagnosis
from intaglio._errors import Reason
from intaglio._evidence import Evidence, gather_evidence, rough_rows
from intaglio._faint import LIKE, blurred_likeness, recoloured_likeness, resized_likeness
from intaglio._hits import is_cut, is_squashed
from intaglio._search import Mark, maybe_mark
from intaglio._spec import PROFILES, Depths
from intaglio._strangers import diagnose_bytes
from intaglio._wounds import diagnose_wound

__all__ = ["Diagnosis", "diagnose_bytes", "diagnose_pixels", "is_told_by_pixels"]

Pixels = npt.NDArray[np.uint8]

_TOLD_BY_PIXELS: Final = frozenset(  # all others say it all, or are not about pixels
    {
        *(Reason.NO_PROLOGUE, Reason.PROLOGUE_DAMAGED, Reason.CARRIER_SIZE_MISMATCH),
        *(Reason.HEADER_DAMAGED, Reason.ROOT_MISMATCH, Reason.BLOCK_DAMAGED),
    }
)
_NONE: Final = "no Intaglio data in this picture"
_LIKE_ALONE: Final = 0.42  # the same where it need not be better than many others
_CELLS: Final = 60.0  # from here on what is seen in R - B is small cells of colour, not noise
_ALIKE: Final = 0.93  # from here on the channels of a photograph go together
_BEND: Final = 3.1  # cameras' noise is bent more than that of two bits, which has two sharp ends
_EVEN: Final = 2.93  # up to here noise is spread evenly between two ends, as bits are
_DEPTHS_SEEN: Final = frozenset({(3, 2, 3), (2, 2, 2), (4, 4, 4)})
_TURNS: Final = {
    "flipped-vertically": "flipped vertically",
    "flipped-horizontally": "flipped horizontally",
    "rotated-180": "rotated by 180 degrees",
    "rotated-90": "rotated by 90 degrees, clockwise",
    "rotated-270": "rotated by 90 degrees, counter-clockwise",
    "transposed": "transposed (mirrored along its diagonal)",
    "transposed-anti": "mirrored along its other diagonal",
}
_RESTORE: Final = "`intaglio restore` undoes that"
_JPEG: Final = "it was saved as a JPEG in between"
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


def is_told_by_pixels(reason: Reason) -> bool:
    """Whether pixels can say more of why a file was refused; where a checksum failed they can."""
    return reason in _TOLD_BY_PIXELS


def diagnose_pixels(pixels: Pixels, reason: Reason) -> Diagnosis | None:
    """What happened to the (H, W, 3 or 4) uint8 `pixels` that were refused for `reason`.

    None where the reason says it all. Never raises for pixels of that form.
    """
    if not is_told_by_pixels(reason):
        return None
    mark = maybe_mark(pixels)
    if mark:
        return _displaced(mark, pixels) or diagnose_wound(mark, pixels)
    return _faded(pixels)


# The prologue or the echo is there, bit for bit.


def _displaced(mark: Mark, pixels: Pixels) -> Diagnosis | None:
    """A change of place or size; None if everything stands where it was written."""
    upright = mark.upright(pixels)
    whole = _RESTORE if mark.is_restorable(upright) else ASK
    if mark.turn:
        cause = mark.turn.removesuffix("-anti")
        return Diagnosis(cause, True, f"this PNG was {_TURNS[mark.turn]}: {whole}")
    written, size = f"{mark.width}x{mark.height}", f"{pixels.shape[1]}x{pixels.shape[0]}"
    sizes = f"the data was written for {written}, the picture is {size}"
    if mark.factor > 1:
        what = f"this PNG was resized (enlarged {mark.factor} times): {sizes}; {whole}"
        return Diagnosis("resized", True, what)
    cut = {
        "top": -mark.top,
        "bottom": mark.top + mark.height - upright.shape[0],
        "left": -mark.left,
        "right": mark.left + mark.width - upright.shape[1],
    }
    lost = [f"{count} pixels at the {side}" for side, count in cut.items() if count > 0]
    sides = [side for side, count in cut.items() if count > 0]
    if lost:
        cause = f"cropped-{sides[0]}" if len(sides) == 1 else "cropped"
        more = " and a border was added" if min(cut.values()) < 0 else ""
        what = f"this PNG was cropped by {' and '.join(lost)}{more}: {sizes}; {ASK}"
        return Diagnosis(cause, True, what)
    if any(cut.values()) and not (mark.first and mark.last):
        what = f"this PNG was probably resized, with some rows or columns doubled: {sizes}; {whole}"
        return Diagnosis("resized", False, what)
    if any(cut.values()):
        what = f"this PNG was padded, by a border or as part of a screenshot: {sizes}; {whole}"
        return Diagnosis("padded", True, what)
    return None


# No mark is left whole.


def _faded(pixels: Pixels) -> Diagnosis:
    if is_cut(pixels):
        what = "this PNG was cropped: of what says how to read it only a part is there"
        return Diagnosis("cropped", True, f"{what}; {ASK}")
    if is_squashed(pixels):
        what = "this PNG was resized: rows and columns were left out or doubled"
        return Diagnosis("resized", True, f"{what}; {ASK}")
    found = gather_evidence(rough_rows(pixels))
    cause, what = (
        _by_jpeg(found)
        or _by_palette(found)
        or _by_likeness(pixels, found)
        or _by_payload(found)
        or _by_roughness(found)
        or ("", "")
    )
    if not cause:
        return Diagnosis("not-a-carrier", False, _NONE)
    certain = cause == "grey"
    probably = "" if certain else "probably "
    sentence = f"{_NONE}; if it carried any, that is lost: {probably}{what}; {ASK}"
    return Diagnosis(cause, certain, sentence)


_Found = tuple[str, str] | None  # a cause, and what happened


def _by_jpeg(found: Evidence) -> _Found:
    return ("jpeg", _JPEG) if found.jpeg > 9 and found.blocks[0] > 1.005 else None


def _by_likeness(pixels: Pixels, found: Evidence) -> _Found:
    """The prologue, faintly: seen through new colours, another size, a blur."""
    colours = recoloured_likeness(pixels)
    way = max(colours, key=lambda way: colours[way], default="")
    rough = found.noise.whiteness > 0.5 or found.noise.tint > _CELLS
    if way and colours[way] > (LIKE if rough else 0.9):
        return "recoloured", _WAYS[way]
    if found.comb > 0.08 and found.colours > 2000 and found.speckled > 0.5:
        return "recoloured", "brightness, contrast or gamma were changed"
    size, scale = resized_likeness(pixels)
    blur = blurred_likeness(pixels)
    if size > max(LIKE, blur):
        now = f"{pixels.shape[1]}x{pixels.shape[0]}"
        then = f"{round(pixels.shape[1] / scale)}x{round(pixels.shape[0] / scale)}"
        return "resized", f"it was resized, from about {then} to {now}"
    soft = not rough and found.flat < 0.6
    if soft and (max(blur, colours.get(way, 0.0)) > _LIKE_ALONE or blur > max(0.32, size)):
        return "blurred", "it was blurred"
    return None


def _by_palette(found: Evidence) -> _Found:
    if found.speckled < 0.03 or found.flat > 0.6:
        return None
    if found.is_grey:
        return "grey", "all of it is grey, and the data needs colours"
    if found.colours <= 256:
        return "palette", f"its colours were reduced to a palette (of {found.colours})"
    return None


def _by_payload(found: Evidence) -> _Found:
    """Noise as low bits make it that nothing has touched, but with no beginning and no end."""
    like = [_is_like_payload(found, profile) for profile in PROFILES.values()]
    noise = found.noise
    is_rough = noise.tint > _CELLS or (noise.whiteness > 0.6 and noise.bend < _EVEN)
    if (is_rough and found.depths in _DEPTHS_SEEN) or any(like):
        return "cropped", "it was cropped (what looks like data lacks its beginning and its end)"
    return None


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
        0.58 < found.noise.tint / tint < 1.4
        and 0.7 < found.noise.ripple / found.noise.tint / usual < 1.25
    )


def _by_roughness(found: Evidence) -> _Found:
    """What smoothing does to noise that is not alike in the three channels."""
    if found.flat > 0.6 or found.speckled < 0.1:
        return None
    eight, four = found.blocks
    kept = 1.5 < found.noise.tint < _CELLS  # roughness that loss would have taken away
    if found.clipped > 0.02 and eight > 1.19 and eight - 1 > 1.6 * (four - 1):
        return "jpeg", _JPEG  # clipping hides that its coefficients are whole numbers
    if not kept and max(eight, four) > 1.1:
        return "lossy", _LOSSY
    noise = found.noise
    if noise.togetherness > _ALIKE or not noise.tint:
        return None
    cells = noise.tint > _CELLS
    if noise.togetherness < 0.75 and (
        (noise.bend > 4.6 and noise.tint < 0.7)
        or (noise.bend > 3.75 and noise.tint < 0.75 and noise.whiteness < 0.15)
    ):
        return "lossy", _LOSSY
    if noise.whiteness < 0.05 and noise.sharpness > (0.15 if cells else 0.35) > 1.5 * noise.fall:
        return "lossy", _LOSSY  # sharp as it was, but not in its colours
    still = (2.4 if cells else 1.9) < found.stillness < 12 and found.flat < 0.1
    if still and noise.tint > 0.55 and not (cells and found.clipped > 0.1):
        return "blurred", "it was smoothed by a median filter"
    is_faint = noise.tint < 0.5 and (noise.fall < 0.26 or noise.togetherness < 0.7)
    if noise.fall < (0.13 if cells else 0.2) or is_faint:
        return "blurred", "it was blurred"
    even = noise.ripple > 0.55 * noise.tint  # as no payload of `opaque` is
    untouched = noise.whiteness > 0.8 and noise.fall > 0.8 and even
    return None if untouched else ("resized", "it was resized")
