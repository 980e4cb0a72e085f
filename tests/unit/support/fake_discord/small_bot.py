"""A bot of a few lines, on the real discord.py, that the double's tests drive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.support.fake_discord import DiscordDouble

Act = Callable[[discord.Interaction[Any]], Awaitable[None]]


class SmallBot(discord.Client):
    """Commands are added by a test; a mention is answered with an echo."""

    def __init__(self, **options: Any) -> None:
        intents = options.pop("intents", None) or discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none(), **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.resumed = 0

    def command(self, act: Act, name: str = "ask") -> None:
        """A command with one text option, `question`, which hands its interaction on."""

        async def run(interaction: discord.Interaction[Any], question: str) -> None:
            await act(interaction)

        self.tree.add_command(app_commands.Command(name=name, description="Something", callback=run))

    async def setup_hook(self) -> None:
        """Register."""
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """No wait of 5 s before identifying once more, which a test need not sit out."""

    async def on_message(self, message: discord.Message) -> None:
        """Remember, and echo what mentions the bot."""
        self.heard.append(message)
        if self.user in message.mentions:
            async with message.channel.typing():
                await message.reply(f"You said: {message.content}", mention_author=False)

    async def on_resumed(self) -> None:
        """Count."""
        self.resumed += 1


def play(scene: Callable[[DiscordDouble], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Run a scene with a fresh double."""

    async def run() -> None:
        async with DiscordDouble(**options) as double:
            await scene(double)

    asyncio.run(run())


@asynccontextmanager
async def online(double: DiscordDouble, bot: SmallBot, token: str | None = None) -> AsyncIterator[SmallBot]:
    """The bot, connected."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = double.url, yarl.URL(double.gateway.address)
    running: asyncio.Task[None] | None = None
    try:
        await bot.login(token or double.token)
        running = asyncio.create_task(bot.connect())
        connected = asyncio.create_task(double.gateway.connected(5))
        await asyncio.wait((running, connected), return_when=asyncio.FIRST_COMPLETED)
        if not connected.done():
            connected.cancel()
            await running  # raises what kept it from connecting
        yield bot
    finally:
        await bot.close()
        if running is not None:
            await asyncio.gather(running, return_exceptions=True)
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
