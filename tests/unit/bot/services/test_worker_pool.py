"""The pool runs four calls at a time, queues thirty-two, and refuses the rest with a time to wait."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from bot.services.worker_pool import BusyError, SerialExecutor, Slot, WorkerPool


async def test_no_more_run_at_once_than_allowed_and_all_accepted_are_done() -> None:
    """36 slots; the 37th is refused with a number of seconds."""
    running, most, guard = 0, 0, threading.Lock()

    def work() -> int:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with guard:
            running -= 1
        return 1

    async def one(slot: Slot) -> int:
        with slot:
            return await slot.run(work)

    async with WorkerPool() as pool:
        slots = [pool.reserve() for _ in range(36)]
        with pytest.raises(BusyError) as busy:
            pool.reserve()
        assert busy.value.seconds >= 1
        assert sum(await asyncio.gather(*map(one, slots))) == 36
        assert most == 4
        assert pool.taken == 0
        pool.reserve().release()


async def test_the_event_loop_goes_on_meanwhile() -> None:
    """Work in the pool does not keep anything else from happening."""
    async with WorkerPool(at_once=1) as pool:
        with pool.reserve() as slot:
            ticks = 0
            task = asyncio.create_task(slot.run(time.sleep, 0.2))
            while not task.done():
                await asyncio.sleep(0.01)
                ticks += 1
            assert ticks > 5


async def test_a_slot_is_released_once_and_after_a_failure() -> None:
    """Neither an error nor a second release changes the count."""

    def fail() -> None:
        raise ValueError("it failed")

    async with WorkerPool(1, 0) as pool:
        with pytest.raises(ValueError, match="it failed"), pool.reserve() as slot:
            await slot.run(fail)
        slot.release()
        assert pool.taken == 0


async def test_the_estimate_grows_with_the_work() -> None:
    """Slow work means a later time to try again."""
    now = [0.0]

    def slow() -> None:
        now[0] += 8.0

    async with WorkerPool(1, 9, clock=lambda: now[0]) as pool:
        slots = [pool.reserve() for _ in range(10)]
        before = pool.estimate()
        for slot in slots[:5]:
            await slot.run(slow)
        assert pool.estimate() > before


async def test_the_serial_executor_keeps_the_order_and_finishes_what_it_was_handed() -> None:
    """Nothing that was handed in is lost at the end."""
    done: list[int] = []

    async with SerialExecutor() as executor:
        first = [asyncio.ensure_future(executor.run(done.append, number)) for number in range(50)]
        await first[0]
    assert done == list(range(50))
