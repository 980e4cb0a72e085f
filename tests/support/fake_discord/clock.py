"""The double's own time, and waiting for something to happen in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

T = TypeVar("T")
EPOCH_MS = 1_420_070_400_000  # first second of 2015, from which Discord counts its ids


class Clock:
    """Wall time that a test may push forward, so that fifteen minutes pass in none."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time jump forward."""
        self._ahead += seconds


class Snowflakes:
    """Ids that grow with time, unique even within one millisecond."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """A fresh id, greater than every one before it."""
        fresh = (int(self._clock.now() * 1000) - EPOCH_MS) << 22
        self._last = max(fresh, self._last + 1)
        return self._last


def moment(snowflake: int) -> float:
    """Seconds since 1970 at which an id was made."""
    return ((snowflake >> 22) + EPOCH_MS) / 1000


def iso(seconds: float) -> str:
    """A time as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


class Happenings:
    """Checks after each change which waiters it satisfies.

    Hundreds may wait at once, so one round of looking serves all of them, and changes that come together share it.
    """

    _TOGETHER = 0.005
    _NAP = 0.25  # also looks this often unasked: the passing of time is an event too

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[Any], Callable[[], Any]] = {}
        self._round: asyncio.TimerHandle | None = None
        self._round_at = 0.0

    def tell(self) -> None:
        """Something changed."""
        if self._waiting:
            self._schedule(self._TOGETHER)

    async def until(self, look: Callable[[], T | None], timeout: float, what: str) -> T:
        """Return the first true result of `look`. Raises TimeoutError, which says what did not come."""
        if found := look():
            return found
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting[future] = look
        self._schedule(self._NAP)
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError:
            raise TimeoutError(f"{what} did not happen within {timeout:g} s") from None
        finally:
            self._waiting.pop(future, None)

    def _schedule(self, delay: float) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + delay
        if self._round is not None:
            if self._round_at <= due:
                return
            self._round.cancel()
        self._round, self._round_at = loop.call_later(delay, self._look_around), due

    def _look_around(self) -> None:
        self._round = None
        for future, look in list(self._waiting.items()):
            if future.done():
                continue
            try:
                found = look()
            except Exception as error:  # noqa: BLE001 - it belongs to the one who waits
                future.set_exception(error)
            else:
                if found:
                    future.set_result(found)
        if self._waiting:
            self._schedule(self._NAP)
