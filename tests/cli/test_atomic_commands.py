"""The command's writers as systems really fail: full disks, forbidden folders, other systems."""

import io
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import intaglio as ig
from intaglio.cli import files
from intaglio.cli.exit_codes import FILE

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import kills  # noqa: E402

NOBODY = 65534
NAMES = [
    *("pack", "pack --tiles", "tiles", "unpack a store", "strip", "recolor", "restore"),
    *(f"unpack .{form}" for form in kills.FORMATS),
]


@pytest.fixture(scope="module")
def writers():
    """All that write, in a folder that other users may reach, each having written once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        made = kills.commands(folder)
        assert [*made] == NAMES
        for writer in made.values():
            assert writer.write(0) == 0
        yield made


def code_of(work):
    """The exit code of `work()`, done by a process of its own, and what it says."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.dup2(writes, 2)
            sys.stderr = os.fdopen(writes, "w")  # pytest's is a file
            code = work()
            sys.stderr.flush()
            os._exit(code)
        finally:
            os._exit(99)
    os.close(writes)
    with os.fdopen(reads, "rb") as stream:
        said = stream.read().decode()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def test_every_verb_that_writes_is_among_them():
    from intaglio.cli.commands import VERBS

    looking = {"info", "ls", "show", "verify", "diff", "view", "completion"}
    assert {name.split()[0] for name in NAMES} == {*VERBS} - looking


@pytest.mark.parametrize("room", [0, 700])
@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_finds_no_room_leaves_the_old_one_and_nothing_else(writers, name, room):
    writer = writers[name]
    before, beside = kills.content(writer.place), set(writer.place.parent.iterdir())

    def work():
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        return writer.write(1)

    code, said = code_of(work)
    assert code == FILE, said
    assert "Traceback" not in said
    assert kills.content(writer.place) == before
    assert set(writer.place.parent.iterdir()) == beside


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_may_not_be_written_keeps_what_it_has(writers, name):
    writer = writers[name]
    folder = writer.place.parent
    before, beside = kills.content(writer.place), set(folder.iterdir())

    def work():
        if not os.geteuid():
            os.seteuid(NOBODY)  # root is bound by no permissions
        return writer.write(1)

    folder.chmod(0o555)
    try:
        code, said = code_of(work)
    finally:
        folder.chmod(0o777)
    assert code == FILE, said
    assert "Permission denied" in said
    assert "Traceback" not in said
    assert kills.content(writer.place) == before
    assert set(folder.iterdir()) == beside


# Folders, which no system replaces by renaming.


def store(place, text):
    """Let write_folder make a folder with one file at `place`."""

    def write(folder):
        folder.mkdir()
        (folder / "zarr.json").write_text(text)

    files.write_folder(place, write, lambda: None)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("is_able", [True, False])
def test_a_folder_takes_the_place_of_another(tmp_path, monkeypatch, is_able):
    """Where the system can exchange names, and where it cannot."""
    exchanged = []
    exchange = files._exchange if is_able else lambda *_: False
    monkeypatch.setattr(
        files, "_exchange", lambda *names: exchanged.append(exchange(*names)) or exchanged[-1]
    )
    for text in "abc":
        store(tmp_path / "deep" / "x.zarr", text)
        assert (tmp_path / "deep" / "x.zarr" / "zarr.json").read_text() == text
        assert names(tmp_path / "deep") == ["x.zarr"]
    assert len(exchanged) == 3
    assert is_able or not any(exchanged)


@pytest.mark.parametrize("is_able", [True, False])
def test_a_link_to_a_folder_is_replaced_and_not_followed(tmp_path, monkeypatch, is_able):
    store(tmp_path / "other", "old")
    (tmp_path / "x.zarr").symlink_to("other")
    if not is_able:
        monkeypatch.setattr(files, "_exchange", lambda *_: False)
    store(tmp_path / "x.zarr", "new")
    assert (tmp_path / "other" / "zarr.json").read_text() == "old"
    assert not (tmp_path / "x.zarr").is_symlink()
    assert (tmp_path / "x.zarr" / "zarr.json").read_text() == "new"
    assert names(tmp_path) == ["other", "x.zarr"]


def test_a_folder_that_cannot_take_the_place_leaves_the_old_one_there(tmp_path, monkeypatch):
    store(tmp_path / "x.zarr", "old")
    monkeypatch.setattr(files, "_exchange", lambda *_: False)
    rename = Path.rename

    def fails(self, target):
        if target.name == "x.zarr" and self.suffix == ".tmp":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match="Input/output"):
        store(tmp_path / "x.zarr", "new")
    assert (tmp_path / "x.zarr" / "zarr.json").read_text() == "old"
    assert names(tmp_path) == ["x.zarr"]


def test_two_that_write_one_store_do_not_touch_each_others_work(tmp_path):
    def write(folder):
        folder.mkdir()
        store(tmp_path / "x.zarr", "of the other")
        (folder / "zarr.json").write_text("mine")

    files.write_folder(tmp_path / "x.zarr", write, lambda: None)
    assert (tmp_path / "x.zarr" / "zarr.json").read_text() == "mine"
    assert names(tmp_path) == ["x.zarr"]


# Writers that are killed.


def test_writers_killed_at_any_moment_leave_what_was_there_or_what_is_new():
    """`make survival` kills 500 of each."""
    done = subprocess.run(
        [sys.executable, "bench/kills.py", "32"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert not done.returncode, done.stderr
    assert "ig.save: 32 writers killed" in done.stdout
    assert "the command's writers: 32 writers killed" in done.stdout


@pytest.mark.parametrize("options", [["--force"], []])
def test_a_pipe_is_given_the_bytes_and_stays_a_pipe(tmp_path, options):
    data, pipe = np.arange(600.0).reshape(20, 30), tmp_path / "pipe"
    ig.save(tmp_path / "m.png", data)
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "intaglio", "unpack", tmp_path / "m.png", "-o", pipe]
    with subprocess.Popen([*command, "--as", "npy", *options]) as writer:
        read = np.load(io.BytesIO(pipe.read_bytes()))
        assert writer.wait() == 0
    assert read.tobytes() == data.tobytes()
    assert pipe.is_fifo()


def test_a_terminal_is_written_into_and_no_device_is_replaced(tmp_path):
    ig.save(tmp_path / "m.png", np.eye(3))
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "intaglio", "unpack", tmp_path / "m.png", "--as", "csv", "-f"]
    subprocess.run([*command, "-o", os.ttyname(theirs)], check=True)
    assert os.read(ours, 1000).splitlines()[0] == b"1.0,0.0,0.0"
    for stream in (ours, theirs):
        os.close(stream)
    assert files.is_stream(Path("/dev/stdout"))  # a link, to a file perhaps
