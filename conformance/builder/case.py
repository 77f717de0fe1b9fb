"""A case: what a decoder is given, and what it must say.

This file knows the case format of schema/case.schema.json and nothing of PNG.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from builder.checksums import sha256
from builder.container import File
from builder.records import Array
from builder.registry import BY_CODE, UNITS

HEX_BYTES_MAX: Final = 64
SINCE: Final = "1.0"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One conformance case."""

    id: str
    labels: tuple[str, ...]
    description: str
    png: bytes
    arrays: tuple[Array, ...] = ()
    metadata: bytes = b""
    only: tuple[str, ...] | None = None
    reason: str | None = None
    or_reason: str | None = None
    is_absent: bool = False
    derived_from: str | None = None
    edit: str | None = None

    @property
    def result(self) -> str:
        """Accept, reject, or absent where a name is asked for that is not there."""
        return "absent" if self.is_absent else "reject" if self.reason else "accept"

    def files(self) -> dict[str, bytes]:
        """Give the files of the case, by path below the folder of cases."""
        out = {f"{self.id}.png": self.png}
        document: dict[str, Any] = {
            "id": self.id,
            "since": SINCE,
            "labels": list(self.labels),
            "description": self.description,
            "result": self.result,
        }
        if self.only is not None:
            document["only"] = list(self.only)
        if self.reason:
            document["reason"] = self.reason
            document |= {"or": self.or_reason} if self.or_reason else {}
            document |= {"derived_from": self.derived_from, "edit": self.edit}
        elif not self.is_absent:
            document["metadata"] = self.metadata.decode() if self.metadata else None
            document["arrays"] = [
                self._expected(index, array, out) for index, array in enumerate(self.arrays)
            ]
        text = json.dumps(document, indent=1, ensure_ascii=True) + "\n"
        return {f"{self.id}.json": text.encode(), **out}

    def _expected(self, index: int, array: Array, out: dict[str, bytes]) -> dict[str, Any]:
        expected: dict[str, Any] = {
            "name": array.name.decode(),
            "element": BY_CODE[array.element].name,
            "unit": UNITS[array.unit - 1] if array.unit else None,
            "unit_count": array.unit_count,
            "shape": [str(length) for length in array.shape],
            "metadata": array.metadata.decode() if array.metadata else None,
            "sha256": sha256(array.data).hex(),
        }
        if len(array.data) <= HEX_BYTES_MAX:
            expected["hex"] = array.data.hex()
        elif len(set(array.data)) == 1:
            expected["repeat"] = {"hex": array.data[:1].hex(), "count": len(array.data)}
        else:
            path = f"{self.id}.{index}.bin"
            out[path] = array.data
            expected["file"] = path.rsplit("/", 1)[1]
        return expected


def accept(
    id: str,  # noqa: A002 -- the word of the case format
    labels: str,
    description: str,
    file: File,
    png: bytes | None = None,
    *,
    only: Sequence[str] | None = None,
) -> Case:
    """Make a case that must be read; its arrays are those of `file`."""
    wanted = [array for array in file.arrays if only is None or array.name.decode() in only]
    return Case(
        id=id,
        labels=tuple(labels.split()),
        description=description,
        png=file.png() if png is None else png,
        arrays=tuple(wanted),
        metadata=file.metadata,
        only=None if only is None else tuple(only),
    )


def reject(
    id: str,  # noqa: A002 -- the word of the case format
    labels: str,
    reason: str,
    derived_from: str,
    edit: str,
    made: File | bytes,
    *,
    why: str,
    only: Sequence[str] | None = None,
    or_reason: str | None = None,
) -> Case:
    """Make a case that must be refused for `reason`, or for `or_reason` where that is left open."""
    return Case(
        id=id,
        labels=tuple(labels.split()),
        description=why,
        png=made.png() if isinstance(made, File) else made,
        only=None if only is None else tuple(only),
        reason=reason,
        or_reason=or_reason,
        derived_from=derived_from,
        edit=edit,
    )


def absent(
    id: str,  # noqa: A002 -- the word of the case format
    description: str,
    file: File,
    *,
    only: Sequence[str],
) -> Case:
    """Make a case of which a name is asked for that the file does not have."""
    return Case(
        id=id,
        labels=("DEC-1",),
        description=description,
        png=file.png(),
        only=tuple(only),
        is_absent=True,
    )
