"""File objects with short reads and writes; is_intaglio; the search for causes of errors."""

import io
import os
import pickle
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image
from tests.support import same_bits

import intaglio as ig
from intaglio import DecodeError

A = np.random.default_rng(0).normal(size=(200, 300))
PNG = ig.dumps(A)


class Stingy(io.RawIOBase):
    """Writes and reads a few bytes at a time."""

    def __init__(self, raw=b"", most=7):
        self.stream = io.BytesIO(raw)
        self.most = most

    def writable(self):
        return True

    def write(self, data):
        return self.stream.write(bytes(data)[: self.most])

    def read(self, count=-1):
        return self.stream.read(min(count, self.most) if count >= 0 else self.most)


class ReturnsNothing:
    def __init__(self):
        self.parts = []

    def write(self, data):
        self.parts.append(bytes(data))


def test_short_reads_and_writes_of_a_file_object_are_completed():
    out = Stingy()
    ig.save(out, A)
    assert out.stream.getvalue() == PNG
    assert same_bits(ig.load(Stingy(PNG)), A)
    plain = ReturnsNothing()
    ig.save(plain, A)
    assert b"".join(plain.parts) == PNG


def test_a_raw_socket_receives_the_whole_file():
    near, far = socket.socketpair()
    got = []
    reader = threading.Thread(target=lambda: got.extend(iter(lambda: far.recv(4096), b"")))
    reader.start()
    with near.makefile("wb", buffering=0) as out:
        ig.save(out, A)
    near.close()
    reader.join(60)
    far.close()
    assert b"".join(got) == PNG


def test_a_full_non_blocking_pipe_raises_oserror():
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    with os.fdopen(write_end, "wb", buffering=0) as out, pytest.raises(BlockingIOError):
        ig.save(out, np.random.default_rng(0).normal(size=(300, 500)))
    os.close(read_end)


@pytest.mark.parametrize("answer", [0, -1, 10**9, 2.5, "12", True])
def test_a_write_that_returns_no_byte_count_raises_oserror(answer):
    class Odd(io.RawIOBase):
        def write(self, data):
            return answer

    with pytest.raises(OSError, match="write"):
        ig.save(Odd(), A)


@pytest.mark.parametrize(
    ("answer", "error"), [(None, BlockingIOError), ("text", TypeError), (b"x" * 10**6, OSError)]
)
def test_a_read_that_does_not_return_bytes_raises_an_error(answer, error):
    class Odd(io.RawIOBase):
        def read(self, count=-1):
            return answer

    for call in (ig.load, ig.info, ig.open, ig.is_intaglio):
        with pytest.raises(error):
            call(Odd())


# is_intaglio


class Counting(io.BytesIO):
    taken = 0

    def read(self, count=-1):
        data = super().read(count)
        self.taken += len(data)
        return data


def as_png(image, **options):
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


NOISE = np.random.default_rng(0).integers(0, 256, (700, 700, 3), np.uint8)


def test_is_intaglio_is_true_for_carriers_only(tmp_path):
    (tmp_path / "m.png").write_bytes(PNG)
    for file in (tmp_path / "m.png", str(tmp_path / "m.png"), PNG, bytearray(PNG), memoryview(PNG)):
        assert ig.is_intaglio(file)
    for profile in ("raw", "rgba", (0, 0, 1, 0)):
        assert ig.is_intaglio(ig.dumps(A, profile=profile))
    for raw in (
        *(b"", b"x", PNG[:8], PNG[:20], PNG[1:], PNG[:60], os.urandom(5000), b"\xff\xd8\xff" * 50),
        *(as_png(Image.fromarray(NOISE)), as_png(Image.fromarray(NOISE[:3, :3]))),
        *(as_png(Image.new("P", (9, 9))), as_png(Image.new("1", (1, 1)))),
    ):
        assert ig.is_intaglio(raw) is False


def test_is_intaglio_recognises_carriers_narrower_than_the_prologue():
    pixels = np.full((2000, 7, 3), 128, np.uint8)
    assert ig.is_intaglio(as_png(Image.fromarray(ig.embed(pixels, np.arange(9)))))


