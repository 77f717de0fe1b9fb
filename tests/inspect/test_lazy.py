"""Lazy files: after failures, in threads, in child processes, and through pickle."""

import copy
import io
import json
import os
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest
from tests.support import same_bits

import intaglio as ig
from intaglio import DecodeError
from intaglio._format import container

DATA = np.random.default_rng(0).normal(size=(300, 500))
PNG = ig.dumps({"x": DATA, "y": DATA[:5]})
EMPTY = np.empty((2**59, 0), np.uint8)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "m.png").write_bytes(PNG)
    return tmp_path / "m.png"


class Failing(io.BytesIO):
    """Raises `problem` once, when `reads` more reads have been done."""

    reads = 10**9
    problem: BaseException = OSError(5, "Input/output error")

    def read(self, count=-1):
        self.reads -= 1
        if self.reads == 0:
            raise self.problem
        return super().read(count)


@pytest.mark.parametrize(
    "key", [slice(None), slice(None, None, -1), slice(5, 1), ..., 3, slice(2, 9, 3)]
)
def test_an_array_of_many_rows_and_no_elements_is_sliced_quickly(key):
    file = ig.open(io.BytesIO(ig.dumps(EMPTY)))
    assert file["data"][key].shape == EMPTY[key].shape


@pytest.mark.parametrize(
    "problem", [OSError(5, "Input/output error"), KeyboardInterrupt(), MemoryError()]
)
@pytest.mark.parametrize("reads", [1, 2, 3])
def test_a_read_after_a_failed_read_returns_the_right_data(problem, reads):
    stream = Failing(PNG)
    file = ig.open(stream)
    stream.reads, stream.problem = reads, problem
    with pytest.raises((type(problem), DecodeError)):
        file["x"][...]
    for _ in range(2):
        assert same_bits(file["x"][...], DATA)
        assert same_bits(file["x"][7:9], DATA[7:9])


def test_the_error_for_a_stream_that_cannot_seek_says_to_open_it_again():
    class Pipe(Failing):
        def seekable(self):
            return False

        def seek(self, *_):
            raise OSError(29, "Illegal seek")

    stream = Pipe(PNG)
    file = ig.open(stream)
    stream.reads = 1
    with pytest.raises(OSError, match="Input/output"):
        file["x"][...]
    for _ in range(2):
        with pytest.raises(OSError, match="open the file again"):
            file["x"][...]


@pytest.mark.parametrize("place", [0.5, 0.9])
def test_damage_raises_the_same_error_each_time(path, place):
    raw = bytearray(PNG)
    raw[int(len(raw) * place)] ^= 0xFF
    path.write_bytes(raw)
    with ig.open(path) as file:
        told = []
        for _ in range(3):
            with pytest.raises(DecodeError) as caught:
                file["x"][...]
            told.append(str(caught.value))
    assert len(set(told)) == 1
    assert "png-damaged" in told[0]


