"""Retries of Discord requests: which errors are transient, and how long to go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord
import stamina

T = TypeVar("T")

#: Discord's codes for "already acknowledged", and for an interaction that can no longer be answered: unknown
#: interaction, webhook or message, invalid webhook token.
ALREADY_ACKNOWLEDGED = 40060
_EXPIRED = frozenset({10062, 10015, 10008, 50027})
#: Seconds: Discord allows 3 for acknowledging an interaction and 15 minutes for answering it.
ACKNOWLEDGE_TIMEOUT, ANSWER_TIMEOUT = 2.8, 14.5 * 60
#: Seconds for which the start is retried while Discord cannot be reached.
START_TIMEOUT = 60.0


def is_transient(error: BaseException) -> bool:
    """Return True if the same request may succeed a moment later."""
    if isinstance(error, discord.HTTPException):
        return error.status == 429 or error.status >= 500
    # A reset connection arrives as OSError 104: discord.py retries only the numbers of other systems.
    return isinstance(error, (discord.GatewayNotFound, discord.RateLimited, aiohttp.ClientError, OSError))


def is_expired(error: BaseException) -> bool:
    """Return True if the interaction can no longer be answered, by this or any later request."""
    return isinstance(error, discord.HTTPException) and (error.code in _EXPIRED or error.status in {401, 404})


def _retry_after(error: BaseException) -> float:
    """Seconds that Discord asks to wait before the next attempt; 0 if it names none."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    if isinstance(error, discord.HTTPException) and error.status == 429:
        try:
            return float(error.response.headers.get("Retry-After", "1"))
        except ValueError:
            return 1.0
    return 0.0


async def retrying(request: Callable[[], Awaitable[T]], timeout: float) -> T:
    """Call ``request`` until it succeeds, retrying transient errors for ``timeout`` seconds.

    Raises:
        Exception: the last error, when it is not transient or the time is up.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + timeout

    def backoff(error: Exception) -> bool | float:
        pause = _retry_after(error)
        if not is_transient(error) or clock() + pause >= end:
            return False
        return pause or True

    caller = stamina.AsyncRetryingCaller(
        attempts=None, timeout=timeout, wait_initial=0.2, wait_max=10.0, wait_jitter=0.1
    )
    return await caller(backoff, request)
