"""One library's collection on a Chroma server, which may hold those of other libraries too."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from chromadb.errors import NotFoundError

from retrieval.core.chroma_endpoint import ChromaServer
from retrieval.core.errors import RetrievalError, StorageError, VectorsUnavailableError
from retrieval.core.health import VectorHealth, VectorState
from retrieval.index.vector.base import COSINE, CollectionIndex
from retrieval.index.vector.client import Connection
from retrieval.index.vector.probe import unavailable, unreachable
from retrieval.index.vector.timeouts import QUERY_TIMEOUTS, WRITE_TIMEOUTS, Timeouts

_STATES = "library_states"  # metadata with the states that StateFile records beside embedded indexes
_PAGE, _CLOUD_PAGE = 1000, 300  # a body stays under what servers take; Chroma Cloud's quota is 300 records a call


class LostCollectionError(VectorsUnavailableError):
    """A working server without the collection: it was replaced, or the server has another volume."""

    def __init__(self, server: ChromaServer, name: str) -> None:
        detail = f"{server.place} has no collection {name}. Run: pullquote index (a running bot does it by itself)"
        super().__init__(server.place, VectorHealth(VectorState.INCOMPLETE, detail))


class ServerVectorIndex(CollectionIndex):
    """Use as a context manager. Every method raises VectorsUnavailableError where the server does not do its part.

    It is its collection's stamp too: ``read`` and ``write`` the states of the library that its vectors belong to.
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
        """Open the collection ``name``; ``make`` it where it is not there, else raise LostCollectionError.

        When ``ended`` says so, no further request is made.
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

    def __enter__(self) -> ServerVectorIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the index cannot be used afterwards."""
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

    def health(self) -> VectorHealth:
        """Good: failures are raised as errors."""
        return VectorHealth()

    def read(self) -> frozenset[str]:
        """States of the library that the vectors belong to; none where nothing is recorded."""
        with self._translated():
            self._collection = self._connection.collection(self._name)
            return frozenset(str((self._collection.metadata or {}).get(_STATES, "")).split())

    def write(self, states: Iterable[str]) -> None:
        """Replace the recorded states atomically."""
        with self._translated():
            self._collection.modify(metadata={_STATES: " ".join(sorted(state for state in states if state))})


def delete_collections(server: ChromaServer, prefix: str, kept: str) -> None:
    """Delete all collections whose names begin with ``prefix``, except ``kept``.

    Raises:
        VectorsUnavailableError: The server cannot be asked.
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
