"""The Discord client: intents, cogs, command registration, periodic tasks, shutdown."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands, tasks

from bot.cogs.about import AboutCog
from bot.cogs.articles import ArticlesCog
from bot.cogs.ask import AskCog
from bot.cogs.buttons import ButtonsCog
from bot.cogs.common.interaction_handler import InteractionHandler
from bot.cogs.mentions import MentionsCog
from bot.cogs.report import ReportCog
from bot.cogs.settings import SettingsCog
from bot.observability.health import Registration
from bot.runtime.command_sync import CommandSync
from bot.runtime.monitor import Monitor
from bot.services import Services
from bot.settings import Settings
from bot.store import RecordsError
from bot.transport.delivery import FAILURES
from bot.transport.gateway import find_gateway, log_in
from bot.transport.http_trace import close_code, error_trace
from bot.transport.retry import START_TIMEOUT, retrying
from retrieval.core.errors import RetrievalError

_log = logging.getLogger(__name__)

#: Seconds between two looks at what another process has indexed.
REFRESH_SECONDS = 15
#: Hours between two deletions of old records; the first after a long pause deletes nothing, see ``Store.prune``.
PRUNE_HOURS = 1
#: Seconds for which requests that came in just before the end are still refused with a message.
_GRACE = 0.3


def intents() -> discord.Intents:
    """Servers and messages, no privileged intent: Discord sends text with mentions and direct messages only."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


class PullquoteBot(commands.AutoShardedBot):
    """The client: its cogs, commands and periodic tasks, with as many gateway connections as Discord wants.

    ``count_error`` receives the label of each failed request and closed connection.
    """

    def __init__(
        self,
        settings: Settings,
        services: Services,
        handler: InteractionHandler,
        monitor: Monitor,
        count_error: Callable[[str], None],
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            chunk_guilds_at_startup=False,
            max_messages=None,
            http_trace=error_trace(count_error),
            shard_connect_timeout=START_TIMEOUT,
        )
        self._handler = handler
        self.tree.error(self._command_failed)
        self._settings = settings
        self._services = services
        self._monitor = monitor
        self._count_error = count_error

    async def setup_hook(self) -> None:
        """Add the cogs and read the servers' settings: at each login, before the gateway."""
        await self.add_cogs()
        await self._services.records.load()

    async def add_cogs(self) -> None:
        """Add all cogs, once; with them come the commands."""
        if self.cogs:
            return
        for cog in (
            AskCog(self, self._handler, self._services),
            MentionsCog(self, self._handler, self._services),
            ButtonsCog(self, self._handler, self._services),
            ArticlesCog(self._handler, self._services),
            AboutCog(self._handler, self._services, self._settings),
            SettingsCog(self._handler, self._services),
            ReportCog(self._handler, self._services, self._settings.retention_days),
        ):
            await self.add_cog(cog)

    async def log_in(self, token: str) -> None:
        """Log in, and learn how many connections Discord wants. Raises what ``log_in`` and ``find_gateway`` raise."""
        await log_in(self.http, lambda: self.login(token))
        self.shard_count = await find_gateway(self.http)
        self._monitor.expect_shards(range(self.shard_count))

    async def serve(self) -> None:
        """Register the commands, connect, and stay connected until the bot is closed.

        Raises:
            ConnectionClosed: when the gateway turns the bot away.
            TimeoutError: when a first connection cannot be made.
        """
        await self._register()
        self.refresh_articles.start()
        self.prune_records.start()
        await self.connect()

    async def _register(self) -> None:
        sync = CommandSync(self, self._services.records)
        try:
            await retrying(lambda: sync.sync(self._settings.guild_ids), START_TIMEOUT)
        except FAILURES as error:
            self._monitor.report(registration=Registration.FAILED)
            _log.error("The commands could not be registered (%s); those known to Discord go on working", error)
        else:
            self._monitor.report(registration=Registration.DONE)

    async def launch_shards(self) -> None:
        """Start every shard within a minute for each; discord.py alone would retry a first connection for ever."""
        async with asyncio.timeout(START_TIMEOUT * (self.shard_count or 1)):
            await super().launch_shards()

    async def on_message(self, message: discord.Message, /) -> None:
        """Ignore text commands: ``MentionsCog`` reads the messages that are meant for the bot."""

    async def on_ready(self) -> None:
        """Log each new session."""
        shards = f", {self.shard_count} shards" if (self.shard_count or 1) > 1 else ""
        _log.info("Connected as %s, in %d servers%s", self.user, len(self.guilds), shards)

    async def on_shard_connect(self, shard: int) -> None:
        """Report a session that began or was resumed."""
        self._monitor.report_shard(shard, partial(self._latency, shard))

    on_shard_resumed = on_shard_connect

    async def on_shard_disconnect(self, shard: int) -> None:
        """Report a connection that was lost or could not be restored."""
        self._monitor.report_shard(shard, None)
        info: Any = self.get_shard(shard)
        socket = getattr(getattr(getattr(info, "_parent", None), "ws", None), "socket", None)
        self._count_error(close_code(getattr(socket, "close_code", None)))

    def _latency(self, shard: int) -> float:
        info = self.get_shard(shard)
        return math.nan if info is None else info.latency

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Register the commands in a server of the settings that invites the bot only now."""
        if guild.id not in self._settings.guild_ids:
            return
        sync = CommandSync(self, self._services.records)
        try:
            await retrying(lambda: sync.sync_guild(guild.id, force=True), START_TIMEOUT)
        except FAILURES as error:
            _log.error("The commands could not be registered in server %d (%s)", guild.id, error)

    async def _command_failed(self, interaction: Any, error: app_commands.AppCommandError) -> None:
        """Send an apology with an incident number."""
        cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
        outgoing = self._handler.error_message(cause)
        if interaction.response.is_done():
            await self._handler.responder.edit_response(interaction, outgoing, private=True)
        else:
            await self._handler.responder.send_ephemeral(interaction, outgoing.page.content or "")

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """Log an unhandled error without the event's arguments, which hold messages."""
        _log.exception("%s failed", event_method)

    @tasks.loop(seconds=REFRESH_SECONDS)
    async def refresh_articles(self) -> None:
        """Open what another process has indexed."""
        try:
            await self._services.pool.call(self._services.articles.refresh)
        except RetrievalError as error:
            self._monitor.report_refresh(error)
            _log.error("%s", error)
        else:
            self._monitor.report_refresh(None)

    @tasks.loop(hours=PRUNE_HOURS)
    async def prune_records(self) -> None:
        """Delete records past their retention period."""
        try:
            await self._services.records.prune()
        except RecordsError as error:
            _log.error("%s", error)

    async def drain(self, seconds: float) -> bool:
        """Take no new questions and answer those under way; return False if some were not done after ``seconds``."""
        self._services.admission.close()
        self._monitor.report(closing=True)
        self.refresh_articles.cancel()
        self.prune_records.cancel()
        await asyncio.sleep(_GRACE)
        return await self._handler.idle(seconds - _GRACE)
