"""The public functions that save and embed; those that read stand in `_inspect.reading`."""

import io
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, Unpack

import numpy as np
import numpy.typing as npt

from intaglio._format.elements import Array
from intaglio._format.registry import DEFAULT_NAME, DEFAULT_PROFILE
from intaglio._inspect.reading import check_pixels
from intaglio._io import Source
from intaglio._options import LEVEL_DEFAULT, Options, PlainOptions, Profile
from intaglio._packing import encoder
from intaglio._packing.encoder import write_file
from intaglio._packing.inputs import as_array, as_arrays
from intaglio._packing.job import make_job
from intaglio._packing.signatures import explicit
from intaglio.errors import EncodeError, Reason

_DRAWN_BY_THE_FRAME: Final = ("cmap", "vmin", "vmax", "norm", "vcenter", "linthresh", "origin")


@explicit()
def imsave(
    fname: Source,
    arr: "npt.ArrayLike",
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: Any = None,  # noqa: ANN401 - a name, a table or a matplotlib Colormap
    format: str | None = None,  # noqa: A002 - matplotlib's name for it
    origin: str | None = None,
    dpi: float = 100,
    *,
    colorbar: bool = False,
    **options: Unpack[PlainOptions],
) -> None:
    """Save an array as a picture of itself: plt.imsave's signature, and the values come back.

    arr: any shape and any dtype of SPEC.md 14.1; 2-D arrays show as plt.imsave shows them,
    but for label maps, which have colours of their own (docs/python.md).
    dpi: written to the file as a hint for printing. colorbar: show a matrix in a frame with ticks
    and a colour bar (needs matplotlib; not with cover, enlarge, scale, side_min, complex_as).
    Further keywords: as for `save`.
    Errors: EncodeError if the array cannot be carried, OSError if the file cannot be written.
    """
    _check_format(format)
    if not isinstance(colorbar, bool | np.bool):
        raise TypeError(f"colorbar= is True or False, not {type(colorbar).__name__}")
    shown: Options = {"vmin": vmin, "vmax": vmax, "cmap": cmap, "origin": origin}
    array = as_array(arr)
    given: dict[str, Any] = {**shown, **options}
    if colorbar:
        given = _framed(array, given, dpi)
    write_file(fname, {DEFAULT_NAME: array}, given, dpi)


def _framed(array: Array, options: Mapping[str, Any], dpi: float) -> dict[str, Any]:
    """The options of a picture whose cover is a frame with a colour bar, drawn as `options` say."""
    for name in ("cover", "enlarge", "scale", "side_min", "complex_as"):
        if name in options:
            detail = f"{name}= has no effect on the frame of colorbar=True: leave one of them out"
            raise EncodeError(Reason.OPTION_INVALID, detail, name)
    make_job(options, dpi)  # checked as those of pictures without a frame
    drawn = {name: options[name] for name in _DRAWN_BY_THE_FRAME if name in options}
    frame = import_module("intaglio.figures").framed(array, **drawn, dpi=dpi)
    kept = {name: value for name, value in options.items() if name not in drawn}
    return {**kept, "cover": frame, "enlarge": True}


def _check_format(form: object) -> None:
    if form is None:
        return
    if not isinstance(form, str):
        raise TypeError(f"format= is a string, not {type(form).__name__}")
    if form.lower() != "png":
        detail = f"format {form!r}: only png keeps the data"
        raise EncodeError(Reason.FORMAT_UNSUPPORTED, detail, "format")


@explicit(described=True)
def save(
    file: Source,
    data: "npt.ArrayLike | Mapping[str, npt.ArrayLike]",
    **options: Unpack[Options],
) -> None:
    """Save one array (under the name `data`) or a mapping of names to arrays as a PNG.

    file: a path ending in .png, or a binary file object. A path holds its old
    file or the whole new one at any moment.

    Errors: EncodeError if something cannot be carried, OSError if the file cannot be written.
    Profiles are those of SPEC.md section 5. The keywords:
    """
    write_file(file, as_arrays(data), options, None)


@explicit()
def dumps(data: "npt.ArrayLike | Mapping[str, npt.ArrayLike]", **options: Unpack[Options]) -> bytes:
    """The PNG file that `save` would write, as bytes."""
    out = io.BytesIO()
    save(out, data, **options)
    return out.getvalue()


def embed(
    pixels: npt.NDArray[np.uint8],
    data: npt.ArrayLike | Mapping[str, npt.ArrayLike],
    *,
    metadata: Mapping[str, Any] | None = None,
    attrs: Mapping[str, Mapping[str, Any]] | None = None,
    profile: Profile = DEFAULT_PROFILE,
    level: int | None = LEVEL_DEFAULT,
) -> npt.NDArray[np.uint8]:
    """Pixels that carry `data`: a new (H, W, 3 or 4) uint8 array, for any PNG library to write.

    pixels: (H, W, 3 or 4) uint8; alpha 0 is not allowed. Four channels come back where the
    profile uses alpha. Errors: EncodeError(capacity-exceeded) if they are too few.
    """
    check_pixels(pixels)
    if pixels.shape[2] == 4 and pixels[..., 3].min() == 0:  # [CAR-6]
        raise EncodeError(
            Reason.COVER_INVALID,
            "some pixels are wholly transparent, and tools rewrite the colour of such pixels: "
            "composite the picture first",
        )
    options = {"metadata": metadata, "attrs": attrs, "profile": profile, "level": level}
    return encoder.embed(pixels, as_arrays(data), make_job(options, None))
