"""Watches the connection to the gateway."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import discord
from discord.ext import commands

from bot.runtime.monitor import Watch
from bot.transport.http_trace import close_code


class GatewayCog(commands.Cog):
    """Tells the watch which shards are connected, and counts how connections were closed."""

    def __init__(
        self, bot: commands.Bot | commands.AutoShardedBot, watch: Watch, refused: Callable[[str], None]
    ) -> None:
        self._bot = bot
        self._watch = watch
        self._refused = refused
        self._sharded = isinstance(bot, discord.AutoShardedClient)
        watch.latency = self._latency

    @commands.Cog.listener()
    async def on_connect(self) -> None:
        """A session began; several shards are told of one by one."""
        if not self._sharded:
            self._watch.connected()

    @commands.Cog.listener()
    async def on_resumed(self) -> None:
        """A session was taken up again."""
        if not self._sharded:
            self._watch.connected()

    @commands.Cog.listener()
    async def on_disconnect(self) -> None:
        """The connection was lost, or could not be made."""
        if not self._sharded:
            self._watch.disconnected()
            self._count(self._bot.ws)

    @commands.Cog.listener()
    async def on_shard_connect(self, shard: int) -> None:
        """As ``on_connect``."""
        self._expect()
        self._watch.connected(shard)

    @commands.Cog.listener()
    async def on_shard_resumed(self, shard: int) -> None:
        """As ``on_resumed``."""
        self._watch.connected(shard)

    @commands.Cog.listener()
    async def on_shard_disconnect(self, shard: int) -> None:
        """As ``on_disconnect``."""
        self._watch.disconnected(shard)
        if isinstance(self._bot, discord.AutoShardedClient):
            info: Any = self._bot.shards.get(shard)
            self._count(getattr(getattr(info, "_parent", None), "ws", None))

    def _latency(self) -> float:
        """Of the slowest connection."""
        if isinstance(self._bot, discord.AutoShardedClient):
            return max((latency for _, latency in self._bot.latencies), default=math.nan)
        return self._bot.latency

    def _expect(self) -> None:
        if isinstance(self._bot, discord.AutoShardedClient):
            self._watch.shards(list(self._bot.shard_ids or range(self._bot.shard_count or 1)))

    def _count(self, connection: Any) -> None:
        socket = getattr(connection, "socket", None)
        self._refused(close_code(getattr(socket, "close_code", None)))
