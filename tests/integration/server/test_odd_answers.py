"""Answers that arrive, but not as an answer should."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from retrieval.core.errors import VectorsUnavailableError
from retrieval.core.health import VectorState
from retrieval.core.settings.chroma_endpoint import ChromaServer
from retrieval.index.vector import probe_server
from tests.integration.server.conftest import RemoteLibrary
from tests.support.processes.chroma_process import FaultyProxy

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
Send = Callable[[socket.socket, Event], None]


def trickle(line: socket.socket, ended: Event) -> None:
    """A piece now and then, so that none is ever long in coming."""
    while not ended.wait(0.2):
        line.sendall(b" ")


def flood(line: socket.socket, ended: Event) -> None:
    """As much as is taken."""
    while not ended.is_set():
        line.sendall(b" " * 1_000_000)


@contextmanager
def answering(send: Send) -> Iterator[str]:
    """The address of a server that begins an answer and goes on with ``send``."""
    ended = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                line.recv(65_536)
                line.sendall(_HEAD)
                try:
                    send(line, ended)
                except OSError:  # the client has read enough
                    return

        thread = Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ended.set()
            thread.join()


@pytest.mark.parametrize(("send", "state"), [(trickle, VectorState.SLOW), (flood, VectorState.UNAVAILABLE)])
def test_an_answer_without_an_end(send: Send, state: VectorState) -> None:
    """It is given up in time, and before it fills the memory, though each piece of it comes at once."""
    started = time.monotonic()
    with answering(send) as url, pytest.raises(VectorsUnavailableError) as raised:
        probe_server(ChromaServer(url=url))
    assert raised.value.health.state is state
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("host", ["xn--", "[v1.x]"])
def test_a_host_that_there_cannot_be(host: str) -> None:
    """A host name that no look-up accepts is reported as a wrong address, not as a failure of this program."""
    with pytest.raises(VectorsUnavailableError, match="check CHROMA_URL"):
        probe_server(ChromaServer(url=f"http://{host}:8000"))


def test_a_limit_of_requests(remote: RemoteLibrary, proxy: FaultyProxy) -> None:
    """Asked too often, a server says so by a status: the answer is from keywords, and the state names the limit."""
    remote.workspace.index()
    remote = remote.reached(proxy.url)
    with remote.monitored_searcher() as searcher:
        proxy.own["*"] = (429, {"error": "quota"})
        assert searcher.ask("What do visitors of the harbour pay?").keyword_only
        assert "Look at its limits" in searcher.health().detail