def test_a_file_truncated_or_replaced_after_opening_raises_an_error_each_time(path):
    file = ig.open(path)
    os.truncate(path, len(PNG) // 2)
    for _ in range(2):
        with pytest.raises((DecodeError, OSError)):
            file["x"][...]
    ig.save(path, DATA + 1)
    for _ in range(2):
        with pytest.raises(OSError, match="has changed"):
            file["x"][...]
    file.close()


def test_reading_a_closed_file_raises_value_error_in_every_state(path):
    file = ig.open(path)
    lazy = file["x"]
    assert same_bits(lazy[:2], DATA[:2])
    file.close()
    file.close()
    for read in (
        lambda: lazy[:],
        lambda: file["y"][:],
        lambda: np.asarray(lazy),
        lambda: lazy.dtype,
    ):
        with pytest.raises(ValueError, match="closed"):
            read()


def read_while_closing(file, inside, go_on):
    """What one thread reads from `file`, while another has begun to close it.

    inside is set in the middle of the read, which goes on when go_on is set.
    """
    got = []
    reader = threading.Thread(target=lambda: got.append(file["x"][...]))
    reader.start()
    assert inside.wait(60)
    closer = threading.Thread(target=file.close)
    closer.start()
    closer.join(1)  # time to close the file under the reader, if it does not wait
    go_on.set()
    reader.join(60)
    closer.join(60)
    with pytest.raises(ValueError, match="the file is closed"):
        file["x"][...]
    return got[0]


def test_close_waits_for_a_read_in_another_thread_and_refuses_the_next():
    inside, go_on = threading.Event(), threading.Event()

    class Slow(io.BytesIO):
        waits = False

        def read(self, count=-1):
            if self.waits:
                inside.set()
                go_on.wait(60)
            return super().read(count)

    stream = Slow(PNG)
    file = ig.open(stream)
    stream.waits = True
    assert same_bits(read_while_closing(file, inside, go_on), DATA)


def test_close_waits_for_a_read_of_a_path_in_another_thread(tmp_path, monkeypatch):
    data = np.random.default_rng(0).integers(0, 2**63, 2**20)  # many blocks, read piece by piece
    ig.save(tmp_path / "large.png", {"x": data})
    inside, go_on = threading.Event(), threading.Event()
    unpack = container.unpack_block

    def waiting(*arguments):
        inside.set()
        go_on.wait(60)
        return unpack(*arguments)

    monkeypatch.setattr(container, "unpack_block", waiting)
    file = ig.open(tmp_path / "large.png")
    assert same_bits(read_while_closing(file, inside, go_on), data)


FORK = """
import io, os, sys, threading, warnings
warnings.simplefilter("ignore")
import numpy as np, intaglio as ig
kind, path = sys.argv[1:]
source = {"path": lambda: path, "bytes": lambda: io.BytesIO(open(path, "rb").read()),
          "file": lambda: open(path, "rb")}[kind]()
whole = ig.load(path, "x")
file = ig.open(source)
first = file["x"][:3]
if kind == "path":  # another thread holds the lock while the process forks
    held = file._file._lock
    thread = threading.Thread(target=lambda: (held.acquire(), taken.set(), done.wait(60)), daemon=True)
    taken, done = threading.Event(), threading.Event()
    thread.start(); taken.wait(60)
os.chdir("/")
child = os.fork()
if not child:
    try:
        text = str(file["x"][...].tobytes() == whole.tobytes())
    except Exception as problem:
        text = f"{type(problem).__name__}: {problem}"
    os.write(1, ("child " + text + "\\n").encode())
    os._exit(0)
os.waitpid(child, 0)
if kind == "path":
    done.set(); thread.join(); os._exit(0)
print("parent", file["x"][...].tobytes() == whole.tobytes())
"""


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("path", "child True\n"),
        ("bytes", "child True\nparent True\n"),
        ("file", "child OSError: [Errno 9] a file object is shared with the parent process"),
    ],
)
def test_a_forked_child_can_read_or_the_error_says_why_not(path, kind, said):
    done = subprocess.run(
        [sys.executable, "-c", FORK, kind, path.name],
        cwd=path.parent, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(said)
    assert kind != "file" or done.stdout.endswith("parent True\n")


def test_lazy_files_and_arrays_are_pickled_by_path(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    limits = ig.Limits(output_bytes_max=DATA.nbytes)
    with ig.open(path.name, limits=limits) as file:
        raw = pickle.dumps((file, file["x"]))
        assert len(raw) < 1000
        assert same_bits(copy.copy(file["y"])[1:], DATA[1:5])
    monkeypatch.chdir("/")
    again, lazy = pickle.loads(raw)
    assert same_bits(lazy[2:4], DATA[2:4])
    assert same_bits(again["y"][...], DATA[:5])
    assert repr(again.info) == repr(ig.info(path))
    again.close()


def test_unpickling_after_the_file_changed_raises_oserror(path):
    with ig.open(path) as file:
        raw = pickle.dumps(file["x"])
    ig.save(path, {"x": DATA + 1})
    with pytest.raises(OSError, match="has changed"):
        pickle.loads(raw)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        pickle.loads(raw)


def test_the_error_for_an_unpicklable_file_says_what_to_do(path):
    file = ig.open(io.BytesIO(PNG))
    for value in (file, file["x"]):
        with pytest.raises(TypeError, match=r"open it by its path.*\[name\]\[\.\.\.\]"):
            pickle.dumps(value)
    file.close()
    with pytest.raises(ValueError, match="closed"):
        pickle.dumps(file)


SCENARIOS = """
import io, json, sys
import numpy as np, intaglio as ig
from intaglio._format.png.encode import write_png
data = np.random.default_rng(0).normal(size=(300, 500))
png = ig.dumps({"x": data})
told = [sys.flags.optimize > 0]

def tell(call):
    try:
        value = call()
        told.append(ig.dumps(value).hex()[-40:] if isinstance(value, np.ndarray) else repr(value)[:99])
    except Exception as problem:
        told.append(f"{type(problem).__name__}: {problem}"[:200])

class Once(io.BytesIO):
    left = 10**9
    def read(self, count=-1):
        self.left -= 1
        if not self.left:
            raise OSError(5, "Input/output error")
        return super().read(count)

stream = Once(png)
file = ig.open(stream)
stream.left = 1
for _ in range(3):
    tell(lambda: file["x"][...])
cut = bytearray(png); cut[len(cut) // 2] ^= 255
lazy = ig.open(io.BytesIO(cut))
for _ in range(3):
    tell(lambda: lazy["x"][...])
lazy.close()
tell(lambda: lazy["x"][...])
for at in (0, 8, 20, 40, 60, 200, len(png) - 30, len(png) - 5):
    bad = bytearray(png); bad[at] ^= 255
    for read in (ig.loads, lambda b: ig.info(io.BytesIO(b)), lambda b: ig.load(io.BytesIO(b[:at]))):
        tell(lambda: read(bytes(bad)))
tell(lambda: ig.extract(np.zeros((9, 9, 3), np.uint8)))
tell(lambda: ig.dumps(data, cmap=[[1, 2, 3], [1]]))
rows = np.zeros((2, 3, 3), np.uint8)
for size, bands in (((0, 2), [rows]), ((3, 1), [rows]), ((4, 2), [rows]), ((3, 2), []), ((2**31, 1), [])):
    tell(lambda: write_png(io.BytesIO(), *size, 3, bands))
print(json.dumps(told))
"""


def test_python_without_asserts_raises_the_same_errors():
    plain, optimized = (
        json.loads(
            subprocess.run(
                [sys.executable, *flags, "-c", SCENARIOS],
                capture_output=True, text=True, check=True, timeout=300,
            ).stdout
        )
        for flags in ([], ["-O"])
    )  # fmt: skip
    assert (plain[0], optimized[0]) == (False, True)
    assert plain[1:] == optimized[1:]
    assert "AssertionError" not in "".join(map(str, plain))
    assert plain[1].startswith("OSError: [Errno 5]")
    assert plain[2] == plain[3]
    assert plain[4] == plain[5] == plain[6]
    assert "png-damaged" in plain[4]
    assert plain[7] == "ValueError: the file is closed"
