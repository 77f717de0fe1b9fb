"""HDF5's datatypes: which of them are numbers, by a closed table, and their bytes as arrays.

Elements are read as the file has them and their bytes understood here. Left to itself HDF5
converts: an enum's values without a name become -1, floats of other widths are rounded; and
h5py makes a dtype of a text in the file.
"""

import re
import struct
from typing import Any, Final, NamedTuple

import numpy as np

from intaglio._convert.base import Array, bfloat16, native
from intaglio._convert.npy import NotCarriedError, check_bools
from intaglio._format.registry import RANK_MAX

_FLOATS: Final = {  # sign, exponent and mantissa: position and bits; bias
    (15, 10, 5, 0, 10, 15, 2): "f2",
    (31, 23, 8, 0, 23, 127, 4): "f4",
    (63, 52, 11, 0, 52, 1023, 8): "f8",
    (15, 7, 8, 0, 7, 127, 2): "bfloat16",
}
_TIME: Final = re.compile(
    rb"NUMPY:([<>])([mM]8)\[([1-9]\d{0,8})?(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\]"
)
_BOOL: Final = {b"FALSE": 0, b"TRUE": 1}
_NAMES_MAX: Final = 10
_NESTED_MAX: Final = 4
_INTEGER_BYTES_MAX: Final = 8
_BITS_AT: Final = 10  # in an encoded type: 2 bytes of its own, 8 that all types have


class Bits(NamedTuple):
    """Where an integer lies in its bytes, where it is not all of them."""

    order: str  # "<" or ">"
    size: int  # bytes of an element
    offset: int
    precision: int


class Element(NamedTuple):
    """An element type: its numpy dtype in the file's byte order, and axes of its own.

    bits: of integers that are narrower than their bytes, or have 3, 5, 6 or 7 of them.
    """

    dtype: np.dtype[Any]
    axes: tuple[int, ...] = ()
    note: str = ""
    bits: Bits | None = None


def element_of(h5t: Any, kind: Any, depth: int = 0) -> Element:  # noqa: ANN401 - h5py is untyped
    """What numbers a datatype has; NotCarriedError says what else it is."""
    which = kind.get_class()
    if which in (h5t.INTEGER, h5t.BITFIELD):
        return _integer(h5t, kind)
    if which == h5t.FLOAT:
        return Element(_float(h5t, kind))
    if which == h5t.ENUM:
        return _enum(h5t, kind)
    if which == h5t.COMPOUND:
        return Element(_complex_pair(h5t, kind))
    if which == getattr(h5t, "COMPLEX", None):
        return Element(_complex_of(h5t, kind.get_super(), kind.get_size()))
    if which == h5t.OPAQUE and (found := _TIME.fullmatch(bytes(kind.get_tag()))):
        order, letter, count, unit = (part.decode() for part in found.groups(b""))
        if kind.get_size() == np.dtype(np.int64).itemsize:
            return Element(np.dtype(f"{order}{letter}[{count}{unit}]"))
    if which == h5t.ARRAY and depth < _NESTED_MAX:
        inner = element_of(h5t, kind.get_super(), depth + 1)
        axes = tuple(kind.get_array_dims()) + inner.axes
        if len(axes) <= RANK_MAX:
            return inner._replace(axes=axes)
    names = {
        h5t.STRING: "text",
        h5t.REFERENCE: "references",
        h5t.OPAQUE: "opaque",
        h5t.VLEN: "lists of varying length",
        h5t.TIME: "of HDF5's type time",
        h5t.ARRAY: "arrays nested too deep",
    }
    raise NotCarriedError(f"its elements are {names.get(which, 'of an unknown type')}, no numbers")


def as_array(element: Element, raw: Array) -> Array:
    """Elements as read, of one opaque axis each, as numbers in native byte order."""
    shape = raw.shape + element.axes
    if element.bits is not None:
        return _widened(raw.reshape(-1).view(np.uint8), element.dtype, element.bits).reshape(shape)
    if element.dtype.kind == "V":  # bfloat16, which has no byte order of its own
        return raw.reshape(-1).view(element.dtype).reshape(shape)
    array = raw.reshape(-1).view(element.dtype).reshape(shape)
    check_bools(array)
    return native(array)


def _order(h5t: Any, kind: Any) -> str:  # noqa: ANN401
    order = kind.get_order() if kind.get_size() > 1 else h5t.ORDER_LE
    if order not in (h5t.ORDER_LE, h5t.ORDER_BE):
        raise NotCarriedError("its elements are numbers of a VAX, or of no byte order")
    return "<" if order == h5t.ORDER_LE else ">"


