"""Writes the body: arrays and metadata become header, block tables and blocks.

This is the writer's side of SPEC.md section 7; `_format.container` is the reader's side.

Each array is tuned on its own (`tuning`), then its blocks are packed in threads. Tiny arrays of
one dtype and shape are tuned and packed together, so that thousands of them take few numpy calls.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from math import prod
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from intaglio._format.blocks import (
    BlockForm,
    TableEntry,
    pack_block,
    pack_blocks,
    root_digest,
    write_table,
)
from intaglio._format.elements import Array, ElementType, canonical_bytes, element_type_of
from intaglio._format.header import ArrayRecord, Header, maybe_name_problem, write_header
from intaglio._format.metadata import write_metadata
from intaglio._format.prologue import Prologue, write_prologue
from intaglio._format.registry import (
    ARRAYS_MAX,
    BLOCK_BYTES_MAX,
    CODEC_CODE,
    DIGEST_BYTES,
    Depths,
)
from intaglio._options import Effort
from intaglio._packing.tuning import Nature, Packing, choose_packings
from intaglio._threads import in_threads
from intaglio.errors import EncodeError, Reason

Bytes = npt.NDArray[np.uint8]


BLOCK_BYTES_DEFAULT: Final = 1 << 20
_TINY_BYTES: Final = 1 << 12  # arrays of at most this size are packed many at a time
_TOGETHER_BYTES: Final = 1 << 20  # of tiny arrays that are packed together
_LITTLE_BYTES: Final = 1 << 17  # all arrays together; up to here, zstd's best level is fast enough
_SMALLISH_BYTES: Final = 1 << 22  # the same for effort "small"
_LEVELS: Final[dict[Effort, tuple[int, ...]]] = {"fast": (1, 3), "small": (1, 9)}
_LEVEL_BEST: Final = 19


@dataclass(frozen=True, slots=True)
class Body:
    """A body without a carrier: header, block tables and stored blocks."""

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
        """The whole body as an object that can be sliced. [CON-1]"""
        return Stream((self.header, self.tables, *self.blocks))


class Stream:
    """Concatenated byte strings that are sliced without copying the whole."""

    def __init__(self, parts: tuple[bytes, ...]) -> None:
        self._parts: Final = parts
        self._starts: Final = [0, *accumulate(map(len, parts))]

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(len(self))
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
    block_bytes: int = BLOCK_BYTES_DEFAULT,
    effort: Effort = "fast",
) -> Body:
    """Pack `arrays` (name -> ndarray) and JSON objects for the file and for each array.

    level: the zstd level; None: chosen. form: filters and codec of all arrays; None: chosen for
    each array.
    """
    if len(arrays) > ARRAYS_MAX:
        raise EncodeError(
            Reason.HEADER_TOO_LARGE, f"{len(arrays)} arrays, at most {ARRAYS_MAX:,} fit"
        )
    for name in attrs:
        if name not in arrays:
            raise EncodeError(Reason.OPTION_INVALID, _not_an_array(name, [*arrays]), "attrs")
    file_metadata = write_metadata(metadata)
    own = {name: write_metadata(attrs.get(name), f"attrs of {name!a}") for name in arrays}
    for name, array in arrays.items():
        _check_name(name)
        element_type_of(array)
    levels = (level,) if level else _levels(sum(a.nbytes for a in arrays.values()), effort)
    job = _Job(levels, form, block_bytes)
    found: dict[str, _Packed] = {}
    for group in _groups(arrays, job):
        found.update(zip(group, _pack_group([arrays[name] for name in group], job), strict=True))
    records = tuple(_record(name, found[name], own[name]) for name in arrays)
    header = write_header(Header(records, file_metadata))
    table = write_table([entry for name in arrays for entry in found[name].entries])
    return Body(header, table, tuple(block for name in arrays for block in found[name].stored))


class _Job(NamedTuple):
    levels: tuple[int, ...]
    form: BlockForm | None
    block_bytes: int


class _Packed(NamedTuple):
    kind: ElementType
    shape: tuple[int, ...]
    packing: Packing
    block_length: int
    digest: bytes
    entries: list[TableEntry]
    stored: list[bytes]


def _groups(arrays: Mapping[str, Array], job: _Job) -> Iterator[list[str]]:
    """Names of arrays to pack together: tiny arrays of one dtype and shape; others alone."""
    waiting: dict[tuple[Any, ...], list[str]] = {}
    for name, array in arrays.items():
        if not 0 < array.nbytes <= min(_TINY_BYTES, job.block_bytes):
            yield [name]
            continue
        key = array.dtype, array.shape
        group = waiting.setdefault(key, [])
        group.append(name)
        if len(group) * array.nbytes >= _TOGETHER_BYTES:
            yield waiting.pop(key)
    yield from waiting.values()


def _not_an_array(name: object, names: list[str]) -> str:
    detail = f"attrs for {name!a}: no array has that name; attrs= maps names of arrays to objects"
    return f"{detail}: attrs={{{names[0]!a}: {{{name!a}: ...}}}}" if len(names) == 1 else detail


def _levels(total_bytes: int, effort: Effort) -> tuple[int, ...]:
    """The zstd levels to choose from for arrays of `total_bytes` in total."""
    best_bytes = _SMALLISH_BYTES if effort == "small" else _LITTLE_BYTES
    return (_LEVEL_BEST,) if total_bytes <= best_bytes else _LEVELS[effort]


def _pack_group(arrays: list[Array], job: _Job) -> list[_Packed]:
    """Pack several arrays of one dtype, shape and block each; or a single array of any size."""
    kind = element_type_of(arrays[0])
    canonical = [canonical_bytes(array, kind.element) for array in arrays]
    stack = np.stack(canonical) if len(arrays) > 1 else canonical[0][None]
    packings = _packings(stack, arrays[0], kind, job)
    if len(arrays) == 1:
        return [_pack_array(canonical[0], arrays[0].shape, kind, packings[0])]
    shape, size = arrays[0].shape, arrays[0].size
    result: dict[int, _Packed] = {}
    for packing in dict.fromkeys(packings):
        same = [n for n, other in enumerate(packings) if other == packing]
        for n, (stored, entry) in zip(
            same, pack_blocks(stack[same], packing.form, packing.level), strict=True
        ):
            result[n] = _Packed(kind, shape, packing, size, entry.digest, [entry], [stored])
    return [result[n] for n in range(len(arrays))]


def _pack_array(
    canonical: Bytes, shape: tuple[int, ...], kind: ElementType, packing: Packing
) -> _Packed:
    item_bytes = kind.element.item_bytes
    length = _block_length(shape, item_bytes, packing.block_bytes)
    step = length * item_bytes

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
    whole = entries[0].digest if len(entries) == 1 else digest.digest()  # [ARR-6]
    return _Packed(kind, shape, packing, length, whole, entries, [stored for stored, _ in packed])


def _record(name: str, packed: _Packed, metadata: bytes) -> ArrayRecord:
    return ArrayRecord(
        name,
        packed.kind.element.code,
        packed.kind.unit,
        packed.kind.unit_count,
        packed.shape,
        packed.packing.form.filters,
        packed.packing.form.codec,
        packed.block_length,
        len(packed.entries),
        packed.digest,
        metadata,
    )


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


def _packings(stack: Bytes, array: Array, kind: ElementType, job: _Job) -> list[Packing]:
    """The packing of each array of `stack`; `array` is the first of them."""
    if job.form is not None:
        return [Packing(job.form, job.levels[0], job.block_bytes)] * len(stack)
    width = kind.element.component_bytes
    if not stack.size:
        form = BlockForm((), width, CODEC_CODE["stored"])
        return [Packing(form, job.levels[0], job.block_bytes)]
    components = kind.element.components
    row = (array.shape[-1] if array.ndim else 1) * components
    floats = array.dtype.kind in "fcV"  # V is bfloat16
    nature = Nature(width, components, row, floats)
    return choose_packings(stack, nature, job.levels, job.block_bytes)


def _block_length(shape: tuple[int, ...], item_bytes: int, block_bytes: int) -> int:
    """Elements per block: whole rows of the last dimension if they fit into a block."""
    maximum = max(1, min(block_bytes, BLOCK_BYTES_MAX) // item_bytes)
    row = shape[-1] if shape else 1
    if 0 < row <= maximum:
        maximum -= maximum % row
    return min(maximum, prod(shape))
