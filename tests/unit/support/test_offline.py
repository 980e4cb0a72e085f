"""The tests themselves: they reach this machine and nothing else, and neither do the processes that they start."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from tests.support.offline.sitecustomize import OutsideConnectionError, is_loopback


@pytest.mark.parametrize("host", [None, "", "localhost", "127.0.0.1", "127.8.9.1", "::1", b"localhost", "/run/x.sock"])
def test_loopback_is_let_through(host: object) -> None:
    """Every way of naming this machine counts as this machine."""
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["example.org", "10.0.0.1", "192.0.2.7", "2001:db8::1", "localhost.example.org"])
def test_everything_else_is_outside(host: str) -> None:
    """Private networks and names that only look local are outside."""
    assert not is_loopback(host)


def test_names_and_addresses_outside_are_refused() -> None:
    """Neither a look-up nor a connection leaves this process."""
    with pytest.raises(OutsideConnectionError):
        socket.getaddrinfo("example.org", 443)
    with socket.socket() as plain, pytest.raises(OutsideConnectionError):
        plain.connect(("192.0.2.7", 443))


def test_loopback_works() -> None:
    """A server on this machine can be reached."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_children_are_held_too() -> None:
    """A process that a test starts is refused just so."""
    code = "import socket; socket.create_connection(('192.0.2.7', 443))"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert child.returncode == 1
    assert "OutsideConnectionError" in child.stderr
