"""An implementation under test: a command, run once for each question.

Time limits, process groups and exit statuses; what the answers are worth is
for other files. Standard output is read for `describe` only, standard error
never.
"""

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import schema

DONE: Final = 0
USAGE: Final = 64
REJECTED: Final = 65
UNSUPPORTED: Final = 69
TIMEOUT_SECONDS: Final = 30.0


class AdapterError(Exception):
    """The command cannot be tested: it does not start, or does not describe itself."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended; `status` is None after a timeout, negative for a signal."""

    status: int | None
    seconds: float

    @property
    def ending(self) -> str:
        """The ending in words."""
        if self.status is None:
            return f"no answer after {self.seconds:.0f} s"
        if self.status < 0:
            with suppress(ValueError):
                return f"ended by {signal.Signals(-self.status).name}"
        return f"exit status {self.status}"


class Adapter:
    """A command that keeps the contract of README.md, or is to be shown that it does not."""

    def __init__(self, command: str, timeout: float = TIMEOUT_SECONDS) -> None:
        """`command` is split as a shell would, and run without one."""
        self.command: Final = command
        self._words: Final = shlex.split(command)
        self._timeout: Final = timeout
        self.description: Final = self._describe()

    @property
    def name(self) -> str:
        """What the implementation calls itself."""
        return str(self.description["name"])

    @property
    def features(self) -> frozenset[str]:
        """What the implementation says it does."""
        return frozenset(self.description["features"])

    def _describe(self) -> dict[str, Any]:
        try:
            done = subprocess.run(  # noqa: S603 - running commands is the purpose
                [*self._words, "describe"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._timeout,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired, IndexError) as problem:
            message = f"{self.command}: describe: {problem}"
            raise AdapterError(message) from problem
        try:
            described = json.loads(done.stdout)
        except ValueError as problem:
            message = f"{self.command}: describe prints no JSON"
            raise AdapterError(message) from problem
        found = schema.faults(described, schema.read("describe"))
        if done.returncode or found:
            message = f"{self.command}: describe: exit status {done.returncode}; {'; '.join(found)}"
            raise AdapterError(message)
        result: dict[str, Any] = described
        return result

    def decode(
        self, png: Path, out: Path, only: Sequence[str] | None, *, loud: bool = False
    ) -> Ran:
        """Ask for the arrays of `png`, in the empty folder `out`."""
        wanted = [word for name in only or () for word in ("--only", name)]
        return self._run(["decode", "--in", str(png), "--out", str(out), *wanted], loud=loud)

    def encode(self, request: Path, out: Path, cover: Path | None) -> Ran:
        """Ask for a picture `out` that carries what `request` says."""
        more = [] if cover is None else ["--cover", str(cover)]
        return self._run(["encode", "--request", str(request), "--out", str(out), *more])

    def _run(self, words: list[str], *, loud: bool = False) -> Ran:
        began = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - running commands is the purpose
            [*self._words, *words],
            stdin=subprocess.DEVNULL,
            stdout=None if loud else subprocess.DEVNULL,
            stderr=None if loud else subprocess.DEVNULL,
            start_new_session=os.name == "posix",
        )
        status: int | None = None
        with suppress(subprocess.TimeoutExpired):
            status = process.wait(self._timeout)
        if status is None:
            _kill(process)
        return Ran(status, time.monotonic() - began)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