def test_is_intaglio_reads_only_the_first_pixels_and_restores_the_position():
    for raw, ours in ((PNG, True), (as_png(Image.fromarray(NOISE)), False)):
        stream = Counting(b"before" + raw)
        stream.seek(6)
        assert ig.is_intaglio(stream) is ours
        assert stream.tell() == 6
        assert stream.taken < 200_000 < len(raw)
    cut = PNG[: len(PNG) // 2]  # what follows the first pixels is not looked at
    assert ig.is_intaglio(cut)


def test_is_intaglio_needs_little_memory_for_a_huge_picture():
    code = (
        "import io, resource, zlib, struct\nimport intaglio as ig\n"
        "ig.is_intaglio(b'')\n"
        "def chunk(kind, data):\n"
        "    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))\n"
        "head = struct.pack('>IIBBBBB', 2**31 - 1, 2**31 - 1, 8, 6, 0, 0, 0)\n"
        "raw = b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(bytes(9999)))\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))\nprint(ig.is_intaglio(raw))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_is_intaglio_raises_for_files_that_cannot_be_read(tmp_path):
    with pytest.raises(FileNotFoundError):
        ig.is_intaglio(tmp_path / "none.png")
    with pytest.raises(TypeError, match="a path"):
        ig.is_intaglio(5)


# The cause of a refusal is looked for when it is asked for.


def turned():
    with Image.open(io.BytesIO(PNG)) as image:
        return as_png(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT))


LOOKED = "print([m for m in sys.modules if m.endswith(('_diagnose', '_strangers'))])"


@pytest.mark.parametrize("source", ["'m.png'", "io.BytesIO(open('m.png', 'rb').read())"])
def test_the_cause_of_a_refusal_is_searched_only_when_requested(tmp_path, source):
    (tmp_path / "m.png").write_bytes(turned())
    code = (
        f"import io, sys, intaglio as ig\ntry:\n    ig.info({source})\n"
        f"except ig.DecodeError as e:\n    problem = e\nprint(problem.reason)\n{LOOKED}\n"
        "print(problem.diagnosis)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "no-prologue\n[]\nflipped-horizontally\n"


def refusal(call):
    with pytest.raises(DecodeError) as caught:
        call()
    return caught.value


def test_the_cause_is_found_after_the_file_was_closed_and_searched_once(tmp_path, monkeypatch):
    path = tmp_path / "m.png"
    path.write_bytes(turned())
    monkeypatch.chdir(tmp_path)
    with path.open("rb") as stream:
        by_stream = refusal(lambda: ig.load(stream))
    by_path, by_bytes = refusal(lambda: ig.load("m.png")), refusal(lambda: ig.loads(turned()))
    by_other = refusal(lambda: ig.load(Counting(turned())))
    monkeypatch.chdir("/")
    for problem in (by_stream, by_path, by_bytes, by_other):
        assert "flipped horizontally" in str(problem)
    path.unlink()
    for problem in (by_stream, by_path):
        assert problem.diagnosis == "flipped-horizontally"
        again = pickle.loads(pickle.dumps(problem))
        assert (str(again), again.diagnosis) == (str(problem), problem.diagnosis)


def test_a_deleted_or_replaced_file_has_no_diagnosis(tmp_path):
    path = tmp_path / "m.png"
    for change in (path.unlink, lambda: path.write_bytes(PNG)):
        path.write_bytes(turned())
        problem = refusal(lambda: ig.load(path))
        change()
        assert problem.diagnosis is None
        assert str(problem).startswith("no Intaglio data in this picture")
        assert str(problem).endswith("[no-prologue]")


def test_pixels_that_changed_after_the_error_have_no_diagnosis():
    with Image.open(io.BytesIO(turned())) as image:
        pixels = np.array(image)
    first, second = (refusal(lambda: ig.extract(pixels)) for _ in range(2))
    assert first.diagnosis == "flipped-horizontally"
    pixels[0, 0] ^= 1
    assert second.diagnosis is None
