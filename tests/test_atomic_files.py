"""Writing files under failures: full disks, read-only folders, killed writers, concurrency."""

import os
import resource
import stat
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from tests.support import same_bits

import intaglio as ig

ROOT = Path(__file__).parent.parent
NOBODY = 65534
A = np.random.default_rng(0).normal(size=(60, 80))
CHANGES = 25


@pytest.fixture
def folder():
    """A folder that other users can also reach."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o777)
        yield path


@contextmanager
def as_nobody():
    """Run the rest as an ordinary user, because permissions do not stop root."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def child(code, *words, **options):
    """A separate Python process that runs `code` with numpy, intaglio and A."""
    start = "import os, sys, resource, numpy as np, intaglio as ig\n"
    start += "A = np.random.default_rng(0).normal(size=(60, 80))\n"
    done = subprocess.run(
        [sys.executable, "-c", start + code, *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        **options,
    )
    assert not done.returncode, done.stderr
    return done.stdout


# Disks that are full.


@pytest.mark.parametrize("bytes_free", [0, 1000, 30_000])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, bytes_free):
    path = tmp_path / "m.png"
    ig.save(path, A)
    before = path.read_bytes()
    assert len(before) > 30_000
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    said = child(
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes_free}, {old[1]}))\n"
        "try:\n    ig.save(sys.argv[1], A + 1)\n"
        "except OSError as problem:\n    os.write(1, str(problem.errno).encode())\n",
        path,
    )
    assert said == "27"  # EFBIG
    assert path.read_bytes() == before
    assert names(tmp_path) == ["m.png"]


def test_a_full_device_raises_an_error_and_stays_a_device(tmp_path):
    link = tmp_path / "full.png"
    link.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        ig.save(link, A)
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)
    with pytest.raises(OSError, match="No space left"), Path("/dev/full").open("wb", 0) as stream:
        ig.save(stream, A)


def test_a_pipe_receives_the_file_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    ig.save(pipe, A)
    reader.join()
    assert got == [ig.dumps(A)]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


# Folders and permissions.


def test_a_read_only_folder_raises_oserror_and_keeps_its_file(folder):
    path = folder / "m.png"
    ig.save(path, A)
    before = path.read_bytes()
    path.chmod(0o666)
    folder.chmod(0o555)
    with as_nobody(), pytest.raises(PermissionError):
        ig.save(path, A + 1)
    assert path.read_bytes() == before
    assert names(folder) == ["m.png"]


def test_a_folder_that_is_writable_but_not_listable_works(folder):
    folder.chmod(0o333)
    with as_nobody():
        ig.save(folder / "m.png", A)
        assert same_bits(ig.load(folder / "m.png"), A)


def test_a_folder_with_the_name_of_the_file_raises_oserror_and_stays(tmp_path):
    (tmp_path / "m.png").mkdir()
    with pytest.raises(IsADirectoryError):
        ig.save(tmp_path / "m.png", A)
    assert names(tmp_path) == ["m.png"]


def test_an_unreadable_file_raises_oserror(folder):
    path = folder / "m.png"
    ig.save(path, A)
    path.chmod(0)
    with as_nobody(), pytest.raises(PermissionError):
        ig.load(path)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o4755])
def test_permissions_are_those_of_the_old_file(tmp_path, mode):
    path = tmp_path / "m.png"
    ig.save(path, A)
    path.chmod(mode)
    ig.save(path, A + 1)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_chains_of_links_and_links_to_nothing_stay_links(tmp_path):
    (tmp_path / "deep").mkdir()
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    second.symlink_to("deep/m.png")
    first.symlink_to("b.png")
    ig.save(first, A)
    assert first.is_symlink()
    assert second.is_symlink()
    assert same_bits(ig.load(tmp_path / "deep" / "m.png"), A)
    assert names(tmp_path / "deep") == ["m.png"]


@pytest.mark.parametrize("name", ["a" * 251, "ä" * 125, "図" * 83, " ", "\n", "-rf"])
def test_every_file_name_that_the_system_allows_works(tmp_path, name):
    path = tmp_path / f"{name}.png"
    ig.save(path, A)
    assert same_bits(ig.load(path), A)
    assert names(tmp_path) == [path.name]


# Order, and many at once.


def test_data_is_synced_before_the_rename_and_the_folder_after_it(tmp_path):
    calls = []

    def note(frame, event, what):
        if event == "c_call" and what in (os.fsync, os.replace):
            calls.append(what)

    sys.setprofile(note)
    try:
        ig.save(tmp_path / "m.png", A)
    finally:
        sys.setprofile(None)
    assert calls == [os.fsync, os.replace, os.fsync]


def write(path, value):
    for _ in range(CHANGES):
        ig.save(path, A + value)


def read(path):
    return {float((ig.load(path) - A).max()) for _ in range(CHANGES)}


def test_processes_that_read_and_write_one_file_only_see_whole_files(tmp_path):
    path = tmp_path / "m.png"
    ig.save(path, A)
    with ProcessPoolExecutor(4, get_context("spawn")) as processes:
        writers = [processes.submit(write, path, value) for value in (1.0, 2.0)]
        readers = [processes.submit(read, path) for _ in range(2)]
        seen = set.union(*(reader.result() for reader in readers))
        for writer in writers:
            writer.result()
    assert seen <= {0.0, *(float(((A + v) - A).max()) for v in (1.0, 2.0))}
    assert names(tmp_path) == ["m.png"]


def test_a_reader_that_has_the_old_file_open_reads_it_to_its_end(tmp_path):
    path = tmp_path / "m.png"
    ig.save(path, A)
    with ig.open(path) as opened:
        ig.save(path, A + 1)
        assert same_bits(np.asarray(opened["data"]), A)
    assert same_bits(ig.load(path), A + 1)


def test_an_interrupted_writer_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "m.png"
    ig.save(path, A)
    before = path.read_bytes()
    child(
        "import signal\n"
        "from intaglio._io import write_target\n"
        "def half(stream):\n    stream.write(b'half')\n    os.kill(os.getpid(), signal.SIGINT)\n    stream.write(b'more')\n"
        "try:\n    write_target(sys.argv[1], half)\nexcept KeyboardInterrupt:\n    pass\n",
        path,
    )
    assert path.read_bytes() == before
    assert names(tmp_path) == ["m.png"]
