"""The body, written: arrays and metadata become header, block tables and blocks.

SPEC.md section 7 from the writer's side; `_container` is the reader's.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from intaglio._arrays import Array, ElementType, canonical_bytes, element_type_of
from intaglio._blocks import BlockForm, TableEntry, pack_block, root_digest, write_table
from intaglio._chains import choose_form
from intaglio._errors import EncodeError, Reason
from intaglio._header import ArrayRecord, Header, maybe_name_problem, write_header
from intaglio._metadata import write_metadata
from intaglio._prologue import Prologue, write_prologue
from intaglio._spec import (
    ARRAYS_MAX,
    BLOCK_BYTES_MAX,
    CODEC_CODE,
    DIGEST_BYTES,
    Depths,
)
from intaglio._threads import in_threads

Bytes = npt.NDArray[np.uint8]

BLOCK_BYTES_USUAL: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Body:
    """A body before it has a carrier: header, block tables and blocks as stored."""

    header: bytes
    tables: bytes
    blocks: tuple[bytes, ...]

    @property
    def length(self) -> int:
        """The body's length in bytes."""
        return len(self.header) + len(self.tables) + sum(map(len, self.blocks))

    def prologue(self, depths: Depths, width: int, height: int) -> bytes:
        """The prologue of this body in a carrier of that size. [DEC-4]"""
        prologue = Prologue(
            depths=depths,
            width=width,
            height=height,
            header_length=len(self.header),
            body_length=self.length,
            root=bytes(DIGEST_BYTES),
        )
        root = root_digest(write_prologue(prologue), self.header, self.tables)
        return write_prologue(replace(prologue, root=root))

    def joined(self) -> bytes:
        """The whole body. [CON-1]"""
        return b"".join([self.header, self.tables, *self.blocks])


def write_body(
    arrays: Mapping[str, Array],
    metadata: Mapping[str, Any] | None,
    attrs: Mapping[str, Mapping[str, Any]],
    level: int,
    form: BlockForm | None = None,
    block_bytes: int = BLOCK_BYTES_USUAL,
) -> Body:
    """Pack `arrays` (name -> ndarray) and JSON objects for the file and per array.

    form: the filters and codec for every array; None: chosen for each.
    """
    if len(arrays) > ARRAYS_MAX:
        raise EncodeError(
            Reason.HEADER_TOO_LARGE, f"{len(arrays)} arrays, at most {ARRAYS_MAX:,} fit"
        )
    for name in attrs:
        if name not in arrays:
            raise EncodeError(Reason.OPTION_INVALID, f"attrs for {name!a}: no array has that name")
    records, tables, blocks = [], [], []
    for name, array in arrays.items():
        record, entries, stored = _pack_array(
            name, array, write_metadata(attrs.get(name)), level, form, block_bytes
        )
        records.append(record)
        tables.append(write_table(entries))
        blocks.extend(stored)
    header = write_header(Header(tuple(records), write_metadata(metadata)))
    return Body(header, b"".join(tables), tuple(blocks))


def _pack_array(
    name: str, array: Array, metadata: bytes, level: int, form: BlockForm | None, block_bytes: int
) -> tuple[ArrayRecord, list[TableEntry], list[bytes]]:
    _check_name(name)
    kind = element_type_of(array)
    canonical = canonical_bytes(array, kind.element)
    if form is None:
        form = _choose_form(canonical, array, kind)
    item_bytes = kind.element.item_bytes
    step = _block_length(array, item_bytes, block_bytes) * item_bytes
    chosen = form

    def pack(start: int) -> tuple[bytes, TableEntry]:
        return pack_block(canonical[start : start + step], chosen, level)

    packed = list(in_threads(pack, range(0, len(canonical), max(step, 1))))
    entries = [entry for _, entry in packed]
    record = ArrayRecord(
        name=name,
        element=kind.element.code,
        unit=kind.unit,
        unit_count=kind.unit_count,
        shape=array.shape,
        filters=form.filters,
        codec=form.codec,
        block_length=step // item_bytes,
        block_count=len(entries),
        digest=_array_digest(canonical, entries),
        metadata=metadata,
    )
    return record, entries, [stored for stored, _ in packed]


def _array_digest(canonical: Bytes, entries: list[TableEntry]) -> bytes:
    """SHA-256 of the canonical bytes, taken from the table where one block is all. [ARR-6]"""
    if len(entries) == 1:
        return entries[0].digest
    return hashlib.sha256(canonical.data).digest()


def _check_name(name: str) -> None:
    if not isinstance(name, str):
        message = f"array names are str, not {type(name).__name__}"
        raise TypeError(message)
    try:
        problem = maybe_name_problem(name.encode())  # [HDR-13]
    except UnicodeEncodeError:
        problem = f"the name {name!a} has lone surrogates"
    if problem:
        raise EncodeError(Reason.NAME_INVALID, problem)


def _choose_form(canonical: Bytes, array: Array, kind: ElementType) -> BlockForm:
    components = kind.element.components
    width = kind.element.component_bytes
    row = (array.shape[-1] if array.ndim else 1) * components
    floats = array.dtype.kind in "fcV"  # V is bfloat16
    if not canonical.size:
        return BlockForm((), width, CODEC_CODE["stored"])
    return choose_form(canonical, width, components, row, floats=floats)


def _block_length(array: Array, item_bytes: int, block_bytes: int) -> int:
    """Elements a block: whole rows of the last dimension where such a block is not too large."""
    usual = max(1, min(block_bytes, BLOCK_BYTES_MAX) // item_bytes)
    row = array.shape[-1] if array.ndim else 1
    if 0 < row <= usual:
        usual -= usual % row
    return min(usual, array.size)
