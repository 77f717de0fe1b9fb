"""Pictures of 8 or 16 bits as integer arrays, through Pillow; read only.

Samples come as they are stored: no rotation, no colour profile, no scaling.
Palettes become the colours they stand for. What Pillow cannot give exactly
(16-bit colour) and pictures of several frames are refused.
"""

import warnings
from pathlib import Path
from typing import Final

import numpy as np

from intaglio._formats._base import Content, FormatError, ReadOptions, partner

_MODES: Final = frozenset({"1", "L", "LA", "RGB", "RGBA", "CMYK", "I", "F", "I;16", "I;16B"})
_PNG_COLOUR: Final = {2: "RGB", 4: "grey with alpha", 6: "RGBA"}


def read(path: Path, _name: str, options: ReadOptions) -> Content:
    """The picture's samples, (H, W) or (H, W, channels), under the name ""."""
    if options.inside is not None:
        message = "only .h5 and .nc files have paths inside"
        raise FormatError(message)
    from PIL import Image

    notes = _look(path)
    with partner("not a readable picture"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own size warning: its error stays
        with Image.open(path) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > 1:
                message = f"it has {frames} frames; save the one that is wanted alone"
                raise FormatError(message)
            if image.mode in ("P", "PA"):
                wanted = "RGBA" if image.has_transparency_data else "RGB"
                return Content({"": np.array(image.convert(wanted))}, notes=notes)
            if image.mode not in _MODES:
                message = f"Pillow's mode {image.mode} has no form as an array"
                raise FormatError(message)
            array = np.array(image)
            if image.mode == "1":
                array = array.view(np.uint8) != 0  # Pillow's True is 255 in memory
            return Content({"": array}, notes=notes)


def _look(path: Path) -> tuple[str, ...]:
    """Refuse what Pillow would round in silence; tell of pictures that carry data."""
    with path.open("rb") as stream:
        head = stream.read(26)
        stream.seek(0)
        if head[:4] != b"\x89PNG":
            return ()
        if len(head) == 26 and head[24] == 16 and head[25] in _PNG_COLOUR:
            message = (
                f"16 bits a sample in {_PNG_COLOUR[head[25]]}: Pillow would drop the low 8; "
                "convert it to TIFF"
            )
            raise FormatError(message)
        from intaglio._codec import inspect
        from intaglio._errors import DecodeError
        from intaglio._limits import DEFAULT_LIMITS

        try:
            inspect(stream, DEFAULT_LIMITS)
        except DecodeError:
            return ()
    return ("this picture carries arrays itself; `intaglio unpack` gives those",)
