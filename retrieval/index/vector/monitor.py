"""Vector search on a Chroma server behind a circuit breaker: fails fast while open, reconnects in the background.

========= ==================================== =========================================================
state     searches                             background thread
========= ==================================== =========================================================
closed    ask the server; a failure opens the  checks now and then that the collection matches the library
          breaker
open      fail at once                         tries to close it, with growing pauses: reconnects, and puts
                                               back from the library what the server has lost
========= ==================================== =========================================================
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from retrieval.core.errors import HomeBusyError, IndexesReplacedError, RetrievalError, VectorsUnavailableError
from retrieval.core.health import VectorHealth, VectorState
from retrieval.core.settings.chroma_endpoint import ChromaServer
from retrieval.core.vectors import Matrix
from retrieval.index.vector.server import (
    LostCollectionError,
    ServerVectorIndex,
    check_consistency,
    open_consistent,
)
from retrieval.storage.library import Library

_log = logging.getLogger(__name__)

#: Called with the vectors' health on every change of its state, in any thread.
HealthListener = Callable[[VectorHealth], None]
#: Fills the vectors from the library; gives up when its argument returns true. Raises RetrievalError.
Refill = Callable[[Callable[[], bool]], None]

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0  # seconds between two attempts; each pause is twice the one before
_EXIT_TIMEOUT = 2.0  # seconds that leaving waits for an attempt to end
# So many refills within so many seconds: another library on the same database takes the vectors away each time.
_MAX_REFILLS, _REFILL_WINDOW = 3, 600.0
_CONTESTED = (
    "has lost the vectors again and again. Give each data folder that was copied from another a CHROMA_DATABASE of its "
    "own, and the server a volume that lasts"
)


@dataclass(frozen=True, slots=True)
class Closed:
    """Searches reach the server."""

    index: ServerVectorIndex
    health: VectorHealth = field(default_factory=VectorHealth)


@dataclass(frozen=True, slots=True)
class Open:
    """Searches fail at once, and say why."""

    health: VectorHealth


class MonitoredVectors:
    """One library's vectors on a server, for reading. Use as a context manager, which makes the first attempt.

    With ``changed`` a daemon thread reconnects, and has ``refill`` put back what the server has lost. Without it the
    first failure is final. ``longest`` is the pause in seconds between two checks of a good server, and the longest one
    between two attempts.
    """

    def __init__(
        self,
        server: ChromaServer,
        library: Library,
        refill: Refill | None = None,
        changed: HealthListener | None = None,
        longest: float = _LONGEST_PAUSE,
    ) -> None:
        self._server = server
        self._library = library
        self._refill = refill
        self._changed = changed
        self._longest = longest
        self._folder = library.properties.indexes_folder()
        self._guard = threading.Lock()
        self._breaker: Closed | Open = Open(VectorHealth())
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._refills: deque[float] = deque(maxlen=_MAX_REFILLS)

    def __enter__(self) -> MonitoredVectors:
        try:
            self._connect()
        except VectorsUnavailableError as error:
            self._switch(Open(error.health))
        if self._changed is not None:
            # A daemon: a request that hangs must not keep the program from ending.
            self._thread = threading.Thread(target=self._monitor, name="vectors", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_EXIT_TIMEOUT)
        self._switch(Open(self._breaker.health))

    def health(self) -> VectorHealth:
        """Last known health; asks no server."""
        return self._breaker.health

    def nearest(self, vector: Matrix, limit: int) -> list[tuple[int, float]]:
        """Keys and cosines of the passages nearest to ``vector``, shape (d,); best first.

        Raises:
            VectorsUnavailableError: when the server fails; at once while the breaker is not closed.
            IndexesReplacedError: when a rebuild has replaced the collection.
        """
        breaker = self._breaker
        if isinstance(breaker, Open):
            raise VectorsUnavailableError(self._server.place, breaker.health)
        try:
            return breaker.index.nearest(vector, limit)
        except VectorsUnavailableError as error:
            if isinstance(error, LostCollectionError) and self._is_replaced():
                raise IndexesReplacedError(self._server.place) from None
            if self._switch(Open(error.health), failed=breaker):
                self._wake.set()
            raise

    def _is_replaced(self) -> bool:
        return self._library.properties.indexes_folder() != self._folder

    def _connect(self) -> None:
        """Close the breaker over a collection that matches the library. Raises VectorsUnavailableError."""
        self._switch(Closed(open_consistent(self._server, self._library, self._folder)))

    def _switch(self, breaker: Closed | Open, *, failed: Closed | None = None) -> bool:
        """Put the breaker into another state; false if ``failed`` is its state no longer: several searches may fail."""
        with self._guard:
            before = self._breaker
            if failed is not None and before is not failed:
                return False
            ended = self._ended.is_set()
            self._breaker = Open(breaker.health) if ended else breaker
        for state in (before, breaker):
            if isinstance(state, Closed) and state is not self._breaker:
                state.index.close()
        if breaker.health.state is not before.health.state and self._changed is not None and not ended:
            self._changed(breaker.health)
        return True

    def _monitor(self) -> None:
        pause = _FIRST_PAUSE
        while not self._ended.is_set():
            self._wake.wait(self._longest if self._breaker.health.good else min(pause, self._longest))
            self._wake.clear()
            if self._ended.is_set():
                return
            try:
                self._attempt()
            except Exception as error:  # noqa: BLE001 - without this thread the vectors would stay lost
                _log.exception("The vectors could not be monitored")
                detail = f"{self._server.place} failed ({type(error).__name__})"
                self._switch(Open(VectorHealth(VectorState.UNAVAILABLE, detail)))
            pause = _FIRST_PAUSE if self._breaker.health.good else min(2 * pause, self._longest)

    def _attempt(self) -> None:
        """Check a closed breaker's server, or reconnect; refill where vectors are missing."""
        if self._is_replaced():  # by another process: the owner of this object opens the new indexes
            return
        breaker = self._breaker
        try:
            if isinstance(breaker, Closed):
                check_consistency(self._server, breaker.index, self._library)
            else:
                self._connect()
        except VectorsUnavailableError as error:
            incomplete = error.health.state is VectorState.INCOMPLETE
            contested = len(self._refills) == _MAX_REFILLS and time.monotonic() - self._refills[0] < _REFILL_WINDOW
            if incomplete and contested:  # stays open, so that the other library can work
                health = VectorHealth(VectorState.INCOMPLETE, f"{self._server.place} {_CONTESTED}")
                if self._breaker.health != health:
                    _log.warning("%s.", health.detail)
                self._switch(Open(health))
                return
            self._switch(Open(error.health))
            if incomplete and self._refill is not None:
                self._run_refill(self._refill)
        except RetrievalError as error:
            _log.warning("%s", error)

    def _run_refill(self, refill: Refill) -> None:
        try:
            refill(self._ended.is_set)
            self._connect()
            self._refills.append(time.monotonic())
        except VectorsUnavailableError as error:
            self._switch(Open(error.health))
        except HomeBusyError as error:  # the other process is filling them, or will be
            detail = f"{self._server.place} lacks vectors of the library. {str(error).rstrip('.')}"
            self._switch(Open(VectorHealth(VectorState.INCOMPLETE, detail)))
        except RetrievalError as error:
            self._switch(Open(VectorHealth(VectorState.INCOMPLETE, str(error).rstrip("."))))
