"""SPEC.md section 11, elements: converts numpy arrays to canonical bytes, and back.

Bytes are viewed and swapped as integers, never converted as numbers, so that every bit is kept.
"""

from functools import lru_cache
from importlib import import_module
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.registry import (
    ELEMENT_BY_CODE,
    ELEMENT_BY_NAME,
    RANK_MAX,
    TIME_ELEMENTS,
    TIME_UNIT_CODE,
    TIME_UNITS,
    Element,
)
from intaglio.errors import DecodeError, EncodeError, Reason

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]

_BOOL: Final = ELEMENT_BY_NAME["bool"].code
_HINTS: Final = {
    "O": "object arrays are never stored (nothing is ever pickled); give an array of numbers",
    "S": "byte strings are not stored; view them as uint8",
    "U": "text is not stored; put it into metadata=, or store numbers",
    "T": "text is not stored; put it into metadata=, or store numbers",
    "V": "the format has no element type for it; view it as uint8",
    "f": "the format has no element type for it; choose float64, knowing what it loses",
    "c": "the format has no element type for it; choose complex128, knowing what it loses",
}
_FIELDS_HINT: Final = "structured arrays are not stored; give each field as an array of its own"


class ElementType(NamedTuple):
    """An element of the registry; for datetime64 and timedelta64 also unit and unit count."""

    element: Element
    unit: int = 0
    unit_count: int = 0


def element_type_of(array: Array) -> ElementType:
    """The registered element type of `array`'s dtype; EncodeError(dtype-unsupported) if none."""
    if isinstance(array, np.ma.MaskedArray):
        raise EncodeError(
            Reason.DTYPE_UNSUPPORTED,
            "a masked array would lose its mask: store a.data and a.mask as two arrays",
        )
    return _element_type(array.dtype)


@lru_cache(256)
def _element_type(dtype: np.dtype[Any]) -> ElementType:
    if dtype.kind in "mM":  # [ARR-5]
        unit, count = np.datetime_data(dtype)
        element = ELEMENT_BY_NAME["datetime64" if dtype.kind == "M" else "timedelta64"]
        return ElementType(element, TIME_UNIT_CODE[unit], count)
    found = ELEMENT_BY_NAME.get(dtype.name)
    if found is None:
        by_kind = _HINTS.get(dtype.kind, "the format has no element type for it")
        hint = _FIELDS_HINT if dtype.names else by_kind
        raise EncodeError(Reason.DTYPE_UNSUPPORTED, f"dtype {dtype} cannot be carried: {hint}")
    return ElementType(found)


def canonical_bytes(array: Array, element: Element) -> Bytes:
    """The bytes of `array` in C order, each component little-endian. [ARR-1] [ARR-2] [ARR-3]

    A view of the array if its memory already has that form.
    """
    if array.ndim > RANK_MAX:
        raise EncodeError(
            Reason.SHAPE_UNSUPPORTED, f"{array.ndim} dimensions; the format has at most {RANK_MAX}"
        )
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    if element.code == _BOOL and flat.size and flat.max() > 1:  # [ARR-4] numpy allows any byte
        truth: Bytes = (flat != 0).view(np.uint8)
        return truth
    if array.dtype.byteorder == ">" or (array.dtype.byteorder == "=" and not np.little_endian):
        return flat.view(f"u{element.component_bytes}").byteswap().view(np.uint8)
    return flat


def native_dtype(kind: ElementType) -> np.dtype[Any]:
    """The numpy dtype, in native byte order, that an array of `kind` is decoded to."""
    name = kind.element.name
    if name in TIME_ELEMENTS:
        unit = TIME_UNITS[kind.unit]
        return np.dtype(name if unit == "generic" else f"{name}[{kind.unit_count}{unit}]")
    if kind.element.library:
        try:
            added: np.dtype[Any] = np.dtype(getattr(import_module(kind.element.library), name))
        except ImportError as problem:
            raise DecodeError(
                Reason.ELEMENT_UNKNOWN,
                f"{name} needs {kind.element.library}: pip install 'intaglio[{name}]'",
            ) from problem
        return added
    return np.dtype(name)


def known_element(code: int, unit: int, unit_count: int) -> ElementType:
    """The element type of a header record. [HDR-15]"""
    element = ELEMENT_BY_CODE.get(code)
    if element is None:
        raise DecodeError(
            Reason.ELEMENT_UNKNOWN, f"element code 0x{code:02X}: a newer intaglio may know it"
        )
    return ElementType(element, unit, unit_count)


def check_elements(block: Bytes, element: Element) -> None:
    """Refuse canonical bytes that are not legal elements: a bool that is not 0 or 1. [ARR-4]"""
    if element.code == _BOOL and block.size and block.max() > 1:
        raise DecodeError(Reason.ELEMENT_INVALID, "a bool is neither 0 nor 1")


def array_from_bytes(canonical: Bytes, kind: ElementType, shape: tuple[int, ...]) -> Array:
    """The array of that type and shape; on little-endian machines a view of `canonical`."""
    if not np.little_endian:
        canonical = canonical.view(f"<u{kind.element.component_bytes}").byteswap().view(np.uint8)
    return canonical.view(native_dtype(kind)).reshape(shape)
