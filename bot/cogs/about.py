"""``/about``, ``/help`` and ``/forget me``."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.common.interaction_handler import InteractionHandler, RequestContext
from bot.services import Services
from bot.settings import Settings
from bot.transport.delivery import Outgoing
from bot.ui import strings
from bot.ui.markup.pages import sentence
from bot.ui.notices import about_pages, help_pages
from retrieval.core.system import version


class AboutCog(commands.Cog):
    """Help, facts about the bot, and erasure of a user's records."""

    forget = app_commands.Group(name="forget", description="Deletes what I keep")

    def __init__(self, handler: InteractionHandler, services: Services, settings: Settings) -> None:
        self._handler = handler
        self._services = services
        self._settings = settings

    @app_commands.command(name="about", description="What I am, how many articles I have, what I store")
    async def about(self, interaction: discord.Interaction) -> None:
        """Show the facts about the bot."""

        async def make() -> list[Outgoing]:
            index, settings = self._services.articles.title_index, self._settings
            facts = (len(index.articles), index.model, version(), settings.retention_days, settings.log_questions)
            return list(map(Outgoing, about_pages(*facts, RequestContext.of(interaction).form)))

        await self._handler.show_privately(interaction, make)

    @app_commands.command(name="help", description="What you can ask of me, with examples")
    async def help(self, interaction: discord.Interaction) -> None:
        """Show the commands."""

        async def make() -> list[Outgoing]:
            return list(map(Outgoing, help_pages(RequestContext.of(interaction).form)))

        await self._handler.show_privately(interaction, make)

    @forget.command(name="me", description="Deletes your questions, your votes and the buttons under your answers")
    async def forget_me(self, interaction: discord.Interaction) -> None:
        """Delete the user's records."""

        async def make() -> list[Outgoing]:
            return [Outgoing(sentence(strings.forgotten(*await self._services.records.forget(interaction.user.id))))]

        await self._handler.show_privately(interaction, make)
