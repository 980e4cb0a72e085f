"""The inputs of the image: Dockerfile, build context and health check."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
HEALTH_CHECK = ROOT / "deploy" / "healthcheck.py"


def test_hadolint_finds_nothing() -> None:
    """The linter for Dockerfiles, which also reads the shell in them, finds no fault."""
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("hadolint is not installed")
    done = subprocess.run([hadolint, str(DOCKERFILE)], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_version_is_given_by_the_build() -> None:
    """The Dockerfile holds no version of its own, which would be forgotten; its Python is the tested one."""
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^ARG VERSION(?:=(.*))?$", text)) == {""}
    assert "\nARG BASE_IMAGE=python:3.11-slim-bookworm\n" in text


def test_what_is_copied_is_sent_and_nothing_else() -> None:
    """The build is sent what the Dockerfile copies; a list of what may come in keeps .env and data folders out."""
    copies = re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text(encoding="utf-8"))
    copied = {source for sources in copies for source in sources.split()}
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == copied
    for source in copied:
        assert (ROOT / source).exists(), source


class _Page(BaseHTTPRequestHandler):
    """Answer with the status of its server."""

    def do_GET(self) -> None:
        self.send_response(self.server.status if self.path == "/healthz" else 404)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Quiet."""


@contextmanager
def served(status: int) -> Iterator[int]:
    """The port of a page that answers with ``status``."""
    server = HTTPServer(("127.0.0.1", 0), _Page)
    server.status = status  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def check(port: int | str, host: str = "") -> tuple[int, str]:
    """The health check as Docker runs it, with a proxy set that cannot be reached."""
    environment = {"HTTP_PORT": str(port), "HTTP_HOST": host, "http_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, HEALTH_CHECK], capture_output=True, text=True, check=False, timeout=30, env=environment
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_says_what_the_page_says(status: int, code: int) -> None:
    """0 for a bot that is alive, 1 for one that is not, and no proxy is asked for the way to loopback."""
    with served(status) as port:
        assert check(port) == (code, "")


def test_the_health_check_asks_where_the_page_is() -> None:
    """It asks at the address that the bot listens at; any address includes loopback."""
    with served(200) as port:
        assert check(port, "0.0.0.0") == (0, "")  # noqa: S104 - where the page listens
        assert check(port, "127.0.0.2") == (1, "")


def test_the_health_check_of_a_bot_without_pages() -> None:
    """A closed port is unhealthy; a page that was switched off is not."""
    with served(200) as port:
        pass
    assert check(port) == (1, "")
    assert check("0") == (0, "")
    assert check("") == (0, "")