def _integer(h5t: Any, kind: Any) -> Element:  # noqa: ANN401
    size = kind.get_size()
    if kind.get_class() == h5t.BITFIELD:  # h5py does not ask HDF5 for these two
        offset, precision = struct.unpack_from("<HH", kind.encode(), _BITS_AT)
    else:
        offset, precision = kind.get_offset(), kind.get_precision()
    what = f"{precision} bits in {size} byte(s)"
    if size > _INTEGER_BYTES_MAX or not 0 < precision <= 8 * size - offset:
        raise NotCarriedError(f"its elements are integers of {what}, which numpy does not have")
    signed = kind.get_class() == h5t.INTEGER and kind.get_sign() == h5t.SGN_2
    width = next(width for width in (1, 2, 4, 8) if width >= size)
    order = _order(h5t, kind)
    dtype = np.dtype(f"{order}{'i' if signed else 'u'}{width}")
    note = "it is a bit field, packed as integers" if kind.get_class() == h5t.BITFIELD else ""
    if (size, precision) == (width, 8 * width):
        return Element(dtype, note=note)
    note = note or f"its integers have {what}, stored as {dtype.newbyteorder('=').name}"
    return Element(dtype, note=note, bits=Bits(order, size, offset, precision))


def _widened(octets: Array, dtype: np.dtype[Any], bits: Bits) -> Array:
    """Integers of fewer bits than their bytes have, in native byte order. octets: flat, uint8."""
    elements = octets.reshape(-1, bits.size)
    wide = np.zeros((len(elements), dtype.itemsize), np.uint8)
    wide[:, : bits.size] = elements if bits.order == "<" else elements[:, ::-1]
    spare = 8 * dtype.itemsize - bits.precision
    unsigned = wide.reshape(-1).view(f"<u{dtype.itemsize}").astype(f"=u{dtype.itemsize}")
    unsigned <<= np.array(spare - bits.offset, unsigned.dtype)
    numbers = unsigned.view(dtype.newbyteorder("="))
    numbers >>= np.array(spare, numbers.dtype)  # of signed ones the highest bit is their sign
    return numbers


def _float(h5t: Any, kind: Any) -> np.dtype[Any]:  # noqa: ANN401
    size = kind.get_size()
    name = _FLOATS.get((*kind.get_fields(), kind.get_ebias(), size))
    plain = kind.get_precision() == 8 * size and kind.get_offset() == 0
    order = _order(h5t, kind)
    implied = getattr(h5t, "NORM_IMPLIED", 0)
    if name is None or not plain or kind.get_norm() != implied:
        raise NotCarriedError(f"its elements are floats of {size} bytes that numpy does not have")
    if name == "bfloat16":
        if order == ">":
            raise NotCarriedError("its elements are bfloat16 in big-endian byte order")
        return bfloat16()
    return np.dtype(f"{order}{name}")


def _enum(h5t: Any, kind: Any) -> Element:  # noqa: ANN401
    members = {}
    count = kind.get_nmembers()
    for i in range(min(count, _NAMES_MAX)):
        members[kind.get_member_name(i)] = kind.get_member_value(i)
    base = _integer(h5t, kind.get_super())
    if count == len(_BOOL) and members == _BOOL and base.dtype.itemsize == 1 and not base.bits:
        return Element(np.dtype(np.bool))
    shown = ", ".join(f"{name.decode('utf-8', 'replace')!a} {n}" for name, n in members.items())
    more = f" and {count - len(members)} more" if count > len(members) else ""
    return base._replace(note=f"the names of its enum are left out: {shown}{more}")


def _complex_pair(h5t: Any, kind: Any) -> np.dtype[Any]:  # noqa: ANN401
    names = [kind.get_member_name(i) for i in range(min(kind.get_nmembers(), 3))]
    if names == [b"r", b"i"]:
        parts = [kind.get_member_type(i) for i in range(2)]
        size = parts[0].get_size()
        offsets = [kind.get_member_offset(i) for i in range(2)]
        floats = all(part.get_class() == h5t.FLOAT for part in parts) and parts[0] == parts[1]
        if floats and offsets == [0, size]:
            return _complex_of(h5t, parts[0], kind.get_size())
    raise NotCarriedError("its elements are records; store each field as a dataset of its own")


def _complex_of(h5t: Any, part: Any, size: int) -> np.dtype[Any]:  # noqa: ANN401
    found = _float(h5t, part)
    if found.kind != "f" or found.itemsize < 4 or size != 2 * found.itemsize:
        raise NotCarriedError("its elements are complex numbers that numpy does not have")
    return np.dtype(f"{found.str[0]}c{size}")
