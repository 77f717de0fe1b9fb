"""`ahead` and work in threads: the same items, in order, with the same errors."""

import threading
import time
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import HANG_SECONDS, until

from intaglio._threads import WORKERS, TransientPool, ahead, in_threads


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 12))
def test_items_made_ahead_are_the_same_items(count):
    assert list(ahead(iter(range(count)))) == list(range(count))
    assert list(in_threads(lambda x: x * x, range(count))) == [x * x for x in range(count)]


def failing(count):
    yield from range(count)
    raise OSError("no more")


@pytest.mark.parametrize("count", [0, 2, 3, 4, 9])
def test_an_error_comes_after_the_items_before_it(count):
    stream = ahead(failing(count))
    assert [next(stream) for _ in range(count)] == list(range(count))
    with pytest.raises(OSError, match="no more"):
        next(stream)


def test_few_items_are_made_without_a_thread():
    made = []

    def items():
        for item in range(9):
            made.append((item, threading.current_thread() is threading.main_thread()))
            yield item

    stream = ahead(items())
    assert next(stream) == 0
    assert made == [(0, True)]


def test_after_close_the_source_iterator_can_be_read_further():
    items = iter(range(20))
    stream = ahead(items)
    seen = [next(stream) for _ in range(6)]
    stream.close()
    assert seen == list(range(6))
    rest = list(items)
    assert rest == list(range(rest[0], 20))
    assert rest[0] <= 9


def test_a_transient_pool_works_again_after_its_threads_have_ended():
    before, pool = threading.active_count(), TransientPool()
    for _ in range(3):
        futures = [pool.submit(lambda n=n: n * n) for n in range(40)]
        assert [future.result() for future in futures] == [n * n for n in range(40)]
        assert threading.active_count() <= before + WORKERS
        until(lambda: threading.active_count() <= before)


def test_tasks_of_a_transient_pool_are_never_lost_when_a_thread_ends():
    pool = TransientPool()
    with patch("intaglio._threads._IDLE_SECONDS", 0.0001):
        for n in range(300):
            assert pool.submit(lambda n=n: n).result(timeout=HANG_SECONDS) == n
            time.sleep(0.0001 * (n % 4))


def test_a_thread_that_finds_its_task_taken_also_ends():
    """A race in an earlier version: about 30 of 100 pools kept a thread forever."""
    before = threading.active_count()
    with patch("intaglio._threads._IDLE_SECONDS", 0.0001):
        for _ in range(100):
            pool = TransientPool()
            futures = [pool.submit(lambda n=n: n) for n in range(20)]
            assert [future.result() for future in futures] == [*range(20)]
    until(lambda: threading.active_count() <= before)


def test_an_error_in_a_transient_pool_is_raised_by_result():
    future = TransientPool().submit(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        future.result()


def test_a_transient_pool_without_threads_runs_tasks_immediately():
    with patch.object(
        threading.Thread, "start", side_effect=RuntimeError("can't start new thread")
    ):
        assert TransientPool().submit(lambda: 7).result() == 7
