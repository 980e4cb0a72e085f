"""``/find``, ``/source`` and ``/sources``: looking articles up."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.common.error_messages import no_such_article
from bot.cogs.common.interaction_handler import InteractionHandler, RequestContext, without_surrogates
from bot.services import Services
from bot.services.admission import check_query
from bot.services.worker_pool import Slot
from bot.store.message_state import ArticleList, ArticleView, MessageState, SearchResults
from bot.ui.articles import page_of


class ArticlesCog(commands.Cog):
    """Lookups, which do not count as questions."""

    def __init__(self, handler: InteractionHandler, services: Services) -> None:
        self._handler = handler
        self._services = services

    @app_commands.command(name="find", description="Finds exact words in the articles")
    @app_commands.describe(words='Words that must all occur; "…" holds a phrase together')
    async def find(self, interaction: discord.Interaction, words: app_commands.Range[str, 1, 1000]) -> None:
        """Show the passages with exactly these words."""
        await self._look_up(interaction, SearchResults(without_surrogates(words), guild=interaction.guild_id))

    @app_commands.command(name="source", description="Shows an article: its card, its paragraphs, its full text")
    @app_commands.describe(article="Title or id; suggestions come while you type", paragraph="Begin at this paragraph")
    async def source(
        self,
        interaction: discord.Interaction,
        article: app_commands.Range[str, 1, 1000],
        paragraph: app_commands.Range[int, 1, 1_000_000] | None = None,
    ) -> None:
        """Show an article's card and numbered paragraphs."""
        title_index = self._services.articles.title_index
        summary = title_index.resolve(article)
        if summary is None:
            await self._handler.say(interaction, no_such_article(article, title_index))
            return
        await self._look_up(interaction, ArticleView(summary.article_id, guild=interaction.guild_id), paragraph)

    @source.autocomplete("article")
    async def suggest(self, _interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest articles while typing."""
        return self._handler.suggestions(typed)

    @app_commands.command(name="sources", description="Lists the articles")
    @app_commands.describe(filter="Words in the title, id, publisher or date")
    async def sources(
        self,
        interaction: discord.Interaction,
        filter: app_commands.Range[str, 0, 200] = "",  # noqa: A002 - the option's name
    ) -> None:
        """List the articles."""
        await self._look_up(interaction, ArticleList(without_surrogates(filter.strip()), guild=interaction.guild_id))

    async def _look_up(
        self, interaction: discord.Interaction, state: MessageState, paragraph: int | None = None
    ) -> None:
        context, admission = RequestContext.of(interaction), self._services.admission
        settings = self._services.records.guild_settings(interaction.guild_id)

        def admit() -> Slot:
            admission.permit_lookup(context.requester)
            if isinstance(state, SearchResults):
                check_query(state.words, what="search")
            return admission.reserve()

        await self._handler.respond(
            context,
            admit,
            lambda slot: self._handler.reply(slot, context.requester, lambda: state, context.form),
            private=settings.private and interaction.guild_id is not None,
            page=lambda reply: page_of(reply.pages, paragraph) if paragraph is not None else 0,
        )
