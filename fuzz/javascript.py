"""The JavaScript decoder, in one process for many files, and what it must agree with."""

import hashlib
import json
import shutil
import subprocess
import zlib
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from fuzz import ROOT
from fuzz.oracle import Verdict
from fuzz.readers import SECONDS_MAX
from intaglio._format.registry import TIME_UNITS
from reader.decode import File, Limits

SERVER: Final = ROOT / "fuzz" / "javascript.mjs"
MEMORY: Final = b"\xff\xff\xff\xff"
MODULES: Final = ROOT / "implementations" / "javascript" / "node_modules"


class Answer(NamedTuple):
    """What JavaScript says of a file, in the form of `told_of`, and the seconds it took."""

    told: Any
    seconds: float


class JavaScript:
    """A decoder that stays for many files."""

    def __init__(self, limits: Limits) -> None:
        node = shutil.which("node")
        assert node, "Node 20 is needed"
        assert MODULES.is_dir(), "say `make javascript` first: it installs what the decoder needs"
        words = [node, str(SERVER), str(limits.pixels), str(limits.output_bytes), str(SECONDS_MAX)]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, png: bytes) -> Answer:
        """Its verdict on a file."""
        return Answer(*self._asked(len(png).to_bytes(4, "little") + png))

    def kilobytes(self) -> int:
        """The most memory that it has taken so far."""
        return int(self._asked(MEMORY))

    def _asked(self, question: bytes) -> Any:  # noqa: ANN401 - a JSON value
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(question)
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the JavaScript decoder died"
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def told_of(verdict: Verdict) -> Any:  # noqa: ANN401 - a JSON value
    """A verdict as JavaScript tells it."""
    if not isinstance(verdict, File):
        return verdict
    rows = [
        [
            array.name,
            array.element,
            TIME_UNITS.get(array.unit),
            array.unit_count,
            [str(length) for length in array.shape],
            array.metadata.decode() or None,
            hashlib.sha256(array.canonical).hexdigest(),
        ]
        for array in verdict.arrays
    ]
    return [verdict.metadata.decode() or None, rows]


def is_left_open(png: bytes) -> bool:
    """Whether zlib refuses the IDATs for a Huffman code: [PNG-5] leaves incomplete ones open."""
    data, at = b"", 8
    while at + 12 <= len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    try:
        zlib.decompressobj().decompress(data)
    except zlib.error as problem:
        return any(word in str(problem) for word in ("set", "missing end-of-block"))
    return False
