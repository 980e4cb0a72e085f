"""Timeouts of requests to a Chroma server, and a maximum size of their bodies.

httpx restarts its read timeout with every piece of a body: one that trickles would be read for ever.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

_MAX_BODY = 32_000_000  # bytes; regular answers have a hundredth of it


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a connection, for the beginning of an answer, and for the rest of it."""

    connection: float
    answer: float

    def limits(self) -> httpx.Timeout:
        """Timeouts as httpx takes them."""
        return httpx.Timeout(self.answer, connect=self.connection)

    def bound_body(self, response: httpx.Response) -> None:
        """Response hook of httpx: limit the time and the size of the body."""
        assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 - narrows the library's declared type
        response.stream = BoundedStream(response.stream, self.answer)


#: For searches: a person is waiting.
QUERY_TIMEOUTS = Timeouts(1.0, 2.0)
#: For writes: storing a page of vectors takes its time.
WRITE_TIMEOUTS = Timeouts(3.0, 60.0)


class BoundedStream(httpx.SyncByteStream):
    """A body that is read for ``seconds`` at most, and up to a maximum size, else httpx's errors are raised."""

    def __init__(self, rest: httpx.SyncByteStream, seconds: float) -> None:
        self._rest = rest
        self._end = time.monotonic() + seconds

    def __iter__(self) -> Iterator[bytes]:
        taken = 0
        for piece in self._rest:
            taken += len(piece)
            if taken > _MAX_BODY:
                raise httpx.DecodingError("its answer does not end")
            if time.monotonic() > self._end:
                raise httpx.ReadTimeout("its answer takes too long")
            yield piece

    def close(self) -> None:
        self._rest.close()
