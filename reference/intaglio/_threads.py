"""Runs work in a few threads, and returns the results in order.

`in_threads` maps a function over items. `ahead` prepares the next items of an iterator while the
caller uses the current one. `TransientPool` is for generators that may be abandoned before their
end: nothing has to be closed, because its threads end by themselves soon after the work.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from queue import Empty, Queue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

_T = TypeVar("_T")
_R = TypeVar("_R")

WORKERS: Final = min(os.cpu_count() or 1, 8)
_ALONE: Final = 3  # items that `ahead` makes before it starts a thread
_AHEAD: Final = 2  # items that `ahead` prepares in advance
_IDLE_SECONDS: Final = 0.05


def in_threads(work: Callable[[_T], _R], items: Iterable[_T]) -> Iterator[_R]:
    """Yield `work(item)` in order, computed a few at a time in threads; raises the first error."""
    queue = iter(items)
    few = list(islice(queue, 2))
    if len(few) < 2:  # for one item, a thread costs more than it saves
        yield from map(work, few)
        return
    from concurrent.futures import ThreadPoolExecutor

    queue = chain(few, queue)
    with ThreadPoolExecutor(WORKERS) as pool:
        running = [pool.submit(work, item) for item in islice(queue, WORKERS + 1)]
        while running:
            yield running.pop(0).result()
            running.extend(pool.submit(work, item) for item in islice(queue, 1))


def ahead(items: Iterator[_T]) -> Generator[_T, None, None]:
    """Yield the same items, made in a thread while the caller works on earlier ones.

    The first items are made without a thread, so that short iterators start none. After this
    generator is closed, the caller may continue to read `items`.
    """
    yield from islice(items, _ALONE)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        running = deque(pool.submit(list, islice(items, 1)) for _ in range(_AHEAD))
        while item := running.popleft().result():
            running.append(pool.submit(list, islice(items, 1)))
            yield item[0]


class TransientPool:
    """A pool whose threads end soon after the last task; runs tasks itself if it gets no thread.

    For generators that may be abandoned before their end: nothing has to be closed, and no idle
    thread keeps tens of megabytes of address space.
    """

    def __init__(self) -> None:
        # Queue, not SimpleQueue: in CPython 3.11 SimpleQueue.get(timeout=...) can block forever
        # after a spurious wake-up.
        self._tasks: Queue[Callable[[], None]] = Queue()
        self._threads = 0
        self._lock = Lock()

    def submit(self, work: Callable[[], _R]) -> "Future[_R]":
        """Run `work()` in one of the threads."""
        from concurrent.futures import Future

        future: Future[_R] = Future()

        def task() -> None:
            try:
                future.set_result(work())
            except BaseException as problem:
                future.set_exception(problem)

        with self._lock:  # a thread checks the queue under this lock before it ends
            self._tasks.put(task)
            if self._threads < WORKERS:
                with suppress(RuntimeError):  # too little memory for another thread
                    Thread(target=self._run, daemon=True).start()
                    self._threads += 1
            alone = not self._threads
        if alone:
            self._tasks.get()()
        return future

    def _run(self) -> None:
        while True:
            try:
                task = self._tasks.get(timeout=_IDLE_SECONDS)
            except Empty:
                with self._lock:
                    if self._tasks.empty():
                        self._threads -= 1
                        return
            else:
                task()
                del task
