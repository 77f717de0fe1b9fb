"""Work in forked processes: a few at a time, each with a deadline.

A wrong decoder may hang, take all memory or fall over; the process that waits
for it does not.
"""

import gc
import json
import os
import resource
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeVar

MEMORY_BYTES_MAX: Final = 3 << 30
_T = TypeVar("_T")


class _Child(NamedTuple):
    pid: int
    pipe: int
    task: Any
    deadline: float
    parts: list[bytes]


def outcomes(
    tasks: Iterable[_T], work: Callable[[_T], Any], jobs: int, seconds: float
) -> Iterator[tuple[_T, Any]]:
    """Each task with what `work` makes of it (any JSON value), as they are done.

    A process that is not done in `seconds` gives "timeout", one that dies "died". RuntimeError if
    `work` raises anything: it is at fault then, and proves nothing.
    """
    gc.collect()
    gc.freeze()  # or every process looks through all that was there before it, and so copies it
    queue = iter(tasks)
    running: dict[int, _Child] = {}
    more = True
    with selectors.DefaultSelector() as selector:
        while more or running:
            while more and len(running) < jobs:
                task = next(queue, None)
                more = task is not None
                if task is not None:
                    child = _start(task, work, seconds)
                    running[child.pipe] = child
                    selector.register(child.pipe, selectors.EVENT_READ)
            for key, _ in selector.select(0.5):
                child = running[key.fd]
                if part := os.read(child.pipe, 1 << 16):
                    child.parts.append(part)
                else:
                    _end(selector, running, child)
                    yield child.task, _told(child)
            for child in [c for c in running.values() if time.monotonic() > c.deadline]:
                os.kill(child.pid, signal.SIGKILL)
                _end(selector, running, child)
                yield child.task, "timeout"


def stop_after(seconds: float) -> None:
    """End this process after so many seconds of computing, in all its threads, from now on."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _start(task: Any, work: Callable[[Any], Any], seconds: float) -> _Child:  # noqa: ANN401
    reader, writer = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        os.close(writer)
        return _Child(pid, reader, task, time.monotonic() + seconds, [])
    try:
        os.close(reader)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
        try:
            told = {"made": work(task)}
        except Exception:  # of the proof itself: what a wrong decoder raises is part of its outcome
            told = {"wrong": traceback.format_exc()}
        raw = json.dumps(told).encode()
        while raw:
            raw = raw[os.write(writer, raw) :]
    finally:
        os._exit(0)


def _end(selector: selectors.BaseSelector, running: dict[int, _Child], child: _Child) -> None:
    selector.unregister(child.pipe)
    os.close(child.pipe)
    os.waitpid(child.pid, 0)
    del running[child.pipe]


def _told(child: _Child) -> Any:  # noqa: ANN401 - any JSON value
    if not child.parts:
        return "died"
    told = json.loads(b"".join(child.parts))
    if "wrong" in told:
        raise RuntimeError(told["wrong"])
    return told["made"]
