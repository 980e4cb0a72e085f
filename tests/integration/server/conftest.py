"""A library whose vectors are on a server, and ways to see what it does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from retrieval.core.health import VectorHealth, VectorState
from retrieval.core.settings.chroma_endpoint import ChromaServer
from retrieval.index.vector import ServerVectorIndex
from retrieval.search.searcher import Searcher
from retrieval.search.session import open_searcher
from retrieval.storage.home.layout import collection_name
from retrieval.storage.library import Library
from tests.conftest import Workspace
from tests.support.processes.chroma_process import ChromaProcess, FaultyProxy


@dataclass
class RemoteLibrary:
    """A workspace with its vectors on a server. ``changes`` of their health are collected."""

    workspace: Workspace
    server: ChromaServer
    changes: list[VectorHealth] = field(default_factory=list)

    def reached(self, url: str, **changes: Any) -> RemoteLibrary:
        """The same library and database, the server reached another way."""
        return RemoteLibrary.of(self.workspace, self.server.model_copy(update={"url": url, **changes}))

    @classmethod
    def of(cls, workspace: Workspace, server: ChromaServer | None) -> RemoteLibrary:
        """Put the vectors of ``workspace`` on ``server``; its data folder stays."""
        there = Workspace(workspace.settings.model_copy(update={"chroma": server}), workspace.embedder)
        return cls(there, server or ChromaServer(url="http://nowhere"))

    @contextmanager
    def monitored_searcher(self) -> Iterator[Searcher]:
        """A searcher that reconnects to the server, and refills it, by itself."""
        settings, opened = self.workspace.settings, self.workspace.embedder.opened
        with open_searcher(settings, opened, changed=self.changes.append) as searcher:
            yield searcher

    def states(self) -> list[VectorState]:
        """States in the order in which they were reported."""
        return [health.state for health in self.changes]

    def index(self) -> ServerVectorIndex:
        """The library's collection on the server."""
        with Library(self.workspace.home) as library:
            return ServerVectorIndex(
                self.server, collection_name(str(library.properties.library_id()), library.properties.indexes_folder())
            )

    def agrees(self) -> bool:
        """True if the server holds the very passages of the library."""
        with Library(self.workspace.home) as library, self.index() as index:
            return index.keys() == set(library.passages.keys()) and library.properties.state() in index.read()


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until it holds; fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


@pytest.fixture
def remote(workspace: Workspace, chroma: ChromaProcess) -> RemoteLibrary:
    """Three articles, not indexed yet, and a database of their own on the server that all tests share."""
    workspace.fill(3)
    return RemoteLibrary.of(workspace, ChromaServer(url=chroma.url, database=chroma.database()))


@pytest.fixture
def proxy(chroma: ChromaProcess) -> Iterator[FaultyProxy]:
    """A proxy before the server that all tests share."""
    with FaultyProxy(chroma.port).running() as served:
        yield served


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ChromaProcess]:
    """A server for one test, running; to be killed."""
    process = ChromaProcess(tmp_path / "server")
    process.start()
    yield process
    process.kill()
