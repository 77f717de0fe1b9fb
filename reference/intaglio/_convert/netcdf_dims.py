"""netCDF-4's dimensions, as HDF5's dimension scales have them.

names: of a dimension by its address in the file. unlimited: the present lengths of those without
a limit. number: addresses by netCDF's own number. bare: lengths of those that are no variables.
used: those of variables that were read.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any, Final

import numpy as np

from intaglio._convert.hdf5_data import begins, is_scale
from intaglio._convert.hdf5_tree import Item, shortened
from intaglio.errors import FormatError

_NO_VARIABLE: Final = b"This is a netCDF dimension but not a netCDF variable"
_PREFIX: Final = "_nc4_non_coord_"


@dataclass(slots=True)
class Dimensions:
    """The dimensions of a file: by address the name, and the lengths of those without a limit."""

    h5py: Any
    check_heaps: Callable[[], None]
    names: dict[tuple[int, int], str] = field(default_factory=dict)
    unlimited: dict[tuple[int, int], int] = field(default_factory=dict)
    number: dict[int, tuple[int, int]] = field(default_factory=dict)
    bare: dict[tuple[int, int], int] = field(default_factory=dict)
    used: set[tuple[int, int]] = field(default_factory=set)

    def add(self, item: Item) -> None:
        """Take a dataset in, if it is a dimension."""
        if item.id.shape is None or not is_scale(self.h5py, item.id):
            return
        self.names[item.address] = variable_path(item.path).rpartition("/")[2]
        if begins(self.h5py, item.id, b"NAME", _NO_VARIABLE):
            self.bare[item.address] = prod(item.id.shape)
        limits = item.id.get_space().get_simple_extent_dims(1)
        if len(limits) == 1 and limits[0] == self.h5py.h5s.UNLIMITED:
            self.unlimited[item.address] = item.id.shape[0]
        if (ids := self._integers(item.id, b"_Netcdf4Dimid")) is not None and len(ids) == 1:
            self.number[ids[0]] = item.address

    def of(self, item: Item) -> list[tuple[int, int]]:
        """The addresses of a variable's dimensions, one an axis; [] where it has none."""
        found = self._found(item)
        self.used.update(found)
        return found

    def notes(self) -> tuple[str, ...]:
        """What is lost of dimensions: that they had no limit, and those of no variable."""
        unlimited = sorted({ascii(self.names[each]) for each in self.unlimited})
        unused = [
            f"{self.names[address]!a} of length {length:,}"
            for address, length in self.bare.items()
            if address not in self.used
        ]
        told = (
            ("dimensions without a limit keep their present length only", unlimited),
            ("dimensions of no variable that is read are left out", unused),
        )
        return tuple(f"{what}: {shortened(names)}" for what, names in told if names)

    def _found(self, item: Item) -> list[tuple[int, int]]:
        rank = len(item.id.shape)
        ids = self._integers(item.id, b"_Netcdf4Coordinates")
        if ids is not None and len(ids) == rank and all(each in self.number for each in ids):
            return [self.number[each] for each in ids]
        if item.address in self.names and rank == 1:
            return [item.address]
        return self._attached(item.id, rank)

    def _attached(self, data: Any, rank: int) -> list[tuple[int, int]]:  # noqa: ANN401
        h5a, h5t, h5ds = self.h5py.h5a, self.h5py.h5t, self.h5py.h5ds
        if not rank or not h5a.exists(data, b"DIMENSION_LIST"):
            return []
        attribute = h5a.open(data, b"DIMENSION_LIST")
        kind = attribute.get_type()
        if kind.get_class() != h5t.VLEN or not kind.get_super().equal(h5t.STD_REF_OBJ):
            return []  # an attribute of somebody else's, which is carried
        if attribute.shape != (rank,):  # HDF5 itself does not check this
            message = "an attribute DIMENSION_LIST is not one list of references an axis"
            raise FormatError(message)
        self.check_heaps()
        found: list[tuple[int, int]] = []
        for axis in range(rank):
            if h5ds.get_num_scales(data, axis) != 1:
                return []
            h5ds.iterate(data, axis, lambda scale: found.append(self._address(scale)))
        return found if len(found) == rank and all(each in self.names for each in found) else []

    def _address(self, opened: Any) -> tuple[int, int]:  # noqa: ANN401
        info = self.h5py.h5o.get_info(opened)
        return info.fileno, info.addr

    def _integers(self, data: Any, name: bytes) -> list[int] | None:  # noqa: ANN401
        if not self.h5py.h5a.exists(data, name):
            return None
        attribute = self.h5py.h5a.open(data, name)
        kind = attribute.get_type()
        if kind.get_class() != self.h5py.h5t.INTEGER or len(attribute.shape or ()) > 1:
            return None
        if (attribute.shape or (1,))[0] > 32:
            return None
        found = np.empty(attribute.shape, np.int64)
        attribute.read(found)
        return [int(each) for each in found.flat]


def variable_path(path: str) -> str:
    """A variable's path; netCDF puts a prefix before some names."""
    above, slash, name = path.rpartition("/")
    return f"{above}{slash}{name.removeprefix(_PREFIX)}"
