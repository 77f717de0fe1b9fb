"""Checks of records: a value from a file has the type, range and size of a closed table, or fails.

A check is a function of a JSON value. It returns the value to use, or raises SchemaError that
names the member at fault. Checks are combined into tables: `record({"size": items(number(0, 9))})`.
Use only what a check returned: members that no table names are not in it.

    size = record({"width": integer(1, 4096)}, {"title": nullable(text(200))})
    size({"width": 7, "colour": "red"})    # {"width": 7}
    size({"width": 7.0})                   # SchemaError: width: 7.0 is no integer
"""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final, TypeAlias, TypeVar

Json: TypeAlias = Any
T = TypeVar("T")
Check: TypeAlias = Callable[[Json], T]

_SHOWN_MAX: Final = 40  # characters of a value that an error quotes


class SchemaError(ValueError):
    """A value that its table does not allow. `path`: the members that lead to it."""

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.problem, self.path = problem, path

    def below(self, member: str) -> "SchemaError":
        """The same error, seen from the value that holds `member`."""
        separator = "" if not self.path or self.path.startswith("[") else "."
        return SchemaError(self.problem, f"{member}{separator}{self.path}")


def _refuse(value: Json, problem: str) -> SchemaError:
    if isinstance(value, dict | list):  # their text may be long, and costs as much
        return SchemaError(f"{'an object' if isinstance(value, dict) else 'a list'} {problem}")
    if isinstance(value, int) and value.bit_length() > 8 * _SHOWN_MAX:
        return SchemaError(f"an integer of {value.bit_length()} bits {problem}")
    shown = ascii(value[:_SHOWN_MAX] if isinstance(value, str) else value)
    return SchemaError(f"{shown[: _SHOWN_MAX + 2]} {problem}")


def boolean(value: Json) -> bool:
    """True or false, not a number."""
    if not isinstance(value, bool):
        raise _refuse(value, "is neither true nor false")
    return value


def integer(lowest: int, highest: int) -> Check[int]:
    """An integer within a range; 1.0 and true are none."""

    def check(value: Json) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise _refuse(value, "is no integer")
        if not lowest <= value <= highest:
            raise _refuse(value, f"is not within {lowest} to {highest}")
        return value

    return check


def number(lowest: float, highest: float) -> Check[float]:
    """A finite number within a range, an integer or not, as it is."""

    def check(value: Json) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _refuse(value, "is no number")
        if (isinstance(value, float) and not isfinite(value)) or not lowest <= value <= highest:
            raise _refuse(value, f"is not within {lowest} to {highest}")
        return value

    return check


def text(characters: int) -> Check[str]:
    """A string of at most so many characters."""

    def check(value: Json) -> str:
        if not isinstance(value, str):
            raise _refuse(value, "is no text")
        if len(value) > characters:
            raise SchemaError(f"a text of {len(value)} characters, more than {characters}")
        return value

    return check


def one_of(*allowed: str | int | float | bool | None) -> Check[Any]:
    """One of the values of a list, of the same type."""
    known = {(type(one), one): one for one in allowed}

    def check(value: Json) -> Any:  # noqa: ANN401 - one of `allowed`
        if isinstance(value, dict | list) or (type(value), value) not in known:
            names = ", ".join(str(one) for one in allowed[:12])
            raise _refuse(value, f"is none of {names}{', ...' if len(allowed) > 12 else ''}")
        return known[type(value), value]  # ours, not the file's

    return check


def nullable(inner: Check[T]) -> Check[T | None]:
    """None, or what `inner` allows."""
    return lambda value: None if value is None else inner(value)


def items(inner: Check[T], maximum: int, *, minimum: int = 0) -> Check[list[T]]:
    """A list of at most `maximum` and at least `minimum` values, each as `inner` allows."""

    def check(value: Json) -> list[T]:
        if not isinstance(value, list):
            raise _refuse(value, "is no list")
        if not minimum <= len(value) <= maximum:
            raise SchemaError(f"a list of {len(value)} values, not of {minimum} to {maximum}")
        return [_inside(inner, one, f"[{i}]") for i, one in enumerate(value)]

    return check


def row(*inner: Check[Any]) -> Check[list[Any]]:
    """A list with one value for each check, such as a point."""

    def check(value: Json) -> list[Any]:
        if not isinstance(value, list):
            raise _refuse(value, "is no list")
        if len(value) != len(inner):
            raise SchemaError(f"a list of {len(value)} values, not of {len(inner)}")
        pairs = zip(inner, value, strict=True)
        return [_inside(one, part, f"[{i}]") for i, (one, part) in enumerate(pairs)]

    return check


def record(
    members: Mapping[str, Check[Any]], optional: Mapping[str, Check[Any]] | None = None
) -> Check[dict[str, Any]]:
    """An object with all of `members`, perhaps with some of `optional`. Others are dropped."""
    table = {**members, **(optional or {})}

    def check(value: Json) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _refuse(value, "is no object")
        missing = next((name for name in members if name not in value), None)
        if missing is not None:
            raise SchemaError("missing", missing)
        return {
            name: _inside(inner, value[name], name)
            for name, inner in table.items()
            if name in value
        }

    return check


def mapping(names: Check[str], values: Check[T], maximum: int) -> Check[dict[str, T]]:
    """An object of at most `maximum` members whose names and values are checked alike."""

    def check(value: Json) -> dict[str, T]:
        if not isinstance(value, dict):
            raise _refuse(value, "is no object")
        if len(value) > maximum:
            raise SchemaError(f"an object of {len(value)} members, more than {maximum}")
        return {names(name): _inside(values, one, ascii(name)) for name, one in value.items()}

    return check


def tagged(member: str, kinds: Mapping[str, Check[dict[str, Any]]]) -> Check[dict[str, Any]]:
    """An object whose `member` names the table for the whole of it; it stays in the result."""
    names = one_of(*kinds)

    def check(value: Json) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _refuse(value, "is no object")
        if member not in value:
            raise SchemaError("missing", member)
        kind = _inside(names, value[member], member)
        return {**kinds[kind](value), member: kind}

    return check


def either(*inner: Check[Any]) -> Check[Any]:
    """What the first check that allows the value returns; the last one's error if none does."""

    def check(value: Json) -> Any:  # noqa: ANN401 - of whichever check
        for one in inner[:-1]:
            try:
                return one(value)
            except SchemaError:
                continue
        return inner[-1](value)

    return check


def _inside(inner: Check[T], value: Json, member: str) -> T:
    try:
        return inner(value)
    except SchemaError as problem:
        raise problem.below(member) from None
