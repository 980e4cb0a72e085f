"""``/about``, ``/help`` and ``/forget me``."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.common.interaction_handler import InteractionHandler, RequestContext
from bot.services.services import Services
from bot.settings import Settings
from bot.store.repository import BUTTON_DAYS
from bot.transport.delivery import Outgoing
from bot.ui import strings
from bot.ui.markup.pages import sentence
from bot.ui.notices import About, about_pages, help_pages
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
        title_index = self._services.articles.title_index
        about = About(
            articles=len(title_index.articles),
            model=title_index.model,
            version=version(),
            retention_days=self._settings.retention_days,
            button_days=BUTTON_DAYS,
            logged=self._settings.log_questions,
        )

        async def show() -> None:
            await self._handler.show_privately(interaction, about_pages(about, RequestContext.of(interaction).form))

        await self._handler.privately(interaction, show)

    @app_commands.command(name="help", description="What you can ask of me, with examples")
    async def help(self, interaction: discord.Interaction) -> None:
        """Show the commands."""

        async def show() -> None:
            await self._handler.show_privately(interaction, help_pages(RequestContext.of(interaction).form))

        await self._handler.privately(interaction, show)

    @forget.command(name="me", description="Deletes your questions, your votes and the buttons under your answers")
    async def forget_me(self, interaction: discord.Interaction) -> None:
        """Delete the user's records."""

        async def forget() -> None:
            done = await self._services.records.forget(interaction.user.id)
            page = sentence(strings.forgotten(done.questions, done.votes, done.messages))
            await self._handler.responder.edit_response(interaction, Outgoing(page), private=True)

        await self._handler.privately(interaction, forget)
