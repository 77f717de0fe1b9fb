"""Result types of `diff`: plain values, with a text form."""

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from intaglio._escape import escaped, json_for_people

_SHOWN_MAX: Final = 60  # characters of a metadata value


@dataclass(frozen=True, slots=True)
class Change:
    """A member that differs between two JSON objects: its path, and both values; () is absent."""

    path: tuple[str, ...]
    a: tuple[Any, ...]
    b: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """One differing element: its index, and both values as text."""

    index: tuple[int, ...]
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class ArrayDiff:
    """An array that both files hold, compared.

    Attributes
    ----------
    name : str
    dtype, shape : tuple
        Of the first and of the second file.
    differing : int or None
        Elements whose bits differ; None if dtype or shape differ.
    greatest_absolute : number or None
        Largest absolute difference, in the unit of the dtype; None if no differing element is a
        number.
    greatest_ulp : int or None
        For floats: largest distance between finite elements, counted in representable values.
    only_nan_or_zero_sign : bool
        Whether only bits of NaNs or signs of zeros differ.
    first : tuple of Element
        The first differing elements, in C order.
    """

    name: str
    equal: bool
    dtype: tuple[str, str]
    shape: tuple[tuple[int, ...], tuple[int, ...]]
    elements: int
    attrs: tuple[Change, ...] = ()
    differing: int | None = None
    greatest_absolute: int | float | None = None
    greatest_ulp: int | None = None
    only_nan_or_zero_sign: bool = False
    first: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """The result of `diff`.

    `bool(d)` is True if the files differ. `str(d)` is the text that `intaglio diff` prints.
    The look of the pictures and the order of arrays are not compared.
    """

    equal: bool
    metadata: tuple[Change, ...]
    only_in_a: tuple[str, ...]
    only_in_b: tuple[str, ...]
    arrays: tuple[ArrayDiff, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the result as dicts, lists, numbers and strings that JSON can hold."""
        found = asdict(self)
        for array in found["arrays"]:
            value = array["greatest_absolute"]
            if isinstance(value, float) and not np.isfinite(value):
                array["greatest_absolute"] = str(value)  # JSON has no infinity
        return found

    def __bool__(self) -> bool:
        return not self.equal

    def __str__(self) -> str:
        lines = [f"metadata {_change(change)}" for change in self.metadata]
        lines += [f"only in the first: {escaped(name)}" for name in self.only_in_a]
        lines += [f"only in the second: {escaped(name)}" for name in self.only_in_b]
        for array in self.arrays:
            if not array.equal:
                lines += _array_lines(array)
        return "\n".join(lines) or "the data is the same"


def _array_lines(array: ArrayDiff) -> list[str]:
    lines = [f"{escaped(array.name)}: {_summary(array)}"]
    lines += [f"  attrs {_change(change)}" for change in array.attrs]
    lines += [f"  {list(element.index)}  {element.a}  {element.b}" for element in array.first]
    if array.differing and array.differing > len(array.first):
        lines.append("  ...")
    return lines


def _summary(array: ArrayDiff) -> str:
    if array.differing is None:
        kinds = [f"{a} and {b}" for a, b in (array.dtype, array.shape) if a != b]
        return ", ".join(kinds)
    if not array.differing:
        return "same elements, other attributes"
    words = [f"{array.differing:,} of {array.elements:,} elements differ"]
    if array.only_nan_or_zero_sign:
        words.append("only in NaN payloads or the sign of zero")
    if array.greatest_absolute is not None:
        words.append(f"by at most {array.greatest_absolute}")
    if array.greatest_ulp is not None:
        words.append(f"{array.greatest_ulp:,} ulp")
    return ", ".join(words)


def _change(change: Change) -> str:
    def shown(values: tuple[Any, ...]) -> str:
        text = json_for_people(values[0]) if values else "nothing"
        return text if len(text) <= _SHOWN_MAX else text[:_SHOWN_MAX] + "..."

    path = ".".join(escaped(str(step)) for step in change.path)
    return f"{path}: {shown(change.a)} and {shown(change.b)}"
