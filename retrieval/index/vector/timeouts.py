"""How long a server is waited for, and how much is taken from it.

httpx counts its time anew for every piece of an answer, so one that trickles, or never ends, would be read for ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

_LARGEST = 32_000_000  # bytes; the answers that are asked for have a hundredth of it


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a connection, for the beginning of each answer, and for the rest of it."""

    connection: float
    answer: float

    def limits(self) -> httpx.Timeout:
        """As httpx wants them."""
        return httpx.Timeout(self.answer, connect=self.connection)

    def hold(self, response: httpx.Response) -> None:
        """For ``event_hooks``: the rest of ``response`` has to come in time, and to end."""
        assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 - narrows the library's declared type
        response.stream = BoundedStream(response.stream, self.answer)


#: A person is waiting.
QUERY_TIMEOUTS = Timeouts(1.0, 2.0)
#: A page of vectors takes its time to be stored.
WRITE_TIMEOUTS = Timeouts(3.0, 60.0)


class BoundedStream(httpx.SyncByteStream):
    """What is left of an answer, read for so many ``seconds`` at most."""

    def __init__(self, rest: httpx.SyncByteStream, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rest = rest
        self._clock = clock
        self._end = clock() + seconds

    def __iter__(self) -> Iterator[bytes]:
        """Raises httpx.ReadTimeout, httpx.DecodingError."""
        taken = 0
        for piece in self._rest:
            taken += len(piece)
            if taken > _LARGEST:
                raise httpx.DecodingError("its answer does not end")
            if self._clock() > self._end:
                raise httpx.ReadTimeout("its answer takes too long")
            yield piece

    def close(self) -> None:
        self._rest.close()
