"""The body, written: arrays and metadata become header, block tables and blocks.

SPEC.md section 7 from the writer's side; `_container` is the reader's.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from intaglio._arrays import Array, ElementType, canonical_bytes, element_type_of
from intaglio._blocks import BlockForm, TableEntry, pack_block, root_digest, write_table
from intaglio._chains import Packing, choose_packing
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

Effort = Literal["fast", "small"]

BLOCK_BYTES_USUAL: Final = 1 << 20
_LITTLE_BYTES: Final = 1 << 17  # all arrays together: zstd's best takes no time that matters
_SMALLISH_BYTES: Final = 1 << 22
_LEVELS: Final[dict[Effort, tuple[int, ...]]] = {"fast": (1, 3), "small": (1, 9)}
_LEVEL_BEST: Final = 19


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
        return self.stream()[:]

    def stream(self) -> "Stream":
        """The whole body, to be read in parts. [CON-1]"""
        return Stream((self.header, self.tables, *self.blocks))


class Stream:
    """Byte strings end to end, sliced as one and never copied as a whole."""

    def __init__(self, parts: tuple[bytes, ...]) -> None:
        self._parts: Final = parts
        self._starts: Final = [0, *accumulate(map(len, parts))]

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, place: slice) -> bytes:
        start, stop, step = place.indices(len(self))
        assert step == 1
        found = []
        index = bisect_right(self._starts, start) - 1
        while start < stop:
            first = self._starts[index]
            found.append(self._parts[index][start - first : stop - first])
            start = self._starts[index + 1]
            index += 1
        return b"".join(found)


def write_body(
    arrays: Mapping[str, Array],
    metadata: Mapping[str, Any] | None,
    attrs: Mapping[str, Mapping[str, Any]],
    level: int | None,
    form: BlockForm | None = None,
    block_bytes: int = BLOCK_BYTES_USUAL,
    effort: Effort = "fast",
) -> Body:
    """Pack `arrays` (name -> ndarray) and JSON objects for the file and per array.

    level: zstd's; None: chosen. form: the filters and codec for every array; None: chosen for each.
    """
    if len(arrays) > ARRAYS_MAX:
        raise EncodeError(
            Reason.HEADER_TOO_LARGE, f"{len(arrays)} arrays, at most {ARRAYS_MAX:,} fit"
        )
    for name in attrs:
        if name not in arrays:
            raise EncodeError(Reason.OPTION_INVALID, f"attrs for {name!a}: no array has that name")
    records, tables, blocks = [], [], []
    levels = (level,) if level else _levels(sum(a.nbytes for a in arrays.values()), effort)
    for name, array in arrays.items():
        record, entries, stored = _pack_array(
            name, array, write_metadata(attrs.get(name)), levels, form, block_bytes
        )
        records.append(record)
        tables.append(write_table(entries))
        blocks.extend(stored)
    header = write_header(Header(tuple(records), write_metadata(metadata)))
    return Body(header, b"".join(tables), tuple(blocks))


def _levels(total_bytes: int, effort: Effort) -> tuple[int, ...]:
    """The zstd levels to choose from for arrays that take so many bytes together."""
    best_bytes = _SMALLISH_BYTES if effort == "small" else _LITTLE_BYTES
    return (_LEVEL_BEST,) if total_bytes <= best_bytes else _LEVELS[effort]


def _pack_array(
    name: str,
    array: Array,
    metadata: bytes,
    levels: tuple[int, ...],
    form: BlockForm | None,
    block_bytes: int,
) -> tuple[ArrayRecord, list[TableEntry], list[bytes]]:
    _check_name(name)
    kind = element_type_of(array)
    canonical = canonical_bytes(array, kind.element)
    if form is None:
        packing = _choose_packing(canonical, array, kind, levels, block_bytes)
    else:
        packing = Packing(form, levels[0], block_bytes)
    item_bytes = kind.element.item_bytes
    step = _block_length(array, item_bytes, packing.block_bytes) * item_bytes

    def pack(start: int) -> tuple[bytes, TableEntry]:
        return pack_block(canonical[start : start + step], packing.form, packing.level)

    starts = range(0, len(canonical), max(step, 1))
    packed = []
    digest = hashlib.sha256()
    for start, block in zip(starts, in_threads(pack, starts), strict=True):
        packed.append(block)
        if len(starts) > 1:
            digest.update(canonical[start : start + step].data)
    entries = [entry for _, entry in packed]
    record = ArrayRecord(
        name=name,
        element=kind.element.code,
        unit=kind.unit,
        unit_count=kind.unit_count,
        shape=array.shape,
        filters=packing.form.filters,
        codec=packing.form.codec,
        block_length=step // item_bytes,
        block_count=len(entries),
        digest=entries[0].digest if len(entries) == 1 else digest.digest(),  # [ARR-6]
        metadata=metadata,
    )
    return record, entries, [stored for stored, _ in packed]


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


def _choose_packing(
    canonical: Bytes, array: Array, kind: ElementType, levels: tuple[int, ...], block_bytes: int
) -> Packing:
    components = kind.element.components
    width = kind.element.component_bytes
    row = (array.shape[-1] if array.ndim else 1) * components
    floats = array.dtype.kind in "fcV"  # V is bfloat16
    if not canonical.size:
        return Packing(BlockForm((), width, CODEC_CODE["stored"]), levels[0], block_bytes)
    return choose_packing(
        canonical,
        width,
        components,
        row,
        floats=floats,
        levels=levels,
        block_bytes=block_bytes,
    )


def _block_length(array: Array, item_bytes: int, block_bytes: int) -> int:
    """Elements a block: whole rows of the last dimension where such a block is not too large."""
    usual = max(1, min(block_bytes, BLOCK_BYTES_MAX) // item_bytes)
    row = array.shape[-1] if array.ndim else 1
    if 0 < row <= usual:
        usual -= usual % row
    return min(usual, array.size)
