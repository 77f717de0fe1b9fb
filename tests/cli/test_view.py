"""intaglio view: one page, one file, nobody else. The page itself is tested in implementations/viewer."""

import base64
import hashlib
import http.client
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import numpy as np
import pytest

import intaglio as ig
from intaglio.cli.server import ViewServer

INTAGLIO = str(Path(sys.executable).with_name("intaglio"))


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "a & b#?.png"
    ig.save(path, np.arange(12.0).reshape(3, 4))
    return path


@contextmanager
def serving(path):
    with ViewServer(path) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(server, path, method="GET", host=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=120)
    connection.putrequest(method, path, skip_host=True)
    for name in [server.host] if host is None else host:
        connection.putheader("Host", name)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_the_page_and_the_file_are_served_under_a_secret_path(picture):
    with serving(picture) as server:
        parts = urlsplit(server.address)
        assert parts.netloc == f"127.0.0.1:{server.server_port}"
        assert parse_qs(parts.query) == {"url": ["file"], "name": [picture.name]}
        assert len(parts.path) > 24
        answer, page = ask(server, f"{parts.path}?{parts.query}")
        assert (answer.status, page) == (200, server.page)
        assert "frame-ancestors 'none'" in answer.getheader("Content-Security-Policy")
        answer, body = ask(server, f"{parts.path}file")
        assert (answer.status, body) == (200, picture.read_bytes())
        assert answer.getheader("Access-Control-Allow-Origin") is None
        answer, body = ask(server, f"{parts.path}file", "HEAD")
        assert (answer.status, body) == (200, b"")
        assert ask(server, parts.path, "HEAD")[0].status == 200


def test_nothing_else_is_served(picture):
    with serving(picture) as server:
        folder = server.folder
        for path in [
            "/",
            "/file",
            "/index.html",
            f"{folder}x",
            f"{folder}../file",
            f"{folder}%2e%2e/",
            folder[:-1],
            folder[:-2] + "/",
            f"{folder}file/etc/passwd",
            f"/{quote(picture.name)}",
        ]:
            assert ask(server, path)[0].status == 404, path
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            assert ask(server, f"{folder}file", method)[0].status == 501


def test_another_host_name_is_refused(picture):
    with serving(picture) as server:
        port = server.server_port
        for host in (
            ["evil.example"],
            [f"evil.example:{port}"],
            ["127.0.0.1"],
            [],
            [server.host] * 2,
        ):
            answer, body = ask(server, f"{server.folder}file", host=host)
            assert (answer.status, body) == (421, b""), host


def test_a_file_that_went_away_is_gone(picture):
    with serving(picture) as server:
        picture.unlink()
        assert ask(server, f"{server.folder}file")[0].status == 410
        assert ask(server, server.folder)[0].status == 200


def test_each_server_has_its_own_secret(picture):
    with ViewServer(picture) as one, ViewServer(picture) as other:
        assert one.folder != other.folder
        assert one.server_address[0] == "127.0.0.1"


def test_the_shipped_page_allows_only_its_own_scripts():
    page = (files("intaglio") / "viewer" / "index.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not re.search(
        r'(?:src|href)="(?!data:|#)', page.partition('<script type="text/plain"')[0]
    )


def test_the_command_prints_the_address_and_ends_at_ctrl_c(picture):
    command = [INTAGLIO, "view", "--no-browser", str(picture)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        address = urlsplit(process.stdout.readline().strip())
        connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=120)
        connection.request("GET", f"{address.path}file")
        assert connection.getresponse().read() == picture.read_bytes()
        connection.close()
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "Ctrl-C" in messages


def test_a_picture_without_data_is_not_served(tmp_path):
    path = tmp_path / "x.png"
    path.write_bytes(b"\xff\xd8\xff\xe0 a JPEG")
    command = [INTAGLIO, "view", "--no-browser", str(path)]
    process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (process.returncode, process.stdout) == (3, "")
