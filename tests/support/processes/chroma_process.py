"""A real Chroma server on loopback, and a proxy before it that delays, refuses, encrypts or pretends."""

from __future__ import annotations

import http.client
import json
import secrets
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from tests.support.processes.ports import free_port

BINARY = Path(sys.executable).with_name("chroma")


class ChromaProcess:
    """``chroma run`` on one port and one folder; can be killed and started again."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [str(BINARY), "run", "--host", "127.0.0.1", "--port", str(self.port), "--path", str(self.folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=2):  # noqa: S310 - loopback
                    return
            except OSError:
                assert self._process.poll() is None, "chroma run has ended"
                assert time.monotonic() < deadline, "chroma run does not answer"
                time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            process.wait()

    def database(self) -> str:
        """The name of a new, empty database."""
        name = f"test-{secrets.token_hex(6)}"
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.url}/api/v2/tenants/default_tenant/databases",
            data=json.dumps({"name": name}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - loopback
            return name


class FaultyProxy(ThreadingHTTPServer):
    """A reverse proxy. ``delay`` seconds before each answer, ``wanted`` (header, value) or 401, and answers of its own.

    ``own`` maps a path to status and JSON document; the path ``*`` stands for all others.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, upstream: int, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.upstream = upstream
        self.delay = 0.0
        self.wanted: tuple[str, str] | None = None
        self.own: dict[str, tuple[int, object]] = {}
        self.paths: list[str] = []
        self.ending = Event()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is no news."""

    @contextmanager
    def running(self) -> Iterator[FaultyProxy]:
        """Serve while the block runs."""
        thread = Thread(target=self.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self.ending.set()
            self.shutdown()
            thread.join()
            self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyProxy

    def _serve(self) -> None:
        proxy = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        proxy.paths.append(self.path)
        proxy.ending.wait(proxy.delay)
        if proxy.wanted is not None and self.headers.get(proxy.wanted[0]) != proxy.wanted[1]:
            # Some proxies repeat what they were sent.
            self._answer(401, f"no access with {self.headers.get(proxy.wanted[0])}".encode())
            return
        own = proxy.own.get(self.path) or proxy.own.get("*")
        if own is not None:
            self._answer(own[0], json.dumps(own[1]).encode())
            return
        upstream = http.client.HTTPConnection("127.0.0.1", proxy.upstream, timeout=30)
        try:
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}
            }
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            self._answer(answer.status, answer.read())
        except OSError:
            self._answer(502, b"bad gateway")
        finally:
            upstream.close()

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - named by the library

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
