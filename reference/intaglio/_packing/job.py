"""Checks the keywords of all writers, and makes the encoder's job from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from numbers import Integral
from typing import TYPE_CHECKING, Any, Final, get_args

from intaglio._escape import digits_of
from intaglio._format.blocks import BlockForm
from intaglio._format.png.head import write_phys
from intaglio._format.registry import PROFILES, Depths, is_legal_depths
from intaglio._options import TABLE, Effort, Profile, default
from intaglio._packing.body import BLOCK_BYTES_DEFAULT
from intaglio.errors import EncodeError, Reason

if TYPE_CHECKING:
    from intaglio._render.style import Look

_NOT_OF_THE_LOOK: Final = ("metadata", "attrs", "profile", "level", "effort")


@dataclass(frozen=True, slots=True)
class Job:
    """All settings that decide the bytes of a file, besides the arrays."""

    depths: Depths
    level: int | None
    look: "Look"
    metadata: Mapping[str, Any] | None = None
    attrs: Mapping[str, Mapping[str, Any]] | None = None
    dpi: float | None = None
    form: BlockForm | None = None
    block_bytes: int = BLOCK_BYTES_DEFAULT
    effort: Effort = "fast"


def make_job(options: Mapping[str, Any], dpi: float | None) -> Job:
    """Check `options` (keywords of `Options`) and return the job that they describe.

    Raises TypeError for wrong types, EncodeError(OPTION_INVALID) with `.option` for wrong values.
    """
    from intaglio._render.style import Look  # imported here because decoding never needs it

    _check_keywords(options)
    check_dpi(dpi)
    look = {key: value for key, value in options.items() if key not in _NOT_OF_THE_LOOK}
    return Job(
        depths=_depths(options.get("profile", default("profile"))),
        level=_level(options.get("level", default("level"))),
        look=Look(**look),
        metadata=_mapping("metadata", options.get("metadata")),
        attrs=_mapping("attrs", options.get("attrs")),
        dpi=dpi,
        effort=_effort(options.get("effort", default("effort"))),
    )


def check_dpi(dpi: float | None) -> None:
    """Raise TypeError or EncodeError(option-invalid) if a PNG cannot hold this resolution."""
    if dpi is not None:
        write_phys(dpi)


def _level(level: object) -> int | None:
    if level is None:
        return None
    number = _whole("level", level)
    if not TABLE["level"].allows(number):
        raise _invalid("level", TABLE["level"].refusal(_shown(number)))
    return number


def _effort(effort: object) -> Effort:
    if not isinstance(effort, str):
        raise _wrong_type("effort", "a string", effort)
    for known in get_args(Effort):
        if effort == known:
            return known  # type: ignore[no-any-return]
    raise _invalid("effort", TABLE["effort"].refusal(repr(effort)))


def _mapping(name: str, value: Any) -> Mapping[str, Any] | None:  # noqa: ANN401
    if value is not None and not isinstance(value, Mapping):
        raise _wrong_type(name, "a mapping with str keys", value)
    return value


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise _wrong_type(name, "a whole number", value)
    return int(value)


def _wrong_type(name: str, wanted: str, value: object) -> TypeError:
    return TypeError(f"{name}= is {wanted}, not {type(value).__name__}")


def _invalid(name: str, detail: str) -> EncodeError:
    return EncodeError(Reason.OPTION_INVALID, detail, name)


def _check_keywords(options: Mapping[str, Any]) -> None:
    unknown = next((name for name in options if name not in TABLE), None)
    if unknown is None:
        return
    from difflib import get_close_matches  # imported here because only errors need it

    names = sorted(TABLE)
    close = get_close_matches(unknown, names)
    known = f"close to it: {', '.join(close)}" if close else f"there are {', '.join(names)}"
    message = f"unexpected keyword {unknown!r}; {known}"
    raise TypeError(message)


def _depths(profile: Profile) -> Depths:
    if isinstance(profile, str):
        if profile not in PROFILES:
            raise _invalid(
                "profile",
                f"profile= is one of {', '.join(PROFILES)}, or four depths, not {profile!r}",
            )
        return PROFILES[profile]
    scalar = getattr(profile, "ndim", 1) == 0  # a 0-d array has __iter__, but no elements
    if scalar or isinstance(profile, bytes | Mapping) or not isinstance(profile, Iterable):
        raise _wrong_type("profile", "a name or four depths", profile)
    depths = tuple(_whole("profile", depth) for depth in islice(profile, 5))
    if len(depths) != 4 or not is_legal_depths(depths):
        raise _invalid(
            "profile",
            "profile= is four depths, 0 to 8 for R, G and B, 0 to 4 for A, not all zero, "
            f"not ({', '.join(map(_shown, depths))})",
        )
    return depths


def _shown(number: int) -> str:
    """A number for a message; Python refuses to print integers of thousands of digits."""
    return str(number) if abs(number) < 10**20 else f"of {digits_of(number):,} digits"
