"""Rewrites errors from Python keywords to the options of the running verb."""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final

from intaglio._options import TABLE
from intaglio.limits import OUTPUT_BYTES_VARIABLE, PIXELS_VARIABLE

_VARIABLES: Final = {
    "Limits(pixels_max)": PIXELS_VARIABLE,
    "Limits(output_bytes_max)": OUTPUT_BYTES_VARIABLE,
}
_LIMIT: Final = re.compile(r"Limits\((\w+)=\.\.\.\)( or )?")
# keyword=True, keyword='value', keyword=value, and a bare keyword=
_KEYWORD: Final = re.compile(rf"\b({'|'.join(TABLE)})=(?:True\b|'([^']*)'|(?=(.?)))")


def option_of(keyword: str) -> str:
    """Return the option that corresponds to a keyword."""
    return f"--{keyword.replace('_', '-')}"


_ALL: Final[Mapping[str, str]] = {
    **{name: option_of(name) for name in TABLE},
    "Limits(pixels_max)": "--pixels-max",
    "Limits(output_bytes_max)": "--bytes-max",
}
_options: ContextVar[Mapping[str, str]] = ContextVar("_options", default=_ALL)


def speak_of(options: Mapping[str, str]) -> None:
    """Register the flag for each keyword of the running verb."""
    _options.set(options)


def in_options(detail: str, keyword: str | None = None) -> str:
    """Rewrite `detail` for the command line; it starts with the option for `keyword`.

    A limit without an option in the running verb is named by its environment variable.
    """
    options = _options.get()

    def limit(match: re.Match[str]) -> str:
        name = f"Limits({match[1]})"
        if name in options:
            return options[name] + (match[2] or "")
        return "" if match[2] else _VARIABLES[name]

    def option(match: re.Match[str]) -> str:
        name, quoted, follows = options.get(match[1], option_of(match[1])), match[2], match[3]
        if quoted is not None:
            return f"{name} {quoted}"
        return f"{name} " if follows and (follows.isalnum() or follows in "-([") else name

    told = _KEYWORD.sub(option, _LIMIT.sub(limit, detail))
    flag = options.get(keyword) if keyword else None
    return told if flag is None or flag in told else f"{flag}: {told}"
