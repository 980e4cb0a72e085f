"""Addresses of hosts: only public ones are connected to, and to the very address that was checked."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

import httpx

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Gives the addresses of a host.
Resolver = Callable[[str, int], list[str]]
#: Tells whether an address may be connected to.
Allowed = Callable[[IPAddress], bool]


class RefusedAddressError(Exception):
    """The host has no address that may be connected to."""


def resolve(host: str, port: int) -> list[str]:
    """Addresses of a host by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: IPAddress) -> bool:
    """True for an address of the public internet: not private, local, multicast or reserved, nor mapped to one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            return is_public(inner)
        if address in ipaddress.IPv6Network("64:ff9b::/96"):  # NAT64 leads to an IPv4 address
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


class PinnedTransport(httpx.HTTPTransport):
    """Transport that resolves a host once, refuses it if any address is not allowed, and connects to the first.

    A name that resolves to another address a moment later changes nothing. Certificates are checked for the name.
    """

    def __init__(self, resolver: Resolver = resolve, allowed: Allowed = is_public) -> None:
        super().__init__(trust_env=False, retries=0)
        self._resolver = resolver
        self._allowed = allowed

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to a checked address.

        Raises:
            RefusedAddressError: if the host has an address that is not allowed, or none.
        """
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=self._checked(host, port))
        return super().handle_request(request)

    def _checked(self, host: str, port: int) -> str:
        try:
            found = [ipaddress.ip_address(each.partition("%")[0]) for each in self._resolver(host, port)]
        except (OSError, ValueError) as error:
            raise RefusedAddressError("its host has no address") from error
        if not found:
            raise RefusedAddressError("its host has no address")
        if not all(map(self._allowed, found)):
            raise RefusedAddressError("its host is in a private network")
        return str(found[0])
