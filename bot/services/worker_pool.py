"""Threads beside the event loop: a bounded pool for searches, one thread for the bot's own store."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds assumed for a piece of work before any was measured, and how fast the estimate follows.
_FIRST_ESTIMATE, _FOLLOW = 0.5, 0.2


class BusyError(Exception):
    """Every slot is taken; one is likely to be free in ``seconds``."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"busy, try in {seconds} s")


class Slot:
    """A reserved place in the pool, held until its work is done. Use as a context manager."""

    __slots__ = ("_held", "_pool")

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._held = True

    def __enter__(self) -> Slot:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Release the slot. A no-op the second time."""
        if self._held:
            self._held = False
            self._pool.taken -= 1

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of ``work``, called in one of the pool's threads."""
        return await self._pool.call(partial(work, *args, **kwargs))


class WorkerPool:
    """Runs ``at_once`` calls in threads and queues ``waiting`` more. Use with ``async with``.

    ``taken`` of ``capacity`` slots are in use. A call sees the context variables of its caller. ``on_start`` receives,
    in the thread, the seconds that the call was queued.
    """

    def __init__(
        self,
        at_once: int = 4,
        waiting: int = 32,
        clock: Callable[[], float] = time.monotonic,
        on_start: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="articles")
        self._at_once = at_once
        self.capacity = at_once + waiting
        self.taken = 0
        self._seconds = _FIRST_ESTIMATE
        self._clock = clock
        self._on_start = on_start

    async def __aenter__(self) -> WorkerPool:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def reserve(self) -> Slot:
        """Reserve a slot at once.

        Raises:
            BusyError: when every slot is taken.
        """
        if self.taken >= self.capacity:
            raise BusyError(self.estimate())
        self.taken += 1
        return Slot(self)

    def estimate(self) -> int:
        """Seconds until about half of the queue is served; at least 1."""
        return max(1, math.ceil(self._seconds * self.taken / self._at_once / 2))

    async def call(self, work: Callable[[], T]) -> T:
        """The result of ``work``, called in a thread. Its duration goes into the estimate."""
        handed_in = self._clock()
        context = copy_context()

        def timed() -> T:
            started = self._clock()
            self._on_start(started - handed_in)
            try:
                return work()
            finally:
                self._seconds += _FOLLOW * (self._clock() - started - self._seconds)

        return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, timed)


class SerialExecutor:
    """One thread that runs short calls in the order of their arrival. Use with ``async with``."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="records")

    async def __aenter__(self) -> SerialExecutor:
        return self

    async def __aexit__(self, *_: object) -> None:
        # Wait for queued writes: a vote that was acknowledged must not be lost when the process ends.
        self._thread.shutdown(wait=True)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of ``work``."""
        call = partial(copy_context().run, work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)
