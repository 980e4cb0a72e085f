"""Listens to the gateway's connections, for the monitor and the metrics."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from discord.ext import commands

from bot.runtime.monitor import Monitor
from bot.transport.http_trace import close_code


class GatewayEvents(commands.Cog):
    """Reports each shard's connection to the monitor; calls ``on_error`` with the label of a closed one."""

    def __init__(self, bot: commands.AutoShardedBot, monitor: Monitor, on_error: Callable[[str], None]) -> None:
        self._bot = bot
        self._monitor = monitor
        self._on_error = on_error

    @commands.Cog.listener()
    async def on_shard_connect(self, shard: int) -> None:
        """A session began."""
        self._monitor.connected(shard, partial(self._latency, shard))

    @commands.Cog.listener()
    async def on_shard_resumed(self, shard: int) -> None:
        """A session was resumed."""
        self._monitor.connected(shard, partial(self._latency, shard))

    @commands.Cog.listener()
    async def on_shard_disconnect(self, shard: int) -> None:
        """A connection was lost, or could not be restored."""
        self._monitor.disconnected(shard)
        info: Any = self._bot.get_shard(shard)
        socket = getattr(getattr(getattr(info, "_parent", None), "ws", None), "socket", None)
        self._on_error(close_code(getattr(socket, "close_code", None)))

    def _latency(self, shard: int) -> float:
        info = self._bot.get_shard(shard)
        return math.nan if info is None else info.latency
