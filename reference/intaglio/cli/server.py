"""The server of `view`: a page at a local address that shows one file.

The page is viewer/index.html, built from implementations/viewer. The server listens on
127.0.0.1 only, under a random path, and answers only requests with that host name. It serves
the page and the one file, so that other machines and other web pages cannot read it.
"""

import hmac
import secrets
import shutil
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

_TOKEN_BYTES: Final = 24
_FILE_NAME: Final = "file"
# The page lists its scripts by SHA-256; this header says who may embed it and what it may load.
_HEADERS: Final = {
    "Content-Security-Policy": "connect-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class ViewServer(ThreadingHTTPServer):
    """Serves the page and one file at `address`."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        with path.open("rb"):
            pass  # fail now, not in the page, if it cannot be read
        super().__init__(("127.0.0.1", 0), _Handler)
        self.path: Final = path
        self.page: Final = (files("intaglio") / "viewer" / "index.html").read_bytes()
        self.folder: Final = f"/{secrets.token_urlsafe(_TOKEN_BYTES)}/"
        self.host: Final = f"127.0.0.1:{self.server_port}"

    @property
    def address(self) -> str:
        """The address of the page, including which file to load."""
        query = f"url={_FILE_NAME}&name={quote(self.path.name, safe='', errors='replace')}"
        return f"http://{self.host}{self.folder}?{query}"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Ignore a browser that disconnects."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: ViewServer
    server_version = "intaglio"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing: the terminal belongs to the user."""

    def _answer(self, *, body: bool) -> None:
        # another host name that resolves to 127.0.0.1
        if self.headers.get_all("Host") != [self.server.host]:
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
            return
        asked, folder = urlsplit(self.path).path, self.server.folder
        if hmac.compare_digest(asked.encode(), folder.encode()):
            self._head("text/html; charset=utf-8", len(self.server.page))
            if body:
                self.wfile.write(self.server.page)
        elif hmac.compare_digest(asked.encode(), f"{folder}{_FILE_NAME}".encode()):
            self._give_file(body=body)
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def _give_file(self, *, body: bool) -> None:
        try:
            stream = self.server.path.open("rb")
        except OSError:  # it existed at the start
            self._refuse(HTTPStatus.GONE)
            return
        with stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            self._head("application/octet-stream", size)
            if body:
                shutil.copyfileobj(stream, self.wfile)

    def _head(self, kind: str, size: int) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()

    def _refuse(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
