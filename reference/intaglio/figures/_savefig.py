"""savefig: save a figure as a PNG that shows it and carries its data."""

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from intaglio._io import Source, check_target, write_target
from intaglio._options import DEFAULT_PIXELS_MAX, LEVEL_DEFAULT, TABLE, Profile
from intaglio._packing.body import Body
from intaglio._packing.encoder import encode, pack, pixels_needed
from intaglio._packing.job import Job, make_job
from intaglio._records.schema import SchemaError
from intaglio.errors import EncodeError, Reason, need
from intaglio.figures._schema import FIGURE, KEYWORDS, count, maxima

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Pixels = npt.NDArray[np.uint8]  # (H, W, 3)

MEMBER: Final = "intaglio.figure"  # where the file's metadata hold the figure's record
PROFILES_TRIED: Final = (
    "fine",
    str(TABLE["profile"].default),
)  # tried in this order if the caller names none: least visible noise first
_DRAWS_MAX: Final = 6  # renderings at a higher dpi, after the first
# Keywords without a warning: stored elsewhere, refused, or without effect on the pixels.
_NOT_OF_THE_PICTURE: Final = frozenset({"dpi", "metadata", "pil_kwargs", "transparent", "format"})


class Drawn(NamedTuple):
    """A rendered figure: its pixels and its encoded body."""

    pixels: Pixels
    body: Body
    job: Job
    beyond: str | None  # why `replot` will refuse the figure; None if it will not

    @property
    def dpi(self) -> float:
        return self.job.dpi or 0.0

    @property
    def needed(self) -> int:
        """Pixels needed to hold the body."""
        return pixels_needed(self.body, self.job)

    @property
    def fits(self) -> bool:
        height, width, _ = self.pixels.shape
        return int(height * width) >= self.needed


def savefig(
    fname: Source,
    fig: "Figure | None" = None,
    *,
    grow: bool = False,
    metadata: Mapping[str, Any] | None = None,
    profile: Profile | None = None,
    level: int | None = LEVEL_DEFAULT,
    pixels_max: int = DEFAULT_PIXELS_MAX,
    **keywords: Any,  # noqa: ANN401 - matplotlib's
) -> None:
    """Save a figure as plt.savefig does, as a PNG that carries the data of all artists.

    Parameters
    ----------
    fname : path or binary file object
        A path that ends in .png.
    fig : matplotlib.figure.Figure, optional
        Default: the current figure.
    grow : bool
        Whether dpi may be raised until the data fits.
    metadata : dict, optional
        A JSON object to store beside the figure.
    profile, level, pixels_max : optional
        As for `save`; but "fine" is the default profile if it holds the data.
    **keywords
        Of matplotlib's savefig: dpi, bbox_inches, facecolor, ...

    Raises
    ------
    EncodeError
        The PNG cannot hold the figure, or an option is refused. With reason `capacity-exceeded`,
        the message names a dpi that is high enough, if one was found.
    OSError
        The file cannot be written.
    """
    check_target(fname)
    need("matplotlib", "figures")
    figure = _current() if fig is None else fig
    _check_figure(figure)
    _check_keywords(keywords)
    if metadata is not None and MEMBER in metadata:
        raise EncodeError(
            Reason.METADATA_INVALID, f"metadata= must not contain {MEMBER!r}: savefig writes it"
        )
    options = {"profile": profile, "level": level, "pixels_max": pixels_max}
    render = _renderer(figure, keywords)
    drawn = fit(figure, render, options, metadata or {}, grow=grow)
    write_target(fname, lambda out: write(out, drawn))


def _renderer(figure: "Figure", keywords: Mapping[str, Any]) -> "_Savefig":
    given = {key: value for key, value in keywords.items() if value is not None}
    _warn_of(given)
    # `given` has no None values: matplotlib uses rcParams for these.
    return _Savefig(figure, {**_settings(), **given})


def _settings() -> dict[str, Any]:
    """Return the changed savefig rcParams as keywords, since they may differ at `replot`."""
    import matplotlib as mpl

    names = {
        "bbox_inches": "savefig.bbox",
        "pad_inches": "savefig.pad_inches",
        "facecolor": "savefig.facecolor",
        "edgecolor": "savefig.edgecolor",
    }
    present: Any = mpl.rcParams
    usual: Any = mpl.rcParamsDefault
    return {key: present[name] for key, name in names.items() if present[name] != usual[name]}


def _current() -> "Figure":
    from matplotlib import pyplot as plt

    if not plt.get_fignums():
        raise EncodeError(Reason.OPTION_INVALID, "there is no current figure: pass fig=")
    return plt.gcf()


def _check_figure(figure: object) -> None:
    from matplotlib.figure import Figure

    if not isinstance(figure, Figure):
        hint = ": its .figure is one" if hasattr(figure, "figure") else ""
        message = f"fig= must be a matplotlib Figure, not {type(figure).__name__}{hint}"
        raise TypeError(message)


def _check_keywords(keywords: Mapping[str, Any]) -> None:
    import matplotlib as mpl

    form = keywords.get("format")
    if form is not None and str(form).lower() != "png":
        raise EncodeError(Reason.FORMAT_UNSUPPORTED, f"format {form!r}: only png keeps the data")
    transparent = keywords.get("transparent")
    if mpl.rcParams["savefig.transparent"] if transparent is None else transparent:
        raise EncodeError(
            Reason.OPTION_INVALID,
            "transparent=True: tools rewrite the colours of transparent pixels, and the data with "
            "them; say transparent=False, and facecolor= for another ground",
        )


