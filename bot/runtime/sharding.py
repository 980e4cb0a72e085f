"""The bot with several connections to the gateway, each for its share of the servers, where Discord wants that."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

import discord
import yarl
from discord.ext import commands

from bot.runtime.bot import Parts, PullquoteBot
from bot.transport.gateway import Gateway, Pace
from bot.transport.retry import START_TIMEOUT

_log = logging.getLogger(__name__)

#: Seconds for which the start goes on while one shard of several cannot connect. What has started answers meanwhile.
_TO_COMPLETE = 600.0


class ShardLostError(discord.DiscordException):
    """A shard cannot connect at the start of the bot, for minutes."""


def open_bot(gateway: Gateway, parts: Parts) -> PullquoteBot:
    """A bot with as many connections as Discord wants."""
    return PullquoteBot(parts) if gateway.shards == 1 else ShardedBot(gateway, parts)


class ShardedBot(PullquoteBot, commands.AutoShardedBot):
    """The same bot. A connection that is lost concerns only the servers that it is for; shard 0 has direct messages."""

    def __init__(self, gateway: Gateway, parts: Parts, elapsed: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parts, shard_count=gateway.shards, shard_connect_timeout=START_TIMEOUT)
        self._pace = Pace(gateway.at_once)
        self._elapsed = elapsed
        self._trying_since: dict[int, float] = {}
        self._launching: asyncio.Task[None] | None = None
        self._tasks: asyncio.TaskGroup | None = None

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002
        """As many identify together as Discord allows; discord.py would let each but the first wait 5 s."""
        await self._pace.turn(shard_id or 0)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Say whom it concerns."""
        _log.info("Shard %d is away: its %d servers wait", shard_id, self._servers(shard_id))

    async def on_shard_connect(self, shard_id: int) -> None:
        """Say so, for a new session."""
        _log.info("Shard %d is connected", shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Say so, for a session that goes on."""
        _log.info("Shard %d is back", shard_id)

    def _servers(self, shard_id: int) -> int:
        return sum(guild.shard_id == shard_id for guild in self.guilds)

    async def stay_connected(self) -> None:
        """Connect all shards, and keep them so until the bot is closed.

        Raises ConnectionClosed when Discord turns the bot away, ShardLostError when a shard cannot be started.
        """
        try:
            async with asyncio.TaskGroup() as self._tasks:
                await self.connect()
                if self._launching is not None:
                    self._launching.cancel()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None

    async def launch_shards(self) -> None:
        """Let the shards start one after another; one lost meanwhile comes back without waiting for the rest."""
        assert self._tasks is not None  # noqa: S101 - stay_connected made it
        self._launching = self._tasks.create_task(super().launch_shards())
        await asyncio.sleep(0)

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """Every attempt of discord.py to start a shard comes through here; it would try for ever."""
        since = self._trying_since.setdefault(shard_id, self._elapsed())
        if self._elapsed() - since > (_TO_COMPLETE if self.shards else START_TIMEOUT):
            raise ShardLostError
        await super().launch_shard(gateway, shard_id, initial=initial)
