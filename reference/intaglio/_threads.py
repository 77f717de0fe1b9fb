"""Work spread over a few threads, its results in order."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from typing import Final, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

WORKERS: Final = min(os.cpu_count() or 1, 8)


def in_threads(work: Callable[[_T], _R], items: Iterable[_T]) -> Iterator[_R]:
    """`work` over `items`, in order, a few at a time in threads; the first error wins."""
    queue = iter(items)
    few = list(islice(queue, 2))
    if len(few) < 2:  # threads cost more than they save
        yield from map(work, few)
        return
    queue = chain(few, queue)
    with ThreadPoolExecutor(WORKERS) as pool:
        running = [pool.submit(work, item) for item in islice(queue, 2 * WORKERS)]
        while running:
            yield running.pop(0).result()
            running.extend(pool.submit(work, item) for item in islice(queue, 1))
