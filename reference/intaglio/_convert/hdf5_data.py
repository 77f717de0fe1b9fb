"""HDF5's elements and attributes: what they cost is compared with limits before they are read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from intaglio._convert.attributes import NoJSONError, to_json
from intaglio._convert.base import Array, check_bytes
from intaglio._convert.hdf5_heaps import check_heaps
from intaglio._convert.hdf5_tree import Item, shortened
from intaglio._convert.hdf5_types import as_array, element_of
from intaglio._convert.npy import NotCarriedError
from intaglio.errors import FormatError
from intaglio.limits import DEFAULT_LIMITS

CHUNK_BYTES_MAX: Final = 2**26  # or what the dataset has
UNWRITTEN_BYTES_MAX: Final = 2**28  # of all datasets together
ATTRIBUTE_BYTES_MAX: Final = 2**22  # of all attributes together, as of a picture's header
ATTRIBUTES_MAX: Final = 2**12  # of one object
_FILTERS: Final = frozenset({1, 2, 3, 4, 5, 6, 32000})  # those that h5py brings; others are plugins
_T = TypeVar("_T")
_SCALE_REFERENCE: Final = ("REFERENCE", "INTEGER")  # a dataset, and which of its axes
_LABEL_BYTES_MAX: Final = 2**12
_REFERENCE_BYTES: Final = 16  # of a text of any length, where it is named


@dataclass(slots=True)
class Reader:
    """What is read of one file, and what it has cost so far.

    counted: the file is netCDF's; its texts may hold NULs, its empty attributes have length 0.
    without_value: attributes of HDF5 that have a type and no elements.
    """

    h5py: Any
    file: Any
    path: Path
    array_bytes: int = 0
    unwritten: int = 0
    decoded: int = 0
    attribute_bytes: int = 0
    counted: bool = False
    heaps_checked: bool = False
    notes: list[str] = field(default_factory=list)
    without_value: list[str] = field(default_factory=list)

    def array(self, item: Item) -> Array:
        """The elements of a dataset; NotCarriedError says why they are not carried."""
        data, shape = item.id, item.id.shape
        if shape is None or data.get_space().get_simple_extent_type() == self.h5py.h5s.NULL:
            raise NotCarriedError("it holds no elements at all")
        kind = data.get_type()
        element = element_of(self.h5py.h5t, kind)
        self._check_place(data)
        size = kind.get_size()
        check_bytes(prod(shape) * prod(element.axes) * element.dtype.itemsize)
        self._check_cost(data, prod(shape) * size, size)
        if element.note:
            self.notes.append(f"{item.path!a}: {element.note}")
        raw = np.empty(shape, f"V{size}")
        self._guarded(lambda: data.read(self.h5py.h5s.ALL, self.h5py.h5s.ALL, raw, mtype=kind))
        return as_array(element, raw)

    def check_heaps(self) -> None:
        """Refuse heaps without end: FormatError. Called before varying lengths are read."""
        if not self.heaps_checked:
            check_heaps(self.path, self.file.id.get_create_plist().get_sizes()[1])
        self.heaps_checked = True

    def links_dimensions(self, item: Item, name: str) -> bool:
        """Whether it is an attribute in which HDF5 keeps dimension scales, and no other's."""
        h5t = self.h5py.h5t
        if name == "CLASS":
            return item.is_data and is_scale(self.h5py, item.id)
        if name == "DIMENSION_LIST":
            kind = self.h5py.h5a.open(item.id, name.encode()).get_type()
            return bool(kind.get_class() == h5t.VLEN and kind.get_super().equal(h5t.STD_REF_OBJ))
        if name == "REFERENCE_LIST":
            kind = self.h5py.h5a.open(item.id, name.encode()).get_type()
            return bool(
                kind.get_class() == h5t.COMPOUND
                and kind.get_nmembers() == len(_SCALE_REFERENCE)
                and [kind.get_member_class(i) for i in range(len(_SCALE_REFERENCE))]
                == [getattr(h5t, member) for member in _SCALE_REFERENCE]
            )
        return False

    def fill_of(self, item: Item) -> Any:  # noqa: ANN401 - a number
        """The fill value that someone chose for a dataset, or None; text if it is no number."""
        plan = item.id.get_create_plist()
        if plan.fill_value_defined() != self.h5py.h5d.FILL_VALUE_USER_DEFINED:
            return None
        element = element_of(self.h5py.h5t, item.id.get_type())
        if element.dtype.kind not in "iuf" or element.axes:
            return "of other elements"
        value = np.zeros((), element.dtype.newbyteorder("="))
        try:
            self._guarded(lambda: plan.get_fill_value(value))
        except NotCarriedError:
            return "that HDF5 cannot read"
        return value[()]

    def attributes(
        self, item: Item, is_hidden: Callable[[Item, str], bool]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """JSON values by name, and of those that have none the reasons."""
        found: dict[str, Any] = {}
        lost: dict[str, str] = {}
        names: list[bytes] = []

        def take(name: bytes) -> None:
            if len(names) >= ATTRIBUTES_MAX:
                raise FormatError(f"'/{item.path}' has more than {ATTRIBUTES_MAX:,} attributes")
            names.append(name)

        try:
            self._guarded(lambda: self.h5py.h5a.iterate(item.id, take))
        except NotCarriedError as problem:  # one of a type that HDF5 does not open
            return {}, {"*": f"nor can the others beside it: {problem}"}
        for raw in names:
            name = raw.decode("utf-8", "backslashreplace")
            try:
                if self._guarded(lambda name=name: is_hidden(item, name)):  # type: ignore[misc]
                    continue
                if name.encode() != raw:
                    raise NotCarriedError("its name is not UTF-8")
                found[name] = to_json(self._guarded(lambda raw=raw: self._attribute(item, raw)))  # type: ignore[misc]
            except (NotCarriedError, NoJSONError) as problem:
                lost[name] = str(problem) or "it is neither numbers nor text"
        return found, lost

    def _attribute(self, item: Item, name: bytes) -> Any:  # noqa: ANN401 - numbers or text
        attribute = self.h5py.h5a.open(item.id, name)
        kind, shape, h5t = attribute.get_type(), attribute.shape, self.h5py.h5t
        where = f"{item.path}@{name.decode('utf-8', 'backslashreplace')}"
        is_text = kind.get_class() == h5t.STRING
        if attribute.get_space().get_simple_extent_type() == self.h5py.h5s.NULL:
            if self.counted:
                return np.empty(0, "S1" if is_text else element_of(h5t, kind).dtype)
            self.without_value.append(where)
            return None
        if is_text:
            return self._text(attribute, kind, shape)
        size = kind.get_size()
        element = element_of(h5t, kind)
        self._spend(prod(shape) * size)
        if element.note:
            self.notes.append(f"{where!a}: {element.note}")
        raw = np.empty(shape, f"V{size}")
        self._guarded(lambda: attribute.read(raw, mtype=kind))
        array = as_array(element, raw)
        return array[()] if not array.ndim else array

    def _text(self, attribute: Any, kind: Any, shape: tuple[int, ...]) -> Any:  # noqa: ANN401
        if not kind.is_variable_str():
            self._spend(prod(shape) * kind.get_size())
            fixed = np.empty(shape, f"V{kind.get_size()}")
            self._guarded(lambda: attribute.read(fixed, mtype=kind))
            return self._unpadded(fixed, kind.get_strpad())
        count = prod(shape)
        most = count * min(self.path.stat().st_size, 2**32)
        if count > 1 and most > DEFAULT_LIMITS.output_bytes_max:
            raise NotCarriedError("it holds texts that may be too many or too long to be read")
        self._spend(count * _REFERENCE_BYTES)
        self.check_heaps()
        texts = np.empty(shape, self.h5py.string_dtype())
        self._guarded(lambda: attribute.read(texts))
        raw = [text if isinstance(text, bytes) else text.encode() for text in texts.flat]
        self._spend(sum(map(len, raw)))
        try:
            found = np.array([text.decode() for text in raw], object)
        except UnicodeDecodeError:  # in what HDF5 calls ASCII or UTF-8, and nothing checks
            found = np.array(raw, object)
        return found[0] if not shape else found.reshape(shape)

    def _unpadded(self, fixed: Array, padding: int) -> Any:  # noqa: ANN401 - bytes
        """Texts of a fixed length without what fills them up; HDF5's own reading ends at a NUL."""
        h5t = self.h5py.h5t
        texts = [text.tobytes() for text in fixed.flat]
        if padding == h5t.STR_NULLTERM and not self.counted:
            texts = [text.partition(b"\0")[0] for text in texts]
        filler = b" " if padding == h5t.STR_SPACEPAD else b"\0"
        found = np.array([text.rstrip(filler) for text in texts], object)
        return found.reshape(fixed.shape) if fixed.ndim else found[0]

    def _spend(self, count: int) -> None:
        self.attribute_bytes += count
        if self.attribute_bytes > ATTRIBUTE_BYTES_MAX:
            self.attribute_bytes -= count
            raise NotCarriedError(
                f"it has {count:,} bytes; the attributes of a file may have "
                f"{ATTRIBUTE_BYTES_MAX:,} together"
            )

    def _check_place(self, data: Any) -> None:  # noqa: ANN401
        plan = data.get_create_plist()
        if plan.get_layout() == self.h5py.h5d.VIRTUAL or plan.get_external_count():
            raise NotCarriedError("its elements lie in another file")
        for i in range(plan.get_nfilters()):
            code = plan.get_filter(i)[0]
            if code not in _FILTERS:
                raise NotCarriedError(
                    f"its filter {code} needs a plugin, and none is loaded: h5repack -f GZIP=4"
                )

    def _check_cost(self, data: Any, count: int, size: int) -> None:  # noqa: ANN401
        self.array_bytes += count
        check_bytes(self.array_bytes)
        plan = data.get_create_plist()
        written = data.get_storage_size()
        if plan.get_layout() == self.h5py.h5d.CHUNKED:
            chunk = prod(plan.get_chunk()) * size
            if chunk > max(CHUNK_BYTES_MAX, count):
                raise FormatError(
                    f"a chunk has {chunk:,} bytes, at most {CHUNK_BYTES_MAX:,} are read, or as "
                    "many as the dataset has"
                )
            written = data.get_num_chunks() * chunk
            self.decoded += written
            check_bytes(self.decoded // 4)
        self.unwritten += max(0, count - written)
        if self.unwritten > UNWRITTEN_BYTES_MAX:
            raise FormatError(
                f"it declares {self.unwritten:,} bytes of elements that were never written; at "
                f"most {UNWRITTEN_BYTES_MAX:,} are read"
            )

    def notes_at_end(self) -> tuple[str, ...]:
        """All notes, and one on what has no value."""
        if not self.without_value:
            return tuple(self.notes)
        shown = shortened([ascii(each) for each in self.without_value])
        return (*self.notes, f"attributes without a value are null: {shown}")

    def _guarded(self, read: Callable[[], _T]) -> _T:
        try:
            return read()
        except (MemoryError, FormatError):
            raise
        except Exception as problem:  # h5py raises many types
            if isinstance(problem, OSError) and problem.errno is not None:
                raise
            first = (str(problem).splitlines() or [type(problem).__name__])[0]
            raise NotCarriedError(f"HDF5 cannot read it: {first}") from problem


def is_scale(h5py: Any, data: Any) -> bool:  # noqa: ANN401 - h5py is untyped
    """Whether a dataset is a dimension scale."""
    return begins(h5py, data, b"CLASS", b"DIMENSION_SCALE")


def begins(h5py: Any, data: Any, name: bytes, text: bytes) -> bool:  # noqa: ANN401
    """Whether a dataset has an attribute of one text of a fixed length that begins so."""
    if not h5py.h5a.exists(data, name):
        return False
    attribute = h5py.h5a.open(data, name)
    kind = attribute.get_type()
    fixed = kind.get_class() == h5py.h5t.STRING and not kind.is_variable_str()
    if not fixed or attribute.shape != () or kind.get_size() > _LABEL_BYTES_MAX:
        return False
    found = np.empty((), f"V{kind.get_size()}")
    attribute.read(found, mtype=kind)  # as another type of text HDF5 may refuse to read it
    return found.tobytes().startswith(text)
