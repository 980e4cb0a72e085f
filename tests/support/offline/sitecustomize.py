"""Every Python process that the tests start reaches this machine and nothing else.

Python imports a module of this name at its start, so children get it through PYTHONPATH; the tests' own process
imports it from conftest.py. An audit hook sees every connection however it is made, and cannot be taken off again.
"""

from __future__ import annotations

import ipaddress
import sys

_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})
#: Position of the host or the address in an event's arguments.
_PLACES = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
}


class OutsideConnectionError(RuntimeError):
    """Something wanted to leave this machine. No OSError: code that forgives those would hide it."""


def is_loopback(host: object) -> bool:
    """Tell whether a host, as the socket functions take it, is this machine; a path is a Unix socket."""
    if host is None:
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if text.lower() in _NAMES or text.startswith(("/", "\0")):
        return True
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    place = _PLACES.get(event)
    if place is None:
        return
    address = arguments[place]
    host = address[0] if isinstance(address, tuple) else address
    if not is_loopback(host):
        raise OutsideConnectionError(f"{event} to {host!r}: the tests reach nothing but loopback")


sys.addaudithook(_watch)
