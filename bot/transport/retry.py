"""Trying again: which failures of a request pass by themselves, and how long to go on."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
import discord

T = TypeVar("T")

#: Discord's codes for "this interaction was already acknowledged" and for one that nobody can answer any more.
ACKNOWLEDGED = 40060
UNKNOWN_INTERACTION, UNKNOWN_WEBHOOK, UNKNOWN_MESSAGE, INVALID_TOKEN = 10062, 10015, 10008, 50027
LOST = frozenset({UNKNOWN_INTERACTION, UNKNOWN_WEBHOOK, UNKNOWN_MESSAGE, INVALID_TOKEN})
#: Seconds: an interaction is acknowledged within 3 of its beginning and can be answered for 15 minutes.
TO_ACKNOWLEDGE, TO_ANSWER = 2.8, 14.5 * 60
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 15.0


def passing(error: BaseException) -> bool:
    """Whether the same request may well succeed a moment later."""
    if isinstance(error, (discord.DiscordServerError, discord.GatewayNotFound, discord.RateLimited)):
        return True
    if isinstance(error, (asyncio.TimeoutError, aiohttp.ClientError)):
        return True
    if isinstance(error, discord.HTTPException):
        return error.status == 429 or error.status >= 500
    # A reset connection reaches us as OSError: discord.py tries again for the numbers of other systems only.
    return isinstance(error, OSError)


def is_lost(error: BaseException) -> bool:
    """Whether the interaction can no longer be answered, by this or by any later request."""
    return isinstance(error, discord.HTTPException) and (error.code in LOST or error.status in {401, 404})


def pause_of(error: BaseException) -> float:
    """Seconds that Discord itself asks to wait."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    if isinstance(error, discord.HTTPException) and error.status == 429:
        try:
            return float(error.response.headers.get("Retry-After", "1"))
        except ValueError:
            return 1.0
    return 0.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Tries a request again until it succeeds, fails for good, or its time is over."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def insist(self, request: Callable[[], Awaitable[T]], seconds: float) -> T:
        """The result of ``request``. Raises its last error."""
        end = self.clock() + seconds
        for wait in _waits():
            try:
                return await request()
            except Exception as error:
                pause = max(wait, pause_of(error))
                if not passing(error) or self.clock() + pause >= end:
                    raise
                await self.sleep(pause)
        raise AssertionError  # the waits never end


def _waits() -> Iterator[float]:
    wait = _FIRST_WAIT
    while True:
        yield wait * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, hides nothing
        wait = min(_LONGEST_WAIT, wait * 2)
