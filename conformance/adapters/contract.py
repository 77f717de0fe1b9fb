"""The contract of the conformance suite, as README.md has it, for adapters in Python.

An adapter gives `answer` what `describe` prints, and functions that decode and encode.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DONE: Final = 0
USAGE: Final = 64
REJECTED: Final = 65
UNSUPPORTED: Final = 69

Row = dict[str, Any]  # an object of result.json or of a request


class UsageError(ValueError):
    """The request makes no sense."""


class AbsentNameError(KeyError):
    """The file has no array of this name."""


class RefusedError(Exception):
    """The file must be refused for this reason, or the request cannot be carried."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded file: result.json, and the bytes that go beside it."""

    result: Row
    arrays: tuple[bytes, ...]


Decode = Callable[[bytes, Collection[str] | None], Decoded]
Encode = Callable[[Row, Path, Path | None], bytes]


def accepted(metadata: bytes, rows: Collection[Row], arrays: tuple[bytes, ...]) -> Decoded:
    """A file that was read; `rows` has what each array's row says of its element and shape."""
    full = [
        {
            **row,
            "shape": [str(length) for length in row["shape"]],
            "metadata": row["metadata"].decode() or None,
            "sha256": hashlib.sha256(data).hexdigest(),
            "file": f"{index}.bin",
        }
        for index, (row, data) in enumerate(zip(rows, arrays, strict=True))
    ]
    return Decoded(
        {"result": "accept", "metadata": metadata.decode() or None, "arrays": full}, arrays
    )


def answer(words: list[str], described: Row, decode: Decode, encode: Encode | None = None) -> int:
    """Answer one question of the runner; give the exit status."""
    try:
        match words:
            case ["describe"]:
                sys.stdout.write(json.dumps(described) + "\n")
                return DONE
            case ["decode", *rest]:
                given = _options(rest, ("--in", "--out", "--only"))
                (source,), (out,) = given["--in"], given["--out"]
                return _decode(decode, Path(source), Path(out), given["--only"] or None)
            case ["encode", *rest] if encode:
                given = _options(rest, ("--request", "--out", "--cover"))
                (request,), (out,) = given["--request"], given["--out"]
                cover = Path(given["--cover"][0]) if given["--cover"] else None
                return _encode(encode, Path(request), Path(out), cover)
            case ["encode", *_]:
                return UNSUPPORTED
        message = "describe, decode or encode"
        raise UsageError(message)
    except (ValueError, AbsentNameError) as problem:
        sys.stderr.write(f"{problem}\n")
        return USAGE


def _decode(decode: Decode, source: Path, out: Path, only: list[str] | None) -> int:
    try:
        decoded = decode(source.read_bytes(), only)
    except RefusedError as problem:
        _write_result(out, {"result": "reject", "reason": problem.reason})
        sys.stderr.write(f"{problem.detail or problem.reason}\n")
        return REJECTED
    for index, data in enumerate(decoded.arrays):
        (out / f"{index}.bin").write_bytes(data)
    _write_result(out, decoded.result)
    return DONE


def _write_result(out: Path, result: Row) -> None:
    (out / "result.json").write_text(json.dumps(result) + "\n", encoding="ascii")


def _encode(encode: Encode, request: Path, out: Path, cover: Path | None) -> int:
    try:
        made = encode(json.loads(request.read_bytes()), request.parent, cover)
    except (RefusedError, UsageError) as problem:
        sys.stderr.write(f"{problem}\n")
        return REJECTED
    out.write_bytes(made)
    return DONE


def _options(words: list[str], known: Collection[str]) -> dict[str, list[str]]:
    """The values of each option; a value may begin with a dash, as names may."""
    if len(words) % 2 or not set(words[::2]) <= set(known):
        message = f"these words: {words}"
        raise UsageError(message)
    return {
        name: [v for n, v in zip(words[::2], words[1::2], strict=True) if n == name]
        for name in known
    }