def _warn_of(keywords: Mapping[str, Any]) -> None:
    """Warn about keywords that change the picture but cannot be stored in the file."""
    from intaglio.figures._style import kept

    changing = {key: value for key, value in keywords.items() if key not in _NOT_OF_THE_PICTURE}
    known = kept({key: changing[key] for key in changing if key in KEYWORDS}, KEYWORDS)
    lost = [f"{key}=" for key in changing if key not in known]
    if lost:
        message = f"saved_with will not have {', '.join(lost)}: replot() is saved without"
        warnings.warn(message, stacklevel=3)


class Renderer(Protocol):
    """Renders a figure at the given dpi; None: at its own."""

    @property
    def keywords(self) -> Mapping[str, Any]:
        """Return the keywords that Figure.savefig needs to save the same picture after `replot`."""
        ...

    def __call__(self, dpi: float | None) -> tuple[Pixels, float]:
        """Render; return RGB pixels and the dpi."""
        ...


@dataclass(frozen=True, slots=True)
class _Savefig:
    figure: "Figure"
    keywords: Mapping[str, Any]

    def __call__(self, dpi: float | None) -> tuple[Pixels, float]:
        import matplotlib as mpl

        asked = self.keywords.get("dpi", mpl.rcParams["savefig.dpi"])
        used = dpi or float(self.figure.dpi if asked in (None, "figure") else asked)
        buffer = io.BytesIO()
        self.figure.savefig(buffer, **{**self.keywords, "format": "png", "dpi": used})
        return flat(buffer), used


def fit(
    figure: "Figure",
    render: Renderer,
    options: Mapping[str, Any],
    metadata: Mapping[str, Any],
    *,
    grow: bool,
) -> Drawn:
    """Render a figure so that it holds its data, at a higher dpi if `grow` allows it.

    Without `grow`, the other renderings only find the dpi that EncodeError(CAPACITY_EXCEEDED)
    names.
    """
    first = drawn = _draw(figure, render, options, metadata, None)
    for _ in range(_DRAWS_MAX):
        if drawn.fits:
            break
        height, width = drawn.pixels.shape[:2]
        dpi = ceil(drawn.dpi * sqrt(drawn.needed / (width * height)))
        if drawn.needed > options["pixels_max"]:
            raise EncodeError(
                Reason.CAPACITY_EXCEEDED,
                f"needs {drawn.needed:,} pixels (dpi={dpi}), pixels_max= allows "
                f"{options['pixels_max']:,}: raise it, or take a denser profile=",
            )
        drawn = _draw(figure, render, options, metadata, max(dpi, int(drawn.dpi) + 1))
    if not drawn.fits or (drawn is not first and not grow):
        height, width = first.pixels.shape[:2]
        remedy = f"dpi={drawn.dpi:g}, or grow=True, would hold it; " if drawn.fits else ""
        raise EncodeError(
            Reason.CAPACITY_EXCEEDED,
            f"needs {first.needed:,} pixels, the figure has {width * height:,} ({width}x{height}) "
            f"at dpi={first.dpi:g}: {remedy}a denser profile= needs fewer",
        )
    if drawn.beyond is not None:
        warnings.warn(f"the values are kept, but {drawn.beyond}", stacklevel=3)
    return drawn


def _draw(
    figure: "Figure",
    render: Renderer,
    options: Mapping[str, Any],
    metadata: Mapping[str, Any],
    dpi: float | None,
) -> Drawn:
    from intaglio.figures._columns import Store
    from intaglio.figures._figure import write_figure
    from intaglio.figures._style import kept, plain

    pixels, used = render(dpi)
    store = Store()
    keywords = kept({k: v for k, v in render.keywords.items() if k in KEYWORDS}, KEYWORDS)
    record = write_figure(figure, store) | {"saved": {"dpi": used, "keywords": keywords}}
    try:
        record = plain(FIGURE(record))  # stores NaN and infinity as text: JSON has none
    except SchemaError as problem:
        raise EncodeError(
            Reason.METADATA_INVALID, f"the figure is beyond what a file may say: {problem}"
        ) from problem
    beyond = count(record, store.arrays).beyond(maxima(store.arrays))
    asked = options["profile"]
    shared = {**options, "metadata": {MEMBER: record, **metadata}, "cover": pixels}
    jobs = [
        make_job({**shared, "profile": profile}, used)
        for profile in (PROFILES_TRIED if asked is None else (asked,))
    ]
    body = pack(store.arrays, jobs[0])  # the body does not depend on the profile
    tried = [Drawn(pixels, body, job, beyond) for job in jobs]
    return next((drawn for drawn in tried if drawn.fits), tried[-1])


def flat(png: io.BytesIO) -> Pixels:
    """Return the RGB pixels of a PNG, composited over white."""
    with Image.open(png) as image:
        whole = image.convert("RGBA")
    white = Image.new("RGBA", whole.size, (255, 255, 255, 255))
    return np.asarray(Image.alpha_composite(white, whole).convert("RGB"))


def write(out: BinaryIO, drawn: Drawn) -> None:
    """Write a rendered figure and its data as a PNG file."""
    encode({}, drawn.job, body=drawn.body).write(out)
