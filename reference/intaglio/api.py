"""The public verbs, each one call of the codec."""

import io
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt

from intaglio._forensics.explain import explaining_pixels
from intaglio._format import codec as codec_module
from intaglio._format.elements import Array
from intaglio._format.registry import DEFAULT_PROFILE
from intaglio._inspect.info import Info, info_of
from intaglio._inspect.lazy import IntaglioFile, UnknownNameError, listed
from intaglio._inspect.reading import inspecting, reading
from intaglio._io import Source, check_target, write_target
from intaglio._packing.inputs import DEFAULT_NAME, as_array, as_arrays
from intaglio._packing.job import make_job
from intaglio._packing.options import LEVEL_USUAL, Options, PlainOptions, Profile
from intaglio._packing.signatures import explicit
from intaglio.errors import EncodeError, Reason
from intaglio.limits import DEFAULT_LIMITS, Limits, check_limits


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
    and a colour bar (needs matplotlib). Further keywords: as for `save`.
    Errors: EncodeError if the array cannot be carried, OSError if the file cannot be written.
    """
    _check_format(format)
    if not isinstance(colorbar, bool | np.bool):
        raise TypeError(f"colorbar= is True or False, not {type(colorbar).__name__}")
    shown: Options = {"vmin": vmin, "vmax": vmax, "cmap": cmap, "origin": origin}
    array = as_array(arr)
    if colorbar:
        figures = import_module("intaglio.figures")
        options["cover"] = figures.framed(array, **shown, norm=options.pop("norm", None), dpi=dpi)
        options["enlarge"] = True
        shown = {}
    _save(fname, {DEFAULT_NAME: array}, {**shown, **options}, dpi)


def _check_format(form: object) -> None:
    if form is None:
        return
    if not isinstance(form, str):
        raise TypeError(f"format= is a string, not {type(form).__name__}")
    if form.lower() != "png":
        detail = f"format {form!r}: only png keeps the data"
        raise EncodeError(Reason.FORMAT_UNSUPPORTED, detail, "format")


def imread(fname: Source, *, limits: Limits = DEFAULT_LIMITS) -> Array:
    """The exact array that `imsave` saved: dtype, shape and every bit. The same as `load`."""
    return load(fname, limits=limits)


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
    _save(file, as_arrays(data), options, None)


@explicit()
def dumps(data: "npt.ArrayLike | Mapping[str, npt.ArrayLike]", **options: Unpack[Options]) -> bytes:
    """The PNG file that `save` would write, as bytes."""
    out = io.BytesIO()
    save(out, data, **options)
    return out.getvalue()


def _save(
    file: Source, arrays: dict[str, Array], options: Mapping[str, Any], dpi: float | None
) -> None:
    check_target(file)
    encoded = codec_module.encode(arrays, make_job(options, dpi))
    write_target(file, encoded.write)


def load(file: Source, name: str | None = None, *, limits: Limits = DEFAULT_LIMITS) -> Array:
    """One array of the file, exact in dtype, shape and every bit.

    name: without it, the only array, or the one called `data`.
    Errors: DecodeError (`.reason` is one of SPEC.md 14.7; the message says what probably happened
    to the file), KeyError if there is no such array (the message lists those there are), OSError
    if the file cannot be opened.
    """
    with reading(file, limits) as opened:
        wanted = _pick(name, opened.names)
        opened.check_output([wanted], limits)
        return opened.array(wanted)


def load_dict(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Array]:
    """All arrays of the file by name, in file order; errors as `load`."""
    with reading(file, limits) as opened:
        return _all_arrays(opened, limits)


def loads(
    data: bytes | bytearray | memoryview,
    name: str | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Array:
    """`load` from the bytes of a PNG file."""
    return load(io.BytesIO(data), name, limits=limits)


def loads_dict(
    data: bytes | bytearray | memoryview, *, limits: Limits = DEFAULT_LIMITS
) -> dict[str, Array]:
    """`load_dict` from the bytes of a PNG file."""
    return load_dict(io.BytesIO(data), limits=limits)


def open(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> IntaglioFile:  # noqa: A001
    """Open a file lazily: a mapping of names to arrays decoded when indexed, block by block."""
    return IntaglioFile(file, limits)


def info(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> Info:
    """What the file holds, from its first rows only. SPEC.md section 12, *inspect*."""
    with inspecting(file, limits) as opened:
        return info_of(opened)


def verify(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> Info:
    """Check all data: the whole PNG stream, every block and array, and the echo.

    What the picture shows is covered by no digest: bits of pixels that carry no data may have been
    changed, and the file is as sound as before. SPEC.md section 16.

    The `Info` returned has `png_checked` True and `echo` "intact" or "damaged"; whatever
    else is wrong raises DecodeError.
    """
    with reading(file, limits) as opened:
        opened.check_output(opened.names, limits)
        for name in opened.names:
            opened.canonical(name)
        echo = "intact" if opened.is_echo_intact() else "damaged"
        return info_of(opened, png_checked=True, echo=echo)


def embed(
    pixels: npt.NDArray[np.uint8],
    data: npt.ArrayLike | Mapping[str, npt.ArrayLike],
    *,
    metadata: Mapping[str, Any] | None = None,
    attrs: Mapping[str, Mapping[str, Any]] | None = None,
    profile: Profile = DEFAULT_PROFILE,
    level: int | None = LEVEL_USUAL,
) -> npt.NDArray[np.uint8]:
    """Pixels that carry `data`: a new (H, W, 3 or 4) uint8 array, for any PNG library to write.

    pixels: (H, W, 3 or 4) uint8; alpha 0 is not allowed. Four channels come back where the
    profile uses alpha. Errors: EncodeError(capacity-exceeded) if they are too few.
    """
    _check_pixels(pixels)
    if pixels.shape[2] == 4 and pixels[..., 3].min() == 0:  # [CAR-6]
        raise EncodeError(
            Reason.COVER_INVALID,
            "some pixels are wholly transparent, and tools rewrite the colour of such pixels: "
            "composite the picture first",
        )
    options = {"metadata": metadata, "attrs": attrs, "profile": profile, "level": level}
    return codec_module.embed(pixels, as_arrays(data), make_job(options, None))


def extract(pixels: npt.NDArray[np.uint8], *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Array]:
    """All arrays that (H, W, 3 or 4) uint8 `pixels` carry, by name; errors as `load`."""
    _check_pixels(pixels)
    check_limits(limits)
    height, width = pixels.shape[:2]
    with explaining_pixels(pixels):
        return _all_arrays(
            codec_module.Opened(iter([pixels]), width, height, pixels.nbytes), limits
        )


def _check_pixels(pixels: npt.NDArray[np.uint8]) -> None:
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
        message = "pixels are a numpy array of uint8"
        raise TypeError(message)
    if pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or not pixels.size:
        message = f"pixels have shape (H, W, 3) or (H, W, 4), not {pixels.shape}"
        raise EncodeError(Reason.COVER_INVALID, message)


def _all_arrays(opened: codec_module.Opened, limits: Limits) -> dict[str, Array]:
    opened.check_output(opened.names, limits)
    return {name: opened.array(name) for name in opened.names}


def _pick(name: str | None, names: list[str]) -> str:
    if name is None and len(names) == 1:
        return names[0]
    wanted = DEFAULT_NAME if name is None else name
    if wanted in names:
        return wanted
    if name is None:
        message = f"say which array: this file has {listed(names)}"
        raise AmbiguousNameError(message)
    raise UnknownNameError(name, names)


class AmbiguousNameError(KeyError):
    """No name was given, and the file has not just one array."""

    def __str__(self) -> str:
        return str(self.args[0])
