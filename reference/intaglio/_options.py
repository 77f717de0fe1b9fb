"""Options in the caller's words, checked, and turned into a codec's job."""

from collections.abc import Mapping
from typing import Any, Final, TypedDict, get_args

from intaglio._body import Effort
from intaglio._codec import Job
from intaglio._errors import EncodeError, Reason
from intaglio._spec import DEFAULT_PROFILE, PROFILES, Depths, is_legal_depths

Profile = str | tuple[int, int, int, int]

LEVEL_USUAL: Final[int | None] = None  # chosen by effort and by what the arrays gain
_LEVELS: Final = range(1, 23)
_NOT_OF_THE_LOOK: Final = ("metadata", "attrs", "profile", "level", "effort")


class PlainOptions(TypedDict, total=False):
    """Keywords of everything that writes a picture; `save` says what they mean."""

    metadata: Mapping[str, Any] | None
    attrs: Mapping[str, Mapping[str, Any]] | None
    profile: Profile
    level: int | None
    effort: Effort
    norm: Any
    vcenter: float
    linthresh: float | None
    complex_as: str | None
    scale: float | None
    cover: Any
    enlarge: bool
    badge: bool
    pixels_max: int
    side_max: int
    side_min: int


class Options(PlainOptions, total=False):
    """`PlainOptions`, and what plt.imsave has by position: cmap, vmin, vmax, origin."""

    cmap: Any
    vmin: float | None
    vmax: float | None
    origin: str | None


def make_job(options: Mapping[str, Any], dpi: float | None) -> Job:
    """The job that `options` (keywords of `Options`) describe, checked."""
    from intaglio._picture import Look  # who only reads does without

    _check_keywords(options)
    look = {key: value for key, value in options.items() if key not in _NOT_OF_THE_LOOK}
    level = options.get("level", LEVEL_USUAL)
    if level is not None and level not in _LEVELS:
        raise EncodeError(Reason.OPTION_INVALID, f"level {level!r}: zstd has 1 to 22")
    effort = options.get("effort", "fast")
    if effort not in get_args(Effort):
        raise EncodeError(
            Reason.OPTION_INVALID, f"effort {effort!r}: one of {', '.join(get_args(Effort))}"
        )
    return Job(
        depths=_depths(options.get("profile", DEFAULT_PROFILE)),
        level=level,
        look=Look(**look),
        metadata=options.get("metadata"),
        attrs=options.get("attrs"),
        dpi=dpi,
        effort=effort,
    )


def _check_keywords(options: Mapping[str, Any]) -> None:
    unknown = next((name for name in options if name not in Options.__annotations__), None)
    if unknown is None:
        return
    from difflib import get_close_matches  # only what is wrong needs it

    names = sorted(Options.__annotations__)
    close = get_close_matches(unknown, names)
    known = f"close to it: {', '.join(close)}" if close else f"there are {', '.join(names)}"
    message = f"unexpected keyword {unknown!r}; {known}"
    raise TypeError(message)


def _depths(profile: Profile) -> Depths:
    if isinstance(profile, str):
        if profile not in PROFILES:
            raise EncodeError(
                Reason.OPTION_INVALID,
                f"profile {profile!r}: one of {', '.join(PROFILES)}, or four depths",
            )
        return PROFILES[profile]
    depths = tuple(int(depth) for depth in profile)
    if len(depths) != 4 or not is_legal_depths(depths):
        raise EncodeError(
            Reason.OPTION_INVALID,
            f"depths {depths}: four numbers, 0 to 8 for R, G, B, 0 to 4 for A, not all zero",
        )
    return depths
