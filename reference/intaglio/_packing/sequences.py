"""Checks that numpy kept every element of a sequence: numpy may round or convert elements.

numpy.asarray([2**53 + 1, 0.5]) rounds the integer, numpy.asarray([True, 2]) converts the bool, and
an integer beside a time becomes a time. Such lists are refused, because no array of one dtype can
hold their elements.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np

from intaglio._format.elements import Array
from intaglio.errors import EncodeError, Reason

# Types of elements that are neither a sequence nor an array.
_SCALARS: Final = frozenset({bool, int, float, complex, str, bytes, type(None)})
_PROTOCOLS: Final = ("__array__", "__array_interface__", "__array_struct__")
_SURE: Final = {bool: "b", int: "iu", float: "f", complex: "c"}  # type -> dtype kinds that keep it
_NUMBERS: Final = (int, float, np.integer, np.floating)
_WHOLE_IN_FLOAT_MAX: Final = 2.0**53  # below this a float64 holds every integer


def is_sequence(value: object) -> bool:
    """Whether numpy converts `value` element by element."""
    if type(value) in _SCALARS or isinstance(value, str | bytes | np.generic | np.ndarray):
        return False
    if _is_array(value):
        return False
    looped = hasattr(value, "__iter__") or hasattr(value, "__getitem__")
    return isinstance(value, Sequence) or (looped and hasattr(value, "__len__"))


def check_elements_kept(value: Any, array: Array) -> None:  # noqa: ANN401 - any sequence
    """Refuse `array`, made from the sequence `value`, if an element was changed."""
    if array.dtype.kind not in "biufcmMV":
        return  # other dtypes, such as text, are refused later
    if type(value) is range:
        return
    kinds: set[type] = set()
    elements = [*_elements(value, kinds)]
    if _is_sure(kinds, array):
        return
    if len(elements) != array.size:
        raise _refused(f"it has {len(elements)} elements, numpy made {array.size} of them")
    for index, (given, kept) in enumerate(zip(elements, array.reshape(-1), strict=True)):
        why = _maybe_why_changed(given, kept)
        if why:
            indices = "".join(f"[{i}]" for i in np.unravel_index(index, array.shape))
            raise _refused(f"element {indices}, {_shown(given)}, {why}")


def _is_sure(kinds: set[type], array: Array) -> bool:
    """Whether elements of these types are all kept, so that they need no check one by one."""
    if len(kinds) == 1:
        (kind,) = kinds
        if array.dtype.kind in _SURE.get(kind, ""):
            return True
        return kind is array.dtype.type and array.dtype.kind not in "mM"
    if array.dtype != np.float64 or not all(
        issubclass(kind, _NUMBERS) and not issubclass(kind, bool) for kind in kinds
    ):
        return False
    return bool((np.abs(array) < _WHOLE_IN_FLOAT_MAX).all())


def _elements(value: Any, kinds: set[type]) -> Iterator[Any]:  # noqa: ANN401
    """The elements in C order, those of arrays as numpy scalars; adds their types to `kinds`."""
    types = set(map(type, value))
    if types <= _SCALARS:
        kinds |= types
        return iter(value)
    return chain.from_iterable(_elements_of_item(item, kinds) for item in value)


def _elements_of_item(item: Any, kinds: set[type]) -> Iterator[Any]:  # noqa: ANN401
    if is_sequence(item):
        return _elements(item, kinds)
    if type(item) not in _SCALARS and _is_array(item):
        item = np.asanyarray(item)  # keeps masked arrays
        if isinstance(item, np.ma.MaskedArray):
            raise _refused("an element is masked, and would lose its mask")
        item = np.asarray(item)
        kinds.add(item.dtype.type)
        return iter(item.reshape(-1))
    kinds.add(type(item))
    return iter((item,))


def _is_array(value: object) -> bool:
    """Whether numpy converts `value` as a whole, with a protocol."""
    if any(hasattr(value, name) for name in _PROTOCOLS):
        return True
    try:
        memoryview(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, BufferError):
        return False
    return True


def _maybe_why_changed(given: Any, kept: np.generic) -> str | None:  # noqa: ANN401
    """How `kept`, an element of the array, differs from `given`; None if it does not."""
    dtype = kept.dtype
    if isinstance(given, np.datetime64 | np.timedelta64):
        return _maybe_why_time_changed(given, kept)
    if dtype.kind in "mM":
        return f"would become a {dtype.name} among times"
    if isinstance(given, bool | np.bool) != (dtype.kind == "b"):
        return f"would become a number, {kept}: bools and numbers do not share an array"
    if isinstance(given, int | np.integer) and dtype.kind not in "biu":
        if int(given) == kept.item():
            return None
        return f"is an integer that {dtype.name} cannot hold: it would become {kept.item():.17g}"
    return None if given == kept or (given != given and kept != kept) else f"would become {kept}"


def _maybe_why_time_changed(given: Any, kept: np.generic) -> str | None:  # noqa: ANN401
    if given.dtype == kept.dtype or (np.isnat(given) and np.isnat(kept)):
        return None
    if given.dtype.kind != kept.dtype.kind:
        return f"would become {kept}"
    try:
        back = kept.astype(given.dtype)
    except (TypeError, ValueError, OverflowError):
        back = None
    exact = back is not None and back.view(np.int64) == given.view(np.int64)
    generic = np.datetime_data(given.dtype)[0] == "generic"
    return None if exact and not generic else f"does not fit the unit of the others, {kept.dtype}"


def _shown(value: object) -> str:
    return ascii(value)[:40]


def _refused(detail: str) -> EncodeError:
    hint = "give a numpy array of the intended dtype"
    return EncodeError(Reason.DTYPE_UNSUPPORTED, f"{detail}; {hint}")
