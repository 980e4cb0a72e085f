"""The way to Discord's gateway: where it is, how many connections it wants, and how fast they may be opened."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient

from bot.transport.retry import START_TIMEOUT, is_transient, retrying

_log = logging.getLogger(__name__)

#: Seconds for which an identify takes up its place among those that may come together.
_IDENTIFY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Gateway:
    """What Discord says at a start: the address, the connections it wants, how many may be opened in 5 s."""

    url: str
    shards: int
    at_once: int


class GatewayLimitError(Exception):
    """Discord allows fewer connections today than are needed; ``hours`` until it allows them again."""

    def __init__(self, hours: float, shards: int = 1) -> None:
        self.hours = hours
        self.shards = shards
        wanted = "no more connections" if shards == 1 else f"not the {shards} connections that it needs"
        super().__init__(f"Discord allows this bot {wanted} for {hours:.1f} h: it was started too often.")


async def find_gateway(token: str, trace: aiohttp.TraceConfig | None = None) -> Gateway:
    """Ask Discord, before there is a client: its kind depends on the answer.

    Raises LoginFailure, DiscordException, OSError, GatewayLimitError.
    """
    http = HTTPClient(asyncio.get_running_loop(), http_trace=trace)
    try:
        await logged_in(http, lambda: http.static_login(token))
        shards, url, limit = await retrying(http.get_bot_gateway, START_TIMEOUT)
    finally:
        await http.close()
    shards = max(1, shards)
    if limit["remaining"] < shards:
        raise GatewayLimitError(limit["reset_after"] / 3_600_000, shards)
    # discord.py would go to an address of its own on a first connection, and after an invalid session.
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
    return Gateway(url, shards, max(1, limit["max_concurrency"]))


async def logged_in(http: HTTPClient, log_in: Callable[[], Awaitable[object]]) -> None:
    """Log in with ``http``, also if Discord is out of order for a minute. Raises the last error."""

    async def attempt() -> None:
        try:
            await log_in()
        except BaseException as error:
            if is_transient(error):
                _log.warning("Discord cannot be reached (%s)", type(error).__name__)
            await http.close()  # the next attempt opens a session and a connector of its own
            http.connector = discord.utils.MISSING
            raise

    await retrying(attempt, START_TIMEOUT)


class Pace:
    """Lets the shards identify as fast as Discord allows: in each 5 s one of those that share a remainder."""

    def __init__(
        self,
        at_once: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._at_once = at_once
        self._clock = clock
        self._sleep = sleep
        self._free_at: dict[int, float] = {}
        self._known: set[int] = set()

    async def turn(self, shard: int) -> None:
        """Until ``shard`` may identify. One that did before waits a moment more: Discord asks that of lost sessions."""
        bucket, now = shard % self._at_once, self._clock()
        pause = random.uniform(1, _IDENTIFY_SECONDS) if shard in self._known else 0.0  # noqa: S311 - spreads, hides nothing
        due = max(now + pause, self._free_at.get(bucket, now))
        self._known.add(shard)
        self._free_at[bucket] = due + _IDENTIFY_SECONDS
        if due > now:
            await self._sleep(due - now)
