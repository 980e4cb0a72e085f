"""Vectors on a server as a search sees them: failing at once while it is out of order, back by themselves."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import numpy as np

from retrieval.chroma_server import ChromaServer
from retrieval.errors import HomeBusyError, IndexesReplacedError, RetrievalError, VectorsAwayError
from retrieval.library import Library
from retrieval.placing import collection_name
from retrieval.stamps import fits
from retrieval.vector_health import VectorHealth, VectorState
from retrieval.vector_index import LostCollectionError, ServerVectorIndex
from retrieval.vectors import Matrix

_log = logging.getLogger(__name__)

#: Called with the vectors' health whenever it has changed, in any thread.
Changed = Callable[[VectorHealth], None]
#: Fills the vectors from the library; gives up when the function that it is given says so. Raises RetrievalError.
Refill = Callable[[Callable[[], bool]], None]

_FIRST, _LONGEST = 1.0, 15.0  # seconds between two attempts; each pause is twice the one before
_TASTED = 10  # passages: a server that counts well may still search slowly
_LEAVING = 2.0  # seconds that ``close`` waits for an attempt to end


class WatchedVectors:
    """The reading side of one library's vectors on a server. Use as a context manager, which makes the first attempt.

    With ``changed`` a thread looks after them as well: it notices a server that is lost before anybody asks, tries
    again and again with growing pauses, and has ``refill`` put back what the server has lost. Without it the first
    failure is final. ``longest``: seconds between two looks at a server that is well, and at most between two attempts.
    """

    def __init__(
        self,
        server: ChromaServer,
        library: Library,
        refill: Refill | None = None,
        changed: Changed | None = None,
        longest: float = _LONGEST,
    ) -> None:
        self._server = server
        self._library = library
        self._refill = refill
        self._changed = changed
        self._longest = longest
        self._folder = library.indexes_folder()
        self._guard = threading.Lock()
        self._index: ServerVectorIndex | None = None
        self._health = VectorHealth()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> WatchedVectors:
        try:
            self._become(self._open(), VectorHealth())
        except VectorsAwayError as error:
            self._become(None, error.health)
        if self._changed is not None:
            # A daemon: a request that hangs must not keep the program from ending.
            self._thread = threading.Thread(target=self._watch, name="vectors", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_LEAVING)
        with self._guard:
            index, self._index = self._index, None
        if index is not None:
            index.close()

    def health(self) -> VectorHealth:
        """How the vectors are doing, from memory."""
        return self._health

    def nearest(self, vector: Matrix, limit: int) -> list[tuple[int, float]]:
        """As a vector index. Raises VectorsAwayError, at once where that is known; IndexesReplacedError."""
        with self._guard:
            index, health = self._index, self._health
        if index is None:
            raise VectorsAwayError(self._server.place, health)
        try:
            return index.nearest(vector, limit)
        except VectorsAwayError as error:
            if isinstance(error, LostCollectionError) and self._library.indexes_folder() != self._folder:
                raise IndexesReplacedError(self._server.place) from None
            self._lose(index, error.health)
            raise

    def _lose(self, index: ServerVectorIndex, health: VectorHealth) -> None:
        """``index`` is of no more use; several questions may find that out at the same time."""
        if self._become(None, health, instead_of=index):
            self._wake.set()

    def _become(
        self, index: ServerVectorIndex | None, health: VectorHealth, *, instead_of: ServerVectorIndex | None = None
    ) -> bool:
        """Take on a new index and health; not if meanwhile there is another one than ``instead_of``."""
        with self._guard:
            before = self._index
            if instead_of is not None and before is not instead_of:
                return False
            news = health.state is not self._health.state
            self._index, self._health = (None if self._ended.is_set() else index), health
        for useless in (before, index if self._ended.is_set() else None):
            if useless is not None and useless is not self._index:
                useless.close()
        if news and self._changed is not None and not self._ended.is_set():
            self._changed(health)
        return True

    def _open(self) -> ServerVectorIndex:
        """The collection, if it holds all that the library has. Raises VectorsAwayError."""
        library_id = self._library.library_id() or "unnamed"
        index = ServerVectorIndex(self._server, collection_name(library_id, self._folder))
        try:
            self._examine(index)
        except BaseException:
            index.close()
            raise
        return index

    def _examine(self, index: ServerVectorIndex) -> None:
        """Raises VectorsAwayError unless it holds the library's passages, can be searched, and is quick enough."""
        identity = self._library.identity()
        while True:
            generation = self._library.generation()
            stored, found = self._library.count(), index.count()
            if identity is not None and found:
                index.nearest(np.ones(identity.dimensions, dtype=np.float32), min(found, _TASTED))
            if found >= stored and fits(index, self._library.state):
                return
            if self._library.generation() == generation:  # else an indexing run has changed both meanwhile
                break
        problem = f"holds {found} of {stored} passages" if found < stored else "holds another state of the library"
        detail = f"{self._server.place} {problem}. Run: pullquote index (a running bot does it by itself)"
        raise VectorsAwayError(self._server.place, VectorHealth(VectorState.INCOMPLETE, detail))

    def _watch(self) -> None:
        failures = 0
        while not self._ended.is_set():
            self._wake.wait(self._longest if self._health.good else min(_FIRST * 2**failures, self._longest))
            self._wake.clear()
            if self._ended.is_set():
                return
            try:
                self._attempt()
            except Exception as error:  # noqa: BLE001 - without this thread the vectors would stay lost
                _log.exception("The vectors could not be looked after")
                health = VectorHealth(VectorState.AWAY, f"{self._server.place} failed ({type(error).__name__})")
                self._become(None, health)
            failures = 0 if self._health.good else min(failures + 1, 4)

    def _attempt(self) -> None:
        """Look whether all is well, or bring it back."""
        if self._library.indexes_folder() != self._folder:
            return  # replaced by another process: whoever opened this opens the new ones
        index = self._index
        try:
            if index is not None:
                self._examine(index)
            else:
                self._become(self._open(), VectorHealth())
        except VectorsAwayError as error:
            self._become(None, error.health)
            if error.health.state is VectorState.INCOMPLETE and self._refill is not None:
                self._fill(self._refill)
        except RetrievalError as error:
            _log.warning("%s", error)

    def _fill(self, refill: Refill) -> None:
        try:
            refill(self._ended.is_set)
            self._become(self._open(), VectorHealth())
        except VectorsAwayError as error:
            self._become(None, error.health)
        except HomeBusyError as error:  # it is being filled there, or will be when that is done
            detail = f"{self._server.place} lacks vectors of the library. {str(error).rstrip('.')}"
            self._become(None, VectorHealth(VectorState.INCOMPLETE, detail))
        except RetrievalError as error:
            self._become(None, VectorHealth(VectorState.INCOMPLETE, str(error).rstrip(".")))
