"""Contract of vector indexes, for the one in memory, embedded Chroma and a Chroma server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from chromadb.api.shared_system_client import SharedSystemClient

from retrieval.core.errors import DamagedStoreError
from retrieval.core.settings.chroma_endpoint import ChromaServer
from retrieval.core.vectors import Matrix, normalise
from retrieval.index.indexer import VectorStore
from retrieval.index.vector import ChromaVectorIndex, ServerVectorIndex
from retrieval.search.retriever import VectorSearch
from tests.support.doubles.fakes import MemoryVectorIndex
from tests.support.processes.chroma_process import ChromaProcess

#: More than Chroma takes in one call (5,461).
MANY = 6000


class VectorIndex(VectorStore, VectorSearch, Protocol):
    """Both sides of a vector index."""


class VectorIndexFactory:
    """Opens one index, as often as a test wants: what was written before is there again."""

    def __init__(self, kind: str, folder: Path, server: ChromaServer | None) -> None:
        self._kind = kind
        self._server = server
        self._folder = folder
        self._memory = MemoryVectorIndex()
        self._open = ExitStack()

    def open(self) -> VectorIndex:
        """The index as it is stored; one that was open is closed first."""
        self.close()
        if self._kind == "memory":
            return self._memory
        if self._server is not None:
            return self._open.enter_context(ServerVectorIndex(self._server, "passages", make=True))
        return self._open.enter_context(ChromaVectorIndex(self._folder / "chroma"))

    def close(self) -> None:
        """Close the folder."""
        self._open.close()


@pytest.fixture(params=["memory", "chroma", "server"])
def factory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndexFactory]:
    """All implementations, one after the other."""
    server = None
    if request.param == "server":
        process: ChromaProcess = request.getfixturevalue("chroma")
        server = ChromaServer(url=process.url, database=process.database())
    made = VectorIndexFactory(request.param, tmp_path, server)
    yield made
    made.close()


@pytest.fixture
def index(factory: VectorIndexFactory) -> VectorIndex:
    """A new, empty index."""
    return factory.open()


def unit(*rows: list[float]) -> Matrix:
    """Rows as unit vectors."""
    return normalise(np.array(rows, dtype=np.float32))


def spread(count: int) -> Matrix:
    """So many different directions."""
    return normalise(np.random.default_rng(1).standard_normal((count, 16)).astype(np.float32))


def test_a_new_index_is_empty(index: VectorIndex) -> None:
    """Nothing is stored, nothing is near, and asking is no error."""
    assert (index.count(), index.keys()) == (0, set())
    assert index.nearest(unit([1, 0, 0])[0], 5) == []


def test_the_nearest_come_first_with_their_cosine(index: VectorIndex) -> None:
    """Hits are ordered by cosine, and the number given is the cosine."""
    index.add([7, 8, 9], unit([1, 0, 0], [1, 1, 0], [-1, 0, 0]))
    hits = index.nearest(unit([1, 0, 0])[0], 3)
    assert [key for key, _ in hits] == [7, 8, 9]
    assert [cosine for _, cosine in hits] == pytest.approx([1.0, 0.5**0.5, -1.0], abs=1e-4)


def test_length_does_not_count(index: VectorIndex) -> None:
    """A long vector in a worse direction loses against a short one in a better."""
    index.add([1, 2], np.array([[50, 50, 0], [0.1, 0, 0]], dtype=np.float32))
    assert [key for key, _ in index.nearest(unit([1, 0, 0])[0], 2)] == [2, 1]


def test_the_limit_holds(index: VectorIndex) -> None:
    """At most so many hits, and fewer when there are fewer."""
    index.add([1, 2, 3], spread(3))
    assert len(index.nearest(spread(1)[0], 2)) == 2
    assert len(index.nearest(spread(1)[0], 60)) == 3


def test_a_known_key_is_replaced(index: VectorIndex) -> None:
    """Adding a key again stores its new vector, and nothing twice."""
    index.add([1, 2], unit([1, 0], [0, 1]))
    index.add([1], unit([-1, 0]))
    assert index.count() == 2
    key, cosine = index.nearest(unit([1, 0])[0], 2)[-1]
    assert key == 1
    assert cosine == pytest.approx(-1.0, abs=1e-4)


def test_what_is_removed_is_gone(index: VectorIndex) -> None:
    """A removed passage is in no count and no hit; the others stay."""
    index.add([1, 2, 3], spread(3))
    index.remove([2])
    assert (index.count(), index.keys()) == (2, {1, 3})
    assert {key for key, _ in index.nearest(spread(3)[1], 3)} == {1, 3}


def test_unknown_keys_can_be_removed(index: VectorIndex) -> None:
    """Removing what is not there, or nothing, changes nothing."""
    index.add([1], spread(1))
    index.remove([2, 3_000_000_000])
    index.remove([])
    assert index.keys() == {1}


def test_a_removed_key_can_come_back(index: VectorIndex) -> None:
    """Removal leaves no mark on a key."""
    index.add([1], unit([1, 0]))
    index.remove([1])
    index.add([1], unit([0, 1]))
    ((key, cosine),) = index.nearest(unit([0, 1])[0], 1)
    assert key == 1
    assert cosine == pytest.approx(1.0, abs=1e-4)


def test_it_lasts(factory: VectorIndexFactory) -> None:
    """Additions and removals survive closing and opening again."""
    index = factory.open()
    index.add([1, 2, 3], spread(3))
    index.remove([3])
    again = factory.open()
    assert again.keys() == {1, 2}
    ((key, cosine),) = again.nearest(spread(3)[1], 1)
    assert key == 2
    assert cosine == pytest.approx(1.0, abs=1e-4)


def test_large_batches(factory: VectorIndexFactory) -> None:
    """More than one call of the store can take is stored, listed, searched, kept and removed as a whole."""
    index = factory.open()
    vectors, keys = spread(MANY), list(range(1, MANY + 1))
    index.add(keys, vectors)
    assert index.count() == MANY
    index = factory.open()
    assert index.keys() == set(keys)
    assert [index.nearest(vectors[at], 1)[0][0] for at in (0, 2999, MANY - 1)] == [1, 3000, MANY]
    index.remove(keys[:-1])
    assert index.keys() == {MANY}
    assert [key for key, _ in index.nearest(vectors[0], 60)] == [MANY]


def test_a_chroma_that_keeps_its_clients_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure to open is raised unchanged, also with a Chroma that has no registry to clean up."""
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database " * 1000)
    with pytest.raises(DamagedStoreError):
        ChromaVectorIndex(tmp_path)
    broken = object.__new__(ChromaVectorIndex)
    broken._folder, broken._client = tmp_path, None
    for name in ("_identifier_to_refcount", "_identifier_to_system"):
        monkeypatch.delattr(SharedSystemClient, name)
    broken._forget()
