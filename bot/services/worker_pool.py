"""Work off the event loop: a bounded pool for the model and the stores, a single lane for the bot's own records."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 4
WAITING = 32
#: Seconds assumed for a piece of work before any was measured, and how fast the estimate follows.
_FIRST_ESTIMATE, _FOLLOW = 0.5, 0.2


class BusyError(Exception):
    """All places are taken; ``seconds`` is when one is likely to be free."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"busy, try in {seconds} s")


class Slot:
    """A place in the pool, held from the moment work is accepted until it is done. Use as a context manager."""

    __slots__ = ("_held", "_pool")

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._held = True

    def __enter__(self) -> Slot:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Give the place back; a second time does nothing."""
        if self._held:
            self._held = False
            self._pool.give_back()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of ``work``, called in one of the pool's threads."""
        return await self._pool.call(lambda: work(*args, **kwargs))


class WorkerPool:
    """Runs ``at_once`` pieces of work and lets ``waiting`` more stand in line. Use with ``async with``.

    Work sees the context variables of whoever handed it in. ``waited`` is told, in the thread, how many seconds it
    stood in line.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        clock: Callable[[], float] = time.monotonic,
        waited: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="articles")
        self._at_once = at_once
        self._places = at_once + waiting
        self._taken = 0
        self._seconds = _FIRST_ESTIMATE
        self._clock = clock
        self._waited = waited

    async def __aenter__(self) -> WorkerPool:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def taken(self) -> int:
        """How many places are held now."""
        return self._taken

    @property
    def places(self) -> int:
        """How many there are."""
        return self._places

    def reserve(self) -> Slot:
        """Take a place, without waiting. Raises BusyError."""
        if self._taken >= self._places:
            raise BusyError(self.estimate())
        self._taken += 1
        return Slot(self)

    def give_back(self) -> None:
        """Called by a place that is released."""
        self._taken -= 1

    def estimate(self) -> int:
        """Seconds until about half of those in line are served; at least 1."""
        return max(1, math.ceil(self._seconds * self._taken / self._at_once / 2))

    async def call(self, work: Callable[[], T]) -> T:
        """The result of ``work``; the time it takes goes into the estimate."""
        handed_in = self._clock()
        context = copy_context()

        def timed() -> T:
            started = self._clock()
            self._waited(started - handed_in)
            try:
                return work()
            finally:
                self._seconds += _FOLLOW * (self._clock() - started - self._seconds)

        return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, timed)


class SerialExecutor:
    """One thread that does short pieces of work in the order of their arrival. Use with ``async with``."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="records")

    async def __aenter__(self) -> SerialExecutor:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        # What was handed in is written: a vote that was acknowledged must not be lost by the end of the process.
        self._thread.shutdown(wait=True)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of ``work``."""
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: context.run(work, *args, **kwargs)
        )
