"""Plans: the size and capacity of a picture, computed without writing a file."""

from collections.abc import Mapping  # noqa: TC003 - get_type_hints needs it
from dataclasses import dataclass
from math import log10
from typing import Unpack

import numpy.typing as npt  # noqa: TC002

from intaglio._format.registry import Depths, carrier_capacity, pixels_for
from intaglio._inspect.info import profile_name
from intaglio._options import Options
from intaglio._packing.encoder import pack
from intaglio._packing.inputs import as_arrays
from intaglio._packing.job import make_job
from intaglio._packing.signatures import explicit
from intaglio._render.picture import plan_size


@dataclass(frozen=True, slots=True)
class Plan:
    """The picture that `save` would write with the same arguments; str() is a summary.

    Attributes
    ----------
    width, height : int
        The size in pixels.
    pixels_needed : int
        The minimum number of pixels that hold the data at these depths.
    scale : float or None
        Pixels per cell; None if there are several arrays, or a cover.
    profile : str
        The name of the profile, or its depths joined by hyphens.
    body_bytes, capacity_bytes : int
        The bytes that are carried, and the bytes that the picture could carry.
    psnr : float
        Peak signal-to-noise ratio in dB of pixels with data, against the picture without data.
        Computed for the nearest values; shaping for a smaller file lowers it by up to 3 dB.
    shows : str
        What the picture shows, in words.
    """

    width: int
    height: int
    pixels_needed: int
    scale: float | None
    profile: str
    body_bytes: int
    capacity_bytes: int
    psnr: float
    shows: str

    def __str__(self) -> str:
        use = use_text(self.width, self.height, self.body_bytes, self.capacity_bytes, self.profile)
        return f"{use}\n  PSNR {self.psnr:.1f} dB; shows {self.shows}"


def use_text(width: int, height: int, body_bytes: int, capacity_bytes: int, profile: str) -> str:
    """Size and use of a picture in one line."""
    return (
        f"{width}x{height} pixels carry {body_bytes:,} bytes, "
        f"{100 * body_bytes / capacity_bytes:.0f} % of what they can with profile {profile}"
    )


@explicit()
def plan(data: "npt.ArrayLike | Mapping[str, npt.ArrayLike]", **options: Unpack[Options]) -> Plan:
    """Return the size and capacity of the picture that `save` would write; writes no file.

    Parameters
    ----------
    data : array_like or mapping of str to array_like
        As for `save`.

    Returns
    -------
    Plan
        Size, capacity and picture quality.

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
    >>> plan = ig.plan(np.zeros((100, 100)), scale=4)
    >>> plan.width, plan.height, plan.scale
    (400, 400, 4.0)
    """
    job = make_job(options, None)
    arrays = as_arrays(data)
    body = pack(arrays, job)
    needed = pixels_for(body.length, job.depths)
    size = plan_size(arrays, needed, job.look)
    return Plan(
        width=size.width,
        height=size.height,
        pixels_needed=needed,
        scale=size.scale,
        profile=profile_name(job.depths),
        body_bytes=body.length,
        capacity_bytes=carrier_capacity(size.width * size.height, job.depths),
        psnr=_psnr(job.depths),
        shows=size.description,
    )


def _psnr(depths: Depths) -> float:
    """PSNR in dB if the nearest values are written: the error is uniform in -2^d/2 .. 2^d/2 - 1."""
    squares = [(4**depth + 2) / 12 if depth else 0 for depth in depths[:3]]
    return 10 * log10(255**2 * 3 / sum(squares)) if any(squares) else float("inf")
