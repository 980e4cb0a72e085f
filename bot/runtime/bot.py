"""The bot as a client of Discord: what it may see, where it connects to, what it is made of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands, tasks
from discord.http import Route

from bot.cogs.about import AboutCog
from bot.cogs.articles import ArticlesCog
from bot.cogs.ask import AskCog
from bot.cogs.buttons import ButtonsCog
from bot.cogs.common.interaction_handler import InteractionHandler
from bot.cogs.mentions import MentionsCog
from bot.cogs.report import ReportCog
from bot.cogs.settings import SettingsCog
from bot.observability.health import Commands
from bot.runtime.command_sync import Registrar
from bot.runtime.gateway_events import GatewayCog
from bot.runtime.monitor import Watch
from bot.services.services import Services
from bot.settings import Settings
from bot.store import RecordsError
from bot.transport.delivery import FAILURES
from bot.transport.gateway import logged_in
from bot.transport.retry import START_TIMEOUT, retrying
from retrieval.core.errors import RetrievalError

_log = logging.getLogger(__name__)

REFRESH_SECONDS = 15
#: Also how soon records are deleted after a start with a clock that looks wrong, see ``Store.prune``.
PRUNE_HOURS = 1
_GRACE = 0.3


def intents() -> discord.Intents:
    """Servers and messages, none of it privileged: text comes with mentions and direct messages only."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_messages = True
    wanted.dm_messages = True
    return wanted


def without_voice() -> None:
    """Keep discord.py from warning at each start of libraries that only voice needs."""
    discord.VoiceClient.warn_nacl = False
    discord.VoiceClient.warn_dave = False


def point_to(api_url: str) -> None:
    """Send every request of discord.py to ``api_url``."""
    Route.BASE = api_url


class Tree(app_commands.CommandTree["PullquoteBot"]):
    """The commands; an error that a command did not tell itself is told here."""

    async def on_error(
        self, interaction: discord.Interaction[PullquoteBot], error: app_commands.AppCommandError, /
    ) -> None:
        """Apologise with an incident number."""
        cause: Exception = error
        if isinstance(error, (app_commands.CommandInvokeError, app_commands.TransformerError)):
            cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
        handler = self.client.handler
        outgoing = handler.error_message(cause)
        act: Any = interaction
        if interaction.response.is_done():
            await handler.courier.fill(act, outgoing, private=True)
        else:
            await handler.courier.say(act, outgoing.page.content or "")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a bot is made of. ``refused`` is told the label of each request and connection that Discord refused."""

    settings: Settings
    services: Services
    handler: InteractionHandler
    watch: Watch
    refused: Callable[[str], None]
    trace: aiohttp.TraceConfig


class PullquoteBot(commands.Bot):
    """The Discord client: registers commands, runs the cogs and the periodic tasks. One connection to the gateway."""

    def __init__(self, parts: Parts, **options: Any) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=Tree,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            chunk_guilds_at_startup=False,
            max_messages=None,
            http_trace=parts.trace,
            **options,
        )
        self.handler = parts.handler
        self._watch = parts.watch
        self._refused = parts.refused
        self._settings = parts.settings
        self._services = parts.services
        self._registrar = Registrar(self, self.tree)

    async def setup_hook(self) -> None:
        """After the login, before the gateway: commands and buttons."""
        if not self.cogs:
            await self._add_cogs()
            await self.add_cog(GatewayCog(self, self._watch, self._refused))
        await self._services.records.load()
        try:
            await retrying(self._register, START_TIMEOUT)
            self._watch.commands = Commands.REGISTERED
        except FAILURES as error:
            self._watch.commands = Commands.FAILED
            _log.error("The commands could not be registered (%s); those known to Discord go on working", error)
        self.refresh_articles.start()
        self.prune_records.start()

    async def _add_cogs(self) -> None:
        for cog in (
            AskCog(self, self.handler, self._services),
            MentionsCog(self, self.handler, self._services),
            ButtonsCog(self, self.handler, self._services),
            ArticlesCog(self.handler, self._services),
            AboutCog(self.handler, self._services, self._settings),
            SettingsCog(self.handler, self._services),
            ReportCog(self.handler, self._services, self._settings.retention_days),
        ):
            await self.add_cog(cog)

    async def definitions(self) -> list[dict[str, Any]]:
        """The commands that this program registers; nothing is asked of Discord."""
        if not self.cogs:
            await self._add_cogs()
        return self._registrar.payload()

    async def _register(self) -> None:
        if self._settings.guild_ids:
            await self._registrar.in_guilds(self._settings.guild_ids)
        else:
            await self._registrar.everywhere()

    async def on_message(self, message: discord.Message, /) -> None:
        """Messages are no commands: ``MentionsCog`` reads those that are meant for the bot."""

    async def on_ready(self) -> None:
        """Say so, once for each new session."""
        shards = f", {self.shard_count} shards" if self.shard_count else ""
        _log.info("Connected as %s, in %d servers%s", self.user, len(self.guilds), shards)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """A server that was named in the settings before the bot was invited gets its commands now."""
        if guild.id in self._settings.guild_ids:
            try:
                await retrying(lambda: self._registrar.in_guild(guild.id), START_TIMEOUT)
            except FAILURES as error:
                _log.error("The commands could not be registered in server %d (%s)", guild.id, error)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """Log what no handler told anybody, without the arguments: those hold messages."""
        _log.exception("%s failed", event_method)

    @tasks.loop(seconds=REFRESH_SECONDS)
    async def refresh_articles(self) -> None:
        """See what another process has indexed."""
        try:
            await self._services.pool.call(self._services.articles.refresh)
        except RetrievalError as error:
            self._watch.refreshed(error)
            _log.error("%s", error)
        else:
            self._watch.refreshed(None)

    @tasks.loop(hours=PRUNE_HOURS)
    async def prune_records(self) -> None:
        """Delete what is older than it may become."""
        try:
            await self._services.records.prune()
        except RecordsError as error:
            _log.error("%s", error)

    async def drain(self, seconds: float) -> bool:
        """Take no new questions and answer those under way; false if some were not done after ``seconds``."""
        self._services.admission.close()
        self._watch.closing = True
        self.refresh_articles.cancel()
        self.prune_records.cancel()
        await asyncio.sleep(_GRACE)  # what came in just now is told that it came too late
        return await self.handler.idle(seconds - _GRACE)

    async def log_in(self, token: str) -> None:
        """Log in, also if Discord is out of order for a minute. Raises LoginFailure, DiscordException, OSError."""
        await logged_in(self.http, lambda: self.login(token))

    async def stay_connected(self) -> None:
        """Connect, and stay so until the bot is closed. Raises ConnectionClosed when Discord turns the bot away."""
        end = asyncio.get_running_loop().time() + START_TIMEOUT
        pause = 1.0
        while True:
            try:
                await self.connect()
            except AttributeError:
                # discord.py assumes that a first connection was made when it takes one up again.
                connected: object = self.ws
                if connected is not None or asyncio.get_running_loop().time() + pause > end:
                    raise
                await asyncio.sleep(pause)
                pause *= 2
            else:
                return
