"""Work spread over a few threads, its results in order."""

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
_ALONE: Final = 3  # items that `ahead` takes before it starts a thread
_AHEAD: Final = 2
_IDLE_SECONDS: Final = 0.05


def in_threads(work: Callable[[_T], _R], items: Iterable[_T]) -> Iterator[_R]:
    """`work` over `items`, in order, a few at a time in threads; the first error wins."""
    queue = iter(items)
    few = list(islice(queue, 2))
    if len(few) < 2:  # threads cost more than they save
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
    """The same items, made in a thread while the caller works on those before them.

    Few items are made as they are asked for. Once this is closed, `items` may be read on.
    """
    yield from islice(items, _ALONE)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        running = deque(pool.submit(list, islice(items, 1)) for _ in range(_AHEAD))
        while item := running.popleft().result():
            running.append(pool.submit(list, islice(items, 1)))
            yield item[0]


class TransientPool:
    """Threads that end soon after the work does; done at once where no thread is to be had.

    For generators that may be left half-way, and for long: nothing has to be closed, and no
    thread is kept, which would keep tens of megabytes of addresses.
    """

    def __init__(self) -> None:
        # Not a SimpleQueue: whom it wakes late and in vain, that one waits for ever (CPython 3.11).
        self._tasks: Queue[Callable[[], None]] = Queue()
        self._threads = 0
        self._lock = Lock()

    def submit(self, work: Callable[[], _R]) -> "Future[_R]":
        """`work()`, in one of the threads."""
        from concurrent.futures import Future

        future: Future[_R] = Future()

        def task() -> None:
            try:
                future.set_result(work())
            except BaseException as problem:
                future.set_exception(problem)

        with self._lock:  # a thread that is about to end looks once more, under this lock
            self._tasks.put(task)
            if self._threads < WORKERS:
                with suppress(RuntimeError):  # too little memory for one more
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
