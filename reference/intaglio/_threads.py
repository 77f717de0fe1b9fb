"""Work spread over a few threads, its results in order."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

_T = TypeVar("_T")
_R = TypeVar("_R")

WORKERS: Final = min(os.cpu_count() or 1, 8)
_ALONE: Final = 3  # items that `ahead` takes before it starts a thread
_AHEAD: Final = 2


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


def started(work: Callable[[], _R]) -> "Future[_R]":
    """`work()`, begun in a thread that ends with it; done at once if there is no thread to be had.

    For generators that may be left half-way, and for long: they keep no thread, which would keep
    tens of megabytes of addresses, and nothing waits for anything when they are thrown away.
    """
    from concurrent.futures import Future
    from threading import Thread

    future: Future[_R] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as problem:
            future.set_exception(problem)

    try:
        Thread(target=run).start()
    except RuntimeError:  # too little memory for one more
        run()
    return future
