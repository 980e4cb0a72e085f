"""A clock on which retries take no time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from stamina.instrumentation import set_on_retry_hooks


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The pauses made so far; sleeping moves the clock and takes no time."""
    made: list[float] = []
    clock, yield_once = time.monotonic, asyncio.sleep

    async def sleep(seconds: float) -> None:
        made.append(seconds)
        await yield_once(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: clock() + sum(made))
    set_on_retry_hooks(())
    yield made
    set_on_retry_hooks(None)
