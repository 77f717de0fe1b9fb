"""Stores that are being written: after an error nothing more is put into their folder."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.support import until
from zarr.core.buffer import cpu

from intaglio.errors import FormatError
from intaglio.zarr._folders import NewFolder

VALUE = cpu.Buffer.from_bytes(b"abc")


def write(store, key):
    asyncio.run(store.set(key, VALUE))


def test_a_store_that_is_finished_makes_no_file_and_no_folder(tmp_path):
    store = NewFolder(tmp_path / "x.zarr")
    write(store, "c/0")
    assert (tmp_path / "x.zarr/c/0").read_bytes() == b"abc"
    store.finish()
    (tmp_path / "x.zarr/c/0").unlink()
    (tmp_path / "x.zarr/c").rmdir()
    (tmp_path / "x.zarr").rmdir()
    with pytest.raises(FormatError, match="after the store was finished"):
        write(store, "c/1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a pipe is what a write waits for")
def test_finishing_a_store_waits_for_the_files_that_are_being_written(tmp_path):
    store = NewFolder(tmp_path)
    os.mkfifo(pipe := tmp_path / "c")

    def finish():
        store.finish()
        return store._writing

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write, store, "c")
        until(lambda: store._writing)  # it waits for a reader of the pipe
        finishing = pool.submit(finish)
        until(lambda: store._is_finished)
        assert not finishing.done()
        assert pipe.read_bytes() == b"abc"
        assert finishing.result() == 0
        writing.result()
