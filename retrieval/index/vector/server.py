"""One library's collection on a Chroma server, which may hold those of other libraries too."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import numpy as np
from chromadb.errors import NotFoundError

from retrieval.core.errors import RetrievalError, StorageError, VectorsUnavailableError
from retrieval.core.health import VectorHealth, VectorState
from retrieval.core.settings.chroma_endpoint import ChromaServer
from retrieval.index.vector.base import COSINE, CollectionIndex
from retrieval.index.vector.client import Connection
from retrieval.index.vector.probe import unavailable, unreachable
from retrieval.index.vector.timeouts import QUERY_TIMEOUTS, WRITE_TIMEOUTS, Timeouts
from retrieval.storage.home.index_state import is_current
from retrieval.storage.home.layout import collection_name
from retrieval.storage.library import Library

_STATES = "library_states"  # metadata with the states that StateFile records beside embedded indexes
_PROBE_PASSAGES = 10  # searched for: a server that counts well may still search slowly
_PAGE, _CLOUD_PAGE = 1000, 300  # a body stays under what servers take; Chroma Cloud's quota is 300 records a call


class LostCollectionError(VectorsUnavailableError):
    """A working server without the collection: it was replaced, or the server has another volume."""

    def __init__(self, server: ChromaServer, name: str) -> None:
        detail = f"{server.place} has no collection {name}. Run: pullquote index (a running bot does it by itself)"
        super().__init__(server.place, VectorHealth(VectorState.INCOMPLETE, detail))


class ServerVectorIndex(CollectionIndex):
    """A library's collection on a server, and the marker of the library's states there (``read``, ``write``).

    Raises:
        VectorsUnavailableError: from every method, when the server does not do its part.
    """

    def __init__(
        self,
        server: ChromaServer,
        name: str,
        *,
        make: bool = False,
        timeouts: Timeouts = QUERY_TIMEOUTS,
        ended: Callable[[], bool] = lambda: False,
    ) -> None:
        """Open the collection ``name``. When ``ended`` returns true, no further request is made.

        Raises:
            LostCollectionError: when it does not exist, unless ``make``.
        """
        self._server = server
        self._name = name
        self._ended = ended
        self._connection = Connection(server, timeouts)
        try:
            with self._translated():
                collection = self._connection.collection(name, COSINE if make else None)
                most = self._connection.max_batch_size()
                page = _CLOUD_PAGE if server.cloud else _PAGE
                super().__init__(collection, min(page, most) if most > 0 else page)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        if self._ended():
            raise unavailable(self._server, VectorState.UNAVAILABLE, "is not asked any more: this program is ending")
        with _translated(self._server, self._name):
            yield

    def _lost_vectors(self, problem: str) -> StorageError:
        detail = f"has lost some of collection {self._name}: {problem}. Run: pullquote index --rebuild"
        return unavailable(self._server, VectorState.INCOMPLETE, detail)

    def read(self) -> frozenset[str]:
        """States of the library that the vectors belong to; none where nothing is recorded."""
        with self._translated():
            self._collection = self._connection.collection(self._name)
            return frozenset(str((self._collection.metadata or {}).get(_STATES, "")).split())

    def write(self, states: Iterable[str]) -> None:
        """Replace the recorded states atomically."""
        with self._translated():
            self._collection.modify(metadata={_STATES: " ".join(sorted(state for state in states if state))})


def open_consistent(server: ChromaServer, library: Library, folder: str) -> ServerVectorIndex:
    """Open the collection for the indexes in ``folder``.

    Raises:
        VectorsUnavailableError: when the server is out of order, or the collection does not match the library.
    """
    index = ServerVectorIndex(server, collection_name(library.properties.library_id(), folder))
    try:
        check_consistency(server, index, library)
    except BaseException:
        index.close()
        raise
    return index


def check_consistency(server: ChromaServer, index: ServerVectorIndex, library: Library) -> None:
    """Check that the collection holds the library's passages and answers a search in time.

    Raises:
        VectorsUnavailableError: when it does not.
    """
    identity = library.properties.model()
    while True:
        generation = library.properties.generation()
        stored, found = library.passages.count(), index.count()
        if identity is not None and found:
            index.nearest(np.ones(identity.dimensions, dtype=np.float32), min(found, _PROBE_PASSAGES))
        if found >= stored and is_current(index, library.properties.state):
            return
        if library.properties.generation() == generation:  # else an indexing run has changed both meanwhile
            break
    problem = f"holds {found} of {stored} passages" if found < stored else "holds another state of the library"
    detail = f"{server.place} {problem}. Run: pullquote index (a running bot does it by itself)"
    raise VectorsUnavailableError(server.place, VectorHealth(VectorState.INCOMPLETE, detail))


def delete_collections(server: ChromaServer, prefix: str, kept: str) -> None:
    """Delete all collections whose names begin with ``prefix``, except ``kept``.

    Raises:
        VectorsUnavailableError: when the server does not do its part.
    """
    with contextlib.closing(Connection(server, WRITE_TIMEOUTS)) as connection, _translated(server, kept):
        for name in connection.names():
            if name.startswith(prefix) and name != kept:
                with contextlib.suppress(NotFoundError):
                    connection.delete(name)


@contextmanager
def _translated(server: ChromaServer, name: str) -> Iterator[None]:
    try:
        yield
    except RetrievalError:
        raise
    except NotFoundError:
        raise LostCollectionError(server, name) from None
    # Chroma's client makes a bare Exception of an answer that it does not know.
    except Exception as error:  # noqa: BLE001
        raise unreachable(server, error) from None
