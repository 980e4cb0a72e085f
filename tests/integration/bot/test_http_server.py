"""The pages for health and metrics, over real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from bot.observability.health import Health, Status, assess
from bot.observability.metrics import Metrics
from bot.web.http_server import serve_pages
from retrieval.core.errors import SettingsError
from tests.support.processes.ports import free_port


def has_ipv6() -> bool:
    """Return True if this machine has an IPv6 loopback."""
    try:
        return bool(free_port("::1"))
    except OSError:
        return False


def with_pages(
    scene: Callable[[aiohttp.ClientSession, str], Awaitable[None]],
    health: Callable[[], Health] = lambda: assess(Status()),
    host: str = "127.0.0.1",
) -> None:
    """A scene with the pages served, and their address."""

    async def go() -> None:
        port = free_port(host)
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        async with (
            serve_pages(host, port, health, lambda: Metrics().text(Status())),
            aiohttp.ClientSession() as session,
        ):
            await scene(session, address)

    asyncio.run(go())


def test_each_page_says_what_it_is_for() -> None:
    """Alive, ready with reasons, figures, and a list of these; all can be asked with HEAD."""

    async def scene(session: aiohttp.ClientSession, address: str) -> None:
        for path, status, kind in (
            ("/", 200, "text/plain"), ("/healthz", 200, "text/plain"), ("/readyz", 503, "application/json"),
            ("/metrics", 200, "text/plain"),
        ):  # fmt: skip
            async with session.get(address + path) as answer, session.head(address + path) as head:
                assert (answer.status, answer.content_type) == (status, kind)
                assert (head.status, await head.read()) == (status, b"")
                text = await answer.text()
                if path == "/readyz":
                    assert json.loads(text).keys() == {"ready", "reasons", "notes"}
                assert text

    with_pages(scene)


def test_ready_or_not_is_the_status() -> None:
    """As probes read it; notes do not change it."""
    states = [Health(True, (), ("The disk is nearly full.",)), Health(False, ("The bot is ending.",), ())]

    async def scene(session: aiohttp.ClientSession, address: str) -> None:
        for status, words in ((200, "nearly full"), (503, "is ending")):
            async with session.get(f"{address}/readyz") as answer:
                assert answer.status == status
                assert words in await answer.text()

    with_pages(scene, lambda: states.pop(0))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_nothing_can_be_done_but_read(method: str) -> None:
    """Any other method is refused; no answer tells which libraries made it."""

    async def scene(session: aiohttp.ClientSession, address: str) -> None:
        for path in ("/", "/healthz", "/readyz", "/metrics", "/nothing", "/%2e%2e/etc/passwd", "/%00"):
            async with session.request(method, address + path, data=b"x" * 100) as answer:
                assert answer.status == 405
                assert "Server" not in answer.headers
        async with session.get(f"{address}/nothing") as answer:
            assert answer.status == 404
            assert "Server" not in answer.headers

    with_pages(scene)


RUBBISH = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
    b"GET /healthz HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
    b"",
)


def test_rubbish_is_refused_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    """TLS to a plain port, headers without end: refused without a word of the libraries, and without a traceback."""

    async def scene(session: aiohttp.ClientSession, address: str) -> None:
        host, _, port = address.removeprefix("http://").rpartition(":")
        for rubbish in RUBBISH:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(rubbish)
            writer.write_eof()
            answer = await asyncio.wait_for(reader.read(), 5)
            assert b"aiohttp" not in answer
            assert not answer or b" 400 " in answer.split(b"\r\n")[0]
            writer.close()
        async with session.get(f"{address}/healthz") as answer_after:
            assert answer_after.status == 200

    with_pages(scene)
    assert "Traceback" not in caplog.text


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")
def test_ipv6_will_do() -> None:
    """An IPv6 address is served."""

    async def scene(session: aiohttp.ClientSession, address: str) -> None:
        async with session.get(f"{address}/healthz") as answer:
            assert answer.status == 200

    with_pages(scene, host="::1")


def test_only_the_address_that_was_named_is_listened_on() -> None:
    """Another address of the loopback is not served."""

    async def scene(_session: aiohttp.ClientSession, address: str) -> None:
        with pytest.raises(OSError):  # noqa: PT011 - refused, or not reachable at all
            await asyncio.open_connection("127.0.0.2", int(address.rpartition(":")[2]))

    with_pages(scene)


def refused(host: str, port: int) -> str:
    """The error where the address cannot be listened on."""

    async def go() -> None:
        async with serve_pages(host, port, lambda: assess(Status()), lambda: Metrics().text(Status())):
            pass

    with pytest.raises(SettingsError) as caught:
        asyncio.run(go())
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_unusable_address_is_reported_in_one_line() -> None:
    """A port in use, an address of another machine."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "HTTP_PORT" in (line := refused("127.0.0.1", taken.getsockname()[1]))
        assert "in use" in line
    assert "HTTP_HOST" in refused("192.0.2.1", free_port())
