"""Vectors on a server as a search sees them: failing at once while it is out of order, back by themselves."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from retrieval.core.chroma_endpoint import ChromaServer
from retrieval.core.errors import HomeBusyError, IndexesReplacedError, RetrievalError, VectorsUnavailableError
from retrieval.core.health import VectorHealth, VectorState
from retrieval.core.vectors import Matrix
from retrieval.index.vector import LostCollectionError, ServerVectorIndex
from retrieval.index.vector.consistency import check_consistency, open_consistent
from retrieval.storage.library import Library

_log = logging.getLogger(__name__)

#: Called with the vectors' health whenever it has changed, in any thread.
Changed = Callable[[VectorHealth], None]
#: Fills the vectors from the library; gives up when the function that it is given says so. Raises RetrievalError.
Refill = Callable[[Callable[[], bool]], None]

_FIRST, _LONGEST = 1.0, 15.0  # seconds between two attempts; each pause is twice the one before
_LEAVING = 2.0  # seconds that ``close`` waits for an attempt to end
# So many times in so many seconds vectors are put back; then somebody else takes them away, and would do it again.
_REFILLS, _REFILLED_WITHIN = 3, 600.0
_CONTESTED = (
    "has lost the vectors again and again. Give each data folder that was copied from another a CHROMA_DATABASE of its "
    "own, and the server a volume that lasts"
)


class MonitoredVectors:
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
        self._folder = library.properties.indexes_folder()
        self._guard = threading.Lock()
        self._index: ServerVectorIndex | None = None
        self._health = VectorHealth()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._refilled: deque[float] = deque(maxlen=_REFILLS)

    def __enter__(self) -> MonitoredVectors:
        try:
            self._become(self._opened(), VectorHealth())
        except VectorsUnavailableError as error:
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
        """As a vector index. Raises VectorsUnavailableError, at once where that is known; IndexesReplacedError."""
        with self._guard:
            index, health = self._index, self._health
        if index is None:
            raise VectorsUnavailableError(self._server.place, health)
        try:
            return index.nearest(vector, limit)
        except VectorsUnavailableError as error:
            if isinstance(error, LostCollectionError) and self._library.properties.indexes_folder() != self._folder:
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

    def _opened(self) -> ServerVectorIndex:
        return open_consistent(self._server, self._library, self._folder)

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
                health = VectorHealth(VectorState.UNAVAILABLE, f"{self._server.place} failed ({type(error).__name__})")
                self._become(None, health)
            failures = 0 if self._health.good else min(failures + 1, 4)

    def _attempt(self) -> None:
        """Look whether all is well, or bring it back."""
        if self._library.properties.indexes_folder() != self._folder:
            return  # replaced by another process: whoever opened this opens the new ones
        index = self._index
        try:
            if index is not None:
                check_consistency(self._server, index, self._library)
            else:
                self._become(self._opened(), VectorHealth())
        except VectorsUnavailableError as error:
            lost = error.health.state is VectorState.INCOMPLETE
            if lost and self._contested():
                self._give_up()
                return
            self._become(None, error.health)
            if lost and self._refill is not None:
                self._fill(self._refill)
        except RetrievalError as error:
            _log.warning("%s", error)

    def _contested(self) -> bool:
        """Whether what was put back was taken away again so often that to go on would be a fight."""
        return len(self._refilled) == _REFILLS and time.monotonic() - self._refilled[0] < _REFILLED_WITHIN

    def _give_up(self) -> None:
        """For as long as it is contested; the other one has its peace."""
        health = VectorHealth(VectorState.INCOMPLETE, f"{self._server.place} {_CONTESTED}")
        if self._health != health:
            _log.warning("%s.", health.detail)
        self._become(None, health)

    def _fill(self, refill: Refill) -> None:
        try:
            refill(self._ended.is_set)
            self._become(self._opened(), VectorHealth())
            self._refilled.append(time.monotonic())
        except VectorsUnavailableError as error:
            self._become(None, error.health)
        except HomeBusyError as error:  # it is being filled there, or will be when that is done
            detail = f"{self._server.place} lacks vectors of the library. {str(error).rstrip('.')}"
            self._become(None, VectorHealth(VectorState.INCOMPLETE, detail))
        except RetrievalError as error:
            self._become(None, VectorHealth(VectorState.INCOMPLETE, str(error).rstrip(".")))
