"""``/ask`` and the message command *Find sources*."""

from __future__ import annotations

from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.common.error_messages import no_such_article
from bot.cogs.common.interaction_handler import InteractionHandler, RequestContext, asked_by, without_surrogates
from bot.observability.request_log import Source
from bot.services import Services
from bot.services.admission import check_query
from bot.services.question_service import QuestionRequest
from bot.services.worker_pool import Slot
from bot.store.guild_settings import MAX_QUOTES

FIND_SOURCES = "Find sources"


class AskCog(commands.Cog):
    """Questions asked by command."""

    def __init__(self, bot: commands.AutoShardedBot, handler: InteractionHandler, services: Services) -> None:
        self._bot = bot
        self._handler = handler
        self._services = services
        self._menu = app_commands.ContextMenu(name=FIND_SOURCES, callback=self.find_sources)

    async def cog_load(self) -> None:
        """Add the message command: it cannot be declared in a class."""
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self._bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(name="ask", description="Quotes the passages that answer a question, word for word")
    @app_commands.describe(
        question="What you want to know",
        article="Look in this article only",
        quotes="How many passages at most, 1 to 5",
        private="Show the answer to you alone",
    )
    async def ask(
        self,
        interaction: discord.Interaction,
        question: app_commands.Range[str, 1, 1000],
        article: str | None = None,
        quotes: app_commands.Range[int, 1, MAX_QUOTES] | None = None,
        private: bool | None = None,
    ) -> None:
        """Answer a question."""
        context = RequestContext.of(interaction)
        settings = self._services.records.guild_settings(interaction.guild_id)
        alone = (settings.private if private is None else private) and interaction.guild_id is not None
        title_index = self._services.articles.title_index
        summary = title_index.resolve(article) if article else None
        if article and summary is None:
            await self._handler.say(interaction, no_such_article(article, title_index))
            return
        asked = QuestionRequest(
            text=without_surrogates(question),
            quotes=quotes or settings.quotes,
            article=summary.article_id if summary else None,
            guild=interaction.guild_id,
        )

        answer = partial(self._services.questions.answer, asked)

        def admit() -> Slot:
            check_query(asked.text)
            return self._services.admission.accept(context.requester, Source.COMMAND)

        await self._handler.respond(
            context,
            admit,
            lambda slot: self._handler.reply(slot, context.requester, answer, context.form),
            private=alone,
            asked=asked_by(interaction, Source.COMMAND, asked.text),
        )

    @ask.autocomplete("article")
    async def suggest(self, _interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest articles while typing."""
        return self._handler.suggestions(typed)

    async def find_sources(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Show the passages related to a message, to the requester alone."""
        context = RequestContext.of(interaction)
        texts = [message.content, *(embed.description or "" for embed in message.embeds)]
        text = without_surrogates("\n".join(filter(None, texts)))
        find = partial(self._services.questions.related, text, interaction.guild_id)
        await self._handler.respond(
            context,
            lambda: self._services.admission.accept(context.requester, Source.MESSAGE),
            lambda slot: self._handler.reply(slot, context.requester, find, context.form),
            private=True,
            asked=asked_by(interaction, Source.MESSAGE, None),
        )
