"""The cases on disk: what a decoder is given, and what it must say.

This file knows the folder of cases and their JSON; nothing of adapters.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
HOME: Final = HERE if (HERE / "cases").is_dir() else HERE.parent  # installed, or in the repository
FORMAT_VERSION: Final = "1.0"


class SuiteError(Exception):
    """The suite itself is not whole; nothing can be said of an implementation."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One array that must come out."""

    name: str
    element: str
    unit: str | None
    unit_count: int
    shape: tuple[str, ...]
    metadata: str | None
    sha256: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Case:
    """One case; `reason` is None where the file must be read, or has not what is asked for."""

    id: str
    labels: tuple[str, ...]
    description: str
    png: Path
    only: tuple[str, ...] | None
    metadata: str | None
    arrays: tuple[Expected, ...]
    reason: str | None
    derived_from: str | None
    edit: str | None
    or_reason: str | None = None  # where SPEC.md leaves open which of two
    is_absent: bool = False

    @property
    def expected(self) -> str:
        """What must come of it, in words."""
        if self.is_absent:
            return "no array of that name"
        return " or ".join(filter(None, (self.reason, self.or_reason))) or "accept"

    @property
    def needs(self) -> frozenset[str]:
        """The features that `describe` may leave out, and that this case cannot do without."""
        needed = {"decode"}
        if self.only is not None:
            needed.add("only")
        if {"BLK-3", "BLK-4", "BLK-5"} & set(self.labels):
            needed.add("zstd")
        return frozenset(needed)


def load(home: Path = HOME, patterns: Sequence[str] = ()) -> list[Case]:
    """All cases whose id matches one of the patterns (by default all), in order of id."""
    folder = home / "cases"
    cases = [_read(path, folder) for path in sorted(folder.rglob("*.json"))]
    return [case for case in cases if matches(case.id, patterns)]


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether `name` matches one of the patterns, or there are none."""
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def version(home: Path = HOME) -> str:
    """The suite's version, from its manifest."""
    manifest = home / "manifest.json"
    return str(json.loads(manifest.read_bytes())["suite"]) if manifest.is_file() else "unreleased"


def problems(home: Path = HOME) -> list[str]:
    """Files that are not as the manifest has them; a changed suite proves nothing."""
    manifest = home / "manifest.json"
    if not manifest.is_file():
        return ["manifest.json is missing"]
    listed: dict[str, str] = {}
    for row in json.loads(manifest.read_bytes())["cases"]:
        listed |= row["files"]
    folder = home / "cases"
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    found = [f"{name} is missing" for name in sorted(listed.keys() - there)]
    found += [f"{name} is not in the manifest" for name in sorted(there - listed.keys())]
    for name in sorted(there & listed.keys()):
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != listed[name]:
            found.append(f"{name} is not the file of the manifest")
    return found


def _read(path: Path, folder: Path) -> Case:
    document = json.loads(path.read_bytes())
    if document["id"] != path.relative_to(folder).with_suffix("").as_posix():
        message = f"{path} calls itself {document['id']}"
        raise SuiteError(message)
    only = document.get("only")
    return Case(
        id=document["id"],
        labels=tuple(document["labels"]),
        description=document["description"],
        png=path.with_suffix(".png"),
        only=None if only is None else tuple(only),
        metadata=document.get("metadata"),
        arrays=tuple(_expected(row, path) for row in document.get("arrays", ())),
        reason=document.get("reason"),
        derived_from=document.get("derived_from"),
        edit=document.get("edit"),
        or_reason=document.get("or"),
        is_absent=document["result"] == "absent",
    )


def _expected(row: dict[str, Any], path: Path) -> Expected:
    data = _data(row, path)
    if hashlib.sha256(data).hexdigest() != row["sha256"]:
        message = f"{path}: the bytes of {row['name']!a} are not those of their SHA-256"
        raise SuiteError(message)
    return Expected(
        name=row["name"],
        element=row["element"],
        unit=row["unit"],
        unit_count=row["unit_count"],
        shape=tuple(row["shape"]),
        metadata=row["metadata"],
        sha256=row["sha256"],
        data=data,
    )


def _data(row: dict[str, Any], path: Path) -> bytes:
    if "hex" in row:
        return bytes.fromhex(row["hex"])
    if "repeat" in row:
        return bytes.fromhex(row["repeat"]["hex"]) * int(row["repeat"]["count"])
    return (path.parent / row["file"]).read_bytes()
