"""The public functions that save and embed. `_inspect.reading` has the functions that read."""

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


@explicit(described=True)
def imsave(  # noqa: D417 - `explicit` describes the keywords of the table
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
    """Save an array as a picture of itself that carries the exact values.

    The positional arguments are those of plt.imsave.

    Parameters
    ----------
    fname : str, os.PathLike or binary file object
        The PNG file to write. A path ends in .png.
    arr : array_like
        Any shape and any dtype of SPEC.md section 14.1. A 2-D array looks as plt.imsave shows
        it, except that label maps get colours of their own (docs/python.md).
    format : {"png"}, optional
        Accepted for plt.imsave's sake; no other format keeps the data.
    dpi : float
        Dots per inch, written to the file as a hint for printing.
    colorbar : bool
        Show a matrix in a frame with ticks and a colour bar. Needs matplotlib. Cannot be combined
        with cover, enlarge, scale, side_min and complex_as.

    Raises
    ------
    EncodeError
        The array cannot be carried, or an option is not legal.
    TypeError
        An argument has a wrong type.
    OSError
        The file cannot be written.

    See Also
    --------
    imread : read the array back.

    Examples
    --------
    >>> a = np.random.default_rng(0).normal(size=(96, 96))
    >>> ig.imsave("m.png", a, cmap="rainbow")
    >>> bool((ig.imread("m.png") == a).all())
    True
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
    """The options for a picture whose cover is a frame with a colour bar, drawn with `options`."""
    for name in ("cover", "enlarge", "scale", "side_min", "complex_as"):
        if name in options:
            detail = f"{name}= has no effect on the frame of colorbar=True: leave one of them out"
            raise EncodeError(Reason.OPTION_INVALID, detail, name)
    make_job(options, dpi)  # checks the options as for pictures without a frame
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
    """Save one array, or several arrays by name, as a PNG file.

    Parameters
    ----------
    file : str, os.PathLike or binary file object
        The PNG file to write. A path ends in .png, and at any moment holds its old file or the
        whole new one.
    data : array_like or mapping of str to array_like
        One array, saved with the name "data", or arrays by name. Any shape and any dtype of
        SPEC.md section 14.1.

    Raises
    ------
    EncodeError
        An array cannot be carried exactly, or an option is not legal (`.option` names it).
    TypeError
        An argument has a wrong type.
    OSError
        The file cannot be written.

    Warns
    -----
    PictureWarning
        The picture does not show an array as it is. The saved data is exact.

    Notes
    -----
    The profiles are defined in SPEC.md section 5.

    Examples
    --------
    >>> t = np.arange(0, 10, 0.1)
    >>> ig.save("waves.png", {"t": t, "y": np.sin(t)}, metadata={"run": 7})
    >>> ig.load("waves.png", "y").dtype
    dtype('float64')
    """
    write_file(file, as_arrays(data), options, None)


@explicit()
def dumps(data: "npt.ArrayLike | Mapping[str, npt.ArrayLike]", **options: Unpack[Options]) -> bytes:
    """Return the PNG file that `save` would write, as bytes.

    Parameters
    ----------
    data : array_like or mapping of str to array_like
        As for `save`.

    Returns
    -------
    bytes
        The whole PNG file.

    Other Parameters
    ----------------
    **options
        The keywords of `save`.

    Raises
    ------
    EncodeError
        As for `save`.

    Examples
    --------
    >>> ig.loads(ig.dumps([1.5, 2.5]))
    array([1.5, 2.5])
    """
    out = io.BytesIO()
    save(out, data, **options)
    return out.getvalue()


@explicit(described=True)
def embed(  # noqa: D417 - `explicit` describes the keywords of the table
    pixels: "npt.NDArray[np.uint8]",
    data: "npt.ArrayLike | Mapping[str, npt.ArrayLike]",
    *,
    metadata: Mapping[str, Any] | None = None,
    attrs: Mapping[str, Mapping[str, Any]] | None = None,
    profile: Profile = DEFAULT_PROFILE,
    level: int | None = LEVEL_DEFAULT,
) -> npt.NDArray[np.uint8]:
    """Embed data in pixels, which any PNG library can then write.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, 3) or (H, W, 4)
        RGB or RGBA. Alpha 0 is not allowed. The array is not changed.
    data : array_like or mapping of str to array_like
        As for `save`.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3) or (H, W, 4)
        A copy of `pixels` that carries `data`. It has four channels if `pixels` has, or if the
        profile uses alpha.

    Raises
    ------
    EncodeError
        There are too few pixels (reason capacity-exceeded), a pixel has alpha 0 (cover-invalid),
        or `data` cannot be carried.
    TypeError
        `pixels` is not an array of uint8, or another argument has a wrong type.

    See Also
    --------
    extract : read the arrays from pixels.

    Notes
    -----
    The profiles are defined in SPEC.md section 5.

    Examples
    --------
    >>> pixels = np.full((64, 64, 3), 200, np.uint8)
    >>> carrying = ig.embed(pixels, np.arange(5))
    >>> ig.extract(carrying)["data"]
    array([0, 1, 2, 3, 4])
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
