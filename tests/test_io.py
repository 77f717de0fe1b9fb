"""Files: a path holds the old file or the whole new one, also after failures."""

import io
import os
import stat
import threading

import numpy as np
import pytest
from tests.support import same_bits

import intaglio as ig
from intaglio import EncodeError
from intaglio._io import write_target

A = np.arange(12.0).reshape(3, 4)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "m.png"
    ig.save(path, A)
    before = path.read_bytes()

    def fail(stream):
        stream.write(b"half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_target(path, fail)
    with pytest.raises(EncodeError):
        ig.save(path, {"x": A, "bad": np.array(["text"])})
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["m.png"]


def test_permissions_are_those_of_the_old_file_or_the_umask(tmp_path):
    path = tmp_path / "m.png"
    old = os.umask(0o027)
    try:
        ig.save(path, A)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
    finally:
        os.umask(old)
    path.chmod(0o604)
    ig.save(path, A)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_link_stays_a_link(tmp_path):
    target, link = tmp_path / "m.png", tmp_path / "l.png"
    ig.save(target, A)
    link.symlink_to(target)
    ig.save(link, A + 1)
    assert link.is_symlink()
    assert same_bits(ig.load(target), A + 1)


def test_a_missing_folder_raises_oserror_that_names_it(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        ig.save(tmp_path / "no" / "m.png", A)
    assert caught.value.filename == str(tmp_path / "no")


def test_the_error_for_a_text_file_object_says_what_to_do(tmp_path):
    ig.save(tmp_path / "m.png", A)
    for stream in (io.StringIO(), (tmp_path / "m.png").open(encoding="latin-1")):
        for call in (lambda s: ig.save(s, A), ig.load, ig.info, ig.open):
            with pytest.raises(TypeError, match="'rb'"):
                call(stream)
        stream.close()


def test_the_error_for_a_url_says_what_to_do_and_quotes_it():
    with pytest.raises(FileNotFoundError, match="download it") as caught:
        ig.load("https://example.org/m.png")
    assert caught.value.filename == "https://example.org/m.png"


def test_concurrent_readers_see_the_old_or_the_new_file(tmp_path):
    path = tmp_path / "m.png"
    ig.save(path, A)
    stop = threading.Event()
    seen = set()

    def read():
        while not stop.is_set():
            seen.add(ig.load(path)[0, 0])

    reader = threading.Thread(target=read)
    reader.start()
    for k in range(40):
        ig.save(path, A + k % 2)
    stop.set()
    reader.join()
    assert seen <= {0.0, 1.0}
