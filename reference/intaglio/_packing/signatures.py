"""Signatures: shows `**options` as explicit keywords in `help()`, Tab completion and docs.

Type checkers and editors read `**options: Unpack[Options]`, which has the same keywords.
"""

import inspect
import textwrap
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_origin

from intaglio._options import TABLE, Option

_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Text(str):
    """Text that a signature shows without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def explicit(
    *without: str, defaults: Mapping[str, str] | None = None, described: bool = False
) -> Callable[[_Function], _Function]:
    """Let `inspect.signature` show each keyword that `**options` accepts.

    without: keywords that the function refuses. defaults: text for defaults that differ from the
    table's. described: add the section "Other Parameters" to the docstring, with each keyword of
    the table that the function has.
    """

    def expand(function: _Function) -> _Function:
        shown = inspect.signature(function)
        own = [_shortened(p) for p in shown.parameters.values() if p.kind is not p.VAR_KEYWORD]
        present = {parameter.name for parameter in own} | set(without)
        added = [row for row in TABLE.values() if row.name not in present]
        if len(own) == len(shown.parameters):  # it has no **options
            added = []
        keywords = [_parameter(row, defaults or {}) for row in added]
        function.__signature__ = shown.replace(parameters=[*own, *keywords])  # type: ignore[attr-defined]
        if described and function.__doc__:
            given = [TABLE[parameter.name] for parameter in own if parameter.name in TABLE]
            function.__doc__ = _with_keywords(function.__doc__, given + added)
        return function

    return expand


def _with_keywords(docstring: str, rows: list[Option]) -> str:
    """The docstring with a section on those keywords, where numpydoc expects it: before Raises."""
    section = "\n".join(
        ["    Other Parameters", "    ----------------", *map(_described, rows), "", ""]
    )
    before, raises, after = docstring.partition("    Raises\n    ------\n")
    return f"{before}{section}{raises}{after}"


def _shortened(parameter: inspect.Parameter) -> inspect.Parameter:
    """A parameter with a short type: the table's, or its own string without quotes."""
    if parameter.name in TABLE:
        return parameter.replace(annotation=_Text(type_text(TABLE[parameter.name])))
    if not isinstance(parameter.annotation, str):
        return parameter
    return parameter.replace(annotation=_Text(parameter.annotation.replace("npt.", "")))


def _parameter(row: Option, defaults: Mapping[str, str]) -> inspect.Parameter:
    value = _Text(f"<{defaults[row.name]}>") if row.name in defaults else row.default
    return inspect.Parameter(
        row.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=value,
        annotation=_Text(type_text(row)),
    )


def _described(row: Option) -> str:
    indent = " " * 8
    text = textwrap.fill(sentence(row), 96, initial_indent=indent, subsequent_indent=indent)
    return f"    {row.name} : {type_text(row)}\n{text}"


def sentence(row: Option) -> str:
    """The help of one keyword for Python users, with its range and default."""
    parts = [row.help, row.python, f"It is {row.range_text}." if row.range_text else ""]
    return " ".join([*filter(None, parts), f"Default: {row.default_text}."])


def type_text(row: Option) -> str:
    """The type of a keyword as short text."""
    is_generic = get_origin(row.type) is not None
    text = row.type_text or (
        inspect.formatannotation(row.type) if is_generic else row.type.__name__
    )
    return text.replace("collections.abc.", "").replace("typing.", "")
